"""Days that are kept as bitmaps, and whose month and day come round soon."""

from datetime import date, timedelta

from huitong.platform.conditions import Candidate, Condition, Reading, holds
from huitong.platform.conditions.tree import FieldLeaf
from huitong.segments.queries.bitmaps import Bitmaps
from huitong.segments.rules.bitmaps import EMPTY, Column, Node, either
from huitong.segments.rules.vocabulary import tag_of

EPOCH = date(1970, 1, 1)


def day_at(number: int) -> date:
    """Return the day that so many days lie before, counted from 1970-01-01."""
    return EPOCH + timedelta(days=number)


def who_comes_round(bitmaps: Bitmaps, leaf: FieldLeaf, reading: Reading) -> Column:
    """Return for whom a leaf on a day holds that is no range of days.

    The days that anybody has are few thousands: the leaf is asked of each, and those that follow
    each other are one range.
    """
    field = tag_of(leaf.field)
    total = bitmaps.total(field, bitmaps.alive())
    if total.lowest is None or total.highest is None:
        return EMPTY
    numbers, found, low = bitmaps.numbers(field), list[Node](), None
    for number in range(total.lowest, total.highest + 2):
        fits = number <= total.highest and _fits(leaf, number, reading)
        if fits and low is None:
            low = number
        elif not fits and low is not None:
            found.append(numbers.between(low, number))
            low = None
    return bitmaps.members(either(*found)) if found else EMPTY


def _fits(leaf: FieldLeaf, number: int, reading: Reading) -> bool:
    condition: Condition = leaf
    return holds(condition, Candidate({leaf.field: day_at(number)}, {}), reading)
