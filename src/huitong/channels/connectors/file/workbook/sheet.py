"""The rows of one sheet, as they pass."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from huitong.channels.connectors.file.headings import COLUMNS_MAX
from huitong.channels.connectors.file.rows import CELL_LENGTH_MAX, RECORD_LENGTH_MAX, REMEDY
from huitong.channels.connectors.file.workbook.book import Plan, Sheet
from huitong.channels.connectors.file.workbook.cells import (
    KEPT_LENGTH,
    NO_VALUE,
    Said,
    column_of,
    instant_said,
    number_said,
    unescaped,
)
from huitong.channels.connectors.file.workbook.texts import Texts
from huitong.channels.connectors.file.workbook.xml import Wrong, blocks, local_name, new_parser

EMPTY_ROWS_MAX = 100_000
TEXT_KINDS = frozenset({"str", "inlineStr", "e", "d"})


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet; a `fault` is why it is none, and its cells are cut then."""

    cells: list[str]
    fault: str | None = None


@dataclass(slots=True)
class _Reader:
    """Takes the events of a sheet's XML and gathers its rows."""

    plan: Plan
    texts: Texts
    # Shared texts are put in later, a row at a time: here they are places.
    done: list[tuple[int, dict[int, str | int], str | None]] = field(default_factory=list)
    row: int = 0
    cells: dict[int, str | int] = field(default_factory=dict)
    length: int = 0
    fault: str | None = None
    column: int = -1
    kind: str = "n"
    style: int = 0
    has_formula: bool = False
    takes: bool = False
    said: Said = field(default_factory=Said)

    def start(self, name: str, at: dict[str, str]) -> None:
        """Meet the beginning of an element."""
        match local_name(name):
            case "c":
                self.column = column_of(at["r"]) if "r" in at else self.column + 1
                self.kind = at.get("t", "n")
                self.style = int(at.get("s", "0"))
                self.has_formula = False
                self.said = Said()
            case "v" | "t":
                self.takes = True
            case "f":
                self.has_formula = True
            case "rPh":
                self.kind = "phonetic"
            case "row":
                self.row = int(at["r"]) if "r" in at else self.row + 1
                self.column, self.cells = -1, {}
                self.length, self.fault = 0, None

    def end(self, name: str) -> None:
        """Meet the end of an element."""
        match local_name(name):
            case "c":
                self._take()
            case "v" | "t":
                self.takes = False
            case "rPh":
                self.kind = "inlineStr"
            case "row" if self.cells:
                self.done.append((self.row, self.cells, self.fault))

    def characters(self, text: str) -> None:
        """Meet text."""
        if self.takes and self.kind != "phonetic":
            self.said.add(text)

    def _take(self) -> None:
        """Take the cell that ends into its row; a row that is too long keeps no more texts."""
        value, length = self._value(), self.said.length
        if isinstance(value, int):
            length = self.texts.length_at(value)
            value = value if length else ""
        self.length += length
        if length > CELL_LENGTH_MAX or self.length > RECORD_LENGTH_MAX:
            self.fault = self.fault or self._fault(length)
            value = value if isinstance(value, int) else value[:KEPT_LENGTH]
        if value != "":
            self.cells[min(self.column, COLUMNS_MAX)] = value

    def _fault(self, length: int) -> str:
        if length > CELL_LENGTH_MAX:
            return (
                f"Column {self.column + 1} holds {length:,} characters, of at most"
                f" {CELL_LENGTH_MAX:,} in a cell; {REMEDY}."
            )
        return f"The row has more than {RECORD_LENGTH_MAX:,} characters; {REMEDY}."

    def _value(self) -> str | int:
        """Return what the cell says, or where that stands among the shared texts."""
        value = self.said.text()
        is_empty = not value and self.kind != "str"
        if self.has_formula and (is_empty or not self.plan.trusts_formulas):
            return NO_VALUE
        if self.kind in TEXT_KINDS or not value:
            return unescaped(value)
        if self.kind == "s":
            return int(value)
        if self.kind == "b":
            return "true" if value == "1" else "false"
        is_date = self.style in self.plan.dates
        return instant_said(value, self.plan.first_day) if is_date else number_said(value)


def rows_of(parts: zipfile.ZipFile, sheet: Sheet, plan: Plan, texts: Texts) -> Iterator[SheetRow]:
    """Yield the rows of a sheet, empty ones between others included."""
    reader = _Reader(plan, texts)
    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.characters
    last = 0
    for _ in blocks(parts, sheet.part, parser):
        for row, cells, fault in reader.done:
            if row <= last or row - last > EMPTY_ROWS_MAX:
                message = (
                    f"in its sheet “{sheet.name}” row {row} comes after row {last}; copy the"
                    " table without the empty rows to a new sheet"
                )
                raise Wrong(message)
            for _ in range(last + 1, row):
                yield SheetRow([])
            yield SheetRow(_filled(cells, texts, is_cut=fault is not None), fault)
            last = row
        reader.done.clear()


def _filled(cells: dict[int, str | int], texts: Texts, *, is_cut: bool) -> list[str]:
    """Return the cells of a row in order, shared texts put in and empty ones between them."""
    filled = [""] * (max(cells) + 1)
    for column, value in cells.items():
        said = texts.at(value) if isinstance(value, int) else value
        filled[column] = said[:KEPT_LENGTH] if is_cut else said
    return filled
