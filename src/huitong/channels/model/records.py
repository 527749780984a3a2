"""Canonical records: what every connector produces and what files may bring, one schema a kind.

Amounts are integer fen, instants carry a zone, keys are the platform's own text. Field names are
the column names of CSV, Parquet and NDJSON files (docs/reference/records.md). Signals, stock and
opening balances have files of their own beside this one; `kinds.py` lists all of them.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

AMOUNT_MINOR_MAX = 10**13
QUANTITY_MAX = 10**9
LINES_MAX = 5_000
TEXT_LENGTH_MAX = 200
LONG_TEXT_LENGTH_MAX = 2_000

# Where ISO 8601 has the first dash; a text of digits alone has none there.
DASH_AT = 4
NO_INSTANT, NO_DAY = "datetime_not_iso", "date_not_iso"
NOT_ISO = "not written as ISO 8601 says"


def _instant(value: object) -> object:
    if _counts_seconds(value):
        raise PydanticCustomError(NO_INSTANT, NOT_ISO)
    return value


def _day(value: object) -> object:
    if _counts_seconds(value):
        raise PydanticCustomError(NO_DAY, NOT_ISO)
    return value


def _counts_seconds(value: object) -> bool:
    """Return whether a value would be read as seconds since 1970, which no source means."""
    is_number = isinstance(value, int | float)
    return is_number or (isinstance(value, str) and value[DASH_AT : DASH_AT + 1] != "-")


Instant: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_instant)]
Day: TypeAlias = Annotated[date, BeforeValidator(_day)]
Key: TypeAlias = Annotated[str, Field(min_length=1, max_length=100)]
Text: TypeAlias = Annotated[str, Field(max_length=TEXT_LENGTH_MAX)]
LongText: TypeAlias = Annotated[str, Field(max_length=LONG_TEXT_LENGTH_MAX)]
Amount: TypeAlias = Annotated[int, Field(ge=0, le=AMOUNT_MINOR_MAX)]
Quantity: TypeAlias = Annotated[int, Field(ge=0, le=QUANTITY_MAX)]
Attributes: TypeAlias = Annotated[dict[Key, LongText], Field(max_length=100)]


class RecordKind(StrEnum):
    """The kinds of record the platform takes in."""

    MEMBER = "member"
    PRODUCT = "product"
    ORDER = "order"
    REFUND = "refund"
    FULFILMENT = "fulfilment"
    SIGNAL = "signal"
    STOCK = "stock"
    OPENING = "opening"


class IdentifierKind(StrEnum):
    """What kind of name a platform or a person gives to a person (decision 2, channels.md §5)."""

    PHONE = "phone"
    EMAIL = "email"
    OUID = "ouid"
    OMID = "omid"
    BUYER_OPEN_UID = "buyer_open_uid"
    JD_XID = "jd_xid"
    YZ_OPEN_ID = "yz_open_id"
    DOUDIAN_OPEN_ID = "doudian_open_id"
    OPENID = "openid"
    UNIONID = "unionid"
    EXTERNAL_USERID = "external_userid"
    POS_CARD = "pos_card"
    DOCUMENT = "document"


class PartyRole(StrEnum):
    """Who somebody is to an order; only the buyer earns, and a receiver is never merged."""

    BUYER = "buyer"
    PAYER = "payer"
    RECEIVER = "receiver"
    PROXY = "proxy"


class OrderKind(StrEnum):
    """What kind of sale an order is (decision 9)."""

    NORMAL = "normal"
    PRESALE = "presale"
    EXCHANGE = "exchange"
    GIFT = "gift"
    BULK = "bulk"
    RECHARGE = "recharge"
    VIRTUAL = "virtual"


class OrderStatus(StrEnum):
    """How far an order or a line has come; `closed` keeps its reason beside it."""

    UNPAID = "unpaid"
    DEPOSIT_PAID = "deposit_paid"
    PAID = "paid"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CLOSED = "closed"


class PaymentKind(StrEnum):
    """What an order was paid with; stored value and points are tender, not discount."""

    DEPOSIT = "deposit"
    BALANCE = "balance"
    CASH = "cash"
    CARD = "card"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    STORED_PRINCIPAL = "stored_principal"
    STORED_BONUS = "stored_bonus"
    GIFT_CARD = "gift_card"
    POINTS = "points"
    OTHER = "other"


class Bearer(StrEnum):
    """Who bears the cost of a discount, a refund or a point."""

    BRAND = "brand"
    STORE = "store"
    PLATFORM = "platform"
    PARTNER = "partner"
    GUIDE = "guide"
    POINTS = "points"


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


class Record(BaseModel):
    """What all kinds share: unknown fields are refused, nothing changes after it is made."""

    # Remembering every text it meets costs the reader half of its time, and few come twice.
    model_config = ConfigDict(frozen=True, extra="forbid", cache_strings="keys")

    kind_of_record: ClassVar[RecordKind]
    # When the source says it last changed the record; orders versions. Without it the content does.
    updated_at: Instant | None = None

    def external_id(self) -> str:
        """Return the source's own key of this record."""
        raise NotImplementedError  # pragma: no cover - every kind has its own

    def line_count(self) -> int:
        """Return how many lines the record weighs on a page."""
        return 1


class Part(BaseModel):
    """A piece of a record."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Identifier(Part):
    """One name of a person; `scope` is the shop, app or corp it is valid in, empty when global."""

    kind: IdentifierKind
    value: Key
    scope: Text = ""
    verified: bool = False


class Party(Part):
    """Somebody on an order, by the identifiers the source gave."""

    role: PartyRole
    identifiers: Annotated[tuple[Identifier, ...], Field(max_length=20)]


class Origin(Part):
    """Where a sale came from (public or private domain, live session, author, shared link)."""

    touchpoint: Text | None = None
    live_session: Text | None = None
    author: Text | None = None
    content: Text | None = None
    share_guide: Text | None = None


class Payment(Part):
    """One tender of an order; a presale has a deposit and a balance."""

    kind: PaymentKind
    amount_minor: Amount
    paid_at: Instant | None = None
    reference: Text | None = None


class Allocation(Part):
    """A share of a discount that fell on a line, with who bears it."""

    kind: Text
    bearer: Bearer
    amount_minor: Amount


class Line(Part):
    """One line of an order, keyed by the platform's own line id."""

    line_id: Key
    sku: Key
    name: Text | None = None
    quantity: Quantity
    list_minor: Amount
    paid_minor: Amount
    status: OrderStatus | None = None
    signed_at: Instant | None = None
    completed_at: Instant | None = None
    store: Text | None = None
    serving_guide: Text | None = None
    source_guide: Text | None = None
    source_store: Text | None = None
    exchanged_line_id: Key | None = None
    allocations: Annotated[tuple[Allocation, ...], Field(max_length=50)] = ()
    attributes: Attributes = Field(default_factory=dict)


class Order(Record):
    """A sale as its channel tells it; unpaid and closed orders are kept with their reason."""

    kind_of_record: ClassVar[RecordKind] = RecordKind.ORDER

    order_no: Key
    kind: OrderKind = OrderKind.NORMAL
    parent_no: Key | None = None
    store: Text | None = None
    ordered_at: Instant
    paid_at: Instant | None = None
    shipped_at: Instant | None = None
    completed_at: Instant | None = None
    status: OrderStatus
    close_reason: Text | None = None
    parties: Annotated[tuple[Party, ...], Field(max_length=20)] = ()
    origin: Origin | None = None
    serving_guide: Text | None = None
    source_guide: Text | None = None
    source_store: Text | None = None
    list_minor: Amount
    discount_minor: Amount = 0
    freight_minor: Amount = 0
    paid_minor: Amount
    payments: Annotated[tuple[Payment, ...], Field(max_length=50)] = ()
    receiver_city: Text | None = None
    checkout_id: Key | None = None
    exchange_of_refund_no: Key | None = None
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=LINES_MAX)]
    attributes: Attributes = Field(default_factory=dict)

    def external_id(self) -> str:
        """Return the order number."""
        return self.order_no

    def line_count(self) -> int:
        """Return the number of order lines."""
        return len(self.lines)


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


class PackedLine(Part):
    """How many pieces of one order line are in a package."""

    line_id: Key
    quantity: Quantity


class Fulfilment(Record):
    """A package of an order, attached to the selling order; it is never a sale of its own."""

    kind_of_record: ClassVar[RecordKind] = RecordKind.FULFILMENT

    package_no: Key
    order_no: Key
    lines: Annotated[tuple[PackedLine, ...], Field(max_length=LINES_MAX)] = ()
    store: Text | None = None
    carrier: Text | None = None
    shipped_at: Instant | None = None
    signed_at: Instant | None = None
    attributes: Attributes = Field(default_factory=dict)

    def external_id(self) -> str:
        """Return the package number."""
        return self.package_no


class ConsentGiven(Part):
    """A consent as the source holds it: purpose, policy version and when it was given."""

    purpose: Text
    policy_version: Text
    given_at: Instant


class Gender(StrEnum):
    """What the source says of a person's gender."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class MemberStatus(StrEnum):
    """What the source says somebody is to the brand (decision 1)."""

    FAN = "fan"
    MEMBER = "member"
    EXITED = "exited"


class Member(Record):
    """A person as one channel knows them, keyed by the channel's own id of them."""

    kind_of_record: ClassVar[RecordKind] = RecordKind.MEMBER

    member_no: Key
    status: MemberStatus = MemberStatus.MEMBER
    identifiers: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=50)]
    name: Text | None = None
    gender: Gender | None = None
    birthday_on: Day | None = None
    city: Text | None = None
    enrolled_at: Instant | None = None
    card_no: Key | None = None
    store: Text | None = None
    touchpoint: Text | None = None
    guide: Text | None = None
    consents: Annotated[tuple[ConsentGiven, ...], Field(max_length=50)] = ()
    tags: Annotated[tuple[Text, ...], Field(max_length=200)] = ()
    attributes: Attributes = Field(default_factory=dict)

    def external_id(self) -> str:
        """Return the channel's own id of the person."""
        return self.member_no


class Product(Record):
    """A sellable item, keyed by its SKU code within the brand."""

    kind_of_record: ClassVar[RecordKind] = RecordKind.PRODUCT

    sku: Key
    spu: Key
    name: Text
    category: Annotated[tuple[Text, ...], Field(max_length=10)] = ()
    brand_label: Text | None = None
    series: Text | None = None
    season: Text | None = None
    year: Annotated[int, Field(ge=1900, le=2200)] | None = None
    colour: Text | None = None
    size: Text | None = None
    material: Text | None = None
    list_price_minor: Amount | None = None
    cost_minor: Amount | None = None
    images: Annotated[tuple[LongText, ...], Field(max_length=50)] = ()
    attributes: Attributes = Field(default_factory=dict)

    def external_id(self) -> str:
        """Return the SKU code."""
        return self.sku
