"""Refreshes what is known of a brand's customers, in one go: lake, tags, models, daily snapshots.

One part after the other, and one brand after the other: two of them would give up each other's
bitmaps. What fails in one brand is told, and stops no other.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from huitong import org
from huitong.entry import laking, modelling, tagging, trouble
from huitong.entry.holding import ATTEMPTS_MAX, BrandBeingRefreshed, holding
from huitong.org.model import Brand
from huitong.platform import clock, logs
from huitong.platform.db import Database, ReadTx
from huitong.platform.errors import DomainError
from huitong.platform.jobs import JobHandler, Json, Run, WantedJob
from huitong.platform.lake import Place
from huitong.platform.settings import Settings
from huitong.segments import jobs as segments_jobs

REFRESH = "segments.refresh_brands"
SCHEDULE = "schedule"

# What people read of a part; programs read the names.
FIGURES = {
    "row_count": "rows read",
    "swept_count": "old files removed",
    "tagged_count": "members computed",
    "changed_count": "members whose tags changed",
    "evaluated_count": "results of models",
    "snapshot_count": "audiences kept for today",
    "dropped_count": "old days removed",
}

log = logs.logger(__name__)


class Part(StrEnum):
    """A part of a refresh, in the order of work."""

    LAKE = "lake"
    TAGS = "tags"
    MODELS = "models"
    SNAPSHOTS = "snapshots"


PARTS = tuple(Part)


@dataclass(frozen=True, slots=True)
class PartDone:
    """What came of a part: figures, what was left out and why; `refused` says why there is none."""

    brand: str
    part: Part
    figures: Mapping[str, int] = field(default_factory=dict)
    left_out: Sequence[str] = ()
    refused: str | None = None


Done = Callable[[PartDone], None]


@dataclass(frozen=True, slots=True)
class Refresh:
    """Which brand is refreshed, and how; `full` computes every customer anew."""

    database: Database
    settings: Settings
    brand: Brand
    now: datetime
    actor: str = SCHEDULE
    full: bool = False

    @property
    def place(self) -> Place:
        """Return where the brand's lake is."""
        return Place(self.brand.group_id, self.brand.id, self.brand.time_zone)


def refresh(wanted: Refresh, *, parts: Sequence[Part] = PARTS, done: Done) -> None:
    """Refresh a brand part by part, and tell of each part as it is done.

    A part that is refused or fails is told and the next one begins; without the lake none does. An
    error of `done` ends the refresh.

    :raises BrandBeingRefreshed: when somebody else refreshes the brand.
    """
    with holding(wanted.database, wanted.place, now=wanted.now):
        for part in parts:
            told = _attempted(wanted, part)
            done(told)
            if part is Part.LAKE and told.refused is not None:
                return


def wanted_refresh(
    key: str, *, brand: str, full: bool, actor: str, brand_id: int | None = None
) -> WantedJob:
    """Return the job that refreshes one brand; it comes back while another refresh is under way."""
    asked: Json = {"brand": brand, "full": full, "actor": actor}
    return WantedJob(REFRESH, key, asked, attempts_max=ATTEMPTS_MAX, brand_id=brand_id)


def handlers(settings: Settings) -> Mapping[str, JobHandler]:
    """Return what a worker runs to refresh brands."""
    return {REFRESH: refreshing(settings)}


def refreshing(settings: Settings) -> JobHandler:
    """Return the job that refreshes all brands of a group, or the one that was asked for."""

    def refresh_brands(run: Run) -> Json:
        code = run.job.arguments.get("brand")
        with run.database.reading(run.scope) as tx:
            brands = brands_of(tx, None if code is None else str(code))
        steps = _Steps(run, len(brands) * len(PARTS), run.job.done_steps)
        for place, brand in enumerate(brands):
            parts = PARTS[max(steps.done - place * len(PARTS), 0) :]
            if parts:
                _refresh_one(run, settings, brand, parts, steps)
                steps.reach((place + 1) * len(PARTS))
        return steps.told()

    return refresh_brands


def brands_of(tx: ReadTx, code: str | None) -> list[Brand]:
    """Return the brand of a code, or all brands, oldest first: a later one comes last.

    :raises BrandNotFound: when the group has no such brand.
    """
    return org.brands(tx) if code is None else [org.brand(tx, code=code)]


def _refresh_one(
    run: Run, settings: Settings, brand: Brand, parts: Sequence[Part], steps: "_Steps"
) -> None:
    asked = run.job.arguments
    wanted = Refresh(
        run.database,
        settings,
        brand,
        clock.now(),
        actor=str(asked.get("actor") or SCHEDULE),
        full=bool(asked.get("full")),
    )
    try:
        refresh(wanted, parts=parts, done=steps.take)
    except BrandBeingRefreshed as held:
        if asked.get("brand") is not None:
            raise
        # The next hour's job refreshes it.
        steps.note(_refused(brand, parts[0], held))


@dataclass
class _Steps:
    """How far a job is, and what it will tell when it ends."""

    run: Run
    all: int
    done: int
    figures: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def take(self, told: PartDone) -> None:
        """Record that a part is done."""
        self.note(told)
        self.reach(self.done + 1)

    def note(self, told: PartDone) -> None:
        """Keep what came of a part for the job's result."""
        self.figures.update(told.figures)
        self.left_out += [f"{told.brand}, {one}" for one in told.left_out]
        if told.refused is not None:
            log.warning("refresh.refused", brand=told.brand, part=told.part, reason=told.refused)
            self.refused.append(f"{told.brand}, {told.part}: {told.refused}")

    def reach(self, done: int) -> None:
        """Record how far the job is, unless that is known.

        :raises JobCancelled: when somebody asked to cancel it.
        """
        if done == self.done:
            return
        now = clock.now()
        with self.run.transaction(now=now) as tx:
            self.run.step(tx, done_steps=done, all_steps=self.all, now=now)
        self.done = done

    def told(self) -> Json:
        """Return the result; what earlier attempts of the job were refused is in the log alone."""
        return {**self.figures, "refused": self.refused, "left_out": self.left_out}


def _attempted(wanted: Refresh, part: Part) -> PartDone:
    try:
        return WORK[part](wanted)
    except DomainError as refusal:
        return _refused(wanted.brand, part, refusal)
    except Exception as error:  # noqa: BLE001 - what is wrong with one brand must not stop the next
        trouble.report("refresh.unexpected", error)
        return PartDone(wanted.brand.code, part, refused=trouble.sentence(error))


def _refused(brand: Brand, part: Part, refusal: DomainError) -> PartDone:
    return PartDone(brand.code, part, refused=str(refusal))


def _lake(wanted: Refresh) -> PartDone:
    found = laking.refresh(
        wanted.database,
        laking.folder_of(wanted.settings),
        wanted.place,
        sizes=laking.sizes_of(wanted.settings),
        now=wanted.now,
    )
    figures = {"row_count": found.rows, "swept_count": found.swept}
    return PartDone(wanted.brand.code, Part.LAKE, figures)


def _tags(wanted: Refresh) -> PartDone:
    found = tagging.refresh_held(
        wanted.database,
        laking.folder_of(wanted.settings),
        wanted.place,
        now=wanted.now,
        full=wanted.full,
    )
    figures = {"tagged_count": found.computed, "changed_count": found.changed}
    return PartDone(wanted.brand.code, Part.TAGS, figures)


def _models(wanted: Refresh) -> PartDone:
    found = modelling.refresh_held(
        wanted.database,
        laking.opening(wanted.settings),
        wanted.place,
        full=wanted.full,
        actor=wanted.actor,
        now=wanted.now,
    )
    figures = {"evaluated_count": sum(one.evaluated for one in found.done)}
    left_out = [f"model {one.code}: {one.why}" for one in found.skipped]
    return PartDone(wanted.brand.code, Part.MODELS, figures, left_out)


def _snapshots(wanted: Refresh) -> PartDone:
    found = segments_jobs.take_snapshots(
        wanted.database, wanted.brand, laking.opening(wanted.settings), now=wanted.now
    )
    figures = {"snapshot_count": found.taken, "dropped_count": found.dropped}
    left_out = [f"segment {code}: {why}" for code, why in found.left_out.items()]
    return PartDone(wanted.brand.code, Part.SNAPSHOTS, figures, left_out)


WORK: Mapping[Part, Callable[[Refresh], PartDone]] = {
    Part.LAKE: _lake,
    Part.TAGS: _tags,
    Part.MODELS: _models,
    Part.SNAPSHOTS: _snapshots,
}
