"""Work that comes back by itself: one job of each kind for every group and every span of time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from huitong.platform.db import ReadTx, Tx
from huitong.platform.jobs import tables
from huitong.platform.jobs.asking import enqueue
from huitong.platform.jobs.model import JobState, Json, RunShown, WantedJob

_SPANS_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Recurring:
    """A job that every group gets once in every span; spans are counted from midnight UTC."""

    every: timedelta
    arguments: Json


def ask_for_recurring(tx: Tx, wanted: Mapping[str, Recurring], *, now: datetime) -> None:
    """Ask for what recurs in the present span, by kind, in the group of `tx`; repeats ask nothing.

    A span that passed while no worker ran is not made up for: such work does all that is due.
    """
    enqueue(tx, [_job_of(kind, one, now) for kind, one in wanted.items()], now=now)


def latest_runs(tx: ReadTx, kinds: Collection[str]) -> dict[str, RunShown]:
    """Return how the latest run of each kind for the whole group stands, whoever sees the group.

    Kinds that never ran are left out.
    """
    rows = tx.rows(tables.LATEST_RECURRING, {"kinds": list(kinds)})
    return {kind: RunShown(JobState(state), *times) for kind, state, *times in rows}


def next_span(one: Recurring, *, now: datetime) -> datetime:
    """Return when the next span of a recurring job begins; a worker asks for the job then."""
    return now - (now - _SPANS_BEGIN) % one.every + one.every


def _job_of(kind: str, one: Recurring, now: datetime) -> WantedJob:
    begun = now - (now - _SPANS_BEGIN) % one.every
    return WantedJob(kind=kind, key=f"{begun:%Y-%m-%dT%H:%MZ}", arguments=one.arguments)
