"""The named SQL of those who look after persons: persons, sightings, journals, counts."""

# Persons by their ids, merged and erased ones too.
FIND_PERSONS = """
SELECT id, identity_domain_id, recorded_at, merged_into, erased_at
FROM identity.person
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(person_ids)s::bigint[]) AS wanted
  )
"""

# The living persons of an identity domain, the newest first, before a place of the list.
LIVING_PERSONS = """
SELECT id
FROM identity.person
WHERE group_id = %(group_id)s
  AND identity_domain_id = %(domain_id)s
  AND merged_into IS NULL
  AND erased_at IS NULL
  AND id < %(before)s
ORDER BY id DESC
LIMIT %(limit)s
"""

# The identifiers of persons, each with where and when it was told of together with others.
SEEN_OF_PERSONS = """
SELECT identifier.id, identifier.person_id, identifier.standing, identifier.recorded_at,
       told.first_at, told.last_at, told.channel_account_ids
FROM identity.identifier
CROSS JOIN LATERAL (
  SELECT min(beside.first_at) AS first_at, max(beside.last_at) AS last_at,
         array_agg(DISTINCT beside.channel_account_id)
           FILTER (WHERE beside.channel_account_id IS NOT NULL) AS channel_account_ids
  FROM (
    (
      SELECT link.first_at, link.last_at, link.channel_account_id
      FROM identity.link
      WHERE link.group_id = %(group_id)s
        AND link.bucket = identifier.bucket
        AND link.identifier_id = identifier.id
        AND link.withdrawn_at IS NULL
      LIMIT %(links_max)s
    )
    UNION ALL
    (
      SELECT link.first_at, link.last_at, link.channel_account_id
      FROM identity.link
      WHERE link.group_id = %(group_id)s
        AND link.other_id = identifier.id
        AND link.withdrawn_at IS NULL
      LIMIT %(links_max)s
    )
  ) AS beside
) AS told
WHERE identifier.group_id = %(group_id)s
  AND identifier.person_id = ANY (%(person_ids)s::bigint[])
  AND identifier.erased_at IS NULL
ORDER BY identifier.person_id, identifier.id
LIMIT %(limit)s
"""

# Which accounts told of pairs among identifiers, the longest known first; what was withdrawn too.
SIGHTINGS = """
SELECT link.identifier_id, link.other_id, link.channel_account_id, link.first_at, link.last_at,
       link.withdrawn_at
FROM unnest(%(identifier_ids)s::bigint[]) AS wanted(id)
JOIN identity.link
  ON link.group_id = %(group_id)s
  AND link.bucket = (wanted.id & 4095)::smallint
  AND link.identifier_id = wanted.id
WHERE link.other_id = ANY (%(identifier_ids)s::bigint[])
ORDER BY link.first_at, link.id
LIMIT %(limit)s
"""

# What was done to persons, the latest first, from a place on: to one of them or to any, and by
# hand, by evidence or both.
JOURNAL = """
SELECT entry.id, entry.kind, entry.happened_at, entry.source_id, entry.target_id,
       entry.identifier_ids, entry.reason, entry.actor, entry.split_at, entry.split_by,
       entry.split_reason
FROM (
  (
    SELECT id, 'merge' AS kind, merged_at AS happened_at, source_id, target_id, identifier_ids,
           reason, actor, split_at, split_by, split_reason
    FROM identity.merge
    WHERE group_id = %(group_id)s
      AND id < %(before)s
      AND (%(by_hand)s::boolean IS NULL OR (actor IS NOT NULL) = %(by_hand)s)
      AND (
        %(person_id)s::bigint IS NULL
        OR source_id = %(person_id)s
        OR target_id = %(person_id)s
      )
    ORDER BY id DESC
    LIMIT %(limit)s
  )
  UNION ALL
  (
    SELECT id, 'carving', carved_at, from_id, to_id, identifier_ids, reason, NULL, NULL, NULL, NULL
    FROM identity.carving
    WHERE group_id = %(group_id)s
      AND id < %(before)s
      AND %(by_hand)s::boolean IS DISTINCT FROM true
      AND (
        %(person_id)s::bigint IS NULL
        OR from_id = %(person_id)s
        OR to_id = %(person_id)s
      )
    ORDER BY id DESC
    LIMIT %(limit)s
  )
  UNION ALL
  (
    SELECT id, 'undoing', undone_at, NULL, NULL, ARRAY[identifier_id], reason, actor, NULL, NULL,
           NULL
    FROM identity.undoing
    WHERE group_id = %(group_id)s
      AND id < %(before)s
      AND %(by_hand)s::boolean IS DISTINCT FROM false
      AND (
        %(person_id)s::bigint IS NULL
        OR identifier_id IN (
          SELECT identifier.id
          FROM identity.identifier
          WHERE identifier.group_id = %(group_id)s
            AND identifier.person_id = %(person_id)s
        )
      )
    ORDER BY id DESC
    LIMIT %(limit)s
  )
) AS entry
ORDER BY entry.id DESC
LIMIT %(limit)s
"""

# How many living persons have how many identifiers, up to a number from which on all count as one.
PERSON_SIZES = """
SELECT least(held.identifiers, %(most)s), count(*)
FROM (
  SELECT person_id, count(*) AS identifiers
  FROM identity.identifier
  WHERE group_id = %(group_id)s
    AND person_id IS NOT NULL
    AND erased_at IS NULL
  GROUP BY person_id
) AS held
GROUP BY least(held.identifiers, %(most)s)
ORDER BY 1
"""

# How many merges there were by hand and by evidence, and how many of them were undone.
COUNT_MERGES = """
SELECT actor IS NOT NULL, count(*), count(split_at)
FROM identity.merge
WHERE group_id = %(group_id)s
GROUP BY actor IS NOT NULL
"""

# The versions of an identity domain's policy, the newest first, from a place on.
POLICY_VERSIONS = """
SELECT version, document, digest, actor, reason, recorded_at
FROM identity.policy
WHERE group_id = %(group_id)s
  AND identity_domain_id = %(domain_id)s
  AND version < %(before)s
ORDER BY version DESC
LIMIT %(limit)s
"""
