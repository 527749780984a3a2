"""The worker: runs what is due in its group's scope, keeps errors, and survives its own death."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import pytest
from structlog.testing import capture_logs

from huitong.entry.worker import Worker
from huitong.platform import clock, jobs, outbox
from huitong.platform.assembly import Platform
from huitong.platform.db import Database, Scope
from huitong.platform.errors import DomainError, Kind, Ok, Refused
from huitong.platform.jobs import Job, JobHandler, JobState, Json, Run, WantedJob
from huitong.platform.outbox import Delivery, Message, Note, Outcome
from tests.entry.make import make_platform

GROUP, OTHER_GROUP = 61, 62
WAIT_SECONDS_MAX = 30.0


@dataclass(eq=False)
class FieldClosed(DomainError):
    """Nobody opens the gate."""

    code: ClassVar[str] = "sheep.field_closed"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "The field is closed."


@dataclass(eq=False)
class FieldCrowded(FieldClosed):
    """Too many sheep at this moment."""

    code: ClassVar[str] = "sheep.field_crowded"
    kind: ClassVar[Kind] = Kind.BUSY
    sentence: ClassVar[str] = "The field is crowded."


def platform_with(
    database: Database,
    *,
    handler: JobHandler | None = None,
    delivery: Delivery | None = None,
) -> Platform:
    return replace(
        make_platform(database),
        job_handlers={"count": handler} if handler else {},
        deliveries={"hello": delivery} if delivery else {},
    )


def ask(database: Database, *, group_id: int = GROUP, key: str = "night") -> Job:
    now = clock.now()
    with database.transaction(Scope(group_id), now=now) as tx:
        (asked,) = jobs.enqueue(tx, [WantedJob("count", key, {"sheep": 3})], now=now)
    assert isinstance(asked, Ok)
    return asked.value


def look(database: Database, job: Job) -> Job:
    with database.reading(Scope(job.group_id)) as tx:
        return jobs.find(tx, job_id=job.id)


def settled(database: Database, job: Job) -> Job:
    """Return a job once no transaction under way holds it: a commit may outlive who sent it."""
    with database.transaction(Scope(job.group_id), now=clock.now()) as tx:
        tx.row("SELECT id FROM platform.job WHERE id = %(id)s FOR UPDATE", {"id": job.id})
    return look(database, job)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)


class TestJobs:
    def test_a_job_runs_in_its_group_and_its_result_is_kept(self, fresh_database: Database) -> None:
        def count(run: Run) -> Json:
            with run.transaction(now=clock.now()) as tx:
                run.step(tx, done_steps=1, all_steps=1, now=clock.now())
                return {"group": tx.scope.group_id, "sheep": run.job.arguments["sheep"]}

        asked = ask(fresh_database), ask(fresh_database, group_id=OTHER_GROUP)
        assert Worker(platform_with(fresh_database, handler=count)).drain() == 2
        ended = [look(fresh_database, job) for job in asked]
        assert [job.state for job in ended] == [JobState.DONE] * 2
        assert [job.result for job in ended] == [
            {"group": GROUP, "sheep": 3},
            {"group": OTHER_GROUP, "sheep": 3},
        ]
        assert [job.done_steps for job in ended] == [1, 1]

    @pytest.mark.parametrize(
        "error, state, told",
        [
            (FieldClosed(), JobState.FAILED, "sheep.field_closed: The field is closed."),
            (FieldCrowded(), JobState.WAITING, "sheep.field_crowded: The field is crowded."),
            (ValueError("13912345678"), JobState.WAITING, "ValueError in count"),
            (jobs.JobCancelled(), JobState.CANCELLED, ""),
        ],
        ids=["a refusal", "a busy moment", "a bug", "a cancelled step"],
    )
    def test_an_error_ends_the_attempt_by_its_kind_and_is_told_without_values(
        self, fresh_database: Database, error: Exception, state: JobState, told: str
    ) -> None:
        def count(_run: Run) -> None:
            raise error

        asked = ask(fresh_database)
        with capture_logs() as lines:
            Worker(platform_with(fresh_database, handler=count)).drain()
        ended = look(fresh_database, asked)
        assert ended.state is state
        assert told in (ended.error or "")
        assert "1391234" not in str(lines) + str(ended.error)

    def test_a_job_that_another_worker_took_over_is_left_to_it(
        self, fresh_database: Database
    ) -> None:
        def count(_run: Run) -> None:
            raise jobs.JobLost

        asked = ask(fresh_database)
        Worker(platform_with(fresh_database, handler=count)).drain()
        assert look(fresh_database, asked).state is JobState.RUNNING

    def test_a_stopped_worker_finishes_its_step_and_gives_the_job_back(
        self, fresh_database: Database
    ) -> None:
        begun, may_go_on = threading.Event(), threading.Event()

        def count(run: Run) -> None:
            for done in range(1, 100):
                with run.transaction(now=clock.now()) as tx:
                    begun.set()
                    assert may_go_on.wait(WAIT_SECONDS_MAX)
                    run.step(tx, done_steps=done, now=clock.now())

        asked = ask(fresh_database)
        worker = Worker(platform_with(fresh_database, handler=count))
        running = threading.Thread(target=worker.run)
        running.start()
        assert begun.wait(WAIT_SECONDS_MAX)
        worker.stop()
        may_go_on.set()
        running.join(WAIT_SECONDS_MAX)
        left = look(fresh_database, asked)
        assert (left.state, left.done_steps, left.attempts) == (JobState.WAITING, 1, 0)

    def test_a_running_job_beats(self, fresh_database: Database) -> None:
        done = threading.Event()

        def count(_run: Run) -> None:
            assert done.wait(WAIT_SECONDS_MAX)

        asked = ask(fresh_database)
        worker = Worker(platform_with(fresh_database, handler=count), beat_seconds=0.05)
        running = threading.Thread(target=worker.run)
        running.start()
        wait_for(lambda: look(fresh_database, asked).beat_at is not None)
        first = look(fresh_database, asked)
        wait_for(lambda: look(fresh_database, asked).run_at > first.run_at)
        done.set()
        worker.stop()
        running.join(WAIT_SECONDS_MAX)
        assert look(fresh_database, asked).state is JobState.DONE

    def test_a_worker_that_is_killed_loses_the_open_step_and_nothing_else(
        self, fresh_database: Database
    ) -> None:
        asked = ask(fresh_database)
        program = Path(__file__).with_name("killed_worker.py")
        killed = subprocess.Popen([sys.executable, program, fresh_database.url])
        try:
            wait_for(lambda: look(fresh_database, asked).done_steps >= 3)
        finally:
            killed.send_signal(signal.SIGKILL)
            killed.wait()
        left = settled(fresh_database, asked)
        assert left.state is JobState.RUNNING

        counted: list[int] = []

        def count(run: Run) -> None:
            counted.append(run.job.done_steps)

        def after_the_lease() -> datetime:
            return left.run_at

        worker = Worker(platform_with(fresh_database, handler=count), now=after_the_lease)
        assert worker.drain() == 1
        assert counted == [left.done_steps]
        assert look(fresh_database, asked).state is JobState.DONE


class TestDeliveries:
    def test_messages_come_in_batches_of_one_group(self, fresh_database: Database) -> None:
        batches: list[tuple[int, int]] = []

        def deliver(
            _database: Database, scope: Scope, messages: Sequence[Message], _now: datetime
        ) -> Sequence[Outcome]:
            batches.append((scope.group_id, len(messages)))
            return [Ok(None)] * len(messages)

        for group_id, count in ((GROUP, 3), (OTHER_GROUP, 2)):
            now = clock.now()
            with fresh_database.transaction(Scope(group_id), now=now) as tx:
                outbox.put(tx, [Note("hello", {"to": group_id})] * count, now=now)
        worker = Worker(platform_with(fresh_database, delivery=deliver))
        assert worker.drain() == 1
        assert batches == [(GROUP, 3), (OTHER_GROUP, 2)]

    def test_only_the_messages_that_failed_are_tried_again(self, fresh_database: Database) -> None:
        def deliver(
            _database: Database, _scope: Scope, messages: Sequence[Message], _now: datetime
        ) -> Sequence[Outcome]:
            away = Refused(code="post.away", reason="Nobody opens.")
            return [away if one.payload["to"] == "wolf" else Ok(None) for one in messages]

        now = clock.now()
        with fresh_database.transaction(Scope(GROUP), now=now) as tx:
            outbox.put(tx, [Note("hello", {"to": to}) for to in ("sheep", "wolf")], now=now)
        Worker(platform_with(fresh_database, delivery=deliver)).drain()
        with fresh_database.reading(Scope(GROUP)) as reading:
            kept = reading.rows(
                "SELECT payload ->> 'to', delivered_at IS NULL, error FROM platform.outbox"
                " ORDER BY 1"
            )
        assert kept == [("sheep", False, None), ("wolf", True, "post.away: Nobody opens.")]

    def test_an_unforeseen_error_is_kept_with_each_message_of_the_batch(
        self, fresh_database: Database
    ) -> None:
        def deliver(
            _database: Database, _scope: Scope, _messages: Sequence[Message], _now: datetime
        ) -> Sequence[Outcome]:
            raise ZeroDivisionError

        now = clock.now()
        with fresh_database.transaction(Scope(GROUP), now=now) as tx:
            outbox.put(tx, [Note("hello", {})] * 2, now=now)
        with capture_logs() as lines:
            Worker(platform_with(fresh_database, delivery=deliver)).drain()
        assert [line["event"] for line in lines] == ["outbox.unexpected"]
        with fresh_database.reading(Scope(GROUP)) as reading:
            kept = reading.rows("SELECT error, attempts FROM platform.outbox")
        assert len(kept) == 2
        assert all("ZeroDivisionError in deliver" in error for error, _ in kept)


def test_a_worker_goes_on_when_the_database_was_away(fresh_database: Database) -> None:
    failures = iter([ConnectionError, ConnectionError])
    trouble = threading.Event()

    def now() -> datetime:
        failure = next(failures, None)
        if failure is not None:
            raise failure
        trouble.set()
        return clock.now()

    asked = ask(fresh_database)
    worker = Worker(platform_with(fresh_database, handler=lambda _run: None), now=now)
    running = threading.Thread(target=worker.run, kwargs={"threads": 1})
    running.start()
    wait_for(lambda: look(fresh_database, asked).state is JobState.DONE)
    worker.stop()
    running.join(WAIT_SECONDS_MAX)
    assert trouble.is_set()
