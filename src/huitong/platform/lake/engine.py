"""DuckDB on the lake: a connection with bounded memory, and the SQL that its tables are read by.

Every name in this SQL comes from a catalogue or a manifest of ours; values are passed or quoted.
"""
# ruff: noqa: S608 - The statements are made of quoted names of ours alone.

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from huitong.platform.lake.model import (
    BUCKET,
    ColumnKind,
    Derived,
    File,
    LakeDamaged,
    Table,
    TableState,
)
from huitong.platform.lake.store import Folder

if TYPE_CHECKING:
    import duckdb

MEMORY_MB = 512


@contextmanager
def opened(
    spill: Path,
    *,
    memory_mb: int = MEMORY_MB,
    threads: int | None = None,
    database: str = ":memory:",
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """Open DuckDB for the block; what does not fit into memory goes to the folder `spill`."""
    # Slow to import: only who opens a lake waits for it.
    import duckdb

    spill.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = duckdb.connect(database)
    try:
        connection.execute(
            f"SET memory_limit = '{int(memory_mb)}MB';"
            f" SET temp_directory = {literal(str(spill))};"
            " SET TimeZone = 'UTC'; SET preserve_insertion_order = false;"
            " SET enable_progress_bar = false;"
        )
        if threads is not None:
            connection.execute(f"SET threads = {int(threads)}")
        yield connection
    finally:
        connection.close()


@contextmanager
def naming_damage(files: Iterable[File], folder: Folder) -> Iterator[None]:
    """Say which file it is when DuckDB finds one of them missing or damaged.

    :raises LakeDamaged: instead of what DuckDB raises.
    """
    import duckdb

    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException) as trouble:
        for file in files:
            if file.name in str(trouble) or not Path(folder.locate(file.name)).is_file():
                raise LakeDamaged(file=file.name) from trouble
        raise


def define(
    connection: "duckdb.DuckDBPyConnection",
    folder: Folder,
    tables: Sequence[Table],
    states: Mapping[str, TableState],
    *,
    prefix: str = "",
) -> None:
    """Define one view for each table that has a state, under its name after a prefix."""
    for table in tables:
        if table.name in states:
            connection.execute(
                f"CREATE OR REPLACE VIEW {quoted(prefix + table.name)}"
                f" AS {rows_of(folder, table, states[table.name])}"
            )


def define_macros(connection: "duckdb.DuckDBPyConnection", macros: Mapping[str, str]) -> None:
    """Define what all who read the lake ask in the same words."""
    for named, expression in macros.items():
        connection.execute(f"CREATE OR REPLACE MACRO {named} AS ({expression})")


def rows_of(folder: Folder, table: Table, state: TableState) -> str:
    """Return the query of a table's rows as they count: recent ones instead of older ones."""
    names = listed(table.columns)
    if not state.files:
        typed = ", ".join(
            f"CAST(NULL AS {kind.type}) AS {quoted(name)}" for name, kind in table.columns.items()
        )
        return f"SELECT {typed} WHERE false"
    if not state.recent:
        return f"SELECT {names} FROM {files_of(folder, state.sorted)}"
    recent = f"SELECT {names} FROM {files_of(folder, state.recent)}{counting(table)}"
    if not state.sorted:
        return recent
    return (
        f"SELECT {names} FROM {files_of(folder, state.sorted)} AS older"
        f" ANTI JOIN {files_of(folder, state.recent)} AS newer USING ({listed(table.key)})"
        f" UNION ALL {recent}"
    )


def counting(table: Table) -> str:
    """Return the condition that leaves out the marks of customers without any states."""
    return f" WHERE {quoted(mark_column(table))} IS NOT NULL" if isinstance(table, Derived) else ""


def mark_column(table: Derived) -> str:
    """Return the column that is unknown in the mark of a customer who has no states any more."""
    return next(name for name in table.columns if name not in {table.customer, BUCKET})


def files_of(folder: Folder, files: Sequence[File]) -> str:
    """Return the table function that reads files."""
    return f"read_parquet([{', '.join(literal(folder.locate(file.name)) for file in files)}])"


def columns_of(columns: Mapping[str, ColumnKind]) -> str:
    """Return columns with their types, as a table is created by."""
    return ", ".join(f"{quoted(name)} {kind.type}" for name, kind in columns.items())


def listed(names: Iterable[str]) -> str:
    """Return quoted names with commas between them."""
    return ", ".join(map(quoted, names))


def quoted(name: str) -> str:
    """Return a name as SQL spells it."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(text: str) -> str:
    """Return a text as SQL spells it."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def counted(connection: "duckdb.DuckDBPyConnection", sql: str) -> int:
    """Run a statement that answers one number, as writing ones do, and return it."""
    ((count,),) = connection.execute(sql).fetchall()
    return int(count)
