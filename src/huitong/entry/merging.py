"""What every domain does when customers merge and part, in the order of work."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar, cast

from huitong import ledger, loyalty, orders, signals
from huitong.customers.events import CustomersCarved, CustomersMerged, CustomersSplit
from huitong.ledger.model import SplitBack
from huitong.loyalty.model import Parted
from huitong.platform.db import Tx

# What both tell: something goes from a target to a source.
_Parting = TypeVar("_Parting", CustomersSplit, CustomersCarved)


def merge_customers(tx: Tx, merged: Sequence[object], now: datetime) -> None:
    """Give what merged customers have to those they were merged into: REASSIGN, in order.

    The ledger journals each merge, so that each can be undone. What only says whose it is goes at
    once to the last one of a chain of merges.
    """
    of_brand: dict[int, dict[int, int]] = defaultdict(dict)
    for one in cast("Sequence[CustomersMerged]", merged):
        ledger.reassign(
            tx, source=one.source_id, target=one.target_id, key=_merge_key(one.merge_id), now=now
        )
        of_brand[one.brand_id][one.source_id] = one.target_id
    for brand_id, into in sorted(of_brand.items()):
        targets = {source: _last(into, source) for source in into}
        orders.reassign(tx, targets)
        signals.reassign(tx, targets)
        loyalty.reassign(tx, targets, brand_id=brand_id, now=now)
        loyalty.settle_customers(tx, sorted(set(targets.values())), now=now)


def split_customers(tx: Tx, split: Sequence[object], now: datetime) -> None:
    """Give back what customers had before they were merged: REASSIGN undone, in the same order."""
    told = cast("Sequence[CustomersSplit]", split)
    for run in _runs(told):
        parted = _give_back_orders(tx, run)
        frozen = loyalty.frozen_under(tx, [order for one in parted for order in one.order_ids])
        splits = [
            SplitBack(
                source=one.source_id,
                target=one.target_id,
                merge_key=_merge_key(one.merge_id),
                key=f"split:{one.merge_id}",
                let_go=frozenset().union(*(frozen.get(order, ()) for order in with_it.order_ids)),
            )
            for one, with_it in zip(run, parted, strict=True)
        ]
        ledger.split_back(tx, splits, now=now)
        _give_back_the_rest(tx, parted, now)
    _recompute_tiers(tx, told, now)


def carve_customers(tx: Tx, carved: Sequence[object], now: datetime) -> None:
    """Let what came with identifiers go where they went; nothing was ever merged in the ledger."""
    told = cast("Sequence[CustomersCarved]", carved)
    for run in _runs(told):
        _give_back_the_rest(tx, _give_back_orders(tx, run), now)
    _recompute_tiers(tx, told, now)


def _runs(told: Sequence[_Parting]) -> Iterator[list[_Parting]]:
    """Yield, in order, what can be given back together: nobody gives on what they just got."""
    run: list[_Parting] = []
    for one in told:
        got = {each.source_id for each in run}
        if one.target_id in got or one.source_id in got:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _give_back_orders(tx: Tx, run: Sequence[_Parting]) -> list[Parted]:
    return [
        Parted(
            source=one.source_id,
            target=one.target_id,
            brand_id=one.brand_id,
            order_ids=orders.give_back(
                tx, source=one.source_id, target=one.target_id, identifier_ids=one.identifier_ids
            ),
            identifier_ids=one.identifier_ids,
        )
        for one in run
    ]


def _give_back_the_rest(tx: Tx, parted: Sequence[Parted], now: datetime) -> None:
    for one in parted:
        signals.give_back(
            tx, source=one.source, target=one.target, identifier_ids=one.identifier_ids
        )
    loyalty.give_back(tx, parted, now=now)


def _recompute_tiers(tx: Tx, told: Sequence[_Parting], now: datetime) -> None:
    """Recompute the tiers of both sides once after all that was given back."""
    of_brand: dict[int, set[int]] = defaultdict(set)
    for one in told:
        of_brand[one.brand_id] |= {one.source_id, one.target_id}
    for brand_id, customer_ids in sorted(of_brand.items()):
        loyalty.recompute_tiers(tx, sorted(customer_ids), brand_id=brand_id, now=now)


def _merge_key(merge_id: int) -> str:
    return f"merge:{merge_id}"


def _last(into: Mapping[int, int], source: int) -> int:
    """Return whom the merges `into` made of the source in the end."""
    while source in into:
        source = into[source]
    return source
