"""The named SQL of `identity` and the shapes of the rows that go into it."""

from huitong.platform.db import Shape

IDENTIFIER = Shape(
    "identity_identifier",
    {
        "bucket": "smallint",
        "id": "bigint",
        "kind": "text",
        "scope": "text",
        "blind_index": "bytea",
        "person_id": "bigint",
        "sealed": "bytea",
        "verified": "boolean",
        "is_virtual": "boolean",
    },
)
CLAIM = Shape(
    "identity_claim",
    {"bucket": "smallint", "id": "bigint", "person_id": "bigint", "sealed": "bytea"},
)
PERSON = Shape("identity_person", {"bucket": "smallint", "id": "bigint", "salt": "bytea"})
MOVE = Shape("identity_move", {"source_id": "bigint", "target_id": "bigint"})
MERGE = Shape(
    "identity_merge",
    {
        "bucket": "smallint",
        "id": "bigint",
        "key": "text",
        "source_id": "bigint",
        "target_id": "bigint",
        "identifier_ids": "text",
        "reason": "text",
        "record_id": "bigint",
    },
)
TOMBSTONE = Shape("identity_tombstone", {"bucket": "smallint", "digest": "bytea"})

# What is known of the identifiers of a page, by their place in it, each beside the digest of the
# policy in effect. The inner LIMIT keeps the planner at one index look-up a row, however small the
# table was when the plan was made.
FIND_IDENTIFIERS = """
SELECT wanted.place - 1, found.id, found.person_id, found.verified, found.standing,
       (
         SELECT policy.digest
         FROM identity.policy
         WHERE policy.group_id = %(group_id)s
           AND policy.identity_domain_id = %(domain_id)s
         ORDER BY policy.version DESC
         LIMIT 1
       )
FROM unnest(%(buckets)s::smallint[], %(digests)s::bytea[])
  WITH ORDINALITY AS wanted(bucket, digest, place)
LEFT JOIN LATERAL (
  SELECT identifier.id, identifier.person_id, identifier.verified, identifier.standing
  FROM identity.identifier
  WHERE identifier.group_id = %(group_id)s
    AND identifier.bucket = wanted.bucket
    AND identifier.identity_domain_id = %(domain_id)s
    AND identifier.blind_index = wanted.digest
  LIMIT 1
) AS found ON true
"""

# Persons with the salt of their key, locked in the order in which their ids are given: sorted.
LOCK_PERSONS = """
SELECT found.id, found.identity_domain_id, found.merged_into, found.erased_at, held.salt
FROM unnest(%(person_ids)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
  SELECT person.id, person.identity_domain_id, person.merged_into, person.erased_at
  FROM identity.person
  WHERE person.group_id = %(group_id)s
    AND person.bucket = (wanted.id & 4095)::smallint
    AND person.id = wanted.id
  LIMIT 1
  FOR UPDATE
) AS found
LEFT JOIN LATERAL (
  SELECT person_key.salt
  FROM vault.person_key
  WHERE person_key.group_id = %(group_id)s
    AND person_key.bucket = (wanted.id & 4095)::smallint
    AND person_key.person_id = wanted.id
  LIMIT 1
) AS held ON true
"""

# Persons whom nobody merges or erases before the commit, in the order of their ids.
HOLD_PERSONS = """
SELECT found.merged_into, found.erased_at
FROM unnest(%(person_ids)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
  SELECT person.merged_into, person.erased_at
  FROM identity.person
  WHERE person.group_id = %(group_id)s
    AND person.bucket = (wanted.id & 4095)::smallint
    AND person.id = wanted.id
  LIMIT 1
  FOR SHARE
) AS found
"""

# New identifiers, in the order of their index, so that two pages never wait for each other in a
# ring. One that another transaction was first with is left out of the answer.
INSERT_IDENTIFIERS = """
INSERT INTO identity.identifier
  (group_id, bucket, id, identity_domain_id, kind, scope, blind_index,
   person_id, sealed_for, sealed, verified, is_virtual, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(domain_id)s, incoming.kind, incoming.scope,
       incoming.blind_index, incoming.person_id,
       CASE WHEN incoming.sealed IS NOT NULL THEN incoming.person_id END,
       incoming.sealed, incoming.verified, incoming.is_virtual, %(now)s
FROM {incoming}
ORDER BY incoming.bucket, incoming.blind_index
ON CONFLICT (group_id, bucket, identity_domain_id, blind_index) DO NOTHING
RETURNING id
"""

# Identifiers that nobody had (a receiver's, so far) and that now belong to a person.
CLAIM_IDENTIFIERS = """
UPDATE identity.identifier
SET person_id = incoming.person_id, sealed_for = incoming.person_id, sealed = incoming.sealed
FROM {incoming}
WHERE identifier.group_id = %(group_id)s
  AND identifier.bucket = incoming.bucket
  AND identifier.id = incoming.id
  AND identifier.person_id IS NULL
  AND identifier.erased_at IS NULL
RETURNING identifier.id
"""

# Identifiers that a source has verified since.
VERIFY_IDENTIFIERS = """
UPDATE identity.identifier
SET verified = true
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(identifier_ids)s::bigint[]) AS wanted
  )
  AND NOT verified
"""

# New persons, each with the salt of its key.
INSERT_PERSONS = """
WITH made AS (
  INSERT INTO identity.person (group_id, bucket, id, identity_domain_id, recorded_at)
  SELECT %(group_id)s, incoming.bucket, incoming.id, %(domain_id)s, %(now)s
  FROM {incoming}
)
INSERT INTO vault.person_key (group_id, bucket, person_id, salt)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.salt
FROM {incoming}
"""

# Gives the identifiers of merged persons to those who stay, and answers which moved from whom.
MOVE_IDENTIFIERS = """
UPDATE identity.identifier
SET person_id = incoming.target_id
FROM {incoming}
WHERE identifier.group_id = %(group_id)s
  AND identifier.person_id = incoming.source_id
RETURNING incoming.source_id, identifier.id
"""

# Marks persons as merged.
MARK_MERGED = """
UPDATE identity.person
SET merged_into = incoming.target_id
FROM {incoming}
WHERE person.group_id = %(group_id)s
  AND person.bucket = (incoming.source_id & 4095)::smallint
  AND person.id = incoming.source_id
"""

# The journal of merges.
INSERT_MERGES = """
INSERT INTO identity.merge
  (group_id, bucket, id, identity_domain_id, key, source_id, target_id, identifier_ids, reason,
   record_id, merged_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(domain_id)s, incoming.key,
       incoming.source_id, incoming.target_id, incoming.identifier_ids::bigint[], incoming.reason,
       incoming.record_id, %(now)s
FROM {incoming}
"""

# One merge of the journal by its id.
FIND_MERGE = """
SELECT id, identity_domain_id, source_id, target_id, identifier_ids, reason, merged_at, split_at
FROM identity.merge
WHERE group_id = %(group_id)s
  AND bucket = (%(merge_id)s::bigint & 4095)::smallint
  AND id = %(merge_id)s
"""

# One merge of the journal by its key.
FIND_MERGE_BY_KEY = """
SELECT id, identity_domain_id, source_id, target_id, identifier_ids, reason, merged_at, split_at
FROM identity.merge
WHERE group_id = %(group_id)s
  AND bucket = (%(target_id)s::bigint & 4095)::smallint
  AND key = %(key)s
"""

# The merge that moved a person on and still stands.
FIND_STANDING_MERGE = """
SELECT id
FROM identity.merge
WHERE group_id = %(group_id)s
  AND source_id = %(source_id)s
  AND split_at IS NULL
"""

# The journal of one person, as source or target, oldest first.
MERGES_OF_PERSON = """
SELECT id, identity_domain_id, source_id, target_id, identifier_ids, reason, merged_at, split_at
FROM identity.merge
WHERE group_id = %(group_id)s
  AND (
    source_id = %(person_id)s
    OR (bucket = (%(person_id)s::bigint & 4095)::smallint AND target_id = %(person_id)s)
  )
ORDER BY merged_at, id
"""

# Gives back the identifiers that a merge moved and that are still where it put them.
GIVE_BACK_IDENTIFIERS = """
UPDATE identity.identifier
SET person_id = %(source_id)s
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(identifier_ids)s::bigint[]) AS wanted
  )
  AND person_id = %(target_id)s
RETURNING id
"""

# Makes a merged person one of its own again.
MARK_SPLIT = """
UPDATE identity.person
SET merged_into = NULL
WHERE group_id = %(group_id)s
  AND bucket = (%(source_id)s::bigint & 4095)::smallint
  AND id = %(source_id)s
"""

# Notes in the journal that a merge was undone.
CLOSE_MERGE = """
UPDATE identity.merge
SET split_at = %(now)s
WHERE group_id = %(group_id)s
  AND bucket = (%(merge_id)s::bigint & 4095)::smallint
  AND id = %(merge_id)s
"""

# The persons that ids lead to today, over any number of merges.
FOLLOW_PERSONS = """
WITH RECURSIVE way AS (
  SELECT wanted AS asked, wanted AS id
  FROM unnest(%(person_ids)s::bigint[]) AS wanted
  UNION ALL
  SELECT way.asked, person.merged_into
  FROM way
  JOIN identity.person
    ON person.group_id = %(group_id)s
    AND person.bucket = (way.id & 4095)::smallint
    AND person.id = way.id
  WHERE person.merged_into IS NOT NULL
)
SELECT way.asked, way.id
FROM way
JOIN identity.person
  ON person.group_id = %(group_id)s
  AND person.bucket = (way.id & 4095)::smallint
  AND person.id = way.id
WHERE person.merged_into IS NULL
"""

# A person and everybody who was merged into them.
FAMILY_OF_PERSON = """
WITH RECURSIVE family AS (
  SELECT %(person_id)s::bigint AS id
  UNION ALL
  SELECT person.id
  FROM family
  JOIN identity.person
    ON person.group_id = %(group_id)s
    AND person.merged_into = family.id
)
SELECT id
FROM family
ORDER BY id
"""

# The salts that open what was sealed for persons.
SALTS = """
SELECT wanted.id, found.salt
FROM unnest(%(person_ids)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
  SELECT person_key.salt
  FROM vault.person_key
  WHERE person_key.group_id = %(group_id)s
    AND person_key.bucket = (wanted.id & 4095)::smallint
    AND person_key.person_id = wanted.id
  LIMIT 1
) AS found
"""

# The identifiers of persons, sealed as they are.
IDENTIFIERS_OF_PERSONS = """
SELECT person_id, id, kind, scope, verified, sealed_for, sealed
FROM identity.identifier
WHERE group_id = %(group_id)s
  AND person_id = ANY (%(person_ids)s::bigint[])
  AND erased_at IS NULL
ORDER BY person_id, id
"""

# Everything that is known of the identifiers of persons, sealed as it is.
EXPORT_IDENTIFIERS = """
SELECT person_id, id, kind, scope, verified, sealed_for, sealed, recorded_at
FROM identity.identifier
WHERE group_id = %(group_id)s
  AND person_id = ANY (%(person_ids)s::bigint[])
  AND erased_at IS NULL
ORDER BY person_id, id
"""

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
SET blind_index = NULL, sealed = NULL, sealed_for = NULL, erased_at = %(now)s
WHERE group_id = %(group_id)s
  AND person_id = %(person_id)s
  AND erased_at IS NULL
"""

# Forgets identifiers that belong to nobody; the rows stay, as facts name them.
ERASE_UNCLAIMED = """
UPDATE identity.identifier
SET blind_index = NULL, erased_at = %(now)s
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
