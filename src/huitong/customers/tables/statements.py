"""Named SQL of what sources said customers are like, and how far each source is trusted."""

from huitong.platform.db import Shape

STATEMENT = Shape(
    "customers_profile_statement",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "customer_id": "bigint",
        "record_id": "bigint",
        "identifier_id": "bigint",
        "source": "text",
        "told_at": "timestamptz",
        "sealed": "bytea",
        "sealed_for": "bigint",
        "actor": "text",
        "reason": "text",
    },
)
MOVED_STATEMENT = Shape(
    "customers_moved_statement",
    {
        "old_bucket": "smallint",
        "id": "bigint",
        "customer_id": "bigint",
        "sealed": "bytea",
        "sealed_for": "bigint",
    },
)
WITHDRAWAL = Shape("customers_withdrawal", {"bucket": "smallint", "id": "bigint", "actor": "text"})
TRUST = Shape("customers_trust", {"field": "text", "source": "text", "rank": "integer"})

# The statements about customers that count, oldest first.
FIND_STATEMENTS = """
SELECT statement.id, statement.customer_id, statement.identifier_id, statement.source,
       statement.told_at, statement.recorded_at, statement.sealed, statement.sealed_for,
       statement.actor, statement.reason
FROM customers.statement
JOIN unnest(%(customer_ids)s::bigint[]) AS wanted(id)
  ON statement.bucket = (wanted.id & 4095)::smallint
  AND statement.customer_id = wanted.id
WHERE statement.group_id = %(group_id)s
  AND statement.superseded_at IS NULL
  AND statement.withdrawn_at IS NULL
  AND statement.sealed IS NOT NULL
ORDER BY statement.told_at, statement.recorded_at, statement.id
"""

# Everything that was ever said about customers, oldest first, with what became of it.
FIND_HISTORY = """
SELECT statement.id, statement.customer_id, statement.identifier_id, statement.source,
       statement.told_at, statement.recorded_at, statement.sealed, statement.sealed_for,
       statement.actor, statement.reason, statement.superseded_at, statement.withdrawn_at
FROM customers.statement
JOIN unnest(%(customer_ids)s::bigint[]) AS wanted(id)
  ON statement.bucket = (wanted.id & 4095)::smallint
  AND statement.customer_id = wanted.id
WHERE statement.group_id = %(group_id)s
  AND statement.sealed IS NOT NULL
ORDER BY statement.told_at, statement.recorded_at, statement.id
"""

# Statements by their ids, as far as they are corrections that still count.
FIND_CORRECTIONS = """
SELECT id, customer_id
FROM customers.statement
WHERE group_id = %(group_id)s
  AND id = ANY (%(statement_ids)s::bigint[])
  AND source = 'manual'
  AND withdrawn_at IS NULL
"""

# New statements.
INSERT_STATEMENTS = """
INSERT INTO customers.statement
  (group_id, bucket, id, brand_id, customer_id, record_id, identifier_id, source, told_at, sealed,
   sealed_for, actor, reason, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.brand_id, incoming.customer_id,
       incoming.record_id, incoming.identifier_id, incoming.source, incoming.told_at,
       incoming.sealed, incoming.sealed_for, incoming.actor, incoming.reason, %(now)s
FROM {incoming}
"""

# Statements that a newer one of the same source says over again.
SUPERSEDE_STATEMENTS = """
UPDATE customers.statement
SET superseded_at = %(now)s
FROM unnest(%(buckets)s::smallint[], %(statement_ids)s::bigint[]) AS wanted(bucket, id)
WHERE statement.group_id = %(group_id)s
  AND statement.bucket = wanted.bucket
  AND statement.id = wanted.id
"""

# Takes corrections back.
WITHDRAW_STATEMENTS = """
UPDATE customers.statement
SET withdrawn_at = %(now)s, withdrawn_by = incoming.actor
FROM {incoming}
WHERE statement.group_id = %(group_id)s
  AND statement.bucket = incoming.bucket
  AND statement.id = incoming.id
"""

# Every statement about a customer that came under some identifiers.
STATEMENTS_UNDER = """
SELECT id, bucket, sealed, sealed_for
FROM customers.statement
WHERE group_id = %(group_id)s
  AND bucket = (%(customer_id)s & 4095)::smallint
  AND customer_id = %(customer_id)s
  AND identifier_id = ANY (%(identifier_ids)s::bigint[])
"""

# Statements that belong to another customer now, sealed for them.
MOVE_STATEMENTS = """
UPDATE customers.statement
SET bucket = (incoming.customer_id & 4095)::smallint, customer_id = incoming.customer_id,
    sealed = incoming.sealed, sealed_for = incoming.sealed_for
FROM {incoming}
WHERE statement.group_id = %(group_id)s
  AND statement.bucket = incoming.old_bucket
  AND statement.id = incoming.id
"""

# Forgets what customers are like; that somebody said something stays.
ERASE_STATEMENTS = """
UPDATE customers.statement
SET sealed = NULL, reason = NULL
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
  AND sealed IS NOT NULL
"""

# How far brands trust sources, field by field.
FIND_TRUST = """
SELECT brand_id, field, source, rank
FROM customers.trust
WHERE group_id = %(group_id)s
  AND brand_id = ANY (%(brand_ids)s::bigint[])
"""

# How far a brand trusts sources from now on.
PUT_TRUST = """
INSERT INTO customers.trust (group_id, brand_id, field, source, rank, actor, recorded_at)
SELECT %(group_id)s, %(brand_id)s, incoming.field, incoming.source, incoming.rank, %(actor)s,
       %(now)s
FROM {incoming}
ON CONFLICT (group_id, brand_id, field, source) DO UPDATE
SET rank = excluded.rank, actor = excluded.actor, recorded_at = excluded.recorded_at
"""
