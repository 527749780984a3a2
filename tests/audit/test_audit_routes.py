"""The audit over HTTP: searched, paged, told in differences, and taken as a guarded file."""

import asyncio
import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta

import psycopg
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient
from starlette.types import Message

from huitong import org
from huitong.org.model import StaffEntered
from huitong.platform import audit, ids
from huitong.platform.audit import Act
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from tests.entry.make import make_client, make_platform, make_token

ALLOWED = (Permission.AUDIT_READ, Permission.AUDIT_EXPORT)


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    with make_client(make_platform(database)) as opened:
        yield opened


@pytest.fixture
def brand_id(database: Database, group_id: int, now: datetime) -> int:
    """Write three entries: of the group, of a brand, and one that begins like a formula."""
    with database.transaction(Scope(group_id), now=now) as tx:
        org.set_up(
            tx,
            name="Wool",
            brand="main",
            accounts=[("pos", "main")],
            stores=[],
            time_zone="Asia/Shanghai",
            now=now,
        )
        brand_id = org.brand(tx, code="main").id
        audit.record(tx, by="cli:an", act=Act.JOB_CANCEL, subject="job_1", now=now)
        audit.record(
            tx,
            by="cli:an",
            act=Act.PROGRAMME_PUT,
            subject="programme:main",
            before={"rules": [{"code": "base", "points": 1}]},
            after={"rules": [{"code": "base", "points": 2}]},
            brand_id=brand_id,
            now=now + timedelta(hours=1),
        )
        audit.record(
            tx,
            by="cli:bo",
            act=Act.TAG_PUT,
            subject='=HYPERLINK("http://evil")',
            reason="+1 for everybody",
            brand_id=brand_id,
            now=now + timedelta(hours=2),
        )
    return brand_id


@pytest.fixture
def key(database: Database, group_id: int, brand_id: int) -> dict[str, str]:
    assert brand_id, "The entries are written first, so that issuing the key is the newest one."
    return make_token(database, group_id, *ALLOWED, name="auditor")


def written(client: TestClient, key: dict[str, str], query: str = "") -> list[dict[str, object]]:
    answer = client.get(f"/v1/audit/entries{query}", headers=key)
    assert answer.status_code == 200, answer.text
    by_hand = [one for one in answer.json()["items"] if one["actor"]["id"].startswith("cli:")]
    assert isinstance(by_hand, list)
    return by_hand


def test_an_entry_tells_the_brand_and_each_difference(
    client: TestClient, key: dict[str, str]
) -> None:
    found = written(client, key, "?act=programme.put")
    assert [(one["brand"], one["subject"]) for one in found] == [("main", "programme:main")]
    assert found[0]["changes"] == [{"path": "rules.base.points", "before": 1, "after": 2}]
    assert found[0]["actor"] == {"id": "cli:an", "name": "an"}


def test_filters_hold_together(client: TestClient, key: dict[str, str]) -> None:
    found = written(client, key, "?actor=cli:an&since=2026-03-02T10:30:00Z")
    assert [one["act"] for one in found] == ["programme.put"]
    assert written(client, key, "?actor=cli:an&brand=main&subject=job_") == []


def test_pages_follow_each_other(client: TestClient, key: dict[str, str]) -> None:
    seen, cursor = [], ""
    for _ in range(10):
        page = client.get(f"/v1/audit/entries?limit=1{cursor}", headers=key).json()
        seen += [one["act"] for one in page["items"] if one["actor"]["id"].startswith("cli:")]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ["tag.put", "programme.put", "job.cancel"]


def test_a_caller_of_one_brand_sees_nothing_of_the_group(
    client: TestClient, database: Database, group_id: int, brand_id: int
) -> None:
    limited = make_token(database, group_id, *ALLOWED, brand_ids=[brand_id], name="of one brand")
    assert {one["act"] for one in written(client, limited)} == {"tag.put", "programme.put"}


def test_the_file_holds_no_formula_and_that_it_was_taken_is_an_entry(
    client: TestClient, key: dict[str, str]
) -> None:
    answer = client.get("/v1/audit/file?brand=main&act=tag.put", headers=key)
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    (line,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert line["subject"] == '\'=HYPERLINK("http://evil")'
    assert line["reason"] == "'+1 for everybody"
    assert (line["act_zh"], line["brand"]) == ("修改标签", "main")
    page = client.get("/v1/audit/entries?act=audit.export", headers=key).json()
    (taken,) = page["items"]
    assert taken["actor"]["name"] == "auditor"
    assert {"path": "entries", "before": None, "after": 1} in taken["changes"]


def test_nothing_is_held_in_the_database_while_the_file_is_read(
    client: TestClient, key: dict[str, str], database: Database
) -> None:
    told: list[bytes] = []
    held: list[int] = []

    async def receive() -> Message:
        return await asyncio.Future[Message]()

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        if message.get("body"):
            told.append(message["body"])
            held.append(transactions_held(database))

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/v1/audit/file",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in key.items()],
    }

    async def call() -> None:
        await client.app(scope, receive, send)

    # A loop of its own: with a browser about, this thread has a running one.
    with start_blocking_portal() as portal:
        portal.call(call)
    assert len(told) > 3
    assert set(held) == {0}


def transactions_held(database: Database) -> int:
    with psycopg.connect(database.url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND state = 'idle in transaction'"
        ).fetchone()
    assert found is not None
    return int(found[0])


def test_the_file_names_guides_whose_names_the_audit_does_not_keep(
    client: TestClient, key: dict[str, str], database: Database, group_id: int, now: datetime
) -> None:
    with database.transaction(Scope(group_id), now=now) as tx:
        org.enter_staff(tx, [StaffEntered("lin", name="林小满")], now=now)
        guide = ids.show("stf", org.find_staff(tx, codes=["lin"])["lin"])
        for customer in ("cus_1", "cus_2"):
            audit.record(tx, by=guide, act=Act.CUSTOMER_DIAL, subject=customer, now=now)
    told = client.get(f"/v1/audit/file?actor={guide}", headers=key).text.removeprefix("\ufeff")
    lines = list(csv.DictReader(io.StringIO(told)))
    assert [(one["actor"], one["actor_name"]) for one in lines] == [(guide, "林小满")] * 2
    entries = client.get(f"/v1/audit/entries?actor={guide}", headers=key).json()["items"]
    assert {one["actor"]["name"] for one in entries} == {None}


def test_an_entry_of_a_call_tells_its_address_program_and_request(
    client: TestClient, key: dict[str, str]
) -> None:
    asking = {**key, "X-Request-Id": "morning-1", "User-Agent": "Firefox"}
    client.get("/v1/audit/file", headers=asking)
    (taken,) = client.get("/v1/audit/entries?act=audit.export", headers=key).json()["items"]
    assert (taken["agent"], taken["request_id"]) == ("Firefox", "morning-1")
    assert taken["address"] == "testclient"


def test_the_acts_and_who_acted_can_be_chosen_from(client: TestClient, key: dict[str, str]) -> None:
    acts = client.get("/v1/audit/acts", headers=key).json()["items"]
    assert {"act": "tag.put", "chinese": "修改标签", "english": "Changed a tag"} in acts
    actors = client.get("/v1/audit/actors", headers=key).json()["items"]
    assert {"id": "cli:bo", "name": "bo"} in actors


def test_reading_is_not_taking(client: TestClient, database: Database, group_id: int) -> None:
    reader = make_token(database, group_id, Permission.AUDIT_READ)
    assert client.get("/v1/audit/file", headers=reader).status_code == 403
