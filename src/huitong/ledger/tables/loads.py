"""The SQL that reads what a batch of operations needs to be decided.

Hot statements look up row by row in a fenced LATERAL: a plan made from statistics older than the
last bulk load would rather scan the whole group (measured: 42 ms instead of 3 for 500 accounts).
A bucket is computed from the id or the owner it belongs to.
"""

# Every account of the batch's owners, locked in the one order that all batches share: by owner,
# then by id. All assets of an owner are locked, not the asked ones: a movement may reach the debt
# of its asset too.
LOCK_ACCOUNTS = """
    SELECT found.id, found.owner_id, found.asset, found.balance, found.held, found.debt,
           found.floor, found.version, found.merged_into, found.alias_owner_ids
    FROM unnest(%(owners)s::bigint[]) AS wanted(owner_id)
    CROSS JOIN LATERAL (
      SELECT a.id, a.owner_id, a.asset, a.balance, a.held, a.debt, a.floor, a.version,
             a.merged_into, a.alias_owner_ids
      FROM ledger.account AS a
      WHERE a.group_id = %(group_id)s
        AND a.bucket = (wanted.owner_id & 4095)::smallint
        AND a.owner_id = wanted.owner_id
      ORDER BY a.id
      FOR UPDATE
    ) AS found
"""

# What was done before under the keys of the batch.
FIND_STORED = """
    SELECT found.bucket, found.key, found.id, found.owner_id, found.request_hash, found.result
    FROM unnest(%(buckets)s::smallint[], %(keys)s::text[]) AS wanted(bucket, key)
    CROSS JOIN LATERAL (
      SELECT o.bucket, o.key, o.id, o.owner_id, o.request_hash, o.result
      FROM ledger.operation AS o
      WHERE o.group_id = %(group_id)s
        AND o.bucket = wanted.bucket
        AND o.key = wanted.key
      LIMIT 1
    ) AS found
"""

# Which of some operations were reversed.
FIND_REVERSED = """
    SELECT o.reverses_id
    FROM unnest(%(operations)s::bigint[]) AS wanted(id)
    CROSS JOIN unnest(%(buckets)s::smallint[]) AS place(bucket)
    JOIN ledger.operation AS o ON o.bucket = place.bucket AND o.reverses_id = wanted.id
"""

# What some operations did to lots, and what later operations gave back of it. A later one may be
# asked for by itself too, hence the union by place.
FIND_USES = """
    SELECT u.operation_id, a.asset, u.lot_id, u.kind, u.amount, u.clawed, u.of_operation_id,
           u.place
    FROM unnest(%(operations)s::bigint[]) AS wanted(id)
    JOIN ledger.lot_use AS u
      ON u.bucket = (wanted.id & 4095)::smallint AND u.operation_id = wanted.id
    JOIN ledger.account AS a ON a.bucket = u.bucket AND a.id = u.account_id
    UNION
    SELECT u.operation_id, a.asset, u.lot_id, u.kind, u.amount, u.clawed, u.of_operation_id,
           u.place
    FROM unnest(%(operations)s::bigint[]) AS wanted(id)
    CROSS JOIN unnest(%(buckets)s::smallint[]) AS near(bucket)
    JOIN ledger.lot_use AS u
      ON u.bucket = near.bucket AND u.of_operation_id = wanted.id
    JOIN ledger.account AS a ON a.bucket = u.bucket AND a.id = u.account_id
    ORDER BY 1, 8
"""

# The holds of the given keys, and the open ones on the given accounts, with their lots.
FIND_HOLDS = """
    WITH wanted AS (
      SELECT h.bucket, h.id
      FROM unnest(%(owners)s::bigint[], %(keys)s::text[]) AS named(owner_id, key)
      CROSS JOIN LATERAL (
        SELECT known.bucket, known.id
        FROM ledger.hold AS known
        WHERE known.group_id = %(group_id)s
          AND known.bucket = (named.owner_id & 4095)::smallint
          AND known.owner_id = named.owner_id
          AND known.key = named.key
          AND known.state <> 'moved'
        OFFSET 0
      ) AS h
      UNION
      SELECT h.bucket, h.id
      FROM unnest(%(accounts)s::bigint[]) AS named(account_id)
      CROSS JOIN LATERAL (
        SELECT known.bucket, known.id
        FROM ledger.hold AS known
        WHERE known.group_id = %(group_id)s
          AND known.bucket = (named.account_id & 4095)::smallint
          AND known.account_id = named.account_id
          AND known.state = 'open'
        OFFSET 0
      ) AS h
    )
    SELECT h.id, h.account_id, a.asset, h.owner_id, h.key, h.amount, h.captured, h.state,
           h.held_at, h.expires_at, h.operation_id, parts.lots, parts.amounts
    FROM wanted
    JOIN ledger.hold AS h ON h.bucket = wanted.bucket AND h.id = wanted.id
    JOIN ledger.account AS a ON a.bucket = h.bucket AND a.id = h.account_id
    CROSS JOIN LATERAL (
      SELECT COALESCE(array_agg(p.lot_id ORDER BY p.place), '{}') AS lots,
             COALESCE(array_agg(p.amount ORDER BY p.place), '{}') AS amounts
      FROM ledger.hold_lot AS p
      WHERE p.group_id = h.group_id
        AND p.bucket = h.bucket
        AND p.hold_id = h.id
    ) AS parts
"""

# The lots with something left on the given accounts, those granted for the given sources, the
# given ones themselves, and the ones in which those live on after their owner was merged.
FIND_LOTS = """
    WITH RECURSIVE named AS (
      SELECT l.bucket, l.id
      FROM unnest(%(lots)s::bigint[]) AS asked(id)
      JOIN ledger.lot AS l ON l.bucket = (asked.id & 4095)::smallint AND l.id = asked.id
      UNION
      SELECT l.bucket, l.id
      FROM named
      JOIN ledger.lot AS l ON l.parent_lot_id = named.id
    ),
    wanted AS (
      SELECT open.bucket, open.id
      FROM unnest(%(accounts)s::bigint[]) AS asked(account_id)
      CROSS JOIN LATERAL (
        SELECT l.bucket, l.id
        FROM ledger.lot AS l
        WHERE l.group_id = %(group_id)s
          AND l.bucket = (asked.account_id & 4095)::smallint
          AND l.account_id = asked.account_id
          AND l.remaining > 0
        OFFSET 0
      ) AS open
      UNION
      SELECT granted.bucket, granted.id
      FROM unnest(%(source_accounts)s::bigint[], %(sources)s::bigint[])
        AS asked(account_id, source_id)
      CROSS JOIN LATERAL (
        SELECT l.bucket, l.id
        FROM ledger.lot AS l
        WHERE l.group_id = %(group_id)s
          AND l.bucket = (asked.account_id & 4095)::smallint
          AND l.source_id = asked.source_id
          AND l.account_id = asked.account_id
        OFFSET 0
      ) AS granted
      UNION
      SELECT named.bucket, named.id
      FROM named
    )
    SELECT found.id, found.account_id, found.operation_id, found.amount, found.remaining,
           found.held, found.clawed, found.expired, found.granted_at, found.activates_at,
           found.expires_at, found.funding, found.bearer_entity_id, found.unit_cost_minor,
           found.source_kind, found.source_id, found.label, found.parent_lot_id, found.used
    FROM wanted
    CROSS JOIN LATERAL (
      SELECT l.id, l.account_id, l.operation_id, l.amount, l.remaining, l.held, l.clawed,
             l.expired, l.granted_at, l.activates_at, l.expires_at, l.funding,
             l.bearer_entity_id, l.unit_cost_minor, l.source_kind, l.source_id, l.label,
             l.parent_lot_id, l.used
      FROM ledger.lot AS l
      WHERE l.group_id = %(group_id)s
        AND l.bucket = wanted.bucket
        AND l.id = wanted.id
      LIMIT 1
    ) AS found
"""

# Every lot of some accounts, spent ones too.
FIND_ALL_LOTS = """
    SELECT l.id, l.account_id, l.operation_id, l.amount, l.remaining, l.held, l.clawed, l.expired,
           l.granted_at, l.activates_at, l.expires_at, l.funding, l.bearer_entity_id,
           l.unit_cost_minor, l.source_kind, l.source_id, l.label, l.parent_lot_id, l.used
    FROM unnest(%(accounts)s::bigint[]) AS wanted(account_id)
    JOIN ledger.lot AS l
      ON l.bucket = (wanted.account_id & 4095)::smallint
     AND l.account_id = wanted.account_id
"""

# Everything that was done with some lots, and by which operation.
FIND_USES_OF_LOTS = """
    SELECT u.operation_id, a.asset, u.lot_id, u.kind, u.amount, u.clawed, u.of_operation_id,
           u.place
    FROM unnest(%(lots)s::bigint[]) AS wanted(id)
    JOIN ledger.lot_use AS u ON u.bucket = (wanted.id & 4095)::smallint AND u.lot_id = wanted.id
    JOIN ledger.account AS a ON a.bucket = u.bucket AND a.id = u.account_id
    ORDER BY u.operation_id, u.place
"""

# Accounts with free lots past their life or holds past their time, and how many of these were
# looked at: fewer than the limit means that nothing else is due.
FIND_DUE = """
    WITH due AS (
      (SELECT l.bucket, l.account_id
       FROM ledger.lot AS l
       WHERE l.group_id = %(group_id)s
         AND l.remaining > 0
         AND l.remaining > l.held
         AND l.expires_at <= %(now)s
       ORDER BY l.expires_at
       LIMIT %(limit)s)
      UNION ALL
      (SELECT h.bucket, h.account_id
       FROM ledger.hold AS h
       WHERE h.group_id = %(group_id)s
         AND h.state = 'open'
         AND h.expires_at <= %(now)s
       ORDER BY h.expires_at
       LIMIT %(limit)s)
    )
    SELECT a.owner_id, a.asset, count(*)
    FROM due
    JOIN ledger.account AS a
      ON a.group_id = %(group_id)s AND a.bucket = due.bucket AND a.id = due.account_id
    GROUP BY a.owner_id, a.asset
"""
