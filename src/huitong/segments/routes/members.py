"""HTTP in: who is in a segment, why somebody is, and how many were day by day."""

from datetime import date
from typing import Annotated, Any, TypeAlias

from fastapi import Path
from pydantic import BaseModel

from huitong import customers, org, segments
from huitong.customers.model import CUSTOMER_PREFIX
from huitong.org.model import BrandNotFound
from huitong.platform.auth import Permission
from huitong.platform.conditions import Language
from huitong.platform.http import Calling, IdText, Page, Paging, Router, Running, page_of
from huitong.segments.model.audiences import CustomerNotKnown
from huitong.segments.model.definitions import SegmentNotFound
from huitong.segments.routes.audiences import COUNTING
from huitong.segments.routes.definitions import BrandCode, SegmentCode
from huitong.segments.routes.opening import opened

router = Router(tag="audiences")

DAYS_SHOWN_MAX = 400

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]


class MemberOut(BaseModel):
    """A customer of a segment, masked."""

    id: CustomerId
    status: str
    name: str | None
    city: str | None


class ExplainOut(BaseModel):
    """Why a customer is in a segment or not."""

    customer_id: CustomerId
    is_member: bool
    is_alive: bool
    clauses: dict[str, Any]


class DayOut(BaseModel):
    """How many were in a segment on a day."""

    day: date
    customers: int


class DaysOut(BaseModel):
    """A segment day by day, the latest first."""

    items: list[DayOut]


@router.route(
    "GET", "/v1/brands/{brand}/segments/{segment}/members", permission=Permission.CUSTOMERS_READ,
    errors=COUNTING,
)  # fmt: skip
def list_members(
    platform: Running, caller: Calling, brand: BrandCode, segment: SegmentCode, paging: Paging
) -> Page[MemberOut]:
    """List the customers of a segment, masked, in an order that stays."""
    place = paging.after(int)
    after = -1 if place is None else int(place[0])
    with opened(platform, caller, brand) as (audiences, tx):
        audience = audiences.find(audiences.condition_of(segment))
        found = audiences.page(audience, after=after, limit=paging.limit + 1)
        shown = {one.id: one for one in customers.show(tx, customer_ids=[one for _, one in found])}

    def out(member: tuple[int, int]) -> MemberOut:
        one = shown[member[1]]
        return MemberOut(id=one.id, status=one.status.value, name=one.name, city=one.city)

    return page_of(found, limit=paging.limit, show=out, place=lambda member: (member[0],))


@router.route(
    "GET",
    "/v1/brands/{brand}/segments/{segment}/customers/{customer_id}",
    permission=Permission.CUSTOMERS_READ,
    errors=[*COUNTING, CustomerNotKnown],
)
def explain(
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    segment: SegmentCode,
    customer_id: Annotated[CustomerId, Path()],
) -> ExplainOut:
    """Tell why a customer is in a segment or not: each clause, what was found, which lines."""
    with opened(platform, caller, brand) as (audiences, _):
        found = audiences.explain(audiences.condition_of(segment), customer_id)
        told = segments.explained_document(found.explained, audiences.reading, language=Language.ZH)
    return ExplainOut(
        customer_id=customer_id, is_member=found.is_member, is_alive=found.is_alive, clauses=told
    )


@router.route(
    "GET", "/v1/brands/{brand}/segments/{segment}/days", permission=Permission.SEGMENTS_READ,
    errors=[BrandNotFound, SegmentNotFound],
)  # fmt: skip
def list_days(
    platform: Running, caller: Calling, brand: BrandCode, segment: SegmentCode
) -> DaysOut:
    """Tell how many were in a segment day by day, the latest first."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        segments.segment_of(tx, brand_id=brand_id, code=segment)
        found = segments.snapshots(tx, brand_id=brand_id, segment=segment, limit=DAYS_SHOWN_MAX)
    return DaysOut(items=[DayOut(day=one.taken_on, customers=one.size) for one in found])
