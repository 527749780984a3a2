"""From PostgreSQL into DuckDB: one transaction, one snapshot, COPY in chunks that a disk can hold.

PostgreSQL writes CSV, a thread puts it into files of a bounded size, and DuckDB reads one while the
next is written. Neither holds a table in memory.
"""
# ruff: noqa: S608 - The statements are made of quoted names of ours alone.

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg.abc import Buffer

from huitong.platform.db import ReadTx
from huitong.platform.lake.engine import columns_of, counted, listed, literal, quoted
from huitong.platform.lake.model import ColumnKind, Place, Published

if TYPE_CHECKING:
    import duckdb

CHUNK_BYTES = 48 << 20
WRITE_BYTES = 1 << 20

# Both are stated for whoever may not ask the server who it is: then only its snapshots tell.
MAY_ASK_ORIGIN = """
SELECT has_function_privilege('pg_control_system()', 'EXECUTE')
   AND has_function_privilege('pg_control_checkpoint()', 'EXECUTE')
"""
# A restored backup and a promoted standby begin a new time line; a copied database has another oid.
ORIGIN = """
SELECT told.system_identifier || '/' || reached.timeline_id || '/' || d.oid
FROM pg_control_system() AS told
CROSS JOIN pg_control_checkpoint() AS reached
JOIN pg_database AS d ON d.datname = current_database()
"""
ORIGIN_UNTOLD = (
    "SELECT 'database/' || d.oid FROM pg_database AS d WHERE d.datname = current_database()"
)
# Texts of instants depend on these settings; a large table takes longer than a request may.
SETTLE = """
SELECT set_config('statement_timeout', '0', true), set_config('DateStyle', 'ISO, YMD', true),
       set_config('TimeZone', 'UTC', true)
"""
SNAPSHOT = "SELECT pg_current_snapshot()::text"
CHANGED_SINCE = """
  AND changed_xid >= pg_snapshot_xmin(%(snapshot)s::pg_snapshot)
  AND NOT pg_visible_in_snapshot(changed_xid, %(snapshot)s::pg_snapshot)
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a transaction sees, and in which database."""

    origin: str
    snapshot: str

    @property
    def next_transaction(self) -> int:
        """Return the first transaction that had not begun."""
        return int(self.snapshot.split(":")[1])


def begin(tx: ReadTx) -> Seen:
    """Prepare a transaction for long reads and return what it sees."""
    tx.rows(SETTLE)
    may_ask = _one(tx, MAY_ASK_ORIGIN)
    return Seen(
        origin=str(_one(tx, ORIGIN if may_ask else ORIGIN_UNTOLD)), snapshot=str(_one(tx, SNAPSHOT))
    )


@dataclass(frozen=True, slots=True)
class Source:
    """The way from a brand's rows, as one transaction sees them, into DuckDB."""

    tx: ReadTx
    connection: "duckdb.DuckDBPyConnection"
    place: Place
    drafts: Path

    def read(self, table: Published, *, into: str, since: str | None) -> int:
        """Read a view into a new table of DuckDB and return the number of rows.

        With a snapshot in `since`, only rows come that it did not see.
        """
        return self._read(table, table.columns, into, since)

    def read_keys(self, table: Published, *, into: str, since: str) -> int:
        """Read the keys of the rows that a snapshot did not see, and return their number."""
        return self._read(table, {name: table.columns[name] for name in table.key}, into, since)

    def _read(
        self, table: Published, columns: Mapping[str, ColumnKind], into: str, since: str | None
    ) -> int:
        self.connection.execute(f"CREATE OR REPLACE TABLE {quoted(into)} ({columns_of(columns)})")
        copying = _copying(table, columns, since)
        chunks = self.tx.copied_out(copying, scope_of(self.place, since))
        count, turn = 0, 0
        # The pool ends before the chunks are closed: one thread at a time uses the transaction.
        with closing(chunks), ThreadPoolExecutor(1) as pool:
            coming = pool.submit(_write_chunk, chunks, self._chunk(turn))
            while coming.result():
                written = self._chunk(turn)
                turn = 1 - turn
                coming = pool.submit(_write_chunk, chunks, self._chunk(turn))
                count += _take_chunk(self.connection, columns, written, into)
        return count

    def _chunk(self, turn: int) -> Path:
        return self.drafts / f"chunk-{turn}.csv"


def scope_of(place: Place, since: str | None = None) -> dict[str, object]:
    """Return the parameters of a statement on a brand's rows."""
    return {"group_id": place.group_id, "brand_id": place.brand_id, "snapshot": since}


def _copying(table: Published, columns: Mapping[str, ColumnKind], since: str | None) -> str:
    told = ", ".join(
        f"to_jsonb({quoted(name)})" if kind is ColumnKind.TEXTS else quoted(name)
        for name, kind in columns.items()
    )
    newer = CHANGED_SINCE if since is not None else ""
    return (
        f"COPY (SELECT {told} FROM {table.view}"
        f" WHERE group_id = %(group_id)s AND brand_id = %(brand_id)s{newer})"
        " TO STDOUT (FORMAT csv)"
    )


def _write_chunk(chunks: Iterator[Buffer], path: Path) -> int:
    """Write whole rows until the chunk is full, and return its size; nothing is left at 0."""
    size = 0
    with path.open("wb", buffering=WRITE_BYTES) as stream:
        for row in chunks:
            size += stream.write(row)
            if size >= CHUNK_BYTES:
                break
    return size


def _take_chunk(
    connection: "duckdb.DuckDBPyConnection",
    columns: Mapping[str, ColumnKind],
    path: Path,
    into: str,
) -> int:
    kinds = ", ".join(
        f"{literal(name)}: {literal(_csv_type(kind))}" for name, kind in columns.items()
    )
    told = ", ".join(
        f"from_json({quoted(name)}, '[\"VARCHAR\"]')" if kind is ColumnKind.TEXTS else quoted(name)
        for name, kind in columns.items()
    )
    return counted(
        connection,
        f"INSERT INTO {quoted(into)} ({listed(columns)}) SELECT {told}"
        f" FROM read_csv({literal(str(path))}, columns = {{{kinds}}}, header = false,"
        " auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '',"
        " allow_quoted_nulls = false, strict_mode = true)",
    )


def _csv_type(kind: ColumnKind) -> str:
    return ColumnKind.TEXT.value if kind is ColumnKind.TEXTS else kind.type


def _one(tx: ReadTx, sql: str) -> object:
    found = tx.row(sql)
    assert found is not None, "The question always has an answer."
    return found[0]
