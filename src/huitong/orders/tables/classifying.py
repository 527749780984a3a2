"""Named SQL of what kind of sale orders are."""

from huitong.platform.db import Shape

ORDER_CLASS = Shape(
    "orders_class",
    {
        "bucket": "smallint",
        "id": "bigint",
        "order_id": "bigint",
        "class": "text",
        "source": "text",
        "evidence": "text",
        "actor": "text",
        "classified_at": "timestamptz",
    },
)

# classes_of: what kind of sale orders are.
CLASSES_OF = """
SELECT classification.order_id, classification.class
FROM orders.classification
JOIN unnest(%(order_ids)s::bigint[]) AS wanted(id)
  ON classification.bucket = (wanted.id & 4095)::smallint
  AND classification.order_id = wanted.id
WHERE classification.group_id = %(group_id)s
  AND classification.withdrawn_at IS NULL
"""

# insert_classes: what kind of sale orders are from now on; what stands is not repeated, and an
# order that is not there is left out.
INSERT_CLASSES = """
INSERT INTO orders.classification
  (group_id, bucket, id, brand_id, order_id, class, source, evidence, actor, classified_at,
   recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, header.brand_id, incoming.order_id,
       incoming.class, incoming.source, incoming.evidence::jsonb, incoming.actor,
       incoming.classified_at, %(now)s
FROM {incoming}
JOIN orders.header
  ON header.group_id = %(group_id)s
  AND header.bucket = incoming.bucket
  AND header.id = incoming.order_id
ON CONFLICT (group_id, bucket, order_id, class)
WHERE withdrawn_at IS NULL
DO NOTHING
RETURNING order_id, brand_id
"""

# known_orders: which orders are there.
KNOWN_ORDERS = """
SELECT header.id
FROM orders.header
JOIN unnest(%(order_ids)s::bigint[]) AS wanted(id)
  ON header.bucket = (wanted.id & 4095)::smallint
  AND header.id = wanted.id
WHERE header.group_id = %(group_id)s
"""

# withdraw_classes: takes back what kind of sale orders are.
WITHDRAW_CLASSES = """
UPDATE orders.classification
SET withdrawn_at = %(now)s, withdrawn_by = %(actor)s
WHERE group_id = %(group_id)s
  AND class = %(class)s
  AND withdrawn_at IS NULL
  AND (bucket, order_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(order_ids)s::bigint[]) AS wanted
  )
RETURNING order_id, brand_id
"""
