"""Named SQL that moves orders between customers and forgets who was behind them."""

# reassign: every order of some customers to others; origins stay.
REASSIGN = """
UPDATE orders.header AS h
SET customer_id = moved.target,
    changed_xid = pg_current_xact_id()
FROM unnest(%(sources)s::bigint[], %(targets)s::bigint[]) AS moved (source, target)
WHERE h.group_id = %(group_id)s
  AND h.customer_id = moved.source
"""

# give_back: what came from the source, or since then with one of its identifiers.
GIVE_BACK = """
UPDATE orders.header
SET customer_id = %(source)s,
    changed_xid = pg_current_xact_id()
WHERE group_id = %(group_id)s
  AND customer_id = %(target)s
  AND (origin_customer_id = %(source)s OR origin_identifier_id = ANY(%(identifier_ids)s::bigint[]))
RETURNING id
"""

# erase_payments: free text of erased customers' orders.
ERASE_PAYMENTS = """
UPDATE orders.payment AS t
SET reference = NULL
FROM orders.header AS h
WHERE h.group_id = %(group_id)s
  AND h.customer_id = ANY(%(customer_ids)s::bigint[])
  AND t.group_id = h.group_id
  AND t.bucket = h.bucket
  AND t.order_id = h.id
"""

# erase_lines: free text of erased customers' orders.
ERASE_LINES = """
UPDATE orders.line AS t
SET attributes = NULL,
    changed_xid = pg_current_xact_id()
FROM orders.header AS h
WHERE h.group_id = %(group_id)s
  AND h.customer_id = ANY(%(customer_ids)s::bigint[])
  AND t.group_id = h.group_id
  AND t.bucket = h.bucket
  AND t.order_id = h.id
"""

# erase_refunds: free text of erased customers' orders.
ERASE_REFUNDS = """
UPDATE orders.refund AS t
SET reason = NULL,
    attributes = NULL,
    payments = NULL,
    changed_xid = pg_current_xact_id()
FROM orders.header AS h
WHERE h.group_id = %(group_id)s
  AND h.customer_id = ANY(%(customer_ids)s::bigint[])
  AND t.group_id = h.group_id
  AND t.bucket = h.bucket
  AND t.order_id = h.id
"""

# erase_packages: free text of erased customers' orders.
ERASE_PACKAGES = """
UPDATE orders.package AS t
SET attributes = NULL,
    changed_xid = pg_current_xact_id()
FROM orders.header AS h
WHERE h.group_id = %(group_id)s
  AND h.customer_id = ANY(%(customer_ids)s::bigint[])
  AND t.group_id = h.group_id
  AND t.bucket = h.bucket
  AND t.order_id = h.id
"""

# erase_parties: who else stood on erased customers' orders.
ERASE_PARTIES = """
DELETE FROM orders.party AS t
USING orders.header AS h
WHERE h.group_id = %(group_id)s
  AND h.customer_id = ANY(%(customer_ids)s::bigint[])
  AND t.group_id = h.group_id
  AND t.bucket = h.bucket
  AND t.order_id = h.id
"""

# records_of_customers: the inbox records of customers' orders, refunds and packages.
RECORDS_OF_CUSTOMERS = """
SELECT record_id
FROM orders.header
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
UNION
SELECT t.record_id
FROM orders.header AS h
JOIN orders.refund AS t
  ON t.group_id = h.group_id
  AND t.bucket = h.bucket
  AND t.order_id = h.id
WHERE h.group_id = %(group_id)s
  AND h.customer_id = ANY(%(customer_ids)s::bigint[])
UNION
SELECT t.record_id
FROM orders.header AS h
JOIN orders.package AS t
  ON t.group_id = h.group_id
  AND t.bucket = h.bucket
  AND t.order_id = h.id
WHERE h.group_id = %(group_id)s
  AND h.customer_id = ANY(%(customer_ids)s::bigint[])
"""

# numbers_of_customers: under which numbers the orders of customers came.
NUMBERS_OF_CUSTOMERS = """
SELECT brand_id, channel_account_id, order_no
FROM orders.header
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
"""

# waiting_of_orders: the inbox records of what waits, or waited, for orders.
WAITING_OF_ORDERS = """
SELECT w.record_id
FROM unnest(
  %(buckets)s::smallint[], %(brands)s::bigint[], %(accounts)s::bigint[], %(order_nos)s::text[]
) AS wanted (bucket, brand_id, channel_account_id, order_no)
JOIN orders.waiting AS w
  ON w.group_id = %(group_id)s
  AND w.bucket = wanted.bucket
  AND w.order_no = wanted.order_no
  AND w.brand_id = wanted.brand_id
  AND (w.channel_account_id = wanted.channel_account_id OR w.kind = 'fulfilment')
"""

# erase_waiting: what waits, or waited, for orders; it may hold free text.
ERASE_WAITING = """
DELETE FROM orders.waiting AS w
USING unnest(
  %(buckets)s::smallint[], %(brands)s::bigint[], %(accounts)s::bigint[], %(order_nos)s::text[]
) AS wanted (bucket, brand_id, channel_account_id, order_no)
WHERE w.group_id = %(group_id)s
  AND w.bucket = wanted.bucket
  AND w.order_no = wanted.order_no
  AND w.brand_id = wanted.brand_id
  AND (w.channel_account_id = wanted.channel_account_id OR w.kind = 'fulfilment')
"""

# erase_headers: what of an order could point at a person.
ERASE_HEADERS = """
UPDATE orders.header
SET receiver_city = NULL,
    origin = NULL,
    close_reason = NULL,
    attributes = NULL,
    is_erased = true,
    changed_xid = pg_current_xact_id()
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
"""
