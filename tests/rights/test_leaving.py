"""Leaving: a wish, a time to think it over, an end that is settled; and coming back is new."""

from datetime import timedelta

import pytest

from huitong import customers, identity, ledger
from huitong.channels.model import RecordKind
from huitong.customers.model import (
    CustomerStatus,
    ExitCancellation,
    ExitRequest,
    ExitState,
    ExitWish,
    PointsAtExit,
    Purpose,
)
from huitong.entry.rights import leaving
from huitong.ledger import Grant, Hold, Operation, Release
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused
from tests.rights.make import ANNA, BERTA, NOW, Shop, member, order

CLARA = "13600002222"
DUE = NOW + timedelta(days=8)


@pytest.fixture
def anna(shop: Shop) -> int:
    """Return Anna, a member with 100 points."""
    shop.tell(RecordKind.MEMBER, member("M-1", ANNA), member("M-2", BERTA))
    shop.tell(RecordKind.ORDER, order("O-1", 100, ANNA))
    with shop.tx() as tx:
        return shop.known(tx, ANNA)


def want(tx: Tx, customer_id: int, key: str = "k") -> Ok[ExitRequest] | Refused:
    wish = ExitWish(customer_id, key, "test")
    (answer,) = leaving.request_exits(tx, [wish], now=NOW)
    return answer


def take_back(tx: Tx, customer_id: int, key: str = "back") -> Ok[ExitRequest] | Refused:
    wanted = ExitCancellation(customer_id, key)
    (answer,) = customers.cancel_exits(tx, [wanted], now=NOW)
    return answer


def merge_berta(shop: Shop, tx: Tx) -> int:
    """Let Berta turn out to be Anna; return the merge."""
    source, target = shop.person(tx, BERTA), shop.person(tx, ANNA)
    merge = identity.merge(tx, source=source, target=target, reason="one", key="m", now=NOW)
    tx.settle()
    return merge.id


def refusal(answer: object) -> str:
    assert isinstance(answer, Refused), answer
    return answer.code


def status(tx: Tx, customer_id: int) -> CustomerStatus:
    return customers.find_customers(tx, customer_ids=[customer_id])[customer_id].status


def finish(shop: Shop) -> leaving.Finished | None:
    with shop.tx(DUE) as tx:
        return leaving.finish_exits(tx, now=DUE, limit=10)


def test_a_member_leaves_after_the_cooling_off_and_their_points_are_forfeited(
    shop: Shop, anna: int
) -> None:
    with shop.tx() as tx:
        answer = want(tx, anna)
        assert isinstance(answer, Ok)
        assert answer.value.due_at == NOW + timedelta(days=7)
        assert leaving.finish_exits(tx, now=NOW, limit=10) is None
        assert (status(tx, anna), shop.points(tx, anna).spendable) == (CustomerStatus.MEMBER, 100)
    assert finish(shop) == leaving.Finished(left=1, held=0, last_id=answer.value.id)
    with shop.tx() as tx:
        assert (status(tx, anna), shop.points(tx, anna).balance) == (CustomerStatus.EXITED, 0)
        (entry, *_) = ledger.history(tx, anna, asset=f"points:{shop.brand.id}").entries
        assert (entry.operation_kind, entry.amount) == ("exit", -100)
        (one,) = customers.exits_of(tx, customer_ids=[anna])
        assert (one.state, one.settled_at) == (ExitState.FINISHED, DUE)
    assert finish(shop) is None
    assert shop.is_sound()


def test_points_are_kept_where_the_brand_has_decided_so(shop: Shop, anna: int) -> None:
    with shop.tx() as tx:
        customers.put_exit_policy(
            tx,
            brand_id=shop.brand.id,
            cooling_off_days=0,
            points=PointsAtExit.KEEP,
            actor="test",
            now=NOW,
        )
        want(tx, anna)
        leaving.finish_exits(tx, now=NOW, limit=10)
        assert (status(tx, anna), shop.points(tx, anna).balance) == (CustomerStatus.EXITED, 100)


def test_who_takes_it_back_stays_and_may_ask_again(shop: Shop, anna: int) -> None:
    with shop.tx() as tx:
        want(tx, anna)
        cancelled = take_back(tx, anna)
        assert isinstance(cancelled, Ok)
        assert cancelled.value.state is ExitState.CANCELLED
        assert take_back(tx, anna) == cancelled
        assert refusal(take_back(tx, anna, "other")) == "customers.no_open_exit"
    assert finish(shop) is None
    with shop.tx() as tx:
        assert status(tx, anna) is CustomerStatus.MEMBER
        assert isinstance(want(tx, anna, "later"), Ok)


def test_a_repeat_of_the_key_answers_the_first_wish(shop: Shop, anna: int) -> None:
    with shop.tx() as tx:
        assert want(tx, anna) == want(tx, anna)


def test_a_second_wish_is_the_first_one(shop: Shop, anna: int) -> None:
    wishes = [ExitWish(anna, key, "test") for key in ("k1", "k2")]
    with shop.tx() as tx:
        first, second = leaving.request_exits(tx, wishes, now=NOW)
        assert first == second == want(tx, anna, "k3")
        assert len(customers.exits_of(tx, customer_ids=[anna])) == 1


def test_a_wish_from_before_a_merge_is_seen_and_taken_back_by_every_name(
    shop: Shop, anna: int
) -> None:
    with shop.tx() as tx:
        berta = shop.known(tx, BERTA)
        wished = want(tx, berta)
        merge_berta(shop, tx)
        (gate,) = customers.may(tx, [anna], purpose=Purpose.MARKETING, now=NOW)
        assert refusal(gate) == "customers.leaving"
        assert [want(tx, one, "new") for one in (anna, berta)] == [wished, wished]
        (seen,) = customers.exits_of(tx, customer_ids=[anna, berta])
        assert Ok(seen) == wished
        cancelled = take_back(tx, anna)
        assert isinstance(cancelled, Ok)
        assert (cancelled.value.id, cancelled.value.state) == (seen.id, ExitState.CANCELLED)
    assert finish(shop) is None


def test_a_wish_goes_back_with_a_split_to_whom_it_was_of(shop: Shop, anna: int) -> None:
    with shop.tx() as tx:
        berta = shop.known(tx, BERTA)
        want(tx, berta)
        identity.split(tx, merge_berta(shop, tx), now=NOW)
        tx.settle()
        gates = customers.may(tx, [anna, berta], purpose=Purpose.MARKETING, now=NOW)
        assert [refusal(one) for one in gates] == ["customers.no_consent", "customers.leaving"]
        assert refusal(take_back(tx, anna)) == "customers.no_open_exit"
        assert isinstance(take_back(tx, berta), Ok)


def test_taking_back_ends_both_wishes_of_whom_a_merge_made_one(shop: Shop, anna: int) -> None:
    with shop.tx() as tx:
        berta = shop.known(tx, BERTA)
        want(tx, anna)
        want(tx, berta, "b")
        merge_berta(shop, tx)
        take_back(tx, berta)
        states = {one.state for one in customers.exits_of(tx, customer_ids=[berta])}
        assert states == {ExitState.CANCELLED}


def test_the_first_wish_that_is_due_carries_out_every_wish_of_the_same_person(
    shop: Shop, anna: int
) -> None:
    later = NOW + timedelta(days=5)
    with shop.tx() as tx:
        want(tx, shop.known(tx, BERTA))
    with shop.tx(later) as tx:
        leaving.request_exits(tx, [ExitWish(anna, "a", "test")], now=later)
        merge_berta(shop, tx)
    finish(shop)
    with shop.tx(DUE) as tx:
        states = {one.state for one in customers.exits_of(tx, customer_ids=[anna])}
        assert states == {ExitState.FINISHED}
        assert leaving.finish_exits(tx, now=later + timedelta(days=8), limit=10) is None


def test_points_set_aside_forbid_it_before_and_at_the_end(shop: Shop, anna: int) -> None:
    asset = f"points:{shop.brand.id}"
    hold = Operation("h", "hold", anna, (Hold(asset, 40, "cart"),), NOW)
    release = Operation("r", "release", anna, (Release("cart"),), NOW)
    with shop.tx() as tx:
        ledger.post(tx, [hold], now=NOW)
        assert refusal(want(tx, anna)) == "customers.points_still_held"
        ledger.post(tx, [release], now=NOW)
        assert isinstance(want(tx, anna), Ok)
        again = Operation("second", "hold", anna, (Hold(asset, 40, "other cart"),), NOW)
        ledger.post(tx, [again], now=NOW)
        assert isinstance(want(tx, anna), Ok)
    finished = finish(shop)
    assert finished is not None
    assert (finished.left, finished.held) == (0, 1)
    with shop.tx() as tx:
        assert status(tx, anna) is CustomerStatus.MEMBER


def test_points_that_become_active_after_the_end_are_forfeited_then(shop: Shop, anna: int) -> None:
    later = DUE + timedelta(days=3)
    grant = Grant(f"points:{shop.brand.id}", 30, later, None)
    with shop.tx() as tx:
        ledger.post(tx, [Operation("g", "gift", anna, (grant,), NOW)], now=NOW)
        want(tx, anna)
    finish(shop)
    with shop.tx(DUE) as tx:
        assert shop.points(tx, anna, DUE).pending == 30
        leaving.settle_exits(tx, now=DUE, limit=10)
        assert customers.unsettled_exits(tx, limit=10)
    with shop.tx(later) as tx:
        leaving.settle_exits(tx, now=later, limit=10)
        assert shop.points(tx, anna, later).balance == 0
        assert customers.unsettled_exits(tx, limit=10) == []
    assert shop.is_sound()


def test_only_members_leave(shop: Shop, anna: int) -> None:
    shop.tell(RecordKind.ORDER, order("O-2", 10, "13600001111"))
    with shop.tx() as tx:
        assert refusal(want(tx, shop.known(tx, "13600001111"))) == "customers.not_a_member"
        assert refusal(want(tx, anna + 4096)) == "customers.not_found"


def test_who_is_leaving_is_served_until_the_end_and_sent_nothing(shop: Shop, anna: int) -> None:
    def ask(tx: Tx, purpose: Purpose) -> str:
        (answer,) = customers.may(tx, [anna], purpose=purpose, now=NOW)
        return "open" if isinstance(answer, Ok) else answer.code

    with shop.tx() as tx:
        want(tx, anna)
        assert ask(tx, Purpose.MARKETING) == "customers.leaving"
        assert ask(tx, Purpose.SERVICE) == "open"
    finish(shop)
    with shop.tx() as tx:
        assert ask(tx, Purpose.SERVICE) == "customers.leaving"


def test_who_enrols_again_begins_a_new_membership_beside_the_old_facts(
    shop: Shop, anna: int
) -> None:
    with shop.tx() as tx:
        want(tx, anna)
    finish(shop)
    again = member(
        "M-1", ANNA, enrolled_at="2026-04-01T00:00:00Z", updated_at="2026-04-01T00:00:00Z"
    )
    shop.tell(RecordKind.MEMBER, again, now=NOW + timedelta(days=40))
    with shop.tx() as tx:
        found = customers.find_customers(tx, customer_ids=[anna])[anna]
        assert found.status is CustomerStatus.MEMBER
        assert found.enrolled_at is not None
        assert f"{found.enrolled_at:%Y-%m-%d}" == "2026-04-01"
        assert shop.points(tx, anna).balance == 0
    assert shop.is_sound()


FILE_OF_MEMBERS = (
    member("M-1", ANNA),
    member("M-1", ANNA, name="Anna"),
    member("M-1", ANNA, name="Anne", updated_at="2026-05-01T00:00:00Z"),
    {**member("M-1", ANNA, name="Ann"), "enrolled_at": None},
    {**member("M-7", ANNA, updated_at="2026-05-02T00:00:00Z"), "enrolled_at": None},
)


@pytest.mark.parametrize("place", range(len(FILE_OF_MEMBERS)))
def test_a_file_that_still_calls_somebody_a_member_does_not_bring_them_back(
    shop: Shop, anna: int, place: int
) -> None:
    with shop.tx() as tx:
        want(tx, anna)
    finish(shop)
    for days in (40, 41):
        shop.tell(RecordKind.MEMBER, FILE_OF_MEMBERS[place], now=NOW + timedelta(days=days))
    with shop.tx() as tx:
        found = customers.find_customers(tx, customer_ids=[anna])[anna]
        assert (found.status, found.enrolled_at) == (CustomerStatus.EXITED, None)


def test_who_came_back_is_a_member_since_then_whatever_older_files_say(
    shop: Shop, anna: int
) -> None:
    with shop.tx() as tx:
        want(tx, anna)
    finish(shop)
    anew = "2026-04-01T00:00:00Z"
    shop.tell(RecordKind.MEMBER, member("M-1", ANNA, enrolled_at=anew, updated_at=anew))
    shop.tell(RecordKind.MEMBER, member("M-7", ANNA))
    with shop.tx() as tx:
        found = customers.find_customers(tx, customer_ids=[anna])[anna]
        assert found.status is CustomerStatus.MEMBER
        assert f"{found.enrolled_at:%Y-%m-%d}" == "2026-04-01"


def test_who_left_as_one_of_two_is_brought_back_by_no_file_until_the_split(
    shop: Shop, anna: int
) -> None:
    with shop.tx() as tx:
        berta = shop.known(tx, BERTA)
        want(tx, berta)
        merge_id = merge_berta(shop, tx)
    finish(shop)
    shop.tell(RecordKind.MEMBER, member("M-1", ANNA, name="Anna"), now=DUE)
    with shop.tx(DUE) as tx:
        assert status(tx, anna) is CustomerStatus.EXITED
        identity.split(tx, merge_id, now=DUE)
        tx.settle()
        assert status(tx, anna) is CustomerStatus.MEMBER
        assert status(tx, berta) is CustomerStatus.EXITED
    shop.tell(RecordKind.MEMBER, member("M-2", BERTA, name="Berta"), now=DUE)
    with shop.tx(DUE) as tx:
        assert status(tx, berta) is CustomerStatus.EXITED


def test_who_left_has_left_when_a_third_turns_out_not_to_be_them(shop: Shop, anna: int) -> None:
    shop.tell(RecordKind.MEMBER, member("M-3", CLARA))
    with shop.tx() as tx:
        want(tx, shop.known(tx, BERTA))
        merge_berta(shop, tx)
        clara = shop.known(tx, CLARA)
        merge = identity.merge(
            tx,
            source=shop.person(tx, CLARA),
            target=shop.person(tx, ANNA),
            reason="one",
            key="c",
            now=NOW,
        )
    finish(shop)
    with shop.tx(DUE) as tx:
        identity.split(tx, merge.id, now=DUE)
        tx.settle()
        assert [status(tx, one) for one in (anna, clara)] == [
            CustomerStatus.EXITED,
            CustomerStatus.MEMBER,
        ]


def test_an_exit_outlives_a_merge_and_its_split(shop: Shop, anna: int) -> None:
    with shop.tx() as tx:
        want(tx, anna)
    finish(shop)
    with shop.tx(DUE) as tx:
        merge = identity.merge(
            tx,
            source=shop.person(tx, BERTA),
            target=shop.person(tx, ANNA),
            reason="one",
            key="m",
            now=DUE,
        )
        tx.settle()
        identity.split(tx, merge.id, now=DUE)
        tx.settle()
        berta = shop.known(tx, BERTA)
        assert (status(tx, anna), status(tx, berta)) == (
            CustomerStatus.EXITED,
            CustomerStatus.MEMBER,
        )


def test_two_wishes_of_whom_a_merge_made_one_forfeit_their_points_once(
    shop: Shop, anna: int
) -> None:
    with shop.tx() as tx:
        want(tx, anna)
        want(tx, shop.known(tx, BERTA), "b")
        identity.merge(
            tx,
            source=shop.person(tx, BERTA),
            target=shop.person(tx, ANNA),
            reason="one",
            key="m",
            now=NOW,
        )
        tx.settle()
    finish(shop)
    with shop.tx(DUE) as tx:
        assert (status(tx, anna), shop.points(tx, anna).balance) == (CustomerStatus.EXITED, 0)
        assert {one.settled_at for one in customers.exits_of(tx, customer_ids=[anna])} == {DUE}
    assert shop.is_sound()
