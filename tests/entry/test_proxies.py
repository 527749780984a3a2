"""Behind a proxy: whose word is taken for where a call comes from, and for https."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from huitong.platform import audit, clock
from huitong.platform.audit import Wanted
from huitong.platform.auth import CallerKind, list_sessions
from huitong.platform.auth.tries import BY_ADDRESS_FREE
from huitong.platform.db import Database, Scope
from tests.access.make import PASSWORD, make_roles, make_user
from tests.entry.test_serving import WAIT_SECONDS_MAX, started

HERE = "127.0.0.1"
SHOP = "203.0.113.7"
# What somebody says of themselves, and what a proxy that has such a name before it would add.
FORGED = {"X-Forwarded-For": SHOP, "X-Forwarded-Proto": "https"}
GROUP = 1


@pytest.fixture
def anna(fresh_database: Database) -> int:
    """Return a user who can sign in."""
    make_roles(fresh_database, GROUP)
    return make_user(fresh_database, GROUP, "anna", "group_admin")


@pytest.fixture
def address(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    fresh_database: Database,
    anna: int,  # noqa: ARG001 - They have to be there.
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """Return where a server with these trusted proxies listens."""
    # Uvicorn's own variable trusts everybody and must not be heard.
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    monkeypatch.setenv("HUITONG_TRUSTED_PROXIES", request.param)
    with started(tmp_path, fresh_database.url, "api", "--port", "0") as process:
        yield process.address()
        assert process.stop() == 0


def sign_in(
    address: str, password: str = PASSWORD, *, name: str = "anna", **headers: str
) -> httpx2.Response:
    return httpx2.post(
        f"{address}/v1/session",
        json={"name": name, "password": password},
        headers=headers,
        timeout=WAIT_SECONDS_MAX,
    )


def told_of(database: Database, anna: int) -> set[str | None]:
    """Return the addresses that the audit and the list of sessions show."""
    with database.reading(Scope(GROUP)) as tx:
        shown = list_sessions(tx, kind=CallerKind.USER, subject_id=anna, now=clock.now())
        (entry,) = audit.entries(tx, Wanted(acts=("session.open",)), before_id=None, limit=9)
    return {entry.address, *(one.origin.address for one in shown)}


@pytest.mark.parametrize("address", ["[]", '["10.0.0.0/8"]'], indirect=True)
def test_nobody_who_is_not_named_is_believed(
    address: str, fresh_database: Database, anna: int
) -> None:
    answer = sign_in(address, **FORGED)
    assert answer.status_code == 200, answer.text
    for cookie in answer.headers.get_list("set-cookie"):
        assert "Secure" not in cookie
        assert not cookie.startswith("__Host-")
    assert told_of(fresh_database, anna) == {HERE}


@pytest.mark.parametrize("address", ['["127.0.0.0/8"]'], indirect=True)
class TestATrustedProxy:
    def test_is_believed_about_the_address_and_about_https(
        self, address: str, fresh_database: Database, anna: int
    ) -> None:
        answer = sign_in(address, **FORGED)
        assert answer.status_code == 200, answer.text
        cookies = answer.headers.get_list("set-cookie")
        assert any(cookie.startswith("__Host-huitong_session=") for cookie in cookies)
        for cookie in cookies:
            assert "Secure" in cookie.split("; ")
        assert told_of(fresh_database, anna) == {SHOP}

    def test_adds_the_real_address_behind_what_somebody_says_of_themselves(
        self, address: str, fresh_database: Database, anna: int
    ) -> None:
        said = {"X-Forwarded-For": f"198.51.100.99, {SHOP}"}
        assert sign_in(address, **said).status_code == 200
        assert told_of(fresh_database, anna) == {SHOP}

    def test_is_not_one_address_that_all_behind_it_share(self, address: str) -> None:
        for number in range(BY_ADDRESS_FREE):
            sign_in(address, f"guess {number}", name=f"nobody{number}", **FORGED)
        assert sign_in(address, **FORGED).status_code == 429
        elsewhere = {"X-Forwarded-For": "198.51.100.99"}
        assert sign_in(address, **elsewhere).status_code == 200
