"""The journal of merges: who became part of whom, and back."""

from huitong.platform.db import Shape

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
        "actor": "text",
    },
)

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
   record_id, actor, merged_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(domain_id)s, incoming.key,
       incoming.source_id, incoming.target_id, incoming.identifier_ids::bigint[], incoming.reason,
       incoming.record_id, incoming.actor, %(now)s
FROM {incoming}
"""

# One merge of the journal by its id.
FIND_MERGE = """
SELECT id, identity_domain_id, source_id, target_id, identifier_ids, reason, merged_at, split_at,
       actor, split_by, split_reason
FROM identity.merge
WHERE group_id = %(group_id)s
  AND bucket = (%(merge_id)s::bigint & 4095)::smallint
  AND id = %(merge_id)s
"""

# One merge of the journal by its key.
FIND_MERGE_BY_KEY = """
SELECT id, identity_domain_id, source_id, target_id, identifier_ids, reason, merged_at, split_at,
       actor, split_by, split_reason
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
SELECT id, identity_domain_id, source_id, target_id, identifier_ids, reason, merged_at, split_at,
       actor, split_by, split_reason
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
SET split_at = %(now)s, split_by = %(actor)s, split_reason = %(reason)s
WHERE group_id = %(group_id)s
  AND bucket = (%(merge_id)s::bigint & 4095)::smallint
  AND id = %(merge_id)s
"""
