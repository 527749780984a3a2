"""Caps by day and month when two members turn out to be one: what was granted stays."""

import pytest

from tests.loyalty.club import DAY, HER, HIM, Club, comes_back, points_and_growth
from tests.loyalty.make import rule

PER_DAY = 100


@pytest.fixture
def capped(club: Club) -> Club:
    """Return a club whose rule gives 100 points a day at most, and two who earned 80 each today."""
    club.begin(points_and_growth(rule(caps={"per_day": PER_DAY})), at=club.now - 8 * DAY)
    club.enrol(HER, HIM, at=club.now - 7 * DAY)
    club.took(club.buys(HER, "O1", 80), club.buys(HIM, "O2", 80))
    return club


def test_what_two_earned_below_their_own_caps_stays_when_they_are_one(capped: Club) -> None:
    capped.merge(HIM, HER)
    assert capped.points(HER) == 160


def test_what_one_of_them_buys_after_a_merge_is_asked_with_the_sum_of_both(capped: Club) -> None:
    capped.merge(HIM, HER)
    capped.took(capped.buys(HER, "O3", 50), capped.buys(HIM, "O4", 50))
    assert capped.points(HER) == 160
    capped.took(
        comes_back("R1", "O2", 80, at=capped.now), comes_back("R2", "O4", 50, at=capped.now)
    )
    capped.took(capped.buys(HIM, "O5", 50))
    assert capped.points(HER) == PER_DAY


def test_after_a_split_each_is_asked_alone_again(capped: Club) -> None:
    capped.split(capped.merge(HIM, HER))
    capped.took(capped.buys(HER, "O3", 50), capped.buys(HIM, "O4", 50))
    assert (capped.points(HER), capped.points(HIM)) == (PER_DAY, PER_DAY)


@pytest.mark.parametrize("yuan, points", [(81, 160), (120, 160), (60, 140)])
def test_a_corrected_amount_loses_nothing_to_what_the_other_one_earned(
    capped: Club, yuan: int, points: int
) -> None:
    capped.merge(HIM, HER)
    capped.took(capped.buys(HER, "O1", yuan, updated_at=capped.now + DAY))
    assert capped.points(HER) == points


def test_a_corrected_amount_of_one_alone_fills_the_cap_as_before(capped: Club) -> None:
    capped.took(capped.buys(HER, "O3", 50))
    capped.took(capped.buys(HER, "O1", 90, updated_at=capped.now + DAY))
    assert capped.points(HER) == PER_DAY
