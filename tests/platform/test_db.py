"""Rows on their way into a statement, few by arrays and many by COPY."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from psycopg.errors import DeadlockDetected

from huitong.platform.db import DEADLOCKS_MAX, FEW_ROWS_MAX, Database, Scope, Shape, Tx

MOMENT = Shape("moment", {"number": "bigint", "first": "timestamptz", "again": "timestamptz"})
TAKE_LOCK = "SELECT pg_advisory_xact_lock(%(group_id)s::int, %(lock)s)"
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


def test_work_that_loses_a_deadlock_is_done_again_and_nothing_of_it_is_left(
    database: Database, group_id: int, now: datetime
) -> None:
    """Two transactions take two locks in opposite orders, once; PostgreSQL ends one of them."""
    scope, both_hold_one = Scope(group_id), Barrier(2)
    attempts: dict[str, int] = {"there": 0, "back": 0}
    done: dict[str, int] = {}

    def take(way: str, locks: tuple[int, int]) -> None:
        def work(tx: Tx) -> int:
            attempts[way] += 1
            first, second = locks
            tx.execute(TAKE_LOCK, {"group_id": group_id, "lock": first})
            if attempts[way] == 1:
                both_hold_one.wait()
            tx.execute(TAKE_LOCK, {"group_id": group_id, "lock": second})
            return attempts[way]

        done[way] = database.do(scope, work, now=now)

    ways = [Thread(target=take, args=("there", (1, 2))), Thread(target=take, args=("back", (2, 1)))]
    for way in ways:
        way.start()
    for way in ways:
        way.join()
    assert done == attempts
    assert sorted(attempts.values()) == [1, 2]


def test_work_that_always_loses_is_given_up(
    database: Database, group_id: int, now: datetime
) -> None:
    attempts = 0

    def work(_tx: Tx) -> None:
        nonlocal attempts
        attempts += 1
        raise DeadlockDetected

    with pytest.raises(DeadlockDetected):
        database.do(Scope(group_id), work, now=now)
    assert attempts == DEADLOCKS_MAX
