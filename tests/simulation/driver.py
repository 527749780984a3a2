"""Runs the simulation: threads that post, crash, retry and merge, each beside its own model.

Order between threads is chance, so each thread has a group of its own: there every answer and at
last every lot must be what the model says. All threads also post to the owners of one shared
group; what is checked there does not depend on order: the balances are the sums of the lines that
were answered, and no promise is broken.
"""

import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TypeAlias, TypeVar

import psycopg

from huitong import ledger
from huitong.platform.db import Database, Scope
from huitong.platform.errors import Ok, Result
from tests.simulation.generator import POINTS, START, WALLET, Generator
from tests.simulation.model import Model
from tests.simulation.things import Purse

THREADS = 4
OWNERS_PER_THREAD = 40
SHARED_OWNERS = 6
SHARED_GROUP = 1
BATCH_MAX = 150
CRASH_SHARE = 0.10
LOST_ANSWER_SHARE = 0.03
KILL_EVERY_SECONDS = 1.5
STATEMENTS_UNTIL_CRASH_MAX = 40
FLOOR = -50

Answer = TypeVar("Answer")
Figures: TypeAlias = tuple[int, int, int, int]
LotKey: TypeAlias = tuple[str, str, datetime | int | None]


class Crash(Exception):
    """The process ends here, as far as the transaction can tell."""


class Fuse(threading.local):
    """Lets a thread crash before its n-th statement from now; COMMIT counts as one."""

    left: int | None = None

    def watch(self) -> None:
        """Be called before every statement."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Crash


@dataclass
class Outcome:
    """What a run did, for the person who reads it."""

    operations: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    crashes: int = 0
    kills: int = 0
    problems: list[str] = field(default_factory=list)


class Worker:
    """One thread: its generator, its model, its group."""

    def __init__(self, database: Database, fuse: Fuse, seed: int, number: int):
        self.database, self.fuse = database, fuse
        self.random = Random(f"{seed}:{number}")
        self.group = SHARED_GROUP + 1 + number
        self.model = Model()
        owners = [
            (number * 1000 + place + 1) << 12 | self.random.randrange(4096)
            for place in range(OWNERS_PER_THREAD)
        ]
        shared = [place + 1 << 12 | place * 600 for place in range(SHARED_OWNERS)]
        self.own = Generator(Random(f"{seed}:{number}:own"), f"t{number}", owners)
        self.shared = Generator(Random(f"{seed}:{number}:shared"), f"s{number}", shared)
        self.shared_sums: Counter[tuple[int, str]] = Counter()
        self.counted: set[str] = set()
        self.merges = 0
        self.outcome = Outcome()

    def run(self, operations: int) -> None:
        """Post until so many operations were answered; the first surprise ends the thread."""
        self._open_overdrafts()
        while self.outcome.operations < operations and not self.outcome.problems:
            what = self.random.random()
            if what < 0.02:
                self._expire()
            elif what < 0.06:
                self._merge()
            elif what < 0.20:
                self._post_shared()
            else:
                self._post_own()
            self.own.pass_time()
            self.shared.now = max(self.shared.now, self.own.now)

    def guarded(self, operations: int) -> None:
        """Run, and keep an unforeseen error as a problem: a thread has nobody to raise it to."""
        try:
            self.run(operations)
        except Exception:  # noqa: BLE001 - whatever it is, the run must end and show it
            self._problem(traceback.format_exc())

    def _open_overdrafts(self) -> None:
        def work() -> None:
            with self.database.transaction(Scope(self.group), now=START) as tx:
                for owner in self.own.owners[::3]:
                    ledger.open_account(tx, owner, asset=WALLET, floor=FLOOR)

        self._certainly(work)
        for owner in self.own.owners[::3]:
            self.model.owner(owner).purses[WALLET] = Purse(floor=FLOOR)

    def _post_own(self) -> None:
        batch = self.own.batch(self.random.randint(1, BATCH_MAX))
        results = self._post(self.group, batch, self.own.now)
        if results is None:
            if self._was_committed(batch):
                for operation in batch:
                    self.model.apply(operation, self.own.now)
            return
        for operation, result in zip(batch, results, strict=True):
            expected = self.model.apply(operation, self.own.now)
            told = _told(result)
            self.outcome.answers[told] += 1
            if told != expected:
                self._problem(f"{operation} at {self.own.now}: {result}, expected {expected}")

    def _post_shared(self) -> None:
        batch = self.shared.batch(self.random.randint(1, 12))
        while True:  # Until the answer is known: the keys make that safe.
            results = self._post(SHARED_GROUP, batch, self.shared.now)
            if results is not None:
                break
        seen: set[str] = set()
        for operation, result in zip(batch, results, strict=True):
            if isinstance(result, Ok) and operation.key not in self.counted | seen:
                seen.add(operation.key)
                for line in result.value.lines:
                    self.shared_sums[operation.owner, line.asset] += line.amount
        self.counted |= seen

    def _post(
        self, group: int, batch: list[ledger.Operation], now: datetime
    ) -> list[Result[ledger.Posted]] | None:
        """Return the answers, or None when the answer was lost."""
        if self.random.random() < CRASH_SHARE:
            self.fuse.left = self.random.randrange(STATEMENTS_UNTIL_CRASH_MAX)
        lost = self.random.random() < LOST_ANSWER_SHARE
        try:
            with self.database.transaction(Scope(group), now=now) as tx:
                results = ledger.post(tx, batch, now=now)
        except (Crash, psycopg.OperationalError):
            self.outcome.crashes += 1
            return None
        finally:
            self.fuse.left = None
        self.outcome.operations += len(batch)
        return None if lost else results

    def _was_committed(self, batch: list[ledger.Operation]) -> bool:
        """Find out what became of a batch whose answer was lost: is any of its new keys there?"""
        new = [operation.key for operation in batch if not self.model.knows(operation.key)]

        def work() -> bool:
            with self.database.reading(Scope(self.group)) as tx:
                sql = "SELECT count(*) FROM ledger.operation WHERE key = ANY(%s)"
                found = tx.row(sql, [new])
                return bool(found and found[0])

        return self._certainly(work)

    def _expire(self) -> None:
        def work() -> None:
            done = False
            while not done:
                with self.database.transaction(Scope(self.group), now=self.own.now) as tx:
                    done = ledger.expire_due(tx, now=self.own.now, limit=20).done

        self._certainly(work)
        self.model.expire(self.own.now)

    def _merge(self) -> None:
        """Merge two owners; the source's operations may come again, addressed to the target."""
        rich = [
            owner
            for owner in self.own.owners
            if self.model.owner(owner).purse(POINTS).lots
            and self.model.owner(owner).merged_into is None
        ]
        if len(rich) < OWNERS_PER_THREAD // 3:
            return
        source, target = self.random.sample(rich, 2)
        if self.model.owner(source).holds.keys() & self.model.owner(target).holds.keys():
            return
        self.merges += 1
        key, now = f"merge:{self.own.name}:{self.merges}", self.own.now

        def work() -> None:
            with self.database.transaction(Scope(self.group), now=now) as tx:
                ledger.reassign(tx, source=source, target=target, key=key, now=now)

        self._certainly(work)
        self.model.merge(source, target, now)
        self.own.merged[source] = target

    def _certainly(self, work: Callable[[], Answer]) -> Answer:
        """Do what can be repeated until it is done."""
        while True:
            try:
                return work()
            except psycopg.OperationalError:
                self.outcome.crashes += 1

    def _problem(self, text: str) -> None:
        self.outcome.problems.append(text)

    def compare(self) -> None:
        """Compare what the ledger holds at the end with the model, owner by owner."""
        now = self.own.now
        living = [one for one in self.own.owners if self.model.owner(one).merged_into is None]
        shown = self._balances(living, now)
        self.model.tidy(now)
        for owner, asset in shown:
            expected = _position(self.model, owner, asset, now)
            if shown[owner, asset] != expected:
                self._problem(f"{owner} {asset} at {now}: {shown[owner, asset]}, not {expected}")
        self._tidy(living, now)
        for place, balance in self._whole_balances(living).items():
            expected_balance = _whole_balance(self.model, *place)
            if balance != expected_balance:
                self._problem(f"{place} at {now}: {balance}, not {expected_balance}")
        found = self._lots(living)
        for owner in living:
            expected_lots = _lots_of(self.model, owner)
            if found[owner] != expected_lots:
                mine, other = found[owner] - expected_lots, expected_lots - found[owner]
                self._problem(f"lots of {owner}: too much of {mine}, too little of {other}")

    def _balances(self, owners: list[int], now: datetime) -> dict[tuple[int, str], Figures]:
        with self.database.reading(Scope(self.group)) as tx:
            return {
                (one.owner, asset): (one.held, one.pending, one.spendable, one.debt)
                for asset in (POINTS, WALLET)
                for one in ledger.balances(tx, owners, asset=asset, now=now)
            }

    def _whole_balances(self, owners: list[int]) -> dict[tuple[int, str], int]:
        """Return each balance less what its owner owes beyond its floor."""
        sql = """
            SELECT a.owner_id, regexp_replace(a.asset, '^debt:', ''), sum(a.balance)
            FROM ledger.account AS a
            WHERE a.owner_id = ANY(%s)
            GROUP BY 1, 2
        """
        with self.database.reading(Scope(self.group)) as tx:
            return {(owner, asset): balance for owner, asset, balance in tx.rows(sql, [owners])}

    def _tidy(self, owners: list[int], now: datetime) -> None:
        movements = (ledger.Expire(POINTS), ledger.Expire(WALLET))
        batch = [
            ledger.Operation(f"tidy:{owner}", "tidy", owner, movements, now) for owner in owners
        ]
        with self.database.transaction(Scope(self.group), now=now) as tx:
            ledger.post(tx, batch, now=now)

    def _lots(self, owners: list[int]) -> dict[int, Counter[LotKey]]:
        """Return what is left, by asset and end, and what was called back, by asset and source."""
        with self.database.reading(Scope(self.group)) as tx:
            return {
                owner: _sums(
                    (lot.asset, lot.expires_at, lot.source_id, lot.remaining, lot.clawed)
                    for lot in ledger.lots(tx, owner, spent=True)
                )
                for owner in owners
            }


def _told(result: Result[ledger.Posted]) -> str:
    if isinstance(result, Ok):
        return "replayed" if result.value.replayed else "ok"
    return result.code


def _sums(lots: Iterable[tuple[str, datetime | None, int | None, int, int]]) -> Counter[LotKey]:
    sums: Counter[LotKey] = Counter()
    for asset, ends, source, left, called_back in lots:
        sums[asset, "left", ends] += left
        sums[asset, "called back", source] += called_back
    return +sums


def _lots_of(model: Model, owner: int) -> Counter[LotKey]:
    return _sums(
        (asset, lot.ends, lot.source, lot.left, lot.called_back)
        for asset, purse in model.owner(owner).purses.items()
        for lot in purse.lots
    )


def _position(model: Model, owner: int, asset: str, now: datetime) -> Figures:
    """Return what the model says of an owner that is tidy."""
    known = model.owner(owner)
    purse = known.purse(asset)
    held = sum(
        hold.amount for hold in known.holds.values() if hold.asset == asset and hold.state == "open"
    )
    pending = sum(lot.left for lot in purse.lots if not lot.begun(now))
    spendable = known.spendable(asset, now)
    return (held, pending, spendable, purse.debt)


def _whole_balance(model: Model, owner: int, asset: str) -> int:
    purse = model.owner(owner).purse(asset)
    return sum(lot.left for lot in purse.lots) - purse.debt


def simulate(url: str, *, seed: int, operations: int) -> Outcome:
    """Run the simulation on an empty migrated database and return what it found."""
    fuse = Fuse()
    database = Database(url, connections_max=THREADS + 2, watch=fuse.watch)
    workers = [Worker(database, fuse, seed, number) for number in range(THREADS)]
    threads = [
        threading.Thread(target=worker.guarded, args=(operations // THREADS,)) for worker in workers
    ]
    with _killing(url, seed) as kills:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    database.close()  # It may hold connections that were cut when nobody used them.
    database = Database(url)
    for worker in workers:
        worker.database = database
        if not worker.outcome.problems:
            worker.compare()
    total = _sum(workers)
    total.kills = kills[0]
    if not total.problems:
        total.problems += _broken_promises(database) + _shared_differences(database, workers)
    database.close()
    return total


@contextmanager
def _killing(url: str, seed: int) -> Iterator[list[int]]:
    """Cut a random connection now and then, at whatever it is doing, COMMIT included."""
    random, over, kills = Random(f"{seed}:kills"), threading.Event(), [0]
    sql = """
        SELECT count(pg_terminate_backend(victim.pid))
        FROM (
          SELECT a.pid
          FROM pg_stat_activity AS a
          WHERE a.datname = current_database() AND a.application_name = 'huitong'
          ORDER BY (a.pid * %s) %% 1009
          LIMIT 1
        ) AS victim
    """

    def run() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.wait(KILL_EVERY_SECONDS * random.random() * 2):
                found = connection.execute(sql, [random.randrange(1, 1009)]).fetchone()
                kills[0] += found[0] if found else 0

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield kills
    finally:
        over.set()
        thread.join()


def _sum(workers: list[Worker]) -> Outcome:
    total = Outcome()
    for worker in workers:
        total.operations += worker.outcome.operations
        total.answers += worker.outcome.answers
        total.crashes += worker.outcome.crashes
        total.problems += worker.outcome.problems
    return total


def _broken_promises(database: Database) -> list[str]:
    problems = []
    for group in range(SHARED_GROUP, SHARED_GROUP + THREADS + 1):
        with database.reading(Scope(group)) as tx:
            problems += [f"group {group}: {breach}" for breach in ledger.verify(tx)]
    return problems


def _shared_differences(database: Database, workers: list[Worker]) -> list[str]:
    """Compare the balances of the shared owners with the lines that the threads were answered."""
    sums: Counter[tuple[int, str]] = Counter()
    for worker in workers:
        sums.update(worker.shared_sums)
    with database.reading(Scope(SHARED_GROUP)) as tx:
        sql = "SELECT a.owner_id, a.asset, a.balance FROM ledger.account AS a"
        found = {(owner, asset): balance for owner, asset, balance in tx.rows(sql)}
    return [
        f"{place}: {found.get(place, 0)}, not {sums[place]}"
        for place in found.keys() | sums.keys()
        if found.get(place, 0) != sums[place]
    ]
