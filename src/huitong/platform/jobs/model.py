"""What a job is, how an attempt ends, and what the queue refuses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, TypeAlias

from huitong.platform.db import Scope
from huitong.platform.errors import DomainError, Kind

JOB_PREFIX = "job"
LEASE_SECONDS = 60
BEAT_SECONDS = 15
ATTEMPTS_MAX = 5
RETRY_SECONDS_FIRST = 5
RETRY_SECONDS_MAX = 3_600
ERROR_LENGTH_MAX = 500

# The queue is seen across groups by its own policy; this scope opens no other table.
QUEUE = Scope(group_id=0, brand_ids=())

Json: TypeAlias = Mapping[str, object]
_OWN_KEY = re.compile(r"((?:key|usr|stf|cus)_[0-9a-z]{13}):")


class JobState(StrEnum):
    """How far a job has come; the last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands: what was asked for, how far it is, and what came of it."""

    group_id: int
    id: int
    kind: str
    key: str
    arguments: Json
    state: JobState
    attempts: int
    attempts_max: int
    run_at: datetime
    done_steps: int
    all_steps: int | None
    cancel_asked: bool
    beat_at: datetime | None
    result: Json | None
    error: str | None
    recorded_at: datetime
    finished_at: datetime | None
    asked_by: str | None = None


@dataclass(frozen=True, slots=True)
class WantedJob:
    """A job to be done: once per brand, kind and key, not before `run_at` (None: now).

    Who asked need not be said where the key is a caller's own (`Caller.own_key`), which begins so.
    `brand_id` is whose it is; without one it is the group's, and none of those who see some brands
    only learns of it.
    """

    kind: str
    key: str
    arguments: Json
    run_at: datetime | None = None
    attempts_max: int = ATTEMPTS_MAX
    asked_by: str | None = None
    brand_id: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Which jobs a list is of; None asks for any."""

    state: JobState | None = None
    kind: str | None = None
    asked_by: str | None = None


@dataclass(frozen=True, slots=True)
class RunShown:
    """How a run stands that works for the whole group, without what it came to in any brand."""

    state: JobState
    recorded_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ends: the job's next state, and when it is due if that is to wait."""

    state: JobState
    run_at: datetime
    result: Json | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class QueueState:
    """A queue over all groups, for those who operate it."""

    due: int
    oldest_due_seconds: int
    under_way: int
    failed: int


@dataclass(eq=False)
class NoSuchJob(DomainError):
    """The group has no such job."""

    code: ClassVar[str] = "platform.no_such_job"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is no job {job}."
    job: str


@dataclass(eq=False)
class JobKeyTaken(DomainError):
    """The same key was used for a job with other arguments."""

    code: ClassVar[str] = "platform.job_key_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "Job {job} has the key “{key}” and other arguments: use a new key."
    job: str
    key: str


@dataclass(eq=False)
class JobNotInState(DomainError):
    """The job has come too far, or not far enough, for what was asked."""

    code: ClassVar[str] = "platform.job_not_in_state"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "Job {job} is {state}, so it cannot be {asked}."
    job: str
    state: str
    asked: str


class JobLost(Exception):
    """Another worker has taken the job over; what this one was about to write is undone."""


class JobCancelled(Exception):
    """Somebody asked to cancel the job; the step under way is undone, earlier ones stay."""


class JobPaused(Exception):
    """The worker is stopping; the job waits for the next one and goes on from its last step."""


def ending_of_error(job: Job, error: str, *, now: datetime) -> Ending:
    """Return how an attempt that met an error ends: waiting for the next one, or failed."""
    error = error[:ERROR_LENGTH_MAX]
    if job.attempts >= job.attempts_max:
        return Ending(state=JobState.FAILED, run_at=now, error=error)
    return Ending(state=JobState.WAITING, run_at=now + wait_after(job.attempts), error=error)


def asker_of(key: str) -> str | None:
    """Return who asked for a job by a key of their own, or None when it is not one."""
    found = _OWN_KEY.match(key)
    return found[1] if found else None


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after the given number of attempts: twice as long each time."""
    return timedelta(seconds=min(RETRY_SECONDS_FIRST << attempts - 1, RETRY_SECONDS_MAX))
