"""HTTP in: a member's points, the lots they consist of, their history, and why each was given."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import customers, ledger, loyalty, orders
from huitong.customers.model import CUSTOMER_PREFIX, Customer, CustomerNotFound
from huitong.ledger.model import HistoryEntry, Lot
from huitong.loyalty.model import Asset, TierExplanation, Version
from huitong.loyalty.model.adjusting import ADJUSTMENT, ADJUSTMENT_REVERSED, AdjustmentReason
from huitong.loyalty.rules.shares import shares_of
from huitong.orders.model import ORDER_PREFIX
from huitong.platform import audit, clock
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import (
    Calling,
    IdText,
    Narrowing,
    Page,
    Paging,
    Router,
    Running,
    Seeing,
    cursor_of,
)
from huitong.platform.ids import show

router = Router(tag="points")

ORDER = "order"

CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]
LotId: TypeAlias = Annotated[int, IdText("lot")]
OperationId: TypeAlias = Annotated[int, IdText("op")]


class TierOut(BaseModel):
    """The member's tier, what it was reached with, and what reaches the next one."""

    code: str
    chinese: str
    english: str
    since: datetime
    growth: int
    reached_at_growth: int
    next_code: str | None
    growth_missing: int
    pending_growth: int


class PointsOut(BaseModel):
    """What a member has: `balance` counts what is pending or held, `spendable` does not."""

    customer_id: CustomerId
    balance: int
    spendable: int
    pending: int
    held: int
    debt: int = Field(description="What returns took back beyond the balance; paid first.")
    next_expiry_at: datetime | None = Field(
        description="From when on they are gone: the midnight after their last day."
    )
    next_expiry_points: int
    tier: TierOut | None = Field(description="Null for who is no member, or without a programme.")


class LotOut(BaseModel):
    """Points that were given together and live equally long."""

    id: LotId
    points: int
    remaining: int
    held: int
    clawed: int
    expired: int
    granted_at: datetime
    activates_at: datetime | None = Field(description="Null: not before the order is final.")
    expires_at: datetime | None = Field(
        description="From when on it is gone: the midnight after its last day. Null: never."
    )
    order_id: str | None


class LotsOut(BaseModel):
    """The lots that have something left, newest first."""

    items: list[LotOut]


class RuleGaveOut(BaseModel):
    """What one rule gave, and for which base; `capped_by` is the limit that held it down.

    The names are those of the version that gave it.
    """

    rule: str = Field(examples=["base_points"])
    chinese: str
    english: str
    base_minor: int
    amount: int
    capped_by: str | None = None


class WhyOut(BaseModel):
    """Which rules gave how much of what an order earned, and for which base."""

    programme_version: int
    granted: int
    clawed: int
    rules: list[RuleGaveOut]


class ByHandOut(BaseModel):
    """Who moved points by hand and for which reason; the sentence stands in `reason` beside it."""

    actor: str
    actor_name: str | None
    reason: AdjustmentReason
    is_reversal: bool
    reversed_by: OperationId | None = Field(description="The operation that undid it, if any did.")


class MovementOut(BaseModel):
    """One line of the statement."""

    operation_id: OperationId
    kind: str
    side: str
    points: int
    balance_after: int
    occurred_at: datetime
    recorded_at: datetime
    reason: str
    order_id: str | None
    order_no: str | None = Field(description="What the shop calls the order.")
    why: WhyOut | None = Field(description="What the whole order earned; null without an order.")
    by_hand: ByHandOut | None = Field(None, description="Null for what no hand did.")


@router.route(
    "GET",
    "/v1/customers/{customer_id}/points",
    permission=Permission.POINTS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def balance(
    platform: Running, caller: Calling, customer_id: Annotated[CustomerId, Path()]
) -> PointsOut:
    """Show a member's points and tier."""
    now = clock.now()
    with platform.database.reading(caller.scope()) as tx:
        customer = customers.find_today(tx, customer_id=customer_id)
        tier, found = loyalty.tier_and_points(
            tx,
            customer_id=customer.id,
            brand_id=customer.brand_id,
            member_since=customer.enrolled_at,
            now=now,
        )
    return PointsOut(
        customer_id=customer.id,
        balance=found.balance,
        spendable=found.spendable,
        pending=found.pending,
        held=found.held,
        debt=found.debt,
        next_expiry_at=found.next_expiry_at,
        next_expiry_points=found.next_expiry_amount,
        tier=None if tier is None else _tier(tier),
    )


@router.route(
    "GET",
    "/v1/customers/{customer_id}/points/lots",
    permission=Permission.POINTS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def lots(
    platform: Running, caller: Calling, seen: Seeing, customer_id: Annotated[CustomerId, Path()]
) -> LotsOut:
    """List the lots with something left, newest first; orders of other stores are not named."""
    with platform.database.reading(caller.scope()) as tx:
        customer = customers.find_today(tx, customer_id=customer_id)
        found = ledger.lots(tx, customer.id, asset=_points(customer))
        visible = platform.among("order", tx, _orders_of(found), seen)
    return LotsOut(items=[_lot(one, visible) for one in found])


@router.route(
    "GET",
    "/v1/customers/{customer_id}/points/history",
    permission=Permission.POINTS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def history(
    platform: Running,
    caller: Calling,
    seen: Seeing,
    customer_id: Annotated[CustomerId, Path()],
    paging: Paging,
) -> Page[MovementOut]:
    """List the statement, newest first, with why each order earned what it did.

    Of orders that the caller does not see the points alone are told.
    """
    place = paging.after(int)
    with platform.database.reading(caller.scope()) as tx:
        customer = customers.find_today(tx, customer_id=customer_id)
        page = ledger.history(
            tx,
            customer.id,
            asset=_points(customer),
            cursor=None if place is None else int(place[0]),
            limit=paging.limit,
        )
        visible = platform.among("order", tx, _orders_of(page.entries), seen)
        found = _orders(tx, customer, visible)
        by_hand = _by_hand(tx, customer, page.entries)
    return Page(
        items=[_movement(entry, found, by_hand) for entry in page.entries],
        next_cursor=None if page.next_cursor is None else cursor_of((page.next_cursor,)),
    )


def _points(customer: Customer) -> str:
    return Asset.POINTS.of_brand(customer.brand_id)


def _tier(why: TierExplanation) -> TierOut:
    return TierOut(
        code=why.tier,
        chinese=why.names.zh,
        english=why.names.en,
        since=why.since,
        growth=why.growth,
        reached_at_growth=why.reached_at_growth,
        next_code=why.next_tier,
        growth_missing=why.growth_missing,
        pending_growth=why.pending_growth,
    )


def _orders_of(came: Sequence[HistoryEntry] | Sequence[Lot]) -> set[int]:
    """Return the orders that points came of."""
    return {one.source_id for one in came if one.source_kind == ORDER and one.source_id is not None}


@dataclass(frozen=True, slots=True)
class _Orders:
    """What is told of orders that are seen: what they are called, and why they earned."""

    visible: Collection[int]
    numbers: Mapping[int, str]
    why: Mapping[int, WhyOut]


def _orders(tx: ReadTx, customer: Customer, visible: Collection[int]) -> _Orders:
    versions = {
        one.version: one for one in loyalty.versions_of(tx, brand_id=customer.brand_id)
    }  # fmt: skip
    return _Orders(
        visible=visible,
        numbers=orders.numbers_of(tx, visible),
        why={
            order_id: _why(one, versions)
            for order_id, reasons in loyalty.why_of(tx, sorted(visible)).items()
            for one in reasons
            if one["asset"] == Asset.POINTS
        },
    )


def _why(reason: Mapping[str, Any], versions: Mapping[int, Version]) -> WhyOut:
    """Return why an order earned, with what the version that gave it calls its rules."""
    version = versions[reason["programme_version"]]
    names = {rule.code: rule.names for rule in version.programme.rules}
    return WhyOut(
        programme_version=version.version,
        granted=reason["granted"],
        clawed=reason["clawed"],
        rules=[
            RuleGaveOut(
                rule=one.rule,
                chinese=names[one.rule].zh if one.rule in names else one.rule,
                english=names[one.rule].en if one.rule in names else one.rule,
                base_minor=one.base_minor,
                amount=one.amount,
                capped_by=one.capped_by,
            )
            for one in shares_of(reason["rules"])
        ],
    )


def _by_hand(
    tx: ReadTx, customer: Customer, entries: Sequence[HistoryEntry]
) -> Mapping[int, ByHandOut]:
    """Return who moved points by hand and why, by operation."""
    moved = [one for one in entries if one.operation_kind in {ADJUSTMENT, ADJUSTMENT_REVERSED}]
    if not moved:
        return {}
    names = audit.names_of(tx, [one.actor for one in moved])
    asked = [(customer.id, _points(customer))]
    undone = {
        one.id: one.reversed_by_id
        for one in ledger.done(tx, asked, operation_ids=[one.operation_id for one in moved])
    }
    return {
        one.operation_id: ByHandOut(
            actor=one.actor,
            actor_name=names.get(one.actor),
            reason=AdjustmentReason(one.source_kind.removeprefix(f"{ADJUSTMENT}:")),
            is_reversal=one.operation_kind == ADJUSTMENT_REVERSED,
            reversed_by=undone.get(one.operation_id),
        )
        for one in moved
    }


def _movement(entry: HistoryEntry, found: _Orders, by_hand: Mapping[int, ByHandOut]) -> MovementOut:
    order_id = _order_id(entry.source_kind, entry.source_id, found.visible)
    return MovementOut(
        operation_id=entry.operation_id,
        kind=entry.operation_kind,
        side=entry.side,
        points=entry.amount,
        balance_after=entry.balance_after,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        reason=entry.reason,
        order_id=order_id,
        order_no=found.numbers.get(entry.source_id or 0) if order_id else None,
        why=found.why.get(entry.source_id or 0) if order_id else None,
        by_hand=by_hand.get(entry.operation_id),
    )


def _lot(lot: Lot, visible: Collection[int]) -> LotOut:
    return LotOut(
        id=lot.id,
        points=lot.amount,
        remaining=lot.remaining,
        held=lot.held,
        clawed=lot.clawed,
        expired=lot.expired,
        granted_at=lot.granted_at,
        activates_at=lot.activates_at,
        expires_at=lot.expires_at,
        order_id=_order_id(lot.source_kind, lot.source_id, visible),
    )


def _order_id(source_kind: str, source_id: int | None, visible: Collection[int]) -> str | None:
    if source_kind != ORDER or source_id is None or source_id not in visible:
        return None
    return show(ORDER_PREFIX, source_id)
