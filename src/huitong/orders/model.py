"""What an order is to us once its channel has told it: snapshots, changes and refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple

from huitong.channels.model import OrderKind, OrderStatus
from huitong.customers.model import Classed, ClassSource
from huitong.platform.errors import DomainError, Kind
from huitong.platform.page import Note

ORDER_PREFIX = "ord"
REFUND_PREFIX = "ref"
# From which state on an order is a sale: it was paid, in full where there was a deposit, and was
# not closed since.
SOLD_STATUSES = frozenset(
    {OrderStatus.PAID, OrderStatus.PART_SHIPPED, OrderStatus.SHIPPED, OrderStatus.COMPLETED}
)
# Sales that no customer chose for themselves, and money that is spent later.
UNCHOSEN_KINDS = frozenset({OrderKind.EXCHANGE, OrderKind.GIFT, OrderKind.BULK, OrderKind.RECHARGE})


class LineSnapshot(NamedTuple):
    """One line as the rules see it; amounts in fen. A tuple, as a page has thousands.

    `returned_minor` is the part of `paid_minor` that came back: by quantity, or by amount where a
    refund had quantity 0 (decision 10). `platform_minor` is what others pay the merchant for it,
    `order_discount_minor` what discounts on the whole order took off it.
    """

    line_id: str
    sku: str
    quantity: int
    paid_minor: int
    returned_minor: int
    platform_minor: int
    order_discount_minor: int


class Snapshot(NamedTuple):
    """One order as the rules see it, with what of it came back; amounts in fen."""

    order_id: int
    brand_id: int
    channel_account_id: int
    order_no: str
    customer_id: int | None
    kind: OrderKind
    status: OrderStatus
    ordered_at: datetime
    paid_at: datetime | None
    completed_at: datetime | None
    points_paid_minor: int
    bonus_paid_minor: int
    disputed: bool
    lines: tuple[LineSnapshot, ...]
    # What kind of sale it is besides `kind`; known to those who asked for it (`classes_of`).
    classes: frozenset[Classed] = frozenset()


class Step(StrEnum):
    """What a record did to its order."""

    NEW = "new"
    CHANGED = "changed"
    REFUNDED = "refunded"
    WAITING = "waiting"
    FULFILLED = "fulfilled"


class Change(NamedTuple):
    """What a record did, and the order after it; no snapshot while the order is unknown."""

    step: Step
    snapshot: Snapshot | None


CHANGE: Note[Change] = Note("orders.change")


@dataclass(frozen=True, slots=True)
class OrderClass:
    """What kind of sale an order is, who says so, and what speaks for it (no personal values)."""

    order_id: int
    classed: Classed
    source: ClassSource
    actor: str
    classified_at: datetime
    evidence: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How many refunds or packages of an account wait for orders, and since when the oldest."""

    channel_account_id: int
    kind: str
    waiting_count: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingShown:
    """A refund or a package whose order has not come."""

    record_id: int
    channel_account_id: int
    kind: str
    external_id: str
    order_no: str
    recorded_at: datetime


@dataclass(eq=False)
class RefundBeyondSale(DomainError):
    """A refund gives back more pieces or more money than its line sold."""

    code: ClassVar[str] = "orders.refund_beyond_sale"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Refund {refund_no} would bring line {line_id} of order {order_no} to {quantity} of"
        " {quantity_sold} pieces and {amount_minor} of {paid_minor} fen given back."
    )
    refund_no: str
    order_no: str
    line_id: str
    quantity: int
    quantity_sold: int
    amount_minor: int
    paid_minor: int


@dataclass(eq=False)
class SaleBelowRefund(DomainError):
    """A newer version of an order sold less than has come back of it."""

    code: ClassVar[str] = "orders.sale_below_refund"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Line {line_id} of order {order_no} would be {quantity} pieces for {paid_minor} fen now;"
        " {refunded_quantity} pieces and {refunded_minor} fen of it have come back already."
    )
    order_no: str
    line_id: str
    quantity: int
    paid_minor: int
    refunded_quantity: int
    refunded_minor: int


@dataclass(eq=False)
class RefundOfAnotherOrder(DomainError):
    """A refund that is known already names another order now."""

    code: ClassVar[str] = "orders.refund_of_another_order"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Refund {refund_no} belongs to another order than {order_no}; send it under a number of its"
        " own."
    )
    refund_no: str
    order_no: str


@dataclass(eq=False)
class UnknownLine(DomainError):
    """A refund or a package names a line that its order does not have."""

    code: ClassVar[str] = "orders.unknown_line"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "Order {order_no} has no line {line_id}; {record_no} names it."
    order_no: str
    line_id: str
    record_no: str


@dataclass(eq=False)
class SoldInSeveralPlaces(DomainError):
    """A package names an order number that several channel accounts of the brand have used."""

    code: ClassVar[str] = "orders.sold_in_several_places"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Package {package_no} names order {order_no}, and {count} channel accounts of the brand"
        " have sold under that number: send the package by the account that sold it."
    )
    package_no: str
    order_no: str
    count: int


@dataclass(eq=False)
class OrderNotFound(DomainError):
    """No order of this id is visible in the scope."""

    code: ClassVar[str] = "orders.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is no order {order} here."
    order: str


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line as people see it; `refunded_*` is what has come back of it."""

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


@dataclass(frozen=True, slots=True)
class PaymentShown:
    """One means an order was paid with."""

    kind: str
    amount_minor: int
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefundShown:
    """One after-sale on an order."""

    id: int
    refund_no: str
    kind: str
    stage: str
    status: str
    refunded_at: datetime
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PackageShown:
    """One parcel of an order."""

    package_no: str
    carrier: str | None
    store: str | None
    shipped_at: datetime | None
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderTotals:
    """How many orders somebody has in any state, what they paid, and when the last one was."""

    orders: int
    paid_minor: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order as people see it: nothing in it names a person."""

    id: int
    brand_id: int
    channel_account_id: int
    order_no: str
    kind: OrderKind
    status: OrderStatus
    close_reason: str | None
    parent_no: str | None
    customer_id: int | None
    store: str | None
    ordered_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    completed_at: datetime | None
    list_minor: int
    discount_minor: int
    freight_minor: int
    paid_minor: int
    lines: tuple[LineShown, ...]
    payments: tuple[PaymentShown, ...]
    refunds: tuple[RefundShown, ...]
    packages: tuple[PackageShown, ...]


@dataclass(frozen=True, slots=True)
class Bought:
    """What a customer bought: how many orders, when last, what they spent without returns."""

    orders: int
    last_at: datetime
    spent_minor: int


@dataclass(frozen=True, slots=True)
class RefundOfCustomer:
    """An after-sale of a customer, with the order that it is on."""

    id: int
    refund_no: str
    kind: str
    status: str
    refunded_at: datetime
    amount_minor: int
    order_id: int
    order_no: str
    store: str | None


@dataclass(frozen=True, slots=True)
class AllocationShown:
    """A share of a discount that fell on a line of an order, with who bears it."""

    order_id: int
    line_id: str
    kind: str
    bearer: str
    amount_minor: int
