"""Named SQL that takes orders: new ones and newer versions, a page at a time."""

# find_orders: the orders of one channel account by their numbers. LATERAL with OFFSET 0 makes it
# one index look-up per order whatever the statistics say: on a table that grew within one import
# the planner chose to read the whole group for every page.
FIND_ORDERS = """
SELECT found.order_no, found.id, found.customer_id
FROM unnest(%(order_nos)s::text[]) AS wanted (order_no)
CROSS JOIN LATERAL (
  SELECT h.order_no, h.id, h.customer_id
  FROM orders.header AS h
  WHERE h.group_id = %(group_id)s
    AND h.channel_account_id = %(account)s
    AND h.order_no = wanted.order_no
  OFFSET 0
) AS found
"""

# insert_headers: new orders; their owner at arrival is their origin for ever.
INSERT_HEADERS = """
INSERT INTO orders.header (
  group_id, bucket, id, brand_id, channel_account_id, order_no, record_id, kind, status,
  close_reason, parent_no, exchange_of_refund_no, checkout_id, customer_id, origin_customer_id,
  origin_identifier_id, store, serving_guide, source_guide, source_store, origin, ordered_at,
  paid_at, shipped_at, completed_at, list_minor, discount_minor, freight_minor, paid_minor,
  receiver_city, attributes, source_updated_at, recorded_at)
SELECT
  %(group_id)s, bucket, id, brand_id, channel_account_id, order_no, record_id, kind, status,
  close_reason, parent_no, exchange_of_refund_no, checkout_id, customer_id, customer_id,
  origin_identifier_id, store, serving_guide, source_guide, source_store, origin, ordered_at,
  paid_at, shipped_at, completed_at, list_minor, discount_minor, freight_minor, paid_minor,
  receiver_city, attributes, source_updated_at, recorded_at
FROM {incoming}
"""

# update_headers: what a newer version of a known order says; owner and origin stay as they are,
# unless nobody was known before.
UPDATE_HEADERS = """
UPDATE orders.header AS h
SET record_id = incoming.record_id,
    kind = incoming.kind,
    status = incoming.status,
    close_reason = incoming.close_reason,
    parent_no = incoming.parent_no,
    exchange_of_refund_no = incoming.exchange_of_refund_no,
    checkout_id = incoming.checkout_id,
    customer_id = COALESCE(h.customer_id, incoming.customer_id),
    origin_customer_id = COALESCE(h.origin_customer_id, incoming.customer_id),
    origin_identifier_id = COALESCE(h.origin_identifier_id, incoming.origin_identifier_id),
    store = incoming.store,
    serving_guide = incoming.serving_guide,
    source_guide = incoming.source_guide,
    source_store = incoming.source_store,
    origin = incoming.origin,
    ordered_at = incoming.ordered_at,
    paid_at = incoming.paid_at,
    shipped_at = incoming.shipped_at,
    completed_at = incoming.completed_at,
    list_minor = incoming.list_minor,
    discount_minor = incoming.discount_minor,
    freight_minor = incoming.freight_minor,
    paid_minor = incoming.paid_minor,
    receiver_city = incoming.receiver_city,
    attributes = incoming.attributes,
    source_updated_at = incoming.source_updated_at,
    changed_xid = pg_current_xact_id()
FROM {incoming}
WHERE h.group_id = %(group_id)s
  AND h.bucket = incoming.bucket
  AND h.id = incoming.id
"""

# insert_lines: the lines of new orders.
INSERT_LINES = """
INSERT INTO orders.line (
  group_id, bucket, order_id, brand_id, place, line_id, sku, name, quantity, list_minor,
  paid_minor, status, signed_at, completed_at, store, serving_guide, source_guide, source_store,
  exchanged_line_id, allocations, attributes)
SELECT
  %(group_id)s, bucket, order_id, brand_id, place, line_id, sku, name, quantity, list_minor,
  paid_minor, status, signed_at, completed_at, store, serving_guide, source_guide, source_store,
  exchanged_line_id, allocations, attributes
FROM {incoming}
"""

# upsert_lines: the lines of a newer version; what has come back of a line stays on it.
UPSERT_LINES = (
    INSERT_LINES
    + """
ON CONFLICT (group_id, bucket, order_id, line_id) DO UPDATE
SET place = EXCLUDED.place,
    sku = EXCLUDED.sku,
    name = EXCLUDED.name,
    quantity = EXCLUDED.quantity,
    list_minor = EXCLUDED.list_minor,
    paid_minor = EXCLUDED.paid_minor,
    status = EXCLUDED.status,
    signed_at = EXCLUDED.signed_at,
    completed_at = EXCLUDED.completed_at,
    store = EXCLUDED.store,
    serving_guide = EXCLUDED.serving_guide,
    source_guide = EXCLUDED.source_guide,
    source_store = EXCLUDED.source_store,
    exchanged_line_id = EXCLUDED.exchanged_line_id,
    allocations = EXCLUDED.allocations,
    attributes = EXCLUDED.attributes,
    changed_xid = pg_current_xact_id()
"""
)

# upsert_payments: the tenders of an order, by their place in it.
UPSERT_PAYMENTS = """
INSERT INTO orders.payment (
  group_id, bucket, order_id, brand_id, place, kind, amount_minor, paid_at, reference)
SELECT %(group_id)s, bucket, order_id, brand_id, place, kind, amount_minor, paid_at, reference
FROM {incoming}
ON CONFLICT (group_id, bucket, order_id, place) DO UPDATE
SET kind = EXCLUDED.kind,
    amount_minor = EXCLUDED.amount_minor,
    paid_at = EXCLUDED.paid_at,
    reference = EXCLUDED.reference
"""

# drop_lines: a line that the newer version has no more was not sold, but for what came back of it.
DROP_LINES = """
UPDATE orders.line AS l
SET quantity = l.refunded_quantity,
    list_minor = l.refunded_minor,
    paid_minor = l.refunded_minor,
    status = 'closed',
    allocations = NULL,
    changed_xid = pg_current_xact_id()
FROM (SELECT DISTINCT incoming.bucket, incoming.order_id FROM {incoming}) AS told
WHERE l.group_id = %(group_id)s
  AND l.bucket = told.bucket
  AND l.order_id = told.order_id
  AND (l.quantity, l.paid_minor) <> (l.refunded_quantity, l.refunded_minor)
  AND NOT EXISTS (
    SELECT 1
    FROM {incoming}
    WHERE incoming.order_id = l.order_id
      AND incoming.line_id = l.line_id)
"""

# drop_payments: a payment that the newer version has no more was none.
DROP_PAYMENTS = """
UPDATE orders.payment AS p
SET amount_minor = 0
FROM {incoming}
WHERE p.group_id = %(group_id)s
  AND p.bucket = incoming.bucket
  AND p.order_id = incoming.id
  AND p.place >= incoming.parts
  AND p.amount_minor > 0
"""

# upsert_parties: who else is on an order.
UPSERT_PARTIES = """
INSERT INTO orders.party (group_id, bucket, order_id, brand_id, place, role, identifier_id)
SELECT %(group_id)s, bucket, order_id, brand_id, place, role, identifier_id
FROM {incoming}
ON CONFLICT (group_id, bucket, order_id, place) DO UPDATE
SET role = EXCLUDED.role,
    identifier_id = EXCLUDED.identifier_id
"""
