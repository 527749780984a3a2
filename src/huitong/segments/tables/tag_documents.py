"""SQL of what tags are defined by: packs and definitions, version by version."""

from huitong.platform.db import Shape

TAG = Shape("segments_tag", {"code": "text", "document": "jsonb"})

# lock_tags: who changes definitions of a brand does so alone.
LOCK_TAGS = """
SELECT document, version, changed_at, changed_by, is_archived
FROM segments.tag
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY code
FOR UPDATE
"""

# put_tags: definitions, new ones and changed ones, each a version; one that says the same stays.
PUT_TAGS = """
WITH put AS (
  INSERT INTO segments.tag
    (group_id, brand_id, code, document, version, changed_at, changed_by)
  SELECT %(group_id)s, %(brand_id)s, code, document, %(first_version)s, %(now)s, %(actor)s
  FROM {incoming}
  ON CONFLICT (group_id, brand_id, code) DO UPDATE
  SET document = EXCLUDED.document,
      is_archived = false,
      version = segments.tag.version + 1,
      changed_at = EXCLUDED.changed_at,
      changed_by = EXCLUDED.changed_by
  WHERE segments.tag.document IS DISTINCT FROM EXCLUDED.document
     OR segments.tag.is_archived
  RETURNING code, document, version
)
INSERT INTO segments.tag_version
  (group_id, brand_id, code, version, document, changed_at, changed_by)
SELECT %(group_id)s, %(brand_id)s, put.code, put.version, put.document, %(now)s, %(actor)s
FROM put
RETURNING code, version
"""

# archive_tag: it is computed no more; its versions stay.
ARCHIVE_TAG = """
UPDATE segments.tag
SET is_archived = true,
    changed_at = %(now)s,
    changed_by = %(actor)s
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND code = %(code)s
  AND NOT is_archived
"""

# tags_in_versions: a brand's definitions as they are now, archived ones too.
TAGS_IN_VERSIONS = """
SELECT document, version, changed_at, changed_by, is_archived
FROM segments.tag
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY code
"""

# versions_of_tag: every definition that a tag had, the latest first.
VERSIONS_OF_TAG = """
SELECT told.document, told.version, told.changed_at, told.changed_by, tag.is_archived
FROM segments.tag_version AS told
JOIN segments.tag AS tag
  ON tag.group_id = told.group_id
  AND tag.brand_id = told.brand_id
  AND tag.code = told.code
WHERE told.group_id = %(group_id)s
  AND told.brand_id = %(brand_id)s
  AND told.code = %(code)s
ORDER BY told.version DESC
LIMIT %(limit)s
"""

# put_pack: what a brand's tags are made from; another form of the pack is its next version.
PUT_PACK = """
INSERT INTO segments.tag_pack
  (group_id, brand_id, code, document, version, installed_at, installed_by)
VALUES
  (%(group_id)s, %(brand_id)s, %(code)s, %(document)s, %(first_version)s, %(now)s, %(actor)s)
ON CONFLICT (group_id, brand_id, code) DO UPDATE
SET document = EXCLUDED.document,
    version = segments.tag_pack.version + 1,
    installed_at = EXCLUDED.installed_at,
    installed_by = EXCLUDED.installed_by
"""

# lock_packs: what a brand's tags are made from, the one installed first first.
LOCK_PACKS = """
SELECT document, version, installed_at, installed_by
FROM segments.tag_pack
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY installed_at, code
FOR UPDATE
"""

# packs_in_versions: the same, to be read.
PACKS_IN_VERSIONS = """
SELECT document, version, installed_at, installed_by
FROM segments.tag_pack
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY installed_at, code
"""
