"""Several connections at once: nothing is done twice, nothing is lost, nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

from huitong import ledger
from huitong.platform.db import Database, Scope
from huitong.platform.errors import Ok, Refused, Result
from tests.ledger.make import OTHER, OWNER, POINTS, Ledger

GROUP = 900_002
THREADS = 6


def at_once(work: Callable[[int], Result[ledger.Posted]]) -> list[Result[ledger.Posted]]:
    """Let every thread begin at the same moment and return what each was answered."""
    ready = Barrier(THREADS)

    def run(number: int) -> Result[ledger.Posted]:
        ready.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(run, range(THREADS)))


def post(database: Database, now: datetime, operation: ledger.Operation) -> Result[ledger.Posted]:
    with database.transaction(Scope(GROUP), now=now) as tx:
        (result,) = ledger.post(tx, [operation], now=now)
    return result


def grant(key: str, now: datetime, owner: int = OWNER, asset: str = POINTS) -> ledger.Operation:
    return ledger.Operation(key, "test", owner, (ledger.Grant(asset, 10, now, None),), now)


def balance(database: Database, now: datetime) -> int:
    with database.transaction(Scope(GROUP), now=now) as tx:
        books = Ledger(tx, now)
        assert not books.breaches()
        return books.balance().balance


def test_one_key_from_many_connections_is_done_once(
    fresh_database: Database, now: datetime
) -> None:
    results = at_once(lambda _: post(fresh_database, now, grant("order 1", now)))
    posted = [result.value for result in results if isinstance(result, Ok)]
    assert len(posted) == THREADS
    assert [one.replayed for one in posted].count(False) == 1
    assert len({one.operation_id for one in posted}) == 1
    assert balance(fresh_database, now) == 10


def test_first_grants_of_a_new_owner_from_many_connections_all_count(
    fresh_database: Database, now: datetime
) -> None:
    at_once(lambda number: post(fresh_database, now, grant(f"order {number}", now)))
    assert balance(fresh_database, now) == 10 * THREADS


def test_batches_that_open_the_same_accounts_at_once_all_come_through(
    fresh_database: Database, now: datetime
) -> None:
    def work(number: int) -> Result[ledger.Posted]:
        results: list[Result[ledger.Posted]] = []
        for step in range(8):
            owners = [(step * 60 + place + 1) << 12 | place for place in range(60)]
            operations = [grant(f"{number} {step} {owner}", now, owner) for owner in owners]
            with fresh_database.transaction(Scope(GROUP), now=now) as tx:
                results = ledger.post(tx, operations, now=now)
            assert all(isinstance(result, Ok) for result in results)
        return results[0]

    at_once(work)
    with fresh_database.transaction(Scope(GROUP), now=now) as tx:
        assert not Ledger(tx, now).breaches()
        found = tx.row("SELECT sum(a.balance), count(*) FROM ledger.account AS a")
    assert found == (10 * 60 * 8 * THREADS, 60 * 8)


def test_many_tills_never_spend_more_than_there_is(fresh_database: Database, now: datetime) -> None:
    for number in range(5):
        post(fresh_database, now, grant(f"gift {number}", now))

    def spend(number: int) -> Result[ledger.Posted]:
        movement = ledger.Spend(POINTS, 20)
        asked = ledger.Operation(f"sale {number}", "test", OWNER, (movement,), now)
        return post(fresh_database, now, asked)

    results = at_once(spend)
    assert len([result for result in results if isinstance(result, Ok)]) == 2
    assert len([result for result in results if isinstance(result, Refused)]) == THREADS - 2
    assert balance(fresh_database, now) == 10


def test_batches_over_the_same_owners_in_any_order_do_not_block_each_other(
    fresh_database: Database, now: datetime
) -> None:
    owners = [OWNER, OTHER, OWNER + (1 << 12), OTHER + (3 << 12)]

    def batch(number: int) -> Result[ledger.Posted]:
        results: list[Result[ledger.Posted]] = []
        turned = owners[number % 4 :] + owners[: number % 4]
        for step in range(10):
            operations = [grant(f"{number} {step} {owner}", now, owner) for owner in turned]
            with fresh_database.transaction(Scope(GROUP), now=now) as tx:
                results = ledger.post(tx, operations, now=now)
        return results[0]

    assert all(isinstance(result, Ok) for result in at_once(batch))
    assert balance(fresh_database, now) == 10 * 10 * THREADS


def test_merges_and_movements_at_once_lose_nothing(fresh_database: Database, now: datetime) -> None:
    post(fresh_database, now, grant("first", now, OTHER))

    def work(number: int) -> Result[ledger.Posted]:
        if number == 0:
            with fresh_database.transaction(Scope(GROUP), now=now) as tx:
                ledger.reassign(tx, source=OTHER, target=OWNER, key="merge", now=now)
        result = post(fresh_database, now, grant(f"order {number}", now, OTHER))
        if isinstance(result, Refused):
            assert result.code == "ledger.account_merged"
            result = post(fresh_database, now, grant(f"order {number}", now, OWNER))
        return result

    assert all(isinstance(result, Ok) for result in at_once(work))
    assert balance(fresh_database, now) == 10 * (THREADS + 1)
