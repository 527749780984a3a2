"""The named SQL that reads a whole identity domain, for the batch engine; and of likely pairs."""

# Every identifier of a domain that is not erased, in the order that settles ties.
DOMAIN_IDENTIFIERS = """
SELECT id, kind, scope, standing, is_virtual, person_id
FROM identity.identifier
WHERE group_id = %(group_id)s
  AND identity_domain_id = %(domain_id)s
  AND erased_at IS NULL
ORDER BY blind_index
"""

# All evidence that stands in a domain, with whole seconds since 1970.
DOMAIN_EVIDENCE = """
SELECT link.identifier_id, link.other_id,
       GREATEST(floor(extract(epoch FROM link.first_at)), 0)::bigint,
       GREATEST(floor(extract(epoch FROM link.last_at)), 0)::bigint,
       link.verified::int + 2 * link.other_verified::int
FROM identity.link
JOIN identity.identifier
  ON identifier.group_id = link.group_id
  AND identifier.bucket = link.bucket
  AND identifier.id = link.identifier_id
WHERE link.group_id = %(group_id)s
  AND link.withdrawn_at IS NULL
  AND identifier.identity_domain_id = %(domain_id)s
"""

# What operators decided of pairs in a domain.
DOMAIN_DECISIONS = """
SELECT identifier_id, other_id, state
FROM identity.review
WHERE group_id = %(group_id)s
  AND identity_domain_id = %(domain_id)s
  AND state IN ('accepted', 'rejected')
"""

# Whose identifiers are, by their blind indexes; the inner LIMIT keeps it at one look-up a row.
PERSONS_BY_INDEX = """
SELECT wanted.place - 1, found.person_id
FROM unnest(%(buckets)s::smallint[], %(digests)s::bytea[])
  WITH ORDINALITY AS wanted(bucket, digest, place)
CROSS JOIN LATERAL (
  SELECT identifier.person_id
  FROM identity.identifier
  WHERE identifier.group_id = %(group_id)s
    AND identifier.bucket = wanted.bucket
    AND identifier.identity_domain_id = %(domain_id)s
    AND identifier.blind_index = wanted.digest
    AND identifier.person_id IS NOT NULL
  LIMIT 1
) AS found
"""

# In DuckDB, in memory: people as they described themselves.
PEOPLE_TABLE = """
CREATE TABLE people (id VARCHAR, name VARCHAR, birthday VARCHAR, address VARCHAR, place VARCHAR)
"""

# Adds somebody.
INSERT_PEOPLE = """
INSERT INTO people (id, name, birthday, address, place)
VALUES (?, ?, ?, ?, ?)
"""
