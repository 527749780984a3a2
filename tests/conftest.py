"""One PostgreSQL for the whole run, one migrated database for each worker, no network.

The server is the embedded one with a home of this run, or `HUITONG_TEST_DATABASE_URL`: a superuser
of any PostgreSQL >= 15. It starts when the first test asks for a database, so that the pure tests
alone never wait for it.
"""

import fcntl
import itertools
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings
from psycopg import sql

from huitong.platform import crypto, embedded
from huitong.platform.db import Database, Scope, Tx

SERVER = "HUITONG_TEST_DATABASE_URL"
HOME = "HUITONG_TEST_HOME"
RUN = "HUITONG_TEST_RUN"
# Settings of the person who runs the tests do not reach them, but for the server and files of data.
KEPT = frozenset({SERVER, "HUITONG_CDNOW", "HUITONG_ONLINE_RETAIL"})
HOME_PREFIX = "huitong-tests-"
TEMPLATE_LOCK = 7_401_126
LOOPBACK = ("localhost", "127.0.0.1", "::1", None)

hypothesis_settings.register_profile("huitong", deadline=None, print_blob=True)
hypothesis_settings.load_profile("huitong")

run_stack = ExitStack()


class NetworkRefused(Exception):
    """A test tried to reach another machine."""


class _RollBack(Exception):
    """Ends the transaction of a test without keeping what it wrote."""


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Let sockets reach this machine only."""
    if event == "socket.getaddrinfo" and arguments[0] not in LOOPBACK:
        raise NetworkRefused(arguments[0])
    if event == "socket.connect":
        connecting, address = arguments
        assert isinstance(connecting, socket.socket)
        if connecting.family != socket.AF_UNIX and isinstance(address, tuple):
            host = address[0]
            if host not in LOOPBACK:
                raise NetworkRefused(host)


def pytest_configure(config: pytest.Config) -> None:
    """Give the run its own home, before the workers inherit the environment."""
    if not hasattr(config, "workerinput"):
        for name in list(os.environ):
            if name.startswith("HUITONG_") and name not in KEPT:
                del os.environ[name]
        os.environ[RUN] = secrets.token_hex(4)
        if SERVER not in os.environ:
            os.environ[HOME] = str(run_stack.enter_context(_home_of_run()))
        else:
            run_stack.callback(_drop_databases, os.environ[SERVER])
    sys.addaudithook(_refuse_network)


def pytest_unconfigure() -> None:
    """Stop the server of the run and remove what it left."""
    run_stack.close()


@contextmanager
def _home_of_run() -> Iterator[Path]:
    """Make a home that the server's account can reach, and remove those of killed runs."""
    for left in Path(tempfile.gettempdir()).glob(f"{HOME_PREFIX}*"):
        with suppress(BlockingIOError, PermissionError), _held(left):
            _remove(left)
    home = Path(tempfile.mkdtemp(prefix=HOME_PREFIX))
    home.chmod(0o755)
    with _held(home):
        yield home
        _remove(home)


@contextmanager
def _held(home: Path) -> Iterator[None]:
    """Hold a home as long as its run lives; a killed run lets go of it."""
    with (home / "run.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _remove(home: Path) -> None:
    embedded.stop(home)
    shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(home)


def _drop_databases(server: str) -> None:
    """Drop the databases that this run made on a server that is not ours."""
    with psycopg.connect(server, autocommit=True) as connection:
        made = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_name("")]
        ).fetchall()
        for (name,) in made:
            connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(_id(name)))
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(_id(name)))


def _name(what: str) -> str:
    return f"huitong_test_{os.environ[RUN]}_{what}"


def _id(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _url_of(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@pytest.fixture(scope="session", autouse=True)
def _keyring_of_tests() -> None:
    """Hold the keyring that a process holds from its start; the secret is no secret."""
    crypto.hold(crypto.Keyring(bytes(range(32))))


@pytest.fixture(scope="session")
def server_url() -> str:
    """Return the superuser's address of the server that all workers share."""
    given = os.environ.get(SERVER)
    if given:
        return given
    url = embedded.start(Path(os.environ[HOME])).url
    with psycopg.connect(url, autocommit=True) as connection:
        # The data of a test run need not outlive a power cut.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Return the name of the migrated database that the others are copied from; made once."""
    from huitong.entry.migrate import migrate  # noqa: PLC0415 - Pure tests need no Alembic.

    name = _name("template")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        known = "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate"
        if connection.execute(known, [name]).fetchone() is None:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(_id(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(_id(name)))
            migrate(_url_of(server_url, name))
            connection.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(_id(name)))
    return name


@pytest.fixture(scope="module")
def empty_database_url(server_url: str) -> str:
    """Return the address of a database of the module in which no migration has run yet."""
    name = _name(f"empty_{secrets.token_hex(4)}")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(_id(name)))
    return _url_of(server_url, name)


@pytest.fixture(scope="session")
def make_database(server_url: str, template: str) -> Iterator[Callable[[], str]]:
    """Return a function that copies the template and returns the address of the copy."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    numbers = itertools.count(1)
    with psycopg.connect(server_url, autocommit=True) as connection:

        def make() -> str:
            name = _name(f"{worker}_{next(numbers)}")
            # Two copies at once are refused, so the workers take turns.
            connection.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(_id(name), _id(template))
            connection.execute(copy)
            connection.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])
            return _url_of(server_url, name)

        yield make


@pytest.fixture(scope="session")
def database_url(make_database: Callable[[], str]) -> str:
    """Return the address of this worker's migrated database, as its superuser."""
    return make_database()


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[Database]:
    """Return this worker's migrated database; what a test commits stays for the next one."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def wired(database_url: str) -> Iterator[Database]:
    """Return this worker's migrated database with every event wired, as each process has it.

    There is one for the whole run: a pool keeps its connections for ten minutes, and a server has
    a limited number of them.
    """
    from huitong.entry import wiring  # noqa: PLC0415 - Tests of lower domains need no wiring.

    opened = Database(database_url, events=wiring.EVENTS)
    yield opened
    opened.close()


@pytest.fixture
def fresh_database(make_database: Callable[[], str]) -> Iterator[Database]:
    """Return a migrated database for one test alone, for tests that commit or crash."""
    opened = Database(make_database())
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    """Return the instant at which the tests happen."""
    return datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


group_ids = itertools.count(1)


@pytest.fixture
def group_id() -> int:
    """Return a group that no other test of this worker has seen."""
    return next(group_ids)


@pytest.fixture
def tx(database: Database, group_id: int, now: datetime) -> Iterator[Tx]:
    """Return a transaction in a fresh group, rolled back after the test."""
    with suppress(_RollBack), database.transaction(Scope(group_id=group_id), now=now) as opened:
        yield opened
        raise _RollBack
