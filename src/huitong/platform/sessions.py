"""What a connection keeps as long as it lives: its ids, its temporary tables, its plans' age."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from psycopg import Connection
from psycopg.rows import TupleRow

from huitong.platform.ids import IdMaker

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn

PLANNING_ROWS = 400  # So few more rows cannot make a plan wrong.


class Growth(Counter[str]):
    """How many rows of each shape the process has written."""

    def has_doubled(self, since: Mapping[str, int]) -> bool:
        """Tell whether any shape has outgrown the plans that were made at `since`."""
        return any(rows > 2 * since.get(shape, 0) + PLANNING_ROWS for shape, rows in self.items())


@dataclass
class Staging:
    """Which temporary tables a session has, and what the open transaction did with them."""

    made: set[str] = field(default_factory=set)
    made_now: set[str] = field(default_factory=set)
    filled_now: set[str] = field(default_factory=set)

    def forget_open_work(self) -> None:
        """Drop what only the open transaction knew; a rollback took those tables away."""
        self.made_now.clear()
        self.filled_now.clear()


class Session(Connection[TupleRow]):
    """A connection with what lives as long as it does: its block of ids, its temporary tables."""

    def __init__(self, pgconn: "PGconn") -> None:
        super().__init__(pgconn)
        self.ids = IdMaker()
        # Temporary tables belong to the role that made them, so each role keeps its own.
        self.staging: defaultdict[str, Staging] = defaultdict(Staging)
        self._rows_at_plans: Mapping[str, int] = {}

    def drop_old_plans(self, growth: Growth) -> None:
        """Forget plans once the process has written twice what it had when they were made.

        A session keeps the plans it made while tables were small, those of foreign keys too: one
        that walked a wrong index was measured at 1.7 s a page where 0.04 s is right. PostgreSQL
        drops them itself when it analyses a table, which is a minute late for an import.
        """
        if growth.has_doubled(self._rows_at_plans):
            self.execute("DISCARD PLANS")
            self._rows_at_plans = growth.copy()
