"""Orders: sales, refunds and packages as their channels tell them, kept once and never lost."""

from huitong.orders.operations import (
    apply_fulfilments,
    apply_orders,
    apply_refunds,
    classify,
    declassify,
    erase,
    erase_naming,
    erase_waiting,
    expect_orders,
    give_back,
    identifiers_only_on,
    reassign,
    records_of,
)
from huitong.orders.queries import (
    classes_of,
    export,
    find_by_numbers,
    orders_of_customer,
    orders_since,
    show,
    snapshots_of,
)

__all__ = [
    "apply_fulfilments",
    "apply_orders",
    "apply_refunds",
    "classes_of",
    "classify",
    "declassify",
    "erase",
    "erase_naming",
    "erase_waiting",
    "expect_orders",
    "export",
    "find_by_numbers",
    "give_back",
    "identifiers_only_on",
    "orders_of_customer",
    "orders_since",
    "reassign",
    "records_of",
    "show",
    "snapshots_of",
]
