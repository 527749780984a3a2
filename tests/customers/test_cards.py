"""Cards are blocked, work again, and are replaced."""

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
