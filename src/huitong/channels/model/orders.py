"""Orders as every connector tells them: who bought what, paid how, allotted to whom."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from huitong.channels.model.parties import Party
from huitong.channels.model.records import (
    LINES_MAX,
    Amount,
    Attributes,
    Instant,
    Key,
    Part,
    Quantity,
    Record,
    RecordKind,
    Text,
)


class OrderKind(StrEnum):
    """What kind of sale an order is (decision 9)."""

    NORMAL = "normal"
    PRESALE = "presale"
    EXCHANGE = "exchange"
    GIFT = "gift"
    BULK = "bulk"
    RECHARGE = "recharge"
    VIRTUAL = "virtual"


class OrderStatus(StrEnum):
    """How far an order or a line has come; `closed` keeps its reason beside it."""

    UNPAID = "unpaid"
    DEPOSIT_PAID = "deposit_paid"
    PAID = "paid"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CLOSED = "closed"


class PaymentKind(StrEnum):
    """What an order was paid with; stored value and points are tender, not discount."""

    DEPOSIT = "deposit"
    BALANCE = "balance"
    CASH = "cash"
    CARD = "card"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    STORED_PRINCIPAL = "stored_principal"
    STORED_BONUS = "stored_bonus"
    GIFT_CARD = "gift_card"
    POINTS = "points"
    OTHER = "other"


class Bearer(StrEnum):
    """Who bears the cost of a discount, a refund or a point."""

    BRAND = "brand"
    STORE = "store"
    PLATFORM = "platform"
    PARTNER = "partner"
    GUIDE = "guide"
    POINTS = "points"


class Origin(Part):
    """Where a sale came from (public or private domain, live session, author, shared link)."""

    touchpoint: Text | None = None
    live_session: Text | None = None
    author: Text | None = None
    content: Text | None = None
    share_guide: Text | None = None


class Payment(Part):
    """One tender of an order; a presale has a deposit and a balance."""

    kind: PaymentKind
    amount_minor: Amount
    paid_at: Instant | None = None
    reference: Text | None = None


class Allocation(Part):
    """A share of a discount that fell on a line, with who bears it."""

    kind: Text
    bearer: Bearer
    amount_minor: Amount


class Line(Part):
    """One line of an order, keyed by the platform's own line id."""

    line_id: Key
    sku: Key
    name: Text | None = None
    quantity: Quantity
    list_minor: Amount
    paid_minor: Amount
    status: OrderStatus | None = None
    signed_at: Instant | None = None
    completed_at: Instant | None = None
    store: Text | None = None
    serving_guide: Text | None = None
    source_guide: Text | None = None
    source_store: Text | None = None
    exchanged_line_id: Key | None = None
    allocations: Annotated[tuple[Allocation, ...], Field(max_length=50)] = ()
    attributes: Attributes = Field(default_factory=dict)


class Order(Record):
    """A sale as its channel tells it; unpaid and closed orders are kept with their reason."""

    kind_of_record: ClassVar[RecordKind] = RecordKind.ORDER

    order_no: Key
    kind: OrderKind = OrderKind.NORMAL
    parent_no: Key | None = None
    store: Text | None = None
    ordered_at: Instant
    paid_at: Instant | None = None
    shipped_at: Instant | None = None
    completed_at: Instant | None = None
    status: OrderStatus
    close_reason: Text | None = None
    parties: Annotated[tuple[Party, ...], Field(max_length=20)] = ()
    origin: Origin | None = None
    serving_guide: Text | None = None
    source_guide: Text | None = None
    source_store: Text | None = None
    list_minor: Amount
    discount_minor: Amount = 0
    freight_minor: Amount = 0
    paid_minor: Amount
    payments: Annotated[tuple[Payment, ...], Field(max_length=50)] = ()
    receiver_city: Text | None = None
    checkout_id: Key | None = None
    exchange_of_refund_no: Key | None = None
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=LINES_MAX)]
    attributes: Attributes = Field(default_factory=dict)

    def external_id(self) -> str:
        """Return the order number."""
        return self.order_no

    def line_count(self) -> int:
        """Return the number of order lines."""
        return len(self.lines)
