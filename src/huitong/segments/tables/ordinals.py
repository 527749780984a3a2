"""SQL of the ordinals: a customer's place in every bitmap of the brand."""

from huitong.platform.db import Shape

CUSTOMER = Shape(
    "segments_customer", {"bucket": "smallint", "customer_id": "bigint", "place": "integer"}
)

# open_numbering: the brand's row, made when it is first needed.
OPEN_NUMBERING = """
INSERT INTO segments.numbering (group_id, brand_id)
VALUES (%(group_id)s, %(brand_id)s)
ON CONFLICT (group_id, brand_id) DO NOTHING
"""

# lock_numbering: one refresh of a brand at a time gives out ordinals and versions.
LOCK_NUMBERING = """
SELECT next_ordinal, last_version, published_version
FROM segments.numbering
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
FOR UPDATE
"""

# allot: the next ordinals, in the order of the batch; whoever has one already is not in it.
ALLOT = """
INSERT INTO segments.ordinal (group_id, bucket, customer_id, brand_id, ordinal)
SELECT %(group_id)s, bucket, customer_id, %(brand_id)s, %(next)s + place
FROM {incoming}
"""

# advance: the ordinals up to here are given out.
ADVANCE = """
UPDATE segments.numbering
SET next_ordinal = %(next)s
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
"""

# find_ordinals: the places of customers, by bucket so that the primary key serves.
FIND_ORDINALS = """
SELECT known.customer_id, known.ordinal
FROM unnest(%(buckets)s::smallint[], %(customer_ids)s::bigint[]) AS wanted (bucket, customer_id)
JOIN segments.ordinal AS known
  ON known.group_id = %(group_id)s
  AND known.bucket = wanted.bucket
  AND known.customer_id = wanted.customer_id
"""

# find_customers: who has the places and is alive, in their order.
FIND_CUSTOMERS = """
SELECT ordinal, customer_id
FROM segments.ordinal
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND ordinal = ANY(%(ordinals)s::integer[])
  AND retired_at IS NULL
ORDER BY ordinal
"""

# mark_retired: merged away or erased; whoever is already is left alone.
MARK_RETIRED = """
UPDATE segments.ordinal AS known
SET retired_at = %(now)s,
    is_pending = true,
    changed_xid = pg_current_xact_id()
FROM unnest(%(buckets)s::smallint[], %(customer_ids)s::bigint[]) AS gone (bucket, customer_id)
WHERE known.group_id = %(group_id)s
  AND known.bucket = gone.bucket
  AND known.customer_id = gone.customer_id
  AND known.retired_at IS NULL
"""

# mark_revived: a merge was undone.
MARK_REVIVED = """
UPDATE segments.ordinal AS known
SET retired_at = NULL,
    is_pending = true,
    changed_xid = pg_current_xact_id()
FROM unnest(%(buckets)s::smallint[], %(customer_ids)s::bigint[]) AS back (bucket, customer_id)
WHERE known.group_id = %(group_id)s
  AND known.bucket = back.bucket
  AND known.customer_id = back.customer_id
  AND known.retired_at IS NOT NULL
"""

# list_pending: who was retired or revived since the bitmap of the living was published.
LIST_PENDING = """
SELECT ordinal, retired_at IS NULL
FROM segments.ordinal
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND is_pending
  AND ordinal < %(ordinals)s
ORDER BY ordinal
"""

# take_pending: the same, for the bitmap that is published now.
TAKE_PENDING = """
UPDATE segments.ordinal
SET is_pending = false
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND is_pending
  AND ordinal < %(ordinals)s
RETURNING ordinal, retired_at IS NULL
"""
