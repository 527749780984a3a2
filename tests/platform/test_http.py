"""The HTTP edge: problems, permissions, ids, pages, limits; through the app as it is served."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import psycopg
import pytest
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.types import Message
from structlog.testing import capture_logs

from huitong.entry.api import make_app
from huitong.platform.auth import Permission
from huitong.platform.db import Database
from huitong.platform.errors import DomainError, Kind
from huitong.platform.http import (
    BODY_BYTES_MAX,
    PUBLIC,
    ExpectedVersion,
    IdText,
    Page,
    Paging,
    RequestKey,
    Router,
    page_of,
    status_of,
)
from tests.entry.make import make_platform, make_token

SHEEP = 250
FIRST_SHEEP = "she_0000000000001"
KEY = {"Idempotency-Key": "k1"}
SheepId = Annotated[int, IdText("she")]
router = Router(tag="sheep")


@dataclass(eq=False)
class SheepAsleep(DomainError):
    """The sheep sleeps."""

    code: ClassVar[str] = "sheep.asleep"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "Sheep {number} sleeps: come back in the morning."
    number: int


class SheepOut(BaseModel):
    id: SheepId
    wool: int = 0


@router.route("GET", "/sheep/{sheep_id}", permission=PUBLIC)
def show(sheep_id: SheepId) -> SheepOut:
    return SheepOut(id=sheep_id)


@router.route("GET", "/sheep", permission=PUBLIC)
def listed(paging: Paging) -> Page[SheepOut]:
    after = paging.after(int) or (0,)
    begin = int(after[0])
    found = range(begin + 1, min(begin + 1 + paging.limit + 1, SHEEP + 1))
    return page_of(
        list(found),
        limit=paging.limit,
        show=lambda number: SheepOut(id=number),
        place=lambda number: (number,),
    )


@router.route("POST", "/sheep", permission=PUBLIC)
def add(sheep: SheepOut, key: RequestKey) -> dict[str, str]:
    return {"key": key, "wool": str(sheep.wool)}


@router.route("PUT", "/sheep", permission=PUBLIC)
def change(version: ExpectedVersion) -> dict[str, int]:
    return {"version": version}


@router.route("POST", "/sheep/wake", permission=PUBLIC, errors=[SheepAsleep])
def wake() -> None:
    raise SheepAsleep(number=3)


@router.route("POST", "/sheep/stumble", permission=PUBLIC)
def stumble() -> None:
    message = "phone 13912345678 of Zhang San"
    raise ZeroDivisionError(message)


@router.route("POST", "/sheep/lose", permission=PUBLIC)
def lose() -> None:
    raise psycopg.OperationalError


@router.route("POST", "/sheep/shear", permission=Permission.ORDERS_READ)
def shear() -> str:
    return "wool"


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """Return a client of the whole app, with a few routes more."""
    app = make_app(make_platform(database))
    app.include_router(router.api)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


class TestProblems:
    def test_a_refusal_is_a_problem_with_code_sentence_facts_and_request_id(
        self, client: TestClient
    ) -> None:
        answer = client.post("/sheep/wake", headers={"X-Request-Id": "morning-1"})
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json() == {
            "type": "urn:huitong:error:sheep.asleep",
            "title": "Conflict",
            "status": 409,
            "detail": "Sheep 3 sleeps: come back in the morning.",
            "code": "sheep.asleep",
            "kind": "refused",
            "facts": {"number": 3},
            "request_id": "morning-1",
        }

    @pytest.mark.parametrize(
        "kind, status",
        [
            (Kind.NOT_FOUND, 404),
            (Kind.CONFLICT, 409),
            (Kind.REFUSED, 409),
            (Kind.FORBIDDEN, 403),
            (Kind.INVALID, 422),
            (Kind.BUSY, 503),
            (Kind.UPSTREAM, 502),
        ],
    )
    def test_each_kind_has_its_status(self, kind: Kind, status: int) -> None:
        @dataclass(eq=False)
        class Refusal(SheepAsleep):
            pass

        Refusal.kind = kind
        assert status_of(Refusal) == status

    def test_an_unforeseen_error_tells_a_trace_id_and_nothing_else(
        self, client: TestClient
    ) -> None:
        trace = "0af7651916cd43dd8448eb211c80319c"
        with capture_logs() as lines:
            answer = client.post(
                "/sheep/stumble", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
            )
        assert answer.status_code == 500
        assert answer.json()["trace_id"] == trace
        assert answer.headers["X-Request-Id"] == answer.json()["request_id"]
        told, request = lines
        assert (told["event"], told["error"]) == ("api.unexpected", "ZeroDivisionError")
        assert (request["route"], request["status"]) == ("/sheep/stumble", 500)
        for said in (answer.text, str(lines)):
            assert "Zhang" not in said
            assert "1391234" not in said

    def test_a_database_that_is_away_is_worth_another_try(self, client: TestClient) -> None:
        answer = client.post("/sheep/lose")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert answer.json()["code"] == "platform.database_unavailable"

    def test_fields_that_do_not_fit_are_named_and_their_values_are_not_repeated(
        self, client: TestClient
    ) -> None:
        answer = client.post(
            "/sheep", json={"id": FIRST_SHEEP, "wool": "13912345678x"}, headers=KEY
        )
        assert answer.status_code == 422
        assert answer.json()["code"] == "platform.invalid_request"
        assert [one["at"] for one in answer.json()["errors"]] == ["body.wool"]
        assert "1391234" not in answer.text

    def test_what_the_framework_refuses_is_a_problem_too(self, client: TestClient) -> None:
        for answer, status, code in (
            (client.get("/goats"), 404, "platform.no_such_route"),
            (client.delete("/sheep"), 405, "platform.no_such_method"),
            (client.post("/sheep", content=b"{", headers=KEY), 422, "platform.invalid_request"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (status, code)


class TestIds:
    def test_ids_go_out_and_come_in_as_text_with_their_prefix(self, client: TestClient) -> None:
        assert client.get(f"/sheep/{FIRST_SHEEP}").json()["id"] == FIRST_SHEEP

    @pytest.mark.parametrize(
        "wrong", ["1", "goa_0000000000001", "she_1", "she_000000000000u", "she_zzzzzzzzzzzzz"]
    )
    def test_a_wrong_id_is_invalid(self, client: TestClient, wrong: str) -> None:
        assert client.get(f"/sheep/{wrong}").status_code == 422


class TestPages:
    def test_the_cursor_leads_through_the_whole_list_once(self, client: TestClient) -> None:
        seen, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            params = {"limit": 100, **({"cursor": cursor} if cursor else {})}
            page = client.get("/sheep", params=params).json()
            seen += [one["id"] for one in page["items"]]
            cursor, pages = page["next_cursor"], pages + 1
        assert pages == 3
        assert len(seen) == len(set(seen)) == SHEEP

    def test_a_page_has_a_default_and_a_largest_size(self, client: TestClient) -> None:
        assert len(client.get("/sheep").json()["items"]) == 50
        assert client.get("/sheep", params={"limit": 201}).status_code == 422

    @pytest.mark.parametrize("wrong", ["x", "WyJhIl0", "eyJhIjoxfQ", "W10", "🐑"])
    def test_a_cursor_that_is_not_of_this_list_is_refused(
        self, client: TestClient, wrong: str
    ) -> None:
        answer = client.get("/sheep", params={"cursor": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "platform.wrong_cursor")


class TestHeaders:
    def test_a_change_of_value_needs_a_key_and_gets_it(self, client: TestClient) -> None:
        body = {"id": FIRST_SHEEP, "wool": 3}
        without = client.post("/sheep", json=body)
        assert (without.status_code, without.json()["code"]) == (
            400,
            "platform.request_key_missing",
        )
        too_long = client.post("/sheep", json=body, headers={"Idempotency-Key": "k" * 101})
        assert too_long.status_code == 400
        given = client.post("/sheep", json=body, headers=KEY)
        assert given.json() == {"key": "k1", "wool": "3"}

    def test_a_change_of_configuration_names_the_version_it_has_seen(
        self, client: TestClient
    ) -> None:
        assert client.put("/sheep").json()["code"] == "platform.if_match_missing"
        assert client.put("/sheep", headers={"If-Match": "*"}).status_code == 428
        assert client.put("/sheep", headers={"If-Match": '"7"'}).json() == {"version": 7}

    def test_a_request_id_is_kept_when_it_is_a_plain_word_and_made_otherwise(
        self, client: TestClient
    ) -> None:
        for given, kept in (("till-7_a", True), ("a b", False), ("x" * 65, False), ("", False)):
            answer = client.get("/v1/health", headers={"X-Request-Id": given})
            assert (answer.headers["X-Request-Id"] == given) is kept
            assert answer.headers["X-Request-Id"]


class TestLimits:
    def test_a_body_beyond_the_limit_is_refused_whether_announced_or_not(
        self, client: TestClient
    ) -> None:
        body = json.dumps({"id": FIRST_SHEEP, "note": "x" * BODY_BYTES_MAX}).encode()
        for kind in ("application/json", "application/x-ndjson"):
            parts = (body[at : at + 65_536] for at in range(0, len(body), 65_536))
            for content in (body, parts):
                answer = client.post("/sheep", content=content, headers={"Content-Type": kind})
                assert answer.status_code == 413
                assert answer.json()["code"] == "platform.body_too_large"

    @pytest.mark.parametrize("announced, parts_read", [(None, 17), (str(63 << 20), 0)])
    def test_a_stranger_makes_nobody_hold_more_than_the_limit(
        self, database: Database, announced: str | None, parts_read: int
    ) -> None:
        told: list[Message] = []
        read = 0

        async def receive() -> Message:
            nonlocal read
            read += 1
            return {"type": "http.request", "body": b" " * 65_536, "more_body": True}

        async def send(message: Message) -> None:
            await asyncio.sleep(0)
            told.append(message)

        headers = [(b"content-type", b"application/x-ndjson")]
        if announced is not None:
            headers.append((b"content-length", announced.encode()))
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/session",
            "query_string": b"",
            "headers": headers,
        }
        # A loop of its own: with a browser about, this thread has a running one.
        with start_blocking_portal() as portal:
            portal.call(make_app(make_platform(database)), scope, receive, send)
        assert (told[0]["status"], read) == (413, parts_read)


class TestPermissions:
    def test_a_route_opens_to_a_key_that_holds_its_permission_and_to_no_other(
        self, client: TestClient, database: Database, group_id: int
    ) -> None:
        holds = make_token(database, group_id, Permission.ORDERS_READ)
        holds_other = make_token(database, group_id, Permission.POINTS_READ, name="other")
        assert client.post("/sheep/shear", headers=holds).json() == "wool"
        refused = client.post("/sheep/shear", headers=holds_other)
        assert (refused.status_code, refused.json()["facts"]) == (
            403,
            {"permission": "orders.read"},
        )

    @pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic a2V5"])
    def test_without_a_key_of_ours_the_answer_is_401(
        self, client: TestClient, header: str | None
    ) -> None:
        headers = {} if header is None else {"Authorization": header}
        answer = client.post("/sheep/shear", headers=headers)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")

    def test_a_route_cannot_be_written_without_a_permission(self) -> None:
        with pytest.raises(TypeError, match="permission"):
            Router(tag="wolf").route("GET", "/wolf")  # type: ignore[call-arg]
        with pytest.raises(ValueError, match="howl"):
            Router(tag="wolf").route("GET", "/wolf", permission="howl")  # type: ignore[arg-type]


def test_openapi_names_permission_errors_and_the_form_of_ids(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    described = app.openapi()
    assert described["openapi"].startswith("3.1")
    shear_route = described["paths"]["/sheep/shear"]["post"]
    assert shear_route["x-permission"] == "orders.read"
    assert set(shear_route["responses"]) >= {"200", "401", "403"}
    assert (
        "sheep.asleep"
        in described["paths"]["/sheep/wake"]["post"]["responses"]["409"]["description"]
    )
    (parameter,) = described["paths"]["/sheep/{sheep_id}"]["get"]["parameters"]
    assert parameter["schema"]["pattern"].startswith("^she_")
