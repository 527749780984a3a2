"""Named SQL that reads orders as people see them."""

# show_headers: orders by id, as their channel told them, without anything personal.
SHOW_HEADERS = """
SELECT
  h.id, h.brand_id, h.channel_account_id, h.order_no, h.kind, h.status, h.close_reason, h.parent_no,
  h.customer_id, h.store, h.ordered_at, h.paid_at, h.shipped_at, h.completed_at,
  h.list_minor, h.discount_minor, h.freight_minor, h.paid_minor
FROM orders.header AS h
JOIN unnest(%(ids)s::bigint[]) AS wanted(id) ON h.id = wanted.id AND h.bucket = (wanted.id & 4095)
WHERE h.group_id = %(group_id)s
"""

# show_numbers: what orders are called by those who sold them, by id.
SHOW_NUMBERS = """
SELECT h.id, h.order_no
FROM orders.header AS h
JOIN unnest(%(ids)s::bigint[]) AS wanted(id) ON h.id = wanted.id AND h.bucket = (wanted.id & 4095)
WHERE h.group_id = %(group_id)s
"""

# show_lines: the lines of orders in their order, with what has come back of each.
SHOW_LINES = """
SELECT
  l.order_id, l.line_id, l.sku, l.name, l.quantity, l.list_minor, l.paid_minor,
  l.refunded_quantity, l.refunded_minor, l.status, l.store
FROM orders.line AS l
JOIN unnest(%(ids)s::bigint[]) AS wanted(id)
  ON l.order_id = wanted.id AND l.bucket = (wanted.id & 4095)
WHERE l.group_id = %(group_id)s
ORDER BY l.order_id, l.place, l.line_id
"""

# show_payments: what orders were paid with, in the order told.
SHOW_PAYMENTS = """
SELECT p.order_id, p.kind, p.amount_minor, p.paid_at
FROM orders.payment AS p
JOIN unnest(%(ids)s::bigint[]) AS wanted(id)
  ON p.order_id = wanted.id AND p.bucket = (wanted.id & 4095)
WHERE p.group_id = %(group_id)s
ORDER BY p.order_id, p.place
"""

# show_refunds: the after-sales on orders, the earliest first.
SHOW_REFUNDS = """
SELECT r.order_id, r.id, r.refund_no, r.kind, r.stage, r.status, r.refunded_at, r.amount_minor
FROM orders.refund AS r
JOIN unnest(%(ids)s::bigint[]) AS wanted(id)
  ON r.order_id = wanted.id AND r.bucket = (wanted.id & 4095)
WHERE r.group_id = %(group_id)s
ORDER BY r.order_id, r.refunded_at, r.id
"""

# show_packages: what orders were shipped in, the earliest first.
SHOW_PACKAGES = """
SELECT p.order_id, p.package_no, p.carrier, p.store, p.shipped_at, p.signed_at
FROM orders.package AS p
JOIN unnest(%(ids)s::bigint[]) AS wanted(id)
  ON p.order_id = wanted.id AND p.bucket = (wanted.id & 4095)
WHERE p.group_id = %(group_id)s
ORDER BY p.order_id, p.shipped_at, p.id
"""

# list_of_customer: the orders of a customer before a place in the list, the latest first; who is
# narrowed sees those sold in one of their stores, or by themselves.
LIST_OF_CUSTOMER = """
SELECT h.id
FROM orders.header AS h
WHERE h.group_id = %(group_id)s
  AND h.customer_id = %(customer_id)s
  AND (h.ordered_at, h.id) < (%(before_at)s, %(before_id)s)
  AND (
    NOT %(narrowed)s
    OR h.store = ANY (%(store_codes)s::text[])
    OR h.source_store = ANY (%(store_codes)s::text[])
    OR h.serving_guide = ANY (%(staff_codes)s::text[])
    OR h.source_guide = ANY (%(staff_codes)s::text[])
    OR EXISTS (
      SELECT FROM orders.line AS l
      WHERE l.group_id = h.group_id
        AND l.bucket = h.bucket
        AND l.order_id = h.id
        AND l.store = ANY (%(store_codes)s::text[])
    )
  )
ORDER BY h.ordered_at DESC, h.id DESC
LIMIT %(limit)s
"""

# orders_since: the orders of customers from an instant of each on, the oldest first.
ORDERS_SINCE = """
SELECT h.id
FROM unnest(%(customer_ids)s::bigint[], %(since)s::timestamptz[]) AS wanted (customer_id, since)
CROSS JOIN LATERAL (
  SELECT h.id, h.ordered_at
  FROM orders.header AS h
  WHERE h.group_id = %(group_id)s
    AND h.customer_id = wanted.customer_id
    AND h.ordered_at >= wanted.since
  OFFSET 0
) AS h
ORDER BY h.ordered_at, h.id
"""

# find_by_numbers: the orders that accounts told under numbers.
FIND_BY_NUMBERS = """
SELECT h.channel_account_id, h.order_no, h.id
FROM unnest(%(account_ids)s::bigint[], %(order_nos)s::text[]) AS wanted (account_id, order_no)
JOIN orders.header AS h
  ON h.group_id = %(group_id)s
  AND h.channel_account_id = wanted.account_id
  AND h.order_no = wanted.order_no
"""

# totals_of_customers: how many orders customers have, what they paid, and when the last one was.
TOTALS_OF_CUSTOMERS = """
SELECT h.customer_id, count(*), sum(h.paid_minor)::bigint, max(h.ordered_at)
FROM orders.header AS h
WHERE h.group_id = %(group_id)s
  AND h.customer_id = ANY (%(customer_ids)s::bigint[])
GROUP BY h.customer_id
"""
