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
SELECT review.id, review.identifier_id, review.other_id, review.state, review.rule
FROM unnest(%(identifier_ids)s::bigint[]) AS wanted(id)
JOIN identity.review
  ON review.group_id = %(group_id)s
  AND review.bucket = (wanted.id & 4095)::smallint
  AND review.identifier_id = wanted.id
WHERE review.other_id = ANY (%(identifier_ids)s::bigint[])
"""

# Opens reviews, and opens again those that were moot; what an operator decided stays. Where two
# were only likely one, evidence that a limit holds says more.
OPEN_REVIEWS = """
INSERT INTO identity.review AS known
  (group_id, bucket, id, identity_domain_id, identifier_id, other_id, rule, state, reason,
   opened_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(domain_id)s, incoming.identifier_id,
       incoming.other_id, incoming.rule, incoming.state, incoming.reason, %(now)s
FROM {incoming}
ORDER BY incoming.bucket, incoming.identifier_id, incoming.other_id
ON CONFLICT (group_id, bucket, identifier_id, other_id) DO UPDATE
SET state = 'open', rule = excluded.rule, reason = excluded.reason,
    opened_at = excluded.opened_at, decided_at = NULL,
    postponed_until = NULL, postponed_by = NULL, postponed_reason = NULL
WHERE known.state = 'moot'
   OR (known.state = 'open' AND known.rule = 'likely' AND excluded.rule <> 'likely')
"""

# Which pairs of persons wait for an operator or were decided, by whatever identifiers of theirs.
KNOWN_BETWEEN_PERSONS = """
SELECT pair.place - 1
FROM unnest(%(ones)s::bigint[], %(others)s::bigint[]) WITH ORDINALITY AS pair(one, other, place)
WHERE EXISTS (
  SELECT 1
  FROM identity.identifier AS here
  JOIN identity.review
    ON review.group_id = %(group_id)s
    AND review.bucket = here.bucket
    AND review.identifier_id = here.id
    AND review.state <> 'moot'
  JOIN identity.identifier AS there
    ON there.group_id = %(group_id)s
    AND there.bucket = (review.other_id & 4095)::smallint
    AND there.id = review.other_id
  WHERE here.group_id = %(group_id)s
    AND (
      (here.person_id = pair.one AND there.person_id = pair.other)
      OR (here.person_id = pair.other AND there.person_id = pair.one)
    )
)
"""

# Closes what waits only because two were likely one, where they are one by now.
CLOSE_LIKELY = """
UPDATE identity.review
SET state = 'moot', decided_at = %(now)s
FROM identity.identifier AS one, identity.identifier AS other
WHERE one.group_id = %(group_id)s
  AND one.person_id = ANY (%(person_ids)s::bigint[])
  AND review.group_id = %(group_id)s
  AND review.bucket = one.bucket
  AND review.identifier_id = one.id
  AND review.state = 'open'
  AND review.rule = 'likely'
  AND other.group_id = %(group_id)s
  AND other.bucket = (review.other_id & 4095)::smallint
  AND other.id = review.other_id
  AND other.person_id = one.person_id
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

# The reviews in a state, the oldest first, from a place on: of one rule or of any, and of the open
# ones those that wait now, those that were put off, or both.
REVIEWS_IN_STATE = """
SELECT id, identifier_id, other_id, rule, state, opened_at, actor, reason, decided_at,
       postponed_until, postponed_by, postponed_reason
FROM identity.review
WHERE group_id = %(group_id)s
  AND state = %(state)s
  AND (%(after)s::bigint IS NULL OR id > %(after)s)
  AND (%(domain_id)s::bigint IS NULL OR identity_domain_id = %(domain_id)s)
  AND (%(rule)s::text IS NULL OR rule = %(rule)s)
  AND (
    %(put_off)s::boolean IS NULL
    OR coalesce(postponed_until > %(now)s, false) = %(put_off)s
  )
ORDER BY id
LIMIT %(limit)s
"""

# Reviews by their ids.
FIND_REVIEWS = """
SELECT id, identifier_id, other_id, rule, state, opened_at, actor, reason, decided_at,
       postponed_until, postponed_by, postponed_reason
FROM identity.review
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(review_ids)s::bigint[]) AS wanted
  )
ORDER BY id
"""

# What was opened or decided of the identifiers of a person, the oldest first.
REVIEWS_OF_PERSON = """
SELECT review.id
FROM identity.identifier
JOIN identity.review
  ON review.group_id = identifier.group_id
  AND review.bucket = identifier.bucket
  AND review.identifier_id = identifier.id
WHERE identifier.group_id = %(group_id)s
  AND identifier.person_id = %(person_id)s
  AND review.state <> 'moot'
UNION
SELECT review.id
FROM identity.identifier
JOIN identity.review
  ON review.group_id = identifier.group_id
  AND review.other_id = identifier.id
WHERE identifier.group_id = %(group_id)s
  AND identifier.person_id = %(person_id)s
  AND review.state <> 'moot'
ORDER BY id
LIMIT %(limit)s
"""

# Puts a review off; it stays open.
POSTPONE_REVIEW = """
UPDATE identity.review
SET postponed_until = %(until)s, postponed_by = %(actor)s, postponed_reason = %(reason)s
WHERE group_id = %(group_id)s
  AND bucket = (%(review_id)s::bigint & 4095)::smallint
  AND id = %(review_id)s
"""

# How many reviews there are by rule and state.
COUNT_REVIEWS = """
SELECT rule, state, count(*)
FROM identity.review
WHERE group_id = %(group_id)s
GROUP BY rule, state
ORDER BY rule, state
"""

# Since when the oldest open review waits, and how many were put off.
OPEN_REVIEWS_SINCE = """
SELECT min(opened_at), count(*) FILTER (WHERE postponed_until > %(now)s)
FROM identity.review
WHERE group_id = %(group_id)s
  AND state = 'open'
"""
