"""Gifts come once, over channels, repeats, merges and erasures; a document gives its own."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from huitong import customers, identity, ledger, loyalty, org
from huitong.channels.model import ConsentGiven, Identifier, IdentifierKind, MemberStatus
from huitong.customers.model import (
    Enrolment,
    ExitWish,
    NewSubmission,
    OwnCustomer,
    Review,
    SubmissionState,
)
from huitong.entry import wiring
from huitong.entry.rights import leaving
from huitong.loyalty.model import Asset, Withheld
from huitong.org.model import NewStaff
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import Ok, Refused
from tests.loyalty.club import DAY, HER, HIM, Club, member, points_and_growth
from tests.loyalty.make import programme

WELCOME = {"points": 50}
CONNECTIONS = 10
SECONDS_TO_WAIT = 0.5


def with_gifts(**changes: object) -> dict[str, object]:
    gifts = {
        "welcome": WELCOME,
        "document_gifts": [{"kind": "birth_certificate", "points": 30, "most": 1}],
    }
    return gifts | changes


@pytest.fixture
def generous(club: Club) -> Club:
    """Return the club with a programme that welcomes, in effect for nine days and a half."""
    club.begin(points_and_growth(**with_gifts()), at=club.now - 9.5 * DAY)
    return club


def asked(club: Club, key: str, *names: str, consents: tuple[str, ...] = ("service",)) -> Enrolment:
    return Enrolment(
        key=key,
        account=club.account,
        identifiers=tuple(Identifier(kind=IdentifierKind.POS_CARD, value=one) for one in names),
        consents=tuple(
            ConsentGiven(purpose=one, policy_version="1", given_at=club.now) for one in consents
        ),
        enrolled_at=club.now,
        actor="test",
        touchpoint="counter",
        guide="lin",
        store="S1",
    )


def enrolled(club: Club, *enrolments: Enrolment) -> list[dict[str, int]]:
    results = customers.enrol(club.tx, enrolments, now=club.now)
    club.tx.settle()
    assert all(isinstance(one, Ok) for one in results), results
    return [dict(one.value) for one in results if isinstance(one, Ok)]


def submitted(club: Club, name: str, *, fingerprint: str = "N1") -> int:
    handed = NewSubmission(
        customer_id=club.customer_id(name),
        kind="birth_certificate",
        reference="files/1.jpg",
        fingerprint=fingerprint,
        source="mini-program",
        submitted_at=club.now,
    )
    results = [customers.submit_documents(club.tx, [handed], now=club.now)[0] for _ in range(2)]
    assert results[0] == results[1]
    assert isinstance(results[0], Ok)
    return results[0].value["submission_id"]


def decided(
    club: Club,
    submission_id: int,
    state: SubmissionState,
    *,
    reason: str | None = None,
    staff_id: int | None = None,
) -> str:
    review = Review(submission_id, state, "reviewer", reason, staff_id)
    (result,) = customers.review_documents(club.tx, [review], now=club.now)
    club.tx.settle()
    return "ok" if isinstance(result, Ok) else result.code


class TestEnrol:
    def test_an_enrolment_welcomes_once_however_often_it_comes(self, generous: Club) -> None:
        first = enrolled(generous, asked(generous, "k1", HER))
        again = enrolled(generous, asked(generous, "k1", HER))
        other_channel = enrolled(generous, asked(generous, "k2", HER))
        assert first == again
        assert (first[0]["is_new"], other_channel[0]["is_new"]) == (1, 0)
        assert first[0]["customer_id"] == other_channel[0]["customer_id"]
        assert generous.points(HER) == 50

    def test_a_batch_takes_as_many_statements_as_one(self, generous: Club) -> None:
        counts = []
        for size in (2, 200):
            batch = [asked(generous, f"{size}-{n}", f"C{size}{n:04}") for n in range(size)]
            before = generous.tx.statements
            enrolled(generous, *batch)
            counts.append(generous.tx.statements - before)
        # Many rows go through temporary tables, which is made once for each shape.
        assert counts[1] <= 3 * counts[0]

    def test_nobody_becomes_a_member_without_agreeing_to_it(self, generous: Club) -> None:
        (result,) = customers.enrol(
            generous.tx, [asked(generous, "k1", HER, consents=("marketing",))], now=generous.now
        )
        assert isinstance(result, Refused)
        assert result.code == "customers.terms_not_accepted"

    def test_a_member_record_of_a_channel_is_welcomed_as_well(self, generous: Club) -> None:
        generous.enrol(HER)
        assert generous.points(HER) == 50

    def test_who_enrolled_before_there_was_a_welcome_gets_none(self, generous: Club) -> None:
        generous.enrol(HER, at=generous.now - 9.7 * DAY)
        assert generous.points(HER) == 0

    def test_the_gift_says_why(self, generous: Club) -> None:
        enrolled(generous, asked(generous, "k1", HER))
        (gift,) = loyalty.gifts_of(generous.tx, customer_ids=[generous.customer_id(HER)])
        assert (gift.kind, gift.programme_version, gift.withheld) == ("welcome", 2, None)
        page = ledger.history(
            generous.tx,
            generous.customer_id(HER),
            asset=Asset.POINTS.of_brand(generous.brand.id),
            cursor=None,
            limit=10,
        )
        (entry,) = page.entries
        assert (entry.operation_kind, entry.source_kind) == ("welcome", "gift")
        assert entry.reason == "welcome, programme version 2"


class TestMergeSplitAndErase:
    def test_two_members_who_are_one_keep_one_welcome_and_a_split_gives_both(
        self, generous: Club
    ) -> None:
        generous.enrol(HER, HIM)
        merge = generous.merge(HIM, HER)
        assert generous.points(HER) == 50
        generous.split(merge)
        assert (generous.points(HER), generous.points(HIM)) == (50, 50)
        generous.merge(HIM, HER)
        assert generous.points(HER) == 50

    def test_a_welcome_that_was_spent_is_owed_after_the_merge(self, generous: Club) -> None:
        generous.enrol(HER, HIM)
        assert isinstance(generous.spend(HIM, 50), Ok)
        merge = generous.merge(HIM, HER)
        balance = generous.balance(HER)
        assert balance.spendable - balance.debt == 0
        generous.split(merge)
        assert (generous.points(HER), generous.points(HIM)) == (50, 0)

    def test_the_programme_may_leave_the_surplus_gift(self, club: Club) -> None:
        plan = points_and_growth(**with_gifts(surplus_gifts="keep"))
        club.begin(plan, at=club.now - 9.5 * DAY)
        club.enrol(HER, HIM)
        club.merge(HIM, HER)
        assert club.points(HER) == 100

    def test_who_enrols_while_merged_is_welcomed_where_they_belong(self, generous: Club) -> None:
        generous.took(generous.buys(HER, "O1", 10), generous.buys(HIM, "O2", 10))
        merge = generous.merge(HIM, HER)
        generous.enrol(HIM)
        assert generous.points(HER) == 70
        generous.split(merge)
        assert generous.points(HIM) == 60
        (hers,) = loyalty.gifts_of(generous.tx, customer_ids=[generous.customer_id(HER)])
        assert hers.withheld is Withheld.NO_MEMBER
        assert hers.granted == hers.clawed

    def test_who_was_forgotten_and_comes_back_is_not_welcomed_again(self, generous: Club) -> None:
        generous.enrol(HER)
        her = customers.find_customers(generous.tx, customer_ids=[generous.customer_id(HER)])
        (person,) = [one.person_id for one in her.values()]
        wiring.erase_person(generous.tx, person, now=generous.now)
        enrolled(generous, asked(generous, "k2", HER))
        assert generous.points(HER) == 0
        generous.enrol(HIM)
        generous.merge(HER, HIM)
        (first, second) = loyalty.gifts_of(generous.tx, customer_ids=[generous.customer_id(HER)])
        assert {first.withheld, second.withheld} >= {Withheld.RETURNING}


class TestLifeOfGifts:
    def test_a_gift_that_a_split_brings_lives_as_long_as_it_would_have(self, club: Club) -> None:
        club.begin(points_and_growth(**with_gifts(expiry={"months": 1})), at=club.now - 9.5 * DAY)
        club.enrol(HER, HIM)
        before = club.lots(HIM)
        merge = club.merge(HIM, HER)
        club.wait(10 * DAY)
        club.split(merge)
        assert club.points(HIM) == 50
        assert [one.expires_at for one in club.lots(HIM)] == [one.expires_at for one in before]

    def test_a_gift_whose_points_would_be_dead_is_given_by_no_split(self, club: Club) -> None:
        club.begin(points_and_growth(**with_gifts(expiry={"months": 1})), at=club.now - 9.5 * DAY)
        club.enrol(HER, HIM)
        merge = club.merge(HIM, HER)
        club.wait(40 * DAY)
        club.split(merge)
        assert (club.points(HIM), club.lots(HIM)) == (0, [])
        (his,) = loyalty.gifts_of(club.tx, customer_ids=[club.customer_id(HIM)])
        assert his.granted == his.clawed
        club.merge(HIM, HER)
        assert club.balance(HER).debt == 0

    def test_a_welcome_that_came_too_late_to_live_is_not_given(self, club: Club) -> None:
        club.begin(points_and_growth(**with_gifts(expiry={"months": 1})), at=club.now - 9.5 * DAY)
        joined_at = club.now - 9 * DAY
        club.wait(60 * DAY)
        club.enrol(HER, at=joined_at)
        assert (club.points(HER), club.lots(HER)) == (0, [])


class TestWhoLeft:
    def leave(self, club: Club, name: str) -> None:
        wish = ExitWish(club.customer_id(name), "leaves", "test")
        (result,) = leaving.request_exits(club.tx, [wish], now=club.now)
        assert isinstance(result, Ok)
        club.wait(8 * DAY)
        done = leaving.finish_exits(club.tx, now=club.now, limit=10)
        assert done is not None
        assert done.left == 1

    def test_who_left_owes_no_gift_and_gets_none_when_they_turn_out_to_be_two(
        self, generous: Club
    ) -> None:
        generous.enrol(HER, HIM)
        merge = generous.merge(HIM, HER)
        self.leave(generous, HER)
        assert generous.points(HER) == 0
        generous.took(generous.buys("other", "O1", 10))
        other = generous.merge("other", HER)
        assert (generous.points(HER), generous.balance(HER).debt) == (0, 0)
        generous.split(other)
        assert (generous.points(HER), generous.balance(HER).debt) == (0, 0)
        generous.split(merge)
        assert (generous.points(HER), generous.balance(HER).debt) == (0, 0)

    def test_who_left_and_came_back_is_not_welcomed_again(self, generous: Club) -> None:
        generous.enrol(HER)
        self.leave(generous, HER)
        generous.enrol(HER, at=generous.now)
        assert (generous.points(HER), generous.balance(HER).debt) == (0, 0)

    def test_who_left_before_there_was_a_welcome_is_not_welcomed_as_new(self, club: Club) -> None:
        club.enrol(HER)
        self.leave(club, HER)
        club.begin(points_and_growth(**with_gifts()), at=club.now)
        club.enrol(HER, at=club.now + DAY)
        (gift,) = loyalty.gifts_of(club.tx, customer_ids=[club.customer_id(HER)])
        assert (gift.withheld, club.points(HER)) == (Withheld.RETURNING, 0)

    def test_whom_a_source_says_to_have_left_gets_nothing_for_a_document(
        self, generous: Club
    ) -> None:
        generous.enrol(HER)
        gone = member(HER, generous.now - 9 * DAY).model_copy(
            update={"status": MemberStatus.EXITED}
        )
        generous.took(gone)
        handed_in = submitted(generous, HER)
        assert decided(generous, handed_in, SubmissionState.APPROVED) == "ok"
        assert (generous.points(HER), generous.balance(HER).debt) == (50, 0)


class TestDocuments:
    def test_an_approval_gives_what_the_programme_says_once(self, generous: Club) -> None:
        enrolled(generous, asked(generous, "k1", HER))
        first = submitted(generous, HER)
        assert decided(generous, first, SubmissionState.APPROVED) == "ok"
        assert decided(generous, first, SubmissionState.APPROVED) == "ok"
        assert generous.points(HER) == 80
        other = submitted(generous, HER, fingerprint="N2")
        assert decided(generous, other, SubmissionState.APPROVED) == "ok"
        assert generous.points(HER) == 80

    def test_a_rejection_says_why_and_gives_nothing(self, generous: Club) -> None:
        enrolled(generous, asked(generous, "k1", HER))
        first = submitted(generous, HER)
        rejected = SubmissionState.REJECTED
        assert decided(generous, first, rejected) == "customers.reason_missing"
        assert decided(generous, first, rejected, reason="unreadable") == "ok"
        approved = SubmissionState.APPROVED
        assert decided(generous, first, approved) == "customers.submission_decided"
        assert generous.points(HER) == 50

    def test_one_document_counts_for_one_customer(self, generous: Club) -> None:
        enrolled(generous, asked(generous, "k1", HER), asked(generous, "k2", HIM))
        hers, his = submitted(generous, HER), submitted(generous, HIM)
        assert decided(generous, hers, SubmissionState.APPROVED) == "ok"
        assert decided(generous, his, SubmissionState.APPROVED) == "customers.document_used"

    def test_nobody_reviews_their_own_document(self, generous: Club) -> None:
        enrolled(generous, asked(generous, "k1", HER))
        (lin,) = org.put_staff(generous.tx, [NewStaff("lin")], now=generous.now)
        own = OwnCustomer(lin, generous.customer_id(HER), generous.now, "manager")
        customers.link_own_customers(generous.tx, [own], now=generous.now)
        first = submitted(generous, HER)
        code = decided(generous, first, SubmissionState.APPROVED, staff_id=lin)
        assert code == "customers.actor_is_beneficiary"

    def test_the_document_is_sealed_and_forgotten_with_its_person(self, generous: Club) -> None:
        enrolled(generous, asked(generous, "k1", HER))
        first = submitted(generous, HER)
        stored = str(generous.tx.rows("SELECT t::text FROM customers.submission AS t"))
        assert "files/1.jpg" not in stored
        assert customers.document_of(generous.tx, submission_id=first) == "files/1.jpg"
        her = customers.find_customers(generous.tx, customer_ids=[generous.customer_id(HER)])
        (person,) = [one.person_id for one in her.values()]
        wiring.erase_person(generous.tx, person, now=generous.now)
        code = decided(generous, first, SubmissionState.APPROVED)
        assert code == "customers.submission_not_found"


class TestManyAtOnce:
    @pytest.fixture
    def wired(self, fresh_database: Database) -> Iterator[Database]:
        opened = Database(fresh_database.url, events=wiring.EVENTS, connections_max=CONNECTIONS + 1)
        yield opened
        opened.close()

    def test_many_channels_that_enrol_one_person_at_once_welcome_them_once(
        self, wired: Database, now: datetime
    ) -> None:
        scope = Scope(group_id=1)
        with wired.transaction(scope, now=now) as tx:
            brand_id = found_brand(tx, now)
        barrier = Barrier(CONNECTIONS)
        found: list[int] = []

        def enrol(number: int) -> None:
            barrier.wait()
            found.append(wired.do(scope, lambda tx: enrol_at(tx, number, now), now=now))

        threads = [Thread(target=enrol, args=(number,)) for number in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == CONNECTIONS
        with wired.transaction(scope, now=now) as tx:
            (one,) = set(customers.living(tx, customer_ids=found).values())
            asset = Asset.POINTS.of_brand(brand_id)
            (balance,) = ledger.balances(tx, [one], asset=asset, now=now)
            assert balance.balance == 50
            assert not list(ledger.verify(tx))

    def test_a_document_that_is_approved_while_its_customer_merges_gives_to_who_is_left(
        self, wired: Database, now: datetime
    ) -> None:
        scope = Scope(group_id=1)
        with wired.transaction(scope, now=now) as tx:
            brand_id = found_brand(tx, now)
        with wired.transaction(scope, now=now) as tx:
            hers, his = (enrol_as(tx, phone, now) for phone in ("13800138001", "13900139001"))
            handed = NewSubmission(
                customer_id=his,
                kind="birth_certificate",
                reference="files/1.jpg",
                fingerprint="N1",
                source="mini-program",
                submitted_at=now,
            )
            (document,) = customers.submit_documents(tx, [handed], now=now)
            assert isinstance(document, Ok)
        review = Review(document.value["submission_id"], SubmissionState.APPROVED, "reviewer", None)
        told: list[object] = []

        def approve() -> None:
            with wired.transaction(scope, now=now) as tx:
                told.extend(customers.review_documents(tx, [review], now=now))

        approving = Thread(target=approve)
        with wired.transaction(scope, now=now) as tx:
            found = customers.find_customers(tx, customer_ids=[hers, his])
            identity.merge(
                tx,
                source=found[his].person_id,
                target=found[hers].person_id,
                reason="one",
                key="m",
                now=now,
            )
            tx.settle()
            approving.start()
            approving.join(SECONDS_TO_WAIT)
            assert approving.is_alive()
        approving.join()
        assert told == [Ok(None)]
        with wired.transaction(scope, now=now) as tx:
            (given,) = [
                one
                for one in loyalty.gifts_of(tx, customer_ids=[hers, his])
                if one.kind.startswith("document")
            ]
            assert given.customer_id == hers
            asset = Asset.POINTS.of_brand(brand_id)
            both = ledger.balances(tx, [hers, his], asset=asset, now=now)
            assert {one.owner: one.balance for one in both} == {hers: 80, his: 0}
            assert not list(ledger.verify(tx))


def found_brand(tx: Tx, now: datetime) -> int:
    """Found a brand with as many shops as there are connections, and a programme that welcomes."""
    accounts = [("pos", f"shop-{number}") for number in range(CONNECTIONS)]
    brand = org.set_up(tx, name="Sheep", brand="wool", accounts=accounts, now=now).brand
    loyalty.apply_programme(
        tx,
        brand_id=brand.id,
        programme=programme(**with_gifts()),
        effective_from=now - timedelta(days=1),
        actor="test",
        expected_version=None,
        now=now,
    )
    return brand.id


def enrol_as(tx: Tx, phone: str, now: datetime) -> int:
    """Enrol who has a phone."""
    asked = Enrolment(
        key=phone,
        account=org.channel_account(tx, platform="pos", code="shop-0"),
        identifiers=(Identifier(kind=IdentifierKind.PHONE, value=phone),),
        consents=(ConsentGiven(purpose="service", policy_version="1", given_at=now),),
        enrolled_at=now,
        actor="test",
    )
    (result,) = customers.enrol(tx, [asked], now=now)
    assert isinstance(result, Ok), result
    return result.value["customer_id"]


def enrol_at(tx: Tx, number: int, now: datetime) -> int:
    """Enrol one and the same person at a shop, where they have an id of their own as well."""
    phone = Identifier(kind=IdentifierKind.PHONE, value="13800138001")
    openid = Identifier(kind=IdentifierKind.OPENID, value=f"o{number}")
    asked = Enrolment(
        key=f"k{number}",
        account=org.channel_account(tx, platform="pos", code=f"shop-{number}"),
        identifiers=(openid, phone) if number % 2 else (phone, openid),
        consents=(ConsentGiven(purpose="service", policy_version="1", given_at=now),),
        enrolled_at=now,
        actor="test",
    )
    (result,) = customers.enrol(tx, [asked], now=now)
    assert isinstance(result, Ok), result
    return result.value["customer_id"]
