"""Points by hand: with a reason, once for a key, within limits, undone by a counter operation."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from huitong import ledger, loyalty
from huitong.loyalty.model import Asset, ProgrammeNotFound
from huitong.loyalty.model.adjusting import (
    ADJUSTMENT_LARGE_POINTS_MAX,
    ADJUSTMENT_POINTS_MAX,
    Adjusted,
    Adjustment,
    AdjustmentReason,
    AdjustmentReversed,
    AdjustmentUsed,
    NoSuchAdjustment,
)
from huitong.platform import audit
from huitong.platform.audit import Entry, Wanted
from huitong.platform.errors import Ok, Refused, Result
from tests.loyalty.club import DAY, HER, HIM, Club, points_and_growth

YEAR = timedelta(days=365)


def asked(club: Club, name: str, points: int, **changes: object) -> Adjustment:
    plain = Adjustment(
        key="complaint-7",
        customer_id=club.customer_id(name),
        points=points,
        reason=AdjustmentReason.GOODWILL,
        note="the parcel came late",
        actor="cli:wang",
    )
    return replace(plain, **cast("dict[str, Any]", changes))


def adjust(club: Club, name: str, points: int, **changes: object) -> Result[Adjusted]:
    (result,) = loyalty.adjust_points(club.tx, [asked(club, name, points, **changes)], now=club.now)
    return result


def adjusted(club: Club, name: str, points: int, **changes: object) -> Adjusted:
    result = adjust(club, name, points, **changes)
    assert isinstance(result, Ok), result
    return result.value


def refused(club: Club, name: str, points: int, **changes: object) -> Refused:
    result = adjust(club, name, points, **changes)
    assert isinstance(result, Refused), result
    return result


def undo(club: Club, name: str, operation_id: int) -> Adjusted:
    return loyalty.reverse_adjustment(
        club.tx,
        customer_id=club.customer_id(name),
        operation_id=operation_id,
        actor="cli:li",
        note="it was somebody else",
        now=club.now,
    )


def told(club: Club) -> list[Entry]:
    found = audit.entries(club.tx, Wanted(), before_id=None, limit=50)
    return [one for one in found if one.act.startswith("points.")]


class TestGiving:
    def test_given_points_can_be_spent_at_once_and_live_as_the_programme_says(
        self, club: Club
    ) -> None:
        club.enrol(HER)
        club.begin(
            points_and_growth(expiry={"months": 12, "rounding": "month_end"}),
            at=club.now - DAY,
            expected_version=1,
        )
        adjusted(club, HER, 300)
        assert club.balance(HER).spendable == 300
        (lot,) = club.lots(HER)
        assert lot.expires_at is not None
        assert lot.expires_at - club.now > YEAR

    def test_who_and_why_stand_in_the_statement_and_in_the_audit(self, club: Club) -> None:
        club.enrol(HER)
        done = adjusted(club, HER, 300)
        asset = Asset.POINTS.of_brand(club.brand.id)
        (entry,) = ledger.history(club.tx, club.customer_id(HER), asset=asset).entries
        assert (entry.operation_id, entry.amount) == (done.operation_id, 300)
        assert (entry.actor, entry.reason) == ("cli:wang", "the parcel came late")
        assert entry.source_kind == "adjustment:goodwill"
        (audited,) = told(club)
        assert (audited.act, audited.actor_name) == ("points.adjust", "wang")
        assert audited.after is not None
        assert (audited.after["points"], audited.after["reason"]) == (300, "goodwill")
        assert audited.brand_id == club.brand.id
        assert "late" not in str(audited), "The note stands where it can be erased."

    def test_without_a_programme_nobody_knows_how_long_points_live(self, club: Club) -> None:
        club.enrol(HER)
        club.wait(-20 * DAY)
        with pytest.raises(ProgrammeNotFound):
            adjust(club, HER, 300)


class TestTaking:
    def test_what_is_taken_comes_from_what_dies_first(self, club: Club) -> None:
        club.enrol(HER)
        adjusted(club, HER, 300)
        done = adjusted(club, HER, -120, key="misuse-1", reason=AdjustmentReason.MISUSE)
        assert (done.points, club.points(HER)) == (-120, 180)

    def test_more_than_there_is_is_refused_and_nothing_is_done(self, club: Club) -> None:
        club.enrol(HER)
        adjusted(club, HER, 300)
        no = refused(club, HER, -301, key="k2")
        assert (no.code, dict(no.facts)) == (
            "loyalty.not_enough_points",
            {"asked": 301, "spendable": 300},
        )
        assert club.points(HER) == 300
        assert len(told(club)) == 1

    def test_as_far_as_there_takes_what_is_there_and_repeats_the_same(self, club: Club) -> None:
        club.enrol(HER)
        adjusted(club, HER, 300)
        taken = adjusted(club, HER, -500, key="k2", as_far_as_there=True)
        assert (taken.points, club.points(HER)) == (-300, 0)
        again = adjusted(club, HER, -500, key="k2", as_far_as_there=True)
        assert again == replace(taken, replayed=True)

    def test_as_far_as_there_of_nothing_is_refused(self, club: Club) -> None:
        club.enrol(HER)
        assert refused(club, HER, -5, as_far_as_there=True).code == "loyalty.not_enough_points"


class TestRefusals:
    @pytest.mark.parametrize("points", [ADJUSTMENT_POINTS_MAX + 1, -ADJUSTMENT_POINTS_MAX - 1])
    def test_more_than_the_limit_asks_for_an_approver(self, club: Club, points: int) -> None:
        club.enrol(HER)
        no = refused(club, HER, points)
        assert no.code == "loyalty.adjustment_too_large"
        assert "points.adjust_large" in no.reason

    def test_an_approver_may_move_more_and_has_a_limit_too(self, club: Club) -> None:
        club.enrol(HER)
        adjusted(club, HER, ADJUSTMENT_POINTS_MAX + 1, may_large=True)
        no = refused(club, HER, ADJUSTMENT_LARGE_POINTS_MAX + 1, key="k2", may_large=True)
        assert no.facts["points_max"] == ADJUSTMENT_LARGE_POINTS_MAX

    def test_small_steps_are_no_way_around_the_limit_of_a_member(self, club: Club) -> None:
        club.enrol(HER)
        adjusted(club, HER, 3_000)
        adjusted(club, HER, -1_500, key="k2")
        for actor in ("cli:wang", "cli:chen"):
            no = refused(club, HER, 501, key="k3", actor=actor)
            assert (no.code, no.facts["left"]) == ("loyalty.member_adjusted_enough", 500)
        adjusted(club, HER, 500, key="k3")
        assert refused(club, HER, 1, key="k4").facts["left"] == 0
        adjusted(club, HER, 1, key="k4", may_large=True)
        club.wait(DAY)
        adjusted(club, HER, 5_000, key="k5")

    def test_one_hand_moves_no_more_in_a_day_over_all_members(self, club: Club) -> None:
        names = [f"member{number}" for number in range(5)]
        club.enrol(*names)
        for name in names[:4]:
            adjusted(club, name, 4_999)
        no = refused(club, names[4], 5)
        assert (no.code, no.facts["left"]) == ("loyalty.adjusted_enough", 4)
        adjusted(club, names[4], 5, actor="cli:chen")

    def test_one_hand_moves_no_more_in_a_batch_than_one_by_one(self, club: Club) -> None:
        names = [f"member{number}" for number in range(5)]
        club.enrol(*names)
        wanted = [asked(club, name, 5_000) for name in names]
        results = loyalty.adjust_points(club.tx, wanted, now=club.now)
        assert [isinstance(one, Ok) for one in results] == [True] * 4 + [False]

    def test_what_was_undone_leaves_room_again(self, club: Club) -> None:
        club.enrol(HER)
        undo(club, HER, adjusted(club, HER, 5_000).operation_id)
        adjusted(club, HER, 5_000, key="k2")
        assert refused(club, HER, 1, key="k3").facts["left"] == 0

    def test_zero_points_are_nothing(self, club: Club) -> None:
        club.enrol(HER)
        assert refused(club, HER, 0).code == "loyalty.adjustment_of_nothing"

    def test_who_is_no_member_has_no_points(self, club: Club) -> None:
        club.took(club.buys("stranger", "O1", 10))
        assert refused(club, "stranger", 5).code == "loyalty.not_a_member"

    def test_nobody_is_not_found(self, club: Club) -> None:
        club.enrol(HER)
        assert refused(club, HER, 5, customer_id=77 << 12).code == "customers.not_found"


class TestRepeats:
    def test_a_repeat_changes_nothing_though_time_went_by(self, club: Club) -> None:
        club.enrol(HER)
        first = adjusted(club, HER, 300)
        club.wait(40 * DAY)
        assert adjusted(club, HER, 300) == replace(first, replayed=True)
        assert club.points(HER) == 300
        assert len(told(club)) == 1

    @pytest.mark.parametrize(
        "points, reason",
        [(301, AdjustmentReason.GOODWILL), (300, AdjustmentReason.OTHER), (-300, None)],
    )
    def test_another_adjustment_under_the_key_is_a_conflict(
        self, club: Club, points: int, reason: AdjustmentReason | None
    ) -> None:
        club.enrol(HER)
        adjusted(club, HER, 300)
        no = refused(club, HER, points, reason=reason or AdjustmentReason.GOODWILL)
        assert no.code == "loyalty.adjustment_key_taken"

    def test_a_batch_takes_as_many_statements_as_one(self, club: Club) -> None:
        names = [f"member{number}" for number in range(6)]
        club.enrol(HER, *names)
        adjusted(club, HER, 10)
        counted = []
        for batch in (names[:1], names[1:]):
            before = club.tx.statements
            wanted = [asked(club, name, 10, key=f"k-{name}") for name in batch]
            looked_up = club.tx.statements
            loyalty.adjust_points(club.tx, wanted, now=club.now)
            assert looked_up > before
            counted.append(club.tx.statements - looked_up)
        assert counted[0] == counted[1]


class TestUndoing:
    def test_what_was_given_is_taken_and_both_stay_in_the_statement(self, club: Club) -> None:
        club.enrol(HER)
        done = adjusted(club, HER, 300)
        undone = undo(club, HER, done.operation_id)
        assert (undone.points, club.points(HER)) == (-300, 0)
        assert [one.act for one in told(club)] == ["points.reverse", "points.adjust"]

    def test_what_was_taken_comes_back_into_its_lot(self, club: Club) -> None:
        club.enrol(HER)
        adjusted(club, HER, 300)
        taken = adjusted(club, HER, -120, key="k2")
        assert undo(club, HER, taken.operation_id).points == 120
        (lot,) = club.lots(HER)
        assert lot.remaining == 300

    def test_undoing_twice_is_refused(self, club: Club) -> None:
        club.enrol(HER)
        done = adjusted(club, HER, 300)
        undo(club, HER, done.operation_id)
        with pytest.raises(AdjustmentReversed):
            undo(club, HER, done.operation_id)

    def test_what_was_spent_meanwhile_cannot_be_taken(self, club: Club) -> None:
        club.enrol(HER)
        done = adjusted(club, HER, 300)
        club.spend(HER, 200)
        with pytest.raises(AdjustmentUsed, match="100 are left"):
            undo(club, HER, done.operation_id)

    def test_only_adjustments_of_the_member_can_be_undone(self, club: Club) -> None:
        club.enrol(HER, HIM)
        done = adjusted(club, HER, 300)
        with pytest.raises(NoSuchAdjustment):
            undo(club, HIM, done.operation_id)
        spent = club.spend(HER, 50)
        assert isinstance(spent, Ok)
        with pytest.raises(NoSuchAdjustment):
            undo(club, HER, spent.value.operation_id)


class TestMerges:
    def test_a_repeat_and_an_undoing_find_what_was_done_before_the_merge(self, club: Club) -> None:
        club.enrol(HER, HIM)
        hers = adjusted(club, HER, 300, key="for her")
        his = adjusted(club, HIM, 40, key="for him")
        club.merge(HIM, HER)
        assert club.points(HER) == 340
        for done, points, key in ((hers, 300, "for her"), (his, 40, "for him")):
            again = adjusted(club, HER, points, key=key)
            assert (again.operation_id, again.replayed) == (done.operation_id, True)
        assert club.points(HER) == 340
        assert undo(club, HER, his.operation_id).points == -40
        assert undo(club, HER, hers.operation_id).points == -300
        assert club.points(HER) == 0
