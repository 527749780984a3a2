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

# Every wish to leave of customers, the newest first.
EXITS_OF_CUSTOMERS = """
SELECT id, brand_id, customer_id, state, points, requested_at, due_at, ended_at, settled_at, key
FROM customers.exit_request
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
ORDER BY id DESC
"""

# Takes wishes to leave back.
CANCEL_EXITS = """
UPDATE customers.exit_request
SET state = 'cancelled', ended_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
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
RETURNING exit_request.customer_id
"""

# Makes customers leave; who enrols again later begins a new membership.
MARK_EXITED = """
UPDATE customers.customer
SET status = 'exited', enrolled_at = NULL, told_at = %(now)s, changed_at = %(now)s
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
"""

# Keeps an exit among what was told of a standing: a split works out standings from there.
TELL_EXITS = """
INSERT INTO customers.told
  (group_id, bucket, customer_id, record_id, brand_id, identifier_id, status, enrolled_at, told_at,
   recorded_at)
SELECT exit_request.group_id, exit_request.bucket, exit_request.customer_id, exit_request.id,
       exit_request.brand_id, 0, 'exited', NULL, %(now)s, %(now)s
FROM customers.exit_request
WHERE exit_request.group_id = %(group_id)s
  AND (exit_request.bucket, exit_request.id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(exit_ids)s::bigint[]) AS wanted
  )
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
