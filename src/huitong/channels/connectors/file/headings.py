"""Where the headings of a table stand, and what its columns are called.

Exports put a title, a date and a remark above the headings, leave some headings blank and repeat
others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from huitong.channels.connectors.file.forms import FileUnreadable
from huitong.channels.connectors.file.mapping import (
    REJECTED_COLUMNS,
    REJECTED_PREFIX,
    Mapping,
)
from huitong.channels.connectors.file.targets import UnknownTarget, target_of
from huitong.channels.model import RecordKind
from huitong.platform.spreadsheets import unguarded

COLUMNS_MAX = 1_000
HEADING_LENGTH_MAX = 500
# The headings stand in one of so many first rows.
ROWS_ABOVE_MAX = 30


@dataclass(frozen=True, slots=True)
class Headings:
    """The names of a table's columns, and how many rows stand above them.

    The cells of a reject file `are_guarded`: it was written for spreadsheets.
    """

    names: tuple[str, ...]
    rows_above: int
    are_guarded: bool


def find_headings(
    file: str, form: str, rows: Sequence[Sequence[str]], kind: RecordKind, mapping: Mapping | None
) -> Headings:
    """Return the headings among the first rows of a table.

    They are the row with the most names that the mapping reads, or that are canonical fields; the
    first row when none has any, and the row that the mapping says when it says one.

    :raises FileUnreadable: when there are none, too many, or one that is wanted stands twice.
    """
    complain = partial(FileUnreadable, file=file, form=form)
    if not any(cell.strip() for row in rows for cell in row):
        raise complain(fault="it is empty")
    are_guarded = any(set(REJECTED_COLUMNS) <= {cell.strip() for cell in row} for row in rows)
    if are_guarded:
        rows = [list(map(unguarded, row)) for row in rows]
    wanted = None if mapping is None else mapping.columns()
    place = _place(rows, kind, wanted)
    if mapping is not None and mapping.header_row is not None:
        place = mapping.header_row - 1
        if place >= len(rows):
            fault = f"it has no row {mapping.header_row}, where its headings should be"
            raise complain(fault=fault)
    names, repeated = _named(rows[place])
    if len(names) > COLUMNS_MAX:
        fault = f"row {place + 1} has more than {COLUMNS_MAX} columns; remove those not needed"
        raise complain(fault=fault)
    twice = [name for name in repeated if wanted is None or name in wanted]
    if twice:
        fault = f"the column “{twice[0]}” stands twice in row {place + 1}; rename or remove one"
        raise complain(fault=fault)
    for column, name in enumerate(names, start=1):
        if len(name) > HEADING_LENGTH_MAX:
            fault = (
                f"column {column} of row {place + 1} has a heading of {len(name):,} characters, of"
                f" at most {HEADING_LENGTH_MAX}; shorten it"
            )
            raise complain(fault=fault)
    return Headings(names=names, rows_above=place, are_guarded=are_guarded)


def _place(rows: Sequence[Sequence[str]], kind: RecordKind, wanted: frozenset[str] | None) -> int:
    def fits(cell: str) -> bool:
        name = cell.strip()
        return _is_field(kind, name) if wanted is None else name in wanted

    scores = [len({cell.strip() for cell in row if fits(cell)}) for row in rows]
    return scores.index(max(scores))


def _is_field(kind: RecordKind, name: str) -> bool:
    if name.startswith(REJECTED_PREFIX):
        return True
    try:
        target_of(kind, name)
    except UnknownTarget:
        return False
    return True


def _named(row: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Return a name for each column, and the names that stand twice.

    A blank heading becomes “column 7”, a repeated one “备注 (2)”; columns differ in more than case.
    """
    names: list[str] = []
    taken: dict[str, int] = {}
    repeated = []
    for place, cell in enumerate(row, start=1):
        name = " ".join(cell.split()) or f"column {place}"
        count = taken[name.casefold()] = taken.get(name.casefold(), 0) + 1
        if count > 1:
            repeated.append(name)
            name = f"{name} ({count})"
            taken[name.casefold()] = 1
        names.append(name)
    return tuple(names), repeated
