"""JD orders and after-sale services as canonical records; amounts are yuan texts."""

from huitong.channels.connectors.discounts import ORDER_WIDE, discount_of, list_of, shares
from huitong.channels.connectors.payload import Reader, Scopes
from huitong.channels.model import (
    Allocation,
    Bearer,
    Fulfilment,
    IdentifierKind,
    Line,
    Order,
    OrderStatus,
    PackedLine,
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
    "NOT_PAY": OrderStatus.UNPAID,
    "WAIT_SELLER_STOCK_OUT": OrderStatus.PAID,
    "WAIT_SELLER_DELIVERY": OrderStatus.PAID,
    "LOCKED": OrderStatus.PAID,
    "POP_ORDER_PAUSE": OrderStatus.PAID,
    "WAIT_GOODS_RECEIVE_CONFIRM": OrderStatus.SHIPPED,
    "FINISHED_L": OrderStatus.COMPLETED,
    "TRADE_CANCELED": OrderStatus.CLOSED,
}
# A gift card is what the buyer paid with; every other coupon took something off.
GIFT_CARD = "52-礼品卡优惠"
# Who bears a coupon by its type [G]: JD's own bonus, beans and coupons against the shop's.
COUPON_BEARER = {
    "20-套装优惠": Bearer.BRAND,
    "28-闪团优惠": Bearer.BRAND,
    "29-团购优惠": Bearer.BRAND,
    "30-单品促销优惠": Bearer.BRAND,
    "34-手机红包": Bearer.PLATFORM,
    "35-满返满送(返现)": Bearer.BRAND,
    "39-京豆优惠": Bearer.PLATFORM,
    "41-京东券优惠": Bearer.PLATFORM,
    "100-店铺优惠": Bearer.BRAND,
}
# What the buyer asks for: 10 return, 20 exchange; 30, a repair, is no refund and is refused.
SERVICE_KIND = {"10": RefundKind.RETURN, "20": RefundKind.EXCHANGE}
SERVICE_STATUS = {
    "10001": RefundStatus.OPEN,
    "10005": RefundStatus.OPEN,
    "10006": RefundStatus.OPEN,
    "10007": RefundStatus.OPEN,
    "10009": RefundStatus.REJECTED,
    "10010": RefundStatus.DONE,
}
ORDER_ATTRIBUTES = (
    "orderState", "orderType", "payType", "venderId", "orderTotalPrice", "orderSellerPrice",
    "orderPayment", "sellerDiscount", "freightPrice", "logisticsId",
)  # fmt: skip
# An allocation has no place for the coupon's whole amount: it is kept beside.
COUPON_ATTRIBUTES = ("couponType", "couponPrice")
LINE_ATTRIBUTES = ("skuId", "wareId", "jdPrice", "giftPoint")


def read_order(order: Reader, scopes: Scopes) -> tuple[Record, ...]:
    """Return an order, and its package once a waybill is known."""
    lines = _lines(order)
    status = order.meaning("orderState", STATUS)
    ended_at = order.local_time_or_none("orderEndTime")
    paid_at = order.local_time_or_none("paymentConfirmTime")
    payments = _payments(order) if paid_at else ()
    paid_minor = sum(payment.amount_minor for payment in payments)
    freight_minor = (order.fen_of_yuan_or_none("freightPrice") or 0) if paid_at else 0
    _check_sum(order, lines, freight_minor=freight_minor, paid_minor=paid_minor)
    attributes = order.kept(*ORDER_ATTRIBUTES)
    for coupon in order.parts("couponDetailList"):
        attributes |= coupon.kept_by_way(*COUPON_ATTRIBUTES)
    if status is OrderStatus.CLOSED:
        attributes |= order.kept("orderEndTime")
    record = Order(
        order_no=order.text("orderId"),
        parent_no=order.number_or_none("parentOrderId"),
        ordered_at=order.local_time("orderStartTime"),
        paid_at=paid_at,
        completed_at=ended_at if status is OrderStatus.COMPLETED else None,
        updated_at=order.local_time_or_none("modified"),
        status=status,
        close_reason=order.text("orderState") if status is OrderStatus.CLOSED else None,
        parties=_buyer(order, scopes),
        list_minor=list_of(lines),
        discount_minor=discount_of(lines),
        freight_minor=freight_minor,
        paid_minor=paid_minor,
        payments=payments,
        receiver_city=_city(order),
        lines=lines,
        attributes=attributes,
    )
    return (record, *_package(order, lines))


def _buyer(order: Reader, scopes: Scopes) -> tuple[Party, ...]:
    identifiers = (
        *order.identifier("xid_buyer", IdentifierKind.JD_XID, scopes.app),
        *order.identifier("open_id_buyer", IdentifierKind.OPENID, scopes.app),
    )
    return (Party(role=PartyRole.BUYER, identifiers=identifiers),) if identifiers else ()


def _city(order: Reader) -> str | None:
    receiver = order.part_or_none("consigneeInfo")
    return receiver.text_or_none("city") if receiver else None


def _payments(order: Reader) -> tuple[Payment, ...]:
    """Return what the buyer paid with: money, JD balance and gift cards."""
    paid_at = order.local_time("paymentConfirmTime")
    cards = sum(
        coupon.fen_of_yuan("couponPrice")
        for coupon in order.parts("couponDetailList")
        if coupon.text("couponType") == GIFT_CARD
    )
    tenders = (
        # JD tells that money was paid, not by which bank or wallet.
        (PaymentKind.OTHER, order.fen_of_yuan("orderPayment"), None),
        (PaymentKind.OTHER, order.fen_of_yuan_or_none("balanceUsed") or 0, "balanceUsed"),
        (PaymentKind.GIFT_CARD, cards, GIFT_CARD),
    )
    return tuple(
        Payment(kind=kind, amount_minor=amount, paid_at=paid_at, reference=reference)
        for kind, amount, reference in tenders
        if amount
    )


def _lines(order: Reader) -> tuple[Line, ...]:
    """Return the lines; JD numbers none, so the platform's SKU is the line."""
    items = order.parts("itemInfoList")
    keys = [item.text("skuId") for item in items]
    if len(set(keys)) != len(keys):
        raise order.unreadable(
            at="itemInfoList", problem="two lines have one skuId and cannot be told apart"
        )
    amounts = [item.fen_of_yuan("jdPrice") * item.whole("itemTotal") for item in items]
    taken = _taken_off(order, keys, amounts)
    is_paid = order.local_time_or_none("paymentConfirmTime") is not None
    return tuple(
        _line(item, amount, allocations, is_paid=is_paid)
        for item, amount, allocations in zip(items, amounts, taken, strict=True)
    )


def _line(item: Reader, list_minor: int, allocations: list[Allocation], *, is_paid: bool) -> Line:
    paid_minor = list_minor - sum(one.amount_minor for one in allocations)
    if paid_minor < 0:
        raise item.unreadable(
            at="jdPrice", problem=f"its discounts exceed its price by {-paid_minor} fen"
        )
    return Line(
        line_id=item.text("skuId"),
        sku=item.first_text("outerSkuId", "skuId"),
        name=item.text_or_none("skuName"),
        quantity=item.whole("itemTotal"),
        list_minor=list_minor,
        paid_minor=paid_minor if is_paid else 0,
        allocations=tuple(allocations),
        attributes=item.kept(*LINE_ATTRIBUTES),
    )


def _taken_off(order: Reader, keys: list[str], amounts: list[int]) -> list[list[Allocation]]:
    """Return each line's discounts: its own, and its share by list price of the whole order's."""
    taken: dict[str, list[Allocation]] = {key: [] for key in keys}
    for coupon in order.parts("couponDetailList"):
        if coupon.text("couponType") == GIFT_CARD:
            continue
        bearer = coupon.meaning("couponType", COUPON_BEARER)
        amount, kind = coupon.fen_of_yuan("couponPrice"), coupon.text("couponType")
        sku = coupon.text_or_none("skuId")
        if sku is not None and sku not in taken:
            raise coupon.unreadable(at="skuId", problem=f"“{sku}” is no line of the order")
        weights = amounts if sku is None else [int(key == sku) for key in keys]
        for key, part in zip(keys, shares(amount, weights), strict=True):
            if part:
                named = kind if sku else ORDER_WIDE + kind
                taken[key].append(Allocation(kind=named, bearer=bearer, amount_minor=part))
    return [taken[key] for key in keys]


def _check_sum(
    order: Reader, lines: tuple[Line, ...], *, freight_minor: int, paid_minor: int
) -> None:
    """Refuse an order whose coupons and payments do not add up: its lines' revenue is ours."""
    by_lines = sum(line.paid_minor for line in lines) + freight_minor
    if by_lines != paid_minor:
        problem = f"{paid_minor} fen were paid, the lines and the freight make {by_lines}"
        raise order.unreadable(at="orderPayment", problem=problem)


def _package(order: Reader, lines: tuple[Line, ...]) -> tuple[Fulfilment, ...]:
    waybill = order.text_or_none("waybill")
    if waybill is None:
        return ()
    packed = tuple(PackedLine(line_id=line.line_id, quantity=line.quantity) for line in lines)
    package = Fulfilment(
        package_no=waybill,
        order_no=order.text("orderId"),
        lines=packed,
        carrier=order.text_or_none("logisticsId"),
    )
    return (package,)


def read_service(service: Reader, _scopes: Scopes) -> tuple[Record, ...]:
    """Return an after-sale service, a return or an exchange of one line."""
    status = service.meaning("serviceStatus", SERVICE_STATUS)
    amount = service.fen_of_yuan("refundAmount")
    moved = "finishTime" if status is RefundStatus.DONE else "applyTime"
    record = Refund(
        refund_no=service.text("serviceId"),
        order_no=service.text("orderId"),
        kind=service.meaning("customerExpect", SERVICE_KIND),
        status=status,
        refunded_at=service.local_time(moved),
        updated_at=service.local_time_or_none("updateTime"),
        amount_minor=amount,
        reason=service.text_or_none("applyReason"),
        exchange_order_no=service.number_or_none("newOrderId"),
        lines=(
            RefundLine(
                line_id=service.text("skuId"),
                quantity=service.whole("wareNum"),
                amount_minor=amount,
            ),
        ),
        attributes=service.kept("serviceStatus", "customerExpect", "applyTime", "finishTime"),
    )
    return (record,)
