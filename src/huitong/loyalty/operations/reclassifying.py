"""Settles again what was bought once it is known what kind of buyer, or sale, it was."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from huitong import orders as sales
from huitong.customers.events import CustomersClassified
from huitong.loyalty.operations.settling import settle_orders
from huitong.orders.events import OrdersClassified
from huitong.platform.db import Tx


def settle_classified_customers(tx: Tx, classified: Sequence[object], now: datetime) -> None:
    """Settle again what classified customers bought since; an event handler."""
    since: dict[int, datetime] = {}
    for one in cast("Sequence[CustomersClassified]", classified):
        since[one.customer_id] = min(one.since, since.get(one.customer_id, one.since))
    settle_orders(tx, sales.orders_since(tx, since), now=now)


def settle_classified_orders(tx: Tx, classified: Sequence[object], now: datetime) -> None:
    """Settle classified orders again; an event handler."""
    settle_orders(
        tx, [one.order_id for one in cast("Sequence[OrdersClassified]", classified)], now=now
    )
