"""How many jobs a second the queue can do: no-op jobs, and jobs of one step that writes.

Jobs are coarse (a file, a night's expiry), so the number only has to be far above what anybody
asks for. Run with `python -m bench.jobs`; it starts an embedded database of its own.
"""

import shutil
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

from bench.measuring import keep, machine
from huitong.entry.migrate import migrate
from huitong.entry.worker import Worker
from huitong.platform import clock, embedded, jobs, logs
from huitong.platform.assembly import Platform
from huitong.platform.db import Database, Scope
from huitong.platform.jobs import Json, Run, WantedJob
from huitong.platform.settings import LogFormat, LogLevel, Settings

JOBS = 4_000
BATCH = 500
THREADS = (1, 2, 4)


def do_nothing(_run: Run) -> Json | None:
    """End at once."""
    return None


def do_one_step(run: Run) -> Json | None:
    """Open a transaction in the job's group, mark a step, end with a result."""
    now = clock.now()
    with run.transaction(now=now) as tx:
        run.step(tx, done_steps=1, all_steps=1, now=now)
    return {"steps": 1}


def enqueue(database: Database, kind: str, mark: str) -> float:
    """Ask for all jobs and return the seconds that took."""
    begun = time.monotonic()
    for first in range(0, JOBS, BATCH):
        now = clock.now() - timedelta(seconds=1)
        wanted = [
            WantedJob(kind=kind, key=f"{mark}-{number}", arguments={"number": number})
            for number in range(first, first + BATCH)
        ]
        with database.transaction(Scope(1), now=now) as tx:
            jobs.enqueue(tx, wanted, now=now)
    return time.monotonic() - begun


def drain(platform: Platform, threads: int) -> float:
    """Let that many threads do all due jobs and return the seconds that took."""
    worker = Worker(platform)
    working = [threading.Thread(target=worker.drain) for _ in range(threads)]
    begun = time.monotonic()
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    return time.monotonic() - begun


def main() -> None:
    """Measure, print, and keep the result."""
    logs.configure(LogFormat.JSON, LogLevel.ERROR)
    home = Path(tempfile.mkdtemp(prefix="huitong-bench-"))
    home.chmod(0o755)
    with embedded.serving(home) as server:
        on = machine(server.version)
        migrate(server.url)
        database = Database(server.url)
        platform = Platform(
            settings=Settings(home=home),
            database=database,
            job_handlers={"nothing": do_nothing, "one_step": do_one_step},
        )
        found = {}
        for kind in platform.job_handlers:
            for threads in THREADS:
                asked = enqueue(database, kind, f"{kind}-{threads}")
                done = drain(platform, threads)
                found[f"{kind}, {threads} threads"] = {
                    "jobs_per_second": round(JOBS / done),
                    "asked_per_second": round(JOBS / asked),
                }
                sys.stdout.write(f"{kind:9} {threads} threads: {JOBS / done:6.0f} jobs/s\n")
        database.close()
    shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)
    figures = {"jobs": JOBS, "durability": "fsync and synchronous_commit on", **found}
    keep("jobs", figures, on=on)


if __name__ == "__main__":
    main()
