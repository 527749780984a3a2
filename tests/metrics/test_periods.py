"""Days fall into periods, and periods beside earlier ones, as a calendar on a wall shows them."""

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.metrics.model import Compare, Grain, Span, WrongQuestion
from huitong.metrics.rules.festivals import SPRING_FESTIVALS
from huitong.metrics.rules.periods import add_months, compared, count_of, periods, start_of, told

days = st.dates(date(2015, 1, 1), date(2030, 12, 31))
spans = st.builds(
    lambda since, length: Span(since, since + timedelta(days=length)), days, st.integers(1, 900)
)


def span(since: str, until: str) -> Span:
    return Span(date.fromisoformat(since), date.fromisoformat(until))


@given(days, st.sampled_from(Grain))
def test_a_period_begins_where_it_says(day: date, grain: Grain) -> None:
    start = start_of(grain, day)
    assert start <= day
    assert start_of(grain, start) == start
    assert start_of(grain, start - timedelta(days=1)) < start


@given(spans, st.sampled_from(Grain))
def test_the_periods_of_a_span_hold_each_of_its_days_once(span: Span, grain: Grain) -> None:
    every = [span.since + timedelta(days=one) for one in range((span.until - span.since).days)]
    assert periods(grain, span) == sorted({start_of(grain, day) for day in every})
    assert count_of(grain, span) == len(periods(grain, span))


@pytest.mark.parametrize(
    "grain, day, wanted",
    [
        (Grain.DAY, "2026-03-02", "2026-03-02"),
        (Grain.WEEK, "2026-01-01", "2026-W01"),
        (Grain.WEEK, "2027-01-03", "2026-W53"),
        (Grain.MONTH, "2026-03-31", "2026-03"),
        (Grain.QUARTER, "2026-06-30", "2026-Q2"),
        (Grain.YEAR, "2026-12-31", "2026"),
    ],
)
def test_periods_are_told_as_people_write_them(grain: Grain, day: str, wanted: str) -> None:
    assert told(grain, start_of(grain, date.fromisoformat(day))) == wanted


@pytest.mark.parametrize(
    "asked, grain, compare, wanted",
    [
        (("2026-03-01", "2026-04-01"), None, "previous", ("2026-02-01", "2026-03-01")),
        (("2026-01-01", "2026-04-01"), "month", "previous", ("2025-10-01", "2026-01-01")),
        (("2026-03-05", "2026-03-10"), "day", "previous", ("2026-02-28", "2026-03-05")),
        (("2026-02-01", "2026-03-01"), "day", "last_year", ("2025-02-01", "2025-03-01")),
        (("2024-02-29", "2024-03-01"), "day", "last_year", ("2023-02-28", "2023-03-01")),
        (("2024-02-28", "2024-02-29"), "day", "last_year", ("2023-02-28", "2023-03-01")),
        (("2026-03-02", "2026-03-09"), "week", "last_year", ("2025-03-03", "2025-03-10")),
    ],
)
def test_figures_are_held_against_days_of_the_same_kind(
    asked: tuple[str, str], grain: str | None, compare: str, wanted: tuple[str, str]
) -> None:
    found = compared(span(*asked), Compare(compare), None if grain is None else Grain(grain))
    assert found == span(*wanted)


def test_a_month_without_that_day_has_its_last_day_instead() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2026, 1, 31), -2) == date(2025, 11, 30)


class TestSpringFestival:
    def test_its_days_are_those_of_a_calendar_computed_elsewhere(self) -> None:
        computed = duckdb.connect()
        computed.execute("SET TimeZone = 'Asia/Shanghai'")
        computed.execute(
            "CREATE TABLE days AS SELECT DATE '2009-01-01' + CAST(n AS INTEGER) AS day,"
            " epoch(TIMESTAMPTZ '2009-01-01 12:00+08') + n * 86400 AS noon FROM range(9800) t(n)"
        )
        computed.execute("SET Calendar = 'chinese'")
        found = computed.execute(
            "SELECT day FROM days WHERE date_part('month', to_timestamp(noon)) = 1"
            " AND date_part('day', to_timestamp(noon)) = 1 AND month(day) < 4 ORDER BY day"
        ).fetchall()
        computed.close()
        # The moon is new on 6 February 2027 at 23:56 and on 3 February 2030 at 00:07.
        close_to_midnight = {2027, 2030}
        assert {day.year: day for (day,) in found if day.year not in close_to_midnight} == {
            year: day for year, day in SPRING_FESTIVALS.items() if year not in close_to_midnight
        }

    def test_days_are_held_against_those_around_the_festival_before(self) -> None:
        before_it = span("2026-02-10", "2026-02-17")
        found = compared(before_it, Compare.SPRING_FESTIVAL, None)
        assert found == span("2025-01-22", "2025-01-29")
        around_new_year = span("2025-12-25", "2026-01-05")
        found = compared(around_new_year, Compare.SPRING_FESTIVAL, Grain.DAY)
        assert found == span("2024-12-06", "2024-12-17")

    @pytest.mark.parametrize(
        "asked,grain,told",
        [
            (("2026-07-01", "2026-08-01"), None, "no Spring Festival"),
            (("2009-01-20", "2009-02-01"), None, "2010 to 2035"),
            (("2026-01-01", "2026-06-01"), None, "120 days"),
            (("2026-01-01", "2026-03-01"), "week", "by day"),
        ],
    )
    def test_what_cannot_be_held_against_it_is_refused(
        self, asked: tuple[str, str], grain: str | None, told: str
    ) -> None:
        with pytest.raises(WrongQuestion, match=told):
            compared(span(*asked), Compare.SPRING_FESTIVAL, None if grain is None else Grain(grain))
