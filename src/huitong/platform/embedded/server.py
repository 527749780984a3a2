"""One server for a home: started, found, stopped, and kept running for who uses it."""

import errno
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huitong.platform.embedded import refusals, wheel
from huitong.platform.embedded.data import check_version, configure, make_data
from huitong.platform.embedded.place import Place, place_of
from huitong.platform.embedded.process import Server, find, launch
from huitong.platform.embedded.refusals import (
    EmbeddedPostgresDiskFull,
    EmbeddedPostgresFailed,
    EmbeddedPostgresForbidden,
)

STOP_SECONDS_MAX = 120


def start(home: Path) -> Server:
    """Start the server of `home`, or find it running; a new home gets an empty database first.

    :raises EmbeddedPostgresMismatch: when the data was written by another major version.
    :raises EmbeddedPostgresForbidden: when a directory is closed to the account of the server.
    :raises EmbeddedPostgresDiskFull: when the disk is full.
    :raises EmbeddedPostgresSlow: when recovery takes longer than we wait.
    :raises EmbeddedPostgresFailed: when the server ends at once for another reason.
    """
    with _alone(home.resolve()) as place:
        found = find(place)
        if found is not None:
            return found
        if place.data.exists():
            check_version(place)
        else:
            make_data(place)
        configure(place)
        launch(place)
        found = find(place)
        assert found is not None, "A server that reported itself ready is running."
        return found


def running(home: Path) -> Server | None:
    """Return the server of `home`, or None when it does not run."""
    if not (home / "postgres" / "data").exists():
        return None
    with _alone(home.resolve()) as place:
        return find(place)


def stop(home: Path) -> None:
    """Stop the server of `home` if it runs; open transactions are rolled back.

    :raises EmbeddedPostgresFailed: when it does not stop.
    """
    if not (home / "postgres" / "data").exists():
        return
    with _alone(home.resolve()) as place:
        if find(place) is None:
            return
        stopped = place.run(
            "pg_ctl", "stop", "-D", place.data, "-m", "fast", "-w", "-t", str(STOP_SECONDS_MAX)
        )
        if stopped.returncode != 0:
            raise EmbeddedPostgresFailed(reason=refusals.cause(stopped.stderr), log=str(place.log))


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
def _alone(home: Path) -> Iterator[Place]:
    """Hold the home's lock, so that two processes that start together make one server."""
    with _explained(home):
        home.mkdir(parents=True, exist_ok=True)
        with (home / "postgres.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield place_of(home)


@contextmanager
def _explained(home: Path) -> Iterator[None]:
    """Turn what the file system refuses into a sentence with its remedy."""
    try:
        yield
    except PermissionError as refused:
        raise EmbeddedPostgresForbidden(
            account=wheel.name_of(None), path=str(refused.filename or home)
        ) from refused
    except OSError as refused:
        if refused.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise EmbeddedPostgresDiskFull(data=str(home)) from refused
