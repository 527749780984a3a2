"""Reads how tiers changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from huitong.loyalty.tables.changes import TIER_CHANGES_OF
from huitong.platform.db import ReadTx, array

CHANGES_MAX = 500


@dataclass(frozen=True, slots=True)
class TierChange:
    """A customer came from one tier to another, with the growth value and the order they had."""

    id: int
    customer_id: int
    from_tier: str | None
    to_tier: str
    growth: int
    order_id: int | None
    changed_at: datetime


def tier_changes_of(tx: ReadTx, customer_ids: Sequence[int]) -> list[TierChange]:
    """Return how the tiers of customers changed, the latest first; at most `CHANGES_MAX`."""
    params = {
        "group_id": tx.scope.group_id,
        "customer_ids": array(customer_ids),
        "limit": CHANGES_MAX,
    }
    return tx.all(TierChange, TIER_CHANGES_OF, params)
