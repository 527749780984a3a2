"""Weighted scores of all customers at once, one customer's score explained, and a preview.

What inputs give in points does not depend on weights and bands. So an editor reads the inputs once
(`read_points`), folds equal customers (`fold`), and previews each change of weights on the folded.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huitong.segments.model.weighted import (
    POINTS_MAX,
    DimensionExplanation,
    HasPoints,
    InputUnfit,
    ScaledPoints,
    StepPoints,
    Term,
    TermExplanation,
    ValuePoints,
    WeightedExplanation,
    WeightedModel,
)

Amounts: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Points: TypeAlias = NDArray[np.uint8]
Places: TypeAlias = NDArray[np.intp]

HUNDREDTHS: Final = 100
CUSTOMERS_A_PART: Final = 1 << 18
MASK_BITS_MAX: Final = 63
KEY_MAX: Final = (1 << 63) - 1
# Above every number of points and of a band.
ROW_SPAN: Final = 128


class Numbers(NamedTuple):
    """A number for each customer, and of whom it is known."""

    values: Amounts
    is_known: Flags


class Coded(NamedTuple):
    """One value of a tag for each customer: 0 unknown, 1 the first of `names`."""

    codes: NDArray[np.unsignedinteger]
    names: tuple[str, ...]


class Masked(NamedTuple):
    """Several values of a tag for each customer: bit 0 is the first of `names`; 0 is unknown."""

    masks: Amounts
    names: tuple[str, ...]


Input: TypeAlias = Numbers | Coded | Masked
Inputs: TypeAlias = Mapping[str, Input]


class TermPoints(NamedTuple):
    """Points by term (rows) and customer (columns), of whom any input is known, how many each is.

    `customers` counts the customers a column stands for.
    """

    points: Points
    is_known: Flags
    customers: Amounts


class WeightedScores(NamedTuple):
    """Score 0 to 100 and band (1 is the first) of each customer; both 0 where nothing is known."""

    score: Points
    band: Points
    is_known: Flags


class Distribution(NamedTuple):
    """How many customers have each score (0 to 100) and each band, and of whom nothing is known.

    `bands` has a place for each band of the document, in its order.
    """

    scores: Amounts
    bands: Amounts
    unknown: int


def read_points(model: WeightedModel, inputs: Inputs) -> TermPoints:
    """Return what the inputs of each customer give in points, term by term.

    :raises InputUnfit: when an input is missing, or is not what its term reads.
    """
    terms = model.terms()
    columns = [_input_of(model, term, inputs) for term in terms]
    size = len(columns[0][0])
    points = np.empty((len(terms), size), np.uint8)
    is_known = np.zeros(size, np.bool_)
    for row, term, column in zip(points, terms, columns, strict=True):
        row[:], known = _points(model, term, column)
        is_known |= known
    return TermPoints(points, is_known, np.ones(size, np.int64))


def score(model: WeightedModel, read: TermPoints) -> WeightedScores:
    """Return the scores of all customers."""
    size = len(read.is_known)
    found = np.empty(size, np.uint8)
    for start in range(0, size, CUSTOMERS_A_PART):
        part = slice(start, start + CUSTOMERS_A_PART)
        found[part] = _weighed(model, read.points[:, part])
    found *= read.is_known
    borders = np.array([band.at_least for band in model.bands])
    bands = np.searchsorted(borders, np.arange(POINTS_MAX + 1), side="right").astype(np.uint8)
    return WeightedScores(found, bands[found] * read.is_known, read.is_known)


def check_input(model: WeightedModel, term: Term, values: tuple[str, ...] | None) -> None:
    """Refuse a term that reads its input as what it is not; `values` of a number are None.

    :raises InputUnfit: with what the input is.
    """
    if isinstance(term.reading, HasPoints):
        return
    wants_number = not isinstance(term.reading, ValuePoints)
    if wants_number is not (values is None):
        given, wanted = ("values", "a number") if wants_number else ("a number", "values")
        problem = f"the term reads {wanted}, and this holds {given}."
        raise InputUnfit(model=model.code, input=term.input, problem=problem)
    if isinstance(term.reading, ValuePoints) and values is not None:
        strange = sorted(set(term.reading.points) - set(values))
        if strange:
            problem = f"it has no value {', '.join(strange)}; it has {', '.join(values)}."
            raise InputUnfit(model=model.code, input=term.input, problem=problem)


def fold(read: TermPoints) -> TermPoints:
    """Return the same customers with equal ones counted together, for previews of changed weights.

    Fewer columns, the same distribution.
    """
    first, customers = distinct(read)
    return TermPoints(read.points[:, first], read.is_known[first], customers)


def distinct(read: TermPoints) -> tuple[Places, Amounts]:
    """Return the first column of each kind of equal ones, and how many customers they stand for."""
    _, first, inverse = np.unique(_keys(read), return_index=True, return_inverse=True)
    customers = np.zeros(len(first), np.int64)
    np.add.at(customers, inverse, read.customers)
    return first, customers


def preview(model: WeightedModel, read: TermPoints) -> Distribution:
    """Return how the scores of the customers would be distributed."""
    scored = score(model, read)
    scores = np.zeros(POINTS_MAX + 1, np.int64)
    np.add.at(scores, scored.score[scored.is_known], read.customers[scored.is_known])
    bands = np.zeros(len(model.bands) + 1, np.int64)
    np.add.at(bands, scored.band, read.customers)
    return Distribution(scores, bands[1:], int(bands[0]))


def explain(model: WeightedModel, inputs: Inputs) -> WeightedExplanation:
    """Return how the score of one customer comes about; the inputs hold that customer alone.

    :raises InputUnfit: when an input is missing, or is not what its term reads.
    """
    read = read_points(model, inputs)
    assert len(read.is_known) == 1, "An explanation is of one customer."
    scored = score(model, read)
    points = iter(read.points[:, 0].tolist())
    dimensions = []
    for dimension in model.dimensions:
        terms = tuple(
            TermExplanation(term.input, _shown(inputs[term.input]), next(points), term.weight)
            for term in dimension.terms
        )
        total = sum(term.points * term.weight for term in terms)
        mean = _mean(total * HUNDREDTHS, sum(term.weight for term in terms))
        dimensions.append(DimensionExplanation(dimension.code, dimension.weight, mean, terms))
    if not scored.is_known[0]:
        return WeightedExplanation(None, None, tuple(dimensions))
    band = model.bands[int(scored.band[0]) - 1]
    return WeightedExplanation(int(scored.score[0]), band, tuple(dimensions))


def _weighed(model: WeightedModel, points: Points) -> Points:
    total = np.zeros(points.shape[1], np.int64)
    weights = row = 0
    for dimension in model.dimensions:
        inside = np.zeros(points.shape[1], np.int64)
        for term in dimension.terms:
            inside += points[row] * np.int64(term.weight)
            row += 1
        inside *= HUNDREDTHS
        total += _halves_up(inside, sum(term.weight for term in dimension.terms)) * dimension.weight
        weights += dimension.weight
    return _halves_up(total, weights * HUNDREDTHS).astype(np.uint8)


def _keys(read: TermPoints) -> Amounts:
    """Return a number for each customer that is equal for equal points."""
    key = read.is_known.astype(np.int64)
    span = 2
    for row in read.points:
        if span > KEY_MAX // ROW_SPAN:
            different, key = np.unique(key, return_inverse=True)
            span = len(different)
        key = key * ROW_SPAN + row
        span *= ROW_SPAN
    return key


def _halves_up(values: Amounts, divisor: int) -> Amounts:
    return (2 * values + divisor) // (2 * divisor)


def _mean(value: int, divisor: int) -> int:
    return (2 * value + divisor) // (2 * divisor)


def _input_of(model: WeightedModel, term: Term, inputs: Inputs) -> Input:
    found = inputs.get(term.input)
    if found is None:
        problem = f"there is no such input; there are {', '.join(sorted(inputs)) or 'none'}."
        raise InputUnfit(model=model.code, input=term.input, problem=problem)
    check_input(model, term, None if isinstance(found, Numbers) else found.names)
    return found


def _points(model: WeightedModel, term: Term, column: Input) -> tuple[Points, Flags]:
    reading = term.reading
    if isinstance(reading, HasPoints):
        known = _known(column)
        return np.where(known, np.uint8(reading.points), np.uint8(term.unknown)), known
    if isinstance(column, Numbers):
        assert not isinstance(reading, ValuePoints), "Numbers are read by steps or by a scale."
        found, known = _of_numbers(reading, column.values), column.is_known
    else:
        assert isinstance(reading, ValuePoints), "Values are read one by one."
        worth = [reading.points.get(name, reading.other) for name in column.names]
        points = np.array([0, *worth], np.uint8)
        found, known = _of_values(model, term, reading, column, points)
    return np.where(known, found, np.uint8(term.unknown)), known


def _of_numbers(reading: StepPoints | ScaledPoints, values: Amounts) -> Points:
    if isinstance(reading, StepPoints):
        borders = np.array([border for border, _ in reading.steps], np.int64)
        worth = np.array([reading.below, *(points for _, points in reading.steps)], np.uint8)
        return worth[np.searchsorted(borders, values, side="right")]
    low, high = sorted((reading.zero_at, reading.full_at))
    inside = np.clip(values, low, high)
    done = inside - low if reading.full_at > reading.zero_at else high - inside
    return (done * POINTS_MAX // (high - low)).astype(np.uint8)


def _known(column: Input) -> Flags:
    if isinstance(column, Numbers):
        return column.is_known
    held = column.codes if isinstance(column, Coded) else column.masks
    return np.asarray(held != 0, np.bool_)


def _of_values(
    model: WeightedModel, term: Term, reading: ValuePoints, column: Coded | Masked, worth: Points
) -> tuple[Points, Flags]:
    if isinstance(column, Coded):
        if len(column.codes) and int(column.codes.max()) > len(column.names):
            problem = f"it holds value number {column.codes.max()} of {len(column.names)}."
            raise InputUnfit(model=model.code, input=term.input, problem=problem)
        return worth[column.codes], _known(column)
    if len(column.names) > MASK_BITS_MAX:
        problem = f"several of at most {MASK_BITS_MAX} values can be read."
        raise InputUnfit(model=model.code, input=term.input, problem=problem)
    found = np.zeros(len(column.masks), np.int16)
    for bit, points in enumerate(worth[1:]):
        has = (column.masks >> bit) & 1 > 0
        one = has * np.int16(points)
        found = np.maximum(found, one) if reading.several == "best" else found + one
    return np.minimum(found, POINTS_MAX).astype(np.uint8), _known(column)


def _shown(column: Input) -> int | tuple[str, ...] | None:
    if isinstance(column, Numbers):
        return int(column.values[0]) if column.is_known[0] else None
    if isinstance(column, Coded):
        code = int(column.codes[0])
        return (column.names[code - 1],) if code else None
    mask = int(column.masks[0])
    held = tuple(name for bit, name in enumerate(column.names) if mask >> bit & 1)
    return held or None
