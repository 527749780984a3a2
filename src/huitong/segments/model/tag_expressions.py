"""What a tag is computed from: typed primitives over the facts of a customer, as documents.

Every number is whole. What is unknown stays unknown through every primitive that takes it; the one
exception is stated at `cases`. Which rule for nothing, for ties and for zones each primitive has is
the table in docs/howto/tags.md; each row of it has a test written by hand.
"""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, field_validator, model_validator

from huitong.segments.model.models import AMOUNT_MAX, Code, ModelDocument
from huitong.segments.model.tag_fact_primitives import (
    STEPS_MAX,
    Count,
    Distinct,
    FieldName,
    First,
    Gap,
    HasAny,
    Last,
    Maximum,
    Mean,
    Median,
    Members,
    Minimum,
    Mode,
    Quantile,
    Share_,
    SinceFirst,
    SinceLast,
    Sum,
    Support,
    Top,
    TopShare,
    Trend,
)

ValueCode: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
Whole: TypeAlias = Annotated[int, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]


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
