"""Named SQL that tells a person what the programme holds of them."""

TIER_FIELDS = ("customer_id", "tier", "since")

# export_tiers: the tiers that customers have.
EXPORT_TIERS = """
SELECT customer_id, tier, since
FROM loyalty.standing
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
"""

TIER_CHANGE_FIELDS = (
    "customer_id", "from_tier", "to_tier", "growth", "order_id", "changed_at",
)  # fmt: skip

# export_tier_changes: how customers went from tier to tier, the earliest first.
EXPORT_TIER_CHANGES = """
SELECT customer_id, from_tier, to_tier, growth, order_id, changed_at
FROM loyalty.tier_change
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
ORDER BY id
"""

GRANT_FIELDS = (
    "customer_id", "order_id", "asset", "earned", "granted", "clawed", "frozen",
    "programme_version", "activates_at", "rules", "ordered_at",
)  # fmt: skip

# export_grants: what orders of customers granted, by which rules, and what was taken back.
EXPORT_GRANTS = """
SELECT customer_id, order_id, asset, earned, granted, clawed, frozen, programme_version,
  activates_at, shares, ordered_at
FROM loyalty.grant_position
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
ORDER BY ordered_at, order_id, asset
"""

REDEMPTION_FIELDS = ("customer_id", "order_no", "points", "restored", "redeemed_at")

# export_redemptions: what customers paid for with points, the earliest first.
EXPORT_REDEMPTIONS = """
SELECT customer_id, order_no, points, restored, recorded_at
FROM loyalty.redemption
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
ORDER BY id
"""
