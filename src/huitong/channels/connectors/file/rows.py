"""The rows of a text file, counted and parted without the engine that reads them.

The engine passes over good rows when a file holds long stretches of broken ones, and says nothing.
So it is only ever given rows that can be read, and has to arrive at the number counted here.
"""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import IO, AnyStr

from huitong.channels.connectors.file.broken import Broken, BrokenRows
from huitong.channels.connectors.file.unpacking import BLOCK_BYTES, opened

# No table has a longer cell; Excel itself stops at 32,767 characters.
CELL_LENGTH_MAX = 1_000_000
# A record beyond this is a quote that was never closed, not a record. A line of NDJSON may have as
# many bytes.
RECORD_LENGTH_MAX = 2_000_000
# A character takes four bytes at most, and quotes stand around every cell.
ROW_BYTES_MAX = 4 * RECORD_LENGTH_MAX + (1 << 16)
# No readable JSON text holds this character, so every line of NDJSON is one column.
NO_DELIMITER = "\x01"

LINE_ENDS = frozenset({"\n", "\r", b"\n"})
REMEDY = "shorten what is that long, or leave it out"

csv.field_size_limit(CELL_LENGTH_MAX)


class _LongRow(csv.Error):
    """A row goes on beyond what is kept of it."""

    def __init__(self, length: int) -> None:
        super().__init__("The record does not end.")
        self.length = length


@contextmanager
def _text_of(path: Path) -> Iterator[TextIOWrapper]:
    """Open a file as text whose lines end as they stand, with what is no text kept in it."""
    with (
        opened(path) as file,
        TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="") as text,
    ):
        yield text


def count_rows(path: Path, column_count: int, delimiter: str) -> int | None:
    """Return how many rows follow the header of a CSV file; None when any of them needs parting."""
    with _text_of(path) as text:
        try:
            lengths = Counter(map(len, _reader(_short_lines(text), delimiter, strict=False)))
        except csv.Error:
            return None
    return lengths.total() - 1 if set(lengths) == {column_count} else None


def count_lines(path: Path) -> int | None:
    """Return how many lines a text file has; None when any of them is longer than it may be."""
    count, last_length = 0, 0
    with opened(path) as file:
        while block := file.read(BLOCK_BYTES):
            # Only a line that began in a block before can be too long.
            last_length += block.find(b"\n") if b"\n" in block else len(block)
            if last_length > RECORD_LENGTH_MAX:
                return None
            if b"\n" in block:
                count += block.count(b"\n")
                last_length = len(block) - block.rfind(b"\n") - 1
    return count + (last_length > 0)


def split_rows(
    source: Path,
    target: Path,
    column_count: int,
    delimiter: str,
    broken: BrokenRows,
    *,
    faults: Mapping[int, str],
) -> int:
    """Write the rows of a CSV file that have all its columns to `target`, plainly quoted.

    An empty row is written as empty cells, so that the rows after it keep their numbers. Returns
    how many rows are fit to be read, empty ones included; the others are kept as broken. `faults`
    are those that are known of rows already, which are none.
    """
    written = 0
    with _text_of(source) as text_file, target.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row, (cells, text, fault) in enumerate(_Rows(text_file, delimiter), start=1):
            said = faults.get(row) or fault or _fault(cells, text, column_count)
            if said is None:
                writer.writerow(cells or [""] * column_count)
                written += 1
            elif row == 1:
                # The header was read before; whatever it lacks is told there.
                writer.writerow([""] * column_count)
                written += 1
            else:
                broken.add(_broken(row, text, said))
    return written - 1


def split_lines(source: Path, target: Path, broken: BrokenRows) -> int:
    """Write the lines of a text file that are texts to `target` and return how many they are."""
    written = 0
    with opened(source) as file, target.open("wb") as out:
        for row, (line, length) in enumerate(_lines(file), start=1):
            text = line.rstrip(b"\r\n").replace(b"\r", b" ")
            said = _fault_of_line(text, length)
            if said is None:
                out.write(text + b"\n")
                written += 1
            else:
                broken.add(_broken(row, text.decode(errors="surrogateescape"), said))
    return written


class _Rows:
    """Iterates over the rows of a CSV text as (cells, how it stands there, fault).

    Where quotes are broken, the first line alone is the broken row and reading goes on with the
    next one, so that a quote never closed takes no good rows with it.
    """

    def __init__(self, text: IO[str], delimiter: str) -> None:
        self._lines = _lines(text)
        self._delimiter = delimiter
        self._again: deque[str] = deque()
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[tuple[list[str], str, str | None]]:
        reader = _reader(self._feed(), self._delimiter, strict=True)
        while True:
            self._taken = []
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                fault = self._fault(error)
                first, *others = self._taken
                self._again.extendleft(reversed(others))
                # A reader that has met the end of its lines gives no more.
                reader = _reader(self._feed(), self._delimiter, strict=True)
                yield [], first, fault
            else:
                yield cells, "".join(self._taken), None

    def _feed(self) -> Iterator[str]:
        taken_length = 0
        while True:
            if self._again:
                line = self._again.popleft()
                length = len(line)
            else:
                line, length = next(self._lines, ("", 0))
            if not line:
                return
            taken_length = taken_length + length if self._taken else length
            self._taken.append(line)
            if taken_length > RECORD_LENGTH_MAX:
                raise _LongRow(taken_length)
            yield line

    def _fault(self, error: csv.Error) -> str:
        """Return the sentence for the lines taken last, which are no row."""
        first, *others = self._taken
        length = error.length if isinstance(error, _LongRow) else sum(map(len, self._taken))
        if length <= CELL_LENGTH_MAX:
            return _unsplit("broken quotes")
        if others:
            return _unsplit(f"a cell in quotes does not end within {CELL_LENGTH_MAX:,} characters")
        column = _long_column(first, self._delimiter)
        if column is not None:
            return (
                f"Column {column} holds more than {CELL_LENGTH_MAX:,} characters, the most that a"
                f" cell may (the whole row has {length:,}); {REMEDY}."
            )
        if isinstance(error, _LongRow):
            return f"The row has {length:,} characters, of at most {RECORD_LENGTH_MAX:,}; {REMEDY}."
        return _unsplit("broken quotes")


def _long_column(line: str, delimiter: str) -> int | None:
    """Return which cell of a line, from 1, is longer than any may be."""
    start, column = 0, 1
    while start < len(line):
        cell = _cell_pattern(delimiter).match(line, start)
        assert cell is not None, "Even nothing is a cell."
        end = cell.end()
        if end - start > CELL_LENGTH_MAX:
            return column
        start, column = end + 1, column + 1
    return None


@cache
def _cell_pattern(delimiter: str) -> re.Pattern[str]:
    """Return what a cell looks like, whole or cut, with the quotes around it."""
    rest = f"[^{re.escape(delimiter)}]*+"
    return re.compile(f' *+(?:"(?:[^"]++|"")*+"?+)?+{rest}')


def _lines(file: IO[AnyStr]) -> Iterator[tuple[AnyStr, int]]:
    """Yield the lines of a file and how long each is: of a huge one only the start is kept."""
    while line := file.readline(RECORD_LENGTH_MAX):
        length, rest = len(line), line
        while len(rest) in {RECORD_LENGTH_MAX, BLOCK_BYTES} and rest[-1:] not in LINE_ENDS:
            rest = file.readline(BLOCK_BYTES)
            length += len(rest)
        yield line, length


def _short_lines(text: IO[str]) -> Iterator[str]:
    """Yield the lines of a text; a csv.Error ends it at one that is no row."""
    for line, length in _lines(text):
        if length > RECORD_LENGTH_MAX:
            raise _LongRow(length)
        yield line


def _reader(lines: Iterable[str], delimiter: str, *, strict: bool) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=strict)


def _fault(cells: list[str], text: str, column_count: int) -> str | None:
    if cells and len(cells) != column_count:
        return _unsplit("missing columns" if len(cells) < column_count else "too many columns")
    return None if _is_unicode(text) else _unsplit("invalid encoding")


def _fault_of_line(text: bytes, length: int) -> str | None:
    if length > RECORD_LENGTH_MAX:
        return f"The line has {length:,} bytes, of at most {RECORD_LENGTH_MAX:,}; {REMEDY}."
    if NO_DELIMITER.encode() in text:
        return _unsplit("a control character")
    is_unicode = _is_unicode(text.decode(errors="surrogateescape"))
    return None if is_unicode else _unsplit("invalid encoding")


def _unsplit(why: str) -> str:
    return f"The row cannot be split into the columns of the file ({why})."


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _broken(row: int, text: str, said: str) -> Broken:
    return Broken(
        row=row,
        text=text.encode(errors="surrogateescape").decode(errors="replace").strip("\r\n"),
        fault=said,
    )
