"""The worker's side: claim under a lease, beat, step, end. The loop itself is in `entry/worker`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeAlias

import orjson

from huitong.platform.db import Database, ReadTx, Role, Scope, Tx
from huitong.platform.jobs import tables
from huitong.platform.jobs.model import (
    LEASE_SECONDS,
    Ending,
    Job,
    JobCancelled,
    JobLost,
    JobPaused,
    JobState,
    Json,
    QueueState,
)


class Run:
    """A claimed job in the hands of its handler: the way to its group, and to its next step."""

    def __init__(
        self, database: Database, job: Job, *, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        """Wrap a claimed job; made by the worker."""
        self.database = database
        self.job = job
        self.scope = Scope(group_id=job.group_id)
        self._stopping = stopping

    @contextmanager
    def transaction(self, *, now: datetime) -> Iterator[Tx]:
        """Open one transaction in the job's group; call `step` at the end of it.

        :raises JobPaused: before anything is begun, when the worker is stopping.
        """
        if self._stopping():
            raise JobPaused
        with self.database.transaction(self.scope, now=now, role=Role.WORKER) as tx:
            yield tx

    def step(self, tx: Tx, *, done_steps: int, all_steps: int | None = None, now: datetime) -> None:
        """Record how far the job is, in the transaction that brought it there.

        :raises JobLost: when another worker has taken the job over.
        :raises JobCancelled: when somebody asked to cancel it.
        """
        progress = {"done_steps": done_steps, "all_steps": all_steps}
        found = tx.row(tables.STEP, {**_fence(self.job), **progress, **_lease(now)})
        if found is None:
            raise JobLost
        if found[0]:
            raise JobCancelled


JobHandler: TypeAlias = Callable[[Run], Json | None]


def claim(tx: Tx, *, kinds: Sequence[str], limit: int, now: datetime) -> list[Job]:
    """Take the next due jobs of any group, under a lease; `tx` runs as the worker.

    Jobs that end by this, because they were to be cancelled or their worker died in the last
    attempt, are answered too; their state says so.
    """
    params = {"kinds": list(kinds), "limit": limit, **_lease(now)}
    return [tables.job_of(row) for row in tx.rows(tables.CLAIM, params)]


def beat(tx: Tx, running: Sequence[Job], *, now: datetime) -> None:
    """Renew the leases of running jobs; `tx` runs as the worker."""
    held = [(job.group_id, job.id, job.attempts) for job in running]
    tx.write(tables.BEAT, tables.HELD, held, _lease(now))


def end(tx: Tx, job: Job, ending: Ending, *, now: datetime) -> bool:
    """Record how an attempt ended and return whether it was still this worker's to end."""
    again = ending.state is JobState.WAITING
    outcome = {
        "state": ending.state,
        "again": again,
        "paused": again and ending.error is None,
        "run_at": ending.run_at,
        "result": None if ending.result is None else orjson.dumps(ending.result).decode(),
        "error": ending.error,
        "now": now,
    }
    return tx.row(tables.END, {**_fence(job), **outcome}) is not None


def queue_state(tx: ReadTx, *, now: datetime) -> QueueState:
    """Return the state of the queue over all groups; `tx` runs as the worker."""
    found = tx.row(tables.QUEUE_STATE, {"now": now})
    assert found is not None, "An aggregate always answers."
    return QueueState(*found)


def _fence(job: Job) -> dict[str, object]:
    return {"group_id": job.group_id, "id": job.id, "attempts": job.attempts}


def _lease(now: datetime) -> dict[str, object]:
    return {"now": now, "lease_until": now + timedelta(seconds=LEASE_SECONDS)}
