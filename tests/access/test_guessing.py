"""Guessing at the door: it is slowed by name and address, tells nothing, and locks nobody out."""

import statistics
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI

from huitong.platform import auth, clock
from huitong.platform.auth import (
    AccountLocked,
    Asked,
    CallerKind,
    DemoPasswordRefused,
    Origin,
    PasswordOver,
    PhoneCodeWrong,
    SignedIn,
    SignInRefused,
    TooManyTries,
    passwords,
    phone_codes,
    tries,
)
from huitong.platform.auth.user_changes import set_lock
from huitong.platform.auth.user_passwords import set_password
from huitong.platform.db import Database, Scope
from tests.access.make import PASSWORD, make_browser, make_user

WRONG = "seven goats jump"


@pytest.fixture
def name(database: Database, group: int) -> str:
    """Return the name of a user that no other test has."""
    made = f"anna.{group}"
    make_user(database, group, made, "group_admin")
    return made


@pytest.fixture
def office(group: int) -> Origin:
    """Return an address that no other test has."""
    return Origin(f"10.1.0.{group}", "Test")


def enter(
    database: Database,
    name: str,
    origin: Origin,
    *,
    password: str = PASSWORD,
    browser: str | None = None,
    now: datetime | None = None,
    demo: bool = True,
) -> SignedIn:
    asked = Asked(name=name, password=password, browser=browser)
    return auth.sign_in(database, asked, demo=demo, origin=origin, now=now or clock.now())


def fail(database: Database, name: str, origin: Origin, times: int, now: datetime) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            enter(database, name, origin, password=WRONG, now=now)


class TestByName:
    def test_after_some_tries_even_the_right_password_has_to_wait_and_then_opens(
        self, database: Database, name: str, office: Origin
    ) -> None:
        now = clock.now()
        fail(database, name, office, tries.BY_NAME_FREE, now)
        with pytest.raises(TooManyTries) as refused:
            enter(database, name, office, now=now)
        assert refused.value.wait_seconds == tries.WAIT_FIRST_SECONDS
        enter(database, name, office, now=now + timedelta(seconds=tries.WAIT_FIRST_SECONDS))

    def test_the_wait_doubles_and_never_grows_beyond_a_quarter_of_an_hour(
        self, database: Database, name: str, office: Origin
    ) -> None:
        now = clock.now()
        fail(database, name, office, tries.BY_NAME_FREE, now)
        waits = []
        for _ in range(8):
            with pytest.raises(TooManyTries) as refused:
                enter(database, name, office, password=WRONG, now=now)
            waits.append(refused.value.wait_seconds)
            now += timedelta(seconds=waits[-1])
            fail(database, name, office, 1, now)
        assert waits == [30, 60, 120, 240, 480, 900, 900, 900]

    def test_an_unknown_name_waits_just_as_long(self, database: Database, office: Origin) -> None:
        unknown, now = f"nobody.{office.address}", clock.now()
        fail(database, unknown, office, tries.BY_NAME_FREE, now)
        with pytest.raises(TooManyTries):
            enter(database, unknown, office, now=now)

    def test_coming_in_starts_the_count_anew(
        self, database: Database, name: str, office: Origin
    ) -> None:
        now = clock.now()
        for _ in range(3):
            fail(database, name, office, tries.BY_NAME_FREE - 1, now)
            enter(database, name, office, now=now)

    def test_many_tries_at_once_are_many_tries(
        self, database: Database, name: str, office: Origin
    ) -> None:
        now = clock.now()

        def attempt(_: int) -> str:
            try:
                enter(database, name, office, password=WRONG, now=now)
            except (SignInRefused, TooManyTries) as refused:
                return refused.code
            return "in"

        with ThreadPoolExecutor(8) as many:
            answers = list(many.map(attempt, range(24)))
        assert answers.count("platform.sign_in_refused") == tries.BY_NAME_FREE
        assert answers.count("platform.too_many_tries") == 24 - tries.BY_NAME_FREE


class TestNobodyIsLockedOut:
    def test_strangers_who_try_a_name_do_not_keep_its_own_browser_out(
        self, database: Database, name: str, office: Origin
    ) -> None:
        now = clock.now()
        known = enter(database, name, office, now=now).browser
        elsewhere = Origin(f"{office.address}.9", "Mallory")
        fail(database, name, elsewhere, tries.BY_NAME_FREE, now)
        with pytest.raises(TooManyTries):
            enter(database, name, office, now=now)
        enter(database, name, office, browser=known, now=now)

    def test_the_token_of_a_browser_is_good_for_its_own_name_and_cannot_be_made_up(
        self, database: Database, group: int, name: str, office: Origin
    ) -> None:
        now = clock.now()
        mallory = f"mallory.{group}"
        make_user(database, group, mallory, "cashier")
        foreign = enter(database, mallory, office, now=now).browser
        fail(database, name, office, tries.BY_NAME_FREE, now)
        for browser in (foreign, "", "x.y", f"{foreign}0", "." * 300):
            with pytest.raises(TooManyTries):
                enter(database, name, office, browser=browser, now=now)

    def test_a_hand_at_the_machine_lets_a_name_try_again_at_once(
        self, database: Database, name: str, office: Origin
    ) -> None:
        now = clock.now()
        fail(database, name, office, tries.BY_NAME_FREE, now)
        auth.forget_tries(database, names=[name], now=now)
        enter(database, name, office, now=now)


class TestTelephones:
    def code(self, database: Database, phone: str, office: Origin, now: datetime) -> str:
        return auth.send_code(database, door="guide", phone=phone, origin=office, now=now).code

    def test_strangers_who_ask_for_codes_keep_nobody_from_using_theirs(
        self, database: Database, group: int, office: Origin
    ) -> None:
        now, phone = clock.now(), f"+86139{group:08d}"
        for number in range(tries.BY_NAME_FREE - 1):
            self.code(database, phone, Origin(f"203.0.113.{number}"), now)
        code = self.code(database, phone, office, now)
        with pytest.raises(TooManyTries):
            self.code(database, phone, Origin("203.0.113.99"), now)
        auth.use_phone_code(database, door="guide", phone=phone, code=code, origin=office, now=now)
        self.code(database, phone, office, now)

    def test_strangers_elsewhere_who_try_codes_keep_nobody_from_theirs(
        self, database: Database, group: int, office: Origin
    ) -> None:
        now, phone, elsewhere = clock.now(), f"+86138{group:08d}", Origin("203.0.113.7")
        for _ in range(tries.BY_NAME_FREE):
            with pytest.raises(PhoneCodeWrong):
                auth.use_phone_code(
                    database, door="guide", phone=phone, code="1", origin=elsewhere, now=now
                )
        code = self.code(database, phone, office, now)
        auth.use_phone_code(database, door="guide", phone=phone, code=code, origin=office, now=now)

    def test_a_name_typed_at_the_console_shuts_no_telephone(
        self, database: Database, group: int, office: Origin
    ) -> None:
        now, phone = clock.now(), f"+86137{group:08d}"
        fail(database, f"guide {phone}", Origin("203.0.113.8"), tries.BY_NAME_FREE, now)
        self.code(database, phone, office, now)

    def test_a_code_has_its_own_few_tries_wherever_they_come_from(
        self, database: Database, group: int, office: Origin
    ) -> None:
        now, phone = clock.now(), f"+86136{group:08d}"
        code = self.code(database, phone, office, now)
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        given = [wrong] * phone_codes.TRIES_MAX + [code]
        for number, one in enumerate(given):
            with pytest.raises(PhoneCodeWrong):
                auth.use_phone_code(
                    database,
                    door="guide",
                    phone=phone,
                    code=one,
                    origin=Origin(f"198.51.100.{number}"),
                    now=now,
                )


class TestByAddress:
    def test_an_address_that_tries_many_names_has_to_wait_and_others_do_not(
        self, database: Database, name: str, office: Origin
    ) -> None:
        now = clock.now()
        for number in range(tries.BY_ADDRESS_FREE):
            other = f"name{number}.{office.address}"
            tries.begin(database, name=other, browser=None, address=office.address, now=now)
        with pytest.raises(TooManyTries):
            enter(database, name, office, now=now)
        enter(database, name, Origin(f"{office.address}.1", "Test"), now=now)

    @pytest.mark.parametrize(
        "first, second, is_one",
        [
            ("2001:db8:{0:x}::1", "2001:db8:{0:x}:0:ffff:1:2:3", True),
            ("2001:db8:{0:x}::1", "2001:db8:{0:x}:1::1", False),
            ("::ffff:10.9.8.{1}", "10.9.8.{1}", True),
            ("::ffff:10.9.7.{1}", "::ffff:10.9.6.{1}", False),
        ],
    )
    def test_an_address_of_ipv6_is_its_whole_network(
        self, database: Database, group: int, first: str, second: str, *, is_one: bool
    ) -> None:
        now = clock.now()
        first, second = (one.format(group % 0xFFFF, group % 250) for one in (first, second))
        for number in range(tries.BY_ADDRESS_FREE):
            other = f"six{number}.{first}"
            tries.begin(database, name=other, browser=None, address=first, now=now)
        waits = tries.wait_seconds(
            database, name=f"six.{second}", browser=None, address=second, now=now
        )
        assert (waits > 0) is is_one


class TestFlood:
    def test_who_would_wait_long_for_a_check_is_told_to_come_again(
        self, app: FastAPI, name: str
    ) -> None:
        browser = make_browser(app)
        with ExitStack() as others:
            for _ in range(passwords.CHECKS_AT_ONCE_MAX):
                others.enter_context(passwords.checking())
            answer = browser.sign_in(name)
        assert (answer.status_code, answer.json()["code"]) == (503, "platform.passwords_busy")
        assert browser.sign_in(name).status_code == 200


class TestTellsNothing:
    def test_nothing_that_was_typed_is_kept(
        self, database: Database, name: str, office: Origin
    ) -> None:
        fail(database, "my secret in the wrong box", office, 1, clock.now())
        with database.reading(auth.NOBODY) as tx:
            kept = str(tx.rows("SELECT t::text FROM platform.sign_in_tries AS t"))
        for typed in ("my secret", name, office.address):
            assert typed not in kept
            assert typed.encode().hex() not in kept

    def test_an_unknown_name_takes_as_long_as_a_wrong_password(
        self, database: Database, name: str
    ) -> None:
        def seconds(who: str, number: int) -> float:
            begun = time.perf_counter()
            with pytest.raises(SignInRefused):
                enter(database, who, Origin(f"{who}{number}", ""), password=WRONG)
            return time.perf_counter() - begun

        passwords.fits("warm", None)
        known = [seconds(name, number) for number in range(4)]
        unknown = [seconds(f"no.{name}", number) for number in range(4)]
        assert 1 / 3 < statistics.median(known) / statistics.median(unknown) < 3

    def test_that_an_account_is_locked_is_told_to_those_who_know_its_password(
        self, database: Database, group: int, name: str, office: Origin
    ) -> None:
        now = clock.now()
        signed = enter(database, name, office, now=now)
        with database.transaction(Scope(group), now=now) as tx:
            set_lock(tx, user_id=signed.user_id, locked_at=now)
        fail(database, name, office, 1, now)
        with pytest.raises(AccountLocked):
            enter(database, name, office, now=now)


class TestPasswordsOfOthers:
    def test_a_password_for_one_use_ends_at_its_time(
        self, database: Database, group: int, name: str, office: Origin
    ) -> None:
        now = clock.now()
        signed = enter(database, name, office, now=now)
        until = now + timedelta(hours=1)
        with database.transaction(Scope(group), now=now) as tx:
            set_password(
                tx,
                user_id=signed.user_id,
                password=PASSWORD,
                must_change=True,
                until=until,
                now=now,
            )
        enter(database, name, office, now=until - timedelta(seconds=1))
        with pytest.raises(PasswordOver):
            enter(database, name, office, now=until)

    def test_production_refuses_the_password_of_the_demo(
        self, database: Database, group: int, office: Origin
    ) -> None:
        name = f"demo.{group}"
        make_user(database, group, name, "analyst", password=auth.DEMO_PASSWORD)
        enter(database, name, office, password=auth.DEMO_PASSWORD)
        full_width = auth.DEMO_PASSWORD.replace("h", "\N{FULLWIDTH LATIN SMALL LETTER H}", 1)
        for typed in (auth.DEMO_PASSWORD, full_width):
            with pytest.raises(DemoPasswordRefused):
                enter(database, name, office, password=typed, demo=False)


class TestMeanwhile:
    @pytest.mark.parametrize("change", ["password", "lock"])
    def test_a_sign_in_under_way_opens_nothing_once_the_password_is_reset_or_the_user_locked(
        self, database: Database, group: int, name: str, office: Origin, change: str
    ) -> None:
        user_id = enter(database, name, office).user_id
        with ThreadPoolExecutor(1) as elsewhere:
            with database.transaction(Scope(group), now=clock.now()) as tx:
                if change == "password":
                    set_password(
                        tx,
                        user_id=user_id,
                        password="another sheep jumps",  # noqa: S106 - Of one test.
                        must_change=True,
                        until=None,
                        now=clock.now(),
                    )
                else:
                    set_lock(tx, user_id=user_id, locked_at=clock.now())
                entering = elsewhere.submit(enter, database, name, office)
                until_somebody_waits(database, entering)
            with pytest.raises(SignInRefused):
                entering.result()
        with database.reading(Scope(group)) as reading:
            opened = auth.list_sessions(
                reading, kind=CallerKind.USER, subject_id=user_id, now=clock.now()
            )
        assert len(opened) == 1


def until_somebody_waits(database: Database, entering: Future[SignedIn]) -> None:
    """Wait until the sign-in has checked the old password and meets the lock of the change."""
    while not entering.done():
        with database.reading(auth.NOBODY) as tx:
            found = tx.row("SELECT FROM pg_locks WHERE NOT granted")
        if found is not None:
            return
        time.sleep(0.02)


class TestChoosing:
    @pytest.mark.parametrize(
        "weak",
        [
            "short one",
            "aaaaaaaaaaaaaa",
            "1234567890",
            "0987654321",
            "qwertyuiop",
            "password1234567890",
            "Passw0rd123456",
            "anna.wang1",
            "ANNA.WANG!",
            "huitong demo 2026",
            "HUITONG demo 2026",
            "x" * 201,
        ],
    )
    def test_a_password_that_would_be_guessed_is_refused(self, weak: str) -> None:
        with pytest.raises(auth.PasswordTooWeak):
            passwords.hold(weak, name="anna.wang@wool.example")

    @pytest.mark.parametrize("strong", ["seven sheep jump", "羊毛衫很暖和又好看呢", "kX9#mQ2$vL"])
    def test_a_password_that_would_not_be_is_taken(self, strong: str) -> None:
        passwords.hold(strong, name="anna.wang")

    def test_the_same_characters_of_another_keyboard_are_the_same_password(self) -> None:
        assert passwords.fits("ｓｅｖｅｎ sheep", passwords.hashed("seven sheep"))

    def test_the_parameters_are_at_least_those_that_owasp_asks_for(self) -> None:
        stored = passwords.hashed("seven sheep")
        assert stored.startswith("$argon2id$v=19$m=47104,t=2,p=1$")
        assert not passwords.is_outdated(stored)
