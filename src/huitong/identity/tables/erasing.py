"""Forgets persons, and keeps for a while that their identifiers were erased."""

from huitong.platform.db import Shape

TOMBSTONE = Shape("identity_tombstone", {"bucket": "smallint", "digest": "bytea"})

# What makes the identifiers of a person findable.
INDEXES_OF_PERSON = """
SELECT id, blind_index
FROM identity.identifier
WHERE group_id = %(group_id)s
  AND person_id = %(person_id)s
ORDER BY id
"""

# What makes the identifiers of persons findable.
INDEXES_OF_PERSONS = """
SELECT person_id, blind_index
FROM identity.identifier
WHERE group_id = %(group_id)s
  AND person_id = ANY (%(person_ids)s::bigint[])
  AND erased_at IS NULL
"""

# Forgets the identifiers of a person; the rows stay, as facts name them.
ERASE_IDENTIFIERS = """
UPDATE identity.identifier
SET blind_index = NULL, search_index = NULL, sealed = NULL, sealed_for = NULL,
    erased_at = %(now)s
WHERE group_id = %(group_id)s
  AND person_id = %(person_id)s
  AND erased_at IS NULL
"""

# Forgets identifiers that belong to nobody; the rows stay, as facts name them.
ERASE_UNCLAIMED = """
UPDATE identity.identifier
SET blind_index = NULL, search_index = NULL, erased_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(identifier_ids)s::bigint[]) AS wanted
  )
  AND person_id IS NULL
  AND erased_at IS NULL
"""

# Empties what somebody wrote beside merges of persons; that they were merged stays.
ERASE_WORDS_OF_MERGES = """
UPDATE identity.merge
SET reason = ''
WHERE group_id = %(group_id)s
  AND (source_id = ANY (%(person_ids)s::bigint[]) OR target_id = ANY (%(person_ids)s::bigint[]))
  AND reason <> ''
"""

# Empties what somebody wrote beside carvings of persons.
ERASE_WORDS_OF_CARVINGS = """
UPDATE identity.carving
SET reason = ''
WHERE group_id = %(group_id)s
  AND (from_id = ANY (%(person_ids)s::bigint[]) OR to_id = ANY (%(person_ids)s::bigint[]))
  AND reason <> ''
"""

# Empties what somebody wrote when they undid identifiers.
ERASE_WORDS_OF_UNDOINGS = """
UPDATE identity.undoing
SET reason = ''
WHERE group_id = %(group_id)s
  AND (bucket, identifier_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(identifier_ids)s::bigint[]) AS wanted
  )
  AND reason <> ''
"""

# Empties what somebody wrote when they decided on pairs of identifiers.
ERASE_WORDS_OF_REVIEWS = """
UPDATE identity.review
SET reason = ''
WHERE group_id = %(group_id)s
  AND (
    (bucket, identifier_id) IN (
      SELECT (wanted & 4095)::smallint, wanted
      FROM unnest(%(identifier_ids)s::bigint[]) AS wanted
    )
    OR other_id = ANY (%(identifier_ids)s::bigint[])
  )
  AND reason <> ''
"""

# Empties what somebody wrote when they withdrew evidence.
ERASE_WORDS_OF_LINKS = """
UPDATE identity.link
SET withdrawn_reason = ''
WHERE group_id = %(group_id)s
  AND (
    (bucket, identifier_id) IN (
      SELECT (wanted & 4095)::smallint, wanted
      FROM unnest(%(identifier_ids)s::bigint[]) AS wanted
    )
    OR other_id = ANY (%(identifier_ids)s::bigint[])
  )
  AND withdrawn_reason <> ''
"""

# Marks persons as erased: the journal that a restored database replays.
MARK_ERASED = """
UPDATE identity.person
SET erased_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(person_ids)s::bigint[]) AS wanted
  )
"""

# Shreds whatever was sealed for persons, in every table.
DROP_SALTS = """
DELETE FROM vault.person_key
WHERE group_id = %(group_id)s
  AND (bucket, person_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(person_ids)s::bigint[]) AS wanted
  )
"""

# That identifiers were erased, until the tombstones expire.
INSERT_TOMBSTONES = """
INSERT INTO identity.tombstone (group_id, bucket, digest, expires_at)
SELECT %(group_id)s, incoming.bucket, incoming.digest, %(expires_at)s
FROM {incoming}
ORDER BY incoming.bucket, incoming.digest
ON CONFLICT (group_id, bucket, digest) DO UPDATE SET expires_at = excluded.expires_at
"""

# Which tombstones stand on a day.
FIND_TOMBSTONES = """
SELECT tombstone.digest
FROM unnest(%(buckets)s::smallint[], %(digests)s::bytea[]) AS wanted(bucket, digest)
JOIN identity.tombstone
  ON tombstone.group_id = %(group_id)s
  AND tombstone.bucket = wanted.bucket
  AND tombstone.digest = wanted.digest
WHERE tombstone.expires_at > %(now)s
"""

# Tombstones whose time is over.
DROP_TOMBSTONES = """
DELETE FROM identity.tombstone
WHERE group_id = %(group_id)s
  AND expires_at <= %(now)s
"""
