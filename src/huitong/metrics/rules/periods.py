"""Stretches of days: cut into periods, moved for comparison, told to people."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from huitong.metrics.model import Compare, Grain, Span
from huitong.metrics.rules.festivals import around_the_festival_before

DAYS_A_WEEK = 7
MONTHS_A_YEAR = 12
MONTHS_A_QUARTER = 3
# The same weekdays a year before.
WEEKS_A_YEAR = 52

ONE_DAY = timedelta(days=1)


def start_of(grain: Grain, day: date) -> date:
    """Return the first day of the period in which a day lies; a week begins on Monday."""
    if grain is Grain.DAY:
        return day
    if grain is Grain.WEEK:
        return day - timedelta(days=day.weekday())
    if grain is Grain.YEAR:
        return day.replace(month=1, day=1)
    if grain is Grain.QUARTER:
        return day.replace(month=day.month - (day.month - 1) % MONTHS_A_QUARTER, day=1)
    return day.replace(day=1)


def after(grain: Grain, start: date) -> date:
    """Return the first day of the next period."""
    if grain is Grain.DAY:
        return start + ONE_DAY
    if grain is Grain.WEEK:
        return start + DAYS_A_WEEK * ONE_DAY
    months = {Grain.MONTH: 1, Grain.QUARTER: MONTHS_A_QUARTER, Grain.YEAR: MONTHS_A_YEAR}
    return add_months(start, months[grain])


def count_of(grain: Grain, span: Span) -> int:
    """Return into how many periods, the cut ones at both ends among them, a span falls."""
    if grain in {Grain.DAY, Grain.WEEK}:
        days = (span.until - ONE_DAY - start_of(grain, span.since)).days
        return days // (1 if grain is Grain.DAY else DAYS_A_WEEK) + 1
    months = months_between(start_of(grain, span.since), span.until - ONE_DAY)
    return months // {Grain.MONTH: 1, Grain.QUARTER: MONTHS_A_QUARTER}.get(grain, MONTHS_A_YEAR) + 1


def periods(grain: Grain, span: Span) -> list[date]:
    """Return the first days of the periods of a span, the cut ones at both ends among them."""
    return list(_starts(grain, span))


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, or its last day where it is shorter."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(first: date, last: date) -> int:
    """Return how many months later one day's month is than another's."""
    return (last.year - first.year) * MONTHS_A_YEAR + last.month - first.month


def compared(span: Span, compare: Compare, grain: Grain | None) -> Span:
    """Return the days that a span's are held against.

    The stretch before has as many whole months if the span is whole months, else as many days. A
    year before are the same dates, but by weeks the same weekdays, 52 weeks before.

    :raises WrongQuestion: when the days lie around no Spring Festival, and are to be held to one.
    """
    if compare is Compare.SPRING_FESTIVAL:
        return around_the_festival_before(span, grain)
    if compare is Compare.LAST_YEAR:
        if grain is Grain.WEEK:
            back = timedelta(weeks=WEEKS_A_YEAR)
            return Span(span.since - back, span.until - back)
        return _a_year_before(span)
    if span.since.day == span.until.day == 1:
        months = months_between(span.since, span.until)
        return Span(add_months(span.since, -months), span.since)
    return Span(span.since - (span.until - span.since), span.since)


def told(grain: Grain, start: date) -> str:
    """Return a period as people write it: 2026-03, 2026-Q1, 2026-W10."""
    if grain is Grain.WEEK:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02}"
    if grain is Grain.QUARTER:
        return f"{start.year}-Q{(start.month - 1) // MONTHS_A_QUARTER + 1}"
    length = {Grain.MONTH: 7, Grain.YEAR: 4}.get(grain)
    return start.isoformat()[:length]


def _a_year_before(span: Span) -> Span:
    """Return the same dates a year before, the last day included as a date of its own."""
    since = add_months(span.since, -MONTHS_A_YEAR)
    until = add_months(span.until, -MONTHS_A_YEAR)
    return Span(since, max(until, since + ONE_DAY))


def _starts(grain: Grain, span: Span) -> Iterator[date]:
    start = start_of(grain, span.since)
    while start < span.until:
        yield start
        start = after(grain, start)
