"""What each movement does to balances, lots and holds, in numbers computed by hand."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from huitong import ledger
from huitong.platform.db import Database, Scope
from huitong.platform.errors import Ok, Refused
from tests.ledger.make import DAY, DEBT, OTHER, OWNER, POINTS, Ledger, amounts


class TestKeys:
    def test_a_repeat_is_answered_with_the_first_result_and_does_nothing(
        self, books: Ledger
    ) -> None:
        first = books.grant(100, key="order 1")
        again = books.grant(100, key="order 1")
        assert not first.replayed
        assert again.replayed
        assert (again.operation_id, again.lines, again.lots) == (
            first.operation_id,
            first.lines,
            first.lots,
        )
        assert books.balance().balance == 100

    def test_a_repeat_that_names_the_instant_in_another_zone_is_the_same_request(
        self, books: Ledger
    ) -> None:
        books.grant(100, key="order 1")
        books.now = books.now.astimezone(timezone(timedelta(hours=8)))
        assert books.grant(100, key="order 1").replayed

    def test_notes_are_no_part_of_the_request(self, books: Ledger) -> None:
        asked = books.operation(ledger.Grant(POINTS, 5, books.now, None), key="once")
        explained = ledger.Operation(
            **{name: getattr(asked, name) for name in asked.__slots__} | {"reason": "a gift"}
        )
        _, again = books.post(asked, explained)
        assert isinstance(again, Ok)
        assert again.value.replayed

    def test_another_content_under_a_used_key_is_a_conflict(self, books: Ledger) -> None:
        books.grant(100, key="order 1")
        refused = books.refusal(ledger.Grant(POINTS, 101, books.now, None), key="order 1")
        assert refused.code == "ledger.key_conflict"
        assert books.balance().balance == 100

    def test_a_key_of_another_owner_in_the_same_bucket_is_a_conflict(self, books: Ledger) -> None:
        books.grant(100, key="order 1", owner=OWNER)
        neighbour = OWNER + (1 << 12)
        refused = books.refusal(
            ledger.Grant(POINTS, 100, books.now, books.now + 365 * DAY),
            key="order 1",
            owner=neighbour,
        )
        assert refused.code == "ledger.key_conflict"

    def test_two_with_one_key_in_one_batch_are_done_once(self, books: Ledger) -> None:
        asked = books.operation(ledger.Grant(POINTS, 100, books.now, None), key="twice")
        first, again = books.post(asked, asked)
        assert isinstance(first, Ok)
        assert isinstance(again, Ok)
        assert again.value.replayed
        assert books.balance().balance == 100

    def test_a_refused_key_may_be_tried_again(self, books: Ledger) -> None:
        assert books.refusal(ledger.Spend(POINTS, 1), key="early").code == "ledger.insufficient"
        books.grant(1)
        assert not books.do(ledger.Spend(POINTS, 1), key="early").replayed

    def test_a_stored_result_stays_byte_for_byte(self, books: Ledger) -> None:
        posted = books.grant(100, key="order 1")
        (stored,) = books.tx.rows("SELECT o.result FROM ledger.operation AS o")
        books.grant(100, key="order 1")
        assert books.tx.rows("SELECT o.result FROM ledger.operation AS o") == [stored]
        lot = posted.lots[0]
        line = f'["{POINTS}",100,100,"granted"]'
        assert bytes(stored[0]).decode() == f"[{posted.operation_id},[{line}],[{lot}]]"


class TestBatches:
    def test_operations_of_a_batch_see_those_before_them(self, books: Ledger) -> None:
        granted, spent, refused = books.post(
            books.operation(ledger.Grant(POINTS, 10, books.now, None)),
            books.operation(ledger.Spend(POINTS, 8)),
            books.operation(ledger.Spend(POINTS, 3)),
        )
        assert isinstance(granted, Ok)
        assert isinstance(spent, Ok)
        assert isinstance(refused, Refused)
        assert refused.facts == {"asset": POINTS, "asked": 3, "spendable": 2}
        assert books.balance().balance == 2

    def test_a_refused_operation_leaves_no_trace_of_its_good_movements(self, books: Ledger) -> None:
        books.grant(10)
        refused = books.refusal(ledger.Grant(POINTS, 5, books.now, None), ledger.Spend(POINTS, 100))
        assert refused.code == "ledger.insufficient"
        assert books.balance().balance == 10
        assert books.left() == [10]

    def test_the_number_of_statements_does_not_grow_with_the_batch(self, books: Ledger) -> None:
        counted = []
        for size in (50, 400):
            owners = [(size * 1000 + place) << 12 | place for place in range(size)]
            before = books.tx.statements
            for movement in (
                ledger.Grant(POINTS, 10, books.now, None),
                ledger.Hold(POINTS, 5, "held", None),
                ledger.Capture("held", 3),
                ledger.Spend(POINTS, 2),
            ):
                results = books.post(*(books.operation(movement, owner=owner) for owner in owners))
                assert all(isinstance(result, Ok) for result in results)
            counted.append(books.tx.statements - before)
        few, many = counted
        # A larger batch only needs more blocks of ids, 4,096 at a time.
        assert many <= few + 4

    def test_a_grant_does_not_read_the_lots_that_are_there(self, books: Ledger) -> None:
        for _ in range(3):
            books.grant(10)
        before = books.tx.statements
        books.grant(10)
        assert books.tx.statements - before == 6, "Lock, keys, account, lot, operation, entry."

    @pytest.mark.parametrize(
        "movement",
        [
            ledger.Grant(POINTS, 0, None, None),
            ledger.Spend(POINTS, -1),
            ledger.Spend("", 1),
            ledger.Spend("debt:points:1", 1),
            ledger.Hold(POINTS, 1, "", None),
            ledger.Restore(POINTS, 1, "key", "grace", 0),
            ledger.Grant(
                POINTS, 1, datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
            ),
            ledger.Grant(POINTS, 1, datetime(2026, 1, 2), None),  # noqa: DTZ001 - the mistake
        ],
    )
    def test_what_is_not_well_formed_is_refused_alone(
        self, books: Ledger, movement: ledger.Movement
    ) -> None:
        wrong, right = books.post(
            books.operation(movement), books.operation(ledger.Grant(POINTS, 1, books.now, None))
        )
        assert isinstance(wrong, Refused)
        assert wrong.code == "ledger.invalid_operation"
        assert isinstance(right, Ok)

    def test_a_key_that_no_database_can_hold_is_refused_alone(self, books: Ledger) -> None:
        wrong, right = books.post(
            books.operation(ledger.Grant(POINTS, 1, books.now, None), key="zero \0 byte"),
            books.operation(ledger.Grant(POINTS, 1, books.now, None)),
        )
        assert isinstance(wrong, Refused)
        assert isinstance(right, Ok)

    def test_an_empty_batch_does_nothing(self, books: Ledger) -> None:
        assert books.post() == []


class TestSpend:
    def test_takes_what_expires_first(self, books: Ledger) -> None:
        books.grant(10, days=None)
        books.grant(10, days=30)
        books.grant(10, days=5)
        books.do(ledger.Spend(POINTS, 15))
        assert books.left() == [10, 5, 0]

    def test_cannot_take_what_is_pending_held_or_expired(self, books: Ledger) -> None:
        books.do(ledger.Grant(POINTS, 10, None, None))
        books.do(ledger.Grant(POINTS, 10, books.now + DAY, None))
        books.grant(10, days=1)
        books.grant(10, days=9)
        books.do(ledger.Hold(POINTS, 4, "basket", None))
        assert books.balance().spendable == 16
        books.now += DAY
        assert books.refusal(ledger.Spend(POINTS, 21)).facts["spendable"] == 20
        books.do(ledger.Spend(POINTS, 20))

    def test_posts_by_itself_what_has_expired(self, books: Ledger) -> None:
        books.grant(10, days=1)
        books.grant(10, days=9)
        books.now += 2 * DAY
        posted = books.do(ledger.Spend(POINTS, 3))
        assert [(line.side, line.amount, line.balance_after) for line in posted.lines] == [
            ("expired", -10, 10),
            ("spent", -3, 7),
        ]

    def test_an_account_with_a_floor_may_go_below_zero(self, books: Ledger) -> None:
        ledger.open_account(books.tx, OWNER, asset=POINTS, floor=-10)
        books.grant(89)
        assert books.balance().spendable == 99
        assert books.refusal(ledger.Spend(POINTS, 100)).code == "ledger.insufficient"
        books.grant(1)
        assert amounts(books.do(ledger.Spend(POINTS, 100))) == [(POINTS, -100, -10)]
        assert books.balance().debt == 10
        assert amounts(books.grant(25)) == [(POINTS, 25, 15)]
        assert books.balance().spendable == 25, "15 are left and 10 may be overdrawn again."
        assert books.balance().debt == 0


class TestClawBack:
    def test_takes_from_the_very_lots_first_pending_ones_too(self, books: Ledger) -> None:
        books.grant(50, days=5)
        books.do(ledger.Grant(POINTS, 100, None, None), source_id=1)
        books.do(ledger.ClawBack(POINTS, 60, 1))
        assert books.left() == [50, 40]

    def test_then_from_others_then_as_debt_which_the_next_grant_settles(
        self, books: Ledger
    ) -> None:
        books.grant(100, source_id=1)
        books.do(ledger.Spend(POINTS, 100))
        books.grant(30)
        posted = books.do(ledger.ClawBack(POINTS, 100, 1))
        assert amounts(posted) == [(POINTS, -30, 0), (DEBT, -70, -70)]
        assert books.balance().debt == 70
        assert amounts(books.grant(100)) == [(POINTS, 100, 100), (DEBT, 70, 0), (POINTS, -70, 30)]
        assert books.balance() == ledger.Balance(
            owner=OWNER,
            asset=POINTS,
            balance=30,
            spendable=30,
            next_expiry_at=books.now + 365 * DAY,
            next_expiry_amount=30,
        )

    def test_pending_value_carries_debt_until_it_becomes_active(self, books: Ledger) -> None:
        books.grant(40, source_id=1)
        books.do(ledger.Spend(POINTS, 40))
        books.do(ledger.Grant(POINTS, 100, books.now + DAY, None), source_id=2)
        books.do(ledger.ClawBack(POINTS, 40, 1))
        now = books.balance()
        assert (now.balance, now.pending, now.spendable, now.debt) == (60, 100, 0, 40)
        books.now += DAY
        then = books.balance()
        assert (then.balance, then.pending, then.spendable, then.debt) == (60, 0, 60, 0)
        books.do(ledger.Spend(POINTS, 60))

    def test_debt_beyond_the_floor_is_settled_when_pending_value_becomes_active(
        self, books: Ledger
    ) -> None:
        books.grant(40, source_id=1)
        books.do(ledger.Spend(POINTS, 40))
        books.do(ledger.ClawBack(POINTS, 40, 1))
        books.do(ledger.Grant(POINTS, 100, None, None), source_id=2)
        assert books.balance().debt == 40
        books.do(ledger.Activate(POINTS, 2, books.now, None))
        assert (books.balance().spendable, books.balance().debt) == (60, 0)
        books.do(ledger.Spend(POINTS, 60))
        assert books.balance(asset=DEBT).balance == 0

    def test_debt_is_paid_by_lots_that_came_and_expired_meanwhile(self, books: Ledger) -> None:
        books.grant(40, source_id=1)
        books.do(ledger.Spend(POINTS, 40))
        books.do(ledger.Grant(POINTS, 100, books.now + DAY, books.now + 2 * DAY))
        books.do(ledger.ClawBack(POINTS, 40, 1))
        books.now += 3 * DAY
        assert (books.balance().balance, books.balance().debt) == (0, 0)
        assert amounts(books.do(ledger.Expire(POINTS))) == [(POINTS, -60, 0)]

    def test_never_takes_more_than_was_granted_for_the_source(self, books: Ledger) -> None:
        books.grant(100)
        books.grant(50, source_id=1)
        books.do(ledger.ClawBack(POINTS, 30, 1))
        refused = books.refusal(ledger.ClawBack(POINTS, 21, 1))
        assert refused.code == "ledger.claw_back_exceeds_grant"
        assert (refused.facts["asked"], refused.facts["left"]) == (21, 20)
        books.do(ledger.ClawBack(POINTS, 20, 1))
        assert books.balance().balance == 100

    def test_of_an_unknown_source_is_refused(self, books: Ledger) -> None:
        books.grant(100, source_id=1)
        assert books.refusal(ledger.ClawBack(POINTS, 1, 2)).code == "ledger.nothing_granted"

    def test_what_expired_unused_is_not_taken_a_second_time(self, books: Ledger) -> None:
        books.grant(100, source_id=1, days=1)
        books.do(ledger.Spend(POINTS, 30))
        books.grant(200)
        books.now += 2 * DAY
        assert amounts(books.do(ledger.ClawBack(POINTS, 100, 1))) == [
            (POINTS, -70, 200),
            (POINTS, -30, 170),
        ]

    def test_leaves_held_value_to_its_hold(self, books: Ledger) -> None:
        books.grant(100, source_id=1)
        books.do(ledger.Hold(POINTS, 80, "basket", None))
        posted = books.do(ledger.ClawBack(POINTS, 100, 1))
        assert amounts(posted) == [(POINTS, -20, 80), (DEBT, -80, -80)]
        books.do(ledger.Release("basket"))
        assert books.balance().debt == 0, "What was let go pays the debt."
        assert books.balance().balance == 0


class TestRestore:
    def test_gives_back_to_the_very_lots_last_used_first(self, books: Ledger) -> None:
        books.grant(10, days=5)
        books.grant(10, days=30)
        books.do(ledger.Spend(POINTS, 15), key="bought")
        books.do(ledger.Restore(POINTS, 7, "bought"))
        assert books.left() == [2, 10]
        books.do(ledger.Restore(POINTS, 8, "bought"))
        assert books.left() == [10, 10]

    def test_of_a_lot_that_was_used_twice_the_last_use_comes_back_first(
        self, books: Ledger
    ) -> None:
        books.grant(20, days=5)
        books.grant(20, days=30)
        books.do(ledger.Hold(POINTS, 10, "held", None))
        movements = (ledger.Spend(POINTS, 15), ledger.Capture("held", 10))
        books.do(*movements, key="bought")
        assert books.left() == [0, 15]
        books.do(ledger.Restore(POINTS, 8, "bought"))
        books.do(ledger.Restore(POINTS, 7, "bought"))
        assert books.left() == [10, 20]

    def test_never_gives_more_than_the_operation_used(self, books: Ledger) -> None:
        books.grant(20)
        books.do(ledger.Spend(POINTS, 15), key="bought")
        books.do(ledger.Restore(POINTS, 10, "bought"))
        refused = books.refusal(ledger.Restore(POINTS, 6, "bought"))
        assert (refused.code, refused.facts["left"]) == ("ledger.restore_exceeds_use", 5)
        books.do(ledger.Restore(POINTS, 5, "bought"))
        again = books.refusal(ledger.Restore(POINTS, 1, "bought"))
        assert again.code == "ledger.nothing_to_restore"

    def test_of_an_unknown_operation_is_refused(self, books: Ledger) -> None:
        books.grant(20)
        refused = books.refusal(ledger.Restore(POINTS, 6, "never"))
        assert refused.code == "ledger.operation_unknown"

    def test_what_expired_meanwhile_stays_expired(self, books: Ledger) -> None:
        books.grant(20, days=3)
        books.do(ledger.Spend(POINTS, 15), key="bought")
        books.now += 5 * DAY
        posted = books.do(ledger.Restore(POINTS, 15, "bought"))
        assert amounts(posted) == [(POINTS, -5, 0), (POINTS, 15, 15), (POINTS, -15, 0)]

    def test_or_lives_on_for_some_days_of_grace(self, books: Ledger) -> None:
        books.grant(20, days=3)
        books.do(ledger.Spend(POINTS, 20), key="bought")
        books.now += 5 * DAY
        books.do(ledger.Restore(POINTS, 15, "bought", "grace", 7))
        (lot,) = ledger.lots(books.tx, OWNER)
        assert (lot.remaining, lot.expires_at) == (15, books.now + 7 * DAY)
        assert lot.parent_lot_id is not None
        assert books.balance().spendable == 15

    def test_what_was_overdrawn_lowers_the_debt(self, books: Ledger) -> None:
        ledger.open_account(books.tx, OWNER, asset=POINTS, floor=-50)
        books.grant(10)
        books.do(ledger.Spend(POINTS, 40), key="bought")
        books.do(ledger.Restore(POINTS, 40, "bought"))
        assert (books.balance().balance, books.balance().debt) == (10, 0)
        assert books.left() == [10]

    def test_what_was_overdrawn_and_paid_since_comes_back_as_a_lot(self, books: Ledger) -> None:
        ledger.open_account(books.tx, OWNER, asset=POINTS, floor=-50)
        books.do(ledger.Spend(POINTS, 40), key="bought")
        books.grant(30)
        books.do(ledger.Restore(POINTS, 40, "bought"))
        assert (books.balance().balance, books.balance().debt) == (30, 0)


class TestReverse:
    def test_undoes_a_grant(self, books: Ledger) -> None:
        books.grant(100, key="given")
        assert amounts(books.do(ledger.Reverse("given"))) == [(POINTS, -100, 0)]

    def test_is_refused_when_the_owner_moved_the_value_on_unless_forced(
        self, books: Ledger
    ) -> None:
        books.grant(100, key="given")
        books.do(ledger.Spend(POINTS, 60))
        refused = books.refusal(ledger.Reverse("given"))
        assert (refused.code, refused.facts["left"]) == ("ledger.moved_on", 40)
        posted = books.do(ledger.Reverse("given", force=True))
        assert amounts(posted) == [(POINTS, -40, 0), (DEBT, -60, -60)]

    def test_happens_once(self, books: Ledger) -> None:
        books.grant(100, key="given")
        books.do(ledger.Reverse("given"))
        assert books.refusal(ledger.Reverse("given")).code == "ledger.already_reversed"

    def test_undoes_a_spend_less_what_was_given_back(self, books: Ledger) -> None:
        books.grant(100)
        books.do(ledger.Spend(POINTS, 60), key="bought")
        books.do(ledger.Restore(POINTS, 20, "bought"))
        books.do(ledger.Reverse("bought"))
        assert books.left() == [100]
        refused = books.refusal(ledger.Restore(POINTS, 1, "bought"))
        assert refused.code == "ledger.nothing_to_restore"

    def test_undoes_a_claw_back_with_its_debt(self, books: Ledger) -> None:
        books.grant(100, source_id=1)
        books.do(ledger.Spend(POINTS, 70))
        books.do(ledger.ClawBack(POINTS, 100, 1), key="refunded")
        assert books.balance().debt == 70
        books.do(ledger.Reverse("refunded"))
        assert (books.balance().balance, books.balance().debt) == (30, 0)
        books.do(ledger.ClawBack(POINTS, 100, 1))

    def test_undoes_an_operation_of_several_movements(self, books: Ledger) -> None:
        books.do(ledger.Grant(POINTS, 10, books.now, None), ledger.Spend(POINTS, 4), key="both")
        books.do(ledger.Reverse("both"))
        assert books.balance().balance == 0
        assert books.left() == [0]

    def test_of_a_reversal_or_a_restoration_is_refused(self, books: Ledger) -> None:
        books.grant(100, key="given")
        books.do(ledger.Reverse("given"), key="undone")
        assert books.refusal(ledger.Reverse("undone")).code == "ledger.not_reversible"

    def test_does_not_ask_for_what_expired(self, books: Ledger) -> None:
        books.grant(100, key="given", days=1)
        books.now += 2 * DAY
        books.do(ledger.Reverse("given"))
        assert books.balance().debt == 0


class TestHistory:
    def test_tells_what_happened_and_why_page_by_page(self, books: Ledger) -> None:
        books.grant(100, source_id=77)
        explained = ledger.Operation(
            "k", "redeem", OWNER, (ledger.Spend(POINTS, 30),), books.now, "staff 5", "a birthday"
        )
        books.post(explained)
        page = ledger.history(books.tx, OWNER, asset=POINTS, limit=1)
        (newest,) = page.entries
        assert (newest.amount, newest.balance_after, newest.side) == (-30, 70, "spent")
        assert (newest.actor, newest.reason) == ("staff 5", "a birthday")
        following = ledger.history(books.tx, OWNER, asset=POINTS, cursor=page.next_cursor, limit=1)
        (oldest,) = following.entries
        assert (oldest.source_kind, oldest.source_id, oldest.amount) == ("order", 77, 100)
        assert following.next_cursor is None


class TestErase:
    def test_removes_the_notes_and_leaves_the_facts(self, books: Ledger) -> None:
        for owner in (OWNER, OTHER):
            asked = books.operation(ledger.Grant(POINTS, 5, books.now, None), owner=owner)
            facts = {name: getattr(asked, name) for name in asked.__slots__}
            books.post(ledger.Operation(**facts | {"actor": "li.wei", "reason": "asked by phone"}))
        assert ledger.erase(books.tx, [OWNER]) == 1
        (entry,) = ledger.history(books.tx, OWNER, asset=POINTS).entries
        assert (entry.amount, entry.actor, entry.reason) == (5, "", "")
        (kept,) = ledger.history(books.tx, OTHER, asset=POINTS).entries
        assert kept.reason == "asked by phone"


class TestGroups:
    def test_another_group_sees_and_shares_nothing(
        self, database: Database, now: datetime, group_id: int
    ) -> None:
        with database.transaction(Scope(group_id), now=now) as tx:
            Ledger(tx, now).grant(100, key="order 1")
        with database.transaction(Scope(group_id + 1_000_000), now=now) as tx:
            other = Ledger(tx, now)
            assert other.balance().balance == 0
            assert not ledger.lots(tx, OWNER)
            assert not other.grant(7, key="order 1").replayed
            assert other.balance().balance == 7
