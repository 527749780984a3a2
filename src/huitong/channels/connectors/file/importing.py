"""Imports one file: staged, read, and taken into the inbox page by page, each in one transaction.

A killed import is run again: its pages are cut in the same places, and what was applied is passed
over by one look-up a page.
"""

import gc
import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

from huitong.channels.connectors.file.mapping import Mapping
from huitong.channels.connectors.file.reading import Ahead, FindSettled, Prepared, Preparer, cut
from huitong.channels.connectors.file.staged import Staged
from huitong.channels.connectors.file.staging import stage
from huitong.channels.connectors.file.tally import ImportReport, Progress, Tally
from huitong.channels.model import RecordKind, Taken, Way
from huitong.channels.operations import (
    Feed,
    Source,
    finish_delivery,
    open_delivery,
    size_delivery,
    take_page,
)
from huitong.channels.queries import settled_places
from huitong.org.model import ChannelAccount
from huitong.platform.db import Database, Scope
from huitong.platform.errors import DomainError, Kind, Result
from huitong.platform.pipeline import Applier

# A thread that wants to run waits this long for one that computes; Python's own 5 ms would cost a
# page about twenty such waits, one after each answer of the database.
SWITCH_SECONDS = 0.000_2
# Records hold no cycles, so looking for some after every 700 new objects finds nothing: measured
# on order pages it took two thirds of the reading.
COLLECTOR_THRESHOLDS = (200_000, 50, 1_000)


@dataclass(frozen=True, slots=True)
class Import:
    """One file to be imported: which, as what, from where, and what to make of its columns.

    `mapping` None means that the columns have the canonical names; `sheet` names the sheet of a
    workbook where several have rows. `label` is what people call the file, when that is not its
    name here; of a workbook or Parquet `rows_max` rows are read, of other forms all.
    """

    path: Path
    kind: RecordKind
    account: ChannelAccount
    mapping: Mapping | None = None
    sheet: str | None = None
    label: str | None = None
    rows_max: int | None = None

    def called(self) -> str:
        """Return what people call the file."""
        return self.label or self.path.name

    def staged(self) -> AbstractContextManager[tuple[Staged, Mapping | None]]:
        """Stage the file and hand it out with the mapping that fits its columns."""
        return stage(
            self.path,
            self.kind,
            self.mapping,
            sheet=self.sheet,
            zone=self.account.time_zone,
            rows_max=self.rows_max,
        )


@dataclass(eq=False)
class RejectsUnwritable(DomainError):
    """The folder that the reject file goes to cannot be written."""

    code: ClassVar[str] = "channels.rejects_unwritable"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The folder “{folder}” cannot be written, so refused rows could not be handed back; copy"
        " the file to a folder of yours and import it from there."
    )
    folder: str


def import_file(
    database: Database,
    scope: Scope,
    wanted: Import,
    *,
    appliers: Sequence[Applier],
    clock: Callable[[], datetime],
    progress: Callable[[Progress], None] = lambda _: None,
) -> ImportReport:
    """Import a file and report what became of its records.

    Refused rows go to `<file name>.rejects.csv` beside the file, with their original columns, and
    stay in the inbox; they block nobody. The same file again applies what was refused or is new.

    :raises UnknownForm: when the file's name does not say its form.
    :raises FileUnreadable: when it is not in that form.
    :raises UnknownColumns: when there is no mapping and a column is no canonical field.
    :raises MissingColumns: when the mapping reads a column that is not there.
    :raises RejectsUnwritable: when the folder of the file cannot be written.
    """
    _check_folder(wanted.path)
    feed = Feed(account=wanted.account, kind=wanted.kind, appliers=appliers)
    # Opening the delivery holds the account against the scope; its records may join persons, who
    # are of the whole group.
    of_group = Scope(scope.group_id)

    def find_settled(versions: Sequence[tuple[str, str]]) -> set[int]:
        with database.reading(scope) as tx:
            return settled_places(tx, wanted.account, kind=wanted.kind, versions=versions)

    with wanted.staged() as (staged, mapping):
        delivery_id = _opened(database, scope, wanted, mapping, staged, now=clock())
        tally = Tally(staged, progress, delivery_id=delivery_id)
        pages = prepared(staged, wanted, mapping, find_settled)
        with computing(), Ahead(pages) as ready:
            for page in ready:
                taken = _take(
                    database, of_group, page, feed=feed, delivery_id=delivery_id, now=clock()
                )
                tally.count(page, taken)
        now = clock()
        with database.transaction(scope, now=now) as tx:
            finish_delivery(tx, delivery_id, known_count=tally.settled, now=now)
        return tally.report(wanted.called(), rejects=tally.write_rejects(wanted.path))


def _take(
    database: Database,
    scope: Scope,
    page: Prepared,
    *,
    feed: Feed,
    delivery_id: int,
    now: datetime,
) -> list[Result[Taken]]:
    if not page.arrivals:
        return []
    work = partial(
        take_page,
        arrivals=page.arrivals,
        feed=feed,
        delivery_id=delivery_id,
        now=now,
        packed=page.packed,
    )
    return database.do(scope, work, now=now)


def _opened(
    database: Database,
    scope: Scope,
    wanted: Import,
    mapping: Mapping | None,
    staged: Staged,
    *,
    now: datetime,
) -> int:
    """Open the delivery of a file and return its id."""
    source = _source(wanted, mapping)
    with database.transaction(scope, now=now) as tx:
        delivery_id = open_delivery(tx, wanted.account, kind=wanted.kind, source=source, now=now)
        size_delivery(tx, delivery_id, record_count=staged.total)
    return delivery_id


def _check_folder(path: Path) -> None:
    if not os.access(path.parent, os.W_OK):
        raise RejectsUnwritable(folder=str(path.parent))


def prepared(
    staged: Staged, wanted: Import, mapping: Mapping | None, find_settled: FindSettled
) -> Iterator[Prepared]:
    """Yield the pages of a staged file, the rows that are none first."""
    preparer = Preparer(
        account=wanted.account,
        kind=wanted.kind,
        labels=mapping.labels() if mapping else {},
        find_settled=find_settled,
    )
    yield from preparer.prepare_broken(staged.broken)
    yield from map(preparer.prepare, cut(staged.records()))


def _source(wanted: Import, mapping: Mapping | None) -> Source:
    with wanted.path.open("rb") as file:
        content_hash = hashlib.file_digest(file, "sha256").digest()
    return Source(
        way=Way.FILE,
        name=wanted.called(),
        content_hash=content_hash,
        mapping=mapping.name if mapping else "canonical",
        mapping_hash=mapping.digest() if mapping else hashlib.sha256(b"").digest(),
    )


@contextmanager
def computing() -> Iterator[None]:
    """Set the interpreter up for two threads that make millions of small records."""
    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)
