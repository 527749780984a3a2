"""Named SQL of names: what customers' names are searched by, never the names."""

from huitong.platform.db import Shape

NAME = Shape(
    "customers_searched_name",
    {
        "bucket": "smallint",
        "customer_id": "bigint",
        "brand_id": "bigint",
        "search_index": "bytea",
    },
)

# What names are searched by as statements make them now; of whom no name is known nothing stays.
PUT_NAMES = """
WITH gone AS (
  DELETE FROM customers.searched_name
  USING {incoming}
  WHERE searched_name.group_id = %(group_id)s
    AND searched_name.bucket = incoming.bucket
    AND searched_name.customer_id = incoming.customer_id
    AND incoming.search_index IS NULL
)
INSERT INTO customers.searched_name (group_id, bucket, customer_id, brand_id, search_index)
SELECT %(group_id)s, incoming.bucket, incoming.customer_id, incoming.brand_id,
       incoming.search_index
FROM {incoming}
WHERE incoming.search_index IS NOT NULL
ORDER BY incoming.bucket, incoming.customer_id
ON CONFLICT (group_id, bucket, customer_id) DO UPDATE
SET search_index = excluded.search_index
WHERE searched_name.search_index <> excluded.search_index
"""

# The customers of a brand whose name this is, the newest first.
FIND_BY_NAME = """
SELECT searched_name.customer_id
FROM customers.searched_name
WHERE searched_name.group_id = %(group_id)s
  AND searched_name.brand_id = %(brand_id)s
  AND searched_name.search_index = %(digest)s
ORDER BY searched_name.customer_id DESC
LIMIT %(limit)s
"""

# Forgets what customers' names are searched by.
ERASE_NAMES = """
DELETE FROM customers.searched_name
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
"""
