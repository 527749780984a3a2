"""Keeps the files of tags small and forgetful: without the erased, and without what nobody reads.

Files are never changed, so whatever holds an erased customer is written anew without them: rows of
the table, the log of what changed, and the rows that the log goes on from.
"""
# ruff: noqa: S608 - The statements are made of names of ours and of numbers.

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from huitong.segments.engine.tag_table import TagFiles, TagStore

# A refresh takes no longer: a file that none names by then belongs to none.
LEFT_BEHIND = timedelta(hours=6)
ERASED = "SELECT id FROM customers WHERE is_erased"


def forget(store: TagStore, files: TagFiles, *, wanted: str | None) -> TagFiles:
    """Return files that hold nothing of erased customers.

    Who was erased since the last refresh is among the `wanted`; without them everybody is sought.
    """
    among = f" AND id IN (SELECT customer_id FROM {wanted})" if wanted else ""
    run = store.connection.execute
    run(f"CREATE OR REPLACE TEMP TABLE forgotten AS {ERASED}{among}")
    anew = {name: _without(store, name) for name in _holding(store, files)}
    if not anew:
        return files
    log = tuple(anew.get(name, name) for name in files.log)
    return _counted(
        store,
        replace(
            files,
            base=_named(files.base, anew),
            baseline=_named(files.baseline, anew),
            recent=None if files.recent is None else anew.get(files.recent, files.recent),
            log=tuple(name for name in log if _rows(store, name)),
        ),
    )


def sweep(store: TagStore, files: TagFiles, *, before: TagFiles | None, now: datetime) -> int:
    """Delete files that no refresh names any more, and return how many they were.

    The files of the refresh before stay until the next one, but for those that hold who was erased.
    """
    older, holding = set[str](), set[str]()
    if before is not None:
        older, holding = before.files, set(_holding(store, before))
    kept = files.files | (older - holding)
    known = older | set(store.made)
    gone = [
        one.name
        for one in store.folder.names(store.prefix)
        if one.name not in kept and (one.name in known or one.written_at < now - LEFT_BEHIND)
    ]
    store.folder.delete(gone)
    return len(gone)


def _holding(store: TagStore, files: TagFiles) -> list[str]:
    """Return the files that hold somebody who is forgotten."""
    named = {*files.base, *files.baseline, *files.log, files.recent}
    of_path = {store.folder.locate(name): name for name in named if name is not None}
    ((forgotten,),) = store.connection.execute("SELECT count(*) FROM forgotten").fetchall()
    if not of_path or not forgotten:
        return []
    found = store.connection.execute(
        "SELECT DISTINCT filename FROM read_parquet(?, hive_partitioning = false,"
        " filename = true, union_by_name = true)"
        " WHERE customer_id IN (SELECT id FROM forgotten)",
        [sorted(of_path)],
    ).fetchall()
    return sorted(of_path[path] for (path,) in found)


def _without(store: TagStore, name: str) -> str:
    """Write a file anew without the forgotten, in its own order, and return its name."""
    kind = PurePosixPath(name).name.rpartition("-")[0]
    path = store.folder.locate(name).replace("'", "''")
    return store.keep(
        "SELECT * EXCLUDE (file_row_number)"
        f" FROM read_parquet('{path}', hive_partitioning = false, file_row_number = true)"
        " WHERE customer_id NOT IN (SELECT id FROM forgotten) ORDER BY file_row_number",
        kind,
    )


def _counted(store: TagStore, files: TagFiles) -> TagFiles:
    recent = 0 if files.recent is None else _rows(store, files.recent)
    base = sum(_rows(store, name) for name in files.base)
    return replace(files, base_rows=base, recent_rows=recent)


def _rows(store: TagStore, name: str) -> int:
    ((rows,),) = store.connection.execute(f"SELECT count(*) FROM {store.read(name)}").fetchall()
    return int(rows)


def _named(names: tuple[str, ...], anew: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(anew.get(name, name) for name in names)
