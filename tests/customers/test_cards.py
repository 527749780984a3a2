"""Cards are blocked, work again, and are replaced."""

import pytest

from huitong import customers, org
from huitong.customers.model import CardChange, CardReplacement, CardState
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused
from tests.customers.test_operations import ANNA, BERTA, customer_of, shown, take
from tests.identity.make import NOW, make_account, member_of, phone


def holder(tx: Tx, brand_id: int, number: str) -> int | None:
    return customers.find_by_card(tx, brand_id=brand_id, number=number)


def test_a_blocked_card_finds_nobody_until_it_works_again(tx: Tx) -> None:
    account = make_account(tx)
    take(tx, account, member_of(phone(ANNA), card_no="C1"))
    anna = customer_of(tx, account, phone(ANNA))
    for state, found in ((CardState.BLOCKED, None), (CardState.ACTIVE, anna)):
        change = CardChange(account.brand_id, "c 1", state, "manager", "lost")
        assert customers.set_card_states(tx, [change], now=NOW) == [Ok(None)]
        assert holder(tx, account.brand_id, "C1") == found
    unknown = CardChange(account.brand_id, "C9", CardState.BLOCKED, "manager", "lost")
    assert isinstance(customers.set_card_states(tx, [unknown], now=NOW)[0], Refused)


def test_a_new_card_takes_the_place_of_a_lost_one(tx: Tx) -> None:
    account = make_account(tx)
    take(tx, account, member_of(phone(ANNA), card_no="C1"), member_of(phone(BERTA), card_no="C2"))
    anna = customer_of(tx, account, phone(ANNA))
    wanted = [
        CardReplacement(old, new, "manager", "lost")
        for old, new in (("C9", "C5"), ("C1", "C2"), ("C1", "C3"), ("C2", "C2"))
    ]
    results = customers.replace_cards(tx, wanted, brand_id=account.brand_id, now=NOW)
    assert [type(one) for one in results] == [Refused, Refused, Ok, Refused]
    brand = org.brand(tx, code="brand").id
    assert [holder(tx, brand, number) for number in ("C1", "C3")] == [None, anna]
    assert len(shown(tx, anna).cards) == 2
    back = CardChange(brand, "C1", CardState.ACTIVE, "manager", "found")
    assert isinstance(customers.set_card_states(tx, [back], now=NOW)[0], Refused)


SEQUENCES = {
    "C1>C2 C2>C1": ("Ok Ok", "C1"),
    "C1>C2 C2>C1 C1>C2": ("Ok Ok Ok", "C2"),
    "C1>C2 C1>C2": ("Ok Ok", "C2"),
    "C1>C2 C2>C3 C1>C2": ("Ok Ok Ok", "C3"),
    "C1>C2 C2>C3 C3>C1": ("Ok Ok Ok", "C1"),
    "C1>C2 C1>C3": ("Ok Refused", "C2"),
    "C1>C2 C2>C1 C1>C3": ("Ok Ok Ok", "C3"),
}


@pytest.mark.parametrize("batched", ["at once", "one by one"])
@pytest.mark.parametrize("sequence", SEQUENCES)
def test_of_cards_that_replace_each_other_the_one_named_last_works(
    tx: Tx, sequence: str, batched: str
) -> None:
    account = make_account(tx)
    take(tx, account, member_of(phone(ANNA), card_no="C1"))
    anna = customer_of(tx, account, phone(ANNA))
    pairs = [words.split(">") for words in sequence.split()]
    wanted = [CardReplacement(old, new, "manager", "lost") for old, new in pairs]
    brand_id = account.brand_id
    batches = [wanted] if batched == "at once" else [[one] for one in wanted]
    results = [
        type(one).__name__
        for batch in batches
        for one in customers.replace_cards(tx, batch, brand_id=brand_id, now=NOW)
    ]
    told, works = SEQUENCES[sequence]
    assert " ".join(results) == told
    found = {number for number in ("C1", "C2", "C3") if holder(tx, brand_id, number) == anna}
    assert found == {works}


def test_a_blocked_card_that_takes_the_place_of_another_works(tx: Tx) -> None:
    account = make_account(tx)
    take(tx, account, member_of(phone(ANNA), card_no="C1"))
    take(tx, account, member_of(phone(ANNA), card_no="C2"))
    brand_id = account.brand_id
    blocked = CardChange(brand_id, "C2", CardState.BLOCKED, "manager", "lost")
    customers.set_card_states(tx, [blocked], now=NOW)
    back = CardReplacement("C1", "C2", "manager", "found")
    customers.replace_cards(tx, [back], brand_id=brand_id, now=NOW)
    assert [holder(tx, brand_id, number) is None for number in ("C1", "C2")] == [True, False]
