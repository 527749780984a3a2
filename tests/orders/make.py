"""Builders of orders and refunds as a till tells them, and pages of them."""

from collections.abc import Sequence
from datetime import datetime

from huitong.channels.model import (
    Identifier,
    IdentifierKind,
    Incoming,
    Line,
    Order,
    OrderStatus,
    Party,
    PartyRole,
    Record,
    Refund,
    RefundKind,
    RefundLine,
    RefundStatus,
)
from huitong.customers.model import CUSTOMER, CustomerStatus
from huitong.customers.model import Known as KnownCustomer
from huitong.identity.model import PARTIES, PERSON
from huitong.identity.model import Known as KnownPerson
from huitong.org.model import ChannelAccount
from huitong.platform.page import Page


def make_line(line_id: str, *, paid_minor: int, quantity: int = 1) -> Line:
    """Return a line sold at its list price."""
    return Line(
        line_id=line_id,
        sku=f"SKU-{line_id}",
        quantity=quantity,
        list_minor=paid_minor,
        paid_minor=paid_minor,
    )


def make_order(
    order_no: str,
    *lines: Line,
    at: datetime,
    card: str | None = None,
    status: OrderStatus = OrderStatus.COMPLETED,
    updated_at: datetime | None = None,
) -> Order:
    """Return an order that was paid and completed when it was made."""
    paid = sum(line.paid_minor for line in lines)
    buyer = Party(
        role=PartyRole.BUYER,
        identifiers=(Identifier(kind=IdentifierKind.POS_CARD, value=card or "?"),),
    )
    is_done = status is OrderStatus.COMPLETED
    return Order(
        order_no=order_no,
        ordered_at=at,
        paid_at=at,
        completed_at=at if is_done else None,
        status=status,
        parties=(buyer,) if card else (),
        list_minor=paid,
        paid_minor=paid,
        lines=lines,
        updated_at=updated_at,
    )


def make_refund(
    refund_no: str,
    order_no: str,
    *lines: RefundLine,
    at: datetime,
    status: RefundStatus = RefundStatus.DONE,
) -> Refund:
    """Return a refund of these lines."""
    return Refund(
        refund_no=refund_no,
        order_no=order_no,
        kind=RefundKind.RETURN,
        status=status,
        refunded_at=at,
        amount_minor=sum(line.amount_minor for line in lines),
        lines=lines,
    )


def back(line_id: str, *, quantity: int = 0, amount_minor: int = 0) -> RefundLine:
    """Return what of a line comes back."""
    return RefundLine(line_id=line_id, quantity=quantity, amount_minor=amount_minor)


def page_of(
    account: ChannelAccount, records: Sequence[Record], *, customer_id: int | None = None
) -> Page:
    """Return a page as the appliers before `orders` hand it on, all of one customer or of none."""
    page = Page([Incoming(account, record, place) for place, record in enumerate(records, 1)])
    person = KnownPerson(customer_id, customer_id) if customer_id else None
    customer = KnownCustomer(customer_id, CustomerStatus.MEMBER) if customer_id else None
    page.put(PERSON, [person] * len(records))
    page.put(CUSTOMER, [customer] * len(records))
    page.put(PARTIES, [()] * len(records))
    return page
