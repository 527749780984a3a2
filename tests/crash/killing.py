"""Runs imports as processes of their own and kills them, or the server, without notice."""

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random

import psycopg

from huitong.platform import embedded
from tests.crash import importer
from tests.crash.goods import ACCOUNT, PLATFORM, Step

RUN_SECONDS_MAX = 60.0
POLL_SECONDS = 0.000_5
# Seldom enough that a file is imported whole, often enough that each resume comes further.
COMMITS_MAX = 3
TIME_SHARE_MAX = 0.6
SHARE_AT_COMMIT = 0.67
JITTER_SECONDS_MAX = 0.006

# commits: each session's last COMMIT, running or done; together they count the commits seen.
COMMITS = """
SELECT pid, query_start
FROM pg_stat_activity
WHERE application_name = 'huitong'
  AND datname = 'postgres'
  AND query = 'COMMIT'
"""

# session: the importer's session that is busiest.
SESSION = """
SELECT pid
FROM pg_stat_activity
WHERE application_name = 'huitong'
  AND datname = 'postgres'
ORDER BY state <> 'active', query_start DESC
LIMIT 1
"""

# server: the process that made all others.
SERVER = """
SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)
"""


class Victim(StrEnum):
    """Who is killed: the importer, the server's first process, or one session of the server."""

    IMPORTER = "importer"
    SERVER = "server"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Kill:
    """Who is killed and when: some time after a COMMIT counted from the start, or after a share.

    `commit` None means after that share of the time that the import takes undisturbed.
    """

    victim: Victim
    commit: int | None
    share: float
    jitter_seconds: float

    def sooner(self) -> "Kill":
        """Return the kill at an earlier moment, for when there was nobody to kill at this one."""
        return replace(self, commit=max(1, (self.commit or 0) - 1))


@dataclass
class Shop:
    """A home with files, and the processes that import them into its database."""

    home: Path
    files: Path
    secret: str
    log: list[str] = field(default_factory=list)

    @property
    def staging(self) -> Path:
        """Return the folder for what imports keep while they run."""
        return self.files / "staging"

    @property
    def said(self) -> Path:
        """Return the file with what the last import said."""
        return self.files / "said.txt"

    def import_whole(self, step: Step) -> None:
        """Import a file to its end, as a person would."""
        running = self._start(step)
        running.join(RUN_SECONDS_MAX)
        running.kill()
        assert running.exitcode == 0, self.said.read_text()

    def import_and_kill(self, step: Step, kill: Kill, *, seconds: float) -> tuple[bool, bool]:
        """Import a file and kill somebody meanwhile; tell whether that was, and how it ended.

        Returns whether there was still somebody to kill, and whether the import came to its end.
        `seconds` is how long it takes undisturbed. A server that was killed is started again.
        """
        begun = time.monotonic()
        with psycopg.connect(embedded.start(self.home).url, autocommit=True) as watch:
            running = self._start(step)
            struck = _strike(watch, running, kill, seconds=seconds)
        # An import that has nothing open waits half a minute for a server to come back.
        embedded.start(self.home)
        running.join(RUN_SECONDS_MAX)
        running.kill()
        is_over = running.exitcode == 0
        took = time.monotonic() - begun
        self.log.append(f"{step.path.stem}: {kill}, {struck=}, {is_over=}, {took:.1f} s")
        if not is_over:
            expected = -signal.SIGKILL if kill.victim is Victim.IMPORTER else 1
            assert struck, (self.log[-1], self.said.read_text())
            assert running.exitcode == expected, (self.log[-1], self.said.read_text())
        return struck, is_over

    def _start(self, step: Step) -> ForkServerProcess:
        self.staging.mkdir(exist_ok=True)
        return importer.start(
            ["import", step.kind, str(step.path), "--channel", PLATFORM, "--shop", ACCOUNT],
            settings={
                "HUITONG_HOME": str(self.home),
                "HUITONG_SECRET_KEY": self.secret,
                "TMPDIR": str(self.staging),
            },
            folder=self.files,
            said=self.said,
        )


def plan_kills(chance: Random, victims: Sequence[Victim]) -> list[Kill]:
    """Return a kill for each victim, in any order; two thirds of them aim at a COMMIT."""
    return [
        Kill(
            victim=victim,
            commit=chance.randint(1, COMMITS_MAX) if chance.random() < SHARE_AT_COMMIT else None,
            share=chance.uniform(0, TIME_SHARE_MAX),
            jitter_seconds=chance.uniform(0, JITTER_SECONDS_MAX),
        )
        for victim in chance.sample(victims, len(victims))
    ]


def _strike(
    watch: psycopg.Connection, running: ForkServerProcess, kill: Kill, *, seconds: float
) -> bool:
    """Wait for the moment of a kill and do it; tell whether the import was still running then."""
    if kill.commit is None:
        running.join(kill.share * seconds)
    else:
        _await_commit(watch, running, kill.commit)
        time.sleep(kill.jitter_seconds)
    pid = _pid_of(watch, running, kill.victim)
    if pid is None or not running.is_alive():
        return False
    os.kill(pid, signal.SIGKILL)
    return True


def _await_commit(watch: psycopg.Connection, running: ForkServerProcess, wanted: int) -> None:
    seen: set[object] = set()
    while len(seen) < wanted and running.is_alive():
        seen |= set(watch.execute(COMMITS.encode()).fetchall())
        time.sleep(POLL_SECONDS)


def _pid_of(watch: psycopg.Connection, running: ForkServerProcess, victim: Victim) -> int | None:
    if victim is Victim.IMPORTER:
        return running.pid
    query = SERVER if victim is Victim.SERVER else SESSION
    row = watch.execute(query.encode()).fetchone()
    return None if row is None else int(row[0])
