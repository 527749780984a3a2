"""The named SQL that goes over everybody: who is told with too many, and whom to weigh."""

# Evidence around identifiers, one step far, with what is known of those at its other end. Of each
# end so many rows are read at most, as one may be everybody's.
AROUND = """
SELECT wanted.id, way.id, way.first_at, way.last_at, way.here_verified, way.verified, there.kind,
       there.is_virtual, there.standing
FROM unnest(%(identifier_ids)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
  (
    SELECT link.other_id AS id, link.first_at, link.last_at, link.verified AS here_verified,
           link.other_verified AS verified
    FROM identity.link
    WHERE link.group_id = %(group_id)s
      AND link.bucket = (wanted.id & 4095)::smallint
      AND link.identifier_id = wanted.id
      AND link.withdrawn_at IS NULL
    LIMIT %(rows_max)s
  )
  UNION ALL
  (
    SELECT link.identifier_id, link.first_at, link.last_at, link.other_verified, link.verified
    FROM identity.link
    WHERE link.group_id = %(group_id)s
      AND link.other_id = wanted.id
      AND link.withdrawn_at IS NULL
    LIMIT %(rows_max)s
  )
) AS way
CROSS JOIN LATERAL (
  SELECT identifier.kind, identifier.is_virtual, identifier.standing
  FROM identity.identifier
  WHERE identifier.group_id = %(group_id)s
    AND identifier.bucket = (way.id & 4095)::smallint
    AND identifier.id = way.id
    AND identifier.erased_at IS NULL
  LIMIT 1
) AS there
"""

# Identifiers in some buckets of a domain that are shared, or have more evidence around them than
# the limit of their kind: of these a changed policy may say something else.
CROWDED = """
SELECT identifier.id
FROM identity.identifier
LEFT JOIN unnest(%(kinds)s::text[], %(limits)s::bigint[]) AS limited(kind, most)
  ON limited.kind = identifier.kind
WHERE identifier.group_id = %(group_id)s
  AND identifier.bucket BETWEEN %(first_bucket)s AND %(last_bucket)s
  AND identifier.identity_domain_id = %(domain_id)s
  AND identifier.erased_at IS NULL
  AND identifier.standing <> 'blocked'
  AND (
    identifier.standing = 'shared'
    OR (
      limited.most IS NOT NULL
      AND (
        SELECT count(*)
        FROM (
          (
            SELECT 1
            FROM identity.link
            WHERE link.group_id = %(group_id)s
              AND link.bucket = identifier.bucket
              AND link.identifier_id = identifier.id
              AND link.withdrawn_at IS NULL
            LIMIT limited.most + 1
          )
          UNION ALL
          (
            SELECT 1
            FROM identity.link
            WHERE link.group_id = %(group_id)s
              AND link.other_id = identifier.id
              AND link.withdrawn_at IS NULL
            LIMIT limited.most + 1
          )
        ) AS told
      ) > limited.most
    )
  )
ORDER BY identifier.id
"""

# The identifiers that are told with most others, first those over which the way leads, then the
# shared ones: with their evidence, the persons of whom and the accounts from which it came, each
# counted up to a limit. Who has few on either side is left out early.
MOST_LINKED = """
WITH side AS (
  SELECT link.identifier_id AS id, count(*) AS told
  FROM identity.link
  WHERE link.group_id = %(group_id)s
    AND link.withdrawn_at IS NULL
  GROUP BY link.bucket, link.identifier_id
  HAVING count(*) >= %(told_min)s
  UNION ALL
  SELECT link.other_id, count(*)
  FROM identity.link
  WHERE link.group_id = %(group_id)s
    AND link.withdrawn_at IS NULL
  GROUP BY link.other_id
  HAVING count(*) >= %(told_min)s
),
likely AS (
  SELECT side.id, sum(side.told) AS told
  FROM side
  GROUP BY side.id
),
ranked AS (
  SELECT likely.id, identifier.standing,
         row_number() OVER (
           PARTITION BY identifier.standing = 'shared'
           ORDER BY likely.told DESC, likely.id
         ) AS place
  FROM likely
  JOIN identity.identifier
    ON identifier.group_id = %(group_id)s
    AND identifier.bucket = (likely.id & 4095)::smallint
    AND identifier.id = likely.id
  WHERE identifier.erased_at IS NULL
    AND identifier.standing <> 'blocked'
)
SELECT ranked.id, ranked.standing, around.told_with, around.persons, around.accounts
FROM ranked
CROSS JOIN LATERAL (
  SELECT count(DISTINCT way.id) AS told_with, count(DISTINCT beside.person_id) AS persons,
         count(DISTINCT way.channel_account_id) AS accounts
  FROM (
    (
      SELECT link.other_id AS id, link.channel_account_id
      FROM identity.link
      WHERE link.group_id = %(group_id)s
        AND link.bucket = (ranked.id & 4095)::smallint
        AND link.identifier_id = ranked.id
        AND link.withdrawn_at IS NULL
      LIMIT %(rows_max)s
    )
    UNION ALL
    (
      SELECT link.identifier_id, link.channel_account_id
      FROM identity.link
      WHERE link.group_id = %(group_id)s
        AND link.other_id = ranked.id
        AND link.withdrawn_at IS NULL
      LIMIT %(rows_max)s
    )
  ) AS way
  JOIN identity.identifier AS beside
    ON beside.group_id = %(group_id)s
    AND beside.bucket = (way.id & 4095)::smallint
    AND beside.id = way.id
) AS around
WHERE ranked.place <= %(limit)s
ORDER BY ranked.standing = 'shared', around.told_with DESC, ranked.id
"""

# How many persons live in a domain.
COUNT_LIVING = """
SELECT count(*)
FROM identity.person
WHERE group_id = %(group_id)s
  AND identity_domain_id = %(domain_id)s
  AND merged_into IS NULL
  AND erased_at IS NULL
"""

# What the persons in some buckets of a domain have and the way may lead over, person by person.
LEADING = """
SELECT identifier.id
FROM identity.person
JOIN identity.identifier
  ON identifier.group_id = %(group_id)s
  AND identifier.person_id = person.id
WHERE person.group_id = %(group_id)s
  AND person.bucket BETWEEN %(first_bucket)s AND %(last_bucket)s
  AND person.identity_domain_id = %(domain_id)s
  AND person.merged_into IS NULL
  AND person.erased_at IS NULL
  AND identifier.erased_at IS NULL
  AND identifier.standing NOT IN ('shared', 'blocked')
ORDER BY person.id, identifier.id
"""
