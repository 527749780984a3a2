"""Youzan trades and refunds as canonical records; amounts are yuan texts, times are China's."""

from huitong.channels.connectors.discounts import ORDER_WIDE, discount_of, list_of
from huitong.channels.connectors.payload import Reader, Scopes
from huitong.channels.model import (
    Allocation,
    Bearer,
    IdentifierKind,
    Line,
    Order,
    OrderStatus,
    Origin,
    Party,
    PartyRole,
    Payment,
    PaymentKind,
    Record,
    Refund,
    RefundKind,
    RefundLine,
    RefundStatus,
)

STATUS = {
    "WAIT_BUYER_PAY": OrderStatus.UNPAID,
    "TRADE_PAID": OrderStatus.PAID,
    "WAIT_CONFIRM": OrderStatus.PAID,
    "WAIT_SELLER_SEND_GOODS": OrderStatus.PAID,
    "WAIT_BUYER_CONFIRM_GOODS": OrderStatus.SHIPPED,
    "TRADE_SUCCESS": OrderStatus.COMPLETED,
    "TRADE_CLOSED": OrderStatus.CLOSED,
}
# Words of `pay_type_str` [G]; any other is a tender we do not tell apart.
TENDER = {
    "WEIXIN": PaymentKind.WECHAT,
    "WEIXIN_DAIXIAO": PaymentKind.WECHAT,
    "ALIPAY": PaymentKind.ALIPAY,
    "BANKCARDPAY": PaymentKind.CARD,
    "CASHPAY": PaymentKind.CASH,
    "GIFTCARD": PaymentKind.GIFT_CARD,
    # Youzan does not split a card's payment into principal and bonus on the trade.
    "PREPAIDCARD": PaymentKind.STORED_PRINCIPAL,
}
REFUND_KIND = {
    "1": RefundKind.MONEY_ONLY,
    "2": RefundKind.RETURN,
    "3": RefundKind.EXCHANGE,
}
REFUND_STATUS = {
    "WAIT_SELLER_AGREE": RefundStatus.OPEN,
    "WAIT_BUYER_RETURN_GOODS": RefundStatus.OPEN,
    "WAIT_SELLER_CONFIRM_GOODS": RefundStatus.OPEN,
    # The buyer may still object, so the points stay frozen until the refund is closed.
    "SELLER_REFUSE_BUYER": RefundStatus.OPEN,
    "SELLER_REFUSE_BUYER_RETURN_GOODS": RefundStatus.OPEN,
    "CLOSED": RefundStatus.REJECTED,
    "SUCCESS": RefundStatus.DONE,
}
ORDER_ATTRIBUTES = ("status", "refund_state", "pay_type_str")
PAY_ATTRIBUTES = ("total_fee", "payment", "post_fee")
LINE_ATTRIBUTES = (
    "item_id", "sku_id", "outer_item_id", "price", "discount_price", "points_price", "total_fee",
    "payment", "is_present",
)  # fmt: skip


def read_trade(payload: Reader, scopes: Scopes) -> tuple[Record, ...]:
    """Return the order of a `full_order_info`, given in its wrapper or bare."""
    trade = payload.part_or_none("full_order_info") or payload
    info, pay = trade.part("order_info"), trade.part("pay_info")
    paid_at = info.local_time_or_none("pay_time")
    is_paid = paid_at is not None
    lines = tuple(_line(item, is_paid=is_paid) for item in trade.parts("orders"))
    status = info.meaning("status", STATUS)
    paid_minor = pay.fen_of_yuan("payment") if is_paid else 0
    record = Order(
        order_no=info.text("tid"),
        store=info.number_or_none("offline_id"),
        ordered_at=info.local_time("created"),
        paid_at=paid_at,
        shipped_at=info.local_time_or_none("consign_time"),
        completed_at=info.local_time_or_none("success_time"),
        updated_at=info.local_time_or_none("update_time"),
        status=status,
        close_reason=_close_reason(info) if status is OrderStatus.CLOSED else None,
        parties=_parties(trade, scopes),
        origin=_origin(trade),
        list_minor=list_of(lines),
        discount_minor=discount_of(lines),
        freight_minor=(pay.fen_of_yuan_or_none("post_fee") or 0) if is_paid else 0,
        paid_minor=paid_minor,
        payments=_payments(info, pay, paid_minor),
        receiver_city=_city(trade),
        lines=lines,
        attributes=_attributes(info, pay),
    )
    return (record,)


def _attributes(info: Reader, pay: Reader) -> dict[str, str]:
    extra = info.part_or_none("order_extra")
    cashier = extra.kept("cashier_id") if extra else {}
    return info.kept(*ORDER_ATTRIBUTES) | pay.kept(*PAY_ATTRIBUTES) | cashier


def _close_reason(info: Reader) -> str:
    number = info.text_or_none("close_type")
    return f"close_type {number}" if number else info.text("status")


def _parties(trade: Reader, scopes: Scopes) -> tuple[Party, ...]:
    """Return the buyer, and the receiver apart from the buyer when a plain phone is shown."""
    buyer, receiver = trade.part("buyer_info"), trade.part_or_none("address_info")
    bought_by = (
        *buyer.identifier("yz_open_id", IdentifierKind.YZ_OPEN_ID, scopes.shop),
        *buyer.plain_phone("buyer_phone"),
    )
    received_by = receiver.plain_phone("receiver_tel") if receiver else ()
    named = ((PartyRole.BUYER, bought_by), (PartyRole.RECEIVER, received_by))
    return tuple(
        Party(role=role, identifiers=identifiers) for role, identifiers in named if identifiers
    )


def _origin(trade: Reader) -> Origin | None:
    source_info = trade.part_or_none("source_info")
    source = source_info.part_or_none("source") if source_info else None
    entrance = source.text_or_none("wx_entrance") if source else None
    return Origin(touchpoint=entrance) if entrance else None


def _city(trade: Reader) -> str | None:
    address = trade.part_or_none("address_info")
    return address.text_or_none("delivery_city") if address else None


def _payments(info: Reader, pay: Reader, paid_minor: int) -> tuple[Payment, ...]:
    if not paid_minor:
        return ()
    numbers = pay.payload.get("outer_transactions")
    reference = numbers[0] if isinstance(numbers, list) and numbers else None
    whole = Payment(
        kind=TENDER.get(info.text_or_none("pay_type_str") or "", PaymentKind.OTHER),
        amount_minor=paid_minor,
        paid_at=info.local_time_or_none("pay_time"),
        reference=reference,
    )
    return (whole,)


def _line(item: Reader, *, is_paid: bool) -> Line:
    quantity = item.whole("num")
    list_minor = item.fen_of_yuan("price") * quantity
    paid_minor = item.fen_of_yuan("payment")
    after_own = item.fen_of_yuan_or_none("total_fee")
    if after_own is None:
        after_own = paid_minor
    return Line(
        line_id=item.text("oid"),
        sku=item.first_text("outer_sku_id", "outer_item_id", "sku_id", "item_id"),
        name=item.text_or_none("title"),
        quantity=quantity,
        list_minor=list_minor,
        paid_minor=paid_minor if is_paid else 0,
        allocations=_allocations(item, list_minor, after_own, paid_minor),
        attributes=item.kept(*LINE_ATTRIBUTES),
    )


def _allocations(
    item: Reader, list_minor: int, after_own: int, paid_minor: int
) -> tuple[Allocation, ...]:
    """Return what the item's own offer and the order's offers took off; the brand bears both."""
    if not list_minor >= after_own >= paid_minor:
        raise item.unreadable(
            at="payment", problem="price, total_fee and payment do not go down in turn"
        )
    taken = (("item", list_minor - after_own), (f"{ORDER_WIDE}youzan", after_own - paid_minor))
    return tuple(
        Allocation(kind=kind, bearer=Bearer.BRAND, amount_minor=amount)
        for kind, amount in taken
        if amount
    )


def read_refund(refund: Reader, _scopes: Scopes) -> tuple[Record, ...]:
    """Return a refund; `refund_fee` includes freight, which no line carries."""
    status = refund.meaning("status", REFUND_STATUS)
    moved = "refund_success_time" if status is RefundStatus.DONE else "created"
    amount = refund.fen_of_yuan("refund_fee")
    items = refund.parts("items")
    # Without items only the first line is named, and its pieces are not.
    lines = tuple(_refund_line(item) for item in items) or (
        RefundLine(line_id=refund.text("oid"), amount_minor=amount),
    )
    record = Refund(
        refund_no=refund.text("refund_id"),
        order_no=refund.text("tid"),
        kind=refund.meaning("demand", REFUND_KIND),
        status=status,
        refunded_at=refund.local_time(moved),
        updated_at=refund.local_time_or_none("modified"),
        amount_minor=amount,
        reason=refund.text_or_none("reason"),
        lines=lines,
        attributes=refund.kept(
            "status", "demand", "refund_type", "return_goods", "version", "created", "oid"
        ),
    )
    return (record,)


def _refund_line(item: Reader) -> RefundLine:
    return RefundLine(
        line_id=item.text("oid"),
        quantity=item.whole_or_none("num") or 0,
        amount_minor=item.fen_of_yuan("refund_fee"),
    )
