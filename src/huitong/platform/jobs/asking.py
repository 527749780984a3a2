"""The side of those who want a job done: ask, look, cancel, retry."""

from collections.abc import Collection, Sequence
from datetime import datetime

import orjson

from huitong.platform import audit, ids
from huitong.platform.audit import Act
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import Ok, Refused, Result
from huitong.platform.jobs import tables
from huitong.platform.jobs.model import (
    ATTEMPTS_MAX,
    JOB_PREFIX,
    Job,
    JobKeyTaken,
    JobNotInState,
    JobState,
    Listed,
    NoSuchJob,
    WantedJob,
    asker_of,
)

ANY_JOB = Listed()


def enqueue(tx: Tx, wanted: Sequence[WantedJob], *, now: datetime) -> list[Result[Job]]:
    """Ask for jobs in the caller's transaction; a repeat under the same key answers the first one.

    A key that was used with other arguments is refused as `platform.job_key_taken`. What somebody
    asks who sees some brands only is of the first of them, if it is of none: they see it, and
    row-level security lets them write nothing of the group.
    """
    brand_ids = tx.scope.brand_ids
    own_brand = min(brand_ids) if brand_ids else None
    new_ids = tx.new_ids([0] * len(wanted))
    rows = [
        (
            place,
            new_id,
            asked.kind,
            asked.key,
            orjson.dumps(asked.arguments).decode(),
            asked.attempts_max,
            asked.run_at or now,
            asked.asked_by or asker_of(asked.key),
            own_brand if asked.brand_id is None else asked.brand_id,
        )
        for place, (new_id, asked) in enumerate(zip(new_ids, wanted, strict=True))
    ]
    tx.write(tables.INSERT_JOBS, tables.WANTED, rows, {"now": now})
    found = tx.write(tables.FIND_WANTED, tables.WANTED, rows)
    assert len(found) == len(wanted), "Every wanted job exists, made now or before."
    return [_asked(same=same, job=tables.job_of(job)) for same, *job in found]


def ask(tx: Tx, wanted: WantedJob, *, now: datetime) -> Job:
    """Ask for one job in the caller's transaction; a repeat under the same key answers the first.

    :raises JobKeyTaken: when the key was used with other arguments.
    """
    (asked,) = enqueue(tx, [wanted], now=now)
    if isinstance(asked, Refused):
        raise JobKeyTaken(job=str(asked.facts["job"]), key=wanted.key)
    return asked.value


def cancel(tx: Tx, *, job_id: int, actor: str, now: datetime) -> Job:
    """Cancel a job: a waiting one at once, a running one at its next step.

    :raises NoSuchJob: when the group has no such job.
    :raises JobNotInState: when it has ended already.
    """
    job = _one(tx, tables.LOCK_JOB, job_id)
    if job.state not in {JobState.WAITING, JobState.RUNNING}:
        raise JobNotInState(job=ids.show(JOB_PREFIX, job_id), state=job.state, asked="cancelled")
    _record(tx, Act.JOB_CANCEL, job, actor, now)
    return _one(tx, tables.CANCEL, job_id, {"now": now})


def retry(tx: Tx, *, job_id: int, actor: str, now: datetime) -> Job:
    """Let a failed or cancelled job go on from its last step.

    :raises NoSuchJob: when the group has no such job.
    :raises JobNotInState: when it waits, runs or is done.
    """
    job = _one(tx, tables.LOCK_JOB, job_id)
    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        raise JobNotInState(job=ids.show(JOB_PREFIX, job_id), state=job.state, asked="retried")
    _record(tx, Act.JOB_RETRY, job, actor, now)
    return _one(tx, tables.RETRY, job_id, {"now": now, "more": ATTEMPTS_MAX})


def find(tx: ReadTx, *, job_id: int) -> Job:
    """Return one job of the group, as far as the scope sees it.

    :raises NoSuchJob: when the group has no such job.
    """
    return _one(tx, tables.FIND_JOB, job_id)


def by_keys(tx: ReadTx, *, kind: str, keys: Sequence[str]) -> list[Job]:
    """Return the jobs of a kind that have these keys; those that were forgotten are left out."""
    params = {"group_id": tx.scope.group_id, "kind": kind, "keys": list(keys)}
    return [tables.job_of(row) for row in tx.rows(tables.FIND_BY_KEYS, params)]


def newest(tx: ReadTx, *, before: int, limit: int, listed: Listed = ANY_JOB) -> list[Job]:
    """Return the scope's newest jobs with ids below `before`, of those that are listed."""
    params = {
        "group_id": tx.scope.group_id,
        "before": before,
        "limit": limit,
        "state": listed.state,
        "kind": listed.kind,
        "asked_by": listed.asked_by,
    }
    return [tables.job_of(row) for row in tx.rows(tables.LIST_JOBS, params)]


def failed_since(tx: ReadTx, since: datetime) -> tuple[int, datetime | None]:
    """Return how many jobs failed since an instant and are not retried, and when the first did."""
    found = tx.row(tables.COUNT_FAILED, {"group_id": tx.scope.group_id, "since": since})
    assert found is not None, "An aggregate always answers."
    return int(found[0]), found[1]


def latest_of(tx: ReadTx, kinds: Collection[str]) -> dict[str, Job]:
    """Return the newest job of each kind; kinds that never ran are left out."""
    params = {"group_id": tx.scope.group_id, "kinds": list(kinds)}
    found = [tables.job_of(row) for row in tx.rows(tables.LATEST_OF_KINDS, params)]
    return {job.kind: job for job in found}


def _record(tx: Tx, act: Act, job: Job, actor: str, now: datetime) -> None:
    shown = ids.show(JOB_PREFIX, job.id)
    before = {"kind": job.kind, "state": job.state.value, "done_steps": job.done_steps}
    audit.record(tx, by=actor, act=act, subject=shown, before=before, now=now)


def _one(tx: ReadTx, sql: str, job_id: int, more: dict[str, object] | None = None) -> Job:
    row = tx.row(sql, {"group_id": tx.scope.group_id, "id": job_id, **(more or {})})
    if row is None:
        raise NoSuchJob(job=ids.show(JOB_PREFIX, job_id))
    return tables.job_of(row)


def _asked(*, same: bool, job: Job) -> Ok[Job] | Refused:
    if same:
        return Ok(job)
    return JobKeyTaken(job=ids.show(JOB_PREFIX, job.id), key=job.key).as_refused()
