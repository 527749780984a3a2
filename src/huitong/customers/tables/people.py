"""Named SQL of customers: who they are, whom they were merged into, what they are to a brand."""

from huitong.platform.db import Shape

CUSTOMER = Shape(
    "customers_customer",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "person_id": "bigint",
        "status": "text",
        "enrolled_at": "timestamptz",
    },
)

STANDING = Shape(
    "customers_standing",
    {
        "bucket": "smallint",
        "id": "bigint",
        "status": "text",
        "enrolled_at": "timestamptz",
        "told_at": "timestamptz",
        "store": "text",
        "touchpoint": "text",
        "guide": "text",
    },
)

# The customers of persons in one brand, by their place. The inner LIMIT keeps the planner at one
# index look-up a row, however small the table was when the plan was made.
FIND_BY_PERSON = """
SELECT wanted.person_id, found.id
FROM unnest(%(person_ids)s::bigint[]) AS wanted(person_id)
CROSS JOIN LATERAL (
  SELECT customer.id
  FROM customers.customer
  WHERE customer.group_id = %(group_id)s
    AND customer.bucket = (wanted.person_id & 4095)::smallint
    AND customer.brand_id = %(brand_id)s
    AND customer.person_id = wanted.person_id
  LIMIT 1
) AS found
"""

# Locks customers one after the other in the order in which their ids are given: sorted.
LOCK_CUSTOMERS = """
SELECT found.id, found.person_id, found.brand_id, found.status, found.enrolled_at,
       found.merged_into, found.erased_at
FROM unnest(%(customer_ids)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
  SELECT customer.id, customer.person_id, customer.brand_id, customer.status,
         customer.enrolled_at, customer.merged_into, customer.erased_at
  FROM customers.customer
  WHERE customer.group_id = %(group_id)s
    AND customer.bucket = (wanted.id & 4095)::smallint
    AND customer.id = wanted.id
  LIMIT 1
  FOR UPDATE
) AS found
"""

# What customers are to their brand, which record said so last, and when they left of themselves.
FIND_STANDINGS = """
SELECT found.id, found.status, found.enrolled_at, found.told_at, found.store, found.touchpoint,
       found.guide, own.left_at
FROM unnest(%(customer_ids)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
  SELECT customer.id, customer.status, customer.enrolled_at, customer.told_at, customer.store,
         customer.touchpoint, customer.guide
  FROM customers.customer
  WHERE customer.group_id = %(group_id)s
    AND customer.bucket = (wanted.id & 4095)::smallint
    AND customer.id = wanted.id
  LIMIT 1
) AS found
CROSS JOIN LATERAL (
  SELECT max(told.told_at) AS left_at
  FROM customers.told
  WHERE told.group_id = %(group_id)s
    AND told.bucket = (wanted.id & 4095)::smallint
    AND told.customer_id = wanted.id
    AND told.identifier_id = 0
    AND told.status = 'exited'
) AS own
"""

# New customers, in the order of their index, so that two pages never wait for each other in a
# ring. One that another transaction was first with is left out of the answer.
INSERT_CUSTOMERS = """
INSERT INTO customers.customer
  (group_id, bucket, id, brand_id, person_id, status, enrolled_at, recorded_at, changed_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.brand_id, incoming.person_id,
       incoming.status, incoming.enrolled_at, %(now)s, %(now)s
FROM {incoming}
ORDER BY incoming.bucket, incoming.brand_id, incoming.person_id
ON CONFLICT (group_id, bucket, brand_id, person_id) DO NOTHING
RETURNING person_id, id
"""

# What member records changed of customers.
UPDATE_STANDINGS = """
UPDATE customers.customer
SET status = incoming.status, enrolled_at = incoming.enrolled_at, told_at = incoming.told_at,
    store = incoming.store, touchpoint = incoming.touchpoint, guide = incoming.guide,
    changed_at = %(now)s
FROM {incoming}
WHERE customer.group_id = %(group_id)s
  AND customer.bucket = incoming.bucket
  AND customer.id = incoming.id
"""

# Whom customers are today, over any number of merges.
FOLLOW_CUSTOMERS = """
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
)
SELECT way.asked, way.id
FROM way
JOIN customers.customer
  ON customer.group_id = %(group_id)s
  AND customer.bucket = (way.id & 4095)::smallint
  AND customer.id = way.id
WHERE customer.merged_into IS NULL
"""

# The customer whom an id stands for today, over any number of merges.
FIND_TODAY = """
WITH RECURSIVE way AS (
  SELECT %(customer_id)s::bigint AS id
  UNION ALL
  SELECT customer.merged_into
  FROM way
  JOIN customers.customer
    ON customer.group_id = %(group_id)s
    AND customer.bucket = (way.id & 4095)::smallint
    AND customer.id = way.id
  WHERE customer.merged_into IS NOT NULL
)
SELECT customer.id, customer.brand_id, customer.person_id, customer.status,
       customer.enrolled_at, customer.merged_into, customer.recorded_at
FROM way
JOIN customers.customer
  ON customer.group_id = %(group_id)s
  AND customer.bucket = (way.id & 4095)::smallint
  AND customer.id = way.id
WHERE customer.merged_into IS NULL
"""

# Customers with everybody who was merged into them.
FAMILIES = """
WITH RECURSIVE family AS (
  SELECT wanted AS head, wanted AS id
  FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  UNION ALL
  SELECT family.head, customer.id
  FROM family
  JOIN customers.customer
    ON customer.group_id = %(group_id)s
    AND customer.merged_into = family.id
)
SELECT family.head, family.id, customer.person_id, customer.brand_id, customer.status,
       customer.enrolled_at, customer.merged_into, customer.recorded_at
FROM family
JOIN customers.customer
  ON customer.group_id = %(group_id)s
  AND customer.bucket = (family.id & 4095)::smallint
  AND customer.id = family.id
ORDER BY family.head, family.id
"""

# Customers by their ids.
FIND_CUSTOMERS = """
SELECT found.id, found.brand_id, found.person_id, found.status, found.enrolled_at,
       found.merged_into, found.recorded_at
FROM unnest(%(customer_ids)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
  SELECT customer.id, customer.brand_id, customer.person_id, customer.status,
         customer.enrolled_at, customer.merged_into, customer.recorded_at
  FROM customers.customer
  WHERE customer.group_id = %(group_id)s
    AND customer.bucket = (wanted.id & 4095)::smallint
    AND customer.id = wanted.id
  LIMIT 1
) AS found
"""

# How many living customers a brand has by status.
COUNT_BY_STATUS = """
SELECT status, count(*)
FROM customers.customer
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND merged_into IS NULL
GROUP BY status
"""

# Every customer of persons, merged ones too.
ALL_OF_PERSONS = """
SELECT id
FROM customers.customer
WHERE group_id = %(group_id)s
  AND (bucket, person_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(person_ids)s::bigint[]) AS wanted
  )
ORDER BY id
"""

# Forgets what customers were like; the rows stay, as facts name them.
ERASE_CUSTOMERS = """
UPDATE customers.customer
SET status = 'exited', store = NULL, touchpoint = NULL, guide = NULL, erased_at = %(now)s,
    changed_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, person_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(person_ids)s::bigint[]) AS wanted
  )
  AND erased_at IS NULL
"""
