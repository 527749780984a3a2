"""The rows of `orders` and the named SQL that writes them, always a page at a time."""

from huitong.platform.db import Shape

HEADER = Shape(
    "order_header",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "channel_account_id": "bigint",
        "order_no": "text",
        "record_id": "bigint",
        "kind": "text",
        "status": "text",
        "close_reason": "text",
        "parent_no": "text",
        "exchange_of_refund_no": "text",
        "checkout_id": "text",
        "customer_id": "bigint",
        "origin_identifier_id": "bigint",
        "store": "text",
        "serving_guide": "text",
        "source_guide": "text",
        "source_store": "text",
        "origin": "jsonb",
        "ordered_at": "timestamptz",
        "paid_at": "timestamptz",
        "shipped_at": "timestamptz",
        "completed_at": "timestamptz",
        "list_minor": "bigint",
        "discount_minor": "bigint",
        "freight_minor": "bigint",
        "paid_minor": "bigint",
        "receiver_city": "text",
        "attributes": "jsonb",
        "source_updated_at": "timestamptz",
        "recorded_at": "timestamptz",
    },
)
LINE = Shape(
    "order_line",
    {
        "bucket": "smallint",
        "order_id": "bigint",
        "brand_id": "bigint",
        "place": "smallint",
        "line_id": "text",
        "sku": "text",
        "name": "text",
        "quantity": "bigint",
        "list_minor": "bigint",
        "paid_minor": "bigint",
        "status": "text",
        "signed_at": "timestamptz",
        "completed_at": "timestamptz",
        "store": "text",
        "serving_guide": "text",
        "source_guide": "text",
        "source_store": "text",
        "exchanged_line_id": "text",
        "allocations": "jsonb",
        "attributes": "jsonb",
    },
)
PAYMENT = Shape(
    "order_payment",
    {
        "bucket": "smallint",
        "order_id": "bigint",
        "brand_id": "bigint",
        "place": "smallint",
        "kind": "text",
        "amount_minor": "bigint",
        "paid_at": "timestamptz",
        "reference": "text",
    },
)
PARTY = Shape(
    "order_party",
    {
        "bucket": "smallint",
        "order_id": "bigint",
        "brand_id": "bigint",
        "place": "smallint",
        "role": "text",
        "identifier_id": "bigint",
    },
)
REFUND = Shape(
    "order_refund",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "order_id": "bigint",
        "channel_account_id": "bigint",
        "refund_no": "text",
        "record_id": "bigint",
        "kind": "text",
        "stage": "text",
        "status": "text",
        "refunded_at": "timestamptz",
        "amount_minor": "bigint",
        "reason": "text",
        "return_store": "text",
        "payer": "text",
        "exchange_order_no": "text",
        "payments": "jsonb",
        "attributes": "jsonb",
        "source_updated_at": "timestamptz",
        "recorded_at": "timestamptz",
    },
)
REFUND_LINE = Shape(
    "order_refund_line",
    {
        "bucket": "smallint",
        "refund_id": "bigint",
        "brand_id": "bigint",
        "order_id": "bigint",
        "place": "smallint",
        "line_id": "text",
        "quantity": "bigint",
        "amount_minor": "bigint",
    },
)
LINE_POSITION = Shape(
    "order_line_position",
    {
        "bucket": "smallint",
        "order_id": "bigint",
        "line_id": "text",
        "refunded_quantity": "bigint",
        "refunded_minor": "bigint",
        "money_only_minor": "bigint",
    },
)
WAITING = Shape(
    "order_waiting",
    {
        "bucket": "smallint",
        "brand_id": "bigint",
        "channel_account_id": "bigint",
        "order_no": "text",
        "kind": "text",
        "external_id": "text",
        "record_id": "bigint",
        "record": "jsonb",
        "recorded_at": "timestamptz",
    },
)
PACKAGE = Shape(
    "order_package",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "order_id": "bigint",
        "channel_account_id": "bigint",
        "package_no": "text",
        "record_id": "bigint",
        "store": "text",
        "carrier": "text",
        "shipped_at": "timestamptz",
        "signed_at": "timestamptz",
        "lines": "jsonb",
        "attributes": "jsonb",
        "source_updated_at": "timestamptz",
        "recorded_at": "timestamptz",
    },
)

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

# find_orders_anywhere: the orders of several channel accounts by their numbers.
FIND_ORDERS_ANYWHERE = """
SELECT order_no, id
FROM orders.header
WHERE channel_account_id = ANY(%(accounts)s::bigint[])
  AND order_no = ANY(%(order_nos)s::text[])
"""

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
SELECT refund_no, id, status
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

# insert_refunds: new refunds of known orders.
INSERT_REFUNDS = """
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

# keep_waiting: records whose order has not come yet; the newest version waits.
KEEP_WAITING = """
INSERT INTO orders.waiting (
  group_id, bucket, brand_id, channel_account_id, order_no, kind, external_id, record_id, record,
  recorded_at)
SELECT
  %(group_id)s, bucket, brand_id, channel_account_id, order_no, kind, external_id, record_id,
  record, recorded_at
FROM {incoming}
ON CONFLICT (group_id, bucket, order_no, kind, channel_account_id, external_id) DO UPDATE
SET record = EXCLUDED.record,
    record_id = EXCLUDED.record_id,
    recorded_at = EXCLUDED.recorded_at,
    taken_at = NULL
"""

# take_waiting: what waited for orders that have now come.
TAKE_WAITING = """
UPDATE orders.waiting
SET taken_at = %(now)s
WHERE group_id = %(group_id)s
  AND bucket = ANY(%(buckets)s::smallint[])
  AND order_no = ANY(%(order_nos)s::text[])
  AND (channel_account_id = %(account)s OR kind = 'fulfilment')
  AND taken_at IS NULL
RETURNING kind, channel_account_id, record_id, record::text
"""

# find_packages: known packages by account and number.
FIND_PACKAGES = """
SELECT channel_account_id, package_no, id
FROM orders.package
WHERE channel_account_id = ANY(%(accounts)s::bigint[])
  AND package_no = ANY(%(package_nos)s::text[])
"""

# upsert_packages: packages of known orders, newest version wins.
UPSERT_PACKAGES = """
INSERT INTO orders.package (
  group_id, bucket, id, brand_id, order_id, channel_account_id, package_no, record_id, store,
  carrier, shipped_at, signed_at, lines, attributes, source_updated_at, recorded_at)
SELECT
  %(group_id)s, bucket, id, brand_id, order_id, channel_account_id, package_no, record_id, store,
  carrier, shipped_at, signed_at, lines, attributes, source_updated_at, recorded_at
FROM {incoming}
ON CONFLICT (group_id, bucket, id) DO UPDATE
SET record_id = EXCLUDED.record_id,
    store = EXCLUDED.store,
    carrier = EXCLUDED.carrier,
    shipped_at = EXCLUDED.shipped_at,
    signed_at = EXCLUDED.signed_at,
    lines = EXCLUDED.lines,
    attributes = EXCLUDED.attributes,
    source_updated_at = EXCLUDED.source_updated_at,
    changed_xid = pg_current_xact_id()
"""

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
