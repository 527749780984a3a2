"""What facts are made of: queries over the lake's tables; `$zone` is the brand's time zone.

`$excluded` are the kinds of sale and buyer that a metric leaves out.
"""

from collections.abc import Mapping

from huitong.metrics.model import Relation

# The kinds of sale and buyer of each order: its own, and those its customer had when it was placed.
CLASSED = """
SELECT order_id, list(DISTINCT class) AS classes
FROM (
  SELECT order_id, class
  FROM order_classes
  WHERE NOT is_withdrawn
  UNION ALL
  SELECT orders.id AS order_id, of_customer.class
  FROM orders
  JOIN customer_classes AS of_customer
    ON of_customer.customer_id = orders.customer_id
    AND of_customer.valid_from <= orders.ordered_at
    AND (of_customer.valid_until IS NULL OR of_customer.valid_until > orders.ordered_at)
  WHERE NOT of_customer.is_withdrawn
) AS told
GROUP BY order_id
"""

# What was paid of each presale, and when its tail was.
PAID_IN_PARTS = """
SELECT
  order_id,
  max(paid_at) FILTER (WHERE kind = 'balance') AS tail_at,
  CAST(sum(amount_minor) AS BIGINT) AS paid_minor
FROM payments
GROUP BY order_id
"""

# Every order that was placed where sales are booked, with the day it was; without the kinds of sale
# and buyer that a metric excludes. Filling up stored value buys nothing yet.
PLACED = """
SELECT
  orders.id AS order_id, orders.customer_id, orders.kind,
  orders.status, orders.store, orders.serving_guide AS guide, orders.paid_at, orders.ordered_at,
  CAST(timezone($zone, orders.ordered_at) AS DATE) AS ordered_on,
  orders.paid_minor,
  account.platform AS platform, account.platform || ':' || account.code AS channel
FROM orders
LEFT JOIN accounts AS account ON account.id = orders.channel_account_id
LEFT JOIN classed AS of_order ON of_order.order_id = orders.id
WHERE coalesce(account.books_revenue, true)
  AND orders.kind <> 'recharge'
  AND NOT coalesce(list_has_any(of_order.classes, $excluded), false)
"""

# Every sale, with the day it was: when it was paid, of a presale when its tail was.
SOLD = """
SELECT
  placed.order_id, placed.customer_id, placed.kind, placed.store, placed.guide,
  placed.platform, placed.channel,
  CASE placed.kind
    WHEN 'presale' THEN coalesce(parts.tail_at, placed.paid_at, placed.ordered_at)
    ELSE coalesce(placed.paid_at, placed.ordered_at)
  END AS sold_at,
  CAST(timezone($zone, sold_at) AS DATE) AS sold_on,
  placed.kind NOT IN ('exchange', 'gift') AS is_purchase
FROM placed
LEFT JOIN paid_in_parts AS parts
  ON parts.order_id = placed.order_id
  AND placed.kind = 'presale'
WHERE is_sold(placed.status)
"""

# Each sold line with its sale; an order that tells no lines counts once all the same.
SOLD_LINES = """
SELECT
  sold.order_id, sold.customer_id, sold.kind, sold.platform, sold.channel,
  sold.sold_at, sold.sold_on, sold.is_purchase, lines.line_id, lines.sku,
  coalesce(lines.store, sold.store) AS store, coalesce(lines.serving_guide, sold.guide) AS guide,
  lines.quantity, lines.list_minor, lines.paid_minor, lines.refunded_quantity, lines.refunded_minor
FROM sold
LEFT JOIN lines ON lines.order_id = sold.order_id
"""

# Each line of a refund that was done, with the sale that it takes back, and the day it was.
REFUNDED_LINES = """
SELECT
  sold_lines.order_id, sold_lines.customer_id, sold_lines.platform, sold_lines.channel,
  sold_lines.sold_at, sold_lines.sold_on, sold_lines.sku, sold_lines.store, sold_lines.guide,
  back.quantity, back.amount_minor,
  CAST(timezone($zone, refunds.refunded_at) AS DATE) AS refunded_on
FROM refunds
JOIN refund_lines AS back ON back.refund_id = refunds.id
JOIN sold_lines
  ON sold_lines.order_id = back.order_id
  AND sold_lines.line_id = back.line_id
WHERE refunds.status = 'done'
"""

# What was paid of each order on the day it was placed: deposits too, and orders closed later.
PLACED_ORDERS = """
SELECT
  placed.order_id, placed.customer_id, placed.platform, placed.channel, placed.store,
  placed.guide, placed.ordered_at AS sold_at,
  placed.ordered_on AS sold_on,
  CASE placed.status
    WHEN 'deposit_paid' THEN coalesce(parts.paid_minor, 0)
    ELSE placed.paid_minor
  END AS amount_minor
FROM placed
LEFT JOIN paid_in_parts AS parts
  ON parts.order_id = placed.order_id
  AND placed.status = 'deposit_paid'
WHERE placed.status NOT IN ('unpaid', 'closed')
  OR (placed.status = 'closed' AND placed.paid_at IS NOT NULL)
"""

# Each means by which a sale was paid.
SOLD_PAYMENTS = """
SELECT
  sold.order_id, sold.customer_id, sold.platform, sold.channel, sold.sold_at,
  sold.sold_on, sold.store, sold.guide, payments.kind AS tender, payments.amount_minor
FROM sold
JOIN payments ON payments.order_id = sold.order_id
"""

# The first day on which each customer bought.
FIRST_PURCHASES = """
SELECT customer_id, min(sold_on) AS first_on
FROM sold
WHERE is_purchase
  AND customer_id IS NOT NULL
GROUP BY customer_id
"""

# Each day on which a customer bought, with the day before it and the first; several orders of a day
# are one purchase.
PURCHASE_DAYS = """
SELECT
  customer_id, sold_on,
  lag(sold_on) OVER (PARTITION BY customer_id ORDER BY sold_on) AS previous_on,
  min(sold_on) OVER (PARTITION BY customer_id) AS first_on
FROM (
  SELECT DISTINCT customer_id, sold_on
  FROM sold
  WHERE is_purchase
    AND customer_id IS NOT NULL
) AS days
"""

# Each customer who ever enrolled, with the day of it; who was merged into another is that other.
ENROLLED = """
SELECT
  id AS customer_id, status, is_erased, store, touchpoint, guide,
  CAST(timezone($zone, enrolled_at) AS DATE) AS enrolled_on
FROM customers
WHERE enrolled_at IS NOT NULL
  AND merged_into IS NULL
"""

# Points that orders gave, on the day on which the order was placed.
GRANTED = """
SELECT
  grants.customer_id, grants.granted, grants.clawed, placed.platform, placed.channel,
  placed.store, placed.guide, CAST(timezone($zone, grants.ordered_at) AS DATE) AS ordered_on
FROM grants
LEFT JOIN placed ON placed.order_id = grants.order_id
WHERE grants.asset = 'points'
"""

RELATIONS: Mapping[str, Relation] = {
    "classed": Relation(CLASSED),
    "paid_in_parts": Relation(PAID_IN_PARTS),
    "placed": Relation(PLACED, needs=("classed",)),
    "sold": Relation(SOLD, needs=("placed", "paid_in_parts")),
    "sold_lines": Relation(SOLD_LINES, needs=("sold",)),
    "refunded_lines": Relation(REFUNDED_LINES, needs=("sold_lines",)),
    "placed_orders": Relation(PLACED_ORDERS, needs=("placed", "paid_in_parts")),
    "sold_payments": Relation(SOLD_PAYMENTS, needs=("sold",)),
    "first_purchases": Relation(FIRST_PURCHASES, needs=("sold",)),
    "purchase_days": Relation(PURCHASE_DAYS, needs=("sold",)),
    "enrolled": Relation(ENROLLED),
    "granted": Relation(GRANTED, needs=("placed",)),
}
