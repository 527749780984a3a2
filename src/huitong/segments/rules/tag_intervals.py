"""From what a tag's column held, refresh by refresh, to the days on which each value held."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias

from huitong.segments.model.tag_intervals import TagInterval, TagWord
from huitong.segments.model.tags import Tag

# From which day on the column held which number; the first has no day: so it was before.
Course: TypeAlias = Sequence[tuple[date | None, int | None]]


def intervals_of(
    tag: Tag, course: Course, words: Mapping[int, str], *, begun_on: date | None
) -> list[TagInterval]:
    """Return when a customer had which value of a tag, the oldest first.

    `words` are the codes by number. What was before `begun_on` is left out: the numbers meant
    something else. Of several changes on one day the last counts.
    """
    standing: dict[TagWord, date | None] = {}
    found: list[TagInterval] = []
    for day, number in _days(course, begun_on).items():
        values = _values(tag, number, words)
        ended = [value for value in standing if value not in values]
        found += [TagInterval(tag.code, value, standing.pop(value), day) for value in ended]
        standing |= {value: day for value in values if value not in standing}
    found += [TagInterval(tag.code, value, since, None) for value, since in standing.items()]
    return sorted(found, key=lambda one: (one.since or date.min, str(one.value)))


def _days(course: Course, begun_on: date | None) -> dict[date | None, int | None]:
    """Return what held at the end of each day on which anything changed."""
    found: dict[date | None, int | None] = {}
    for day, number in course:
        is_early = begun_on is not None and (day is None or day < begun_on)
        found[begun_on if is_early else day] = number
    return found


def _values(tag: Tag, number: int | None, words: Mapping[int, str]) -> list[TagWord]:
    if number is None:
        return []
    if tag.is_number:
        return [number]
    if tag.multi:
        return [word for bit, word in words.items() if number >> bit & 1]
    return [words[number]] if number in words else []


def begun_on(versions: Sequence[tuple[Tag, date | None]], *, is_in_baseline: bool) -> date | None:
    """Return since when a tag's numbers mean what they mean now; None: since they are kept.

    `versions` are its definitions with the day of each, the latest first.
    """
    latest, _ = versions[0]
    since = None
    for tag, day in versions:
        if not _goes_on(tag, latest):
            return since
        since = day
    return None if is_in_baseline else since


def _goes_on(earlier: Tag, latest: Tag) -> bool:
    """Tell whether each number of an earlier definition is the same value in the latest."""
    if earlier.multi is not latest.multi or type(earlier.values) is not type(latest.values):
        return False
    if isinstance(earlier.values, tuple) and isinstance(latest.values, tuple):
        before = [value.code for value in earlier.values]
        return before == [value.code for value in latest.values][: len(before)]
    return True
