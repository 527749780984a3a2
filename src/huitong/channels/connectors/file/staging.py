"""A file on its way into records: its rows staged in DuckDB, with the statements that read them.

The staging folder holds the file's rows in the clear, so it is private to its user and removed at
the end; what a killed import left is removed by the next one.
"""
# The statements below are made of quoted names and literals of ours alone.
# ruff: noqa: S608

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb.sqltypes import DuckDBPyType

from huitong.channels.connectors.file.broken import Broken, BrokenRows
from huitong.channels.connectors.file.expressions import identifier, literal, unguarded_text
from huitong.channels.connectors.file.folder import connected, private_folder
from huitong.channels.connectors.file.forms import (
    FileUnreadable,
    Form,
    form_by_name,
    form_of,
    is_packed,
)
from huitong.channels.connectors.file.layout import (
    STAGED,
    Column,
    Layout,
    lay_out,
    lay_out_texts,
)
from huitong.channels.connectors.file.mapping import Mapping, canonical_mapping
from huitong.channels.connectors.file.plain import Plain, plain_sheet, plain_text
from huitong.channels.connectors.file.rows import (
    NO_DELIMITER,
    RECORD_LENGTH_MAX,
    ROW_BYTES_MAX,
    count_lines,
    count_rows,
    split_lines,
    split_rows,
)
from huitong.channels.connectors.file.staged import Staged, first_of
from huitong.channels.model import RecordKind

LINE = "line"
ROWS_FETCHED = 1_000
# What DuckDB says when a statement of ours is wrong; no file can cause it.
OUR_FAULTS = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)


@contextmanager
def stage(
    path: Path,
    kind: RecordKind,
    mapping: Mapping | None,
    *,
    sheet: str | None = None,
    zone: str | None = None,
    rows_max: int | None = None,
) -> Iterator[tuple[Staged, Mapping | None]]:
    """Stage a file and hand it out with its mapping: the given one, or the canonical names.

    NDJSON without a mapping holds canonical records as they are and needs none. `sheet` names the
    sheet of a workbook; `zone` is that of its times, as Excel knows none. `rows_max` ends the
    reading of a workbook or of Parquet early.

    :raises UnknownForm: when the file's name does not say its form.
    :raises FileUnreadable: when it is not in that form.
    :raises UnknownColumns: when there is no mapping and a column is no canonical field.
    :raises MissingColumns: when the mapping reads a column that is not there.
    """
    form = form_of(path)
    with private_folder() as folder, connected(folder) as connection:
        opening = _Opened(connection, folder, path, kind, mapping, sheet, zone, rows_max)
        try:
            staged = STAGERS[form](opening)
        except OUR_FAULTS:
            raise
        except (duckdb.Error, gzip.BadGzipFile, zlib.error, EOFError) as error:
            fault = f"it is damaged or of another form ({type(error).__name__})"
            raise FileUnreadable(file=path.name, form=form, fault=fault) from error
        yield staged


@dataclass(frozen=True, slots=True)
class _Opened:
    """What staging a file needs to know."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    path: Path
    kind: RecordKind
    mapping: Mapping | None
    sheet: str | None
    zone: str | None
    rows_max: int | None

    def linked(self, path: Path) -> Path:
        """Return a file under a name of ours: DuckDB takes brackets and stars for patterns."""
        link = self.folder / ("source.gz" if is_packed(path) else "source")
        if not link.is_symlink():
            link.symlink_to(path.resolve())
        return link

    def staged(self, layout: Layout, *, first_row: int, broken: BrokenRows) -> Staged:
        """Return the staged table, sorted."""
        return Staged(
            self.connection, layout, first_row=first_row, broken=broken, folder=self.folder
        )


def _stage_csv(opening: _Opened) -> tuple[Staged, Mapping]:
    plain = plain_text(opening.path, opening.folder, opening.kind, opening.mapping)
    names = plain.headings.names
    given = opening.mapping
    mapping = given.fitted(names) if given else canonical_mapping(opening.kind, names)
    return _stage_plain(opening, plain, mapping), mapping


def _stage_excel(opening: _Opened) -> tuple[Staged, Mapping]:
    plain = plain_sheet(
        opening.path,
        opening.folder,
        opening.kind,
        opening.mapping,
        opening.sheet,
        rows_max=opening.rows_max,
    )
    names = plain.headings.names
    given = opening.mapping
    mapping = given.fitted(names) if given else canonical_mapping(opening.kind, names)
    if mapping.zone is None:
        mapping = mapping.model_copy(update={"zone": opening.zone})
    return _stage_plain(opening, plain, mapping, has_errors=True), mapping


def _stage_plain(
    opening: _Opened, plain: Plain, mapping: Mapping, *, has_errors: bool = False
) -> Staged:
    names, rows_above = plain.headings.names, plain.headings.rows_above
    broken = BrokenRows(opening.folder / "broken-rows", rows_above=rows_above)
    _read_text(
        opening,
        _Text(
            plain.path,
            names,
            plain.delimiter,
            quote='"',
            header=True,
            row_bytes_max=ROW_BYTES_MAX,
            is_guarded=plain.headings.are_guarded,
        ),
        counted=count_rows(plain.path, len(names), plain.delimiter),
        part=lambda target: split_rows(
            plain.path, target, len(names), plain.delimiter, broken, faults=plain.faults
        ),
    )
    columns = {
        name: Column(sql=f"staged.{identifier(name)}", has_errors=has_errors) for name in names
    }
    present = f"coalesce({', '.join(column.sql for column in columns.values())}) IS NOT NULL"
    layout = lay_out(mapping, columns, present)
    return opening.staged(layout, first_row=rows_above + 2, broken=broken)


def _stage_parquet(opening: _Opened) -> tuple[Staged, Mapping]:
    source = literal(str(opening.linked(opening.path)))
    limit = "" if opening.rows_max is None else f" LIMIT {opening.rows_max}"
    opening.connection.execute(
        f"CREATE TABLE {STAGED} AS SELECT * FROM read_parquet({source}){limit}"
    )
    described = opening.connection.execute(f"SELECT * FROM {STAGED} LIMIT 0").description or ()
    columns = {name: _typed(name, type_) for name, type_, *_ in described}
    given = opening.mapping
    mapping = given.fitted(columns) if given else canonical_mapping(opening.kind, columns)
    layout, broken = lay_out(mapping, columns, "true"), BrokenRows(opening.folder / "broken")
    return opening.staged(layout, first_row=1, broken=broken), mapping


def _stage_ndjson(opening: _Opened) -> tuple[Staged, Mapping | None]:
    mapping, text = opening.mapping, f"staged.{LINE}"
    broken = BrokenRows(opening.folder / "broken-lines")
    _read_text(
        opening,
        _Text(
            opening.path,
            [LINE],
            NO_DELIMITER,
            quote="",
            header=False,
            row_bytes_max=RECORD_LENGTH_MAX,
        ),
        counted=count_lines(opening.path),
        part=lambda target: split_lines(opening.path, target, broken),
    )
    if mapping is None:
        layout = lay_out_texts(opening.kind, LINE, f"json_valid({text})")
    else:
        # Lines need not have all names, so the first name of each field stands for all of them.
        firsts = [rule.names()[:1] for rule in mapping.fields.values()]
        mapping = mapping.fitted([name for names in firsts for name in names])
        columns = {
            name: Column(sql=f"json_extract_string({LINE}, {literal(_json_path(name))})")
            for rule in mapping.fields.values()
            if (name := rule.column) is not None
        }
        layout = lay_out(mapping, columns, f"json_valid({text})")
    not_json = opening.folder / "not-json.parquet"
    opening.connection.execute(
        f"COPY (SELECT rowid, {LINE} FROM {STAGED} WHERE NOT json_valid({LINE}) ORDER BY rowid)"
        f" TO {literal(str(not_json))} (FORMAT parquet)"
    )
    staged = opening.staged(layout, first_row=1, broken=broken)
    with opening.connection.cursor() as reader:
        more = _not_json(reader, not_json, staged)
        staged.broken = broken.with_more(more, opening.folder / "broken-all")
    return staged, mapping


def _not_json(reader: duckdb.DuckDBPyConnection, file: Path, staged: Staged) -> Iterator[Broken]:
    fault = "The line is not readable as JSON."
    reader.execute(f"SELECT * FROM read_parquet({literal(str(file))})")
    while rows := reader.fetchmany(ROWS_FETCHED):
        for place, line in rows:
            yield Broken(staged.row_of(place), line, fault)


STAGERS: dict[Form, Callable[[_Opened], tuple[Staged, Mapping | None]]] = {
    Form.CSV: _stage_csv,
    Form.EXCEL: _stage_excel,
    Form.PARQUET: _stage_parquet,
    Form.NDJSON: _stage_ndjson,
}


@dataclass(frozen=True, slots=True)
class _Text:
    """A text file, the names of its columns and what stands around them."""

    path: Path
    names: Sequence[str]
    delimiter: str
    quote: str
    header: bool
    row_bytes_max: int
    # Whether its cells have the guards of a file for spreadsheets before them.
    is_guarded: bool = False


def _read_text(
    opening: _Opened, text: _Text, *, counted: int | None, part: Callable[[Path], int]
) -> None:
    """Stage a text file, every column as text; the rows that are none go where `part` puts them.

    DuckDB meets only rows that it can read, as those that it rejects can take others with them.

    :raises FileUnreadable: when the rows staged and broken are not those counted.
    """
    if counted is not None:
        with suppress(duckdb.InvalidInputException):
            _load(opening, text, opening.linked(text.path))
            if _staged_count(opening.connection) == counted:
                return
    target = opening.folder / "rows"
    readable = part(target)
    _load(opening, text, target)
    target.unlink()
    check_complete(opening.path, readable=readable, staged=_staged_count(opening.connection))


def check_complete(path: Path, *, readable: int, staged: int) -> None:
    """Hold the rows that were staged against those counted.

    :raises FileUnreadable: when rows were passed over, or came from nowhere.
    """
    if staged != readable:
        fault = f"of its {readable} readable rows {staged} were read"
        raise FileUnreadable(file=path.name, form=form_by_name(path), fault=fault)


def _load(opening: _Opened, text: _Text, source: Path) -> None:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in text.names)
    packing = "gzip" if is_packed(source) else "none"
    wanted = ", ".join(_unguarded(name) for name in text.names) if text.is_guarded else "*"
    opening.connection.execute(f"""
        CREATE OR REPLACE TABLE {STAGED} AS
        SELECT {wanted}
        FROM read_csv({literal(str(source))}, auto_detect=false, columns={{{columns}}},
            header={str(text.header).lower()}, delim={literal(text.delimiter)},
            quote={literal(text.quote)}, escape={literal(text.quote)}, compression='{packing}',
            max_line_size={text.row_bytes_max})
    """)


def _unguarded(name: str) -> str:
    cell = identifier(name)
    return f"{unguarded_text(cell)} AS {cell}"


def _staged_count(connection: duckdb.DuckDBPyConnection) -> int:
    return int(first_of(connection, f"SELECT count(*) FROM {STAGED}") or 0)


def _typed(name: str, type_: object) -> Column:
    assert isinstance(type_, DuckDBPyType), "DuckDB describes a column by its type."
    sql = f"staged.{identifier(name)}"
    if type_.id in {"list", "struct", "map"}:
        return Column(sql=sql, kind="nested", nested=type_)
    return Column(sql=sql, kind=str(type_).lower())


def _json_path(name: str) -> str:
    return name if name.startswith("$") else f'$."{name}"'
