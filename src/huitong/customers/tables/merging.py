"""Named SQL of merges and splits, and of what each record told of a standing."""

from huitong.platform.db import Shape

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
        "store": "text",
        "touchpoint": "text",
        "guide": "text",
    },
)

GIVEN_BACK = Shape(
    "customers_given_back",
    {"source_id": "bigint", "target_id": "bigint", "identifier_id": "bigint"},
)

GONE_WITH = Shape(
    "customers_gone_with",
    {"source_id": "bigint", "target_id": "bigint", "customer_id": "bigint"},
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

# What member records said of customers' standings, and under which identifier.
PUT_TOLD = """
INSERT INTO customers.told
  (group_id, bucket, customer_id, record_id, brand_id, identifier_id, status, enrolled_at, told_at,
   store, touchpoint, guide, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.customer_id, incoming.record_id, %(brand_id)s,
       incoming.identifier_id, incoming.status, incoming.enrolled_at, incoming.told_at,
       incoming.store, incoming.touchpoint, incoming.guide, %(now)s
FROM {incoming}
ON CONFLICT (group_id, bucket, customer_id, record_id) DO UPDATE
SET identifier_id = excluded.identifier_id, status = excluded.status,
    enrolled_at = excluded.enrolled_at, told_at = excluded.told_at, store = excluded.store,
    touchpoint = excluded.touchpoint, guide = excluded.guide, recorded_at = excluded.recorded_at
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

# Gives exits that were wished for as a split customer, or as one who goes with them, to them.
GIVE_BACK_EXITS = """
UPDATE customers.told
SET bucket = (incoming.source_id & 4095)::smallint, customer_id = incoming.source_id
FROM {incoming}
JOIN customers.exit_request
  ON exit_request.group_id = %(group_id)s
  AND exit_request.bucket = (incoming.customer_id & 4095)::smallint
  AND exit_request.customer_id = incoming.customer_id
WHERE told.group_id = %(group_id)s
  AND told.bucket = (incoming.target_id & 4095)::smallint
  AND told.customer_id = incoming.target_id
  AND told.record_id = exit_request.id
"""

# What records said of customers' standings, in the order in which it was learned.
TOLD_OF_CUSTOMERS = """
SELECT customer_id, status, enrolled_at, told_at, recorded_at, store, touchpoint, guide,
       identifier_id = 0 AND status = 'exited'
FROM customers.told
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
  AND status IS NOT NULL
ORDER BY recorded_at, record_id
"""

# The inbox records that told of customers themselves.
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

# Forgets where customers were met and by whom; that records told of them stays.
ERASE_TOLD = """
UPDATE customers.told
SET store = NULL, touchpoint = NULL, guide = NULL
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
"""
