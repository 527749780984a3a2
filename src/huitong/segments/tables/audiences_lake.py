"""SQL on the lake: the views that segments are computed from, and one customer's rows.

Orders count as they do for tags and models: sold, chosen by the customer, booked as revenue, and
not of a class that says nothing about anybody. Amounts net of refunds take away what was paid back,
whenever that was.
"""

# segment_customer: a row for each customer. A view takes no parameters: the reader puts in the day
# at which ages are told; it is a date of ours.
CUSTOMER_VIEW = """
CREATE OR REPLACE TEMP VIEW segment_customer AS
SELECT
  id AS customer_id,
  merged_into IS NULL AND NOT is_erased AS is_alive,
  status,
  enrolled_at,
  recorded_at AS known_since,
  store,
  guide,
  touchpoint,
  gender,
  city,
  CAST(birth_year AS BIGINT) AS birth_year,
  CAST(date_diff('year', make_date(birth_year, 1, 1), DATE '{today}') - CASE
    WHEN birth_month * 100 + birth_day > month(DATE '{today}') * 100 + day(DATE '{today}') THEN 1
    ELSE 0
  END AS BIGINT) AS age,
  CASE
    WHEN birth_month IS NOT NULL AND birth_day IS NOT NULL
      THEN TRY(make_date(coalesce(birth_year, 1904), birth_month, birth_day))
  END AS birthday
FROM customers
"""

# segment_purchase: the orders that count, by the same words as tags and models.
PURCHASE_VIEW = """
CREATE OR REPLACE TEMP VIEW segment_purchase AS
SELECT orders.id AS order_id
FROM orders
LEFT JOIN accounts ON accounts.id = orders.channel_account_id
WHERE orders.customer_id IS NOT NULL
  AND NOT orders.is_erased
  AND is_sold(orders.status)
  AND is_chosen(orders.kind)
  AND coalesce(accounts.books_revenue, true)
  AND orders.id NOT IN (
    SELECT order_id
    FROM order_classes
    WHERE NOT is_withdrawn
      AND says_nothing(class))
  AND NOT EXISTS (
    FROM customer_classes AS classed
    WHERE classed.customer_id = orders.customer_id
      AND NOT classed.is_withdrawn
      AND says_nothing(classed.class)
      AND classed.valid_from <= orders.ordered_at
      AND (classed.valid_until IS NULL OR classed.valid_until > orders.ordered_at))
"""

# segment_order: orders that were sold, with what was kept of them.
ORDER_VIEW = """
CREATE OR REPLACE TEMP VIEW segment_order AS
SELECT
  orders.customer_id,
  orders.id AS order_id,
  orders.order_no,
  orders.ordered_at,
  orders.kind,
  accounts.platform AS channel,
  orders.store,
  orders.receiver_city AS city,
  orders.paid_minor,
  CAST(orders.paid_minor - coalesce(refunded.amount_minor, 0) AS BIGINT) AS kept_minor,
  CAST(coalesce(counted.lines, 0) AS BIGINT) AS lines
FROM orders
LEFT JOIN accounts ON accounts.id = orders.channel_account_id
LEFT JOIN (
  SELECT order_id, sum(amount_minor) AS amount_minor
  FROM refunds
  WHERE status = 'done'
  GROUP BY order_id
) AS refunded ON refunded.order_id = orders.id
LEFT JOIN (
  SELECT order_id, count(*) AS lines
  FROM lines
  GROUP BY order_id
) AS counted ON counted.order_id = orders.id
WHERE orders.id IN (SELECT order_id FROM segment_purchase)
"""

# segment_line: their lines, with what the item is.
LINE_VIEW = """
CREATE OR REPLACE TEMP VIEW segment_line AS
SELECT
  sold.customer_id,
  sold.order_no,
  sold.ordered_at,
  lines.line_id,
  lines.sku,
  skus.spu,
  array_to_string(skus.category, '/') AS category,
  skus.category[1] AS department,
  skus.series,
  skus.season,
  CAST(skus.year AS BIGINT) AS year,
  skus.colour,
  skus.size,
  skus.material,
  skus.brand_label AS item_brand,
  accounts.platform AS channel,
  coalesce(lines.store, sold.store) AS store,
  lines.quantity,
  CAST(lines.quantity - coalesce(lines.refunded_quantity, 0) AS BIGINT) AS kept_quantity,
  lines.paid_minor,
  CAST(lines.paid_minor - coalesce(lines.refunded_minor, 0) AS BIGINT) AS kept_minor
FROM orders AS sold
JOIN lines ON lines.order_id = sold.id
LEFT JOIN skus ON skus.code = lines.sku
LEFT JOIN accounts ON accounts.id = sold.channel_account_id
WHERE sold.id IN (SELECT order_id FROM segment_purchase)
"""

# segment_refund: refunds that were carried out.
REFUND_VIEW = """
CREATE OR REPLACE TEMP VIEW segment_refund AS
SELECT
  orders.customer_id,
  orders.order_no,
  refunds.refund_no,
  refunds.refunded_at,
  refunds.kind,
  refunds.return_store AS store,
  refunds.amount_minor
FROM refunds
JOIN orders ON orders.id = refunds.order_id
WHERE refunds.status = 'done'
  AND refunds.refunded_at IS NOT NULL
  AND orders.customer_id IS NOT NULL
"""

# segment_signal: what customers did without buying.
SIGNAL_VIEW = """
CREATE OR REPLACE TEMP VIEW segment_signal AS
SELECT
  signals.customer_id,
  signals.occurred_at,
  signals.kind,
  accounts.platform AS channel,
  signals.sku,
  signals.store,
  signals.content,
  signals.touchpoint,
  signals.guide
FROM signals
LEFT JOIN accounts ON accounts.id = signals.channel_account_id
WHERE signals.customer_id IS NOT NULL
"""

VIEWS = (CUSTOMER_VIEW, PURCHASE_VIEW, ORDER_VIEW, LINE_VIEW, REFUND_VIEW, SIGNAL_VIEW)

# What a customer is in the lake: one row, or none.
# Instants come out in microseconds since 1970.
ONE_CUSTOMER = """
SELECT
  is_alive, status, epoch_us(enrolled_at) AS enrolled_at, epoch_us(known_since) AS known_since,
  store, guide, touchpoint, gender, city, birth_year, age, birthday
FROM segment_customer
WHERE customer_id = ?
"""

# The facts of one customer by kind, the latest first; a person reads the first few of them.
FACTS_OF_ONE = {
    "orders": """
SELECT
  order_no, epoch_us(ordered_at) AS ordered_at, kind, channel, store, city, paid_minor, kept_minor,
  lines
FROM segment_order
WHERE customer_id = ?
ORDER BY ordered_at DESC, order_no
""",
    "lines": """
SELECT
  order_no, line_id, epoch_us(ordered_at) AS ordered_at, sku, spu, category, department, series,
  season, year, colour, size, material, item_brand, channel, store, quantity,
  kept_quantity, paid_minor, kept_minor
FROM segment_line
WHERE customer_id = ?
ORDER BY ordered_at DESC, order_no, line_id
""",
    "refunds": """
SELECT order_no, refund_no, epoch_us(refunded_at) AS refunded_at, kind, store, amount_minor
FROM segment_refund
WHERE customer_id = ?
ORDER BY refunded_at DESC, refund_no
""",
    "signals": """
SELECT epoch_us(occurred_at) AS occurred_at, kind, channel, sku, store, content, touchpoint, guide
FROM segment_signal
WHERE customer_id = ?
ORDER BY occurred_at DESC, kind
""",
}
