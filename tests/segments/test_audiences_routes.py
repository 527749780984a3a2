"""Segments over HTTP: kept by version, counted, described, listed, explained, exports asked for."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from huitong.platform.auth import Permission
from huitong.platform.db import Database
from tests.entry.make import make_client, make_platform, make_token
from tests.lake.conftest import database, shop
from tests.segments.test_audiences import BOUGHT_TWICE, Store, store

__all__ = ["database", "shop", "store"]

SEGMENTS = "/v1/brands/wool/segments"
DOCUMENT = {"names": {"zh": "回头客", "en": "Returning"}, "condition": BOUGHT_TWICE}
ALL = (
    Permission.SEGMENTS_READ,
    Permission.SEGMENTS_WRITE,
    Permission.SEGMENTS_EXPORT,
    Permission.CUSTOMERS_READ,
    Permission.ORDERS_READ,
)


@pytest.fixture
def client(store: Store, database: Database) -> Iterator[TestClient]:
    """Return a client of a shop where she bought twice."""
    platform = replace(make_platform(database), open_lake=lambda _: store.shop.connect())
    with make_client(platform) as opened:
        yield opened


@pytest.fixture
def key(store: Store, database: Database) -> dict[str, str]:
    return make_token(database, store.shop.group_id, *ALL)


def test_a_segment_is_kept_by_version_and_read_again(
    client: TestClient, key: dict[str, str]
) -> None:
    path = f"{SEGMENTS}/returning"
    assert client.put(path, json=DOCUMENT, headers=key).status_code == 428
    made = client.put(path, json=DOCUMENT, headers={**key, "If-Match": '"0"'})
    assert made.status_code == 200, made.text
    assert made.headers["ETag"] == '"1"'
    again = client.put(path, json=DOCUMENT, headers={**key, "If-Match": '"0"'})
    assert (again.status_code, again.json()["code"]) == (409, "segments.segment_changed")
    shown = client.get(path, headers=key).json()
    assert shown["document"]["condition"] == BOUGHT_TWICE
    assert shown["says"]["zh"]
    wrong = {**DOCUMENT, "condition": {"field": "charm", "is_known": True}}
    refused = client.put(path, json=wrong, headers={**key, "If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "platform.condition_invalid")
    gone = client.delete(path, headers={**key, "If-Match": '"1"'})
    assert gone.status_code == 204
    (listed,) = client.get(SEGMENTS, headers=key).json()["items"]
    assert listed["is_archived"]


def test_who_is_in_it_is_counted_described_listed_and_explained(
    client: TestClient, key: dict[str, str]
) -> None:
    path = f"{SEGMENTS}/returning"
    client.put(path, json=DOCUMENT, headers={**key, "If-Match": '"0"'})
    asked = {"condition": BOUGHT_TWICE}
    edited = client.post("/v1/brands/wool/audiences/count", json=asked, headers=key).json()
    counted = client.get(f"{path}/count", headers=key).json()
    assert edited["customers"] == counted["customers"] == 1
    portrait = client.get(f"{path}/portrait", headers=key).json()
    assert (portrait["customers"], portrait["everyone"]) == (1, 3)
    (member,) = client.get(f"{path}/members", headers=key).json()["items"]
    why = client.get(f"{path}/customers/{member['id']}", headers=key).json()
    assert why["is_member"]
    assert why["clauses"]["fact_count"] == 2
    both = {"segments": ["returning", "returning"]}
    overlap = client.post("/v1/brands/wool/audiences/overlap", json=both, headers=key).json()
    assert overlap["customers"] == [[1, 1], [1, 1]]
    words = client.get("/v1/brands/wool/vocabulary", headers=key).json()
    assert "tags.likes" in {one["code"] for one in words["fields"]}


def test_an_export_is_asked_for_once_under_its_key(client: TestClient, key: dict[str, str]) -> None:
    path = f"{SEGMENTS}/returning"
    client.put(path, json=DOCUMENT, headers={**key, "If-Match": '"0"'})
    wanted, once = {"purpose": "marketing"}, {**key, "Idempotency-Key": "k1"}
    first = client.post(f"{path}/exports", json=wanted, headers=once)
    assert first.status_code == 202, first.text
    assert client.post(f"{path}/exports", json=wanted, headers=once).json() == first.json()
    other = client.post(f"{path}/exports", json={"purpose": "sharing"}, headers=once)
    assert other.json()["code"] == "segments.export_key_taken"
    export = first.json()
    assert export["job_id"].startswith("job_")
    shown = client.get(f"/v1/brands/wool/exports/{export['id']}", headers=key).json()
    assert not shown["is_finished"]


def test_a_key_without_the_permission_sees_no_member(
    client: TestClient, store: Store, database: Database
) -> None:
    reader = make_token(database, store.shop.group_id, Permission.SEGMENTS_READ)
    assert client.get(f"{SEGMENTS}/returning/members", headers=reader).status_code == 403
    assert client.get(f"{SEGMENTS}/returning/count", headers=reader).status_code == 404


def test_an_audience_of_one_is_described_to_who_may_read_customers_alone(
    client: TestClient, key: dict[str, str], store: Store, database: Database
) -> None:
    reader = make_token(
        database,
        store.shop.group_id,
        Permission.SEGMENTS_READ,
        Permission.ORDERS_READ,
        name="reader",
    )
    path, asked = "/v1/brands/wool/audiences/portrait", {"condition": BOUGHT_TWICE}
    refused = client.post(path, json=asked, headers=reader)
    assert refused.json()["code"] == "segments.audience_too_small"
    assert client.post(path, json=asked, headers=key).json()["customers"] == 1
