"""How fast members earn in batches, beside hand-written SQL that writes the very same rows.

Both sides get the same grants in batches of 500, one grant each, in turns on one embedded server
with full durability. The hand-written side is what a good programmer would write for exactly this:
one COPY a batch and four statements, as superuser, so without row-level security; it looks up no
keys and decides nothing. At the end the rows of both must say the same, or the run fails.

A batch writes per operation: 1 operation with key, fingerprint and result, 2 entries, 1 lot, and
the account. `page` times what the import posts: 500 operations of two grants, points and growth.
"""

import argparse
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg

from bench.measuring import Target, keep, machine
from huitong import ledger
from huitong.entry.migrate import migrate
from huitong.platform import embedded
from huitong.platform.db import Database, Scope
from huitong.platform.errors import Ok

BATCH = 500
OPERATIONS_A_SECOND_MIN = 15_000
RATIO_MIN = 0.5
PAGE_MS_MAX = 60
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ACTIVE = NOW + timedelta(days=7)
ENDS = NOW + timedelta(days=372)
POINTS, GROWTH = "points:1", "growth:1"
LEDGER_GROUP, BASELINE_GROUP, PAGE_GROUP, THREADS_GROUP = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Earned:
    """One grant to come: who, how much, for which order."""

    owner: int
    amount: int
    order: int


def make_batches(count: int, owners: int, seed: int) -> list[list[Earned]]:
    """Return batches over owners drawn at random, most of them more than once."""
    random = Random(seed)
    known = [(place + 1) << 12 | random.randrange(4096) for place in range(owners)]
    return [
        [
            Earned(random.choice(known), random.randrange(1, 500), batch * BATCH + place + 1)
            for place in range(BATCH)
        ]
        for batch in range(count)
    ]


def operations_of(
    batch: Iterable[Earned], assets: Sequence[str] = (POINTS,)
) -> list[ledger.Operation]:
    """Return the batch as the ledger takes it."""
    return [
        ledger.Operation(
            key=f"order:{one.order}:earn",
            kind="earn",
            owner=one.owner,
            movements=tuple(ledger.Grant(asset, one.amount, ACTIVE, ENDS) for asset in assets),
            occurred_at=NOW,
            source_kind="order",
            source_id=one.order,
        )
        for one in batch
    ]


def post(database: Database, group: int, operations: list[ledger.Operation]) -> float:
    """Post one batch in its own transaction and return the seconds that took."""
    begun = time.perf_counter()
    # Owners are not locked here, so batches that open the same accounts may have to try again.
    results = database.do(Scope(group), lambda tx: ledger.post(tx, operations, now=NOW), now=NOW)
    seconds = time.perf_counter() - begun
    assert all(isinstance(result, Ok) for result in results), "Every grant is accepted."
    return seconds


# Everything below is the hand-written side.

STAGE = """
    CREATE TEMP TABLE earned (place integer, owner_id bigint, amount bigint, source_id bigint)
    ON COMMIT DELETE ROWS
"""

# steps: the grants of a batch with their ids and what each leaves behind; an account that has
# several grants in the batch has them one after another.
STEPS = """
    CREATE TEMP TABLE step ON COMMIT DROP AS
    WITH account AS (
      INSERT INTO ledger.account AS a (group_id, bucket, id, owner_id, asset, balance, held, debt,
                                       floor, version, merged_into, alias_owner_ids)
      SELECT %(group_id)s, e.owner_id & 4095,
             ((nextval('baseline_id') << 12) | (e.owner_id & 4095)), e.owner_id, %(asset)s,
             e.amount, 0, 0, 0, e.grants, NULL, '{}'
      FROM (
        SELECT owner_id, sum(amount) AS amount, count(*) AS grants
        FROM earned
        GROUP BY owner_id
        ORDER BY owner_id
      ) AS e
      ON CONFLICT (group_id, bucket, owner_id, asset) DO UPDATE
      SET balance = a.balance + excluded.balance, version = a.version + excluded.version
      RETURNING id, owner_id, balance, version
    )
    SELECT e.owner_id, e.amount, e.source_id, a.id AS account_id,
           (nextval('baseline_id') << 12) | (e.owner_id & 4095) AS operation_id,
           (nextval('baseline_id') << 12) | (e.owner_id & 4095) AS lot_id,
           a.balance - sum(e.amount) OVER later + e.amount AS balance_after,
           a.version - count(*) OVER later + 1 AS version
    FROM earned AS e
    JOIN account AS a ON a.owner_id = e.owner_id
    WINDOW later AS (PARTITION BY e.owner_id ORDER BY e.place DESC)
"""

# lots: one for each grant.
LOTS = """
    INSERT INTO ledger.lot (group_id, bucket, id, account_id, operation_id, amount, remaining,
                            held, clawed, expired, granted_at, activates_at, expires_at, funding,
                            source_kind, source_id, label)
    SELECT %(group_id)s, lot_id & 4095, lot_id, account_id, operation_id, amount, amount, 0, 0, 0,
           %(now)s, %(active)s, %(ends)s, 'brand', 'order', source_id, ''
    FROM step
"""

# operations: the key, a fingerprint, the result that a repeat would get.
OPERATIONS = """
    INSERT INTO ledger.operation (group_id, bucket, id, key, kind, owner_id, request_hash, result,
                                  occurred_at, recorded_at, source_kind, source_id)
    SELECT %(group_id)s, operation_id & 4095, operation_id, 'order:' || source_id || ':earn',
           'earn', owner_id, decode(md5(owner_id || ':' || amount || ':' || source_id), 'hex'),
           convert_to('[' || operation_id || ',[["' || %(asset)s || '",' || amount || ','
                      || balance_after || ',"granted"]],[' || lot_id || ']]', 'UTF8'),
           %(now)s, %(now)s, 'order', source_id
    FROM step
"""

# entries: both legs.
ENTRIES = """
    INSERT INTO ledger.entry (group_id, bucket, operation_id, place, asset, side, amount,
                              account_id, version, balance_after)
    SELECT %(group_id)s, operation_id & 4095, operation_id, leg.place, %(asset)s, 'granted',
           leg.amount, leg.account_id, leg.version, leg.balance_after
    FROM step
    CROSS JOIN LATERAL (
      VALUES (0, amount, account_id, version, balance_after),
             (1, -amount, NULL, NULL, NULL)
    ) AS leg(place, amount, account_id, version, balance_after)
"""


def post_by_hand(connection: psycopg.Connection, batch: Sequence[Earned]) -> float:
    """Write one batch with SQL alone and return the seconds that took."""
    params = {
        "group_id": BASELINE_GROUP,
        "asset": POINTS,
        "now": NOW,
        "active": ACTIVE,
        "ends": ENDS,
    }
    begun = time.perf_counter()
    with connection.transaction(), connection.cursor() as cursor:
        with cursor.copy("COPY earned FROM STDIN") as copy:
            for place, one in enumerate(batch):
                copy.write_row((place, one.owner, one.amount, one.order))
        cursor.execute(STEPS, params)
        cursor.execute(LOTS, params)
        cursor.execute(OPERATIONS, params)
        cursor.execute(ENTRIES, params)
    return time.perf_counter() - begun


# What the rows say, apart from ids and fingerprints.
SAYING = """
    SELECT o.key, o.owner_id, o.kind, o.occurred_at, o.source_id, e.place, e.asset, e.side,
           e.amount, e.version, e.balance_after, l.amount, l.remaining, l.activates_at,
           l.expires_at, l.source_id, l.funding, a.balance, a.version
    FROM ledger.operation AS o
    JOIN ledger.entry AS e
      ON e.group_id = o.group_id AND e.bucket = o.bucket AND e.operation_id = o.id
    JOIN ledger.lot AS l
      ON l.group_id = o.group_id AND l.bucket = o.bucket AND l.operation_id = o.id
    JOIN ledger.account AS a
      ON a.group_id = l.group_id AND a.bucket = l.bucket AND a.id = l.account_id
    WHERE o.group_id = %s
"""
DIFFERENT = f"SELECT count(*) FROM (({SAYING}) EXCEPT ({SAYING})) AS difference"  # noqa: S608 - ours


def count_differences(connection: psycopg.Connection) -> int:
    """Return how many rows one side has and the other has not."""
    both = ((LEDGER_GROUP, BASELINE_GROUP), (BASELINE_GROUP, LEDGER_GROUP))
    total = 0
    for one, other in both:
        found = connection.execute(DIFFERENT, [one, other]).fetchone()
        assert found is not None, "A count always answers."
        total += int(found[0])
    return total


def run_in_turns(
    database: Database, connection: psycopg.Connection, batches: list[list[Earned]]
) -> tuple[list[float], list[float]]:
    """Let both sides write every batch, now one first and now the other."""
    mine, by_hand = [], []
    for number, batch in enumerate(batches):
        operations = operations_of(batch)
        if number % 2:
            mine.append(post(database, LEDGER_GROUP, operations))
            by_hand.append(post_by_hand(connection, batch))
        else:
            by_hand.append(post_by_hand(connection, batch))
            mine.append(post(database, LEDGER_GROUP, operations))
    return mine, by_hand


def run_in_threads(database: Database, batches: list[list[Earned]], threads: int) -> float:
    """Return the operations a second when several threads post at once."""
    prepared = [operations_of(batch) for batch in batches]

    def work(first: int) -> None:
        for operations in prepared[first::threads]:
            post(database, THREADS_GROUP, operations)

    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as workers:
        list(workers.map(work, range(threads)))  # It raises what a thread raised.
    return len(batches) * BATCH / (time.perf_counter() - begun)


@contextmanager
def a_server() -> Iterator[embedded.Server]:
    """Run an empty migrated server of this bench's own."""
    with tempfile.TemporaryDirectory(prefix="huitong-bench-") as made:
        home = Path(made)
        home.chmod(0o755)
        with embedded.serving(home) as server:
            migrate(server.url)
            yield server


def rate(seconds: Sequence[float]) -> int:
    """Return operations a second over batches, the first tenth left out as warming up."""
    kept = seconds[len(seconds) // 10 :]
    return round(BATCH * len(kept) / sum(kept))


def main() -> int:
    """Measure, compare the rows, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=200)
    parser.add_argument("--owners", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    batches = make_batches(asked.batches, asked.owners, asked.seed)
    with a_server() as server, psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE baseline_id START 1000000000 CACHE 1000")
        connection.execute(STAGE)
        database = Database(server.url)
        gc.collect()
        gc.freeze()  # The input of the whole run is no garbage; no caller keeps that much.
        mine, by_hand = run_in_turns(database, connection, batches)
        pages = [
            post(database, PAGE_GROUP, operations_of(batch, (POINTS, GROWTH)))
            for batch in batches[: max(10, asked.batches // 4)]
        ]
        threaded = run_in_threads(database, batches, 2)
        different = count_differences(connection)
        with database.reading(Scope(LEDGER_GROUP)) as tx:
            broken = sum(1 for _ in ledger.verify(tx))
        database.close()
        on = machine(server.version)
    page_ms = round(statistics.median(pages) * 1000, 1)
    figures = {
        "batch": BATCH,
        "batches": asked.batches,
        "owners": asked.owners,
        "rows_per_operation": "1 operation, 2 entries, 1 lot, 1 account (made or changed)",
        "operations_per_second": rate(mine),
        "operations_per_second_two_threads": round(threaded),
        "by_hand_per_second": rate(by_hand),
        "ratio_of_medians": round(statistics.median(by_hand) / statistics.median(mine), 2),
        "batch_ms_median": round(statistics.median(mine) * 1000, 1),
        "by_hand_batch_ms_median": round(statistics.median(by_hand) * 1000, 1),
        "page_of_two_grants_ms_median": page_ms,
        "different_rows": different,
        "breaches": broken,
    }
    targets = [
        Target("batched earn, operations a second", rate(mine), OPERATIONS_A_SECOND_MIN),
        Target("ratio to hand-written SQL", round(rate(mine) / rate(by_hand), 2), RATIO_MIN),
        Target("page of 500 x 2 grants, ms", page_ms, PAGE_MS_MAX, at_most=True),
    ]
    for name, value in figures.items():
        print(f"  {name}: {value}")
    print(f"  kept in {keep('earn', figures, on=on, targets=targets)}")
    return int(bool(different or broken))


if __name__ == "__main__":
    sys.exit(main())
