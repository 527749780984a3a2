"""Persons come of identifiers, join when one record names both, and part again on a split."""

import threading
import time
from datetime import datetime, timedelta

import pytest

from huitong import identity, org
from huitong.channels.model import IdentifierKind
from huitong.identity.events import PersonsMerged, PersonsSplit
from huitong.identity.model import (
    CannotMerge,
    LaterMergeStands,
    MergeKeyUsed,
    MergeNotFound,
    PersonNotFound,
)
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import Ok, Refused
from tests.identity.make import (
    NOW,
    card,
    email,
    find_phone,
    make_account,
    member_of,
    openid,
    order_of,
    parties_of,
    person_of,
    phone,
    resolve,
)

ANNA = "13800138001"
BERTA = "13800138002"


def count(tx: Tx, table: str) -> int:
    found = tx.row(f"SELECT count(*) FROM {table}")  # noqa: S608 - a table named by the test
    assert found is not None
    return int(found[0])


def wait_for_a_lock(tx: Tx) -> None:
    """Wait until another connection waits for a lock that this transaction holds."""
    waits = (
        "SELECT count(*) FROM pg_locks"
        " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    )
    for _ in range(500):
        if tx.rows(waits) != [(0,)]:
            return
        time.sleep(0.01)
    message = "Nobody waited."
    raise AssertionError(message)


def emitted(tx: Tx) -> list[object]:
    return list(tx._pending)


class TestResolvePeople:
    def test_an_identifier_makes_a_person_at_first_sight(self, tx: Tx) -> None:
        account = make_account(tx)
        outcomes, (known,) = resolve(tx, account, order_of(phone(ANNA)))
        assert outcomes == [Ok(None)]
        assert known is not None
        assert find_phone(tx, ANNA) == known.person_id

    def test_spellings_of_one_phone_are_one_person(self, tx: Tx) -> None:
        account = make_account(tx)
        _, known = resolve(
            tx,
            account,
            order_of(phone("13800138001")),
            order_of(phone("+86 138-0013-8001")),
            order_of(phone("１３８００１３８００１")),
            order_of(phone("0086 13800138001")),
        )
        assert len({one.person_id for one in known if one}) == 1
        assert None not in known

    def test_a_repeat_changes_nothing(self, tx: Tx) -> None:
        account = make_account(tx)
        records = [order_of(phone(ANNA), openid("o1")), order_of(phone(BERTA), email("b@x.cn"))]
        _, first = resolve(tx, account, *records)
        rows = [count(tx, f"identity.{name}") for name in ("person", "identifier", "link", "merge")]
        _, again = resolve(tx, account, *records)
        assert again == first
        assert rows == [
            count(tx, f"identity.{name}") for name in ("person", "identifier", "link", "merge")
        ]
        assert rows == [2, 4, 2, 0]

    def test_one_record_with_two_new_identifiers_is_one_person(self, tx: Tx) -> None:
        account = make_account(tx)
        person = person_of(tx, account, phone(ANNA), openid("o1"))
        assert person_of(tx, account, openid("o1")) == person
        assert person_of(tx, account, phone(ANNA)) == person

    def test_records_of_one_page_chain_into_one_person(self, tx: Tx) -> None:
        account = make_account(tx)
        _, known = resolve(
            tx,
            account,
            order_of(phone(ANNA)),
            order_of(openid("o1"), card("c1")),
            order_of(phone(ANNA), card("c1")),
        )
        assert len({one.person_id for one in known if one}) == 1
        assert count(tx, "identity.person") == 1

    def test_a_late_link_merges_into_the_older_person(self, tx: Tx) -> None:
        account = make_account(tx)
        older = person_of(tx, account, phone(ANNA))
        younger = person_of(tx, account, openid("o1"))
        assert older != younger
        joined = person_of(tx, account, openid("o1"), phone(ANNA))
        assert joined == older
        assert person_of(tx, account, openid("o1")) == older
        (event,) = [one for one in emitted(tx) if isinstance(one, PersonsMerged)]
        assert (event.source_id, event.target_id) == (younger, older)
        assert identity.follow(tx, person_ids=[younger]) == {younger: older}
        (merge,) = identity.merges_of(tx, person_id=older)
        assert len(merge.identifier_ids) == 1

    def test_an_email_nobody_verified_never_merges(self, tx: Tx) -> None:
        account = make_account(tx)
        anna = person_of(tx, account, phone(ANNA), email("shared@x.cn"))
        berta = person_of(tx, account, phone(BERTA), email("shared@x.cn"))
        assert anna != berta
        assert person_of(tx, account, email("Shared@X.cn")) == anna

    def test_a_verified_email_merges(self, tx: Tx) -> None:
        account = make_account(tx)
        anna = person_of(tx, account, phone(ANNA), email("anna@x.cn", verified=True))
        assert person_of(tx, account, openid("o1"), email("anna@x.cn", verified=True)) == anna

    def test_a_receiver_is_recorded_and_never_merged(self, tx: Tx) -> None:
        account = make_account(tx)
        (receiver,) = parties_of(tx, account, order_of(openid("o1"), receiver=[phone(BERTA)]))
        assert count(tx, "identity.person") == 1
        assert find_phone(tx, BERTA) is None
        berta = person_of(tx, account, phone(BERTA))
        assert berta != person_of(tx, account, openid("o1"))
        (known,) = identity.identifiers_of(tx, person_ids=[berta])[berta]
        assert known.id == receiver.identifier_id
        assert known.masked == "138****8002"

    def test_masked_and_virtual_numbers_are_nobody(self, tx: Tx) -> None:
        account = make_account(tx)
        outcomes, known = resolve(
            tx,
            account,
            order_of(phone("138****8001")),
            order_of(phone("13800138001-1234")),
            order_of(),
        )
        assert known == [None, None, None]
        assert outcomes == [Ok(None)] * 3
        assert count(tx, "identity.identifier") == 0

    def test_a_member_whom_nothing_names_is_refused_alone(self, tx: Tx) -> None:
        account = make_account(tx)
        outcomes, known = resolve(
            tx, account, member_of(phone("138****8001")), member_of(phone(BERTA))
        )
        refused, taken = outcomes
        assert isinstance(refused, Refused)
        assert refused.code == "identity.no_usable_identifier"
        assert "masked" in refused.reason
        assert isinstance(taken, Ok)
        assert known[0] is None
        assert known[1] is not None

    def test_the_same_openid_in_two_accounts_is_two_persons(self, tx: Tx) -> None:
        made = org.set_up(
            tx, name="G", brand="b", accounts=[("wechat", "one"), ("wechat", "two")], now=NOW
        )
        assert person_of(tx, made.accounts[0], openid("o1")) != person_of(
            tx, made.accounts[1], openid("o1")
        )

    def test_a_page_takes_as_many_statements_as_a_record(self, tx: Tx) -> None:
        account = make_account(tx)
        statements = []
        for first, size in ((0, 50), (1_000, 500)):
            numbers = [f"139{first + place:08d}" for place in range(size)]
            records = [order_of(phone(number), openid(number)) for number in numbers]
            before = tx.statements
            resolve(tx, account, *records)
            new = tx.statements - before
            resolve(tx, account, *[order_of(phone(number)) for number in numbers])
            statements.append((new, tx.statements - before - new))
        # The first page also makes the temporary tables and leases a block of ids.
        assert abs(statements[0][0] - statements[1][0]) <= 4
        assert statements[0][1] == statements[1][1] == 1

    def test_two_connections_that_meet_a_phone_at_once_make_one_person(
        self, fresh_database: Database
    ) -> None:
        scope = Scope(group_id=1)
        with fresh_database.transaction(scope, now=NOW) as tx:
            account = make_account(tx)
        numbers = [f"137{place:08d}" for place in range(60)]
        meet = threading.Barrier(2)
        found: list[list[int]] = []

        def import_page(order: list[str]) -> None:
            with fresh_database.transaction(scope, now=NOW) as mine:
                meet.wait()
                _, known = resolve(
                    mine, account, *[order_of(phone(number), openid(number)) for number in order]
                )
                found.append([one.person_id for one in known if one])

        threads = [
            threading.Thread(target=import_page, args=(order,))
            for order in (numbers, numbers[::-1])
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found[0] == found[1][::-1]
        with fresh_database.transaction(scope, now=NOW) as tx:
            assert count(tx, "identity.person") == 60
            assert count(tx, "vault.person_key") == 60
            assert count(tx, "identity.identifier") == 120

    def test_a_page_that_meets_a_merge_joins_the_one_who_stays(
        self, fresh_database: Database
    ) -> None:
        scope = Scope(group_id=1)
        with fresh_database.transaction(scope, now=NOW) as tx:
            account = make_account(tx)
            anna = person_of(tx, account, phone(ANNA))
            berta = person_of(tx, account, phone(BERTA))
        found: list[int] = []

        def import_record() -> None:
            with fresh_database.transaction(scope, now=NOW) as mine:
                found.append(person_of(mine, account, phone(BERTA), openid("new")))

        thread = threading.Thread(target=import_record)
        with fresh_database.transaction(scope, now=NOW) as tx:
            identity.merge(tx, source=berta, target=anna, reason="r", key="k", now=NOW)
            thread.start()
            wait_for_a_lock(tx)
        thread.join()
        assert found == [anna]
        with fresh_database.transaction(scope, now=NOW) as tx:
            assert len(identity.identifiers_of(tx, person_ids=[anna])[anna]) == 3

    def test_an_identifier_that_is_verified_later_is_known_as_verified(self, tx: Tx) -> None:
        account = make_account(tx)
        anna = person_of(tx, account, email("anna@x.cn"))
        assert not identity.identifiers_of(tx, person_ids=[anna])[anna][0].verified
        assert person_of(tx, account, email("anna@x.cn", verified=True)) == anna
        assert identity.identifiers_of(tx, person_ids=[anna])[anna][0].verified

    def test_another_group_sees_nothing(self, fresh_database: Database) -> None:
        with fresh_database.transaction(Scope(group_id=1), now=NOW) as tx:
            account = make_account(tx)
            person = person_of(tx, account, phone(ANNA))
        with fresh_database.transaction(Scope(group_id=2), now=NOW) as other:
            other_account = make_account(other)
            assert find_phone(other, ANNA) is None
            assert identity.identifiers_of(other, person_ids=[person]) == {}
            assert person_of(other, other_account, phone(BERTA)) != person
            assert identity.follow(other, person_ids=[person]) == {}
            assert count(other, "identity.person") == 1
            assert count(other, "vault.person_key") == 1


class TestMergeAndSplit:
    def test_a_split_restores_what_a_merge_moved(self, tx: Tx) -> None:
        account = make_account(tx)
        anna = person_of(tx, account, phone(ANNA), openid("o1"))
        berta = person_of(tx, account, phone(BERTA), openid("o2"))
        merge = identity.merge(tx, source=berta, target=anna, reason="same card", key="k1", now=NOW)
        assert {find_phone(tx, number) for number in (ANNA, BERTA)} == {anna}
        undone = identity.split(tx, merge.id, now=NOW)
        assert undone.split_at == NOW
        assert find_phone(tx, ANNA) == anna
        assert find_phone(tx, BERTA) == berta
        assert person_of(tx, account, openid("o2")) == berta
        assert identity.follow(tx, person_ids=[berta]) == {berta: berta}
        assert [type(one) for one in emitted(tx)] == [PersonsMerged, PersonsSplit]
        assert {one.masked for one in identity.identifiers_of(tx, person_ids=[berta])[berta]} == {
            "138****8002",
            "****",
        }

    def test_a_repeated_merge_answers_the_first(self, tx: Tx) -> None:
        account = make_account(tx)
        anna, berta = person_of(tx, account, phone(ANNA)), person_of(tx, account, phone(BERTA))
        first = identity.merge(tx, source=berta, target=anna, reason="r", key="k", now=NOW)
        again = identity.merge(tx, source=berta, target=anna, reason="r", key="k", now=NOW)
        assert again == first
        assert count(tx, "identity.merge") == 1

    def test_a_key_that_was_of_other_persons_is_refused(self, tx: Tx) -> None:
        account = make_account(tx)
        anna, berta, clara = (
            person_of(tx, account, phone(number)) for number in (ANNA, BERTA, "13800138003")
        )
        identity.merge(tx, source=berta, target=anna, reason="r", key="k", now=NOW)
        with pytest.raises(MergeKeyUsed):
            identity.merge(tx, source=clara, target=anna, reason="r", key="k", now=NOW)
        assert find_phone(tx, "13800138003") == clara

    def test_a_repeated_split_changes_nothing(self, tx: Tx) -> None:
        account = make_account(tx)
        anna, berta = person_of(tx, account, phone(ANNA)), person_of(tx, account, phone(BERTA))
        merge = identity.merge(tx, source=berta, target=anna, reason="r", key="k", now=NOW)
        first = identity.split(tx, merge.id, now=NOW)
        assert identity.split(tx, merge.id, now=NOW + timedelta(days=1)) == first

    def test_what_cannot_be_one_is_refused(self, tx: Tx) -> None:
        account = make_account(tx)
        anna, berta = person_of(tx, account, phone(ANNA)), person_of(tx, account, phone(BERTA))
        with pytest.raises(CannotMerge):
            identity.merge(tx, source=anna, target=anna, reason="r", key="k", now=NOW)
        with pytest.raises(PersonNotFound):
            identity.merge(tx, source=anna, target=4095, reason="r", key="k", now=NOW)
        identity.merge(tx, source=berta, target=anna, reason="r", key="k", now=NOW)
        with pytest.raises(PersonNotFound):
            identity.merge(tx, source=berta, target=anna, reason="r", key="k2", now=NOW)
        with pytest.raises(MergeNotFound):
            identity.split(tx, 4095, now=NOW)

    def test_a_merge_that_was_moved_on_waits_for_the_later_one(self, tx: Tx) -> None:
        account = make_account(tx)
        anna, berta, clara = (
            person_of(tx, account, phone(number)) for number in (ANNA, BERTA, "13800138003")
        )
        inner = identity.merge(tx, source=clara, target=berta, reason="r", key="k1", now=NOW)
        outer = identity.merge(tx, source=berta, target=anna, reason="r", key="k2", now=NOW)
        with pytest.raises(LaterMergeStands):
            identity.split(tx, inner.id, now=NOW)
        identity.split(tx, outer.id, now=NOW)
        identity.split(tx, inner.id, now=NOW)
        assert find_phone(tx, "13800138003") == clara


class TestErase:
    def test_nothing_leads_back_to_an_erased_person(self, tx: Tx) -> None:
        account = make_account(tx)
        anna = person_of(tx, account, phone(ANNA))
        berta = person_of(tx, account, phone(BERTA))
        identity.merge(tx, source=berta, target=anna, reason="r", key="k", now=NOW)
        erased = identity.erase(tx, anna, now=NOW)
        assert set(erased.person_ids) == {anna, berta}
        assert len(erased.identifier_ids) == 2
        assert find_phone(tx, ANNA) is None
        assert find_phone(tx, BERTA) is None
        assert count(tx, "vault.person_key") == 0
        assert tx.rows("SELECT blind_index, sealed FROM identity.identifier") == [(None, None)] * 2
        assert identity.erase(tx, anna, now=NOW) == erased

    def test_an_erased_person_who_returns_is_a_new_one_with_a_tombstone(self, tx: Tx) -> None:
        account = make_account(tx)
        anna = person_of(tx, account, phone(ANNA))
        identity.erase(tx, anna, now=NOW)
        back = person_of(tx, account, phone(ANNA))
        berta = person_of(tx, account, phone(BERTA))
        assert back != anna
        assert identity.erased_before(tx, person_ids=[back, berta], now=NOW) == {back}

    def test_a_tombstone_expires(self, tx: Tx) -> None:
        account = make_account(tx)
        identity.erase(tx, person_of(tx, account, phone(ANNA)), now=NOW)
        back = person_of(tx, account, phone(ANNA))
        later: datetime = NOW + timedelta(days=731)
        assert identity.erased_before(tx, person_ids=[back], now=later) == set()
        assert identity.drop_tombstones(tx, now=NOW) == 0
        assert identity.drop_tombstones(tx, now=later) == 1

    def test_who_is_merged_in_while_the_erasure_waits_is_forgotten_too(
        self, fresh_database: Database
    ) -> None:
        scope = Scope(group_id=1)
        with fresh_database.transaction(scope, now=NOW) as tx:
            account = make_account(tx)
            anna = person_of(tx, account, phone(ANNA))
            berta = person_of(tx, account, phone(BERTA))
        reached: list[tuple[int, ...]] = []

        def forget() -> None:
            with fresh_database.transaction(scope, now=NOW) as mine:
                reached.append(identity.erase(mine, anna, now=NOW).person_ids)

        thread = threading.Thread(target=forget)
        with fresh_database.transaction(scope, now=NOW) as tx:
            identity.merge(tx, source=berta, target=anna, reason="r", key="k", now=NOW)
            thread.start()
            wait_for_a_lock(tx)
        thread.join()
        assert reached == [tuple(sorted((anna, berta)))]
        with fresh_database.transaction(scope, now=NOW) as tx:
            assert count(tx, "vault.person_key") == 0

    def test_only_a_living_person_is_erased(self, tx: Tx) -> None:
        account = make_account(tx)
        anna, berta = person_of(tx, account, phone(ANNA)), person_of(tx, account, phone(BERTA))
        identity.merge(tx, source=berta, target=anna, reason="r", key="k", now=NOW)
        with pytest.raises(PersonNotFound):
            identity.erase(tx, berta, now=NOW)


class TestReassign:
    def test_every_identifier_moves_and_none_is_left(self, tx: Tx) -> None:
        account = make_account(tx)
        anna = person_of(tx, account, phone(ANNA))
        berta = person_of(tx, account, phone(BERTA), openid("o2"))
        assert len(identity.reassign(tx, source=berta, target=anna)) == 2
        assert identity.reassign(tx, source=berta, target=anna) == ()
        brand = org.brand(tx, code="brand")
        known = identity.find(
            tx, brand=brand, kind=IdentifierKind.OPENID, value="o2", scope="pos:flagship"
        )
        assert known is not None
        assert known.person_id == anna
        assert find_phone(tx, BERTA) == anna
