"""The SQL that checks the promises of docs/concepts/invariants.md over all rows of a group.

Each statement answers the rows that break one promise: what kind of row, its id, and the figures
that disagree, as text. A sound ledger answers nothing.
"""

from collections.abc import Mapping

from huitong.ledger.model import Invariant

# I1: the entries of an operation sum to zero for each asset.
_ZERO_SUM = """
    SELECT 'operation', e.operation_id,
           'the entries in ' || e.asset || ' sum to ' || sum(e.amount)
    FROM ledger.entry AS e
    GROUP BY e.operation_id, e.asset
    HAVING sum(e.amount) <> 0
"""

# I2: a balance is the sum of its entries, and no entry is of an unknown account.
_BALANCE_OF_ENTRIES = """
    SELECT 'account', a.id,
           'balance ' || a.balance || ', entries ' || COALESCE(e.amount, 0)
    FROM ledger.account AS a
    LEFT JOIN (
      SELECT entry.bucket, entry.account_id, sum(entry.amount) AS amount
      FROM ledger.entry AS entry
      WHERE entry.account_id IS NOT NULL
      GROUP BY entry.bucket, entry.account_id
    ) AS e ON e.bucket = a.bucket AND e.account_id = a.id
    WHERE a.balance <> COALESCE(e.amount, 0)
    UNION ALL
    SELECT 'operation', e.operation_id, 'an entry of the unknown account ' || e.account_id
    FROM ledger.entry AS e
    WHERE e.account_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM ledger.account AS a
                      WHERE a.group_id = e.group_id
                        AND a.bucket = e.bucket
                        AND a.id = e.account_id)
"""

# I3: a balance is what is left in the lots, less the debt.
_BALANCE_OF_LOTS = """
    SELECT 'account', a.id,
           'balance ' || a.balance || ', lots ' || COALESCE(l.remaining, 0) || ', debt ' || a.debt
    FROM ledger.account AS a
    LEFT JOIN (
      SELECT lot.bucket, lot.account_id, sum(lot.remaining) AS remaining
      FROM ledger.lot AS lot
      GROUP BY lot.bucket, lot.account_id
    ) AS l ON l.bucket = a.bucket AND l.account_id = a.id
    WHERE a.balance <> COALESCE(l.remaining, 0) - a.debt
"""

# I4: what was granted is left, used or expired; a moved lot brings its past with it.
_LOT_OF_USES = """
    SELECT 'lot', l.id,
           'amount ' || l.amount || ', left ' || l.remaining || ', used ' || COALESCE(u.amount, 0)
             || ', expired ' || l.expired || ' of ' || COALESCE(u.expired, 0)
    FROM ledger.lot AS l
    LEFT JOIN (
      SELECT used.bucket, used.lot_id, sum(used.amount) AS amount,
             COALESCE(sum(used.amount) FILTER (WHERE used.kind = 'expire'), 0) AS expired
      FROM ledger.lot_use AS used
      GROUP BY used.bucket, used.lot_id
    ) AS u ON u.bucket = l.bucket AND u.lot_id = l.id
    LEFT JOIN ledger.lot AS parent
      ON parent.bucket = (l.parent_lot_id & 4095)::smallint AND parent.id = l.parent_lot_id
    WHERE l.amount <> l.remaining + COALESCE(u.amount, 0)
       OR l.expired < COALESCE(u.expired, 0)
       OR (l.parent_lot_id IS NULL AND l.expired <> COALESCE(u.expired, 0))
       OR (l.parent_lot_id IS NOT NULL AND parent.id IS NULL)
"""

# I5: what is held of an account and of a lot is what its open holds hold.
_HELD_BY_HOLDS = """
    SELECT 'account', a.id, 'held ' || a.held || ', open holds ' || COALESCE(h.amount, 0)
    FROM ledger.account AS a
    LEFT JOIN (
      SELECT hold.bucket, hold.account_id, sum(hold.amount) AS amount
      FROM ledger.hold AS hold
      WHERE hold.state = 'open'
      GROUP BY hold.bucket, hold.account_id
    ) AS h ON h.bucket = a.bucket AND h.account_id = a.id
    WHERE a.held <> COALESCE(h.amount, 0)
    UNION ALL
    SELECT 'lot', l.id, 'held ' || l.held || ', open holds ' || COALESCE(p.amount, 0)
    FROM ledger.lot AS l
    LEFT JOIN (
      SELECT part.bucket, part.lot_id, sum(part.amount) AS amount
      FROM ledger.hold_lot AS part
      JOIN ledger.hold AS hold ON hold.bucket = part.bucket AND hold.id = part.hold_id
      WHERE hold.state = 'open'
      GROUP BY part.bucket, part.lot_id
    ) AS p ON p.bucket = l.bucket AND p.lot_id = l.id
    WHERE l.held <> COALESCE(p.amount, 0)
"""

# I6: no account is below its floor, holds counted.
_FLOOR = """
    SELECT 'account', a.id,
           'balance ' || a.balance || ', held ' || a.held || ', floor ' || a.floor
    FROM ledger.account AS a
    WHERE a.balance - a.held < a.floor
"""

# I7: a key has one operation, and its stored result tells of its entries.
_ONE_PER_KEY = """
    SELECT 'operation', min(o.id), 'the key ' || o.key || ' has ' || count(*) || ' operations'
    FROM ledger.operation AS o
    GROUP BY o.bucket, o.key
    HAVING count(*) > 1
    UNION ALL
    SELECT 'operation', e.operation_id, 'entries without their operation'
    FROM ledger.entry AS e
    WHERE NOT EXISTS (SELECT FROM ledger.operation AS o
                      WHERE o.group_id = e.group_id
                        AND o.bucket = e.bucket
                        AND o.id = e.operation_id)
    UNION ALL
    SELECT 'operation', o.id, 'the stored result differs from the entries'
    FROM ledger.operation AS o
    LEFT JOIN (
      SELECT entry.bucket, entry.operation_id, sum(entry.amount) AS amount,
             sum(entry.balance_after) AS balance_after
      FROM ledger.entry AS entry
      WHERE entry.account_id IS NOT NULL
      GROUP BY entry.bucket, entry.operation_id
    ) AS e ON e.bucket = o.bucket AND e.operation_id = o.id
    CROSS JOIN LATERAL (
      SELECT COALESCE(sum((line ->> 1)::numeric), 0) AS amount,
             COALESCE(sum((line ->> 2)::numeric), 0) AS balance_after
      FROM jsonb_array_elements(convert_from(o.result, 'UTF8')::jsonb -> 1) AS line
    ) AS told
    WHERE told.amount <> COALESCE(e.amount, 0)
       OR told.balance_after <> COALESCE(e.balance_after, 0)
"""

# I8: the versions of an account have no gap, and its balances follow from each other.
_CHAIN = """
    SELECT 'account', chain.account_id,
           'version ' || chain.version || ' with ' || chain.balance_after || ' follows version '
             || chain.version_before || ' with ' || chain.balance_before
    FROM (
      SELECT e.account_id, e.version, e.balance_after, e.amount,
             COALESCE(lag(e.version) OVER along, 0) AS version_before,
             COALESCE(lag(e.balance_after) OVER along, 0) AS balance_before
      FROM ledger.entry AS e
      WHERE e.account_id IS NOT NULL
      WINDOW along AS (PARTITION BY e.bucket, e.account_id ORDER BY e.version)
    ) AS chain
    WHERE chain.version <> chain.version_before + 1
       OR chain.balance_after <> chain.balance_before + chain.amount
    UNION ALL
    SELECT 'account', a.id, 'version ' || a.version || ', entries ' || COALESCE(e.version, 0)
    FROM ledger.account AS a
    LEFT JOIN (
      SELECT entry.bucket, entry.account_id, max(entry.version) AS version
      FROM ledger.entry AS entry
      WHERE entry.account_id IS NOT NULL
      GROUP BY entry.bucket, entry.account_id
    ) AS e ON e.bucket = a.bucket AND e.account_id = a.id
    WHERE a.version <> COALESCE(e.version, 0)
"""

# I9: a row cannot tell that it was changed, so this looks at what forbids it: the triggers and the
# grants. Partitions carry the triggers of their table.
_UNCHANGED = """
    SELECT 'table', c.oid::bigint, c.relname || ' can be changed: '
           || CASE WHEN guards.working < 2 THEN 'a guard is gone or off'
                   ELSE 'somebody was granted it' END
    FROM pg_class AS c
    CROSS JOIN LATERAL (
      SELECT count(*) AS working
      FROM pg_trigger AS t
      WHERE t.tgrelid = c.oid
        AND t.tgfoid = 'ledger.refuse_change'::regproc
        AND t.tgenabled IN ('O', 'A')
    ) AS guards
    WHERE c.relnamespace = 'ledger'::regnamespace
      AND c.relkind IN ('r', 'p')
      AND c.relname ~ '^(operation|entry|lot_use|hold_lot)(_[0-9]+)?$'
      AND (guards.working < 2
           OR has_table_privilege('huitong_app', c.oid, 'UPDATE, DELETE, TRUNCATE')
           OR has_table_privilege('huitong_worker', c.oid, 'UPDATE, DELETE, TRUNCATE'))
"""

# I10: a lot is spent and held while it lives.
_USED_IN_LIFE = """
    SELECT 'lot', u.lot_id,
           'spent at ' || o.recorded_at || ', lives from ' || COALESCE(l.activates_at::text, '?')
             || ' to ' || COALESCE(l.expires_at::text, '?')
    FROM ledger.lot_use AS u
    JOIN ledger.operation AS o ON o.bucket = u.bucket AND o.id = u.operation_id
    JOIN ledger.lot AS l ON l.bucket = u.bucket AND l.id = u.lot_id
    WHERE u.kind = 'spend'
      AND (l.activates_at IS NULL
           OR o.recorded_at < l.activates_at
           OR o.recorded_at >= l.expires_at)
    UNION ALL
    SELECT 'lot', p.lot_id, 'held at ' || h.held_at || ' outside its life'
    FROM ledger.hold AS h
    JOIN ledger.hold_lot AS p ON p.bucket = h.bucket AND p.hold_id = h.id
    JOIN ledger.lot AS l ON l.bucket = p.bucket AND l.id = p.lot_id
    WHERE l.activates_at IS NULL
       OR h.held_at < l.activates_at
       OR h.held_at >= l.expires_at
"""

# I11: no more is called back than was granted, and the entries say what was taken.
_CLAWED_WITHIN_GRANT = """
    SELECT 'lot', l.id,
           'granted ' || l.amount || ', called back ' || l.clawed || ' of '
             || COALESCE(u.clawed, 0)
    FROM ledger.lot AS l
    LEFT JOIN (
      SELECT used.bucket, used.lot_id, sum(used.clawed) AS clawed
      FROM ledger.lot_use AS used
      GROUP BY used.bucket, used.lot_id
    ) AS u ON u.bucket = l.bucket AND u.lot_id = l.id
    WHERE l.clawed NOT BETWEEN 0 AND l.amount
       OR l.clawed <> COALESCE(u.clawed, 0)
    UNION ALL
    SELECT 'operation', taken.operation_id,
           'took ' || taken.amount || ' and called back ' || taken.clawed
             || ', the entries say ' || COALESCE(told.amount, 0)
    FROM (
      SELECT u.bucket, u.operation_id, sum(u.amount) AS amount, sum(u.clawed) AS clawed
      FROM ledger.lot_use AS u
      WHERE u.kind = 'claw'
      GROUP BY u.bucket, u.operation_id
    ) AS taken
    LEFT JOIN (
      SELECT e.bucket, e.operation_id, -sum(e.amount) AS amount
      FROM ledger.entry AS e
      WHERE e.side = 'recalled' AND e.account_id IS NOT NULL
      GROUP BY e.bucket, e.operation_id
    ) AS told ON told.bucket = taken.bucket AND told.operation_id = taken.operation_id
    WHERE taken.amount > taken.clawed
       OR taken.amount <> COALESCE(told.amount, 0)
"""

# I14: merges and splits come in two operations that name each other; a debt counts with its asset.
_MOVED_WHOLE = """
    SELECT 'operation', min(side.id), side.kind || ' moved ' || sum(side.amount) || ' of '
           || side.asset || ' into nothing'
    FROM (
      SELECT o.id, o.kind, e.amount, regexp_replace(e.asset, '^debt:', '') AS asset,
             least(o.owner_id, o.source_id) AS one, greatest(o.owner_id, o.source_id) AS other,
             regexp_replace(o.key, ':(in|out)$', '') AS key
      FROM ledger.operation AS o
      JOIN ledger.entry AS e ON e.bucket = o.bucket AND e.operation_id = o.id
      WHERE o.kind IN ('reassign', 'split_back')
        AND e.side = 'moved'
        AND e.account_id IS NOT NULL
    ) AS side
    GROUP BY side.kind, side.key, side.one, side.other, side.asset
    HAVING sum(side.amount) <> 0
    UNION ALL
    SELECT 'account', a.id, 'merged into ' || a.merged_into || ' with ' || a.balance || ' left'
    FROM ledger.account AS a
    WHERE a.merged_into IS NOT NULL
      AND (a.balance <> 0 OR a.held <> 0 OR a.debt <> 0)
"""

CHECKS: Mapping[Invariant, str] = {
    Invariant.I1: _ZERO_SUM,
    Invariant.I2: _BALANCE_OF_ENTRIES,
    Invariant.I3: _BALANCE_OF_LOTS,
    Invariant.I4: _LOT_OF_USES,
    Invariant.I5: _HELD_BY_HOLDS,
    Invariant.I6: _FLOOR,
    Invariant.I7: _ONE_PER_KEY,
    Invariant.I8: _CHAIN,
    Invariant.I9: _UNCHANGED,
    Invariant.I10: _USED_IN_LIFE,
    Invariant.I11: _CLAWED_WITHIN_GRANT,
    Invariant.I14: _MOVED_WHOLE,
}
