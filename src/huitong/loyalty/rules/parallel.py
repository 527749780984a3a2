"""Compares what an older system says customers have with what they have here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How two books agree on one customer."""

    EQUAL = "equal"
    DIFFERS = "differs"
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"


@dataclass(frozen=True, slots=True)
class Compared:
    """One customer in two books; amounts are points, growth value or fen."""

    customer_id: int
    asset: str
    theirs: int
    ours: int
    verdict: Verdict


def compared(asset: str, *, theirs: Mapping[int, int], ours: Mapping[int, int]) -> list[Compared]:
    """Return the customers of both books by id; who has nothing in one is missing in it."""
    return [
        _one(customer_id, asset, theirs.get(customer_id), ours.get(customer_id))
        for customer_id in sorted({*theirs, *ours})
    ]


def _one(customer_id: int, asset: str, theirs: int | None, ours: int | None) -> Compared:
    if (theirs or 0) == (ours or 0):
        verdict = Verdict.EQUAL
    elif theirs is None:
        verdict = Verdict.MISSING_THERE
    elif not ours:
        verdict = Verdict.MISSING_HERE
    else:
        verdict = Verdict.DIFFERS
    return Compared(customer_id, asset, theirs or 0, ours or 0, verdict)
