"""The named SQL of `customers` and the shapes of the rows that go into it."""

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
CARD = Shape(
    "customers_card",
    {
        "bucket": "smallint",
        "id": "bigint",
        "customer_id": "bigint",
        "blind_index": "bytea",
        "sealed": "bytea",
    },
)
PROFILE = Shape(
    "customers_profile",
    {
        "bucket": "smallint",
        "customer_id": "bigint",
        "sealed": "bytea",
        "told_at": "timestamptz",
    },
)
CONSENT = Shape(
    "customers_consent",
    {
        "bucket": "smallint",
        "id": "bigint",
        "customer_id": "bigint",
        "purpose": "text",
        "policy_version": "text",
        "action": "text",
        "occurred_at": "timestamptz",
        "record_id": "bigint",
    },
)
TOLD = Shape(
    "customers_told",
    {
        "bucket": "smallint",
        "customer_id": "bigint",
        "record_id": "bigint",
        "identifier_id": "bigint",
        "status": "text",
        "enrolled_at": "timestamptz",
        "told_at": "timestamptz",
    },
)
GIVEN_BACK = Shape(
    "customers_given_back",
    {"source_id": "bigint", "target_id": "bigint", "identifier_id": "bigint"},
)
MERGE = Shape(
    "customers_merge",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "persons_merge_id": "bigint",
        "source_id": "bigint",
        "target_id": "bigint",
        "target_status": "text",
        "target_enrolled_at": "timestamptz",
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

# What customers are to their brand, and which record said so last.
FIND_STANDINGS = """
SELECT found.id, found.status, found.enrolled_at, found.told_at, found.store, found.touchpoint,
       found.guide
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

# The cards of a brand by number.
FIND_CARDS = """
SELECT wanted.digest, found.customer_id
FROM unnest(%(buckets)s::smallint[], %(digests)s::bytea[]) AS wanted(bucket, digest)
CROSS JOIN LATERAL (
  SELECT card.customer_id
  FROM customers.card
  WHERE card.group_id = %(group_id)s
    AND card.bucket = wanted.bucket
    AND card.brand_id = %(brand_id)s
    AND card.blind_index = wanted.digest
  LIMIT 1
) AS found
"""

# New cards; one that another transaction was first with is left out of the answer.
INSERT_CARDS = """
INSERT INTO customers.card
  (group_id, bucket, id, brand_id, customer_id, blind_index, sealed, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(brand_id)s, incoming.customer_id,
       incoming.blind_index, incoming.sealed, %(now)s
FROM {incoming}
ORDER BY incoming.bucket, incoming.blind_index
ON CONFLICT (group_id, bucket, brand_id, blind_index) DO NOTHING
RETURNING blind_index, customer_id
"""

# The sealed profiles of customers.
FIND_PROFILES = """
SELECT wanted.id, found.sealed, found.told_at
FROM unnest(%(customer_ids)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
  SELECT profile.sealed, profile.told_at
  FROM customers.profile
  WHERE profile.group_id = %(group_id)s
    AND profile.bucket = (wanted.id & 4095)::smallint
    AND profile.customer_id = wanted.id
    AND profile.sealed IS NOT NULL
  LIMIT 1
) AS found
"""

# Profiles as they are from now on.
PUT_PROFILES = """
INSERT INTO customers.profile
  (group_id, bucket, customer_id, brand_id, sealed, told_at, changed_at)
SELECT %(group_id)s, incoming.bucket, incoming.customer_id, %(brand_id)s, incoming.sealed,
       incoming.told_at, %(now)s
FROM {incoming}
ON CONFLICT (group_id, bucket, customer_id) DO UPDATE
SET sealed = excluded.sealed, told_at = excluded.told_at, changed_at = excluded.changed_at
"""

# Consents as sources hold them; one that is known already is not repeated.
INSERT_CONSENTS = """
INSERT INTO customers.consent
  (group_id, bucket, id, brand_id, customer_id, purpose, policy_version, action, occurred_at,
   channel_account_id, record_id, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(brand_id)s, incoming.customer_id,
       incoming.purpose, incoming.policy_version, incoming.action, incoming.occurred_at,
       %(channel_account_id)s, incoming.record_id, %(now)s
FROM {incoming}
ON CONFLICT (group_id, bucket, customer_id, purpose, policy_version, action, occurred_at)
  DO NOTHING
"""

# What member records said of customers' standings, and under which identifier.
PUT_TOLD = """
INSERT INTO customers.told
  (group_id, bucket, customer_id, record_id, brand_id, identifier_id, status, enrolled_at, told_at,
   recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.customer_id, incoming.record_id, %(brand_id)s,
       incoming.identifier_id, incoming.status, incoming.enrolled_at, incoming.told_at, %(now)s
FROM {incoming}
ON CONFLICT (group_id, bucket, customer_id, record_id) DO UPDATE
SET identifier_id = excluded.identifier_id, status = excluded.status,
    enrolled_at = excluded.enrolled_at, told_at = excluded.told_at,
    recorded_at = excluded.recorded_at
"""

# Gives what was told under a split person's identifiers to that person's customer.
GIVE_BACK_TOLD = """
UPDATE customers.told
SET bucket = (incoming.source_id & 4095)::smallint, customer_id = incoming.source_id
FROM {incoming}
WHERE told.group_id = %(group_id)s
  AND told.bucket = (incoming.target_id & 4095)::smallint
  AND told.customer_id = incoming.target_id
  AND told.identifier_id = incoming.identifier_id
"""

# What member records said of customers' standings, in the order in which it was learned.
TOLD_OF_CUSTOMERS = """
SELECT customer_id, status, enrolled_at, told_at, recorded_at
FROM customers.told
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
ORDER BY recorded_at, record_id
"""

# The inbox records that member records of customers came as.
RECORDS_OF_CUSTOMERS = """
SELECT record_id
FROM customers.told
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
"""

# Every living customer of persons, over all brands.
CUSTOMERS_OF_PERSONS = """
SELECT person_id, brand_id, id
FROM customers.customer
WHERE group_id = %(group_id)s
  AND (bucket, person_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(person_ids)s::bigint[]) AS wanted
  )
  AND merged_into IS NULL
ORDER BY id
"""

# Marks customers as merged; late facts follow `merged_into`.
MARK_MERGED = """
UPDATE customers.customer
SET merged_into = incoming.target_id, changed_at = %(now)s
FROM {incoming}
WHERE customer.group_id = %(group_id)s
  AND customer.bucket = (incoming.source_id & 4095)::smallint
  AND customer.id = incoming.source_id
"""

# The journal of merged customers.
INSERT_MERGES = """
INSERT INTO customers.merge
  (group_id, bucket, id, brand_id, persons_merge_id, source_id, target_id, target_status,
   target_enrolled_at, merged_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.brand_id, incoming.persons_merge_id,
       incoming.source_id, incoming.target_id, incoming.target_status,
       incoming.target_enrolled_at, %(now)s
FROM {incoming}
"""

# The merges of customers that came of merges of persons and still stand.
STANDING_MERGES = """
SELECT id, brand_id, persons_merge_id, source_id, target_id
FROM customers.merge
WHERE group_id = %(group_id)s
  AND persons_merge_id = ANY (%(persons_merge_ids)s::bigint[])
  AND split_at IS NULL
ORDER BY id DESC
"""

# Makes merged customers ones of their own again.
MARK_SPLIT = """
UPDATE customers.customer
SET merged_into = NULL, changed_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
"""

# What those are to the brand who are still merged into customers.
STILL_MERGED = """
SELECT merged_into, status, enrolled_at
FROM customers.customer
WHERE group_id = %(group_id)s
  AND merged_into = ANY (%(customer_ids)s::bigint[])
ORDER BY id
"""

# Notes in the journal that merges were undone.
CLOSE_MERGES = """
UPDATE customers.merge
SET split_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(merge_ids)s::bigint[]) AS wanted
  )
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
SELECT family.head, family.id, customer.person_id
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

# The cards of customers, sealed as they are.
CARDS_OF_CUSTOMERS = """
SELECT customer_id, id, sealed
FROM customers.card
WHERE group_id = %(group_id)s
  AND customer_id = ANY (%(customer_ids)s::bigint[])
  AND erased_at IS NULL
ORDER BY customer_id, id
"""

# The consents of customers, oldest first.
CONSENTS_OF_CUSTOMERS = """
SELECT customer_id, purpose, policy_version, action, occurred_at
FROM customers.consent
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
ORDER BY occurred_at, id
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

# Forgets the profiles of customers.
ERASE_PROFILES = """
UPDATE customers.profile
SET sealed = NULL, told_at = NULL, changed_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
"""

# Forgets the card numbers of customers.
ERASE_CARDS = """
UPDATE customers.card
SET blind_index = NULL, sealed = NULL, erased_at = %(now)s
WHERE group_id = %(group_id)s
  AND customer_id = ANY (%(customer_ids)s::bigint[])
  AND erased_at IS NULL
"""
