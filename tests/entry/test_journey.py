"""A member's life over HTTP: records in, customer and points out, and who may see them."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from huitong import org
from huitong.entry import wiring
from huitong.entry.api import make_app
from huitong.platform import crypto
from huitong.platform.auth import Permission
from huitong.platform.crypto import Keyring
from huitong.platform.db import Database, Scope
from huitong.platform.http import cursor_of
from tests.entry.make import PHONE, PROGRAMME, lines_of, make_platform, make_token, member, order

BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
ACCOUNT = {"account": "pos:tills"}
NDJSON = {"Content-Type": "application/x-ndjson"}
ALL = tuple(Permission)


@pytest.fixture
def client(wired: Database) -> Iterator[TestClient]:
    """Return a client of the whole platform."""
    crypto.hold(Keyring(b"for tests only, known to everybody"))
    platform = make_platform(wired, appliers=wiring.APPLY)
    with TestClient(make_app(platform), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def brand_ids(database: Database, group_id: int) -> dict[str, int]:
    """Found a group with two brands and a till of the first; return the brands' ids."""
    with database.transaction(Scope(group_id), now=BEFORE) as tx:
        for brand, accounts in (("wool", [("pos", "tills")]), ("silk", [("pos", "stalls")])):
            org.set_up(tx, name="Sheep & Co", brand=brand, accounts=accounts, now=BEFORE)
        return {brand.code: brand.id for brand in org.brands(tx)}


@pytest.fixture
def key(database: Database, group_id: int, brand_ids: dict[str, int]) -> dict[str, str]:
    """Return the headers of a key that may do everything in the group."""
    assert brand_ids
    return make_token(database, group_id, *ALL)


def push(client: TestClient, key: Mapping[str, str], kind: str, *records: object) -> list[Any]:
    body = b"\n".join(lines_of(records))
    answer = client.post(
        f"/v1/inbox/{kind}", params=ACCOUNT, content=body, headers={**key, **NDJSON}
    )
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def put_programme(
    client: TestClient, key: Mapping[str, str], on_version: int = 0, **changes: object
) -> Response:
    begins = BEFORE + timedelta(hours=on_version)
    return client.put(
        "/v1/brands/wool/programme",
        json={"programme": {**PROGRAMME, **changes}, "effective_from": begins.isoformat()},
        headers={**key, "If-Match": f'"{on_version}"'},
    )


@pytest.fixture
def strangers(
    database: Database, group_id: int, brand_ids: dict[str, int]
) -> tuple[dict[str, str], ...]:
    """Return the headers of two keys that may do everything: in another group, in another brand."""
    silk = [brand_ids["silk"]]
    return (
        make_token(database, group_id + 1_000_000, *ALL),
        make_token(database, group_id, *ALL, brand_ids=silk, name="silk only"),
    )


@pytest.fixture
def customer_id(client: TestClient, key: dict[str, str]) -> str:
    """Bring in a programme, a member and an order of 128 yuan; return the customer's id."""
    assert put_programme(client, key).status_code == 200
    push(client, key, "member", member("M1"))
    push(client, key, "order", order("O1", 128))
    (found,) = find(client, key)
    return str(found["id"])


def find(client: TestClient, key: Mapping[str, str], brand: str = "wool") -> list[Any]:
    body = {"brand": brand, "kind": "phone", "value": PHONE}
    return list(client.post("/v1/customers/find", json=body, headers=key).json()["items"])


class TestInbox:
    def test_each_record_has_its_own_answer_and_a_repeat_changes_nothing(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        good, broken = order("O1", 128), {"order_no": "O2"}
        first = push(client, key, "order", good, broken, "", order("O3", 5))
        assert [one.get("state") for one in first[:-1]] == [
            "applied", "refused", "refused", "applied",
        ]  # fmt: skip
        assert first[1]["code"] == "channels.unreadable"
        assert (first[-1]["applied"], first[-1]["refused"]) == (2, 2)
        again = push(client, key, "order", good)
        assert [one.get("state") for one in again[:-1]] == ["known"]

    def test_blank_lines_are_passed_over_and_rows_counted_as_they_stand(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        body = b"\n" + json.dumps(order("O1", 1)).encode() + b"\n\n"
        answer = client.post(
            "/v1/inbox/order", params=ACCOUNT, content=body, headers={**key, **NDJSON}
        )
        assert json.loads(answer.text.splitlines()[0])["row"] == 2

    def test_many_records_go_in_page_by_page(self, client: TestClient, key: dict[str, str]) -> None:
        products = [{"sku": f"S{one}", "spu": "P", "name": "Jumper"} for one in range(1_201)]
        answers = push(client, key, "product", *products)
        assert [one["row"] for one in answers[:-1]] == list(range(1, 1_202))
        assert answers[-1]["applied"] == 1_201

    def test_an_account_of_another_group_or_brand_is_not_found(
        self, client: TestClient, strangers: tuple[dict[str, str], ...]
    ) -> None:
        for headers in strangers:
            answer = client.post("/v1/inbox/order", params=ACCOUNT, content=b"{}", headers=headers)
            assert answer.status_code == 404


class TestRefused:
    def test_what_was_refused_is_listed_with_its_reason_and_can_be_tried_again(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        broken = {"order_no": "O2"}
        push(client, key, "order", order("O1", 128), broken)
        (refused,) = client.get("/v1/inbox/refused", headers=key).json()["items"]
        assert (refused["external_id"], refused["row"]) == ("O2", 2)
        assert refused["code"] == "channels.unreadable"
        again = client.post(
            "/v1/inbox/refused/retry", json={"record_ids": [refused["id"]]}, headers=key
        )
        (retried,) = again.json()["items"]
        assert (retried["state"], retried["code"]) == ("refused", "channels.unreadable")
        push(client, key, "order", order("O2", 5))
        assert client.get("/v1/inbox/refused", headers=key).json()["items"] == []
        shown = client.get(f"/v1/inbox/records/{refused['id']}", headers=key)
        assert shown.json()["state"] == "superseded"

    def test_a_delivery_tells_its_counts_and_its_records_page_by_page(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        answers = push(client, key, "order", *(order(f"O{one}", 1) for one in range(5)))
        path = f"/v1/inbox/deliveries/{answers[-1]['delivery_id']}"
        told = client.get(path, headers=key).json()
        assert (told["state"], told["records"], told["applied"]) == ("done", 5, 5)
        first = client.get(f"{path}/records", params={"limit": 3}, headers=key).json()
        params = {"limit": 3, "cursor": first["next_cursor"]}
        rest = client.get(f"{path}/records", params=params, headers=key).json()
        rows = [one["row"] for one in (*first["items"], *rest["items"])]
        assert (sorted(rows), rest["next_cursor"]) == ([1, 2, 3, 4, 5], None)

    def test_another_group_and_another_brand_see_none_of_it(
        self, client: TestClient, key: dict[str, str], strangers: tuple[dict[str, str], ...]
    ) -> None:
        answers = push(client, key, "order", {"order_no": "O2"})
        (refused,) = client.get("/v1/inbox/refused", headers=key).json()["items"]
        for headers in strangers:
            for path in ("refused", "deliveries"):
                assert client.get(f"/v1/inbox/{path}", headers=headers).json()["items"] == []
            for path in (
                f"records/{refused['id']}",
                f"deliveries/{answers[-1]['delivery_id']}",
                f"deliveries/{answers[-1]['delivery_id']}/records",
            ):
                assert client.get(f"/v1/inbox/{path}", headers=headers).status_code == 404
            answer = client.post(
                "/v1/inbox/refused/retry", json={"record_ids": [refused["id"]]}, headers=headers
            )
            assert [one["code"] for one in answer.json()["items"]] == ["channels.not_refused"]


class TestCustomers:
    def test_a_customer_is_found_by_phone_and_shown_masked(
        self, client: TestClient, key: dict[str, str], customer_id: str
    ) -> None:
        shown = client.get(f"/v1/customers/{customer_id}", headers=key)
        assert shown.status_code == 200
        assert (shown.json()["status"], shown.json()["id"]) == ("member", customer_id)
        assert PHONE not in shown.text
        assert "小羊" not in shown.text
        assert [one["kind"] for one in shown.json()["identifiers"]] == ["phone"]

    def test_nobody_is_an_empty_list(self, client: TestClient, key: dict[str, str]) -> None:
        assert find(client, key) == []

    def test_another_group_and_another_brand_find_nobody(
        self, client: TestClient, customer_id: str, strangers: tuple[dict[str, str], ...]
    ) -> None:
        for headers in strangers:
            for path in ("", "/points", "/points/lots", "/points/history"):
                answer = client.get(f"/v1/customers/{customer_id}{path}", headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (404, "customers.not_found")
        assert find(client, strangers[1], "silk") == []


class TestOrders:
    def test_an_order_is_shown_with_its_lines_and_what_came_back(
        self, client: TestClient, key: dict[str, str], customer_id: str
    ) -> None:
        refund = {
            "refund_no": "R1",
            "order_no": "O1",
            "kind": "return",
            "refunded_at": "2026-02-05T10:00:00+08:00",
            "amount_minor": 12_800,
            "lines": [{"line_id": "1", "quantity": 1, "amount_minor": 12_800}],
        }
        push(client, key, "refund", refund)
        wanted = {**ACCOUNT, "order_no": "O1"}
        (found,) = client.get("/v1/orders", params=wanted, headers=key).json()["items"]
        assert (found["customer_id"], found["paid_minor"]) == (customer_id, 12_800)
        assert [(one["sku"], one["refunded_minor"]) for one in found["lines"]] == [
            ("JUMPER", 12_800)
        ]
        assert [one["refund_no"] for one in found["refunds"]] == ["R1"]
        assert client.get(f"/v1/orders/{found['id']}", headers=key).json() == found

    def test_a_number_that_the_account_never_told_is_an_empty_list(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        answer = client.get("/v1/orders", params={**ACCOUNT, "order_no": "X"}, headers=key)
        assert answer.json() == {"items": []}

    def test_a_customers_orders_come_in_pages_the_latest_first(
        self, client: TestClient, key: dict[str, str], customer_id: str
    ) -> None:
        for day in (3, 1, 2):
            late = f"2026-03-0{day}T10:00:00+08:00"
            push(client, key, "order", {**order(f"D{day}", 1), "ordered_at": late})
        path, seen, cursor = f"/v1/customers/{customer_id}/orders", [], None
        for _ in range(2):
            params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
            page = client.get(path, params=params, headers=key).json()
            seen += [one["order_no"] for one in page["items"]]
            cursor = page["next_cursor"]
        assert (seen, cursor) == (["D3", "D2", "D1", "O1"], None)

    def test_a_cursor_of_an_impossible_time_is_refused(
        self, client: TestClient, key: dict[str, str], customer_id: str
    ) -> None:
        params = {"cursor": cursor_of((2**63 - 1, 1))}
        answer = client.get(f"/v1/customers/{customer_id}/orders", params=params, headers=key)
        assert answer.json()["code"] == "platform.wrong_cursor"

    def test_another_group_and_another_brand_see_none_of_it(
        self,
        client: TestClient,
        key: dict[str, str],
        customer_id: str,
        strangers: tuple[dict[str, str], ...],
    ) -> None:
        params = {**ACCOUNT, "order_no": "O1"}
        (found,) = client.get("/v1/orders", params=params, headers=key).json()["items"]
        for headers in strangers:
            answer = client.get(f"/v1/orders/{found['id']}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "orders.not_found")
            assert client.get("/v1/orders", params=params, headers=headers).status_code == 404
            listed = client.get(f"/v1/customers/{customer_id}/orders", headers=headers)
            assert (listed.status_code, listed.json()["code"]) == (404, "customers.not_found")


class TestPoints:
    def test_an_order_earns_and_the_balance_lots_and_history_say_so(
        self, client: TestClient, key: dict[str, str], customer_id: str
    ) -> None:
        base = f"/v1/customers/{customer_id}/points"
        balance = client.get(base, headers=key).json()
        assert (balance["balance"], balance["spendable"]) == (128, 128)
        assert balance["tier"]["code"] == "member"
        (lot,) = client.get(f"{base}/lots", headers=key).json()["items"]
        assert (lot["points"], lot["remaining"]) == (128, 128)
        assert lot["order_id"].startswith("ord_")
        (moved,) = client.get(f"{base}/history", headers=key).json()["items"]
        assert (moved["points"], moved["balance_after"]) == (128, 128)
        (gave,) = moved["why"]["rules"]
        assert (gave["rule"], gave["base_minor"], gave["amount"]) == ("base", 12_800, 128)
        assert (gave["chinese"], gave["english"]) == ("消费得积分", "Points for spending")
        listed = client.get(f"/v1/customers/{customer_id}/orders", headers=key).json()["items"]
        assert moved["order_no"] == listed[0]["order_no"]

    def test_the_history_comes_in_pages(
        self, client: TestClient, key: dict[str, str], customer_id: str
    ) -> None:
        push(client, key, "order", *(order(f"P{one}", 10) for one in range(4)))
        path, seen, cursor = f"/v1/customers/{customer_id}/points/history", [], None
        for _ in range(3):
            params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
            page = client.get(path, params=params, headers=key).json()
            seen += [one["balance_after"] for one in page["items"]]
            cursor = page["next_cursor"]
        assert seen == [168, 158, 148, 138, 128]
        assert cursor is None


class TestProgramme:
    def test_a_change_is_made_on_the_version_that_was_read(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        path = "/v1/brands/wool/programme"
        assert client.get(path, headers=key).json()["code"] == "loyalty.programme_not_found"
        first = put_programme(client, key)
        assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
        read = client.get(path, headers=key)
        assert read.headers["ETag"] == '"1"'
        assert read.json()["in_effect"]["programme"]["names"]["en"] == "Wool Club"
        names = {"zh": "羊绒俱乐部", "en": "Cashmere Club"}
        assert put_programme(client, key, 1, names=names).headers["ETag"] == '"2"'
        late = put_programme(client, key, 1, names={"zh": "丝", "en": "Silk"})
        assert (late.status_code, late.json()["code"]) == (409, "loyalty.programme_changed")
        versions = client.get(f"{path}/versions", headers=key).json()["items"]
        assert sorted(one["version"] for one in versions) == [1, 2]

    def test_a_document_with_an_error_is_refused_with_its_place(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        wrong = put_programme(client, key, rules=[{"code": "Base Points"}])
        assert wrong.status_code == 422
        assert "body.programme.rules.0.code" in [one["at"] for one in wrong.json()["errors"]]

    def test_another_groups_brand_is_not_found(
        self, client: TestClient, database: Database, group_id: int, key: dict[str, str]
    ) -> None:
        put_programme(client, key)
        stranger = make_token(database, group_id + 1_000_000, *ALL)
        assert client.get("/v1/brands/wool/programme", headers=stranger).status_code == 404
