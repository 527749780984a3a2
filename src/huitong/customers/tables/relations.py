"""Named SQL of relations, and of the customers that staff are themselves."""

from huitong.platform.db import Shape

RELATION = Shape(
    "customers_relation",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "customer_id": "bigint",
        "origin_identifier_id": "bigint",
        "kind": "text",
        "staff_id": "bigint",
        "store_id": "bigint",
        "valid_from": "timestamptz",
        "lock_until": "timestamptz",
        "source": "text",
        "actor": "text",
    },
)
ENDED = Shape(
    "customers_relation_ended",
    {
        "bucket": "smallint",
        "id": "bigint",
        "valid_until": "timestamptz",
        "ended_by": "bigint",
        "end_reason": "text",
    },
)
PLACED = Shape(
    "customers_relation_placed",
    {
        "old_bucket": "smallint",
        "id": "bigint",
        "customer_id": "bigint",
        "valid_until": "timestamptz",
        "ended_by": "bigint",
        "planned_until": "timestamptz",
        "shadowed_by": "bigint",
    },
)
OWN_CUSTOMER = Shape(
    "customers_own_customer",
    {
        "id": "bigint",
        "brand_id": "bigint",
        "staff_id": "bigint",
        "customer_id": "bigint",
        "valid_from": "timestamptz",
        "actor": "text",
    },
)

# The relations of customers, oldest first, shadowed ones too.
RELATIONS_OF = """
SELECT relation.id, relation.customer_id, relation.kind, relation.staff_id, relation.store_id,
       relation.valid_from, relation.valid_until, relation.lock_until, relation.source,
       relation.slot, relation.origin_customer_id, relation.origin_identifier_id,
       relation.ended_by, relation.planned_until, relation.shadowed_by
FROM customers.relation
JOIN unnest(%(customer_ids)s::bigint[]) AS wanted(id)
  ON relation.bucket = (wanted.id & 4095)::smallint
  AND relation.customer_id = wanted.id
WHERE relation.group_id = %(group_id)s
ORDER BY relation.valid_from, relation.id
"""

# Whose relations are, by their ids.
CUSTOMERS_OF_RELATIONS = """
SELECT id, customer_id
FROM customers.relation
WHERE group_id = %(group_id)s
  AND id = ANY (%(relation_ids)s::bigint[])
"""

# The relations that somebody of the staff has now, oldest first.
RELATIONS_OF_STAFF = """
SELECT id, customer_id
FROM customers.relation
WHERE group_id = %(group_id)s
  AND staff_id = %(staff_id)s
  AND kind = ANY (%(kinds)s::text[])
  AND valid_until IS NULL
  AND shadowed_by IS NULL
ORDER BY id
LIMIT %(limit)s
"""

# New relations, each of the customer with whom it began.
INSERT_RELATIONS = """
INSERT INTO customers.relation
  (group_id, bucket, id, brand_id, customer_id, origin_customer_id, origin_identifier_id, kind,
   staff_id, store_id, valid_from, lock_until, source, actor, recorded_at, changed_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.brand_id, incoming.customer_id,
       incoming.customer_id, incoming.origin_identifier_id, incoming.kind, incoming.staff_id,
       incoming.store_id, incoming.valid_from, incoming.lock_until, incoming.source,
       incoming.actor, %(now)s, %(now)s
FROM {incoming}
"""

# Ends relations, and notes what took their place and until when they would have been.
END_RELATIONS = """
UPDATE customers.relation
SET planned_until = relation.valid_until, valid_until = incoming.valid_until,
    ended_by = incoming.ended_by, end_reason = incoming.end_reason, changed_at = %(now)s
FROM {incoming}
WHERE relation.group_id = %(group_id)s
  AND relation.bucket = incoming.bucket
  AND relation.id = incoming.id
"""

# Takes relations out of their slots before others take their places in one statement.
SHADOW_ALL = """
UPDATE customers.relation
SET shadowed_by = coalesce(relation.shadowed_by, 0)
FROM {incoming}
WHERE relation.group_id = %(group_id)s
  AND relation.bucket = incoming.old_bucket
  AND relation.id = incoming.id
"""

# Puts relations where they belong after a merge or a split.
PLACE_RELATIONS = """
UPDATE customers.relation
SET bucket = (incoming.customer_id & 4095)::smallint, customer_id = incoming.customer_id,
    valid_until = incoming.valid_until, ended_by = incoming.ended_by,
    planned_until = incoming.planned_until, shadowed_by = incoming.shadowed_by,
    changed_at = %(now)s
FROM {incoming}
WHERE relation.group_id = %(group_id)s
  AND relation.bucket = incoming.old_bucket
  AND relation.id = incoming.id
"""

# Ends the customer that staff were until now in a brand, where they become another.
END_OWN_CUSTOMERS = """
UPDATE customers.own_customer
SET valid_until = incoming.valid_from
FROM {incoming}
WHERE own_customer.group_id = %(group_id)s
  AND own_customer.brand_id = incoming.brand_id
  AND own_customer.staff_id = incoming.staff_id
  AND own_customer.valid_until IS NULL
  AND own_customer.customer_id <> incoming.customer_id
  AND own_customer.valid_from < incoming.valid_from
"""

# Which customers staff are themselves from now on; what stands already is not repeated.
INSERT_OWN_CUSTOMERS = """
INSERT INTO customers.own_customer
  (group_id, id, brand_id, staff_id, customer_id, valid_from, actor, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.brand_id, incoming.staff_id, incoming.customer_id,
       incoming.valid_from, incoming.actor, %(now)s
FROM {incoming}
WHERE NOT EXISTS (
  SELECT FROM customers.own_customer
  WHERE own_customer.group_id = %(group_id)s
    AND own_customer.brand_id = incoming.brand_id
    AND own_customer.staff_id = incoming.staff_id
    AND own_customer.customer_id = incoming.customer_id
    AND own_customer.valid_until IS NULL
)
"""

# Which customers staff are themselves, as far as that stands at an instant.
OWN_CUSTOMERS_OF = """
SELECT staff_id, customer_id
FROM customers.own_customer
WHERE group_id = %(group_id)s
  AND staff_id = ANY (%(staff_ids)s::bigint[])
  AND customer_id IS NOT NULL
  AND valid_from <= %(at)s
  AND (valid_until IS NULL OR valid_until > %(at)s)
"""

# Forgets which customers staff were themselves; that they were one stays.
ERASE_OWN_CUSTOMERS = """
UPDATE customers.own_customer
SET customer_id = NULL
WHERE group_id = %(group_id)s
  AND customer_id = ANY (%(customer_ids)s::bigint[])
"""

# Forgets the free words of relations; with whom they were stays.
ERASE_RELATIONS = """
UPDATE customers.relation
SET end_reason = NULL
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
  AND end_reason IS NOT NULL
"""

# Which customers somebody sees: over all that were merged into them, one has a relation now with
# one of the staff or stores, or enrolled in one of the stores.
VISIBLE = """
WITH RECURSIVE way AS (
  SELECT wanted AS asked, wanted AS id
  FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  UNION ALL
  SELECT way.asked, customer.merged_into
  FROM way
  JOIN customers.customer
    ON customer.group_id = %(group_id)s
    AND customer.bucket = (way.id & 4095)::smallint
    AND customer.id = way.id
  WHERE customer.merged_into IS NOT NULL
), family AS (
  SELECT way.asked, way.id
  FROM way
  UNION
  SELECT family.asked, customer.id
  FROM family
  JOIN customers.customer
    ON customer.group_id = %(group_id)s
    AND customer.merged_into = family.id
)
SELECT DISTINCT family.asked
FROM family
WHERE EXISTS (
    SELECT FROM customers.relation
    WHERE relation.group_id = %(group_id)s
      AND relation.bucket = (family.id & 4095)::smallint
      AND relation.customer_id = family.id
      AND relation.shadowed_by IS NULL
      AND relation.valid_from <= %(at)s
      AND (relation.valid_until IS NULL OR relation.valid_until > %(at)s)
      AND (relation.staff_id = ANY (%(staff_ids)s::bigint[])
        OR relation.store_id = ANY (%(store_ids)s::bigint[]))
  )
  OR EXISTS (
    SELECT FROM customers.customer
    WHERE customer.group_id = %(group_id)s
      AND customer.bucket = (family.id & 4095)::smallint
      AND customer.id = family.id
      AND customer.store = ANY (%(store_codes)s::text[])
  )
"""
