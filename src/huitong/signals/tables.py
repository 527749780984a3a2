"""The rows of `signals` and the named SQL that reads and writes them."""

from huitong.platform.db import Shape

SIGNAL = Shape(
    "signals_signal",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "channel_account_id": "bigint",
        "event_id": "text",
        "record_id": "bigint",
        "kind": "text",
        "occurred_at": "timestamptz",
        "customer_id": "bigint",
        "origin_identifier_id": "bigint",
        "sku": "text",
        "store": "text",
        "content": "text",
        "touchpoint": "text",
        "guide": "text",
        "properties": "jsonb",
    },
)
NAMED = Shape(
    "signals_named",
    {
        "bucket": "smallint",
        "id": "bigint",
        "customer_id": "bigint",
        "origin_identifier_id": "bigint",
    },
)

# find_events: the signals of one channel account by its own ids of them. LATERAL with OFFSET 0
# makes it one index look-up per event, whatever the statistics say while the table grows.
FIND_EVENTS = """
SELECT found.event_id, found.id
FROM unnest(%(event_ids)s::text[]) AS wanted (event_id)
CROSS JOIN LATERAL (
  SELECT s.event_id, s.id
  FROM signals.signal AS s
  WHERE s.group_id = %(group_id)s
    AND s.channel_account_id = %(account)s
    AND s.event_id = wanted.event_id
  OFFSET 0
) AS found
"""

# insert_signals: what is told for the first time; whose it is at arrival is its origin for ever.
INSERT_SIGNALS = """
INSERT INTO signals.signal (
  group_id, bucket, id, brand_id, channel_account_id, event_id, record_id, kind, occurred_at,
  customer_id, origin_customer_id, origin_identifier_id, sku, store, content, touchpoint, guide,
  properties, recorded_at)
SELECT
  %(group_id)s, bucket, id, brand_id, channel_account_id, event_id, record_id, kind, occurred_at,
  customer_id, customer_id, origin_identifier_id, sku, store, content, touchpoint, guide,
  properties, %(now)s
FROM {incoming}
"""

# name_signals: whose a signal is that nobody was known to have sent; what is known stays.
NAME_SIGNALS = """
UPDATE signals.signal AS s
SET customer_id = incoming.customer_id,
    origin_customer_id = incoming.customer_id,
    origin_identifier_id = incoming.origin_identifier_id,
    changed_xid = pg_current_xact_id()
FROM {incoming}
WHERE s.group_id = %(group_id)s
  AND s.bucket = incoming.bucket
  AND s.id = incoming.id
  AND s.customer_id IS NULL
"""

# reassign: every signal of some customers to others; origins stay.
REASSIGN = """
UPDATE signals.signal AS s
SET customer_id = moved.target,
    changed_xid = pg_current_xact_id()
FROM unnest(%(sources)s::bigint[], %(targets)s::bigint[]) AS moved (source, target)
WHERE s.group_id = %(group_id)s
  AND s.customer_id = moved.source
"""

# give_back: what came from the source, or since then with one of its identifiers.
GIVE_BACK = """
UPDATE signals.signal
SET customer_id = %(source)s,
    changed_xid = pg_current_xact_id()
WHERE group_id = %(group_id)s
  AND customer_id = %(target)s
  AND (origin_customer_id = %(source)s OR origin_identifier_id = ANY(%(identifier_ids)s::bigint[]))
"""

# erase: what a source told beyond the schema may name a person; what was done stays.
ERASE = """
UPDATE signals.signal
SET properties = NULL,
    content = NULL,
    changed_xid = pg_current_xact_id()
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
"""

# records_of_customers: the inbox records of customers' signals.
RECORDS_OF_CUSTOMERS = """
SELECT record_id
FROM signals.signal
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
"""

# export: everything that is held of customers' signals, the latest first.
EXPORT = """
SELECT kind, occurred_at, sku, store, content, touchpoint, guide, properties
FROM signals.signal
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
ORDER BY occurred_at DESC, id DESC
"""

# timeline: a customer's signals of some kinds (all when none is named), the latest first.
TIMELINE = """
SELECT id, channel_account_id, kind, occurred_at, sku, store, content, touchpoint, guide
FROM signals.signal
WHERE group_id = %(group_id)s
  AND customer_id = %(customer_id)s
  AND (occurred_at, id) < (%(before_at)s, %(before_id)s)
  AND (%(kinds)s::text[] = '{}' OR kind = ANY(%(kinds)s::text[]))
ORDER BY occurred_at DESC, id DESC
LIMIT %(limit)s
"""
