"""What of a brand needs somebody's attention: each a number, put together by front doors.

A line is asked for only where the caller may open what stands behind it; those that the caller can
decide come first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from huitong import channels, customers, identity, loyalty
from huitong.customers.model import SubmissionState
from huitong.entry import laking
from huitong.org.model import Brand
from huitong.platform import jobs, lake
from huitong.platform.auth import Caller, Permission
from huitong.platform.db import ReadTx
from huitong.platform.lake import Place
from huitong.platform.settings import Settings

# Reviews are read to be counted, so beyond this the line says “or more”.
REVIEWS_COUNTED_MAX = 200
FAILED_FOR = timedelta(days=7)
# A worker refreshes every hour; who is later has missed two of them.
LAKE_AGE_WORTH_TELLING = timedelta(hours=3)
ONE_HOUR = timedelta(hours=1)


class Matter(StrEnum):
    """What can need attention; in the order in which it is urgent."""

    REQUESTS_OVERDUE = "requests_overdue"
    REQUESTS_URGENT = "requests_urgent"
    DRAFTS_SUBMITTED = "drafts_submitted"
    DOCUMENTS_WAITING = "documents_waiting"
    REVIEWS_WAITING = "reviews_waiting"
    RECORDS_REFUSED = "records_refused"
    JOBS_FAILED = "jobs_failed"
    LAKE_MISSING = "lake_missing"
    LAKE_OLD = "lake_old"
    EXITS_COOLING = "exits_cooling"


class Found(NamedTuple):
    """How many of something there are, since when the first; `or_more` when nobody counted on."""

    number: int
    since: datetime | None = None
    or_more: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One matter that needs attention; `decides` when the caller may do something about it."""

    matter: Matter
    number: int
    since: datetime | None
    or_more: bool
    decides: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose brand is looked at, when, and where its lake lies."""

    tx: ReadTx
    brand: Brand
    settings: Settings
    now: datetime


class Source(NamedTuple):
    """Who may see some matters, who may decide them, and how many there are of each."""

    see: Permission
    decide: Permission
    look: Callable[[Asked], Mapping[Matter, Found]]


def attention(asked: Asked, caller: Caller) -> list[Line]:
    """Return what needs attention, of what the caller may open: first what they decide."""
    lines = [
        Line(matter, found.number, found.since, found.or_more, source.decide in caller.permissions)
        for source in SOURCES
        if source.see in caller.permissions
        for matter, found in source.look(asked).items()
        if found.number
    ]
    urgency = list(Matter)
    return sorted(lines, key=lambda line: (not line.decides, urgency.index(line.matter)))


def _requests(asked: Asked) -> Mapping[Matter, Found]:
    counts = customers.request_counts(asked.tx, brand_id=asked.brand.id, now=asked.now)
    return {
        Matter.REQUESTS_OVERDUE: Found(counts.overdue, counts.oldest_at),
        Matter.REQUESTS_URGENT: Found(counts.urgent),
        Matter.EXITS_COOLING: Found(counts.cooling),
    }


def _drafts(asked: Asked) -> Mapping[Matter, Found]:
    waiting = loyalty.drafts_waiting(asked.tx, brand_id=asked.brand.id)
    return {Matter.DRAFTS_SUBMITTED: Found(waiting.drafts, waiting.since)}


def _documents(asked: Asked) -> Mapping[Matter, Found]:
    counts = customers.submission_counts(asked.tx, brand_id=asked.brand.id)
    return {Matter.DOCUMENTS_WAITING: Found(counts.get(SubmissionState.OPEN, 0))}


def _reviews(asked: Asked) -> Mapping[Matter, Found]:
    """Count what waits in the brand's identity domain, which other brands may share."""
    if asked.tx.scope.brand_ids is not None:
        # They are of the group, and decided by who sees all of it.
        return {}
    found = identity.reviews(
        asked.tx,
        domain_id=asked.brand.identity_domain_id,
        put_off=False,
        now=asked.now,
        limit=REVIEWS_COUNTED_MAX + 1,
    )
    number = min(len(found), REVIEWS_COUNTED_MAX)
    since = found[0].opened_at if found else None
    return {Matter.REVIEWS_WAITING: Found(number, since, or_more=len(found) > number)}


def _records(asked: Asked) -> Mapping[Matter, Found]:
    counts = channels.refused_counts(asked.tx, brand_id=asked.brand.id)
    since = min((one.oldest_at for one in counts), default=None)
    return {Matter.RECORDS_REFUSED: Found(sum(one.count for one in counts), since)}


def _jobs(asked: Asked) -> Mapping[Matter, Found]:
    number, since = jobs.failed_since(asked.tx, asked.now - FAILED_FOR)
    return {Matter.JOBS_FAILED: Found(number, since)}


def _lake(asked: Asked) -> Mapping[Matter, Found]:
    """Return how many hours old the figures are, where that is more than they should be."""
    brand = asked.brand
    place = Place(brand.group_id, brand.id, brand.time_zone)
    manifest = lake.newest(laking.folder_of(asked.settings), place)
    if manifest is None:
        return {Matter.LAKE_MISSING: Found(1)}
    age = asked.now - manifest.as_of
    if age <= LAKE_AGE_WORTH_TELLING:
        return {}
    return {Matter.LAKE_OLD: Found(age // ONE_HOUR, manifest.as_of)}


SOURCES: Sequence[Source] = (
    Source(Permission.CUSTOMERS_READ, Permission.RIGHTS_WRITE, _requests),
    Source(Permission.PROGRAMME_READ, Permission.PROGRAMME_PUBLISH, _drafts),
    Source(Permission.DOCUMENTS_REVIEW, Permission.DOCUMENTS_REVIEW, _documents),
    Source(Permission.IDENTITY_READ, Permission.IDENTITY_WRITE, _reviews),
    Source(Permission.INBOX_READ, Permission.INBOX_WRITE, _records),
    Source(Permission.JOBS_READ, Permission.JOBS_WRITE, _jobs),
    Source(Permission.METRICS_READ, Permission.JOBS_WRITE, _lake),
)
