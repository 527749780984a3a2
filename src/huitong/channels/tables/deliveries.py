"""The named SQL of deliveries: one file, push batch or pull run each."""

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

# Deliveries, newest first, from one id downwards.
LIST_DELIVERIES = """
SELECT id, brand_id, channel_account_id, kind, way, source, mapping, state, runs, applied_count,
       refused_count, superseded_count, known_count, record_count, recorded_at, run_at, finished_at
FROM channels.delivery
WHERE group_id = %(group_id)s
  AND (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
  AND (%(account_id)s::bigint IS NULL OR channel_account_id = %(account_id)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(way)s::text IS NULL OR way = %(way)s)
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
