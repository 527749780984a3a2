"""The document of a weighted score: dimensions of weighted terms, weighted again into 0 to 100.

Whole numbers throughout, rounded in two stated places: a dimension to hundredths of a point, the
score to whole points, both halves up. So a score can be followed with a pocket calculator.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, NamedTuple, Self, TypeAlias

from pydantic import Field, model_validator

from huitong.platform.errors import DomainError, Kind
from huitong.segments.model.models import AMOUNT_MAX, Code, ModelDocument, Names, refuse_twice

POINTS_MAX = 100
WEIGHT_MAX = 10_000
DIMENSIONS_MAX = 30
TERMS_MAX = 50
STEPS_MAX = 100

Points: TypeAlias = Annotated[int, Field(ge=0, le=POINTS_MAX)]
Weight: TypeAlias = Annotated[int, Field(ge=1, le=WEIGHT_MAX)]
Amount: TypeAlias = Annotated[int, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
ValueCode: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
# A tag, or what a model that is no score itself says, by the name that conditions have for it.
InputCode: TypeAlias = Annotated[str, Field(pattern=r"^(tags|models)\.[a-z][a-z0-9_]{0,99}$")]


class ValuePoints(ModelDocument):
    """Points for the values of a tag, `other` for each value that is not named.

    Of several values that a customer has the best one counts, or their points are added up, to 100
    at most.
    """

    kind: Literal["values"] = "values"
    points: Annotated[dict[ValueCode, Points], Field(min_length=1, max_length=1_000)]
    other: Points = 0
    several: Literal["best", "sum"] = "best"


class HasPoints(ModelDocument):
    """Points for having the tag at all, whatever its value or number is."""

    kind: Literal["has"] = "has"
    points: Points = POINTS_MAX


class StepPoints(ModelDocument):
    """Points for a number: those of the highest step it reaches, `below` when it reaches none."""

    kind: Literal["steps"] = "steps"
    steps: Annotated[tuple[tuple[Amount, Points], ...], Field(min_length=1, max_length=STEPS_MAX)]
    below: Points = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        borders = [border for border, _ in self.steps]
        if borders != sorted(set(borders)):
            message = "Steps must rise, each above the one before."
            raise ValueError(message)
        return self


class ScaledPoints(ModelDocument):
    """Points for a number in proportion, from 0 at `zero_at` to 100 at `full_at`, rounded down.

    With `full_at` below `zero_at`, less is more. Numbers beyond either end count as the end.
    """

    kind: Literal["scale"] = "scale"
    zero_at: Amount
    full_at: Amount

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.zero_at == self.full_at:
            message = "A scale needs two different ends."
            raise ValueError(message)
        return self


Reading: TypeAlias = Annotated[
    ValuePoints | HasPoints | StepPoints | ScaledPoints, Field(discriminator="kind")
]


class Term(ModelDocument):
    """One input of a dimension: a tag or a number, what it is worth in points, and its weight."""

    input: InputCode
    weight: Weight = 1
    reading: Reading
    unknown: Points = 0


class Dimension(ModelDocument):
    """One side of the score, such as assets: the mean of its terms by their weights."""

    code: Code
    names: Names
    weight: Weight = 1
    terms: Annotated[tuple[Term, ...], Field(min_length=1, max_length=TERMS_MAX)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse_twice("input", [term.input for term in self.terms])
        return self


class ScoreBand(ModelDocument):
    """A named stretch of the score, from `at_least` points up to the next band."""

    code: Code
    names: Names
    at_least: Points


class WeightedModel(ModelDocument):
    """A score from 0 to 100: the mean of its dimensions by their weights, in named bands.

    A customer of whom no input is known has no score.
    """

    code: Code
    names: Names
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1, max_length=DIMENSIONS_MAX)]
    bands: Annotated[tuple[ScoreBand, ...], Field(min_length=1, max_length=POINTS_MAX + 1)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse_twice("dimension", [dimension.code for dimension in self.dimensions])
        refuse_twice("band", [band.code for band in self.bands])
        borders = [band.at_least for band in self.bands]
        if borders[0] != 0 or borders != sorted(set(borders)):
            message = "Bands must start at 0 and rise, so that every score lies in one."
            raise ValueError(message)
        return self

    def terms(self) -> tuple[Term, ...]:
        """Return the terms of all dimensions, in the order of the document."""
        return tuple(term for dimension in self.dimensions for term in dimension.terms)


class TermExplanation(NamedTuple):
    """What one input gave: its value (`None` when unknown), its points and its weight."""

    input: str
    value: int | tuple[str, ...] | None
    points: int
    weight: int


class DimensionExplanation(NamedTuple):
    """What one dimension came to, in hundredths of a point, and from which terms."""

    code: str
    weight: int
    score_hundredths: int
    terms: tuple[TermExplanation, ...]


@dataclass(frozen=True, slots=True)
class WeightedExplanation:
    """How a score came about; `score` and `band` are `None` when no input is known."""

    score: int | None
    band: ScoreBand | None
    dimensions: tuple[DimensionExplanation, ...]


@dataclass(eq=False)
class InputUnfit(DomainError):
    """A term of a weighted score cannot read its input."""

    code: ClassVar[str] = "segments.input_unfit"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "“{model}” cannot read “{input}”: {problem}"
    model: str
    input: str
    problem: str
