"""Customers come of persons in a brand, enrol, hold cards, merge, split, and are forgotten."""

import threading
from collections.abc import Sequence
from datetime import timedelta

from huitong import customers, identity, org
from huitong.channels.model import Identifier, IdentifierKind, Record
from huitong.customers.events import CustomerEnrolled, CustomersMerged, CustomersSplit
from huitong.customers.model import CUSTOMER, CustomerShown, CustomerStatus, Known
from huitong.identity.events import PersonsMerged, PersonsSplit
from huitong.org.model import ChannelAccount
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import Ok, Refused
from huitong.platform.page import Outcome
from tests.identity.make import (
    NOW,
    make_account,
    member_of,
    openid,
    order_of,
    page_of,
    phone,
)

ANNA = "13800138001"
BERTA = "13800138002"
CLARA = "13800138003"
LATER = NOW + timedelta(days=1)
HANDLERS = {PersonsMerged: customers.reassign, PersonsSplit: customers.give_back}


def settle(tx: Tx) -> list[object]:
    """Hand what identity told to customers, as the wiring does, and return what customers told."""
    told = list(tx._pending)
    tx._pending.clear()
    for event in told:
        handler = HANDLERS.get(type(event))
        if handler is not None:
            handler(tx, [event], NOW)
    return list(tx._pending)


def take(
    tx: Tx, account: ChannelAccount, *records: Record
) -> tuple[Sequence[Outcome], Sequence[Known | None]]:
    """Take a page as the fold does and return the results and whose each record was."""
    page = page_of(account, *records)
    identity.resolve_people(tx, page, NOW)
    settle(tx)
    outcomes = customers.apply_customers(tx, page, NOW)
    return outcomes, page.get(CUSTOMER)


def customer_of(tx: Tx, account: ChannelAccount, *identifiers: Identifier) -> int:
    _, (known,) = take(tx, account, order_of(*identifiers))
    assert known is not None
    return known.customer_id


def shown(tx: Tx, customer_id: int) -> CustomerShown:
    (one,) = customers.show(tx, customer_ids=[customer_id])
    return one


def person_of(tx: Tx, customer_id: int) -> int:
    return customers.find_customers(tx, customer_ids=[customer_id])[customer_id].person_id


def merged(tx: Tx, account: ChannelAccount, *, source: str, target: str) -> int:
    """Merge the persons of two phones with their customers and return the merge's id."""
    persons = [person_of(tx, customer_of(tx, account, phone(one))) for one in (source, target)]
    merge = identity.merge(
        tx, source=persons[0], target=persons[1], reason="r", key=source, now=NOW
    )
    settle(tx)
    return merge.id


def enrolments(tx: Tx) -> list[CustomerEnrolled]:
    return [event for event in tx._pending if isinstance(event, CustomerEnrolled)]


def places(tx: Tx) -> list[object]:
    """Return where every row of the domain stands; an update of any kind moves its row."""
    return [
        tx.rows(f"SELECT t.ctid::text FROM customers.{table} AS t")  # noqa: S608
        for table in ("customer", "card", "statement", "consent")
    ]


class TestOrders:
    def test_a_buyer_whom_the_brand_does_not_know_is_an_anonymous_customer(self, tx: Tx) -> None:
        account = make_account(tx)
        outcomes, known = take(tx, account, order_of(phone(ANNA)), order_of())
        assert known[0] is not None
        assert known[0].status is CustomerStatus.ANONYMOUS
        assert known[1] is None
        assert outcomes == [Ok(known[0].customer_id), Ok(None)]

    def test_a_customer_is_in_the_bucket_of_their_person(self, tx: Tx) -> None:
        account = make_account(tx)
        customer = customer_of(tx, account, phone(ANNA))
        assert customer & 4095 == person_of(tx, customer) & 4095

    def test_one_person_is_one_customer_of_each_brand(self, tx: Tx) -> None:
        first = org.set_up(tx, name="G", brand="one", accounts=[("pos", "one")], now=NOW)
        second = org.set_up(tx, name="G", brand="two", accounts=[("pos", "two")], now=NOW)
        here = customer_of(tx, first.accounts[0], phone(ANNA))
        there = customer_of(tx, second.accounts[0], phone(ANNA))
        assert here != there
        assert person_of(tx, here) == person_of(tx, there)

    def test_a_page_takes_as_many_statements_as_a_record(self, tx: Tx) -> None:
        account = make_account(tx)
        statements = []
        for size in (60, 500):
            records = [order_of(phone(f"139{size:04d}{place:04d}")) for place in range(size)]
            take(tx, account, *records)
            before = tx.statements
            take(tx, account, *records)
            statements.append(tx.statements - before)
        assert statements == [3, 3]

    def test_two_connections_make_one_customer(self, fresh_database: Database) -> None:
        scope = Scope(group_id=1)
        with fresh_database.transaction(scope, now=NOW) as tx:
            account = make_account(tx)
            page = page_of(account, *[order_of(phone(f"137{n:08d}")) for n in range(60)])
            identity.resolve_people(tx, page, NOW)
        meet = threading.Barrier(2)
        found: list[list[int]] = []

        def import_page() -> None:
            with fresh_database.transaction(scope, now=NOW) as mine:
                again = page_of(account, *[order_of(phone(f"137{n:08d}")) for n in range(60)])
                identity.resolve_people(mine, again, NOW)
                meet.wait()
                customers.apply_customers(mine, again, NOW)
                found.append([one.customer_id for one in again.get(CUSTOMER) if one])

        threads = [threading.Thread(target=import_page) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found[0] == found[1]
        with fresh_database.transaction(scope, now=NOW) as tx:
            counts = customers.status_counts(tx, brand_id=account.brand_id)
        assert counts[CustomerStatus.ANONYMOUS] == 60

    def test_another_group_sees_nothing(self, fresh_database: Database) -> None:
        with fresh_database.transaction(Scope(group_id=1), now=NOW) as tx:
            account = make_account(tx)
            customer = customer_of(tx, account, phone(ANNA))
        with fresh_database.transaction(Scope(group_id=2), now=NOW) as other:
            assert customers.find_customers(other, customer_ids=[customer]) == {}
            assert customers.show(other, customer_ids=[customer]) == []
            assert customers.lock_customers(other, [customer]) == {}

    def test_another_brand_sees_nothing(self, fresh_database: Database) -> None:
        with fresh_database.transaction(Scope(group_id=1), now=NOW) as tx:
            account = make_account(tx)
            customer = customer_of(tx, account, phone(ANNA))
        elsewhere = Scope(group_id=1, brand_ids=(account.brand_id + 1,))
        with fresh_database.transaction(elsewhere, now=NOW) as other:
            assert customers.find_customers(other, customer_ids=[customer]) == {}


class TestMembers:
    def test_a_member_record_enrols_once(self, tx: Tx) -> None:
        account = make_account(tx)
        customer = customer_of(tx, account, phone(ANNA))
        record = member_of(phone(ANNA), name="安娜", city="杭州", enrolled_at=NOW, updated_at=NOW)
        outcomes, known = take(tx, account, record)
        assert outcomes == [Ok(customer)]
        assert known == [Known(customer, CustomerStatus.MEMBER, NOW)]
        assert enrolments(tx) == [
            CustomerEnrolled(customer, account.brand_id, NOW, returning=False)
        ]
        tx._pending.clear()
        take(tx, account, record)
        assert enrolments(tx) == []

    def test_what_is_personal_is_sealed_and_shown_masked(self, tx: Tx) -> None:
        account = make_account(tx)
        take(
            tx,
            account,
            member_of(
                phone(ANNA),
                name="安娜",
                city="杭州",
                gender="female",
                birthday_on="1990-05-06",
                card_no="VIP 1234 5678",
                consents=[{"purpose": "marketing", "policy_version": "3", "given_at": NOW}],
            ),
        )
        customer = customer_of(tx, account, phone(ANNA))
        one = shown(tx, customer)
        assert (one.name, one.city, one.cards) == ("安**", "杭州", ("****5678",))
        assert [each.masked for each in one.identifiers] == ["138****8001"]
        assert [each.purpose for each in one.consents] == ["marketing"]
        for table in ("customer", "card", "statement", "consent"):
            row = str(tx.rows(f"SELECT t::text FROM customers.{table} AS t"))  # noqa: S608
            assert "安娜" not in row
            assert "VIP" not in row
            assert ANNA not in row

    def test_the_newest_record_wins_and_an_older_one_fills_gaps(self, tx: Tx) -> None:
        account = make_account(tx)
        take(tx, account, member_of(phone(ANNA), name="新名", updated_at=LATER))
        take(tx, account, member_of(phone(ANNA), name="旧名", city="上海", updated_at=NOW))
        one = shown(tx, customer_of(tx, account, phone(ANNA)))
        assert (one.name, one.city) == ("新**", "上海")

    def test_an_older_exit_does_not_end_a_newer_membership(self, tx: Tx) -> None:
        account = make_account(tx)
        take(tx, account, member_of(phone(ANNA), updated_at=LATER))
        _, (known,) = take(tx, account, member_of(phone(ANNA), status="exited", updated_at=NOW))
        assert known is not None
        assert known.status is CustomerStatus.MEMBER

    def test_only_a_record_known_to_be_later_ends_what_a_source_told_of_leaving(
        self, tx: Tx
    ) -> None:
        account = make_account(tx)
        take(tx, account, member_of(phone(ANNA), status="exited", updated_at=NOW))
        found = []
        for times in (
            {},
            {"enrolled_at": NOW},
            {"enrolled_at": LATER},
        ):
            _, (known,) = take(tx, account, member_of(phone(ANNA), **times))
            assert known is not None
            found.append(known.status)
        exited, member = CustomerStatus.EXITED, CustomerStatus.MEMBER
        assert found == [exited, exited, member]
        take(tx, account, member_of(phone(BERTA), status="exited", updated_at=NOW))
        _, (known,) = take(tx, account, member_of(phone(BERTA), updated_at=LATER))
        assert known is not None
        assert known.status is member

    def test_a_fan_elsewhere_stays_a_member(self, tx: Tx) -> None:
        account = make_account(tx)
        take(tx, account, member_of(phone(ANNA), updated_at=NOW))
        _, (known,) = take(tx, account, member_of(phone(ANNA), status="fan", updated_at=LATER))
        assert known is not None
        assert known.status is CustomerStatus.MEMBER

    def test_a_repeat_changes_no_row(self, tx: Tx) -> None:
        account = make_account(tx)
        record = member_of(phone(ANNA), name="安娜", card_no="C1", store="S1", updated_at=NOW)
        take(tx, account, record)
        before = places(tx)
        take(tx, account, record)
        assert places(tx) == before

    def test_a_card_of_another_customer_is_refused_alone(self, tx: Tx) -> None:
        account = make_account(tx)
        outcomes, _ = take(
            tx,
            account,
            member_of(phone(ANNA), card_no="C1"),
            member_of(phone(BERTA), card_no="c 1"),
        )
        taken, refused = outcomes
        assert isinstance(taken, Ok)
        assert isinstance(refused, Refused)
        assert refused.code == "customers.card_taken"
        assert customers.find_by_card(tx, brand_id=account.brand_id, number="C1") == taken.value
        counts = customers.status_counts(tx, brand_id=account.brand_id)
        assert counts[CustomerStatus.MEMBER] == 1

    def test_a_customer_is_found_by_any_identifier(self, tx: Tx) -> None:
        account = make_account(tx)
        card = Identifier(kind=IdentifierKind.POS_CARD, value="88001")
        customer = customer_of(tx, account, phone(ANNA), card)
        (brand,) = org.brands(tx)
        for kind, value in (
            (IdentifierKind.PHONE, "+86 138 0013 8001"),
            (IdentifierKind.POS_CARD, "88001"),
        ):
            assert customers.find_by_identifier(tx, brand=brand, kind=kind, value=value) == customer
        assert (
            customers.find_by_identifier(tx, brand=brand, kind=IdentifierKind.PHONE, value=BERTA)
            is None
        )


class TestReassign:
    def test_a_merge_of_persons_merges_their_customers_and_cards_keep_working(self, tx: Tx) -> None:
        account = make_account(tx)
        anna = customer_of(tx, account, phone(ANNA))
        take(tx, account, member_of(openid("o1"), name="安娜", card_no="C1", enrolled_at=NOW))
        member = customer_of(tx, account, openid("o1"))
        joined = customer_of(tx, account, openid("o1"), phone(ANNA))
        assert joined == anna
        assert customers.living(tx, customer_ids=[member]) == {member: anna}
        assert customers.find_by_card(tx, brand_id=account.brand_id, number="C1") == anna
        one = shown(tx, anna)
        assert one.status is CustomerStatus.MEMBER
        assert one.enrolled_at == NOW
        assert (one.name, one.cards) == ("安**", ("****",))
        (event,) = [each for each in tx._pending if isinstance(each, CustomersMerged)]
        assert (event.source_id, event.target_id) == (member, anna)

    def test_a_merged_members_own_card_is_not_refused(self, tx: Tx) -> None:
        account = make_account(tx)
        customer_of(tx, account, phone(ANNA))
        take(tx, account, member_of(openid("o1"), card_no="C1"))
        joined = customer_of(tx, account, openid("o1"), phone(ANNA))
        outcomes, _ = take(tx, account, member_of(phone(ANNA), card_no="C1"))
        assert outcomes == [Ok(joined)]

    def test_where_only_the_source_was_a_customer_one_is_made_of_the_target(self, tx: Tx) -> None:
        account = make_account(tx)
        page = page_of(account, order_of(phone(ANNA)))
        identity.resolve_people(tx, page, NOW)
        take(tx, account, member_of(openid("o1")))
        source = customer_of(tx, account, openid("o1"))
        joined = customer_of(tx, account, openid("o1"), phone(ANNA))
        assert joined != source
        assert joined & 4095 == person_of(tx, joined) & 4095
        assert shown(tx, joined).status is CustomerStatus.MEMBER

    def test_a_merge_then_a_split_restores_both(self, tx: Tx) -> None:
        account = make_account(tx)
        anna = customer_of(tx, account, phone(ANNA))
        take(tx, account, member_of(phone(BERTA), name="贝塔", card_no="C2", enrolled_at=NOW))
        berta = customer_of(tx, account, phone(BERTA))
        before = [shown(tx, anna), shown(tx, berta)]
        merge = identity.merge(
            tx,
            source=person_of(tx, berta),
            target=person_of(tx, anna),
            reason="same card",
            key="k",
            now=NOW,
        )
        settle(tx)
        assert customer_of(tx, account, phone(BERTA)) == anna
        assert shown(tx, anna).status is CustomerStatus.MEMBER
        identity.split(tx, merge.id, now=LATER)
        (event,) = [each for each in settle(tx) if isinstance(each, CustomersSplit)]
        assert (event.source_id, event.target_id) == (berta, anna)
        assert event.identifier_ids == merge.identifier_ids
        assert [shown(tx, anna), shown(tx, berta)] == before
        assert customers.find_by_card(tx, brand_id=account.brand_id, number="C2") == berta

    def test_splitting_one_of_two_merges_keeps_what_the_other_brought(self, tx: Tx) -> None:
        account = make_account(tx)
        anna = customer_of(tx, account, phone(ANNA))
        take(
            tx,
            account,
            member_of(phone(BERTA), status="fan"),
            member_of(phone("13800138003"), enrolled_at=NOW),
        )
        merges = [
            identity.merge(
                tx,
                source=person_of(tx, customer_of(tx, account, phone(number))),
                target=person_of(tx, anna),
                reason="r",
                key=number,
                now=NOW,
            )
            for number in (BERTA, "13800138003")
        ]
        settle(tx)
        identity.split(tx, merges[0].id, now=LATER)
        settle(tx)
        assert shown(tx, anna).status is CustomerStatus.MEMBER

    def test_splits_in_another_order_leave_nobody_what_they_were_not(self, tx: Tx) -> None:
        account = make_account(tx)
        anna = customer_of(tx, account, phone(ANNA))
        take(tx, account, member_of(phone(BERTA)), member_of(phone(CLARA), status="fan"))
        merges = [merged(tx, account, source=number, target=ANNA) for number in (BERTA, CLARA)]
        for merge_id, left in zip(
            merges, (CustomerStatus.FAN, CustomerStatus.ANONYMOUS), strict=True
        ):
            identity.split(tx, merge_id, now=LATER)
            settle(tx)
            assert shown(tx, anna).status is left

    def test_who_joined_after_the_merge_is_a_member_after_the_split(self, tx: Tx) -> None:
        account = make_account(tx)
        anna, berta = (customer_of(tx, account, phone(number)) for number in (ANNA, BERTA))
        merge_id = merged(tx, account, source=BERTA, target=ANNA)
        take(tx, account, member_of(phone(ANNA), enrolled_at=NOW))
        identity.split(tx, merge_id, now=LATER)
        settle(tx)
        assert shown(tx, anna).status is CustomerStatus.MEMBER
        assert shown(tx, anna).enrolled_at == NOW
        assert shown(tx, berta).status is CustomerStatus.ANONYMOUS

    def test_who_left_after_the_merge_is_no_member_after_the_split(self, tx: Tx) -> None:
        account = make_account(tx)
        take(tx, account, member_of(phone(ANNA)), member_of(phone(BERTA)))
        anna, berta = (customer_of(tx, account, phone(number)) for number in (ANNA, BERTA))
        merge_id = merged(tx, account, source=BERTA, target=ANNA)
        take(tx, account, member_of(phone(ANNA), status="exited"))
        identity.split(tx, merge_id, now=LATER)
        settle(tx)
        assert shown(tx, anna).status is CustomerStatus.EXITED
        assert shown(tx, berta).status is CustomerStatus.MEMBER

    def test_what_was_told_of_the_merged_person_goes_with_them(self, tx: Tx) -> None:
        account = make_account(tx)
        take(tx, account, member_of(phone(ANNA)))
        anna, berta = (customer_of(tx, account, phone(number)) for number in (ANNA, BERTA))
        merge_id = merged(tx, account, source=BERTA, target=ANNA)
        record = member_of(phone(BERTA), status="exited", updated_at=LATER)
        take(tx, account, record)
        assert shown(tx, anna).status is CustomerStatus.EXITED
        identity.split(tx, merge_id, now=LATER)
        settle(tx)
        assert shown(tx, anna).status is CustomerStatus.MEMBER
        assert shown(tx, berta).status is CustomerStatus.EXITED
        assert customers.records_of(tx, customer_ids=[anna, berta]) != []
        # The time of what was said goes as well: an older record of Anna's is not too old for her.
        take(tx, account, member_of(phone(ANNA), status="exited", updated_at=NOW))
        assert shown(tx, anna).status is CustomerStatus.EXITED

    def test_a_split_after_an_erasure_makes_nobody_a_member_again(self, tx: Tx) -> None:
        account = make_account(tx)
        take(tx, account, member_of(phone(ANNA)), member_of(phone(BERTA)))
        anna, berta = (customer_of(tx, account, phone(number)) for number in (ANNA, BERTA))
        merge_id = merged(tx, account, source=BERTA, target=ANNA)
        erased = identity.erase(tx, person_of(tx, anna), now=NOW)
        customers.erase(tx, erased.person_ids, now=NOW)
        identity.split(tx, merge_id, now=LATER)
        settle(tx)
        assert {shown(tx, one).status for one in (anna, berta)} == {CustomerStatus.EXITED}


class TestErase:
    def test_nothing_of_an_erased_customer_can_be_read(self, tx: Tx) -> None:
        account = make_account(tx)
        take(tx, account, member_of(phone(ANNA), name="安娜", card_no="C1", store="S1"))
        customer = customer_of(tx, account, phone(ANNA))
        erased = identity.erase(tx, person_of(tx, customer), now=NOW)
        assert customers.erase(tx, erased.person_ids, now=NOW) == [customer]
        one = shown(tx, customer)
        assert (one.name, one.city, one.cards, one.identifiers) == (None, None, (), ())
        assert one.status is CustomerStatus.EXITED
        assert customers.find_by_card(tx, brand_id=account.brand_id, number="C1") is None
        assert tx.rows("SELECT sealed FROM customers.statement") == [(None,)]
        assert tx.rows("SELECT store FROM customers.customer") == [(None,)]

    def test_an_erased_member_who_enrols_again_is_told_as_returning(self, tx: Tx) -> None:
        account = make_account(tx)
        take(tx, account, member_of(phone(ANNA), card_no="C1"))
        customer = customer_of(tx, account, phone(ANNA))
        erased = identity.erase(tx, person_of(tx, customer), now=NOW)
        customers.erase(tx, erased.person_ids, now=NOW)
        tx._pending.clear()
        outcomes, (known,) = take(tx, account, member_of(phone(ANNA), card_no="C1"))
        assert isinstance(outcomes[0], Ok)
        assert known is not None
        assert known.customer_id != customer
        (event,) = enrolments(tx)
        assert event.returning
