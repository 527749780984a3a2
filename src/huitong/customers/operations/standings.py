"""Reads and writes what customers are to their brand."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from huitong.customers import tables
from huitong.customers.model import CustomerStatus
from huitong.customers.rules import Standing
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of


def standings_of(tx: Tx, customer_ids: Iterable[int]) -> dict[int, Standing]:
    """Return what locked customers are to their brand, by their ids."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    return {
        customer_id: Standing(CustomerStatus(status), *rest)
        for customer_id, status, *rest in tx.rows(tables.people.FIND_STANDINGS, params)
    }


def keep_standings(tx: Tx, standings: Mapping[int, Standing], *, now: datetime) -> None:
    """Write the standings of locked customers, by their ids."""
    rows = [_row(one, standing) for one, standing in sorted(standings.items())]
    tx.write(tables.people.UPDATE_STANDINGS, tables.people.STANDING, rows, {"now": now})


def _row(customer_id: int, standing: Standing) -> tuple[object, ...]:
    return (
        bucket_of(customer_id),
        customer_id,
        standing.status.value,
        standing.enrolled_at,
        standing.told_at,
        standing.store,
        standing.touchpoint,
        standing.guide,
    )
