"""What the till of the world tells: goods, members, orders, and what came back of them."""

from datetime import datetime, timedelta

from tests.browser.worlds.names import NAMES, card_of, phone_of
from tests.browser.worlds.shop import GOODS, STAFF, STORES

CITIES = ("上海市", "杭州市", "苏州市", "成都市")
ORDERS_MAX = 6


def order_no_of(place: int, number: int) -> str:
    """Return the number of an order of the customer at a place of `NAMES`."""
    return f"YZ{place + 1:03}{number:03}"


def order_count_of(place: int) -> int:
    """Return how many orders the customer at a place of `NAMES` has."""
    return ORDERS_MAX if place == 0 else place % 5


def products() -> list[dict[str, object]]:
    """Return what the till says of the goods."""
    return [
        {"sku": sku, "spu": sku, "name": name, "list_price_minor": price}
        for sku, name, price in GOODS
    ]


def member(place: int, *, now: datetime) -> dict[str, object]:
    """Return what the till says of the customer at a place."""
    enrolled = _at(now, days=700 - 20 * place)
    return {
        "member_no": f"M{place + 1:04}",
        "name": NAMES[place],
        "gender": ("female", "male")[place % 2],
        "birthday_on": f"{1975 + place:04}-{place % 12 + 1:02}-{place % 28 + 1:02}",
        "city": CITIES[place % len(CITIES)],
        "card_no": card_of(place),
        "enrolled_at": enrolled,
        "store": STORES[place % len(STORES)][0],
        "identifiers": [{"kind": "phone", "value": phone_of(place), "verified": True}],
        "consents": [{"purpose": "marketing", "policy_version": "2025-1", "given_at": enrolled}],
    }


def orders(number: int, *, now: datetime) -> list[dict[str, object]]:
    """Return everybody's orders of a number: 0 is the latest one, each other 65 days before."""
    return [
        _order(place, number, days=10 + number * 65 + place, now=now)
        for place in range(len(NAMES))
        if number < order_count_of(place)
    ]


def refunds(*, now: datetime) -> list[dict[str, object]]:
    """Return two refunds: goods that came back, and money for a price that fell."""
    came_back = _order(2, 0, days=12, now=now)
    return [
        {
            "refund_no": "RF0001",
            "order_no": order_no_of(2, 0),
            "kind": "return",
            "refunded_at": _at(now, days=8),
            "amount_minor": came_back["paid_minor"],
            "reason": "尺码不合",
            "lines": [{"line_id": "1", "quantity": 1, "amount_minor": came_back["paid_minor"]}],
        },
        {
            "refund_no": "RF0002",
            "order_no": order_no_of(0, 0),
            "kind": "price_protect",
            "refunded_at": _at(now, days=5),
            "amount_minor": 5_000,
            "lines": [{"line_id": "1", "quantity": 0, "amount_minor": 5_000}],
        },
    ]


def _order(place: int, number: int, *, days: int, now: datetime) -> dict[str, object]:
    sku, name, price = GOODS[(place + number) % len(GOODS)]
    off = price // 10
    paid = price - off
    at = _at(now, days=days)
    return {
        "order_no": order_no_of(place, number),
        "store": STORES[place % len(STORES)][0],
        "ordered_at": at,
        "paid_at": at,
        "completed_at": at,
        "status": "completed",
        "serving_guide": STAFF[place % len(STAFF)][0],
        "parties": [
            {
                "role": "buyer",
                "identifiers": [{"kind": "phone", "value": phone_of(place), "verified": True}],
            }
        ],
        "list_minor": price,
        "discount_minor": off,
        "paid_minor": paid,
        "payments": [{"kind": "wechat", "amount_minor": paid, "paid_at": at}],
        "lines": [
            {
                "line_id": "1",
                "sku": sku,
                "name": name,
                "quantity": 1,
                "list_minor": price,
                "paid_minor": paid,
                "allocations": [
                    {"kind": "member_discount", "bearer": "brand", "amount_minor": off}
                ],
            }
        ],
    }


def _at(now: datetime, *, days: int) -> str:
    return (now - timedelta(days=days)).isoformat()
