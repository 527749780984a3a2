"""Writes of `loyalty`: programmes, settling of orders, spending, moving, forgetting."""

from huitong.loyalty.operations.moving import erase, give_back, reassign
from huitong.loyalty.operations.programmes import apply_programme
from huitong.loyalty.operations.settling import (
    apply_orders,
    apply_refunds,
    settle_customers,
    settle_enrolled,
)
from huitong.loyalty.operations.spending import spend_points

__all__ = [
    "apply_orders",
    "apply_programme",
    "apply_refunds",
    "erase",
    "give_back",
    "reassign",
    "settle_customers",
    "settle_enrolled",
    "spend_points",
]
