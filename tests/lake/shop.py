"""A committed brand whose people buy, send back, merge and are forgotten, and its lake."""

import os
import random
import subprocess
import sys
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from huitong import customers
from huitong.entry import wiring
from huitong.entry.published import CATALOGUE
from huitong.identity.model import Merge
from huitong.platform import lake
from huitong.platform.db import Database, Role, Scope, Tx
from huitong.platform.lake import ColumnKind, Folder, Place, Published, Refreshed, Sizes, Verified
from tests.loyalty.club import Club, comes_back
from tests.orders.make import make_line

NOTHING_WAITS = timedelta(0)
# So small that a few rows make ranges of buckets, and that recent rows are sorted in soon.
SMALL = Sizes(rows_per_file=60, recent_rows_min=25)


@dataclass
class Shop:
    """What tests of the lake do with one brand."""

    database: Database
    group_id: int
    folder: Folder
    place: Place

    @classmethod
    def found(cls, database: Database, group_id: int, path: Path, now: datetime) -> "Shop":
        """Found the brand, in a transaction of its own."""
        with database.transaction(Scope(group_id), now=now) as tx:
            brand_id = Club.found(tx, now).brand.id
        return cls(database, group_id, Folder(path), Place(group_id, brand_id, "Asia/Shanghai"))

    def transaction(self, now: datetime) -> AbstractContextManager[Tx]:
        return self.database.transaction(Scope(self.group_id), now=now)

    def run(self, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command over the lake as a process of its own."""
        settings = {
            "HUITONG_HOME": str(home),
            "HUITONG_DATABASE_URL": self.database.url,
            "HUITONG_GROUP": str(self.group_id),
            "HUITONG_LAKE_URL": str(self.folder.path),
            "NO_COLOR": "1",
        }
        return subprocess.run(
            [sys.executable, "-m", "huitong.entry.cli", *arguments],
            env={**os.environ, **settings},
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def refresh(
        self, now: datetime, *, full: bool = False, sizes: Sizes | None = SMALL
    ) -> Refreshed:
        return lake.refresh(
            self.database, self.folder, self.place, CATALOGUE, now=now, full=full, sizes=sizes
        )

    def verify(self) -> Verified:
        return lake.verify(self.database, self.folder, self.place, CATALOGUE)

    def connect(self, version: int | None = None) -> AbstractContextManager[lake.Opened]:
        return lake.connect(self.folder, self.place, CATALOGUE, version=version)

    def lake_rows(self, table: Published, version: int | None = None) -> list[tuple[object, ...]]:
        """Return the rows of a table of the lake, sorted; instants in microseconds."""
        names = ", ".join(
            f"epoch_us({name})" if kind is ColumnKind.INSTANT else name
            for name, kind in table.columns.items()
        )
        with self.connect(version) as opened:
            query = f"SELECT {names} FROM {table.name}"  # noqa: S608 - names of ours
            return sorted(opened.connection.execute(query).fetchall(), key=repr)

    def rows(self, table: Published) -> list[tuple[object, ...]]:
        """Return the rows of a view in the database in the same form."""
        names = ", ".join(_in_database(name, kind) for name, kind in table.columns.items())
        scope = Scope(self.group_id, (self.place.brand_id,))
        with self.database.reading(scope, role=Role.READER) as tx:
            found = tx.rows(f"SELECT {names} FROM {table.view}")  # noqa: S608 - names of ours
        return sorted(map(tuple, found), key=repr)

    def assert_equal(self) -> None:
        """Compare every published table with the database, row by row."""
        for table in CATALOGUE.published:
            assert self.lake_rows(table) == self.rows(table), table.name


def _in_database(name: str, kind: ColumnKind) -> str:
    if kind is ColumnKind.INSTANT:
        return f"(extract(epoch FROM {name}) * 1000000)::bigint"
    if name in {"changed_xid", "allocations"}:
        return f"{name}::text" if kind is ColumnKind.TEXT else f"{name}::text::bigint"
    return name


@dataclass
class Till:
    """One connection's people and orders; no other connection touches them."""

    name: str
    people: int = 5
    order_nos: list[str] = field(default_factory=list)
    merged: list[Merge] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def person(self, chance: random.Random) -> str | None:
        living = [one for one in self.everybody() if one not in self.gone]
        return chance.choice(living) if living else None

    def everybody(self) -> list[str]:
        return [f"{self.name}{number}" for number in range(self.people)]

    def act(self, club: Club, chance: random.Random) -> None:
        """Do one thing at random."""
        doing = chance.choices(
            (self.buys, self.corrects, self.sends_back, self.merges, self.splits, self.forgets,
             self.changes_guide),
            (8, 4, 4, 1, 1, 0.3, 2),
        )[0]  # fmt: skip
        name = self.person(chance)
        if name is not None:
            doing(club, chance, name)

    def buys(self, club: Club, chance: random.Random, name: str) -> None:
        order_no = f"{self.name}-{len(self.order_nos)}"
        lines = tuple(
            make_line(f"L{number}", paid_minor=chance.randrange(1, 900) * 100)
            for number in range(chance.randrange(1, 4))
        )
        paid = sum(line.paid_minor for line in lines)
        made = club.buys(name, order_no, 1, lines=lines, paid_minor=paid, list_minor=paid)
        at = club.now - timedelta(days=chance.randrange(60))
        club.took(made.model_copy(update={"ordered_at": at, "paid_at": at, "completed_at": at}))
        self.order_nos.append(order_no)

    def corrects(self, club: Club, chance: random.Random, name: str) -> None:
        """Tell an order again, with other lines."""
        if self.order_nos:
            order_no = chance.choice(self.order_nos)
            line = make_line(f"L{chance.randrange(4)}", paid_minor=chance.randrange(1, 900) * 100)
            paid = line.paid_minor
            club.take(club.buys(name, order_no, 1, lines=(line,), paid_minor=paid, list_minor=paid))

    def sends_back(self, club: Club, chance: random.Random, name: str) -> None:
        if self.order_nos:
            number = f"R-{self.name}-{chance.randrange(10**9)}-{name}"
            refund = comes_back(number, chance.choice(self.order_nos), 1, at=club.now)
            line = refund.lines[0].model_copy(update={"line_id": f"L{chance.randrange(3)}"})
            club.take(refund.model_copy(update={"lines": (line,)}))

    def merges(self, club: Club, chance: random.Random, name: str) -> None:
        other = self.person(chance)
        if other is not None and club.customer_id(other) != club.customer_id(name):
            self.merged.append(club.merge(name, other))

    def splits(self, club: Club, _chance: random.Random, _name: str) -> None:
        if self.merged:
            club.split(self.merged.pop())

    def forgets(self, club: Club, _chance: random.Random, name: str) -> None:
        if not self.merged:
            customer_id = club.customer_id(name)
            found = customers.find_customers(club.tx, customer_ids=[customer_id])
            wiring.forget_everywhere(club.tx, found[customer_id].person_id, now=club.now)
            self.gone.add(name)

    def changes_guide(self, club: Club, chance: random.Random, name: str) -> None:
        """Change a customer past every function of ours: the trigger must tell."""
        club.tx.execute(
            "UPDATE customers.customer SET guide = %(guide)s WHERE id = %(id)s",
            {"guide": f"G{chance.randrange(9)}", "id": club.customer_id(name)},
        )


class _Undone(Exception):
    """Ends a transaction without keeping what it wrote."""


class Writers:
    """Transactions that are open side by side, and end in an order of their own."""

    def __init__(self, shop: Shop, chance: random.Random, now: datetime, *, tills: int = 3) -> None:
        self.shop = shop
        self.chance = chance
        self.now = now
        self.tills = [Till("abcdefgh"[number]) for number in range(tills)]
        self.open: dict[str, tuple[ExitStack, Club]] = {}
        with shop.transaction(now) as tx:
            Club(tx, now).enrol(*(one for till in self.tills for one in till.everybody()))

    def step(self) -> None:
        """Begin a transaction, do something in an open one, or end one."""
        till = self.chance.choice(self.tills)
        if till.name not in self.open:
            stack = ExitStack()
            tx = stack.enter_context(self.shop.transaction(self.now))
            # Its number is given at its first write, so it is older than what others write later.
            tx.rows("SELECT pg_current_xact_id()")
            self.open[till.name] = (stack, Club(tx, self.now))
        elif self.chance.random() < 0.3:
            self.end(till)
        else:
            _, club = self.open[till.name]
            till.act(club, self.chance)
            club.tx.settle()

    def end(self, till: Till) -> None:
        stack, _ = self.open.pop(till.name)
        stack.close()

    def undo(self) -> None:
        """Let everything that is open come to nothing."""
        for stack, _ in self.open.values():
            with suppress(_Undone):
                stack.__exit__(_Undone, _Undone(), None)
        self.open.clear()

    def end_all(self) -> None:
        for till in self.tills:
            if till.name in self.open:
                self.end(till)
