"""Customers who meet a leaf, computed on the lake, and what the lake knows of one customer."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import duckdb
import numpy as np
from numpy.typing import NDArray

from huitong.platform.conditions import Condition, Fact, Reading, Value, select_customers
from huitong.platform.lake import Opened, Place
from huitong.segments.tables import audiences_lake as tables

OpenLake: TypeAlias = Callable[[Place], AbstractContextManager[Opened]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
INSTANTS = frozenset({"enrolled_at", "known_since", "ordered_at", "refunded_at", "occurred_at"})
CUSTOMER_FIELDS = (
    "status", "enrolled_at", "known_since", "store", "guide", "touchpoint", "gender", "city",
    "birth_year", "age", "birthday",
)  # fmt: skip


def define_views(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Define what conditions of segments are computed from, over the lake's tables."""
    connection.execute(tables.CUSTOMER_VIEW.format(today=reading.as_of.today.isoformat()))
    for view in tables.VIEWS[1:]:
        connection.execute(view)


def customers_meeting(
    connection: duckdb.DuckDBPyConnection, leaf: Condition, reading: Reading
) -> NDArray[np.int64]:
    """Return the ids of the customers who meet a leaf, alive as far as the lake knows."""
    query = select_customers(leaf, reading).sql(dialect="duckdb")
    found = connection.execute(query).fetchnumpy()["customer_id"]
    return np.asarray(found, np.int64)


def values_of_one(
    connection: duckdb.DuckDBPyConnection, customer_id: int
) -> tuple[bool, Mapping[str, Value | None]] | None:
    """Return whether a customer was alive when the lake was refreshed, and their fields."""
    rows = connection.execute(tables.ONE_CUSTOMER, [customer_id]).fetchall()
    if not rows:
        return None
    is_alive, *values = rows[0]
    return bool(is_alive), _fact(CUSTOMER_FIELDS, values)


def facts_of_one(
    connection: duckdb.DuckDBPyConnection, customer_id: int, kinds: Collection[str]
) -> Mapping[str, Sequence[Fact]]:
    """Return a customer's facts of these kinds, with the numbers by which people find them."""
    found: dict[str, Sequence[Fact]] = {}
    for kind in kinds:
        result = connection.execute(tables.FACTS_OF_ONE[kind], [customer_id])
        names = [column[0] for column in result.description]
        found[kind] = [_fact(names, row) for row in result.fetchall()]
    return found


def _fact(names: Sequence[str], row: Sequence[Value | None]) -> dict[str, Value | None]:
    """Return a row by name, with its instants as such."""
    fact = dict(zip(names, row, strict=True))
    for name in INSTANTS & fact.keys():
        since = fact[name]
        fact[name] = None if since is None else EPOCH + timedelta(microseconds=int(str(since)))
    return fact
