"""Beneficiaries, owned items and classes belong to a customer, are sealed, and go where they go."""

from datetime import date, timedelta

from huitong import customers, identity
from huitong.customers.events import CustomersClassified
from huitong.customers.model import (
    BelongingChange,
    BelongingKind,
    Classed,
    ClassSource,
    NewBelonging,
    NewClassification,
    Particulars,
)
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused
from tests.customers.test_operations import (
    ANNA,
    BERTA,
    customer_of,
    merged,
    person_of,
    settle,
)
from tests.identity.make import NOW, make_account, phone

DAY = timedelta(days=1)
BORN = Particulars(name="豆豆", birthday_on=date(2026, 2, 1))
DUE = Particulars(name="豆豆", due_on=date(2026, 4, 1))
GLASSES = Particulars(facts={"left": "-2.50", "right": "-2.25"})


def child(
    customer_id: int, said: Particulars = BORN, *, agreed: bool = True, key: str | None = None
) -> NewBelonging:
    return NewBelonging(
        customer_id=customer_id,
        kind=BelongingKind.CHILD,
        particulars=said,
        source="mini-program",
        actor="test",
        guardian_policy_version="2" if agreed else None,
        guardian_consent_at=NOW if agreed else None,
        key=key,
    )


def reseller(customer_id: int) -> NewClassification:
    return NewClassification(
        customer_id=customer_id,
        classed=Classed.RESELLER,
        valid_from=NOW - DAY,
        source=ClassSource.RULE,
        actor="rule",
        evidence={"orders_in_a_day": 31},
    )


def kept(tx: Tx, customer_id: int) -> list[Particulars]:
    found = customers.belongings_of(tx, customer_ids=[customer_id]).get(customer_id, ())
    return [one.particulars for one in found]


def classes(tx: Tx, customer_id: int) -> list[Classed]:
    found = customers.classifications_of(tx, customer_ids=[customer_id]).get(customer_id, ())
    return [one.classed for one in found]


class TestBelongings:
    def test_a_child_under_fourteen_needs_the_guardians_consent(self, tx: Tx) -> None:
        anna = customer_of(tx, make_account(tx), phone(ANNA))
        teenager = Particulars(birthday_on=date(2012, 3, 2))
        almost = Particulars(birthday_on=date(2012, 3, 3))
        results = customers.add_belongings(
            tx,
            [
                child(anna, DUE, agreed=False),
                child(anna, almost, agreed=False),
                child(anna, teenager, agreed=False),
                child(anna, DUE),
            ],
            now=NOW,
        )
        assert [type(one) for one in results] == [Refused, Refused, Ok, Ok]

    def test_what_is_said_is_sealed(self, tx: Tx) -> None:
        anna = customer_of(tx, make_account(tx), phone(ANNA))
        customers.add_belongings(tx, [child(anna)], now=NOW)
        stored = str(tx.rows("SELECT t::text FROM customers.belonging AS t"))
        assert "豆豆" not in stored
        assert "2026-02-01" not in stored
        assert kept(tx, anna) == [BORN]

    def test_a_child_that_was_expected_is_born(self, tx: Tx) -> None:
        anna = customer_of(tx, make_account(tx), phone(ANNA))
        (added,) = customers.add_belongings(tx, [child(anna, DUE)], now=NOW)
        assert isinstance(added, Ok)
        change = BelongingChange(added.value["belonging_id"], BORN, "test")
        assert customers.change_belongings(tx, [change], now=NOW) == [Ok(None)]
        assert kept(tx, anna) == [BORN]
        results = customers.remove_belongings(tx, [change.belonging_id] * 2, now=NOW)
        assert results == [Ok(None), Ok(None)]
        assert kept(tx, anna) == []
        assert isinstance(customers.change_belongings(tx, [change], now=NOW)[0], Refused)

    def test_a_merge_joins_them_and_a_split_gives_them_back(self, tx: Tx) -> None:
        account = make_account(tx)
        anna, berta = (customer_of(tx, account, phone(number)) for number in (ANNA, BERTA))
        glasses = NewBelonging(anna, BelongingKind.GLASSES, GLASSES, "till", "test")
        customers.add_belongings(tx, [glasses, child(berta)], now=NOW)
        merge = merged(tx, account, source=BERTA, target=ANNA)
        assert kept(tx, anna) == [GLASSES, BORN]
        identity.split(tx, merge, now=NOW)
        settle(tx)
        assert (kept(tx, anna), kept(tx, berta)) == ([GLASSES], [BORN])
        identity.erase(tx, person_of(tx, anna), now=NOW)
        assert kept(tx, berta) == [BORN]

    def test_an_erasure_forgets_them(self, tx: Tx) -> None:
        anna = customer_of(tx, make_account(tx), phone(ANNA))
        customers.add_belongings(tx, [child(anna)], now=NOW)
        reached = identity.erase(tx, person_of(tx, anna), now=NOW)
        customers.erase(tx, reached.person_ids, now=NOW)
        assert tx.rows("SELECT sealed FROM customers.belonging") == [(None,)]


class TestClasses:
    def test_a_class_holds_for_its_time_and_is_told_once(self, tx: Tx) -> None:
        anna = customer_of(tx, make_account(tx), phone(ANNA))
        tx._pending.clear()
        results = customers.classify_customers(tx, [reseller(anna), reseller(anna)], now=NOW)
        assert results[0] == results[1]
        told = [one for one in tx._pending if isinstance(one, CustomersClassified)]
        assert [one.since for one in told] == [NOW - DAY]
        (found,) = customers.classifications_of(tx, customer_ids=[anna])[anna]
        assert found.evidence == {"orders_in_a_day": 31}
        assert customers.classes_at([found], NOW - 2 * DAY) == frozenset()
        assert customers.classes_at([found], NOW) == {Classed.RESELLER}
        withdrawn = customers.withdraw_classifications(tx, [found.id], actor="m", now=NOW)
        again = customers.withdraw_classifications(tx, [found.id], actor="m", now=NOW)
        assert [type(one) for one in (*withdrawn, *again)] == [Ok, Refused]
        assert classes(tx, anna) == []

    def test_classes_follow_a_merge_and_a_split(self, tx: Tx) -> None:
        account = make_account(tx)
        anna, berta = (customer_of(tx, account, phone(number)) for number in (ANNA, BERTA))
        customers.classify_customers(tx, [reseller(berta)], now=NOW)
        merge = merged(tx, account, source=BERTA, target=ANNA)
        assert classes(tx, anna) == [Classed.RESELLER]
        identity.split(tx, merge, now=NOW)
        settle(tx)
        assert (classes(tx, anna), classes(tx, berta)) == ([], [Classed.RESELLER])
