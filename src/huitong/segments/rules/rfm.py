"""Measures, borders, scores and the grid of RFM, for all customers of a brand at once.

Arrays have one place per customer. Days are whole numbers since 1970-01-01; a customer who did not
buy in the window has recency `NEVER`, scores 0 and cell 0.
"""

from datetime import date, timedelta
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huitong.segments.model.rfm import (
    CELLS,
    SCORE_MAX,
    AxisExplanation,
    Bands,
    Borders,
    Cell,
    Cuts,
    Mean,
    NobodyBought,
    RefundHandling,
    RfmExplanation,
    RfmModel,
    RfmNaming,
    RfmThresholds,
    all_cells,
)

Counts: TypeAlias = NDArray[np.int32]
Amounts: TypeAlias = NDArray[np.int64]
Codes: TypeAlias = NDArray[np.uint8]

EPOCH: Final = date(1970, 1, 1)
NEVER: Final = -1
BASIS_POINTS: Final = 10_000
# Sums by cell are taken in two halves of an amount, so that no half leaves what a double holds.
HALF_BITS: Final = 26


class Purchases(NamedTuple):
    """Orders, one place each: who (place of the customer), on which day, paid and refunded fen."""

    customer: NDArray[np.int64]
    day: Counts
    paid_minor: Amounts
    refunded_minor: Amounts

    def of_days(self, *, after: int, until: int) -> "Purchases":
        """Return the orders after one day and up to another."""
        is_inside = (self.day > after) & (self.day <= until)
        return self._of(is_inside)

    def counted(self, refunds: RefundHandling) -> "Purchases":
        """Return the orders that count, with what they are worth as paid and nothing refunded."""
        paid, refunded = self.paid_minor, self.refunded_minor
        if refunds is RefundHandling.GROSS:
            return self._replace(refunded_minor=np.zeros_like(refunded))
        if refunds is RefundHandling.NET_MONEY:
            return self._replace(paid_minor=paid - refunded, refunded_minor=np.zeros_like(refunded))
        # A gift of nothing paid did not come back: it counts.
        counts = (refunded < paid) | (refunded == 0)
        return self._of(counts).counted(RefundHandling.NET_MONEY)

    def _of(self, places: NDArray[np.bool_]) -> "Purchases":
        return Purchases(
            self.customer[places],
            self.day[places],
            self.paid_minor[places],
            self.refunded_minor[places],
        )


class RfmMeasures(NamedTuple):
    """What is scored: days since the last order, orders and fen in the window."""

    recency_days: Counts
    orders: Counts
    amount_minor: Amounts


class RfmScores(NamedTuple):
    """Scores 1 to 5 of each axis, 0 for who did not buy; `cell` is 1 to 125 and 0."""

    recency: Codes
    frequency: Codes
    monetary: Codes
    cell: Codes


class RfmGrid(NamedTuple):
    """Customers and fen by cell code; place 0 holds those who did not buy in the window."""

    customers: Amounts
    amount_minor: Amounts

    def of_segments(self, naming: RfmNaming) -> "RfmGrid":
        """Return customers and fen by the code that a naming gives: 1 for its first segment."""
        codes = codes_by_cell(naming)
        places = len(naming.segments) + 1
        found = RfmGrid(np.zeros(places, np.int64), np.zeros(places, np.int64))
        np.add.at(found.customers, codes, self.customers)
        np.add.at(found.amount_minor, codes, self.amount_minor)
        return found


def day_number(day: date) -> int:
    """Return the days since 1970-01-01."""
    return (day - EPOCH).days


def measure(model: RfmModel, purchases: Purchases, *, customers: int, today: date) -> RfmMeasures:
    """Return what each customer bought in the window, refunds handled as the model says.

    Orders after today do not count.
    """
    until = day_number(today)
    found = purchases.of_days(after=until - model.window_days, until=until).counted(model.refunds)
    who = found.customer
    amounts = np.zeros(customers, np.int64)
    np.add.at(amounts, who, found.paid_minor)
    last = np.full(customers, np.iinfo(np.int32).min, np.int32)
    np.maximum.at(last, who, found.day)
    orders = np.bincount(who, minlength=customers).astype(np.int32)
    recency = np.where(orders > 0, until - last.astype(np.int64), NEVER).astype(np.int32)
    return RfmMeasures(recency, orders, amounts)


def take_thresholds(model: RfmModel, measures: RfmMeasures, *, today: date) -> RfmThresholds:
    """Return the borders by which customers are scored until they are taken anew.

    :raises NobodyBought: when no customer bought in the window.
    """
    bought = measures.recency_days != NEVER
    customers = int(np.count_nonzero(bought))
    if not customers:
        raise NobodyBought(model=model.code, window_days=model.window_days, until=today.isoformat())
    # The fewer days ago the better, so recency is scored as a number below nothing.
    recency = _borders(_turned(model.recency), -measures.recency_days[bought].astype(np.int64))
    return RfmThresholds(
        model=model.code,
        taken_on=today,
        customers=customers,
        recency_at_most_days=_negative(recency),
        frequency_at_least=_borders(model.frequency, measures.orders[bought].astype(np.int64)),
        monetary_at_least_minor=_borders(model.monetary, measures.amount_minor[bought]),
    )


def score(thresholds: RfmThresholds, measures: RfmMeasures) -> RfmScores:
    """Return the scores of all customers; equal values score equal."""
    bought = measures.recency_days != NEVER
    at_most = thresholds.recency_at_most_days
    recency = np.ones(len(bought), np.uint8)
    for border in at_most:
        recency += measures.recency_days <= border
    frequency = _scored(measures.orders, thresholds.frequency_at_least)
    monetary = _scored(measures.amount_minor, thresholds.monetary_at_least_minor)
    for axis in (recency, frequency, monetary):
        np.multiply(axis, bought, out=axis)
    cell = (recency - np.uint8(1)) * np.uint8(SCORE_MAX**2)
    cell += (frequency - np.uint8(1)) * np.uint8(SCORE_MAX) + monetary
    return RfmScores(recency, frequency, monetary, cell * bought)


def codes_by_cell(naming: RfmNaming) -> Codes:
    """Return for each cell code, 0 to 125, which segment of the naming it is: 1 for the first."""
    found = np.zeros(CELLS + 1, np.uint8)
    for place, cell in enumerate(all_cells(), start=1):
        holders = [
            code for code, segment in enumerate(naming.segments, start=1) if segment.holds(cell)
        ]
        assert len(holders) == 1, "A naming names every cell exactly once."
        found[place] = holders[0]
    return found


def name_cells(naming: RfmNaming, cell: Codes) -> Codes:
    """Return the segment of each customer: 1 for the first of the naming, 0 for none."""
    return codes_by_cell(naming)[cell]


def grid(scores: RfmScores, amount_minor: Amounts) -> RfmGrid:
    """Return how many customers and how many fen each cell holds, to the fen."""
    customers = np.bincount(scores.cell, minlength=CELLS + 1).astype(np.int64)
    low = (amount_minor & ((1 << HALF_BITS) - 1)).astype(np.float64)
    high = (amount_minor >> HALF_BITS).astype(np.float64)
    lows, highs = (
        np.bincount(scores.cell, weights=half, minlength=CELLS + 1).astype(np.int64)
        for half in (low, high)
    )
    return RfmGrid(customers, (highs << HALF_BITS) + lows)


def explain(
    model: RfmModel,
    thresholds: RfmThresholds,
    *,
    recency_days: int,
    orders: int,
    amount_minor: int,
) -> RfmExplanation:
    """Return why a customer who bought in the window has these scores and these names."""
    assert recency_days != NEVER, "Who did not buy in the window has no scores to explain."
    recency = _explained(-recency_days, _negative(thresholds.recency_at_most_days))
    reached, following = recency.reached_at, recency.next_at
    days = AxisExplanation(
        value=recency_days,
        score=recency.score,
        reached_at=None if reached is None else -reached,
        next_at=None if following is None else -following,
    )
    frequency = _explained(orders, thresholds.frequency_at_least)
    monetary = _explained(amount_minor, thresholds.monetary_at_least_minor)
    cell: Cell = (days.score, frequency.score, monetary.score)
    named = tuple(
        (naming.code, next(segment for segment in naming.segments if segment.holds(cell)))
        for naming in model.namings
    )
    return RfmExplanation(days, frequency, monetary, cell, named)


def window(model: RfmModel, today: date) -> tuple[date, date]:
    """Return the first and the last day that count."""
    return today - timedelta(days=model.window_days - 1), today


def _borders(cuts: Cuts, values: Amounts) -> Borders:
    if isinstance(cuts, Bands):
        return cuts.borders
    if isinstance(cuts, Mean):
        # At or above the mean is, for whole numbers, at or above the next whole number.
        mean = -(-_exact_sum(values) // len(values))
        return (mean, mean, mean, mean)
    places = [-(-share * len(values) // BASIS_POINTS) - 1 for share in cuts.quantiles_bp]
    parted = np.partition(values, sorted(set(places)))
    first, second, third, fourth = (int(parted[place]) + 1 for place in places)
    return (first, second, third, fourth)


def _exact_sum(values: Amounts) -> int:
    low = values & ((1 << HALF_BITS) - 1)
    return (int((values >> HALF_BITS).sum()) << HALF_BITS) + int(low.sum())


def _turned(cuts: Cuts) -> Cuts:
    return Bands(borders=_negative(cuts.borders)) if isinstance(cuts, Bands) else cuts


def _negative(borders: Borders) -> Borders:
    first, second, third, fourth = borders
    return (-first, -second, -third, -fourth)


def _scored(values: Counts | Amounts, at_least: Borders) -> Codes:
    found = np.ones(len(values), np.uint8)
    for border in at_least:
        found += values >= border
    return found


def _explained(value: int, at_least: Borders) -> AxisExplanation:
    reached = [border for border in at_least if value >= border]
    missing = [border for border in at_least if value < border]
    return AxisExplanation(
        value=value,
        score=1 + len(reached),
        reached_at=reached[-1] if reached else None,
        next_at=missing[0] if missing else None,
    )
