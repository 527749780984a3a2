"""Named SQL of documents that were handed in to be looked at."""

from huitong.platform.db import Shape

SUBMISSION = Shape(
    "customers_submission",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "customer_id": "bigint",
        "kind": "text",
        "digest": "bytea",
        "sealed": "bytea",
        "sealed_for": "bigint",
        "source": "text",
        "submitted_at": "timestamptz",
    },
)
DECISION = Shape(
    "customers_decision",
    {
        "bucket": "smallint",
        "id": "bigint",
        "state": "text",
        "decided_by": "text",
        "reason": "text",
    },
)

# New submissions; one that waits already for the same customer is left out of the answer.
INSERT_SUBMISSIONS = """
INSERT INTO customers.submission
  (group_id, bucket, id, brand_id, customer_id, kind, digest, sealed, sealed_for, source,
   submitted_at, recorded_at, state)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.brand_id, incoming.customer_id,
       incoming.kind, incoming.digest, incoming.sealed, incoming.sealed_for, incoming.source,
       incoming.submitted_at, %(now)s, 'open'
FROM {incoming}
ORDER BY incoming.bucket, incoming.digest
ON CONFLICT (group_id, bucket, brand_id, kind, digest, customer_id)
WHERE state = 'open'
DO NOTHING
RETURNING id
"""

# The submissions that wait for the very same documents of the very same customers.
FIND_WAITING = """
SELECT incoming.id, submission.id
FROM {incoming}
JOIN customers.submission
  ON submission.group_id = %(group_id)s
  AND submission.bucket = incoming.bucket
  AND submission.brand_id = incoming.brand_id
  AND submission.kind = incoming.kind
  AND submission.digest = incoming.digest
  AND submission.customer_id = incoming.customer_id
  AND submission.state = 'open'
"""

# Submissions by id, locked in the order of their ids.
LOCK_SUBMISSIONS = """
SELECT id, brand_id, customer_id, kind, digest, state
FROM customers.submission
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(submission_ids)s::bigint[]) AS wanted
  )
ORDER BY id
FOR UPDATE
"""

# Which documents were approved for somebody already.
FIND_APPROVED = """
SELECT submission.digest, submission.kind, submission.customer_id
FROM customers.submission
JOIN unnest(%(buckets)s::smallint[], %(digests)s::bytea[]) AS wanted(bucket, digest)
  ON submission.bucket = wanted.bucket
  AND submission.digest = wanted.digest
WHERE submission.group_id = %(group_id)s
  AND submission.state = 'approved'
"""

# What was decided of submissions.
DECIDE_SUBMISSIONS = """
UPDATE customers.submission
SET state = incoming.state, decided_at = %(now)s, decided_by = incoming.decided_by,
    reason = incoming.reason
FROM {incoming}
WHERE submission.group_id = %(group_id)s
  AND submission.bucket = incoming.bucket
  AND submission.id = incoming.id
"""

# The submissions of a brand in one state, in the order in which they came.
LIST_SUBMISSIONS = """
SELECT id, customer_id, brand_id, kind, state, source, submitted_at, decided_at, decided_by, reason
FROM customers.submission
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND state = %(state)s
  AND (submitted_at, id) > (%(after_at)s, %(after_id)s)
ORDER BY submitted_at, id
LIMIT %(limit)s
"""

# Where the document of a submission is, sealed.
FIND_DOCUMENT = """
SELECT sealed, sealed_for
FROM customers.submission
WHERE group_id = %(group_id)s
  AND bucket = (%(submission_id)s & 4095)::smallint
  AND id = %(submission_id)s
  AND sealed IS NOT NULL
"""

# Forgets the documents of customers; that one was looked at stays.
ERASE_SUBMISSIONS = """
UPDATE customers.submission
SET digest = NULL, sealed = NULL, reason = NULL, erased_at = %(now)s
WHERE group_id = %(group_id)s
  AND customer_id = ANY (%(customer_ids)s::bigint[])
  AND sealed IS NOT NULL
"""

# What submissions are about.
FIND_SUBMISSIONS = """
SELECT id, customer_id, brand_id, kind, submitted_at
FROM customers.submission
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(submission_ids)s::bigint[]) AS wanted
  )
ORDER BY id
"""

# How many documents of a brand are in which state.
COUNT_SUBMISSIONS = """
SELECT state, count(*)
FROM customers.submission
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
GROUP BY state
"""

# Documents that were handed in, by their ids.
SUBMISSIONS_BY_IDS = """
SELECT id, customer_id, brand_id, kind, state, source, submitted_at, decided_at, decided_by, reason
FROM customers.submission
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(submission_ids)s::bigint[]) AS wanted
  )
"""
