"""A small lake in memory, in the shape of the real one, for tests of tags."""
# ruff: noqa: S608, ANN401 - The statements are made of names of ours; rows hold anything.

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from huitong.entry.published import CATALOGUE as LAKE
from huitong.platform.lake import Published, engine
from huitong.segments.engine.tag_computing import COMPUTED, Catalogue, compute, with_words
from huitong.segments.model.tags import Festival, Lookup, Tag
from huitong.segments.rules.compiler.fields import Fields

SHANGHAI = "Asia/Shanghai"
TODAY = date(2026, 3, 2)
NAMES = {"zh": "名", "en": "Name"}


def at(day: str, clock: str = "12:00", zone: str = SHANGHAI) -> datetime:
    """Return an instant by the brand's calendar and clock."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def ago(days: int) -> str:
    """Return the day so many days before today."""
    return (TODAY - timedelta(days=days)).isoformat()


@dataclass
class TagLake:
    """Tables of the lake as rows; what a row does not say is NULL or the plainest value."""

    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {table.name: [] for table in LAKE.published}
    )

    def add(self, table: str, **row: Any) -> None:
        """Add a row."""
        self.rows[table].append(row)

    def customer(self, customer_id: int, **row: Any) -> int:
        """Add a living customer."""
        self.add(
            "customers",
            **{
                "bucket": customer_id & 4095,
                "id": customer_id,
                "status": "member",
                "is_erased": False,
                "recorded_at": at("2025-01-01"),
                **row,
            },
        )
        return customer_id

    def item(self, code: str, **row: Any) -> str:
        """Add a SKU."""
        self.add("skus", **{"id": len(self.rows["skus"]) + 1, "code": code, **row})
        return code

    def order(
        self,
        customer_id: int,
        day: str,
        *lines: Mapping[str, Any],
        clock: str = "12:00",
        **row: Any,
    ) -> int:
        """Add a paid order with its lines."""
        order_id = (len(self.rows["orders"]) + 1) << 12 | customer_id & 4095
        when = at(day, clock)
        paid = sum(line.get("paid_minor", 10_000) for line in lines)
        self.add(
            "orders",
            **{
                "bucket": customer_id & 4095,
                "id": order_id,
                "customer_id": customer_id,
                "channel_account_id": 1,
                "order_no": str(order_id),
                "kind": "normal",
                "status": "completed",
                "ordered_at": when,
                "paid_at": when,
                "list_minor": paid,
                "paid_minor": paid,
                "discount_minor": 0,
                "freight_minor": 0,
                "is_erased": False,
                **row,
            },
        )
        for place, line in enumerate(lines):
            self.add(
                "lines",
                **{
                    "bucket": customer_id & 4095,
                    "order_id": order_id,
                    "line_id": str(place),
                    "place": place,
                    "sku": "coat",
                    "quantity": 1,
                    "list_minor": line.get("paid_minor", 10_000),
                    "paid_minor": 10_000,
                    "refunded_quantity": 0,
                    "refunded_minor": 0,
                    **line,
                },
            )
        return order_id

    def opened(self) -> duckdb.DuckDBPyConnection:
        """Return DuckDB with the tables."""
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
        for table in LAKE.published:
            self._write(connection, table)
        engine.define_macros(connection, LAKE.macros)
        return connection

    def _write(self, connection: duckdb.DuckDBPyConnection, table: Published) -> None:
        columns = ", ".join(f'"{name}" {kind.type}' for name, kind in table.columns.items())
        connection.execute(f"CREATE TABLE {table.name} ({columns})")
        for row in self.rows[table.name]:
            strange = row.keys() - table.columns.keys()
            assert not strange, f"{table.name} has no {strange}"
            marks = ", ".join("?" for _ in row)
            connection.execute(
                f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({marks})", list(row.values())
            )


def tag(code: str, expression: Mapping[str, Any], **changes: Any) -> Tag:
    """Return a tag; a number unless told otherwise."""
    document = {
        "code": code,
        "names": NAMES,
        "meaning": NAMES,
        "kind": "statistic",
        "values": {"unit": "times"},
        "expression": expression,
        **changes,
    }
    return Tag.model_validate(document)


def values(*codes: str) -> list[dict[str, Any]]:
    """Return values of a tag."""
    return [{"code": code, "names": NAMES} for code in codes]


def catalogue(
    tags: Iterable[Tag],
    *,
    lookups: Sequence[Lookup] = (),
    festivals: Sequence[Festival] = (),
) -> Catalogue:
    """Return tags with what they may use."""
    fields = Fields({one.field: one for one in lookups}, tuple(festivals))
    return Catalogue({one.code: one for one in tags}, fields)


def computed(
    lake: TagLake, *tags: Tag, today: date = TODAY, zone: str = SHANGHAI, **more: Any
) -> dict[int, dict[str, Any]]:
    """Return every tag of every customer: numbers, value codes, or tuples of them."""
    with lake.opened() as connection:
        ready = with_words(connection, catalogue(tags, **more), today)
        compute(connection, ready, zone=zone, today=today, lines_a_part=3)
        return told(connection, ready)


def told(
    connection: duckdb.DuckDBPyConnection, ready: Catalogue, table: str = COMPUTED
) -> dict[int, dict[str, Any]]:
    """Return the rows of a table of tags in words."""
    result = connection.execute(f"SELECT * FROM {table} ORDER BY customer_id")
    names = [column[0] for column in result.description]
    found = {}
    for row in result.fetchall():
        known = dict(zip(names, row, strict=True))
        found[known.pop("customer_id")] = {
            name: _told(ready, name, value) for name, value in known.items()
        }
    return found


def _told(ready: Catalogue, name: str, value: Any) -> Any:
    if name not in ready.tags or ready.tags[name].is_number:
        return value
    one = ready.tags[name]
    if not isinstance(one.values, tuple):
        return ready.fields.texts_of(getattr(one.expression, "field", "")).get(value)
    codes = [each.code for each in one.values]
    if one.multi:
        return tuple(code for place, code in enumerate(codes) if value >> place & 1)
    return codes[value - 1] if value else None
