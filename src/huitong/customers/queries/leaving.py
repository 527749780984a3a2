"""Reads of leaving: policies of brands, wishes of customers, and what is due."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from psycopg.rows import TupleRow

from huitong.customers.model import ExitPolicy, ExitRequest, ExitState, PointsAtExit
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


def exits_of(tx: ReadTx, *, customer_ids: Sequence[int]) -> list[ExitRequest]:
    """Return every wish to leave of customers, the newest first."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    return [exit_of(row) for row in tx.rows(tables.EXITS_OF_CUSTOMERS, params)]


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
