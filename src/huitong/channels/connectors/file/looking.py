"""Looks at a file before anybody says what it is: its form, its columns, which mappings fit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb
import orjson

from huitong.channels.connectors.file.expressions import literal
from huitong.channels.connectors.file.folder import private_folder
from huitong.channels.connectors.file.forms import FileUnreadable, Form, form_of
from huitong.channels.connectors.file.headings import Headings, find_headings
from huitong.channels.connectors.file.importing import Import, prepared
from huitong.channels.connectors.file.mapping import (
    REJECTED_PREFIX,
    UNNAMED_PREFIX,
    Mapping,
    UnknownColumns,
    canonical_mapping,
)
from huitong.channels.connectors.file.plain import Beginning, beginning_of
from huitong.channels.connectors.file.targets import (
    Target,
    UnknownTarget,
    ValueSort,
    names_of,
    target_of,
)
from huitong.channels.connectors.file.templates import Guess, guess_mappings, shipped_mappings
from huitong.channels.connectors.file.workbook import sheets_of
from huitong.channels.model import Arrival, RecordKind
from huitong.platform.spreadsheets import unguarded

SAMPLES = 3
SAMPLE_LENGTH_MAX = 100
LINES_LOOKED_AT = 50
RECORDS_PREVIEWED = 20
ROWS_PREVIEWED = 500
# Items of lists that files often tell, beside those of the mappings that come with Huitong.
USUAL_PATHS: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.MEMBER: (
        "identifiers.phone",
        "identifiers.email",
        "identifiers.unionid",
        "identifiers.external_userid",
    ),
    RecordKind.ORDER: ("parties.buyer.phone", "parties.buyer.pos_card", "payments.wechat"),
    RecordKind.SIGNAL: ("identifiers.phone", "identifiers.unionid"),
    RecordKind.OPENING: (
        "identifiers.phone",
        "identifiers.pos_card",
        "lines.amount",
        "lines.expires_at",
    ),
}


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column of a file, and the first different values in it as they stand there."""

    name: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What a file seems to be.

    `header_row` counts from 1 and is None where columns are named otherwise; `canonical` are the
    kinds whose fields all columns are named after, so that no mapping is needed.
    """

    encoding: str | None
    delimiter: str | None
    sheets: tuple[str, ...]
    sheet: str | None
    header_row: int | None
    columns: tuple[SeenColumn, ...]
    canonical: tuple[RecordKind, ...]
    guesses: tuple[Guess, ...]


def look_at(path: Path, mappings: Iterable[Mapping], *, sheet: str | None = None) -> Look:
    """Return what a file seems to be, by its beginning and the mappings that there are.

    Of a workbook with several sheets the first one that has rows is taken, unless one is named.

    :raises FileUnreadable: when it cannot be read.
    """
    form = form_of(path)
    if form is Form.NDJSON:
        return _named_look(_lines_of(path))
    if form is Form.PARQUET:
        return _named_look(_rows_of_parquet(path))
    sheets = tuple(sheets_of(path)) if form is Form.EXCEL else ()
    if sheet is None and len(sheets) > 1:
        sheet = _first_filled(path, sheets)
    with private_folder() as folder:
        beginning = beginning_of(path, folder, sheet)
    guesses = tuple(guess_mappings(path, mappings, sheet=sheet))
    headings = _headings(path, form, beginning, guesses)
    return Look(
        encoding=None if beginning.encoding is None else beginning.encoding.name.lower(),
        delimiter=beginning.delimiter,
        sheets=sheets,
        sheet=sheet or (sheets[0] if sheets else None),
        header_row=headings.rows_above + 1,
        columns=_columns(headings, beginning.rows),
        canonical=_canonical(headings.names),
        guesses=guesses,
    )


def preview_file(wanted: Import) -> tuple[list[Arrival], int]:
    """Return the first records of a file as an import would read them, and how many were looked at.

    They stand in the order of the file. Nothing is written anywhere.

    :raises FileUnreadable, UnknownColumns, MissingColumns: as an import does.
    """
    with wanted.staged() as (staged, mapping):
        found = [
            arrival
            for page in islice(prepared(staged, wanted, mapping, lambda _: set()), 2)
            for arrival in page.arrivals
        ]
    found.sort(key=lambda one: one.row or 0)
    return found[:RECORDS_PREVIEWED], len(found)


def targets_of(kind: RecordKind) -> list[tuple[str, Target]]:
    """Return the fields of a kind that columns fill as a rule; names of list items are examples."""
    of_items = {path for one in shipped_mappings() if one.kind is kind for path in one.fields}
    names = dict.fromkeys([*names_of(kind), *sorted(of_items), *USUAL_PATHS.get(kind, ())])
    found = [(name, target_of(kind, name)) for name in names]
    return [(name, target) for name, target in found if target.sort is not ValueSort.WHOLE_PART]


def _first_filled(path: Path, sheets: Sequence[str]) -> str:
    for name in sheets:
        with private_folder() as folder:
            rows = beginning_of(path, folder, name).rows
        if any(cell.strip() for row in rows for cell in row):
            return name
    return sheets[0]


def _headings(path: Path, form: Form, beginning: Beginning, guesses: Sequence[Guess]) -> Headings:
    """Return the headings: those a fitting mapping reads, canonical names, or the fullest row."""
    rows = beginning.rows
    if guesses:
        mapping = guesses[0].mapping.model_copy(update={"header_row": None})
        return find_headings(path.name, form, rows, mapping.kind, mapping)
    best = max(RecordKind, key=lambda kind: _named_after(kind, rows))
    if _named_after(best, rows):
        return find_headings(path.name, form, rows, best, None)
    fullest = max(range(len(rows)), key=lambda at: sum(1 for one in rows[at] if one.strip()))
    names = Mapping(
        kind=RecordKind.PRODUCT, header_row=fullest + 1, fields={"sku": {"column": "?"}}
    )
    return find_headings(path.name, form, rows, names.kind, names)


def _named_after(kind: RecordKind, rows: Sequence[Sequence[str]]) -> int:
    """Return how many cells of one row are fields of a kind, at most."""
    return max((sum(1 for one in row if _is_field(kind, one.strip())) for row in rows), default=0)


def _is_field(kind: RecordKind, name: str) -> bool:
    try:
        target_of(kind, name)
    except UnknownTarget:
        return False
    return True


def _columns(headings: Headings, rows: Sequence[Sequence[str]]) -> tuple[SeenColumn, ...]:
    below = rows[headings.rows_above + 1 :]
    columns = []
    for at, name in enumerate(headings.names):
        if name.startswith(REJECTED_PREFIX):
            continue
        cells = [row[at].strip() for row in below if at < len(row)]
        if headings.are_guarded:
            cells = list(map(unguarded, cells))
        columns.append(SeenColumn(name, _samples(cells)))
    return tuple(columns)


def _samples(cells: Iterable[str]) -> tuple[str, ...]:
    different = dict.fromkeys(cell[:SAMPLE_LENGTH_MAX] for cell in cells if cell)
    return tuple(islice(different, SAMPLES))


def _canonical(names: Sequence[str]) -> tuple[RecordKind, ...]:
    kinds = []
    for kind in RecordKind:
        try:
            canonical_mapping(kind, [one for one in names if not one.startswith(UNNAMED_PREFIX)])
        except (UnknownColumns, ValueError):
            continue
        kinds.append(kind)
    return tuple(kinds)


def _named_look(rows: Sequence[dict[str, object]]) -> Look:
    """Return the look of rows whose values bear names by themselves."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = tuple(
        SeenColumn(name, _samples(_told(row[name]) for row in rows if row.get(name) is not None))
        for name in names
    )
    canonical = tuple(
        kind for kind in RecordKind if names and all(_is_field(kind, one) for one in names)
    )
    return Look(None, None, (), None, None, columns, canonical, ())


def _told(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _lines_of(path: Path) -> list[dict[str, object]]:
    rows = []
    with path.open("rb") as lines:
        for line in islice(lines, LINES_LOOKED_AT):
            try:
                said = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(said, dict):
                rows.append(said)
    return rows


def _rows_of_parquet(path: Path) -> list[dict[str, object]]:
    source = literal(str(path))
    try:
        with duckdb.connect() as connection:
            found = connection.execute(
                f"SELECT * FROM read_parquet({source}) LIMIT {LINES_LOOKED_AT}"  # noqa: S608 - ours
            )
            names = [str(name) for name, *_ in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    except duckdb.Error as error:
        fault = f"it is damaged ({type(error).__name__})"
        raise FileUnreadable(file=path.name, form=Form.PARQUET, fault=fault) from error
