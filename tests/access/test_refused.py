"""Who tried to get in: what is told of refused sign-ins, and that it tells a stranger nothing."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Send
from starlette.types import Scope as Asked
from structlog.testing import capture_logs

from huitong import org
from huitong.entry.doors.phones import of_guide
from huitong.org.model import NewStaff, Placement
from huitong.platform import audit, auth, clock, ids
from huitong.platform.audit import Entry, Wanted
from huitong.platform.auth import tries
from huitong.platform.auth.user_changes import set_lock
from huitong.platform.auth.user_passwords import set_password
from huitong.platform.db import Database, Scope
from tests.access.make import PASSWORD, Browser, make_browser, make_user
from tests.access.test_second_factor import enrol

WRONG = "seven goats jump"
OF_SESSIONS = ("session.open", "session.refuse", "session.challenge", "session.end")


def told(database: Database, group: int, *, brand_ids: Sequence[int] | None = None) -> list[Entry]:
    """Return what the audit tells of sign-ins, the oldest first, as somebody of brands sees it."""
    scope = Scope(group, None if brand_ids is None else tuple(brand_ids))
    with database.reading(scope) as tx:
        found = audit.entries(tx, Wanted(acts=OF_SESSIONS), before_id=None, limit=100)
    return found[::-1]


@pytest.fixture
def anna(database: Database, group: int) -> int:
    """Return a user that no other test has."""
    return make_user(database, group, f"anna.{group}", "analyst")


@pytest.fixture
def name(group: int, anna: int) -> str:
    """Return the name of the user."""
    assert anna
    return f"anna.{group}"


class TestUsers:
    def test_a_wrong_password_is_an_entry_for_whom_it_was_aimed_at(
        self, browser: Browser, database: Database, group: int, anna: int, name: str
    ) -> None:
        browser.headers["User-Agent"] = "Guess/1.0"
        browser.sign_in(f" {name.upper()}", WRONG)
        (entry,) = told(database, group)
        assert (entry.act, entry.reason) == ("session.refuse", "sign_in_refused")
        assert (entry.actor, entry.subject) == ("door:console", ids.show("usr", anna))
        assert (entry.address, entry.agent) == ("10.0.0.7", "Guess/1.0")
        assert entry.request_id
        assert (entry.before, entry.after) == (None, None)
        assert WRONG not in str(entry)
        assert name not in str(entry).lower()

    def test_each_way_to_be_refused_has_its_reason(
        self, app: FastAPI, database: Database, group: int, anna: int, name: str
    ) -> None:
        elsewhere, browser = make_browser(app, address="10.0.2.1"), make_browser(app)
        browser.sign_in(name)
        enrol(browser)
        elsewhere.sign_in(name)
        elsewhere.sign_in(name, code="000000")
        now = clock.now()
        with database.transaction(Scope(group), now=now) as tx:
            set_lock(tx, user_id=anna, locked_at=now)
        elsewhere.sign_in(name, code="000000")
        with database.transaction(Scope(group), now=now) as tx:
            set_lock(tx, user_id=anna, locked_at=None)
            until = now - timedelta(hours=1)
            set_password(
                tx, user_id=anna, password=PASSWORD, must_change=True, until=until, now=now
            )
        elsewhere.sign_in(name, code="000000")
        assert [(one.act, one.reason) for one in told(database, group)] == [
            ("session.open", None),
            ("session.challenge", "code_needed"),
            ("session.refuse", "code_wrong"),
            ("session.refuse", "account_locked"),
            ("session.refuse", "password_over"),
        ]

    def test_the_try_that_closes_says_so_and_tries_during_the_wait_are_log_lines_alone(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        with capture_logs() as lines:
            for _ in range(tries.BY_NAME_FREE + 3):
                browser.sign_in(name, WRONG)
        found = told(database, group)
        assert [one.after for one in found] == [None] * (tries.BY_NAME_FREE - 1) + [
            {"wait_seconds": tries.WAIT_FIRST_SECONDS}
        ]
        reasons = [line["reason"] for line in lines if line["event"] == "sign_in.refused"]
        assert reasons == ["sign_in_refused"] * tries.BY_NAME_FREE + ["too_many_tries"] * 3

    def test_who_is_limited_to_brands_is_told_of_to_those_who_see_these(
        self, browser: Browser, database: Database, group: int
    ) -> None:
        with database.transaction(Scope(group), now=clock.now()) as tx:
            org.set_up(tx, name="Wool", brand="wool", accounts=[], stores=[], now=clock.now())
            brand_id = org.brand(tx, code="wool").id
        make_user(database, group, f"bo.{group}", "analyst", brand_ids=[brand_id])
        make_user(database, group, f"cleo.{group}", "analyst")
        for who in ("bo", "cleo"):
            browser.sign_in(f"{who}.{group}", WRONG)
        assert len(told(database, group)) == 2
        (seen,) = told(database, group, brand_ids=[brand_id])
        assert seen.brand_id == brand_id


class TestNoOracle:
    def test_an_unknown_name_is_a_log_line_with_the_address_and_nothing_that_was_typed(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        with capture_logs() as lines:
            browser.sign_in(f"no.{name}", WRONG)
        (line,) = [one for one in lines if one["event"] == "sign_in.refused"]
        assert (line["came_from"], line["door"], line["group_id"]) == ("10.0.0.7", "console", None)
        assert name not in str(lines)
        assert WRONG not in str(lines)
        assert told(database, group) == []
        with database.reading(auth.NOBODY) as tx:
            assert tx.rows("SELECT FROM platform.audit_entry WHERE group_id = 0") == []

    def test_the_answer_does_not_tell_who_is_known(
        self, app: FastAPI, database: Database, group: int, name: str
    ) -> None:
        answers = [make_browser(app).sign_in(who, WRONG) for who in (name, f"no.{name}")]
        bodies = [{**one.json(), "request_id": ""} for one in answers]
        heads = [{**one.headers, "x-request-id": ""} for one in answers]
        assert bodies[0] == bodies[1]
        assert heads[0] == heads[1]
        assert len(told(database, group)) == 1

    def test_the_entry_is_written_once_the_answer_is_sent(
        self, app: FastAPI, database: Database, group: int, name: str
    ) -> None:
        seen: list[int] = []

        async def watched(scope: Asked, receive: Receive, send: Send) -> None:
            async def sent(message: Message) -> None:
                await send(message)
                if message["type"] == "http.response.body":
                    seen.append(len(told(database, group)))

            await app(scope, receive, sent)

        TestClient(watched).post("/v1/session", json={"name": name, "password": WRONG})
        assert seen == [0]
        assert len(told(database, group)) == 1


class TestGuides:
    @pytest.fixture
    def phone(self, database: Database, group: int) -> str:
        """Return the telephone of a guide who works in a store."""
        now, number = clock.now(), f"1392222{group:04d}"
        with database.transaction(Scope(group), now=now) as tx:
            made = org.set_up(
                tx, name="Wool", brand=f"wool{group}", accounts=[], stores=["s1"], now=now
            )
            (staff_id,) = org.put_staff(tx, [NewStaff(code="lin")], now=now)
            day = org.today(tx, now=now)
            org.assign_staff(tx, [Placement(staff_id, made.store_ids[0], day)], now=now)
            auth.put_guide_phone(tx, staff_id=staff_id, phone=of_guide(number), now=now)
        return number

    def test_a_guide_is_told_of_when_they_come_are_refused_and_leave(
        self, app: FastAPI, database: Database, group: int, phone: str
    ) -> None:
        client = make_browser(app).client
        code = client.post("/v1/guide/session/codes", json={"phone": phone}).json()["demo_code"]
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        assert not client.post("/v1/guide/session", json={"phone": phone, "code": wrong}).is_success
        signed = client.post("/v1/guide/session", json={"phone": phone, "code": code})
        csrf = {"X-CSRF-Token": signed.json()["csrf_token"]}
        assert client.delete("/v1/guide/session", headers=csrf).status_code == 204
        found = told(database, group)
        assert [(one.act, one.reason) for one in found] == [
            ("session.refuse", "phone_code_wrong"),
            ("session.open", None),
            ("session.end", None),
        ]
        assert len({one.subject for one in found}) == 1
        assert found[0].actor == "door:guide"
        assert {one.brand_id for one in found} == {found[1].brand_id}
        assert phone not in str(found)

    @pytest.mark.parametrize("strange", ["13977776666", "not a number"])
    def test_a_strange_number_is_a_log_line(
        self, app: FastAPI, database: Database, group: int, phone: str, strange: str
    ) -> None:
        assert phone
        with capture_logs() as lines:
            make_browser(app).client.post(
                "/v1/guide/session", json={"phone": strange, "code": "000000"}
            )
        (line,) = [one for one in lines if one["event"] == "sign_in.refused"]
        assert (line["door"], line["reason"]) == ("guide", "phone_code_wrong")
        assert strange not in str(lines)
        assert told(database, group) == []
