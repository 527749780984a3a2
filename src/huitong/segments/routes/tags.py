"""HTTP in: the tags of a brand, and how many customers have each."""

from datetime import date, datetime
from typing import Annotated, Any, TypeAlias

from fastapi import Path, Response
from pydantic import BaseModel

from huitong import org
from huitong.org.model import BrandNotFound
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, Narrowing, Router, Running, etag
from huitong.segments.model.tag_versions import TagVersion
from huitong.segments.model.tags import (
    NumberValues,
    Tag,
    TagKind,
    TagNotFound,
)
from huitong.segments.queries import tag_documents as documents
from huitong.segments.queries import tag_figures as figures
from huitong.segments.queries import tags as queries
from huitong.segments.queries.audiences import SETS
from huitong.segments.queries.tag_figures import TagFigures, ValueFigure
from huitong.segments.routes.definitions import BrandCode
from huitong.segments.rules.tag_plans import lineage_of

router = Router(tag="tags")

ALL_BASIS_POINTS = 10_000

TagCode: TypeAlias = Annotated[str, Path(max_length=50, description="The tag's code.")]


class TagListed(BaseModel):
    """A tag with how many customers it is known of, as of the newest refresh.

    `values` is how many values the definition lists, `unit` what a number counts; a tag with
    neither takes whatever values its field has.
    """

    code: str
    names: dict[str, str]
    meaning: dict[str, str]
    kind: TagKind
    is_multi: bool
    values: int | None
    unit: str | None
    version: int
    customers: int
    share_basis_points: int


class TagsOut(BaseModel):
    """The tags of a brand; `as_of` is the day of the newest refresh, None before the first."""

    as_of: date | None
    customers: int
    items: list[TagListed]


class TagValueOut(BaseModel):
    """A value with how many customers have it; of a number there is one, `known`."""

    code: str
    names: dict[str, str]
    customers: int
    share_basis_points: int


class TagShown(BaseModel):
    """A tag: its definition, the columns of the lake it comes from, and how many have each value.

    Version 0 is as shipped.
    """

    document: dict[str, Any]
    version: int
    changed_at: datetime | None
    changed_by: str | None
    is_archived: bool
    comes_from: list[str]
    as_of: date | None
    customers: int
    of_customers: int
    values: list[TagValueOut]


class DayOfTagOut(BaseModel):
    """How many customers had each value of a tag as of a refresh; `null` is a number's `known`."""

    version: int
    day: date
    customers: dict[str, int]


class TrendOut(BaseModel):
    """A tag refresh by refresh, the latest first."""

    items: list[DayOfTagOut]


@router.route(
    "GET",
    "/v1/brands/{brand}/tags",
    permission=Permission.TAGS_READ,
    narrowing=Narrowing.ANYBODY,
    errors=[BrandNotFound],
)
def list_tags(platform: Running, caller: Calling, brand: BrandCode) -> TagsOut:
    """List the tags of a brand with how many customers each is known of."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        found = [
            one
            for one in documents.tags_in_versions(tx, brand_id=brand_id).values()
            if not one.is_archived
        ]
        tags = [one.tag for one in found]
        told = figures.tag_figures(tx, brand_id=brand_id, tags=tags, cache=SETS)
    items = [_listed(one, told) for one in sorted(found, key=lambda one: one.tag.code)]
    if told is None:
        return TagsOut(as_of=None, customers=0, items=items)
    return TagsOut(as_of=told.as_of, customers=told.customers, items=items)


@router.route(
    "GET",
    "/v1/brands/{brand}/tags/{tag}",
    permission=Permission.TAGS_READ,
    narrowing=Narrowing.ANYBODY,
    errors=[BrandNotFound, TagNotFound],
)
def show_tag(
    platform: Running, caller: Calling, brand: BrandCode, tag: TagCode, response: Response
) -> TagShown:
    """Show what a tag says, where it comes from, and its distribution; `ETag` is its version."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        found = documents.versions_of_tag(tx, brand_id=brand_id, code=tag)[0]
        told = figures.tag_figures(tx, brand_id=brand_id, tags=[found.tag], cache=SETS)
        words = queries.words(tx, brand_id=brand_id)
        own = queries.definitions(tx, brand_id=brand_id)
    lineage = lineage_of({**own.tags, tag: found.tag}, own.lookups, own.festivals)
    response.headers["ETag"] = etag(found.version)
    counted = {} if told is None else told.counts.get(tag, {})
    values = figures.figures_of_values(found.tag, counted, words)
    everybody = 0 if told is None else told.customers
    return TagShown(
        document=document_of(found.tag),
        version=found.version,
        changed_at=found.changed_at,
        changed_by=found.changed_by,
        is_archived=found.is_archived,
        comes_from=list(lineage[tag]),
        as_of=None if told is None else told.as_of,
        customers=0 if told is None else told.known[tag],
        of_customers=everybody,
        values=[_value(one, everybody) for one in values],
    )


@router.route(
    "GET",
    "/v1/brands/{brand}/tags/{tag}/trend",
    permission=Permission.TAGS_READ,
    errors=[BrandNotFound, TagNotFound],
)
def show_trend(platform: Running, caller: Calling, brand: BrandCode, tag: TagCode) -> TrendOut:
    """Tell how many customers had each value refresh by refresh, the latest first."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        found = documents.versions_of_tag(tx, brand_id=brand_id, code=tag)[0]
        texts = queries.texts_of(tx, found.tag, brand_id=brand_id)
        rows = queries.trend(tx, brand_id=brand_id, tag=tag)
    days: dict[int, DayOfTagOut] = {}
    for version, day, number, customers in rows:
        own = days.setdefault(version, DayOfTagOut(version=version, day=day, customers={}))
        code, _ = texts.get(number, (str(number), ""))
        own.customers[code] = customers
    return TrendOut(items=list(days.values()))


def _listed(found: TagVersion, told: TagFigures | None) -> TagListed:
    tag = found.tag
    customers = 0 if told is None else told.known[tag.code]
    return TagListed(
        code=tag.code,
        names=tag.names.model_dump(),
        meaning=tag.meaning.model_dump(),
        kind=tag.kind,
        is_multi=tag.multi,
        values=len(tag.values) if isinstance(tag.values, tuple) else None,
        unit=tag.values.unit if isinstance(tag.values, NumberValues) else None,
        version=found.version,
        customers=customers,
        share_basis_points=_share(customers, 0 if told is None else told.customers),
    )


def _value(figure: ValueFigure, everybody: int) -> TagValueOut:
    return TagValueOut(
        code=figure.code,
        names={"zh": figure.zh, "en": figure.en},
        customers=figure.customers,
        share_basis_points=_share(figure.customers, everybody),
    )


def document_of(tag: Tag) -> dict[str, Any]:
    """Return a definition ready for JSON, without what is as it is unless said."""
    told: dict[str, Any] = tag.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return told


def _share(part: int, whole: int) -> int:
    return part * ALL_BASIS_POINTS // whole if whole else 0
