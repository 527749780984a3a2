"""A worker process that a test kills: its one job marks a step every few milliseconds."""

import sys
import time
from dataclasses import replace

from huitong.entry.worker import Worker
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.db import Database
from huitong.platform.jobs import Run
from huitong.platform.settings import Settings

STEPS = 100_000
STEP_SECONDS = 0.005


def count(run: Run) -> None:
    """Mark one step after another, each in its own transaction."""
    for done in range(1, STEPS):
        now = clock.now()
        with run.transaction(now=now) as tx:
            run.step(tx, done_steps=done, all_steps=STEPS, now=now)
        time.sleep(STEP_SECONDS)


platform = Platform(settings=Settings(), database=Database(sys.argv[1]))
Worker(replace(platform, job_handlers={"count": count})).run()
