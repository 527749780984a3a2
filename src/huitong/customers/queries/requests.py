"""Reads of what people asked of us under the law: what waits, what ended, what is late."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from psycopg.rows import TupleRow

from huitong.customers.model import (
    URGENT,
    RequestCounts,
    RequestOrigin,
    RequestState,
    RightKind,
    RightRequest,
)
from huitong.customers.tables import right_requests as tables
from huitong.platform.db import ReadTx, array


def waiting_requests(
    tx: ReadTx,
    *,
    brand_id: int,
    kind: RightKind | None = None,
    due_before: datetime | None = None,
    customer_ids: Sequence[int] | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int,
) -> list[RightRequest]:
    """Return what waits in a brand, the first due leading: requests, and exits that cool off."""
    after_at, after_id = after or (datetime.min.replace(tzinfo=UTC), 0)
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "kind": kind,
        "due_before": due_before,
        "customer_ids": None if customer_ids is None else array(customer_ids),
        "after_at": after_at,
        "after_id": after_id,
        "limit": limit,
    }
    return [request_of(row) for row in tx.rows(tables.WAITING_REQUESTS, params)]


def ended_requests(
    tx: ReadTx,
    *,
    brand_id: int,
    kind: RightKind | None = None,
    customer_ids: Sequence[int] | None = None,
    before: tuple[datetime, int] | None = None,
    limit: int,
) -> list[RightRequest]:
    """Return what ended in a brand, the latest leading."""
    before_at, before_id = before or (datetime.max.replace(tzinfo=UTC), 0)
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "kind": kind,
        "customer_ids": None if customer_ids is None else array(customer_ids),
        "before_at": before_at,
        "before_id": before_id,
        "limit": limit,
    }
    return [request_of(row) for row in tx.rows(tables.ENDED_REQUESTS, params)]


def request_counts(tx: ReadTx, *, brand_id: int, now: datetime) -> RequestCounts:
    """Return how many requests of a brand wait, are urgent, or late."""
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "now": now,
        "urgent_before": now + URGENT,
    }
    found = tx.row(tables.COUNT_REQUESTS, params)
    assert found is not None, "An aggregate always answers."
    return RequestCounts(*found)


def find_requests(tx: ReadTx, *, request_ids: Iterable[int]) -> dict[int, RightRequest]:
    """Return requests by their ids; unknown ids are left out."""
    params = {"group_id": tx.scope.group_id, "request_ids": array(sorted(set(request_ids)))}
    return {row[0]: request_of(row) for row in tx.rows(tables.FIND_REQUESTS, params)}


def request_of(row: TupleRow) -> RightRequest:
    """Return the request that a row tells."""
    return RightRequest(
        id=row[0],
        brand_id=row[1],
        customer_id=row[2],
        kind=RightKind(row[3]),
        origin=None if row[4] is None else RequestOrigin(row[4]),
        state=RequestState(row[5]),
        received_at=row[6],
        due_at=row[7],
        opened_by=row[8],
        closed_at=row[9],
        closed_by=row[10],
        reason=row[11],
    )
