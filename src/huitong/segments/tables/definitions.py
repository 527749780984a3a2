"""SQL of segments by definition."""

# lock_segments: who changes one does so alone, so that no circle of them closes unseen.
LOCK_SEGMENTS = """
SELECT code, version, is_archived
FROM segments.segment
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY code
FOR UPDATE
"""

# insert_segment: a new one; another transaction may have been first.
INSERT_SEGMENT = """
INSERT INTO segments.segment (group_id, brand_id, code, version)
VALUES (%(group_id)s, %(brand_id)s, %(code)s, 1)
ON CONFLICT (group_id, brand_id, code) DO NOTHING
"""

# update_segment: another version of it counts from now on.
UPDATE_SEGMENT = """
UPDATE segments.segment
SET version = %(version)s,
    is_archived = %(is_archived)s
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND code = %(code)s
"""

# insert_version: the definition, as it stays for good.
INSERT_VERSION = """
INSERT INTO segments.segment_version
  (group_id, brand_id, code, version, document, changed_at, changed_by)
VALUES
  (%(group_id)s, %(brand_id)s, %(code)s, %(version)s, %(document)s::jsonb, %(now)s, %(actor)s)
"""

# list_segments: all segments of a brand as they are defined now.
LIST_SEGMENTS = """
SELECT told.document, told.version, told.changed_at, told.changed_by, segment.is_archived
FROM segments.segment AS segment
JOIN segments.segment_version AS told
  ON told.group_id = segment.group_id
  AND told.brand_id = segment.brand_id
  AND told.code = segment.code
  AND told.version = segment.version
WHERE segment.group_id = %(group_id)s
  AND segment.brand_id = %(brand_id)s
ORDER BY segment.code
"""

# list_versions: every definition that a segment had, the latest first.
LIST_VERSIONS = """
SELECT told.document, told.version, told.changed_at, told.changed_by, segment.is_archived
FROM segments.segment_version AS told
JOIN segments.segment AS segment
  ON segment.group_id = told.group_id
  AND segment.brand_id = told.brand_id
  AND segment.code = told.code
WHERE told.group_id = %(group_id)s
  AND told.brand_id = %(brand_id)s
  AND told.code = %(code)s
  AND (%(version)s::bigint IS NULL OR told.version = %(version)s)
ORDER BY told.version DESC
LIMIT %(limit)s
"""
