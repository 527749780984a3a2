"""The named SQL of reviews: what waits for an operator, and what operators decided."""

from huitong.platform.db import Shape

REVIEW = Shape(
    "identity_review",
    {
        "bucket": "smallint",
        "id": "bigint",
        "identifier_id": "bigint",
        "other_id": "bigint",
        "rule": "text",
        "state": "text",
        "actor": "text",
        "reason": "text",
    },
)

# Everything that was opened or decided between identifiers.
REVIEWS_BETWEEN = """
SELECT review.id, review.identifier_id, review.other_id, review.state
FROM unnest(%(identifier_ids)s::bigint[]) AS wanted(id)
JOIN identity.review
  ON review.group_id = %(group_id)s
  AND review.bucket = (wanted.id & 4095)::smallint
  AND review.identifier_id = wanted.id
WHERE review.other_id = ANY (%(identifier_ids)s::bigint[])
"""

# Opens reviews, and opens again those that were moot; what an operator decided stays.
OPEN_REVIEWS = """
INSERT INTO identity.review AS known
  (group_id, bucket, id, identity_domain_id, identifier_id, other_id, rule, state,
   opened_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(domain_id)s, incoming.identifier_id,
       incoming.other_id, incoming.rule, incoming.state, %(now)s
FROM {incoming}
ORDER BY incoming.bucket, incoming.identifier_id, incoming.other_id
ON CONFLICT (group_id, bucket, identifier_id, other_id) DO UPDATE
SET state = 'open', rule = excluded.rule, opened_at = excluded.opened_at, decided_at = NULL
WHERE known.state = 'moot'
"""

# Closes reviews of which nothing is left to decide.
CLOSE_REVIEWS = """
UPDATE identity.review
SET state = 'moot', decided_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(review_ids)s::bigint[]) AS wanted
  )
  AND state = 'open'
"""

# What operators decided of pairs, whether they were asked or not; the latest decision stands.
DECIDE_PAIRS = """
INSERT INTO identity.review AS known
  (group_id, bucket, id, identity_domain_id, identifier_id, other_id, rule, state,
   actor, reason, opened_at, decided_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(domain_id)s, incoming.identifier_id,
       incoming.other_id, incoming.rule, incoming.state, incoming.actor, incoming.reason,
       %(now)s, %(now)s
FROM {incoming}
ORDER BY incoming.bucket, incoming.identifier_id, incoming.other_id
ON CONFLICT (group_id, bucket, identifier_id, other_id) DO UPDATE
SET state = excluded.state, actor = excluded.actor, reason = excluded.reason,
    decided_at = excluded.decided_at
"""

# One review, locked until it is decided.
LOCK_REVIEW = """
SELECT id, identity_domain_id, identifier_id, other_id, state
FROM identity.review
WHERE group_id = %(group_id)s
  AND bucket = (%(review_id)s::bigint & 4095)::smallint
  AND id = %(review_id)s
FOR UPDATE
"""

# What an operator says of one review.
CLOSE_REVIEW = """
UPDATE identity.review
SET state = %(state)s, actor = %(actor)s, reason = %(reason)s, decided_at = %(now)s
WHERE group_id = %(group_id)s
  AND bucket = (%(review_id)s::bigint & 4095)::smallint
  AND id = %(review_id)s
"""

# Takes back what operators accepted of an identifier that proves nothing any more.
FORGET_ACCEPTED = """
UPDATE identity.review
SET state = 'moot', actor = NULL, decided_at = %(now)s
WHERE group_id = %(group_id)s
  AND (
    (bucket = (%(identifier_id)s::bigint & 4095)::smallint AND identifier_id = %(identifier_id)s)
    OR other_id = %(identifier_id)s
  )
  AND state = 'accepted'
"""

# Takes back rejections between the identifiers of two persons whom an operator makes one.
LIFT_REJECTIONS = """
UPDATE identity.review
SET state = 'moot', actor = NULL, decided_at = %(now)s
FROM identity.identifier AS one, identity.identifier AS other
WHERE review.group_id = %(group_id)s
  AND review.state = 'rejected'
  AND one.group_id = %(group_id)s
  AND one.person_id = ANY (%(person_ids)s::bigint[])
  AND review.bucket = one.bucket
  AND review.identifier_id = one.id
  AND other.group_id = %(group_id)s
  AND other.person_id = ANY (%(person_ids)s::bigint[])
  AND review.other_id = other.id
"""

# The reviews in a state, the oldest first, from a place on.
REVIEWS_IN_STATE = """
SELECT id, identifier_id, other_id, rule, state, opened_at, actor, reason, decided_at
FROM identity.review
WHERE group_id = %(group_id)s
  AND state = %(state)s
  AND (%(after)s::bigint IS NULL OR id > %(after)s)
ORDER BY id
LIMIT %(limit)s
"""
