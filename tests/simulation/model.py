"""What the ledger should do, told once more and simply, from the specification alone.

No ids, no SQL, no versions. It shares nothing with the product but the movements that are asked of
it, so an error would have to be made twice to go unnoticed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from huitong import ledger
from tests.simulation.things import (
    FAR,
    Done,
    Held,
    Lot,
    No,
    Owner,
    Taken,
    journal,
    let_go,
    require,
)


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
        attempt = Attempt(owner, Done(facts), now, asked)
        journal.on, journal.changes = True, []
        try:
            for movement in asked.movements:
                MOVES[type(movement)](attempt, movement)
        except No as refusal:
            for fields, name, value in reversed(journal.changes):
                fields[name] = value
            return f"ledger.{refusal}"
        finally:
            journal.on = False
        owner.done[asked.key] = attempt.done
        return "ok"

    def expire(self, now: datetime) -> None:
        """Bring to the present where something is due: the run for the sleeping accounts."""
        for owner in self.owners.values():
            for asset in [asset for asset in owner.purses if owner.is_due(asset, now)]:
                owner.tidy(asset, now)

    def tidy(self, now: datetime) -> None:
        """Bring everything to the present, as whoever looks at it counts it."""
        for owner in self.owners.values():
            for asset in list(owner.purses):
                owner.tidy(asset, now)

    def merge(self, source: int, target: int, now: datetime) -> None:
        one, other = self.owner(source), self.owner(target)
        for asset, purse in one.purses.items():
            one.tidy(asset, now)
            into = other.tidy(asset, now)
            one.give_up_holds(asset, other, now)
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
    """One operation being tried; each kind of movement is a method."""

    def __init__(self, owner: Owner, done: Done, now: datetime, asked: ledger.Operation) -> None:
        self.owner, self.done, self.now = owner, done, now
        self.source, self.occurred_at = asked.source_id, asked.occurred_at

    def take(self, asset: str, lots: list[Lot], wanted: int, why: str) -> int:
        """Take from lots in order and return what they did not have."""
        for lot in lots:
            part = min(lot.free, wanted)
            if part:
                lot.left, wanted = lot.left - part, wanted - part
                lot.used = lot.used or why == "spend"
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
        return sorted(lots, key=lambda lot: (lot.begun(self.now), lot.ends or FAR, lot.granted))

    def grant(self, asked: ledger.Grant) -> None:
        asset, amount = asked.asset, asked.amount
        if self.owner.purse(asset).debt:
            self.owner.tidy(asset, self.now)
        lot = Lot(
            amount, amount, asked.activates_at, asked.expires_at, self.occurred_at, self.source
        )
        self.add(asset, lot)
        self.done.granted.append((asset, lot))
        if self.owner.purse(asset).debt:
            self.owner.tidy(asset, self.now)

    def activate(self, asked: ledger.Activate) -> None:
        for lot in self.granted_for(asked.asset, asked.source_id):
            sooner = lot.starts is None or (asked.activates_at or FAR) <= lot.starts
            if lot.left and not lot.begun(self.now) and (sooner or not lot.used):
                lot.starts, lot.ends = asked.activates_at, asked.expires_at

    def spend(self, asked: ledger.Spend) -> None:
        self.owner.tidy(asked.asset, self.now)
        require(asked.amount <= self.owner.spendable(asked.asset, self.now), "insufficient")
        lots = self.owner.live(asked.asset, self.now)
        self.owe(asked.asset, self.take(asked.asset, lots, asked.amount, "spend"), "spend")

    def claw_back(self, asked: ledger.ClawBack) -> None:
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

    def restore(self, asked: ledger.Restore) -> None:
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
                self.add(
                    taken.asset, Lot(amount - paid, amount - paid, self.now, None, self.occurred_at)
                )
        elif not lot.over(self.now):
            lot.left += amount
        elif grace_days and amount:
            ends = self.now + timedelta(days=grace_days)
            self.add(taken.asset, Lot(amount, amount, self.now, ends, self.occurred_at))
        else:
            lot.lapsed += amount

    def reverse(self, asked: ledger.Reverse) -> None:
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

    def expire(self, asked: ledger.Expire) -> None:
        self.owner.tidy(asked.asset, self.now)

    def hold(self, asked: ledger.Hold) -> None:
        self.owner.tidy(asked.asset, self.now)
        require(asked.hold_key not in self.owner.holds, "hold_exists")
        require(asked.amount <= self.owner.spendable(asked.asset, self.now), "insufficient")
        parts, rest = [], asked.amount
        for lot in self.owner.live(asked.asset, self.now):
            part = min(lot.free, rest)
            lot.held, rest, lot.used = lot.held + part, rest - part, lot.used or part > 0
            parts.append((lot, part))
        made = Held(asked.asset, asked.amount, asked.expires_at, parts, self.now)
        self.owner.holds = {**self.owner.holds, asked.hold_key: made}

    def open_hold(self, key: str) -> Held:
        require(key in self.owner.holds, "unknown_hold")
        held = self.owner.holds[key]
        self.owner.tidy(held.asset, self.now)
        require(held.state == "open", held.state)
        return held

    def capture(self, asked: ledger.Capture) -> None:
        held = self.open_hold(asked.hold_key)
        require(asked.amount <= held.amount, "capture_exceeds_hold")
        let_go(held, "hold_already_captured")
        rest = asked.amount
        for lot, part in held.parts:
            rest -= min(part, rest) - self.take(held.asset, [lot], min(part, rest), "spend")
        self.owe(held.asset, rest, "spend")
        self.owner.tidy(held.asset, self.now)

    def release(self, asked: ledger.Release) -> None:
        held = self.open_hold(asked.hold_key)
        let_go(held, "hold_already_released")
        self.owner.tidy(held.asset, self.now)


# Each method takes its own kind of movement, which a mapping by type cannot say.
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
