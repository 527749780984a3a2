"""The named SQL of record versions: what came and what became of it."""

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

REFUSAL = Shape(
    "channels_refusal", {"bucket": "smallint", "id": "bigint", "code": "text", "reason": "text"}
)

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
