"""Primitives over the facts of a customer: numbers and values, as documents.

Every number is whole; what is unknown stays unknown.
"""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, field_validator, model_validator

from huitong.platform.conditions import Condition
from huitong.segments.model.models import Code, Days, ModelDocument

BASIS_POINTS = 10_000
SUPPORT_MAX = 1_000_000
STEPS_MAX = 40
TOP_MAX = 20
WEIGHT_MAX = 1_000

Facts: TypeAlias = Literal["lines", "orders", "payments"]
FieldName: TypeAlias = Code
Support: TypeAlias = Annotated[int, Field(ge=1, le=SUPPORT_MAX)]
Share: TypeAlias = Annotated[int, Field(ge=0, le=BASIS_POINTS)]


class OverFacts(ModelDocument):
    """What a primitive over facts looks at: which, of them those that `where` leaves, how far back.

    `last_days` days end with today and hold it; without it, the window of the tag; `ever` looks at
    everything.
    """

    facts: Facts = "lines"
    where: Condition | None = None
    last_days: Days | None = None
    ever: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.ever and self.last_days is not None:
            message = "Say `last_days` or `ever`, not both."
            raise ValueError(message)
        if self.last_days == 0:
            message = "A window has at least one day; for everything, say `ever: true`."
            raise ValueError(message)
        return self


class RecencyStep(ModelDocument):
    """Facts of the last so many days, today included, weigh this much each."""

    last_days: Annotated[int, Field(ge=1, le=36_600)]
    weight: Annotated[int, Field(ge=1, le=WEIGHT_MAX)]


class OfValues(OverFacts):
    """What a primitive over the values of a field takes: what each fact adds, and how old it is.

    A fact adds `amount` of its own, or 1. With `recency`, that is multiplied by the first step that
    reaches back to the fact; facts that no step reaches add nothing. `support` is the least sum of
    amounts, recency left aside, below which nothing is known.
    """

    field: FieldName
    amount: FieldName | None = None
    recency: Annotated[tuple[RecencyStep, ...], Field(max_length=STEPS_MAX)] = ()
    support: Support = 1

    @field_validator("recency")
    @classmethod
    def _rises(cls, steps: tuple[RecencyStep, ...]) -> tuple[RecencyStep, ...]:
        days = [step.last_days for step in steps]
        if days != sorted(set(days)):
            message = "The steps of recency must rise in days."
            raise ValueError(message)
        return steps


# Numbers over facts.


class Count(OverFacts):
    """How many facts there are; of none 0."""

    primitive: Literal["count"]


class HasAny(OverFacts):
    """1 when there is a fact, else 0."""

    primitive: Literal["any"]


class Sum(OverFacts):
    """The sum of a number; of none 0, unknown numbers add nothing."""

    primitive: Literal["sum"]
    field: FieldName


class Mean(OverFacts):
    """The mean of the known numbers, halves up."""

    primitive: Literal["mean"]
    field: FieldName
    support: Support = 1


class Minimum(OverFacts):
    """The least known number."""

    primitive: Literal["minimum"]
    field: FieldName


class Maximum(OverFacts):
    """The greatest known number."""

    primitive: Literal["maximum"]
    field: FieldName


class Median(OverFacts):
    """The lower median: the least number that at least half of the known ones do not exceed."""

    primitive: Literal["median"]
    field: FieldName
    support: Support = 1


class Quantile(OverFacts):
    """The least known number that at least this share of the known ones does not exceed."""

    primitive: Literal["quantile"]
    field: FieldName
    share_bp: Annotated[int, Field(ge=1, le=BASIS_POINTS)]
    support: Support = 1


class Distinct(OverFacts):
    """How many different known values a field has; of none 0."""

    primitive: Literal["distinct"]
    field: FieldName


class Share_(OverFacts):  # noqa: N801 - because `Share` is the number.
    """Which share of the facts, or of the sum of a number, `part` leaves; in basis points."""

    primitive: Literal["share"]
    part: Condition
    amount: FieldName | None = None
    support: Support = 1


class Gap(OverFacts):
    """The mean number of days between the different days with facts, halves up."""

    primitive: Literal["gap"]
    days_min: Annotated[int, Field(ge=2, le=1_000)] = 2


class SinceLast(OverFacts):
    """Days from the day of the last fact to today; on the day itself 0."""

    primitive: Literal["since_last"]


class SinceFirst(OverFacts):
    """Days from the day of the first fact to today."""

    primitive: Literal["since_first"]


class Trend(OverFacts):
    """The last `days` days beside the `days` before them, in basis points: 10000 is no change.

    What is compared is the number of facts, or the sum of `amount`. Unknown when the earlier half
    has nothing.
    """

    primitive: Literal["trend"]
    days: Annotated[int, Field(ge=1, le=18_300)]
    amount: FieldName | None = None


# Values over facts.


class First(OverFacts):
    """The value of the first fact whose value is known, by instant, then order, then line."""

    primitive: Literal["first"]
    field: FieldName


class Last(OverFacts):
    """The value of the last fact whose value is known, by instant, then order, then line."""

    primitive: Literal["last"]
    field: FieldName


class Mode(OfValues):
    """The value that weighs most; of equals the one bought last, then the first word of the field.

    It must also have at least `share_bp` of the whole weight.
    """

    primitive: Literal["mode"]
    share_bp: Share = 0


class TopShare(OfValues):
    """Which share of the whole weight the heaviest value has, in basis points."""

    primitive: Literal["top_share"]


class Top(OfValues):
    """The `most` values that weigh most, ties as in `mode`: several values."""

    primitive: Literal["top"]
    most: Annotated[int, Field(ge=1, le=TOP_MAX)]
    share_bp: Share = 0


class Members(OfValues):
    """All values whose own amount, recency left aside, is at least `each`: several values."""

    primitive: Literal["members"]
    each: Support = 1
