"""Shops for these tests: founded databases that are copies of one, and imports in this process."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from huitong import ledger, loyalty, org
from huitong.channels.connectors.file import Import, ImportReport, import_file
from huitong.entry import wiring
from huitong.loyalty.model import Programme
from huitong.platform import clock, crypto
from huitong.platform.crypto import Keyring
from huitong.platform.db import Database, Role, Scope
from tests.crash import projection
from tests.crash.goods import ACCOUNT, BRAND, PLATFORM, PROGRAMME, PROGRAMME_FROM, Step
from tests.crash.projection import Projection

SECRET = "for the tests of crashes only, known to everybody"  # noqa: S105 - It guards nothing.
SCOPE = Scope(1)


@contextmanager
def keyring_of_shops() -> Iterator[None]:
    """Hold the keyring of these tests, and the one of before afterwards."""
    before = crypto.keyring()
    crypto.hold(Keyring(SECRET.encode()))
    try:
        yield
    finally:
        crypto.hold(before)


def found_shop(url: str, *, programme: Mapping[str, object] = PROGRAMME) -> None:
    """Found the group, its brand and till, and put the programme into effect."""
    with opened(url) as database, database.transaction(SCOPE, now=PROGRAMME_FROM) as tx:
        made = org.set_up(
            tx, name="Wool", brand=BRAND, accounts=[(PLATFORM, ACCOUNT)], now=PROGRAMME_FROM
        )
        loyalty.apply_programme(
            tx,
            brand_id=made.brand.id,
            programme=Programme.model_validate(programme),
            effective_from=PROGRAMME_FROM,
            actor="test",
            expected_version=None,
            now=PROGRAMME_FROM,
        )


def copied(url: str, name: str) -> str:
    """Copy a database that nobody uses and return the address of the copy; ids are the same."""
    source = urlsplit(url).path.removeprefix("/")
    with psycopg.connect(address_of(url, "template1"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
    return address_of(url, name)


def address_of(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Open a database with everything wired, as every process of the product does."""
    database = Database(url, events=wiring.EVENTS)
    try:
        yield database
    finally:
        database.close()


def import_steps(url: str, steps: Sequence[Step]) -> list[tuple[ImportReport, float]]:
    """Import files in this process, nobody disturbing; return reports and seconds."""
    done = []
    with opened(url) as database:
        with database.reading(SCOPE) as tx:
            account = org.channel_account(tx, platform=PLATFORM, code=ACCOUNT)
        for step in steps:
            begun = time.monotonic()
            report = import_file(
                database,
                SCOPE,
                Import(path=step.path, kind=step.kind, account=account),
                appliers=wiring.APPLY[step.kind],
                clock=clock.now,
            )
            done.append((report, time.monotonic() - begun))
    return done


def everything_in(url: str) -> Projection:
    """Return all that a database holds, by natural keys, texts opened and rows counted."""
    with opened(url) as database:
        texts = projection.opened_texts(database, SCOPE)
    return {
        **projection.project(url, projection.HISTORY),
        **projection.count_rows(url),
        **texts,
    }


def breaches_in(url: str) -> list[str]:
    """Return which promises the ledger of a database breaks."""
    with opened(url) as database, database.reading(SCOPE, role=Role.READER) as tx:
        return [str(breach) for breach in ledger.verify(tx)]
