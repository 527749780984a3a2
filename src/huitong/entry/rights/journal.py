"""The erase journal: who was erased, in a file that no backup of the database holds.

A backup from before an erasure remembers; whoever restores one replays this file first. A line is
written and synced before the erasure commits, so there may be a line too many and never one too
few: replaying a line again changes nothing. It holds ids and keyed digests, no personal value.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

FILE = "erasures.ndjson"
FORM = 1


@dataclass(frozen=True, slots=True)
class Erasure:
    """One line: everybody whom an erasure reached, and the tombstones that stay of them."""

    group_id: int
    person_ids: tuple[int, ...]
    erased_at: datetime
    tombstones: tuple[bytes, ...]
    tombstones_until: datetime | None


@dataclass(frozen=True, slots=True)
class Read:
    """What a journal holds; `torn` counts lines whose writing was cut off before their commit."""

    erasures: tuple[Erasure, ...]
    torn: int


def append(home: Path, erasure: Erasure) -> None:
    """Add a line and return once it would survive a power cut."""
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = file.seek(0, os.SEEK_END)
        # A line that was cut off must not swallow this one.
        is_whole = size == 0 or os.pread(file.fileno(), 1, size - 1) == b"\n"
        file.write((b"" if is_whole else b"\n") + _line(erasure))
        os.fsync(file.fileno())
    _sync_folder(home)


def read(home: Path) -> Read:
    """Return every erasure of the journal, oldest first; without a file there was none."""
    path = home / FILE
    if not path.exists():
        return Read((), 0)
    lines = [line for line in path.read_bytes().split(b"\n") if line]
    erasures = [one for one in _erasures(lines) if one is not None]
    return Read(tuple(erasures), len(lines) - len(erasures))


def _line(erasure: Erasure) -> bytes:
    told = {
        "form": FORM,
        "group": erasure.group_id,
        "persons": list(erasure.person_ids),
        "erased_at": erasure.erased_at,
        "tombstones": [digest.hex() for digest in erasure.tombstones],
        "tombstones_until": erasure.tombstones_until,
    }
    return orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)


def _erasures(lines: Sequence[bytes]) -> Iterator[Erasure | None]:
    for line in lines:
        try:
            told = orjson.loads(line)
        except orjson.JSONDecodeError:
            yield None
            continue
        until = told["tombstones_until"]
        yield Erasure(
            group_id=told["group"],
            person_ids=tuple(told["persons"]),
            erased_at=datetime.fromisoformat(told["erased_at"]),
            tombstones=tuple(bytes.fromhex(digest) for digest in told["tombstones"]),
            tombstones_until=None if until is None else datetime.fromisoformat(until),
        )


def _sync_folder(home: Path) -> None:
    descriptor = os.open(home, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
