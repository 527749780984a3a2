"""Named SQL that reads orders as the rules see them."""

# load_headers: what the rules see of orders, by id.
LOAD_HEADERS = """
SELECT
  h.id, h.brand_id, h.channel_account_id, h.order_no, h.customer_id, h.kind, h.status,
  h.ordered_at, h.paid_at, h.completed_at,
  EXISTS (
    SELECT 1
    FROM orders.refund AS r
    WHERE r.group_id = h.group_id
      AND r.bucket = h.bucket
      AND r.order_id = h.id
      AND r.status = 'open') AS disputed
FROM orders.header AS h
JOIN unnest(%(ids)s::bigint[]) AS wanted(id) ON h.id = wanted.id AND h.bucket = (wanted.id & 4095)
WHERE h.group_id = %(group_id)s
"""

# load_packages: when the packages of orders were signed for, and what is in them.
LOAD_PACKAGES = """
SELECT p.order_id, p.signed_at, p.lines
FROM orders.package AS p
JOIN unnest(%(ids)s::bigint[]) AS wanted(id)
  ON p.order_id = wanted.id AND p.bucket = (wanted.id & 4095)
WHERE p.group_id = %(group_id)s
  AND p.signed_at IS NOT NULL
"""

# load_lines: the lines of orders with what has come back of them, in their order.
LOAD_LINES = """
SELECT
  l.order_id, l.line_id, l.sku, l.quantity, l.paid_minor, l.refunded_quantity, l.refunded_minor,
  l.money_only_minor, l.allocations
FROM orders.line AS l
JOIN unnest(%(ids)s::bigint[]) AS wanted(id)
  ON l.order_id = wanted.id AND l.bucket = (wanted.id & 4095)
WHERE l.group_id = %(group_id)s
ORDER BY l.order_id, l.place, l.line_id
"""

# load_tender: how much of orders was paid with points and with stored bonus.
LOAD_TENDER = """
SELECT p.order_id, p.kind, sum(p.amount_minor)::bigint
FROM orders.payment AS p
JOIN unnest(%(ids)s::bigint[]) AS wanted(id)
  ON p.order_id = wanted.id AND p.bucket = (wanted.id & 4095)
WHERE p.group_id = %(group_id)s
  AND p.kind IN ('points', 'stored_bonus')
GROUP BY p.order_id, p.kind
"""
