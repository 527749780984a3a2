"""Named SQL of what people ask of us under the law, and until when they must have an answer."""

from huitong.platform.db import Shape

REQUEST = Shape(
    "customers_right_request",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "customer_id": "bigint",
        "kind": "text",
        "origin": "text",
        "key": "text",
        "received_at": "timestamptz",
        "due_at": "timestamptz",
        "opened_by": "text",
    },
)

# Requests that were taken down; what is known under its key, or waits already, is left out.
INSERT_REQUESTS = """
INSERT INTO customers.right_request
  (group_id, bucket, id, brand_id, customer_id, kind, origin, state, key, received_at, due_at,
   opened_by, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.brand_id, incoming.customer_id,
       incoming.kind, incoming.origin, 'open', incoming.key, incoming.received_at, incoming.due_at,
       incoming.opened_by, %(now)s
FROM {incoming}
ORDER BY incoming.bucket, incoming.customer_id, incoming.kind
ON CONFLICT DO NOTHING
"""

# What stands of requests that were to be taken down: under the key, else the one that waits.
FIND_STANDING = """
SELECT incoming.id, standing.id, standing.key = incoming.key,
       standing.key = incoming.key AND standing.kind = incoming.kind
FROM {incoming}
CROSS JOIN LATERAL (
  SELECT known.id, known.key, known.kind
  FROM customers.right_request AS known
  WHERE known.group_id = %(group_id)s
    AND known.bucket = incoming.bucket
    AND known.customer_id = incoming.customer_id
    AND (
      known.key = incoming.key
      OR (known.kind = incoming.kind AND known.state = 'open')
    )
  ORDER BY known.key = incoming.key DESC
  LIMIT 1
) AS standing
"""

# Requests by their ids.
FIND_REQUESTS = """
SELECT id, brand_id, customer_id, kind, origin, state, received_at, due_at, opened_by, closed_at,
       closed_by, reason
FROM customers.right_request
WHERE group_id = %(group_id)s
  AND (bucket, id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(request_ids)s::bigint[]) AS wanted
  )
"""

# One request, locked until it is closed.
LOCK_REQUEST = """
SELECT id, brand_id, customer_id, kind, origin, state, received_at, due_at, opened_by, closed_at,
       closed_by, reason
FROM customers.right_request
WHERE group_id = %(group_id)s
  AND bucket = (%(request_id)s::bigint & 4095)::smallint
  AND id = %(request_id)s
FOR UPDATE
"""

# How a request ended.
CLOSE_REQUEST = """
UPDATE customers.right_request
SET state = %(state)s, closed_at = %(now)s, closed_by = %(actor)s, reason = %(reason)s
WHERE group_id = %(group_id)s
  AND bucket = (%(request_id)s::bigint & 4095)::smallint
  AND id = %(request_id)s
"""

# Closes the open requests of one kind of customers, because what they ask was done.
ANSWER_REQUESTS = """
UPDATE customers.right_request
SET state = 'done', closed_at = %(now)s, closed_by = %(actor)s
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
  AND kind = %(kind)s
  AND state = 'open'
RETURNING id
"""

# What waits in a brand, the first due leading, after a place of the list: requests, and wishes to
# leave in their cooling-off.
WAITING_REQUESTS = """
SELECT waiting.id, waiting.brand_id, waiting.customer_id, waiting.kind, waiting.origin,
       waiting.state, waiting.received_at, waiting.due_at, waiting.opened_by, NULL, NULL, NULL
FROM (
  SELECT id, brand_id, customer_id, kind, origin, state, received_at, due_at, opened_by
  FROM customers.right_request
  WHERE group_id = %(group_id)s
    AND brand_id = %(brand_id)s
    AND state = 'open'
  UNION ALL
  SELECT id, brand_id, customer_id, 'exit', NULL, 'cooling', requested_at, due_at, actor
  FROM customers.exit_request
  WHERE group_id = %(group_id)s
    AND brand_id = %(brand_id)s
    AND state = 'requested'
) AS waiting
WHERE (waiting.due_at, waiting.id) > (%(after_at)s, %(after_id)s)
  AND (%(kind)s::text IS NULL OR waiting.kind = %(kind)s)
  AND (%(due_before)s::timestamptz IS NULL OR waiting.due_at < %(due_before)s)
  AND (
    %(customer_ids)s::bigint[] IS NULL
    OR waiting.customer_id = ANY (%(customer_ids)s::bigint[])
  )
ORDER BY waiting.due_at, waiting.id
LIMIT %(limit)s
"""

# What ended in a brand, the latest leading, before a place of the list.
ENDED_REQUESTS = """
SELECT ended.id, ended.brand_id, ended.customer_id, ended.kind, ended.origin, ended.state,
       ended.received_at, ended.due_at, ended.opened_by, ended.closed_at, ended.closed_by,
       ended.reason
FROM (
  SELECT id, brand_id, customer_id, kind, origin, state, received_at, due_at, opened_by, closed_at,
         closed_by, reason
  FROM customers.right_request
  WHERE group_id = %(group_id)s
    AND brand_id = %(brand_id)s
    AND state <> 'open'
  UNION ALL
  SELECT id, brand_id, customer_id, 'exit', NULL,
         CASE state WHEN 'finished' THEN 'done' ELSE 'withdrawn' END,
         requested_at, due_at, actor, ended_at, NULL, NULL
  FROM customers.exit_request
  WHERE group_id = %(group_id)s
    AND brand_id = %(brand_id)s
    AND state <> 'requested'
) AS ended
WHERE (ended.closed_at, ended.id) < (%(before_at)s, %(before_id)s)
  AND (%(kind)s::text IS NULL OR ended.kind = %(kind)s)
  AND (
    %(customer_ids)s::bigint[] IS NULL
    OR ended.customer_id = ANY (%(customer_ids)s::bigint[])
  )
ORDER BY ended.closed_at DESC, ended.id DESC
LIMIT %(limit)s
"""

# How many requests of a brand wait, how many of them are urgent or late, and how many exits cool.
COUNT_REQUESTS = """
SELECT count(*), count(*) FILTER (WHERE due_at >= %(now)s AND due_at < %(urgent_before)s),
       count(*) FILTER (WHERE due_at < %(now)s),
       (
         SELECT count(*)
         FROM customers.exit_request
         WHERE group_id = %(group_id)s
           AND brand_id = %(brand_id)s
           AND state = 'requested'
       ),
       min(received_at)
FROM customers.right_request
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND state = 'open'
"""
