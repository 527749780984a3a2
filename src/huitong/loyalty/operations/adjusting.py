"""Gives and takes points by hand, once for each key, and undoes it by a counter operation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from huitong import customers, ledger, org
from huitong.customers.model import (
    CUSTOMER_PREFIX,
    ActorIsBeneficiary,
    Customer,
    CustomerNotFound,
    CustomerStatus,
)
from huitong.ledger.model import (
    Done,
    Grant,
    Insufficient,
    MovedOn,
    Operation,
    Posted,
    Reverse,
    Spend,
)
from huitong.loyalty import queries
from huitong.loyalty.model import Asset
from huitong.loyalty.model.adjusting import (
    ADJUSTMENT,
    ADJUSTMENT_HAND_POINTS_MAX,
    ADJUSTMENT_LARGE_POINTS_MAX,
    ADJUSTMENT_MEMBER_POINTS_MAX,
    ADJUSTMENT_POINTS_MAX,
    ADJUSTMENT_REVERSED,
    ADJUSTMENT_SPAN,
    Adjusted,
    AdjustedEnough,
    Adjustment,
    AdjustmentKeyTaken,
    AdjustmentOfNothing,
    AdjustmentReversed,
    AdjustmentTooLarge,
    AdjustmentUsed,
    MemberAdjustedEnough,
    NoSuchAdjustment,
    NotAMember,
    NotEnoughPoints,
)
from huitong.loyalty.rules import living
from huitong.platform import audit, auth
from huitong.platform.audit import Act, Change
from huitong.platform.db import Tx
from huitong.platform.errors import DomainError, Ok, Refused, Result
from huitong.platform.ids import show

OPERATION_PREFIX = "op"


@dataclass
class _Room:
    """How many points may still be moved without an approver: by the hand, and of each member."""

    by_hand: int
    of_members: Mapping[int, int]

    def take(self, customer_id: int, points: int) -> None:
        left = max(0, self.of_members[customer_id])
        if points > left:
            raise MemberAdjustedEnough(left=left)
        if points > self.by_hand:
            raise AdjustedEnough(left=max(0, self.by_hand))
        self.by_hand -= points


def adjust_points(
    tx: Tx, adjustments: Sequence[Adjustment], *, now: datetime
) -> list[Result[Adjusted]]:
    """Give and take points by hand; a repeat under a key answers what the first call did.

    A grant lives as long as the programme in effect says. Each change of value is an entry of the
    audit; a repeat is none. The note stands in the ledger alone, where it can be erased. All are
    of different customers.

    :raises ProgrammeNotFound: when a brand that points are given of has no programme.
    """
    owners = [one.customer_id for one in adjustments]
    assert len(set(owners)) == len(owners), "A batch has each customer once."
    assert len({one.actor for one in adjustments}) <= 1, "A batch is the work of one hand."
    customers.lock_customers(tx, owners)
    found = customers.find_customers(tx, customer_ids=owners)
    before = {
        (done.owner, done.key): done
        for done in ledger.done(
            tx,
            [(one.id, _asset(one)) for one in found.values()],
            keys=[one.key for one in adjustments],
        )
    }
    planned = _planned(tx, adjustments, found, before, now)
    posted = iter(ledger.post(tx, [one for one in planned if isinstance(one, Operation)], now=now))
    results = [
        _result(one, plan, found, next(posted))
        if isinstance(plan, Operation)
        else _repeated(one, plan, found)
        if isinstance(plan, Done)
        else plan
        for one, plan in zip(adjustments, planned, strict=True)
    ]
    _record(tx, adjustments, results, now)
    return results


def reverse_adjustment(
    tx: Tx, *, customer_id: int, operation_id: int, actor: str, note: str, now: datetime
) -> Adjusted:
    """Undo an adjustment by hand: what it took comes back, what it gave is taken.

    :raises CustomerNotFound: when the scope sees no such customer.
    :raises ActorIsBeneficiary: when whoever asks is this customer themselves.
    :raises NoSuchAdjustment: when the operation is none of this customer.
    :raises AdjustmentReversed: when it was undone before.
    :raises AdjustmentUsed: when what it gave was spent meanwhile.
    """
    own = _own_customers(tx, [actor], now)
    if customer_id in own:
        raise ActorIsBeneficiary(staff_id=own[customer_id])
    customer, done = _reversible(tx, customer_id, operation_id)
    operation = Operation(
        key=f"{ADJUSTMENT_REVERSED}:{operation_id}",
        kind=ADJUSTMENT_REVERSED,
        owner=customer_id,
        movements=(Reverse(done.key),),
        occurred_at=now,
        actor=actor,
        reason=note,
        source_kind=done.source_kind,
    )
    (result,) = ledger.post(tx, [operation], now=now)
    if isinstance(result, Refused):
        raise _why_not_reversed(result)
    adjusted = Adjusted(
        operation_id=result.value.operation_id,
        customer_id=customer_id,
        brand_id=customer.brand_id,
        points=-done.amount,
        replayed=False,
    )
    audit.record(
        tx,
        by=actor,
        act=Act.POINTS_REVERSE,
        subject=show(CUSTOMER_PREFIX, customer_id),
        after={"points": -done.amount, "operation": show(OPERATION_PREFIX, adjusted.operation_id)},
        before={"operation": show(OPERATION_PREFIX, operation_id)},
        brand_id=customer.brand_id,
        now=now,
    )
    return adjusted


def _reversible(tx: Tx, customer_id: int, operation_id: int) -> tuple[Customer, Done]:
    """Lock a customer, and return them and the adjustment of theirs that nobody undid."""
    shown = show(OPERATION_PREFIX, operation_id)
    customers.lock_customers(tx, [customer_id])
    customer = customers.find_customers(tx, customer_ids=[customer_id]).get(customer_id)
    if customer is None:
        raise CustomerNotFound(customer=show(CUSTOMER_PREFIX, customer_id))
    asked = [(customer_id, _asset(customer))]
    known = ledger.done(tx, asked, operation_ids=[operation_id])
    if not known or known[0].kind != ADJUSTMENT:
        raise NoSuchAdjustment(operation=shown)
    (done,) = known
    if done.reversed_by_id is not None:
        raise AdjustmentReversed(operation=shown)
    return customer, done


def _planned(
    tx: Tx,
    adjustments: Sequence[Adjustment],
    found: Mapping[int, Customer],
    before: Mapping[tuple[int, str], Done],
    now: datetime,
) -> list[Operation | Done | Refused]:
    """Return for each what is to be done, what was done before, or why it is refused."""
    room = _room(tx, adjustments, now)
    own = _own_customers(tx, [one.actor for one in adjustments], now)
    spendable = _spendable(tx, adjustments, found, now)
    ends = _ends(tx, [one for one in adjustments if one.points > 0], found, now)
    planned: list[Operation | Done | Refused] = []
    for one in adjustments:
        try:
            planned.append(
                before.get((one.customer_id, one.key))
                or _operation(
                    one,
                    _member(one, found, own),
                    room=room,
                    spendable=spendable.get(one.customer_id, 0),
                    ends=ends,
                    now=now,
                )
            )
        except DomainError as refusal:
            planned.append(refusal.as_refused())
    return planned


def _room(tx: Tx, adjustments: Sequence[Adjustment], now: datetime) -> _Room:
    """Return what may still be moved; of one hand no other transaction moves meanwhile."""
    limited = [one for one in adjustments if not one.may_large]
    if not limited:
        return _Room(ADJUSTMENT_HAND_POINTS_MAX, {})
    (actor,) = {one.actor for one in limited}
    audit.wait_for_actor(tx, actor)
    by_hand, of_members = audit.sizes_since(
        tx,
        act=Act.POINTS_ADJUST,
        number="points",
        undone_by=Act.POINTS_REVERSE,
        actor=actor,
        subjects=[show(CUSTOMER_PREFIX, one.customer_id) for one in limited],
        since=now - ADJUSTMENT_SPAN,
    )
    left = {
        one.customer_id: ADJUSTMENT_MEMBER_POINTS_MAX
        - of_members.get(show(CUSTOMER_PREFIX, one.customer_id), 0)
        for one in limited
    }
    return _Room(ADJUSTMENT_HAND_POINTS_MAX - by_hand, left)


def _spendable(
    tx: Tx, adjustments: Sequence[Adjustment], found: Mapping[int, Customer], now: datetime
) -> dict[int, int]:
    """Return what can be taken of whom it matters, one statement a brand."""
    owners: dict[str, list[int]] = {}
    for one in adjustments:
        if one.points < 0 and one.customer_id in found:
            owners.setdefault(_asset(found[one.customer_id]), []).append(one.customer_id)
    return {
        balance.owner: balance.spendable
        for asset, of_asset in owners.items()
        for balance in ledger.balances(tx, of_asset, asset=asset, now=now)
    }


def _ends(
    tx: Tx, grants: Sequence[Adjustment], found: Mapping[int, Customer], now: datetime
) -> dict[int, datetime | None]:
    """Return by brand when points that are given now die."""
    brand_ids = {found[one.customer_id].brand_id for one in grants if one.customer_id in found}
    zones = {one.id: ZoneInfo(one.time_zone) for one in org.brands(tx)} if brand_ids else {}
    return {
        brand_id: living.expires_at(
            now,
            queries.programme_at(tx, brand_id=brand_id, at=now).programme.expiry,
            zones[brand_id],
        )
        for brand_id in sorted(brand_ids)
    }


def _own_customers(tx: Tx, actors: Sequence[str], now: datetime) -> dict[int, int]:
    """Return which customers the people behind actors are themselves, with who of the staff."""
    staff_ids = set(auth.staff_behind(tx, set(actors)).values())
    own = customers.own_customers(tx, staff_ids=staff_ids, at=now)
    return {customer_id: staff_id for staff_id, theirs in own.items() for customer_id in theirs}


def _member(one: Adjustment, found: Mapping[int, Customer], own: Mapping[int, int]) -> Customer:
    if one.customer_id in own:
        raise ActorIsBeneficiary(staff_id=own[one.customer_id])
    shown = show(CUSTOMER_PREFIX, one.customer_id)
    customer = found.get(one.customer_id)
    if customer is None:
        raise CustomerNotFound(customer=shown)
    if customer.status is not CustomerStatus.MEMBER:
        raise NotAMember(customer=shown)
    return customer


def _operation(
    one: Adjustment,
    customer: Customer,
    *,
    room: _Room,
    spendable: int,
    ends: Mapping[int, datetime | None],
    now: datetime,
) -> Operation:
    most = ADJUSTMENT_LARGE_POINTS_MAX if one.may_large else ADJUSTMENT_POINTS_MAX
    if one.points == 0:
        raise AdjustmentOfNothing
    if abs(one.points) > most:
        raise AdjustmentTooLarge(points=abs(one.points), points_max=most)
    asset, wanted = _asset(customer), -one.points
    movement: Grant | Spend
    if one.points > 0:
        movement = Grant(asset, one.points, now, ends[customer.brand_id], label=one.reason)
    else:
        taken = min(wanted, spendable) if one.as_far_as_there else wanted
        if taken <= 0 or taken > spendable:
            raise NotEnoughPoints(asked=wanted, spendable=spendable)
        movement = Spend(asset, taken)
    if not one.may_large:
        room.take(one.customer_id, movement.amount)
    return Operation(
        key=one.key,
        kind=ADJUSTMENT,
        owner=one.customer_id,
        movements=(movement,),
        occurred_at=now,
        actor=one.actor,
        reason=one.note,
        source_kind=f"{ADJUSTMENT}:{one.reason}",
    )


def _result(
    one: Adjustment,
    operation: Operation,
    found: Mapping[int, Customer],
    posted: Result[Posted],
) -> Result[Adjusted]:
    if isinstance(posted, Refused):
        assert posted.code != Insufficient.code, "What can be spent was asked under the lock."
        return posted
    (movement,) = operation.movements
    assert isinstance(movement, Grant | Spend), "An adjustment gives or takes."
    return Ok(
        Adjusted(
            operation_id=posted.value.operation_id,
            customer_id=one.customer_id,
            brand_id=found[one.customer_id].brand_id,
            points=movement.amount if isinstance(movement, Grant) else -movement.amount,
            replayed=False,
        )
    )


def _repeated(one: Adjustment, done: Done, found: Mapping[int, Customer]) -> Result[Adjusted]:
    """Answer what the first call under the key did, if it was the same call."""
    taken_in_part = one.as_far_as_there and one.points < done.amount < 0
    same = done.amount == one.points or taken_in_part
    if done.kind != ADJUSTMENT or not same or done.source_kind != f"{ADJUSTMENT}:{one.reason}":
        return AdjustmentKeyTaken(points=done.amount).as_refused()
    return Ok(
        Adjusted(
            operation_id=done.id,
            customer_id=one.customer_id,
            brand_id=found[one.customer_id].brand_id,
            points=done.amount,
            replayed=True,
        )
    )


def _record(
    tx: Tx,
    adjustments: Sequence[Adjustment],
    results: Sequence[Result[Adjusted]],
    now: datetime,
) -> None:
    changes = [
        Change(
            subject=show(CUSTOMER_PREFIX, one.customer_id),
            after={
                "points": result.value.points,
                "reason": one.reason.value,
                "operation": show(OPERATION_PREFIX, result.value.operation_id),
            },
            brand_id=result.value.brand_id,
        )
        for one, result in zip(adjustments, results, strict=True)
        if isinstance(result, Ok) and not result.value.replayed
    ]
    if changes:
        audit.record_all(tx, changes, by=adjustments[0].actor, act=Act.POINTS_ADJUST, now=now)


def _why_not_reversed(refused: Refused) -> DomainError:
    assert refused.code == MovedOn.code, f"A known adjustment can be undone: {refused}."
    return AdjustmentUsed(granted=int(refused.facts["granted"] or 0),
                          left=int(refused.facts["left"] or 0))  # fmt: skip


def _asset(customer: Customer) -> str:
    return Asset.POINTS.of_brand(customer.brand_id)
