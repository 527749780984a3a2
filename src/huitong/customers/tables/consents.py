"""Named SQL of consents."""

from huitong.platform.db import Shape

CONSENT = Shape(
    "customers_consent",
    {
        "bucket": "smallint",
        "id": "bigint",
        "customer_id": "bigint",
        "purpose": "text",
        "policy_version": "text",
        "action": "text",
        "occurred_at": "timestamptz",
        "record_id": "bigint",
        "identifier_id": "bigint",
    },
)

# Consents as sources hold them; one that is known already is not repeated.
INSERT_CONSENTS = """
INSERT INTO customers.consent
  (group_id, bucket, id, brand_id, customer_id, purpose, policy_version, action, occurred_at,
   channel_account_id, record_id, identifier_id, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, %(brand_id)s, incoming.customer_id,
       incoming.purpose, incoming.policy_version, incoming.action, incoming.occurred_at,
       %(channel_account_id)s, incoming.record_id, incoming.identifier_id, %(now)s
FROM {incoming}
ON CONFLICT (group_id, bucket, customer_id, purpose, policy_version, action, occurred_at)
  DO NOTHING
"""

# The consents of customers, oldest first.
CONSENTS_OF_CUSTOMERS = """
SELECT customer_id, purpose, policy_version, action, occurred_at
FROM customers.consent
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
ORDER BY occurred_at, id
"""
