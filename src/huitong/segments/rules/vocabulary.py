"""The words that segments of a brand may use: membership, profile, tags, models, live, and facts.

Every field has one place in SQL: a view that `tables/audiences_lake.py` defines over the lake, the
table of tags, that of models, or `live`, what PostgreSQL tells at the moment it is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from huitong.platform.conditions import (
    Column,
    FactKind,
    Field,
    FieldType,
    Labelled,
    Names,
    Population,
    Relation,
    Stored,
    Unit,
    Vocabulary,
)
from huitong.segments.model.tags import NumberValues, Tag
from huitong.segments.rules.model_fields import DAY_UNIT, MODEL_PREFIX, ModelField
from huitong.segments.rules.open_names import NamesOfField, names_of_fields

TAG_PREFIX: Final = "tags."
BIRTHDAY: Final = "birthday"
TIER: Final = "tier"
# No bitmap is kept under this number.
NOBODY: Final = -1
POINTS: Final = "points"

CUSTOMERS: Final = Relation("segment_customer")
TAGS: Final = Relation("segment_tag")
MODELS: Final = Relation("segment_model")
LIVE: Final = Relation("segment_live")
ORDERS: Final = Relation("segment_order")
LINES: Final = Relation("segment_line")
REFUNDS: Final = Relation("segment_refund")
SIGNALS: Final = Relation("segment_signal")

UNITS: Final[Mapping[str, Unit]] = {unit.value: unit for unit in Unit}
# Orders, thousandths and points of a score have no word of their own behind the number.
UNITS_OF_MODELS: Final[Mapping[str | None, Unit]] = {
    "fen": Unit.FEN,
    "bp": Unit.BASIS_POINTS,
}


@dataclass(frozen=True)
class Words:
    """A brand's vocabulary, and which number stands for each value of a field in its bitmaps.

    Conditions say `tags.shoe_size`, so that no tag ever takes the name of another field; bitmaps
    are kept under the tag's own code, those of models under the name that conditions say.
    """

    vocabulary: Vocabulary
    codes_of_tags: Mapping[str, Mapping[str, int]]


def tag_of(field: str) -> str:
    """Return what the bitmaps of a field of conditions are kept under: of a tag, its code."""
    return field.removeprefix(TAG_PREFIX)


def words_of(
    tags: Sequence[Tag],
    words: Mapping[str, Mapping[str, int]],
    stores: Sequence[tuple[str, str]],
    models: Sequence[ModelField] = (),
    refreshed: Mapping[str, Sequence[str]] | None = None,
) -> Words:
    """Return the vocabulary of a brand with these tags, words of open tags, stores, and models.

    `words` are numbers by field and text; `stores` are codes with names; `models` are the fields
    that were published, by the documents they were computed by. `refreshed` are the listed values
    of tags as of the refresh that made the bitmaps: a document may have changed since.
    """
    names = names_of_fields(stores)
    found = {one.code: _values_of(one, words, names) for one in tags}
    told = [_tag_field(one, found[one.code]) for one in tags if found[one.code] is not None]
    codes = {
        one.code: numbers_of(one, [value.code for value in found[one.code] or ()], refreshed)
        for one in tags
    }
    codes |= {one.field: {value.code: value.number for value in one.values} for one in models}
    told += [_model_field(one) for one in models]
    fields = (*_customer_fields(stores), *LIVE_FIELDS, *told)
    return Words(Vocabulary(Population(CUSTOMERS, "is_alive"), fields, FACTS), codes)


def numbers_of(
    tag: Tag, values: Sequence[str], refreshed: Mapping[str, Sequence[str]] | None
) -> dict[str, int]:
    """Return which number in the bitmaps stands for each value; nobody has one that is new since.

    A value of an exclusive tag is kept under its place, one of several under its bit.
    """
    listed = isinstance(tag.values, tuple) and refreshed is not None
    order = (refreshed or {}).get(tag.code, ()) if listed else values
    first = 0 if tag.multi else 1
    places = {value: place for place, value in enumerate(order, first)}
    return {value: places.get(value, NOBODY) for value in values}


def _field(
    code: str,
    kind: FieldType,
    zh: str,
    en: str,
    relation: Relation = CUSTOMERS,
    *,
    unit: Unit | None = None,
    values: Sequence[tuple[str, str, str]] = (),
) -> Field:
    labelled = tuple(Labelled(value, Names(told_zh, told_en)) for value, told_zh, told_en in values)
    return Field(code, kind, Names(zh, en), Column(relation, code), unit, labelled)


def _paid(relation: Relation) -> Field:
    return _field(
        "paid_minor", FieldType.INTEGER, "实付金额", "amount paid", relation, unit=Unit.FEN
    )


def _kept(relation: Relation) -> Field:
    names = ("扣除退款后的金额", "amount net of refunds")
    return _field("kept_minor", FieldType.INTEGER, *names, relation, unit=Unit.FEN)


def _customer_fields(stores: Sequence[tuple[str, str]]) -> tuple[Field, ...]:
    named = [(code, name, name) for code, name in stores]
    store_kind = FieldType.CODE if named else FieldType.TEXT
    return (
        _field("status", FieldType.CODE, "会员状态", "status", values=STATUSES),
        _field("enrolled_at", FieldType.INSTANT, "入会时间", "enrolment"),
        _field("known_since", FieldType.INSTANT, "首次记录时间", "first record"),
        _field("store", store_kind, "归属门店", "home store", values=named),
        _field("guide", FieldType.TEXT, "专属导购", "guide"),
        _field("touchpoint", FieldType.TEXT, "来源触点", "touchpoint"),
        _field("gender", FieldType.CODE, "性别", "gender", values=GENDERS),
        _field("city", FieldType.TEXT, "城市", "city"),
        _field("age", FieldType.INTEGER, "年龄（周岁）", "age in years"),
        _field("birth_year", FieldType.INTEGER, "出生年份", "year of birth"),
        _field(BIRTHDAY, FieldType.DAY, "生日", "birthday"),
    )


def _tag_field(tag: Tag, values: Sequence[Labelled] | None) -> Field:
    code = f"{TAG_PREFIX}{tag.code}"
    names = Names(tag.names.zh, tag.names.en)
    if isinstance(tag.values, NumberValues):
        column = Column(TAGS, tag.code)
        unit = UNITS.get(tag.values.unit)
        return Field(code, FieldType.INTEGER, names, column, unit, has_bitmap=True)
    kind = FieldType.CODES if tag.multi else FieldType.CODE
    column = Column(TAGS, tag.code, Stored.NUMBERED)
    return Field(code, kind, names, column, None, tuple(values or ()), has_bitmap=True)


def _model_field(field: ModelField) -> Field:
    names = Names(field.names.zh, field.names.en)
    name = field.field.removeprefix(MODEL_PREFIX)
    if field.values:
        values = tuple(
            Labelled(value.code, Names(value.names.zh, value.names.en)) for value in field.values
        )
        numbered = Column(MODELS, name, Stored.NUMBERED)
        return Field(field.field, FieldType.CODE, names, numbered, None, values, has_bitmap=True)
    kind = FieldType.DAY if field.unit == DAY_UNIT else FieldType.INTEGER
    unit = UNITS_OF_MODELS.get(field.unit)
    return Field(field.field, kind, names, Column(MODELS, name), unit, has_bitmap=True)


def _values_of(
    tag: Tag, words: Mapping[str, Mapping[str, int]], names: NamesOfField
) -> Sequence[Labelled] | None:
    """Return the values of a tag in the order of their numbers; None of one that has none yet."""
    if isinstance(tag.values, NumberValues):
        return ()
    if isinstance(tag.values, tuple):
        return [Labelled(value.code, Names(value.names.zh, value.names.en)) for value in tag.values]
    field = str(getattr(tag.expression, "field", None))
    numbers, named = words.get(field, {}), names.get(field, {})
    texts = sorted(numbers, key=lambda text: numbers[text])
    return [Labelled(text, named.get(text) or Names(text, text)) for text in texts] or None


STATUSES: Final = (
    ("anonymous", "匿名顾客", "anonymous"),
    ("fan", "粉丝", "fan"),
    ("member", "会员", "member"),
    ("exited", "已退会", "left"),
)
GENDERS: Final = (("female", "女", "female"), ("male", "男", "male"))
ORDER_KINDS: Final = (
    ("normal", "普通", "normal"),
    ("presale", "预售", "presale"),
    ("exchange", "换货", "exchange"),
    ("gift", "赠品", "gift"),
    ("bulk", "团购", "bulk"),
    ("recharge", "充值", "recharge"),
    ("virtual", "虚拟", "virtual"),
)
REFUND_KINDS: Final = (
    ("money_only", "仅退款", "money only"),
    ("return", "退货", "return"),
    ("exchange", "换货", "exchange"),
    ("price_protect", "价保", "price protection"),
    ("freight", "运费", "freight"),
    ("compensation", "补偿", "compensation"),
)
LIVE_FIELDS: Final = (
    _field(TIER, FieldType.TEXT, "会员等级", "tier", LIVE),
    _field(
        POINTS, FieldType.INTEGER, "积分余额", "points balance", LIVE, unit=Unit.POINTS
    ),
)  # fmt: skip
FACTS: Final = (
    FactKind(
        "orders",
        Names("订单", "orders"),
        Names("下单", "ordered"),
        ORDERS,
        "ordered_at",
        (
            _field("ordered_at", FieldType.INSTANT, "下单时间", "time of order", ORDERS),
            _field("kind", FieldType.CODE, "订单类型", "kind", ORDERS, values=ORDER_KINDS),
            _field("channel", FieldType.TEXT, "渠道", "channel", ORDERS),
            _field("store", FieldType.TEXT, "门店", "store", ORDERS),
            _field("city", FieldType.TEXT, "收货城市", "receiver city", ORDERS),
            _paid(ORDERS),
            _kept(ORDERS),
            _field("lines", FieldType.INTEGER, "订单行数", "lines", ORDERS, unit=Unit.PIECES),
        ),
    ),
    FactKind(
        "lines",
        Names("商品行", "order lines"),
        Names("购买", "bought"),
        LINES,
        "ordered_at",
        (
            _field("ordered_at", FieldType.INSTANT, "下单时间", "time of order", LINES),
            _field("sku", FieldType.TEXT, "商品", "item", LINES),
            _field("spu", FieldType.TEXT, "款号", "product", LINES),
            _field("category", FieldType.TEXT, "品类", "category", LINES),
            _field("department", FieldType.TEXT, "大类", "department", LINES),
            _field("series", FieldType.TEXT, "系列", "series", LINES),
            _field("season", FieldType.TEXT, "季节", "season", LINES),
            _field("year", FieldType.INTEGER, "年份", "year", LINES),
            _field("colour", FieldType.TEXT, "颜色", "colour", LINES),
            _field("size", FieldType.TEXT, "尺码", "size", LINES),
            _field("material", FieldType.TEXT, "材质", "material", LINES),
            _field("item_brand", FieldType.TEXT, "商品品牌", "item brand", LINES),
            _field("channel", FieldType.TEXT, "渠道", "channel", LINES),
            _field("store", FieldType.TEXT, "门店", "store", LINES),
            _field("quantity", FieldType.INTEGER, "件数", "pieces", LINES, unit=Unit.PIECES),
            _field(
                "kept_quantity", FieldType.INTEGER, "扣除退货后的件数", "pieces net of returns",
                LINES, unit=Unit.PIECES,
            ),
            _paid(LINES),
            _kept(LINES),
        ),
    ),
    FactKind(
        "refunds",
        Names("退款", "refunds"),
        Names("退款", "got money back"),
        REFUNDS,
        "refunded_at",
        (
            _field("refunded_at", FieldType.INSTANT, "退款时间", "time of refund", REFUNDS),
            _field("kind", FieldType.CODE, "退款类型", "kind", REFUNDS, values=REFUND_KINDS),
            _field("store", FieldType.TEXT, "退货门店", "return store", REFUNDS),
            _field(
                "amount_minor", FieldType.INTEGER, "退款金额", "amount refunded", REFUNDS,
                unit=Unit.FEN,
            ),
        ),
    ),
    FactKind(
        "signals",
        Names("行为", "signals"),
        Names("有行为", "showed up"),
        SIGNALS,
        "occurred_at",
        (
            _field("occurred_at", FieldType.INSTANT, "行为时间", "time", SIGNALS),
            _field("kind", FieldType.TEXT, "行为类型", "kind", SIGNALS),
            _field("channel", FieldType.TEXT, "渠道", "channel", SIGNALS),
            _field("sku", FieldType.TEXT, "商品", "item", SIGNALS),
            _field("store", FieldType.TEXT, "门店", "store", SIGNALS),
            _field("content", FieldType.TEXT, "内容", "content", SIGNALS),
            _field("touchpoint", FieldType.TEXT, "触点", "touchpoint", SIGNALS),
            _field("guide", FieldType.TEXT, "导购", "guide", SIGNALS),
        ),
    ),
)  # fmt: skip
