"""HTTP in: the story of a customer, merged from every domain, the latest first."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from huitong import customers
from huitong.customers.model import CustomerNotFound
from huitong.entry.console.customers_answers import CustomerId
from huitong.entry.console.customers_head import find_customer
from huitong.entry.console.timeline import RANKS, Asked, Happening, Item, Place, story
from huitong.entry.console.timeline_sources import SOURCES
from huitong.entry.console.timeline_tags import computed_tags
from huitong.orders.model import ORDER_PREFIX
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import (
    Calling,
    Narrowing,
    Paging,
    Router,
    Running,
    Seeing,
    WrongCursor,
    cursor_of,
)
from huitong.platform.ids import read
from huitong.platform.seen import Seen

router = Router(tag="customers")

# Who may see a customer may see their story, but for what has a permission of its own.
NEEDED = {
    Happening.ORDER: Permission.ORDERS_READ,
    Happening.REFUND: Permission.ORDERS_READ,
    Happening.POINTS: Permission.POINTS_READ,
    Happening.TIER: Permission.POINTS_READ,
    Happening.TAG: Permission.TAGS_READ,
}


class HappeningOut(BaseModel):
    """One thing that happened to a customer; `facts` are those of its kind."""

    kind: Happening
    at: datetime
    what: str = Field(examples=["completed"])
    actor: str | None = Field(description="Who did it by hand, as journals keep it.")
    ref: str | None = Field(description="The order or the document that it is about.")
    facts: dict[str, str | int | None]


class TimelineOut(BaseModel):
    """One page of a story; `left_out` are the kinds that the caller may not see."""

    items: list[HappeningOut]
    left_out: list[Happening]
    next_cursor: str | None


@router.route(
    "GET",
    "/v1/customers/{customer_id}/timeline",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound, WrongCursor],
)
def show_timeline(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    seen: Seeing,
    customer_id: Annotated[CustomerId, Path()],
    paging: Paging,
    kinds: Annotated[
        list[Happening] | None,
        Query(description="Only these; “tag” by itself tells computed tags too, from the lake."),
    ] = None,
) -> TimelineOut:
    """Tell what happened to a customer and to whoever was merged into them, the latest first."""
    wanted = set(kinds or Happening)
    refused = {one for one in wanted if not _may(caller, one)}
    before = _place(paging.after(str, int, int))
    with platform.database.reading(caller.scope()) as tx:
        asked = _asked(tx, customer_id, seen)
        sources = dict(SOURCES)
        if kinds and Happening.TAG in wanted:
            sources[Happening.TAG] = (*SOURCES[Happening.TAG], computed_tags(platform))
        found = story(
            tx, asked, sources, kinds=wanted - refused, before=before, limit=paging.limit + 1
        )
        page = found[: paging.limit]
        shown = _seen_of(platform, tx, page, seen)
    more = len(found) > paging.limit
    return TimelineOut(
        items=[_out(one) for one in shown],
        left_out=sorted(refused, key=lambda one: RANKS[one]),
        next_cursor=_cursor(page[-1].place) if more else None,
    )


def _asked(tx: ReadTx, customer_id: int, seen: Seen) -> Asked:
    customer, brand = find_customer(tx, customer_id)
    family = customers.families(tx, customer_ids=[customer.id])[customer.id]
    return Asked(customer.id, family, brand, clock.now(), seen)


def _may(caller: Caller, kind: Happening) -> bool:
    needed = NEEDED.get(kind)
    return needed is None or needed in caller.permissions


def _seen_of(platform: Platform, tx: ReadTx, page: list[Item], seen: Seen) -> list[Item]:
    """Return what a narrowed caller sees: of orders and what came of them, those of theirs."""
    if seen.everything():
        return page
    orders = {
        read(ORDER_PREFIX, one.ref)
        for one in page
        if one.ref is not None and one.ref.startswith(f"{ORDER_PREFIX}_")
    }
    visible = platform.among("order", tx, orders, seen)
    return [
        one
        for one in page
        if one.ref is None
        or not one.ref.startswith(f"{ORDER_PREFIX}_")
        or read(ORDER_PREFIX, one.ref) in visible
    ]


def _place(values: tuple[int | str, ...] | None) -> Place | None:
    if values is None:
        return None
    try:
        return Place(datetime.fromisoformat(str(values[0])), int(values[1]), int(values[2]))
    except ValueError:
        raise WrongCursor from None


def _cursor(place: Place) -> str:
    return cursor_of((place.at.isoformat(), place.rank, place.id))


def _out(item: Item) -> HappeningOut:
    return HappeningOut(
        kind=item.kind,
        at=item.at,
        what=item.what,
        actor=item.actor,
        ref=item.ref,
        facts=dict(item.facts),
    )
