"""The month-age ladder: whole months by the calendar, from the birthday or else the due date."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from huitong.segments.model.lifecycle import AgeLadder
from huitong.segments.rules import lifecycle_age
from huitong.segments.rules.lifecycle import NO_DAY
from huitong.segments.rules.lifecycle_age import shipped_ladder

EPOCH = date(1970, 1, 1)
LADDER = shipped_ladder()
dates = st.dates(date(1999, 1, 1), date(2032, 12, 31))


def number(day: date | None) -> int:
    return NO_DAY if day is None else (day - EPOCH).days


def months_by_counting(start: date, today: date) -> int:
    """Walk month by month, days of the month cut to what the month has."""

    def after(months: int) -> date:
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        for day in range(start.day, 0, -1):
            try:
                return date(year, month + 1, day)
            except ValueError:
                continue
        raise AssertionError

    months = 0
    while after(months) > today:
        months -= 1
    while after(months + 1) <= today:
        months += 1
    return months


@pytest.mark.parametrize(
    "born, today, months",
    [
        (date(2026, 1, 31), date(2026, 2, 27), 0),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2024, 2, 29), date(2024, 3, 28), 0),
        (date(2026, 6, 10), date(2026, 6, 9), -1),
        (date(2026, 6, 10), date(2026, 5, 9), -2),
        (date(2026, 6, 10), date(2026, 5, 10), -1),
    ],
)
def test_months_are_whole_on_the_day_of_the_month(born: date, today: date, months: int) -> None:
    found = lifecycle_age.age_months(np.array([number(born)], np.int32), today=today)
    assert found.tolist() == [months]


@given(dates, dates)
def test_months_are_those_counted_one_by_one(born: date, today: date) -> None:
    found = lifecycle_age.age_months(np.array([number(born)], np.int32), today=today)
    assert found.tolist() == [months_by_counting(born, today)]


@given(st.none() | dates, st.none() | dates, dates)
def test_the_stage_stays_until_the_day_the_next_begins(
    born: date | None, due: date | None, today: date
) -> None:
    def stage_on(day: date) -> tuple[int, int]:
        stage, following = lifecycle_age.stages(
            LADDER,
            birth_day=np.array([number(born)], np.int32),
            due_day=np.array([number(due)], np.int32),
            today=day,
        )
        return int(stage[0]), int(following[0])

    stage, following = stage_on(today)
    if following != NO_DAY:
        next_on = EPOCH + timedelta(days=following)
        assert next_on > today
        assert stage_on(next_on - timedelta(days=1))[0] == stage
        assert stage_on(next_on)[0] != stage
    why = lifecycle_age.explain(LADDER, born_on=born, due_on=due, today=today)
    assert (why is None) == (born is None and due is None)
    if why is not None:
        codes = [None, *(one.code for one in LADDER.stages)]
        assert why.stage == codes[stage]
        assert why.from_due_date == (born is None)


def test_the_birthday_counts_before_the_due_date() -> None:
    stage, following = lifecycle_age.stages(
        LADDER,
        birth_day=np.array([NO_DAY, number(date(2026, 6, 20)), NO_DAY], np.int32),
        due_day=np.array([number(date(2026, 7, 1)), number(date(2026, 7, 1)), NO_DAY], np.int32),
        today=date(2026, 6, 30),
    )
    assert stage.tolist() == [1, 2, 0]
    assert following.tolist() == [number(date(2026, 7, 1)), number(date(2026, 12, 20)), NO_DAY]


def test_a_parent_of_two_is_in_both_stages() -> None:
    stage = np.array([2, 4, 4, 0], np.uint8)
    owner = np.array([0, 0, 2, 1], np.int64)
    assert lifecycle_age.stage_masks(stage, customer=owner, customers=3).tolist() == [0b1010, 0, 8]


def test_stages_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValidationError, match="Stages must rise"):
        AgeLadder.model_validate(LADDER.model_dump() | {"until_months": 72})
