"""A made-up vocabulary with a field of every type, customers to match, and ways to hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb

from huitong.platform.conditions import (
    Candidate,
    Column,
    Condition,
    Counter,
    Definitions,
    Fact,
    FactKind,
    Field,
    FieldType,
    Labelled,
    Names,
    Population,
    Reading,
    Relation,
    Stored,
    Unit,
    Value,
    Vocabulary,
    holds,
    read_condition,
)

PEOPLE = Relation("lake.people", customer="id")
TAGS = Relation("tags")
ORDERS = Relation("orders")
VISITS = Relation("visits", customer="visitor")

CITIES = {
    "sh": Names("上海", "Shanghai"),
    "hz": Names("杭州", "Hangzhou"),
    "o'x": Names("牛", "Ox"),
}
COLOURS = {"black": Names("黑", "black"), "white": Names("白", "white"), "red": Names("红", "red")}
CHANNELS = {"shop": Names("门店", "shop"), "tmall": Names("天猫", "Tmall")}


def labelled(names: Mapping[str, Names]) -> tuple[Labelled, ...]:
    return tuple(Labelled(code, each) for code, each in names.items())


def of_people(
    code: str,
    kind: FieldType,
    names: Names,
    *,
    unit: Unit | None = None,
    values: Mapping[str, Names] | None = None,
    has_bitmap: bool = False,
) -> Field:
    column = Column(PEOPLE, f"{code}_column")
    return Field(code, kind, names, column, unit, labelled(values or {}), has_bitmap)


def of_orders(
    code: str,
    kind: FieldType,
    names: Names,
    *,
    unit: Unit | None = None,
    values: Mapping[str, Names] | None = None,
    stored: Stored = Stored.PLAIN,
) -> Field:
    return Field(code, kind, names, Column(ORDERS, code, stored), unit, labelled(values or {}))


FIELDS = (
    of_people("vip", FieldType.BOOL, Names("贵宾", "a VIP"), has_bitmap=True),
    of_people("staff", FieldType.BOOL, Names("员工", "staff")),
    of_people("city", FieldType.CODE, Names("城市", "city"), values=CITIES, has_bitmap=True),
    of_people("home", FieldType.CODE, Names("家乡", "home town"), values=CITIES),
    of_people("colours", FieldType.CODES, Names("颜色偏好", "favourite colours"), values=COLOURS),
    of_people(
        "points",
        FieldType.INTEGER,
        Names("可用积分", "points to spend"),
        unit=Unit.POINTS,
        has_bitmap=True,
    ),
    of_people("spent", FieldType.INTEGER, Names("累计消费", "total spent"), unit=Unit.FEN),
    of_people("born", FieldType.DAY, Names("生日", "birthday"), has_bitmap=True),
    of_people("due", FieldType.DAY, Names("预产期", "due date")),
    of_people("joined", FieldType.INSTANT, Names("入会时间", "time of enrolment")),
    of_people("store", FieldType.TEXT, Names("门店编号", "store code")),
    Field(
        "tags.tier",
        FieldType.CODE,
        Names("等级", "tier"),
        Column(TAGS, "tier", Stored.NUMBERED),
        values=labelled({"silver": Names("银卡", "silver"), "gold": Names("金卡", "gold")}),
        has_bitmap=True,
    ),
    Field(
        "tags.sizes",
        FieldType.CODES,
        Names("尺码", "sizes"),
        Column(TAGS, "sizes", Stored.NUMBERED),
        values=labelled({size: Names(size.upper(), size.upper()) for size in ("s", "m", "l")}),
        has_bitmap=True,
    ),
)
FACTS = (
    FactKind(
        "orders",
        Names("订单", "orders"),
        Names("下单", "ordered"),
        ORDERS,
        "ordered_at",
        (
            of_orders("ordered_at", FieldType.INSTANT, Names("下单时间", "time of order")),
            of_orders("shipped_on", FieldType.DAY, Names("发货日", "day of shipping")),
            of_orders("paid", FieldType.INTEGER, Names("实付金额", "paid amount"), unit=Unit.FEN),
            of_orders("item", FieldType.TEXT, Names("商品", "items")),
            of_orders("gift", FieldType.BOOL, Names("礼品", "a gift")),
            of_orders("channel", FieldType.CODE, Names("渠道", "channel"), values=CHANNELS),
            of_orders(
                "place",
                FieldType.CODE,
                Names("城市", "places"),
                values=CITIES,
                stored=Stored.NUMBERED,
            ),
            of_orders("colours", FieldType.CODES, Names("颜色", "colours"), values=COLOURS),
        ),
    ),
    FactKind(
        "visits",
        Names("到店", "visits"),
        Names("到店", "visited"),
        VISITS,
        "visited_on",
        (
            Field(
                "visited_on",
                FieldType.DAY,
                Names("到店日", "day of visit"),
                Column(VISITS, "visited_on"),
            ),
        ),
        Counter("回", "visit", "visits"),
    ),
)
VOCABULARY = Vocabulary(Population(PEOPLE, "is_alive"), FIELDS, FACTS)

SEGMENTS = Definitions(
    {
        "rich": read_condition({"field": "spent", "at_least": 100}),
        "rich_or_near": read_condition(
            {"any": [{"segment": "rich"}, {"not": {"field": "city", "in": ["hz"]}}]}
        ),
    },
    {"rich": Names("高消费", "big spenders")},
)

CREATE = """
CREATE SCHEMA IF NOT EXISTS lake;
CREATE OR REPLACE TABLE lake.people (
  id BIGINT, is_alive BOOLEAN, vip_column BOOLEAN, staff_column BOOLEAN, city_column VARCHAR,
  home_column VARCHAR, colours_column VARCHAR[], points_column BIGINT, spent_column BIGINT,
  born_column DATE, due_column DATE, joined_column TIMESTAMPTZ, store_column VARCHAR
);
CREATE OR REPLACE TABLE tags (customer_id BIGINT, tier UTINYINT, sizes UTINYINT);
CREATE OR REPLACE TABLE orders (
  customer_id BIGINT, ordered_at TIMESTAMPTZ, shipped_on DATE, paid BIGINT, item VARCHAR,
  gift BOOLEAN, channel VARCHAR, place UTINYINT, colours VARCHAR[]
);
CREATE OR REPLACE TABLE visits (visitor BIGINT, visited_on DATE);
"""
OF_ORDERS = (
    "ordered_at",
    "shipped_on",
    "paid",
    "item",
    "gift",
    "channel",
    "place",
    "colours",
)


@dataclass(frozen=True, slots=True)
class World:
    """Customers by id, and facts that belong to nobody known."""

    customers: Mapping[int, Candidate]
    orders_of_nobody: Sequence[Fact] = field(default_factory=tuple)


def store(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Put a world into tables, each value in the way its column stores it."""
    connection.execute(CREATE)
    people, tags = [], []
    orders = [(None, *order_row(fact)) for fact in world.orders_of_nobody]
    visits = []
    for number, candidate in world.customers.items():
        values = [
            listed(candidate.values.get(each.code))
            for each in FIELDS
            if each.column.relation == PEOPLE
        ]
        people.append((number, candidate.is_alive, *values))
        tier, sizes = candidate.values.get("tags.tier"), candidate.values.get("tags.sizes")
        # Of whom no tag is known may be missing from the table of tags.
        if tier is not None or sizes is not None or number % 2:
            tags.append((number, numbered("tags.tier", tier), masked("tags.sizes", sizes)))
        orders += [(number, *order_row(fact)) for fact in candidate.facts.get("orders", ())]
        visits += [(number, fact["visited_on"]) for fact in candidate.facts.get("visits", ())]
    for table, rows in (
        ("lake.people", people),
        ("tags", tags),
        ("orders", orders),
        ("visits", visits),
    ):
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own names


def order_row(fact: Fact) -> tuple[object, ...]:
    row = {name: listed(fact.get(name)) for name in OF_ORDERS}
    place = fact.get("place")
    row["place"] = 0 if place is None else list(CITIES).index(str(place)) + 1
    return tuple(row.values())


def listed(value: Value | None) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def numbered(code: str, value: Value | None) -> int:
    known = VOCABULARY.field_by_code[code]
    return 0 if value is None else known.place_of(str(value))


def masked(code: str, value: Value | None) -> int:
    known = VOCABULARY.field_by_code[code]
    assert value is None or isinstance(value, frozenset)
    return sum(1 << (known.place_of(each) - 1) for each in value or ())


class PlainSets:
    """The sets of a world as Python's own; the dead are among them, as in any store of sets."""

    def __init__(self, world: World, reading: Reading) -> None:
        self.world = world
        self.reading = reading
        self.computed_for: list[Condition] = []

    def alive(self) -> frozenset[int]:
        return frozenset(n for n, each in self.world.customers.items() if each.is_alive)

    def value(self, field: str, code: str) -> frozenset[int]:
        return frozenset(n for n, value in self._all(field) if code in _codes(value))

    def at_least(self, field: str, number: int) -> frozenset[int]:
        return frozenset(n for n, value in self._all(field) if _number(value) >= number)

    def known(self, field: str) -> frozenset[int]:
        return frozenset(n for n, _ in self._all(field))

    def computed(self, condition: Condition) -> frozenset[int]:
        self.computed_for.append(condition)
        everyone = self.world.customers.items()
        return frozenset(n for n, each in everyone if holds(condition, each, self.reading))

    def _all(self, field: str) -> list[tuple[int, Value]]:
        assert VOCABULARY.field_by_code[field].has_bitmap, f"{field} has no sets ready."
        values = ((n, each.values.get(field)) for n, each in self.world.customers.items())
        return [(n, value) for n, value in values if value is not None and value != frozenset()]


def _codes(value: Value) -> frozenset[str]:
    if isinstance(value, frozenset):
        return value
    return frozenset({str(value).lower() if isinstance(value, bool) else str(value)})


def _number(value: Value) -> int:
    if isinstance(value, date):
        return (value - date(1970, 1, 1)).days
    assert isinstance(value, int)
    return value
