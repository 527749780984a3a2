"""Stored documents of models, what was fitted by them, their refreshes, and the refusals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple, TypeAlias

from huitong.platform.errors import DomainError, Kind
from huitong.segments.model.lifecycle import LifecycleModel
from huitong.segments.model.lifetime import LifetimeFit, LifetimeModel
from huitong.segments.model.rfm import RfmModel, RfmThresholds
from huitong.segments.model.weighted import WeightedModel


class ModelKind(StrEnum):
    """What a model computes."""

    RFM = "rfm"
    LIFECYCLE = "lifecycle"
    LIFETIME = "lifetime"
    WEIGHTED = "weighted"


Document: TypeAlias = RfmModel | LifecycleModel | LifetimeModel | WeightedModel
Fitted: TypeAlias = RfmThresholds | LifetimeFit

DOCUMENTS: Mapping[ModelKind, type[Document]] = {
    ModelKind.RFM: RfmModel,
    ModelKind.LIFECYCLE: LifecycleModel,
    ModelKind.LIFETIME: LifetimeModel,
    ModelKind.WEIGHTED: WeightedModel,
}
# What is taken from all customers before one can be scored; the other kinds need nothing.
FITS: Mapping[ModelKind, type[Fitted]] = {
    ModelKind.RFM: RfmThresholds,
    ModelKind.LIFETIME: LifetimeFit,
}


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A document of a brand; version 0 is the one that comes with Huitong, not stored yet."""

    code: str
    kind: ModelKind
    version: int
    document: Document
    put_by: str | None = None
    put_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ModelFit:
    """Thresholds or parameters as taken on a day, from which version of the lake, by whom."""

    code: str
    fit: int
    model_version: int
    fitted: Fitted
    taken_on: date
    lake_version: int
    taken_by: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class ModelRefresh:
    """A refresh of one model: as of which day and lake, by which version, fit and bitmaps.

    `files` is where the lake's folder holds what is kept of each customer; `summary` is what the
    grid and the counts are told from.
    """

    code: str
    refresh: int
    kind: ModelKind
    model_version: int
    fit: int | None
    lake_version: int
    on_day: date
    ordinals: int
    evaluated: int
    is_full: bool
    files: str
    summary: Mapping[str, list[int]]
    refreshed_at: datetime


@dataclass(frozen=True, slots=True)
class ModelSkipped:
    """A model that a refresh left out, and why."""

    code: str
    why: str


@dataclass(frozen=True, slots=True)
class ModelsRefreshed:
    """What a refresh did; a model that stands as it was tells its former refresh."""

    done: Sequence[ModelRefresh]
    skipped: Sequence[ModelSkipped]


class OrderTold(NamedTuple):
    """An order as a model sees it; `left_out` is why it is no purchase, `None` of a purchase."""

    order_id: int
    order_no: str
    channel_account_id: int
    day: date
    paid_minor: int
    refunded_minor: int
    left_out: str | None


@dataclass(eq=False)
class CustomerUnknown(DomainError):
    """The lake has no such customer of the brand, or an erased one."""

    code: ClassVar[str] = "segments.customer_unknown"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "The lake knows no such customer of this brand: check the id, or refresh the lake if they"
        " are new."
    )


@dataclass(eq=False)
class ModelUnknown(DomainError):
    """The brand has no model of that code."""

    code: ClassVar[str] = "segments.model_unknown"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is no model “{model}”; there are {known}."
    model: str
    known: str


@dataclass(eq=False)
class ModelOfOtherKind(DomainError):
    """The model does not compute what is asked for."""

    code: ClassVar[str] = "segments.model_of_other_kind"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "“{model}” is a model of kind {found}; this needs one of {wanted}."
    model: str
    found: str
    wanted: str


@dataclass(eq=False)
class ModelOnlyOfNow(DomainError):
    """The model reads tags, which are kept as they are now alone."""

    code: ClassVar[str] = "segments.model_only_of_now"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "“{model}” is a score of tags, and tags are those of now: leave the day out."
    )
    model: str


@dataclass(eq=False)
class FlowsUnfit(DomainError):
    """The days are no span that the history tells of."""

    code: ClassVar[str] = "segments.flows_unfit"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "From {since} until {until} is no span: the first day must be earlier than the second,"
        " which counts no more and is at most {last}, the day after the last refresh's."
    )
    since: str
    until: str
    last: str


@dataclass(eq=False)
class ModelNotFitted(DomainError):
    """Nothing was taken from the customers yet that they could be scored by."""

    code: ClassVar[str] = "segments.model_not_fitted"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "“{model}” was never fitted: run “huitong models fit {model}”."
    model: str


@dataclass(eq=False)
class ModelNotRefreshed(DomainError):
    """The model has no results yet."""

    code: ClassVar[str] = "segments.model_not_refreshed"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "“{model}” has no results yet: run “huitong models refresh”."
    model: str


@dataclass(eq=False)
class ModelInvalid(DomainError):
    """A document of a model is not one."""

    code: ClassVar[str] = "segments.model_invalid"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The model cannot be taken: {problems}."
    problems: str


@dataclass(eq=False)
class ModelChanged(DomainError):
    """Somebody else changed the model, or its fit, in the meantime."""

    code: ClassVar[str] = "segments.model_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "“{model}” was changed in the meantime: look at it and do it again."
    model: str
