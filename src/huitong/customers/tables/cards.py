"""Named SQL of cards."""

from huitong.platform.db import Shape

CARD = Shape(
    "customers_card",
    {
        "bucket": "smallint",
        "id": "bigint",
        "customer_id": "bigint",
        "blind_index": "bytea",
        "sealed": "bytea",
    },
)

CARD_STATE = Shape(
    "customers_card_state",
    {
        "bucket": "smallint",
        "id": "bigint",
        "state": "text",
        "replaced_by": "bigint",
        "actor": "text",
        "reason": "text",
    },
)

# The cards of a brand by number, whether they work or not.
FIND_CARDS = """
SELECT wanted.digest, found.customer_id, found.state
FROM unnest(%(buckets)s::smallint[], %(digests)s::bytea[]) AS wanted(bucket, digest)
CROSS JOIN LATERAL (
  SELECT card.customer_id, card.state
  FROM customers.card
  WHERE card.group_id = %(group_id)s
    AND card.bucket = wanted.bucket
    AND card.brand_id = %(brand_id)s
    AND card.blind_index = wanted.digest
  LIMIT 1
) AS found
"""

# New cards; one that another transaction was first with is left out of the answer.
INSERT_CARDS = """
INSERT INTO customers.card
  (group_id, bucket, id, brand_id, customer_id, blind_index, sealed, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(brand_id)s, incoming.customer_id,
       incoming.blind_index, incoming.sealed, %(now)s
FROM {incoming}
ORDER BY incoming.bucket, incoming.blind_index
ON CONFLICT (group_id, bucket, brand_id, blind_index) DO NOTHING
RETURNING blind_index, customer_id
"""

# The cards of customers, sealed as they are.
CARDS_OF_CUSTOMERS = """
SELECT customer_id, id, sealed
FROM customers.card
WHERE group_id = %(group_id)s
  AND customer_id = ANY (%(customer_ids)s::bigint[])
  AND erased_at IS NULL
ORDER BY customer_id, id
"""

# Forgets the card numbers of customers.
ERASE_CARDS = """
UPDATE customers.card
SET blind_index = NULL, sealed = NULL, state_reason = NULL, erased_at = %(now)s
WHERE group_id = %(group_id)s
  AND customer_id = ANY (%(customer_ids)s::bigint[])
  AND erased_at IS NULL
"""

# The cards by number that nobody forgot, locked; the number's index tells the brand.
LOCK_CARDS = """
SELECT card.blind_index, card.id, card.customer_id, card.state, card.replaced_by
FROM customers.card
JOIN unnest(%(buckets)s::smallint[], %(digests)s::bytea[]) AS wanted(bucket, digest)
  ON card.bucket = wanted.bucket
  AND card.blind_index = wanted.digest
WHERE card.group_id = %(group_id)s
ORDER BY card.id
FOR UPDATE OF card
"""

# Whether cards work from now on, and what took their place.
PUT_STATES = """
UPDATE customers.card
SET state = incoming.state, replaced_by = incoming.replaced_by, state_at = %(now)s,
    state_actor = incoming.actor, state_reason = incoming.reason
FROM {incoming}
WHERE card.group_id = %(group_id)s
  AND card.bucket = incoming.bucket
  AND card.id = incoming.id
"""
