"""Named SQL of what kind of buyers customers are."""

from huitong.platform.db import Shape

CLASSIFICATION = Shape(
    "customers_classification",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "customer_id": "bigint",
        "class": "text",
        "valid_from": "timestamptz",
        "valid_until": "timestamptz",
        "source": "text",
        "evidence": "text",
        "actor": "text",
    },
)

# The classifications of customers that stand, oldest first.
CLASSIFICATIONS_OF = """
SELECT classification.id, classification.customer_id, classification.class,
       classification.valid_from, classification.valid_until, classification.source,
       classification.evidence, classification.actor
FROM customers.classification
JOIN unnest(%(customer_ids)s::bigint[]) AS wanted(id)
  ON classification.bucket = (wanted.id & 4095)::smallint
  AND classification.customer_id = wanted.id
WHERE classification.group_id = %(group_id)s
  AND classification.withdrawn_at IS NULL
ORDER BY classification.valid_from, classification.id
"""

# New classifications.
INSERT_CLASSIFICATIONS = """
INSERT INTO customers.classification
  (group_id, bucket, id, brand_id, customer_id, origin_customer_id, class, valid_from,
   valid_until, source, evidence, actor, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.brand_id, incoming.customer_id,
       incoming.customer_id, incoming.class, incoming.valid_from, incoming.valid_until,
       incoming.source, incoming.evidence::jsonb, incoming.actor, %(now)s
FROM {incoming}
"""

# Takes classifications back.
WITHDRAW_CLASSIFICATIONS = """
UPDATE customers.classification
SET withdrawn_at = %(now)s, withdrawn_by = %(actor)s
WHERE group_id = %(group_id)s
  AND id = ANY (%(classification_ids)s::bigint[])
  AND withdrawn_at IS NULL
RETURNING id, customer_id, brand_id, valid_from
"""

# Gives classifications to the customers who stay.
REASSIGN_CLASSIFICATIONS = """
UPDATE customers.classification
SET bucket = (incoming.target_id & 4095)::smallint, customer_id = incoming.target_id
FROM {incoming}
WHERE classification.group_id = %(group_id)s
  AND classification.bucket = (incoming.source_id & 4095)::smallint
  AND classification.customer_id = incoming.source_id
"""

# Gives classifications back to a customer who is one of their own again.
GIVE_BACK_CLASSIFICATIONS = """
UPDATE customers.classification
SET bucket = (%(source_id)s & 4095)::smallint, customer_id = %(source_id)s
WHERE group_id = %(group_id)s
  AND bucket = (%(target_id)s & 4095)::smallint
  AND customer_id = %(target_id)s
  AND origin_customer_id = ANY (%(family)s::bigint[])
RETURNING brand_id, valid_from
"""

# Forgets nothing of a class but free words in its evidence.
ERASE_CLASSIFICATIONS = """
UPDATE customers.classification
SET evidence = '{}'
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
"""
