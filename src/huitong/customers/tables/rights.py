"""Named SQL of the gate: policies, statements, whose they are, and receipts."""

from huitong.platform.db import Shape

STATEMENT = Shape(
    "customers_statement",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "customer_id": "bigint",
        "purpose": "text",
        "policy_version": "text",
        "action": "text",
        "occurred_at": "timestamptz",
        "source": "text",
        "touchpoint": "text",
        "actor": "text",
        "key": "text",
        "identifier_id": "bigint",
    },
)
RETURNED = Shape(
    "customers_consent_returned",
    {"source_id": "bigint", "target_id": "bigint", "identifier_id": "bigint"},
)

# Statements made to us; one that is known under its key, or word for word, is not repeated.
INSERT_STATEMENTS = """
INSERT INTO customers.consent
  (group_id, bucket, id, brand_id, customer_id, purpose, policy_version, action, occurred_at,
   source, touchpoint, actor, key, identifier_id, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.brand_id, incoming.customer_id,
       incoming.purpose, incoming.policy_version, incoming.action, incoming.occurred_at,
       incoming.source, incoming.touchpoint, incoming.actor, incoming.key, incoming.identifier_id,
       %(now)s
FROM {incoming}
ORDER BY incoming.bucket, incoming.customer_id, incoming.key
ON CONFLICT DO NOTHING
"""

# The statements that stand under keys, or word for word as told: whether they are the same.
FIND_STATEMENTS = """
SELECT incoming.id, known.id,
       (known.purpose, known.policy_version, known.action, known.occurred_at)
         = (incoming.purpose, incoming.policy_version, incoming.action, incoming.occurred_at)
FROM {incoming}
CROSS JOIN LATERAL (
  SELECT consent.id, consent.purpose, consent.policy_version, consent.action, consent.occurred_at
  FROM customers.consent
  WHERE consent.group_id = %(group_id)s
    AND consent.bucket = incoming.bucket
    AND consent.customer_id = incoming.customer_id
    AND (consent.key = incoming.key
         OR (consent.purpose = incoming.purpose
             AND consent.policy_version = incoming.policy_version
             AND consent.action = incoming.action
             AND consent.occurred_at = incoming.occurred_at))
  ORDER BY consent.key = incoming.key DESC NULLS LAST
  LIMIT 1
) AS known
"""

# Everything that was stated by customers and those merged into them, each by whose it is today.
STATEMENTS_OF_FAMILIES = """
WITH RECURSIVE family AS (
  SELECT wanted AS head, wanted AS id
  FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  UNION ALL
  SELECT family.head, customer.id
  FROM family
  JOIN customers.customer
    ON customer.group_id = %(group_id)s
    AND customer.merged_into = family.id
)
SELECT family.head, consent.purpose, consent.policy_version, consent.action, consent.occurred_at,
       consent.recorded_at, consent.source, consent.touchpoint, consent.customer_id
FROM family
JOIN customers.consent
  ON consent.group_id = %(group_id)s
  AND consent.bucket = (family.id & 4095)::smallint
  AND consent.customer_id = family.id
WHERE NOT EXISTS (
  SELECT 1
  FROM customers.consent_owner AS owner
  WHERE owner.group_id = %(group_id)s
    AND owner.bucket = consent.bucket
    AND owner.consent_id = consent.id)
UNION ALL
SELECT family.head, consent.purpose, consent.policy_version, consent.action, consent.occurred_at,
       consent.recorded_at, consent.source, consent.touchpoint, owner.customer_id
FROM family
JOIN customers.consent_owner AS owner
  ON owner.group_id = %(group_id)s
  AND owner.customer_id = family.id
JOIN customers.consent
  ON consent.group_id = %(group_id)s
  AND consent.bucket = owner.bucket
  AND consent.id = owner.consent_id
ORDER BY 1, 5
"""

# What the gate must know of customers as they are today, by the ids asked for, beside their
# statements; a wish to leave is the person's, whichever customer of the family it was made as.
SUBJECTS = """
WITH RECURSIVE way AS (
  SELECT wanted AS asked, wanted AS id
  FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  UNION ALL
  SELECT way.asked, customer.merged_into
  FROM way
  JOIN customers.customer
    ON customer.group_id = %(group_id)s
    AND customer.bucket = (way.id & 4095)::smallint
    AND customer.id = way.id
  WHERE customer.merged_into IS NOT NULL
),
subject AS (
  SELECT way.asked, customer.id, customer.status, customer.erased_at IS NOT NULL AS is_erased
  FROM way
  JOIN customers.customer
    ON customer.group_id = %(group_id)s
    AND customer.bucket = (way.id & 4095)::smallint
    AND customer.id = way.id
  WHERE customer.merged_into IS NULL
),
family AS (
  SELECT DISTINCT subject.id AS head, subject.id
  FROM subject
  UNION ALL
  SELECT family.head, customer.id
  FROM family
  JOIN customers.customer
    ON customer.group_id = %(group_id)s
    AND customer.merged_into = family.id
),
leaving AS (
  SELECT DISTINCT family.head
  FROM family
  JOIN customers.exit_request
    ON exit_request.group_id = %(group_id)s
    AND exit_request.bucket = (family.id & 4095)::smallint
    AND exit_request.customer_id = family.id
    AND exit_request.state = 'requested'
)
SELECT subject.asked, subject.id, subject.status, subject.is_erased, leaving.head IS NOT NULL
FROM subject
LEFT JOIN leaving
  ON leaving.head = subject.id
"""

# Gives what came under a split person's identifiers to that person's customer.
GIVE_BACK_CONSENTS = """
INSERT INTO customers.consent_owner
  (group_id, bucket, consent_id, brand_id, customer_id, changed_at)
SELECT DISTINCT ON (consent.bucket, consent.id)
       %(group_id)s, consent.bucket, consent.id, consent.brand_id, incoming.source_id, %(now)s
FROM {incoming}
CROSS JOIN LATERAL (
  SELECT own.bucket, own.id
  FROM customers.consent AS own
  WHERE own.group_id = %(group_id)s
    AND own.bucket = (incoming.target_id & 4095)::smallint
    AND own.customer_id = incoming.target_id
  UNION ALL
  SELECT owner.bucket, owner.consent_id
  FROM customers.consent_owner AS owner
  WHERE owner.group_id = %(group_id)s
    AND owner.customer_id = incoming.target_id
) AS held
JOIN customers.consent
  ON consent.group_id = %(group_id)s
  AND consent.bucket = held.bucket
  AND consent.id = held.id
  AND consent.identifier_id = incoming.identifier_id
ON CONFLICT (group_id, bucket, consent_id) DO UPDATE
SET customer_id = excluded.customer_id, changed_at = excluded.changed_at
"""

# The policy texts of brands, the newest version last.
POLICIES_OF_BRANDS = """
SELECT brand_id, purpose, version, content, digest, effective_from
FROM customers.consent_policy
WHERE group_id = %(group_id)s
  AND brand_id = ANY (%(brand_ids)s::bigint[])
ORDER BY brand_id, purpose, effective_from, version
"""

# A new version of a policy text; one that exists stays as it is.
INSERT_POLICY = """
INSERT INTO customers.consent_policy
  (group_id, brand_id, purpose, version, content, digest, effective_from, actor, recorded_at)
VALUES
  (%(group_id)s, %(brand_id)s, %(purpose)s, %(version)s, %(content)s, %(digest)s,
   %(effective_from)s, %(actor)s, %(now)s)
ON CONFLICT (group_id, brand_id, purpose, version) DO NOTHING
"""

# That a right was used; a repeat of the key leaves the first receipt.
INSERT_RECEIPT = """
INSERT INTO customers.receipt
  (group_id, id, kind, subject, key, actor, detail, recorded_at)
VALUES
  (%(group_id)s, %(id)s, %(kind)s, %(subject)s, %(key)s, %(actor)s, %(detail)s::jsonb, %(now)s)
ON CONFLICT (group_id, kind, key) DO NOTHING
"""

# One receipt by its key.
FIND_RECEIPT = """
SELECT id, kind, actor, detail, recorded_at, subject
FROM customers.receipt
WHERE group_id = %(group_id)s
  AND kind = %(kind)s
  AND key = %(key)s
"""

# The receipts of one subject, the newest first.
RECEIPTS_OF_SUBJECT = """
SELECT id, kind, actor, detail, recorded_at
FROM customers.receipt
WHERE group_id = %(group_id)s
  AND subject = %(subject)s
ORDER BY id DESC
LIMIT %(limit)s
"""
