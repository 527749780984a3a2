"""A copy of everything, a correction with its receipt, and what the edges make of both."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from huitong import customers
from huitong.channels.model import RecordKind
from huitong.customers.model import CUSTOMER_PREFIX, Correction, RightKeyUsed, RightKind
from huitong.entry import wiring
from huitong.entry.rights import asking, correcting, needles, page, scanning
from huitong.platform.assembly import Platform
from huitong.platform.auth import Permission
from huitong.platform.ids import show
from huitong.platform.settings import Settings
from tests.entry.make import make_client, make_token
from tests.rights.make import (
    ANNA,
    ANNA_CARD,
    ANNA_CITY,
    ANNA_NAME,
    BERTA,
    NOW,
    Shop,
    member,
    order,
    refund,
)

BYTE_COLUMNS = """
SELECT table_schema::text, table_name::text, column_name::text
FROM information_schema.columns
WHERE data_type = 'bytea'
  AND table_schema !~ '^(pg_|information_schema)'
  AND table_name !~ '_[0-9]$'
"""
DIGESTS = (
    ".blind_index",
    "digest",
    ".salt",
    "_hash",
    ".subject",
    ".search_index",
    ".phone_key",
    "sign_in_tries.key",
)
# Sealed for people who work here: no customer's request reaches them.
OF_STAFF = {
    "org.staff_name.sealed",
    "platform.console_user.totp_sealed",
    "platform.guide_phone.sealed",
}
# Bytes that anybody can read; the scan looks into them as they stand.
# Results of operations hold ids and amounts; bitmaps hold ordinals.
OPEN_BYTES = {
    "ledger.operation.result",
    "segments.bitmap.content",
    "segments.snapshot_part.content",
}
WICKED = "<script>alert(1)</script>"


@pytest.fixture
def anna(shop: Shop) -> int:
    """Return Anna, who has a profile, a card, an order with a refund, and points."""
    anna = member("M-1", ANNA, name=ANNA_NAME, city=ANNA_CITY, card_no=ANNA_CARD)
    shop.tell(RecordKind.MEMBER, anna, member("M-2", BERTA))
    shop.tell(
        RecordKind.ORDER,
        order("O-1", 100, ANNA, receiver_city=ANNA_CITY, attributes={"note": WICKED}),
    )
    shop.tell(RecordKind.REFUND, refund("R-1", "O-1", 10))
    with shop.tx() as tx:
        return shop.known(tx, ANNA)


def exported(shop: Shop, customer_id: int, key: str = "k") -> dict[str, object]:
    with shop.tx() as tx:
        return asking.export(tx, customer_id, key=key, actor="test", now=NOW)


class TestExport:
    def test_it_holds_what_every_domain_holds_unmasked(self, shop: Shop, anna: int) -> None:
        told = page.as_json(exported(shop, anna))
        document = json.loads(told)
        assert [one["value"] for one in document["identifiers"]] == [f"+86{ANNA}"]
        (membership,) = document["memberships"]
        assert membership["cards"] == [ANNA_CARD]
        assert membership["profiles"][0]["name"] == ANNA_NAME
        (bought,) = document["orders"]
        assert (bought["order_no"], bought["receiver_city"]) == ("O-1", ANNA_CITY)
        assert bought["refunds"][0]["refund_no"] == "R-1"
        points = next(one for one in document["points"] if one["asset"].startswith("points:"))
        assert points["balance"] == sum(one["amount"] for one in points["entries"]) == 90
        assert document["programme"]["grants"]
        assert {one["kind"] for one in document["received"]} == {"member", "order", "refund"}
        assert BERTA not in told

    def test_it_is_receipted_by_counts_and_names_nobody(self, shop: Shop, anna: int) -> None:
        exported(shop, anna)
        exported(shop, anna)
        with shop.tx() as tx:
            (receipt,) = customers.receipts_of(tx, person_id=shop.person(tx, ANNA))
            with pytest.raises(RightKeyUsed):
                asking.export(tx, shop.known(tx, BERTA), key="k", actor="test", now=NOW)
        assert (receipt.kind, receipt.actor) == (RightKind.EXPORT, "test")
        assert ANNA not in str(receipt)

    def test_the_page_is_one_file_escaped_in_two_languages(
        self, shop: Shop, anna: int, tmp_path: Path
    ) -> None:
        data, readable = page.write(exported(shop, anna), folder=tmp_path / "copy")
        text = readable.read_text()
        seen = Tags()
        seen.feed(text)
        assert "script" not in seen.tags
        assert not re.search(r"(src|href)=", text)
        assert ANNA_NAME in text
        for words in ("订单", "Orders", "100.00"):
            assert words in text
        assert [path.stat().st_mode & 0o777 for path in (data, readable)] == [0o600, 0o600]
        assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700

    def test_every_sealed_column_can_be_scanned(self, shop: Shop) -> None:
        with shop.tx() as tx:
            bytes_there = {".".join(row) for row in tx.rows(BYTE_COLUMNS)}
        known = {
            one for one in bytes_there if one.endswith(DIGESTS) or one in OPEN_BYTES | OF_STAFF
        }
        assert bytes_there - known == set(scanning.SEALED)

    def test_a_needle_is_sought_in_every_spelling(self) -> None:
        found = needles.needles_of(["+8613800005678"])
        for spelling in ("13800005678", "138 0000 5678", "138-0000-5678", "１３８００００５６７８"):
            assert spelling.encode() in found


class TestCorrection:
    def test_it_leads_and_its_receipt_holds_no_value(self, shop: Shop, anna: int) -> None:
        with shop.tx() as tx:
            person_id = shop.person(tx, ANNA)
            correction = Correction(anna, "staff-1", "A typing error.", name="欧阳大羊", key="c")
            receipt = correcting.correct(tx, correction, person_id=person_id, key="c", now=NOW)
            again = correcting.correct(tx, correction, person_id=person_id, key="c", now=NOW)
            (shown,) = customers.show(tx, customer_ids=[anna])
        assert shown.name == "欧**"
        assert receipt == again
        assert (receipt.detail["fields"], receipt.actor) == (["name"], "staff-1")
        assert ANNA_NAME not in str(receipt.detail)


class Tags(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.tags.add(tag)


class TestRoutes:
    @pytest.fixture
    def client(self, shop: Shop, tmp_path: Path) -> Iterator[TestClient]:
        platform = Platform(
            settings=Settings(home=tmp_path), database=shop.database, appliers=wiring.APPLY
        )
        with make_client(platform) as opened:
            yield opened

    @pytest.fixture
    def key(self, shop: Shop) -> dict[str, str]:
        return make_token(shop.database, shop.scope.group_id, *Permission)

    def test_consents_are_recorded_asked_for_and_refused_in_sentences(
        self, shop: Shop, anna: int, client: TestClient, key: dict[str, str]
    ) -> None:
        who = shown(anna)
        policy = {
            "purpose": "marketing",
            "version": "1",
            "content": "We write to you.",
            "effective_from": "2026-01-01T00:00:00Z",
        }
        put = client.put("/v1/brands/wool/consent-policies", headers=key, json=policy)
        assert put.status_code == 200, put.text
        given = {
            "customer_id": who,
            "purpose": "marketing",
            "action": "given",
            "policy_version": "1",
            "occurred_at": "2026-02-01T00:00:00Z",
        }
        told = {"items": [given, {**given, "policy_version": "9"}]}
        headers = {**key, "Idempotency-Key": "c1"}
        answer = client.post("/v1/rights/consents", headers=headers, json=told)
        assert [one["ok"] for one in answer.json()["items"]] == [True, False]
        asked = {"customer_ids": [who], "purpose": "marketing"}
        (may,) = client.post("/v1/rights/consents/ask", headers=key, json=asked).json()["items"]
        assert may["ok"]
        with shop.tx() as tx:
            berta = shown(shop.known(tx, BERTA))
        asked = {"customer_ids": [berta], "purpose": "marketing"}
        (may,) = client.post("/v1/rights/consents/ask", headers=key, json=asked).json()["items"]
        assert may["code"] == "customers.no_consent"
        assert "never agreed to marketing" in may["reason"]

    def test_a_member_leaves_and_takes_it_back(
        self, anna: int, client: TestClient, key: dict[str, str]
    ) -> None:
        path = f"/v1/rights/customers/{shown(anna)}/exit"
        headers = {**key, "Idempotency-Key": "e1"}
        first = client.post(path, headers=headers)
        assert (first.status_code, first.json()["state"]) == (200, "requested")
        assert client.post(path, headers=headers).json() == first.json()
        other = client.post(path, headers={**key, "Idempotency-Key": "e2"})
        assert other.json() == first.json()
        taken_back = client.delete(path, headers=headers)
        assert taken_back.json()["state"] == "cancelled"
        assert client.delete(path, headers=headers).json() == taken_back.json()
        again = client.delete(path, headers={**key, "Idempotency-Key": "e2"})
        assert again.json()["code"] == "customers.no_open_exit"
        assert client.delete(path, headers=key).status_code == 400

    def test_a_person_is_exported_and_erased_with_receipts(
        self, shop: Shop, anna: int, client: TestClient, key: dict[str, str], tmp_path: Path
    ) -> None:
        path = f"/v1/rights/customers/{shown(anna)}"
        headers = {**key, "Idempotency-Key": "x1"}
        copy = client.post(f"{path}/export", headers=headers)
        assert copy.json()["identifiers"][0]["value"] == f"+86{ANNA}"
        assert copy.headers["Cache-Control"] == "no-store"
        for _ in range(2):
            erased = client.post(f"{path}/erase", headers=headers)
            assert (erased.status_code, erased.json()["kind"]) == (200, "erase")
        kinds = [one["kind"] for one in client.get(f"{path}/receipts", headers=key).json()["items"]]
        assert kinds == ["erase", "export"]
        assert (tmp_path / "erasures.ndjson").exists()
        with shop.tx() as tx:
            assert shop.customer(tx, ANNA) is None

    def test_a_key_of_one_brand_cannot_erase(
        self, shop: Shop, anna: int, client: TestClient
    ) -> None:
        key = make_token(
            shop.database, shop.scope.group_id, *Permission, brand_ids=[shop.brand.id], name="one"
        )
        headers = {**key, "Idempotency-Key": "x1"}
        answer = client.post(f"/v1/rights/customers/{shown(anna)}/erase", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (
            403,
            "platform.erase_needs_every_brand",
        )


def shown(customer_id: int) -> str:
    return show(CUSTOMER_PREFIX, customer_id)
