"""The rows of a file that are not even rows, kept on disk: a wrong export may hold millions."""

import heapq
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

# Of a line without an end so much is kept; the file itself still has the rest.
TEXT_LENGTH_MAX = 100_000
# They go to the disk together.
WAITING_LENGTH_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that is not even a row: its number in the file, how it stands there, and the fault."""

    row: int
    text: str
    fault: str


class BrokenRows:
    """Broken rows in the order of the file; only their numbers stay in memory."""

    def __init__(self, path: Path, *, rows_above: int = 0) -> None:
        """Begin an empty list in a file that nobody else uses.

        `rows_above` is how many rows of the source stand above what is read; they count too.
        """
        path.touch(mode=0o600)
        self._path = path
        self._rows_above = rows_above
        self._waiting: list[bytes] = []
        self._waiting_length = 0
        self._before = array("q")

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._before)

    def __iter__(self) -> Iterator[Broken]:
        """Yield them in the order of the file."""
        self._write()
        with self._path.open("rb") as lines:
            for line in lines:
                row, text, fault = orjson.loads(line)
                yield Broken(row, text, fault)

    def add(self, one: Broken) -> None:
        """Keep one more row, after those added before."""
        row = one.row + self._rows_above
        text = one.text if len(one.text) <= TEXT_LENGTH_MAX else one.text[:TEXT_LENGTH_MAX] + "…"
        # A lone half of a character is no text that could be kept.
        said = text.encode(errors="replace").decode()
        self._waiting.append(orjson.dumps([row, said, one.fault]) + b"\n")
        self._waiting_length += len(said)
        self._before.append(row - len(self._before))
        if self._waiting_length > WAITING_LENGTH_MAX:
            self._write()

    def _write(self) -> None:
        with self._path.open("ab") as file:
            file.writelines(self._waiting)
        self._waiting, self._waiting_length = [], 0

    def preceding(self, *, first_row: int, place: int) -> int:
        """Return how many of them stand before the readable row at a place (0 for the first)."""
        return bisect_right(self._before, first_row + place)

    def places(self, *, first_row: int) -> Iterator[tuple[int, int]]:
        """Yield (place, count): from the readable row at that place on so many precede it."""
        for count, before in enumerate(self._before, start=1):
            yield before - first_row, count

    def with_more(self, more: Iterable[Broken], path: Path) -> "BrokenRows":
        """Return these rows and others, which come in the order of the file too, as one list."""
        merged = BrokenRows(path)
        for one in heapq.merge(self, more, key=lambda broken: broken.row):
            merged.add(one)
        return merged
