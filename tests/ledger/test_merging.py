"""Merging owners moves everything, splitting moves it back, and totals stay what they were."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitong import ledger
from huitong.ledger.model import CannotMove, KeyConflict, OperationUnknown
from tests.ledger.make import DAY, DEBT, OTHER, OWNER, POINTS, Ledger, amounts, undone


def merge(
    books: Ledger, source: int = OTHER, target: int = OWNER, key: str = "merge"
) -> ledger.Moved:
    return ledger.reassign(books.tx, source=source, target=target, key=key, now=books.now)


def split(books: Ledger, key: str = "split") -> ledger.Moved:
    return split_of(books, "merge", key)


def split_of(books: Ledger, merge_key: str, key: str) -> ledger.Moved:
    asked = ledger.SplitBack(source=OTHER, target=OWNER, merge_key=merge_key, key=key)
    (moved,) = ledger.split_back(books.tx, [asked], now=books.now)
    return moved


def total(books: Ledger) -> int:
    """Return what both owners have together, debts counted."""
    return sum(
        books.balance(owner, asset).balance for owner in (OWNER, OTHER) for asset in (POINTS, DEBT)
    )


def test_a_merge_moves_lots_with_their_life_and_their_source(books: Ledger) -> None:
    books.grant(50, owner=OTHER, days=5, source_id=1)
    books.grant(30)
    assert merge(books).amounts == ((POINTS, 50),)
    assert books.balance(OTHER).balance == 0
    assert books.balance().balance == 80
    moved = ledger.lots(books.tx, OWNER)[0]
    assert (moved.expires_at, moved.source_id) == (books.now + 5 * DAY, 1)
    assert moved.parent_lot_id is not None


def test_a_repeated_merge_changes_nothing_even_later(books: Ledger) -> None:
    books.grant(50, owner=OTHER)
    merge(books)
    books.now += DAY
    again = merge(books)
    assert again.replayed
    assert again.amounts == ((POINTS, 50),)
    assert books.balance().balance == 50


def test_the_same_key_for_another_merge_is_a_conflict(books: Ledger) -> None:
    books.grant(50, owner=OTHER)
    merge(books)
    with pytest.raises(KeyConflict):
        merge(books, source=OTHER + (1 << 12))


def test_a_merged_owner_takes_no_movements_and_is_not_merged_again(books: Ledger) -> None:
    books.grant(50, owner=OTHER)
    merge(books)
    refused = books.refusal(ledger.Grant(POINTS, 5, books.now, None), owner=OTHER)
    assert (refused.code, refused.facts["target_owner"]) == ("ledger.account_merged", OWNER)
    with pytest.raises(CannotMove):
        merge(books, key="second")


def test_a_key_of_the_source_counts_for_the_target(books: Ledger) -> None:
    first = books.grant(50, owner=OTHER, key="order 1")
    merge(books)
    again = books.grant(50, owner=OWNER, key="order 1")
    assert again.replayed
    assert again.operation_id == first.operation_id


def test_keys_count_across_a_chain_of_merges(books: Ledger) -> None:
    third = 9 << 12 | 5
    books.grant(50, owner=OTHER, key="order 1")
    books.grant(1, owner=OWNER)
    books.grant(1, owner=third)
    merge(books)
    merge(books, source=OWNER, target=third, key="next")
    assert books.grant(50, owner=third, key="order 1").replayed
    assert books.balance(third).balance == 52


def test_a_refund_after_the_merge_finds_the_lot_even_when_it_was_spent(books: Ledger) -> None:
    books.grant(50, owner=OTHER, source_id=1)
    books.do(ledger.Spend(POINTS, 50), owner=OTHER)
    merge(books)
    books.grant(20)
    assert amounts(books.do(ledger.ClawBack(POINTS, 50, 1))) == [
        (POINTS, -20, 0),
        (DEBT, -30, -30),
    ]


def test_a_restoration_after_the_merge_reaches_the_moved_lot(books: Ledger) -> None:
    books.grant(50, owner=OTHER, days=5)
    books.do(ledger.Spend(POINTS, 40), owner=OTHER, key="bought")
    merge(books)
    books.do(ledger.Restore(POINTS, 40, "bought"))
    (lot,) = ledger.lots(books.tx, OWNER)
    assert (lot.remaining, lot.expires_at) == (50, books.now + 5 * DAY)
    assert books.refusal(ledger.Restore(POINTS, 1, "bought")).code == "ledger.nothing_to_restore"


def test_open_holds_move_and_are_captured_by_the_target(books: Ledger) -> None:
    books.grant(50, owner=OTHER)
    books.do(ledger.Hold(POINTS, 20, "basket", None), owner=OTHER)
    merge(books)
    assert (books.balance().held, books.balance(OTHER).held) == (20, 0)
    books.do(ledger.Capture("basket", 15))
    assert books.balance().balance == 35


def test_two_holds_of_one_key_cannot_become_one_owners(books: Ledger) -> None:
    for owner in (OWNER, OTHER):
        books.grant(50, owner=owner)
        books.do(ledger.Hold(POINTS, 20, "basket", None), owner=owner)
    with pytest.raises(CannotMove, match="basket"):
        merge(books)


def test_debt_moves_too_and_is_settled_by_the_targets_lots(books: Ledger) -> None:
    books.grant(50, owner=OTHER, source_id=1)
    books.do(ledger.Spend(POINTS, 50), owner=OTHER)
    books.do(ledger.ClawBack(POINTS, 50, 1), owner=OTHER)
    books.grant(80)
    before = total(books)
    merge(books)
    assert (books.balance().balance, books.balance().debt) == (30, 0)
    assert books.balance(OTHER).debt == 0
    books.do(ledger.Expire(POINTS))
    assert total(books) == before == 30


def test_an_overdraft_is_not_inherited(books: Ledger) -> None:
    ledger.open_account(books.tx, OTHER, asset=POINTS, floor=-50)
    books.do(ledger.Spend(POINTS, 30), owner=OTHER)
    merge(books)
    assert (books.balance().balance, books.balance().spendable, books.balance().debt) == (0, 0, 30)


def test_a_hold_that_an_overdraft_covers_is_let_go_where_the_target_cannot_bear_it(
    books: Ledger,
) -> None:
    ledger.open_account(books.tx, OTHER, asset=POINTS, floor=-50)
    books.grant(10)
    books.grant(20, owner=OTHER)
    books.do(ledger.Hold(POINTS, 25, "borne", None), owner=OTHER)
    books.do(ledger.Hold(POINTS, 23, "not_borne", None), owner=OTHER)
    merge(books)
    # Five of the first are beyond its lots: the target's ten points bear them, and no more.
    assert (books.balance().balance, books.balance().held, books.balance().spendable) == (30, 25, 5)
    books.do(ledger.Capture("borne", 25))
    assert books.balance().balance == 5


def test_owners_of_one_bucket_can_be_merged(books: Ledger) -> None:
    neighbour = OWNER + (1 << 12)
    books.grant(50, owner=neighbour)
    books.do(ledger.Hold(POINTS, 20, "basket", None), owner=neighbour)
    merge(books, source=neighbour)
    assert books.balance().held == 20


def test_a_split_moves_everything_back(books: Ledger) -> None:
    books.grant(50, owner=OTHER, days=5, source_id=1)
    books.do(ledger.Spend(POINTS, 10), owner=OTHER, key="bought")
    books.grant(30)
    merge(books)
    assert split(books).amounts == ((POINTS, -40),)
    assert (books.balance(OTHER).balance, books.balance().balance) == (40, 30)
    books.do(ledger.Spend(POINTS, 40), owner=OTHER)
    books.do(ledger.Restore(POINTS, 10, "bought"), owner=OTHER)
    assert books.balance(OTHER).balance == 10


def test_a_repeated_split_changes_nothing_and_a_second_is_refused(books: Ledger) -> None:
    books.grant(50, owner=OTHER)
    merge(books)
    split(books)
    assert split(books).replayed
    with pytest.raises(CannotMove):
        split(books, key="another")


def test_a_split_without_its_merge_is_refused(books: Ledger) -> None:
    books.grant(50, owner=OTHER)
    merge(books)
    with pytest.raises(OperationUnknown):
        split_of(books, "none", "split")


def test_what_the_target_spent_of_the_source_becomes_the_targets_debt(books: Ledger) -> None:
    books.grant(70, owner=OTHER, days=5)
    books.grant(50)
    merge(books)
    books.do(ledger.Spend(POINTS, 100))
    split(books)
    assert books.balance(OTHER).balance == 70
    assert (books.balance().balance, books.balance().debt) == (0, 50)
    assert total(books) == 20


def test_a_refund_between_merge_and_split_stays_with_the_source(books: Ledger) -> None:
    books.grant(70, owner=OTHER, source_id=1)
    books.grant(50)
    merge(books)
    books.do(ledger.ClawBack(POINTS, 30, 1))
    split(books)
    assert (books.balance(OTHER).balance, books.balance().balance) == (40, 50)
    refused = books.refusal(ledger.ClawBack(POINTS, 41, 1), owner=OTHER)
    assert refused.facts["left"] == 40


def test_what_expired_between_merge_and_split_stays_expired(books: Ledger) -> None:
    books.grant(70, owner=OTHER, days=1)
    merge(books)
    books.now += 2 * DAY
    books.do(ledger.Expire(POINTS))
    split(books)
    assert (books.balance(OTHER).balance, books.balance().balance) == (0, 0)


def test_debt_that_the_target_paid_for_the_source_comes_back(books: Ledger) -> None:
    books.grant(50, owner=OTHER, source_id=1)
    books.do(ledger.Spend(POINTS, 50), owner=OTHER)
    books.do(ledger.ClawBack(POINTS, 50, 1), owner=OTHER)
    books.grant(80)
    merge(books)
    books.do(ledger.Expire(POINTS))
    split(books)
    assert books.balance(OTHER).debt == 50
    assert books.balance().balance == 80


def test_an_owner_that_was_merged_on_is_split_from_the_last_first(books: Ledger) -> None:
    third = 9 << 12 | 5
    books.grant(50, owner=OTHER)
    books.grant(1, owner=third)
    merge(books)
    merge(books, source=OWNER, target=third, key="next")
    with pytest.raises(CannotMove):
        split(books)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["grant", "spend", "claw", "hold", "capture", "restore", "wait"]),
        st.booleans(),
        st.integers(1, 60),
    ),
    max_size=8,
)


def test_a_hold_that_came_with_the_merge_goes_back_with_its_lots(books: Ledger) -> None:
    books.grant(50, owner=OTHER)
    books.grant(20)
    books.do(ledger.Hold(POINTS, 30, "dispute", None), owner=OTHER)
    for number in range(2):
        merge(books, key="merge" if not number else "again")
        split_of(books, "merge" if not number else "again", f"split {number}")
        assert (books.balance(OTHER).held, books.balance(OTHER).spendable) == (30, 20)
        assert (books.balance().held, books.balance().spendable) == (0, 20)
    assert ledger.open_hold_keys(books.tx, [OTHER]) == {(OTHER, "dispute")}
    books.do(ledger.Capture("dispute", 30), owner=OTHER)
    assert books.balance(OTHER).balance == 20
    assert not books.breaches()


def test_a_hold_that_its_source_cannot_bear_any_more_is_let_go(books: Ledger) -> None:
    books.grant(50, owner=OTHER, source_id=1)
    books.do(ledger.Hold(POINTS, 50, "dispute", None), owner=OTHER)
    merge(books)
    books.grant(100)
    books.do(ledger.ClawBack(POINTS, 50, 1))
    split(books)
    assert (books.balance(OTHER).held, books.balance(OTHER).balance) == (0, 0)
    assert books.balance().held == 0
    assert not books.breaches()


def test_what_had_expired_and_was_called_back_since_costs_nobody_at_the_split(
    books: Ledger,
) -> None:
    books.grant(100, owner=OTHER, days=2, source_id=1)
    books.grant(5)
    books.now += 5 * DAY
    merge(books)
    books.do(ledger.ClawBack(POINTS, 100, 1))
    split(books)
    assert (books.balance(OTHER).balance, books.balance(OTHER, DEBT).balance) == (0, 0)
    assert books.balance().balance == 5
    assert not books.breaches()


def test_a_debt_that_was_merged_and_not_paid_goes_back_and_nobody_pays_it(books: Ledger) -> None:
    books.grant(10, owner=OTHER, source_id=1)
    books.do(ledger.Spend(POINTS, 10), owner=OTHER)
    books.do(ledger.ClawBack(POINTS, 10, 1), owner=OTHER)
    books.grant(10, days=30)
    before = ledger.lots(books.tx, OWNER)
    merge(books)
    split(books)
    assert [lot.expires_at for lot in ledger.lots(books.tx, OWNER)] == [
        lot.expires_at for lot in before
    ]
    assert (books.balance().balance, books.balance(OTHER, DEBT).balance) == (10, -10)
    assert not books.breaches()


@given(before=MOVES, between=MOVES)
@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_totals_survive_any_merge_and_split(
    books: Ledger, before: list[tuple[str, bool, int]], between: list[tuple[str, bool, int]]
) -> None:
    with undone(books):
        books.grant(10, owner=OTHER, source_id=1)
        books.grant(10, source_id=1)
        _play(books, before, {True: OTHER, False: OWNER})
        _tidy(books)
        whole = posted(books)
        merge(books)
        assert posted(books) == whole
        _play(books, between, {True: OWNER, False: OWNER})
        _tidy(books)
        whole = posted(books)
        split(books)
        assert posted(books) == whole
        assert not books.breaches()


def posted(books: Ledger) -> int:
    """Return what the accounts say together; a lot may come back that is past its life."""
    found = books.tx.row("SELECT sum(a.balance)::bigint FROM ledger.account AS a")
    assert found is not None
    return int(found[0])


def _tidy(books: Ledger) -> None:
    for owner in (OWNER, OTHER):
        books.post(books.operation(ledger.Expire(POINTS), owner=owner))


def _play(books: Ledger, moves: list[tuple[str, bool, int]], owners: dict[bool, int]) -> None:
    for place, (kind, which, amount) in enumerate(moves):
        owner = owners[which]
        if kind == "wait":
            books.now += DAY
        elif kind == "grant":
            books.grant(amount, owner=owner, days=3, source_id=1)
        else:
            movements: dict[str, ledger.Movement] = {
                "spend": ledger.Spend(POINTS, amount),
                "claw": ledger.ClawBack(POINTS, amount, 1),
                "hold": ledger.Hold(POINTS, amount, f"hold {owner}", books.now + 2 * DAY),
                "capture": ledger.Capture(f"hold {owner}", amount),
                "restore": ledger.Restore(POINTS, amount, f"spend {place - 1} {owner}"),
            }
            books.post(
                books.operation(
                    movements[kind], owner=owner, key=f"{kind} {place} {owner} {amount}"
                )
            )


FAMILY = (OTHER, 9 << 12 | 5, 10 << 12 | 1234)


@given(
    before=st.lists(MOVES, min_size=3, max_size=3),
    between=MOVES,
    chained=st.booleans(),
)
@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_splitting_many_at_once_does_what_splitting_one_after_the_other_does(
    books: Ledger,
    before: list[list[tuple[str, bool, int]]],
    between: list[tuple[str, bool, int]],
    chained: bool,  # noqa: FBT001 - drawn by Hypothesis
) -> None:
    ways = [(OTHER, OWNER), (FAMILY[1], OTHER if chained else OWNER), (FAMILY[2], OWNER)]
    asked = [
        ledger.SplitBack(source, target, merge_key=f"merge {source}", key=f"split {source}")
        for source, target in ways
    ]
    found = []
    with undone(books):
        for owner, moves in zip(FAMILY, before, strict=True):
            books.grant(10, owner=owner, source_id=1)
            _play(books, moves, {True: owner, False: OWNER})
        _tidy(books)
        # The innermost first, and the other way round when they part.
        for source, target in reversed(ways):
            merge(books, source=source, target=target, key=f"merge {source}")
        _play(books, between, {True: OWNER, False: OWNER})
        _tidy(books)
        for batches in ([asked], [[one] for one in asked]):
            with undone(books):
                for batch in batches:
                    ledger.split_back(books.tx, batch, now=books.now)
                assert not books.breaches()
                found.append(
                    [
                        (books.balance(owner), books.balance(owner, DEBT), books.left(owner))
                        for owner in (OWNER, *FAMILY)
                    ]
                )
    assert found[0] == found[1]
