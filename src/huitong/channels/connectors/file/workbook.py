"""One sheet of an Excel workbook, row by row, as texts a person would write.

The sheet is read as a stream: a row at a time in memory, shared texts on disk, everything limited
before it is unpacked. What a formula gave is taken from the workbook; nothing is computed here.
"""

import math
import os
import re
import zipfile
import zlib
from array import array
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Self
from xml.parsers import expat

from huitong.channels.connectors.file.forms import FileUnreadable, Form
from huitong.channels.connectors.file.headings import COLUMNS_MAX

BLOCK_BYTES = 1 << 18
ENTRIES_MAX = 5_000
UNPACKED_BYTES_MAX = 8 << 30
# Sheets pack ten to forty times smaller; what unpacks further than this was made to fill a memory.
UNPACKED_RATIO_MAX = 120
UNPACKED_BYTES_FREE = 64 << 20
SMALL_PART_BYTES_MAX = 32 << 20
EMPTY_ROWS_MAX = 100_000
CELL_LENGTH_MAX = 1_000_000

# What stands in a cell whose formula was saved without its value, as Excel marks its own errors.
NO_VALUE = "#FORMULA?"
ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", NO_VALUE)

# The number formats of dates and times that every workbook has without writing them.
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
NOT_OF_FORMAT = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.', re.IGNORECASE)
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
DAYS_OF_1900, DAYS_OF_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - no zone
# Excel believes in 29 February 1900.
LEAP_DAY_OF_1900 = 60
SERIAL_MAX = 2_958_466
DIGITS_MAX = 15
EXACT_MAX = 10**DIGITS_MAX
TEXT_KINDS = frozenset({"str", "inlineStr", "e", "d"})

# What reading parts that are no workbook's meets: broken archives, broken XML, wrong numbers in it.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    KeyError,
    EOFError,
    NotImplementedError,
    ValueError,
    OverflowError,
)


class _Wrong(Exception):
    """The workbook cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a workbook says of itself: its sheets, its calendar, which styles are dates."""

    sheets: tuple[_Sheet, ...]
    first_day: datetime
    trusts_formulas: bool
    dates: frozenset[int]
    texts_part: str | None


class Texts:
    """The shared texts of a workbook, kept in a file: they may be larger than the memory."""

    def __init__(self, path: Path) -> None:
        """Open an empty store; use as a context manager."""
        self._file = path.open("w+b")
        self._ends = array("Q", [0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, text: str) -> None:
        """Keep one more text."""
        said = text.encode(errors="replace")
        self._file.write(said)
        self._ends.append(self._ends[-1] + len(said))

    def close_writing(self) -> None:
        """Make what was kept readable."""
        self._file.flush()

    def at(self, place: int) -> str:
        """Return the text at a place; an empty one where the workbook has none."""
        if not 0 <= place < len(self._ends) - 1:
            return ""
        start, end = self._ends[place], self._ends[place + 1]
        return os.pread(self._file.fileno(), end - start, start).decode()


def read_sheet(path: Path, folder: Path, sheet: str | None) -> Generator[list[str]]:
    """Yield the rows of a sheet from its first one on, empty ones between others included.

    Without a name the only sheet that has rows is read.

    :raises FileUnreadable: when the workbook is damaged, too large, locked, or has no such sheet.
    """
    try:
        with zipfile.ZipFile(path) as parts, Texts(folder / "texts") as texts:
            _check_size(parts)
            plan = _plan(parts)
            if plan.texts_part is not None:
                _read_texts(parts, plan.texts_part, texts)
            chosen = _chosen(parts, plan, sheet, texts)
            yield from _rows(parts, chosen, plan, texts)
    except _Wrong as wrong:
        fault = str(wrong)
    except _DAMAGE as error:
        fault = (
            f"it is damaged ({type(error).__name__}); open it in Excel and save it again, or export"
            " it once more"
        )
    except RuntimeError:  # What zipfile raises for an encrypted part.
        fault = "it is locked with a password; save it without one"
    else:
        return
    # Raised out here: the parser's error would keep the parts open.
    raise FileUnreadable(file=path.name, form=Form.EXCEL, fault=fault)


def _check_size(parts: zipfile.ZipFile) -> None:
    entries = parts.infolist()
    packed = sum(one.compress_size for one in entries)
    unpacked = sum(one.file_size for one in entries)
    is_bomb = unpacked > max(UNPACKED_BYTES_FREE, packed * UNPACKED_RATIO_MAX)
    if is_bomb or unpacked > UNPACKED_BYTES_MAX or len(entries) > ENTRIES_MAX:
        message = (
            f"it would unpack to {unpacked >> 20:,} MB from {packed >> 10:,} kB, which no honest"
            " workbook does; if it is one, save its sheet as “CSV UTF-8”"
        )
        raise _Wrong(message)


def _chosen(parts: zipfile.ZipFile, plan: _Plan, wanted: str | None, texts: Texts) -> _Sheet:
    names = ", ".join(f"“{one.name}”" for one in plan.sheets) or "none"
    if wanted is not None:
        found = [one for one in plan.sheets if one.name.strip() == wanted.strip()]
        if not found:
            message = f"it has no sheet “{wanted}”; its sheets are {names}"
            raise _Wrong(message)
        return found[0]
    filled = [one for one in plan.sheets if next(_rows(parts, one, plan, texts), None) is not None]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        message = "it has no sheet with a row in it"
        raise _Wrong(message)
    names = ", ".join(f"“{one.name}”" for one in filled)
    message = f"several of its sheets have rows ({names}); say which one with --sheet"
    raise _Wrong(message)


# Parts of the workbook that are small: the book, its relations, its styles.


def _plan(parts: zipfile.ZipFile) -> _Plan:
    targets: dict[str, str] = {}
    texts_part: str | None = None
    for name, at in _elements(parts, "xl/_rels/workbook.xml.rels"):
        if name != "Relationship":
            continue
        target = at.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        targets[at.get("Id", "")] = part
        if at.get("Type", "").endswith("/sharedStrings") and part in parts.namelist():
            texts_part = part
    sheets, first_day, trusts = [], DAYS_OF_1900, True
    for name, at in _elements(parts, "xl/workbook.xml"):
        if name == "sheet" and at.get("state", "visible") == "visible":
            part = targets.get(next((v for k, v in at.items() if k.endswith(":id")), ""), "")
            # A chart stands on a sheet of its own, which has no rows.
            if "worksheets/" in part:
                sheets.append(_Sheet(at.get("name", ""), part))
        elif name == "workbookPr" and at.get("date1904") in {"1", "true"}:
            first_day = DAYS_OF_1904
        elif name == "calcPr" and at.get("fullCalcOnLoad") in {"1", "true"}:
            trusts = False
    return _Plan(tuple(sheets), first_day, trusts, _date_styles(parts), texts_part)


def _date_styles(parts: zipfile.ZipFile) -> frozenset[int]:
    """Return the places of the cell styles that show a number as a date or a time."""
    if "xl/styles.xml" not in parts.namelist():
        return frozenset()
    own: dict[int, bool] = {}
    found, place, is_of_cells = set(), 0, False
    for name, at in _elements(parts, "xl/styles.xml", ends=True):
        if name == "numFmt":
            code = NOT_OF_FORMAT.sub("", at.get("formatCode", "")).casefold()
            own[int(at["numFmtId"])] = any(letter in code for letter in "ymdhs")
        elif name in {"cellXfs", "/cellXfs"}:
            is_of_cells = name == "cellXfs"
        elif name == "xf" and is_of_cells:
            number = int(at.get("numFmtId", "0"))
            if own.get(number, number in DATE_FORMATS):
                found.add(place)
            place += 1
    return frozenset(found)


def _elements(
    parts: zipfile.ZipFile, part: str, *, ends: bool = False
) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of a small part in order; with `ends` also “/name” where one closes."""
    if parts.getinfo(part).file_size > SMALL_PART_BYTES_MAX:
        message = "its list of styles or sheets is larger than any workbook's"
        raise _Wrong(message)
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, at: found.append((_local(name), at))
    if ends:
        parser.EndElementHandler = lambda name: found.append((f"/{_local(name)}", {}))
    parser.Parse(parts.read(part), True)  # noqa: FBT003 - expat's own signature
    return found


def _read_texts(parts: zipfile.ZipFile, part: str, texts: Texts) -> None:
    pieces: list[str] = []
    depth = {"t": 0, "rPh": 0}

    def start(name: str, _: dict[str, str]) -> None:
        local = _local(name)
        if local == "si":
            pieces.clear()
        elif local in depth:
            depth[local] += 1

    def end(name: str) -> None:
        local = _local(name)
        if local == "si":
            texts.add(_unescaped("".join(pieces)))
        elif local in depth:
            depth[local] -= 1

    def characters(text: str) -> None:
        if depth["t"] and not depth["rPh"]:  # rPh tells how to pronounce a text.
            pieces.append(text)

    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    with parts.open(part) as file:
        while block := file.read(BLOCK_BYTES):
            parser.Parse(block, False)  # noqa: FBT003 - expat's own signature
    parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature
    texts.close_writing()


# The sheet.


@dataclass(slots=True)
class _Reader:
    """Takes the events of a sheet's XML and gathers its rows."""

    plan: _Plan
    texts: Texts
    done: list[tuple[int, list[str]]] = field(default_factory=list)
    row: int = 0
    cells: dict[int, str] = field(default_factory=dict)
    column: int = -1
    kind: str = "n"
    style: int = 0
    has_formula: bool = False
    takes: bool = False
    pieces: list[str] = field(default_factory=list)

    def start(self, name: str, at: dict[str, str]) -> None:
        """Meet the beginning of an element."""
        match _local(name):
            case "c":
                self.column = _column_of(at["r"]) if "r" in at else self.column + 1
                self.kind = at.get("t", "n")
                self.style = int(at.get("s", "0"))
                self.has_formula = False
                self.pieces = []
            case "v" | "t":
                self.takes = True
            case "f":
                self.has_formula = True
            case "rPh":
                self.kind = "phonetic"
            case "row":
                self.row = int(at["r"]) if "r" in at else self.row + 1
                self.column, self.cells = -1, {}

    def end(self, name: str) -> None:
        """Meet the end of an element."""
        match _local(name):
            case "c":
                said = self._said("".join(self.pieces))
                if said:
                    self.cells[min(self.column, COLUMNS_MAX)] = said
            case "v" | "t":
                self.takes = False
            case "rPh":
                self.kind = "inlineStr"
            case "row" if self.cells:
                width = max(self.cells) + 1
                self.done.append((self.row, [self.cells.get(at, "") for at in range(width)]))

    def characters(self, text: str) -> None:
        """Meet text."""
        if self.takes and self.kind != "phonetic":
            self.pieces.append(text)

    def _said(self, value: str) -> str:
        is_empty = not value and self.kind != "str"
        if self.has_formula and (is_empty or not self.plan.trusts_formulas):
            return NO_VALUE
        if self.kind in TEXT_KINDS or not value:
            return _unescaped(value)
        if self.kind == "s":
            return self.texts.at(int(value))
        if self.kind == "b":
            return "true" if value == "1" else "false"
        is_date = self.style in self.plan.dates
        return _instant(value, self.plan.first_day) if is_date else _number(value)


def _rows(parts: zipfile.ZipFile, sheet: _Sheet, plan: _Plan, texts: Texts) -> Iterator[list[str]]:
    reader = _Reader(plan, texts)
    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.characters
    last = 0
    with parts.open(sheet.part) as file:
        while True:
            block = file.read(BLOCK_BYTES)
            parser.Parse(block, not block)
            for row, cells in reader.done:
                if row <= last or row - last > EMPTY_ROWS_MAX:
                    message = (
                        f"in its sheet “{sheet.name}” row {row} comes after row {last}; copy the"
                        " table without the empty rows to a new sheet"
                    )
                    raise _Wrong(message)
                for _ in range(last + 1, row):
                    yield []
                yield cells
                last = row
            reader.done.clear()
            if not block:
                return


def _number(value: str) -> str:
    """Return a number as Excel shows it whole: 15 digits, which is all that it keeps."""
    try:
        number = float(value)
    except ValueError:
        return value
    if not math.isfinite(number):
        return value
    if number == int(number) and abs(number) < EXACT_MAX:
        return str(int(number))
    return format(number, f".{DIGITS_MAX}g").replace("e", "E")


def _instant(value: str, first_day: datetime) -> str:
    """Return the time that a number of days since a first day is, to the second."""
    try:
        days = float(value)
    except ValueError:
        return value
    if not 0 <= days < SERIAL_MAX:
        return _number(value)
    if first_day is DAYS_OF_1900 and days < LEAP_DAY_OF_1900:
        days += 1
    moment = first_day + timedelta(seconds=round(days * 86_400))
    is_day = moment.hour == moment.minute == moment.second == 0
    return moment.strftime("%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M:%S")


def _unescaped(text: str) -> str:
    return ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) if "_x" in text else text


@cache
def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _column_of(reference: str) -> int:
    """Return the place of a cell's column: 0 for A12, 26 for AA1."""
    return _column_of_letters(reference.rstrip("0123456789"))


@cache
def _column_of_letters(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _parser() -> expat.XMLParserType:
    """Return a parser that meets no document type: entities are how XML is made to explode."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        message = "it declares a document type, which no workbook does"
        raise _Wrong(message)

    declared: Callable[..., None] = refuse
    parser.StartDoctypeDeclHandler = declared
    return parser
