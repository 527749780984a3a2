"""The named SQL of what waits for orders that have not come."""

# What waits, by account and kind: how many, and since when the oldest.
COUNT_WAITING = """
SELECT channel_account_id, kind, count(*) AS waiting_count, min(recorded_at) AS oldest_at
FROM orders.waiting
WHERE group_id = %(group_id)s
  AND taken_at IS NULL
GROUP BY channel_account_id, kind
ORDER BY waiting_count DESC, channel_account_id, kind
"""

# What waits longest, after a place in the list.
LIST_WAITING = """
SELECT record_id, channel_account_id, kind, external_id, order_no, recorded_at
FROM orders.waiting
WHERE group_id = %(group_id)s
  AND taken_at IS NULL
  AND (%(after_id)s::bigint IS NULL OR record_id > %(after_id)s)
ORDER BY record_id
LIMIT %(limit)s
"""
