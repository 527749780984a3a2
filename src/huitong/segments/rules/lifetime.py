"""What lifetime value is fitted on: each customer's repeats, last repeat, age and money.

Arrays have one place per customer; who never bought has `repeats` of `NEVER`. Equal histories are
folded, so that a likelihood counts each once, with the number of customers who share it.
"""

from datetime import date
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huitong.segments.model.lifetime import LifetimeModel
from huitong.segments.rules.rfm import NEVER, Purchases, day_number

Counts: TypeAlias = NDArray[np.int32]
Amounts: TypeAlias = NDArray[np.int64]
Reals: TypeAlias = NDArray[np.float64]

DAYS_A_WEEK: Final = 7
# Keys below this are counted in a table, without sorting; it holds a quarter of a gigabyte.
TABLE_PLACES_MAX: Final = 1 << 25


class Buying(NamedTuple):
    """Repeat purchases, days from the first purchase to the last and to the end, fen of repeats."""

    repeats: Counts
    last_days: Counts
    age_days: Counts
    repeat_minor: Amounts

    def of(self, places: NDArray[np.bool_]) -> "Buying":
        """Return some of the customers."""
        return Buying(
            self.repeats[places],
            self.last_days[places],
            self.age_days[places],
            self.repeat_minor[places],
        )


class Folded(NamedTuple):
    """Different histories in weeks, how many customers share each, and which each customer has."""

    repeats: Reals
    last: Reals
    age: Reals
    customers: Reals
    history_of: NDArray[np.int32]


def summarise(model: LifetimeModel, purchases: Purchases, *, customers: int, until: date) -> Buying:
    """Return what each customer bought up to a day, all of one day as one purchase."""
    end = day_number(until)
    counted = purchases.of_days(after=np.iinfo(np.int32).min, until=end).counted(model.refunds)
    who, day = counted.customer, counted.day
    key = who * (1 << 32) + day
    sorting = np.argsort(key, kind="stable")
    key = key[sorting]
    is_new = np.ones(len(key), np.bool_)
    is_new[1:] = key[1:] != key[:-1]
    first = np.full(customers, np.iinfo(np.int32).max, np.int32)
    last = np.full(customers, np.iinfo(np.int32).min, np.int32)
    np.minimum.at(first, who, day)
    np.maximum.at(last, who, day)
    days_bought = np.bincount(who[sorting][is_new], minlength=customers)
    amounts = np.zeros(customers, np.int64)
    is_repeat = day > first[who]
    np.add.at(amounts, who[is_repeat], counted.paid_minor[is_repeat])
    bought = days_bought > 0
    first, last = np.where(bought, first, end), np.where(bought, last, end)
    return Buying(
        np.where(bought, days_bought - 1, NEVER).astype(np.int32),
        (last - first).astype(np.int32),
        (end - first).astype(np.int32),
        amounts,
    )


def fold(buying: Buying, *, grain_days: int) -> Folded:
    """Return the different histories of customers who bought, times rounded to the grain."""
    assert buying.repeats.min(initial=0) >= 0, "Only who bought has a history."
    last = (buying.last_days + grain_days // 2) // grain_days
    age = (buying.age_days + grain_days // 2) // grain_days
    ages = int(age.max(initial=0)) + 1
    key = (buying.repeats.astype(np.int64) * ages + last) * ages + age
    if int(key.max(initial=0)) < TABLE_PLACES_MAX:
        counts = np.bincount(key)
        found = np.flatnonzero(counts)
        place = np.zeros(len(counts), np.int32)
        place[found] = np.arange(len(found), dtype=np.int32)
        history_of, customers = place[key], counts[found]
    else:
        found, inverse, customers = np.unique(key, return_inverse=True, return_counts=True)
        history_of = inverse.astype(np.int32)
    rest, folded_age = np.divmod(found, ages)
    repeats, folded_last = np.divmod(rest, ages)
    weeks = grain_days / DAYS_A_WEEK
    return Folded(
        repeats.astype(np.float64),
        folded_last * weeks,
        folded_age * weeks,
        customers.astype(np.float64),
        history_of,
    )
