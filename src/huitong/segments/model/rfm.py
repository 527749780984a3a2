"""The documents of RFM: how recency, frequency and money are scored, and what the cells are called.

Every axis is scored from 1 to 5. What is stored and applied are borders, which are values and not
ranks: customers with equal values always score equal.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise, product
from typing import Annotated, ClassVar, Literal, NamedTuple, Self, TypeAlias

from pydantic import Field, model_validator

from huitong.platform.errors import DomainError, Kind
from huitong.segments.model.models import (
    AMOUNT_MAX,
    Code,
    ModelDocument,
    Names,
    refuse_twice,
)

SCORE_MAX = 5
CELLS = SCORE_MAX**3
SEGMENTS_MAX = CELLS
CELLS_SHOWN_MAX = 5

Share: TypeAlias = Annotated[int, Field(ge=1, le=9_999)]
Border: TypeAlias = Annotated[int, Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
Borders: TypeAlias = tuple[Border, Border, Border, Border]
Score: TypeAlias = Annotated[int, Field(ge=1, le=SCORE_MAX)]
Cell: TypeAlias = tuple[int, int, int]


class RefundHandling(StrEnum):
    """What a refund does to the measures.

    `net`: refunded money is taken off, and a purchase that came back whole is none.
    `net_money`: refunded money is taken off; the purchase still counts and is still recent.
    `gross`: refunds change nothing.
    """

    NET = "net"
    NET_MONEY = "net_money"
    GROSS = "gross"


class Quantiles(ModelDocument):
    """Borders by what share of the buyers, in hundredths of a per cent, stands strictly below.

    A customer scores 2 when at least the first share of the buyers is strictly worse, and so on;
    so those who share the lowest value score 1, however many they are.
    """

    quantiles_bp: tuple[Share, Share, Share, Share] = (2_000, 4_000, 6_000, 8_000)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if list(self.quantiles_bp) != sorted(set(self.quantiles_bp)):
            message = "The four shares must rise, such as 2000, 4000, 6000, 8000."
            raise ValueError(message)
        return self


class Bands(ModelDocument):
    """Fixed borders of the scores 2, 3, 4, 5.

    For orders and money: at least so many, rising. For recency: at most so many days, falling.
    """

    borders: Borders


class Mean(ModelDocument):
    """One border at the mean of all buyers: those at or above it score 5, the others 1."""

    mean: Literal[True] = True


Cuts: TypeAlias = Quantiles | Bands | Mean


class CellBox(ModelDocument):
    """Some cells of the grid: each range holds both its ends.

    `value` is the mean of the scores for frequency and money, halves rounded up.
    """

    recency: tuple[Score, Score] = (1, SCORE_MAX)
    frequency: tuple[Score, Score] = (1, SCORE_MAX)
    monetary: tuple[Score, Score] = (1, SCORE_MAX)
    value: tuple[Score, Score] = (1, SCORE_MAX)

    def holds(self, cell: Cell) -> bool:
        """Tell whether a cell (recency, frequency, money) lies in the box."""
        recency, frequency, monetary = cell
        found = (recency, frequency, monetary, (frequency + monetary + 1) // 2)
        ranges = (self.recency, self.frequency, self.monetary, self.value)
        return all(low <= score <= high for score, (low, high) in zip(found, ranges, strict=True))


class RfmSegment(ModelDocument):
    """A name for some cells of the grid."""

    code: Code
    names: Names
    cells: Annotated[tuple[CellBox, ...], Field(min_length=1, max_length=CELLS)]

    def holds(self, cell: Cell) -> bool:
        """Tell whether the segment names the cell."""
        return any(box.holds(cell) for box in self.cells)


class RfmNaming(ModelDocument):
    """Named segments that together name every cell of the grid exactly once."""

    code: Code
    names: Names
    segments: Annotated[tuple[RfmSegment, ...], Field(min_length=1, max_length=SEGMENTS_MAX)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse_twice("segment", [segment.code for segment in self.segments])
        wrong = []
        for cell in all_cells():
            holders = [segment.code for segment in self.segments if segment.holds(cell)]
            if len(holders) != 1:
                wrong.append(f"{cell} has {' and '.join(holders) or 'no name'}")
        if wrong:
            shown = "; ".join(wrong[:CELLS_SHOWN_MAX])
            message = f"Every cell needs one name, but {len(wrong)} of {CELLS} do not: {shown}."
            raise ValueError(message)
        return self


class RfmModel(ModelDocument):
    """How a brand scores its customers by recency, frequency and money.

    Counted is what was bought in the last `window_days` days, today included.
    """

    code: Code
    names: Names
    window_days: Annotated[int, Field(ge=1, le=3_660)] = 365
    refunds: RefundHandling = RefundHandling.NET
    recency: Cuts = Quantiles()
    # Where most bought once, shares would tell them apart by nothing: the default is fixed.
    frequency: Cuts = Bands(borders=(2, 3, 5, 8))
    monetary: Cuts = Quantiles()
    namings: Annotated[tuple[RfmNaming, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse_twice("naming", [naming.code for naming in self.namings])
        if isinstance(self.recency, Bands) and not _falls(self.recency.borders):
            message = "The borders of recency must fall, such as 180, 90, 60, 30 days."
            raise ValueError(message)
        for axis in (self.frequency, self.monetary):
            if isinstance(axis, Bands) and not _falls(axis.borders[::-1]):
                message = "The borders of frequency and money must rise, such as 2, 3, 5, 8."
                raise ValueError(message)
        return self


class RfmThresholds(ModelDocument):
    """The borders of the scores 2 to 5 as they stand: what a score is explained by.

    They are taken from the buyers of one day and kept, so that a score only changes because the
    customer did, until they are taken anew. Borders that are equal leave a score to nobody.
    """

    model: Code
    taken_on: date
    customers: Annotated[int, Field(ge=1)]
    recency_at_most_days: Borders
    frequency_at_least: Borders
    monetary_at_least_minor: Borders


class AxisExplanation(NamedTuple):
    """A customer's value on an axis, its score, the border it reached and the next one's.

    A border is `None` where there is none: below score 2, above score 5.
    """

    value: int
    score: int
    reached_at: int | None
    next_at: int | None


@dataclass(frozen=True, slots=True)
class RfmExplanation:
    """Why a customer is in this cell, and what the cell is called by each naming."""

    recency_days: AxisExplanation
    orders: AxisExplanation
    amount_minor: AxisExplanation
    cell: Cell
    segments: tuple[tuple[Code, RfmSegment], ...]


@dataclass(eq=False)
class NobodyBought(DomainError):
    """Borders cannot be taken where nobody bought."""

    code: ClassVar[str] = "segments.nobody_bought"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Nobody bought in the {window_days} days to {until}, so “{model}” has no borders to take:"
        " lengthen the window, or import the orders first."
    )
    model: str
    window_days: int
    until: str


def all_cells() -> list[Cell]:
    """Return the 125 cells (recency, frequency, money), in the order of their codes from 1 on."""
    scores = range(1, SCORE_MAX + 1)
    return list(product(scores, scores, scores))


def _falls(borders: Borders) -> bool:
    return all(one > other for one, other in pairwise(borders))
