"""What the ledger should do, told once more and simply, from the specification alone.

Plain objects, no ids, no SQL, no versions. It shares nothing with the product but the movements
that are asked of it, so an error would have to be made twice to go unnoticed.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from huitong import ledger

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
    source: int | None = None
    held: int = 0
    called_back: int = 0
    lapsed: int = 0

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
class Hold(Thing):
    asset: str
    amount: int
    ends: datetime | None
    parts: list[tuple[Lot, int]]
    state: str = "open"


@dataclass(eq=False)
class Purse(Thing):
    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    floor: int = 0

    def ordered(self, keep: Callable[[Lot], bool]) -> list[Lot]:
        return sorted(filter(keep, self.lots), key=lambda lot: lot.ends or FAR)


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
    holds: dict[str, Hold] = field(default_factory=dict)
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

    def live(self, asset: str, now: datetime) -> list[Lot]:
        return self.purse(asset).ordered(lambda lot: lot.begun(now) and not lot.over(now))

    def held(self, asset: str) -> int:
        held = [one for one in self.holds.values() if one.asset == asset and one.state == "open"]
        return sum(one.amount for one in held)

    def spendable(self, asset: str, now: datetime) -> int:
        purse = self.purse(asset)
        uncovered = self.held(asset) - sum(lot.held for lot in purse.lots)
        live = sum(lot.free for lot in self.live(asset, now))
        return max(0, live - purse.debt - uncovered - purse.floor)


def let_go(hold: Hold, state: str) -> None:
    for lot, part in hold.parts:
        lot.held -= part
    hold.state = state


class Model:
    """All owners; those that were merged share what they remember."""

    def __init__(self) -> None:
        self.owners: dict[int, Owner] = {}

    def owner(self, owner: int) -> Owner:
        return self.owners.setdefault(owner, Owner())

    def knows(self, key: str) -> bool:
        return any(key in owner.done for owner in self.owners.values())

    def apply(self, asked: ledger.Operation, now: datetime) -> str:
        """Do the operation and return "ok", "replayed" or the code of the refusal."""
        owner = self.owner(asked.owner)
        facts = (asked.kind, asked.movements, asked.occurred_at, asked.source_id)
        before = owner.done.get(asked.key)
        if before is not None:
            return "replayed" if before.asked == facts else "ledger.key_conflict"
        if owner.merged_into is not None:
            return "ledger.account_merged"
        attempt = Attempt(owner, Done(facts), now, asked.source_id)
        journal.on, journal.changes = True, []
        try:
            for movement in asked.movements:
                getattr(attempt, type(movement).__name__)(movement)
        except No as refusal:
            for fields, name, value in reversed(journal.changes):
                fields[name] = value
            return f"ledger.{refusal}"
        finally:
            journal.on = False
        owner.done[asked.key] = attempt.done
        return "ok"

    def expire(self, now: datetime) -> None:
        for owner in self.owners.values():
            for asset in list(owner.purses):
                owner.tidy(asset, now)

    def merge(self, source: int, target: int, now: datetime) -> None:
        one, other = self.owner(source), self.owner(target)
        for asset, purse in one.purses.items():
            one.tidy(asset, now)
            into = other.purses.setdefault(asset, Purse(floor=purse.floor))
            into.lots, into.debt = into.lots + purse.lots, into.debt + purse.debt
            purse.lots, purse.debt = [], 0
        moving = {key: hold for key, hold in one.holds.items() if hold.state == "open"}
        other.holds |= moving
        one.holds = {key: hold for key, hold in one.holds.items() if key not in moving}
        one.merged_into = target
        other.done |= one.done
        for owner in self.owners.values():
            owner.done = other.done if owner.done is one.done else owner.done


class Attempt:
    """One operation being tried; each kind of movement is a method of its name."""

    def __init__(self, owner: Owner, done: Done, now: datetime, source: int | None) -> None:
        self.owner, self.done, self.now, self.source = owner, done, now, source

    def take(self, asset: str, lots: list[Lot], wanted: int, why: str) -> int:
        """Take from lots in order and return what they did not have."""
        for lot in lots:
            part = min(lot.free, wanted)
            if part:
                lot.left, wanted = lot.left - part, wanted - part
                self.done.taken.append(Taken(asset, lot, part, why))
        return wanted

    def owe(self, asset: str, amount: int, why: str) -> None:
        if amount:
            self.owner.purse(asset).debt += amount
            self.done.taken.append(Taken(asset, None, amount, why))

    def add(self, asset: str, lot: Lot) -> None:
        self.owner.purse(asset).lots = [*self.owner.purse(asset).lots, lot]

    def granted_for(self, asset: str, source: int) -> list[Lot]:
        lots = [lot for lot in self.owner.purse(asset).lots if lot.source == source]
        require(lots, "nothing_granted")
        return sorted(lots, key=lambda lot: (lot.begun(self.now), lot.ends or FAR))

    def Grant(self, asked: ledger.Grant) -> None:
        asset, amount = asked.asset, asked.amount
        if self.owner.purse(asset).debt:
            self.owner.tidy(asset, self.now)
        lot = Lot(amount, amount, asked.activates_at, asked.expires_at, self.source)
        self.add(asset, lot)
        self.done.granted.append((asset, lot))
        if self.owner.purse(asset).debt:
            self.owner.tidy(asset, self.now)

    def Activate(self, asked: ledger.Activate) -> None:
        for lot in self.granted_for(asked.asset, asked.source_id):
            sooner = lot.starts is None or asked.activates_at <= lot.starts
            untouched = not lot.held and lot.left == lot.amount - lot.called_back
            if lot.left and not lot.begun(self.now) and (sooner or untouched):
                lot.starts, lot.ends = asked.activates_at, asked.expires_at

    def Spend(self, asked: ledger.Spend) -> None:
        self.owner.tidy(asked.asset, self.now)
        require(asked.amount <= self.owner.spendable(asked.asset, self.now), "insufficient")
        lots = self.owner.live(asked.asset, self.now)
        self.owe(asked.asset, self.take(asked.asset, lots, asked.amount, "spend"), "spend")

    def ClawBack(self, asked: ledger.ClawBack) -> None:
        self.owner.tidy(asked.asset, self.now)
        lots = self.granted_for(asked.asset, asked.source_id)
        left = sum(lot.amount - lot.called_back for lot in lots)
        require(asked.amount <= left, "claw_back_exceeds_grant")
        self.recall(asked.asset, lots, asked.amount, "claw")

    def recall(self, asset: str, lots: list[Lot], amount: int, why: str) -> None:
        value = 0
        for lot in lots:
            mark = min(lot.amount - lot.called_back, amount)
            value += lot.value_of(lot.called_back + mark) - lot.value_of(lot.called_back)
            lot.called_back, amount = lot.called_back + mark, amount - mark
            self.done.taken.append(Taken(asset, lot, 0, why, called_back=mark))
        rest = self.take(asset, lots, value, why)
        self.owe(asset, self.take(asset, self.owner.live(asset, self.now), rest, why), why)

    def Restore(self, asked: ledger.Restore) -> None:
        require(asked.operation_key in self.owner.done, "operation_unknown")
        past = self.owner.done[asked.operation_key]
        self.owner.tidy(asked.asset, self.now)
        spent = [one for one in past.taken if one.why == "spend" and one.asset == asked.asset]
        left = sum(one.amount - one.given_back for one in spent)
        require(left, "nothing_to_restore")
        require(asked.amount <= left, "restore_exceeds_use")
        rest, self.done.final = asked.amount, True
        for one in reversed(spent):
            part = min(one.amount - one.given_back, rest)
            rest -= part
            one.given_back += part
            self.give(one, part, asked.grace_days if asked.expired == "grace" else 0)

    def give(self, taken: Taken, amount: int, grace_days: int = 0) -> None:
        purse, lot = self.owner.purse(taken.asset), taken.lot
        if lot is None:
            paid = min(purse.debt, amount)
            purse.debt -= paid
            if amount > paid:
                self.add(taken.asset, Lot(amount - paid, amount - paid, self.now, None))
        elif not lot.over(self.now):
            lot.left += amount
        elif grace_days and amount:
            ends = self.now + timedelta(days=grace_days)
            self.add(taken.asset, Lot(amount, amount, self.now, ends))
        else:
            lot.lapsed += amount

    def Reverse(self, asked: ledger.Reverse) -> None:
        require(asked.operation_key in self.owner.done, "operation_unknown")
        past = self.owner.done[asked.operation_key]
        require(not past.reversed, "already_reversed")
        require(not past.final and (past.taken or past.granted), "not_reversible")
        past.reversed = self.done.final = True
        for one in past.taken:
            self.owner.tidy(one.asset, self.now)
        for one in reversed([one for one in past.taken if one.why == "spend"]):
            self.give(one, one.amount - one.given_back)
            one.given_back = one.amount
        for one in [one for one in past.taken if one.why == "claw"]:
            if one.lot is not None:
                one.lot.called_back -= one.called_back
            self.give(one, one.amount)
        for asset, lot in past.granted:
            self.owner.tidy(asset, self.now)
            wanted = lot.value_of(lot.amount) - lot.value_of(lot.called_back)
            require(lot.free >= wanted or asked.force, "moved_on")
            self.recall(asset, [lot], lot.amount - lot.called_back, "undo")

    def Expire(self, asked: ledger.Expire) -> None:
        self.owner.tidy(asked.asset, self.now)

    def Hold(self, asked: ledger.Hold) -> None:
        self.owner.tidy(asked.asset, self.now)
        require(asked.hold_key not in self.owner.holds, "hold_exists")
        require(asked.amount <= self.owner.spendable(asked.asset, self.now), "insufficient")
        parts, rest = [], asked.amount
        for lot in self.owner.live(asked.asset, self.now):
            part = min(lot.free, rest)
            lot.held, rest = lot.held + part, rest - part
            parts.append((lot, part))
        made = Hold(asked.asset, asked.amount, asked.expires_at, parts)
        self.owner.holds = {**self.owner.holds, asked.hold_key: made}

    def open_hold(self, key: str) -> Hold:
        require(key in self.owner.holds, "unknown_hold")
        held = self.owner.holds[key]
        self.owner.tidy(held.asset, self.now)
        require(held.state == "open", held.state)
        return held

    def Capture(self, asked: ledger.Capture) -> None:
        held = self.open_hold(asked.hold_key)
        require(asked.amount <= held.amount, "capture_exceeds_hold")
        let_go(held, "hold_already_captured")
        rest = asked.amount
        for lot, part in held.parts:
            rest -= min(part, rest) - self.take(held.asset, [lot], min(part, rest), "spend")
        self.owe(held.asset, rest, "spend")
        self.owner.tidy(held.asset, self.now)

    def Release(self, asked: ledger.Release) -> None:
        held = self.open_hold(asked.hold_key)
        let_go(held, "hold_already_released")
        self.owner.tidy(held.asset, self.now)
