"""Named SQL of which orders, and by them which customers, somebody sees."""

# visible_orders: of orders those sold in one of the stores, or by one of the staff.
VISIBLE_ORDERS = """
SELECT h.id
FROM orders.header AS h
JOIN unnest(%(ids)s::bigint[]) AS wanted(id)
  ON h.id = wanted.id
  AND h.bucket = (wanted.id & 4095)
WHERE h.group_id = %(group_id)s
  AND (
    h.store = ANY (%(store_codes)s::text[])
    OR h.source_store = ANY (%(store_codes)s::text[])
    OR h.serving_guide = ANY (%(staff_codes)s::text[])
    OR h.source_guide = ANY (%(staff_codes)s::text[])
    OR EXISTS (
      SELECT FROM orders.line AS l
      WHERE l.group_id = h.group_id
        AND l.bucket = h.bucket
        AND l.order_id = h.id
        AND l.store = ANY (%(store_codes)s::text[])
    )
  )
"""

# visible_buyers: of customers those who bought something in one of the stores.
VISIBLE_BUYERS = """
SELECT wanted.id
FROM unnest(%(customer_ids)s::bigint[]) AS wanted(id)
WHERE EXISTS (
  SELECT FROM orders.header AS h
  WHERE h.group_id = %(group_id)s
    AND h.customer_id = wanted.id
    AND h.status NOT IN ('unpaid', 'closed')
    AND (
      h.store = ANY (%(store_codes)s::text[])
      OR EXISTS (
        SELECT FROM orders.line AS l
        WHERE l.group_id = h.group_id
          AND l.bucket = h.bucket
          AND l.order_id = h.id
          AND l.store = ANY (%(store_codes)s::text[])
      )
    )
)
"""
