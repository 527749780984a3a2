"""Reads of leaving: policies of brands, wishes of customers, and what is due."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from psycopg.rows import TupleRow

from huitong.customers.model import ExitPolicy, ExitRequest, ExitState, PointsAtExit
from huitong.customers.queries.showing import living
from huitong.customers.tables import leaving as tables
from huitong.platform.db import ReadTx, array


def exit_policies(tx: ReadTx, *, brand_ids: Iterable[int]) -> dict[int, ExitPolicy]:
    """Return how members of brands leave, as decided last or by default."""
    wanted = sorted(set(brand_ids))
    params = {"group_id": tx.scope.group_id, "brand_ids": array(wanted)}
    decided = {
        row[0]: ExitPolicy(row[1], row[2], PointsAtExit(row[3]))
        for row in tx.rows(tables.EXIT_POLICIES, params)
    }
    return {brand_id: decided.get(brand_id, ExitPolicy()) for brand_id in wanted}


def exits_of(tx: ReadTx, *, customer_ids: Iterable[int]) -> list[ExitRequest]:
    """Return every wish to leave of customers, the newest first; of merged ones by any name."""
    today = living(tx, customer_ids=customer_ids)
    of_heads = exits_of_families(tx, heads=today.values())
    found = [one for wishes in of_heads.values() for one in wishes.values()]
    return sorted(found, key=lambda one: one.id, reverse=True)


def exits_of_families(
    tx: ReadTx, *, heads: Iterable[int]
) -> Mapping[int, Mapping[tuple[int, str], ExitRequest]]:
    """Return the wishes of living customers and those merged into them, the newest first.

    Each stands under the customer and the key that it was made with.
    """
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(heads)))}
    found: defaultdict[int, dict[tuple[int, str], ExitRequest]] = defaultdict(dict)
    for row in tx.rows(tables.EXITS_OF_FAMILIES, params):
        found[row[10]][row[2], row[9]] = exit_of(row)
    return found


def find_exits(tx: ReadTx, *, exit_ids: Iterable[int]) -> dict[int, ExitRequest]:
    """Return wishes to leave by their ids."""
    params = {"group_id": tx.scope.group_id, "exit_ids": array(sorted(set(exit_ids)))}
    return {row[0]: exit_of(row) for row in tx.rows(tables.FIND_EXITS, params)}


def due_exits(tx: ReadTx, *, now: datetime, after_id: int = 0, limit: int) -> list[ExitRequest]:
    """Return wishes whose cooling-off is over, by id, after one place of the list."""
    params = {"group_id": tx.scope.group_id, "now": now, "after_id": after_id, "limit": limit}
    return [exit_of(row) for row in tx.rows(tables.DUE_EXITS, params)]


def unsettled_exits(tx: ReadTx, *, after_id: int = 0, limit: int) -> list[ExitRequest]:
    """Return ended memberships whose points are not settled, by id, after one of the list."""
    params = {"group_id": tx.scope.group_id, "after_id": after_id, "limit": limit}
    return [exit_of(row) for row in tx.rows(tables.UNSETTLED_EXITS, params)]


def exit_of(row: TupleRow) -> ExitRequest:
    """Return the wish that a row tells."""
    return ExitRequest(row[0], row[1], row[2], ExitState(row[3]), PointsAtExit(row[4]), *row[5:9])
