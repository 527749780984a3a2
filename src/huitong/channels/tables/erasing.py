"""The named SQL that finds what a person has in the inbox, to export or to erase it."""

# Every version of some records, and what was refused where a fix stands for it. What was never
# applied may bear a wrong key, so others' versions under that key are left alone.
VERSIONS_AND_ORIGINALS = """
WITH RECURSIVE told AS (
  SELECT version.bucket, version.id
  FROM unnest(%(buckets)s::smallint[], %(ids)s::bigint[]) AS wanted (bucket, id)
  JOIN channels.record
    ON record.group_id = %(group_id)s
    AND record.bucket = wanted.bucket
    AND record.id = wanted.id
  JOIN channels.record AS version
    ON version.group_id = record.group_id
    AND version.bucket = record.bucket
    AND version.channel_account_id = record.channel_account_id
    AND version.kind = record.kind
    AND version.external_id = record.external_id
  WHERE record.state = 'applied'
    OR version.id = record.id
    OR NOT EXISTS (
      SELECT
      FROM channels.record AS applied
      WHERE applied.group_id = record.group_id
        AND applied.bucket = record.bucket
        AND applied.channel_account_id = record.channel_account_id
        AND applied.kind = record.kind
        AND applied.external_id = record.external_id
        AND applied.state = 'applied'
    )
  UNION
  SELECT fix.bucket, fix.record_id
  FROM told
  JOIN channels.fix
    ON fix.group_id = %(group_id)s
    AND fix.fixed_record_id = told.id
)
SELECT told.id
FROM told
ORDER BY told.id
"""

# Where the texts of some record versions stand, copies of them too.
FIND_PLACES_AND_COPIES = """
SELECT record.body_id, record.body_place
FROM unnest(%(buckets)s::smallint[], %(ids)s::bigint[]) AS wanted (bucket, id)
JOIN channels.record
  ON record.group_id = %(group_id)s
  AND record.bucket = wanted.bucket
  AND record.id = wanted.id
UNION
SELECT text_copy.body_id, text_copy.body_place
FROM unnest(%(buckets)s::smallint[], %(ids)s::bigint[]) AS wanted (bucket, id)
JOIN channels.text_copy
  ON text_copy.group_id = %(group_id)s
  AND text_copy.bucket = wanted.bucket
  AND text_copy.record_id = wanted.id
"""

# Marks record versions as an erased person's, and takes the words of their refusals away.
MARK_ERASED = """
UPDATE channels.record
SET is_erased = true, reason = CASE WHEN state = 'refused' THEN %(reason)s END
FROM unnest(%(buckets)s::smallint[], %(ids)s::bigint[]) AS wanted (bucket, id)
WHERE record.group_id = %(group_id)s
  AND record.bucket = wanted.bucket
  AND record.id = wanted.id
"""

# What somebody wrote beside the fixes of some record versions goes; that they were fixed stays.
ERASE_WORDS_OF_FIXES = """
UPDATE channels.fix
SET reason = ''
WHERE group_id = %(group_id)s
  AND (
    (bucket, record_id) IN (
      SELECT wanted.bucket, wanted.id
      FROM unnest(%(buckets)s::smallint[], %(ids)s::bigint[]) AS wanted (bucket, id)
    )
    OR fixed_record_id = ANY(%(ids)s::bigint[])
  )
"""

# Which of some record versions were an erased person's, or are versions of such a record.
FIND_ERASED = """
SELECT record.id
FROM unnest(%(buckets)s::smallint[], %(ids)s::bigint[]) AS wanted (bucket, id)
JOIN channels.record
  ON record.group_id = %(group_id)s
  AND record.bucket = wanted.bucket
  AND record.id = wanted.id
WHERE record.is_erased
  OR EXISTS (
    SELECT
    FROM channels.record AS version
    WHERE version.group_id = record.group_id
      AND version.bucket = record.bucket
      AND version.channel_account_id = record.channel_account_id
      AND version.kind = record.kind
      AND version.external_id = record.external_id
      AND version.state = 'applied'
      AND version.is_erased
  )
"""

# The record versions behind facts, with where their texts stand.
EXPORT_RECORDS = """
SELECT record.id, record.kind, record.version_at, record.state, record.code, record.recorded_at,
       record.body_id, record.body_place
FROM unnest(%(buckets)s::smallint[], %(ids)s::bigint[]) AS wanted (bucket, id)
JOIN channels.record
  ON record.group_id = %(group_id)s
  AND record.bucket = wanted.bucket
  AND record.id = wanted.id
ORDER BY record.recorded_at, record.id
"""

# Sealed pages on which records stand that were never applied, with their places and their ids.
UNAPPLIED_BODIES = """
SELECT body.id, body.day, day_key.salt, body.content, unapplied.places, unapplied.record_ids
FROM (
  SELECT record.body_id, array_agg(record.body_place) AS places,
         array_agg(record.id) AS record_ids
  FROM channels.record
  WHERE record.group_id = %(group_id)s
    AND record.state <> 'applied'
  GROUP BY record.body_id
) AS unapplied
JOIN channels.body
  ON body.group_id = %(group_id)s
  AND body.id = unapplied.body_id
JOIN vault.day_key AS day_key
  ON day_key.group_id = body.group_id
  AND day_key.day = body.day
"""
