"""Tags over HTTP: listed, defined by version, given and taken back, shown and explained of one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.entry import wiring
from huitong.platform import clock, ids
from huitong.platform.auth import Permission
from huitong.platform.db import Database
from tests.entry.make import make_client, make_platform, make_token
from tests.lake.conftest import database, shop
from tests.segments.test_audiences import Store, store

__all__ = ["database", "shop", "store"]

TAGS = "/v1/brands/wool/tags"
READ = (Permission.TAGS_READ, Permission.CUSTOMERS_READ, Permission.ORDERS_READ)
ALL = (*READ, Permission.TAGS_WRITE, Permission.TAGS_GIVE)
LOYAL: dict[str, Any] = {
    "names": {"zh": "忠诚", "en": "Loyal"},
    "meaning": {"zh": "买过两次", "en": "Bought twice"},
    "kind": "rule",
    "values": [{"code": "yes", "names": {"zh": "是", "en": "Yes"}}],
    "expression": {
        "primitive": "band",
        "of": {"primitive": "count", "facts": "orders"},
        "steps": [{"value": "yes", "at_least": 2}],
    },
}


@pytest.fixture
def now() -> datetime:
    """Return the present, which is when routes look."""
    return clock.now()


@pytest.fixture
def client(store: Store, database: Database) -> Iterator[TestClient]:
    """Return a client of a shop where she bought twice, he once and sent it back."""
    platform = replace(make_platform(database), open_lake=lambda _: store.shop.connect())
    with make_client(platform) as opened:
        yield opened


@pytest.fixture
def key(store: Store, database: Database) -> dict[str, str]:
    return make_token(database, store.shop.group_id, *ALL)


@pytest.fixture
def people(store: Store) -> dict[str, str]:
    """Return the ids of the people of the shop, as the outside sees them."""
    with store.club() as club:
        names = ("her", "him", "child")
        return {name: ids.show(CUSTOMER_PREFIX, club.customer_id(name)) for name in names}


def given(client: TestClient, key: dict[str, str], *items: tuple[str, str]) -> list[Any]:
    asked = {"items": [{"customer_id": who, "value": value} for who, value in items]}
    answer = client.post(f"{TAGS}/likes/givings", json=asked, headers=key)
    assert answer.status_code == 200, answer.text
    told: list[Any] = answer.json()["items"]
    return told


class TestReading:
    def test_a_list_tells_of_how_many_customers_each_tag_is_known(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        told = client.get(TAGS, headers=key).json()
        assert told["customers"] == 3
        known = {one["code"]: one["customers"] for one in told["items"]}
        assert known == {"frequency_band": 3, "order_count": 3, "last_kind": 2, "likes": 0}

    def test_one_tag_tells_its_distribution_and_where_it_comes_from(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        answer = client.get(f"{TAGS}/frequency_band", headers=key)
        assert answer.headers["ETag"] == '"1"'
        told = answer.json()
        values = {one["code"]: one["customers"] for one in told["values"]}
        assert values == {"none": 1, "one": 1, "two": 1}
        assert {one["share_basis_points"] for one in told["values"]} == {3_333}
        assert told["document"]["expression"]["primitive"] == "band"
        last = client.get(f"{TAGS}/last_kind", headers=key).json()
        assert last["comes_from"] == ["orders.kind"]
        (day,) = client.get(f"{TAGS}/frequency_band/trend", headers=key).json()["items"]
        assert day["customers"] == values

    def test_a_customer_with_several_values_of_a_tag_is_counted_once(
        self, client: TestClient, key: dict[str, str], people: dict[str, str],
        store: Store, database: Database,
    ) -> None:  # fmt: skip
        given(client, key, (people["her"], "tea"), (people["her"], "sport"), (people["him"], "tea"))
        store.refresh(database)
        told = client.get(f"{TAGS}/likes", headers=key).json()
        assert told["customers"] == 2
        values = {one["code"]: one["customers"] for one in told["values"]}
        assert values == {"tea": 2, "sport": 1, "music": 0}

    def test_a_key_of_another_brand_sees_no_tag_of_this_one(
        self, client: TestClient, store: Store, database: Database, people: dict[str, str]
    ) -> None:
        elsewhere = make_token(
            database, store.shop.group_id, *ALL, name="other",
            brand_ids=[store.shop.place.brand_id + 4_096],
        )  # fmt: skip
        her = people["her"]
        for path in (TAGS, f"{TAGS}/likes", f"/v1/customers/{her}/tags"):
            assert client.get(path, headers=elsewhere).status_code == 404, path
        items = {"items": [{"customer_id": her, "value": "tea"}]}
        refused = client.post(f"{TAGS}/likes/givings", json=items, headers=elsewhere)
        assert refused.status_code == 404


class TestDefining:
    def test_a_definition_is_kept_by_version_on_the_one_that_was_read(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        path = f"{TAGS}/loyal"
        assert client.put(path, json=LOYAL, headers=key).status_code == 428
        made = client.put(path, json=LOYAL, headers={**key, "If-Match": '"0"'})
        assert (made.status_code, made.headers["ETag"]) == (200, '"1"'), made.text
        again = client.put(path, json=LOYAL, headers={**key, "If-Match": '"0"'})
        assert (again.status_code, again.json()["code"]) == (409, "segments.tag_changed")
        same = client.put(path, json=LOYAL, headers={**key, "If-Match": '"1"'})
        assert same.headers["ETag"] == '"1"'
        other = {**LOYAL, "owner": "guides"}
        changed = client.put(path, json=other, headers={**key, "If-Match": '"1"'})
        assert changed.headers["ETag"] == '"2"'
        versions = client.get(f"{path}/versions", headers=key).json()["items"]
        assert [one["version"] for one in versions] == [2, 1]
        gone = client.delete(path, headers={**key, "If-Match": '"2"'})
        assert gone.status_code == 204
        assert client.get(path, headers=key).json()["is_archived"]

    def test_what_cannot_be_computed_is_refused_with_its_place(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        new = {**key, "If-Match": '"0"'}
        wrong = {**LOYAL, "expression": {"primitive": "mode", "facts": "orders", "field": "charm"}}
        refused = client.put(f"{TAGS}/loyal", json=wrong, headers=new)
        assert (refused.status_code, refused.json()["code"]) == (422, "segments.tag_invalid")
        strange = client.put(f"{TAGS}/loyal", json={**LOYAL, "charm": 1}, headers=new)
        assert "charm" in strange.json()["detail"]
        assert "loyal" not in {one["code"] for one in client.get(TAGS, headers=key).json()["items"]}

    def test_a_pack_is_installed_on_the_version_that_was_read(
        self, client: TestClient, key: dict[str, str]
    ) -> None:
        path = "/v1/brands/wool/packs/own"
        pack = {"names": {"zh": "自有", "en": "Own"}, "tags": [{**LOYAL, "code": "loyal"}]}
        installed = client.put(path, json=pack, headers={**key, "If-Match": '"0"'})
        assert installed.json() == {"code": "own", "version": 1, "changed_tags": 1}
        late = client.put(path, json=pack, headers={**key, "If-Match": '"0"'})
        assert (late.status_code, late.json()["code"]) == (409, "segments.pack_changed")
        same = client.put(path, json=pack, headers={**key, "If-Match": '"1"'})
        assert same.json() == {"code": "own", "version": 1, "changed_tags": 0}
        missing = client.put("/v1/brands/wool/packs/none", headers={**key, "If-Match": '"0"'})
        assert (missing.status_code, missing.json()["code"]) == (404, "segments.pack_not_found")
        listed = client.get("/v1/brands/wool/packs", headers=key).json()["items"]
        used = {one["code"]: one["is_used"] for one in listed}
        assert {code for code, is_used in used.items() if is_used} == {"audience", "own"}
        assert {"apparel", "orders"} <= used.keys()


class TestGiving:
    def test_what_is_given_stands_until_it_is_taken_back(
        self, client: TestClient, key: dict[str, str], people: dict[str, str]
    ) -> None:
        her = people["her"]
        unfit = given(client, key, (her, "tea"), (her, "chess"))[1]
        assert unfit["code"] == "segments.value_unfit"
        assert (unfit["facts"]["tag"], unfit["facts"]["value"]) == ("likes", "chess")
        given(client, key, (her, "tea"), (her, "sport"))
        shown = client.get(f"/v1/customers/{her}/tags", headers=key).json()
        assert sorted(one["value"] for one in shown["given"]) == ["sport", "tea"]
        asked = {"customers": [her], "value": "tea"}
        back = client.post(f"{TAGS}/likes/withdrawals", json=asked, headers=key)
        assert back.json() == {"taken_back": 1}
        again = client.post(f"{TAGS}/likes/withdrawals", json=asked, headers=key)
        assert again.json() == {"taken_back": 0}
        shown = client.get(f"/v1/customers/{her}/tags", headers=key).json()
        assert [one["value"] for one in shown["given"]] == ["sport"]

    def test_strangers_and_who_is_merged_or_erased_are_refused_one_by_one(
        self, client: TestClient, key: dict[str, str], people: dict[str, str], store: Store
    ) -> None:
        with store.club() as club:
            club.merge("him", "her")
            kept = ids.show(CUSTOMER_PREFIX, club.customer_id("her"))
            child = club.customer_id("child")
            found = club.tx.row("SELECT person_id FROM customers.customer WHERE id = %s", [child])
            assert found is not None
            wiring.forget_everywhere(club.tx, found[0], now=store.now)
        gone = people["him"] if kept == people["her"] else people["her"]
        nobody = ids.show(CUSTOMER_PREFIX, 4_096 * 4_096 + 17)
        told = given(client, key, *((who, "tea") for who in (kept, gone, people["child"], nobody)))
        assert [one["code"] for one in told] == [
            None, "segments.customer_merged", "segments.customer_erased",
            "segments.customer_not_of_brand",
        ]  # fmt: skip
        assert kept in told[1]["reason"]
        assert told[1]["facts"] == {"customer": gone, "merged_into": kept}


class TestOneCustomer:
    def test_tags_are_shown_and_explained_down_to_the_orders(
        self, client: TestClient, key: dict[str, str], people: dict[str, str]
    ) -> None:
        her = people["her"]
        shown = client.get(f"/v1/customers/{her}/tags", headers=key).json()
        values = {one["tag"]: one["values"] or one["number"] for one in shown["items"]}
        assert values == {
            "frequency_band": ["two"], "last_kind": ["normal"], "order_count": 2,
        }  # fmt: skip
        why = client.get(f"/v1/customers/{her}/tags/frequency_band", headers=key).json()
        assert why["value"] == "two"
        (counted,) = [one for one in why["steps"] if one["primitive"] == "count"]
        assert {one["order_no"] for one in counted["facts"]} == {"O1", "O2"}
        (banded,) = [one for one in why["steps"] if one["primitive"] == "band"]
        assert banded["borders"] == {"none": None, "one": 1, "two": 2}
        unknown = client.get(f"/v1/customers/{her}/tags/charm", headers=key)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "segments.tag_not_found")

    def test_the_orders_that_counted_are_told_to_who_may_see_orders_alone(
        self, client: TestClient, people: dict[str, str], store: Store, database: Database
    ) -> None:
        desk = make_token(database, store.shop.group_id, Permission.CUSTOMERS_READ, name="desk")
        path = f"/v1/customers/{people['her']}/tags/frequency_band"
        why = client.get(path, headers=desk).json()
        assert why["value"] == "two"
        (counted,) = [one for one in why["steps"] if one["primitive"] == "count"]
        assert (counted["facts_counted"], counted["facts"]) == (2, [])

    def test_a_sensitive_tag_is_told_to_keys_that_may_see_it_only(
        self, client: TestClient, key: dict[str, str], people: dict[str, str],
        store: Store, database: Database,
    ) -> None:  # fmt: skip
        path, her = f"{TAGS}/order_count", people["her"]
        read = client.get(path, headers=key)
        document = {**read.json()["document"], "sensitivity": "sensitive"}
        put = client.put(path, json=document, headers={**key, "If-Match": read.headers["ETag"]})
        assert put.status_code == 200, put.text
        allowed = make_token(
            database, store.shop.group_id, *READ, Permission.TAGS_SENSITIVE, name="doctor"
        )
        for who, is_shown in ((key, False), (allowed, True)):
            shown = client.get(f"/v1/customers/{her}/tags", headers=who).json()["items"]
            assert ("order_count" in {one["tag"] for one in shown}) is is_shown
            why = client.get(f"/v1/customers/{her}/tags/order_count", headers=who)
            assert why.status_code == (200 if is_shown else 403)
