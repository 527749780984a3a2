"""What became of a file's records: counted as they pass, told at the end, refused rows kept."""

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from huitong.channels.connectors.file.reading import Prepared
from huitong.channels.connectors.file.staged import Staged
from huitong.channels.model import RecordState, Taken
from huitong.platform.errors import Ok, Result
from huitong.platform.spreadsheets import guarded


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come; a look at a file has no delivery."""

    rows_done: int
    rows: int
    records_done: int
    records: int
    applied: int
    refused: int
    superseded: int
    known: int
    delivery_id: int | None


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


class Tally:
    """Counts what becomes of the records, and keeps which were refused and why."""

    def __init__(
        self, staged: Staged, progress: Callable[[Progress], None], *, delivery_id: int | None
    ) -> None:
        """Begin to count, and tell how much there is to do before anything is done."""
        self._staged = staged
        self._progress = progress
        self._delivery_id = delivery_id
        self._states: Counter[RecordState] = Counter()
        self._codes: Counter[str] = Counter()
        self._rows_done = 0
        self._broken_file = staged.folder / "refused-rows.csv"
        self._broken_file.touch(mode=0o600)
        self._refused_file = staged.folder / "refused.csv"
        self._refused_file.touch(mode=0o600)
        self.settled = 0
        progress(self._how_far())

    def count(self, page: Prepared, results: Sequence[Result[Taken]]) -> None:
        """Count one page and tell how far the import has come."""
        self.settled += page.settled_count
        self._states[RecordState.KNOWN] += page.settled_count
        self._rows_done += page.row_count
        refused: list[tuple[int, str, str]] = []
        broken: list[tuple[int | None, str, str, str]] = []
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
                broken.append((arrival.row, result.code, result.reason, guarded(text)))
        _append(self._refused_file, refused)
        _append(self._broken_file, broken)
        self._progress(self._how_far())

    def _how_far(self) -> Progress:
        return Progress(
            rows_done=self._rows_done,
            rows=self._staged.row_count + len(self._staged.broken),
            records_done=self._states.total(),
            records=self._staged.total,
            applied=self._states[RecordState.APPLIED],
            refused=self._states[RecordState.REFUSED],
            superseded=self._states[RecordState.SUPERSEDED],
            known=self._states[RecordState.KNOWN],
            delivery_id=self._delivery_id,
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
        with written.open("ab") as file, self._broken_file.open("rb") as broken:
            shutil.copyfileobj(broken, file)
        written.chmod(0o600)
        shutil.move(written, target)
        return target

    def report(self, file: str, *, rejects: Path | None) -> ImportReport:
        """Return what the import did."""
        done = self._how_far()
        return ImportReport(
            file=file,
            rows=done.rows,
            records=done.records,
            applied=self._states[RecordState.APPLIED],
            known=self._states[RecordState.KNOWN],
            superseded=self._states[RecordState.SUPERSEDED],
            refused=self._states[RecordState.REFUSED],
            refusals=dict(self._codes.most_common()),
            rejects=rejects,
            delivery_id=self._delivery_id,
        )


def rejects_of(path: Path) -> Path:
    """Return where the refused rows of a file go: beside it, as `<name>.rejects.csv`."""
    return path.with_name(f"{path.name}.rejects.csv")


def _append(path: Path, rows: Sequence[Sequence[object]]) -> None:
    if rows:
        with path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
