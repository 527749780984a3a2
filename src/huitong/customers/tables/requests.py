"""Named SQL of what was asked of customers under keys."""

from huitong.platform.db import Shape

REQUEST = Shape(
    "customers_request",
    {"bucket": "smallint", "key": "text", "request_hash": "bytea", "actor": "text"},
)
ANSWER = Shape(
    "customers_answer",
    {"bucket": "smallint", "key": "text", "answer": "text"},
)

# Claims keys, in their order; a key that was answered is left out, and one that another
# transaction holds is waited for.
CLAIM_KEYS = """
INSERT INTO customers.request (group_id, bucket, key, verb, request_hash, actor, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.key, %(verb)s, incoming.request_hash,
       incoming.actor, %(now)s
FROM {incoming}
ORDER BY incoming.bucket, incoming.key
ON CONFLICT (group_id, bucket, key) DO UPDATE
SET verb = excluded.verb, request_hash = excluded.request_hash, actor = excluded.actor,
    recorded_at = excluded.recorded_at
WHERE request.answer IS NULL
RETURNING request.key
"""

# What was answered under keys.
FIND_ANSWERS = """
SELECT request.key, request.verb, request.request_hash, request.answer
FROM customers.request
JOIN unnest(%(buckets)s::smallint[], %(keys)s::text[]) AS wanted(bucket, key)
  ON request.bucket = wanted.bucket
  AND request.key = wanted.key
WHERE request.group_id = %(group_id)s
  AND request.answer IS NOT NULL
"""

# Keeps what came of requests.
KEEP_ANSWERS = """
UPDATE customers.request
SET answer = incoming.answer::jsonb
FROM {incoming}
WHERE request.group_id = %(group_id)s
  AND request.bucket = incoming.bucket
  AND request.key = incoming.key
"""
