"""Writes of `orders`: taking orders, refunds and packages, moving them, forgetting who."""

from huitong.orders.operations.classifying import (
    classify,
    declassify,
)
from huitong.orders.operations.erasing import erase_naming, identifiers_only_on
from huitong.orders.operations.moving import erase, erase_waiting, give_back, reassign, records_of
from huitong.orders.operations.packing import apply_fulfilments
from huitong.orders.operations.refunding import apply_refunds
from huitong.orders.operations.taking import apply_orders, expect_orders

__all__ = [
    "apply_fulfilments",
    "apply_orders",
    "apply_refunds",
    "classify",
    "declassify",
    "erase",
    "erase_naming",
    "erase_waiting",
    "expect_orders",
    "give_back",
    "identifiers_only_on",
    "reassign",
    "records_of",
]
