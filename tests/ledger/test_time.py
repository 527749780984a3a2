"""What time does by itself: holds time out, pending lots become active, lots expire."""

from huitong import ledger
from tests.ledger.make import DAY, OWNER, POINTS, Ledger, amounts


class TestHolds:
    def test_count_at_once_and_are_captured_in_part(self, books: Ledger) -> None:
        books.grant(100)
        books.do(ledger.Hold(POINTS, 60, "basket", None))
        assert (books.balance().held, books.balance().spendable) == (60, 40)
        assert books.refusal(ledger.Spend(POINTS, 41)).code == "ledger.insufficient"
        books.do(ledger.Capture("basket", 25))
        now = books.balance()
        assert (now.balance, now.held, now.spendable) == (75, 0, 75)

    def test_capture_beyond_the_hold_changes_nothing(self, books: Ledger) -> None:
        books.grant(100)
        books.do(ledger.Hold(POINTS, 10, "basket", None))
        refused = books.refusal(ledger.Capture("basket", 20))
        assert refused.code == "ledger.capture_exceeds_hold"
        assert books.balance().held == 10

    def test_end_once(self, books: Ledger) -> None:
        books.grant(100)
        books.do(ledger.Hold(POINTS, 10, "basket", None))
        books.do(ledger.Hold(POINTS, 10, "other", None))
        books.do(ledger.Capture("basket", 10))
        books.do(ledger.Release("other"))
        assert books.refusal(ledger.Capture("basket", 1)).code == "ledger.hold_already_captured"
        assert books.refusal(ledger.Release("basket")).code == "ledger.hold_already_captured"
        assert books.refusal(ledger.Release("other")).code == "ledger.hold_already_released"
        assert books.refusal(ledger.Release("none")).code == "ledger.unknown_hold"
        assert books.refusal(ledger.Hold(POINTS, 5, "basket", None)).code == "ledger.hold_exists"

    def test_time_out_by_themselves(self, books: Ledger) -> None:
        books.grant(100)
        books.do(ledger.Hold(POINTS, 60, "basket", books.now + DAY))
        books.now += DAY
        assert (books.balance().held, books.balance().spendable) == (0, 100)
        assert books.refusal(ledger.Capture("basket", 1)).code == "ledger.hold_expired"
        books.do(ledger.Spend(POINTS, 100))

    def test_keep_their_part_of_a_lot_alive_until_they_end(self, books: Ledger) -> None:
        books.grant(100, days=1)
        books.do(ledger.Hold(POINTS, 60, "basket", None))
        books.now += 2 * DAY
        assert (books.balance().balance, books.balance().held) == (60, 60)
        posted = books.do(ledger.Capture("basket", 25))
        assert amounts(posted) == [(POINTS, -40, 60), (POINTS, -25, 35), (POINTS, -35, 0)]

    def test_may_reserve_an_overdraft(self, books: Ledger) -> None:
        ledger.open_account(books.tx, OWNER, asset=POINTS, floor=-50)
        books.grant(10)
        books.do(ledger.Hold(POINTS, 40, "basket", None))
        assert books.balance().spendable == 20
        books.do(ledger.Capture("basket", 40))
        assert (books.balance().balance, books.balance().debt) == (-30, 30)


class TestActivate:
    def test_gives_pending_lots_of_the_source_their_life(self, books: Ledger) -> None:
        books.do(ledger.Grant(POINTS, 30, None, None), source_id=1)
        books.do(ledger.Grant(POINTS, 20, None, None), source_id=2)
        assert (books.balance().pending, books.balance().spendable) == (50, 0)
        books.do(ledger.Activate(POINTS, 1, books.now, books.now + DAY))
        assert (books.balance().pending, books.balance().spendable) == (20, 30)
        books.now += DAY
        assert books.balance().spendable == 0

    def test_puts_off_what_has_not_begun_even_for_ever(self, books: Ledger) -> None:
        books.do(ledger.Grant(POINTS, 30, books.now + DAY, None), source_id=1)
        books.do(ledger.Activate(POINTS, 1, None, None))
        books.now += 9 * DAY
        assert (books.balance().pending, books.balance().spendable) == (30, 0)

    def test_leaves_what_is_active_alone(self, books: Ledger) -> None:
        books.grant(30, source_id=1, days=5)
        books.do(ledger.Activate(POINTS, 1, books.now, books.now + 90 * DAY))
        (lot,) = ledger.lots(books.tx, OWNER)
        assert lot.expires_at == books.now + 5 * DAY

    def test_of_an_unknown_source_is_refused(self, books: Ledger) -> None:
        refused = books.refusal(ledger.Activate(POINTS, 9, books.now, None))
        assert refused.code == "ledger.nothing_granted"


class TestExpiry:
    def test_runs_step_by_step_and_a_repeat_changes_nothing(self, books: Ledger) -> None:
        for place in range(5):
            books.grant(10, owner=(place + 1) << 12 | place, days=1)
        books.grant(10, days=9)
        books.now += 2 * DAY
        steps: list[ledger.Expired] = []
        while not steps or not steps[-1].done:
            steps.append(ledger.expire_due(books.tx, now=books.now, limit=2))
        assert [step.owners for step in steps] == [2, 2, 1]
        assert ledger.expire_due(books.tx, now=books.now, limit=2).owners == 0
        assert books.balance().balance == 10

    def test_lets_holds_time_out_too(self, books: Ledger) -> None:
        books.grant(10, days=1)
        books.do(ledger.Hold(POINTS, 10, "basket", books.now + 3 * DAY))
        books.now += 2 * DAY
        assert ledger.expire_due(books.tx, now=books.now, limit=9).owners == 0
        books.now += 2 * DAY
        assert ledger.expire_due(books.tx, now=books.now, limit=9).owners == 1
        assert books.left() == [0]
