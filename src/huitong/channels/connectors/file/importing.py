"""Imports one file: staged, read, and taken into the inbox page by page, each in one transaction.

A killed import is run again: its pages are cut in the same places, and what was applied is passed
over by one look-up a page.
"""

import csv
import gc
import hashlib
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

from huitong.channels.connectors.file.mapping import Mapping
from huitong.channels.connectors.file.reading import Ahead, FindSettled, Prepared, Preparer, cut
from huitong.channels.connectors.file.staging import Staged, stage
from huitong.channels.model import RecordKind, RecordState, Taken, Way
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
from huitong.platform.errors import DomainError, Kind, Ok, Result
from huitong.platform.pipeline import Applier

# A thread that wants to run waits this long for one that computes; Python's own 5 ms would cost a
# page about twenty such waits, one after each answer of the database.
SWITCH_SECONDS = 0.000_2
# Records hold no cycles, so looking for some after every 700 new objects finds nothing: measured
# on order pages it took two thirds of the reading.
COLLECTOR_THRESHOLDS = (200_000, 50, 1_000)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come."""

    rows_done: int
    rows: int
    records_done: int
    records: int
    refused: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did with each record of a file; `refusals` counts them by code.

    `known` had come before and changed nothing. `rejects` is the file with the refused rows.
    """

    file: str
    rows: int
    records: int
    applied: int
    known: int
    superseded: int
    refused: int
    refusals: dict[str, int]
    rejects: Path | None
    delivery_id: int | None


@dataclass(frozen=True, slots=True)
class Import:
    """One file to be imported: which, as what, from where, and what to make of its columns.

    `mapping` None means that the columns have the canonical names.
    """

    path: Path
    kind: RecordKind
    account: ChannelAccount
    mapping: Mapping | None = None


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

    with stage(wanted.path, wanted.kind, wanted.mapping) as (staged, mapping):
        source = _source(wanted, mapping)
        now = clock()
        with database.transaction(scope, now=now) as tx:
            delivery_id = open_delivery(
                tx, wanted.account, kind=wanted.kind, source=source, now=now
            )
            size_delivery(tx, delivery_id, record_count=staged.total)
        tally = _Tally(staged, progress)
        pages = _prepared(staged, wanted, mapping, find_settled)
        with _computing(), Ahead(pages) as ready:
            for page in ready:
                results: list[Result[Taken]] = []
                if page.arrivals:
                    now = clock()
                    work = partial(
                        take_page,
                        arrivals=page.arrivals,
                        feed=feed,
                        delivery_id=delivery_id,
                        now=now,
                        packed=page.packed,
                    )
                    results = database.do(of_group, work, now=now)
                tally.count(page, results)
        now = clock()
        with database.transaction(scope, now=now) as tx:
            finish_delivery(tx, delivery_id, known_count=tally.settled, now=now)
        return tally.report(wanted, delivery_id, rejects=tally.write_rejects(wanted.path))


def check_file(
    wanted: Import, *, progress: Callable[[Progress], None] = lambda _: None
) -> ImportReport:
    """Read a file as `import_file` would and report it, without a database or a reject file.

    What could be read is counted as applied.

    :raises UnknownForm, FileUnreadable, UnknownColumns, MissingColumns: as `import_file` does.
    """
    with stage(wanted.path, wanted.kind, wanted.mapping) as (staged, mapping):
        tally = _Tally(staged, progress)
        with _computing():
            for page in _prepared(staged, wanted, mapping, lambda _: set()):
                applied = Ok(Taken(record_id=0, state=RecordState.APPLIED))
                tally.count(page, [one.refused or applied for one in page.arrivals])
        return tally.report(wanted, None, rejects=None)


class _Tally:
    """Counts what becomes of the records, and keeps which were refused and why."""

    def __init__(self, staged: Staged, progress: Callable[[Progress], None]) -> None:
        self._staged = staged
        self._progress = progress
        self._states: Counter[RecordState] = Counter()
        self._codes: Counter[str] = Counter()
        self._rows_done = 0
        self._broken: list[tuple[int | None, str, str, str]] = []
        self._refused_file = staged.folder / "refused.csv"
        self._refused_file.touch(mode=0o600)
        self.settled = 0

    def count(self, page: Prepared, results: Sequence[Result[Taken]]) -> None:
        """Count one page and tell how far the import has come."""
        self.settled += page.settled_count
        self._states[RecordState.KNOWN] += page.settled_count
        self._rows_done += page.row_count
        refused: list[tuple[int, str, str]] = []
        for arrival, number, result in zip(page.arrivals, page.numbers, results, strict=True):
            if isinstance(result, Ok):
                self._states[result.value.state] += 1
                continue
            self._states[RecordState.REFUSED] += 1
            self._codes[result.code] += 1
            if number:
                refused.append((number, result.code, result.reason))
            else:
                text = arrival.text.decode()
                self._broken.append((arrival.row, result.code, result.reason, text))
        if refused:
            with self._refused_file.open("a", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(refused)
        self._progress(self._how_far())

    def _how_far(self) -> Progress:
        return Progress(
            rows_done=self._rows_done,
            rows=self._staged.row_count + len(self._staged.broken),
            records_done=self._states.total(),
            records=self._staged.total,
            refused=self._states[RecordState.REFUSED],
        )

    def write_rejects(self, path: Path) -> Path | None:
        """Write the reject file of an import and return where it is; None when all is well.

        A reject file of an earlier import is replaced, or removed when nothing is refused now.
        """
        target = rejects_of(path)
        if not self._states[RecordState.REFUSED]:
            target.unlink(missing_ok=True)
            return None
        written = self._staged.folder / "rejects.csv"
        self._staged.write_rows(self._refused_file, written)
        with written.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(self._broken)
        written.chmod(0o600)
        shutil.move(written, target)
        return target

    def report(
        self, wanted: Import, delivery_id: int | None, *, rejects: Path | None
    ) -> ImportReport:
        """Return what the import did."""
        done = self._how_far()
        return ImportReport(
            file=wanted.path.name,
            rows=done.rows,
            records=done.records,
            applied=self._states[RecordState.APPLIED],
            known=self._states[RecordState.KNOWN],
            superseded=self._states[RecordState.SUPERSEDED],
            refused=self._states[RecordState.REFUSED],
            refusals=dict(self._codes.most_common()),
            rejects=rejects,
            delivery_id=delivery_id,
        )


def rejects_of(path: Path) -> Path:
    """Return where the refused rows of a file go: beside it, as `<name>.rejects.csv`."""
    return path.with_name(f"{path.name}.rejects.csv")


def _check_folder(path: Path) -> None:
    if not os.access(path.parent, os.W_OK):
        raise RejectsUnwritable(folder=str(path.parent))


def _prepared(
    staged: Staged, wanted: Import, mapping: Mapping | None, find_settled: FindSettled
) -> Iterator[Prepared]:
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
        name=wanted.path.name,
        content_hash=content_hash,
        mapping=mapping.name if mapping else "canonical",
        mapping_hash=mapping.digest() if mapping else hashlib.sha256(b"").digest(),
    )


@contextmanager
def _computing() -> Iterator[None]:
    """Set the interpreter up for two threads that make millions of small records."""
    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(interval)
