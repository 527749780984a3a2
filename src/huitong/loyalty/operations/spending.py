"""Spends points of members: on an order, so that a return gives them back, or on anything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from huitong import customers, ledger
from huitong import orders as sales
from huitong.ledger.model import Operation, Posted, Spend
from huitong.loyalty import tables
from huitong.loyalty.model import Asset
from huitong.loyalty.operations import restoring
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Result
from huitong.platform.ids import bucket_of


@dataclass(frozen=True, slots=True)
class Spending:
    """Points a member spends, under the caller's key; with the order they are spent on, if any."""

    key: str
    customer_id: int
    brand_id: int
    points: int
    occurred_at: datetime
    actor: str = ""
    reason: str = ""
    channel_account_id: int | None = None
    order_no: str | None = None


def spend_points(tx: Tx, spendings: Sequence[Spending], *, now: datetime) -> list[Result[Posted]]:
    """Spend points of members, soonest-expiring first; a repeated key answers its first result.

    Of what is spent on an order of which something came back, its share is given back at once.
    """
    customers.lock_customers(tx, sorted({one.customer_id for one in spendings}))
    operations = [
        Operation(
            key=one.key,
            kind="spend",
            owner=one.customer_id,
            movements=(Spend(Asset.POINTS.of_brand(one.brand_id), one.points),),
            occurred_at=one.occurred_at,
            actor=one.actor,
            reason=one.reason,
        )
        for one in spendings
    ]
    results = ledger.post(tx, operations, now=now)
    on_orders = [
        one
        for one, result in zip(spendings, results, strict=True)
        if isinstance(result, Ok) and one.order_no is not None
    ]
    ids = tx.new_ids([bucket_of(one.customer_id) for one in on_orders])
    rows = [
        (
            bucket_of(new_id),
            new_id,
            one.brand_id,
            one.customer_id,
            one.channel_account_id,
            one.order_no,
            one.key,
            one.points,
            now,
        )
        for new_id, one in zip(ids, on_orders, strict=True)
    ]
    tx.write(tables.INSERT_REDEMPTIONS, tables.REDEMPTION, rows)
    _restore(tx, on_orders, now)
    return results


def _restore(tx: Tx, spendings: Sequence[Spending], now: datetime) -> None:
    spent_at = {
        (one.channel_account_id, one.order_no): one.occurred_at
        for one in spendings
        if one.channel_account_id is not None and one.order_no is not None
    }
    known = sales.find_by_numbers(tx, spent_at) if spent_at else {}
    if known:
        snapshots = list(sales.snapshots_of(tx, list(known.values())).values())
        occurred_at = {order_id: spent_at[number] for number, order_id in known.items()}
        refused = restoring.restore(tx, snapshots, occurred_at, now=now)
        assert not refused, "What was just spent can be given back."
