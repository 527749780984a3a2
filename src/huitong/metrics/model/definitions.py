"""The document of a metric: what it means to people, and what it is computed from."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from huitong.customers.model import Classed

CODE_PATTERN = r"^[a-z][a-z0-9_]{0,49}$"
SENTENCE_LENGTH_MAX = 600
MEASURES_MAX = 10
AT_LEAST_MAX = 1_000
DECIMALS_MAX = 4
ONE_IN_BASIS_POINTS = 10_000

Code: TypeAlias = Annotated[str, Field(pattern=CODE_PATTERN)]
Sentence: TypeAlias = Annotated[str, Field(min_length=1, max_length=SENTENCE_LENGTH_MAX)]


class Document(BaseModel):
    """A part of a definition; what it does not know it refuses."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(Document):
    """What people call it, or what it means, in Chinese and in English."""

    zh: Sentence
    en: Sentence


class Unit(StrEnum):
    """What a figure counts; all figures are whole numbers of it, or of a decimal place of it."""

    FEN = "fen"
    ORDERS = "orders"
    CUSTOMERS = "customers"
    PIECES = "pieces"
    POINTS = "points"
    DAYS = "days"
    BASIS_POINTS = "basis_points"


class Repeated(Document):
    """Counts what has at least so many different values of a column, such as days of a customer."""

    each: Code
    distinct: Code
    at_least: Annotated[int, Field(ge=2, le=AT_LEAST_MAX)]


class Measure(Document):
    """One exact number of a fact: a sum, a number of rows, or of different values.

    `where` leaves the rows whose columns have these values. A measure `at_end` counts what was
    there at the end of a period, whenever it began. `ignores` names dimensions that the measure is
    not cut by, for the whole that a part is a share of. `dated` is the day that a row counts on,
    where it is not the fact's own.
    """

    of: Code
    sum: Code | None = None
    distinct: Code | None = None
    rows: Literal[True] | None = None
    repeated: Repeated | None = None
    where: Mapping[Code, bool | tuple[str, ...]] = Field(default_factory=dict)
    dated: Code | None = None
    at_end: bool = False
    ignores: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        given = [self.sum, self.distinct, self.rows, self.repeated]
        if sum(one is not None for one in given) != 1:
            message = "a measure is one of: sum, distinct, rows, repeated"
            raise ValueError(message)
        if self.at_end and self.sum is None and self.rows is None:
            message = "only a sum or a number of rows can be told as of the end of a period"
            raise ValueError(message)
        return self


class Value(Document):
    """How measures make the figure: some added, some taken off, the result over another."""

    plus: Annotated[tuple[Code, ...], Field(min_length=1)]
    minus: tuple[Code, ...] = ()
    over: Code | None = None


class Metric(Document):
    """One metric, defined once for every outlet.

    `grain` names dimensions that it makes no sense without; `additive` those over which its figures
    may be added up, `time` standing for every length of time; `excludes` the kinds of sales and
    buyers that it leaves out. A ratio is rounded half up to `decimals` places of its unit.
    """

    code: Code
    names: Names
    meaning: Names
    owner: Code
    unit: Unit
    decimals: Annotated[int, Field(ge=0, le=DECIMALS_MAX)] = 0
    measures: Annotated[Mapping[Code, Measure], Field(min_length=1, max_length=MEASURES_MAX)]
    value: Value
    excludes: tuple[Classed, ...] = ()
    dimensions: tuple[Code, ...] = ()
    grain: tuple[Code, ...] = ()
    additive: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        used = {*self.value.plus, *self.value.minus, *filter(None, [self.value.over])}
        if used != set(self.measures):
            message = f"the value uses {sorted(used)}, the measures are {sorted(self.measures)}"
            raise ValueError(message)
        if self.is_ratio and self.additive:
            message = "a ratio cannot be added up"
            raise ValueError(message)
        if not self.is_ratio and self.scale != 1:
            message = "only a ratio has decimals or basis points; sums and counts are exact"
            raise ValueError(message)
        if strays := set(self.additive) - {*self.dimensions, "time"}:
            message = f"additive over {sorted(strays)}, which are none of its dimensions"
            raise ValueError(message)
        return self

    @property
    def is_ratio(self) -> bool:
        """Tell whether the figure is one number over another."""
        return self.value.over is not None

    @property
    def is_share(self) -> bool:
        """Tell whether the figure is a part of a whole, whose change is told in points of it."""
        return self.unit is Unit.BASIS_POINTS

    @property
    def scale(self) -> int:
        """Return what a ratio is multiplied by before it is rounded to a whole number."""
        whole = ONE_IN_BASIS_POINTS if self.is_share else 1
        return whole * int(10**self.decimals)
