"""Named SQL of searching: identifiers by a part of their value, or without knowing their scope."""

from huitong.platform.db import Shape

SEARCHED = Shape(
    "identity_searched", {"bucket": "smallint", "id": "bigint", "search_index": "bytea"}
)

# Who has identifiers that are searched by these texts, the newest first.
FIND_SEARCHED = """
SELECT identifier.search_index, identifier.person_id, identifier.kind
FROM identity.identifier
WHERE identifier.group_id = %(group_id)s
  AND identifier.identity_domain_id = %(domain_id)s
  AND identifier.search_index = ANY (%(digests)s::bytea[])
  AND identifier.person_id IS NOT NULL
ORDER BY identifier.id DESC
LIMIT %(limit)s
"""

# Identifiers that were written before there was a search, above a place in their order. The kinds
# are those of the index of what is due, as a partial index has to be asked for in its own words.
DUE_SEARCHED = """
SELECT identifier.id, identifier.kind, identifier.sealed_for, identifier.sealed
FROM identity.identifier
WHERE identifier.group_id = %(group_id)s
  AND identifier.id > %(after)s
  AND identifier.search_index IS NULL
  AND identifier.sealed IS NOT NULL
  AND identifier.kind NOT IN ('email', 'omid', 'unionid', 'pos_card', 'document')
ORDER BY identifier.id
LIMIT %(limit)s
"""

# What identifiers are searched by; one that was erased meanwhile stays without.
PUT_SEARCHED = """
UPDATE identity.identifier
SET search_index = incoming.search_index
FROM {incoming}
WHERE identifier.group_id = %(group_id)s
  AND identifier.bucket = incoming.bucket
  AND identifier.id = incoming.id
  AND identifier.erased_at IS NULL
"""
