"""The named SQL of evidence, of standings, of identifiers that go elsewhere, and of policies."""

from huitong.platform.db import Shape

TOLD = Shape(
    "identity_told",
    {
        "bucket": "smallint",
        "id": "bigint",
        "identifier_id": "bigint",
        "other_id": "bigint",
        "channel_account_id": "bigint",
        "record_id": "bigint",
        "verified": "boolean",
        "other_verified": "boolean",
        "first_at": "timestamptz",
        "last_at": "timestamptz",
    },
)
STANDING = Shape("identity_standing", {"id": "bigint", "standing": "text"})
GOING = Shape(
    "identity_going",
    {
        "id": "bigint",
        "from_id": "bigint",
        "to_id": "bigint",
        "sealed_for": "bigint",
        "sealed": "bytea",
    },
)
CARVING = Shape(
    "identity_carving",
    {
        "bucket": "smallint",
        "id": "bigint",
        "from_id": "bigint",
        "to_id": "bigint",
        "identifier_ids": "text",
        "with_facts": "boolean",
    },
)
RETURNED = Shape(
    "identity_returned", {"source_id": "bigint", "target_id": "bigint", "identifier_id": "bigint"}
)

# Evidence that two identifiers were named together. What is known already grows longer, if at all;
# what was withdrawn is not told again by the telling that was withdrawn. Answers what changed.
TELL = """
INSERT INTO identity.link AS known
  (group_id, bucket, id, identifier_id, other_id, channel_account_id, record_id, verified,
   other_verified, first_at, last_at, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.identifier_id, incoming.other_id,
       incoming.channel_account_id, incoming.record_id, incoming.verified,
       incoming.other_verified, incoming.first_at, incoming.last_at, %(now)s
FROM {incoming}
WHERE NOT EXISTS (
  SELECT 1
  FROM identity.link AS withdrawn
  WHERE withdrawn.group_id = %(group_id)s
    AND withdrawn.bucket = incoming.bucket
    AND withdrawn.identifier_id = incoming.identifier_id
    AND withdrawn.other_id = incoming.other_id
    AND withdrawn.channel_account_id IS NOT DISTINCT FROM incoming.channel_account_id
    AND withdrawn.withdrawn_at IS NOT NULL
    AND withdrawn.last_at >= incoming.last_at
)
ORDER BY incoming.bucket, incoming.identifier_id, incoming.other_id
ON CONFLICT (group_id, bucket, identifier_id, other_id, channel_account_id, verified,
             other_verified)
  WHERE withdrawn_at IS NULL
DO UPDATE
SET first_at = LEAST(known.first_at, excluded.first_at),
    last_at = GREATEST(known.last_at, excluded.last_at)
WHERE excluded.first_at < known.first_at
   OR excluded.last_at > known.last_at
RETURNING known.identifier_id, known.other_id, known.xmax = 0, known.first_at
"""

# Which identifiers are those of persons of whom evidence waits for an operator.
WAITING = """
SELECT wanted.id
FROM unnest(%(identifier_ids)s::bigint[]) AS wanted(id)
JOIN identity.identifier
  ON identifier.group_id = %(group_id)s
  AND identifier.bucket = (wanted.id & 4095)::smallint
  AND identifier.id = wanted.id
WHERE EXISTS (
  SELECT 1
  FROM identity.identifier AS beside
  JOIN identity.review
    ON review.group_id = %(group_id)s
    AND review.bucket = beside.bucket
    AND review.identifier_id = beside.id
    AND review.state = 'open'
  WHERE beside.group_id = %(group_id)s
    AND beside.person_id = identifier.person_id
)
   OR EXISTS (
  SELECT 1
  FROM identity.identifier AS beside
  JOIN identity.review
    ON review.group_id = %(group_id)s
    AND review.other_id = beside.id
    AND review.state = 'open'
  WHERE beside.group_id = %(group_id)s
    AND beside.person_id = identifier.person_id
)
"""

# What identifiers are by themselves, where that changed.
SET_STANDINGS = """
UPDATE identity.identifier
SET standing = incoming.standing
FROM {incoming}
WHERE identifier.group_id = %(group_id)s
  AND identifier.bucket = (incoming.id & 4095)::smallint
  AND identifier.id = incoming.id
"""

# Merges that stand, of everybody who was merged into persons over any number of steps.
STANDING_MERGES = """
WITH RECURSIVE tree AS (
  SELECT wanted AS person_id, 0 AS depth
  FROM unnest(%(person_ids)s::bigint[]) AS wanted
  UNION ALL
  SELECT merge.source_id, tree.depth + 1
  FROM tree
  JOIN identity.merge
    ON merge.group_id = %(group_id)s
    AND merge.bucket = (tree.person_id & 4095)::smallint
    AND merge.target_id = tree.person_id
    AND merge.split_at IS NULL
)
SELECT merge.id, merge.source_id, merge.target_id, merge.identifier_ids, tree.depth
FROM tree
JOIN identity.merge
  ON merge.group_id = %(group_id)s
  AND merge.source_id = tree.person_id
  AND merge.split_at IS NULL
WHERE tree.depth > 0
"""

# Sealed values of identifiers that are about to go elsewhere.
SEALED = """
SELECT id, sealed_for, sealed
FROM identity.identifier
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(identifier_ids)s::bigint[]) AS wanted
  )
"""

# Gives identifiers to others, under their key.
CARVE = """
UPDATE identity.identifier
SET person_id = incoming.to_id, sealed_for = incoming.sealed_for, sealed = incoming.sealed
FROM {incoming}
WHERE identifier.group_id = %(group_id)s
  AND identifier.bucket = (incoming.id & 4095)::smallint
  AND identifier.id = incoming.id
  AND identifier.person_id = incoming.from_id
RETURNING identifier.id
"""

# The journal of identifiers that went elsewhere.
INSERT_CARVINGS = """
INSERT INTO identity.carving
  (group_id, bucket, id, identity_domain_id, from_id, to_id, identifier_ids, with_facts, reason,
   carved_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(domain_id)s, incoming.from_id,
       incoming.to_id, incoming.identifier_ids::bigint[], incoming.with_facts, %(reason)s, %(now)s
FROM {incoming}
"""

# Gives back what merges moved and is still where they put it, merge by merge.
RETURN_IDENTIFIERS = """
UPDATE identity.identifier
SET person_id = incoming.source_id
FROM {incoming}
WHERE identifier.group_id = %(group_id)s
  AND identifier.bucket = (incoming.identifier_id & 4095)::smallint
  AND identifier.id = incoming.identifier_id
  AND identifier.person_id = incoming.target_id
RETURNING incoming.source_id, identifier.id
"""

# Makes merged persons ones of their own again.
MARK_ALL_SPLIT = """
UPDATE identity.person
SET merged_into = NULL
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(person_ids)s::bigint[]) AS wanted
  )
"""

# Notes in the journal that merges were undone.
CLOSE_ALL_MERGES = """
UPDATE identity.merge
SET split_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(merge_ids)s::bigint[]) AS wanted
  )
"""

# Takes evidence of pairs out of the count, whoever told it and whatever was verified.
WITHDRAW = """
UPDATE identity.link
SET withdrawn_at = %(now)s, withdrawn_by = %(actor)s, withdrawn_reason = %(reason)s
FROM unnest(%(ones)s::bigint[], %(others)s::bigint[]) AS pair(one, other)
WHERE link.group_id = %(group_id)s
  AND link.bucket = (pair.one & 4095)::smallint
  AND link.identifier_id = pair.one
  AND link.other_id = pair.other
  AND link.withdrawn_at IS NULL
RETURNING link.identifier_id, link.other_id
"""

# The identifiers that ids stand for, with whom they belong to.
FIND_BY_IDS = """
SELECT id, identity_domain_id, person_id, kind, scope, standing, is_virtual, verified, sealed_for,
       sealed
FROM identity.identifier
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(identifier_ids)s::bigint[]) AS wanted
  )
  AND erased_at IS NULL
"""

# What persons hold, for an operator's decision on them.
HELD_BY_PERSONS = """
SELECT id, person_id, kind, standing, identity_domain_id
FROM identity.identifier
WHERE group_id = %(group_id)s
  AND person_id = ANY (%(person_ids)s::bigint[])
  AND erased_at IS NULL
ORDER BY id
"""

# That an operator took an identifier out; the first time stands.
INSERT_UNDOING = """
INSERT INTO identity.undoing (group_id, bucket, id, identifier_id, actor, reason, undone_at)
VALUES (%(group_id)s, (%(identifier_id)s::bigint & 4095)::smallint, %(id)s, %(identifier_id)s,
        %(actor)s, %(reason)s, %(now)s)
ON CONFLICT (group_id, bucket, identifier_id) DO NOTHING
"""

# Lets one after the other change a policy.
LOCK_POLICY = """
SELECT pg_advisory_xact_lock(%(domain_id)s)
"""

# The newest policy of an identity domain.
NEWEST_POLICY = """
SELECT version, document, digest, actor, reason, recorded_at
FROM identity.policy
WHERE group_id = %(group_id)s
  AND identity_domain_id = %(domain_id)s
ORDER BY version DESC
LIMIT 1
"""

# A new version of a policy.
INSERT_POLICY = """
INSERT INTO identity.policy
  (group_id, identity_domain_id, version, digest, document, actor, reason, recorded_at)
VALUES (%(group_id)s, %(domain_id)s, %(version)s, %(digest)s, %(document)s::jsonb, %(actor)s,
        %(reason)s, %(now)s)
"""

# How many identifiers there are, by kind and by what is known of them.
COUNT_IDENTIFIERS = """
SELECT kind, standing, count(*)
FROM identity.identifier
WHERE group_id = %(group_id)s
  AND erased_at IS NULL
GROUP BY kind, standing
"""

# How many persons live, and what was done with them.
COUNT_PERSONS = """
SELECT
  (
    SELECT count(*)
    FROM identity.person
    WHERE group_id = %(group_id)s AND merged_into IS NULL AND erased_at IS NULL
  ),
  (
    SELECT count(*)
    FROM identity.person
    WHERE group_id = %(group_id)s AND erased_at IS NOT NULL
  ),
  (
    SELECT count(*)
    FROM identity.merge
    WHERE group_id = %(group_id)s AND split_at IS NULL
  ),
  (
    SELECT count(*)
    FROM identity.carving
    WHERE group_id = %(group_id)s
  ),
  (
    SELECT count(*)
    FROM identity.link
    WHERE group_id = %(group_id)s AND withdrawn_at IS NULL
  ),
  (
    SELECT count(*)
    FROM identity.link
    WHERE group_id = %(group_id)s AND withdrawn_at IS NOT NULL
  ),
  (
    SELECT count(*)
    FROM identity.review
    WHERE group_id = %(group_id)s AND state = 'open'
  )
"""
