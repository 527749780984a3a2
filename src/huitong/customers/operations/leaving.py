"""Lets members leave: a wish, a time to think it over, the end of the membership (decision 15)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from huitong.customers.model import (
    CustomerNotFound,
    CustomerStatus,
    ExitCancellation,
    ExitPolicy,
    ExitPolicyChanged,
    ExitRequest,
    ExitState,
    ExitWish,
    NoOpenExit,
    NotAMember,
    PointsAtExit,
)
from huitong.customers.operations.locking import LockedCustomer, lock_living
from huitong.customers.operations.requests import begin
from huitong.customers.queries.leaving import exit_policies, exits_of_families, find_exits
from huitong.customers.tables import leaving as tables
from huitong.platform.db import Tx, array
from huitong.platform.errors import Ok, Result
from huitong.platform.ids import bucket_of

CANCEL = "exit.cancel"

Families = Mapping[int, Mapping[tuple[int, str], ExitRequest]]


def put_exit_policy(
    tx: Tx,
    *,
    brand_id: int,
    cooling_off_days: int,
    points: PointsAtExit,
    actor: str,
    now: datetime,
    expected_version: int | None = None,
) -> ExitPolicy:
    """Decide anew how members of a brand leave; wishes that stand already keep their terms.

    The same decision again makes no new version.

    :raises ExitPolicyChanged: when the newest version is not the expected one.
    """
    before = exit_policies(tx, brand_ids=[brand_id])[brand_id]
    if expected_version is not None and before.version != expected_version:
        raise ExitPolicyChanged(version=before.version, expected=expected_version)
    if before.version and (before.cooling_off_days, before.points) == (cooling_off_days, points):
        return before
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

    A merged customer's wish is that of whom they are today; while one is open, a second one by
    any of their names is the same.
    """
    locked = lock_living(tx, {one.customer_id for one in wishes})
    policies = exit_policies(tx, brand_ids={one.brand_id for one in locked.values()})
    known = exits_of_families(tx, heads=[one.id for one in locked.values()])
    results: list[Result[ExitRequest] | None] = []
    new: dict[int, tuple[ExitWish, LockedCustomer]] = {}
    for wish in wishes:
        customer = locked.get(wish.customer_id)
        stands = _standing(wish, customer, known)
        if stands is not None:
            results.append(Ok(stands))
        elif customer is None:
            results.append(CustomerNotFound(customer="of this id").as_refused())
        elif customer.status != CustomerStatus.MEMBER:
            results.append(NotAMember(status=customer.status).as_refused())
        else:
            new.setdefault(customer.id, (wish, customer))
            results.append(None)
    made = _insert(tx, new, policies, now)
    return [
        done if done is not None else Ok(made[locked[wish.customer_id].id])
        for wish, done in zip(wishes, results, strict=True)
    ]


def cancel_exits(
    tx: Tx, cancellations: Sequence[ExitCancellation], *, now: datetime
) -> list[Result[ExitRequest]]:
    """Take back the open wishes of customers, whoever of the family made them.

    Who has none is refused; a repeat of a key answers the wish that it took back.
    """
    asked = [(one.key, one.customer_id) for one in cancellations]
    answers = begin(tx, CANCEL, asked, now=now)
    locked = lock_living(tx, {cancellations[place].customer_id for place in answers.open})
    known = exits_of_families(tx, heads=[one.id for one in locked.values()])
    waiting = {head: _waiting(wishes) for head, wishes in known.items()}
    for place in answers.open:
        customer = locked.get(cancellations[place].customer_id)
        first = next(iter(waiting.get(customer.id, ())), None) if customer else None
        if first is None:
            answers.refuse(place, NoOpenExit())
        else:
            answers.put(place, {"exit_id": first.id})
    taken_back = array([one.id for wishes in waiting.values() for one in wishes])
    params = {"group_id": tx.scope.group_id, "exit_ids": taken_back, "now": now}
    tx.execute(tables.CANCEL_EXITS, params)
    results = answers.keep(tx)
    ids = [one.value["exit_id"] for one in results if isinstance(one, Ok)]
    found = find_exits(tx, exit_ids=ids)
    return [Ok(found[one.value["exit_id"]]) if isinstance(one, Ok) else one for one in results]


def finish_exits(tx: Tx, exits: Sequence[ExitRequest], *, now: datetime) -> list[int]:
    """End the memberships of requests that are due, and return the customers who left by it.

    A request that was cancelled meanwhile is passed over. Whoever was merged since has left as
    whom they are today.
    """
    locked = lock_living(tx, {one.customer_id for one in exits})
    known = exits_of_families(tx, heads=[one.id for one in locked.values()])
    head_of = {one.id: head for head, wishes in known.items() for one in _waiting(wishes)}
    left = sorted({head_of[one.id] for one in exits if one.id in head_of})
    # Whoever has left has left: another wish of theirs must not end a membership of later.
    ended = [(exit_id, head) for exit_id, head in sorted(head_of.items()) if head in left]
    params = {
        "group_id": tx.scope.group_id,
        "exit_ids": array([exit_id for exit_id, _ in ended]),
        "customer_ids": array(left),
        "now": now,
    }
    tx.execute(tables.FINISH_EXITS, params)
    tx.write(tables.TELL_EXITS, tables.LEFT, ended, {"now": now})
    tx.execute(tables.MARK_EXITED, params)
    return left


def settle_exits(tx: Tx, exit_ids: Sequence[int], *, now: datetime) -> None:
    """Note that nothing of these ended memberships is left to forfeit."""
    params = {"group_id": tx.scope.group_id, "exit_ids": array(exit_ids), "now": now}
    tx.execute(tables.SETTLE_EXITS, params)


def _waiting(wishes: Mapping[tuple[int, str], ExitRequest]) -> list[ExitRequest]:
    """Return the wishes that nobody has carried out or taken back, the first that is due first."""
    waiting = [one for one in wishes.values() if one.state is ExitState.REQUESTED]
    return sorted(waiting, key=lambda one: (one.due_at, one.id))


def _standing(
    wish: ExitWish, customer: LockedCustomer | None, known: Families
) -> ExitRequest | None:
    """Return what came of the wish before, by this name or that of today, or the one that waits."""
    if customer is None:
        return None
    wishes = known.get(customer.id, {})
    repeated = wishes.get((wish.customer_id, wish.key)) or wishes.get((customer.id, wish.key))
    return repeated or next(iter(_waiting(wishes)), None)


def _insert(
    tx: Tx,
    new: Mapping[int, tuple[ExitWish, LockedCustomer]],
    policies: Mapping[int, ExitPolicy],
    now: datetime,
) -> dict[int, ExitRequest]:
    """Keep new wishes and return them, each by the customer whose it is."""
    ids = tx.new_ids([bucket_of(customer.id) for _, customer in new.values()])
    made: dict[int, ExitRequest] = {}
    rows = []
    for new_id, (wish, customer) in zip(ids, new.values(), strict=True):
        policy = policies[customer.brand_id]
        due_at = now + timedelta(days=policy.cooling_off_days)
        made[customer.id] = ExitRequest(
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
