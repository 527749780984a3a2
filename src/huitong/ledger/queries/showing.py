"""What owners have, where it came from, and what happened to it."""

from collections.abc import Sequence
from datetime import datetime

from huitong.ledger.model import Balance, HistoryEntry, HistoryPage, Lot, Side
from huitong.ledger.rules.position import Sums, position
from huitong.ledger.tables import shows
from huitong.platform.db import ReadTx, array

HISTORY_LIMIT_MAX = 500
LOTS_LIMIT_MAX = 1_000
_NO_CURSOR = 2**62


def balances(tx: ReadTx, owners: Sequence[int], *, asset: str, now: datetime) -> list[Balance]:
    """Return what each owner has of the asset at `now`, in the order given.

    What a spend would post by itself is already in it: holds that timed out, debt that active
    lots settle, lots past their life. `spendable` is exactly what a spend would be allowed.
    """
    rows = tx.rows(
        shows.BALANCES,
        {
            "group_id": tx.scope.group_id,
            "owners": array(list(set(owners))),
            "asset": asset,
            "now": now,
        },
    )
    found = {row[0]: position(asset, Sums(*row)) for row in rows}
    return [found.get(owner) or Balance(owner=owner, asset=asset) for owner in owners]


def lots(
    tx: ReadTx,
    owner: int,
    *,
    asset: str | None = None,
    spent: bool = False,
    limit: int = LOTS_LIMIT_MAX,
) -> list[Lot]:
    """Return the owner's lots, newest first: those with something left, or the spent ones too."""
    return tx.all(
        Lot,
        shows.LOTS,
        {
            "group_id": tx.scope.group_id,
            "owner": owner,
            "asset": asset,
            "spent": spent,
            "limit": min(limit, LOTS_LIMIT_MAX),
        },
    )


def open_hold_keys(tx: ReadTx, owner: int) -> set[str]:
    """Return the keys of the owner's open holds."""
    params = {"group_id": tx.scope.group_id, "owner": owner}
    return {row[0] for row in tx.rows(shows.OPEN_HOLD_KEYS, params)}


def history(
    tx: ReadTx, owner: int, *, asset: str, cursor: int | None = None, limit: int = 50
) -> HistoryPage:
    """Return the statement of the owner's account, newest first, from the cursor on."""
    limit = min(limit, HISTORY_LIMIT_MAX)
    rows = tx.rows(
        shows.HISTORY,
        {
            "group_id": tx.scope.group_id,
            "owner": owner,
            "asset": asset,
            "below": _NO_CURSOR if cursor is None else cursor,
            "limit": limit + 1,
        },
    )
    entries = tuple(
        HistoryEntry(version, amount, balance_after, Side(side), *rest)
        for version, amount, balance_after, side, *rest in rows[:limit]
    )
    return HistoryPage(entries, entries[-1].version if len(rows) > limit else None)
