"""HTTP in: audiences counted, described beside everyone, and compared."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from huitong.org.model import BrandNotFound
from huitong.platform.auth import Caller, Permission
from huitong.platform.conditions import (
    Condition,
    ConditionInvalid,
    Language,
    read_condition,
    sentence,
)
from huitong.platform.http import Calling, Router, Running
from huitong.platform.lake import LakeEmpty
from huitong.segments.model.audiences import AudienceTooSmall, ComputedBy
from huitong.segments.model.bitmaps import NothingPublished
from huitong.segments.model.definitions import SegmentNotFound
from huitong.segments.queries.audiences import Audience, Audiences, share
from huitong.segments.queries.audiences_regions import in_any, regions
from huitong.segments.routes.definitions import BrandCode, SegmentCode
from huitong.segments.routes.opening import opened
from huitong.segments.rules.allowing import DESCRIBED_MIN

router = Router(tag="audiences")

OVERLAP_MAX = 20
# Five segments part into 31 regions; nobody reads more.
REGIONS_OF_MAX = 5
COUNTING = (BrandNotFound, SegmentNotFound, ConditionInvalid, NothingPublished, LakeEmpty)
DESCRIBING = (*COUNTING, AudienceTooSmall)


class ComputedClauseOut(BaseModel):
    """A clause that had no set ready: in words, where it was computed, and how many it is."""

    says: dict[str, str]
    by: ComputedBy
    customers: int


class AsOfOut(BaseModel):
    """As of when an answer is: tags by version, the lake by its instant, the rest by now."""

    counted_at: datetime
    tags_version: int
    lake_as_of: datetime | None
    computed: list[ComputedClauseOut]


class CountOut(BaseModel):
    """How many customers of how many, what the condition says, and as of when."""

    customers: int
    everyone: int
    share_basis_points: int
    says: dict[str, str]
    as_of: AsOfOut


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
    as_of: AsOfOut


class ConditionIn(BaseModel):
    """A condition that is being edited."""

    condition: dict[str, Any]


class OverlapIn(BaseModel):
    """Segments to compare."""

    segments: list[str] = Field(min_length=1, max_length=OVERLAP_MAX)


class OverlapRegionOut(BaseModel):
    """Customers who are in these segments and in none of the others that were asked for."""

    segments: list[str]
    customers: int


class OverlapOut(BaseModel):
    """How many customers each two segments have in common, in the order that was asked for.

    `regions` parts all of them without overlap, for up to 5 segments; of more it is empty.
    """

    segments: list[str]
    customers: list[list[int]]
    everyone: int
    in_any: int
    regions: list[OverlapRegionOut]


@router.route(
    "POST", "/v1/brands/{brand}/audiences/count", permission=Permission.SEGMENTS_READ,
    errors=COUNTING,
)  # fmt: skip
def count_condition(
    platform: Running, caller: Calling, brand: BrandCode, asked: ConditionIn
) -> CountOut:
    """Count who meets a condition that is being edited; nothing is kept."""
    with opened(platform, caller, brand) as (audiences, _):
        return _count(audiences, read_condition(asked.condition))


@router.route(
    "POST", "/v1/brands/{brand}/audiences/portrait", permission=Permission.SEGMENTS_READ,
    errors=DESCRIBING,
)  # fmt: skip
def portray_condition(
    platform: Running, caller: Calling, brand: BrandCode, asked: ConditionIn
) -> PortraitOut:
    """Describe who meets a condition that is being edited; nothing is kept."""
    with opened(platform, caller, brand) as (audiences, _):
        audience = audiences.find(read_condition(asked.condition))
        return _portrait(audiences, audience, caller)


@router.route(
    "POST", "/v1/brands/{brand}/audiences/overlap", permission=Permission.SEGMENTS_READ,
    errors=COUNTING,
)  # fmt: skip
def overlap(platform: Running, caller: Calling, brand: BrandCode, asked: OverlapIn) -> OverlapOut:
    """Count how many customers each two segments have in common; nothing is kept."""
    with opened(platform, caller, brand) as (audiences, _):
        found = [audiences.find(audiences.condition_of(code)) for code in asked.segments]
        parts = regions(audiences, found) if len(found) <= REGIONS_OF_MAX else {}
        return OverlapOut(
            segments=asked.segments,
            customers=audiences.overlap(found),
            everyone=audiences.everyone(),
            in_any=in_any(audiences, found),
            regions=[
                OverlapRegionOut(
                    segments=[asked.segments[place] for place in inside], customers=size
                )
                for inside, size in parts.items()
            ],
        )


@router.route(
    "GET", "/v1/brands/{brand}/segments/{segment}/count", permission=Permission.SEGMENTS_READ,
    errors=COUNTING,
)  # fmt: skip
def count(platform: Running, caller: Calling, brand: BrandCode, segment: SegmentCode) -> CountOut:
    """Count who is in a segment now."""
    with opened(platform, caller, brand) as (audiences, _):
        return _count(audiences, audiences.condition_of(segment))


@router.route(
    "GET", "/v1/brands/{brand}/segments/{segment}/portrait", permission=Permission.SEGMENTS_READ,
    errors=DESCRIBING,
)  # fmt: skip
def portrait(
    platform: Running, caller: Calling, brand: BrandCode, segment: SegmentCode
) -> PortraitOut:
    """Describe a segment by all tags, beside everyone."""
    with opened(platform, caller, brand) as (audiences, _):
        audience = audiences.find(audiences.condition_of(segment))
        return _portrait(audiences, audience, caller)


def _as_of(audiences: Audiences, audience: Audience) -> AsOfOut:
    told = audience.as_of
    return AsOfOut(
        counted_at=told.counted_at,
        tags_version=told.bitmap_version,
        lake_as_of=told.lake_as_of,
        computed=[
            ComputedClauseOut(
                says=_says(part.condition, audiences), by=part.by, customers=part.size
            )
            for part in told.computed
        ],
    )


def _says(condition: Condition, audiences: Audiences) -> dict[str, str]:
    reading = audiences.reading
    return {
        language.value: sentence(
            condition, reading.vocabulary, language=language, segments=reading.segments
        )
        for language in Language
    }


def _count(audiences: Audiences, condition: Condition) -> CountOut:
    audience, everyone = audiences.find(condition), audiences.everyone()
    return CountOut(
        customers=audience.size,
        everyone=everyone,
        share_basis_points=share(audience.size, everyone),
        says=_says(condition, audiences),
        as_of=_as_of(audiences, audience),
    )


def _portrait(audiences: Audiences, audience: Audience, caller: Caller) -> PortraitOut:
    if 0 < audience.size < DESCRIBED_MIN and Permission.CUSTOMERS_READ not in caller.permissions:
        raise AudienceTooSmall(at_least=DESCRIBED_MIN)
    found = audiences.portrait(audience)
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
