"""The named SQL that reads a neighbourhood: who hangs together, and by what evidence."""

# Everything that hangs together with identifiers: by evidence that can prove, where the way ends at
# what is shared or blocked unless that was opened, and by what operators accepted. Where it ends is
# asked before what was told there is read, as that may be everything; and each inner LIMIT keeps a
# step at one look-up, for with one star in the statistics whole tables were read instead: 49 s for
# 2,001 identifiers that now take 0.06 s.
NEIGHBOURHOOD = """
WITH RECURSIVE reached AS (
  SELECT DISTINCT wanted AS id
  FROM unnest(%(identifier_ids)s::bigint[]) AS wanted
  UNION
  SELECT there.id
  FROM reached
  CROSS JOIN LATERAL (
    SELECT identifier.id, identifier.kind, identifier.standing
    FROM identity.identifier
    WHERE identifier.group_id = %(group_id)s
      AND identifier.bucket = (reached.id & 4095)::smallint
      AND identifier.id = reached.id
    LIMIT 1
  ) AS here
  CROSS JOIN LATERAL (
    SELECT link.other_id AS id, link.verified AS here_verified, link.other_verified AS verified,
           false AS accepted
    FROM identity.link
    WHERE link.group_id = %(group_id)s
      AND link.bucket = (reached.id & 4095)::smallint
      AND link.identifier_id = reached.id
      AND link.withdrawn_at IS NULL
      AND (
        here.standing NOT IN ('shared', 'blocked')
        OR here.id = ANY (%(opened_ids)s::bigint[])
      )
    UNION ALL
    SELECT link.identifier_id, link.other_verified, link.verified, false
    FROM identity.link
    WHERE link.group_id = %(group_id)s
      AND link.other_id = reached.id
      AND link.withdrawn_at IS NULL
      AND (
        here.standing NOT IN ('shared', 'blocked')
        OR here.id = ANY (%(opened_ids)s::bigint[])
      )
    UNION ALL
    SELECT review.other_id, true, true, true
    FROM identity.review
    WHERE review.group_id = %(group_id)s
      AND review.bucket = (reached.id & 4095)::smallint
      AND review.identifier_id = reached.id
      AND review.state = 'accepted'
    UNION ALL
    SELECT review.identifier_id, true, true, true
    FROM identity.review
    WHERE review.group_id = %(group_id)s
      AND review.other_id = reached.id
      AND review.state = 'accepted'
  ) AS way
  CROSS JOIN LATERAL (
    SELECT identifier.id, identifier.kind
    FROM identity.identifier
    WHERE identifier.group_id = %(group_id)s
      AND identifier.bucket = (way.id & 4095)::smallint
      AND identifier.id = way.id
    LIMIT 1
  ) AS there
  WHERE way.accepted
     OR (
      (
        here.kind = ANY (%(unverified_kinds)s::text[])
        OR (way.here_verified AND here.kind = ANY (%(verified_kinds)s::text[]))
      )
      AND (
        there.kind = ANY (%(unverified_kinds)s::text[])
        OR (way.verified AND there.kind = ANY (%(verified_kinds)s::text[]))
      )
    )
)
SELECT known.id, known.kind, known.scope, known.blind_index, known.person_id, known.standing,
       known.is_virtual
FROM reached
CROSS JOIN LATERAL (
  SELECT identifier.id, identifier.kind, identifier.scope, identifier.blind_index,
         identifier.person_id, identifier.standing, identifier.is_virtual
  FROM identity.identifier
  WHERE identifier.group_id = %(group_id)s
    AND identifier.bucket = (reached.id & 4095)::smallint
    AND identifier.id = reached.id
    AND identifier.erased_at IS NULL
  LIMIT 1
) AS known
LIMIT %(identifiers_max)s
"""

# The evidence between identifiers, each pair by account and by what was verified. What hangs on one
# where the way ends is looked up from its other end, as it may be everybody's (OFFSET holds the
# planner to that); between two of those nothing is proven.
EVIDENCE = """
SELECT told.identifier_id, told.other_id, told.first_at, told.last_at, told.verified,
       told.other_verified
FROM unnest(%(open_ids)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
  SELECT link.identifier_id, link.other_id, link.first_at, link.last_at, link.verified,
         link.other_verified
  FROM identity.link
  WHERE link.group_id = %(group_id)s
    AND link.bucket = (wanted.id & 4095)::smallint
    AND link.identifier_id = wanted.id
    AND link.withdrawn_at IS NULL
  OFFSET 0
) AS told
WHERE told.other_id = ANY (%(identifier_ids)s::bigint[])
UNION ALL
SELECT told.identifier_id, told.other_id, told.first_at, told.last_at, told.verified,
       told.other_verified
FROM unnest(%(open_ids)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
  SELECT link.identifier_id, link.other_id, link.first_at, link.last_at, link.verified,
         link.other_verified
  FROM identity.link
  WHERE link.group_id = %(group_id)s
    AND link.other_id = wanted.id
    AND link.withdrawn_at IS NULL
  OFFSET 0
) AS told
WHERE told.identifier_id = ANY (%(closed_ids)s::bigint[])
"""

# Who was told with an identifier, or waits or was accepted to be one with it, by person. Those
# where the way ends are left out: whether they are there or not, nothing leads on from them.
NEIGHBOURS = """
SELECT identifier.id
FROM (
  SELECT link.other_id AS id
  FROM identity.link
  WHERE link.group_id = %(group_id)s
    AND link.bucket = (%(identifier_id)s::bigint & 4095)::smallint
    AND link.identifier_id = %(identifier_id)s
    AND link.withdrawn_at IS NULL
  UNION
  SELECT link.identifier_id
  FROM identity.link
  WHERE link.group_id = %(group_id)s
    AND link.other_id = %(identifier_id)s
    AND link.withdrawn_at IS NULL
  UNION
  SELECT review.other_id
  FROM identity.review
  WHERE review.group_id = %(group_id)s
    AND review.bucket = (%(identifier_id)s::bigint & 4095)::smallint
    AND review.identifier_id = %(identifier_id)s
    AND review.state IN ('open', 'accepted')
  UNION
  SELECT review.identifier_id
  FROM identity.review
  WHERE review.group_id = %(group_id)s
    AND review.other_id = %(identifier_id)s
    AND review.state IN ('open', 'accepted')
) AS beside
JOIN identity.identifier
  ON identifier.group_id = %(group_id)s
  AND identifier.bucket = (beside.id & 4095)::smallint
  AND identifier.id = beside.id
WHERE identifier.erased_at IS NULL
  AND identifier.standing NOT IN ('shared', 'blocked')
ORDER BY identifier.person_id, identifier.id
"""

# What else belongs to persons: whether it ever said by itself who somebody is, and if not, beside
# which identifier it was first named, if any.
COMPANIONS = """
SELECT identifier.id, identifier.person_id, beside.id,
       said.speaks
FROM identity.identifier
CROSS JOIN LATERAL (
  SELECT
      (
        identifier.kind = ANY (%(unverified_kinds)s::text[])
        AND NOT (identifier.is_virtual AND NOT identifier.kind = ANY (%(virtual_kinds)s::text[]))
      )
      OR EXISTS (
        SELECT 1
        FROM identity.link
        WHERE link.group_id = %(group_id)s
          AND link.bucket = identifier.bucket
          AND link.identifier_id = identifier.id
          AND link.verified
          AND link.withdrawn_at IS NULL
      )
      OR EXISTS (
        SELECT 1
        FROM identity.link
        WHERE link.group_id = %(group_id)s
          AND link.other_id = identifier.id
          AND link.other_verified
          AND link.withdrawn_at IS NULL
      )
    AS speaks
) AS said
LEFT JOIN LATERAL (
  SELECT way.id
  FROM (
    SELECT link.other_id AS id, link.first_at
    FROM identity.link
    WHERE link.group_id = %(group_id)s
      AND link.bucket = identifier.bucket
      AND link.identifier_id = identifier.id
      AND link.withdrawn_at IS NULL
    UNION ALL
    SELECT link.identifier_id, link.first_at
    FROM identity.link
    WHERE link.group_id = %(group_id)s
      AND link.other_id = identifier.id
      AND link.withdrawn_at IS NULL
  ) AS way
  WHERE NOT said.speaks
    AND way.id = ANY (%(beside_ids)s::bigint[])
  ORDER BY way.first_at, way.id
  LIMIT 1
) AS beside ON true
WHERE identifier.group_id = %(group_id)s
  AND identifier.person_id = ANY (%(person_ids)s::bigint[])
  AND identifier.id <> ALL (%(identifier_ids)s::bigint[])
  AND identifier.erased_at IS NULL
"""
