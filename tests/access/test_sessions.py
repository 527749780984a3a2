"""Sessions at the console: cookies and their flags, fixation, foreign calls, what ends at once."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from huitong.platform import auth, clock
from huitong.platform.auth import CallerKind, Permission, Rights
from huitong.platform.auth.user_changes import put_rights
from huitong.platform.auth.users import user_named
from huitong.platform.db import Database, Scope
from tests.access.make import PASSWORD, Browser, make_browser, make_user

COOKIE = "huitong_session"


@pytest.fixture
def name(group: int) -> str:
    """Return a sign-in name that no other test has."""
    return f"anna.{group}"


class TestSignIn:
    def test_tells_who_one_is_and_what_one_may_do(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "analyst")
        told = browser.sign_in(f" {name.upper()} ")
        assert told.status_code == 200
        assert told.json()["user"]["name"] == name
        assert told.json()["group_name"] == "Wool"
        assert not told.json()["narrowed"]
        assert "segments.export" in told.json()["permissions"]
        assert "users.read" not in told.json()["permissions"]
        assert browser.call("GET", "/v1/session").json() == told.json()

    def test_opens_routes_by_the_cookie_alone_and_only_those_of_the_roles(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "finance")
        browser.sign_in(name)
        assert browser.call("GET", "/v1/jobs").status_code == 200
        refused = browser.call("GET", "/v1/inbox/refused")
        assert (refused.status_code, refused.json()["code"]) == (403, "platform.not_permitted")

    @pytest.mark.parametrize("wrong", ["seven sheep jumq", "", " ", "x" * 300])
    def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
        self, browser: Browser, database: Database, group: int, name: str, wrong: str
    ) -> None:
        make_user(database, group, name, "analyst")
        answers = [browser.sign_in(who, wrong or "?") for who in (name, f"no.{name}")]
        assert {(one.status_code, one.json()["code"]) for one in answers} == {
            (401, "platform.sign_in_refused")
        }
        assert COOKIE not in browser.client.cookies

    def test_the_cookie_is_out_of_reach_of_programs_and_of_other_sites(
        self, app: FastAPI, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "analyst")
        plain = make_browser(app).sign_in(name).headers.get_list("set-cookie")
        for cookie in plain:
            assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
            assert "Secure" not in cookie
        secure = make_browser(app, https=True).sign_in(name).headers.get_list("set-cookie")
        assert len(plain) == len(secure) == 2
        for cookie in secure:
            assert cookie.startswith("__Host-")
            assert {"HttpOnly", "SameSite=strict", "Path=/", "Secure"} <= set(cookie.split("; "))
            assert "Domain" not in cookie

    def test_over_https_a_cookie_that_plain_http_could_have_planted_opens_nothing(
        self, app: FastAPI, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "analyst")
        plain = make_browser(app)
        plain.sign_in(name)
        over_https = make_browser(app, https=True)
        over_https.client.cookies.set(COOKIE, plain.client.cookies[COOKIE])
        assert over_https.call("GET", "/v1/session").status_code == 401

    def test_a_token_that_was_there_before_is_not_the_one_after(
        self, app: FastAPI, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "analyst")
        make_user(database, group, f"mallory.{group}", "analyst")
        browser.sign_in(f"mallory.{group}")
        planted = browser.client.cookies[COOKIE]
        browser.sign_in(name)
        assert browser.client.cookies[COOKIE] != planted
        theirs = make_browser(app)
        theirs.client.cookies.set(COOKIE, planted)
        told = theirs.call("GET", "/v1/session").json()
        assert told["user"]["name"] == f"mallory.{group}"

    def test_the_database_holds_no_token(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "analyst")
        browser.sign_in(name)
        secret = browser.client.cookies[COOKIE].split("_", 2)[2]
        with database.reading(Scope(group)) as tx:
            rows = tx.rows("SELECT s::text FROM platform.session AS s")
            users = tx.rows("SELECT u::text FROM platform.console_user AS u")
        assert len(rows) == len(users) == 1
        for kept in (*rows[0], *users[0]):
            assert secret not in kept
            assert secret.encode().hex() not in kept
            assert PASSWORD not in kept


class TestForeignCalls:
    def test_a_change_by_cookie_needs_the_token_of_the_page(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "analyst")
        browser.sign_in(name)
        for token in ("", "0" * 64, browser.csrf[:-1]):
            answer = browser.call("DELETE", "/v1/session", **{"X-CSRF-Token": token})
            assert (answer.status_code, answer.json()["code"]) == (403, "platform.foreign_call")
        assert browser.call("GET", "/v1/session").status_code == 200
        assert browser.call("DELETE", "/v1/session").status_code == 204

    def test_the_token_of_another_session_is_none_of_this_one(
        self, app: FastAPI, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "analyst")
        make_user(database, group, f"mallory.{group}", "analyst")
        mallory, anna = make_browser(app), make_browser(app)
        mallory.sign_in(f"mallory.{group}")
        anna.sign_in(name)
        answer = anna.call("DELETE", "/v1/session", **{"X-CSRF-Token": mallory.csrf})
        assert answer.json()["code"] == "platform.foreign_call"

    @pytest.mark.parametrize(
        "header, value",
        [
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Origin", "http://evil.test"),
            ("Origin", "http://huitong.test.evil.test"),
            ("Origin", "null"),
        ],
    )
    def test_a_page_of_another_site_changes_nothing_even_with_the_token(
        self,
        *,
        browser: Browser,
        database: Database,
        group: int,
        name: str,
        header: str,
        value: str,
    ) -> None:
        make_user(database, group, name, "analyst")
        browser.sign_in(name)
        answer = browser.call("DELETE", "/v1/session", **{header: value})
        assert answer.json()["code"] == "platform.foreign_call"
        browser.headers = {header: value}
        assert browser.sign_in(name).json()["code"] == "platform.foreign_call"

    def test_a_page_of_ours_is_known_by_its_origin(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "analyst")
        browser.headers = {"Origin": "http://huitong.test", "Sec-Fetch-Site": "same-origin"}
        assert browser.sign_in(name).status_code == 200
        assert browser.call("DELETE", "/v1/session").status_code == 204


class TestEnds:
    def test_signing_out_ends_the_session_wherever_its_token_went(
        self, app: FastAPI, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "analyst")
        own, stolen = make_browser(app), make_browser(app)
        own.sign_in(name)
        stolen.client.cookies.set(COOKIE, own.client.cookies[COOKIE])
        assert stolen.call("GET", "/v1/session").status_code == 200
        own.call("DELETE", "/v1/session")
        assert COOKIE not in own.client.cookies
        assert stolen.call("GET", "/v1/session").status_code == 401

    def test_a_role_that_is_taken_away_ends_at_once(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        user_id = make_user(database, group, name, "finance")
        browser.sign_in(name)
        assert browser.call("GET", "/v1/jobs").status_code == 200
        now = clock.now()
        with database.transaction(Scope(group), now=now) as tx:
            version = user_named(tx, name=name).version
            put_rights(
                tx,
                user_id=user_id,
                rights=Rights(("cashier",)),
                expected_version=version,
                by="test",
                now=now,
            )
        assert browser.call("GET", "/v1/jobs").status_code == 403

    def test_a_session_ends_when_nobody_looks_and_at_the_latest_after_its_time(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "finance")
        begun = clock.now()
        browser.sign_in(name)
        token = browser.client.cookies[COOKIE]
        stay = auth.STAYS[CallerKind.USER]
        users = frozenset({CallerKind.USER})

        def look(after: timedelta) -> None:
            auth.check_session(database, token, kinds=users, now=begun + after)

        look(stay.idle - timedelta(minutes=1))
        look(stay.idle * 2 - timedelta(minutes=2))
        with pytest.raises(auth.NotSignedIn, match="expired"):
            look(stay.idle * 3)
        for hours in range(3, 12):
            look(timedelta(hours=hours + 0.5))
        with pytest.raises(auth.NotSignedIn, match="expired"):
            look(stay.whole + timedelta(minutes=1))

    def test_a_console_cookie_is_none_of_the_other_front_ends(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "finance")
        browser.sign_in(name)
        token = browser.client.cookies[COOKIE]
        for kind in (CallerKind.GUIDE, CallerKind.MEMBER):
            with pytest.raises(auth.NotSignedIn, match="another front end"):
                auth.check_session(database, token, kinds=frozenset({kind}), now=clock.now())


class TestMustChange:
    def test_a_password_that_another_person_set_opens_nothing_but_the_way_to_ones_own(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        make_user(database, group, name, "group_admin", must_change=True)
        assert browser.sign_in(name).json()["must_change_password"]
        refused = browser.call("GET", "/v1/jobs")
        assert (refused.status_code, refused.json()["code"]) == (
            403,
            "platform.password_must_change",
        )


def test_a_group_administrator_holds_every_permission_that_can_be_given(
    browser: Browser, database: Database, group: int, name: str
) -> None:
    make_user(database, group, name, "group_admin")
    told = set(browser.sign_in(name).json()["permissions"])
    assert told == set(Permission) - {"my.read", "my.write"}
