"""Customers: what a person is to a brand, with card, profile and consents."""

from huitong.customers.operations import (
    apply_customers,
    erase,
    give_back,
    lock_customers,
    reassign,
)
from huitong.customers.queries import (
    find_by_card,
    find_by_identifier,
    find_by_persons,
    find_customers,
    living,
    records_of,
    show,
    status_counts,
)

__all__ = [
    "apply_customers",
    "erase",
    "find_by_card",
    "find_by_identifier",
    "find_by_persons",
    "find_customers",
    "give_back",
    "living",
    "lock_customers",
    "reassign",
    "records_of",
    "show",
    "status_counts",
]
