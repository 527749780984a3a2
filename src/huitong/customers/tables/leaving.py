"""Named SQL of leaving: policies, requests, and the end of memberships."""

from huitong.platform.db import Shape

EXIT = Shape(
    "customers_exit",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "customer_id": "bigint",
        "key": "text",
        "points": "text",
        "actor": "text",
        "due_at": "timestamptz",
    },
)

LEFT = Shape("customers_left", {"exit_id": "bigint", "left_id": "bigint"})

# The newest exit policy of brands.
EXIT_POLICIES = """
SELECT DISTINCT ON (brand_id) brand_id, version, cooling_off_days, points
FROM customers.exit_policy
WHERE group_id = %(group_id)s
  AND brand_id = ANY (%(brand_ids)s::bigint[])
ORDER BY brand_id, version DESC
"""

# The next version of a brand's exit policy.
PUT_EXIT_POLICY = """
INSERT INTO customers.exit_policy
  (group_id, brand_id, version, cooling_off_days, points, actor, recorded_at)
SELECT %(group_id)s, %(brand_id)s, coalesce(max(known.version), 0) + 1, %(cooling_off_days)s,
       %(points)s, %(actor)s, %(now)s
FROM customers.exit_policy AS known
WHERE known.group_id = %(group_id)s
  AND known.brand_id = %(brand_id)s
RETURNING version
"""

# Wishes to leave, of customers who are locked.
INSERT_EXITS = """
INSERT INTO customers.exit_request
  (group_id, bucket, id, brand_id, customer_id, key, state, points, actor, requested_at, due_at,
   recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.brand_id, incoming.customer_id,
       incoming.key, 'requested', incoming.points, incoming.actor, %(now)s, incoming.due_at, %(now)s
FROM {incoming}
"""

# Every wish to leave of customers and those merged into them, by whose it is today, the newest
# first.
EXITS_OF_FAMILIES = """
WITH RECURSIVE family AS (
  SELECT wanted AS head, wanted AS id
  FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  UNION ALL
  SELECT family.head, customer.id
  FROM family
  JOIN customers.customer
    ON customer.group_id = %(group_id)s
    AND customer.merged_into = family.id
)
SELECT asked.id, asked.brand_id, asked.customer_id, asked.state, asked.points, asked.requested_at,
       asked.due_at, asked.ended_at, asked.settled_at, asked.key, family.head
FROM family
JOIN customers.exit_request AS asked
  ON asked.group_id = %(group_id)s
  AND asked.bucket = (family.id & 4095)::smallint
  AND asked.customer_id = family.id
ORDER BY asked.id DESC
"""

# Wishes to leave by their ids.
FIND_EXITS = """
SELECT id, brand_id, customer_id, state, points, requested_at, due_at, ended_at, settled_at
FROM customers.exit_request
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(exit_ids)s::bigint[]) AS wanted
  )
"""

# Takes wishes to leave back.
CANCEL_EXITS = """
UPDATE customers.exit_request
SET state = 'cancelled', ended_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(exit_ids)s::bigint[]) AS wanted
  )
  AND state = 'requested'
"""

# Wishes whose cooling-off is over, the longest due first, after one place of the list.
DUE_EXITS = """
SELECT id, brand_id, customer_id, state, points, requested_at, due_at, ended_at, settled_at
FROM customers.exit_request
WHERE group_id = %(group_id)s
  AND state = 'requested'
  AND due_at <= %(now)s
  AND id > %(after_id)s
ORDER BY id
LIMIT %(limit)s
"""

# Ended memberships whose points are not settled yet, after one place of the list.
UNSETTLED_EXITS = """
SELECT id, brand_id, customer_id, state, points, requested_at, due_at, ended_at, settled_at
FROM customers.exit_request
WHERE group_id = %(group_id)s
  AND state = 'finished'
  AND settled_at IS NULL
  AND id > %(after_id)s
ORDER BY id
LIMIT %(limit)s
"""

# Notes that memberships have ended, and since when they had been.
FINISH_EXITS = """
UPDATE customers.exit_request
SET state = 'finished', ended_at = %(now)s, enrolled_at = customer.enrolled_at
FROM customers.customer
WHERE exit_request.group_id = %(group_id)s
  AND (exit_request.bucket, exit_request.id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(exit_ids)s::bigint[]) AS wanted
  )
  AND exit_request.state = 'requested'
  AND customer.group_id = exit_request.group_id
  AND customer.bucket = exit_request.bucket
  AND customer.id = exit_request.customer_id
"""

# Makes customers leave, with everybody merged into them; who enrols again later begins a new
# membership.
MARK_EXITED = """
WITH RECURSIVE family AS (
  SELECT wanted AS id
  FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  UNION ALL
  SELECT customer.id
  FROM family
  JOIN customers.customer
    ON customer.group_id = %(group_id)s
    AND customer.merged_into = family.id
)
UPDATE customers.customer
SET status = 'exited', enrolled_at = NULL, told_at = %(now)s, changed_at = %(now)s
FROM family
WHERE customer.group_id = %(group_id)s
  AND customer.bucket = (family.id & 4095)::smallint
  AND customer.id = family.id
"""

# Keeps exits among what was told of the standings of those who left: a split works out standings
# from there.
TELL_EXITS = """
INSERT INTO customers.told
  (group_id, bucket, customer_id, record_id, brand_id, identifier_id, status, enrolled_at, told_at,
   recorded_at)
SELECT %(group_id)s, (incoming.left_id & 4095)::smallint, incoming.left_id, exit_request.id,
       exit_request.brand_id, 0, 'exited', NULL, %(now)s, %(now)s
FROM {incoming}
JOIN customers.exit_request
  ON exit_request.group_id = %(group_id)s
  AND exit_request.bucket = (incoming.exit_id & 4095)::smallint
  AND exit_request.id = incoming.exit_id
ON CONFLICT (group_id, bucket, customer_id, record_id) DO NOTHING
"""

# Notes that nothing is left to forfeit.
SETTLE_EXITS = """
UPDATE customers.exit_request
SET settled_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(exit_ids)s::bigint[]) AS wanted
  )
  AND settled_at IS NULL
"""
