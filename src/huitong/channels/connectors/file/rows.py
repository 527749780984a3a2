"""The rows of a text file, counted and parted without the engine that reads them.

The engine passes over good rows when a file holds long stretches of broken ones, and says nothing.
So it is only ever given rows that can be read, and has to arrive at the number counted here.
"""

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from gzip import GzipFile
from io import TextIOWrapper
from pathlib import Path
from typing import IO, AnyStr, cast

from huitong.channels.connectors.file.broken import Broken, BrokenRows
from huitong.channels.connectors.file.forms import is_packed

# A record beyond this is a quote that was never closed, not a record.
RECORD_LENGTH_MAX = 2_000_000
BLOCK_BYTES = 1 << 20
# No readable JSON text holds this character, so every line of NDJSON is one column.
NO_DELIMITER = "\x01"

LINE_ENDS = frozenset({"\n", "\r", b"\n"})

csv.field_size_limit(RECORD_LENGTH_MAX)


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, unpacked on the way when it is packed."""
    with path.open("rb") as file:
        if is_packed(path):
            with GzipFile(fileobj=file) as unpacked:
                yield cast("IO[bytes]", unpacked)
        else:
            yield file


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


def count_lines(path: Path) -> int:
    """Return how many lines a text file has."""
    count, last = 0, b"\n"
    with opened(path) as file:
        while block := file.read(BLOCK_BYTES):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")


def split_rows(
    source: Path, target: Path, column_count: int, delimiter: str, broken: BrokenRows
) -> int:
    """Write the rows of a CSV file that have all its columns to `target`, plainly quoted.

    An empty row is written as empty cells, so that the rows after it keep their numbers. Returns
    how many rows are fit to be read, empty ones included; the others are kept as broken.
    """
    written = 0
    with _text_of(source) as text_file, target.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row, (cells, text, fault) in enumerate(_Rows(text_file, delimiter), start=1):
            said = fault or _fault(cells, text, column_count)
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
        for row, (line, _) in enumerate(_lines(file), start=1):
            text = line.rstrip(b"\r\n").replace(b"\r", b" ")
            said = _fault_of_line(text)
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
            except csv.Error:
                first, *others = self._taken
                self._again.extendleft(reversed(others))
                # A reader that has met the end of its lines gives no more.
                reader = _reader(self._feed(), self._delimiter, strict=True)
                yield [], first, "broken quotes"
            else:
                yield cells, "".join(self._taken), None

    def _feed(self) -> Iterator[str]:
        length = 0
        while True:
            if self._again:
                line, is_whole = self._again.popleft(), True
            else:
                line, is_whole = next(self._lines, ("", False))
            if not line:
                return
            length = length + len(line) if self._taken else len(line)
            self._taken.append(line)
            if length > RECORD_LENGTH_MAX or not is_whole:
                message = "The record does not end."
                raise csv.Error(message)
            yield line


def _lines(file: IO[AnyStr]) -> Iterator[tuple[AnyStr, bool]]:
    """Yield the lines of a file and whether each is whole: of a huge one only the start is kept."""
    while line := file.readline(RECORD_LENGTH_MAX):
        rest = line if len(line) == RECORD_LENGTH_MAX else line[:0]
        is_whole = not rest or rest[-1:] in LINE_ENDS
        while rest and rest[-1:] not in LINE_ENDS:
            rest = file.readline(BLOCK_BYTES)
        yield line, is_whole


def _short_lines(text: IO[str]) -> Iterator[str]:
    """Yield the lines of a text; a csv.Error ends it at one that is no row."""
    for line, is_whole in _lines(text):
        if not is_whole:
            message = "The record does not end."
            raise csv.Error(message)
        yield line


def _reader(lines: Iterable[str], delimiter: str, *, strict: bool) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=strict)


def _fault(cells: list[str], text: str, column_count: int) -> str | None:
    if cells and len(cells) != column_count:
        return "missing columns" if len(cells) < column_count else "too many columns"
    return None if _is_unicode(text) else "invalid encoding"


def _fault_of_line(text: bytes) -> str | None:
    if len(text) >= RECORD_LENGTH_MAX:
        return "line too long"
    if NO_DELIMITER.encode() in text:
        return "a control character"
    return None if _is_unicode(text.decode(errors="surrogateescape")) else "invalid encoding"


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
        fault=f"The row cannot be split into the columns of the file ({said}).",
    )
