"""Checks what the platform stands on; each finding says what to do when it is not well."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import psycopg

from huitong.entry import lake_findings, revisions, wiring
from huitong.entry.findings import Finding, State
from huitong.platform import jobs, outbox, rls, settings
from huitong.platform.db import Database, Role
from huitong.platform.errors import DomainError
from huitong.platform.jobs import QueueState
from huitong.platform.settings import Environment, Settings

POSTGRESQL_MIN = 150_000
QUEUE_LAG_SECONDS_MAX = 120
SKEW_SECONDS_WORTH_TELLING = 2.0
SKEW_SECONDS_MAX = jobs.LEASE_SECONDS / 2
DISK_BYTES_WORTH_TELLING = 5 << 30
DISK_BYTES_MIN = 1 << 30


Clock = Callable[[], datetime]


def examine(given: Settings, *, now: Clock) -> list[Finding]:
    """Check everything; a database that cannot be reached ends the checks that need it."""
    return [*_secret(given), proxies_finding(given), *_disk(given), *_database(given, now)]


def _secret(given: Settings) -> Iterator[Finding]:
    try:
        settings.secret_keys(given)
    except DomainError as refusal:
        yield Finding("secret key", State.BROKEN, "none that can be used", str(refusal))
    else:
        yield Finding("secret key", State.WELL, f"there, for {given.environment}")


def proxies_finding(given: Settings) -> Finding:
    """Return what it means whose word is taken for where calls come from."""
    if given.trusted_proxies:
        return Finding("proxies", State.WELL, f"trusted: {', '.join(given.trusted_proxies)}")
    found = "none is trusted: calls come from where they connect from, over plain http"
    if given.environment is Environment.PRODUCTION:
        remedy = "serve https by a proxy and name it in HUITONG_TRUSTED_PROXIES"
        return Finding("proxies", State.LOOK, found, remedy)
    return Finding("proxies", State.WELL, found)


def _disk(given: Settings) -> Iterator[Finding]:
    place = given.home.resolve()
    while not place.exists():
        place = place.parent
    yield disk_finding(place, shutil.disk_usage(place).free)


def disk_finding(place: Path, free_bytes: int) -> Finding:
    """Return what so much free space at a place means."""
    found = f"{free_bytes / (1 << 30):.1f} GiB free at {place}"
    remedy = "free some space, or set HUITONG_HOME to another disk"
    if free_bytes < DISK_BYTES_MIN:
        return Finding("disk", State.BROKEN, found, remedy)
    if free_bytes < DISK_BYTES_WORTH_TELLING:
        return Finding("disk", State.LOOK, found, remedy)
    return Finding("disk", State.WELL, found)


def _database(given: Settings, now: Clock) -> Iterator[Finding]:
    try:
        with wiring.address(given) as url:
            with psycopg.connect(url, autocommit=True) as connection:
                yield _version(connection)
                yield _roles(connection)
                yield _skew(connection, now)
            schema = _schema(url)
            yield schema
            if schema.state is State.WELL:
                yield from _inside(url, given, now())
    except DomainError as refusal:
        yield Finding("database", State.BROKEN, "not running", str(refusal))
    except psycopg.OperationalError as trouble:
        reason = str(trouble).strip().splitlines()[-1]
        remedy = "start the server, or correct HUITONG_DATABASE_URL"
        yield Finding("database", State.BROKEN, f"cannot be reached: {reason}", remedy)


def _version(connection: psycopg.Connection[tuple[object, ...]]) -> Finding:
    version = connection.info.server_version
    found = f"PostgreSQL {version // 10_000}.{version % 10_000}"
    if version < POSTGRESQL_MIN:
        return Finding("database", State.BROKEN, found, "use PostgreSQL 15 or newer")
    return Finding("database", State.WELL, found)


def _roles(connection: psycopg.Connection[tuple[object, ...]]) -> Finding:
    """Check that the sign-in can become every role that transactions run as."""
    missing = [
        name
        for name in (rls.OWNER, rls.APP, rls.WORKER, rls.READER)
        if not _may_become(connection, name)
    ]
    if missing:
        found = f"cannot become {', '.join(missing)}"
        return Finding("roles", State.BROKEN, found, "run “huitong init” as a user who may")
    return Finding("roles", State.WELL, "owner, app, worker, reader")


def _may_become(connection: psycopg.Connection[tuple[object, ...]], role: str) -> bool:
    found = connection.execute(
        "SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s", [role]
    ).fetchone()
    return bool(found and found[0])


def _skew(connection: psycopg.Connection[tuple[object, ...]], now: Clock) -> Finding:
    before = now()
    found = connection.execute("SELECT clock_timestamp()").fetchone()
    after = now()
    assert found is not None, "A clock always answers."
    assert isinstance(found[0], datetime), "PostgreSQL's clock answers an instant."
    return skew_finding((found[0] - (before + (after - before) / 2)).total_seconds())


def skew_finding(skew_seconds: float) -> Finding:
    """Return what so much difference between the clocks means; jobs' leases compare them."""
    found = f"the database is {skew_seconds:+.3f} s from this process"
    remedy = "let NTP set the clocks of both machines"
    if abs(skew_seconds) > SKEW_SECONDS_MAX:
        return Finding("clock", State.BROKEN, found, remedy)
    if abs(skew_seconds) > SKEW_SECONDS_WORTH_TELLING:
        return Finding("clock", State.LOOK, found, remedy)
    return Finding("clock", State.WELL, found)


def _schema(url: str) -> Finding:
    found, needed = revisions.found_at(url), revisions.needed()
    if found != needed:
        told = f"at revision {found}, this release needs {needed}"
        return Finding("schema", State.BROKEN, told, "run “huitong init”")
    return Finding("schema", State.WELL, f"at revision {found}")


def _inside(url: str, given: Settings, now: datetime) -> Iterator[Finding]:
    """Check what is kept in the database: the queues, and how old each brand's lake is."""
    database = Database(url, connections_max=1)
    try:
        with database.reading(jobs.QUEUE, role=Role.WORKER) as tx:
            yield queue_finding("jobs", jobs.queue_state(tx, now=now))
            yield queue_finding("outbox", outbox.queue_state(tx, now=now))
        yield from lake_findings.find(database, given, now)
    finally:
        database.close()


def queue_finding(check: str, state: QueueState) -> Finding:
    """Return what the state of a queue means."""
    found = (
        f"{state.due} due, the oldest for {state.oldest_due_seconds} s;"
        f" {state.under_way} under way; {state.failed} failed"
    )
    if state.oldest_due_seconds > QUEUE_LAG_SECONDS_MAX:
        return Finding(check, State.BROKEN, found, "start “huitong worker”, or another one")
    if state.failed:
        return Finding(check, State.LOOK, found, "look at their errors, repair, retry")
    return Finding(check, State.WELL, found)
