"""Named SQL that undoes what one hand said of many customers."""

# Takes back what a hand gave and still stands, so many at a time.
UNDO_GIVEN = """
UPDATE segments.tag_given AS given
SET withdrawn_at = %(now)s, withdrawn_by = %(actor)s
FROM (
  SELECT one.bucket, one.id
  FROM segments.tag_given AS one
  WHERE one.group_id = %(group_id)s
    AND one.brand_id = %(brand_id)s
    AND one.tag = %(tag)s
    AND one.given_by = %(hand)s
    AND one.withdrawn_at IS NULL
  LIMIT %(limit)s
) AS wanted
WHERE given.group_id = %(group_id)s
  AND given.bucket = wanted.bucket
  AND given.id = wanted.id
"""

# Lets stand again what a hand took back, so many at a time, but where something else was said of
# the customer since: of a tag of one value anything, of one of several values the same.
UNDO_TAKEN_BACK = """
UPDATE segments.tag_given AS given
SET withdrawn_at = NULL, withdrawn_by = NULL
FROM (
  SELECT one.bucket, one.id
  FROM segments.tag_given AS one
  WHERE one.group_id = %(group_id)s
    AND one.brand_id = %(brand_id)s
    AND one.tag = %(tag)s
    AND one.withdrawn_by = %(hand)s
    AND one.withdrawn_at IS NOT NULL
    AND one.given_by <> %(hand)s
    AND NOT EXISTS (
      SELECT 1
      FROM segments.tag_given AS other
      WHERE other.group_id = %(group_id)s
        AND other.bucket = one.bucket
        AND other.customer_id = one.customer_id
        AND other.brand_id = one.brand_id
        AND other.tag = one.tag
        AND (NOT %(multi)s OR other.value = one.value)
        AND other.withdrawn_at IS NULL)
  LIMIT %(limit)s
) AS wanted
WHERE given.group_id = %(group_id)s
  AND given.bucket = wanted.bucket
  AND given.id = wanted.id
"""
