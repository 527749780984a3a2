"""Lets openings follow the customers who brought them, through merges, splits and erasures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from huitong import ledger
from huitong.ledger.model import ClawBack, Grant, Lot, Operation
from huitong.loyalty.tables import openings as tables
from huitong.platform.db import Tx, array
from huitong.platform.errors import Refused


def follow(tx: Tx, targets: Mapping[int, int]) -> None:
    """Give customers' openings to the target of each; their value is moved by the ledger."""
    params = {"sources": array(targets), "targets": array(targets.values())}
    tx.execute(tables.REASSIGN, {"group_id": tx.scope.group_id, **params})


def part(tx: Tx, *, source: int, target: int, identifier_ids: Sequence[int], now: datetime) -> None:
    """Give back to the source the openings it brought, or that came since by its identifiers.

    What they brought since the merge lies with the target and is handed over.
    """
    params = {
        "group_id": tx.scope.group_id,
        "source": source,
        "target": target,
        "identifier_ids": array(identifier_ids),
    }
    asset_of: dict[int, str | None] = dict(tx.rows(tables.GIVE_BACK, params))
    if not asset_of:
        return
    wanted = {"group_id": tx.scope.group_id, "opening_ids": array(sorted(asset_of))}
    sources = {row[3] for row in tx.rows(tables.FIND_LOTS, wanted)}
    lots = [
        lot
        for asset in sorted({one for one in asset_of.values() if one is not None})
        for lot in ledger.lots(tx, target, asset=asset, spent=True)
    ]
    results = ledger.post(tx, _hand_over(lots, sources, source, target, now), now=now)
    assert not any(isinstance(one, Refused) for one in results), "What is there can be given back."


def erase(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Forget by which keys the customers' openings came, and why; return how many that were."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    return tx.execute(tables.ERASE, params)


def records_of(tx: Tx, customer_ids: Sequence[int]) -> list[int]:
    """Return the inbox records of the customers' openings."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    return [row[0] for row in tx.rows(tables.RECORDS_OF_CUSTOMERS, params)]


def _hand_over(
    lots: Sequence[Lot], sources: set[int], source: int, target: int, now: datetime
) -> list[Operation]:
    """Return the operations that take from the target, and give to the source, what came since."""
    came: defaultdict[tuple[int, str], list[Lot]] = defaultdict(list)
    for lot in lots:
        if lot.parent_lot_id is None and lot.source_id in sources and lot.amount > lot.clawed:
            came[lot.source_id, lot.asset].append(lot)
    operations = []
    for (source_id, asset), found in came.items():
        grants = [
            Grant(asset, lot.amount - lot.clawed, lot.activates_at, lot.expires_at) for lot in found
        ]
        taken = ClawBack(asset, sum(grant.amount for grant in grants), source_id)
        newest = max(lot.id for lot in found)
        for owner, way, movements in ((target, "left", (taken,)), (source, "came", (*grants,))):
            operations.append(
                Operation(
                    key=f"opening:{source_id}:{way}:{newest}",
                    kind="split",
                    owner=owner,
                    movements=movements,
                    occurred_at=now,
                    source_kind="opening",
                    source_id=source_id,
                )
            )
    return operations
