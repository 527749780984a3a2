"""The second factor: codes as RFC 6238 makes them, good once, sealed; and lost telephones."""

import re
from base64 import b32decode
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from huitong.platform import auth, clock
from huitong.platform.auth import totp
from huitong.platform.db import Database, Scope
from tests.access.make import PASSWORD, Browser, make_browser, make_user

# The secret and the codes of RFC 6238, appendix B (SHA-1, eight digits).
RFC_SECRET = b"12345678901234567890"
RFC_CODES = [
    (59, "94287082"),
    (1_111_111_109, "07081804"),
    (1_111_111_111, "14050471"),
    (1_234_567_890, "89005924"),
    (2_000_000_000, "69279037"),
    (20_000_000_000, "65353130"),
]


class TestCodes:
    @pytest.mark.parametrize("seconds, code", RFC_CODES)
    def test_codes_are_those_of_the_rfc(self, seconds: int, code: str) -> None:
        step = totp.step_at(datetime.fromtimestamp(seconds, UTC))
        assert totp.code_at(RFC_SECRET, step, digits=8) == code
        assert totp.code_at(RFC_SECRET, step) == code[-6:]

    def test_a_clock_may_be_one_step_off_and_no_more(self, now: datetime) -> None:
        step = totp.step_at(now)
        for off, good in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
            code = totp.code_at(RFC_SECRET, step + off)
            found = totp.step_of(RFC_SECRET, code, now=now, after=0)
            assert found == (step + off if good else None)

    @pytest.mark.parametrize("wrong", ["", "12345", "1234567", "abcdef", "１２３４５６", "x" * 500])
    def test_what_is_no_code_is_none(self, now: datetime, wrong: str) -> None:
        assert totp.step_of(RFC_SECRET, wrong, now=now, after=0) is None

    def test_a_telephone_reads_name_and_issuer(self) -> None:
        told = totp.address(RFC_SECRET, name="anna@wool", issuer="Huitong 羊毛:1")
        assert told.startswith("otpauth://totp/Huitong%20%E7%BE%8A%E6%AF%9B%3A1:anna%40wool?")
        assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&" in told


@pytest.fixture
def name(database: Database, group: int) -> str:
    """Return a user that no other test has."""
    made = f"anna.{group}"
    make_user(database, group, made, "analyst")
    return made


def enrol(browser: Browser) -> tuple[bytes, list[str]]:
    """Set a second factor up and return its secret and recovery codes."""
    begun = browser.call("POST", "/v1/account/second-factor", {"present": PASSWORD})
    assert begun.status_code == 200, begun.text
    found = re.search(r"secret=([A-Z2-7]+)", begun.json()["address"])
    assert found is not None
    secret = b32decode(found[1])
    code = totp.code_at(secret, totp.step_at(clock.now()) - 1)
    done = browser.call("POST", "/v1/account/second-factor/confirmation", {"code": code})
    assert done.status_code == 200, done.text
    return secret, done.json()["recovery_codes"]


class TestSignIn:
    def test_name_and_password_alone_open_nothing_any_more_and_a_code_opens_once(
        self, app: FastAPI, browser: Browser, name: str
    ) -> None:
        browser.sign_in(name)
        secret, _ = enrol(browser)
        door = make_browser(app, address="10.0.1.1")
        asked = door.sign_in(name)
        assert (asked.status_code, asked.json()["code"]) == (401, "platform.code_needed")
        assert not door.client.cookies
        wrong = door.sign_in(name, code="000000")
        assert (wrong.status_code, wrong.json()["code"]) == (401, "platform.code_wrong")
        code = totp.code_at(secret, totp.step_at(clock.now()))
        assert door.sign_in(name, code=f"{code[:3]} {code[3:]}").status_code == 200
        again = make_browser(app, address="10.0.1.2").sign_in(name, code=code)
        assert again.json()["code"] == "platform.code_wrong"

    def test_a_wrong_password_is_told_before_the_code_is_asked_for(
        self, app: FastAPI, browser: Browser, name: str
    ) -> None:
        browser.sign_in(name)
        enrol(browser)
        answer = make_browser(app).sign_in(name, "seven goats jump")
        assert answer.json()["code"] == "platform.sign_in_refused"

    def test_a_recovery_code_opens_once(self, app: FastAPI, browser: Browser, name: str) -> None:
        browser.sign_in(name)
        _, codes = enrol(browser)
        assert len(set(codes)) == 10
        answers = [
            make_browser(app, address="10.0.1.3").sign_in(name, code=codes[0]).status_code
            for _ in range(2)
        ]
        assert answers == [200, 401]
        assert browser.call("GET", "/v1/account").json()["recovery_codes_left"] == 9

    def test_codes_cannot_be_tried_out(self, app: FastAPI, browser: Browser, name: str) -> None:
        browser.sign_in(name)
        secret, _ = enrol(browser)
        door = make_browser(app)
        answers = {door.sign_in(name, code=f"{number:06d}").status_code for number in range(8)}
        assert answers == {401, 429}
        code = totp.code_at(secret, totp.step_at(clock.now()))
        assert door.sign_in(name, code=code).status_code == 429


class TestEnrolment:
    def test_it_counts_from_the_first_code_on_and_ends_other_sessions(
        self, app: FastAPI, browser: Browser, name: str
    ) -> None:
        other = make_browser(app)
        other.sign_in(name)
        browser.sign_in(name)
        browser.call("POST", "/v1/account/second-factor", {"present": PASSWORD})
        assert make_browser(app).sign_in(name).status_code == 200
        enrol(browser)
        assert other.call("GET", "/v1/session").status_code == 401
        assert browser.call("GET", "/v1/session").json()["second_factor"]

    def test_it_asks_for_the_password_first_both_ways(self, browser: Browser, name: str) -> None:
        browser.sign_in(name)
        wrong = {"present": "seven goats jump"}
        assert browser.call("POST", "/v1/account/second-factor", wrong).status_code == 422
        enrol(browser)
        answer = browser.call("POST", "/v1/account/second-factor/removal", wrong)
        assert answer.json()["code"] == "platform.password_wrong"
        removed = {"present": PASSWORD}
        assert browser.call("POST", "/v1/account/second-factor/removal", removed).status_code == 204
        assert not browser.call("GET", "/v1/session").json()["second_factor"]

    def test_one_that_counts_is_not_replaced(self, browser: Browser, name: str) -> None:
        browser.sign_in(name)
        enrol(browser)
        answer = browser.call("POST", "/v1/account/second-factor", {"present": PASSWORD})
        assert answer.json()["code"] == "platform.second_factor_there"

    def test_the_database_holds_no_secret_and_no_recovery_code(
        self, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        browser.sign_in(name)
        secret, codes = enrol(browser)
        with database.reading(Scope(group)) as tx:
            kept = str(tx.rows("SELECT u::text FROM platform.console_user AS u"))
        for hidden in (secret.hex(), *codes, *(code.encode().hex() for code in codes)):
            assert hidden not in kept

    def test_an_administrator_takes_it_away_with_a_lost_telephone(
        self, app: FastAPI, browser: Browser, database: Database, group: int, name: str
    ) -> None:
        browser.sign_in(name)
        enrol(browser)
        now = clock.now()
        with database.transaction(Scope(group), now=now) as tx:
            user = auth.user_named(tx, name=name)
            one_time = auth.reset_password(
                tx, user_id=user.id, second_factor=True, by="cli:test", now=now
            )
        assert browser.call("GET", "/v1/session").status_code == 401
        signed = make_browser(app).sign_in(name, one_time.password)
        assert signed.json()["must_change_password"]
        assert now + timedelta(days=1) < (one_time.until or now)
