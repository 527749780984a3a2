"""Random operations on a few owners, likely to collide: all from one seed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from huitong import ledger

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
POINTS, WALLET = "points:1", "wallet:1"
REMEMBERED_MAX = 400


@dataclass
class Generator:
    """Makes operations for its own owners; what it made before is what it refers to."""

    random: Random
    name: str
    owners: list[int]
    now: datetime = START
    made: list[ledger.Operation] = field(default_factory=list)
    holds: list[tuple[int, str]] = field(default_factory=list)
    merged: dict[int, int] = field(default_factory=dict)
    count: int = 0

    def home(self, owner: int) -> int:
        """Return the owner in which a merged one lives on."""
        while owner in self.merged:
            owner = self.merged[owner]
        return owner

    def pass_time(self) -> None:
        """Let the clock go on, sometimes far, sometimes back a little."""
        step = self.random.choices((1.0, 24.0, 240.0, -6.0), (80, 15, 2, 3))[0]
        self.now += timedelta(hours=step * self.random.random())

    def batch(self, size: int) -> list[ledger.Operation]:
        """Return new operations, repeats of old ones, and old keys with another content."""
        operations = [self._one() for _ in range(size)]
        if self.random.random() < 0.3:
            self.random.shuffle(operations)
        self.made = (self.made + operations)[-REMEMBERED_MAX:]
        return operations

    def _one(self) -> ledger.Operation:
        kind = self.random.random()
        if self.made and kind < 0.06:
            known = self.random.choice(self.made)
            late = self.random.random() < 0.2  # It still names the owner before the merge.
            return known if late else replace(known, owner=self.home(known.owner))
        if self.made and kind < 0.08:
            known = self.random.choice(self.made)
            return self._operation(known.owner, (self._grant(known.owner),), key=known.key)
        owner = self.random.choice(self.owners)
        several = self.random.choices((1, 2, 3), (80, 15, 5))[0]
        movements = tuple(self._movement(owner) for _ in range(several))
        reversals = [one for one in movements if isinstance(one, ledger.Reverse)]
        return self._operation(owner, tuple(reversals[:1]) or movements)

    def _operation(
        self, owner: int, movements: tuple[ledger.Movement, ...], key: str = ""
    ) -> ledger.Operation:
        self.count += 1
        return ledger.Operation(
            key=key or f"{self.name}:{self.count}",
            kind="simulated",
            owner=owner,
            movements=movements,
            # No two operations happen at once, so that of two lots one is always the older.
            occurred_at=self.now + timedelta(microseconds=self.count),
            source_kind="order",
            source_id=self._source(),
        )

    def _source(self) -> int:
        return self.random.randrange(max(1, self.count - 60), self.count + 2)

    def _movement(self, owner: int) -> ledger.Movement:
        return self.random.choices(_MAKERS, _WEIGHTS)[0](self, owner)

    def _asset(self) -> str:
        return POINTS if self.random.random() < 0.75 else WALLET

    def _amount(self) -> int:
        return self.random.randint(1, 100)

    def _grant(self, _: int) -> ledger.Movement:
        starts = self.random.choice((self.now, self.now, self.now + 3 * DAY, None))
        # No two lots end at the same microsecond, so the order of use is never a matter of ids.
        self.count += 1
        life = self.random.randint(1, 40) * DAY + timedelta(microseconds=self.count)
        return ledger.Grant(self._asset(), self._amount(), starts, (starts or self.now) + life)

    def _activate(self, owner: int) -> ledger.Movement:
        self.count += 1
        asset, source = self._granted(owner)
        ends = self.now + self.random.randint(3, 40) * DAY + timedelta(microseconds=self.count)
        begins = self.random.choice((self.now, self.now, self.now + DAY, None))
        return ledger.Activate(asset, source, begins, ends)

    def _spend(self, _: int) -> ledger.Movement:
        return ledger.Spend(self._asset(), self._amount())

    def _claw_back(self, owner: int) -> ledger.Movement:
        asset, source = self._granted(owner)
        return ledger.ClawBack(asset, self.random.randint(1, 60), source)

    def _granted(self, owner: int) -> tuple[str, int]:
        """Return an asset and the source for which the owner was granted it, as a rule."""
        known = [
            (move.asset, one.source_id)
            for one in self.made
            if self.home(one.owner) == owner and one.source_id is not None
            for move in one.movements
            if isinstance(move, ledger.Grant)
        ]
        return self.random.choice(known) if known else (self._asset(), self._source())

    def _restore(self, owner: int) -> ledger.Movement:
        asset, key = self._spent(owner)
        amount = self.random.randint(1, 40)
        if self.random.random() < 0.5:
            return ledger.Restore(asset, amount, key)
        return ledger.Restore(asset, amount, key, "grace", self.random.randint(1, 9))

    def _spent(self, owner: int) -> tuple[str, str]:
        known = [
            (move.asset if isinstance(move, ledger.Spend) else self._asset(), one.key)
            for one in self.made
            if self.home(one.owner) == owner
            for move in one.movements
            if isinstance(move, ledger.Spend | ledger.Capture)
        ]
        return self.random.choice(known) if known else (POINTS, "never used")

    def _reverse(self, owner: int) -> ledger.Movement:
        return ledger.Reverse(self._known_key(owner), force=self.random.random() < 0.5)

    def _known_key(self, owner: int) -> str:
        known = [one.key for one in self.made if self.home(one.owner) == owner]
        return self.random.choice(known) if known else "never used"

    def _expire(self, _: int) -> ledger.Movement:
        return ledger.Expire(self._asset())

    def _hold(self, owner: int) -> ledger.Movement:
        self.count += 1
        again = self.holds and self.random.random() < 0.05
        key = self.random.choice(self.holds)[1] if again else f"{self.name}:h{self.count}"
        self.holds = [*self.holds[-40:], (owner, key)]
        ends = self.random.choice((None, self.now + DAY, self.now + self.random.random() * 9 * DAY))
        return ledger.Hold(self._asset(), self._amount(), key, ends)

    def _known_hold(self, owner: int) -> str:
        known = [key for holder, key in self.holds if self.home(holder) == owner]
        return self.random.choice(known) if known else "never held"

    def _capture(self, owner: int) -> ledger.Movement:
        return ledger.Capture(self._known_hold(owner), self.random.randint(0, 60))

    def _release(self, owner: int) -> ledger.Movement:
        return ledger.Release(self._known_hold(owner))


_SHARES: dict[Callable[[Generator, int], ledger.Movement], int] = {
    Generator._grant: 36,
    Generator._activate: 5,
    Generator._spend: 20,
    Generator._claw_back: 9,
    Generator._restore: 8,
    Generator._reverse: 4,
    Generator._expire: 2,
    Generator._hold: 10,
    Generator._capture: 7,
    Generator._release: 4,
}
_MAKERS, _WEIGHTS = list(_SHARES), list(_SHARES.values())
