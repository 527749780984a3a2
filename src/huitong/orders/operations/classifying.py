"""Says what kind of sale orders are, and takes it back."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from huitong.customers.model import Classed
from huitong.orders.events import OrdersClassified
from huitong.orders.model import ORDER_PREFIX, OrderClass, OrderNotFound
from huitong.orders.tables import classifying as tables
from huitong.platform.db import Tx, array
from huitong.platform.errors import Ok, Result
from huitong.platform.ids import bucket_of, show


def classify(tx: Tx, classes: Sequence[OrderClass], *, now: datetime) -> list[Result[None]]:
    """Say what kind of sale orders are; what they earned is settled again by who hears of it."""
    ids = tx.new_ids([bucket_of(one.order_id) for one in classes])
    rows = {
        (one.order_id, one.classed): (
            bucket_of(one.order_id),
            new_id,
            one.order_id,
            one.classed.value,
            one.source.value,
            orjson.dumps(dict(one.evidence)).decode(),
            one.actor,
            one.classified_at,
        )
        for new_id, one in zip(ids, classes, strict=True)
    }
    shape = tables.ORDER_CLASS
    _tell(tx, tx.write(tables.INSERT_CLASSES, shape, list(rows.values()), {"now": now}))
    params = {
        "group_id": tx.scope.group_id,
        "order_ids": array(sorted({one.order_id for one in classes})),
    }
    known = {row[0] for row in tx.rows(tables.KNOWN_ORDERS, params)}
    return [
        Ok(None)
        if one.order_id in known
        else OrderNotFound(order=show(ORDER_PREFIX, one.order_id)).as_refused()
        for one in classes
    ]


def declassify(
    tx: Tx, order_ids: Sequence[int], *, classed: Classed, actor: str, now: datetime
) -> int:
    """Take a class off orders and return of how many; what they earned is settled again."""
    params = {
        "group_id": tx.scope.group_id,
        "order_ids": array(sorted(set(order_ids))),
        "class": classed.value,
        "actor": actor,
        "now": now,
    }
    withdrawn = tx.rows(tables.WITHDRAW_CLASSES, params)
    _tell(tx, withdrawn)
    return len(withdrawn)


def _tell(tx: Tx, changed: Sequence[tuple[int, int]]) -> None:
    tx.emit(*(OrdersClassified(order_id, brand_id) for order_id, brand_id in changed))
