"""Orders, refunds and packages: late, twice, corrected, before their order, beyond their sale."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from huitong import orders
from huitong.channels.model import Line, OrderStatus, Record, RefundStatus
from huitong.orders.model import CHANGE, Change, Snapshot, Step
from huitong.org.model import ChannelAccount
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome
from tests.channels.make import make_account
from tests.orders.make import back, make_line, make_order, make_refund, page_of

BUYER = (1 << 24) + 77
MERGED_BUYER = (1 << 24) + 78
PAGE_OF_MANY = 120


@pytest.fixture
def account(group_id: int) -> ChannelAccount:
    """Return the till of the group's brand."""
    return make_account(group_id)


def take(
    tx: Tx,
    account: ChannelAccount,
    records: Sequence[Record],
    now: datetime,
    *,
    customer_id: int | None = BUYER,
) -> list[Change]:
    """Take orders and return what became of each."""
    page = page_of(account, records, customer_id=customer_id)
    outcomes = orders.apply_orders(tx, page, now)
    assert all(isinstance(outcome, Ok) for outcome in outcomes)
    return list(page.get(CHANGE))


def refund(
    tx: Tx, account: ChannelAccount, records: Sequence[Record], now: datetime
) -> tuple[list[Outcome], list[Change]]:
    """Take refunds and return the results and what became of each."""
    page = page_of(account, records)
    outcomes = list(orders.apply_refunds(tx, page, now))
    return outcomes, list(page.get(CHANGE))


def returned(change: Change) -> list[int]:
    """Return by line what has come back, in fen."""
    assert change.snapshot is not None
    return [line.returned_minor for line in change.snapshot.lines]


def two_lines() -> tuple[Line, Line]:
    return make_line("L1", paid_minor=10_000, quantity=4), make_line("L2", paid_minor=5_000)


class TestTakingOrders:
    def test_an_order_lands_in_the_bucket_of_its_buyer(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        (change,) = take(tx, account, [make_order("O1", *two_lines(), at=now)], now)
        assert change.step is Step.NEW
        assert change.snapshot is not None
        assert bucket_of(change.snapshot.order_id) == bucket_of(BUYER)

    def test_what_the_rules_see_of_a_new_order_is_what_the_database_tells(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        (change,) = take(tx, account, [make_order("O1", *two_lines(), at=now)], now)
        seen = change.snapshot
        assert seen is not None
        assert orders.snapshots_of(tx, [seen.order_id]) == {seen.order_id: seen}

    def test_a_newer_version_replaces_the_older_and_keeps_its_id(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        unpaid = make_order("O1", *two_lines(), at=now, status=OrderStatus.UNPAID)
        (first,) = take(tx, account, [unpaid], now)
        (second,) = take(tx, account, [make_order("O1", *two_lines(), at=now)], now)
        assert second.step is Step.CHANGED
        assert first.snapshot is not None
        assert second.snapshot is not None
        assert second.snapshot.order_id == first.snapshot.order_id
        assert second.snapshot.status is OrderStatus.COMPLETED

    def test_of_a_line_that_a_newer_version_drops_only_what_came_back_stays(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        lines = (*two_lines(), make_line("L3", paid_minor=900, quantity=3))
        take(tx, account, [make_order("O1", *lines, at=now)], now)
        one_piece = back("L3", quantity=1, amount_minor=300)
        refund(tx, account, [make_refund("R1", "O1", one_piece, at=now)], now)
        (change,) = take(tx, account, [make_order("O1", lines[0], at=now)], now)
        assert change.snapshot is not None
        assert [
            (line.quantity, line.paid_minor, line.returned_minor) for line in change.snapshot.lines
        ] == [(4, 10_000, 0), (0, 0, 0), (1, 300, 300)]

    def test_an_order_is_completed_with_the_last_of_its_lines(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        early, late = (
            line.model_copy(update={"completed_at": now + timedelta(days=place)})
            for place, line in enumerate(two_lines())
        )
        paid = make_order("O1", early, two_lines()[1], at=now, status=OrderStatus.PAID)
        (partly,) = take(tx, account, [paid], now)
        whole = make_order("O1", early, late, at=now, status=OrderStatus.PAID)
        (done,) = take(tx, account, [whole], now)
        assert partly.snapshot is not None
        assert done.snapshot is not None
        assert partly.snapshot.completed_at is None
        assert done.snapshot.completed_at == now + timedelta(days=1)

    def test_a_buyer_who_becomes_known_owns_the_order_from_then_on(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        order = make_order("O1", *two_lines(), at=now)
        (unknown,) = take(tx, account, [order], now, customer_id=None)
        (known,) = take(tx, account, [order], now)
        assert unknown.snapshot is not None
        assert known.snapshot is not None
        assert unknown.snapshot.customer_id is None
        assert known.snapshot.customer_id == BUYER

    def test_a_page_costs_the_same_number_of_statements_whatever_its_size(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        def cost(name: str, size: int) -> int:
            told = [make_order(f"{name}{at}", *two_lines(), at=now) for at in range(size)]
            before = tx.statements
            take(tx, account, told, now)
            return tx.statements - before

        cost("warm", PAGE_OF_MANY)  # The first large page also makes its temporary tables.
        assert cost("many", PAGE_OF_MANY) - cost("most", 2 * PAGE_OF_MANY) == 0


class TestTakingRefunds:
    def test_pieces_come_back_by_quantity_and_money_by_amount(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        take(tx, account, [make_order("O1", *two_lines(), at=now)], now)
        one_piece = back("L1", quantity=1, amount_minor=2_000)
        money_only = back("L2", amount_minor=700)
        _, (change,) = refund(
            tx, account, [make_refund("R1", "O1", one_piece, money_only, at=now)], now
        )
        assert returned(change) == [2_500, 700]

    def test_a_refund_before_its_order_waits_and_is_taken_up_with_it(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        early = make_refund("R1", "O1", back("L2", quantity=1, amount_minor=5_000), at=now)
        outcomes, (waiting,) = refund(tx, account, [early], now)
        assert isinstance(outcomes[0], Ok)
        assert waiting == Change(Step.WAITING, None)
        (change,) = take(tx, account, [make_order("O1", *two_lines(), at=now)], now)
        assert returned(change) == [0, 5_000]

    def test_a_refund_beyond_the_sale_is_refused_by_itself_with_its_numbers(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        take(tx, account, [make_order("O1", *two_lines(), at=now)], now)
        beyond = make_refund("R1", "O1", back("L2", quantity=2, amount_minor=5_000), at=now)
        fitting = make_refund("R2", "O1", back("L2", quantity=1, amount_minor=5_000), at=now)
        outcomes, changes = refund(tx, account, [beyond, fitting], now)
        assert isinstance(outcomes[0], Refused)
        assert outcomes[0].code == "orders.refund_beyond_sale"
        assert outcomes[0].facts["quantity"] == 2
        assert isinstance(outcomes[1], Ok)
        assert returned(changes[1]) == [0, 5_000]

    def test_two_refunds_of_one_page_see_each_other(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        take(tx, account, [make_order("O1", *two_lines(), at=now)], now)
        three = back("L1", quantity=3, amount_minor=7_500)
        outcomes, _ = refund(
            tx,
            account,
            [make_refund("R1", "O1", three, at=now), make_refund("R2", "O1", three, at=now)],
            now,
        )
        assert [isinstance(outcome, Ok) for outcome in outcomes] == [True, False]

    def test_a_line_that_the_order_does_not_have_is_refused(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        take(tx, account, [make_order("O1", *two_lines(), at=now)], now)
        strange = make_refund("R1", "O1", back("L9", quantity=1), at=now)
        (outcome,), _ = refund(tx, account, [strange], now)
        assert isinstance(outcome, Refused)
        assert outcome.code == "orders.unknown_line"

    def test_an_open_refund_disputes_the_order_and_moves_nothing_until_it_is_done(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        take(tx, account, [make_order("O1", *two_lines(), at=now)], now)
        line = back("L2", quantity=1, amount_minor=5_000)
        opened = make_refund("R1", "O1", line, at=now, status=RefundStatus.OPEN)
        _, (open_change,) = refund(tx, account, [opened], now)
        done = make_refund("R1", "O1", line, at=now + timedelta(days=1))
        _, (done_change,) = refund(tx, account, [done], now)
        assert open_change.snapshot is not None
        assert done_change.snapshot is not None
        assert (open_change.snapshot.disputed, returned(open_change)) == (True, [0, 0])
        assert (done_change.snapshot.disputed, returned(done_change)) == (False, [0, 5_000])

    def test_a_newer_version_of_a_refund_replaces_what_the_older_gave_back(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        take(tx, account, [make_order("O1", *two_lines(), at=now)], now)
        refund(tx, account, [make_refund("R1", "O1", back("L1", quantity=3), at=now)], now)
        _, (corrected,) = refund(
            tx, account, [make_refund("R1", "O1", back("L1", quantity=1), at=now)], now
        )
        assert returned(corrected) == [2_500, 0]


class TestMovingOrders:
    def seen(self, tx: Tx, change: Change) -> Snapshot:
        assert change.snapshot is not None
        return orders.snapshots_of(tx, [change.snapshot.order_id])[change.snapshot.order_id]

    def test_a_merge_moves_orders_and_a_split_gives_back_what_came_from_the_source(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        (own,) = take(tx, account, [make_order("O1", *two_lines(), at=now)], now)
        (other,) = take(
            tx, account, [make_order("O2", *two_lines(), at=now)], now, customer_id=MERGED_BUYER
        )
        assert orders.reassign(tx, {MERGED_BUYER: BUYER}) == 1
        assert self.seen(tx, other).customer_id == BUYER
        assert len(orders.give_back(tx, source=MERGED_BUYER, target=BUYER, identifier_ids=[])) == 1
        assert self.seen(tx, other).customer_id == MERGED_BUYER
        assert self.seen(tx, own).customer_id == BUYER

    def test_erasing_forgets_places_and_free_text_and_keeps_the_sale(
        self, tx: Tx, account: ChannelAccount, now: datetime
    ) -> None:
        told = make_order("O1", *two_lines(), at=now).model_copy(
            update={"receiver_city": "杭州", "attributes": {"note": "leave at the gate"}}
        )
        (change,) = take(tx, account, [told], now)
        assert orders.erase(tx, [BUYER]) == 1
        assert tx.rows("SELECT receiver_city, attributes, paid_minor FROM orders.header") == [
            (None, None, 15_000)
        ]
        assert self.seen(tx, change).customer_id == BUYER
