"""Named SQL that moves orders between customers and forgets who was behind them."""

# reassign: every order of one customer to another; origins stay.
REASSIGN = """
UPDATE orders.header
SET customer_id = %(target)s,
    changed_xid = pg_current_xact_id()
WHERE group_id = %(group_id)s
  AND customer_id = %(source)s
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

# erase_headers: what of an order could point at a person.
ERASE_HEADERS = """
UPDATE orders.header
SET receiver_city = NULL,
    origin = NULL,
    attributes = NULL,
    changed_xid = pg_current_xact_id()
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
"""
