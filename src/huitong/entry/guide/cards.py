"""The card of a customer as the guide who serves them reads it, put together from every domain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from huitong import catalog, orders
from huitong.catalog.model import Sku
from huitong.entry.console.customers_head import Head, head_of
from huitong.entry.console.customers_rows import Allowed, Named, Noted, tag_words
from huitong.entry.tagging import today_of
from huitong.orders.model import LineShown, OrderShown
from huitong.org.model import Brand
from huitong.platform.db import ReadTx
from huitong.platform.lake import Place
from huitong.platform.seen import Seen
from huitong.segments.model.audiences import CustomerNotKnown
from huitong.segments.model.bitmaps import NothingPublished
from huitong.segments.queries import tags as tag_queries
from huitong.segments.queries.audiences import SETS
from huitong.segments.queries.tag_customers import tags_of_customer
from huitong.segments.queries.vocabulary_kept import speech_kept

Words: TypeAlias = Mapping[str, tuple[Named, Mapping[str, Named]]]

# What helps somebody who stands before the shelf, in the order in which it does; a brand that does
# not know one of these tags shows the others.
LIKES: Sequence[str] = (
    "top_size",
    "bottom_size",
    "shoe_size",
    "colour_preference",
    "material_preference",
    "category_preference",
    "series_preference",
    "buys_for",
    "unit_price_band",
    "discount_preference",
    "purchase_cycle",
    "recency_stage",
    "channel_preference",
    "time_of_day",
)
ORDERS_SHOWN = 5
# A guide serves: points help, what somebody spends elsewhere does not.
ALLOWED = Allowed(points=True, bought=False, notes=True)


@dataclass(frozen=True, slots=True)
class Liking:
    """A tag of a customer in words; a number, such as a size, stands for itself."""

    tag: Named
    values: Sequence[Named]


@dataclass(frozen=True, slots=True)
class Bought:
    """Something a customer bought where the guide may see it."""

    bought_at: datetime
    line: LineShown
    item: Sku | None


@dataclass(frozen=True, slots=True)
class Card:
    """A customer at a glance, what they like, what was noted of them, and what they bought last."""

    head: Head
    likes: Sequence[Liking]
    notes: Sequence[Noted]
    bought: Sequence[Bought]


def card_of(tx: ReadTx, customer_id: int, *, seen: Seen, now: datetime) -> Card:
    """Return the card of a customer whom the guide sees; a constant number of statements.

    :raises CustomerNotFound: when the scope sees no such customer.
    """
    head = head_of(tx, customer_id, allowed=ALLOWED, now=now, seen=seen)
    return Card(
        head=head,
        likes=_likes(tx, head.customer.id, head.brand, now),
        notes=head.noted,
        bought=_bought(tx, head.customer.id, head.brand, seen),
    )


def _likes(tx: ReadTx, customer_id: int, brand: Brand, now: datetime) -> list[Liking]:
    """Return what the newest refresh knows; nothing of somebody who came after it."""
    words = tag_words(tx, brand_id=brand.id)
    defined = tag_queries.definitions(tx, brand_id=brand.id).tags
    try:
        found = tags_of_customer(
            tx,
            customer_id,
            brand_id=brand.id,
            tags=[defined[code] for code in LIKES if code in words],
            speech=speech_kept(tx, brand_id=brand.id, cache=SETS),
            cache=SETS,
            today=today_of(Place(brand.group_id, brand.id, brand.time_zone), now),
        )
    except (CustomerNotKnown, NothingPublished):
        return []
    return [
        _liking(words, code, found.values[code])
        for code in LIKES
        if found.values.get(code) is not None
    ]


def _liking(words: Words, code: str, value: Sequence[str] | int) -> Liking:
    tag, values = words[code]
    if isinstance(value, int):
        return Liking(tag, [Named(code, str(value), str(value))])
    return Liking(tag, [values.get(one) or Named(one, one, one) for one in value])


def _bought(tx: ReadTx, customer_id: int, brand: Brand, seen: Seen) -> list[Bought]:
    found: Sequence[OrderShown] = orders.orders_of_customer(
        tx, customer_id, before=None, limit=ORDERS_SHOWN, seen=seen
    )
    lines = [(order.ordered_at, line) for order in found for line in order.lines]
    items = catalog.find_skus(tx, brand_id=brand.id, codes=[line.sku for _, line in lines])
    return [Bought(at, line, items.get(line.sku)) for at, line in lines]
