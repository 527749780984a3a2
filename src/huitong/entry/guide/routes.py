"""HTTP in: what the guide's phone asks; a guide sees the customers they serve, masked."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import customers, org
from huitong.customers.model import CustomerNotFound, CustomerStatus, Purpose
from huitong.entry.console import customers_finding as finding
from huitong.entry.console.customers_answers import (
    CustomerId,
    CustomerRowOut,
    NamedOut,
    NoteOut,
    allowed_to,
    named_out,
    note_out,
    row_out,
)
from huitong.entry.console.customers_routes import TypedIn
from huitong.entry.console.customers_rows import rows_of
from huitong.entry.guide.cards import Bought, Card, Liking, card_of
from huitong.org.model import Brand
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, Narrowing, Page, Paging, Router, Running, Seeing, page_of

router = Router(tag="guide")


class GuideFoundOut(BaseModel):
    """Who was found among those one serves; `has_more` when there are more than are told."""

    items: list[CustomerRowOut]
    has_more: bool


class LikingOut(BaseModel):
    """Something that is known of a customer's taste or size."""

    tag: NamedOut
    values: list[NamedOut]


class GuideBoughtOut(BaseModel):
    """Something that a customer bought; `came_back` are the pieces of it that did."""

    bought_at: datetime
    sku: str
    name: str | None
    colour: str | None
    size: str | None
    quantity: int
    paid_minor: int
    came_back: int


class GuideTierOut(BaseModel):
    """A tier, and how much growth is missing to the next one; no next one at the top."""

    code: str
    chinese: str
    english: str
    next_name: NamedOut | None
    growth_missing: int


class GuideCardOut(BaseModel):
    """A customer as the guide who serves them reads the card; personal values masked."""

    id: CustomerId
    name: str | None = Field(examples=["张**"])
    phone: str | None = Field(examples=["138****5678"])
    status: CustomerStatus
    city: str | None
    enrolled_at: datetime | None
    tier: GuideTierOut | None
    points: int | None
    may_be_contacted: bool = Field(description="The customer agreed to marketing and still does.")
    likes: list[LikingOut]
    notes: list[NoteOut]
    bought: list[GuideBoughtOut]


@router.route(
    "GET", "/v1/guide/customers", permission=Permission.GUIDE_READ, narrowing=Narrowing.NARROWED
)
def list_mine(
    platform: Running, caller: Calling, seen: Seeing, paging: Paging
) -> Page[CustomerRowOut]:
    """List the customers whom the guide serves, masked."""
    place = paging.after(int)
    after = 0 if place is None else int(place[0])
    with platform.database.reading(caller.scope()) as tx:
        related = {one for _, one in customers.relations_of_staff(tx, staff_id=caller.id)}
        mine = sorted(platform.among("customer", tx, [one for one in related if one > after], seen))
        rows = rows_of(
            tx,
            mine[: paging.limit + 1],
            brand=_brand(tx),
            allowed=allowed_to(caller, seen),
            now=clock.now(),
        )
    return page_of(rows, limit=paging.limit, show=row_out, place=lambda row: (row.customer.id,))


@router.route(
    "POST",
    "/v1/guide/customers/lookup",
    permission=Permission.GUIDE_READ,
    narrowing=Narrowing.NARROWED,
)
def lookup(platform: Running, caller: Calling, seen: Seeing, typed: TypedIn) -> GuideFoundOut:
    """Find among the customers whom the guide serves: phone, last four, card, whole name.

    It changes nothing.
    """
    with platform.database.reading(caller.scope()) as tx:
        brand = _brand(tx)
        found = finding.find(
            tx,
            brand=brand,
            text=typed.text,
            see=lambda wanted: platform.among("customer", tx, wanted, seen),
        )
        rows = rows_of(
            tx,
            list(found.customers),
            brand=brand,
            allowed=allowed_to(caller, seen),
            now=clock.now(),
        )
    return GuideFoundOut(items=[row_out(row) for row in rows], has_more=found.has_more)


@router.route(
    "GET",
    "/v1/guide/customers/{customer_id}",
    permission=Permission.GUIDE_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def show_card(
    platform: Running, caller: Calling, seen: Seeing, customer_id: Annotated[CustomerId, Path()]
) -> GuideCardOut:
    """Show the card of a customer whom the guide serves: tier, points, likes, sizes, purchases."""
    with platform.database.reading(caller.scope()) as tx:
        return _card(card_of(tx, customer_id, seen=seen, now=clock.now()))


def _brand(tx: ReadTx) -> Brand:
    """Return the brand that a guide works for: the scope of a guide's session names one."""
    return org.brands(tx)[0]


def _card(card: Card) -> GuideCardOut:
    head = card.head
    return GuideCardOut(
        id=head.customer.id,
        name=head.customer.name,
        phone=head.phone,
        status=head.customer.status,
        city=head.customer.city,
        enrolled_at=head.customer.enrolled_at,
        tier=_tier(card),
        points=None if head.points is None else head.points.spendable,
        may_be_contacted=any(
            one.permitted is not None for one in head.agreed if one.purpose is Purpose.MARKETING
        ),
        likes=[_liking(one) for one in card.likes],
        notes=[note_out(one) for one in card.notes],
        bought=[_bought(one) for one in card.bought],
    )


def _tier(card: Card) -> GuideTierOut | None:
    tier = card.head.tier
    if tier is None:
        return None
    return GuideTierOut(
        code=tier.tier,
        chinese=tier.names.zh,
        english=tier.names.en,
        next_name=None
        if tier.next_tier is None or tier.next_names is None
        else NamedOut(code=tier.next_tier, chinese=tier.next_names.zh, english=tier.next_names.en),
        growth_missing=tier.growth_missing,
    )


def _liking(liking: Liking) -> LikingOut:
    return LikingOut(tag=named_out(liking.tag), values=[named_out(one) for one in liking.values])


def _bought(bought: Bought) -> GuideBoughtOut:
    item, line = bought.item, bought.line
    return GuideBoughtOut(
        bought_at=bought.bought_at,
        sku=line.sku,
        name=line.name if item is None else item.name,
        colour=None if item is None else item.colour,
        size=None if item is None else item.size,
        quantity=line.quantity,
        paid_minor=line.paid_minor,
        came_back=line.refunded_quantity,
    )
