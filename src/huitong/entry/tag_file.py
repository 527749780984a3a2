"""Files of tags that somebody says of customers: CSV, read and checked whole before it counts."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.platform import ids
from huitong.platform.errors import DomainError, Kind
from huitong.segments.operations.tags import Giving

if TYPE_CHECKING:
    from _csv import Reader

CUSTOMER, VALUE, UNTIL = "customer", "value", "until"
NEEDED, COLUMNS = (CUSTOMER, VALUE), (CUSTOMER, VALUE, UNTIL)
DAYS = ("%Y-%m-%d", "%Y/%m/%d")
LINES_MAX = 1_000_000
# What a browser makes of bytes that are no UTF-8.
REPLACED = "\ufffd"
FAULTS_SHOWN_MAX = 10


@dataclass(eq=False)
class TagFileInvalid(DomainError):
    """A file of tags cannot be read as it is, so nothing of it was taken."""

    code: ClassVar[str] = "platform.tag_file_invalid"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "Nothing of {file} was taken: {told}. Correct it and import it again."
    file: str
    told: str


@dataclass(frozen=True, slots=True)
class GivingOfLine:
    """What a line of the file says; lines are counted from 1, the header among them."""

    line: int
    giving: Giving


@dataclass
class _Faults:
    """What is wrong in a file, the first of it in words; values are not quoted."""

    told: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, column: str, reason: str) -> None:
        self.count += 1
        if len(self.told) < FAULTS_SHOWN_MAX:
            self.told.append(f"line {line}, column {column}: {reason}")

    def sentence(self) -> str:
        more = self.count - len(self.told)
        return "; ".join(self.told) + (f"; and {more} more" if more else "")


def read(path: Path, *, lines_max: int = LINES_MAX) -> Sequence[GivingOfLine]:
    """Return what a CSV file with the columns customer, value and, if need be, until says.

    :raises TagFileInvalid: when a column is missing or a cell cannot be read, with line and column.
    """
    try:
        # The mark with which spreadsheets begin a file is no part of the first column's name.
        with path.open(encoding="utf-8-sig", newline="") as text:
            return _read(path.name, csv.reader(text, strict=True), lines_max)
    except UnicodeDecodeError:
        told = "it is not UTF-8; save it as “CSV UTF-8” (另存为 CSV UTF-8)"
        raise TagFileInvalid(path.name, told) from None
    except csv.Error as wrong:
        raise TagFileInvalid(path.name, f"it is no CSV ({wrong})") from None


def read_text(name: str, text: str, *, lines_max: int = LINES_MAX) -> Sequence[GivingOfLine]:
    """Return what the text of a CSV file says, as `read` does.

    :raises TagFileInvalid: when a column is missing or a cell cannot be read, with line and column.
    """
    if REPLACED in text:
        raise TagFileInvalid(name, "it is not UTF-8; save it as “CSV UTF-8” (另存为 CSV UTF-8)")
    try:
        lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
        return _read(name, csv.reader(lines, strict=True), lines_max)
    except csv.Error as wrong:
        raise TagFileInvalid(name, f"it is no CSV ({wrong})") from None


def _read(name: str, rows: "Reader", lines_max: int) -> Sequence[GivingOfLine]:
    header = _header(name, next(rows, []))
    faults, found = _Faults(), list[GivingOfLine]()
    for line, cells in _lines(rows):
        if len(found) == lines_max:
            raise TagFileInvalid(name, f"it has more than {lines_max:,} lines; split it")
        if len(cells) > len(header):
            faults.add(line, str(len(header) + 1), "the header has fewer columns")
            continue
        giving = _giving(dict(zip(header, cells, strict=False)), line, faults)
        if giving is not None:
            found.append(GivingOfLine(line, giving))
    if faults.count:
        raise TagFileInvalid(name, faults.sentence())
    return found


def _header(name: str, cells: Sequence[str]) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    missing = [one for one in NEEDED if one not in header]
    if missing:
        told = f"line 1 has no column {' and no column '.join(missing)}"
        raise TagFileInvalid(name, f"{told}; it needs {', '.join(NEEDED)} and may have {UNTIL}")
    # A column that is passed over would be a date that nobody sees written wrongly.
    unknown = [f"“{one}”" for one in header if one not in COLUMNS]
    if unknown or len(set(header)) < len(header):
        what = f"the columns {', '.join(unknown)}" if unknown else "a column twice"
        raise TagFileInvalid(name, f"line 1 has {what}; leave {', '.join(COLUMNS)}, each once")
    return header


def _lines(rows: "Reader") -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, with the line on which each ends."""
    for cells in rows:
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield rows.line_num, stripped


def _giving(cells: dict[str, str], line: int, faults: _Faults) -> Giving | None:
    before = faults.count
    customer_id, until = 0, None
    try:
        customer_id = ids.read(CUSTOMER_PREFIX, cells[CUSTOMER])
    except ids.WrongId:
        faults.add(line, CUSTOMER, f"it is no id such as {ids.show(CUSTOMER_PREFIX, 1)}")
    if not cells.get(VALUE):
        faults.add(line, VALUE, "it is empty")
    if cells.get(UNTIL):
        until = _day(cells[UNTIL])
        if until is None:
            faults.add(line, UNTIL, "it is no day such as 2026-12-31")
    return Giving(customer_id, cells[VALUE], until) if faults.count == before else None


def _day(text: str) -> date | None:
    for form in DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - A day has no zone.
        except ValueError:
            continue
    return None
