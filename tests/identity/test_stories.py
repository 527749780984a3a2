"""The rules that keep people apart, each as it happens in a shop."""

from datetime import datetime, timedelta

import pytest

from huitong import identity
from huitong.channels.model import Identifier, IdentifierKind
from huitong.identity.events import PersonCarved
from huitong.identity.model import (
    KindRules,
    PolicyChanged,
    PolicyDocument,
    ReviewClosed,
    ReviewState,
    Standing,
    Strength,
)
from huitong.org.model import ChannelAccount
from huitong.platform.db import Tx
from tests.identity.make import (
    NOW,
    card,
    email,
    find_phone,
    make_account,
    openid,
    order_of,
    person_of,
    phone,
    resolve,
)

TILL_PHONE = "13912345678"
HER_PHONE = "13811112222"
CLUB = "club"


def tell(tx: Tx, account: ChannelAccount, *identifiers: Identifier, at: datetime = NOW) -> int:
    """Tell an order of whoever has these identifiers and return whose it is."""
    _, (known,) = resolve(tx, account, order_of(*identifiers, at=at))
    assert known is not None
    return known.person_id


def identifier_id(tx: Tx, index: Identifier, account: ChannelAccount) -> int:
    _, (known,) = resolve(tx, account, order_of(index))
    assert known is not None
    return known.identifier_id


def standing_of(tx: Tx, identifier: int) -> str:
    found = tx.row("SELECT standing FROM identity.identifier WHERE id = %s", [identifier])
    assert found is not None
    return str(found[0])


def put_policy(tx: Tx, account: ChannelAccount, version: int = 0, **rules: KindRules) -> None:
    identity.set_policy(
        tx,
        account.identity_domain_id,
        document=PolicyDocument(kinds={IdentifierKind(kind): one for kind, one in rules.items()}),
        actor="test",
        reason="as the story needs it",
        expected_version=version,
        now=NOW,
    )


class TestSharedIdentifiers:
    def test_a_clerk_who_types_her_own_phone_glues_nobody(self, tx: Tx) -> None:
        account = make_account(tx)
        buyers = [tell(tx, account, openid(f"o{n}"), phone(TILL_PHONE)) for n in range(12)]
        again = [tell(tx, account, openid(f"o{n}")) for n in range(12)]
        assert len(set(again)) == 12
        till = identifier_id(tx, phone(TILL_PHONE), account)
        assert standing_of(tx, till) == Standing.SHARED
        # An order that names nothing but the till's phone is none of the buyers'.
        assert tell(tx, account, phone(TILL_PHONE)) not in again
        assert tell(tx, account, openid("new"), phone(TILL_PHONE)) not in {*again, *buyers}

    def test_what_came_with_a_buyers_own_id_stays_theirs_when_the_phone_leaves(
        self, tx: Tx
    ) -> None:
        account = make_account(tx)
        for n in range(12):
            tell(tx, account, card(f"C{n}", scope=CLUB), phone(TILL_PHONE))
        carved = [one for one in tx._pending if isinstance(one, PersonCarved)]
        moved = {one for event in carved for one in event.identifier_ids}
        assert moved <= {row[0] for row in tx.rows("SELECT id FROM identity.identifier")}
        assert len({find_card(tx, account, f"C{n}") for n in range(12)}) == 12

    def test_the_example_number_and_repeated_digits_name_nobody(self, tx: Tx) -> None:
        account = make_account(tx)
        one = tell(tx, account, openid("o1"), phone("13800138000"))
        other = tell(tx, account, openid("o2"), phone("13800138000"))
        junk = tell(tx, account, openid("o3"), phone("13000000000"))
        assert len({one, other, junk}) == 3
        _, (known,) = resolve(tx, account, order_of(phone("13800138000")))
        assert known is None

    def test_a_virtual_number_finds_its_first_owner_and_merges_nobody(self, tx: Tx) -> None:
        account = make_account(tx)
        first = tell(tx, account, openid("o1"), phone("17012345678"))
        second = tell(tx, account, card("C1", scope=CLUB), phone("17012345678"))
        assert first != second
        assert tell(tx, account, phone("17012345678")) == first


class TestRecycledNumbers:
    def test_a_number_given_to_somebody_else_joins_nobody_over_the_silence(self, tx: Tx) -> None:
        account = make_account(tx)
        long_ago = NOW - timedelta(days=1_500)
        before = tell(tx, account, card("OLD", scope=CLUB), phone(HER_PHONE), at=long_ago)
        after = tell(tx, account, card("NEW", scope=CLUB), phone(HER_PHONE))
        assert before != after
        assert find_phone(tx, HER_PHONE) == after
        assert find_card(tx, account, "OLD") == before

    def test_what_came_under_the_number_before_stays_with_who_had_it(self, tx: Tx) -> None:
        account = make_account(tx)
        tell(tx, account, card("OLD", scope=CLUB), phone(HER_PHONE), at=NOW - timedelta(days=1_500))
        tx._pending.clear()
        tell(tx, account, card("NEW", scope=CLUB), phone(HER_PHONE))
        assert not [one for one in tx._pending if isinstance(one, PersonCarved)]


def find_card(tx: Tx, account: ChannelAccount, number: str) -> int:
    return person_of(tx, account, card(number, scope=CLUB))


class TestReviews:
    def conflict(self, tx: Tx) -> tuple[ChannelAccount, int, int]:
        """Let a phone name two cards where one is the limit; return account and both persons."""
        account = make_account(tx)
        put_policy(tx, account, pos_card=KindRules(living_max=1))
        hers = tell(tx, account, card("C1", scope=CLUB), phone(HER_PHONE))
        tell(tx, account, card("C2", scope=CLUB))
        tell(tx, account, card("C2", scope=CLUB), phone(HER_PHONE), at=NOW + timedelta(days=1))
        return account, hers, find_card(tx, account, "C2")

    def test_a_merge_in_conflict_waits_for_an_operator(self, tx: Tx) -> None:
        _, hers, other = self.conflict(tx)
        assert hers != other
        (waiting,) = identity.reviews(tx, limit=10)
        assert waiting.rule == "living_max"
        assert {waiting.person_id, waiting.other_person_id} == {hers, other}
        assert "****" in waiting.identifier.masked

    def test_an_accepted_review_merges_and_stays_so(self, tx: Tx) -> None:
        account, hers, _ = self.conflict(tx)
        (waiting,) = identity.reviews(tx, limit=10)
        assert identity.accept_review(tx, waiting.id, actor="lin", reason="two cards", now=NOW)
        assert find_card(tx, account, "C2") == hers == find_card(tx, account, "C1")
        assert not identity.accept_review(tx, waiting.id, actor="lin", reason="again", now=NOW)
        tell(tx, account, card("C2", scope=CLUB), phone(HER_PHONE), at=NOW + timedelta(days=9))
        assert find_card(tx, account, "C2") == hers
        with pytest.raises(ReviewClosed):
            identity.reject_review(tx, waiting.id, actor="lin", reason="no", now=NOW)

    def test_a_rejected_review_is_never_asked_again(self, tx: Tx) -> None:
        account, hers, other = self.conflict(tx)
        (waiting,) = identity.reviews(tx, limit=10)
        identity.reject_review(tx, waiting.id, actor="lin", reason="her sister", now=NOW)
        tell(tx, account, card("C2", scope=CLUB), phone(HER_PHONE), at=NOW + timedelta(days=9))
        assert (find_card(tx, account, "C1"), find_card(tx, account, "C2")) == (hers, other)
        assert identity.reviews(tx, limit=10) == []
        (decided,) = identity.reviews(tx, state=ReviewState.REJECTED, limit=10)
        assert (decided.actor, decided.reason) == ("lin", "her sister")

    def test_what_waits_is_weighed_again_when_it_turns_out_to_be_the_older_evidence(
        self, tx: Tx
    ) -> None:
        account = make_account(tx)
        put_policy(tx, account, phone=KindRules(living_max=2))
        phones = [phone(f"1381111222{n}") for n in range(3)]
        tell(tx, account, *phones)
        (waiting,) = identity.reviews(tx, limit=10)
        ends = {waiting.identifier.id, waiting.other.id}
        late = [one for one in phones if identifier_id(tx, one, account) in ends]
        tell(tx, account, *late, at=NOW - timedelta(days=1))
        (first, second) = (person_of(tx, account, one) for one in late)
        assert first == second
        (other,) = identity.reviews(tx, limit=10)
        assert {other.identifier.id, other.other.id} != ends

    def test_a_review_whose_evidence_is_withdrawn_is_moot(self, tx: Tx) -> None:
        self.conflict(tx)
        (waiting,) = identity.reviews(tx, limit=10)
        pair = (waiting.identifier.id, waiting.other.id)
        assert identity.withdraw_evidence(tx, [pair], actor="lin", reason="typo", now=NOW) == 1
        assert identity.reviews(tx, limit=10) == []


class TestEvidence:
    def test_an_email_that_is_verified_later_leaves_for_whom_it_proves(self, tx: Tx) -> None:
        account = make_account(tx)
        first = tell(tx, account, openid("o1"), email("a@x.cn"))
        second = tell(tx, account, card("C1", scope=CLUB))
        assert tell(tx, account, email("a@x.cn")) == first
        tell(tx, account, card("C1", scope=CLUB), email("a@x.cn", verified=True))
        assert tell(tx, account, email("a@x.cn")) == second
        tell(tx, account, openid("o1"), email("a@x.cn", verified=True))
        assert find_card(tx, account, "C1") == tell(tx, account, openid("o1"))

    def test_withdrawn_evidence_parts_what_it_joined_and_a_repeat_joins_nothing(
        self, tx: Tx
    ) -> None:
        account = make_account(tx)
        person = tell(tx, account, card("C1", scope=CLUB), phone(HER_PHONE))
        ends = [
            identifier_id(tx, one, account) for one in (card("C1", scope=CLUB), phone(HER_PHONE))
        ]
        identity.withdraw_evidence(tx, [(ends[0], ends[1])], actor="lin", reason="typo", now=NOW)
        assert find_phone(tx, HER_PHONE) != find_card(tx, account, "C1") == person
        tell(tx, account, card("C1", scope=CLUB), phone(HER_PHONE))
        assert find_phone(tx, HER_PHONE) != person
        tell(tx, account, card("C1", scope=CLUB), phone(HER_PHONE), at=NOW + timedelta(days=3))
        assert find_phone(tx, HER_PHONE) == find_card(tx, account, "C1")

    def test_an_inner_merge_is_undone_and_the_outer_one_made_again(self, tx: Tx) -> None:
        account = make_account(tx)
        tell(tx, account, openid("o1"))
        tell(tx, account, card("C1", scope=CLUB))
        tell(tx, account, phone(HER_PHONE))
        # The phone goes to the card, then the card with the phone to the open id.
        tell(tx, account, card("C1", scope=CLUB), phone(HER_PHONE))
        tell(tx, account, openid("o1"), card("C1", scope=CLUB))
        ends = [
            identifier_id(tx, one, account) for one in (card("C1", scope=CLUB), phone(HER_PHONE))
        ]
        identity.withdraw_evidence(tx, [(ends[0], ends[1])], actor="lin", reason="typo", now=NOW)
        assert find_card(tx, account, "C1") == tell(tx, account, openid("o1"))
        assert find_phone(tx, HER_PHONE) != find_card(tx, account, "C1")

    def test_an_undone_identifier_parts_whom_only_it_held(self, tx: Tx) -> None:
        account = make_account(tx)
        for n in range(3):
            tell(tx, account, card(f"C{n}", scope=f"club{n}"), phone(HER_PHONE))
        bad = identifier_id(tx, phone(HER_PHONE), account)
        done = identity.undo_identifier(tx, bad, actor="lin", reason="the till's", now=NOW)
        assert (done.has_parted, done.left) == (True, 0)
        persons = {person_of(tx, account, card(f"C{n}", scope=f"club{n}")) for n in range(3)}
        assert len(persons | {find_phone(tx, HER_PHONE)}) == 4
        again = identity.undo_identifier(tx, bad, actor="lin", reason="again", now=NOW)
        assert not again.has_parted
        tell(tx, account, card("C9", scope=CLUB), phone(HER_PHONE))
        assert find_card(tx, account, "C9") != find_phone(tx, HER_PHONE)


class TestOperators:
    def test_a_record_that_names_both_sides_of_a_split_does_not_merge_them_again(
        self, tx: Tx
    ) -> None:
        account = make_account(tx)
        hers = tell(tx, account, card("C1", scope=CLUB))
        tell(tx, account, phone(HER_PHONE))
        assert tell(tx, account, card("C1", scope=CLUB), phone(HER_PHONE)) == hers
        (merge,) = identity.merges_of(tx, person_id=hers)
        identity.split(tx, merge.id, now=NOW, actor="lin", reason="her husband's phone")
        tell(tx, account, card("C1", scope=CLUB), phone(HER_PHONE), at=NOW + timedelta(days=5))
        assert find_phone(tx, HER_PHONE) != find_card(tx, account, "C1")
        # Nor does somebody new who is named with either.
        tell(tx, account, openid("o1"), phone(HER_PHONE))
        tell(tx, account, openid("o1"), card("C1", scope=CLUB))
        assert find_phone(tx, HER_PHONE) != find_card(tx, account, "C1")

    def test_what_an_operator_merged_is_not_weighed_apart(self, tx: Tx) -> None:
        account = make_account(tx)
        hers, other = tell(tx, account, card("C1", scope=CLUB)), tell(tx, account, openid("o1"))
        identity.merge(tx, source=other, target=hers, reason="she said so", key="k", now=NOW)
        tell(tx, account, openid("o1"), phone(HER_PHONE))
        assert find_phone(tx, HER_PHONE) == hers == find_card(tx, account, "C1")

    def test_the_way_from_one_identifier_to_another_is_explained(self, tx: Tx) -> None:
        account = make_account(tx)
        tell(tx, account, card("C1", scope=CLUB), phone(HER_PHONE))
        tell(tx, account, openid("o1"), card("C1", scope=CLUB))
        ends = [identifier_id(tx, one, account) for one in (openid("o1"), phone(HER_PHONE))]
        told = identity.explain(tx, ends)
        assert len(told.path) == 3
        assert {why.verdict for why in told.evidence} == {"joined"}
        assert [one.shown.masked for one in told.identifiers if one.shown.id == ends[1]] == [
            "138****2222"
        ]

    def test_the_numbers_of_identity_are_counted(self, tx: Tx) -> None:
        account = make_account(tx)
        tell(tx, account, card("C1", scope=CLUB), phone(HER_PHONE))
        tell(tx, account, openid("o1"))
        found = identity.stats(tx)
        assert found.identifiers[IdentifierKind.PHONE] == {Standing.FREE: 1}
        assert (found.persons, found.merges, found.links, found.reviews_open) == (2, 0, 1, 0)


class TestPolicies:
    def test_a_new_policy_counts_from_the_next_record_on(self, tx: Tx) -> None:
        account = make_account(tx)
        hers = tell(tx, account, card("C1", scope=CLUB), phone(HER_PHONE))
        put_policy(
            tx, account, phone=KindRules(verified=Strength.SUGGESTS, unverified=Strength.SUGGESTS)
        )
        assert find_phone(tx, HER_PHONE) == hers
        other = tell(tx, account, card("C2", scope=CLUB), phone(HER_PHONE))
        assert other != hers

    def test_two_who_change_the_policy_at_once_do_not_overwrite_each_other(self, tx: Tx) -> None:
        account = make_account(tx)
        put_policy(tx, account, phone=KindRules(living_max=7))
        with pytest.raises(PolicyChanged):
            put_policy(tx, account, phone=KindRules(living_max=8))
        put_policy(tx, account, version=1, phone=KindRules(living_max=8))
        known = identity.policy_of(tx, domain_id=account.identity_domain_id)
        assert (known.version, known.actor) == (2, "test")
        assert known.document.kinds[IdentifierKind.PHONE].living_max == 8
