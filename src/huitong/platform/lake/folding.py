"""Puts new rows of a table into the lake's files: beside the sorted ones, or into them.

A table is sorted files, one for each range of buckets, and at most one recent file whose rows
replace theirs by key. When the recent one grows past a share of the table, or holds somebody who
was erased, the ranges concerned are sorted anew, one range at a time.
"""
# ruff: noqa: S608 - The statements are made of quoted names of ours alone.

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from huitong.platform.lake import engine
from huitong.platform.lake.engine import counted, listed, literal, quoted
from huitong.platform.lake.model import (
    BUCKET,
    BUCKETS,
    File,
    Place,
    Table,
    TableState,
)
from huitong.platform.lake.store import Folder, digest_of

if TYPE_CHECKING:
    import duckdb

# So many rows of 100 to 200 bytes are sorted within the memory of one connection.
ROWS_PER_FILE = 1 << 20
FILES_MAX = 256
# Every range scans all rows, unless they lie by bucket: that costs as much as so many scans.
SCANS_MAX = 4
ORDERED = "ordered"
# Below this many recent rows, or this share of a table, sorting it anew costs more than it gives.
RECENT_ROWS_MIN = 20_000
RECENT_SHARE_MAX = 10  # One in so many.

Range = tuple[int, int]
EVERY_BUCKET: Range = (0, BUCKETS)


@dataclass(frozen=True, slots=True)
class Work:
    """What writing files of one version needs."""

    connection: "duckdb.DuckDBPyConnection"
    folder: Folder
    place: Place
    version: int
    drafts: Path
    rows_per_file: int = ROWS_PER_FILE
    recent_rows_min: int = RECENT_ROWS_MIN

    def write(self, table: str, query: str, *, range_: Range = EVERY_BUCKET) -> File | None:
        """Write what a query answers as one file, or nothing when it answers nothing."""
        draft = self.drafts / "draft.parquet"
        rows = counted(
            self.connection,
            f"COPY ({query}) TO {literal(str(draft))} (FORMAT parquet, COMPRESSION zstd)",
        )
        if rows == 0:
            draft.unlink(missing_ok=True)
            return None
        begin, end = range_
        name = (
            f"{self.place.prefix}/{table}/{self.version:012}-{begin:04}-{secrets.token_hex(6)}"
            ".parquet"
        )
        file = File(name, rows, draft.stat().st_size, digest_of(draft), begin, end)
        self.folder.put(name, draft)
        return file


def anew(work: Work, table: Table, incoming: str, rows: int) -> TableState:
    """Write a table whole from its rows in DuckDB."""
    ranges = _ranges(table, rows, work.rows_per_file)
    if len(ranges) > SCANS_MAX:
        _order_by_bucket(work, table, incoming)
        incoming = ORDERED
    source = f"SELECT {listed(table.columns)} FROM {quoted(incoming)}{engine.counting(table)}"
    files = [
        work.write(table.name, _sorted(table, source, range_), range_=range_) for range_ in ranges
    ]
    return TableState(table.fingerprint, sorted=_there(files))


def _order_by_bucket(work: Work, table: Table, incoming: str) -> None:
    """Order rows by bucket, so that each range reads its own part of them alone."""
    work.connection.execute(
        f"CREATE OR REPLACE TABLE {ORDERED} AS SELECT {listed(table.columns)}"
        f" FROM {quoted(incoming)} ORDER BY {quoted(BUCKET)}"
    )


def copied(work: Work, table: Table, old: TableState | None, incoming: str) -> TableState:
    """Write a small table whole; when nothing in it is new, the old file stays."""
    source = f"SELECT {listed(table.columns)} FROM {quoted(incoming)}"
    file = work.write(table.name, f"{source} ORDER BY {listed(table.columns)}")
    state = TableState(table.fingerprint, sorted=_there([file]))
    if old is None or [one.digest for one in old.sorted] != [one.digest for one in state.sorted]:
        return state
    work.folder.delete([one.name for one in state.sorted])
    return old


def folded(
    work: Work, table: Table, old: TableState, incoming: str, erased: Collection[int]
) -> TableState:
    """Put rows beside the sorted files, and into those where it is time or somebody was erased."""
    recent = _recent(work, table, old, incoming)
    return _resort(work, table, old, recent, erased)


def compacted(work: Work, table: Table, old: TableState) -> TableState:
    """Sort a table anew with what is recent in it."""
    if not old.recent:
        return old
    work.connection.execute(
        f"CREATE OR REPLACE TABLE recent AS SELECT {listed(table.columns)}"
        f" FROM {engine.files_of(work.folder, old.recent)}"
    )
    return _resort(replace(work, recent_rows_min=-1), table, old, old.rows, erased=())


def _recent(work: Work, table: Table, old: TableState, incoming: str) -> int:
    """Make the table `recent` of what was recent and what comes in, and return its rows."""
    names = listed(table.columns)
    query = f"SELECT {names} FROM {quoted(incoming)}"
    if old.recent:
        query = (
            f"SELECT {names} FROM {engine.files_of(work.folder, old.recent)} AS older"
            f" ANTI JOIN {quoted(incoming)} AS newer USING ({listed(table.key)})"
            f" UNION ALL {query}"
        )
    return counted(work.connection, f"CREATE OR REPLACE TABLE recent AS {query}")


def _resort(
    work: Work,
    table: Table,
    old: TableState,
    recent_rows: int,
    erased: Collection[int],
) -> TableState:
    """Sort what is due, and keep the rest."""
    sorted_rows = sum(file.rows for file in old.sorted)
    limit = max(work.recent_rows_min, sorted_rows // RECENT_SHARE_MAX)
    if recent_rows > limit:
        due = _ranges(table, sorted_rows + recent_rows, work.rows_per_file)
        kept: tuple[File, ...] = ()
    else:
        held = [file for file in old.sorted if _holds(file, erased)]
        due = [(file.bucket_from, file.bucket_end) for file in held]
        kept = tuple(file for file in old.sorted if file not in held)
    files = [
        work.write(
            table.name, _sorted(table, _merged(work, table, old, range_), range_), range_=range_
        )
        for range_ in due
    ]
    left = f"SELECT {listed(table.columns)} FROM recent WHERE {_outside(table, due)}"
    state = replace(old, sorted=(*kept, *_there(files)), recent=())
    if due == [EVERY_BUCKET]:
        return state
    return replace(state, recent=_there([work.write(table.name, _sorted(table, left))]))


def _merged(work: Work, table: Table, old: TableState, range_: Range) -> str:
    names = listed(table.columns)
    inside = _inside(table, range_)
    recent = f"SELECT {names} FROM recent WHERE {inside}"
    shown = recent + engine.counting(table).replace(" WHERE ", " AND ")
    files = [file for file in old.sorted if _overlap((file.bucket_from, file.bucket_end), range_)]
    if not files:
        return shown
    return (
        f"SELECT {names} FROM (SELECT {names} FROM {engine.files_of(work.folder, files)}"
        f" WHERE {inside}) AS older"
        f" ANTI JOIN ({recent}) AS newer USING ({listed(table.key)}) UNION ALL {shown}"
    )


def _sorted(table: Table, query: str, range_: Range = EVERY_BUCKET) -> str:
    names = listed(table.columns)
    bucket = [BUCKET] if BUCKET in table.columns else []
    order = listed(dict.fromkeys([*bucket, *table.sort, *table.key]))
    return f"SELECT {names} FROM ({query}) AS every WHERE {_inside(table, range_)} ORDER BY {order}"


def _ranges(table: Table, rows: int, rows_per_file: int) -> list[Range]:
    """Return the ranges of buckets of so many rows: a power of two of them."""
    count = 1
    while BUCKET in table.columns and count < FILES_MAX and count * rows_per_file < rows:
        count *= 2
    width = BUCKETS // count
    return [(start, start + width) for start in range(0, BUCKETS, width)]


def _inside(table: Table, range_: Range) -> str:
    if BUCKET not in table.columns or range_ == EVERY_BUCKET:
        return "true"
    begin, end = range_
    return f"{quoted(BUCKET)} >= {begin} AND {quoted(BUCKET)} < {end}"


def _outside(table: Table, ranges: Sequence[Range]) -> str:
    return " AND ".join(f"NOT ({_inside(table, range_)})" for range_ in ranges) or "true"


def _holds(file: File, buckets: Collection[int]) -> bool:
    return any(file.bucket_from <= bucket < file.bucket_end for bucket in buckets)


def _overlap(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _there(files: Sequence[File | None]) -> tuple[File, ...]:
    return tuple(file for file in files if file is not None)
