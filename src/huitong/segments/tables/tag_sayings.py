"""Named SQL of what people said of customers by hand or by a file, for lists and stories."""

# Everything that was said of customers, taken back or not, the latest first.
SAYINGS_OF = """
SELECT given.id, given.customer_id, given.tag, given.value, given.source, given.given_by,
       given.valid_from, given.valid_until, given.recorded_at, given.withdrawn_at,
       given.withdrawn_by
FROM segments.tag_given AS given
WHERE given.group_id = %(group_id)s
  AND given.bucket IN (
    SELECT (wanted & 4095)::smallint
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
  AND given.customer_id = ANY (%(customer_ids)s::bigint[])
  AND given.brand_id = %(brand_id)s
ORDER BY given.recorded_at DESC, given.id DESC
LIMIT %(limit)s
"""
