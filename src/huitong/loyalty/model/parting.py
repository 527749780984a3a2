"""What parts two customers who were one."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parted:
    """The source is a customer of its own again: these orders and identifiers went with it."""

    source: int
    target: int
    brand_id: int
    order_ids: Sequence[int]
    identifier_ids: Sequence[int]
