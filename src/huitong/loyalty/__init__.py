"""Loyalty: the programme, what orders earn under it, tiers with their reason, spending."""

from huitong.loyalty.operations import (
    apply_orders,
    apply_programme,
    apply_refunds,
    erase,
    give_back,
    reassign,
    settle_customers,
    settle_enrolled,
    spend_points,
)
from huitong.loyalty.queries import (
    explain_tier,
    programme_at,
    standings_of,
    versions_of,
    why_of,
)

__all__ = [
    "apply_orders",
    "apply_programme",
    "apply_refunds",
    "erase",
    "explain_tier",
    "give_back",
    "programme_at",
    "reassign",
    "settle_customers",
    "settle_enrolled",
    "spend_points",
    "standings_of",
    "versions_of",
    "why_of",
]
