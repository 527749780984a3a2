"""Pairs that are likely one person wait for an operator: once, and never again once decided."""

from huitong import identity
from huitong.identity.model import LIKELY, Likely, Queued, Review, ReviewState
from huitong.org.model import ChannelAccount
from huitong.platform.db import Tx
from tests.identity.make import NOW, card, make_account, openid, person_of, phone

ANNA, BERTA, CLARA = "13800138001", "13800138002", "13800138003"


def queue(tx: Tx, account: ChannelAccount, *pairs: tuple[int, int]) -> Queued:
    suggested = [Likely(one, other, 0.97) for one, other in pairs]
    return identity.queue_suggestions(tx, account.identity_domain_id, suggested=suggested, now=NOW)


def reviews(tx: Tx, state: ReviewState = ReviewState.OPEN) -> list[Review]:
    return identity.reviews(tx, state=state, limit=10)


def test_a_suggestion_waits_once_and_merges_nobody(tx: Tx) -> None:
    account = make_account(tx)
    anna, berta = person_of(tx, account, phone(ANNA)), person_of(tx, account, phone(BERTA))
    assert queue(tx, account, (anna, berta), (berta, anna)).opened == 1
    assert queue(tx, account, (berta, anna)) == Queued(0, 1, 0, 0)
    (waiting,) = reviews(tx)
    assert (waiting.rule, waiting.reason) == (LIKELY, "likelihood 0.970")
    assert {waiting.person_id, waiting.other_person_id} == {anna, berta}
    assert identity.follow(tx, person_ids=[anna, berta]) == {anna: anna, berta: berta}


def test_a_suggestion_that_was_decided_never_waits_again_whatever_is_learned(tx: Tx) -> None:
    account = make_account(tx)
    anna, berta = person_of(tx, account, phone(ANNA)), person_of(tx, account, phone(BERTA))
    queue(tx, account, (anna, berta))
    identity.reject_review(tx, reviews(tx)[0].id, actor="lin", reason="sisters", now=NOW)
    # A stronger identifier stands for each of them from now on.
    assert person_of(tx, account, openid("o1"), phone(ANNA)) == anna
    assert person_of(tx, account, openid("o2"), phone(BERTA)) == berta
    assert queue(tx, account, (anna, berta)) == Queued(0, 1, 0, 0)
    assert reviews(tx) == []


def test_an_accepted_suggestion_makes_one_person_of_two(tx: Tx) -> None:
    account = make_account(tx)
    anna, berta = person_of(tx, account, phone(ANNA)), person_of(tx, account, phone(BERTA))
    queue(tx, account, (anna, berta))
    assert identity.accept_review(tx, reviews(tx)[0].id, actor="lin", reason="asked", now=NOW)
    assert identity.follow(tx, person_ids=[berta]) == {berta: anna}
    assert queue(tx, account, (anna, berta)) == Queued(0, 0, 1, 0)


def test_weighing_evidence_anew_leaves_a_suggestion_waiting(tx: Tx) -> None:
    account = make_account(tx)
    anna, berta = person_of(tx, account, phone(ANNA)), person_of(tx, account, phone(BERTA))
    queue(tx, account, (anna, berta))
    ends = [end.id for of in (anna, berta) for end in identity.identifiers_of(
        tx, person_ids=[of])[of]]  # fmt: skip
    assert not identity.weigh_anew(tx, ends, reason="again", now=NOW)
    assert len(reviews(tx)) == 1


def test_a_suggestion_that_evidence_answers_waits_no_more(tx: Tx) -> None:
    account = make_account(tx)
    anna, berta = person_of(tx, account, phone(ANNA)), person_of(tx, account, card("c1"))
    queue(tx, account, (anna, berta))
    assert person_of(tx, account, card("c1"), phone(ANNA)) == anna
    assert reviews(tx) == []
    assert [one.rule for one in reviews(tx, ReviewState.MOOT)] == [LIKELY]


def test_who_is_unknown_is_counted_and_left_out(tx: Tx) -> None:
    account = make_account(tx)
    anna, clara = person_of(tx, account, phone(ANNA)), person_of(tx, account, phone(CLARA))
    identity.erase(tx, clara, now=NOW)
    assert queue(tx, account, (anna, 4096), (anna, clara)) == Queued(0, 0, 0, 2)


def test_as_many_statements_queue_thirty_pairs_as_one(tx: Tx) -> None:
    account = make_account(tx)
    persons = [person_of(tx, account, phone(f"139{number:08d}")) for number in range(1001, 1063)]
    taken = []
    for chosen in (persons[:2], persons[2:]):
        before = tx.statements
        pairs = list(zip(chosen[::2], chosen[1::2], strict=True))
        assert queue(tx, account, *pairs).opened == len(pairs)
        taken.append(tx.statements - before)
    assert taken[1] <= taken[0] + 1
