"""Builders for the ledger's tests: one operation at a time, one owner, hand-computed numbers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from huitong import ledger
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused, Result

POINTS = "points:1"
DEBT = f"debt:{POINTS}"
DAY = timedelta(days=1)
OWNER = 7 << 12 | 1234
OTHER = 8 << 12 | 99


@dataclass
class Ledger:
    """A ledger as seen by one test: its transaction, its clock, and short ways to ask."""

    tx: Tx
    now: datetime
    numbers: "count[int]" = field(default_factory=count)

    def operation(
        self,
        *movements: ledger.Movement,
        owner: int = OWNER,
        key: str = "",
        source_id: int | None = None,
    ) -> ledger.Operation:
        return ledger.Operation(
            key=key or f"key {next(self.numbers)}",
            kind="test",
            owner=owner,
            movements=movements,
            occurred_at=self.now,
            source_kind="" if source_id is None else "order",
            source_id=source_id,
        )

    def post(self, *operations: ledger.Operation) -> list[Result[ledger.Posted]]:
        return ledger.post(self.tx, operations, now=self.now)

    def do(
        self,
        *movements: ledger.Movement,
        owner: int = OWNER,
        key: str = "",
        source_id: int | None = None,
    ) -> ledger.Posted:
        """Post one operation that must be accepted."""
        asked = self.operation(*movements, owner=owner, key=key, source_id=source_id)
        (result,) = self.post(asked)
        assert isinstance(result, Ok), result
        return result.value

    def refusal(self, *movements: ledger.Movement, owner: int = OWNER, key: str = "") -> Refused:
        """Post one operation that must be refused."""
        (result,) = self.post(self.operation(*movements, owner=owner, key=key))
        assert isinstance(result, Refused), result
        return result

    def grant(
        self,
        amount: int,
        *,
        owner: int = OWNER,
        days: int | None = 365,
        source_id: int | None = None,
        key: str = "",
        asset: str = POINTS,
    ) -> ledger.Posted:
        """Grant active points that live for so many days."""
        ends = None if days is None else self.now + days * DAY
        granted = ledger.Grant(asset, amount, self.now, ends)
        return self.do(granted, owner=owner, source_id=source_id, key=key)

    def balance(self, owner: int = OWNER, asset: str = POINTS) -> ledger.Balance:
        (balance,) = ledger.balances(self.tx, [owner], asset=asset, now=self.now)
        return balance

    def left(self, owner: int = OWNER) -> list[int]:
        """Return what is left in each lot, oldest first, spent ones too."""
        return [lot.remaining for lot in reversed(ledger.lots(self.tx, owner, spent=True))]

    def breaches(self) -> Sequence[ledger.Breach]:
        return list(ledger.verify(self.tx))


class _Undo(Exception):
    """Ends a part of a test without keeping what it wrote."""


@contextmanager
def undone(books: Ledger) -> Iterator[None]:
    """Forget what the block does, so that the next example starts anew."""
    start = books.now
    with suppress(_Undo), books.tx.savepoint():
        yield
        raise _Undo
    books.now = start


def amounts(posted: ledger.Posted) -> list[tuple[str, int, int]]:
    """Return the lines of a result as asset, amount, balance after."""
    return [(line.asset, line.amount, line.balance_after) for line in posted.lines]
