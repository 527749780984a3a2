"""HTTP in: parts of one customer's page that are asked for lazily: profile, segments."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import customers, segments
from huitong.customers.model import CustomerNotFound
from huitong.entry.console.customers_answers import CustomerId, NamedOut
from huitong.entry.console.customers_head import find_customer
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, IdText, Narrowing, Router, Running
from huitong.segments.model.definitions import Segment

router = Router(tag="customers")

SEGMENTS_ASKED_MAX = 200


class ProfileFieldOut(BaseModel):
    """What is known in a field of the profile, and which source leads for it.

    Of a birthday the year and month, of free tags and attributes how many there are; `is_masked`
    tells that there is more, which is for who may unmask.
    """

    field: str
    value: str | None = Field(description="Null: the source says that it is unknown.")
    is_masked: bool
    source: str
    told_at: datetime
    actor: str | None


class ToldOut(BaseModel):
    """A statement about the customer: by whom, of which fields, and whether it still counts."""

    statement_id: Annotated[int, IdText("sta")]
    source: str
    told_at: datetime
    fields: list[str]
    actor: str | None
    reason: str | None
    counts: bool


class ProfileOut(BaseModel):
    """Where what is known of a customer comes from."""

    fields: list[ProfileFieldOut]
    told: list[ToldOut]


class SegmentOfCustomerOut(BaseModel):
    """A segment and whether the customer was in it on its latest day; null before it has one."""

    segment: NamedOut
    is_member: bool | None
    as_of: date | None


class SegmentsOfCustomerOut(BaseModel):
    """The segments of the brand, those that the customer is in first."""

    items: list[SegmentOfCustomerOut]
    has_more: bool = Field(description="The brand has more segments than are looked at.")


@router.route(
    "GET",
    "/v1/customers/{customer_id}/profile",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def show_profile(
    platform: Running, caller: Calling, customer_id: Annotated[CustomerId, Path()]
) -> ProfileOut:
    """Show which source leads for each field of a profile, and everything that was ever said."""
    with platform.database.reading(caller.scope()) as tx:
        found, brand = find_customer(tx, customer_id)
        fields = customers.fields_of(tx, customer_id=found.id, brand_id=brand.id)
        family = customers.families(tx, customer_ids=[found.id])[found.id]
        told = [
            one for member in family for one in customers.profile_history(tx, customer_id=member)
        ]
    told.sort(key=lambda one: (one.told_at, one.statement_id), reverse=True)
    return ProfileOut(
        fields=[
            ProfileFieldOut(
                field=one.field,
                value=None if one.value is None else one.value.text,
                is_masked=one.value is not None and one.value.is_masked,
                source=one.source,
                told_at=one.told_at,
                actor=one.actor,
            )
            for one in fields
        ],
        told=[
            ToldOut(
                statement_id=one.statement_id,
                source=one.source,
                told_at=one.told_at,
                fields=list(one.fields),
                actor=one.actor,
                reason=one.reason,
                counts=one.counts,
            )
            for one in told
        ],
    )


@router.route(
    "GET",
    "/v1/customers/{customer_id}/segments",
    permission=Permission.SEGMENTS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def list_segments(
    platform: Running, caller: Calling, customer_id: Annotated[CustomerId, Path()]
) -> SegmentsOfCustomerOut:
    """Tell of each segment whether the customer was in it on the latest day that is kept."""
    with platform.database.reading(caller.scope()) as tx:
        found, brand = find_customer(tx, customer_id)
        defined = segments.segments_of(tx, brand_id=brand.id)
        open_ones = [one for one in defined.values() if not one.is_archived]
        place = segments.ordinals_of(tx, [found.id]).get(found.id)
        items = [_membership(tx, one, place, brand.id) for one in open_ones[:SEGMENTS_ASKED_MAX]]
    items.sort(key=lambda one: (one.is_member is None, not one.is_member))
    return SegmentsOfCustomerOut(items=items, has_more=len(open_ones) > SEGMENTS_ASKED_MAX)


def _membership(
    tx: ReadTx, segment: Segment, place: int | None, brand_id: int
) -> SegmentOfCustomerOut:
    code, names = segment.code, segment.document.names
    told = NamedOut(code=code, chinese=names.zh, english=names.en)
    taken = segments.snapshots(tx, brand_id=brand_id, segment=code, limit=1)
    if not taken:
        return SegmentOfCustomerOut(segment=told, is_member=None, as_of=None)
    day = taken[0].taken_on
    members = segments.members_on(tx, brand_id=brand_id, segment=code, taken_on=day)
    is_member = place is not None and place in members
    return SegmentOfCustomerOut(segment=told, is_member=is_member, as_of=day)
