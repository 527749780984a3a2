"""Rows on their way into a statement, few by arrays and many by COPY."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from huitong.platform.db import FEW_ROWS_MAX, Shape, Tx

MOMENT = Shape("moment", {"number": "bigint", "first": "timestamptz", "again": "timestamptz"})
READ_BACK = "SELECT number, first, again FROM {incoming} ORDER BY number"


class TestWrite:
    @pytest.mark.parametrize("count", [FEW_ROWS_MAX, FEW_ROWS_MAX + 1])
    def test_instants_arrive_as_they_were_by_either_way(self, tx: Tx, count: int) -> None:
        start = datetime(2026, 3, 2, 10, tzinfo=UTC)
        rows = [
            (number, start + timedelta(microseconds=number), start if number % 2 else None)
            for number in range(count)
        ]
        assert tx.write(READ_BACK, MOMENT, rows) == rows

    def test_the_two_hours_of_one_name_stay_apart(self, tx: Tx) -> None:
        """When clocks go back, 01:30 comes twice; Python calls the two equal."""
        zone = ZoneInfo("America/New_York")
        summer = datetime(2026, 11, 1, 1, 30, tzinfo=zone)
        winter = summer.replace(fold=1)
        rows = [(number, summer, winter) for number in range(FEW_ROWS_MAX + 1)]
        for _, first, again in tx.write(READ_BACK, MOMENT, rows):
            assert again - first == timedelta(hours=1)


class _Stop(Exception):
    pass


def test_an_outer_savepoint_takes_back_what_came_before_one_that_failed_inside(tx: Tx) -> None:
    tx.execute("CREATE TEMPORARY TABLE seen (number int)", {})
    with suppress(_Stop), tx.savepoint():
        tx.execute("INSERT INTO seen VALUES (1)", {})
        with suppress(_Stop), tx.savepoint():
            raise _Stop
        raise _Stop
    assert tx.rows("SELECT number FROM seen", {}) == []
