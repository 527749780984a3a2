"""A file on its way into records: staged in DuckDB, numbered in the world's order, read out.

The staging folder holds the file's rows in the clear, so it is private to its user and removed at
the end; what a killed import left is removed by the next one.
"""
# The statements below are made of quoted names and literals of ours alone.
# ruff: noqa: S608

import csv
import fcntl
import gzip
import shutil
import tempfile
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

import duckdb
from duckdb.sqltypes import DuckDBPyType

from huitong.channels.connectors.file.expressions import identifier, literal
from huitong.channels.connectors.file.layout import (
    HEADS,
    RECORD,
    ROW,
    SORTED,
    STAGED,
    Column,
    Layout,
    lay_out,
    lay_out_texts,
)
from huitong.channels.connectors.file.mapping import Mapping, canonical_mapping
from huitong.channels.connectors.file.rows import (
    NO_DELIMITER,
    Broken,
    Split,
    count_lines,
    count_rows,
    is_packed,
    opened,
    split_lines,
    split_rows,
)
from huitong.channels.model import RecordKind
from huitong.platform.errors import DomainError, Kind

MEMORY_LIMIT = "400MB"
THREADS = 2
CHUNK_ROWS = 100_000
COLUMNS_MAX = 1_000
HEADER_BYTES_MAX = 1_000_000
DELIMITERS = (",", "\t", ";", "|")
FOLDER_PREFIX = "huitong-import-"
NEW_FOLDER_PREFIX = "huitong-new-"
LINE = "line"
# Whether every record stands in one piece, and the records in the world's order.
IS_IN_ORDER = f"""
    SELECT bool_and(last_row - first_row + 1 = row_count AND first_row > former_row)
    FROM (
        SELECT *, lag(last_row, 1, -1) OVER (ORDER BY {RECORD}) AS former_row
        FROM {HEADS}
    )
"""
# The refused records, and their original rows from either table.
REFUSED, CODE, REASON = "refused", '"huitong:code"', '"huitong:reason"'
REFUSED_SORTED = f"""
    SELECT {SORTED}.* EXCLUDE ({RECORD}), {CODE}, {REASON}
    FROM {SORTED}
    JOIN {REFUSED} USING ({RECORD})
"""
REFUSED_IN_ORDER = f"""
    SELECT {STAGED}.*, {STAGED}.rowid AS {ROW}, {CODE}, {REASON}
    FROM {STAGED}
    JOIN (
        SELECT {CODE}, {REASON}, unnest(range(first_row, last_row + 1)) AS place
        FROM {REFUSED}
    ) AS refused_row ON refused_row.place = {STAGED}.rowid
"""
BOUNDS = f"SELECT min(first_row), max(last_row) FROM {HEADS} WHERE {RECORD} BETWEEN ? AND ?"
# What DuckDB says when a statement of ours is wrong; no file can cause it.
OUR_FAULTS = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)


class Form(StrEnum):
    """The forms of file that the connector reads."""

    CSV = "CSV"
    PARQUET = "Parquet"
    NDJSON = "NDJSON"


FORM_OF_SUFFIX = {
    ".csv": Form.CSV,
    ".tsv": Form.CSV,
    ".txt": Form.CSV,
    ".parquet": Form.PARQUET,
    ".ndjson": Form.NDJSON,
    ".jsonl": Form.NDJSON,
}


@dataclass(eq=False)
class UnknownForm(DomainError):
    """The name of the file does not say in which form it is."""

    code: ClassVar[str] = "channels.unknown_form"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The name “{file}” does not say how the file is to be read; it should end in .csv, .parquet"
        " or .ndjson (.csv.gz and .ndjson.gz are read too)."
    )
    file: str


@dataclass(eq=False)
class FileUnreadable(DomainError):
    """The file cannot be read in the form that its name says."""

    code: ClassVar[str] = "channels.file_unreadable"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The file “{file}” cannot be read as {form}: {fault}."
    file: str
    form: str
    fault: str


@dataclass(frozen=True, slots=True)
class Found:
    """A record as its rows say it, before it is read as one.

    `row` is the number of its first row as a spreadsheet counts, `key` and `updated_at` are texts.
    """

    number: int
    row: int
    row_count: int
    key: str | None
    updated_at: str | None
    text: bytes


class Staged:
    """A staged file: how many rows and records it has, and the records in the world's order."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        layout: Layout,
        *,
        first_row: int,
        broken: Sequence[Broken],
        folder: Path,
    ) -> None:
        """Bring what lies in the staged table into order; made by `stage`."""
        connection.execute(layout.heads)
        self._is_in_order = _first(connection, IS_IN_ORDER) is not False
        if not self._is_in_order:
            connection.execute(layout.sort)
            connection.execute(f"DROP TABLE {STAGED}")
        self.broken = broken
        self.folder = folder
        self.row_count = int(_first(connection, f"SELECT sum(row_count) FROM {HEADS}") or 0)
        self.record_count = int(_first(connection, f"SELECT count(*) FROM {HEADS}") or 0)
        self._connection = connection
        self._layout = layout
        self._first_row = first_row
        # The number of rows that precede each broken one, to count those in.
        self._before = [one.row - first_row - place for place, one in enumerate(broken)]

    @property
    def total(self) -> int:
        """Return how many records the file has, with the rows that are none."""
        return self.record_count + len(self.broken)

    def records(self, *, chunk_rows: int = CHUNK_ROWS) -> Iterator[Found]:
        """Yield every record in the world's order, read about `chunk_rows` rows at a time."""
        if not self.record_count:
            return
        step = max(1, chunk_rows * self.record_count // self.row_count)
        with self._connection.cursor() as reader:
            for start in range(1, self.record_count + 1, step):
                rows = self._chunk(reader, start, min(start + step - 1, self.record_count))
                for number, (row, row_count, key, updated_at, text) in enumerate(rows, start):
                    yield Found(number, self.row_of(row), row_count, key, updated_at, text)

    def _chunk(
        self, reader: duckdb.DuckDBPyConnection, first: int, last: int
    ) -> list[tuple[int, int, str | None, str | None, bytes]]:
        if not self._is_in_order:
            return reader.execute(self._layout.chunk, [first, last]).fetchall()
        bounds = reader.execute(BOUNDS, [first, last]).fetchone()
        return reader.execute(self._layout.chunk_in_order, list(bounds or ())).fetchall()

    def row_of(self, place: int) -> int:
        """Return the row number, as a spreadsheet counts, of the staged row at a place."""
        return self._first_row + place + bisect_right(self._before, place)

    def write_rows(self, numbers_file: Path, target: Path) -> None:
        """Write the original rows of some records as CSV, each with why it was refused.

        `numbers_file` is a CSV file of (number, code, reason).
        """
        shifts = " + ".join(f"CAST({ROW} >= {before} AS BIGINT)" for before in self._before)
        with self._connection.cursor() as writer:
            writer.execute(f"""
                CREATE TABLE {REFUSED} AS
                SELECT *
                FROM {HEADS}
                JOIN read_csv({literal(str(numbers_file))}, auto_detect=false, header=false,
                    delim=',', quote='"', escape='"', columns={{
                        {literal(RECORD.strip('"'))}: 'BIGINT',
                        {literal(CODE.strip('"'))}: 'VARCHAR',
                        {literal(REASON.strip('"'))}: 'VARCHAR'
                    }}) USING ({RECORD})
            """)
            writer.execute(f"""
                COPY (
                    SELECT {ROW} + {self._first_row} + {shifts or 0} AS "rejected.row",
                        {CODE} AS "rejected.code", {REASON} AS "rejected.reason",
                        rows.* EXCLUDE ({ROW}, {CODE}, {REASON})
                    FROM ({REFUSED_IN_ORDER if self._is_in_order else REFUSED_SORTED}) AS rows
                    ORDER BY {ROW}
                ) TO {literal(str(target))} (FORMAT csv, HEADER)
            """)


@contextmanager
def stage(
    path: Path, kind: RecordKind, mapping: Mapping | None
) -> Iterator[tuple[Staged, Mapping | None]]:
    """Stage a file and hand it out with its mapping: the given one, or the canonical names.

    NDJSON without a mapping holds canonical records as they are and needs none.

    :raises UnknownForm: when the file's name does not say its form.
    :raises FileUnreadable: when it is not in that form.
    :raises UnknownColumns: when there is no mapping and a column is no canonical field.
    :raises MissingColumns: when the mapping reads a column that is not there.
    """
    form = form_of(path)
    with _private_folder() as folder, _connected(folder) as connection:
        opening = _Opened(connection, folder, path, kind, mapping)
        try:
            staged = STAGERS[form](opening)
        except OUR_FAULTS:
            raise
        except (duckdb.Error, gzip.BadGzipFile, zlib.error, EOFError) as error:
            fault = f"it is damaged or of another form ({type(error).__name__})"
            raise FileUnreadable(file=path.name, form=form, fault=fault) from error
        yield staged


def form_of(path: Path) -> Form:
    """Return the form that a file's name says.

    :raises UnknownForm: when it says none.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    form = FORM_OF_SUFFIX.get(suffixes[-1]) if suffixes else None
    if form is None:
        raise UnknownForm(file=path.name)
    return form


@dataclass(frozen=True, slots=True)
class _Opened:
    """What staging a file needs to know."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    path: Path
    kind: RecordKind
    mapping: Mapping | None

    def source(self) -> Path:
        """Return the file under a name of ours: DuckDB takes brackets and stars for patterns."""
        link = self.folder / ("source.gz" if is_packed(self.path) else "source")
        if not link.is_symlink():
            link.symlink_to(self.path.resolve())
        return link

    def staged(self, layout: Layout, *, first_row: int, broken: Sequence[Broken] = ()) -> Staged:
        """Return the staged table, sorted."""
        return Staged(
            self.connection, layout, first_row=first_row, broken=broken, folder=self.folder
        )


def _stage_csv(opening: _Opened) -> tuple[Staged, Mapping]:
    given = opening.mapping
    names, delimiter = _csv_header(opening.path, given.delimiter if given else None)
    mapping = given or canonical_mapping(opening.kind, names)
    text = _Text(names, delimiter, quote='"', header=True)
    broken = _read_text(
        opening,
        text,
        counted=count_rows(opening.path, len(names), delimiter),
        part=lambda target: split_rows(opening.path, target, len(names), delimiter),
    )
    columns = {name: Column(sql=f"staged.{identifier(name)}") for name in names}
    present = f"coalesce({', '.join(column.sql for column in columns.values())}) IS NOT NULL"
    layout = lay_out(mapping, columns, present)
    return opening.staged(layout, first_row=2, broken=broken), mapping


def _stage_parquet(opening: _Opened) -> tuple[Staged, Mapping]:
    source = literal(str(opening.source()))
    opening.connection.execute(f"CREATE TABLE {STAGED} AS SELECT * FROM read_parquet({source})")
    described = opening.connection.execute(f"SELECT * FROM {STAGED} LIMIT 0").description or ()
    columns = {name: _typed(name, type_) for name, type_, *_ in described}
    mapping = opening.mapping or canonical_mapping(opening.kind, columns)
    return opening.staged(lay_out(mapping, columns, "true"), first_row=1), mapping


def _stage_ndjson(opening: _Opened) -> tuple[Staged, Mapping | None]:
    mapping, text = opening.mapping, f"staged.{LINE}"
    broken = _read_text(
        opening,
        _Text([LINE], NO_DELIMITER, quote="", header=False),
        counted=count_lines(opening.path),
        part=lambda target: split_lines(opening.path, target),
    )
    not_json = opening.connection.execute(
        f"SELECT rowid, {LINE} FROM {STAGED} WHERE NOT json_valid({LINE})"
    ).fetchall()
    if mapping is None:
        layout = lay_out_texts(opening.kind, LINE, f"json_valid({text})")
    else:
        columns = {
            name: Column(sql=f"json_extract_string({LINE}, {literal(_json_path(name))})")
            for rule in mapping.fields.values()
            if (name := rule.column) is not None
        }
        layout = lay_out(mapping, columns, f"json_valid({text})")
    staged = opening.staged(layout, first_row=1, broken=broken)
    fault = "The line is not readable as JSON."
    more = [Broken(staged.row_of(place), line, fault) for place, line in not_json]
    staged.broken = sorted([*broken, *more], key=lambda one: one.row)
    return staged, mapping


STAGERS: dict[Form, Callable[[_Opened], tuple[Staged, Mapping | None]]] = {
    Form.CSV: _stage_csv,
    Form.PARQUET: _stage_parquet,
    Form.NDJSON: _stage_ndjson,
}


@dataclass(frozen=True, slots=True)
class _Text:
    """How a text file is written: the names of its columns and what stands around them."""

    names: Sequence[str]
    delimiter: str
    quote: str
    header: bool


def _read_text(
    opening: _Opened, text: _Text, *, counted: int | None, part: Callable[[Path], Split]
) -> list[Broken]:
    """Stage a text file, every column as text, and return the rows that are none.

    DuckDB meets only rows that it can read, as those that it rejects can take others with them.

    :raises FileUnreadable: when the rows staged and broken are not those counted.
    """
    if counted is not None:
        with suppress(duckdb.InvalidInputException):
            _load(opening, text, opening.source())
            if _staged_count(opening.connection) == counted:
                return []
    target = opening.folder / "rows"
    split = part(target)
    _load(opening, text, target)
    target.unlink()
    check_complete(opening.path, readable=split.row_count, staged=_staged_count(opening.connection))
    return split.broken


def check_complete(path: Path, *, readable: int, staged: int) -> None:
    """Hold the rows that were staged against those counted.

    :raises FileUnreadable: when rows were passed over, or came from nowhere.
    """
    if staged != readable:
        fault = f"of its {readable} readable rows {staged} were read"
        raise FileUnreadable(file=path.name, form=form_of(path), fault=fault)


def _load(opening: _Opened, text: _Text, source: Path) -> None:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in text.names)
    packing = "gzip" if is_packed(source) else "none"
    opening.connection.execute(f"""
        CREATE OR REPLACE TABLE {STAGED} AS
        SELECT *
        FROM read_csv({literal(str(source))}, auto_detect=false, columns={{{columns}}},
            header={str(text.header).lower()}, delim={literal(text.delimiter)},
            quote={literal(text.quote)}, escape={literal(text.quote)}, compression='{packing}')
    """)


def _staged_count(connection: duckdb.DuckDBPyConnection) -> int:
    return int(_first(connection, f"SELECT count(*) FROM {STAGED}") or 0)


def _csv_header(path: Path, delimiter: str | None) -> tuple[list[str], str]:
    """Return the names of a CSV file's columns and what stands between them."""
    with opened(path) as file:
        start = file.read(HEADER_BYTES_MAX)
    try:
        text = start.decode("utf-8-sig", errors="strict")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:  # A character that the limit cut is no fault.
            fault = "it is not written in UTF-8; save it as “CSV UTF-8”"
            raise FileUnreadable(file=path.name, form=Form.CSV, fault=fault) from error
        text = start[: error.start].decode("utf-8-sig")
    lines = text.splitlines(keepends=True)
    if not lines:
        raise FileUnreadable(file=path.name, form=Form.CSV, fault="it is empty")
    chosen = delimiter or max(DELIMITERS, key=lines[0].count)
    names = [name.strip() for name in next(csv.reader(lines, delimiter=chosen))]
    names = [name or f"column {place}" for place, name in enumerate(names, start=1)]
    folded = [name.casefold() for name in names]
    repeated = [name for place, name in enumerate(names) if folded[place] in folded[:place]]
    if repeated:
        fault = f"the column “{repeated[0]}” stands twice in its first row"
        raise FileUnreadable(file=path.name, form=Form.CSV, fault=fault)
    if len(names) > COLUMNS_MAX:
        fault = f"its first row has more than {COLUMNS_MAX} columns"
        raise FileUnreadable(file=path.name, form=Form.CSV, fault=fault)
    return names, chosen


def _typed(name: str, type_: object) -> Column:
    assert isinstance(type_, DuckDBPyType), "DuckDB describes a column by its type."
    sql = f"staged.{identifier(name)}"
    if type_.id in {"list", "struct", "map"}:
        return Column(sql=sql, kind="nested", nested=type_)
    return Column(sql=sql, kind=str(type_).lower())


def _json_path(name: str) -> str:
    return name if name.startswith("$") else f'$."{name}"'


def _first(connection: duckdb.DuckDBPyConnection, sql: str) -> int | bool | None:
    found = connection.execute(sql).fetchone()
    return found[0] if found else None


@contextmanager
def _connected(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "threads": THREADS,
        "temp_directory": str(folder / "spilled"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(str(folder / "staged.duckdb"), config=settings) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@contextmanager
def _private_folder() -> Iterator[Path]:
    """Make a folder that only this user reads; remove those of killed imports first."""
    for left in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        with suppress(OSError), _held(left):
            shutil.rmtree(left)
    made = Path(tempfile.mkdtemp(prefix=NEW_FOLDER_PREFIX))
    with _held(made):
        # It gets the name that others sweep by only now that it is held.
        folder = made.rename(made.with_name(FOLDER_PREFIX + made.name))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder as long as its import lives; a killed one lets go of it."""
    with (folder / "import.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
