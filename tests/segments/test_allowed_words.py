"""Conditions ask for no more of customers than whoever asks may see of them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from huitong.platform.auth import Permission
from huitong.platform.db import Database
from tests.entry.make import make_client, make_platform, make_token
from tests.lake.conftest import database, shop
from tests.segments.test_audiences import BOUGHT_TWICE, Store, store

__all__ = ["database", "shop", "store"]

BRAND = "/v1/brands/wool"
OFTEN = {"field": "tags.frequency_band", "in": ["two"]}
RICH = {"field": "points", "at_least": 1}
DESK = (
    Permission.CUSTOMERS_READ,
    Permission.SEGMENTS_READ,
    Permission.SEGMENTS_WRITE,
    Permission.SEGMENTS_EXPORT,
    Permission.TAGS_READ,
    Permission.TAGS_WRITE,
    Permission.TAGS_GIVE,
)


@pytest.fixture
def client(store: Store, database: Database) -> Iterator[TestClient]:
    """Return a client of a shop of three customers, where who bought how often is sensitive."""
    platform = replace(make_platform(database), open_lake=lambda _: store.shop.connect())
    with make_client(platform) as opened:
        key = make_token(database, store.shop.group_id, *DESK, name="editor")
        path = f"{BRAND}/tags/frequency_band"
        read = opened.get(path, headers=key)
        document = {**read.json()["document"], "sensitivity": "sensitive"}
        put = opened.put(path, json=document, headers={**key, "If-Match": read.headers["ETag"]})
        assert put.status_code == 200, put.text
        yield opened


@pytest.fixture
def desk(store: Store, database: Database) -> dict[str, str]:
    return make_token(database, store.shop.group_id, *DESK, name="desk")


@pytest.fixture
def doctor(store: Store, database: Database) -> dict[str, str]:
    """Return the key of somebody who may see all of it."""
    more = (Permission.TAGS_SENSITIVE, Permission.ORDERS_READ, Permission.POINTS_READ)
    return make_token(database, store.shop.group_id, *DESK, *more, name="doctor")


def ask(client: TestClient, key: dict[str, str], condition: object) -> Iterator[Response]:
    """Yield the answers of every route that a condition can be written to."""
    for path in ("audiences/count", "audiences/portrait", "audiences/sample", "customers/search"):
        yield client.post(f"{BRAND}/{path}", json={"condition": condition}, headers=key)
    work = {"condition": condition, "confirmed": 1, "tag": "likes", "value": "tea", "verb": "give"}
    once = {**key, "Idempotency-Key": f"work {condition}"}
    yield client.post(f"{BRAND}/customers/tag-work", json=work, headers=once)
    taken = {"condition": condition, "confirmed": 1, "purpose": "marketing"}
    yield client.post(f"{BRAND}/customers/exports", json=taken, headers=once)
    yield keep(client, key, "kept", condition)


def keep(client: TestClient, key: dict[str, str], code: str, condition: object) -> Response:
    document: dict[str, Any] = {"names": {"zh": "人群", "en": "Some"}, "condition": condition}
    return client.put(f"{BRAND}/segments/{code}", json=document, headers={**key, "If-Match": '"0"'})


@pytest.mark.parametrize(
    "condition, permission",
    [
        (OFTEN, "tags.sensitive"),
        ({"not": OFTEN}, "tags.sensitive"),
        (BOUGHT_TWICE, "orders.read"),
        (RICH, "points.read"),
    ],
    ids=["sensitive", "not sensitive", "orders", "points"],
)
def test_no_condition_asks_for_what_may_not_be_seen_of_customers(
    client: TestClient,
    desk: dict[str, str],
    doctor: dict[str, str],
    condition: object,
    permission: str,
) -> None:
    for refused in ask(client, desk, condition):
        told = refused.json()
        assert (refused.status_code, told["code"]) == (403, "platform.not_permitted")
        assert told["facts"] == {"permission": permission}
    for answered in ask(client, doctor, condition):
        assert answered.is_success or answered.json()["code"] == "platform.filter_changed"


def test_words_that_somebody_may_not_use_are_not_offered(
    client: TestClient, desk: dict[str, str], doctor: dict[str, str]
) -> None:
    def words(key: dict[str, str]) -> set[str]:
        told = client.get(f"{BRAND}/vocabulary", headers=key).json()
        return {one["code"] for one in (*told["fields"], *told["facts"])}

    hidden = words(doctor) - words(desk)
    assert hidden == {"tags.frequency_band", "points", "orders", "lines", "refunds"}
    assert "tags.order_count" in words(desk)


def test_a_kept_segment_tells_no_more_than_its_condition(
    client: TestClient, desk: dict[str, str], doctor: dict[str, str]
) -> None:
    assert keep(client, doctor, "often", OFTEN).is_success
    kept = f"{BRAND}/segments/often"
    asked = [
        client.get(f"{kept}/count", headers=desk),
        client.get(f"{kept}/portrait", headers=desk),
        client.get(f"{kept}/members", headers=desk),
        client.get(f"{kept}/days/2026-01-01/members", headers=desk),
        client.post(
            f"{kept}/exports",
            json={"purpose": "marketing"},
            headers={**desk, "Idempotency-Key": "k"},
        ),
        client.post(f"{BRAND}/audiences/overlap", json={"segments": ["often"]}, headers=desk),
        client.post(f"{BRAND}/customers/search", json={"segment": "often"}, headers=desk),
        client.post(
            f"{BRAND}/audiences/count", json={"condition": {"segment": "often"}}, headers=desk
        ),
    ]
    assert {one.json()["code"] for one in asked} == {"platform.not_permitted"}


def test_a_portrait_of_few_leaves_sensitive_tags_out(
    client: TestClient, desk: dict[str, str], doctor: dict[str, str]
) -> None:
    path = f"{BRAND}/audiences/portrait"

    def told(key: dict[str, str]) -> set[str]:
        answer = client.post(path, json={"condition": {"all": []}}, headers=key)
        return {one["field"] for one in answer.json()["tags"]}

    assert told(doctor) - told(desk) == {"tags.frequency_band"}
    assert "tags.order_count" in told(desk)
