"""Orders: sales, refunds and packages as their channels tell them, kept once and never lost."""

from huitong.orders.operations import (
    apply_fulfilments,
    apply_orders,
    apply_refunds,
    erase,
    erase_waiting,
    expect_orders,
    give_back,
    reassign,
    records_of,
)
from huitong.orders.queries import (
    find_by_number,
    orders_of_customer,
    orders_since,
    show,
    snapshots_of,
)

__all__ = [
    "apply_fulfilments",
    "apply_orders",
    "apply_refunds",
    "erase",
    "erase_waiting",
    "expect_orders",
    "find_by_number",
    "give_back",
    "orders_of_customer",
    "orders_since",
    "reassign",
    "records_of",
    "show",
    "snapshots_of",
]
