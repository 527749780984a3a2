"""Draws random documents and customers, crowded around the edges where readers may differ.

They are drawn from one seed: strategies that choose every value by themselves spend their budget on
the customers and seldom reach a condition on facts.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from huitong.platform.conditions import AsOf, Candidate, Field, FieldType, Value
from tests.platform.conditions.made_up import VOCABULARY, World

Document: TypeAlias = dict[str, Any]

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")

# Days on or beside which clocks change, leap days, ends of years, and a day like any other.
PLACES = (
    (SHANGHAI, date(2026, 11, 11)),
    (SHANGHAI, date(2024, 2, 28)),
    (SHANGHAI, date(2025, 2, 28)),
    (SHANGHAI, date(2026, 1, 1)),
    (NEW_YORK, date(2026, 3, 8)),
    (NEW_YORK, date(2026, 11, 1)),
    (NEW_YORK, date(2026, 11, 2)),
    (BERLIN, date(2026, 3, 29)),
    (BERLIN, date(2026, 10, 26)),
    (BERLIN, date(2024, 2, 29)),
    # There was no midnight on 4 November 2018.
    (SAO_PAULO, date(2018, 11, 4)),
    (SAO_PAULO, date(2018, 11, 5)),
)
HOURS = (time(3, 30), time(12), time(23, 59, 59, 999_999))
NUMBERS = (-5, 0, 1, 2, 99, 100, 101, 250)
NEAR_DAYS = (-366, -31, -30, -29, -7, -6, -2, -1, -1, 0, 0, 1, 1, 2, 6, 7, 29, 30)
SPANS = (1, 2, 7, 30, 366)
SHIFTS = (timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1), timedelta(hours=7))
LEAP_DAYS = (date(1996, 2, 28), date(1996, 2, 29), date(1997, 3, 1))
TEXTS = ("1", "a'b", "é", "'; DROP TABLE tags; --")

CUSTOMERS = 10
UNKNOWN = 0.25


class Drawing:
    """What one seed draws: an instant and a zone, then customers and documents around that day."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        zone, today = self.random.choice(PLACES)
        now = datetime.combine(today, self.random.choice(HOURS), tzinfo=zone)
        self.today = today
        self.as_of = AsOf(now.astimezone(UTC), zone)

    def world(self) -> World:
        customers = {number: self.candidate() for number in range(1, CUSTOMERS + 1)}
        return World(customers, [self.fact("orders") for _ in range(2)])

    def candidate(self) -> Candidate:
        values = {each.code: self.value(each) for each in VOCABULARY.fields}
        facts = {
            code: [self.fact(code) for _ in range(self.random.choice((0, 0, 1, 2, 4)))]
            for code in VOCABULARY.fact_by_code
        }
        return Candidate(values, facts, is_alive=self.random.random() > 0.15)

    def fact(self, code: str) -> dict[str, Value | None]:
        return {each.code: self.value(each) for each in VOCABULARY.fact_by_code[code].fields}

    def value(self, field: Field) -> Value | None:
        if self.random.random() < UNKNOWN:
            return None
        born = self.random.choice((self.day(), self.day(), self.random.choice(LEAP_DAYS)))
        drawn: dict[FieldType, Value] = {
            FieldType.BOOL: self.random.random() < 0.5,
            FieldType.INTEGER: self.random.choice(NUMBERS),
            FieldType.DAY: born,
            FieldType.INSTANT: self.instant(),
            FieldType.TEXT: self.random.choice(TEXTS),
        }
        if field.values:
            codes = self.codes(field, self.random.randint(0, 3))
            drawn[FieldType.CODES] = frozenset(codes)
            drawn[FieldType.CODE] = self.random.choice(field.values).code
        return drawn[field.type]

    def codes(self, field: Field, count: int) -> list[str]:
        return [self.random.choice(field.values).code for _ in range(count)]

    def day(self) -> date:
        return self.today + timedelta(days=self.random.choice(NEAR_DAYS))

    def instant(self) -> datetime:
        midnight = datetime.combine(self.day(), time.min, tzinfo=self.as_of.zone)
        return midnight.astimezone(UTC) + self.random.choice(SHIFTS)

    def document(self) -> Document:
        return self.tree(3, self.customer_leaf)

    def tree(self, depth: int, leaf: Any) -> Document:  # noqa: ANN401 - draws a document
        shape = self.random.choice(("leaf", "leaf", "all", "any", "not")) if depth else "leaf"
        if shape == "leaf":
            drawn: Document = leaf()
            return drawn
        if shape == "not":
            return {"not": self.tree(depth - 1, leaf)}
        count = self.random.choice((0, 1, 2, 2, 3))
        return {shape: [self.tree(depth - 1, leaf) for _ in range(count)]}

    def customer_leaf(self) -> Document:
        chance = self.random.random()
        if chance < 0.4:
            return self.facts_leaf(self.random.choice(("orders", "orders", "visits")))
        if chance < 0.5:
            return {"segment": self.random.choice(("rich", "rich_or_near"))}
        return self.field_leaf(self.random.choice(VOCABULARY.fields))

    def field_leaf(self, field: Field) -> Document:
        if self.random.random() < 0.15:
            return {"field": field.code, "is_known": self.random.random() < 0.5}
        return {"field": field.code} | self.operator(field)

    def operator(self, field: Field) -> Document:
        count = self.random.randint(1, 3)
        match field.type:
            case "bool":
                return {"in": [self.random.random() < 0.5]}
            case "code":
                return {"in": self.codes(field, count)}
            case "codes":
                return {self.random.choice(("in", "has_all")): self.codes(field, count)}
            case "integer":
                return self.range([self.random.choice(NUMBERS) for _ in range(2)])
            case "text":
                return {"in": [self.random.choice(TEXTS)]}
            case _:
                return self.dated(field)

    def dated(self, field: Field) -> Document:
        words = ["last_days", "next_days", "range", "range"]
        words += ["anniversary_in_days"] * 2 if field.type == "day" else []
        word = self.random.choice(words)
        return self.moments(field) if word == "range" else {word: self.random.choice(SPANS)}

    def moments(self, field: Field) -> Document:
        by_instant = field.type == "instant" and self.random.random() < 0.5
        drawn = [self.instant() if by_instant else self.day() for _ in range(2)]
        return {word: edge.isoformat() for word, edge in self.range(drawn).items()}

    def range(self, edges: list[Any]) -> Document:
        low, high = min(edges), max(edges)
        shape = self.random.choice(("low", "high", "both" if low < high else "low"))
        both = {"at_least": low, "less_than": high}
        return {"low": {"at_least": low}, "high": {"less_than": high}, "both": both}[shape]

    def facts_leaf(self, code: str) -> Document:
        kind = VOCABULARY.fact_by_code[code]
        measures: list[Any] = ["count", "count", "days_since_last", "days_since_first"]
        if code == "orders":
            measures += [{"sum": "paid"}, {"max": "paid"}]
            measures += [{"distinct": each} for each in ("item", "place", "paid", "shipped_on")]
        measure = self.random.choice(measures)
        leaf: Document = {"facts": code}
        if self.random.random() < 0.4:
            leaf["where"] = self.tree(1, lambda: self.field_leaf(self.random.choice(kind.fields)))
        window = self.random.choice(("none", "last_days", "span"))
        if window == "last_days":
            leaf["last_days"] = self.random.choice(SPANS)
        if window == "span":
            words = {"at_least": "since", "less_than": "until"}
            leaf |= {words[word]: edge for word, edge in self.moments(kind.time_field).items()}
        leaf["measure"] = measure
        numbers = NUMBERS if isinstance(measure, dict) else (0, 1, 1, 2, 3, 7, 30)
        return leaf | self.range([self.random.choice(numbers) for _ in range(2)])
