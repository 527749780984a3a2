"""Lets members leave: a wish, a time to think it over, the end of the membership (decision 15)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from huitong.customers.model import (
    CustomerNotFound,
    CustomerStatus,
    ExitAskedAlready,
    ExitPolicy,
    ExitRequest,
    ExitState,
    ExitWish,
    NoOpenExit,
    NotAMember,
    PointsAtExit,
)
from huitong.customers.operations.locking import LockedCustomer, lock_living
from huitong.customers.queries.leaving import exit_of, exit_policies, exits_of
from huitong.customers.tables import leaving as tables
from huitong.platform.db import Tx, array
from huitong.platform.errors import DomainError, Ok, Refused, Result
from huitong.platform.ids import bucket_of


def put_exit_policy(
    tx: Tx,
    *,
    brand_id: int,
    cooling_off_days: int,
    points: PointsAtExit,
    actor: str,
    now: datetime,
) -> ExitPolicy:
    """Decide anew how members of a brand leave; wishes that stand already keep their terms."""
    found = tx.row(
        tables.PUT_EXIT_POLICY,
        {
            "group_id": tx.scope.group_id,
            "brand_id": brand_id,
            "cooling_off_days": cooling_off_days,
            "points": points,
            "actor": actor,
            "now": now,
        },
    )
    assert found is not None, "An aggregate always answers."
    return ExitPolicy(found[0], cooling_off_days, points)


def request_exits(
    tx: Tx, wishes: Sequence[ExitWish], *, now: datetime
) -> list[Result[ExitRequest]]:
    """Take wishes to leave and answer when each is carried out; a repeat answers the first.

    A merged customer's wish is that of whom they are today.
    """
    locked = lock_living(tx, {one.customer_id for one in wishes})
    living_ids = sorted({one.id for one in locked.values()})
    params = {"group_id": tx.scope.group_id, "customer_ids": array(living_ids)}
    known = {(row[2], row[9]): exit_of(row) for row in tx.rows(tables.EXITS_OF_CUSTOMERS, params)}
    open_now = {one.customer_id: one for one in known.values() if one.state is ExitState.REQUESTED}
    policies = exit_policies(tx, brand_ids={one.brand_id for one in locked.values()})
    results: list[Result[ExitRequest] | None] = []
    new: dict[int, tuple[ExitWish, LockedCustomer]] = {}
    for place, wish in enumerate(wishes):
        customer = locked.get(wish.customer_id)
        repeat = known.get((customer.id, wish.key)) if customer else None
        no = None if repeat else _refusal(customer, open_now, {one.id for _, one in new.values()})
        results.append(Ok(repeat) if repeat else no)
        if repeat is None and no is None and customer is not None:
            new[place] = (wish, customer)
    made = _insert(tx, new, policies, now)
    return [done if done is not None else Ok(made[place]) for place, done in enumerate(results)]


def cancel_exits(
    tx: Tx, customer_ids: Sequence[int], *, now: datetime
) -> list[Result[ExitRequest]]:
    """Take back the open wishes of customers; who has none is refused."""
    locked = lock_living(tx, customer_ids)
    wanted = [locked[one].id if one in locked else 0 for one in customer_ids]
    before = {
        one.customer_id: one
        for one in exits_of(tx, customer_ids=wanted)
        if one.state is ExitState.REQUESTED
    }
    params = {"group_id": tx.scope.group_id, "customer_ids": array(list(before)), "now": now}
    tx.execute(tables.CANCEL_EXITS, params)
    after = {one.id: one for one in exits_of(tx, customer_ids=list(before))}
    return [
        Ok(after[before[one].id]) if one in before else NoOpenExit().as_refused() for one in wanted
    ]


def finish_exits(tx: Tx, exits: Sequence[ExitRequest], *, now: datetime) -> list[int]:
    """End the memberships of requests that are due, and return the customers who left by it.

    A request that was cancelled meanwhile is passed over. Whoever was merged since has left as
    whom they are today.
    """
    locked = lock_living(tx, {one.customer_id for one in exits})
    params = {
        "group_id": tx.scope.group_id,
        "exit_ids": array([one.id for one in exits]),
        "now": now,
    }
    asked = [row[0] for row in tx.rows(tables.FINISH_EXITS, params)]
    left = sorted({locked[one].id for one in asked})
    tx.execute(tables.TELL_EXITS, params)
    tx.execute(tables.MARK_EXITED, {**params, "customer_ids": array(left)})
    return left


def settle_exits(tx: Tx, exit_ids: Sequence[int], *, now: datetime) -> None:
    """Note that nothing of these ended memberships is left to forfeit."""
    params = {"group_id": tx.scope.group_id, "exit_ids": array(exit_ids), "now": now}
    tx.execute(tables.SETTLE_EXITS, params)


def _refusal(
    customer: LockedCustomer | None, open_now: Mapping[int, ExitRequest], asked: set[int]
) -> Refused | None:
    no: DomainError | None = None
    if customer is None:
        no = CustomerNotFound(customer="of this id")
    elif customer.id in open_now:
        no = ExitAskedAlready(day=f"{open_now[customer.id].due_at:%Y-%m-%d}")
    elif customer.id in asked:
        no = ExitAskedAlready(day="the same day")
    elif customer.status != CustomerStatus.MEMBER:
        no = NotAMember(status=customer.status)
    return None if no is None else no.as_refused()


def _insert(
    tx: Tx,
    new: Mapping[int, tuple[ExitWish, LockedCustomer]],
    policies: Mapping[int, ExitPolicy],
    now: datetime,
) -> dict[int, ExitRequest]:
    ids = tx.new_ids([bucket_of(customer.id) for _, customer in new.values()])
    made: dict[int, ExitRequest] = {}
    rows = []
    for new_id, (place, (wish, customer)) in zip(ids, new.items(), strict=True):
        policy = policies[customer.brand_id]
        due_at = now + timedelta(days=policy.cooling_off_days)
        made[place] = ExitRequest(
            new_id, customer.brand_id, customer.id, ExitState.REQUESTED, policy.points, now, due_at,
            None, None,
        )  # fmt: skip
        rows.append(
            (
                bucket_of(customer.id),
                new_id,
                customer.brand_id,
                customer.id,
                wish.key,
                policy.points.value,
                wish.actor,
                due_at,
            )
        )
    tx.write(tables.INSERT_EXITS, tables.EXIT, rows, {"now": now})
    return made
