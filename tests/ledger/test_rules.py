"""The pure rules: whatever is asked in whatever order, no promise breaks. No database."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from huitong import ledger
from huitong.ledger.model import UseKind
from huitong.ledger.rules import Account, Book, canonical, decide, refuse_malformed
from huitong.ledger.rules.position import Sums, position
from huitong.platform.errors import Ok, Refused
from tests.ledger.make import DAY, OWNER, POINTS

NOW = datetime(2026, 3, 2, tzinfo=UTC)
AMOUNTS = st.integers(1, 50)
SOURCES = st.integers(1, 3)
HOLDS = st.sampled_from(["basket", "other"])
KEYS = st.integers(0, 12).map(str)
DAYS = st.integers(0, 9).map(lambda days: NOW + days * DAY)
MOVEMENTS = st.one_of(
    st.builds(
        lambda amount, starts, life: ledger.Grant(
            POINTS, amount, starts, (starts or NOW) + life * DAY
        ),
        AMOUNTS,
        st.none() | DAYS,
        st.integers(1, 9),
    ),
    st.builds(ledger.Spend, st.just(POINTS), AMOUNTS),
    st.builds(ledger.ClawBack, st.just(POINTS), AMOUNTS, SOURCES),
    st.builds(ledger.Restore, st.just(POINTS), AMOUNTS, KEYS),
    st.builds(ledger.Reverse, KEYS, st.booleans()),
    st.builds(lambda source: ledger.Activate(POINTS, source, NOW, NOW + 9 * DAY), SOURCES),
    st.builds(ledger.Hold, st.just(POINTS), AMOUNTS, HOLDS, st.none() | DAYS),
    st.builds(ledger.Capture, HOLDS, AMOUNTS),
    st.builds(ledger.Release, HOLDS),
    st.just(ledger.Expire(POINTS)),
)
STEPS = st.lists(st.tuples(MOVEMENTS, SOURCES, st.integers(0, 2)), max_size=12)


def open_book(floor: int = 0) -> Book:
    numbers = itertools.count(1)
    book = Book(lambda bucket: next(numbers) << 12 | bucket)
    account = Account(book.new_id(0), OWNER, POINTS, floor=floor)
    book.add_accounts([account])
    return book


def operation(key: str, *movements: ledger.Movement, source_id: int = 1) -> ledger.Operation:
    return ledger.Operation(key, "test", OWNER, movements, NOW, source_id=source_id)


def play(book: Book, steps: list[tuple[ledger.Movement, int, int]]) -> datetime:
    """Do the steps under the keys 0, 1, 2 ... while days pass; return where the clock stands."""
    now = NOW
    for place, (movement, source, days) in enumerate(steps):
        now += days * DAY
        decide(book, operation(str(place), movement, source_id=source), now)
    return now


@given(STEPS, st.sampled_from([0, -20]))
def test_whatever_is_asked_no_promise_breaks(
    steps: list[tuple[ledger.Movement, int, int]], floor: int
) -> None:
    book = open_book(floor)
    play(book, steps)
    for account in book.accounts.values():
        lots = book.lots[account.id].values()
        legs = [leg for draft in book.done.values() for leg in draft.legs]
        mine = [leg for leg in legs if leg.account_id == account.id]
        assert account.balance == sum(leg.amount for leg in mine)
        assert account.balance == sum(lot.remaining for lot in lots) - account.debt
        assert account.balance - account.held >= account.floor
        assert [leg.version for leg in mine] == list(range(1, account.version + 1))
        assert all(
            leg.balance_after == before.balance_after + leg.amount
            for before, leg in itertools.pairwise(mine)
        )
    for lot in book.changed_lots.values():
        uses = [use for draft in book.done.values() for use in draft.uses if use.lot_id == lot.id]
        assert lot.amount == lot.remaining + sum(use.amount for use in uses)
        assert lot.clawed == sum(use.clawed for use in uses)
        assert lot.expired == sum(use.amount for use in uses if use.kind is UseKind.EXPIRE)
        assert 0 <= lot.held <= lot.remaining <= lot.amount
        assert 0 <= lot.clawed <= lot.amount


@given(STEPS)
def test_the_position_shown_is_what_a_spend_is_allowed(
    steps: list[tuple[ledger.Movement, int, int]],
) -> None:
    book = open_book()
    now = play(book, steps)
    shown = position(POINTS, sums(book, now))
    if shown.spendable:
        spent = decide(book, operation("all", ledger.Spend(POINTS, shown.spendable)), now)
        assert isinstance(spent, Ok)
    refused = decide(book, operation("more", ledger.Spend(POINTS, 1)), now)
    assert isinstance(refused, Refused)
    assert refused.facts["spendable"] == 0


def sums(book: Book, now: datetime) -> Sums:
    """Return what the query of balances sums up, from a book."""
    account = book.accounts[OWNER, POINTS]
    owing = book.accounts.get((OWNER, f"debt:{POINTS}"))
    timed_out = [
        hold
        for hold in book.holds[OWNER].values()
        if hold.state == "open" and hold.expires_at is not None and hold.expires_at <= now
    ]
    let_go: dict[int, int] = {}
    for hold in timed_out:
        for lot_id, part in hold.parts:
            let_go[lot_id] = let_go.get(lot_id, 0) + part
    lots = list(book.lots[account.id].values())
    free = {lot.id: lot.free + let_go.get(lot.id, 0) for lot in lots}
    return Sums(
        owner=OWNER,
        balance=account.balance,
        held=account.held,
        debt=account.debt,
        floor=account.floor,
        owed=owing.debt if owing else 0,
        active=sum(free[lot.id] for lot in lots if lot.active(now)),
        ended=sum(free[lot.id] for lot in lots if lot.begun(now) and lot.over(now)),
        ended_unborn=sum(free[lot.id] for lot in lots if not lot.begun(now) and lot.over(now)),
        pending=sum(lot.remaining for lot in lots if not lot.begun(now) and not lot.over(now)),
        held_in_lots=sum(lot.held for lot in lots),
        timed_out=sum(hold.amount for hold in timed_out),
        timed_out_covered=sum(let_go.values()),
        next_expiry_at=None,
        next_expiry_amount=0,
    )


@given(STEPS, MOVEMENTS, MOVEMENTS)
@example(
    [(ledger.Grant(POINTS, 20, NOW, NOW + DAY), 1, 0), (ledger.Spend(POINTS, 20), 1, 0)],
    ledger.ClawBack(POINTS, 9, 1),
    ledger.Expire(POINTS),
)
def test_a_refused_operation_changes_nothing(
    steps: list[tuple[ledger.Movement, int, int]], first: ledger.Movement, second: ledger.Movement
) -> None:
    book = open_book()
    now = play(book, steps)
    before = (
        dict(book.accounts),
        {account: dict(lots) for account, lots in book.lots.items() if lots},
        dict(book.holds[OWNER]),
        {key: list(uses) for key, uses in book.given_back.items() if uses},
        set(book.reversed),
        len(book.done),
    )
    impossible = ledger.Spend(POINTS, 10**12)
    result = decide(book, operation("refused", first, second, impossible), now)
    assert isinstance(result, Refused)
    after = (
        dict(book.accounts),
        {account: dict(lots) for account, lots in book.lots.items() if lots},
        dict(book.holds[OWNER]),
        {key: list(uses) for key, uses in book.given_back.items() if uses},
        set(book.reversed),
        len(book.done),
    )
    assert after == before


@given(STEPS)
def test_a_full_refund_nets_to_zero(steps: list[tuple[ledger.Movement, int, int]]) -> None:
    """I11: what an order granted and what its refund took back cancel out, whatever lay between."""
    book = open_book()
    granted = operation("order", ledger.Grant(POINTS, 40, NOW, NOW + 5 * DAY), source_id=99)
    decide(book, granted, NOW)
    now = play(book, steps)
    before = _worth(book)
    taken = decide(book, operation("refund", ledger.ClawBack(POINTS, 40, 99)), now)
    assert isinstance(taken, Ok)
    (lot,) = [lot for lot in book.changed_lots.values() if lot.source_id == 99]
    assert lot.clawed == 40
    again = decide(book, operation("twice", ledger.ClawBack(POINTS, 1, 99)), now)
    assert isinstance(again, Refused)
    recalled = sum(line.amount for line in taken.value.lines if line.side == "recalled")
    assert recalled == lot.expired - 40, "What expired came back by itself."
    others = sum(line.amount for line in taken.value.lines if line.side == "expired")
    assert _worth(book) - before == recalled + others


def _worth(book: Book) -> int:
    return sum(account.balance for account in book.accounts.values())


@given(STEPS)
def test_results_are_read_back_to_the_byte(
    steps: list[tuple[ledger.Movement, int, int]],
) -> None:
    book = open_book()
    play(book, steps)
    for draft in book.done.values():
        read = canonical.read_result(draft.operation.key, draft.result)
        assert read.replayed
        assert canonical.result_bytes(read) == draft.result


@given(MOVEMENTS)
def test_a_request_has_one_fingerprint_in_every_zone(movement: ledger.Movement) -> None:
    asked = operation("key", movement)
    china = timezone(timedelta(hours=8))
    told = replace(asked, occurred_at=asked.occurred_at.astimezone(china))
    assert canonical.request_hash(told) == canonical.request_hash(asked)


@given(MOVEMENTS, MOVEMENTS)
def test_other_content_has_another_fingerprint(
    one: ledger.Movement, other: ledger.Movement
) -> None:
    same = canonical.request_hash(operation("k", one)) == canonical.request_hash(
        operation("k", other)
    )
    assert same == (one == other)


def test_fingerprints_are_the_same_in_every_release() -> None:
    """Stored fingerprints are compared for more than a year; this one must never change."""
    asked = operation(
        "key", ledger.Grant(POINTS, 100, NOW, NOW + DAY), ledger.ClawBack(POINTS, 5, 7)
    )
    assert canonical.request_hash(asked).hex() == "cc94f5230363b2082bbfde900f6bc610"


def test_a_default_at_the_end_is_no_part_of_the_fingerprint() -> None:
    plain = operation("key", ledger.Grant(POINTS, 100, NOW, None))
    spelled = operation("key", ledger.Grant(POINTS, 100, NOW, None, "brand", None, "", None))
    assert canonical.request_hash(plain) == canonical.request_hash(spelled)


@pytest.mark.parametrize("kind", [ledger.Spend, ledger.Expire])
def test_what_is_nobodys_asset_is_refused(kind: type) -> None:
    movement = kind("debt:points:1", 1) if kind is ledger.Spend else kind("debt:points:1")
    refused = refuse_malformed(operation("key", movement))
    assert refused is not None
    assert refused.code == "ledger.invalid_operation"
