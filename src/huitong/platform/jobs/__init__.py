"""Durable jobs: coarse work that outlives the process that asked for it.

A job is a row, written in the transaction that wants it. A worker claims it under a lease, beats
while it runs, and marks each step in the transaction that does the step; when the worker dies, the
lease runs out and another one goes on from the last step. The number of the attempt is a fence: a
worker that lost its lease cannot write any more.
"""

from huitong.platform.jobs.asking import (
    ask,
    by_keys,
    cancel,
    enqueue,
    failed_since,
    find,
    latest_of,
    newest,
    retry,
)
from huitong.platform.jobs.forgetting import FORGET_DONE, forget_done
from huitong.platform.jobs.model import (
    ATTEMPTS_MAX,
    BEAT_SECONDS,
    JOB_PREFIX,
    LEASE_SECONDS,
    QUEUE,
    Ending,
    Job,
    JobCancelled,
    JobKeyTaken,
    JobLost,
    JobNotInState,
    JobPaused,
    JobState,
    Json,
    Listed,
    NoSuchJob,
    QueueState,
    RunShown,
    WantedJob,
    ending_of_error,
    wait_after,
)
from huitong.platform.jobs.recurring import (
    Recurring,
    ask_for_recurring,
    latest_runs,
    next_span,
)
from huitong.platform.jobs.working import JobHandler, Run, beat, claim, end, queue_state

__all__ = [
    "ATTEMPTS_MAX",
    "BEAT_SECONDS",
    "FORGET_DONE",
    "JOB_PREFIX",
    "LEASE_SECONDS",
    "QUEUE",
    "Ending",
    "Job",
    "JobCancelled",
    "JobHandler",
    "JobKeyTaken",
    "JobLost",
    "JobNotInState",
    "JobPaused",
    "JobState",
    "Json",
    "Listed",
    "NoSuchJob",
    "QueueState",
    "Recurring",
    "Run",
    "RunShown",
    "WantedJob",
    "ask",
    "ask_for_recurring",
    "beat",
    "by_keys",
    "cancel",
    "claim",
    "end",
    "ending_of_error",
    "enqueue",
    "failed_since",
    "find",
    "forget_done",
    "latest_of",
    "latest_runs",
    "newest",
    "next_span",
    "queue_state",
    "retry",
    "wait_after",
]
