"""How persons are shown at the console: identifiers with where they were seen, and memberships."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import BaseModel, Field

from huitong import org
from huitong.channels.model import IdentifierKind
from huitong.customers.model import CUSTOMER_PREFIX, CustomerStatus
from huitong.entry.console.persons import Membership, Side
from huitong.identity.model import IDENTIFIER_PREFIX, PERSON_PREFIX, Seen, Standing
from huitong.platform.db import ReadTx
from huitong.platform.http import IdText

PersonId: TypeAlias = Annotated[int, IdText(PERSON_PREFIX)]
CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]
IdentifierId: TypeAlias = Annotated[int, IdText(IDENTIFIER_PREFIX)]


class NamesOut(BaseModel):
    """What people call it."""

    zh: str
    en: str


class SeenOut(BaseModel):
    """An identifier of a person, masked, with where and when it was told of together with others.

    Without instants it was always told alone; `recorded_at` is when it was first taken in.
    """

    id: IdentifierId
    person_id: PersonId
    kind: IdentifierKind
    scope: str
    masked: str = Field(examples=["138****5678"])
    verified: bool
    standing: Standing
    recorded_at: datetime
    first_at: datetime | None
    last_at: datetime | None
    accounts: list[str] = Field(examples=[["pos:main"]])


class PersonPointsOut(BaseModel):
    """What somebody has in points: to spend, not active yet, and set aside."""

    spendable: int
    pending: int
    held: int


class MembershipOut(BaseModel):
    """What a person is in one brand; `leaving_at` is when a wish to leave is carried out."""

    person_id: PersonId
    customer_id: CustomerId
    brand: str
    brand_name: str
    status: CustomerStatus
    name: str | None = Field(examples=["张**"])
    enrolled_at: datetime | None
    cards: list[str]
    tier: str | None
    tier_names: NamesOut | None
    points: PersonPointsOut
    growth: int
    orders: int
    paid_minor: int
    last_order_at: datetime | None
    leaving_at: datetime | None


class SideOut(BaseModel):
    """Some persons as they stand."""

    person_ids: list[PersonId]
    identifiers: list[SeenOut]
    memberships: list[MembershipOut]


def account_names(tx: ReadTx) -> Mapping[int, str]:
    """Return what the channel accounts that the scope sees are called, by id."""
    return {one.id: f"{one.platform}:{one.code}" for one in org.channel_accounts(tx)}


def side_out(side: Side, accounts: Mapping[int, str]) -> SideOut:
    """Return persons as requests see them."""
    return SideOut(
        person_ids=list(side.person_ids),
        identifiers=seen_out(side.seen, accounts),
        memberships=[membership_out(one) for one in side.memberships],
    )


def seen_out(seen: Sequence[Seen], accounts: Mapping[int, str]) -> list[SeenOut]:
    """Return identifiers as requests see them; accounts that are not seen are left out."""
    return [
        SeenOut(
            id=one.shown.id,
            person_id=one.person_id,
            kind=one.shown.kind,
            scope=one.shown.scope,
            masked=one.shown.masked,
            verified=one.shown.verified,
            standing=one.standing,
            recorded_at=one.recorded_at,
            first_at=one.first_at,
            last_at=one.last_at,
            accounts=[accounts[each] for each in one.channel_account_ids if each in accounts],
        )
        for one in seen
    ]


def membership_out(one: Membership) -> MembershipOut:
    """Return what a person is in a brand as requests see it."""
    names = one.tier_names
    return MembershipOut(
        person_id=one.person_id,
        customer_id=one.customer_id,
        brand=one.brand,
        brand_name=one.brand_name,
        status=one.status,
        name=one.name,
        enrolled_at=one.enrolled_at,
        cards=list(one.cards),
        tier=one.tier,
        tier_names=None if names is None else NamesOut(zh=names.zh, en=names.en),
        points=PersonPointsOut(
            spendable=one.points.spendable, pending=one.points.pending, held=one.points.held
        ),
        growth=one.growth,
        orders=one.totals.orders,
        paid_minor=one.totals.paid_minor,
        last_order_at=one.totals.last_at,
        leaving_at=one.leaving_at,
    )
