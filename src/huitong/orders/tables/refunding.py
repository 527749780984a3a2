"""Named SQL that takes refunds and moves what has come back of lines."""

# lock_headers: holds the orders that refunds will change, in a fixed order.
LOCK_HEADERS = """
SELECT h.id
FROM orders.header AS h
WHERE h.group_id = %(group_id)s
  AND h.bucket = ANY(%(buckets)s::smallint[])
  AND h.id = ANY(%(ids)s::bigint[])
ORDER BY h.id
FOR NO KEY UPDATE
"""

# find_refunds: the refunds of one channel account by their numbers.
FIND_REFUNDS = """
SELECT refund_no, id, status, order_id
FROM orders.refund
WHERE channel_account_id = %(account)s
  AND refund_no = ANY(%(refund_nos)s::text[])
"""

# find_refund_lines: what known refunds already gave back.
FIND_REFUND_LINES = """
SELECT l.refund_id, l.line_id, l.quantity, l.amount_minor
FROM orders.refund_line AS l
JOIN unnest(%(ids)s::bigint[]) AS wanted(id)
  ON l.refund_id = wanted.id AND l.bucket = (wanted.id & 4095)
WHERE l.group_id = %(group_id)s
ORDER BY l.refund_id, l.place
"""

# upsert_refunds: refunds of known orders; the newest version wins.
UPSERT_REFUNDS = """
INSERT INTO orders.refund (
  group_id, bucket, id, brand_id, order_id, channel_account_id, refund_no, record_id, kind, stage,
  status, refunded_at, amount_minor, reason, return_store, payer, exchange_order_no, payments,
  attributes, source_updated_at, recorded_at)
SELECT
  %(group_id)s, bucket, id, brand_id, order_id, channel_account_id, refund_no, record_id, kind,
  stage, status, refunded_at, amount_minor, reason, return_store, payer, exchange_order_no,
  payments, attributes, source_updated_at, recorded_at
FROM {incoming}
ON CONFLICT (group_id, bucket, id) DO UPDATE
SET record_id = EXCLUDED.record_id,
    kind = EXCLUDED.kind,
    stage = EXCLUDED.stage,
    status = EXCLUDED.status,
    refunded_at = EXCLUDED.refunded_at,
    amount_minor = EXCLUDED.amount_minor,
    reason = EXCLUDED.reason,
    return_store = EXCLUDED.return_store,
    payer = EXCLUDED.payer,
    exchange_order_no = EXCLUDED.exchange_order_no,
    payments = EXCLUDED.payments,
    attributes = EXCLUDED.attributes,
    source_updated_at = EXCLUDED.source_updated_at,
    changed_xid = pg_current_xact_id()
"""

# upsert_refund_lines: what each refund gives back, by its place in the refund.
UPSERT_REFUND_LINES = """
INSERT INTO orders.refund_line (
  group_id, bucket, refund_id, brand_id, order_id, place, line_id, quantity, amount_minor)
SELECT
  %(group_id)s, bucket, refund_id, brand_id, order_id, place, line_id, quantity, amount_minor
FROM {incoming}
ON CONFLICT (group_id, bucket, refund_id, place) DO UPDATE
SET line_id = EXCLUDED.line_id,
    quantity = EXCLUDED.quantity,
    amount_minor = EXCLUDED.amount_minor
"""

# drop_refund_lines: a line that the newer version of a refund has no more gave nothing back.
DROP_REFUND_LINES = """
UPDATE orders.refund_line AS l
SET quantity = 0,
    amount_minor = 0
FROM {incoming}
WHERE l.group_id = %(group_id)s
  AND l.bucket = incoming.bucket
  AND l.refund_id = incoming.id
  AND l.place >= incoming.parts
"""

# move_positions: what has come back of each line after the page's refunds.
MOVE_POSITIONS = """
UPDATE orders.line AS l
SET refunded_quantity = incoming.refunded_quantity,
    refunded_minor = incoming.refunded_minor,
    money_only_minor = incoming.money_only_minor,
    changed_xid = pg_current_xact_id()
FROM {incoming}
WHERE l.group_id = %(group_id)s
  AND l.bucket = incoming.bucket
  AND l.order_id = incoming.order_id
  AND l.line_id = incoming.line_id
"""
