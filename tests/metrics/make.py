"""A lake of a few rows that are written by hand, with the tables of the real one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import duckdb

from huitong.entry.published import CATALOGUE
from huitong.metrics import shipped
from huitong.metrics.model import Answer, Compare, Figure, Key, Question
from huitong.metrics.queries.asking import answer
from huitong.metrics.rules.asking import metrics_of
from huitong.platform.lake import Folder, Manifest, Opened, engine

CHINA = timezone(timedelta(hours=8))
ZONE = "Asia/Shanghai"

Rows = list[Mapping[str, object]]


def at(day: str, hour: str = "12:00") -> datetime:
    """Return an instant by the clocks of the brand."""
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=CHINA)


@dataclass
class HandMade:
    """A brand's lake: what is not said of a row is unknown or usual."""

    connection: duckdb.DuckDBPyConnection
    as_of: datetime = datetime(2026, 6, 30, 4, tzinfo=UTC)
    zone: str = ZONE

    def put(self, table: str, **values: object) -> None:
        """Put one row into a table."""
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        self.connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - names of the tests
            list(values.values()),
        )

    def customer(self, number: int, enrolled: str | None = None, **more: object) -> None:
        """Put a customer: a member from a day on, or nobody yet."""
        usual: dict[str, object] = {
            "id": number,
            "status": "member" if enrolled else "anonymous",
            "enrolled_at": enrolled and at(enrolled, "00:00"),
            "is_erased": False,
        }
        self.put("customers", **{**usual, **more})

    def sale(
        self,
        number: int,
        day: str,
        *lines: Mapping[str, object],
        who: int | None = None,
        hour: str = "12:00",
        **more: object,
    ) -> None:
        """Put an order that was paid when it was placed, with its lines: 1 piece of 100 yuan."""
        told = lines or ({},)
        usual: dict[str, object] = {
            "id": number,
            "order_no": f"O{number}",
            "channel_account_id": 1,
            "kind": "normal",
            "status": "completed",
            "customer_id": who,
            "ordered_at": at(day, hour),
            "paid_at": at(day, hour),
        }
        for place, line in enumerate(told, 1):
            ordinary: dict[str, object] = {
                "order_id": number,
                "line_id": f"L{place}",
                "place": place,
                "sku": "COAT",
                "quantity": 1,
                "list_minor": 100_00,
                "paid_minor": 100_00,
                "refunded_quantity": 0,
                "refunded_minor": 0,
            }
            self.put("lines", **{**ordinary, **line})
        usual["paid_minor"] = sum(int(str(one.get("paid_minor", 100_00))) for one in told)
        self.put("orders", **{**usual, **more})

    def refund(
        self, number: int, order: int, day: str, line: str = "L1", *, pieces: int = 1, fen: int
    ) -> None:
        """Put a refund of a line, and what the line says of it."""
        self.put("refunds", id=number, order_id=order, status="done", refunded_at=at(day))
        self.put(
            "refund_lines", refund_id=number, place=1, order_id=order, line_id=line,
            quantity=pieces, amount_minor=fen,
        )  # fmt: skip
        self.connection.execute(
            "UPDATE lines SET refunded_quantity = refunded_quantity + ?,"
            " refunded_minor = refunded_minor + ? WHERE order_id = ? AND line_id = ?",
            [pieces, fen, order, line],
        )

    def ask(
        self,
        *metrics: str,
        since: str = "2026-01-01",
        until: str = "2027-01-01",
        by: tuple[str, ...] = (),
        compare: Compare | None = None,
    ) -> Answer:
        """Ask of the days from `since` to the day before `until`."""
        days = date.fromisoformat(since), date.fromisoformat(until)
        question = Question(metrics, by, *days, compare)
        opened = Opened(self.connection, Folder(Path("nowhere")), self._manifest())
        return answer(opened, metrics_of(question, shipped()), question, zone=self.zone)

    def figure(self, metric: str, **asked: str) -> Figure:
        """Return one figure of a metric, of the year 2026 unless said."""
        total = self.ask(metric, **asked).total  # type: ignore[arg-type]
        assert total is not None
        return total.figures[0]

    def cut(self, metric: str, *by: str, **asked: str) -> dict[Key | tuple[Key, ...], int | None]:
        """Return the figures of a metric by the keys of each cut, months told as 2026-03."""
        rows = self.ask(metric, by=by, **asked).rows  # type: ignore[arg-type]
        return {_keys(row.keys): row.figures[0].value for row in rows}

    def _manifest(self) -> Manifest:
        return Manifest(1, "", "", self.as_of, self.zone, {})


def _keys(keys: tuple[Key, ...]) -> Key | tuple[Key, ...]:
    told = tuple(one.isoformat() if isinstance(one, date) else one for one in keys)
    return told[0] if len(told) == 1 else told


@contextmanager
def hand_made() -> Iterator[HandMade]:
    """Open an empty lake with one channel account, a shop of the platform `pos`."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
        for table in CATALOGUE.tables:
            columns = ", ".join(f"{name} {kind.type}" for name, kind in table.columns.items())
            connection.execute(f"CREATE TABLE {table.name} ({columns})")
        engine.define_macros(connection, CATALOGUE.macros)
        made = HandMade(connection)
        made.put("accounts", id=1, platform="pos", code="tills", books_revenue=True)
        made.put(
            "skus",
            id=1,
            code="COAT",
            category=["clothes", "coats"],
            season="winter",
            year=2026,
            series="basic",
        )
        made.put("skus", id=2, code="HAT", category=["accessories"], season="summer", year=2026)
        yield made
