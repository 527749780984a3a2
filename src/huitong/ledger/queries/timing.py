"""What happened to owners, by when it did."""

from datetime import datetime

from huitong.ledger.model import HistoryEntry, Side
from huitong.ledger.tables import times
from huitong.platform.db import ReadTx


def movements_before(
    tx: ReadTx, owner: int, *, asset: str, before: tuple[datetime, int], limit: int
) -> list[HistoryEntry]:
    """Return what happened to an account, the latest first, before a time and a version.

    Unlike `history` it goes by when things happened, not by when they were booked.
    """
    before_at, before_version = before
    params = {
        "group_id": tx.scope.group_id,
        "owner": owner,
        "asset": asset,
        "before_at": before_at,
        "before_version": before_version,
        "limit": limit,
    }
    return [
        HistoryEntry(version, amount, balance_after, Side(side), *rest)
        for version, amount, balance_after, side, *rest in tx.rows(times.MOVEMENTS_BEFORE, params)
    ]
