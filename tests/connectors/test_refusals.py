"""What a payload must not be: each refusal is a sentence with the place in it."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from huitong.channels.connectors.payload import UnreadablePayload
from huitong.channels.model import Order, OrderStatus, Record
from tests.connectors.reading import CONNECTORS, SCOPES, mapper_of, payload_of


def read(name: str, *, change: Mapping[str, object]) -> tuple[Record, ...]:
    """Read a fixture with some fields changed, by dotted path; `...` takes the field out."""
    fixture = CONNECTORS / f"{name.replace('/', '/fixtures/')}.json"
    payload: Any = copy.deepcopy(payload_of(fixture))
    for path, value in change.items():
        inner: Any = payload
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        for step in way:
            inner = inner[step]
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
    return mapper_of(fixture).records_of(payload, scopes=SCOPES)


UNKNOWN = [
    ("tmall/trade-two-coupons", "status"),
    ("tmall/trade-two-coupons", "orders.order.0.status"),
    ("tmall/trade-presale-tail-paid", "step_trade_status"),
    ("tmall/refund-money-only", "status"),
    ("jd/order-beans", "orderState"),
    ("jd/order-beans", "couponDetailList.1.couponType"),
    ("jd/service-return", "serviceStatus"),
    ("jd/service-return", "customerExpect"),
    ("youzan/trade-points", "full_order_info.order_info.status"),
    ("youzan/refund-return", "status"),
    ("youzan/refund-return", "demand"),
    ("douyin/order-live", "order_status"),
    ("douyin/aftersale-return", "aftersale_info.aftersale_type"),
    ("douyin/aftersale-return", "aftersale_info.aftersale_status"),
    ("pos/batch-sales", "orders.0.type"),
    ("pos/batch-sales", "orders.0.tenders.0.kind"),
    ("pos/batch-sales", "orders.0.member_ref.kind"),
    ("pos/batch-sales", "orders.0.lines.0.discounts.0.bearer"),
]
NEEDED = [
    ("tmall/trade-two-coupons", "created"),
    ("tmall/trade-two-coupons", "orders"),
    ("tmall/trade-two-coupons", "payment"),
    ("tmall/trade-two-coupons", "orders.order.1.oid"),
    ("tmall/trade-two-coupons", "orders.order.1.divide_order_fee"),
    ("tmall/refund-money-only", "tid"),
    ("jd/order-beans", "orderId"),
    ("jd/order-beans", "itemInfoList.0.jdPrice"),
    ("jd/service-return", "refundAmount"),
    ("youzan/trade-points", "full_order_info.pay_info"),
    ("youzan/trade-points", "full_order_info.orders.0.num"),
    ("youzan/refund-return", "refund_success_time"),
    ("douyin/order-live", "create_time"),
    ("douyin/order-live", "sku_order_list.0.item_num"),
    ("douyin/aftersale-return", "order_info.shop_order_id"),
    ("pos/batch-sales", "orders.0.sold_at"),
    ("pos/batch-sales", "orders.0.store_code"),
    ("pos/batch-return-first", "orders.1.ref_sale_no"),
    ("oms/packages-split-line", "packages.0.order_no"),
]


@pytest.mark.parametrize("name, path", UNKNOWN)
def test_an_unknown_word_is_refused_with_its_place(name: str, path: str) -> None:
    with pytest.raises(UnreadablePayload) as refusal:
        read(name, change={path: "NEVER_SEEN"})
    assert refusal.value.path == path
    assert "“NEVER_SEEN” is not known; known are " in str(refusal.value)
    assert str(refusal.value).startswith(f"The {refusal.value.platform} payload cannot be read at")


@pytest.mark.parametrize("name, path", NEEDED)
def test_a_missing_field_is_refused_with_its_place(name: str, path: str) -> None:
    with pytest.raises(UnreadablePayload) as refusal:
        read(name, change={path: ...})
    assert refusal.value.path == path
    assert refusal.value.problem == "the field is missing or empty"
    assert refusal.value.as_refused().code == "channels.unreadable_payload"


def test_an_amount_as_a_float_is_refused() -> None:
    with pytest.raises(UnreadablePayload, match="is not an amount in yuan"):
        read("tmall/trade-two-coupons", change={"orders.order.0.price": 150.0})


def test_an_object_where_a_list_belongs_is_refused() -> None:
    with pytest.raises(UnreadablePayload, match="a list of objects was expected"):
        read("douyin/order-live", change={"sku_order_list": {}})


def test_an_order_without_lines_is_refused_by_the_record() -> None:
    with pytest.raises(UnreadablePayload, match="the order made of it is not valid"):
        read("jd/order-cancelled-unpaid", change={"itemInfoList": []})


def test_promotions_beyond_what_the_lines_gave_are_refused() -> None:
    change = {"promotion_details.promotion_detail.1.discount_fee": "30.01"}
    with pytest.raises(UnreadablePayload, match="take off 1 fen more than its lines"):
        read("tmall/trade-two-coupons", change=change)


def test_a_promotion_of_a_stranger_is_refused() -> None:
    with pytest.raises(UnreadablePayload, match="neither the trade nor one of its lines"):
        read("tmall/trade-two-coupons", change={"promotion_details.promotion_detail.1.id": "1"})


def test_a_trade_without_promotion_details_keeps_its_discount_as_unexplained() -> None:
    order = read("tmall/trade-two-coupons", change={"promotion_details": ...})[0]
    assert isinstance(order, Order)
    first = [(one.kind, one.amount_minor) for one in order.lines[0].allocations]
    assert first == [("order:unexplained", 2841), ("unexplained", 1000)]
    assert order.discount_minor == 5800


def test_coupons_and_payment_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(UnreadablePayload, match="44491 fen were paid, the lines and the freight"):
        read("jd/order-beans", change={"orderPayment": "324.91"})


def test_two_lines_of_one_sku_are_refused() -> None:
    with pytest.raises(UnreadablePayload, match="cannot be told apart"):
        read("jd/order-beans", change={"itemInfoList.0.skuId": "70002"})


def test_a_discount_beyond_the_price_is_refused() -> None:
    with pytest.raises(UnreadablePayload, match="exceed its list price by 1 fen"):
        read("pos/batch-sales", change={"orders.0.lines.0.discounts.0.amount": "25.01"})


def test_a_batch_beyond_the_contract_is_refused() -> None:
    sale = payload_of(CONNECTORS / "pos/fixtures/batch-sales.json")["orders"]
    assert isinstance(sale, list)
    with pytest.raises(UnreadablePayload, match="101 sales, a batch holds 100"):
        read("pos/batch-sales", change={"orders": sale[:1] * 101})


@pytest.mark.parametrize(
    "code, status",
    [
        (1, OrderStatus.UNPAID),
        (105, OrderStatus.PAID),
        (2, OrderStatus.PAID),
        (101, OrderStatus.PART_SHIPPED),
        (3, OrderStatus.SHIPPED),
        (4, OrderStatus.CLOSED),
        (5, OrderStatus.COMPLETED),
    ],
)
def test_each_status_code_of_douyin_has_its_meaning(code: int, status: OrderStatus) -> None:
    order = read("douyin/order-live", change={"order_status": code})[0]
    assert isinstance(order, Order)
    assert order.status is status


def test_lines_of_two_authors_leave_the_order_without_an_origin() -> None:
    order = read("douyin/order-live", change={"sku_order_list.1.author_id": "880002"})[0]
    assert isinstance(order, Order)
    assert order.origin is None
    assert [line.attributes["author_id"] for line in order.lines] == ["880001", "880002"]


def test_a_receiver_with_a_plain_phone_stays_apart_from_the_buyer() -> None:
    order = read("youzan/trade-stored-value", change={})[0]
    assert isinstance(order, Order)
    values = {party.role.value: party.identifiers[-1].value for party in order.parties}
    assert values == {"buyer": "13800138021", "receiver": "13800138022"}


@pytest.mark.parametrize("paid_in_all", ["379.00", "50.00"])
def test_a_presale_is_paid_in_full_whatever_its_paid_fee_means(paid_in_all: str) -> None:
    order = read("tmall/trade-presale-tail-paid", change={"step_paid_fee": paid_in_all})[0]
    assert isinstance(order, Order)
    assert order.paid_minor == 37900
    assert sum(payment.amount_minor for payment in order.payments) == 37900
