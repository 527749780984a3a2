"""The nouns of the model: what an owner has, as plain objects that a refusal puts back."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

FAR = datetime(9999, 1, 1, tzinfo=UTC)
journal = threading.local()  # What a refusal puts back: object, field, value before.


class No(Exception):
    """The ledger refuses; the argument is the code it says so with."""


def require(fulfilled: object, code: str) -> None:
    if not fulfilled:
        raise No(code)


class Thing:
    def __setattr__(self, name: str, value: object) -> None:
        if name in vars(self) and getattr(journal, "on", False):
            journal.changes.append((vars(self), name, vars(self)[name]))
        vars(self)[name] = value


@dataclass(eq=False)
class Lot(Thing):
    amount: int
    left: int
    starts: datetime | None
    ends: datetime | None
    granted: datetime
    source: int | None = None
    held: int = 0
    called_back: int = 0
    lapsed: int = 0
    used: bool = False

    @property
    def free(self) -> int:
        return self.left - self.held

    def begun(self, now: datetime) -> bool:
        return self.starts is not None and self.starts <= now

    def over(self, now: datetime) -> bool:
        return (self.ends or FAR) <= now

    def value_of(self, called_back: int) -> int:
        return min(called_back, self.amount - self.lapsed)


@dataclass(eq=False)
class Held(Thing):
    asset: str
    amount: int
    ends: datetime | None
    parts: list[tuple[Lot, int]]
    since: datetime
    state: str = "open"


@dataclass(eq=False)
class Purse(Thing):
    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    floor: int = 0

    def ordered(self, keep: Callable[[Lot], bool]) -> list[Lot]:
        return sorted(filter(keep, self.lots), key=lambda lot: (lot.ends or FAR, lot.granted))


@dataclass(eq=False)
class Taken(Thing):
    asset: str
    lot: Lot | None
    amount: int
    why: str
    called_back: int = 0
    given_back: int = 0


@dataclass(eq=False)
class Done(Thing):
    asked: tuple[object, ...]
    taken: list[Taken] = field(default_factory=list)
    granted: list[tuple[str, Lot]] = field(default_factory=list)
    final: bool = False
    reversed: bool = False


@dataclass(eq=False)
class Owner(Thing):
    """What one owner has, and the operations that the ledger accepted for it."""

    purses: dict[str, Purse] = field(default_factory=dict)
    holds: dict[str, Held] = field(default_factory=dict)
    done: dict[str, Done] = field(default_factory=dict)
    merged_into: int | None = None

    def purse(self, asset: str) -> Purse:
        return self.purses.setdefault(asset, Purse())

    def tidy(self, asset: str, now: datetime) -> Purse:
        """Let holds time out, pay debt from what has begun, let the rest expire."""
        for hold in self.holds.values():
            if hold.asset == asset and hold.state == "open" and (hold.ends or FAR) <= now:
                let_go(hold, "hold_expired")
        purse = self.purse(asset)
        for lot in purse.ordered(lambda lot: lot.begun(now)):
            paid = min(lot.free, purse.debt)
            lot.left, purse.debt = lot.left - paid, purse.debt - paid
        for lot in purse.ordered(lambda lot: lot.over(now)):
            lot.lapsed, lot.left = lot.lapsed + lot.free, lot.held
        return purse

    def is_due(self, asset: str, now: datetime) -> bool:
        lots = self.purse(asset).lots
        holds = [one for one in self.holds.values() if one.asset == asset and one.state == "open"]
        return any(lot.free and lot.over(now) for lot in lots) or any(
            (hold.ends or FAR) <= now for hold in holds
        )

    def live(self, asset: str, now: datetime) -> list[Lot]:
        return self.purse(asset).ordered(lambda lot: lot.begun(now) and not lot.over(now))

    def held(self, asset: str) -> int:
        held = [one for one in self.holds.values() if one.asset == asset and one.state == "open"]
        return sum(one.amount for one in held)

    def spendable(self, asset: str, now: datetime) -> int:
        return max(0, self.own(asset, now) - self.purse(asset).floor)

    def own(self, asset: str, now: datetime) -> int:
        """Return what could be spent without an overdraft; below zero, what it covers."""
        purse = self.purse(asset)
        uncovered = self.held(asset) - sum(lot.held for lot in purse.lots)
        return sum(lot.free for lot in self.live(asset, now)) - purse.debt - uncovered

    def give_up_holds(self, asset: str, other: "Owner", now: datetime) -> None:
        """Let go of holds, the latest first, until another owner bears those that are left."""
        held = [(one.since, key, one) for key, one in self.holds.items() if one.asset == asset]
        for *_, hold in sorted(held, key=lambda one: one[:2], reverse=True):
            both = self.own(asset, now) + other.own(asset, now) - other.purse(asset).floor
            if both >= 0:
                return
            if hold.state == "open" and hold.amount > sum(part for _, part in hold.parts):
                let_go(hold, "hold_already_released")


def let_go(hold: Held, state: str) -> None:
    for lot, part in hold.parts:
        lot.held -= part
    hold.state = state
