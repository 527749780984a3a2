"""HTTP in: audiences counted, described, listed and explained; exports asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, TypeAlias

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import customers, org, segments
from huitong.customers.model import CUSTOMER_PREFIX, Purpose
from huitong.org.model import BrandNotFound
from huitong.platform import clock, jobs
from huitong.platform.assembly import Platform
from huitong.platform.auth import KEY_PREFIX, Caller, Permission
from huitong.platform.conditions import ConditionInvalid, Language, read_condition
from huitong.platform.db import ReadTx
from huitong.platform.http import (
    Calling,
    IdText,
    Page,
    Paging,
    RequestKey,
    Router,
    Running,
    page_of,
)
from huitong.platform.ids import show
from huitong.platform.jobs import WantedJob
from huitong.platform.lake import LakeEmpty
from huitong.segments.model.audiences import (
    EXPORT_AUDIENCE,
    EXPORT_PREFIX,
    CustomerNotKnown,
    ExportAsked,
    ExportKeyTaken,
    ExportNotFound,
    PortraitShown,
)
from huitong.segments.model.bitmaps import NothingPublished
from huitong.segments.model.definitions import SegmentNotFound
from huitong.segments.queries.audiences import Audience, Audiences
from huitong.segments.routes.definitions import BrandCode, SegmentCode

router = Router(tag="audiences")

OVERLAP_MAX = 20
DAYS_SHOWN_MAX = 400
COUNTING = (BrandNotFound, SegmentNotFound, ConditionInvalid, NothingPublished, LakeEmpty)

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]
ExportId: TypeAlias = Annotated[int, IdText(EXPORT_PREFIX)]


class CountOut(BaseModel):
    """How many customers, and as of when."""

    customers: int
    as_of: dict[str, Any]


class ValueOut(BaseModel):
    """A value inside an audience beside everyone; shares in basis points, index of 100."""

    code: str
    names: dict[str, str]
    customers: int
    share_basis_points: int
    base_customers: int
    base_share_basis_points: int
    index: int | None


class NumberOut(BaseModel):
    """What a number comes to inside an audience."""

    known: int
    sum: int
    lowest: int | None
    highest: int | None


class TagOut(BaseModel):
    """A tag inside an audience."""

    field: str
    names: dict[str, str]
    values: list[ValueOut]
    number: NumberOut | None


class PortraitOut(BaseModel):
    """An audience beside everyone, tag by tag."""

    customers: int
    everyone: int
    tags: list[TagOut]
    as_of: dict[str, Any]


class ConditionIn(BaseModel):
    """A condition that is being edited."""

    condition: dict[str, Any]


class OverlapIn(BaseModel):
    """Segments to compare."""

    segments: list[str] = Field(min_length=1, max_length=OVERLAP_MAX)


class OverlapOut(BaseModel):
    """How many customers each two segments have in common, in the order that was asked for."""

    segments: list[str]
    customers: list[list[int]]


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


class ExportIn(BaseModel):
    """What an export is for: who did not agree to it is left out."""

    purpose: Purpose


class ExportOut(BaseModel):
    """An export, its job, and once it is finished how many are in it and who was left out, why."""

    id: ExportId
    segment: str
    purpose: str
    job_id: Annotated[int, IdText(jobs.JOB_PREFIX)] | None
    is_finished: bool
    written: int | None
    left_out: dict[str, int] | None


@router.route(
    "POST", "/v1/brands/{brand}/audiences/count", permission=Permission.SEGMENTS_READ,
    errors=COUNTING,
)  # fmt: skip
def count_condition(
    platform: Running, caller: Calling, brand: BrandCode, asked: ConditionIn
) -> CountOut:
    """Count who meets a condition that is being edited; nothing is kept."""
    with _opened(platform, caller, brand) as (audiences, _):
        return _count(audiences, audiences.find(read_condition(asked.condition)))


@router.route(
    "POST", "/v1/brands/{brand}/audiences/portrait", permission=Permission.SEGMENTS_READ,
    errors=COUNTING,
)  # fmt: skip
def portray_condition(
    platform: Running, caller: Calling, brand: BrandCode, asked: ConditionIn
) -> PortraitOut:
    """Describe who meets a condition that is being edited; nothing is kept."""
    with _opened(platform, caller, brand) as (audiences, _):
        audience = audiences.find(read_condition(asked.condition))
        return _portrait(audiences, audience, audiences.portrait(audience))


@router.route(
    "POST", "/v1/brands/{brand}/audiences/overlap", permission=Permission.SEGMENTS_READ,
    errors=COUNTING,
)  # fmt: skip
def overlap(platform: Running, caller: Calling, brand: BrandCode, asked: OverlapIn) -> OverlapOut:
    """Count how many customers each two segments have in common; nothing is kept."""
    with _opened(platform, caller, brand) as (audiences, _):
        found = [audiences.find(audiences.condition_of(code)) for code in asked.segments]
        return OverlapOut(segments=asked.segments, customers=audiences.overlap(found))


@router.route(
    "GET", "/v1/brands/{brand}/segments/{segment}/count", permission=Permission.SEGMENTS_READ,
    errors=COUNTING,
)  # fmt: skip
def count(platform: Running, caller: Calling, brand: BrandCode, segment: SegmentCode) -> CountOut:
    """Count who is in a segment now."""
    with _opened(platform, caller, brand) as (audiences, _):
        return _count(audiences, audiences.find(audiences.condition_of(segment)))


@router.route(
    "GET", "/v1/brands/{brand}/segments/{segment}/portrait", permission=Permission.SEGMENTS_READ,
    errors=COUNTING,
)  # fmt: skip
def portrait(
    platform: Running, caller: Calling, brand: BrandCode, segment: SegmentCode
) -> PortraitOut:
    """Describe a segment by all tags, beside everyone."""
    with _opened(platform, caller, brand) as (audiences, _):
        audience = audiences.find(audiences.condition_of(segment))
        return _portrait(audiences, audience, audiences.portrait(audience))


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
    with _opened(platform, caller, brand) as (audiences, tx):
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
    with _opened(platform, caller, brand) as (audiences, _):
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


@router.route(
    "POST", "/v1/brands/{brand}/segments/{segment}/exports", permission=Permission.SEGMENTS_EXPORT,
    status_code=HTTPStatus.ACCEPTED, errors=[BrandNotFound, SegmentNotFound, ExportKeyTaken],
)  # fmt: skip
def ask_export(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    segment: SegmentCode,
    wanted: ExportIn,
    key: RequestKey,
) -> ExportOut:
    """Ask for the customers of a segment as a file; a worker writes it, its job tells how far."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        found = org.brand(tx, code=brand)
        asked = segments.ask_export(
            tx,
            brand_id=found.id,
            segment=segment,
            purpose=wanted.purpose,
            key=key,
            actor=show(KEY_PREFIX, caller.key_id),
            now=now,
        )
        job = WantedJob(
            EXPORT_AUDIENCE,
            show(EXPORT_PREFIX, asked.id),
            {"brand": found.code, "export_id": asked.id},
        )
        (result,) = jobs.enqueue(tx, [job], now=now)
    job_id = getattr(getattr(result, "value", None), "id", None)
    return _export(asked, job_id)


@router.route(
    "GET", "/v1/brands/{brand}/exports/{export_id}", permission=Permission.SEGMENTS_EXPORT,
    errors=[BrandNotFound, ExportNotFound],
)  # fmt: skip
def show_export(
    platform: Running, caller: Calling, brand: BrandCode, export_id: Annotated[ExportId, Path()]
) -> ExportOut:
    """Show what came of an export."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        return _export(segments.find_export(tx, brand_id=brand_id, export_id=export_id), None)


@contextmanager
def _opened(platform: Platform, caller: Caller, brand: str) -> Iterator[tuple[Audiences, ReadTx]]:
    with platform.database.reading(caller.scope()) as tx:
        found = org.brand(tx, code=brand)
        yield (
            segments.open_audiences(tx, brand=found, open_lake=platform.open_lake, now=clock.now()),
            tx,
        )


def _as_of(audiences: Audiences, audience: Audience) -> dict[str, Any]:
    told = segments.as_of_document(audience.as_of, audiences.reading, language=Language.ZH)
    return dict(told)


def _count(audiences: Audiences, audience: Audience) -> CountOut:
    return CountOut(customers=audience.size, as_of=_as_of(audiences, audience))


def _portrait(audiences: Audiences, audience: Audience, found: PortraitShown) -> PortraitOut:
    tags = [
        TagOut(
            field=one.field.code,
            names={"zh": one.field.names.zh, "en": one.field.names.en},
            values=[
                ValueOut(
                    code=value.code,
                    names={"zh": value.zh, "en": value.en},
                    customers=value.inside,
                    share_basis_points=value.share_basis_points,
                    base_customers=value.base,
                    base_share_basis_points=value.base_share_basis_points,
                    index=value.index,
                )
                for value in one.values
            ],
            number=None
            if one.number is None
            else NumberOut(
                known=one.number.known,
                sum=one.number.sum,
                lowest=one.number.lowest,
                highest=one.number.highest,
            ),
        )
        for one in found.fields
    ]
    return PortraitOut(
        customers=found.size,
        everyone=found.everyone,
        tags=tags,
        as_of=_as_of(audiences, audience),
    )


def _export(asked: ExportAsked, job_id: int | None) -> ExportOut:
    return ExportOut(
        id=asked.id,
        segment=asked.segment,
        purpose=asked.purpose,
        job_id=job_id,
        is_finished=asked.finished_at is not None,
        written=asked.written,
        left_out=None if asked.left_out is None else dict(asked.left_out),
    )
