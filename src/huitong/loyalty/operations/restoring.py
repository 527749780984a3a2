"""Gives back points spent on an order with what is returned of it, into the very lots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from huitong import ledger
from huitong.channels.model import OrderStatus
from huitong.ledger.model import Operation, Restore
from huitong.loyalty import tables
from huitong.loyalty.model import Asset
from huitong.loyalty.rules import returning
from huitong.orders.model import Snapshot
from huitong.platform.db import Tx, array, text_array
from huitong.platform.errors import Ok, Refused
from huitong.platform.ids import bucket_of


@dataclass(frozen=True, slots=True)
class Restoration:
    """How much of one redemption has come back once its movement is made.

    It comes back to whom the redemption belongs, whoever the order belongs to.
    """

    redemption_id: int
    order_id: int
    customer_id: int
    restored: int
    movement: Restore


def restore(
    tx: Tx, orders: Sequence[Snapshot], occurred_at: Mapping[int, datetime], *, now: datetime
) -> dict[int, Refused]:
    """Give back what was spent on orders of which something came back; answer refusals by order.

    `occurred_at` says by order when whatever brought this about happened.
    """
    restorations = _restorations_of(tx, orders)
    operations = [_operation(one, occurred_at=occurred_at[one.order_id]) for one in restorations]
    done = list(zip(restorations, ledger.post(tx, operations, now=now), strict=True))
    _keep(tx, [one for one, result in done if isinstance(result, Ok)])
    return {one.order_id: result for one, result in done if isinstance(result, Refused)}


def _restorations_of(tx: Tx, orders: Sequence[Snapshot]) -> list[Restoration]:
    """Return what is still to be given back of points spent on these orders."""
    returned = {
        (order.channel_account_id, order.order_no): order
        for order in orders
        if _has_come_back(order)
    }
    if not returned:
        return []
    found = []
    for redemption_id, account_id, order_no, customer_id, key, points, restored in tx.rows(
        tables.REDEMPTIONS_OF,
        {
            "group_id": tx.scope.group_id,
            "accounts": array([account_id for account_id, _ in returned]),
            "order_nos": text_array([order_no for _, order_no in returned]),
        },
    ):
        order = returned[account_id, order_no]
        due = returning.restored_for(
            points, value_minor=_value_minor(order), returned_minor=_returned_minor(order)
        )
        if due > restored:
            asset = Asset.POINTS.of_brand(order.brand_id)
            movement = Restore(asset, due - restored, key)
            found.append(Restoration(redemption_id, order.order_id, customer_id, due, movement))
    return found


def _operation(one: Restoration, *, occurred_at: datetime) -> Operation:
    """Return the ledger's operation of a restoration; what has come back so far is its key."""
    return Operation(
        key=f"order:{one.order_id}:restored:{one.redemption_id}:{one.restored}",
        kind="restore",
        owner=one.customer_id,
        movements=(one.movement,),
        occurred_at=occurred_at,
        source_kind="order",
        source_id=one.order_id,
    )


def _keep(tx: Tx, restorations: Sequence[Restoration]) -> None:
    """Keep how much of each redemption has come back."""
    rows = [(bucket_of(one.redemption_id), one.redemption_id, one.restored) for one in restorations]
    tx.write(tables.MOVE_RESTORED, tables.RESTORED, rows)


def _has_come_back(order: Snapshot) -> bool:
    return order.status is OrderStatus.CLOSED or _returned_minor(order) > 0


def _value_minor(order: Snapshot) -> int:
    return sum(line.paid_minor for line in order.lines)


def _returned_minor(order: Snapshot) -> int:
    if order.status is OrderStatus.CLOSED:
        return _value_minor(order)
    return sum(line.returned_minor for line in order.lines)
