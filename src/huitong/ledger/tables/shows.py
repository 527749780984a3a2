"""The SQL that shows balances, lots and statements."""

# Who has something of an asset on their account, in some buckets; what lapsed lately still counts.
HOLDERS = """
    SELECT a.owner_id
    FROM ledger.account AS a
    WHERE a.group_id = %(group_id)s
      AND a.bucket BETWEEN %(first)s AND %(last)s
      AND a.asset = %(asset)s
      AND a.balance <> 0
    ORDER BY a.owner_id
"""

# The sums from which the balances of owners in assets at an instant follow. A hold that has timed
# out by then counts as let go, whether or not anybody has posted that.
BALANCES = """
    SELECT a.asset, wanted.owner_id, a.balance, a.held, a.debt, a.floor,
           COALESCE((SELECT owing.debt
                     FROM ledger.account AS owing
                     WHERE owing.group_id = %(group_id)s
                       AND owing.bucket = a.bucket
                       AND owing.owner_id = a.owner_id
                       AND owing.asset = 'debt:' || a.asset), 0),
           lots.active, lots.ended, lots.ended_unborn, lots.pending, lots.held,
           COALESCE(timed_out.amount, 0), COALESCE(timed_out.covered, 0),
           lots.next_expiry_at, lots.next_expiry_amount
    FROM unnest(%(owners)s::bigint[]) AS wanted(owner_id)
    CROSS JOIN unnest(%(assets)s::text[]) AS named(asset)
    JOIN LATERAL (
      SELECT known.bucket, known.id, known.owner_id, known.asset, known.balance, known.held,
             known.debt, known.floor
      FROM ledger.account AS known
      WHERE known.group_id = %(group_id)s
        AND known.bucket = (wanted.owner_id & 4095)::smallint
        AND known.owner_id = wanted.owner_id
        AND known.asset = named.asset
      LIMIT 1
    ) AS a ON true
    LEFT JOIN LATERAL (
      SELECT sum(h.amount)::bigint AS amount,
             sum((SELECT sum(p.amount)
                  FROM ledger.hold_lot AS p
                  WHERE p.group_id = h.group_id AND p.bucket = h.bucket AND p.hold_id = h.id)
             )::bigint AS covered
      FROM ledger.hold AS h
      WHERE a.held > 0
        AND h.group_id = %(group_id)s
        AND h.bucket = a.bucket
        AND h.account_id = a.id
        AND h.state = 'open'
        AND h.expires_at <= %(now)s
    ) AS timed_out ON true
    CROSS JOIN LATERAL (
      SELECT COALESCE(sum(l.free) FILTER (WHERE l.begun AND NOT l.over), 0)::bigint AS active,
             COALESCE(sum(l.free) FILTER (WHERE l.begun AND l.over), 0)::bigint AS ended,
             COALESCE(sum(l.free) FILTER (WHERE NOT l.begun AND l.over), 0)::bigint
               AS ended_unborn,
             COALESCE(sum(l.remaining) FILTER (WHERE NOT l.begun AND NOT l.over), 0)::bigint
               AS pending,
             COALESCE(sum(l.held), 0)::bigint AS held,
             min(l.expires_at) FILTER (WHERE l.begun AND NOT l.over AND l.free > 0)
               AS next_expiry_at,
             COALESCE(sum(l.free) FILTER (WHERE l.begun AND NOT l.over
                                            AND l.expires_at = l.next_at), 0)::bigint
               AS next_expiry_amount
      FROM (
        SELECT open.remaining, open.held, open.expires_at, open.begun, open.over, open.free,
               min(open.expires_at) FILTER (WHERE open.begun AND NOT open.over
                                                      AND open.free > 0) OVER () AS next_at
        FROM (
          SELECT o.remaining, o.held, o.expires_at,
                 COALESCE(o.activates_at <= %(now)s, false) AS begun,
                 COALESCE(o.expires_at <= %(now)s, false) AS over,
                 o.remaining - o.held + CASE WHEN o.held > 0 THEN COALESCE((
                   SELECT sum(p.amount)
                   FROM ledger.hold AS h
                   JOIN ledger.hold_lot AS p
                     ON p.group_id = h.group_id AND p.bucket = h.bucket AND p.hold_id = h.id
                   WHERE h.group_id = o.group_id
                     AND h.bucket = o.bucket
                     AND h.account_id = o.account_id
                     AND h.state = 'open'
                     AND h.expires_at <= %(now)s
                     AND p.lot_id = o.id), 0) ELSE 0 END AS free
          FROM ledger.lot AS o
          WHERE o.group_id = %(group_id)s
            AND o.bucket = a.bucket
            AND o.account_id = a.id
            AND o.remaining > 0
        ) AS open
      ) AS l
    ) AS lots
"""

# The lots of an owner, those with something left or all; newest first.
LOTS = """
    SELECT l.id, a.asset, l.amount, l.remaining, l.held, l.clawed, l.expired, l.granted_at,
           l.activates_at, l.expires_at, l.funding, l.bearer_entity_id, l.unit_cost_minor,
           l.source_kind, l.source_id, l.label, l.parent_lot_id
    FROM ledger.account AS a
    JOIN ledger.lot AS l ON l.bucket = a.bucket AND l.account_id = a.id
    WHERE a.group_id = %(group_id)s
      AND a.bucket = (%(owner)s::bigint & 4095)::smallint
      AND a.owner_id = %(owner)s
      AND (%(asset)s::text IS NULL OR a.asset = %(asset)s)
      AND (%(spent)s OR l.remaining > 0)
    ORDER BY l.id DESC
    LIMIT %(limit)s
"""

# What sources granted their owners, spent or not, that came to them by no merge; newest first.
LOTS_FROM = """
    SELECT l.id, a.asset, l.amount, l.remaining, l.held, l.clawed, l.expired, l.granted_at,
           l.activates_at, l.expires_at, l.funding, l.bearer_entity_id, l.unit_cost_minor,
           l.source_kind, l.source_id, l.label, l.parent_lot_id
    FROM unnest(%(source_ids)s::bigint[], %(owners)s::bigint[]) AS wanted(source_id, owner_id)
    JOIN ledger.lot AS l
      ON l.bucket = (wanted.owner_id & 4095)::smallint AND l.source_id = wanted.source_id
    JOIN ledger.account AS a
      ON a.group_id = l.group_id AND a.bucket = l.bucket AND a.id = l.account_id
    WHERE l.group_id = %(group_id)s
      AND l.parent_lot_id IS NULL
      AND a.owner_id = wanted.owner_id
    ORDER BY l.id DESC
"""

# Which assets owners have, or had.
ASSETS = """
    SELECT a.owner_id, a.asset
    FROM ledger.account AS a
    JOIN unnest(%(owners)s::bigint[]) AS wanted(owner_id)
      ON a.owner_id = wanted.owner_id AND a.bucket = (wanted.owner_id & 4095)::smallint
    WHERE a.group_id = %(group_id)s
    ORDER BY a.owner_id, a.asset
"""

# The statement of one account, newest first, below a version.
HISTORY = """
    SELECT e.version, e.amount, e.balance_after, e.side, o.id, o.kind, o.occurred_at,
           o.recorded_at, o.source_kind, o.source_id, COALESCE(n.actor, ''), COALESCE(n.reason, '')
    FROM ledger.account AS a
    JOIN ledger.entry AS e
      ON e.group_id = a.group_id AND e.bucket = a.bucket AND e.account_id = a.id
    JOIN ledger.operation AS o
      ON o.group_id = e.group_id AND o.bucket = e.bucket AND o.id = e.operation_id
    LEFT JOIN ledger.operation_note AS n
      ON n.group_id = o.group_id AND n.bucket = o.bucket AND n.operation_id = o.id
    WHERE a.group_id = %(group_id)s
      AND a.bucket = (%(owner)s::bigint & 4095)::smallint
      AND a.owner_id = %(owner)s
      AND a.asset = %(asset)s
      AND e.version < %(below)s
    ORDER BY e.version DESC
    LIMIT %(limit)s
"""

# The keys of an owner's open holds.
OPEN_HOLD_KEYS = """
    SELECT h.owner_id, h.key
    FROM unnest(%(owners)s::bigint[]) AS wanted(owner_id)
    JOIN ledger.hold AS h
      ON h.bucket = (wanted.owner_id & 4095)::smallint AND h.owner_id = wanted.owner_id
    WHERE h.group_id = %(group_id)s
      AND h.state = 'open'
"""

# What was done to owners, or to those who were merged into them, under the given keys and ids:
# what it moved (what it settled or let go of on the way is left out), and who has reversed it.
DONE = """
    WITH known AS (
      SELECT asked.owner_id AS asked_id, asked.asset, asked.owner_id
      FROM unnest(%(owners)s::bigint[], %(assets)s::text[]) AS asked(owner_id, asset)
      UNION
      SELECT asked.owner_id, asked.asset, unnest(a.alias_owner_ids)
      FROM unnest(%(owners)s::bigint[], %(assets)s::text[]) AS asked(owner_id, asset)
      JOIN ledger.account AS a
        ON a.group_id = %(group_id)s
        AND a.bucket = (asked.owner_id & 4095)::smallint
        AND a.owner_id = asked.owner_id
    ),
    wanted AS (
      SELECT o.bucket, o.id
      FROM known
      JOIN ledger.operation AS o
        ON o.group_id = %(group_id)s
        AND o.bucket = (known.owner_id & 4095)::smallint
        AND o.key = ANY(%(keys)s::text[])
      UNION
      SELECT o.bucket, o.id
      FROM unnest(%(operation_ids)s::bigint[]) AS asked(id)
      JOIN ledger.operation AS o
        ON o.group_id = %(group_id)s
        AND o.bucket = (asked.id & 4095)::smallint
        AND o.id = asked.id
    )
    SELECT known.asked_id AS owner, o.id, o.key, o.kind, o.source_kind, o.occurred_at, e.amount,
           (SELECT later.id
            FROM known AS place
            JOIN ledger.operation AS later
              ON later.group_id = %(group_id)s
              AND later.bucket = (place.owner_id & 4095)::smallint
              AND later.reverses_id = o.id
            LIMIT 1) AS reversed_by_id
    FROM wanted
    JOIN ledger.operation AS o
      ON o.group_id = %(group_id)s
      AND o.bucket = wanted.bucket
      AND o.id = wanted.id
    JOIN known
      ON known.owner_id = o.owner_id
    JOIN LATERAL (
      SELECT moved.amount
      FROM ledger.entry AS moved
      WHERE moved.group_id = o.group_id
        AND moved.bucket = o.bucket
        AND moved.operation_id = o.id
        AND moved.asset = known.asset
        AND moved.account_id IS NOT NULL
        AND moved.side NOT IN ('settled', 'expired')
      ORDER BY moved.place
      LIMIT 1
    ) AS e ON true
    ORDER BY o.id
"""
