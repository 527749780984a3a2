"""HTTP in: an order whole: lines with their discounts, payments, after-sales, what it earned."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, TypeAlias, cast

from fastapi import Path
from pydantic import BaseModel

from huitong import loyalty, orders, org
from huitong.entry.console.customers_answers import NamedOut
from huitong.loyalty.model import Asset, Version
from huitong.orders.model import ORDER_PREFIX, OrderNotFound
from huitong.orders.routes import OrderOut
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, IdText, Narrowing, Router, Running
from huitong.platform.ids import show

router = Router(tag="orders")

OrderId: TypeAlias = Annotated[int, IdText(ORDER_PREFIX)]


class AllocationOut(BaseModel):
    """A share of a discount that fell on a line, with who bears it."""

    line_id: str
    kind: str
    bearer: str
    amount_minor: int


class ShareOut(BaseModel):
    """What one rule gave, and for which base; `capped_by` is the limit that held it down."""

    rule: NamedOut
    base_minor: int
    amount: int
    capped_by: str | None


class EarnedOut(BaseModel):
    """What an order earned of points or growth, what was taken back, and why."""

    asset: Asset
    granted: int
    clawed: int
    activates_at: datetime | None
    programme_version: int
    shares: list[ShareOut]


class WholeOrderOut(BaseModel):
    """An order with everything that belongs to it; amounts in fen."""

    order: OrderOut
    store_name: str | None
    allocations: list[AllocationOut]
    earned: list[EarnedOut]


@router.route(
    "GET",
    "/v1/orders/{order_id}/whole",
    permission=Permission.ORDERS_READ,
    narrowing=Narrowing.ORDER,
    errors=[OrderNotFound],
)
def show_whole(
    platform: Running, caller: Calling, order_id: Annotated[OrderId, Path()]
) -> WholeOrderOut:
    """Show an order with its discounts, and with what it earned if the caller may see points."""
    with platform.database.reading(caller.scope()) as tx:
        found = orders.show(tx, [order_id])
        if not found:
            raise OrderNotFound(order=show(ORDER_PREFIX, order_id))
        (order,) = found
        allocations = orders.allocations_of(tx, [order_id])
        stores = {one.code: one.name for one in org.stores(tx)}
        earned = (
            _earned(tx, order_id, order.brand_id)
            if Permission.POINTS_READ in caller.permissions
            else []
        )
    return WholeOrderOut(
        order=OrderOut.model_validate(order),
        store_name=stores.get(order.store or ""),
        allocations=[
            AllocationOut(
                line_id=one.line_id,
                kind=one.kind,
                bearer=one.bearer,
                amount_minor=one.amount_minor,
            )
            for one in allocations
        ],
        earned=earned,
    )


def _earned(tx: ReadTx, order_id: int, brand_id: int) -> list[EarnedOut]:
    reasons = loyalty.why_of(tx, [order_id]).get(order_id, [])
    versions = {one.version: one for one in loyalty.versions_of(tx, brand_id=brand_id)}
    return [_asset(one, versions) for one in reasons]


def _asset(why: Mapping[str, object], versions: Mapping[int, Version]) -> EarnedOut:
    version = int(str(why["programme_version"]))
    names = {
        rule.code: NamedOut(code=rule.code, chinese=rule.names.zh, english=rule.names.en)
        for rule in versions[version].programme.rules
    }
    shares = cast("Sequence[Mapping[str, str | int]]", why["rules"])
    return EarnedOut(
        asset=Asset(str(why["asset"])),
        granted=int(str(why["granted"])),
        clawed=int(str(why["clawed"])),
        activates_at=cast("datetime | None", why["activates_at"]),
        programme_version=version,
        shares=[
            ShareOut(
                rule=names.get(str(one["rule"]))
                or NamedOut(
                    code=str(one["rule"]), chinese=str(one["rule"]), english=str(one["rule"])
                ),
                base_minor=int(one["base_minor"]),
                amount=int(one["amount"]),
                capped_by=str(one["capped_by"]) if "capped_by" in one else None,
            )
            for one in shares
        ],
    )
