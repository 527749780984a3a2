"""The rows of a staged file, brought into the world's order and read out as records."""
# The statements below are made of quoted names and literals of ours alone.
# ruff: noqa: S608

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from huitong.channels.connectors.file.broken import BrokenRows
from huitong.channels.connectors.file.expressions import identifier, literal
from huitong.channels.connectors.file.layout import HEADS, RECORD, ROW, SORTED, STAGED, Layout
from huitong.channels.connectors.file.mapping import REJECTED_COLUMNS
from huitong.platform.spreadsheets import guarded

CHUNK_ROWS = 100_000
# A row may have two million characters, so few are in memory at a time.
ROWS_WRITTEN = 100
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
# From which place on how many broken rows stand before a readable one.
GAPS = '"huitong:gaps"'


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
        broken: BrokenRows,
        folder: Path,
    ) -> None:
        """Bring what lies in the staged table into order; made by `stage`."""
        connection.execute(layout.heads)
        self._is_in_order = first_of(connection, IS_IN_ORDER) is not False
        if not self._is_in_order:
            connection.execute(layout.sort)
            connection.execute(f"DROP TABLE {STAGED}")
        self.broken = broken
        self.folder = folder
        self.row_count = int(first_of(connection, f"SELECT sum(row_count) FROM {HEADS}") or 0)
        self.record_count = int(first_of(connection, f"SELECT count(*) FROM {HEADS}") or 0)
        self._connection = connection
        self._layout = layout
        self._first_row = first_row
        # Those that stand between the readable rows; a list of more is not about rows' numbers.
        self._between = broken

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
        preceding = self._between.preceding(first_row=self._first_row, place=place)
        return self._first_row + place + preceding

    def write_rows(self, numbers_file: Path, target: Path) -> None:
        """Write the original rows of some records as CSV, each with why it was refused.

        `numbers_file` is a CSV file of (number, code, reason).
        """
        with self._connection.cursor() as writer:
            self._write_gaps(writer)
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
            names = self._names_in_file(writer)
            cells = ", ".join(f"CAST(rows.{identifier(name)} AS VARCHAR)" for name in names)
            writer.execute(f"""
                SELECT {ROW} + {self._first_row} + coalesce(gaps.count, 0), {CODE}, {REASON},
                    {cells}
                FROM ({REFUSED_IN_ORDER if self._is_in_order else REFUSED_SORTED}) AS rows
                ASOF LEFT JOIN {GAPS} AS gaps ON rows.{ROW} >= gaps.place
                ORDER BY {ROW}
            """)
            # With its mark, as a Chinese Windows opens a table without one as GBK.
            with target.open("w", newline="", encoding="utf-8-sig") as out:
                rejects = csv.writer(out)
                rejects.writerow(map(guarded, (*REJECTED_COLUMNS, *names)))
                while rows := writer.fetchmany(ROWS_WRITTEN):
                    rejects.writerows(map(_guarded_cells, rows))

    def _names_in_file(self, reader: duckdb.DuckDBPyConnection) -> list[str]:
        """Return the file's own columns: those that a reject file adds are added anew."""
        table = STAGED if self._is_in_order else SORTED
        described = reader.execute(f"SELECT * FROM {table} LIMIT 0").description or ()
        names = [str(name) for name, *_ in described]
        ours = {*REJECTED_COLUMNS, RECORD.strip('"'), ROW.strip('"')}
        return [name for name in names if name not in ours]

    def _write_gaps(self, writer: duckdb.DuckDBPyConnection) -> None:
        file = self.folder / "gaps.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(self._between.places(first_row=self._first_row))
        # Several broken rows in a row stand before one place; the last count is theirs together.
        writer.execute(f"""
            CREATE TABLE {GAPS} AS
            SELECT place, max(count) AS count
            FROM read_csv({literal(str(file))}, auto_detect=false, header=false, delim=',',
                columns={{'place': 'BIGINT', 'count': 'BIGINT'}})
            GROUP BY place
        """)


def _guarded_cells(row: Sequence[object]) -> list[str]:
    return ["" if cell is None else guarded(str(cell)) for cell in row]


def first_of(connection: duckdb.DuckDBPyConnection, sql: str) -> int | bool | None:
    """Return the first value of a query's first row."""
    found = connection.execute(sql).fetchone()
    return found[0] if found else None
