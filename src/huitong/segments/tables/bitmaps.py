"""SQL of the bitmaps: versions, parts by value and shard, daily snapshots.

A version sees, of each part, the row of the latest version up to its own. Rows are only added; a
part that nobody is in any more has a row that says so.
"""

from huitong.platform.db import Shape

PART = Shape(
    "segments_part",
    {
        "code": "integer",
        "shard": "integer",
        "encoding": "smallint",
        "size": "integer",
        "digest": "bytea",
        "content": "bytea",
    },
)
SNAPSHOT_PART = Shape(
    "segments_snapshot_part",
    {"shard": "integer", "encoding": "smallint", "size": "integer", "content": "bytea"},
)

# find_published_key: the version that a refresh of this key published already.
FIND_PUBLISHED_KEY = """
SELECT version, ordinals
FROM segments.bitmap_version
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND key = %(key)s
  AND published_at IS NOT NULL
"""

# lock_unpublished: whoever still writes to one comes to the end of the transaction first.
LOCK_UNPUBLISHED = """
SELECT version
FROM segments.bitmap_version
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND published_at IS NULL
FOR UPDATE
"""

# drop_unpublished_parts: what refreshes wrote that never came to their end.
DROP_UNPUBLISHED_PARTS = """
DELETE FROM segments.bitmap AS part
USING segments.bitmap_version AS unpublished
WHERE part.group_id = %(group_id)s
  AND part.brand_id = %(brand_id)s
  AND unpublished.group_id = %(group_id)s
  AND unpublished.brand_id = %(brand_id)s
  AND unpublished.published_at IS NULL
  AND part.version = unpublished.version
"""

# drop_unpublished: the versions themselves; who still writes to one is refused from now on.
DROP_UNPUBLISHED = """
DELETE FROM segments.bitmap_version
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND published_at IS NULL
"""

# insert_version: a new one, which nobody sees yet.
INSERT_VERSION = """
INSERT INTO segments.bitmap_version (group_id, brand_id, version, key, ordinals, begun_at)
VALUES (%(group_id)s, %(brand_id)s, %(version)s, %(key)s, %(ordinals)s, %(now)s)
"""

# take_version: the number is used, whatever becomes of it.
TAKE_VERSION = """
UPDATE segments.numbering
SET last_version = %(version)s
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
"""

# hold_version: it is still being written, and stays so until this transaction ends.
HOLD_VERSION = """
SELECT ordinals
FROM segments.bitmap_version
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND version = %(version)s
  AND published_at IS NULL
FOR SHARE
"""

# lock_version: as hold_version, for the one who publishes it.
LOCK_VERSION = """
SELECT ordinals
FROM segments.bitmap_version
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND version = %(version)s
  AND published_at IS NULL
FOR UPDATE
"""

# parts_of_field: what a field's parts are as a version sees them, without their content.
PARTS_OF_FIELD = """
SELECT DISTINCT ON (code, shard) code, shard, size, digest
FROM segments.bitmap
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND field = %(field)s
  AND version <= %(version)s
ORDER BY code, shard, version DESC
"""

# read_field: a field's parts in some shards as a version sees them.
READ_FIELD = """
SELECT DISTINCT ON (code, shard) code, shard, encoding, size, content
FROM segments.bitmap
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND field = %(field)s
  AND shard = ANY(%(shards)s::integer[])
  AND version <= %(version)s
ORDER BY code, shard, version DESC
"""

# write_parts: the parts that are another than before; told twice in one version, the last counts.
WRITE_PARTS = """
INSERT INTO segments.bitmap
  (group_id, brand_id, field, code, shard, version, encoding, size, digest, content)
SELECT %(group_id)s, %(brand_id)s, %(field)s, code, shard, %(version)s, encoding, size, digest,
       content
FROM {incoming}
ON CONFLICT (group_id, brand_id, field, code, shard, version) DO UPDATE
SET encoding = EXCLUDED.encoding,
    size = EXCLUDED.size,
    digest = EXCLUDED.digest,
    content = EXCLUDED.content
"""

# mark_version_published: it is whole.
MARK_VERSION_PUBLISHED = """
UPDATE segments.bitmap_version
SET published_at = %(now)s
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND version = %(version)s
"""

# show_version: readers that open from now on see it.
SHOW_VERSION = """
UPDATE segments.numbering
SET published_version = %(version)s
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
"""

# newest_version: what readers open.
NEWEST_VERSION = """
SELECT found.version, found.ordinals
FROM segments.numbering AS numbering
JOIN segments.bitmap_version AS found
  ON found.group_id = numbering.group_id
  AND found.brand_id = numbering.brand_id
  AND found.version = numbering.published_version
WHERE numbering.group_id = %(group_id)s
  AND numbering.brand_id = %(brand_id)s
"""

# find_version: a published version that is still kept.
FIND_VERSION = """
SELECT version, ordinals
FROM segments.bitmap_version
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND version = %(version)s
  AND published_at IS NOT NULL
  AND NOT is_swept
"""

# list_parts: everything that a version sees, without content; what nobody is in is left out.
LIST_PARTS = """
SELECT field, code, shard, version, size
FROM (
  SELECT DISTINCT ON (field, code, shard) field, code, shard, version, size
  FROM segments.bitmap
  WHERE group_id = %(group_id)s
    AND brand_id = %(brand_id)s
    AND version <= %(version)s
  ORDER BY field, code, shard, version DESC
) AS seen
WHERE size > 0
"""

# read_parts: the content of parts, each named with the version of its row.
READ_PARTS = """
SELECT part.field, part.code, part.shard, part.encoding, part.size, part.content
FROM unnest(
  %(fields)s::text[], %(codes)s::integer[], %(shards)s::integer[], %(versions)s::bigint[]
) AS wanted (field, code, shard, version)
JOIN segments.bitmap AS part
  ON part.group_id = %(group_id)s
  AND part.brand_id = %(brand_id)s
  AND part.field = wanted.field
  AND part.code = wanted.code
  AND part.shard = wanted.shard
  AND part.version = wanted.version
"""

# sweep_parts: rows that a later row hides from every version that stays.
SWEEP_PARTS = """
DELETE FROM segments.bitmap AS part
WHERE part.group_id = %(group_id)s
  AND part.brand_id = %(brand_id)s
  AND part.version < %(oldest)s
  AND EXISTS (
    SELECT 1
    FROM segments.bitmap AS later
    WHERE later.group_id = part.group_id
      AND later.brand_id = part.brand_id
      AND later.field = part.field
      AND later.code = part.code
      AND later.shard = part.shard
      AND later.version > part.version
      AND later.version <= %(oldest)s)
"""

# oldest_to_keep: the last version that was there at an instant; it and later ones stay.
OLDEST_TO_KEEP = """
SELECT max(version)
FROM segments.bitmap_version
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND published_at <= %(before)s
"""

# mark_swept: older versions can be opened no more.
MARK_SWEPT = """
UPDATE segments.bitmap_version
SET is_swept = true
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND version < %(oldest)s
  AND published_at IS NOT NULL
  AND NOT is_swept
"""

# sweep_versions: of those, the ones that no row comes from.
SWEEP_VERSIONS = """
DELETE FROM segments.bitmap_version AS swept
WHERE swept.group_id = %(group_id)s
  AND swept.brand_id = %(brand_id)s
  AND swept.version < %(oldest)s
  AND swept.is_swept
  AND NOT EXISTS (
    SELECT 1
    FROM segments.bitmap AS part
    WHERE part.group_id = swept.group_id
      AND part.brand_id = swept.brand_id
      AND part.version = swept.version)
"""

# insert_snapshot: the day's snapshot; a repeat keeps the first.
INSERT_SNAPSHOT = """
INSERT INTO segments.snapshot
  (group_id, brand_id, segment, taken_on, version, size, taken_at, entered, gone)
VALUES
  (%(group_id)s, %(brand_id)s, %(segment)s, %(taken_on)s, %(version)s, %(size)s, %(now)s,
   %(entered)s, %(gone)s)
ON CONFLICT (group_id, brand_id, segment, taken_on) DO NOTHING
"""

# insert_snapshot_parts: its sets.
INSERT_SNAPSHOT_PARTS = """
INSERT INTO segments.snapshot_part
  (group_id, brand_id, segment, taken_on, shard, encoding, size, content)
SELECT %(group_id)s, %(brand_id)s, %(segment)s, %(taken_on)s, shard, encoding, size, content
FROM {incoming}
"""

# find_snapshot: the snapshot of a day.
FIND_SNAPSHOT = """
SELECT segment, taken_on, version, size, entered, gone
FROM segments.snapshot
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND segment = %(segment)s
  AND taken_on = %(taken_on)s
"""

# list_snapshots: the trend of a segment, the latest day first.
LIST_SNAPSHOTS = """
SELECT segment, taken_on, version, size, entered, gone
FROM segments.snapshot
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND segment = %(segment)s
ORDER BY taken_on DESC
LIMIT %(limit)s
"""

# recent_sizes: how large every segment of a brand was, the latest days first.
RECENT_SIZES = """
SELECT segment, taken_on, version, size, entered, gone
FROM segments.snapshot
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND taken_on >= %(since)s
ORDER BY segment, taken_on DESC
"""

# read_snapshot: its sets.
READ_SNAPSHOT = """
SELECT shard, encoding, size, content
FROM segments.snapshot_part
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND segment = %(segment)s
  AND taken_on = %(taken_on)s
ORDER BY shard
"""
