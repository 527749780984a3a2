"""What recurs is asked for once in each span, in every group, and does its work."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from huitong import ledger, org
from huitong.entry import wiring
from huitong.entry.worker import Worker
from huitong.platform import clock, jobs, outbox
from huitong.platform.assembly import Platform
from huitong.platform.db import Database, Role, Scope
from huitong.platform.jobs import JobState, Recurring
from huitong.platform.settings import Settings
from tests.entry.make import make_platform

MORNING = datetime(2026, 3, 2, 10, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
GROUPS = (71, 72)
NIGHTLY = {"sheep.count": Recurring(timedelta(days=1), {"field": 3})}


def platform_of(database: Database, recurring: Mapping[str, Recurring]) -> Platform:
    for group_id in GROUPS:
        with database.transaction(Scope(group_id), now=MORNING) as tx:
            org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "main")], now=MORNING)
    return replace(make_platform(database), recurring=recurring, group_ids=org.all_group_ids)


def asked_in(database: Database, group_id: int) -> list[tuple[str, str]]:
    with database.reading(Scope(group_id)) as tx:
        return sorted((one.kind, one.key) for one in jobs.newest(tx, before=1 << 62, limit=50))


def test_every_group_is_asked_for_once_in_a_span_however_many_workers_ask(
    fresh_database: Database,
) -> None:
    platform = platform_of(fresh_database, NIGHTLY)
    workers = [Worker(platform, now=lambda: MORNING) for _ in range(4)]
    asking = [threading.Thread(target=worker.schedule) for worker in workers]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    for group_id in GROUPS:
        assert asked_in(fresh_database, group_id) == [("sheep.count", "2026-03-02T00:00Z")]
    Worker(platform, now=lambda: MORNING + timedelta(days=3)).schedule()
    for group_id in GROUPS:
        assert [key for _, key in asked_in(fresh_database, group_id)] == [
            "2026-03-02T00:00Z",
            "2026-03-05T00:00Z",
        ]


def test_a_running_worker_schedules_by_itself(fresh_database: Database) -> None:
    ran = threading.Event()

    def count(_run: jobs.Run) -> None:
        ran.set()

    platform = replace(platform_of(fresh_database, NIGHTLY), job_handlers={"sheep.count": count})
    worker = Worker(platform)
    running = threading.Thread(target=worker.run)
    running.start()
    assert ran.wait(20)
    worker.stop()
    running.join(20)
    assert not running.is_alive()


def test_only_the_worker_may_ask_which_groups_there_are(fresh_database: Database) -> None:
    platform_of(fresh_database, NIGHTLY)
    with fresh_database.transaction(jobs.QUEUE, now=MORNING, role=Role.WORKER) as tx:
        assert org.all_group_ids(tx) == list(GROUPS)
        found = tx.row(
            "SELECT has_function_privilege(%(role)s, 'org.all_group_ids()', 'EXECUTE')",
            {"role": "huitong_app"},
        )
    assert found == (False,)


def test_what_lapses_expires_without_anybody_coming_by(
    fresh_database: Database, tmp_path: Path
) -> None:
    platform = wiring.build(Settings(home=tmp_path), fresh_database.url)
    owner, points = 1 << 12 | 7, "points:1"
    yesterday = clock.now() - timedelta(days=1)
    grant = ledger.Operation(
        key="gift",
        kind="gift",
        owner=owner,
        occurred_at=yesterday - HOUR,
        movements=(ledger.Grant(points, 30, yesterday - HOUR, yesterday),),
    )
    scope = Scope(GROUPS[0])
    with platform.database.transaction(scope, now=yesterday - HOUR) as tx:
        org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "main")], now=MORNING)
        ledger.post(tx, [grant], now=yesterday - HOUR)
    worker = Worker(platform)
    worker.schedule()
    assert worker.drain() == len(platform.recurring)
    with platform.database.reading(scope) as tx:
        ended = jobs.newest(tx, before=1 << 62, limit=50)
        (left,) = tx.rows("SELECT a.balance FROM ledger.account AS a")
    platform.database.close()
    assert {one.state for one in ended} == {JobState.DONE}
    assert left == (0,)


def test_what_is_done_with_is_let_go_and_what_failed_is_kept(
    fresh_database: Database, tmp_path: Path
) -> None:
    platform = wiring.build(Settings(home=tmp_path), fresh_database.url)
    scope, now = Scope(GROUPS[0]), clock.now()
    long_ago = now - timedelta(days=90)
    with platform.database.transaction(scope, now=long_ago) as tx:
        jobs.enqueue(
            tx, [jobs.WantedJob(kind, "1", {}) for kind in ("old", "failed")], now=long_ago
        )
        tx.execute(
            "UPDATE platform.job SET finished_at = run_at,"
            " state = CASE kind WHEN 'old' THEN 'done' ELSE 'failed' END"
        )
        outbox.put(tx, [outbox.Note("hello", {})] * 2, now=long_ago)
        tx.execute(
            "UPDATE platform.outbox SET delivered_at = run_at"
            " WHERE id = (SELECT min(o.id) FROM platform.outbox AS o)"
        )
        wanted = jobs.WantedJob(jobs.FORGET_DONE, "now", {"retention_days": 30})
        jobs.enqueue(tx, [wanted], now=now)
    assert Worker(platform).drain() == 1
    with platform.database.reading(scope) as tx:
        kept = {one.kind: one for one in jobs.newest(tx, before=1 << 62, limit=50)}
        messages = tx.row("SELECT count(*) FROM platform.outbox")
    platform.database.close()
    assert kept.keys() == {"failed", jobs.FORGET_DONE}
    assert kept[jobs.FORGET_DONE].result == {"job_count": 1, "message_count": 1}
    assert messages == (1,)
