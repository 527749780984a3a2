"""What the columns of a customer's tags held: the first table, the log of changes, the last one."""
# ruff: noqa: S608 - The statements are made of names of ours and of numbers.

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from huitong.segments.engine.tag_table import TagFiles, TagStore


@dataclass(frozen=True, slots=True)
class Courses:
    """What each tag's column held from which day on, and which tags the first table had."""

    by_tag: Mapping[str, list[tuple[date | None, int | None]]]
    in_baseline: frozenset[str]


def courses_of(store: TagStore, files: TagFiles, customer_id: int) -> Courses:
    """Return what the columns of a customer's tags held, change by change."""
    first, columns = _row(store, files.baseline, customer_id)
    rows = f"({store.rows(files)})" if files.base or files.recent else None
    last, _ = _row_of(store, rows, customer_id)
    found: dict[str, list[tuple[date | None, int | None]]] = {}
    for tag, before, now, changed_on in _log(store, files, customer_id):
        if tag not in found:
            found[tag] = [(None, first.get(tag) if first is not None else before)]
        found[tag].append((changed_on, now))
    for tag in files.columns:
        if tag not in found and last is not None:
            found[tag] = [(None, last.get(tag))]
    return Courses(found, columns & files.columns.keys())


def _row(
    store: TagStore, names: tuple[str, ...], customer_id: int
) -> tuple[dict[str, int | None] | None, frozenset[str]]:
    return _row_of(store, store.read(*names) if names else None, customer_id)


def _row_of(
    store: TagStore, rows: str | None, customer_id: int
) -> tuple[dict[str, int | None] | None, frozenset[str]]:
    """Return a customer's row of a table, or None, and the table's columns."""
    if rows is None:
        return None, frozenset()
    asked = f"SELECT * FROM {rows} WHERE customer_id = {int(customer_id)} LIMIT 1"
    cursor = store.connection.execute(asked)
    names = [column[0] for column in cursor.description or ()]
    found = cursor.fetchall()
    row = dict(zip(names, found[0], strict=True)) if found else None
    return row, frozenset(names)


def _log(
    store: TagStore, files: TagFiles, customer_id: int
) -> list[tuple[str, int | None, int | None, date]]:
    """Return tag, number before, number now and day of every change, the oldest first."""
    if not files.log:
        return []
    paths = [store.folder.locate(name) for name in files.log]
    found = store.connection.execute(
        "SELECT filename, tag, before, now, changed_on FROM read_parquet(?,"
        " hive_partitioning = false, filename = true, union_by_name = true)"
        " WHERE customer_id = ?",
        [paths, customer_id],
    ).fetchall()
    # One refresh wrote each file, and they are named in the order of the refreshes.
    turns = {path: turn for turn, path in enumerate(paths)}
    found.sort(key=lambda row: turns[row[0]])
    return [tuple(row[1:]) for row in found]
