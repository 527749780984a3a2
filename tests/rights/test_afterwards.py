"""What comes after an erasure: old facts bring nobody back, and a new fact begins somebody new."""

from datetime import timedelta
from pathlib import Path

import pytest

from huitong import customers, identity
from huitong.channels.model import RecordKind
from huitong.customers.model import CustomerStatus
from tests.rights.finding import SAID, erase, exported, look
from tests.rights.make import ANNA, ANNA_CARD, ANNA_NAME, NOW, Shop, member, order

LATER = NOW + timedelta(days=1)
ANNA_TOLD = member(
    "M-1", ANNA, name=ANNA_NAME, card_no=ANNA_CARD, updated_at="2026-02-10T00:00:00+08:00"
)
STRANGER = member("M-9", "13600001111")


@pytest.fixture
def document(shop: Shop, tmp_path: Path) -> dict[str, object]:
    """Return what was held of Anna before she was erased."""
    shop.tell(RecordKind.MEMBER, ANNA_TOLD)
    shop.tell(RecordKind.ORDER, order("O-1", 100, ANNA))
    before = exported(shop)
    erase(shop, tmp_path)
    return before


def is_gone(shop: Shop, home: Path, document: dict[str, object]) -> bool:
    with shop.tx() as tx:
        assert shop.customer(tx, ANNA) is None
    return look(shop, home, document).findings == ()


def test_the_same_record_again_brings_nobody_back_and_its_text_is_not_kept(
    shop: Shop, tmp_path: Path, document: dict[str, object]
) -> None:
    assert shop.tell(RecordKind.MEMBER, ANNA_TOLD, now=LATER) == [{"known": 1}]
    # With something new beside it, the page is kept.
    assert shop.tell(RecordKind.MEMBER, ANNA_TOLD, STRANGER, now=LATER) == [
        {"applied": 1, "known": 1}
    ]
    assert is_gone(shop, tmp_path, document)
    with shop.tx() as tx:
        assert shop.customer(tx, "13600001111") is not None


def test_an_older_version_that_comes_late_brings_nobody_back_and_its_text_is_not_kept(
    shop: Shop, tmp_path: Path, document: dict[str, object]
) -> None:
    older = {**ANNA_TOLD, "name": SAID, "updated_at": "2026-01-10T00:00:00+08:00"}
    assert shop.tell(RecordKind.MEMBER, older, now=LATER) == [{"superseded": 1}]
    assert is_gone(shop, tmp_path, document)


def test_of_an_old_and_a_new_page_only_the_texts_of_others_are_kept(
    shop: Shop, tmp_path: Path, document: dict[str, object]
) -> None:
    shop.tell(RecordKind.MEMBER, ANNA_TOLD, STRANGER, now=LATER)
    newer = {**STRANGER, "updated_at": "2026-02-20T00:00:00+08:00"}
    shop.tell(RecordKind.MEMBER, ANNA_TOLD, newer, now=LATER)
    with shop.tx() as tx:
        kept = shop.known(tx, "13600001111")
        texts = [customers.records_of(tx, customer_ids=[kept])]
    assert len(texts[0]) == 2
    assert is_gone(shop, tmp_path, document)


def test_a_newer_version_of_a_member_begins_somebody_new_who_has_nothing_of_before(
    shop: Shop, document: dict[str, object]
) -> None:
    newer = {**ANNA_TOLD, "updated_at": "2026-03-01T00:00:00+08:00"}
    assert shop.tell(RecordKind.MEMBER, newer, now=LATER) == [{"applied": 1}]
    with shop.tx(LATER) as tx:
        new = shop.known(tx, ANNA)
        (shown,) = customers.show(tx, customer_ids=[new])
        assert (shown.status, len(shown.cards)) == (CustomerStatus.MEMBER, 1)
        assert shop.points(tx, new, LATER).balance == 0
        assert identity.erased_before(tx, person_ids=[shop.person(tx, ANNA)], now=LATER)
        # What she bought before is hers no more.
        assert shop.person(tx, ANNA) != document["person"]
    assert exported(shop)["orders"] == []


def test_a_new_order_begins_somebody_new_and_anonymous(
    shop: Shop, document: dict[str, object]
) -> None:
    shop.tell(RecordKind.ORDER, order("O-2", 20, ANNA), now=LATER)
    with shop.tx() as tx:
        new = shop.known(tx, ANNA)
        found = customers.find_customers(tx, customer_ids=[new])[new]
        assert found.status is CustomerStatus.ANONYMOUS
    told = exported(shop)
    assert [one["order_no"] for one in list_of(told["orders"])] == ["O-2"]
    (before,), (after,) = list_of(document["identifiers"]), list_of(told["identifiers"])
    assert (after["value"], after["known_since"]) == (before["value"], LATER)


def test_who_is_new_can_be_erased_again_with_all_that_came_since(
    shop: Shop, tmp_path: Path, document: dict[str, object]
) -> None:
    newer = {**ANNA_TOLD, "updated_at": "2026-03-01T00:00:00+08:00"}
    shop.tell(RecordKind.MEMBER, newer, now=LATER)
    shop.tell(RecordKind.ORDER, order("O-2", 20, ANNA), now=LATER)
    with shop.tx() as tx:
        assert shop.customer(tx, ANNA) is not None
    erase(shop, tmp_path, key="once more")
    assert is_gone(shop, tmp_path, document)


def list_of(part: object) -> list[dict[str, object]]:
    assert isinstance(part, list)
    return part
