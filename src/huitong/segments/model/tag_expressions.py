"""What a tag is computed from: typed primitives over the facts of a customer, as documents.

Every number is whole. What is unknown stays unknown through every primitive that takes it; the one
exception is stated at `cases`. Which rule for nothing, for ties and for zones each primitive has is
the table in docs/howto/tags.md; each row of it has a test written by hand.
"""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, field_validator, model_validator

from huitong.platform.conditions import Condition
from huitong.segments.model.models import AMOUNT_MAX, Code, Days, ModelDocument

BASIS_POINTS = 10_000
SUPPORT_MAX = 1_000_000
STEPS_MAX = 40
TOP_MAX = 20
WEIGHT_MAX = 1_000

Facts: TypeAlias = Literal["lines", "orders", "payments"]
FieldName: TypeAlias = Code
ValueCode: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
Whole: TypeAlias = Annotated[int, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
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


# Of the customer, of what was given, of other tags.


class Attribute(ModelDocument):
    """A field of the customer: a value, or a number."""

    primitive: Literal["attribute"]
    field: FieldName


class AttributeSince(ModelDocument):
    """Days from a day of the customer's to today."""

    primitive: Literal["attribute_since"]
    field: FieldName


class Given(ModelDocument):
    """What somebody said by hand or by a file, as long as it holds."""

    primitive: Literal["given"]


class TagOf(ModelDocument):
    """What another tag says: its number, or its value under its own code."""

    primitive: Literal["tag"]
    tag: Code


# Numbers and values of expressions.


class Constant(ModelDocument):
    """A number."""

    primitive: Literal["constant"]
    number: Whole


class Ratio(ModelDocument):
    """One number in basis points of another, halves up; unknown where the other is 0 or less."""

    primitive: Literal["ratio"]
    of: "Expression"
    to: "Expression"
    support: Support = 1


class Quotient(ModelDocument):
    """One number divided by another, halves up; unknown where the other is 0 or less."""

    primitive: Literal["quotient"]
    of: "Expression"
    by: "Expression"


class Plus(ModelDocument):
    """The sum of numbers."""

    primitive: Literal["plus"]
    of: Annotated[tuple["Expression", ...], Field(min_length=2, max_length=STEPS_MAX)]


class Minus(ModelDocument):
    """One number less another."""

    primitive: Literal["minus"]
    of: "Expression"
    less: "Expression"


class BandStep(ModelDocument):
    """A value for numbers from `at_least` on, up to the next step."""

    value: ValueCode
    at_least: Whole | None = None


class Band(ModelDocument):
    """The value of the last step that a number reaches; the first step may lack a border."""

    primitive: Literal["band"]
    of: "Expression"
    steps: Annotated[tuple[BandStep, ...], Field(min_length=1, max_length=STEPS_MAX)]
    unknown: ValueCode | None = None

    @field_validator("steps")
    @classmethod
    def _rises(cls, steps: tuple[BandStep, ...]) -> tuple[BandStep, ...]:
        borders = [step.at_least for step in steps[1:]]
        own = [steps[0].at_least] if steps[0].at_least is not None else []
        known = [*own, *(border for border in borders if border is not None)]
        if None in borders or known != sorted(set(known)):
            message = "Only the first step may lack a border, and borders must rise."
            raise ValueError(message)
        return steps


class Score(ModelDocument):
    """1 and one more for each border that a number reaches; equal numbers always score equal."""

    primitive: Literal["score"]
    of: "Expression"
    borders: Annotated[tuple[Whole, ...], Field(min_length=1, max_length=STEPS_MAX)]
    less_is_more: bool = False

    @field_validator("borders")
    @classmethod
    def _rises(cls, borders: tuple[int, ...]) -> tuple[int, ...]:
        if list(borders) != sorted(set(borders)):
            message = "Borders must rise."
            raise ValueError(message)
        return borders


class Recode(ModelDocument):
    """Another value for a value; what is not in the list becomes `other`, or unknown."""

    primitive: Literal["recode"]
    of: "Expression"
    to: Annotated[dict[str, ValueCode], Field(min_length=1, max_length=5_000)]
    other: ValueCode | None = None


class Case(ModelDocument):
    """A value for those whose numbers and values all lie in the given ranges and lists."""

    value: ValueCode
    when: Annotated[tuple["Test", ...], Field(min_length=1, max_length=STEPS_MAX)]


class Test(ModelDocument):
    """Whether an expression is one of some values, or reaches a number and stays below another."""

    __test__ = False

    of: "Expression"
    in_: Annotated[tuple[str, ...], Field(max_length=1_000)] = Field(default=(), alias="in")
    at_least: Whole | None = None
    less_than: Whole | None = None
    is_known: bool | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        said = [self.in_ != (), self.is_known is not None]
        said.append(self.at_least is not None or self.less_than is not None)
        if sum(said) != 1:
            message = "A test says `in`, `is_known`, or a range by `at_least` and `less_than`."
            raise ValueError(message)
        return self


class Cases(ModelDocument):
    """The first case whose tests all hold; a test of what is unknown does not hold."""

    primitive: Literal["cases"]
    cases: Annotated[tuple[Case, ...], Field(min_length=1, max_length=STEPS_MAX)]
    other: ValueCode | None = None


Expression: TypeAlias = Annotated[
    Count
    | HasAny
    | Sum
    | Mean
    | Minimum
    | Maximum
    | Median
    | Quantile
    | Distinct
    | Share_
    | Gap
    | SinceLast
    | SinceFirst
    | Trend
    | First
    | Last
    | Mode
    | TopShare
    | Top
    | Members
    | Attribute
    | AttributeSince
    | Given
    | TagOf
    | Constant
    | Ratio
    | Quotient
    | Plus
    | Minus
    | Band
    | Score
    | Recode
    | Cases,
    Field(discriminator="primitive"),
]

for _each in (Ratio, Quotient, Plus, Minus, Band, Score, Recode, Test, Case, Cases):
    _each.model_rebuild()
