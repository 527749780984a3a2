"""HTTP in: one customer at a glance."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from huitong.channels.model import IdentifierKind
from huitong.customers.model import (
    Classed,
    Classification,
    ClassSource,
    CustomerNotFound,
    CustomerStatus,
    Purpose,
    RelationKind,
)
from huitong.entry.console.customers_answers import (
    BoughtOut,
    CustomerId,
    NamedOut,
    NoteOut,
    allowed_to,
    note_out,
)
from huitong.entry.console.customers_head import Agreed, Head, LookingAfter, head_of
from huitong.identity.model import PERSON_PREFIX
from huitong.ledger.model import Balance
from huitong.loyalty.model import TierExplanation
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, IdText, Narrowing, Router, Running, Seeing

router = Router(tag="customers")


class NameOut(BaseModel):
    """An identifier of a customer, masked."""

    kind: IdentifierKind
    scope: str
    masked: str
    verified: bool


class ProgressOut(BaseModel):
    """The tier, what it was reached with, and what reaches the next one."""

    tier: NamedOut
    since: datetime
    growth: int
    reached_at_growth: int
    next: NamedOut | None
    next_at_growth: int | None
    growth_missing: int
    pending_growth: int


class BalanceOut(BaseModel):
    """What a customer has in points."""

    spendable: int
    pending: int
    held: int
    debt: int
    next_expiry_at: datetime | None
    next_expiry_points: int


class LookingAfterOut(BaseModel):
    """Who looks after a customer."""

    kind: RelationKind
    staff: str | None = Field(description="The code of the guide.")
    staff_name: str | None = Field(description="Null for who does not see them, or has none.")
    store: str | None = Field(description="The name of the store.")
    since: datetime
    lock_until: datetime | None


class AgreedOut(BaseModel):
    """Whether data may be used for a purpose, by which text since when, or why not."""

    purpose: Purpose
    is_permitted: bool
    policy_version: str | None
    since: datetime | None
    refusal: str | None = Field(examples=["customers.no_consent"])


class ClassedOut(BaseModel):
    """What kind of buyer somebody is."""

    classed: Classed
    source: ClassSource
    valid_from: datetime
    valid_until: datetime | None


class HeadOut(BaseModel):
    """One customer at a glance; what the caller may not see is null."""

    id: CustomerId
    asked_id: CustomerId = Field(description="Another one than `id` after a merge.")
    person_id: Annotated[int, IdText(PERSON_PREFIX)]
    brand: str
    status: CustomerStatus
    is_erased: bool
    name: str | None
    phone: str | None
    city: str | None
    enrolled_at: datetime | None
    known_since: datetime
    store: str | None
    touchpoint: str | None
    guide: str | None
    cards: list[str]
    identifiers: list[NameOut]
    tier: ProgressOut | None
    points: BalanceOut | None
    bought: BoughtOut | None
    notes: list[NoteOut]
    classes: list[ClassedOut]
    care: list[LookingAfterOut]
    consents: list[AgreedOut]
    leaving_at: datetime | None


@router.route(
    "GET",
    "/v1/customers/{customer_id}/head",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def show_head(
    platform: Running, caller: Calling, seen: Seeing, customer_id: Annotated[CustomerId, Path()]
) -> HeadOut:
    """Show a customer at a glance: who, which tier and points, what bought, who looks after."""
    with platform.database.reading(caller.scope()) as tx:
        head = head_of(
            tx, customer_id, allowed=allowed_to(caller, seen), now=clock.now(), seen=seen
        )
    return _out(head)


def _out(head: Head) -> HeadOut:
    one, bought = head.customer, head.bought
    return HeadOut(
        id=one.id,
        asked_id=head.asked_id,
        person_id=one.person_id,
        brand=head.brand.code,
        status=one.status,
        is_erased=head.is_erased,
        name=one.name,
        phone=head.phone,
        city=one.city,
        enrolled_at=one.enrolled_at,
        known_since=head.met.recorded_at,
        store=head.store_name or head.met.store,
        touchpoint=head.met.touchpoint,
        guide=head.met.guide,
        cards=list(one.cards),
        identifiers=[
            NameOut(kind=each.kind, scope=each.scope, masked=each.masked, verified=each.verified)
            for each in one.identifiers
        ],
        tier=None if head.tier is None else _progress(head.tier),
        points=None if head.points is None else _balance(head.points),
        bought=None
        if bought is None
        else BoughtOut(
            orders=bought.orders, last_at=bought.last_at, spent_minor=bought.spent_minor
        ),
        notes=[note_out(each) for each in head.noted],
        classes=[_classed(each) for each in head.classes],
        care=[_looking_after(each) for each in head.care],
        consents=[_agreed(each) for each in head.agreed],
        leaving_at=None if head.leaving is None else head.leaving.due_at,
    )


def _classed(held: Classification) -> ClassedOut:
    return ClassedOut(
        classed=held.classed,
        source=held.source,
        valid_from=held.valid_from,
        valid_until=held.valid_until,
    )


def _looking_after(care: LookingAfter) -> LookingAfterOut:
    return LookingAfterOut(
        kind=care.kind,
        staff=care.staff_code,
        staff_name=care.staff_name,
        store=care.store_name,
        since=care.since,
        lock_until=care.lock_until,
    )


def _progress(tier: TierExplanation) -> ProgressOut:
    following = None
    if tier.next_tier is not None and tier.next_names is not None:
        names = tier.next_names
        following = NamedOut(code=tier.next_tier, chinese=names.zh, english=names.en)
    return ProgressOut(
        tier=NamedOut(code=tier.tier, chinese=tier.names.zh, english=tier.names.en),
        since=tier.since,
        growth=tier.growth,
        reached_at_growth=tier.reached_at_growth,
        next=following,
        next_at_growth=None if following is None else tier.growth + tier.growth_missing,
        growth_missing=tier.growth_missing,
        pending_growth=tier.pending_growth,
    )


def _balance(balance: Balance) -> BalanceOut:
    return BalanceOut(
        spendable=balance.spendable,
        pending=balance.pending,
        held=balance.held,
        debt=balance.debt,
        next_expiry_at=balance.next_expiry_at,
        next_expiry_points=balance.next_expiry_amount,
    )


def _agreed(agreed: Agreed) -> AgreedOut:
    yes, no = agreed.permitted, agreed.refused
    return AgreedOut(
        purpose=agreed.purpose,
        is_permitted=yes is not None,
        policy_version=None if yes is None else yes.policy_version,
        since=None if yes is None else yes.since,
        refusal=None if no is None else no.code,
    )
