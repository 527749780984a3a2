"""Compares a brand's lake with the database, to the fen, also while others write.

The database is asked for the rows that the lake's snapshot saw and that nobody changed since; in
the lake, the keys that somebody changed since are left out. What is left must be equal: the number
of rows of each month, and the sums of their amounts and of the transactions that changed them last.
"""
# ruff: noqa: S608 - The statements are made of quoted names of ours alone.

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from huitong.platform.db import Database, ReadTx, Role, Scope
from huitong.platform.lake import engine, manifests, reading
from huitong.platform.lake.engine import counted, listed, literal, quoted
from huitong.platform.lake.model import (
    CHANGED,
    Catalogue,
    Derived,
    Difference,
    FileTrouble,
    LakeOfAnotherDatabase,
    Manifest,
    Place,
    Published,
    Verified,
)
from huitong.platform.lake.reading import Source
from huitong.platform.lake.refreshing import Tell, derived_query, is_foreign, say_nothing
from huitong.platform.lake.store import Folder

if TYPE_CHECKING:
    import duckdb

NEWER = "newer_keys"
Figures = Mapping[str | None, tuple[int, ...]]


def verify(
    database: Database,
    folder: Folder,
    place: Place,
    catalogue: Catalogue,
    *,
    memory_mb: int = engine.MEMORY_MB,
    tell: Tell = say_nothing,
) -> Verified:
    """Compare the newest version with the database, and its files with what was written.

    :raises LakeEmpty: when the brand was never refreshed.
    :raises LakeOfAnotherDatabase: when it was read from another database.
    """
    manifest = manifests.current(folder, place)
    troubles = list(_troubles(folder, manifest))
    if troubles:
        return Verified(manifest.version, {}, {}, troubles=troubles)
    comparing = _Comparing(folder, place, catalogue, manifest)
    with (
        folder.drafting() as drafts,
        engine.opened(drafts / "spill", memory_mb=memory_mb) as connection,
        database.reading(Scope(place.group_id, (place.brand_id,)), role=Role.READER) as tx,
    ):
        if is_foreign(manifest, reading.begin(tx)):
            raise LakeOfAnotherDatabase(folder=str(folder.path))
        engine.define(connection, folder, catalogue.tables, manifest.tables)
        return comparing.run(tx, connection, drafts, tell)


def _troubles(folder: Folder, manifest: Manifest) -> Iterator[FileTrouble]:
    named = [(name, file) for name, state in manifest.tables.items() for file in state.files]
    named += [("touched", one.file) for one in manifest.touched]
    for table, file in named:
        try:
            if folder.digest(file.name) != file.digest:
                yield FileTrouble(table, file.name, "damaged")
        except FileNotFoundError:
            yield FileTrouble(table, file.name, "missing")


class _Comparing:
    """One comparison of a manifest with the database."""

    def __init__(
        self, folder: Folder, place: Place, catalogue: Catalogue, manifest: Manifest
    ) -> None:
        self._folder = folder
        self._place = place
        self._catalogue = catalogue
        self._manifest = manifest
        self._rows: dict[str, int] = {}
        self._newer: dict[str, int] = {}
        self._differences: list[Difference] = []

    def run(
        self, tx: ReadTx, connection: "duckdb.DuckDBPyConnection", drafts: Path, tell: Tell
    ) -> Verified:
        for table in self._catalogue.published:
            # What is copied whole says nothing of when it changed; its files were looked at.
            if table.name in self._manifest.tables and not table.is_whole:
                self._compare(tx, connection, table, drafts)
                tell(table.name, self._rows[table.name])
        for derived in self._catalogue.derived:
            if derived.name in self._manifest.tables:
                self._compute_again(connection, derived)
        return Verified(
            self._manifest.version, self._rows, self._newer, differences=self._differences
        )

    def _compare(
        self, tx: ReadTx, connection: "duckdb.DuckDBPyConnection", table: Published, drafts: Path
    ) -> None:
        snapshot = self._manifest.snapshot
        source = Source(tx, connection, self._place, drafts)
        self._newer[table.name] = source.read_keys(table, into=NEWER, since=snapshot)
        scope = {**reading.scope_of(self._place, snapshot), "zone": self._zone}
        in_database = _figures(tx.rows(_in_database(table), scope))
        in_lake = _figures(connection.execute(_in_lake(table, self._zone)).fetchall())
        self._rows[table.name] = sum(figures[0] for figures in in_lake.values())
        names = ("rows", CHANGED, *table.amounts)
        nothing = (0,) * len(names)
        for month in sorted({*in_database, *in_lake}, key=str):
            pairs = zip(
                names, in_lake.get(month, nothing), in_database.get(month, nothing), strict=True
            )
            self._differences += [
                Difference(table.name, month, name, here, there)
                for name, here, there in pairs
                if here != there
            ]

    @property
    def _zone(self) -> str:
        return self._manifest.time_zone

    def _compute_again(self, connection: "duckdb.DuckDBPyConnection", table: Derived) -> None:
        names = listed(table.columns)
        held = f"SELECT {names} FROM {quoted(table.name)}"
        again = f"SELECT {names} FROM ({derived_query(table, self._zone)}) AS again ({names})"
        self._rows[table.name] = counted(connection, f"SELECT count(*) FROM ({held}) AS held")
        for figure, one, other in (("rows too many", held, again), ("rows missing", again, held)):
            count = counted(connection, f"SELECT count(*) FROM ({one} EXCEPT ALL {other}) AS apart")
            if count:
                self._differences.append(Difference(table.name, None, figure, count, 0))


def _in_database(table: Published) -> str:
    month = (
        "NULL"
        if table.month is None
        else f"to_char({quoted(table.month)} AT TIME ZONE %(zone)s, 'YYYY-MM')"
    )
    return (
        f"SELECT {month}, count(*), {_sums(table, 'text::numeric')} FROM {table.view}"
        " WHERE group_id = %(group_id)s AND brand_id = %(brand_id)s"
        f" AND pg_visible_in_snapshot({CHANGED}, %(snapshot)s::pg_snapshot) GROUP BY 1"
    )


def _in_lake(table: Published, zone: str) -> str:
    month = (
        "NULL"
        if table.month is None
        else f"strftime(timezone({literal(zone)}, {quoted(table.month)}), '%Y-%m')"
    )
    return (
        f"SELECT {month} AS month, count(*), {_sums(table, 'HUGEINT')} FROM {quoted(table.name)}"
        f" ANTI JOIN {NEWER} USING ({listed(table.key)}) GROUP BY ALL"
    )


def _sums(table: Published, kind: str) -> str:
    return ", ".join(
        f"coalesce(sum({quoted(name)}::{kind}), 0)" for name in (CHANGED, *table.amounts)
    )


def _figures(rows: list[tuple[object, ...]]) -> Figures:
    return {
        None if month is None else str(month): tuple(int(str(figure)) for figure in figures)
        for month, *figures in rows
    }
