"""HTTP in: points given and taken by hand, with a reason, and the way back."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import customers, loyalty
from huitong.customers.model import ActorIsBeneficiary, CustomerNotFound
from huitong.loyalty.model import ProgrammeNotFound
from huitong.loyalty.model.adjusting import (
    ADJUSTMENT_LARGE_POINTS_MAX,
    ADJUSTMENT_POINTS_MAX,
    ADJUSTMENT_REASON_LENGTH_MAX,
    Adjusted,
    AdjustedEnough,
    Adjustment,
    AdjustmentKeyTaken,
    AdjustmentOfNothing,
    AdjustmentReason,
    AdjustmentReversed,
    AdjustmentTooLarge,
    AdjustmentUsed,
    MemberAdjustedEnough,
    NoSuchAdjustment,
    NotAMember,
    NotEnoughPoints,
)
from huitong.loyalty.routes.points import CustomerId, OperationId
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.errors import DomainError, Refused
from huitong.platform.http import Calling, Narrowing, RequestKey, Router, Running

router = Router(tag="points")

REFUSALS: Mapping[str, type[DomainError]] = {
    one.code: one
    for one in (
        ActorIsBeneficiary,
        AdjustedEnough,
        AdjustmentKeyTaken,
        AdjustmentOfNothing,
        AdjustmentTooLarge,
        CustomerNotFound,
        MemberAdjustedEnough,
        NotAMember,
        NotEnoughPoints,
    )
}
Note = Annotated[
    str,
    Field(
        min_length=1,
        max_length=ADJUSTMENT_REASON_LENGTH_MAX,
        description="What happened, in a sentence; the member may read it.",
    ),
]


class AdjustmentIn(BaseModel):
    """Points to give (above zero) or take (below zero), and why."""

    points: int = Field(ge=-ADJUSTMENT_LARGE_POINTS_MAX, le=ADJUSTMENT_LARGE_POINTS_MAX)
    reason: AdjustmentReason
    note: Note
    as_far_as_there: bool = Field(
        default=False, description="Take what can be spent, when that is less, and do not refuse."
    )


class AdjustedOut(BaseModel):
    """What was done: the points that were given or taken, and the operation to undo it by."""

    operation_id: OperationId
    customer_id: CustomerId
    points: int
    replayed: bool = Field(description="An earlier call under the key did it; this one did not.")


class ReversalIn(BaseModel):
    """Why an adjustment is undone."""

    note: Note


class AdjustingOut(BaseModel):
    """What the caller may move at once, and the reasons to choose from."""

    points_max: int
    reasons: list[AdjustmentReason]


@router.route(
    "GET", "/v1/points/adjusting", permission=Permission.POINTS_ADJUST, narrowing=Narrowing.ANYBODY
)
def adjusting(caller: Calling) -> AdjustingOut:
    """Tell what the caller may move at once, and for which reasons."""
    large = Permission.POINTS_ADJUST_LARGE in caller.permissions
    return AdjustingOut(
        points_max=ADJUSTMENT_LARGE_POINTS_MAX if large else ADJUSTMENT_POINTS_MAX,
        reasons=list(AdjustmentReason),
    )


@router.route(
    "POST",
    "/v1/customers/{customer_id}/points/adjustments",
    permission=Permission.POINTS_ADJUST,
    narrowing=Narrowing.CUSTOMER,
    errors=[*REFUSALS.values(), ProgrammeNotFound],
)
def adjust(
    platform: Running,
    caller: Calling,
    customer_id: Annotated[CustomerId, Path()],
    wanted: AdjustmentIn,
    key: RequestKey,
) -> AdjustedOut:
    """Give or take points by hand; given ones live as long as the programme in effect says.

    More than a limit, at once or in 24 hours, asks for `points.adjust_large` too. A repeat answers
    what the first call did.
    """
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        adjustment = Adjustment(
            key=caller.own_key(key),
            customer_id=customers.today_of(tx, customer_id=customer_id),
            points=wanted.points,
            reason=wanted.reason,
            note=wanted.note,
            actor=caller.actor(),
            may_large=Permission.POINTS_ADJUST_LARGE in caller.permissions,
            as_far_as_there=wanted.as_far_as_there,
        )
        (result,) = loyalty.adjust_points(tx, [adjustment], now=now)
    if isinstance(result, Refused):
        made: Callable[..., DomainError] = REFUSALS[result.code]
        raise made(**result.facts)
    return _out(result.value)


@router.route(
    "POST",
    "/v1/customers/{customer_id}/points/adjustments/{operation_id}/reversal",
    permission=Permission.POINTS_ADJUST,
    narrowing=Narrowing.CUSTOMER,
    errors=[
        ActorIsBeneficiary,
        CustomerNotFound,
        NoSuchAdjustment,
        AdjustmentReversed,
        AdjustmentUsed,
    ],
)
def reverse(
    platform: Running,
    caller: Calling,
    customer_id: Annotated[CustomerId, Path()],
    operation_id: Annotated[OperationId, Path()],
    wanted: ReversalIn,
    _key: RequestKey,
) -> AdjustedOut:
    """Undo an adjustment by hand by a counter operation, once; both stay in the history."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        done = loyalty.reverse_adjustment(
            tx,
            customer_id=customers.today_of(tx, customer_id=customer_id),
            operation_id=operation_id,
            actor=caller.actor(),
            note=wanted.note,
            now=now,
        )
    return _out(done)


def _out(done: Adjusted) -> AdjustedOut:
    return AdjustedOut(
        operation_id=done.operation_id,
        customer_id=done.customer_id,
        points=done.points,
        replayed=done.replayed,
    )
