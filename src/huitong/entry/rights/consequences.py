"""What carrying out a right would do to a customer, told before anybody does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from huitong import customers, identity
from huitong.customers.model import CustomerStatus, ExitRequest, ExitState, PointsAtExit
from huitong.entry import wiring
from huitong.entry.console.persons import Membership, memberships_of
from huitong.entry.rights import asking
from huitong.platform.db import ReadTx

# What every copy holds beside what the domains above bring.
PARTS = ("identifiers", "memberships", "points", "received", "rights")


class Hindrance(StrEnum):
    """Why a right cannot be carried out as things stand."""

    NOT_A_MEMBER = "not_a_member"
    POINTS_HELD = "points_held"
    LEAVING_ALREADY = "leaving_already"
    SEES_NOT_EVERY_BRAND = "sees_not_every_brand"


@dataclass(frozen=True, slots=True)
class Exit:
    """What leaving means: when it would be carried out, and what becomes of points then."""

    hindrance: Hindrance | None
    cooling_off_days: int
    due_at: datetime
    points: PointsAtExit
    points_lost: int
    stands: ExitRequest | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """What forgetting means: how much goes, and what is kept without saying whose it is."""

    hindrance: Hindrance | None
    memberships: Sequence[Membership]
    identifiers: int


@dataclass(frozen=True, slots=True)
class Consequences:
    """What each right would do; `membership` is what the customer is in this brand."""

    membership: Membership
    exit: Exit
    erasure: Erasure
    copy_parts: Sequence[str]


def consequences_of(
    tx: ReadTx, *, customer_id: int, sees_every_brand: bool, now: datetime
) -> Consequences:
    """Return what each right would do to a customer and the person behind them.

    :raises CustomerNotFound: when the scope sees no such customer.
    """
    person_id = asking.person_of(tx, customer_id=customer_id)
    head = customers.living(tx, customer_ids=[customer_id])[customer_id]
    memberships = memberships_of(tx, person_ids=[person_id], now=now)
    membership = next(one for one in memberships if one.customer_id == head)
    held = identity.identifiers_of(tx, person_ids=[person_id]).get(person_id, ())
    return Consequences(
        membership=membership,
        exit=_exit(tx, membership, now),
        erasure=Erasure(
            hindrance=None if sees_every_brand else Hindrance.SEES_NOT_EVERY_BRAND,
            memberships=memberships,
            identifiers=len(held),
        ),
        copy_parts=[*PARTS, *wiring.EXPORT],
    )


def _exit(tx: ReadTx, membership: Membership, now: datetime) -> Exit:
    brand_id = customers.find_customers(tx, customer_ids=[membership.customer_id])[
        membership.customer_id
    ].brand_id
    policy = customers.exit_policies(tx, brand_ids=[brand_id])[brand_id]
    waiting = [
        one
        for one in customers.exits_of(tx, customer_ids=[membership.customer_id])
        if one.state is ExitState.REQUESTED
    ]
    stands = waiting[0] if waiting else None
    points = membership.points
    rule = policy.points if stands is None else stands.points
    lost = points.spendable + points.pending if rule is PointsAtExit.FORFEIT else 0
    return Exit(
        hindrance=_hindrance(membership, stands),
        cooling_off_days=policy.cooling_off_days,
        due_at=now + timedelta(days=policy.cooling_off_days) if stands is None else stands.due_at,
        points=rule,
        points_lost=lost,
        stands=stands,
    )


def _hindrance(membership: Membership, stands: ExitRequest | None) -> Hindrance | None:
    if stands is not None:
        return Hindrance.LEAVING_ALREADY
    if membership.status is not CustomerStatus.MEMBER:
        return Hindrance.NOT_A_MEMBER
    return Hindrance.POINTS_HELD if membership.points.held else None
