"""Named SQL of what customers bought: in sums for lists, and by time."""

# bought_by: how many orders customers paid for, when last, and how much since an instant; what came
# back of those orders stands beside. One index range a customer.
BOUGHT_BY = """
SELECT wanted.id, bought.orders, bought.last_at, bought.paid_minor, bought.returned_minor
FROM unnest(%(customer_ids)s::bigint[]) AS wanted(id)
CROSS JOIN LATERAL (
  SELECT
    count(*) AS orders,
    max(h.ordered_at) AS last_at,
    coalesce(sum(h.paid_minor) FILTER (WHERE h.ordered_at >= %(since)s), 0)::bigint AS paid_minor,
    coalesce(sum(came.back_minor) FILTER (WHERE h.ordered_at >= %(since)s), 0)::bigint
      AS returned_minor
  FROM orders.header AS h
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.refunded_minor), 0) AS back_minor
    FROM orders.line AS l
    WHERE l.group_id = h.group_id
      AND l.bucket = h.bucket
      AND l.order_id = h.id
  ) AS came
  WHERE h.group_id = %(group_id)s
    AND h.customer_id = wanted.id
    AND h.status NOT IN ('unpaid', 'deposit_paid', 'closed')
) AS bought
WHERE bought.orders > 0
"""

# refunds_of_customer: the after-sales of a customer before a place in the list, the latest first.
REFUNDS_OF_CUSTOMER = """
SELECT r.id, r.refund_no, r.kind, r.status, r.refunded_at, r.amount_minor, r.order_id, h.order_no,
       h.store
FROM orders.header AS h
JOIN orders.refund AS r
  ON r.group_id = h.group_id
  AND r.bucket = h.bucket
  AND r.order_id = h.id
WHERE h.group_id = %(group_id)s
  AND h.customer_id = %(customer_id)s
  AND (r.refunded_at, r.id) < (%(before_at)s, %(before_id)s)
ORDER BY r.refunded_at DESC, r.id DESC
LIMIT %(limit)s
"""

# allocations_of: which discounts fell on the lines of orders, and who bears them.
ALLOCATIONS_OF = """
SELECT l.order_id, l.line_id, part.kind, part.bearer, part.amount_minor
FROM orders.line AS l
JOIN unnest(%(ids)s::bigint[]) AS wanted(id)
  ON l.order_id = wanted.id AND l.bucket = (wanted.id & 4095)
CROSS JOIN LATERAL jsonb_to_recordset(l.allocations)
  AS part(kind text, bearer text, amount_minor bigint)
WHERE l.group_id = %(group_id)s
  AND jsonb_typeof(l.allocations) = 'array'
ORDER BY l.order_id, l.place, l.line_id
"""
