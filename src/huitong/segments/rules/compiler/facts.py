"""Which facts and fields tags may speak of, where the lake has them, and in which form they come.

While tags are computed, a fact is a narrow row: whose it is, on which day of the brand's zone, and
the fields that are asked for. Values come as numbers: their number in the list of the field's
words, 0 where nothing is known. Aliases: `o` orders, `l` lines, `p` payments, `k` the SKU's fields
as numbers, `c` customers, `a` channel accounts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class FieldKind(StrEnum):
    """What a field holds: a whole number, NULL where unknown, or a word by its number."""

    NUMBER = "number"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class TagField:
    """A field: its SQL over the lake, and which columns of the lake it comes from.

    `per_item` fields are worked out once per SKU. `listed` says in which tables and columns the
    words of a field stand.
    """

    kind: FieldKind
    sql: str
    lineage: tuple[str, ...]
    per_item: bool = False
    listed: tuple[tuple[str, str], ...] = ()


NUMBER, WORD = FieldKind.NUMBER, FieldKind.WORD


def _of_item(column: str, sql: str | None = None) -> TagField:
    expression = sql or f"s.{column}"
    return TagField(
        WORD,
        expression,
        (f"skus.{column}",),
        per_item=True,
        listed=(("skus AS s", expression),),
    )


# Parts of the day by the hour they begin with.
DAY_PARTS: Final[Mapping[str, int]] = {
    "night": 0,
    "morning": 6,
    "noon": 11,
    "afternoon": 14,
    "evening": 18,
}
# The hour is that of the brand's zone: `moment` is the local time of the order.
WHEN: Final[Mapping[str, TagField]] = {
    "day": TagField(NUMBER, "o.day", ("orders.ordered_at",)),
    "instant": TagField(NUMBER, "o.instant", ("orders.ordered_at",)),
    "hour": TagField(NUMBER, "hour(o.moment)", ("orders.ordered_at",)),
    "weekday": TagField(NUMBER, "isodow(o.moment)", ("orders.ordered_at",)),
    "month": TagField(NUMBER, "month(o.moment)", ("orders.ordered_at",)),
    "festival": TagField(WORD, "o.day", ("orders.ordered_at",)),
    "day_part": TagField(WORD, "hour(o.moment)", ("orders.ordered_at",)),
}
OF_ORDER: Final[Mapping[str, TagField]] = {
    **WHEN,
    "channel": TagField(
        WORD,
        "a.platform",
        ("orders.channel_account_id", "accounts.platform"),
        listed=(("accounts", "platform"),),
    ),
    "city": TagField(
        WORD,
        "o.receiver_city",
        ("orders.receiver_city",),
        listed=(("orders", "receiver_city"),),
    ),
    "order_kind": TagField(WORD, "o.kind", ("orders.kind",), listed=(("orders", "kind"),)),
    "order": TagField(NUMBER, "o.id", ("orders.id",)),
}
ORDER_STORE: Final = TagField(WORD, "o.store", ("orders.store",), listed=(("orders", "store"),))
FIELDS: Final[Mapping[str, Mapping[str, TagField]]] = {
    "orders": {
        **OF_ORDER,
        "store": ORDER_STORE,
        "place": TagField(NUMBER, "0", ()),
        "list_minor": TagField(NUMBER, "o.list_minor", ("orders.list_minor",)),
        "paid_minor": TagField(NUMBER, "o.paid_minor", ("orders.paid_minor",)),
        "discount_minor": TagField(NUMBER, "o.discount_minor", ("orders.discount_minor",)),
        "freight_minor": TagField(NUMBER, "o.freight_minor", ("orders.freight_minor",)),
        "refunded_minor": TagField(
            NUMBER, "o.refunded_minor", ("refunds.amount_minor", "refunds.status")
        ),
        "kept_minor": TagField(
            NUMBER,
            "o.paid_minor - o.refunded_minor",
            ("orders.paid_minor", "refunds.amount_minor", "refunds.status"),
        ),
    },
    "lines": {
        **OF_ORDER,
        "store": TagField(
            WORD,
            "coalesce(l.store, o.store)",
            ("lines.store", "orders.store"),
            listed=(("orders", "store"), ("lines", "store")),
        ),
        "place": TagField(NUMBER, "l.place", ("lines.place",)),
        "item": TagField(WORD, "s.code", ("lines.sku",), per_item=True, listed=(("skus", "code"),)),
        "spu": _of_item("spu"),
        "category": _of_item("category", "array_to_string(s.category, '/')"),
        "series": _of_item("series"),
        "season": _of_item("season"),
        "colour": _of_item("colour"),
        "size": _of_item("size"),
        "material": _of_item("material"),
        "item_brand": _of_item("brand_label"),
        "season_age_days": TagField(
            NUMBER,
            "o.day - k.season_day",
            ("orders.ordered_at", "skus.season", "skus.year"),
        ),
        "quantity": TagField(NUMBER, "l.quantity", ("lines.quantity",)),
        "kept_quantity": TagField(
            NUMBER,
            "l.quantity - l.refunded_quantity",
            ("lines.quantity", "lines.refunded_quantity"),
        ),
        "refunded_quantity": TagField(NUMBER, "l.refunded_quantity", ("lines.refunded_quantity",)),
        "list_minor": TagField(NUMBER, "l.list_minor", ("lines.list_minor",)),
        "paid_minor": TagField(NUMBER, "l.paid_minor", ("lines.paid_minor",)),
        "kept_minor": TagField(
            NUMBER, "l.paid_minor - l.refunded_minor", ("lines.paid_minor", "lines.refunded_minor")
        ),
        "refunded_minor": TagField(NUMBER, "l.refunded_minor", ("lines.refunded_minor",)),
        "unit_price_minor": TagField(
            NUMBER,
            "CASE WHEN l.quantity > 0 THEN l.paid_minor // l.quantity END",
            ("lines.paid_minor", "lines.quantity"),
        ),
        "coupon_minor": TagField(
            NUMBER,
            "CASE WHEN l.allocations IS NULL THEN 0 ELSE list_sum(list_transform("
            'from_json(l.allocations, \'[{"kind":"VARCHAR","amount_minor":"BIGINT"}]\'),'
            " lambda x: CASE WHEN x.kind = 'coupon' THEN x.amount_minor ELSE 0 END)) END",
            ("lines.allocations",),
        ),
    },
    "payments": {
        **OF_ORDER,
        "store": ORDER_STORE,
        "place": TagField(NUMBER, "p.place", ("payments.place",)),
        "payment": TagField(WORD, "p.kind", ("payments.kind",), listed=(("payments", "kind"),)),
        "amount_minor": TagField(NUMBER, "p.amount_minor", ("payments.amount_minor",)),
    },
}
# Fields of the customer; those of days are days since 1970-01-01 in the brand's zone.
ATTRIBUTES: Final[Mapping[str, TagField]] = {
    "status": TagField(WORD, "c.status", ("customers.status",), listed=(("customers", "status"),)),
    "home_store": TagField(WORD, "c.store", ("customers.store",), listed=(("customers", "store"),)),
    "touchpoint": TagField(
        WORD,
        "c.touchpoint",
        ("customers.touchpoint",),
        listed=(("customers", "touchpoint"),),
    ),
    "guide": TagField(WORD, "c.guide", ("customers.guide",), listed=(("customers", "guide"),)),
    "tier": TagField(WORD, "t.tier", ("standings.tier",), listed=(("standings", "tier"),)),
    "enrolled_day": TagField(
        NUMBER, "datediff('day', DATE '1970-01-01', c.enrolled_on)", ("customers.enrolled_at",)
    ),
    "recorded_day": TagField(
        NUMBER, "datediff('day', DATE '1970-01-01', c.recorded_on)", ("customers.recorded_at",)
    ),
}
