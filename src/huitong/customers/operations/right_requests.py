"""Takes down what people ask of us under the law, and how it ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from huitong.customers.model import (
    CUSTOMER_PREFIX,
    TERM,
    CustomerNotFound,
    NewRequest,
    RequestClosed,
    RequestKeyUsed,
    RequestNotCarriedOut,
    RequestNotFound,
    RequestOfFuture,
    RequestState,
    RightKind,
    RightRequest,
)
from huitong.customers.operations.locking import LockedCustomer, lock_living
from huitong.customers.queries.requests import find_requests, request_of
from huitong.customers.tables import right_requests as tables
from huitong.platform.db import Tx, array
from huitong.platform.errors import Ok, Refused, Result
from huitong.platform.ids import bucket_of, show


def open_requests(
    tx: Tx, wanted: Sequence[NewRequest], *, now: datetime
) -> list[Result[RightRequest]]:
    """Take requests down, each with its term; one of a kind that waits already is answered.

    A wish to leave is no request: it is taken at once and cools off.
    """
    assert all(one.kind is not RightKind.EXIT for one in wanted), "Exits stand for themselves."
    locked = lock_living(tx, {one.customer_id for one in wanted})
    results: list[Result[RightRequest] | None] = [_refusal(one, locked, now) for one in wanted]
    places = [place for place, refused in enumerate(results) if refused is None]
    customers = [locked[wanted[place].customer_id] for place in places]
    new_ids = tx.new_ids([bucket_of(customer.id) for customer in customers])
    rows = [
        _row(new_id, wanted[place], customer)
        for new_id, place, customer in zip(new_ids, places, customers, strict=True)
    ]
    tx.write(tables.INSERT_REQUESTS, tables.REQUEST, rows, {"now": now})
    standing = {row[0]: row[1:] for row in tx.write(tables.FIND_STANDING, tables.REQUEST, rows)}
    found = find_requests(tx, request_ids=[known_id for known_id, _, _ in standing.values()])
    for new_id, place in zip(new_ids, places, strict=True):
        known_id, has_key, is_same = standing[new_id]
        used = has_key and not is_same
        key = wanted[place].key
        results[place] = RequestKeyUsed(key=key).as_refused() if used else Ok(found[known_id])
    assert all(one is not None for one in results), "Every request of a batch is answered."
    return [one for one in results if one is not None]


def close_request(
    tx: Tx, request_id: int, *, state: RequestState, reason: str, actor: str, now: datetime
) -> RightRequest:
    """Close a request that was refused, withdrawn, or put right by hand; a repeat is none.

    :raises RequestNotFound: when there is none.
    :raises RequestClosed: when it was closed otherwise before.
    :raises RequestNotCarriedOut: when a copy or an erasure is said to be done.
    """
    params = {"group_id": tx.scope.group_id, "request_id": request_id}
    found = tx.row(tables.LOCK_REQUEST, params)
    if found is None:
        raise RequestNotFound
    known = request_of(found)
    if known.state is state:
        return known
    if known.state is not RequestState.OPEN:
        raise RequestClosed(state=known.state)
    if state is RequestState.DONE and known.kind is not RightKind.CORRECT:
        raise RequestNotCarriedOut(right=known.kind)
    said = {**params, "state": state.value, "reason": reason, "actor": actor, "now": now}
    tx.execute(tables.CLOSE_REQUEST, said)
    return find_requests(tx, request_ids=[request_id])[request_id]


def answer_requests(
    tx: Tx, customer_ids: Sequence[int], *, kind: RightKind, actor: str, now: datetime
) -> int:
    """Close the open requests of one kind of customers, as that was done; return how many."""
    params = {
        "group_id": tx.scope.group_id,
        "customer_ids": array(sorted(set(customer_ids))),
        "kind": kind.value,
        "actor": actor,
        "now": now,
    }
    return len(tx.rows(tables.ANSWER_REQUESTS, params))


def _refusal(
    one: NewRequest, locked: Mapping[int, LockedCustomer], now: datetime
) -> Refused | None:
    if one.customer_id not in locked:
        return CustomerNotFound(customer=show(CUSTOMER_PREFIX, one.customer_id)).as_refused()
    return RequestOfFuture().as_refused() if one.received_at > now else None


def _row(new_id: int, one: NewRequest, customer: LockedCustomer) -> tuple[object, ...]:
    return (
        bucket_of(customer.id),
        new_id,
        customer.brand_id,
        customer.id,
        one.kind.value,
        one.origin.value,
        one.key,
        one.received_at,
        one.received_at + TERM,
        one.actor,
    )
