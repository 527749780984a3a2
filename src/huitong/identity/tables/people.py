"""Persons, their identifiers, and the salts of their keys."""

from huitong.platform.db import Shape

IDENTIFIER = Shape(
    "identity_identifier",
    {
        "bucket": "smallint",
        "id": "bigint",
        "kind": "text",
        "scope": "text",
        "blind_index": "bytea",
        "search_index": "bytea",
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
  (group_id, bucket, id, identity_domain_id, kind, scope, blind_index, search_index,
   person_id, sealed_for, sealed, verified, is_virtual, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(domain_id)s, incoming.kind, incoming.scope,
       incoming.blind_index, incoming.search_index, incoming.person_id,
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

# The identifiers of persons, sealed as they are, each with the salt that opens it.
IDENTIFIERS_OF_PERSONS = """
SELECT identifier.person_id, identifier.id, identifier.kind, identifier.scope, identifier.verified,
       identifier.sealed_for, identifier.sealed, found.salt
FROM identity.identifier
LEFT JOIN LATERAL (
  SELECT person_key.salt
  FROM vault.person_key
  WHERE person_key.group_id = %(group_id)s
    AND person_key.bucket = (identifier.sealed_for & 4095)::smallint
    AND person_key.person_id = identifier.sealed_for
  LIMIT 1
) AS found ON true
WHERE identifier.group_id = %(group_id)s
  AND identifier.person_id = ANY (%(person_ids)s::bigint[])
  AND identifier.erased_at IS NULL
ORDER BY identifier.person_id, identifier.id
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
