"""Tmall trades and refunds as canonical records; amounts are yuan texts, times are China's."""

from datetime import datetime

from huitong.channels.connectors.discounts import discount_of, explained, list_of, shares
from huitong.channels.connectors.payload import Reader, Scopes
from huitong.channels.connectors.tmall.promotions import promotions_by_line, promotions_of
from huitong.channels.model import (
    Allocation,
    Fulfilment,
    IdentifierKind,
    Line,
    Order,
    OrderKind,
    OrderStatus,
    Origin,
    PackedLine,
    Party,
    PartyRole,
    Payment,
    PaymentKind,
    Record,
    Refund,
    RefundKind,
    RefundLine,
    RefundStage,
    RefundStatus,
)

STATUS = {
    "WAIT_BUYER_PAY": OrderStatus.UNPAID,
    "WAIT_SELLER_SEND_GOODS": OrderStatus.PAID,
    "SELLER_CONSIGNED_PART": OrderStatus.PART_SHIPPED,
    "WAIT_BUYER_CONFIRM_GOODS": OrderStatus.SHIPPED,
    "TRADE_FINISHED": OrderStatus.COMPLETED,
    "TRADE_CLOSED": OrderStatus.CLOSED,
    "TRADE_CLOSED_BY_TAOBAO": OrderStatus.CLOSED,
}
PRESALE = "step"
KIND = {PRESALE: OrderKind.PRESALE, "eticket": OrderKind.VIRTUAL}
DEPOSIT_ONLY = "FRONT_PAID_FINAL_NOPAID"
# The status of a presale's steps -> whether the tail has been paid.
STEPS = {"FRONT_NOPAID_FINAL_NOPAID": False, DEPOSIT_ONLY: False, "FRONT_PAID_FINAL_PAID": True}
REFUND_STATUS = {
    "WAIT_SELLER_AGREE": RefundStatus.OPEN,
    "WAIT_BUYER_RETURN_GOODS": RefundStatus.OPEN,
    "WAIT_SELLER_CONFIRM_GOODS": RefundStatus.OPEN,
    # The buyer may still object, so the points stay frozen until the refund is closed.
    "SELLER_REFUSE_BUYER": RefundStatus.OPEN,
    "CLOSED": RefundStatus.REJECTED,
    "SUCCESS": RefundStatus.DONE,
}
TRADE_ATTRIBUTES = (
    "type", "status", "step_trade_status", "step_paid_fee", "payment", "received_payment",
    "point_fee", "total_fee", "discount_fee", "post_fee", "omnichannel_param",
)  # fmt: skip
LINE_ATTRIBUTES = (
    "status", "num_iid", "sku_id", "outer_iid", "price", "total_fee", "payment",
    "divide_order_fee", "part_mjz_discount", "refund_status", "refund_id",
)  # fmt: skip
# An allocation has no place for the promotion's own id and whole amount: they are kept beside.
PROMOTION_ATTRIBUTES = ("promotion_id", "promotion_name", "discount_fee")
REFUND_ATTRIBUTES = (
    "status", "refund_phase", "order_status", "good_status", "has_good_return", "num", "payment",
    "total_fee", "created", "modified",
)  # fmt: skip


def read_trade(trade: Reader, scopes: Scopes) -> tuple[Record, ...]:
    """Return a trade's order, and a package for each waybill its lines name."""
    sub_orders = trade.part("orders").parts("order")
    lines = _lines(trade, sub_orders)
    status = trade.meaning("status", STATUS)
    if status is OrderStatus.UNPAID and trade.text_or_none("step_trade_status") == DEPOSIT_ONLY:
        status = OrderStatus.DEPOSIT_PAID
    ended_at = trade.local_time_or_none("end_time")
    attributes = trade.kept(*TRADE_ATTRIBUTES)
    for promotion in promotions_of(trade):
        attributes |= promotion.kept_by_way(*PROMOTION_ATTRIBUTES)
    if status is OrderStatus.CLOSED:
        attributes |= trade.kept("end_time")
    order = Order(
        order_no=trade.first_text("tid", "tid_str"),
        kind=KIND.get(trade.text_or_none("type") or "", OrderKind.NORMAL),
        ordered_at=trade.local_time("created"),
        paid_at=_paid_at(trade),
        shipped_at=trade.local_time_or_none("consign_time"),
        completed_at=ended_at if status is OrderStatus.COMPLETED else None,
        updated_at=trade.local_time_or_none("modified"),
        status=status,
        close_reason=trade.text("status") if status is OrderStatus.CLOSED else None,
        parties=_buyer(trade, scopes),
        origin=_origin(trade),
        source_guide=trade.text_or_none("o2o_guide_id"),
        source_store=trade.text_or_none("o2o_shop_id"),
        list_minor=list_of(lines),
        discount_minor=discount_of(lines),
        freight_minor=(trade.fen_of_yuan_or_none("post_fee") or 0) if _paid_at(trade) else 0,
        paid_minor=_paid_minor(trade),
        payments=_payments(trade),
        receiver_city=trade.text_or_none("receiver_city"),
        lines=lines,
        attributes=attributes,
    )
    return (order, *_packages(order.order_no, sub_orders))


def _paid_at(trade: Reader) -> datetime | None:
    """Return when the sale was paid; a presale is not paid by its deposit."""
    paid_at = trade.local_time_or_none("pay_time")
    if trade.text_or_none("type") != PRESALE:
        return paid_at
    return paid_at if trade.meaning("step_trade_status", STEPS) else None


def _deposit_minor(trade: Reader) -> int:
    if trade.text_or_none("type") != PRESALE:
        return 0
    return trade.fen_of_yuan_or_none("step_paid_fee") or 0


def _paid_minor(trade: Reader) -> int:
    """Return what the buyer has really paid by now; an unpaid `payment` is only what is due."""
    due = trade.fen_of_yuan("payment")
    return due if _paid_at(trade) else _deposit_minor(trade)


def _payments(trade: Reader) -> tuple[Payment, ...]:
    paid_at, deposit, paid = _paid_at(trade), _deposit_minor(trade), _paid_minor(trade)
    reference = trade.text_or_none("alipay_no")
    if trade.text_or_none("type") != PRESALE:
        whole = Payment(
            kind=PaymentKind.ALIPAY, amount_minor=paid, paid_at=paid_at, reference=reference
        )
        return (whole,) if paid_at else ()
    first = Payment(kind=PaymentKind.DEPOSIT, amount_minor=deposit)
    tail = Payment(
        kind=PaymentKind.BALANCE,
        amount_minor=paid - deposit,
        paid_at=paid_at,
        reference=reference,
    )
    return tuple(one for one in (first, tail) if one.amount_minor)


def _buyer(trade: Reader, scopes: Scopes) -> tuple[Party, ...]:
    identifiers = (
        *trade.identifier("ouid", IdentifierKind.OUID, scopes.shop),
        *trade.identifier("omid", IdentifierKind.OMID, scopes.brand),
        *trade.identifier("buyer_open_uid", IdentifierKind.BUYER_OPEN_UID, scopes.app),
    )
    return (Party(role=PartyRole.BUYER, identifiers=identifiers),) if identifiers else ()


def _origin(trade: Reader) -> Origin | None:
    share_guide = trade.text_or_none("nr_shop_guide_id")
    return Origin(share_guide=share_guide) if share_guide else None


def _lines(trade: Reader, sub_orders: tuple[Reader, ...]) -> tuple[Line, ...]:
    amounts = [_list_minor(one) for one in sub_orders]
    paid = _paid_by_line(trade, sub_orders, amounts)
    promotions = promotions_by_line(trade, sub_orders)
    is_paid = _paid_at(trade) is not None
    lines = []
    for one, list_minor, paid_minor, named in zip(
        sub_orders, amounts, paid, promotions, strict=True
    ):
        allocations = (
            explained(one, named, list_minor=list_minor, paid_minor=paid_minor)
            if is_paid
            else tuple(named)
        )
        lines.append(_line(one, list_minor, paid_minor, allocations))
    return tuple(lines)


def _line(
    one: Reader, list_minor: int, paid_minor: int, allocations: tuple[Allocation, ...]
) -> Line:
    status = one.meaning("status", STATUS)
    ended_at = one.local_time_or_none("end_time")
    attributes = one.kept(*LINE_ATTRIBUTES)
    if status is OrderStatus.CLOSED:
        attributes |= one.kept("end_time")
    return Line(
        line_id=one.text("oid"),
        sku=one.first_text("outer_sku_id", "outer_iid", "sku_id", "num_iid"),
        name=one.text_or_none("title"),
        quantity=one.whole("num"),
        list_minor=list_minor,
        paid_minor=paid_minor,
        status=status,
        completed_at=ended_at if status is OrderStatus.COMPLETED else None,
        allocations=allocations,
        attributes=attributes,
    )


def _list_minor(one: Reader) -> int:
    return one.fen_of_yuan("price") * one.whole("num")


def _paid_by_line(trade: Reader, sub_orders: tuple[Reader, ...], amounts: list[int]) -> list[int]:
    """Return each line's revenue: its divided fee once paid, its share of the deposit before."""
    if _paid_at(trade):
        return [one.fen_of_yuan("divide_order_fee") for one in sub_orders]
    return shares(_deposit_minor(trade), amounts)


def _packages(order_no: str, sub_orders: tuple[Reader, ...]) -> tuple[Fulfilment, ...]:
    """Return one package a waybill; Tmall names one waybill a line, so a split line is not seen."""
    by_waybill: dict[str, list[Reader]] = {}
    for one in sub_orders:
        waybill = one.text_or_none("invoice_no")
        if waybill is not None:
            by_waybill.setdefault(waybill, []).append(one)
    return tuple(
        Fulfilment(
            package_no=waybill,
            order_no=order_no,
            lines=tuple(
                PackedLine(line_id=one.text("oid"), quantity=one.whole("num")) for one in packed
            ),
            store=packed[0].text_or_none("store_code"),
            carrier=packed[0].text_or_none("logistics_company"),
            shipped_at=packed[0].local_time_or_none("consign_time"),
        )
        for waybill, packed in by_waybill.items()
    )


def read_refund(refund: Reader, _scopes: Scopes) -> tuple[Record, ...]:
    """Return a refund of one line; Tmall opens one refund a line."""
    status = refund.meaning("status", REFUND_STATUS)
    stage = _stage(refund)
    amount = refund.fen_of_yuan("refund_fee")
    returned = refund.flag("has_good_return")
    called_off = stage is RefundStage.BEFORE_SHIPPING and refund.fen_of_yuan("payment") == 0
    # Tmall names no instant of the refund itself: the last change of a finished one is it.
    moved = "modified" if status is RefundStatus.DONE else "created"
    record = Refund(
        refund_no=refund.text("refund_id"),
        order_no=refund.text("tid"),
        kind=RefundKind.RETURN if returned else RefundKind.MONEY_ONLY,
        stage=stage,
        status=status,
        refunded_at=refund.local_time(moved),
        updated_at=refund.local_time_or_none("modified"),
        amount_minor=amount,
        reason=refund.text_or_none("reason"),
        lines=(
            RefundLine(
                line_id=refund.text("oid"),
                quantity=refund.whole("num") if returned or called_off else 0,
                amount_minor=amount,
            ),
        ),
        attributes=refund.kept(*REFUND_ATTRIBUTES),
    )
    return (record,)


def _stage(refund: Reader) -> RefundStage:
    """Return whether the goods had left; a trade closed by the refund tells by its goods [G]."""
    order_status = refund.text_or_none("order_status")
    never_left = order_status == "TRADE_CLOSED" and (
        refund.text_or_none("good_status") == "BUYER_NOT_RECEIVED"
        and not refund.flag("has_good_return")
    )
    if order_status == "WAIT_SELLER_SEND_GOODS" or never_left:
        return RefundStage.BEFORE_SHIPPING
    return RefundStage.AFTER_SHIPPING
