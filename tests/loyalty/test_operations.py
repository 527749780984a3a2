"""Loyalty on a real database, through the wired appliers: pages in, points and tiers out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest

from huitong import ledger, loyalty
from huitong.channels.model import (
    OrderStatus,
    Payment,
    PaymentKind,
    RefundStatus,
)
from huitong.ledger.queries.showing import LOTS_LIMIT_MAX
from huitong.loyalty.model import Asset, ProgrammeChanged
from huitong.platform.db import Database, Role, Scope
from huitong.platform.errors import Ok, Refused
from tests.loyalty.club import (
    DAY,
    HER,
    HIM,
    Club,
    closed,
    codes,
    comes_back,
    points_and_growth,
)
from tests.loyalty.make import rule

SECONDS_TO_WAIT = 0.5
PAGE_OF_MANY = 120


def order_id_of(club: Club, order_no: str) -> int:
    found = club.tx.row("SELECT id FROM orders.header WHERE order_no = %(no)s", {"no": order_no})
    assert found is not None
    return int(found[0])


class TestApplyOrders:
    def test_a_repeat_changes_nothing(self, club: Club) -> None:
        club.enrol(HER)
        page = [club.buys(HER, "O1", 30), club.buys(HER, "O2", 50)]
        club.took(*page)
        before = club.size("ledger.operation"), club.size("ledger.entry")
        club.took(*page)
        assert (club.size("ledger.operation"), club.size("ledger.entry")) == before
        assert club.points(HER) == 80

    def test_many_orders_of_one_member_on_one_page_all_count(self, club: Club) -> None:
        club.enrol(HER)
        club.took(*(club.buys(HER, f"O{at}", 10) for at in range(150)))
        assert club.points(HER) == 1_500
        assert club.tier(HER) == "gold"

    @pytest.mark.parametrize("version", ["new", "changed", "closed"])
    def test_a_page_costs_the_same_number_of_statements_whatever_its_size(
        self, club: Club, version: str
    ) -> None:
        def cost(name: str, size: int) -> int:
            buyers = [f"{name}{at}" for at in range(size)]
            club.enrol(*buyers)
            page = [club.buys(buyer, f"O-{buyer}", 150) for buyer in buyers]
            if version != "new":
                club.took(*page)
                changes = {"status": OrderStatus.CLOSED} if version == "closed" else {}
                page = [club.buys(buyer, f"O-{buyer}", 90, **changes) for buyer in buyers]
            before = club.tx.statements
            club.took(*page)
            return club.tx.statements - before

        cost("warm", PAGE_OF_MANY)  # The first large page also makes its temporary tables.
        # One more is a new block of ids, which the session leases when the last one is used up.
        assert abs(cost("many", PAGE_OF_MANY) - cost("most", 2 * PAGE_OF_MANY)) <= 1

    def test_a_late_order_earns_under_the_programme_of_its_own_day(self, club: Club) -> None:
        club.enrol(HER)
        club.begin(points_and_growth(rule(points=2)), at=club.now - DAY)
        late = club.buys(HER, "O1", 10, ordered_at=club.now - 2 * DAY)
        club.took(club.buys(HER, "O2", 10), late)
        assert club.points(HER) == 30
        (why,) = [
            one
            for one in loyalty.why_of(club.tx, [order_id_of(club, "O1")])[order_id_of(club, "O1")]
            if one["asset"] == Asset.POINTS
        ]
        assert why["programme_version"] == 1

    def test_a_corrected_order_keeps_the_programme_that_granted(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 10))
        club.begin(points_and_growth(rule(points=2)), at=club.now - DAY)
        club.took(club.buys(HER, "O1", 20))
        assert club.points(HER) == 20

    def test_a_version_that_names_no_buyer_still_earns_for_the_buyer(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 10, status=OrderStatus.UNPAID))
        club.took(club.buys(None, "O1", 10))
        assert club.points(HER) == 10

    def test_a_version_that_names_somebody_else_leaves_the_order_whose_it_was(
        self, club: Club
    ) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 10, status=OrderStatus.UNPAID))
        club.took(club.buys(HIM, "O1", 10))
        assert (club.points(HER), club.points(HIM)) == (10, 0)

    def test_who_is_no_member_earns_nothing(self, club: Club) -> None:
        club.took(club.buys(HIM, "O1", 10), club.buys(None, "O2", 10))
        assert club.points(HIM) == 0
        assert club.size("loyalty.grant_position") == 0

    def test_two_pages_of_one_member_at_once_lose_nothing(
        self, database: Database, group_id: int, now: datetime
    ) -> None:
        scope, clock = Scope(group_id), Barrier(2)
        with database.transaction(scope, now=now) as tx:
            founded = Club.found(tx, now)
            founded.enrol(HER, HIM)

        def bring(till: int) -> None:
            clock.wait()
            for page in range(5):
                with database.transaction(scope, now=now) as tx:
                    names = [HER, HIM] if till else [HIM, HER]
                    there = Club(tx, now)
                    there.took(
                        *(
                            there.buys(name, f"{till}-{page}-{name}-{at}", 5)
                            for at in range(10)
                            for name in names
                        )
                    )

        with ThreadPoolExecutor(2) as tills:
            list(tills.map(bring, range(2)))
        with database.transaction(scope, now=now) as tx:
            after = Club(tx, now)
            assert [after.points(name) for name in (HER, HIM)] == [500, 500]
            assert [after.tier(name) for name in (HER, HIM)] == ["silver", "silver"]
        with database.reading(scope, role=Role.READER) as reading:
            assert not list(ledger.verify(reading))


class TestApplyRefunds:
    def test_a_repeat_changes_nothing(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100))
        refund = comes_back("R1", "O1", 40, at=club.now)
        club.took(refund)
        before = club.size("ledger.operation")
        club.took(refund)
        assert (club.points(HER), club.size("ledger.operation")) == (60, before)

    def test_two_orders_of_one_member_on_one_page_both_give_back(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100), club.buys(HER, "O2", 50))
        club.took(
            comes_back("R1", "O1", 100, at=club.now),
            comes_back("R2", "O2", 10, at=club.now),
            comes_back("R3", "O2", 10, at=club.now),
        )
        assert club.points(HER) == 30

    def test_two_disputes_on_one_page_freeze_no_more_than_there_is(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100), club.buys(HER, "O2", 100))
        club.spend(HER, 150)
        opened = [
            comes_back(number, order, 10, at=club.now, status=RefundStatus.OPEN)
            for number, order in (("R1", "O1"), ("R2", "O2"))
        ]
        assert codes(club.take(*opened)) == ["ok", "ok"]
        assert (club.balance(HER).held, club.balance(HER).spendable) == (50, 0)
        club.took(*(one.model_copy(update={"status": RefundStatus.REJECTED}) for one in opened))
        assert club.balance(HER).spendable == 50

    def test_what_one_refund_takes_another_dispute_of_the_page_cannot_freeze(
        self, club: Club
    ) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100), club.buys(HER, "O2", 100))
        club.spend(HER, 120)
        outcomes = club.take(
            comes_back("R1", "O1", 100, at=club.now),
            comes_back("R2", "O2", 10, at=club.now, status=RefundStatus.OPEN),
        )
        assert codes(outcomes) == ["ok", "ok"]
        assert club.balance(HER).debt == 20

    def test_a_page_costs_the_same_number_of_statements_whatever_its_size(self, club: Club) -> None:
        def cost(name: str, size: int) -> int:
            buyers = [f"{name}{at}" for at in range(size)]
            club.enrol(*buyers)
            club.took(*(club.buys(buyer, f"O-{buyer}", 150) for buyer in buyers))
            page = [comes_back(f"R-{buyer}", f"O-{buyer}", 90, at=club.now) for buyer in buyers]
            before = club.tx.statements
            club.took(*page)
            return club.tx.statements - before

        cost("warm", PAGE_OF_MANY)
        # One more is a new block of ids, which the session leases when the last one is used up.
        assert abs(cost("many", PAGE_OF_MANY) - cost("most", 2 * PAGE_OF_MANY)) <= 1

    def test_a_refund_that_comes_at_the_moment_of_its_order_waits_until_it_can_be_seen(
        self, database: Database, group_id: int, now: datetime
    ) -> None:
        scope = Scope(group_id)
        with database.transaction(scope, now=now) as tx:
            Club.found(tx, now).enrol(HER)

        def refund() -> None:
            with database.transaction(scope, now=now) as other:
                Club(other, now).took(comes_back("R1", "O1", 40, at=now))

        with ThreadPoolExecutor(1) as beside:
            with database.transaction(scope, now=now) as tx:
                till = Club(tx, now)
                till.took(till.buys(HER, "O1", 100))
                refunded = beside.submit(refund)
                with pytest.raises(TimeoutError):
                    refunded.result(timeout=SECONDS_TO_WAIT)
            refunded.result()
        with database.transaction(scope, now=now) as tx:
            assert Club(tx, now).points(HER) == 60


class TestLateEnrolment:
    def test_what_was_bought_before_we_knew_the_member_earns_from_enrolment_on(
        self, club: Club
    ) -> None:
        club.took(club.buys(HER, "O1", 100))
        assert club.points(HER) == 0
        club.enrol(HER, at=club.now - DAY)
        assert club.points(HER) == 100
        club.took(comes_back("R1", "O1", 40, at=club.now))
        assert club.points(HER) == 60

    def test_who_enrols_after_the_order_does_not_earn_for_it(self, club: Club) -> None:
        club.took(club.buys(HER, "O1", 100))
        club.enrol(HER, at=club.now + DAY)
        assert club.points(HER) == 0


class TestCaps:
    def club_with_a_day_of_100(self, club: Club) -> None:
        club.begin(points_and_growth(rule(caps={"per_day": 100})), at=club.now - 8 * DAY)
        club.enrol(HER, at=club.now - 7 * DAY)

    def test_the_orders_of_one_page_share_the_cap(self, club: Club) -> None:
        self.club_with_a_day_of_100(club)
        club.took(club.buys(HER, "O1", 80), club.buys(HER, "O2", 80))
        assert club.points(HER) == 100

    @pytest.mark.parametrize("turn", [1, -1])
    def test_a_changed_order_still_counts_beside_a_new_one(self, club: Club, turn: int) -> None:
        self.club_with_a_day_of_100(club)
        club.took(club.buys(HER, "O1", 80, status=OrderStatus.PAID))
        club.took(*[club.buys(HER, "O1", 80), club.buys(HER, "O2", 80)][::turn])
        assert club.points(HER) == 100

    def test_what_came_back_leaves_room(self, club: Club) -> None:
        self.club_with_a_day_of_100(club)
        club.took(club.buys(HER, "O1", 200))
        club.took(comes_back("R1", "O1", 100, at=club.now))
        assert club.points(HER) == 50
        club.took(club.buys(HER, "O2", 80))
        assert club.points(HER) == 100


class TestSpending:
    def test_a_repeated_key_answers_its_first_result(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100))
        first, again = (club.spend(HER, 30, order_no="O2") for _ in range(2))
        assert isinstance(first, Ok)
        assert isinstance(again, Ok)
        assert (first.value.replayed, again.value.replayed) == (False, True)
        assert first.value.operation_id == again.value.operation_id
        assert (club.points(HER), club.size("loyalty.redemption")) == (70, 1)

    def test_a_key_with_another_amount_is_a_conflict(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100))
        club.spend(HER, 30)
        conflict = club.spend(HER, 31)
        assert isinstance(conflict, Refused)
        assert conflict.code == "ledger.key_conflict"
        assert club.points(HER) == 70

    def test_more_than_there_is_is_refused_and_leaves_no_redemption(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100))
        refused = club.spend(HER, 101, order_no="O2")
        assert isinstance(refused, Refused)
        assert refused.code == "ledger.insufficient"
        assert (club.points(HER), club.size("loyalty.redemption")) == (100, 0)


class TestRestoring:
    def spent_on(self, club: Club, buyer: str | None) -> None:
        """Let her earn 100 and spend 60 of them on an order of 60 yuan by whoever buys it."""
        club.enrol(HER, HIM)
        club.took(club.buys(HER, "O1", 100))
        assert isinstance(club.spend(HER, 60, order_no="O2"), Ok)
        paid = (Payment(kind=PaymentKind.POINTS, amount_minor=6_000),)
        club.took(club.buys(buyer, "O2", 60, payments=paid))

    def test_a_part_of_the_return_brings_a_part_and_all_of_it_the_rest(self, club: Club) -> None:
        self.spent_on(club, HER)
        club.took(comes_back("R1", "O2", 20, at=club.now))
        assert club.points(HER) == 60
        club.took(comes_back("R1", "O2", 20, at=club.now))
        assert club.points(HER) == 60
        club.took(comes_back("R2", "O2", 40, at=club.now))
        assert club.points(HER) == 100

    def test_what_is_told_as_spent_after_the_return_comes_back_at_once(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100))
        club.took(club.buys(HER, "O2", 60))
        club.took(comes_back("R1", "O2", 20, at=club.now))
        assert club.points(HER) == 140
        for _ in range(2):
            assert isinstance(club.spend(HER, 60, order_no="O2"), Ok)
            assert club.points(HER) == 100

    @pytest.mark.parametrize("buyer", [HIM, None])
    def test_points_come_back_to_who_spent_them_whoever_buys(
        self, club: Club, buyer: str | None
    ) -> None:
        self.spent_on(club, buyer)
        club.took(comes_back("R1", "O2", 20, at=club.now))
        assert (club.points(HER), club.points(HIM) if buyer else 0) == (60, 0)

    def test_a_closed_order_gives_all_of_them_back_once(self, club: Club) -> None:
        self.spent_on(club, HER)
        order = club.buys(HER, "O2", 60)
        club.took(closed(order))
        club.took(closed(order))
        assert club.points(HER) == 100

    def test_two_redemptions_on_one_order_come_back_in_turn(self, club: Club) -> None:
        self.spent_on(club, HER)
        club.took(comes_back("R1", "O2", 30, at=club.now))
        assert club.points(HER) == 70
        club.spend(HER, 30, key="k2", order_no="O2")
        rejected = comes_back("R2", "O2", 1, at=club.now, status=RefundStatus.REJECTED)
        assert codes(club.take(rejected)) == ["ok"]
        assert club.points(HER) == 55
        club.took(comes_back("R3", "O2", 30, at=club.now))
        assert club.points(HER) == 100

    def test_what_the_target_of_a_merge_spent_comes_back_to_it_after_the_split(
        self, club: Club
    ) -> None:
        club.enrol(HER, HIM)
        club.took(club.buys(HER, "O1", 100), club.buys(HIM, "O2", 100))
        merge = club.merge(HIM, HER)
        assert isinstance(club.spend(HER, 60, order_no="O3"), Ok)
        club.took(club.buys(HIM, "O3", 60, payments=()))
        club.split(merge)
        before = club.points(HER)
        club.took(closed(club.buys(HIM, "O3", 60)))
        assert (club.points(HER), club.points(HIM)) == (before + 60, 100)


class TestApplyProgramme:
    def test_the_same_document_is_no_new_version(self, club: Club) -> None:
        again = club.begin(points_and_growth(), at=club.now, expected_version=17)
        assert again.version == 1
        assert len(loyalty.versions_of(club.tx, brand_id=club.brand.id)) == 1

    def test_a_change_on_an_older_version_is_refused(self, club: Club) -> None:
        doubled = points_and_growth(rule(points=2))
        assert club.begin(doubled, at=club.now, expected_version=1).version == 2
        with pytest.raises(ProgrammeChanged) as caught:
            club.begin(points_and_growth(rule(points=3)), at=club.now + DAY, expected_version=1)
        assert (caught.value.version, caught.value.expected) == (2, 1)

    def test_a_programme_of_tomorrow_is_not_in_effect_today(self, club: Club) -> None:
        club.begin(points_and_growth(rule(points=2)), at=club.now + DAY)
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 10))
        assert club.points(HER) == 10


class TestTiers:
    def changes(self, club: Club) -> list[tuple[object, ...]]:
        return [
            tuple(row)
            for row in club.tx.rows(
                "SELECT from_tier, to_tier, growth, changed_at FROM loyalty.tier_change ORDER BY id"
            )
        ]

    def test_every_change_is_kept_with_its_time_and_its_growth(self, club: Club) -> None:
        club.enrol(HER)
        first, later = club.now - 3 * DAY, club.now - DAY
        club.took(club.buys(HER, "O1", 50, ordered_at=first))
        club.took(club.buys(HER, "O2", 60, ordered_at=later))
        club.took(comes_back("R1", "O1", 50, at=club.now))
        assert self.changes(club) == [
            (None, "bronze", 50, first),
            ("bronze", "silver", 110, later),
            ("silver", "bronze", 60, club.now),
        ]

    def test_a_merge_and_a_split_are_changes_too(self, club: Club) -> None:
        club.enrol(HER, HIM)
        club.took(club.buys(HER, "O1", 60), club.buys(HIM, "O2", 60))
        merge = club.merge(HIM, HER)
        assert club.tier(HER) == "silver"
        club.split(merge)
        assert (club.tier(HER), club.tier(HIM)) == ("bronze", "bronze")
        assert [change[:3] for change in self.changes(club)[2:]] == [
            ("bronze", "silver", 120),
            ("silver", "bronze", 60),
        ]

    def test_who_has_no_growth_gets_no_tier_by_a_merge(self, club: Club) -> None:
        club.enrol(HER, HIM)
        club.merge(HIM, HER)
        assert club.size("loyalty.standing") == 0

    def test_the_explanation_says_what_is_missing(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 130))
        why = loyalty.explain_tier(
            club.tx,
            customer_id=club.customer_id(HER),
            brand_id=club.brand.id,
            member_since=club.now,
            now=club.now,
        )
        assert (why.tier, why.next_tier, why.growth_missing) == ("silver", "gold", 870)


class TestMoving:
    def test_what_a_merged_name_earned_meanwhile_goes_back_with_it(self, club: Club) -> None:
        club.enrol(HER, HIM)
        club.took(club.buys(HER, "O1", 100), club.buys(HIM, "O2", 50))
        merge = club.merge(HIM, HER)
        club.took(club.buys(HIM, "O3", 30), club.buys(HER, "O4", 7))
        assert club.points(HER) == 187
        club.split(merge)
        assert (club.points(HER), club.points(HIM)) == (107, 80)
        club.took(comes_back("R1", "O3", 30, at=club.now))
        assert (club.points(HER), club.points(HIM)) == (107, 50)

    def test_it_goes_back_though_it_was_spent_and_stands_as_debt(self, club: Club) -> None:
        club.enrol(HER, HIM)
        merge = club.merge(HIM, HER)
        club.took(club.buys(HIM, "O1", 30))
        club.spend(HER, 30)
        club.split(merge)
        assert (club.balance(HER).debt, club.points(HIM)) == (30, 30)

    def test_it_goes_back_from_among_more_lots_than_one_looks_at(self, club: Club) -> None:
        club.enrol(HER, HIM)
        merge = club.merge(HIM, HER)
        club.took(club.buys(HIM, "O1", 30))
        club.took(*(club.buys(HER, f"M{number}", 1) for number in range(LOTS_LIMIT_MAX + 1)))
        club.split(merge)
        assert (club.points(HIM), club.points(HER)) == (30, LOTS_LIMIT_MAX + 1)

    def test_an_order_can_come_and_go_twice(self, club: Club) -> None:
        club.enrol(HER, HIM)
        club.took(club.buys(HIM, "O1", 50))
        for name in ("first", "second"):
            merge = club.merge(HIM, HER)
            club.took(club.buys(HIM, f"O-{name}", 10))
            club.split(merge)
        assert (club.points(HER), club.points(HIM)) == (0, 70)
        club.took(closed(club.buys(HIM, "O-second", 10)))
        assert club.points(HIM) == 60

    def test_erasing_leaves_every_amount(self, club: Club) -> None:
        club.enrol(HER)
        club.took(club.buys(HER, "O1", 100))
        customer_id = club.customer_id(HER)
        assert loyalty.erase(club.tx, [customer_id]) == 2
        assert club.points(HER) == 100
