"""Putting refused records right over HTTP, each by whoever may."""

from collections.abc import Callable
from datetime import datetime

import orjson
import pytest
from fastapi.testclient import TestClient

from huitong import org
from huitong.channels.model import RecordKind
from huitong.channels.routes.pushing import PUSH_BYTES_MAX
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from huitong.platform.http import BODY_BYTES_MAX
from tests.channels.make import Recorder, make_order_text
from tests.entry.make import make_client, make_platform, make_token

MINE = """
kind: order
name: mine
description: ours
fields:
  order_no: 单号
  status: {column: s, values: {退货中: completed}}
"""
Ask = Callable[..., dict[str, object]]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def client(database: Database, recorder: Recorder) -> TestClient:
    return make_client(make_platform(database, appliers={RecordKind.ORDER: [recorder.apply]}))


@pytest.fixture
def writer(database: Database, group_id: int, now: datetime) -> dict[str, str]:
    with database.transaction(Scope(group_id), now=now) as tx:
        org.set_up(tx, name="Group", brand="main", accounts=[("pos", "main")], now=now)
    return make_token(database, group_id, Permission.INBOX_READ, Permission.INBOX_WRITE)


@pytest.fixture
def refused_id(client: TestClient, writer: dict[str, str]) -> str:
    """Push an order whose status nobody knows and return the id of its refused version."""
    text = make_order_text(status={"unreadable": "退货中"})
    client.post("/v1/inbox/order?account=pos:main", content=text, headers=writer)
    found = client.get("/v1/inbox/refused", headers=writer).json()["items"]
    return str(found[0]["id"])


class TestPush:
    def test_many_records_are_more_than_a_form_and_only_this_route_takes_them(
        self, client: TestClient, writer: dict[str, str]
    ) -> None:
        padded = make_order_text() + b" " * BODY_BYTES_MAX
        pushed = client.post("/v1/inbox/order?account=pos:main", content=padded, headers=writer)
        assert orjson.loads(pushed.text.splitlines()[0])["row"] == 1
        announced = {**writer, "Content-Length": str(PUSH_BYTES_MAX + 1)}
        refused = client.post("/v1/inbox/order?account=pos:main", content="x", headers=announced)
        assert (refused.status_code, refused.json()["facts"]["bytes_max"]) == (413, PUSH_BYTES_MAX)


class TestFix:
    def test_a_record_is_put_right_and_the_fix_is_told(
        self, client: TestClient, writer: dict[str, str], refused_id: str, recorder: Recorder
    ) -> None:
        wanted = {
            "record_ids": [refused_id],
            "changes": {"status": "completed"},
            "reason": "the till writes returns so",
        }
        answered = client.post("/v1/inbox/refused/fix", json=wanted, headers=writer).json()
        assert [one["state"] for one in answered["items"]] == ["applied"]
        assert recorder.keys() == ["A1"]
        found = client.get(f"/v1/inbox/records/{refused_id}/fixes", headers=writer).json()
        (made,) = found["items"]
        assert (made["fields"], made["reason"]) == (["status"], "the till writes returns so")
        assert made["actor"].startswith("key_")
        again = client.post("/v1/inbox/refused/fix", json=wanted, headers=writer).json()
        assert again["items"][0]["code"] == "channels.not_refused"

    def test_a_record_that_does_not_take_the_change_stops_no_other(
        self, client: TestClient, writer: dict[str, str], refused_id: str, recorder: Recorder
    ) -> None:
        line = {"line_id": "1", "sku": "S1", "quantity": 1, "list_minor": 50, "paid_minor": 45}
        text = make_order_text("A2", lines=[line, {**line, "line_id": "2", "sku": ""}])
        client.post("/v1/inbox/order?account=pos:main", content=text, headers=writer)
        (newest, _) = client.get("/v1/inbox/refused", headers=writer).json()["items"]
        wanted = {
            "record_ids": [refused_id, newest["id"]],
            "changes": {"lines.2.sku": "S2"},
            "reason": "the till had no code",
        }
        answer = client.post("/v1/inbox/refused/fix", json=wanted, headers=writer)
        assert answer.status_code == 200
        missing, fixed = answer.json()["items"]
        assert (missing["state"], missing["code"]) == ("refused", "channels.no_such_place")
        assert "“lines.2.sku” leads nowhere" in missing["reason"]
        assert fixed["state"] == "applied"
        assert recorder.keys() == ["A2"]

    def test_who_may_only_read_changes_nothing(
        self, client: TestClient, database: Database, group_id: int, refused_id: str
    ) -> None:
        reader = make_token(database, group_id, Permission.INBOX_READ, name="reader")
        wanted = {"record_ids": [refused_id], "changes": {"status": "paid"}, "reason": "x"}
        for path, body in (
            ("/v1/inbox/refused/fix", wanted),
            ("/v1/inbox/refused/remap", {"record_ids": [refused_id], "mapping": "mine"}),
        ):
            assert client.post(path, json=body, headers=reader).status_code == 403

    def test_another_groups_record_is_not_there(
        self, client: TestClient, database: Database, group_id: int, refused_id: str
    ) -> None:
        stranger = make_token(database, group_id + 1_000_000, Permission.INBOX_WRITE)
        wanted = {"record_ids": [refused_id], "changes": {"status": "paid"}, "reason": "x"}
        answer = client.post("/v1/inbox/refused/fix", json=wanted, headers=stranger).json()
        assert answer["items"][0]["code"] == "channels.not_refused"


class TestMappings:
    def test_a_saved_mapping_reads_what_another_could_not(
        self, client: TestClient, writer: dict[str, str], refused_id: str, recorder: Recorder
    ) -> None:
        path = "/v1/inbox/mappings/mine"
        saved = client.put(path, json={"document": MINE}, headers=writer).json()
        assert (saved["version"], saved["description"]) == (1, "ours")
        listed = client.get("/v1/inbox/mappings", headers=writer).json()["items"]
        assert listed[0]["name"] == "mine"
        assert "tmall-items" in {one["name"] for one in listed}
        wanted = {"record_ids": [refused_id], "mapping": "mine"}
        answered = client.post("/v1/inbox/refused/remap", json=wanted, headers=writer).json()
        assert [one["state"] for one in answered["items"]] == ["applied"]
        assert recorder.keys() == ["A1"]

    def test_who_sees_some_brands_changes_nothing_that_all_of_them_read_by(
        self, client: TestClient, writer: dict[str, str], database: Database, group_id: int
    ) -> None:
        path = "/v1/inbox/mappings/mine"
        client.put(path, json={"document": MINE}, headers=writer)
        with database.reading(Scope(group_id)) as tx:
            brand_ids = [one.id for one in org.brands(tx)]
        of_a_brand = make_token(
            database, group_id, Permission.INBOX_WRITE, Permission.INBOX_READ,
            brand_ids=brand_ids, name="of a brand",
        )  # fmt: skip
        changed = MINE.replace("ours", "theirs")
        answer = client.put(path, json={"document": changed}, headers=of_a_brand)
        assert answer.status_code == 403
        assert answer.json()["code"] == "channels.mapping_needs_every_brand"
        (mine, *_) = client.get("/v1/inbox/mappings", headers=of_a_brand).json()["items"]
        assert (mine["name"], mine["version"], mine["description"]) == ("mine", 1, "ours")

    def test_a_mapping_that_changes_nothing_says_so(
        self, client: TestClient, writer: dict[str, str], refused_id: str
    ) -> None:
        wanted = {"record_ids": [refused_id], "mapping": "jd-orders"}
        answered = client.post("/v1/inbox/refused/remap", json=wanted, headers=writer).json()
        assert answered["items"][0]["code"] == "channels.nothing_fixed"

    def test_a_document_that_is_none_is_refused(
        self, client: TestClient, writer: dict[str, str]
    ) -> None:
        path = "/v1/inbox/mappings/mine"
        answer = client.put(path, json={"document": "kind: nothing"}, headers=writer)
        assert answer.json()["code"] == "channels.wrong_mapping"
