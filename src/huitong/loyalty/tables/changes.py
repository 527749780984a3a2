"""Named SQL of how tiers changed."""

# tier_changes_of: how the tiers of customers changed, the latest first.
TIER_CHANGES_OF = """
SELECT t.id, t.customer_id, t.from_tier, t.to_tier, t.growth, t.order_id, t.changed_at
FROM loyalty.tier_change AS t
WHERE t.group_id = %(group_id)s
  AND t.customer_id = ANY (%(customer_ids)s::bigint[])
ORDER BY t.changed_at DESC, t.id DESC
LIMIT %(limit)s
"""
