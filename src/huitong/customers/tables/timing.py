"""Named SQL of what happened to customers, for who reads their story."""

# The merges of customers that somebody was part of, the latest first.
MERGES_OF = """
SELECT merge.id, merge.source_id, merge.target_id, merge.merged_at, merge.split_at
FROM customers.merge
WHERE merge.group_id = %(group_id)s
  AND merge.bucket IN (
    SELECT (wanted & 4095)::smallint
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
  AND merge.target_id = ANY (%(customer_ids)s::bigint[])
ORDER BY merge.merged_at DESC, merge.id DESC
LIMIT %(limit)s
"""

# The documents that customers handed in, the latest first.
DOCUMENTS_OF = """
SELECT submission.id, submission.customer_id, submission.brand_id, submission.kind,
       submission.state, submission.source, submission.submitted_at, submission.decided_at,
       submission.decided_by, submission.reason
FROM customers.submission
WHERE submission.group_id = %(group_id)s
  AND submission.customer_id = ANY (%(customer_ids)s::bigint[])
ORDER BY submission.submitted_at DESC, submission.id DESC
LIMIT %(limit)s
"""

# Who customers are, where they enrolled and by whom, as it stands.
MET_AT = """
SELECT customer.id AS customer_id, customer.enrolled_at, customer.store, customer.touchpoint,
       customer.guide, customer.recorded_at
FROM customers.customer
WHERE customer.group_id = %(group_id)s
  AND (customer.bucket, customer.id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
ORDER BY customer.id
"""

# The living customers of a brand, the newest first, below an id.
LIST_LIVING = """
SELECT customer.id
FROM customers.customer
WHERE customer.group_id = %(group_id)s
  AND customer.brand_id = %(brand_id)s
  AND customer.merged_into IS NULL
  AND customer.erased_at IS NULL
  AND customer.id < %(below)s
ORDER BY customer.id DESC
LIMIT %(limit)s
"""

# How many living customers a brand has.
COUNT_LIVING = """
SELECT count(*)
FROM customers.customer
WHERE customer.group_id = %(group_id)s
  AND customer.brand_id = %(brand_id)s
  AND customer.merged_into IS NULL
  AND customer.erased_at IS NULL
"""
