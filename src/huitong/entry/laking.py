"""Keeps the lake of every brand up to date: when somebody was forgotten, and for a refresh."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime

from huitong import org
from huitong.entry.published import CATALOGUE
from huitong.platform import clock, jobs, lake
from huitong.platform.db import Database, ReadTx, Tx
from huitong.platform.jobs import JobHandler, Json, Run, WantedJob
from huitong.platform.lake import Folder, LakeMoved, Opened, Place, Sizes
from huitong.platform.settings import Settings

REFRESH = "platform.refresh_lake"


@dataclass(frozen=True, slots=True)
class CustomersForgotten:
    """Customers were erased; what the lake holds of them has to follow."""

    customer_ids: tuple[int, ...]


def forget(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Let the lake follow an erasure as soon as it is committed, and return of how many.

    The refresh that sees an erased row rewrites the files that hold its bucket, and the older files
    are swept within hours.
    """
    if customer_ids:
        tx.emit(CustomersForgotten(tuple(customer_ids)))
    return len(customer_ids)


def ask_to_refresh(tx: Tx, _forgotten: Sequence[object], now: datetime) -> None:
    """Ask for a refresh after an erasure, in its transaction."""
    jobs.enqueue(tx, [WantedJob(REFRESH, f"forgotten {now.isoformat()}", {})], now=now)


def folder_of(settings: Settings) -> Folder:
    """Return where the lake is: `lake_url`, else a folder in the home.

    :raises LakeUrlUnusable: when it is anywhere but on this machine.
    """
    return Folder.at(settings.lake_url or str(settings.home / "lake"))


def sizes_of(settings: Settings) -> Sizes:
    """Return how much memory the lake may use."""
    return Sizes(memory_mb=settings.lake_memory_mb)


def places(tx: ReadTx) -> Mapping[str, Place]:
    """Return the lakes of the group's brands, by the brand's code."""
    return {
        brand.code: Place(brand.group_id, brand.id, brand.time_zone) for brand in org.brands(tx)
    }


def opening(settings: Settings) -> Callable[[Place], AbstractContextManager[Opened]]:
    """Return what opens the lake of a brand for a block."""

    def open_lake(place: Place) -> AbstractContextManager[Opened]:
        folder = folder_of(settings)
        return lake.connect(folder, place, CATALOGUE, memory_mb=settings.lake_memory_mb)

    return open_lake


def handlers(settings: Settings) -> Mapping[str, JobHandler]:
    """Return what a worker runs for the lake."""
    return {REFRESH: refreshing(lambda: folder_of(settings), sizes_of(settings))}


def refreshing(folder_of_lake: Callable[[], Folder], sizes: Sizes) -> JobHandler:
    """Return the job that refreshes the lakes of all brands of a group, and sweeps them."""

    def refresh_lake(run: Run) -> Json:
        folder, now = folder_of_lake(), clock.now()
        with run.database.reading(run.scope) as tx:
            wanted = list(places(tx).values())
        rows = swept = 0
        for done, place in enumerate(wanted):
            if done >= run.job.done_steps:
                found = refresh(run.database, folder, place, sizes=sizes, now=now)
                rows, swept = rows + found.rows, swept + found.swept
                with run.transaction(now=now) as tx:
                    run.step(tx, done_steps=done + 1, all_steps=len(wanted), now=clock.now())
        return {"row_count": rows, "swept_count": swept}

    return refresh_lake


@dataclass(frozen=True, slots=True)
class Brought:
    """How many rows came into a lake, and how many old files were swept."""

    rows: int
    swept: int


def refresh(
    database: Database, folder: Folder, place: Place, *, sizes: Sizes, now: datetime
) -> Brought:
    """Bring a brand's lake up to date and sweep it.

    :raises LakeDamaged: when a file of the version before is missing.
    """
    rows = 0
    # Moved means that somebody refreshed it by hand at the same time: what was to be done is done.
    with suppress(LakeMoved):
        done = lake.refresh(database, folder, place, CATALOGUE, now=now, sizes=sizes)
        rows = sum(table.read_rows for table in done.tables.values())
    return Brought(rows, lake.sweep(folder, place, now=now))
