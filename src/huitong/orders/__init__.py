"""Orders: sales, refunds and packages as their channels tell them, kept once and never lost."""

from huitong.orders.operations import (
    apply_fulfilments,
    apply_orders,
    apply_refunds,
    erase,
    give_back,
    reassign,
)
from huitong.orders.queries import snapshots_of

__all__ = [
    "apply_fulfilments",
    "apply_orders",
    "apply_refunds",
    "erase",
    "give_back",
    "reassign",
    "snapshots_of",
]
