"""The named SQL of bodies: the texts of pages, sealed with the keys of their days."""

from huitong.platform.db import Shape

RESEALED_BODY = Shape("channels_resealed_body", {"id": "bigint", "content": "bytea"})

TEXT_COPY = Shape(
    "channels_text_copy", {"bucket": "smallint", "record_id": "bigint", "body_place": "integer"}
)

# The salt of one day's key.
FIND_DAY_KEY = """
SELECT salt
FROM vault.day_key
WHERE group_id = %(group_id)s
  AND day = %(day)s
"""

# The salt of a new day; another process may have been first.
ADD_DAY_KEY = """
INSERT INTO vault.day_key (group_id, day, salt)
VALUES (%(group_id)s, %(day)s, %(salt)s)
ON CONFLICT (group_id, day) DO NOTHING
"""

# One page as it came, sealed.
ADD_BODY = """
INSERT INTO channels.body
  (group_id, id, brand_id, delivery_id, day, record_count, content, recorded_at)
VALUES
  (%(group_id)s, %(id)s, %(brand_id)s, %(delivery_id)s, %(day)s, %(record_count)s, %(content)s,
   %(now)s)
"""

# Sealed pages by id.
FIND_BODIES = """
SELECT body.id, body.day, day_key.salt, body.content
FROM channels.body AS body
JOIN vault.day_key AS day_key
  ON day_key.group_id = body.group_id
  AND day_key.day = body.day
WHERE body.group_id = %(group_id)s
  AND body.id = ANY(%(body_ids)s)
ORDER BY body.id
"""

# Where the texts of some records stand.
FIND_PLACES = """
SELECT record.body_id, record.body_place
FROM unnest(%(buckets)s::smallint[], %(ids)s::bigint[]) AS wanted (bucket, id)
JOIN channels.record
  ON record.group_id = %(group_id)s
  AND record.bucket = wanted.bucket
  AND record.id = wanted.id
"""

# Where the texts of refused versions stood before they came again: those pages are kept too.
KEEP_FORMER_PLACES = """
INSERT INTO channels.text_copy (group_id, bucket, record_id, body_id, body_place, brand_id)
SELECT record.group_id, record.bucket, record.id, record.body_id, record.body_place,
       record.brand_id
FROM {incoming}
JOIN channels.record AS record
  ON record.group_id = %(group_id)s
  AND record.bucket = incoming.bucket
  AND record.id = incoming.id
WHERE (record.body_id, record.body_place) <> (incoming.body_id, incoming.body_place)
ON CONFLICT (group_id, bucket, record_id, body_id, body_place) DO NOTHING
"""

# Texts on a page of versions that were known already: the page is kept as it came.
ADD_TEXT_COPIES = """
INSERT INTO channels.text_copy (group_id, bucket, record_id, body_id, body_place, brand_id)
SELECT %(group_id)s, incoming.bucket, incoming.record_id, %(body_id)s, incoming.body_place,
       %(brand_id)s
FROM {incoming}
ON CONFLICT (group_id, bucket, record_id, body_id, body_place) DO NOTHING
"""

# Copies on pages that are about to be dropped.
DROP_TEXT_COPIES = """
DELETE FROM channels.text_copy
USING channels.body
WHERE text_copy.group_id = %(group_id)s
  AND body.group_id = text_copy.group_id
  AND body.id = text_copy.body_id
  AND body.day < %(day)s
"""

# Pages about to be sealed anew, so that two erasures never undo each other.
LOCK_BODIES = """
SELECT id
FROM channels.body
WHERE group_id = %(group_id)s
  AND id = ANY(%(body_ids)s)
ORDER BY id
FOR UPDATE
"""

# Pages sealed anew without somebody's records.
RESEAL_BODIES = """
UPDATE channels.body AS body
SET content = incoming.content
FROM {incoming}
WHERE body.group_id = %(group_id)s
  AND body.id = incoming.id
"""

# The keys of days that are over for good: after this their bodies open for nobody.
FORGET_DAY_KEYS = """
DELETE FROM vault.day_key
WHERE group_id = %(group_id)s
  AND day < %(day)s
"""

# The bodies that no key opens any more.
DROP_BODIES = """
DELETE FROM channels.body
WHERE group_id = %(group_id)s
  AND day < %(day)s
"""
