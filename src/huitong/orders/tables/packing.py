"""Named SQL of packages, and of what waits for an order that has not come."""

# find_orders_anywhere: the orders of several channel accounts by their numbers, with their owners.
FIND_ORDERS_ANYWHERE = """
SELECT found.order_no, found.id, found.channel_account_id, found.customer_id
FROM unnest(%(accounts)s::bigint[]) AS sold (account_id)
CROSS JOIN unnest(%(order_nos)s::text[]) AS wanted (order_no)
CROSS JOIN LATERAL (
  SELECT h.order_no, h.id, h.channel_account_id, h.customer_id
  FROM orders.header AS h
  WHERE h.group_id = %(group_id)s
    AND h.channel_account_id = sold.account_id
    AND h.order_no = wanted.order_no
  OFFSET 0
) AS found
"""

# let_orders_by: orders of a brand on their way in; any number may be at the same time.
LET_ORDERS_BY = """
SELECT pg_advisory_xact_lock_shared(hashtextextended('orders.waiting', %(brand_id)s))
"""

# bar_orders: a record is about to wait; without this it and its order could miss each other.
BAR_ORDERS = """
SELECT pg_advisory_xact_lock(hashtextextended('orders.waiting', %(brand_id)s))
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
  AND brand_id = %(brand_id)s
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
