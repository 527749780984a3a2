"""The named SQL of `channels` and the shapes of the rows that go into it."""

from huitong.platform.db import Shape

NEW_RECORD = Shape(
    "channels_new_record",
    {
        "bucket": "smallint",
        "id": "bigint",
        "external_id": "text",
        "version": "text",
        "version_at": "timestamptz",
        "state": "text",
        "code": "text",
        "reason": "text",
        "body_place": "integer",
        "source_row": "bigint",
        "occurred_at": "timestamptz",
    },
)
JUDGED_RECORD = Shape(
    "channels_judged_record",
    {
        "bucket": "smallint",
        "id": "bigint",
        "version_at": "timestamptz",
        "state": "text",
        "code": "text",
        "reason": "text",
        "body_id": "bigint",
        "body_place": "integer",
        "delivery_id": "bigint",
        "source_row": "bigint",
    },
)
REPLACED_RECORD = Shape("channels_replaced_record", {"bucket": "smallint", "id": "bigint"})
RESEALED_BODY = Shape("channels_resealed_body", {"id": "bigint", "content": "bytea"})
TEXT_COPY = Shape(
    "channels_text_copy", {"bucket": "smallint", "record_id": "bigint", "body_place": "integer"}
)

# A new delivery, or another run of the same one: its counts are those of the latest run.
OPEN_DELIVERY = """
INSERT INTO channels.delivery AS known
  (group_id, id, brand_id, channel_account_id, kind, way, source, content_hash, mapping,
   mapping_hash, state, runs, recorded_at, run_at)
VALUES
  (%(group_id)s, %(id)s, %(brand_id)s, %(account_id)s, %(kind)s, %(way)s, %(source)s,
   %(content_hash)s, %(mapping)s, %(mapping_hash)s, 'running', 1, %(now)s, %(now)s)
ON CONFLICT (group_id, channel_account_id, kind, content_hash, mapping_hash) DO UPDATE
SET state = 'running', runs = known.runs + 1, source = excluded.source, run_at = excluded.run_at,
    finished_at = NULL, record_count = NULL,
    applied_count = 0, refused_count = 0, superseded_count = 0, known_count = 0
RETURNING id, runs
"""

# What one page adds to its delivery.
COUNT_PAGE = """
UPDATE channels.delivery
SET applied_count = applied_count + %(applied)s,
    refused_count = refused_count + %(refused)s,
    superseded_count = superseded_count + %(superseded)s,
    known_count = known_count + %(known)s
WHERE group_id = %(group_id)s
  AND id = %(delivery_id)s
"""

# How many records the delivery has in all, as soon as that is known.
SIZE_DELIVERY = """
UPDATE channels.delivery
SET record_count = %(record_count)s
WHERE group_id = %(group_id)s
  AND id = %(delivery_id)s
"""

# The delivery has come to its end.
FINISH_DELIVERY = """
UPDATE channels.delivery
SET state = 'done', finished_at = %(now)s, known_count = known_count + %(known)s
WHERE group_id = %(group_id)s
  AND id = %(delivery_id)s
"""

# Pages that could meet the same record take turns; pages of other accounts or kinds do not wait.
LOCK_STRIPES = """
SELECT pg_advisory_xact_lock(turn.stripe)
FROM unnest(%(stripes)s::bigint[]) AS turn (stripe)
"""

# Every version that the inbox holds of the records of a page. LATERAL with OFFSET 0 makes it one
# index look-up per record whatever the statistics say: on a table that grew within one import the
# planner chose to read all of it for every page (110 ms instead of 3).
FIND_VERSIONS = """
SELECT known.external_id, known.id, known.version, known.version_at, known.state
FROM unnest(%(buckets)s::smallint[], %(external_ids)s::text[]) AS wanted (bucket, external_id)
CROSS JOIN LATERAL (
  SELECT record.external_id, record.id, record.version, record.version_at, record.state
  FROM channels.record
  WHERE record.group_id = %(group_id)s
    AND record.bucket = wanted.bucket
    AND record.channel_account_id = %(account_id)s
    AND record.kind = %(kind)s
    AND record.external_id = wanted.external_id
  OFFSET 0
) AS known
"""

# Which of some record versions are applied or superseded already; see above for its form.
FIND_SETTLED = """
SELECT wanted.place
FROM unnest(%(buckets)s::smallint[], %(external_ids)s::text[], %(versions)s::text[])
  WITH ORDINALITY AS wanted (bucket, external_id, version, place)
CROSS JOIN LATERAL (
  SELECT record.state
  FROM channels.record
  WHERE record.group_id = %(group_id)s
    AND record.bucket = wanted.bucket
    AND record.channel_account_id = %(account_id)s
    AND record.kind = %(kind)s
    AND record.external_id = wanted.external_id
    AND record.version = wanted.version
  OFFSET 0
) AS known
WHERE known.state <> 'refused'
"""

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

# The record versions of a page with what became of each.
ADD_RECORDS = """
INSERT INTO channels.record
  (group_id, bucket, id, brand_id, channel_account_id, kind, external_id, version, version_at,
   state, code, reason, body_id, body_place, delivery_id, source_row, occurred_at, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(brand_id)s, %(account_id)s, %(kind)s,
       incoming.external_id, incoming.version, incoming.version_at, incoming.state, incoming.code,
       incoming.reason, %(body_id)s, incoming.body_place, %(delivery_id)s, incoming.source_row,
       incoming.occurred_at, %(now)s
FROM {incoming}
"""

# What became of refused versions that were tried once more.
JUDGE_AGAIN = """
UPDATE channels.record AS record
SET version_at = coalesce(incoming.version_at, record.version_at),
    state = incoming.state, code = incoming.code, reason = incoming.reason,
    body_id = incoming.body_id, body_place = incoming.body_place,
    delivery_id = incoming.delivery_id, source_row = incoming.source_row
FROM {incoming}
WHERE record.group_id = %(group_id)s
  AND record.bucket = incoming.bucket
  AND record.id = incoming.id
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

# Refused versions whose record was applied in another version meanwhile.
REPLACE_REFUSED = """
UPDATE channels.record AS record
SET state = 'superseded'
FROM {incoming}
WHERE record.group_id = %(group_id)s
  AND record.bucket = incoming.bucket
  AND record.id = incoming.id
  AND record.state = 'refused'
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
"""

# The refused records among the asked ones, with the place of their text.
FIND_REFUSED = """
SELECT record.id, record.channel_account_id, record.kind, record.external_id, record.version,
       record.body_id, record.body_place, record.delivery_id, record.source_row
FROM unnest(%(buckets)s::smallint[], %(ids)s::bigint[]) AS wanted (bucket, id)
JOIN channels.record
  ON record.group_id = %(group_id)s
  AND record.bucket = wanted.bucket
  AND record.id = wanted.id
WHERE record.state = 'refused'
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

# Where the texts of every version of some records stand.
FIND_PLACES_OF_VERSIONS = """
WITH known AS (
  SELECT version.bucket, version.id, version.body_id, version.body_place
  FROM unnest(%(buckets)s::smallint[], %(ids)s::bigint[]) AS wanted (bucket, id)
  JOIN channels.record
    ON record.group_id = %(group_id)s
    AND record.bucket = wanted.bucket
    AND record.id = wanted.id
  JOIN channels.record AS version
    ON version.group_id = record.group_id
    AND version.bucket = record.bucket
    AND version.channel_account_id = record.channel_account_id
    AND version.kind = record.kind
    AND version.external_id = record.external_id
)
SELECT known.body_id, known.body_place
FROM known
UNION
SELECT text_copy.body_id, text_copy.body_place
FROM known
JOIN channels.text_copy
  ON text_copy.group_id = %(group_id)s
  AND text_copy.bucket = known.bucket
  AND text_copy.record_id = known.id
"""

# The record versions behind facts, with where their texts stand.
EXPORT_RECORDS = """
SELECT record.id, record.kind, record.version_at, record.state, record.code, record.recorded_at,
       record.body_id, record.body_place
FROM unnest(%(buckets)s::smallint[], %(ids)s::bigint[]) AS wanted (bucket, id)
JOIN channels.record
  ON record.group_id = %(group_id)s
  AND record.bucket = wanted.bucket
  AND record.id = wanted.id
ORDER BY record.recorded_at, record.id
"""

# The texts of records that were refused and never applied, page by page after one of them.
REFUSED_PLACES = """
SELECT record.body_id, record.body_place, record.id
FROM channels.record
WHERE record.group_id = %(group_id)s
  AND record.state = 'refused'
  AND record.body_id > %(after_id)s
ORDER BY record.body_id, record.body_place
LIMIT %(limit)s
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

# Deliveries, newest first, from one id downwards.
LIST_DELIVERIES = """
SELECT id, brand_id, channel_account_id, kind, way, source, mapping, state, runs, applied_count,
       refused_count, superseded_count, known_count, record_count, recorded_at, run_at, finished_at
FROM channels.delivery
WHERE group_id = %(group_id)s
  AND (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
  AND (%(account_id)s::bigint IS NULL OR channel_account_id = %(account_id)s)
ORDER BY id DESC
LIMIT %(limit)s
"""

# One delivery.
FIND_DELIVERY = """
SELECT id, brand_id, channel_account_id, kind, way, source, mapping, state, runs, applied_count,
       refused_count, superseded_count, known_count, record_count, recorded_at, run_at, finished_at
FROM channels.delivery
WHERE group_id = %(group_id)s
  AND id = %(delivery_id)s
"""

# The records of one delivery's latest run, newest first, from one id downwards.
LIST_OF_DELIVERY = """
SELECT id, channel_account_id, kind, external_id, version, state, code, reason, delivery_id,
       source_row, occurred_at, recorded_at
FROM channels.record
WHERE group_id = %(group_id)s
  AND delivery_id = %(delivery_id)s
  AND (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
  AND (%(state)s::text IS NULL OR state = %(state)s)
ORDER BY id DESC
LIMIT %(limit)s
"""

# The refused records, newest first, from one id downwards.
LIST_REFUSED = """
SELECT id, channel_account_id, kind, external_id, version, state, code, reason, delivery_id,
       source_row, occurred_at, recorded_at
FROM channels.record
WHERE group_id = %(group_id)s
  AND state = 'refused'
  AND (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
  AND (%(account_id)s::bigint IS NULL OR channel_account_id = %(account_id)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(code)s::text IS NULL OR code = %(code)s)
ORDER BY id DESC
LIMIT %(limit)s
"""

# One record version.
FIND_RECORD = """
SELECT id, channel_account_id, kind, external_id, version, state, code, reason, delivery_id,
       source_row, occurred_at, recorded_at
FROM channels.record
WHERE group_id = %(group_id)s
  AND bucket = %(bucket)s
  AND id = %(record_id)s
"""

# All versions of one record, newest first.
LIST_VERSIONS = """
SELECT id, channel_account_id, kind, external_id, version, state, code, reason, delivery_id,
       source_row, occurred_at, recorded_at
FROM channels.record
WHERE group_id = %(group_id)s
  AND bucket = %(bucket)s
  AND channel_account_id = %(account_id)s
  AND kind = %(kind)s
  AND external_id = %(external_id)s
ORDER BY id DESC
LIMIT %(limit)s
"""

REFUSAL = Shape(
    "channels_refusal", {"bucket": "smallint", "id": "bigint", "code": "text", "reason": "text"}
)

# Applied versions that were refused when what they had waited for came.
REFUSE_LATER = """
UPDATE channels.record AS record
SET state = 'refused', code = incoming.code, reason = incoming.reason
FROM {incoming}
WHERE record.group_id = %(group_id)s
  AND record.bucket = incoming.bucket
  AND record.id = incoming.id
  AND record.state = 'applied'
"""

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
