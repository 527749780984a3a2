"""A table made plain: whatever it came as, UTF-8 text with its headings in the first row."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from io import StringIO
from itertools import chain, islice
from pathlib import Path

from huitong.channels.connectors.file.encodings import Encoding, encoding_of, write_utf_8
from huitong.channels.connectors.file.forms import FileUnreadable, Form, form_of
from huitong.channels.connectors.file.headings import ROWS_ABOVE_MAX, Headings, find_headings
from huitong.channels.connectors.file.mapping import Mapping as FileMapping
from huitong.channels.connectors.file.unpacking import BLOCK_BYTES, opened
from huitong.channels.connectors.file.workbook import read_sheet
from huitong.channels.model import RecordKind

HEAD_BYTES_MAX = 1_000_000
DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text file with its headings in its first row, and how many rows of the source are above."""

    path: Path
    headings: Headings
    delimiter: str
    # Why some of its rows are none, by their numbers in it, where that is known already.
    faults: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first rows of a table, and how it is written where it is a text."""

    rows: list[list[str]]
    encoding: Encoding | None = None
    delimiter: str | None = None


def first_rows(path: Path, folder: Path, sheet: str | None) -> list[list[str]]:
    """Return the first rows of a table, the headings somewhere among them.

    :raises UnknownForm, FileUnreadable: when it is no table that has rows of cells.
    """
    return beginning_of(path, folder, sheet).rows


def beginning_of(path: Path, folder: Path, sheet: str | None) -> Beginning:
    """Return the first rows of a table, the headings somewhere among them, and how it is written.

    :raises UnknownForm, FileUnreadable: when it is no table that has rows of cells.
    """
    form = form_of(path)
    if form is Form.EXCEL:
        with closing(read_sheet(path, folder, sheet)) as rows:
            return Beginning([row.cells for row in islice(rows, ROWS_ABOVE_MAX)])
    if form is not Form.CSV:
        fault = "its columns have the names of fields, so it needs no mapping"
        raise FileUnreadable(file=path.name, form=form, fault=fault)
    text = _head(_in_utf_8(path, folder))
    delimiter = _delimiter(text)
    cells, _ = _first_rows(text, delimiter)
    return Beginning(cells, encoding_of(path, Form.CSV), delimiter)


def plain_text(path: Path, folder: Path, kind: RecordKind, mapping: FileMapping | None) -> Plain:
    """Return a CSV file as plain text: itself when it is that already, else a copy in the folder.

    :raises FileUnreadable: when it is no text, or its headings cannot be made out.
    """
    readable = _in_utf_8(path, folder)
    text = _head(readable)
    delimiter = (mapping.delimiter if mapping else None) or _delimiter(text)
    rows, ends = _first_rows(text, delimiter)
    headings = find_headings(path.name, Form.CSV, rows, kind, mapping)
    if headings.rows_above:
        start = len(text[: ends[headings.rows_above - 1]].encode())
        readable = _without_start(readable, folder / "below.csv", start)
    return Plain(readable, headings, delimiter)


def plain_sheet(
    path: Path,
    folder: Path,
    kind: RecordKind,
    mapping: FileMapping | None,
    sheet: str | None,
    *,
    rows_max: int | None = None,
) -> Plain:
    """Write a sheet of an Excel workbook as plain text into the folder.

    :raises FileUnreadable: when the workbook or its headings cannot be read.
    """
    rows = read_sheet(path, folder, sheet or (mapping.sheet if mapping else None))
    first = list(islice(rows, ROWS_ABOVE_MAX))
    # A note beside the table makes a column without a heading; only rows far below may not.
    widest = max((len(row.cells) for row in first), default=0)
    filled = [_filled(row.cells, widest) for row in first]
    headings = find_headings(path.name, Form.EXCEL, filled, kind, mapping)
    target = folder / "sheet.csv"
    width = len(headings.names)
    faults: dict[int, str] = {}
    below = islice(chain(first[headings.rows_above + 1 :], rows), rows_max)
    with target.open("w", newline="", encoding="utf-8", errors="replace") as out:
        writer = csv.writer(out)
        writer.writerow(headings.names)
        for number, row in enumerate(below, start=2):
            if row.fault is None:
                writer.writerow(_filled(row.cells, width))
            else:
                faults[number] = row.fault
                # One cell more than there are columns keeps it from being read as a row.
                writer.writerow([*_filled(row.cells, width), ""])
    rows.close()
    return Plain(target, headings, ",", faults)


def _filled(cells: Sequence[str], width: int) -> list[str]:
    """Return the cells of a row under all headings; Excel leaves out the last when they are empty.

    Cells with something in them beyond the headings stay, and get the row refused.
    """
    missing = width - len(cells)
    return [*cells, *[""] * missing] if missing >= 0 else list(cells)


def _head(path: Path) -> str:
    with opened(path) as file:
        start = file.read(HEAD_BYTES_MAX)
    # A character that the limit cut is no fault; nor is a wrong one further down.
    text = start.decode("utf-8-sig", errors="replace")
    if not text:
        raise FileUnreadable(file=path.name, form=Form.CSV, fault="it is empty")
    return text


def _in_utf_8(path: Path, folder: Path) -> Path:
    """Return a text file in UTF-8: itself, or a copy in the folder."""
    encoding = encoding_of(path, Form.CSV)
    if encoding is Encoding.UTF_8:
        return path
    target = folder / "text.csv"
    write_utf_8(path, target, encoding)
    return target


def _delimiter(text: str) -> str:
    """Return what stands most often in the first row; in any of the first ones when there is none.

    A title above the headings has no delimiter.
    """
    lines = text.splitlines()[:ROWS_ABOVE_MAX]
    return max(
        DELIMITERS,
        key=lambda one: (lines[0].count(one), max(line.count(one) for line in lines)),
    )


def _first_rows(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Return the first rows of a text, and where each ends in it."""
    ends: list[int] = []
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for line in StringIO(text, newline=""):
            taken += len(line)
            yield line

    rows = []
    reader = csv.reader(lines(), delimiter=delimiter, skipinitialspace=True)
    for row in islice(reader, ROWS_ABOVE_MAX):
        rows.append(row)
        ends.append(taken)
    return rows, ends


def _without_start(source: Path, target: Path, start: int) -> Path:
    """Copy a text file without its first bytes (a mark of its encoding not counted)."""
    with opened(source) as file, target.open("wb") as out:
        mark = file.read(3)
        left = start if mark == b"\xef\xbb\xbf" else start - len(mark)
        assert left >= 0, "A row is longer than a mark."
        file.read(left)
        while block := file.read(BLOCK_BYTES):
            out.write(block)
    return target
