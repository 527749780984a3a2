"""Builders of programmes and orders for the rules: small, typed, in yuan where people say yuan."""

from datetime import UTC, datetime
from typing import TypeAlias

from huitong.channels.model import OrderKind, OrderStatus
from huitong.loyalty.model import Names, Programme
from huitong.orders.model import LineSnapshot, Snapshot

Document: TypeAlias = dict[str, object]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BRAND_ID = 7
NAMES = {"zh": "积分", "en": "Points"}
ONE_TIER = [{"code": "member", "names": {"zh": "会员", "en": "Member"}, "growth": 0}]


def rule(code: str = "base", **changes: object) -> Document:
    """Return an earning rule that gives 1 point for each yuan, changed as asked."""
    return {"code": code, "names": NAMES, "points": 1, "per_minor": 100, **changes}


def programme(*rules: Document, **changes: object) -> Programme:
    """Return a programme of these rules (1 point for each yuan when none is given)."""
    return Programme.model_validate(
        {
            "names": NAMES,
            "rules": list(rules) or [rule()],
            "tiers": ONE_TIER,
            "return_windows": [{"days": 0, "from_payment": True}],
            **changes,
        }
    )


def line(
    sku: str,
    paid_yuan: int,
    *,
    quantity: int = 1,
    returned_yuan: int = 0,
    order_discount_yuan: int = 0,
    platform_yuan: int = 0,
) -> LineSnapshot:
    """Return an order line that was paid with whole yuan."""
    return LineSnapshot(
        line_id=sku,
        sku=sku,
        quantity=quantity,
        paid_minor=paid_yuan * 100,
        returned_minor=returned_yuan * 100,
        platform_minor=platform_yuan * 100,
        order_discount_minor=order_discount_yuan * 100,
    )


def order(
    *lines: LineSnapshot,
    status: OrderStatus = OrderStatus.COMPLETED,
    points_yuan: int = 0,
    bonus_yuan: int = 0,
    ordered_at: datetime = NOON,
    completed_at: datetime | None = NOON,
    disputed: bool = False,
) -> Snapshot:
    """Return an order of customer 4096 with these lines."""
    return Snapshot(
        order_id=1 << 24,
        brand_id=BRAND_ID,
        channel_account_id=1,
        order_no="O1",
        customer_id=1 << 12,
        kind=OrderKind.NORMAL,
        status=status,
        ordered_at=ordered_at,
        paid_at=ordered_at,
        completed_at=completed_at,
        points_paid_minor=points_yuan * 100,
        bonus_paid_minor=bonus_yuan * 100,
        disputed=disputed,
        lines=lines,
    )


def names(text: str) -> Names:
    """Return the same word in both languages."""
    return Names(zh=text, en=text)
