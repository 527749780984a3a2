"""Reads of `signals`: what a customer did, the latest first."""

from collections.abc import Sequence
from datetime import UTC, datetime

from huitong.platform.db import ReadTx, array, text_array
from huitong.signals import tables
from huitong.signals.model import SignalShown

TIMELINE_LIMIT_MAX = 500


def timeline(
    tx: ReadTx,
    customer_id: int,
    *,
    kinds: Sequence[str] = (),
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[SignalShown]:
    """Return a customer's signals of some kinds (all when none is named), the latest first.

    `before` is the time and the id of the last signal of the page before.
    """
    before_at, before_id = before or (datetime.max.replace(tzinfo=UTC), 0)
    params = {
        "group_id": tx.scope.group_id,
        "customer_id": customer_id,
        "kinds": text_array(kinds),
        "before_at": before_at,
        "before_id": before_id,
        "limit": min(limit, TIMELINE_LIMIT_MAX),
    }
    return tx.all(SignalShown, tables.TIMELINE, params)


def export(tx: ReadTx, customer_ids: Sequence[int]) -> list[dict[str, object]]:
    """Return every signal of customers whole, the latest first, free properties included.

    Only for the persons themselves, or with the permission to see personal values.
    """
    names = ("kind", "occurred_at", "sku", "store", "content", "touchpoint", "guide", "properties")
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    return [dict(zip(names, row, strict=True)) for row in tx.rows(tables.EXPORT, params)]
