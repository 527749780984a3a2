"""The list of the kinds of record: the schema, the key and the time of each."""

from collections.abc import Mapping

from huitong.channels.model.fulfilments import Fulfilment
from huitong.channels.model.members import Member
from huitong.channels.model.openings import Opening
from huitong.channels.model.orders import Order
from huitong.channels.model.products import Product
from huitong.channels.model.records import Record, RecordKind
from huitong.channels.model.refunds import Refund
from huitong.channels.model.signals import Signal
from huitong.channels.model.stocks import Stock

RECORD_OF_KIND: dict[RecordKind, type[Record]] = {
    RecordKind.MEMBER: Member,
    RecordKind.PRODUCT: Product,
    RecordKind.ORDER: Order,
    RecordKind.REFUND: Refund,
    RecordKind.FULFILMENT: Fulfilment,
    RecordKind.SIGNAL: Signal,
    RecordKind.STOCK: Stock,
    RecordKind.OPENING: Opening,
}

# The field that every record of a kind must say; it is the key, or the first part of it.
KEY_OF_KIND: dict[RecordKind, str] = {
    RecordKind.MEMBER: "member_no",
    RecordKind.PRODUCT: "sku",
    RecordKind.ORDER: "order_no",
    RecordKind.REFUND: "refund_no",
    RecordKind.FULFILMENT: "package_no",
    RecordKind.SIGNAL: "event_id",
    RecordKind.STOCK: "sku",
    RecordKind.OPENING: "opening_no",
}
# A key of several parts is written as one text.
KEY_SEPARATOR = "/"
# What else belongs to the key where one field does not suffice.
FURTHER_KEYS_OF_KIND: dict[RecordKind, tuple[str, ...]] = {
    RecordKind.STOCK: ("store", "day"),
    RecordKind.OPENING: ("kind",),
}
# When the fact of a record happened; a product is no fact in time, and stock is one of a day.
TIME_OF_KIND: dict[RecordKind, str] = {
    RecordKind.MEMBER: "enrolled_at",
    RecordKind.ORDER: "ordered_at",
    RecordKind.REFUND: "refunded_at",
    RecordKind.FULFILMENT: "shipped_at",
    RecordKind.SIGNAL: "occurred_at",
    RecordKind.OPENING: "as_of",
}
# Kinds whose keys may name a person: a member's number is often a phone number.
KINDS_OF_PERSONAL_KEYS = frozenset({RecordKind.MEMBER, RecordKind.OPENING})
# Fields whose values a reason may quote: words of lists, amounts, instants and days of facts, codes
# of things. No other is: what a field of words, of a person or of the source's own holds, nobody
# knows. They are quoted at the top of a record and in the parts named below.
QUOTABLE_FIELDS = frozenset(
    {
        "active_from",
        "amount",
        "amount_minor",
        "as_of",
        "bearer",
        "completed_at",
        "cost_minor",
        "day",
        "discount_minor",
        "enrolled_at",
        "expires_at",
        "freight_minor",
        "given_at",
        "kind",
        "line_id",
        "list_minor",
        "list_price_minor",
        "occurred_at",
        "order_no",
        "ordered_at",
        "package_no",
        "paid_at",
        "paid_minor",
        "payer",
        "quantity",
        "refund_no",
        "refunded_at",
        "shipped_at",
        "signed_at",
        "sku",
        "spu",
        "stage",
        "status",
        "updated_at",
        "valid_until",
        "year",
    }
)
QUOTABLE_PARTS = frozenset({"allocations", "consents", "lines", "payments"})
# Fields whose own fields a source names as it likes.
OPEN_FIELDS = frozenset({"attributes", "properties"})


def key_told(kind: RecordKind, said: Mapping[str, object]) -> str | None:
    """Return the key of a record from its fields as far as they are texts, else None."""
    names = (KEY_OF_KIND[kind], *FURTHER_KEYS_OF_KIND.get(kind, ()))
    parts = [part for name in names if isinstance(part := said.get(name), str) and part]
    return KEY_SEPARATOR.join(parts) if len(parts) == len(names) else None
