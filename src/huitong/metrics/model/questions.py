"""What is asked of metrics, what is answered, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, TypeAlias

from huitong.metrics.model.definitions import Metric
from huitong.platform.errors import DomainError, Kind

METRICS_MAX = 20
DIMENSIONS_MAX = 4
ROWS_MAX = 50_000

# A value of a dimension: a code, the first day of a period, a number; None is unknown.
Key: TypeAlias = str | int | date | None


class Compare(StrEnum):
    """What figures are held against.

    The stretch of time before, the same dates a year before, or the days around the Spring Festival
    of a year before.
    """

    PREVIOUS = "previous"
    LAST_YEAR = "last_year"
    SPRING_FESTIVAL = "spring_festival"


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `since` to the day before `until`."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Within:
    """The stores and guides, by code, that figures are of: what is in one, or by one, counts."""

    stores: tuple[str, ...]
    guides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Which metrics, cut by what, of which days, and held against which.

    The days are those from `since` to the day before `until`. Without `until` they end with the day
    on which the lake was refreshed; without `since` they begin with the month of the last of them.
    With `within` only what was in some stores, or by some guides, counts.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    compare: Compare | None = None
    within: Within | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, and of a ratio the two exact numbers that it is made of; None is unknown."""

    value: int | None
    of: int | None = None
    to: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one cut, in the order of the metrics; `before` are those compared with."""

    keys: tuple[Key, ...]
    figures: tuple[Figure, ...]
    before: tuple[Figure, ...] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The figures of a brand as its lake knew them at `as_of`.

    `total` is computed for itself, as are all rows: nothing is added up that must not be. It is
    None where a metric makes no sense uncut. `labels` are the names of a dimension's codes, where
    the organisation knows them.
    """

    metrics: tuple[Metric, ...]
    by: tuple[str, ...]
    span: Span
    before: Span | None
    rows: tuple[Row, ...]
    total: Row | None
    as_of: datetime
    version: int
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(eq=False)
class UnknownMetric(DomainError):
    """No metric has this code."""

    code: ClassVar[str] = "metrics.unknown_metric"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "There is no metric “{metric}”: “huitong metrics list” names them all."
    )
    metric: str


@dataclass(eq=False)
class UnknownDimension(DomainError):
    """A metric cannot be cut by this."""

    code: ClassVar[str] = "metrics.unknown_dimension"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "“{metric}” cannot be cut by “{dimension}”: it can by {allowed}."
    metric: str
    dimension: str
    allowed: str


@dataclass(eq=False)
class DimensionMissing(DomainError):
    """A metric says nothing unless it is cut by this."""

    code: ClassVar[str] = "metrics.dimension_missing"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "“{metric}” has to be cut by {dimensions}: add what is missing."
    metric: str
    dimensions: str


@dataclass(eq=False)
class NotByStore(DomainError):
    """Somebody who sees some stores only asked for what cannot be told of them alone."""

    code: ClassVar[str] = "metrics.not_by_store"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "“{metric}” is of the whole brand and cannot be told for your stores alone: choose one"
        " that can be cut by {dimension}."
    )
    metric: str
    dimension: str


@dataclass(eq=False)
class WrongQuestion(DomainError):
    """The question contradicts itself, or asks for too much at once."""

    code: ClassVar[str] = "metrics.wrong_question"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The question cannot be answered: {reason}."
    reason: str


@dataclass(eq=False)
class TooManyRows(DomainError):
    """The figures are cut into more pieces than anybody reads."""

    code: ClassVar[str] = "metrics.too_many_rows"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "That would be {rows} rows or more, of at most {rows_max}: ask for fewer days, or cut by"
        " less."
    )
    rows: int
    rows_max: int = ROWS_MAX
