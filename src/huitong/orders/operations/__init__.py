"""Writes of `orders`: taking orders, refunds and packages, moving them, forgetting who."""

from huitong.orders.operations.moving import erase, give_back, reassign
from huitong.orders.operations.packing import apply_fulfilments
from huitong.orders.operations.refunding import apply_refunds
from huitong.orders.operations.taking import apply_orders

__all__ = [
    "apply_fulfilments",
    "apply_orders",
    "apply_refunds",
    "erase",
    "give_back",
    "reassign",
]
