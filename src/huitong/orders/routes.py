"""HTTP in: orders as their channels told them, with what came back and what was shipped."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeAlias

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from huitong import customers, orders, org
from huitong.channels.model import OrderKind, OrderStatus
from huitong.customers.model import CUSTOMER_PREFIX, CustomerNotFound
from huitong.orders.model import ORDER_PREFIX, REFUND_PREFIX, OrderNotFound, OrderShown
from huitong.org.model import ChannelAccountNotFound
from huitong.platform.auth import Permission
from huitong.platform.http import (
    Calling,
    IdText,
    Narrowing,
    Page,
    Paging,
    Place,
    Router,
    Running,
    Seeing,
    WrongCursor,
    page_of,
)
from huitong.platform.ids import show

router = Router(tag="orders")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

OrderId: TypeAlias = Annotated[int, IdText(ORDER_PREFIX)]
RefundId: TypeAlias = Annotated[int, IdText(REFUND_PREFIX)]
CustomerId: TypeAlias = Annotated[int, IdText(CUSTOMER_PREFIX)]
BrandId: TypeAlias = Annotated[int, IdText("bra")]
AccountId: TypeAlias = Annotated[int, IdText("acc")]


class _Shown(BaseModel):
    """Reads its fields off what the domain shows."""

    model_config = ConfigDict(from_attributes=True)


class LineOut(_Shown):
    """One line; `refunded_*` is what has come back of it."""

    line_id: str
    sku: str
    name: str | None
    quantity: int
    list_minor: int
    paid_minor: int
    refunded_quantity: int
    refunded_minor: int
    status: str | None
    store: str | None


class PaymentOut(_Shown):
    """One means the order was paid with."""

    kind: str
    amount_minor: int
    paid_at: datetime | None


class RefundOut(_Shown):
    """One after-sale on the order."""

    id: RefundId
    refund_no: str
    kind: str
    stage: str
    status: str
    refunded_at: datetime
    amount_minor: int


class PackageOut(_Shown):
    """One parcel of the order."""

    package_no: str
    carrier: str | None
    store: str | None
    shipped_at: datetime | None
    signed_at: datetime | None


class OrderOut(_Shown):
    """An order; amounts in fen."""

    id: OrderId
    brand_id: BrandId
    channel_account_id: AccountId
    order_no: str = Field(examples=["T20260301-0001"])
    kind: OrderKind
    status: OrderStatus
    close_reason: str | None
    parent_no: str | None
    customer_id: CustomerId | None = Field(description="Null when nobody knows who bought.")
    store: str | None
    store_name: str | None = Field(None, description="Told in lists of one customer's orders.")
    ordered_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    completed_at: datetime | None
    list_minor: int
    discount_minor: int
    freight_minor: int
    paid_minor: int = Field(examples=[12_800])
    lines: list[LineOut]
    payments: list[PaymentOut]
    refunds: list[RefundOut]
    packages: list[PackageOut]


class OrdersOut(BaseModel):
    """The order that was found, or none."""

    items: list[OrderOut]


@router.route(
    "GET",
    "/v1/orders/{order_id}",
    permission=Permission.ORDERS_READ,
    narrowing=Narrowing.ORDER,
    errors=[OrderNotFound],
)
def show_one(platform: Running, caller: Calling, order_id: Annotated[OrderId, Path()]) -> OrderOut:
    """Show an order with its lines, payments, refunds and parcels."""
    with platform.database.reading(caller.scope()) as tx:
        found = orders.show(tx, [order_id])
    if not found:
        raise OrderNotFound(order=show(ORDER_PREFIX, order_id))
    return _out(found[0])


@router.route(
    "GET",
    "/v1/orders",
    permission=Permission.ORDERS_READ,
    narrowing=Narrowing.NARROWED,
    errors=[ChannelAccountNotFound],
)
def find(
    platform: Running,
    caller: Calling,
    seen: Seeing,
    account: Annotated[
        str,
        Query(
            pattern=r"^[^:]+:.+$",
            description="The channel account as platform and code.",
            examples=["pos:main"],
        ),
    ],
    order_no: Annotated[str, Query(min_length=1, max_length=100)],
) -> OrdersOut:
    """Find an order by the number that its channel account gave it."""
    channel, _, code = account.partition(":")
    with platform.database.reading(caller.scope()) as tx:
        of_account = org.channel_account(tx, platform=channel, code=code)
        known = orders.find_by_numbers(tx, [(of_account.id, order_no)])
        visible = platform.among("order", tx, list(known.values()), seen)
        found = orders.show(tx, list(visible))
    return OrdersOut(items=[_out(one) for one in found])


@router.route(
    "GET",
    "/v1/customers/{customer_id}/orders",
    permission=Permission.ORDERS_READ,
    narrowing=Narrowing.CUSTOMER,
    errors=[CustomerNotFound],
)
def list_of_customer(
    platform: Running,
    caller: Calling,
    seen: Seeing,
    customer_id: Annotated[CustomerId, Path()],
    paging: Paging,
) -> Page[OrderOut]:
    """List a customer's orders, the latest first; of who sees some stores only, those sold there.

    A guide sees those they sold.
    """
    with platform.database.reading(caller.scope()) as tx:
        today = customers.today_of(tx, customer_id=customer_id)
        found = orders.orders_of_customer(
            tx, today, before=_before(paging.after(int, int)), limit=paging.limit + 1, seen=seen
        )
        names = {one.code: one.name for one in org.stores(tx)}
    return page_of(
        found,
        limit=paging.limit,
        show=lambda one: _out(one).model_copy(update={"store_name": names.get(one.store or "")}),
        place=_place,
    )


def _place(order: OrderShown) -> tuple[int, int]:
    return (order.ordered_at - EPOCH) // MICROSECOND, order.id


def _before(place: Place | None) -> tuple[datetime, int] | None:
    """Return the time and id that a page begins before.

    :raises WrongCursor: when the cursor holds no possible time.
    """
    if place is None:
        return None
    try:
        return EPOCH + int(place[0]) * MICROSECOND, int(place[1])
    except OverflowError:
        raise WrongCursor from None


def _out(order: OrderShown) -> OrderOut:
    return OrderOut.model_validate(order)
