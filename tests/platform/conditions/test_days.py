"""Days of a zone are half-open spans of instants, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.platform.conditions import AsOf

ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)


def as_of(zone: str, now: datetime = datetime(2026, 11, 22, 4, tzinfo=UTC)) -> AsOf:
    return AsOf(now, ZoneInfo(zone))


@given(
    st.sampled_from(ZONES),
    st.integers(0, 45 * 366 * 24 * 3600),
)
def test_every_instant_lies_in_exactly_one_day(zone: str, seconds: int) -> None:
    here = as_of(zone)
    instant = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    day = here.day_of(instant)
    assert here.starts(day) <= instant < here.starts(day + timedelta(days=1))


def test_a_day_of_shanghai_begins_at_four_in_the_afternoon_of_the_day_before_in_utc() -> None:
    assert as_of("Asia/Shanghai").starts(date(2026, 11, 11)) == datetime(
        2026, 11, 10, 16, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "zone, day, hours",
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        # Clocks went from 24:00 straight to 01:00.
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        # Samoa left this day out when it changed sides of the date line.
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ],
)
def test_days_on_which_clocks_change_have_their_own_length(
    zone: str, day: date, hours: int
) -> None:
    here = as_of(zone)
    assert here.starts(day + timedelta(days=1)) - here.starts(day) == timedelta(hours=hours)


def test_a_day_that_has_begun_is_not_over_when_clocks_go_back_over_midnight() -> None:
    newfoundland = as_of("America/St_Johns")
    # At 00:01 of 29 October 2006 clocks went back to 23:01 of the 28th.
    shown_again = datetime(2006, 10, 29, 2, 45, tzinfo=UTC)
    assert shown_again.astimezone(newfoundland.zone).date() == date(2006, 10, 28)
    assert newfoundland.day_of(shown_again) == date(2006, 10, 29)


@pytest.mark.parametrize(
    "today, days, coming",
    [
        (date(2026, 11, 22), 1, {1122}),
        (date(2026, 12, 31), 2, {1231, 101}),
        (date(2025, 2, 28), 1, {228, 229}),
        (date(2024, 2, 28), 1, {228}),
        (date(2024, 2, 28), 2, {228, 229}),
        (date(2025, 3, 1), 1, {301}),
    ],
)
def test_29_february_comes_round_on_the_28th_of_years_without_one(
    today: date, days: int, coming: set[int]
) -> None:
    noon = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    assert as_of("UTC", noon).coming(days) == coming
