"""Brings what conditions say of time and number down to half-open ranges, once for all readers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from huitong.platform.conditions.days import ONE_DAY, AsOf
from huitong.platform.conditions.tree import (
    DistinctOf,
    LastDays,
    NextDays,
    OfFacts,
    SumOf,
    Within,
)
from huitong.platform.conditions.vocabulary import (
    NO_SEGMENTS,
    Definitions,
    FieldType,
    Value,
    Vocabulary,
)

Edge: TypeAlias = int | date | datetime


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` on and below `high`; None is no bound. Both are of one type: number, day, instant.

    Instants are in UTC.
    """

    low: Edge | None
    high: Edge | None

    def holds(self, value: Value) -> bool:
        """Tell whether a known value lies in the range."""
        above = self.low is None or not value < self.low  # type: ignore[operator] # of one type
        return above and (self.high is None or value < self.high)  # type: ignore[operator] # as above


@dataclass(frozen=True, slots=True)
class Reading:
    """What every reader needs beside the condition: the words, the instant, the other segments."""

    vocabulary: Vocabulary
    as_of: AsOf
    segments: Definitions = NO_SEGMENTS


def range_of(leaf: Within | LastDays | NextDays, kind: FieldType, as_of: AsOf) -> Range:
    """Return the range that a leaf asks of a field of this type."""
    match leaf:
        case LastDays(last_days=days):
            return _days(as_of.today - timedelta(days=days - 1), as_of.today + ONE_DAY, kind, as_of)
        case NextDays(next_days=days):
            return _days(as_of.today, as_of.today + timedelta(days=days), kind, as_of)
        case Within(at_least=low, less_than=high):
            return _days(low, high, kind, as_of)


def window_of(leaf: OfFacts, kind: FieldType, as_of: AsOf) -> Range:
    """Return the times in which facts count.

    Facts after today count only when `until` says so: what is read for a past day then does not
    change with what happened since.
    """
    tomorrow = as_of.today + ONE_DAY
    if leaf.last_days is not None:
        return _days(tomorrow - timedelta(days=leaf.last_days), tomorrow, kind, as_of)
    return _days(leaf.since, tomorrow if leaf.until is None else leaf.until, kind, as_of)


def ago_of(leaf: OfFacts, kind: FieldType, as_of: AsOf) -> Range:
    """Return when the first or last fact must have been for its days since then to fit.

    At least n days ago is before the day that begins n - 1 days before today.
    """
    low, high = (
        None if days is None else as_of.today - timedelta(days=days - 1)
        for days in (leaf.less_than, leaf.at_least)
    )
    return _days(low, high, kind, as_of)


def holds_of_none(leaf: OfFacts) -> bool:
    """Tell whether the leaf holds of a customer without a fact that counts.

    Counts and sums are 0 then; the greatest value and the days since are unknown.
    """
    is_zero = leaf.measure == "count" or isinstance(leaf.measure, SumOf | DistinctOf)
    return is_zero and Range(leaf.at_least, leaf.less_than).holds(0)


def _days(low: Edge | None, high: Edge | None, kind: FieldType, as_of: AsOf) -> Range:
    if kind is not FieldType.INSTANT:
        return Range(low, high)
    first, last = (
        None if edge is None or isinstance(edge, int) else as_of.instant_of(edge)
        for edge in (low, high)
    )
    return Range(first, last)
