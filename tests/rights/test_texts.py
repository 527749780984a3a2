"""Every text that names an erased person goes, however it came and whatever became of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson
import pytest

from huitong import channels, customers, identity, org
from huitong.channels.model import Fix, RecordKind
from huitong.customers.model import Purpose
from huitong.entry import wiring
from huitong.org.model import NewStaff
from huitong.platform.db import Tx
from tests.rights.finding import SAID, erase, exported, look, places
from tests.rights.make import ANNA, ANNA_NAME, BERTA, NOW, Shop, member, order, party

BODY, WHY_FIXED = "channels.body.content", "channels.fix.reason"


def opening(number: str, kind: str, **more: object) -> dict[str, object]:
    """Return what an older system kept of Anna."""
    return {
        "opening_no": number,
        "kind": kind,
        "identifiers": [{"kind": "phone", "value": ANNA, "verified": True}],
        "as_of": "2026-02-01T00:00:00+08:00",
        "reason": SAID,
        **more,
    }


@pytest.fixture
def ready(shop: Shop) -> Shop:
    """Return a shop with a guide and a policy, so that openings can be taken over."""
    with shop.tx() as tx:
        org.put_staff(tx, [NewStaff(code="G1")], now=NOW)
        customers.put_consent_policy(
            tx,
            brand_id=shop.brand.id,
            purpose=Purpose.MARKETING,
            version="1",
            content="We write to you.",
            effective_from=NOW.replace(year=2025),
            actor="test",
            now=NOW,
        )
    return shop


def refused_ids(tx: Tx) -> list[int]:
    return [one.id for one in channels.refused_records(tx, limit=50)]


def put_right(shop: Shop, record_id: int, record: Mapping[str, object], reason: str) -> None:
    """Give a refused record the content it should have had."""
    with shop.tx() as tx:
        channels.fix(
            tx,
            [Fix(record_id, orjson.dumps(record), ("order_no", "status"))],
            actor="lin",
            reason=reason,
            appliers=wiring.APPLY,
            now=NOW,
        )


def shows_nothing_after(shop: Shop, home: Path, *before: str) -> None:
    """Hold that the scan finds Anna in these places, erase her, and hold that it finds nothing."""
    document = exported(shop)
    assert places(look(shop, home, document)) >= set(before)
    erase(shop, home)
    assert look(shop, home, document).findings == ()


class TestOpenings:
    @pytest.mark.parametrize(
        "told",
        [
            opening("OLD-1", "consent", purpose="marketing", policy_version="1"),
            opening("OLD-1", "relation", relation="bound", guide="G1"),
        ],
        ids=["consent", "relation"],
    )
    def test_what_an_older_system_told_of_her_goes(
        self, ready: Shop, tmp_path: Path, told: dict[str, object]
    ) -> None:
        assert ready.tell(RecordKind.OPENING, told) == [{"applied": 1}]
        # Word for word under another number: it changes nothing, and its text names her as well.
        again = {**told, "opening_no": "OLD-2"}
        assert ready.tell(RecordKind.OPENING, again) == [{"applied": 1}]
        shows_nothing_after(ready, tmp_path, BODY)

    def test_her_copy_holds_it(self, ready: Shop) -> None:
        ready.tell(RecordKind.OPENING, opening("OLD-1", "relation", relation="bound", guide="G1"))
        assert "138 0000 5678" in str(exported(ready)["received"])

    def test_what_was_told_under_another_identifier_goes_back_at_a_split(
        self, ready: Shop, tmp_path: Path
    ) -> None:
        ready.tell(RecordKind.MEMBER, member("M-1", ANNA), member("M-2", BERTA))
        with ready.tx() as tx:
            anna, berta = ready.person(tx, ANNA), ready.person(tx, BERTA)
            merge = identity.merge(tx, source=anna, target=berta, reason="one", key="m", now=NOW)
        ready.tell(RecordKind.OPENING, opening("OLD-1", "relation", relation="bound", guide="G1"))
        with ready.tx() as tx:
            identity.split(tx, merge.id, now=NOW)
        shows_nothing_after(ready, tmp_path, BODY)

    def test_it_says_nothing_of_a_membership(self, ready: Shop) -> None:
        ready.tell(RecordKind.MEMBER, member("M-1", ANNA), member("M-2", BERTA))
        told = opening("OLD-1", "consent", purpose="marketing", policy_version="1")
        ready.tell(RecordKind.OPENING, told)
        with ready.tx() as tx:
            (before,) = customers.show(tx, customer_ids=[ready.known(tx, ANNA)])
            anna, berta = ready.person(tx, ANNA), ready.person(tx, BERTA)
            merge = identity.merge(tx, source=anna, target=berta, reason="one", key="m", now=NOW)
            tx.settle()
            identity.split(tx, merge.id, now=NOW)
            tx.settle()
            (after,) = customers.show(tx, customer_ids=[ready.known(tx, ANNA)])
        assert (before.status, before.enrolled_at) == (after.status, after.enrolled_at)


class TestFixes:
    def test_a_refused_original_under_another_key_goes_with_the_words_of_who_fixed_it(
        self, shop: Shop, tmp_path: Path
    ) -> None:
        shop.tell(RecordKind.MEMBER, member("M-1", ANNA, name=ANNA_NAME))
        wrong = order("WRONG-1", 100, ANNA, status="done", attributes={"note": SAID})
        right = {**wrong, "order_no": "O-1", "status": "completed", "attributes": {}}
        shop.tell(RecordKind.ORDER, wrong)
        with shop.tx() as tx:
            (refused,) = refused_ids(tx)
        put_right(shop, refused, right, f"{ANNA_NAME} showed the receipt")
        shows_nothing_after(shop, tmp_path, BODY, WHY_FIXED)

    def test_of_a_fix_that_was_fixed_again_every_text_goes(
        self, shop: Shop, tmp_path: Path
    ) -> None:
        # No identifier is in the first text: only the fixes lead to it.
        first = order("WRONG-1", 100, ANNA, status="done", parties=[], close_reason=ANNA_NAME)
        second = {**first, "order_no": "WRONG-2"}
        third = {**order("O-1", 100, ANNA)}
        shop.tell(RecordKind.ORDER, first)
        for text in (second, third):
            with shop.tx() as tx:
                (refused,) = refused_ids(tx)
            put_right(shop, refused, text, "typing error")
        # What she is called is known from elsewhere.
        shop.tell(RecordKind.MEMBER, member("M-1", ANNA, name=ANNA_NAME))
        shows_nothing_after(shop, tmp_path, BODY)

    def test_others_records_that_bear_the_wrong_key_stay(self, shop: Shop, tmp_path: Path) -> None:
        shop.tell(RecordKind.MEMBER, member("M-1", ANNA), member("M-2", BERTA))
        shop.tell(RecordKind.ORDER, order("O-2", 100, ANNA, status="done"))
        with shop.tx() as tx:
            (refused,) = refused_ids(tx)
        put_right(shop, refused, order("O-1", 100, ANNA), "the number was wrong")
        shop.tell(RecordKind.ORDER, order("O-2", 30, BERTA))
        shows_nothing_after(shop, tmp_path, BODY)
        with shop.tx() as tx:
            (kept,) = [
                one
                for one in channels.versions_of(
                    tx, shop.account, kind=RecordKind.ORDER, external_id="O-2"
                )
                if one.state == "applied"
            ]
            assert BERTA.encode() in channels.text_of(tx, kept.id)

    def test_an_original_that_named_her_goes_though_the_fix_names_another(
        self, shop: Shop, tmp_path: Path
    ) -> None:
        shop.tell(RecordKind.MEMBER, member("M-1", ANNA, name=ANNA_NAME))
        shop.tell(RecordKind.ORDER, order("O-1", 100, ANNA, status="done"))
        with shop.tx() as tx:
            (refused,) = refused_ids(tx)
        put_right(shop, refused, order("O-1", 100, BERTA), f"{ANNA_NAME} it was not")
        shows_nothing_after(shop, tmp_path, BODY, WHY_FIXED)

    def test_a_version_that_came_late_goes_though_the_newer_one_names_another(
        self, shop: Shop, tmp_path: Path
    ) -> None:
        shop.tell(RecordKind.MEMBER, member("M-1", ANNA))
        newer = order("O-1", 100, BERTA, updated_at="2026-02-03T00:00:00+08:00")
        older = order("O-1", 100, ANNA, updated_at="2026-02-02T00:00:00+08:00")
        shop.tell(RecordKind.ORDER, newer)
        assert shop.tell(RecordKind.ORDER, older) == [{"superseded": 1}]
        shows_nothing_after(shop, tmp_path, BODY)


class TestReasons:
    def test_a_reason_goes_with_the_text_and_says_what_became_of_it(
        self, shop: Shop, tmp_path: Path
    ) -> None:
        shop.tell(RecordKind.MEMBER, member("M-1", ANNA, name=ANNA_NAME))
        # A column was taken for another one: her name stands where a status should.
        told = order("O-1", 100, ANNA, status=ANNA_NAME, parties=[party("buyer", ANNA)])
        assert shop.tell(RecordKind.ORDER, told) == [{"refused": 1}]
        shows_nothing_after(shop, tmp_path, BODY, "channels.record.reason")
        with shop.tx() as tx:
            (refused,) = channels.refused_records(tx, limit=9)
        assert refused.reason is not None
        assert "erased" in refused.reason

    def test_the_reason_of_a_version_that_was_replaced_goes(
        self, shop: Shop, tmp_path: Path
    ) -> None:
        shop.tell(RecordKind.MEMBER, member("M-1", ANNA, name=ANNA_NAME))
        shop.tell(RecordKind.ORDER, order("O-1", 100, ANNA, status=ANNA_NAME))
        assert shop.tell(RecordKind.ORDER, order("O-1", 100, ANNA)) == [{"applied": 1}]
        shows_nothing_after(shop, tmp_path, BODY, "channels.record.reason")


def journal_of_identity(shop: Shop, berta: int) -> Sequence[str]:
    """Let an operator write her name wherever the journal of persons takes words."""
    with shop.tx() as tx:
        merge = identity.merge(
            tx, source=berta, target=shop.person(tx, ANNA), reason=SAID, key="m", now=NOW
        )
        tx.settle()
        identity.split(tx, merge.id, now=NOW)
    return ("identity.merge.reason",)


def test_what_operators_wrote_beside_her_merges_goes(shop: Shop, tmp_path: Path) -> None:
    shop.tell(RecordKind.MEMBER, member("M-1", ANNA, name=ANNA_NAME), member("M-2", BERTA))
    with shop.tx() as tx:
        berta = shop.person(tx, BERTA)
    shows_nothing_after(shop, tmp_path, *journal_of_identity(shop, berta))
