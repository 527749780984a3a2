"""Brings a brand's lake up to what the database holds now, and publishes it as the next version.

What a refresh reads is one snapshot of the database; the next one reads what that snapshot did not
see. A transaction that began early and commits late is not seen until it has committed, and is read
then: nothing depends on the order of transaction numbers (ADR 0015).
"""
# ruff: noqa: S608 - The statements are made of quoted names of ours alone.

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from huitong.platform.db import Database, Role, Scope
from huitong.platform.lake import engine, folding, manifests, reading
from huitong.platform.lake.engine import counted, listed, quoted
from huitong.platform.lake.folding import RECENT_ROWS_MIN, ROWS_PER_FILE, Work
from huitong.platform.lake.model import (
    BUCKET,
    Catalogue,
    Derived,
    Manifest,
    Place,
    Published,
    Refreshed,
    RefreshedTable,
    TableState,
    Touched,
)
from huitong.platform.lake.reading import Seen, Source
from huitong.platform.lake.store import Folder

if TYPE_CHECKING:
    import duckdb

OLDER, INCOMING = "older_", "incoming_"
# Whoever asks what changed since an earlier version than these has to take everything.
TOUCHED_KEPT_MAX = 200

Tell = Callable[[str, int], None]


def say_nothing(_table: str, _rows: int) -> None:
    """Let a refresh tell nobody how far it is."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the lake's parts may be."""

    memory_mb: int = engine.MEMORY_MB
    rows_per_file: int = ROWS_PER_FILE
    recent_rows_min: int = RECENT_ROWS_MIN


def refresh(
    database: Database,
    folder: Folder,
    place: Place,
    catalogue: Catalogue,
    *,
    now: datetime,
    full: bool = False,
    sizes: Sizes | None = None,
    tell: Tell = say_nothing,
) -> Refreshed:
    """Bring a brand's lake up to date and return what was done; `full` reads everything anew.

    A lake of another database, or of this one before a backup was restored, is read anew by itself,
    and so is a table whose columns changed. Until the end readers see the version before.

    :raises LakeMoved: when another refresh of the brand was finished in the meantime.
    :raises LakeDamaged: when a file of the version before is missing; a full refresh needs none.
    """
    sizes = sizes or Sizes()
    newest = manifests.newest(folder, place)
    version = 1 if newest is None else newest.version + 1
    with _working(folder, place, version, sizes) as work:
        with database.reading(Scope(place.group_id, (place.brand_id,)), role=Role.READER) as tx:
            seen = reading.begin(tx)
            source = Source(tx, work.connection, place, work.drafts)
            older = None if full or newest is None or is_foreign(newest, seen) else newest
            step = _Step(work, catalogue, _fitting(older, catalogue, place))
            rows = {}
            for table in catalogue.published:
                since = _since(older, step, table)
                rows[table.name] = source.read(table, into=INCOMING + table.name, since=since)
                tell(table.name, rows[table.name])
        with engine.naming_damage(older.files if older else (), folder):
            manifest, done, touched = _next(step, older, seen, rows, now)
        manifests.publish(folder, place, manifest)
    return Refreshed(manifest=manifest, tables=done, touched=touched)


def compact(
    folder: Folder,
    place: Place,
    catalogue: Catalogue,
    *,
    sizes: Sizes | None = None,
) -> Manifest:
    """Sort every table's recent rows into its files, without asking the database.

    :raises LakeEmpty: when the brand was never refreshed.
    :raises LakeMoved: when a refresh of the brand was finished in the meantime.
    """
    older = manifests.current(folder, place)
    with (
        _working(folder, place, older.version + 1, sizes or Sizes()) as work,
        engine.naming_damage(older.files, folder),
    ):
        tables = {
            table.name: folding.compacted(work, table, older.tables[table.name])
            for table in catalogue.tables
            if table.name in older.tables
        }
    manifest = replace(older, version=older.version + 1, tables=tables)
    manifests.publish(folder, place, manifest)
    return manifest


@contextmanager
def _working(folder: Folder, place: Place, version: int, sizes: Sizes) -> Iterator[Work]:
    with (
        folder.drafting() as drafts,
        engine.opened(
            drafts / "spill", memory_mb=sizes.memory_mb, database=str(drafts / "stage.duckdb")
        ) as connection,
    ):
        yield Work(
            connection,
            folder,
            place,
            version,
            drafts,
            rows_per_file=sizes.rows_per_file,
            recent_rows_min=sizes.recent_rows_min,
        )


@dataclass(frozen=True, slots=True)
class _Step:
    """One refresh under way: `states` are the tables that can be brought up from what they were."""

    work: Work
    catalogue: Catalogue
    states: Mapping[str, TableState]

    @property
    def connection(self) -> "duckdb.DuckDBPyConnection":
        return self.work.connection

    @property
    def follows(self) -> bool:
        """Tell whether it is known whose facts changed: every table goes on from what it was."""
        return all(
            table.name in self.states for table in self.catalogue.published if not table.is_whole
        )


def is_foreign(manifest: Manifest, seen: Seen) -> bool:
    """Tell whether a lake was read from another database than a transaction sees."""
    before = Seen(manifest.origin, manifest.snapshot)
    return before.origin != seen.origin or before.next_transaction > seen.next_transaction


def _fitting(
    older: Manifest | None, catalogue: Catalogue, place: Place
) -> Mapping[str, TableState]:
    if older is None:
        return {}
    return {
        table.name: older.tables[table.name]
        for table in catalogue.tables
        if table.name in older.tables
        and older.tables[table.name].fingerprint == table.fingerprint
        and (isinstance(table, Published) or older.time_zone == place.time_zone)
    }


def _since(older: Manifest | None, step: _Step, table: Published) -> str | None:
    if older is None or table.is_whole or table.name not in step.states:
        return None
    return older.snapshot


def _next(
    step: _Step, older: Manifest | None, seen: Seen, rows: Mapping[str, int], now: datetime
) -> tuple[Manifest, Mapping[str, RefreshedTable], int]:
    """Write the files of the next version and return its manifest, not yet published."""
    work, catalogue = step.work, step.catalogue
    engine.define(step.connection, work.folder, catalogue.tables, step.states, prefix=OLDER)
    erased = _erased_buckets(step)
    tables = {
        table.name: _published_state(step, table, rows[table.name], erased)
        for table in catalogue.published
    }
    engine.define(step.connection, work.folder, catalogue.published, tables)
    engine.define_macros(step.connection, catalogue.macros)
    touched = _find_touched(step, rows)
    tables |= {
        table.name: _derived_state(step, table, touched, erased) for table in catalogue.derived
    }
    done = {
        name: RefreshedTable(
            read_rows=rows.get(name, 0),
            is_full=name not in step.states,
            rewritten_files=len(
                set(state.sorted) - set(step.states[name].sorted if name in step.states else ())
            ),
        )
        for name, state in tables.items()
    }
    kept, after = _touched_kept(step, older if step.follows else None)
    manifest = Manifest(
        version=work.version,
        origin=seen.origin,
        snapshot=seen.snapshot,
        as_of=now,
        time_zone=work.place.time_zone,
        tables=tables,
        touched=kept,
        touched_after=after,
    )
    return manifest, done, touched


def _published_state(
    step: _Step, table: Published, rows: int, erased: frozenset[int]
) -> TableState:
    work, incoming, old = step.work, INCOMING + table.name, step.states.get(table.name)
    if table.is_whole:
        return folding.copied(work, table, old, incoming)
    if old is None:
        return folding.anew(work, table, incoming, rows)
    return old if rows == 0 else folding.folded(work, table, old, incoming, erased)


def _derived_state(step: _Step, table: Derived, touched: int, erased: frozenset[int]) -> TableState:
    work, incoming, old = step.work, INCOMING + table.name, step.states.get(table.name)
    if old is None or not step.follows:
        rows = _derive(step, table, condition="true")
        return folding.anew(work, table, incoming, rows)
    if touched == 0:
        return old
    _derive(step, table, condition="customer_id IN (SELECT customer_id FROM touched)")
    # Whoever has no states any more is marked, so that the older ones do not count.
    marked = ", ".join(
        {table.customer: "customer_id", BUCKET: "customer_id & 4095"}.get(name, "NULL")
        for name in table.columns
    )
    step.connection.execute(
        f"INSERT INTO {quoted(incoming)} SELECT {marked} FROM touched"
        f" WHERE customer_id NOT IN (SELECT {quoted(table.customer)} FROM {quoted(incoming)})"
    )
    return folding.folded(work, table, old, incoming, erased)


def _derive(step: _Step, table: Derived, *, condition: str) -> int:
    incoming = INCOMING + table.name
    step.connection.execute(
        f"CREATE OR REPLACE TABLE {quoted(incoming)} ({engine.columns_of(table.columns)})"
    )
    query = derived_query(table, step.work.place.time_zone, condition=condition)
    return counted(step.connection, f"INSERT INTO {quoted(incoming)} {query}")


def derived_query(table: Derived, time_zone: str, *, condition: str = "true") -> str:
    """Return the query of a derived table for the customers that a condition leaves."""
    return table.query.replace("{zone}", engine.literal(time_zone)).replace("{touched}", condition)


def _find_touched(step: _Step, rows: Mapping[str, int]) -> int:
    """Make the table `touched` of the customers whose facts came or went, and return their number.

    Where a fact belonged to somebody else before, both are touched.
    """
    parts = ["SELECT CAST(NULL AS BIGINT) AS customer_id"]
    for table in step.catalogue.published if step.follows else ():
        if table.owner is None or rows[table.name] == 0:
            continue
        incoming, column = quoted(INCOMING + table.name), quoted(table.owner.column)
        if table.owner.table is None:
            parts += [
                f"SELECT {column} FROM {incoming}",
                (
                    f"SELECT {column} FROM {quoted(OLDER + table.name)}"
                    f" SEMI JOIN {incoming} USING ({listed(table.key)})"
                ),
            ]
        else:
            owning = step.catalogue.published_named(table.owner.table)
            assert owning.owner is not None, "What is owned through a table is owned in the end."
            parts.append(
                f"SELECT {quoted(owning.owner.column)} FROM {quoted(owning.name)} AS owning"
                f" SEMI JOIN {incoming} AS incoming"
                f" ON owning.{quoted(owning.key[0])} = incoming.{column}"
            )
    return counted(
        step.connection,
        "CREATE OR REPLACE TABLE touched AS SELECT DISTINCT customer_id"
        f" FROM ({' UNION ALL '.join(parts)}) AS every WHERE customer_id IS NOT NULL",
    )


def _touched_kept(step: _Step, older: Manifest | None) -> tuple[tuple[Touched, ...], int]:
    if older is None:
        return (), step.work.version
    file = step.work.write("touched", "SELECT customer_id FROM touched ORDER BY customer_id")
    now = () if file is None else (Touched(step.work.version, file),)
    every = (*older.touched, *now)
    kept = every[-TOUCHED_KEPT_MAX:]
    after = older.touched_after if kept == every else every[-TOUCHED_KEPT_MAX - 1].version
    return kept, after


def _erased_buckets(step: _Step) -> frozenset[int]:
    """Return the buckets of rows that came in as erased, and of all that erased customers own."""
    parts = []
    for table in step.catalogue.published:
        incoming = quoted(INCOMING + table.name)
        if table.erased is not None:
            parts.append(f"SELECT {BUCKET} FROM {incoming} WHERE {quoted(table.erased)}")
        if table.owner is not None and table.owner.table is None:
            parts.append(
                f"SELECT {BUCKET} FROM {incoming}"
                f" WHERE {quoted(table.owner.column)} IN ({_erased_customers(step)})"
            )
    if not parts:
        return frozenset()
    query = f"SELECT DISTINCT {BUCKET} FROM ({' UNION ALL '.join(parts)}) AS every"
    return frozenset(bucket for (bucket,) in step.connection.execute(query).fetchall())


def _erased_customers(step: _Step) -> str:
    customers = step.catalogue.published_named(step.catalogue.customers)
    assert customers.erased is not None, "A customer can be erased."
    return (
        f"SELECT {quoted(customers.key[0])} FROM {quoted(INCOMING + customers.name)}"
        f" WHERE {quoted(customers.erased)}"
    )
