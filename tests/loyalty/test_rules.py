"""What orders earn, what returns take back, how long value lives and which tier it reaches.

Numbers in brackets are scenarios of public test suites and rule pages, restated.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from huitong.channels.model import OrderStatus
from huitong.loyalty.model import Asset, Expiry, Position, Programme, RuleShare, Standing
from huitong.loyalty.rules import capping, earning, living, returning, settling, tiers
from huitong.loyalty.rules.earning import Paths, Terms
from huitong.loyalty.rules.settling import Case, Settled
from huitong.orders.model import LineSnapshot, Snapshot
from huitong.orders.rules import share
from tests.loyalty.make import NAMES, NOON, line, order, programme, rule

SHANGHAI = ZoneInfo("Asia/Shanghai")
UTC_ZONE = ZoneInfo("UTC")


def points(snapshot: Snapshot, plan: Programme, paths: Paths | None = None) -> int:
    """Return what an order earns in points."""
    return earning.earned(snapshot, Terms(plan, paths or {}, SHANGHAI), Asset.POINTS).amount


def taken(snapshot: Snapshot, plan: Programme, paths: Paths | None = None) -> int:
    """Return what the returns of an order take back of what it earned."""
    terms = Terms(plan, paths or {}, SHANGHAI)
    full = earning.earned(snapshot, terms, Asset.POINTS)
    return returning.clawed_for(snapshot, terms, Asset.POINTS, full=full, granted=full.amount)


class TestEarning:
    def test_a_coupon_on_the_order_lowers_what_it_earns(self) -> None:
        """[1] 100.00 with a 10 % coupon: 90 points."""
        assert points(order(line("tea", 90, order_discount_yuan=10)), programme()) == 90

    def test_stored_value_is_tender_and_earns(self) -> None:
        """[2] 100.00, of which 10.00 or 50.00 was stored value: 100 points."""
        assert points(order(line("tea", 100), bonus_yuan=50), programme()) == 100

    def test_stored_bonus_earns_nothing_where_the_programme_says_so(self) -> None:
        plan = programme(stored_bonus_earns=False)
        assert points(order(line("tea", 100), bonus_yuan=10), plan) == 90

    def test_points_spent_on_an_order_earn_nothing(self) -> None:
        """[6] An invoice of 10,000 of which points paid 10, at one point for 1,000: 9 points."""
        plan = programme(rule(per_minor=100_000))
        assert points(order(line("tea", 10_000), points_yuan=10), plan) == 9

    def test_a_discount_on_the_whole_order_may_leave_a_filtered_rule_alone(self) -> None:
        """[3] Food 100 and other 50, 10 % off the order: 100 points; off food only: 90."""
        food = {"categories": [["food"]]}
        paths = {"rice": ("food",), "soap": ("home",)}
        plan = programme(rule(items=food, order_discounts_reduce=False))
        off_all = order(
            line("rice", 90, order_discount_yuan=10), line("soap", 45, order_discount_yuan=5)
        )
        off_food = order(line("rice", 90), line("soap", 50))
        assert points(off_all, plan, paths) == 100
        assert points(off_food, plan, paths) == 90

    def test_the_switch_lets_a_discount_on_the_order_lower_a_filtered_rule(self) -> None:
        plan = programme(rule(items={"categories": [["food"]]}))
        basket = order(line("rice", 90, order_discount_yuan=10), line("soap", 45))
        assert points(basket, plan, {"rice": ("food",)}) == 90

    def test_what_the_platform_reimburses_counts_where_the_merchant_receives_it(self) -> None:
        basket = order(line("tea", 80, platform_yuan=20))
        assert points(basket, programme()) == 80
        assert points(basket, programme(base="merchant_receives")) == 100

    def test_an_item_the_catalogue_does_not_know_is_in_no_category(self) -> None:
        plan = programme(rule(items={"categories": [["fuel"]], "except_for": True}))
        assert points(order(line("mystery", 10)), plan) == 10

    def test_points_are_rounded_down_once_for_the_order(self) -> None:
        """Two lines of 1.60 at one point for 1.00 are 3 points, not 2."""
        basket = order(line("tea", 1), line("milk", 2))
        assert points(basket, programme(rule(per_minor=200))) == 1

    def test_a_cap_for_the_order_is_named_in_the_reason(self) -> None:
        plan = programme(rule(caps={"per_order": 50}))
        full = earning.earned(order(line("tea", 100)), Terms(plan, {}, SHANGHAI), Asset.POINTS)
        assert full.shares == (RuleShare("base", 10_000, 50, capped_by="per_order"),)

    @pytest.mark.parametrize(
        "status", [OrderStatus.UNPAID, OrderStatus.DEPOSIT_PAID, OrderStatus.CLOSED]
    )
    def test_an_order_that_is_not_paid_earns_nothing_yet(self, status: OrderStatus) -> None:
        assert not earning.earns(order(line("tea", 1), status=status))


class TestReturning:
    def test_earning_rounds_down_and_taking_back_rounds_up(self) -> None:
        """[8] 10.00 earns 1: an order of 100.00 gives 10, a refund of 22.00 takes 3."""
        plan = programme(rule(per_minor=1_000))
        assert points(order(line("tea", 100)), plan) == 10
        assert taken(order(line("tea", 100, returned_yuan=22)), plan) == 3

    def test_half_of_the_pieces_take_half_of_the_points(self) -> None:
        """[7] 20,000 for two pieces at one point for 1,000: one piece back leaves 10 of 20."""
        plan = programme(rule(per_minor=100_000))
        assert taken(order(line("tea", 20_000, quantity=2, returned_yuan=10_000)), plan) == 10

    def basket_with_bonus(self, **changes: object) -> tuple[Snapshot, Programme]:
        """[9] A 10 with bonus 10, B 10 with bonus 20, C 20: 40 + 30 points; C comes back."""
        plan = programme(
            rule(),
            rule("bonus_a", per_minor=None, points=10, items={"skus": ["A"]}),
            rule("bonus_b", per_minor=None, points=20, items={"skus": ["B"]}),
            **changes,
        )
        return order(line("A", 10), line("B", 10), line("C", 20, returned_yuan=20)), plan

    def test_by_value_a_return_takes_its_share_of_every_bonus(self) -> None:
        basket, plan = self.basket_with_bonus()
        assert points(basket, plan) == 70
        assert taken(basket, plan) == 35

    def test_by_line_a_return_takes_what_its_own_line_gave(self) -> None:
        basket, plan = self.basket_with_bonus(claw_back="by_line")
        assert taken(basket, plan) == 20

    def test_what_earned_nothing_takes_nothing_back(self) -> None:
        plan = programme(rule(items={"skus": ["A"]}))
        assert taken(order(line("A", 100), line("B", 50, returned_yuan=50)), plan) == 0

    @given(
        paid=st.lists(st.integers(1, 500_000), min_size=1, max_size=6),
        data=st.data(),
        policy=st.sampled_from(["by_value", "by_line"]),
    )
    def test_returning_in_pieces_never_leaves_more_than_returning_at_once(
        self, paid: list[int], data: st.DataObject, policy: str
    ) -> None:
        plan = programme(rule(per_minor=700), claw_back=policy)
        back = [data.draw(st.integers(0, amount)) for amount in paid]
        further = [
            data.draw(st.integers(some, amount)) for some, amount in zip(back, paid, strict=True)
        ]
        first, second, whole = (
            order(
                *(
                    LineSnapshot(f"L{at}", f"L{at}", 1, amount, gone, 0, 0)
                    for at, (amount, gone) in enumerate(zip(paid, returned, strict=True))
                )
            )
            for returned in (back, further, paid)
        )
        granted = points(whole, plan)
        assert 0 <= taken(first, plan) <= taken(second, plan) <= granted
        assert taken(whole, plan) == granted

    @given(spent=st.integers(1, 10**6), value=st.integers(1, 10**6), data=st.data())
    def test_spent_points_come_back_in_proportion_and_whole_at_the_end(
        self, spent: int, value: int, data: st.DataObject
    ) -> None:
        returned = data.draw(st.integers(0, value))
        part = returning.restored_for(spent, value_minor=value, returned_minor=returned)
        assert 0 <= part <= spent
        assert returning.restored_for(spent, value_minor=value, returned_minor=value) == spent


class TestLiving:
    @pytest.mark.parametrize(
        "earned_on, months, last_day",
        [
            ((2026, 1, 25), 1, (2026, 2, 25)),
            ((2026, 1, 31), 1, (2026, 2, 28)),
            ((2028, 1, 31), 1, (2028, 2, 29)),
            ((2026, 5, 5), 0, (2026, 5, 5)),
            ((2026, 12, 15), 2, (2027, 2, 15)),
        ],
    )
    def test_value_lives_to_the_end_of_its_last_day(
        self, earned_on: tuple[int, int, int], months: int, last_day: tuple[int, int, int]
    ) -> None:
        """[13] Months of the brand's calendar; a day that does not exist is the last one."""
        earned_at = datetime(*earned_on, 18, 30, tzinfo=SHANGHAI)
        dead_from = living.expires_at(earned_at.astimezone(UTC), Expiry(months=months), SHANGHAI)
        assert dead_from == datetime(*last_day, tzinfo=SHANGHAI) + timedelta(days=1)
        assert living.last_day(dead_from, SHANGHAI) == date(*last_day)

    def test_rounded_to_the_month_all_value_of_january_dies_together(self) -> None:
        """[13] The last day of February, whatever the day in January."""
        expiry = Expiry(months=1, rounding="month_end")
        for day in (1, 25, 31):
            earned_at = datetime(2026, 1, day, 9, tzinfo=SHANGHAI)
            dead_from = living.expires_at(earned_at, expiry, SHANGHAI)
            assert dead_from == datetime(2026, 3, 1, tzinfo=SHANGHAI)

    def test_without_expiry_value_lives_for_ever(self) -> None:
        assert living.expires_at(NOON, None, SHANGHAI) is None
        assert living.last_day(None, SHANGHAI) is None

    def test_what_ends_in_the_middle_of_a_day_can_be_used_on_it(self) -> None:
        ends_at = datetime(2026, 12, 31, 23, tzinfo=UTC)
        assert living.last_day(ends_at, UTC_ZONE) == date(2026, 12, 31)
        assert living.last_day(ends_at, SHANGHAI) == date(2027, 1, 1)

    def test_the_first_window_that_fits_decides(self) -> None:
        plan = programme(
            return_windows=[
                {"platform": "pos", "days": 0, "from_payment": True},
                {"platform": "tmall", "order_kind": "presale", "days": 15},
                {"days": 7},
            ]
        )
        basket = order(line("tea", 1))
        assert living.window_of(plan, basket, "pos").days == 0
        assert living.window_of(plan, basket, "tmall").days == 7

    def test_the_clock_of_a_shop_starts_at_completion(self) -> None:
        window = programme(return_windows=[{"days": 7}]).return_windows[0]
        shipped = order(line("tea", 1), completed_at=None)
        assert living.activates_at(shipped, window) is None
        assert living.activates_at(order(line("tea", 1)), window) == NOON + timedelta(days=7)

    def test_an_open_dispute_stops_the_clock(self) -> None:
        window = programme().return_windows[0]
        assert living.activates_at(order(line("tea", 1), disputed=True), window) is None


class TestTiers:
    plan = programme(
        tiers=[
            {"code": "bronze", "names": NAMES, "growth": 0},
            {"code": "silver", "names": NAMES, "growth": 10_000},
            {"code": "gold", "names": NAMES, "growth": 20_000},
        ]
    )

    @pytest.mark.parametrize(
        "before, now, tier",
        [
            (0, 6_000, "bronze"),
            (0, 15_000, "silver"),
            (0, 25_000, "gold"),
            (4_000, 500, "bronze"),
            (8_000, 3_000, "silver"),
            (18_000, 3_000, "gold"),
        ],
    )
    def test_the_present_purchase_counts(self, before: int, now: int, tier: str) -> None:
        """[16]"""
        assert tiers.reached(self.plan, before + now).code == tier

    def test_a_refund_lowers_the_tier_at_once_or_not_at_all(self) -> None:
        gold = Standing(1, 7, "gold", NOON)
        keeping = self.plan.model_copy(update={"downgrade": "keep"})
        assert tiers.after(self.plan, gold, 19_999).code == "silver"
        assert tiers.after(keeping, gold, 19_999).code == "gold"

    def test_the_explanation_says_what_the_next_tier_needs(self) -> None:
        silver = Standing(1, 7, "silver", NOON)
        why = tiers.explain(self.plan, silver, growth=12_500, pending_growth=500)
        assert (why.tier, why.next_tier, why.growth_missing) == ("silver", "gold", 7_500)
        assert why.pending_growth == 500

    def test_growth_below_zero_is_the_lowest_tier(self) -> None:
        assert tiers.reached(self.plan, -5).code == "bronze"


class TestCapping:
    def test_a_day_gives_no_more_than_its_cap_over_all_orders(self) -> None:
        plan = programme(rule(caps={"per_day": 100}))
        counted = capping.Given(SHANGHAI)
        counted.add(1, NOON, [RuleShare("base", 8_000, 80)])
        (cut,) = counted.cap(plan, 1, NOON, [RuleShare("base", 5_000, 50)])
        assert (cut.amount, cut.capped_by) == (20, "per_day")

    def test_the_day_is_the_brand_s_own(self) -> None:
        plan = programme(rule(caps={"per_day": 100}))
        counted = capping.Given(SHANGHAI)
        before_midnight = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)
        counted.add(1, before_midnight, [RuleShare("base", 10_000, 100)])
        (free,) = counted.cap(
            plan, 1, before_midnight + timedelta(minutes=2), [RuleShare("base", 100, 1)]
        )
        assert free.amount == 1


class TestSettling:
    def settled(self, snapshot: Snapshot, before: Position | None = None) -> Settled | None:
        case = Case(
            order=snapshot,
            platform="pos",
            zone=SHANGHAI,
            may_earn=True,
            version=1,
            terms=Terms(programme(), {}, SHANGHAI),
            now=NOON,
        )
        return settling.settle(case, Asset.POINTS, before, tuple, spendable=10**9)

    def position(self, snapshot: Snapshot, before: Position | None = None) -> Position:
        settled = self.settled(snapshot, before)
        assert settled is not None
        return settled.position

    def test_settling_twice_moves_nothing_the_second_time(self) -> None:
        first = self.position(order(line("tea", 100)))
        assert first.granted == 100
        assert self.settled(order(line("tea", 100)), first) is None

    def test_a_refund_known_before_the_order_grants_only_what_stays(self) -> None:
        late = self.position(order(line("tea", 100, returned_yuan=30)))
        assert (late.earned, late.granted, late.clawed) == (100, 70, 0)

    def test_closing_an_order_takes_everything_back(self) -> None:
        """[7] A cancelled order counts for nothing."""
        first = self.position(order(line("tea", 100)))
        after = self.position(order(line("tea", 100), status=OrderStatus.CLOSED), first)
        assert (after.granted, after.clawed) == (100, 100)

    def test_a_corrected_amount_moves_only_the_difference(self) -> None:
        first = self.position(order(line("tea", 100)))
        cheaper = self.position(order(line("tea", 80)), first)
        dearer = self.position(order(line("tea", 90)), cheaper)
        assert (cheaper.granted, cheaper.clawed) == (100, 20)
        assert (dearer.granted, dearer.clawed) == (110, 20)

    def test_orders_and_returns_in_any_order_end_at_the_same_net(self) -> None:
        partly = order(line("tea", 100, returned_yuan=33))
        together = self.position(partly)
        then = self.position(partly, self.position(order(line("tea", 100))))
        assert then.granted - then.clawed == together.granted == 67


class TestShare:
    @given(amount=st.integers(0, 10**9), pieces=st.integers(1, 10**6), data=st.data())
    def test_pieces_returned_one_by_one_add_up_to_the_line(
        self, amount: int, pieces: int, data: st.DataObject
    ) -> None:
        part = data.draw(st.integers(0, pieces))
        assert 0 <= share(amount, part, pieces) <= amount
        assert share(amount, pieces, pieces) == amount


class TestProgramme:
    @pytest.mark.parametrize(
        "changes, sentence",
        [
            ({"rules": [rule(), rule()]}, "there twice"),
            ({"tiers": [{"code": "gold", "names": NAMES, "growth": 5}]}, "growth 0"),
            ({"return_windows": [{"platform": "pos", "days": 0}]}, "fit every order"),
            ({"rules": [rule(points=0)]}, "greater than or equal to 1"),
            ({"surprise": 1}, "Extra inputs"),
        ],
    )
    def test_a_wrong_document_is_refused_with_a_sentence(
        self, changes: dict[str, object], sentence: str
    ) -> None:
        with pytest.raises(ValidationError, match=sentence):
            programme(**changes)
