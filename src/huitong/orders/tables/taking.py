"""Named SQL that takes orders: new ones and newer versions, a page at a time."""

# find_orders: the orders of one channel account by their numbers.
FIND_ORDERS = """
SELECT order_no, id, customer_id
FROM orders.header
WHERE channel_account_id = %(account)s
  AND order_no = ANY(%(order_nos)s::text[])
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

# upsert_parties: who else is on an order.
UPSERT_PARTIES = """
INSERT INTO orders.party (group_id, bucket, order_id, brand_id, place, role, identifier_id)
SELECT %(group_id)s, bucket, order_id, brand_id, place, role, identifier_id
FROM {incoming}
ON CONFLICT (group_id, bucket, order_id, place) DO UPDATE
SET role = EXCLUDED.role,
    identifier_id = EXCLUDED.identifier_id
"""
