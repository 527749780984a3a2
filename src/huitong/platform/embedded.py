"""PostgreSQL without an installation: the one module that knows which wheel brings it.

The wheel gives the programs only. The data lives in `<home>/postgres/data`, the server listens on
a Unix socket alone, and every process that asks with the same home gets the same server.

Whoever can open the socket is trusted, because its directory is 0700 and belongs to the account
that runs the server: the caller's, or, as PostgreSQL refuses root, for root the one that owns the
data, the one behind sudo, or `nobody`. Where other programs run as `nobody`, a server of one's own
(`HUITONG_DATABASE_URL`) is the better choice.
"""

import errno
import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import psutil

from huitong.platform import postgres_refusals, postgres_wheel
from huitong.platform.errors import DomainError
from huitong.platform.postgres_refusals import (
    EmbeddedPostgresDiskFull,
    EmbeddedPostgresFailed,
    EmbeddedPostgresForbidden,
    EmbeddedPostgresMismatch,
    EmbeddedPostgresSlow,
)
from huitong.platform.postgres_wheel import Account, Programs

START_SECONDS_MAX = 900  # Crash recovery replays up to 4 GB of log.
STOP_SECONDS_MAX = 120
ORPHAN_TRIES_MAX = 150  # Sessions of a killed server notice its death within seconds.
ORPHAN_WAIT_SECONDS = 0.2
SOCKET_PATH_BYTES_MAX = 103  # macOS allows 104 with the closing zero, Linux 108.
LOG_BYTES_MAX = 10_000_000
MEMORY_FOR_LARGE_BUFFERS = 3 << 30
ANSWER_WAIT_SECONDS = 0.1
MARK_LINES = 8  # postmaster.pid: process, data, start, port, sockets, address, memory, status.
PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"

CONFIGURATION = """\
# Written by Huitong at every start; ALTER SYSTEM overrides it.
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = {buffers_mb}MB
effective_cache_size = {cache_mb}MB
maintenance_work_mem = 128MB
work_mem = 16MB
random_page_cost = 1.1
fsync = on
synchronous_commit = on
wal_compression = on
max_wal_size = 4GB
checkpoint_timeout = 15min
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
# Statements and the values in them are personal data: the log tells of errors, not of rows.
log_error_verbosity = terse
log_min_error_statement = panic
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where to connect (as its superuser), its process and its version."""

    url: str
    pid: int
    version: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one server lives and what it runs with."""

    root: Path
    account: Account | None
    programs: Programs

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    def sockets(self) -> Path:
        """Return the directory of the socket: beside the data, or a short one for a long path."""
        beside = self.root / "run"
        if len(os.fsencode(beside / SOCKET)) <= SOCKET_PATH_BYTES_MAX:
            return beside
        mark = sha256(os.fsencode(self.root)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"huitong-{mark}"

    def run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the account of the server."""
        return self.programs.run(self.account, program, *arguments)


def start(home: Path) -> Server:
    """Start the server of `home`, or find it running; a new home gets an empty database first.

    :raises EmbeddedPostgresMismatch: when the data was written by another major version.
    :raises EmbeddedPostgresForbidden: when a directory is closed to the account of the server.
    :raises EmbeddedPostgresDiskFull: when the disk is full.
    :raises EmbeddedPostgresSlow: when recovery takes longer than we wait.
    :raises EmbeddedPostgresFailed: when the server ends at once for another reason.
    """
    with _alone(home.resolve()) as place:
        found = _found(place)
        if found is not None:
            return found
        if place.data.exists():
            _check_version(place)
        else:
            _make_data(place)
        _configure(place)
        _launch(place)
        found = _found(place)
        assert found is not None, "A server that reported itself ready is running."
        return found


def running(home: Path) -> Server | None:
    """Return the server of `home`, or None when it does not run."""
    if not (home / "postgres" / "data").exists():
        return None
    with _alone(home.resolve()) as place:
        return _found(place)


def stop(home: Path) -> None:
    """Stop the server of `home` if it runs; open transactions are rolled back.

    :raises EmbeddedPostgresFailed: when it does not stop.
    """
    if not (home / "postgres" / "data").exists():
        return
    with _alone(home.resolve()) as place:
        if _found(place) is None:
            return
        stopped = place.run(
            "pg_ctl", "stop", "-D", place.data, "-m", "fast", "-w", "-t", str(STOP_SECONDS_MAX)
        )
        if stopped.returncode != 0:
            raise EmbeddedPostgresFailed(
                reason=postgres_refusals.cause(stopped.stderr), log=str(place.log)
            )


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """Keep the server of `home` running for the block; the last one to leave stops it.

    :raises DomainError: as `start`.
    """
    with _explained(home):
        home.mkdir(parents=True, exist_ok=True)
        users = (home / "postgres.users").open("a")
    with users:
        # A shared lock counts the users, and the kernel drops it when one of them is killed.
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield start(home)
        finally:
            if _nobody_else(users.fileno()):
                stop(home)


def _nobody_else(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _alone(home: Path) -> Iterator[_Place]:
    """Hold the home's lock, so that two processes that start together make one server."""
    with _explained(home):
        home.mkdir(parents=True, exist_ok=True)
        with (home / "postgres.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield _place(home)


@contextmanager
def _explained(home: Path) -> Iterator[None]:
    """Turn what the file system refuses into a sentence with its remedy."""
    try:
        yield
    except PermissionError as refused:
        raise EmbeddedPostgresForbidden(
            account=postgres_wheel.name_of(None), path=str(refused.filename or home)
        ) from refused
    except OSError as refused:
        if refused.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise EmbeddedPostgresDiskFull(data=str(home)) from refused


def _place(home: Path) -> _Place:
    """Find the directory of the server, making it when the home is new."""
    named = home / "postgres"
    account = postgres_wheel.account_for(named)
    programs = postgres_wheel.programs_for(account)
    if named.is_symlink() and not named.exists():
        raise EmbeddedPostgresFailed(
            reason=f"its data was in {named.readlink()}, which is gone", log="the backup"
        )
    if not named.exists():
        _make_place(named, account)
    return _Place(root=named.resolve(), account=account, programs=programs)


def _make_place(named: Path, account: Account | None) -> None:
    """Make the directory of the server; outside the home when its account cannot get there.

    Root's own home directory is closed to everybody else, and a checkout there should still run
    without opening it: the home then holds a link.
    """
    if account is None:
        named.mkdir(mode=0o700)
        return
    if account.reaches(named.parent):
        named.mkdir(mode=0o700)
        os.chown(named, account.uid, account.gid)
        return
    root = postgres_wheel.private_directory_elsewhere(account)
    named.symlink_to(root)


def _found(place: _Place) -> Server | None:
    """Return the server once it takes connections, or None when no process holds the data.

    A process that is there but does not answer is recovering, stopping, or dying of a kill: each
    of them ends, so we wait.
    """
    for _ in range(int(START_SECONDS_MAX / ANSWER_WAIT_SECONDS)):
        pid = _pid(place.data)
        if pid is None or not _is_server(pid, place.data):
            return None
        server = _answering(place, pid)
        if server is not None:
            return server
        time.sleep(ANSWER_WAIT_SECONDS)
    raise EmbeddedPostgresSlow(seconds=START_SECONDS_MAX, log=str(place.log))


def _pid(data: Path) -> int | None:
    """Return the process number that the server left beside its data; None after a clean stop."""
    try:
        first = (data / "postmaster.pid").read_text().partition("\n")[0]
    except FileNotFoundError:
        return None
    return int(first) if first.isdecimal() else None


def _is_server(pid: int, data: Path) -> bool:
    try:
        return str(data) in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def _answering(place: _Place, pid: int) -> Server | None:
    """Return the server when it says it is ready and takes a connection."""
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < MARK_LINES or lines[-1].strip() != "ready":
        return None
    sockets, port = lines[4], lines[3]
    if place.run("pg_isready", "-h", sockets, "-p", port, "-t", "3").returncode != 0:
        return None
    url = f"postgresql://postgres@/postgres?host={quote(sockets, safe='')}&port={port}"
    return Server(url=url, pid=pid, version=place.programs.version)


def _check_version(place: _Place) -> None:
    found = (place.data / "PG_VERSION").read_text().strip()
    brought = place.programs.version
    if found != brought.partition(".")[0]:
        raise EmbeddedPostgresMismatch(data=str(place.data), found=found, brought=brought)


def _make_data(place: _Place) -> None:
    """Make an empty database beside its final name: a half-made one is never taken for data."""
    unfinished = place.root / "data.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    made = place.run(
        "initdb",
        *("-D", unfinished, "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
        # The built-in locale sorts alike on every system and after every upgrade of one.
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
    )
    if made.returncode != 0:
        raise _refusal(place, made.stderr)
    with (unfinished / "postgresql.conf").open("a") as configuration:
        configuration.write("\ninclude = 'huitong.conf'\n")
    unfinished.rename(place.data)


def _configure(place: _Place) -> None:
    """Write our configuration and make the directory of the socket."""
    sockets = place.sockets()
    _make_private(sockets, place.account)
    megabytes = postgres_wheel.memory_bytes() >> 20
    text = CONFIGURATION.format(
        port=PORT,
        sockets=str(sockets).replace("'", "''"),
        buffers_mb=512 if megabytes >= MEMORY_FOR_LARGE_BUFFERS >> 20 else 128,
        cache_mb=megabytes // 2,
    )
    written = place.data / "huitong.conf"
    written.write_text(text)
    written.chmod(0o644)  # Whatever root's umask, the account of the server must read it.
    if place.log.exists() and place.log.stat().st_size > LOG_BYTES_MAX:
        place.log.rename(place.log.with_suffix(".log.old"))


def _make_private(directory: Path, account: Account | None) -> None:
    """Make a directory for the account alone, or check that the one that is there is its own."""
    owner = os.geteuid() if account is None else account.uid
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        there = directory.lstat()
        if there.st_uid != owner or there.st_mode & 0o077 or directory.is_symlink():
            raise EmbeddedPostgresForbidden(
                account=postgres_wheel.name_of(account), path=str(directory)
            ) from None
    else:
        if account is not None:
            os.chown(directory, account.uid, account.gid)


def _launch(place: _Place) -> None:
    """Start the server and wait until it is ready, crash recovery included."""
    _forget_killed(place)
    said = ""
    for _ in range(ORPHAN_TRIES_MAX):
        before = place.log.stat().st_size if place.log.exists() else 0
        begun = place.run(
            "pg_ctl",
            *("start", "-D", place.data, "-l", place.log),
            *("-w", "-t", str(START_SECONDS_MAX)),
        )
        if begun.returncode == 0:
            return
        said = _text_after(place.log, before) + begun.stderr
        if "shared memory block" not in said:
            break
        time.sleep(ORPHAN_WAIT_SECONDS)
    raise _refusal(place, said)


def _forget_killed(place: _Place) -> None:
    """Remove what a killed server left when its process number now belongs to another process.

    PostgreSQL handles a number that is free, but one that was given away makes it believe that
    the server still runs. Sessions that survived are still found by their shared memory.
    """
    pid = _pid(place.data)
    if pid is not None and psutil.pid_exists(pid):
        (place.data / "postmaster.pid").unlink()
    for name in (SOCKET, f"{SOCKET}.lock"):
        (place.sockets() / name).unlink(missing_ok=True)


def _refusal(place: _Place, said: str) -> DomainError:
    return postgres_refusals.refusal_for(
        said,
        account=postgres_wheel.name_of(place.account),
        root=str(place.root),
        log=str(place.log),
        seconds=START_SECONDS_MAX,
    )


def _text_after(log: Path, position: int) -> str:
    if not log.exists():
        return ""
    with log.open("rb") as text:
        text.seek(position)
        return text.read().decode(errors="replace")
