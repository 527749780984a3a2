"""Finds customers by what somebody typed into one box, whatever it is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from huitong import customers, identity, orders, org
from huitong.channels.model import IdentifierKind
from huitong.customers.model import CUSTOMER_PREFIX
from huitong.orders.model import ORDER_PREFIX
from huitong.org.model import Brand
from huitong.platform.db import ReadTx
from huitong.platform.ids import WrongId, read

# More would be no answer to somebody on the phone, and what is looked at is bounded.
CANDIDATES_MAX = 500
FOUND_MAX = 20

See = Callable[[Sequence[int]], Iterable[int]]


class FoundBy(StrEnum):
    """What the text turned out to be."""

    CUSTOMER_ID = "customer_id"
    PHONE = "phone"
    PHONE_TAIL = "phone_tail"
    CARD = "card"
    NAME = "name"
    PLATFORM_ID = "platform_id"
    ORDER_NO = "order_no"


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found, by what, and whether there are more than are told."""

    customers: Mapping[int, Sequence[FoundBy]]
    has_more: bool


def find(tx: ReadTx, *, brand: Brand, text: str, see: See) -> Found:
    """Return the living customers of a brand whom a text leads to, whole values before parts.

    `see` answers whom of some the caller may see. Every way is tried whatever the text looks like,
    so that how long an answer takes tells little of who is there.
    """
    ways: dict[int, list[FoundBy]] = {}
    # No text of the database holds the character NUL.
    for found_by, customer_ids in _ways(tx, brand, text.replace("\x00", "").strip()):
        for one in customer_ids:
            ways.setdefault(one, []).append(found_by)
    today = customers.living(tx, customer_ids=ways)
    heads: dict[int, list[FoundBy]] = {}
    for one, found_by_ways in ways.items():
        if one in today:
            told = heads.setdefault(today[one], [])
            told += [way for way in found_by_ways if way not in told]
    ours = customers.find_customers(tx, customer_ids=heads)
    candidates = [one for one in heads if one in ours and ours[one].brand_id == brand.id]
    seen = set(see(candidates[:CANDIDATES_MAX]))
    visible = [one for one in candidates if one in seen]
    return Found({one: heads[one] for one in visible[:FOUND_MAX]}, len(visible) > FOUND_MAX)


def _ways(tx: ReadTx, brand: Brand, text: str) -> Iterable[tuple[FoundBy, Sequence[int]]]:
    yield FoundBy.CUSTOMER_ID, _id(CUSTOMER_PREFIX, text)
    yield FoundBy.ORDER_NO, _of_order(tx, brand, text)
    card = customers.card_holder(tx, brand_id=brand.id, number=text)
    yield FoundBy.CARD, [] if card is None else [card]
    yield from _of_identifiers(tx, brand, text)
    yield (
        FoundBy.NAME,
        customers.find_by_name(tx, brand_id=brand.id, name=text, limit=CANDIDATES_MAX),
    )


def _of_identifiers(tx: ReadTx, brand: Brand, text: str) -> Iterable[tuple[FoundBy, Sequence[int]]]:
    hits = identity.search(tx, brand=brand, text=text, limit=CANDIDATES_MAX)
    owners = customers.find_by_persons(
        tx, brand_id=brand.id, person_ids=[hit.person_id for hit in hits]
    )
    for hit in hits:
        if hit.person_id in owners:
            yield _way(hit.kind, is_tail=hit.is_tail), [owners[hit.person_id]]


def _way(kind: IdentifierKind, *, is_tail: bool) -> FoundBy:
    if is_tail:
        return FoundBy.PHONE_TAIL
    if kind is IdentifierKind.PHONE:
        return FoundBy.PHONE
    return FoundBy.CARD if kind is IdentifierKind.POS_CARD else FoundBy.PLATFORM_ID


def _of_order(tx: ReadTx, brand: Brand, text: str) -> Sequence[int]:
    accounts = [one.id for one in org.channel_accounts(tx) if one.brand_id == brand.id]
    by_number = orders.find_by_numbers(tx, [(account, text) for account in accounts])
    order_ids = [*_id(ORDER_PREFIX, text), *by_number.values()]
    return [
        one.customer_id
        for one in orders.show(tx, order_ids)
        if one.customer_id is not None and one.brand_id == brand.id
    ]


def _id(prefix: str, text: str) -> Sequence[int]:
    try:
        return [read(prefix, text.lower())]
    except WrongId:
        return []
