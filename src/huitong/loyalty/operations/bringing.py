"""Lets openings follow the customers who brought them, through merges, splits and erasures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from huitong import ledger
from huitong.ledger.model import ClawBack, Grant, Lot, Operation
from huitong.loyalty.model import Parted
from huitong.loyalty.tables import openings as tables
from huitong.platform.db import Tx, array


def follow(tx: Tx, targets: Mapping[int, int]) -> None:
    """Give customers' openings to the target of each; their value is moved by the ledger."""
    params = {"sources": array(targets), "targets": array(targets.values())}
    tx.execute(tables.REASSIGN, {"group_id": tx.scope.group_id, **params})


def part(tx: Tx, parted: Sequence[Parted], *, now: datetime) -> list[Operation]:
    """Give back to sources the openings they brought, or that came since by their identifiers.

    What they brought since the merge lies with the target: the operations returned hand it over.
    """
    way_of_opening = {}
    # One after the other: the first to whom an opening can belong gets it.
    for one in parted:
        params = {
            "group_id": tx.scope.group_id,
            "source": one.source,
            "target": one.target,
            "identifier_ids": array(one.identifier_ids),
        }
        for (opening_id,) in tx.rows(tables.GIVE_BACK, params):
            way_of_opening[opening_id] = (one.source, one.target)
    if not way_of_opening:
        return []
    wanted = {"group_id": tx.scope.group_id, "opening_ids": array(sorted(way_of_opening))}
    way_of = {row[3]: way_of_opening[row[0]] for row in tx.rows(tables.FIND_LOTS, wanted)}
    lots = ledger.lots_from(tx, {source_id: target for source_id, (_, target) in way_of.items()})
    return _hand_over(lots, way_of, now)


def erase(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Forget by which keys the customers' openings came, and why; return how many that were."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    return tx.execute(tables.ERASE, params)


def records_of(tx: Tx, customer_ids: Sequence[int]) -> list[int]:
    """Return the inbox records of the customers' openings."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    return [row[0] for row in tx.rows(tables.RECORDS_OF_CUSTOMERS, params)]


def _hand_over(
    lots: Sequence[Lot], way_of: Mapping[int, tuple[int, int]], now: datetime
) -> list[Operation]:
    """Return the operations that take from the target, and give to the source, what came since."""
    came: defaultdict[tuple[int, str], list[Lot]] = defaultdict(list)
    for lot in lots:
        if lot.source_id is not None and lot.amount > lot.clawed:
            came[lot.source_id, lot.asset].append(lot)
    operations = []
    for (source_id, asset), found in came.items():
        source, target = way_of[source_id]
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
