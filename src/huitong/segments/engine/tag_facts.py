"""Reading the lake for tags: part by part, narrow rows of facts with numbers instead of words.

A part is a range of buckets, so that what is grouped fits into memory. Orders of merged customers
may lie in another bucket than their owner now; they are read once and kept aside.
"""
# ruff: noqa: S608 - The statements are made of names of ours; values are numbers or parameters.

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from huitong.segments.model.tags import Lookup
from huitong.segments.rules.compiler.facts import ATTRIBUTES, FIELDS, TagField
from huitong.segments.rules.compiler.fields import (
    WORDS_MAX,
    Fields,
    codes_of,
    is_word,
    looked_up,
    numbers_by_key,
)
from huitong.segments.rules.compiler.plan import Plan

WORDS = "words_"
# Which orders count, as in the models: sold, of a kind that a customer chose, by an account that
# books revenue, and not of a class that says nothing about taste or habit (decision 7).
SOLD = (
    "is_sold(o.status) AND is_chosen(o.kind)"
    " AND o.channel_account_id NOT IN (SELECT id FROM accounts WHERE NOT books_revenue)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A range of buckets, from `low` to below `high`."""

    low: int
    high: int


class FactReader:
    """Makes the tables `facts_…` and `part_customers` of one part after the other."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        plan: Plan,
        fields: Fields,
        *,
        zone: str,
        wanted: str | None = None,
    ) -> None:
        """Take the lake's views; `wanted` names a table of the customers to look at, if not all."""
        self._connection = connection
        self._plan = plan
        self._fields = fields
        self._zone = zone
        self._wanted = wanted

    def prepare(self) -> None:
        """Make what all parts share: words, items, festivals, refunds, orders out of place."""
        for name in self._word_fields():
            self._write_words(name)
        self._make_items()
        run = self._connection.execute
        refunded = "WHERE status = 'done'" if self._uses_refunds() else "WHERE false"
        run(
            "CREATE OR REPLACE TEMP TABLE refunded AS"
            " SELECT order_id, CAST(sum(amount_minor) AS BIGINT) AS refunded_minor"
            f" FROM refunds {refunded} GROUP BY order_id"
        )
        run(
            "CREATE OR REPLACE TEMP TABLE left_out AS SELECT DISTINCT order_id FROM order_classes"
            " WHERE NOT is_withdrawn AND says_nothing(class)"
            " UNION SELECT o.id FROM orders AS o JOIN customer_classes AS k"
            " ON k.customer_id = o.customer_id AND k.valid_from <= o.ordered_at"
            " AND (k.valid_until IS NULL OR k.valid_until > o.ordered_at)"
            " WHERE NOT k.is_withdrawn AND says_nothing(k.class)"
        )
        run(
            "CREATE OR REPLACE TEMP TABLE moved_orders AS SELECT id, bucket FROM orders"
            " WHERE customer_id & 4095 <> bucket"
        )
        for name, order in (("lines", "order_id"), ("payments", "order_id")):
            columns = "*" if name in self._plan.fields else "order_id, bucket"
            run(
                f"CREATE OR REPLACE TEMP TABLE moved_{name} AS SELECT {columns} FROM {name}"
                f" WHERE {order} IN (SELECT id FROM moved_orders)"
            )

    def read(self, part: Part) -> None:
        """Make the tables of a part."""
        self._make_customers(part)
        self._make_orders(part)
        for facts in self._plan.fields:
            self._make_facts(facts, part)

    # What all parts share.

    def _uses_refunds(self) -> bool:
        return bool({"refunded_minor", "kept_minor"} & self._plan.fields.get("orders", set()))

    def _word_fields(self) -> set[str]:
        asked = {name for names in self._plan.fields.values() for name in names}
        return {
            name
            for name in asked
            if name in self._fields.lookups
            or any(name in known and is_word(known[name]) for known in FIELDS.values())
        } | {name for name in self._plan.attributes if is_word(ATTRIBUTES[name])}

    def _write_words(self, name: str) -> None:
        """Make the table from which a text's number is read."""
        by_key = numbers_by_key(self._fields, name)
        kind = "VARCHAR" if by_key is None else "INTEGER"
        keys: Mapping[Any, int] = number_by_text(self._fields, name) if by_key is None else by_key
        assert len(keys) <= WORDS_MAX, f"{name}: a word's number has {WORDS_MAX} places."
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {WORDS}{name} (text {kind}, number INTEGER)"
        )
        if keys:
            self._connection.execute(
                f"INSERT INTO {WORDS}{name} SELECT unnest(?::{kind}[]), unnest(?::INTEGER[])",
                [list(keys), list(keys.values())],
            )

    def _make_items(self) -> None:
        """Make the SKUs with the numbers of their words; a code that stands twice counts once."""
        columns, joins = [], []
        for name in sorted(self._plan.fields.get("lines", set())):
            found = self._of_facts("lines", name)
            if found.per_item:
                columns.append(f"coalesce(any_value(w_{name}.number), 0) AS {name}")
                joins.append(f"LEFT JOIN {WORDS}{name} AS w_{name} ON w_{name}.text = {found.sql}")
        named = ", ".join(["s.code AS code", *columns, f"any_value({SEASON_DAY}) AS season_day"])
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE items AS SELECT {named}"
            f" FROM (SELECT * FROM skus ORDER BY id) AS s {' '.join(joins)} GROUP BY s.code"
        )

    def _of_facts(self, facts: str, name: str) -> TagField:
        return self._fields.of_facts(facts, name, name)

    # A part.

    def _make_customers(self, part: Part) -> None:
        columns, joins = [], []
        for name in sorted(self._plan.attributes):
            found = ATTRIBUTES[name]
            if is_word(found):
                joins.append(f"LEFT JOIN {WORDS}{name} AS w_{name} ON w_{name}.text = {found.sql}")
                columns.append(f"coalesce(w_{name}.number, 0) AS attribute_{name}")
            else:
                columns.append(f"{found.sql} AS attribute_{name}")
        if any(ATTRIBUTES[name].sql.startswith("t.") for name in self._plan.attributes):
            joins.insert(0, "LEFT JOIN standings AS t ON t.customer_id = c.id")
        for tag in sorted(self._plan.given):
            joins.append(
                f"LEFT JOIN given AS g_{tag} ON g_{tag}.customer_id = c.id"
                f" AND g_{tag}.tag = '{tag}'"
            )
            columns.append(f"g_{tag}.number AS given_{tag}")
        wanted = f"AND id IN (SELECT customer_id FROM {self._wanted})" if self._wanted else ""
        named = ", ".join(["c.who", "c.id AS customer_id", *columns])
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE part_customers AS WITH c AS ("
            "SELECT CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS who, id, status, store,"
            f" touchpoint, guide, CAST(timezone('{self._zone}', enrolled_at) AS DATE)"
            f" AS enrolled_on, CAST(timezone('{self._zone}', recorded_at) AS DATE) AS recorded_on"
            f" FROM customers WHERE bucket >= {part.low} AND bucket < {part.high}"
            f" AND merged_into IS NULL AND NOT is_erased {wanted})"
            f" SELECT {named} FROM c {' '.join(joins)}"
        )

    def _make_orders(self, part: Part) -> None:
        columns = (
            "id, bucket, customer_id, channel_account_id, kind, status, store, ordered_at, paid_at,"
            " list_minor, discount_minor, freight_minor, paid_minor, receiver_city"
        )
        inside = f"bucket >= {part.low} AND bucket < {part.high}"
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE part_orders AS"
            f" WITH here AS (SELECT {columns} FROM orders WHERE {inside} UNION ALL"
            f" SELECT {columns} FROM orders WHERE id IN"
            f" (SELECT id FROM moved_orders WHERE NOT ({inside})))"
            " SELECT c.who, o.*,"
            " epoch_us(o.ordered_at) AS instant, coalesce(r.refunded_minor, 0) AS refunded_minor,"
            f" {self._local()} AS moment,"
            " CAST(datediff('day', DATE '1970-01-01', CAST(moment AS DATE)) AS INTEGER) AS day"
            " FROM here AS o"
            " JOIN part_customers AS c ON c.customer_id = o.customer_id"
            " LEFT JOIN refunded AS r ON r.order_id = o.id"
            f" WHERE {SOLD} AND o.id NOT IN (SELECT order_id FROM left_out)"
        )

    def _local(self) -> str:
        """Return the local time of an order; a zone that never changed needs no calendar."""
        offset = fixed_offset(self._zone)
        if offset is None:
            return f"timezone('{self._zone}', o.ordered_at)"
        return f"make_timestamp(epoch_us(o.ordered_at) + {offset // timedelta(microseconds=1)})"

    def _make_facts(self, facts: str, part: Part) -> None:
        columns, joins = [], []
        for name in sorted(self._plan.fields[facts]):
            column, join = self._column(facts, name)
            columns.append(f"{column} AS {name}")
            joins += [join] if join else []
        asked = self._plan.fields[facts]
        if "channel" in asked or any(
            one.source == "channel" for name, one in self._fields.lookups.items() if name in asked
        ):
            joins.insert(0, "LEFT JOIN accounts AS a ON a.id = o.channel_account_id")
        inside = f"bucket >= {part.low} AND bucket < {part.high}"
        source = {"orders": "part_orders AS o"}.get(
            facts,
            f"(SELECT * FROM {facts} WHERE {inside} UNION ALL"
            f" SELECT * FROM moved_{facts} WHERE NOT ({inside})) AS {facts[0]}"
            f" JOIN part_orders AS o ON o.id = {facts[0]}.order_id",
        )
        if facts == "lines":
            joins.append("LEFT JOIN items AS k ON k.code = l.sku")
        named = ", ".join(["o.who", *columns])
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE facts_{facts} AS SELECT {named} FROM {source}"
            f" {' '.join(joins)} WHERE o.day <= {self._plan.today}"
        )

    def _column(self, facts: str, name: str) -> tuple[str, str | None]:
        field = self._of_facts(facts, name)
        if not is_word(field):
            return field.sql, None
        size = _type_of(max(self._fields.numbers_of(name).values(), default=0))
        if field.per_item:
            return f"CAST(coalesce(k.{name}, 0) AS {size})", None
        join = f"LEFT JOIN {WORDS}{name} AS w_{name} ON w_{name}.text = {field.sql}"
        return f"CAST(coalesce(w_{name}.number, 0) AS {size})", join


# The month that a season begins in, as the trade counts seasons.
SEASON_MONTHS = (
    ("'spring', '春', '春季'", 2),
    ("'summer', '夏', '夏季'", 5),
    ("'autumn', '秋', '秋季'", 8),
    ("'winter', '冬', '冬季'", 11),
)
SEASON_MONTH = " ".join(
    f"WHEN s.season IN ({names}) THEN {month}" for names, month in SEASON_MONTHS
)
# The first day of the season in which an item is new; make_date of what is unknown is unknown.
SEASON_DAY = f"datediff('day', DATE '1970-01-01', make_date(s.year, CASE {SEASON_MONTH} END, 1))"


def number_by_text(fields: Fields, name: str) -> Mapping[str, int]:
    """Return the number that each text of the lake has in a field."""
    lookup: Lookup | None = fields.lookups.get(name)
    if lookup is None:
        return fields.numbers_of(name)
    numbers = {code: place for place, code in enumerate(codes_of(lookup), 1)}
    found = {}
    for text in fields.numbers_of(lookup.source):
        code = looked_up(lookup, text)
        if code is not None:
            found[text] = numbers[code]
    return found


def distinct_queries(plan: Plan, fields: Fields) -> Mapping[str, str]:
    """Return, for each field whose words are listed by what is there, the query that lists them."""
    listed: dict[str, set[tuple[str, str]]] = {}
    for facts, names in plan.fields.items():
        for name in names:
            lookup = fields.lookups.get(name)
            found = fields.of_facts(facts, name, name)
            if found.listed:
                listed.setdefault(lookup.source if lookup else name, set()).update(found.listed)
    for name in plan.attributes:
        if ATTRIBUTES[name].listed:
            listed.setdefault(name, set()).update(ATTRIBUTES[name].listed)
    return {
        name: " UNION ".join(
            f"SELECT DISTINCT {column} FROM {table}" for table, column in sorted(found)
        )
        for name, found in listed.items()
    }


def fixed_offset(zone: str) -> timedelta | None:
    """Return by how much a zone's time differs from UTC if that was always the same since 1992."""
    known = ZoneInfo(zone)
    offsets = {
        datetime(year, month, 1, tzinfo=known).utcoffset()
        for year in range(1992, 2100)
        for month in range(1, 13)
    }
    return offsets.pop() if len(offsets) == 1 else None


def _type_of(most: int) -> str:
    return "UTINYINT" if most < 1 << 8 else "USMALLINT" if most < 1 << 16 else "UINTEGER"
