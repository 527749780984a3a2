"""A small committed brand with a lake, whose customers buy on known days, and its command line."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from huitong.channels.model import Order
from huitong.entry import wiring
from huitong.platform.db import Database
from tests.lake.shop import Shop
from tests.loyalty.club import Club, comes_back
from tests.orders.make import make_line, make_order

NOON = timedelta(hours=4)  # Noon in Shanghai.


def noon(day: date) -> datetime:
    """Return noon of a day in the brand's zone."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + NOON


class Market(Shop):
    """The brand `wool` with customers by name."""

    @contextmanager
    def club(self, now: datetime) -> Iterator[Club]:
        """Let the brand do something, committed at the end."""
        with self.transaction(now) as tx:
            yield Club(tx, now)

    def bought(self, now: datetime, *purchases: tuple[str, date, int]) -> None:
        """Record purchases of whole yuan by name and day."""
        orders = [
            order(f"{name}-{day}-{number}", name, day, yuan)
            for number, (name, day, yuan) in enumerate(purchases)
        ]
        with self.club(now) as club:
            club.took(*orders)

    def came_back(self, now: datetime, order_no: str, yuan: int) -> None:
        """Record that so much of an order was given back."""
        with self.club(now) as club:
            club.took(comes_back(f"R-{order_no}-{yuan}", order_no, yuan, at=now))

    def customer_id(self, now: datetime, name: str) -> int:
        """Return who has the card of that name."""
        with self.club(now) as club:
            return club.customer_id(name)

    def told(self, home: Path, *arguments: str) -> Any:  # noqa: ANN401 - whatever JSON says
        """Run a command that answers JSON, and return it."""
        done = self.run(home, *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@contextmanager
def opened_market(database: Database, group_id: int, path: Path, now: datetime) -> Iterator[Market]:
    """Found the brand in a database with every event wired, for a block."""
    wired = Database(database.url, events=wiring.EVENTS)
    yield cast("Market", Market.found(wired, group_id, path / "lake", now))
    wired.close()


def order(order_no: str, name: str | None, day: date, yuan: int) -> Order:
    """Return an order of one coat at noon of a day."""
    line = make_line("coat", paid_minor=yuan * 100)
    return make_order(order_no, line, at=noon(day), card=name, updated_at=noon(day))
