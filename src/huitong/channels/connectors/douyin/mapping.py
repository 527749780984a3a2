"""Douyin shop orders and after-sales as canonical records; amounts are fen, times are seconds."""

from huitong.channels.connectors.discounts import discount_of, explained, list_of
from huitong.channels.connectors.payload import Reader, Scopes
from huitong.channels.model import (
    Allocation,
    Bearer,
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
    "1": OrderStatus.UNPAID,
    "105": OrderStatus.PAID,
    "2": OrderStatus.PAID,
    "101": OrderStatus.PART_SHIPPED,
    "3": OrderStatus.SHIPPED,
    "4": OrderStatus.CLOSED,
    "5": OrderStatus.COMPLETED,
}
KIND = {"2": OrderKind.VIRTUAL}
# Codes of `pay_type` [G]; any other is a tender we do not tell apart.
TENDER = {
    "0": PaymentKind.CASH,
    "1": PaymentKind.WECHAT,
    "2": PaymentKind.ALIPAY,
    "4": PaymentKind.CARD,
    "9": PaymentKind.CARD,
}
# Who bears what of a line's discounts; the platform's whole cost includes the author's.
COSTS = (
    ("shop_cost_amount", Bearer.BRAND),
    ("only_platform_cost_amount", Bearer.PLATFORM),
    ("author_cost_amount", Bearer.PARTNER),
)
# Codes of `aftersale_type` [G] -> what it is and whether the goods had left.
AFTERSALE = {
    "0": (RefundKind.RETURN, RefundStage.AFTER_SHIPPING),
    "1": (RefundKind.MONEY_ONLY, RefundStage.AFTER_SHIPPING),
    "2": (RefundKind.MONEY_ONLY, RefundStage.BEFORE_SHIPPING),
    "3": (RefundKind.EXCHANGE, RefundStage.AFTER_SHIPPING),
    "6": (RefundKind.PRICE_PROTECT, RefundStage.AFTER_SHIPPING),
}
# Codes of `aftersale_status` [G].
AFTERSALE_STATUS = {
    "6": RefundStatus.OPEN,
    "7": RefundStatus.OPEN,
    "11": RefundStatus.OPEN,
    "12": RefundStatus.DONE,
    "27": RefundStatus.OPEN,
    "28": RefundStatus.REJECTED,
    "29": RefundStatus.OPEN,
}
ORDER_ATTRIBUTES = (
    "order_status", "order_type", "shop_id", "order_amount", "pay_amount", "post_amount",
    "pay_type", "promotion_amount", "promotion_shop_amount", "promotion_platform_amount",
    "promotion_talent_amount", "promotion_pay_amount", "shop_cost_amount", "platform_cost_amount",
    "only_platform_cost_amount", "author_cost_amount",
)  # fmt: skip
LINE_ATTRIBUTES = (
    "order_status", "product_id", "sku_id", "code", "origin_amount", "pay_amount", "author_id",
    "room_id", "video_id", "content_id", "theme_type",
)  # fmt: skip


def read_order(order: Reader, scopes: Scopes) -> tuple[Record, ...]:
    """Return a shop order, and a package for each of its deliveries."""
    paid_at = order.epoch_or_none("pay_time")
    is_paid = paid_at is not None
    skus = order.parts("sku_order_list")
    lines = tuple(_line(sku, is_paid=is_paid) for sku in skus)
    status = order.meaning("order_status", STATUS)
    paid_minor = order.whole("pay_amount") if is_paid else 0
    ended_at = order.epoch_or_none("finish_time")
    closed = status is OrderStatus.CLOSED
    record = Order(
        order_no=order.text("order_id"),
        kind=KIND.get(order.text_or_none("order_type") or "", OrderKind.NORMAL),
        ordered_at=order.epoch("create_time"),
        paid_at=paid_at,
        shipped_at=order.epoch_or_none("ship_time"),
        completed_at=ended_at if status is OrderStatus.COMPLETED else None,
        updated_at=order.epoch_or_none("update_time"),
        status=status,
        close_reason=order.text_or_none("cancel_reason") if closed else None,
        parties=_buyer(order, scopes),
        origin=_origin(skus),
        list_minor=list_of(lines),
        discount_minor=discount_of(lines),
        freight_minor=(order.whole_or_none("post_amount") or 0) if is_paid else 0,
        paid_minor=paid_minor,
        payments=_payments(order, paid_minor),
        receiver_city=_city(order),
        lines=lines,
        attributes=order.kept(*ORDER_ATTRIBUTES, *(("finish_time",) if closed else ())),
    )
    return (record, *_packages(order))


def _buyer(order: Reader, scopes: Scopes) -> tuple[Party, ...]:
    identifiers = (
        *order.identifier("doudian_open_id", IdentifierKind.DOUDIAN_OPEN_ID, scopes.shop),
        *order.identifier("open_id", IdentifierKind.OPENID, scopes.app),
    )
    return (Party(role=PartyRole.BUYER, identifiers=identifiers),) if identifiers else ()


def _origin(skus: tuple[Reader, ...]) -> Origin | None:
    """Return the live session and author when all lines have one; else only the lines tell."""
    found = {
        Origin(
            live_session=sku.number_or_none("room_id"),
            author=sku.number_or_none("author_id"),
            content=sku.number_or_none("video_id") or sku.number_or_none("content_id"),
        )
        for sku in skus
    }
    origin = found.pop() if len(found) == 1 else Origin()
    return None if origin == Origin() else origin


def _payments(order: Reader, paid_minor: int) -> tuple[Payment, ...]:
    if not paid_minor:
        return ()
    whole = Payment(
        kind=TENDER.get(order.text_or_none("pay_type") or "", PaymentKind.OTHER),
        amount_minor=paid_minor,
        paid_at=order.epoch_or_none("pay_time"),
        reference=order.text_or_none("channel_payment_no"),
    )
    return (whole,)


def _city(order: Reader) -> str | None:
    address = order.part_or_none("post_addr")
    city = address.part_or_none("city") if address else None
    return city.text_or_none("name") if city else None


def _line(sku: Reader, *, is_paid: bool) -> Line:
    quantity = sku.whole("item_num")
    paid_minor = sku.whole("pay_amount")
    unit = sku.whole_or_none("origin_amount")
    list_minor = paid_minor if unit is None else unit * quantity
    borne = [
        Allocation(kind=name.removesuffix("_amount"), bearer=bearer, amount_minor=amount)
        for name, bearer in COSTS
        if (amount := sku.whole_or_none(name))
    ]
    status = sku.meaning("order_status", STATUS) if sku.text_or_none("order_status") else None
    store = sku.part_or_none("store_info")
    return Line(
        line_id=sku.first_text("order_id", "sku_id"),
        sku=sku.first_text("out_sku_id", "code", "sku_id"),
        name=sku.text_or_none("product_name"),
        quantity=quantity,
        list_minor=list_minor,
        paid_minor=paid_minor if is_paid else 0,
        status=status,
        signed_at=sku.epoch_or_none("confirm_receipt_time"),
        completed_at=sku.epoch_or_none("finish_time") if status is OrderStatus.COMPLETED else None,
        store=store.text_or_none("store_id") if store else None,
        allocations=explained(sku, borne, list_minor=list_minor, paid_minor=paid_minor),
        attributes=sku.kept(*LINE_ATTRIBUTES),
    )


def _packages(order: Reader) -> tuple[Fulfilment, ...]:
    return tuple(
        Fulfilment(
            package_no=parcel.text("tracking_no"),
            order_no=order.text("order_id"),
            lines=tuple(
                PackedLine(
                    line_id=packed.text("sku_order_id"), quantity=packed.whole("product_count")
                )
                for packed in parcel.parts("product_info")
            ),
            carrier=parcel.text_or_none("company_name"),
            shipped_at=parcel.epoch_or_none("ship_time"),
            attributes=parcel.kept("company", "delivery_id"),
        )
        for parcel in order.parts("logistics_info")
    )


def read_aftersale(payload: Reader, _scopes: Scopes) -> tuple[Record, ...]:
    """Return an after-sale of one or more lines."""
    sale, order = payload.part("aftersale_info"), payload.part("order_info")
    kind, stage = sale.meaning("aftersale_type", AFTERSALE)
    status = sale.meaning("aftersale_status", AFTERSALE_STATUS)
    moved = "update_time" if status is RefundStatus.DONE else "apply_time"
    goods_back = kind is not RefundKind.PRICE_PROTECT and (
        kind is not RefundKind.MONEY_ONLY or stage is RefundStage.BEFORE_SHIPPING
    )
    lines = tuple(
        RefundLine(
            line_id=line.text("sku_order_id"),
            quantity=line.whole("aftersale_item_num") if goods_back else 0,
            amount_minor=line.whole("aftersale_pay_amount"),
        )
        for line in order.parts("related_order_info")
    )
    record = Refund(
        refund_no=sale.text("aftersale_id"),
        order_no=order.text("shop_order_id"),
        kind=kind,
        stage=stage,
        status=status,
        refunded_at=sale.epoch(moved),
        updated_at=sale.epoch_or_none("update_time"),
        amount_minor=sale.whole("refund_amount"),
        reason=sale.text_or_none("reason"),
        lines=lines,
        attributes=sale.kept("aftersale_type", "aftersale_status", "apply_time", "aftersale_num"),
    )
    return (record,)
