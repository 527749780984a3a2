"""HTTP in: whether the platform lives and is ready, and how jobs go."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from huitong.platform import audit, clock, ids, jobs, personal
from huitong.platform.assembly import Platform
from huitong.platform.auth import NOBODY, Caller, Permission
from huitong.platform.db import ReadTx, Role
from huitong.platform.http import (
    PUBLIC,
    Calling,
    IdText,
    Narrowing,
    Page,
    Paging,
    Router,
    Running,
    page_of,
)
from huitong.platform.ids import ID_BITS
from huitong.platform.jobs import Job, JobNotInState, JobState, Listed, NoSuchJob

router = Router(tag="platform")

JobId = Annotated[int, IdText(jobs.JOB_PREFIX)]


class Health(BaseModel):
    """The process answers."""

    status: str


class JobOut(BaseModel):
    """A job and how far it is."""

    id: JobId
    kind: str
    state: JobState
    done_steps: int
    all_steps: int | None
    cancel_asked: bool
    attempts: int
    attempts_max: int
    asked_by: str | None = Field(description="Null for what recurs by itself.")
    asked_by_name: str | None
    is_own: bool = Field(description="The caller asked for it, and may look at it and cancel it.")
    arguments: dict[str, object] = Field(description="What it is about; personal values hidden.")
    recorded_at: datetime
    run_at: datetime = Field(description="When it is due, of a waiting job: its next attempt.")
    beat_at: datetime | None = Field(description="When its worker last told that it lives.")
    finished_at: datetime | None
    result: dict[str, object] | None
    error: str | None = Field(description="Why the latest attempt failed, with the remedy.")


class RecurringRunOut(BaseModel):
    """How a run stands that works for the whole group."""

    model_config = ConfigDict(from_attributes=True)

    state: JobState
    recorded_at: datetime
    finished_at: datetime | None


class RecurringOut(BaseModel):
    """Work that every group gets by itself: how often, how it went last, and when it is next."""

    kind: str
    every_seconds: int
    arguments: dict[str, object]
    latest: JobOut | None = Field(
        description="Null while it never ran. It works for every brand of the group: whoever sees"
        " some of them only is told no more than `latest_run`."
    )
    latest_run: RecurringRunOut | None = Field(description="Null while it never ran.")
    next_at: datetime


class RecurringsOut(BaseModel):
    """Everything that recurs."""

    items: list[RecurringOut]


@router.route("GET", "/v1/health", permission=PUBLIC)
def health() -> Health:
    """Answer that the process lives; it asks nobody else."""
    return Health(status="alive")


@router.route("GET", "/v1/ready", permission=PUBLIC)
def ready(platform: Running) -> Health:
    """Answer that the database can be reached; 503 when it cannot."""
    with platform.database.reading(NOBODY, role=Role.READER) as tx:
        tx.row("SELECT 1")
    return Health(status="ready")


@router.route("GET", "/v1/jobs", permission=Permission.JOBS_READ)
def list_jobs(
    platform: Running,
    caller: Calling,
    paging: Paging,
    state: Annotated[JobState | None, Query()] = None,
    kind: Annotated[str | None, Query(max_length=100)] = None,
) -> Page[JobOut]:
    """List the jobs of the caller's brands, newest first; the group's to who sees every brand."""
    return _listed(platform, caller, paging, Listed(state=state, kind=kind or None))


@router.route(
    "GET", "/v1/account/jobs", permission=Permission.ACCOUNT_OWN, narrowing=Narrowing.ANYBODY
)  # fmt: skip
def list_own_jobs(
    platform: Running,
    caller: Calling,
    paging: Paging,
    state: Annotated[JobState | None, Query()] = None,
    kind: Annotated[str | None, Query(max_length=100)] = None,
) -> Page[JobOut]:
    """List the jobs that the caller asked for, newest first; of one state or kind if asked."""
    own = Listed(state=state, kind=kind or None, asked_by=caller.actor())
    return _listed(platform, caller, paging, own)


@router.route("GET", "/v1/jobs/recurring", permission=Permission.JOBS_READ)
def list_recurring(platform: Running, caller: Calling) -> RecurringsOut:
    """List what every group gets by itself: how often, the latest run, and the next."""
    now = clock.now()
    with platform.database.reading(caller.scope()) as tx:
        latest = jobs.latest_of(tx, list(platform.recurring))
        runs = jobs.latest_runs(tx, list(platform.recurring))
        names = _names(tx, latest.values())
    return RecurringsOut(
        items=[
            RecurringOut(
                kind=kind,
                every_seconds=int(one.every.total_seconds()),
                arguments=personal.hidden_fields(one.arguments),
                latest=_shown(latest[kind], names, caller) if kind in latest else None,
                latest_run=RecurringRunOut.model_validate(runs[kind]) if kind in runs else None,
                next_at=jobs.next_span(one, now=now),
            )
            for kind, one in platform.recurring.items()
        ]
    )


def _asked_for(tx: ReadTx, caller: Caller, places: Mapping[str, str]) -> bool:
    """Tell whether the caller asked for the job of the path."""
    try:
        job = jobs.find(tx, job_id=ids.read(jobs.JOB_PREFIX, places["job_id"]))
    except (ids.WrongId, NoSuchJob):
        return False
    return job.asked_by == caller.actor()


@router.route(
    "GET",
    "/v1/jobs/{job_id}",
    permission=Permission.JOBS_READ,
    owns=_asked_for,
    errors=[NoSuchJob],
)
def show_job(platform: Running, caller: Calling, job_id: Annotated[JobId, Path()]) -> JobOut:
    """Show how far a job is and what came of it; whoever asked for it needs no permission."""
    with platform.database.reading(caller.scope()) as tx:
        return _told(tx, jobs.find(tx, job_id=job_id), caller)


@router.route(
    "POST",
    "/v1/jobs/{job_id}/cancel",
    permission=Permission.JOBS_WRITE,
    owns=_asked_for,
    errors=[NoSuchJob, JobNotInState],
)
def cancel_job(platform: Running, caller: Calling, job_id: Annotated[JobId, Path()]) -> JobOut:
    """Cancel a job: what its finished steps did stays, the step under way is undone.

    Whoever asked for it needs no permission.
    """
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        return _told(tx, jobs.cancel(tx, job_id=job_id, actor=caller.actor(), now=now), caller)


@router.route(
    "POST",
    "/v1/jobs/{job_id}/retry",
    permission=Permission.JOBS_WRITE,
    errors=[NoSuchJob, JobNotInState],
)
def retry_job(platform: Running, caller: Calling, job_id: Annotated[JobId, Path()]) -> JobOut:
    """Let a failed or cancelled job go on from its last step."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        return _told(tx, jobs.retry(tx, job_id=job_id, actor=caller.actor(), now=now), caller)


def _names(tx: ReadTx, found: Iterable[Job]) -> Mapping[str, str]:
    return audit.names_of(tx, [job.asked_by for job in found if job.asked_by])


def _listed(platform: Platform, caller: Caller, paging: Paging, listed: Listed) -> Page[JobOut]:
    place = paging.after(int)
    before = (1 << ID_BITS) - 1 if place is None else int(place[0])
    with platform.database.reading(caller.scope()) as tx:
        found = jobs.newest(tx, before=before, limit=paging.limit + 1, listed=listed)
        names = _names(tx, found)
    return page_of(
        found,
        limit=paging.limit,
        show=lambda job: _shown(job, names, caller),
        place=lambda job: (job.id,),
    )


def _told(tx: ReadTx, job: Job, caller: Caller) -> JobOut:
    return _shown(job, _names(tx, [job]), caller)


def _shown(job: Job, names: Mapping[str, str], caller: Caller) -> JobOut:
    return JobOut(
        id=job.id,
        kind=job.kind,
        state=job.state,
        done_steps=job.done_steps,
        all_steps=job.all_steps,
        cancel_asked=job.cancel_asked,
        attempts=job.attempts,
        attempts_max=job.attempts_max,
        asked_by=job.asked_by,
        asked_by_name=names.get(job.asked_by) if job.asked_by else None,
        is_own=job.asked_by == caller.actor(),
        arguments=personal.hidden_fields(job.arguments),
        recorded_at=job.recorded_at,
        run_at=job.run_at,
        beat_at=job.beat_at,
        finished_at=job.finished_at,
        result=None if job.result is None else dict(job.result),
        error=job.error,
    )
