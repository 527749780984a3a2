"""HTTP in: whether the platform lives and is ready, and how jobs go."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel

from huitong.platform import clock, jobs
from huitong.platform.auth import NOBODY, Permission
from huitong.platform.db import Role
from huitong.platform.http import PUBLIC, Calling, IdText, Page, Paging, Router, Running, page_of
from huitong.platform.ids import ID_BITS
from huitong.platform.jobs import Job, JobNotInState, JobState, NoSuchJob

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
    recorded_at: datetime
    finished_at: datetime | None
    result: dict[str, object] | None
    error: str | None


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
def list_jobs(platform: Running, caller: Calling, paging: Paging) -> Page[JobOut]:
    """List the group's jobs, newest first."""
    place = paging.after(int)
    before = (1 << ID_BITS) - 1 if place is None else int(place[0])
    with platform.database.reading(caller.scope()) as tx:
        found = jobs.newest(tx, before=before, limit=paging.limit + 1)
    return page_of(found, limit=paging.limit, show=_shown, place=lambda job: (job.id,))


@router.route("GET", "/v1/jobs/{job_id}", permission=Permission.JOBS_READ, errors=[NoSuchJob])
def show_job(platform: Running, caller: Calling, job_id: Annotated[JobId, Path()]) -> JobOut:
    """Show how far a job is and what came of it."""
    with platform.database.reading(caller.scope()) as tx:
        return _shown(jobs.find(tx, job_id=job_id))


@router.route(
    "POST",
    "/v1/jobs/{job_id}/cancel",
    permission=Permission.JOBS_WRITE,
    errors=[NoSuchJob, JobNotInState],
)
def cancel_job(platform: Running, caller: Calling, job_id: Annotated[JobId, Path()]) -> JobOut:
    """Cancel a job: what its finished steps did stays, the step under way is undone."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        return _shown(jobs.cancel(tx, job_id=job_id, now=now))


def _shown(job: Job) -> JobOut:
    return JobOut(
        id=job.id,
        kind=job.kind,
        state=job.state,
        done_steps=job.done_steps,
        all_steps=job.all_steps,
        cancel_asked=job.cancel_asked,
        attempts=job.attempts,
        recorded_at=job.recorded_at,
        finished_at=job.finished_at,
        result=None if job.result is None else dict(job.result),
        error=job.error,
    )
