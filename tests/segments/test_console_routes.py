"""What the console asks of segments and tags beside counting: words, values, days, uses, texts."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from huitong.platform import audit
from huitong.platform.audit import Act, Wanted
from huitong.platform.auth import Permission
from huitong.platform.conditions import read_condition, write_condition
from huitong.platform.db import Database, Scope
from tests.entry.make import make_client, make_platform, make_token
from tests.lake.conftest import database, shop
from tests.segments.test_audiences import BOUGHT_TWICE, Store, store

__all__ = ["database", "shop", "store"]

BRAND = "/v1/brands/wool"
EVERYONE: dict[str, list[object]] = {"all": []}
HAS_TEA = {"field": "tags.likes", "in": ["tea"]}
DOCUMENTS = Path("web/src/console/parts/condition/model/documents.json")


@pytest.fixture
def client(store: Store, database: Database) -> Iterator[TestClient]:
    """Return a client of a shop of three customers, of whom one bought twice."""
    platform = replace(make_platform(database), open_lake=lambda _: store.shop.connect())
    with make_client(platform) as opened:
        yield opened


@pytest.fixture
def key(store: Store, database: Database) -> dict[str, str]:
    return make_token(
        database,
        store.shop.group_id,
        Permission.SEGMENTS_READ,
        Permission.SEGMENTS_WRITE,
        Permission.CUSTOMERS_READ,
        Permission.ORDERS_READ,
        Permission.TAGS_READ,
        Permission.TAGS_WRITE,
        Permission.TAGS_GIVE,
    )


def put(client: TestClient, key: dict[str, str], code: str, condition: object, at: int = 0) -> None:
    document = {"names": {"zh": code, "en": code}, "condition": condition}
    answer = client.put(
        f"{BRAND}/segments/{code}", json=document, headers={**key, "If-Match": f'"{at}"'}
    )
    assert answer.status_code == 200, answer.text


def test_a_count_tells_the_share_of_everybody_and_the_sentence_in_both_languages(
    client: TestClient, key: dict[str, str]
) -> None:
    asked = {"condition": BOUGHT_TWICE}
    counted = client.post(f"{BRAND}/audiences/count", json=asked, headers=key).json()
    assert (counted["customers"], counted["everyone"], counted["share_basis_points"]) == (
        1, 3, 3_333,
    )  # fmt: skip
    assert set(counted["says"]) == {"zh", "en"}
    (computed,) = counted["as_of"]["computed"]
    assert computed["customers"] == 1


def test_every_fault_of_a_condition_is_told_at_its_place_in_both_languages(
    client: TestClient, key: dict[str, str]
) -> None:
    wrong = {"any": [HAS_TEA, {"not": {"field": "tags.likes", "in": ["coffee"]}}, {"segment": "x"}]}
    refused = client.post(f"{BRAND}/audiences/count", json={"condition": wrong}, headers=key)
    assert refused.status_code == 422
    faults = refused.json()["errors"]
    assert [one["at"] for one in faults] == ["any[1].not.in[0]", "any[2].segment"]
    assert faults[0]["reason_zh"] == "“喜好”没有“coffee”这个值"
    assert "tea" in faults[0]["fits"]


def test_values_of_a_field_are_found_by_what_they_contain(
    client: TestClient, key: dict[str, str]
) -> None:
    path = f"{BRAND}/vocabulary/values"
    asked = {"facts": "orders", "field": "channel"}
    found = client.get(path, params=asked, headers=key).json()
    assert found["items"], "The shop sold through some channel."
    first = found["items"][0]
    again = client.get(path, params={**asked, "search": first["value"].upper()}, headers=key).json()
    assert again["items"][0] == first
    assert client.get(path, params={**asked, "search": "…"}, headers=key).json()["items"] == []
    tiers = client.get(path, params={"field": "tier"}, headers=key)
    assert (tiers.status_code, tiers.json()["lake_as_of"]) == (200, None)
    number = client.get(path, params={"field": "age"}, headers=key)
    assert number.json()["code"] == "segments.field_not_listed"


def test_a_sample_shows_masked_members_to_who_may_read_customers_alone(
    client: TestClient, key: dict[str, str], store: Store, database: Database
) -> None:
    path, asked = f"{BRAND}/audiences/sample", {"condition": BOUGHT_TWICE}
    (member,) = client.post(path, json=asked, headers=key).json()["items"]
    assert member["id"].startswith("cus_")
    reader = make_token(database, store.shop.group_id, Permission.SEGMENTS_READ, name="reader")
    assert client.post(path, json=asked, headers=reader).status_code == 403


def test_segments_part_everybody_in_them_into_regions_without_overlap(
    client: TestClient, key: dict[str, str]
) -> None:
    put(client, key, "everyone", EVERYONE)
    put(client, key, "returning", BOUGHT_TWICE)
    asked = {"segments": ["everyone", "returning"]}
    told = client.post(f"{BRAND}/audiences/overlap", json=asked, headers=key).json()
    assert told["regions"] == [
        {"segments": ["everyone"], "customers": 2},
        {"segments": ["returning"], "customers": 0},
        {"segments": ["everyone", "returning"], "customers": 1},
    ]
    assert (told["in_any"], told["everyone"]) == (3, 3)


def test_what_uses_a_segment_keeps_it_from_being_archived(
    client: TestClient, key: dict[str, str]
) -> None:
    put(client, key, "returning", BOUGHT_TWICE)
    put(client, key, "tea", {"all": [HAS_TEA, {"segment": "returning"}]})
    uses = client.get(f"{BRAND}/segments/returning/uses", headers=key).json()
    assert [one["code"] for one in uses["segments"]] == ["tea"]
    assert not uses["can_be_archived"]
    refused = client.delete(f"{BRAND}/segments/returning", headers={**key, "If-Match": '"1"'})
    assert refused.json()["code"] == "segments.segment_in_use"
    free = client.get(f"{BRAND}/segments/tea/uses", headers=key).json()
    assert free == {"segments": [], "can_be_archived": True}


def test_the_history_of_a_segment_is_told_in_words_and_kept_in_the_audit(
    client: TestClient, key: dict[str, str], store: Store, database: Database
) -> None:
    put(client, key, "returning", BOUGHT_TWICE)
    put(client, key, "returning", {"all": [BOUGHT_TWICE, HAS_TEA]}, at=1)
    latest, first = client.get(f"{BRAND}/segments/returning/versions", headers=key).json()["items"]
    assert (latest["version"], first["version"]) == (2, 1)
    assert any(line.startswith("新增：") for line in latest["changes"]["zh"])
    assert first["changes"] == {"zh": [], "en": []}
    with database.reading(Scope(store.shop.group_id)) as tx:
        kept = audit.entries(tx, Wanted(acts=(Act.SEGMENT_PUT,)), before_id=None, limit=9)
    assert [one.subject for one in kept] == ["segment:wool/returning"] * 2


def test_a_condition_is_read_from_text_and_written_as_yaml(
    client: TestClient, key: dict[str, str]
) -> None:
    path = f"{BRAND}/conditions/reading"
    later = "{not: {field: enrolled_at, at_least: 2026-01-01}}"
    text = f"all:\n- field: tags.likes\n  in: [tea]\n- {later}\n"
    read = client.post(path, json={"text": text}, headers=key).json()
    assert read["condition"]["all"][1] == {
        "not": {"field": "enrolled_at", "at_least": "2026-01-01"}
    }
    assert client.post(path, json={"text": read["yaml"]}, headers=key).json() == read
    broken = client.post(path, json={"text": "all: [}"}, headers=key).json()
    assert "YAML" in broken["errors"][0]["reason_zh"]


def test_a_definition_of_a_tag_is_read_from_text_with_its_faults_at_their_places(
    client: TestClient, key: dict[str, str]
) -> None:
    shown = client.get(f"{BRAND}/tags/order_count", headers=key).json()
    path = f"{BRAND}/tags/order_count/reading"
    read = client.post(path, json={"document": shown["document"]}, headers=key).json()
    assert read["document"] == shown["document"]
    assert client.post(path, json={"text": read["yaml"]}, headers=key).json() == read
    wrong = {**shown["document"], "kind": "magic"}
    refused = client.post(path, json={"document": wrong}, headers=key).json()
    assert [one["at"] for one in refused["errors"]] == ["kind"]


def test_a_file_of_tags_is_taken_whole_but_for_the_lines_it_names(
    client: TestClient, key: dict[str, str]
) -> None:
    everyone = {"condition": EVERYONE}
    members = client.post(f"{BRAND}/audiences/sample", json=everyone, headers=key).json()["items"]
    path = f"{BRAND}/tags/likes/imports"
    text = f"customer,value\n{members[0]['id']},tea\n{members[1]['id']},coffee\n"
    taken = client.post(path, json={"name": "likes.csv", "text": text}, headers=key).json()
    assert (taken["given"], taken["refused"]) == (1, 1)
    assert taken["lines"][0]["line"] == 3
    broken = {"name": "likes.csv", "text": "customer,value\nnobody,tea\n"}
    refused = client.post(path, json=broken, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "platform.tag_file_invalid")


def test_packs_tell_the_tags_that_they_bring(client: TestClient, key: dict[str, str]) -> None:
    packs = client.get(f"{BRAND}/packs", headers=key).json()["items"]
    by_code = {one["code"]: one for one in packs}
    assert by_code["orders"]["is_shipped"]
    assert {"code", "names", "meaning"} == set(by_code["orders"]["tags"][0])


def test_the_documents_that_the_builder_is_tested_with_are_as_the_server_writes_them() -> None:
    documents = json.loads(DOCUMENTS.read_text("utf-8"))
    assert len(documents) > 100
    for document in documents:
        assert write_condition(read_condition(document)) == document
