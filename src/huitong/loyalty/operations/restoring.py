"""Gives back points spent on an order with what is returned of it, into the very lots."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from huitong.channels.model import OrderStatus
from huitong.ledger.model import Restore
from huitong.loyalty import tables
from huitong.loyalty.model import Asset
from huitong.loyalty.rules import returning
from huitong.orders.model import Snapshot
from huitong.platform.db import Tx
from huitong.platform.ids import bucket_of


@dataclass(frozen=True, slots=True)
class Restoration:
    """How much of one redemption has come back once its movement is made."""

    redemption_id: int
    restored: int
    movement: Restore


def restorations_of(tx: Tx, orders: Sequence[Snapshot]) -> dict[int, tuple[Restoration, ...]]:
    """Return what is still to be given back of points spent on these orders, by order."""
    returned = {order.order_no: order for order in orders if _returned_minor(order)}
    if not returned:
        return {}
    account_id = orders[0].channel_account_id
    found: dict[int, list[Restoration]] = defaultdict(list)
    for redemption_id, order_no, _, key, points, restored in tx.rows(
        tables.REDEMPTIONS_OF,
        {
            "group_id": tx.scope.group_id,
            "account": account_id,
            "order_nos": sorted(returned),
        },
    ):
        order = returned[order_no]
        due = returning.restored_for(
            points, value_minor=_value_minor(order), returned_minor=_returned_minor(order)
        )
        if due > restored:
            asset = Asset.POINTS.of_brand(order.brand_id)
            movement = Restore(asset, due - restored, key)
            found[order.order_id].append(Restoration(redemption_id, due, movement))
    return {order_id: tuple(restorations) for order_id, restorations in found.items()}


def keep(tx: Tx, restorations: Sequence[Restoration]) -> None:
    """Keep how much of each redemption has come back."""
    rows = [(bucket_of(one.redemption_id), one.redemption_id, one.restored) for one in restorations]
    tx.write(tables.MOVE_RESTORED, tables.RESTORED, rows)


def _value_minor(order: Snapshot) -> int:
    return sum(line.paid_minor for line in order.lines)


def _returned_minor(order: Snapshot) -> int:
    if order.status is OrderStatus.CLOSED:
        return _value_minor(order)
    return sum(line.returned_minor for line in order.lines)
