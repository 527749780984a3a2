"""Refunds as every connector tells them, of money, goods or both."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from huitong.channels.model.orders import Bearer, Payment
from huitong.channels.model.records import (
    LINES_MAX,
    Amount,
    Attributes,
    Instant,
    Key,
    LongText,
    Part,
    Quantity,
    Record,
    RecordKind,
    Text,
)


class RefundKind(StrEnum):
    """What kind of after-sale a refund is (decision 10)."""

    MONEY_ONLY = "money_only"
    RETURN = "return"
    EXCHANGE = "exchange"
    PRICE_PROTECT = "price_protect"
    FREIGHT = "freight"
    COMPENSATION = "compensation"


class RefundStage(StrEnum):
    """Whether the goods had left when the refund was asked for."""

    BEFORE_SHIPPING = "before_shipping"
    AFTER_SHIPPING = "after_shipping"


class RefundStatus(StrEnum):
    """How far a refund has come; while it is `open` the order's points are frozen."""

    OPEN = "open"
    DONE = "done"
    REJECTED = "rejected"


class RefundLine(Part):
    """What of one order line came back; quantity 0 is a refund of money alone."""

    line_id: Key
    quantity: Quantity = 0
    amount_minor: Amount


class Refund(Record):
    """An after-sale on an order, before or after shipping."""

    kind_of_record: ClassVar[RecordKind] = RecordKind.REFUND

    refund_no: Key
    order_no: Key
    kind: RefundKind
    stage: RefundStage = RefundStage.AFTER_SHIPPING
    status: RefundStatus = RefundStatus.DONE
    refunded_at: Instant
    amount_minor: Amount
    reason: LongText | None = None
    return_store: Text | None = None
    payer: Bearer = Bearer.BRAND
    exchange_order_no: Key | None = None
    payments: Annotated[tuple[Payment, ...], Field(max_length=50)] = ()
    lines: Annotated[tuple[RefundLine, ...], Field(min_length=1, max_length=LINES_MAX)]
    attributes: Attributes = Field(default_factory=dict)

    def external_id(self) -> str:
        """Return the refund number."""
        return self.refund_no

    def line_count(self) -> int:
        """Return the number of refunded lines."""
        return len(self.lines)
