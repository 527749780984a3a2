"""HTTP in: who is in a segment, why somebody is, and how many were day by day."""

from typing import Annotated, Any, TypeAlias

from fastapi import Path, Query
from pydantic import BaseModel

from huitong import customers, org, segments
from huitong.customers.model import CUSTOMER_PREFIX
from huitong.org.model import BrandNotFound
from huitong.platform.auth import Permission
from huitong.platform.conditions import Language, read_condition
from huitong.platform.http import (
    Calling,
    IdText,
    Narrowing,
    Page,
    Paging,
    Router,
    Running,
    Seeing,
    page_of,
)
from huitong.segments.model.audiences import CustomerNotKnown
from huitong.segments.model.definitions import SegmentNotFound
from huitong.segments.routes.audiences import COUNTING, ConditionIn
from huitong.segments.routes.definitions import BrandCode, SegmentCode, SegmentDayOut, size_of
from huitong.segments.routes.opening import opened

router = Router(tag="audiences")

DAYS_SHOWN_MAX = 400
SAMPLE_SIZE = 10

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]


class MemberOut(BaseModel):
    """A customer of a segment, masked."""

    id: CustomerId
    status: str
    name: str | None
    city: str | None


class SegmentClauseOut(BaseModel):
    """A clause as a sentence, whether it holds, and what was found; of facts the latest 20."""

    says: str
    holds: bool
    found: Any = None
    fact_count: int | None = None
    facts: list[dict[str, Any]] = []
    parts: list["SegmentClauseOut"] = []


class ExplainOut(BaseModel):
    """Why a customer is in a segment or not."""

    customer_id: CustomerId
    is_member: bool
    is_alive: bool
    clauses: SegmentClauseOut


class AudienceSampleOut(BaseModel):
    """Some customers who meet a condition, masked, drawn over all of them; the same each time."""

    items: list[MemberOut]


class DaysOut(BaseModel):
    """A segment day by day, the latest first."""

    items: list[SegmentDayOut]


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
    "POST", "/v1/brands/{brand}/audiences/sample", permission=Permission.CUSTOMERS_READ,
    errors=COUNTING,
)  # fmt: skip
def sample(
    platform: Running, caller: Calling, brand: BrandCode, asked: ConditionIn
) -> AudienceSampleOut:
    """Show ten customers who meet a condition that is being edited, masked; nothing is kept."""
    with opened(platform, caller, brand) as (audiences, tx):
        audience = audiences.find(read_condition(asked.condition))
        drawn = audiences.sample(audience, size=SAMPLE_SIZE)
        shown = customers.show(tx, customer_ids=drawn)
    items = [
        MemberOut(id=one.id, status=one.status.value, name=one.name, city=one.city) for one in shown
    ]
    return AudienceSampleOut(items=items)


@router.route(
    "GET",
    "/v1/brands/{brand}/segments/{segment}/customers/{customer_id}",
    permission=Permission.CUSTOMERS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[*COUNTING, CustomerNotKnown],
)
def explain(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    seen: Seeing,
    brand: BrandCode,
    segment: SegmentCode,
    customer_id: Annotated[CustomerId, Path()],
    language: Annotated[Language, Query(description="In which language it is told.")] = Language.ZH,
) -> ExplainOut:
    """Tell why a customer is in a segment or not: each clause, what was found, which lines.

    Who sees some stores only is told of facts whether a clause holds, as they are of all stores.
    """
    with opened(platform, caller, brand) as (audiences, _):
        found = audiences.explain(audiences.condition_of(segment), customer_id)
        told = segments.explained_document(
            found.explained,
            audiences.reading,
            language=language,
            tells_facts=seen.everything(),
        )
    return ExplainOut(
        customer_id=customer_id,
        is_member=found.is_member,
        is_alive=found.is_alive,
        clauses=SegmentClauseOut.model_validate(told),
    )


@router.route(
    "GET", "/v1/brands/{brand}/segments/{segment}/days", permission=Permission.SEGMENTS_READ,
    errors=[BrandNotFound, SegmentNotFound],
)  # fmt: skip
def list_days(
    platform: Running, caller: Calling, brand: BrandCode, segment: SegmentCode
) -> DaysOut:
    """Tell how many were in a segment day by day, and who came and went, the latest first."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        segments.segment_of(tx, brand_id=brand_id, code=segment)
        found = segments.snapshots(tx, brand_id=brand_id, segment=segment, limit=DAYS_SHOWN_MAX)
    return DaysOut(items=[size_of(one) for one in found])
