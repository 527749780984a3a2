"""What the ledger should do, told once more and simply, from the specification alone.

Plain objects, no ids, no SQL, no versions. It shares nothing with the product but the movements
that are asked of it, so an error would have to be made twice to go unnoticed.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from huitong import ledger

FAR = datetime(9999, 1, 1, tzinfo=UTC)
_undoing = threading.local()


class No(Exception):
    """The ledger refuses; the argument is the code it says so with."""


class Thing:
    """Remembers what its fields were while an operation is tried."""

    def __setattr__(self, name: str, value: object) -> None:
        journal = getattr(_undoing, "journal", None)
        if journal is not None and name in vars(self):
            journal.append((self, name, vars(self)[name]))
        object.__setattr__(self, name, value)


@contextmanager
def all_or_nothing() -> Iterator[None]:
    _undoing.journal = []
    try:
        yield
    except No:
        for thing, name, value in reversed(_undoing.journal):
            object.__setattr__(thing, name, value)
        raise
    finally:
        _undoing.journal = None


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
        found = [lot for lot in self.lots if lot.free and keep(lot)]
        return sorted(found, key=lambda lot: lot.ends or FAR)


@dataclass(eq=False)
class Owner(Thing):
    purses: dict[str, Purse] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    merged_into: int | None = None
    once: set[int] = field(default_factory=set)

    def purse(self, asset: str) -> Purse:
        if asset not in self.purses:
            self.purses = {**self.purses, asset: Purse()}
        return self.purses[asset]


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
    owner: int
    asked: tuple[object, ...]
    taken: list[Taken] = field(default_factory=list)
    granted: list[tuple[str, Lot]] = field(default_factory=list)
    final: bool = False
    reversed: bool = False


class Model:
    """All owners, and every operation that was accepted."""

    def __init__(self) -> None:
        self.owners: dict[int, Owner] = {}
        self.done: dict[str, Done] = {}

    def owner(self, owner: int) -> Owner:
        return self.owners.setdefault(owner, Owner())

    def apply(self, asked: ledger.Operation, now: datetime) -> str:
        """Do the operation and return "ok", "replayed" or the code of the refusal."""
        facts = (asked.kind, asked.movements, asked.occurred_at, asked.source_id)
        owner = self.owner(asked.owner)
        before = self.done.get(asked.key)
        if before is not None:
            mine = before.owner in {asked.owner, *owner.once}
            return "replayed" if mine and before.asked == facts else "ledger.key_conflict"
        if owner.merged_into is not None:
            return "ledger.account_merged"
        attempt = Attempt(self, owner, Done(asked.owner, facts), now, asked.source_id)
        try:
            with all_or_nothing():
                for movement in asked.movements:
                    attempt.move(movement)
        except No as refusal:
            return f"ledger.{refusal}"
        self.done[asked.key] = attempt.done
        return "ok"

    def expire(self, now: datetime) -> None:
        for owner in self.owners.values():
            for asset in owner.purses:
                tidy(owner, asset, now)

    def merge(self, source: int, target: int, now: datetime) -> None:
        one, other = self.owner(source), self.owner(target)
        for asset, purse in one.purses.items():
            tidy(one, asset, now)
            into = other.purses.setdefault(asset, Purse(floor=purse.floor))
            into.lots += purse.lots
            into.debt += purse.debt
            purse.lots, purse.debt = [], 0
        moving = {key: hold for key, hold in one.holds.items() if hold.state == "open"}
        other.holds |= moving
        one.holds = {key: hold for key, hold in one.holds.items() if key not in moving}
        one.merged_into = target
        together = {source, target, *one.once, *other.once}
        one.once, other.once = together - {source}, together - {target}


def tidy(owner: Owner, asset: str, now: datetime) -> None:
    """Let holds time out, pay debt from what has begun, let the rest expire."""
    for hold in owner.holds.values():
        if hold.asset == asset and hold.state == "open" and (hold.ends or FAR) <= now:
            let_go(hold, "hold_expired")
    purse = owner.purse(asset)
    for lot in purse.ordered(lambda lot: lot.begun(now)):
        paid = min(lot.free, purse.debt)
        lot.left -= paid
        purse.debt -= paid
    for lot in purse.ordered(lambda lot: lot.over(now)):
        lot.lapsed += lot.free
        lot.left -= lot.free


def let_go(hold: Hold, state: str) -> None:
    for lot, part in hold.parts:
        lot.held -= part
    hold.state = state


class Attempt:
    """One operation being tried: each kind of movement is a method of the same name."""

    def __init__(
        self, model: Model, owner: Owner, done: Done, now: datetime, source: int | None
    ) -> None:
        self.model, self.owner, self.done = model, owner, done
        self.now, self.source = now, source

    def move(self, movement: object) -> None:
        """Do one movement, or say No."""
        MOVES[type(movement)](self, movement)

    def tidy(self, asset: str) -> Purse:
        tidy(self.owner, asset, self.now)
        return self.owner.purse(asset)

    def live(self, asset: str) -> list[Lot]:
        now = self.now
        return self.owner.purse(asset).ordered(lambda lot: lot.begun(now) and not lot.over(now))

    def spendable(self, asset: str) -> int:
        purse = self.owner.purse(asset)
        covered = sum(lot.held for lot in purse.lots)
        held = sum(
            hold.amount
            for hold in self.owner.holds.values()
            if hold.asset == asset and hold.state == "open"
        )
        live = sum(lot.free for lot in self.live(asset))
        return max(0, live - purse.debt - (held - covered) - purse.floor)

    def take(self, asset: str, lots: list[Lot], wanted: int, why: str) -> int:
        for lot in lots:
            part = min(lot.free, wanted)
            if part:
                lot.left -= part
                self.done.taken.append(Taken(asset, lot, part, why))
                wanted -= part
        return wanted

    def owe(self, asset: str, amount: int, why: str) -> None:
        if amount:
            self.owner.purse(asset).debt += amount
            self.done.taken.append(Taken(asset, None, amount, why))

    def add(self, asset: str, lot: Lot) -> None:
        purse = self.owner.purse(asset)
        purse.lots = [*purse.lots, lot]

    def grant(self, asked: ledger.Grant) -> None:
        lot = Lot(asked.amount, asked.amount, asked.activates_at, asked.expires_at, self.source)
        if self.owner.purse(asked.asset).debt:
            self.tidy(asked.asset)
        in_debt = self.owner.purse(asked.asset).debt
        self.add(asked.asset, lot)
        self.done.granted.append((asked.asset, lot))
        if in_debt:
            self.tidy(asked.asset)

    def activate(self, asked: ledger.Activate) -> None:
        for lot in self.granted_for(asked.asset, asked.source_id):
            sooner = lot.starts is None or asked.activates_at <= lot.starts
            untouched = not lot.held and lot.left == lot.amount - lot.called_back
            if lot.left and not lot.begun(self.now) and (sooner or untouched):
                lot.starts, lot.ends = asked.activates_at, asked.expires_at

    def spend(self, asked: ledger.Spend) -> None:
        self.tidy(asked.asset)
        if asked.amount > self.spendable(asked.asset):
            raise No("insufficient")
        lots = self.live(asked.asset)
        self.owe(asked.asset, self.take(asked.asset, lots, asked.amount, "spend"), "spend")

    def granted_for(self, asset: str, source: int) -> list[Lot]:
        lots = [lot for lot in self.owner.purse(asset).lots if lot.source == source]
        if not lots:
            raise No("nothing_granted")
        return sorted(lots, key=lambda lot: (lot.begun(self.now), lot.ends or FAR))

    def claw_back(self, asked: ledger.ClawBack) -> None:
        self.tidy(asked.asset)
        lots = self.granted_for(asked.asset, asked.source_id)
        if asked.amount > sum(lot.amount - lot.called_back for lot in lots):
            raise No("claw_back_exceeds_grant")
        self.recall(asked.asset, lots, asked.amount, "claw")

    def recall(self, asset: str, lots: list[Lot], amount: int, why: str) -> None:
        value = 0
        for lot in lots:
            mark = min(lot.amount - lot.called_back, amount)
            value += lot.value_of(lot.called_back + mark) - lot.value_of(lot.called_back)
            lot.called_back += mark
            amount -= mark
            self.done.taken.append(Taken(asset, lot, 0, why, called_back=mark))
        rest = self.take(asset, lots, value, why)
        self.owe(asset, self.take(asset, self.live(asset), rest, why), why)

    def find(self, key: str) -> Done:
        done = self.model.done.get(key)
        if done is None or done.owner not in {self.done.owner, *self.owner.once}:
            raise No("operation_unknown")
        return done

    def restore(self, asked: ledger.Restore) -> None:
        past = self.find(asked.operation_key)
        self.tidy(asked.asset)
        spent = [one for one in past.taken if one.why == "spend" and one.asset == asked.asset]
        left = sum(one.amount - one.given_back for one in spent)
        if not left:
            raise No("nothing_to_restore")
        if asked.amount > left:
            raise No("restore_exceeds_use")
        rest = asked.amount
        for one in reversed(spent):
            part = min(one.amount - one.given_back, rest)
            rest -= part
            one.given_back += part
            self.give(one, part, asked.grace_days if asked.expired == "grace" else 0)
        self.done.final = True

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

    def reverse(self, asked: ledger.Reverse) -> None:
        past = self.find(asked.operation_key)
        if past.reversed:
            raise No("already_reversed")
        if past.final or not (past.taken or past.granted):
            raise No("not_reversible")
        past.reversed = self.done.final = True
        for asset in {one.asset for one in past.taken}:
            self.tidy(asset)
        for one in reversed(past.taken):
            if one.why == "spend":
                self.give(one, one.amount - one.given_back)
                one.given_back = one.amount
        for one in past.taken:
            if one.why == "claw":
                if one.lot is not None:
                    one.lot.called_back -= one.called_back
                self.give(one, one.amount)
        for asset, lot in past.granted:
            self.tidy(asset)
            wanted = lot.value_of(lot.amount) - lot.value_of(lot.called_back)
            if lot.free < wanted and not asked.force:
                raise No("moved_on")
            self.recall(asset, [lot], lot.amount - lot.called_back, "undo")

    def expire(self, asked: ledger.Expire) -> None:
        self.tidy(asked.asset)

    def hold(self, asked: ledger.Hold) -> None:
        self.tidy(asked.asset)
        if asked.hold_key in self.owner.holds:
            raise No("hold_exists")
        if asked.amount > self.spendable(asked.asset):
            raise No("insufficient")
        parts, rest = [], asked.amount
        for lot in self.live(asked.asset):
            part = min(lot.free, rest)
            lot.held += part
            rest -= part
            parts.append((lot, part))
        made = Hold(asked.asset, asked.amount, asked.expires_at, parts)
        self.owner.holds = {**self.owner.holds, asked.hold_key: made}

    def open_hold(self, key: str) -> Hold:
        if key not in self.owner.holds:
            raise No("unknown_hold")
        hold = self.owner.holds[key]
        self.tidy(hold.asset)
        if hold.state != "open":
            raise No(hold.state)
        return hold

    def capture(self, asked: ledger.Capture) -> None:
        hold = self.open_hold(asked.hold_key)
        if asked.amount > hold.amount:
            raise No("capture_exceeds_hold")
        let_go(hold, "hold_already_captured")
        rest = asked.amount
        for lot, part in hold.parts:
            taken = min(part, rest)
            self.take(hold.asset, [lot], taken, "spend")
            rest -= taken
        self.owe(hold.asset, rest, "spend")
        self.tidy(hold.asset)

    def release(self, asked: ledger.Release) -> None:
        hold = self.open_hold(asked.hold_key)
        let_go(hold, "hold_already_released")
        self.tidy(hold.asset)


MOVES: Mapping[type, Callable[[Attempt, Any], None]] = {
    ledger.Grant: Attempt.grant,
    ledger.Activate: Attempt.activate,
    ledger.Spend: Attempt.spend,
    ledger.ClawBack: Attempt.claw_back,
    ledger.Restore: Attempt.restore,
    ledger.Reverse: Attempt.reverse,
    ledger.Expire: Attempt.expire,
    ledger.Hold: Attempt.hold,
    ledger.Capture: Attempt.capture,
    ledger.Release: Attempt.release,
}
