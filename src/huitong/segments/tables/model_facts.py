"""SQL of what models read of the lake, in DuckDB: which orders are purchases, and whose."""

# all_living: every living customer with a place, for answers that need no ordinals.
ALL_LIVING = """
CREATE OR REPLACE TEMP TABLE model_places AS
SELECT id AS customer_id, CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS ordinal
FROM customers
WHERE merged_into IS NULL
  AND NOT is_erased
"""

# one_living: a customer alone, if alive.
ONE_LIVING = """
CREATE OR REPLACE TEMP TABLE model_places AS
SELECT id AS customer_id, 0 AS ordinal
FROM customers
WHERE id = $customer_id
  AND merged_into IS NULL
  AND NOT is_erased
"""

# without_ordinal: living customers who have no place in the bitmaps yet, the oldest first.
WITHOUT_ORDINAL = """
SELECT customers.id
FROM customers
ANTI JOIN model_ordinals AS known ON known.customer_id = customers.id
WHERE customers.merged_into IS NULL
  AND NOT customers.is_erased
ORDER BY customers.id
"""

# place_everybody: every living customer at their ordinal.
PLACE_EVERYBODY = """
CREATE OR REPLACE TEMP TABLE model_places AS
SELECT known.customer_id, known.ordinal
FROM model_ordinals AS known
JOIN customers ON customers.id = known.customer_id
WHERE customers.merged_into IS NULL
  AND NOT customers.is_erased
"""

# place_wanted: the living ones among the customers that are to be computed again.
PLACE_WANTED = """
CREATE OR REPLACE TEMP TABLE model_places AS
SELECT known.customer_id, known.ordinal
FROM model_ordinals AS known
JOIN customers ON customers.id = known.customer_id
WHERE customers.merged_into IS NULL
  AND NOT customers.is_erased
  AND known.ordinal IN (SELECT ordinal FROM model_wanted)
"""

# ordinals_touched: the places of those whose facts changed; `{touched}` is the lake's own query.
ORDINALS_TOUCHED = """
SELECT known.ordinal
FROM model_ordinals AS known
SEMI JOIN ({touched}) AS touched ON touched.customer_id = known.customer_id
"""

# list_places: the customers that are placed, in order.
LIST_PLACES = """
SELECT ordinal, customer_id
FROM model_places
ORDER BY ordinal
"""

# pick_orders: every order of the placed customers by the day it was placed in the brand's zone.
PICK_ORDERS = """
CREATE OR REPLACE TEMP TABLE model_picked AS
SELECT
  orders.id AS order_id, orders.customer_id, place.ordinal, orders.order_no,
  orders.channel_account_id, orders.status, orders.kind, orders.ordered_at, orders.paid_minor,
  CAST(CAST(timezone($zone, orders.ordered_at) AS DATE) - DATE '1970-01-01' AS INTEGER) AS day
FROM orders
JOIN model_places AS place ON place.customer_id = orders.customer_id
"""

# sum_refunds: what came back of the picked orders, by today.
SUM_REFUNDS = """
CREATE OR REPLACE TEMP TABLE model_refunded AS
SELECT order_id, CAST(sum(amount_minor) AS BIGINT) AS refunded_minor
FROM refunds
WHERE status = 'done'
  AND order_id IN (SELECT order_id FROM model_picked)
GROUP BY order_id
"""

# find_classed: orders of a kind of sale or buyer that says nothing about a customer (decision 7).
FIND_CLASSED = """
CREATE OR REPLACE TEMP TABLE model_classed AS
SELECT order_id
FROM order_classes
WHERE NOT is_withdrawn
  AND says_nothing(class)
UNION
SELECT picked.order_id
FROM model_picked AS picked
JOIN customer_classes AS classed
  ON classed.customer_id = picked.customer_id
  AND classed.valid_from <= picked.ordered_at
  AND (classed.valid_until IS NULL OR classed.valid_until > picked.ordered_at)
WHERE NOT classed.is_withdrawn
  AND says_nothing(classed.class)
"""

# judge_orders: whether each order is a purchase: `left_out` says why not, or is unknown.
JUDGE_ORDERS = """
CREATE OR REPLACE TEMP TABLE model_orders AS
SELECT
  picked.order_id, picked.ordinal, picked.order_no, picked.channel_account_id, picked.day,
  picked.paid_minor, coalesce(refunded.refunded_minor, 0) AS refunded_minor,
  CASE
    WHEN picked.status = 'closed' THEN 'closed'
    WHEN NOT is_sold(picked.status) THEN 'not_paid'
    WHEN NOT is_chosen(picked.kind) THEN 'kind'
    WHEN NOT coalesce(account.books_revenue, true) THEN 'account'
    WHEN classed.order_id IS NOT NULL THEN 'class'
  END AS left_out
FROM model_picked AS picked
LEFT JOIN model_refunded AS refunded ON refunded.order_id = picked.order_id
LEFT JOIN accounts AS account ON account.id = picked.channel_account_id
LEFT JOIN model_classed AS classed ON classed.order_id = picked.order_id
"""

# purchases_of_shard: the purchases of one shard's customers.
PURCHASES_OF_SHARD = """
SELECT CAST(ordinal - $first AS BIGINT) AS place, day, paid_minor, refunded_minor
FROM model_orders
WHERE left_out IS NULL
  AND ordinal >= $first
  AND ordinal < $first + $size
"""

# known_of_shard: since which day each living customer of a shard is known.
KNOWN_OF_SHARD = """
SELECT
  CAST(place.ordinal - $first AS BIGINT) AS place,
  CAST(CAST(timezone($zone, least(customers.enrolled_at, customers.recorded_at)) AS DATE)
    - DATE '1970-01-01' AS INTEGER) AS day
FROM model_places AS place
JOIN customers ON customers.id = place.customer_id
WHERE place.ordinal >= $first
  AND place.ordinal < $first + $size
"""

# orders_told: every order of the placed customers, the latest first, with what is said of it.
ORDERS_TOLD = """
SELECT order_id, order_no, channel_account_id, day, paid_minor, refunded_minor, left_out
FROM model_orders
ORDER BY day DESC, order_id DESC
"""

# owner_today: whom a customer was merged into, by today's rows of the lake.
OWNER_TODAY = """
SELECT coalesce(merged_into, id), is_erased
FROM customers
WHERE id = $customer_id
"""

# read_state: what is kept of a shard's customers after a refresh.
READ_STATE = """
FROM read_parquet($file)
"""

# write_state: the state of a shard into a file of its own.
WRITE_STATE = """
COPY (
  FROM model_state
) TO $file (FORMAT parquet, COMPRESSION zstd)
"""
