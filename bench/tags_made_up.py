"""Made-up tags as a retailer's are, the queries over them, and what a day changes.

48 fields with one value each and 8 with several, 343 values in all; frequencies fall as in a word
list, and a quarter of the fields are tied to when somebody enrolled.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from huitong.segments.model.bitmaps import SetKey

ONE_VALUE_FIELDS, SEVERAL_VALUES_FIELDS = 48, 8
VALUES_OF_ONE = [6] * 2 + [7] * 5 + [8] + [4, 5, 6, 7, 8] * 8
BITS = 6
DEAD_SHARE, RETAGGED_SHARE, RETAGGED_FIELDS = 0.03, 0.01, 10
QUERIES = 30

Codes = NDArray[np.uint8]
Clause = tuple[Sequence[SetKey], bool]


def generate(folder: Path, customers: int, seed: int) -> None:
    """Write one file of codes a field, and who is alive."""
    chance = np.random.default_rng(seed)
    cohort = np.arange(customers, dtype=np.float32) / customers
    for field, count in enumerate(_value_counts()):
        drawn = chance.random(customers, dtype=np.float32)
        if field % 4 == 0:
            drawn = (drawn * np.float32(0.6) + cohort * np.float32(0.4)).astype(np.float32)
        weights = 1 / np.arange(1, count + 1) ** chance.uniform(0.6, 1.6)
        known = chance.uniform(0.4, 0.95)
        borders = (1 - known) + known * np.cumsum(weights / weights.sum())
        edges = np.concatenate(([1 - known], borders[:-1])).astype(np.float32)
        np.save(folder / f"{field}.npy", np.searchsorted(edges, drawn, "right").astype(np.uint8))
    for field in range(ONE_VALUE_FIELDS, ONE_VALUE_FIELDS + SEVERAL_VALUES_FIELDS):
        masks = np.zeros(customers, np.uint8)
        for bit in range(BITS):
            share = np.float32(chance.uniform(0.01, 0.2))
            masks |= (chance.random(customers, dtype=np.float32) < share).astype(np.uint8) << bit
        np.save(folder / f"{field}.npy", masks)
    np.save(folder / "alive.npy", chance.random(customers, dtype=np.float32) >= DEAD_SHARE)


def queries(keys: Sequence[SetKey], seed: int) -> dict[int, list[list[Clause]]]:
    """Return the queries of each number of clauses, the same for every engine."""
    chance = np.random.default_rng(seed + 1)
    shapes: dict[int, list[tuple[int, bool]]] = {
        3: [(1, True), (1, True), (1, False)],
        10: [(3, True), (2, True), (2, True), (1, False), (2, False)],
        30: [(count, True) for count in (3, 4, 3, 4, 3, 3)]
        + [(count, False) for count in (2, 3, 2, 3)],
    }

    def chosen(count: int) -> list[SetKey]:
        return [keys[place] for place in chance.choice(len(keys), count, replace=False)]

    return {
        clauses: [[(chosen(count), wanted) for count, wanted in shape] for _ in range(QUERIES)]
        for clauses, shape in shapes.items()
    }


def _value_counts() -> list[int]:
    assert len(VALUES_OF_ONE) == ONE_VALUE_FIELDS, "Each field has its number of values."
    return VALUES_OF_ONE


def fields() -> list[str]:
    """Return the fields, those with one value first."""
    return [str(field) for field in range(ONE_VALUE_FIELDS + SEVERAL_VALUES_FIELDS)]


def has_several(field: str) -> bool:
    """Tell whether a customer may have several values of a field."""
    return int(field) >= ONE_VALUE_FIELDS


def keys_of_all() -> list[SetKey]:
    """Return all 343 values."""
    one = [
        SetKey(str(field), code)
        for field, count in enumerate(_value_counts())
        for code in range(1, count + 1)
    ]
    several = [
        SetKey(field, bit) for field in fields() if has_several(field) for bit in range(BITS)
    ]
    return one + several


def retagged(
    folder: Path, customers: int, seed: int
) -> Iterator[tuple[str, NDArray[np.int64], Codes]]:
    """Yield the fields that a day changes: whose value, ascending, and to what."""
    chance = np.random.default_rng(seed + 2)
    ids = np.sort(chance.choice(customers, int(customers * RETAGGED_SHARE), replace=False))
    for field in fields()[:RETAGGED_FIELDS]:
        codes: Codes = np.load(folder / f"{field}.npy")
        yield field, ids, chance.permutation(codes[ids])
