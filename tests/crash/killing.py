"""Runs imports as processes of their own and kills them, or the server under them, without notice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random

import psycopg

from huitong.platform import embedded
from tests.crash.goods import ACCOUNT, PLATFORM, Step

RUN_SECONDS_MAX = 60.0
POLL_SECONDS = 0.000_5
COMMITS_MAX = 4
JITTER_SECONDS_MAX = 0.006

# commits: each session's last COMMIT, running or done; together they count the commits seen.
COMMITS = """
SELECT pid, query_start
FROM pg_stat_activity
WHERE application_name = 'huitong'
  AND datname = 'postgres'
  AND query = 'COMMIT'
"""

# sessions: the sessions of the importer, the busiest first.
SESSIONS = """
SELECT pid
FROM pg_stat_activity
WHERE application_name = 'huitong'
  AND datname = 'postgres'
ORDER BY state <> 'active', query_start DESC
"""


class Victim(StrEnum):
    """Who is killed: the importer, the server's first process, or one session of the server."""

    IMPORTER = "importer"
    SERVER = "server"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Kill:
    """Who is killed and when: at a COMMIT counted from the start, or after a share of the time."""

    victim: Victim
    commit: int | None
    share: float
    jitter_seconds: float


@dataclass
class Shop:
    """A home with files, and the processes that import them into its database."""

    home: Path
    files: Path
    secret: str
    log: list[str] = field(default_factory=list)

    def start(self, step: Step, *, url: str | None = None) -> subprocess.Popen[str]:
        """Start the import of a file as a person would, into the home's database or another."""
        given = {name: value for name, value in os.environ.items() if "HUITONG" not in name}
        staging = self.files / "staging"
        staging.mkdir(exist_ok=True)
        environment = {
            **given,
            "HUITONG_HOME": str(self.home),
            "HUITONG_SECRET_KEY": self.secret,
            "TMPDIR": str(staging),
            **({} if url is None else {"HUITONG_DATABASE_URL": url}),
        }
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "huitong.entry.cli", "import"),
                *(step.kind, str(step.path), "--channel", PLATFORM, "--shop", ACCOUNT, "--json"),
            ],
            env=environment,
            cwd=self.files,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, running: subprocess.Popen[str], kill: Kill | None = None) -> bool:
        """Wait for an import and tell whether it came to its end; only a killed one may not."""
        try:
            said, complained = running.communicate(timeout=RUN_SECONDS_MAX)
        finally:
            running.kill()
        if running.returncode == 0:
            return True
        expected = -signal.SIGKILL if kill and kill.victim is Victim.IMPORTER else 1
        assert kill is not None, complained
        assert running.returncode == expected, (kill, said, complained)
        return False


def plan_kills(chance: Random, victims: list[Victim]) -> Iterator[Kill]:
    """Yield a kill for each victim, in any order; two thirds of them aim at a COMMIT."""
    for victim in chance.sample(victims, len(victims)):
        at_commit = chance.random() < 0.67
        yield Kill(
            victim=victim,
            commit=chance.randint(1, COMMITS_MAX) if at_commit else None,
            share=chance.random(),
            jitter_seconds=chance.uniform(0, JITTER_SECONDS_MAX),
        )


def strike(shop: Shop, running: subprocess.Popen[str], kill: Kill, seconds: float) -> bool:
    """Wait for the moment of a kill and do it; tell whether the import was still running then.

    `seconds` is how long the import takes undisturbed.
    """
    with _watching(shop.home) as watch:
        if kill.commit is None:
            with suppress(subprocess.TimeoutExpired):
                running.wait(kill.share * seconds)
        else:
            _await_commit(running, watch, kill.commit)
            time.sleep(kill.jitter_seconds)
        if running.poll() is not None:
            return False
        pid = _pid_of(shop, running, watch, kill.victim)
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return True


@contextmanager
def _watching(home: Path) -> Iterator[psycopg.Connection]:
    """Open a session that sees what the importer's sessions do."""
    with suppress(psycopg.OperationalError):
        with psycopg.connect(embedded.start(home).url, autocommit=True) as watch:
            watch.execute("SET application_name = 'watch'")
            yield watch


def _await_commit(running: subprocess.Popen[str], watch: psycopg.Connection, wanted: int) -> None:
    before = set(watch.execute(COMMITS.encode()).fetchall())
    seen: set[object] = set()
    while len(seen) < wanted and running.poll() is None:
        seen |= {row for row in watch.execute(COMMITS.encode()).fetchall() if row not in before}
        time.sleep(POLL_SECONDS)


def _pid_of(
    shop: Shop, running: subprocess.Popen[str], watch: psycopg.Connection, victim: Victim
) -> int | None:
    if victim is Victim.IMPORTER:
        return running.pid
    if victim is Victim.SERVER:
        server = embedded.running(shop.home)
        return None if server is None else server.pid
    row = watch.execute(SESSIONS.encode()).fetchone()
    return None if row is None else int(row[0])
