"""One record named two people from the start: taken apart, each has what came under their names."""

from datetime import timedelta
from time import monotonic

import pytest

from huitong import customers, identity, ledger
from huitong.channels.model import IdentifierKind, RecordKind
from huitong.identity.model import KindRules, Known, PolicyDocument
from huitong.ledger.model import Operation, Spend
from huitong.platform import crypto
from huitong.platform.crypto import Keyring
from huitong.platform.db import Database, Tx
from huitong.platform.errors import Ok
from tests.entry.make import member, order
from tests.entry.test_wiring import NOW, Club

HER_PHONE, HIS_PHONE = "13800005678", "13900001234"
GLUED = 300


@pytest.fixture
def club(wired: Database, group_id: int) -> Club:
    """Return a club without members."""
    crypto.hold(Keyring(b"for tests only, known to everybody"))
    return Club(wired, group_id)


def known(tx: Tx, club: Club, kind: IdentifierKind, value: str) -> Known:
    found = identity.find(tx, brand=club.brand, kind=kind, value=value)
    assert found is not None
    return found


def buys(number: str, yuan: int, **identifier: str) -> dict[str, object]:
    """Return an order of whoever has this one identifier."""
    said = order(number, yuan)
    named = [{"kind": kind, "value": value} for kind, value in identifier.items()]
    return {**said, "parties": [{"role": "buyer", "identifiers": named}]}


def test_what_came_under_his_phone_is_his_and_what_she_spent_of_it_is_her_debt(club: Club) -> None:
    registered = member("M1", HIS_PHONE)
    card = {"kind": "pos_card", "value": "C100", "verified": True}
    registered["identifiers"] = [card, {"kind": "phone", "value": HIS_PHONE, "verified": True}]
    club.push(RecordKind.MEMBER, [registered])
    club.push(RecordKind.ORDER, [buys("O1", 100, pos_card="C100"), buys("O2", 30, phone=HIS_PHONE)])
    asset = f"points:{club.brand.id}"
    with club.tx() as tx:
        hers = known(tx, club, IdentifierKind.POS_CARD, "C100")
        his = known(tx, club, IdentifierKind.PHONE, HIS_PHONE)
        assert hers.person_id == his.person_id
        her = customers.find_by_persons(tx, brand_id=club.brand.id, person_ids=[hers.person_id])
        customer = her[hers.person_id]
        spent = Operation("s1", "spend", customer, (Spend(asset, 110),), NOW)
        assert isinstance(ledger.post(tx, [spent], now=NOW)[0], Ok)
        identity.withdraw_evidence(
            tx,
            [(hers.identifier_id, his.identifier_id)],
            actor="manager",
            reason="his phone, her card",
            now=NOW,
        )
    with club.tx() as tx:
        apart = known(tx, club, IdentifierKind.PHONE, HIS_PHONE).person_id
        assert apart != hers.person_id
        his_customer = customers.find_by_persons(tx, brand_id=club.brand.id, person_ids=[apart])[
            apart
        ]
        found = ledger.balances(tx, [customer, his_customer], asset=asset, now=NOW)
        assert [(one.balance, one.debt) for one in found] == [(0, 10), (30, 0)]
    assert club.is_sound()


def test_a_number_that_glued_hundreds_is_undone_at_once(club: Club) -> None:
    with club.tx() as tx:
        identity.set_policy(
            tx,
            club.brand.identity_domain_id,
            document=PolicyDocument(
                kinds={
                    IdentifierKind.PHONE: KindRules(),
                    IdentifierKind.POS_CARD: KindRules(),
                }
            ),
            actor="test",
            reason="no limit at all",
            expected_version=0,
            now=NOW,
        )
    cards = [f"CARD{place:04d}" for place in range(GLUED)]
    # Half of the cards were known before the number glued them, half came with it.
    club.push(
        RecordKind.ORDER,
        [buys(f"A{card}", 10, pos_card=card) for card in cards[: GLUED // 2]],
    )
    club.push(
        RecordKind.ORDER, [buys(f"B{card}", 20, pos_card=card, phone=HIS_PHONE) for card in cards]
    )
    with club.tx() as tx:
        bad = known(tx, club, IdentifierKind.PHONE, HIS_PHONE)
        persons = {known(tx, club, IdentifierKind.POS_CARD, card).person_id for card in cards}
        assert persons == {bad.person_id}
    begun = monotonic()
    with club.tx() as tx:
        identity.undo_identifier(
            tx, bad.identifier_id, actor="manager", reason="the till's own phone", now=NOW
        )
    took = timedelta(seconds=monotonic() - begun)
    with club.tx() as tx:
        persons = {known(tx, club, IdentifierKind.POS_CARD, card).person_id for card in cards}
        assert len(persons) == GLUED
        alone = customers.find_by_persons(tx, brand_id=club.brand.id, person_ids=persons)
        bought = tx.rows(
            "SELECT customer_id, count(*) FROM orders.header GROUP BY customer_id ORDER BY 1"
        )
        assert sorted(alone.values()) == [row[0] for row in bought]
        assert {row[1] for row in bought} == {1, 2}
    assert club.is_sound()
    # 1.3 seconds where nothing else runs; the machines of tests are shared.
    assert took < timedelta(seconds=20)
