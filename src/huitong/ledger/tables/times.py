"""Named SQL of what happened to accounts, by when it did."""

# What happened to one account, the latest first, before a time and version. An account is small
# enough to be sorted: it has one entry for each time its owner came by or spent something.
MOVEMENTS_BEFORE = """
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
  AND (o.occurred_at, e.version) < (%(before_at)s, %(before_version)s)
ORDER BY o.occurred_at DESC, e.version DESC
LIMIT %(limit)s
"""
