"""Named SQL of beneficiaries and owned items."""

from huitong.platform.db import Shape

BELONGING = Shape(
    "customers_belonging",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "customer_id": "bigint",
        "origin_identifier_id": "bigint",
        "kind": "text",
        "sealed": "bytea",
        "sealed_for": "bigint",
        "guardian_policy_version": "text",
        "guardian_consent_at": "timestamptz",
        "source": "text",
        "actor": "text",
    },
)
CHANGED = Shape(
    "customers_belonging_changed",
    {
        "bucket": "smallint",
        "id": "bigint",
        "sealed": "bytea",
        "sealed_for": "bigint",
        "actor": "text",
    },
)
RETURNED = Shape(
    "customers_belonging_returned",
    {
        "old_bucket": "smallint",
        "id": "bigint",
        "customer_id": "bigint",
        "sealed": "bytea",
        "sealed_for": "bigint",
    },
)
PAIR = Shape("customers_pair", {"source_id": "bigint", "target_id": "bigint"})

# The belongings of customers that were not removed, oldest first.
BELONGINGS_OF = """
SELECT belonging.id, belonging.customer_id, belonging.kind, belonging.sealed,
       belonging.sealed_for, belonging.guardian_policy_version, belonging.guardian_consent_at,
       belonging.source, belonging.recorded_at
FROM customers.belonging
JOIN unnest(%(customer_ids)s::bigint[]) AS wanted(id)
  ON belonging.bucket = (wanted.id & 4095)::smallint
  AND belonging.customer_id = wanted.id
WHERE belonging.group_id = %(group_id)s
  AND belonging.removed_at IS NULL
  AND belonging.sealed IS NOT NULL
ORDER BY belonging.recorded_at, belonging.id
"""

# The next customers of a brand who have a child, bucket by bucket.
PARENTS_AFTER = """
SELECT DISTINCT bucket, customer_id
FROM customers.belonging
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND kind = 'child'
  AND removed_at IS NULL
  AND sealed IS NOT NULL
  AND (bucket, customer_id) > ((%(after)s::bigint & 4095)::smallint, %(after)s::bigint)
ORDER BY bucket, customer_id
LIMIT %(limit)s
"""

# Whose belongings are, by their ids.
CUSTOMERS_OF_BELONGINGS = """
SELECT id, customer_id, kind, guardian_consent_at
FROM customers.belonging
WHERE group_id = %(group_id)s
  AND id = ANY (%(belonging_ids)s::bigint[])
  AND removed_at IS NULL
  AND sealed IS NOT NULL
"""

# New belongings.
INSERT_BELONGINGS = """
INSERT INTO customers.belonging
  (group_id, bucket, id, brand_id, customer_id, origin_customer_id, origin_identifier_id, kind,
   sealed, sealed_for, guardian_policy_version, guardian_consent_at, source, actor, recorded_at,
   changed_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.brand_id, incoming.customer_id,
       incoming.customer_id, incoming.origin_identifier_id, incoming.kind, incoming.sealed,
       incoming.sealed_for, incoming.guardian_policy_version, incoming.guardian_consent_at,
       incoming.source, incoming.actor, %(now)s, %(now)s
FROM {incoming}
"""

# What is said of belongings from now on.
CHANGE_BELONGINGS = """
UPDATE customers.belonging
SET sealed = incoming.sealed, sealed_for = incoming.sealed_for, actor = incoming.actor,
    changed_at = %(now)s
FROM {incoming}
WHERE belonging.group_id = %(group_id)s
  AND belonging.bucket = incoming.bucket
  AND belonging.id = incoming.id
"""

# Belongings that a customer has no more.
REMOVE_BELONGINGS = """
UPDATE customers.belonging
SET removed_at = %(now)s, changed_at = %(now)s
WHERE group_id = %(group_id)s
  AND id = ANY (%(belonging_ids)s::bigint[])
  AND removed_at IS NULL
RETURNING id
"""

# Gives belongings to the customers who stay.
REASSIGN_BELONGINGS = """
UPDATE customers.belonging
SET bucket = (incoming.target_id & 4095)::smallint, customer_id = incoming.target_id
FROM {incoming}
WHERE belonging.group_id = %(group_id)s
  AND belonging.bucket = (incoming.source_id & 4095)::smallint
  AND belonging.customer_id = incoming.source_id
"""

# What came from a customer who is one of their own again, or under their identifiers.
BELONGINGS_TO_RETURN = """
SELECT id, bucket, sealed, sealed_for
FROM customers.belonging
WHERE group_id = %(group_id)s
  AND bucket = (%(target_id)s & 4095)::smallint
  AND customer_id = %(target_id)s
  AND (origin_customer_id = ANY (%(family)s::bigint[])
       OR origin_identifier_id = ANY (%(identifier_ids)s::bigint[]))
"""

# Belongings that are another customer's now, sealed for them.
RETURN_BELONGINGS = """
UPDATE customers.belonging
SET bucket = (incoming.customer_id & 4095)::smallint, customer_id = incoming.customer_id,
    sealed = incoming.sealed, sealed_for = incoming.sealed_for
FROM {incoming}
WHERE belonging.group_id = %(group_id)s
  AND belonging.bucket = incoming.old_bucket
  AND belonging.id = incoming.id
"""

# Forgets what was said of belongings.
ERASE_BELONGINGS = """
UPDATE customers.belonging
SET sealed = NULL, erased_at = %(now)s, changed_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
  AND sealed IS NOT NULL
"""
