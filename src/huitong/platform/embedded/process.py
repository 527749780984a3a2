"""The process of a server: launched, found again by what it left beside its data, waited for."""

import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from huitong.platform.embedded.place import SOCKET, START_SECONDS_MAX, Place
from huitong.platform.embedded.refusals import EmbeddedPostgresSlow

ORPHAN_TRIES_MAX = 150  # Sessions of a killed server notice its death within seconds.
ORPHAN_WAIT_SECONDS = 0.2
ANSWER_WAIT_SECONDS = 0.1
MARK_LINES = 8  # postmaster.pid: process, data, start, port, sockets, address, memory, status.


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where to connect (as its superuser), its process and its version."""

    url: str
    pid: int
    version: str


def find(place: Place) -> Server | None:
    """Return the server once it takes connections, or None when no process holds the data.

    A process that is there but does not answer is recovering, stopping, or dying of a kill: each
    of them ends, so we wait.

    :raises EmbeddedPostgresSlow: when none of it ends within `START_SECONDS_MAX`.
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


def _answering(place: Place, pid: int) -> Server | None:
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


def launch(place: Place) -> None:
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
    raise place.refusal(said)


def _forget_killed(place: Place) -> None:
    """Remove what a killed server left when its process number now belongs to another process.

    PostgreSQL handles a number that is free, but one that was given away makes it believe that
    the server still runs. Sessions that survived are still found by their shared memory.
    """
    pid = _pid(place.data)
    if pid is not None and psutil.pid_exists(pid):
        (place.data / "postmaster.pid").unlink()
    for name in (SOCKET, f"{SOCKET}.lock"):
        (place.sockets() / name).unlink(missing_ok=True)


def _text_after(log: Path, position: int) -> str:
    if not log.exists():
        return ""
    with log.open("rb") as text:
        text.seek(position)
        return text.read().decode(errors="replace")
