"""The named SQL of fixes, and of the mappings that a group keeps."""

from huitong.platform.db import Shape

NEW_FIX = Shape(
    "channels_new_fix",
    {"bucket": "smallint", "record_id": "bigint", "fixed_id": "bigint", "fields": "text"},
)

# Which refused versions were put right, by whom and why; of two who do so at once the first counts.
ADD_FIXES = """
INSERT INTO channels.fix
  (group_id, bucket, record_id, fixed_record_id, brand_id, fields, actor, reason, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.record_id, incoming.fixed_id, %(brand_id)s,
       string_to_array(incoming.fields, chr(10)), %(actor)s, %(reason)s, %(now)s
FROM {incoming}
ON CONFLICT (group_id, bucket, record_id) DO NOTHING
"""

# The fixes in which some versions were the refused one or the one that stands for it.
LIST_FIXES = """
SELECT record_id, fixed_record_id, fields, actor, reason, recorded_at
FROM channels.fix
WHERE group_id = %(group_id)s
  AND (record_id = ANY(%(ids)s) OR fixed_record_id = ANY(%(ids)s))
ORDER BY recorded_at, record_id
"""

# Two who save a mapping of one name take turns.
LOCK_MAPPING = """
SELECT pg_advisory_xact_lock(hashtextextended(%(name)s, %(group_id)s))
"""

# The next version of a mapping.
ADD_MAPPING = """
INSERT INTO channels.mapping (group_id, name, version, kind, document, actor, recorded_at)
VALUES (%(group_id)s, %(name)s, %(version)s, %(kind)s, %(document)s, %(actor)s, %(now)s)
"""

# The latest version of one mapping, or of all.
LIST_MAPPINGS = """
SELECT DISTINCT ON (name) name, version, kind, document, actor, recorded_at
FROM channels.mapping
WHERE group_id = %(group_id)s
  AND (%(name)s::text IS NULL OR name = %(name)s)
ORDER BY name, version DESC
"""

# One version of a mapping.
FIND_MAPPING = """
SELECT name, version, kind, document, actor, recorded_at
FROM channels.mapping
WHERE group_id = %(group_id)s
  AND name = %(name)s
  AND version = %(version)s
"""
