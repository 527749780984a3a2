"""Lets members leave over the domains: held points forbid it, what is left is settled at the end.

`customers` knows the wish and the membership, the ledger the points; only here do they meet.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from huitong import customers, ledger
from huitong.customers.model import (
    CustomerStatus,
    ExitRequest,
    ExitState,
    ExitWish,
    PointsAtExit,
    PointsStillHeld,
)
from huitong.entry import member_sessions
from huitong.ledger import Balance, Operation, Spend
from huitong.loyalty.model import Asset
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import Refused, Result

EXIT = "exit"


@dataclass(frozen=True, slots=True)
class Finished:
    """What one step of carrying out exits did; `last_id` is where the next one begins."""

    left: int
    held: int
    last_id: int


def request_exits(
    tx: Tx, wishes: Sequence[ExitWish], *, now: datetime
) -> list[Result[ExitRequest]]:
    """Take wishes to leave; who has points set aside is refused until that is finished.

    A wish that stands is answered, whatever was set aside since.
    """
    locked = customers.lock_living(tx, [one.customer_id for one in wishes])
    today = {asked: one.id for asked, one in locked.items()}
    brand_of = {one.id: one.brand_id for one in locked.values()}
    held = {one: points.held for one, points in _points(tx, brand_of, now).items() if points.held}
    for one in _leaving(tx, held):
        del held[one]
    results: list[Result[ExitRequest] | None] = [
        PointsStillHeld(held=held[today[wish.customer_id]]).as_refused()
        if today.get(wish.customer_id) in held
        else None
        for wish in wishes
    ]
    asked = [wish for wish, no in zip(wishes, results, strict=True) if no is None]
    answers = iter(customers.request_exits(tx, asked, now=now))
    return [no if no is not None else next(answers) for no in results]


def finish_exits(tx: Tx, *, now: datetime, after_id: int = 0, limit: int) -> Finished | None:
    """Carry out a step of the exits that are due; None when there are no more of them.

    Who has points set aside stays a member until that is finished.
    """
    due = customers.due_exits(tx, now=now, after_id=after_id, limit=limit)
    if not due:
        return None
    # Locked before their points are looked at, so that nothing is set aside in between.
    locked = customers.lock_living(tx, [one.customer_id for one in due])
    today = {asked: one.id for asked, one in locked.items()}
    brand_of = {one.id: one.brand_id for one in locked.values()}
    held = {one for one, points in _points(tx, brand_of, now).items() if points.held}
    ready = [one for one in due if today[one.customer_id] not in held]
    left = set(customers.finish_exits(tx, ready, now=now))
    member_sessions.end(tx, left, now=now)
    _settle(tx, [one for one in ready if today[one.customer_id] in left], now)
    return Finished(left=len(left), held=len(due) - len(ready), last_id=due[-1].id)


def settle_exits(tx: Tx, *, now: datetime, after_id: int = 0, limit: int) -> int | None:
    """Forfeit what became spendable after exits; return the place to go on from, None at the end.

    Points that were pending when somebody left are forfeited as they become active.
    """
    ended = customers.unsettled_exits(tx, after_id=after_id, limit=limit)
    _settle(tx, ended, now)
    return ended[-1].id if ended else None


def _leaving(tx: ReadTx, customer_ids: Collection[int]) -> set[int]:
    """Return those of living customers who have asked to leave, by any of their names."""
    wishes = customers.exits_of(tx, customer_ids=customer_ids)
    asked = [one.customer_id for one in wishes if one.state is ExitState.REQUESTED]
    return set(customers.living(tx, customer_ids=asked).values())


def _settle(tx: Tx, exits: Sequence[ExitRequest], now: datetime) -> None:
    today = customers.living(tx, customer_ids=[one.customer_id for one in exits])
    forfeiting = [one for one in exits if one.points is PointsAtExit.FORFEIT]
    brand_of = {today[one.customer_id]: one.brand_id for one in forfeiting}
    points = _points(tx, brand_of, now)
    status = customers.find_customers(tx, customer_ids=list(brand_of))
    settled = [one.id for one in exits if one.points is PointsAtExit.KEEP]
    # Two wishes of customers who were merged since are of one, whose points are forfeited once.
    operations: dict[int, Operation] = {}
    for one in forfeiting:
        customer_id = today[one.customer_id]
        has_returned = status[customer_id].status is CustomerStatus.MEMBER
        if has_returned or not (points[customer_id].pending or points[customer_id].held):
            settled.append(one.id)
        if not has_returned and points[customer_id].spendable > 0:
            operations[customer_id] = _forfeit(one, customer_id, points[customer_id].spendable, now)
    results = ledger.post(tx, list(operations.values()), now=now)
    assert not any(isinstance(one, Refused) for one in results), "What is spendable can be spent."
    customers.settle_exits(tx, settled, now=now)


def _forfeit(one: ExitRequest, customer_id: int, amount: int, now: datetime) -> Operation:
    return Operation(
        # One request may forfeit several times: what was pending becomes active later.
        key=f"{EXIT}:{one.id}:{now:%Y%m%d%H%M%S}",
        kind=EXIT,
        owner=customer_id,
        movements=(Spend(Asset.POINTS.of_brand(one.brand_id), amount),),
        occurred_at=now,
        reason="The membership ended; points are forfeited by the brand's exit policy.",
        source_kind=EXIT,
        source_id=one.id,
    )


def _points(tx: ReadTx, brand_of: dict[int, int], now: datetime) -> dict[int, Balance]:
    """Return what customers have in points; one statement a brand, and a group has few."""
    found: dict[int, Balance] = {}
    for brand_id in sorted(set(brand_of.values())):
        owners = [one for one, brand in brand_of.items() if brand == brand_id]
        asset = Asset.POINTS.of_brand(brand_id)
        found |= {one.owner: one for one in ledger.balances(tx, owners, asset=asset, now=now)}
    return found
