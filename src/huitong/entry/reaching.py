"""Whom and what a narrowed caller sees, put together from what each domain knows of it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from huitong import customers, identity, orders, org
from huitong.customers.model import CUSTOMER_PREFIX, CustomerNotFound
from huitong.orders.model import ORDER_PREFIX, OrderNotFound
from huitong.platform.auth import Reach
from huitong.platform.db import ReadTx
from huitong.platform.seen import Seen, Watched


def see(tx: ReadTx, reach: Reach, at: datetime) -> Seen:
    """Return which stores and staff somebody sees at an instant."""
    return org.seen_by(tx, reach=reach, at=at)


def customers_among(tx: ReadTx, customer_ids: Collection[int], seen: Seen) -> frozenset[int]:
    """Return which customers a narrowed caller sees: related, enrolled in a store, or buyers."""
    near = customers.visible(tx, customer_ids=customer_ids, seen=seen)
    rest = set(customer_ids) - near
    if not rest or not seen.of_stores():
        return near
    today = customers.living(tx, customer_ids=rest)
    buyers = orders.visible_buyers(tx, customer_ids=set(today.values()), seen=seen)
    return near | {one for one, living in today.items() if living in buyers}


def orders_among(tx: ReadTx, order_ids: Collection[int], seen: Seen) -> frozenset[int]:
    """Return which orders a narrowed caller sees: sold in a store of theirs, or by themselves."""
    return orders.visible(tx, order_ids=order_ids, seen=seen)


def persons_among(tx: ReadTx, person_ids: Collection[int]) -> frozenset[int]:
    """Return which persons, as they are today, are customers of a brand that the scope sees."""
    today = identity.follow(tx, person_ids=sorted(set(person_ids)))
    found = customers.of_persons(tx, person_ids=set(today.values()))
    known = {one.person_id for one in found}
    return frozenset(one for one, living in today.items() if living in known)


WATCHED: Mapping[str, Watched] = {
    "customer": Watched(
        CUSTOMER_PREFIX, customers_among, lambda shown: CustomerNotFound(customer=shown)
    ),
    "order": Watched(ORDER_PREFIX, orders_among, lambda shown: OrderNotFound(order=shown)),
}
