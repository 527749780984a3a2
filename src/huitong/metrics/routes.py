"""HTTP in: which metrics there are, and their figures in a brand."""

from datetime import date, datetime
from typing import Annotated, TypeAlias

from fastapi import Path, Query, Response
from pydantic import BaseModel, Field

from huitong import metrics
from huitong.metrics.model import (
    DIMENSIONS_MAX,
    METRICS_MAX,
    Answer,
    Compare,
    DimensionMissing,
    Grain,
    Metric,
    Names,
    NotByStore,
    Question,
    TooManyRows,
    Unit,
    UnknownDimension,
    UnknownMetric,
    Within,
    WrongQuestion,
)
from huitong.org.model import BrandNotFound
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, Permission
from huitong.platform.http import Calling, Narrowing, Router, Running, Seeing
from huitong.platform.lake import LakeDamaged, LakeEmpty
from huitong.platform.seen import Seen

router = Router(tag="metrics")

Text: TypeAlias = Annotated[str, Query(max_length=100)]
BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]


# What a question may be refused for.
REFUSED = (
    BrandNotFound,
    UnknownMetric,
    UnknownDimension,
    DimensionMissing,
    NotByStore,
    WrongQuestion,
    TooManyRows,
    LakeEmpty,
    LakeDamaged,
)


class Csv(Response):
    """A table as comma-separated text."""

    media_type = "text/csv"


class NamesOut(BaseModel):
    """What people call it."""

    zh: str
    en: str


class MetricOut(BaseModel):
    """A metric: what it means and how it may be cut."""

    code: str
    names: NamesOut
    meaning: NamesOut
    owner: str
    unit: Unit
    is_ratio: bool = Field(description="A number over another, which no sum can be made of.")
    decimals: int = Field(description="Figures are whole numbers of 10^-decimals of the unit.")
    formula: str
    excludes: list[str]
    dimensions: list[str]
    grain: list[str] = Field(description="Dimensions without which it says nothing.")
    additive: list[str] = Field(description="Dimensions over which figures may be added up.")


class DimensionOut(BaseModel):
    """Something that figures are cut by, and what its codes are called where they have names."""

    names: NamesOut
    labels: dict[str, NamesOut]


class MetricsOut(BaseModel):
    """Every metric there is, and what people call its dimensions and units."""

    items: list[MetricOut]
    dimensions: dict[str, DimensionOut]
    units: dict[Unit, NamesOut]
    grains: list[Grain] = Field(description="The dimensions that are lengths of time.")


class FigureOut(BaseModel):
    """A figure in the metric's unit; null is unknown, as a rate of nothing is."""

    value: int | None
    of: int | None = Field(None, description="Of a ratio: the number that is divided.")
    to: int | None = Field(None, description="Of a ratio: the number it is divided by.")
    before: int | None = Field(None, description="The figure it is compared with.")
    change: int | None = Field(None, description="In the metric's unit.")
    change_basis_points: int | None = Field(None, description="Of what was before.")


class FiguresRowOut(BaseModel):
    """The figures of one cut; a key of null is what is unknown."""

    by: dict[str, str | int | None]
    figures: dict[str, FigureOut]


class AskedOut(BaseModel):
    """A metric that was asked for."""

    code: str
    names: NamesOut
    unit: Unit
    decimals: int


class FiguresOut(BaseModel):
    """Figures of a brand as its lake knew them at `as_of`; days run from `since` to `until`."""

    metrics: list[AskedOut]
    by: list[str]
    since: date
    until: date
    compared_since: date | None
    compared_until: date | None
    rows: list[FiguresRowOut]
    labels: dict[str, dict[str, str]] = Field(
        description="Of dimensions whose codes have names, such as stores: the names by code."
    )
    total: dict[str, FigureOut] | None = Field(
        description="Computed for itself; null where a metric says nothing uncut."
    )
    as_of: datetime
    lake_version: int


@router.route("GET", "/v1/metrics", permission=Permission.METRICS_READ, narrowing=Narrowing.ANYBODY)
def list_all() -> MetricsOut:
    """List every metric with its meaning and what it can be cut by."""
    return MetricsOut(
        items=[_out(one) for one in metrics.shipped().values()],
        dimensions={
            code: DimensionOut(
                names=_names(one.names),
                labels={key: _names(names) for key, names in one.labels.items()},
            )
            for code, one in metrics.DIMENSIONS.items()
        },
        units={unit: _names(names) for unit, names in metrics.UNITS.items()},
        grains=[*Grain],
    )


@router.route(
    "GET",
    "/v1/brands/{brand}/figures",
    permission=Permission.METRICS_READ,
    narrowing=Narrowing.NARROWED,
    errors=[*REFUSED],
)
def show_figures(
    platform: Running,
    caller: Calling,
    seen: Seeing,
    brand: BrandCode,
    *,
    metric: Annotated[list[Text], Query(min_length=1, max_length=METRICS_MAX)],
    by: Annotated[
        list[Text],
        Query(max_length=DIMENSIONS_MAX, description="Dimensions that figures are cut by."),
    ] = [],  # noqa: B006 - FastAPI makes a new list for each request
    since: Annotated[date | None, Query(description="The first day, in the brand's zone.")] = None,
    until: Annotated[date | None, Query(description="The day after the last one.")] = None,
    compare: Compare | None = None,
) -> FiguresOut:
    """Tell figures of a brand from its lake, cut and compared as asked.

    Who sees some stores only is told those of their stores, or what they did themselves.
    """
    question = Question(tuple(metric), tuple(by), since, until, compare, _within(seen))
    return FiguresOut.model_validate(metrics.written(_answer(platform, caller, brand, question)))


@router.route(
    "GET",
    "/v1/brands/{brand}/figures.csv",
    permission=Permission.METRICS_READ,
    narrowing=Narrowing.NARROWED,
    errors=[*REFUSED],
    response_class=Csv,
    answer_example="store,store_name,sales\r\nS1,Main street,1048.80\r\n",
)
def export_figures(
    platform: Running,
    caller: Calling,
    seen: Seeing,
    brand: BrandCode,
    *,
    metric: Annotated[list[Text], Query(min_length=1, max_length=METRICS_MAX)],
    by: Annotated[list[Text], Query(max_length=DIMENSIONS_MAX)] = [],  # noqa: B006 - as above
    since: date | None = None,
    until: date | None = None,
    compare: Compare | None = None,
) -> Csv:
    """Answer the same figures as a file for spreadsheets, as “huitong metrics query --csv” does."""
    question = Question(tuple(metric), tuple(by), since, until, compare, _within(seen))
    rows = metrics.shown_rows(_answer(platform, caller, brand, question))
    return Csv(
        metrics.csv_of(rows), headers={"Content-Disposition": 'attachment; filename="figures.csv"'}
    )


def _answer(platform: Platform, caller: Caller, brand: str, question: Question) -> Answer:
    with platform.database.reading(caller.scope()) as tx:
        figures = metrics.figures_of_brand(tx, code=brand, open_lake=platform.open_lake)
    return figures.query(question)


def _within(seen: Seen) -> Within | None:
    if seen.everything():
        return None
    stores, guides = seen.of_stores().values(), seen.selves.values()
    return Within(tuple(sorted(stores)), tuple(sorted(guides)))


def _names(names: Names) -> NamesOut:
    return NamesOut(zh=names.zh, en=names.en)


def _out(metric: Metric) -> MetricOut:
    return MetricOut(
        code=metric.code,
        names=_names(metric.names),
        meaning=_names(metric.meaning),
        owner=metric.owner,
        unit=metric.unit,
        is_ratio=metric.is_ratio,
        decimals=metric.decimals,
        formula=metrics.formula(metric),
        excludes=[*metric.excludes],
        dimensions=[*Grain, *metric.dimensions],
        grain=[*metric.grain],
        additive=[*metric.additive],
    )
