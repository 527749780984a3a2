"""What owners have, where it came from, and what happened to it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from huitong.ledger.model import Balance, Done, HistoryEntry, HistoryPage, Lot, Side
from huitong.ledger.rules.position import Sums, position
from huitong.ledger.tables import shows
from huitong.platform.db import ReadTx, array, text_array

HISTORY_LIMIT_MAX = 500
LOTS_LIMIT_MAX = 1_000
_NO_CURSOR = 2**62


def balances(tx: ReadTx, owners: Sequence[int], *, asset: str, now: datetime) -> list[Balance]:
    """Return what each owner has of the asset at `now`, in the order given.

    What a spend would post by itself is already in it: holds that timed out, debt that active
    lots settle, lots past their life. `spendable` is exactly what a spend would be allowed.
    """
    return balances_by_asset(tx, owners, assets=[asset], now=now)[asset]


def balances_by_asset(
    tx: ReadTx, owners: Sequence[int], *, assets: Sequence[str], now: datetime
) -> Mapping[str, list[Balance]]:
    """Return what `balances` returns for several assets at once."""
    params = {
        "group_id": tx.scope.group_id,
        "owners": array(list(set(owners))),
        "assets": text_array(assets),
        "now": now,
    }
    found = {
        (asset, owner): position(asset, Sums(owner, *sums))
        for asset, owner, *sums in tx.rows(shows.BALANCES, params)
    }
    return {
        asset: [found.get((asset, one)) or Balance(owner=one, asset=asset) for one in owners]
        for asset in assets
    }


def holders(tx: ReadTx, *, asset: str, buckets: range) -> list[int]:
    """Return the owners in these buckets who have something of the asset, by id."""
    params = {
        "group_id": tx.scope.group_id,
        "asset": asset,
        "first": buckets.start,
        "last": buckets.stop - 1,
    }
    return [row[0] for row in tx.rows(shows.HOLDERS, params)]


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


def lots_from(tx: ReadTx, sources: Mapping[int, int]) -> list[Lot]:
    """Return what sources granted owners themselves, spent lots too, newest first.

    `sources` says of each source from which owner. What a merge brought is left out. There is no
    limit: who asks takes all of it away again.
    """
    if not sources:
        return []
    params = {"source_ids": array(sources), "owners": array(sources.values())}
    return tx.all(Lot, shows.LOTS_FROM, {"group_id": tx.scope.group_id, **params})


def open_hold_keys(tx: ReadTx, owners: Collection[int]) -> set[tuple[int, str]]:
    """Return the owners' open holds, each as its owner and its key."""
    params = {"group_id": tx.scope.group_id, "owners": array(owners)}
    return {(row[0], row[1]) for row in tx.rows(shows.OPEN_HOLD_KEYS, params)}


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


def done(
    tx: ReadTx,
    asked: Sequence[tuple[int, str]],
    *,
    keys: Collection[str] = (),
    operation_ids: Collection[int] = (),
) -> list[Done]:
    """Return what was done to owners, each asked with an asset, under keys or ids; oldest first.

    What was done to those who were merged into an owner is told of the owner; operations of
    anybody else are not.
    """
    if not asked:
        return []
    params = {
        "group_id": tx.scope.group_id,
        "owners": [owner for owner, _ in asked],
        "assets": [asset for _, asset in asked],
        "keys": list(keys),
        "operation_ids": array(operation_ids),
    }
    return tx.all(Done, shows.DONE, params)


def export(tx: ReadTx, owners: Sequence[int], *, now: datetime) -> list[dict[str, object]]:
    """Return every account of owners: balance, lots and the whole statement, oldest entry last."""
    params = {"group_id": tx.scope.group_id, "owners": array(sorted(set(owners)))}
    told: list[dict[str, object]] = []
    for owner, asset in tx.rows(shows.ASSETS, params):
        (balance,) = balances(tx, [owner], asset=asset, now=now)
        told.append(
            {
                **asdict(balance),
                "lots": [asdict(lot) for lot in lots(tx, owner, asset=asset, spent=True)],
                "entries": [asdict(entry) for entry in _statement(tx, owner, asset)],
            }
        )
    return told


def _statement(tx: ReadTx, owner: int, asset: str) -> Iterator[HistoryEntry]:
    cursor: int | None = None
    while True:
        page = history(tx, owner, asset=asset, cursor=cursor, limit=HISTORY_LIMIT_MAX)
        yield from page.entries
        cursor = page.next_cursor
        if cursor is None:
            return
