"""A child's age in whole months and the stage of the ladder, from the birthday or the due date."""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import Final

import numpy as np

from huitong.segments.model.lifecycle import AgeExplanation, AgeLadder, AgeStage
from huitong.segments.model.models import Names
from huitong.segments.rules.lifecycle import NO_DAY, Codes, Days, Places

MONTHS_A_YEAR: Final = 12
MASK_STAGES_MAX: Final = 63


def age_months(from_day: Days, *, today: date) -> Days:
    """Return ages in whole months, negative before the day they are counted from."""
    month, day_of_month = _parted(from_day)
    reached = np.minimum(day_of_month, monthrange(today.year, today.month)[1]) <= today.day
    present = (today.year - 1970) * MONTHS_A_YEAR + today.month - 1
    return np.asarray(present - month - ~reached, np.int32)


def stages(ladder: AgeLadder, *, birth_day: Days, due_day: Days, today: date) -> tuple[Codes, Days]:
    """Return the stage of each child (1 is the first, 0 none) and the day the next one begins.

    Both arrays hold days since 1970-01-01 or `NO_DAY`; the birthday counts where it is known, the
    due date where it is not, even when it has passed. The second answer is `NO_DAY` where no
    change will come.
    """
    from_day = np.where(birth_day == NO_DAY, due_day, birth_day)
    is_known = from_day != NO_DAY
    counted = np.where(is_known, from_day, 0).astype(np.int32)
    borders = np.array([*(stage.from_months for stage in ladder.stages), ladder.until_months])
    place = np.searchsorted(borders, age_months(counted, today=today), side="right")
    stage = np.where(is_known & (place < len(borders)), place, 0).astype(np.uint8)
    following = borders[np.minimum(place, len(borders) - 1)]
    will_change = is_known & (place < len(borders))
    next_day = np.where(will_change, _months_later(counted, following), NO_DAY).astype(np.int32)
    return stage, next_day


def stage_masks(stage: Codes, *, customer: Places, customers: int) -> Places:
    """Return the stages of all children of each customer: bit 0 is the ladder's first stage."""
    assert stage.max(initial=0) <= MASK_STAGES_MAX, "A mask has a bit for each stage."
    found = np.zeros(customers, np.int64)
    has = stage > 0
    np.bitwise_or.at(found, customer[has], np.left_shift(1, stage[has].astype(np.int64) - 1))
    return found


def stages_of_months(
    ladder: AgeLadder, children: Iterable[tuple[date | None, date | None]], *, today: date
) -> frozenset[str]:
    """Return the stages of one customer's children, told by the month of birth alone.

    Of each child the birthday and the due date are given. A child counts as born on the first of
    the month, so that stages change with the calendar's months and tell nobody a birthday.
    """
    borders = [*(stage.from_months for stage in ladder.stages), ladder.until_months]
    found = set()
    for born_on, due_on in children:
        day = born_on or due_on
        if day is None:
            continue
        months = (today.year - day.year) * MONTHS_A_YEAR + today.month - day.month
        place = bisect_right(borders, months)
        if 0 < place < len(borders):
            found.add(ladder.stages[place - 1].code)
    return frozenset(found)


def explain(
    ladder: AgeLadder, *, born_on: date | None, due_on: date | None, today: date
) -> AgeExplanation | None:
    """Return a child's age, its stage and the next one; `None` when neither day is known."""
    from_date = born_on or due_on
    if from_date is None:
        return None
    from_day = np.array([(from_date - date(1970, 1, 1)).days], np.int32)
    none = np.full(1, NO_DAY, np.int32)
    found, next_day = stages(ladder, birth_day=from_day, due_day=none, today=today)
    months = int(age_months(from_day, today=today)[0])
    codes = [None, *(stage.code for stage in ladder.stages), None]
    later = [stage.code for stage in ladder.stages if stage.from_months > months]
    has_next = next_day[0] != NO_DAY
    return AgeExplanation(
        months=months,
        from_due_date=born_on is None,
        stage=codes[int(found[0])],
        next_stage=later[0] if later else None,
        next_on=date.fromordinal(int(next_day[0]) + date(1970, 1, 1).toordinal())
        if has_next
        else None,
    )


def shipped_ladder() -> AgeLadder:
    """Return the ladder of mother and baby: pregnancy, then the stages of formula milk and on."""
    found = (
        ("pregnancy", "孕期", "Pregnancy", -10),
        ("months_0_6", "0-6月龄", "0 to 6 months", 0),
        ("months_6_12", "6-12月龄", "6 to 12 months", 6),
        ("years_1_3", "1-3岁", "1 to 3 years", 12),
        ("years_3_6", "3-6岁", "3 to 6 years", 36),
        ("years_6_14", "6-14岁", "6 to 14 years", 72),
    )
    return AgeLadder(
        code="child_stage",
        names=Names(zh="月龄阶段", en="Stage by age"),
        stages=tuple(
            AgeStage(code=code, names=Names(zh=zh, en=en), from_months=months)
            for code, zh, en, months in found
        ),
        until_months=168,
    )


def _parted(day: Days) -> tuple[Places, Places]:
    """Return the months since January 1970 and the days of the month, from 1."""
    whole = day.astype("datetime64[D]")
    month = whole.astype("datetime64[M]")
    return month.astype(np.int64), (whole - month.astype("datetime64[D]")).astype(np.int64) + 1


def _months_later(day: Days, months: Places) -> Places:
    month, day_of_month = _parted(day)
    landed = (month + months).astype("datetime64[M]")
    first = landed.astype("datetime64[D]").astype(np.int64)
    length = (landed + 1).astype("datetime64[D]").astype(np.int64) - first
    return np.asarray(first + np.minimum(day_of_month, length) - 1, np.int64)
