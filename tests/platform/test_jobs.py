"""Durable jobs: once per key, one worker at a time, on from the last step after a crash."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import pytest

from huitong.platform import jobs
from huitong.platform.db import Database, Role, Scope, Tx
from huitong.platform.errors import Ok, Refused
from huitong.platform.jobs import (
    Ending,
    Job,
    JobCancelled,
    JobLost,
    JobNotInState,
    JobPaused,
    JobState,
    NoSuchJob,
    Run,
    WantedJob,
)

LEASE = timedelta(seconds=jobs.LEASE_SECONDS)
SECOND = timedelta(seconds=1)
KIND = "count_sheep"
GROUP = 41


class Undone(Exception):
    """Ends a transaction that should leave nothing."""


undone = partial(suppress, Undone)


@pytest.fixture
def queue(fresh_database: Database) -> Database:
    """Return a database whose queue is empty."""
    return fresh_database


def ask(database: Database, now: datetime, *, key: str = "night", group_id: int = GROUP) -> Job:
    with database.transaction(Scope(group_id), now=now) as tx:
        (asked,) = jobs.enqueue(tx, [WantedJob(kind=KIND, key=key, arguments={})], now=now)
    assert isinstance(asked, Ok)
    return asked.value


def take(database: Database, now: datetime, *, limit: int = 10) -> list[Job]:
    with database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
        return jobs.claim(tx, kinds=[KIND], limit=limit, now=now)


def finish(database: Database, job: Job, ending: Ending, now: datetime) -> bool:
    with database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
        return jobs.end(tx, job, ending, now=now)


def look(database: Database, job: Job) -> Job:
    with database.reading(Scope(job.group_id)) as tx:
        return jobs.find(tx, job_id=job.id)


class TestEnqueue:
    def test_a_repeat_answers_the_first_job_and_other_arguments_are_refused(
        self, tx: Tx, now: datetime
    ) -> None:
        first, repeat, other = (
            jobs.enqueue(tx, [WantedJob(KIND, "night", arguments)], now=now)[0]
            for arguments in ({"sheep": 3}, {"sheep": 3}, {"sheep": 4})
        )
        assert isinstance(first, Ok)
        assert repeat == first
        assert isinstance(other, Refused)
        assert other.code == "platform.job_key_taken"

    def test_a_batch_answers_in_order_in_two_statements_whatever_its_size(
        self, tx: Tx, now: datetime
    ) -> None:
        tx.new_ids([0])
        wanted = [WantedJob(KIND, f"night {number}", {"n": number}) for number in range(30)]
        before = tx.statements
        asked = jobs.enqueue(tx, [*wanted, wanted[0]], now=now)
        assert tx.statements - before == 2
        assert [job.value.key for job in asked if isinstance(job, Ok)] == [
            *(f"night {number}" for number in range(30)),
            "night 0",
        ]

    def test_a_job_of_a_transaction_that_is_undone_never_existed(
        self, queue: Database, now: datetime
    ) -> None:
        with undone(), queue.transaction(Scope(GROUP), now=now) as tx:
            jobs.enqueue(tx, [WantedJob(KIND, "night", {})], now=now)
            raise Undone
        assert take(queue, now) == []


class TestClaim:
    def test_jobs_of_all_groups_come_oldest_first_and_only_once(
        self, queue: Database, now: datetime
    ) -> None:
        late = ask(queue, now + SECOND, key="late")
        early = ask(queue, now, group_id=GROUP + 1)
        taken = [take(queue, now + SECOND, limit=1) for _ in range(3)]
        assert [[job.id for job in claimed] for claimed in taken] == [[early.id], [late.id], []]

    def test_a_job_is_not_due_before_its_time_nor_for_a_worker_that_does_not_know_its_kind(
        self, queue: Database, now: datetime
    ) -> None:
        ask(queue, now)
        assert take(queue, now - SECOND) == []
        with queue.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
            assert jobs.claim(tx, kinds=["shear_sheep"], limit=10, now=now) == []

    def test_two_workers_at_once_never_take_the_same_job(
        self, queue: Database, now: datetime
    ) -> None:
        for number in range(40):
            ask(queue, now, key=str(number))
        taken: list[int] = []

        def work() -> None:
            while claimed := take(queue, now, limit=1):
                taken.extend(job.id for job in claimed)

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(taken) == len(set(taken)) == 40

    def test_a_job_whose_worker_died_is_taken_over_with_its_steps(
        self, queue: Database, now: datetime
    ) -> None:
        ask(queue, now)
        (lost,) = take(queue, now)
        run = Run(queue, lost)
        with run.transaction(now=now) as tx:
            run.step(tx, done_steps=3, all_steps=9, now=now)
        assert take(queue, now + LEASE - SECOND) == []
        (taken,) = take(queue, now + LEASE)
        assert (taken.id, taken.done_steps, taken.all_steps) == (lost.id, 3, 9)
        assert taken.attempts == 2

    def test_a_job_that_kills_its_worker_every_time_fails_in_the_end(
        self, queue: Database, now: datetime
    ) -> None:
        asked = ask(queue, now)
        for attempt in range(jobs.ATTEMPTS_MAX):
            (taken,) = take(queue, now + attempt * LEASE)
            assert taken.state is JobState.RUNNING
        (ended,) = take(queue, now + jobs.ATTEMPTS_MAX * LEASE)
        assert ended.state is JobState.FAILED
        assert "worker died" in str(look(queue, asked).error)


class TestBeat:
    def test_a_job_that_beats_is_not_taken_over(self, queue: Database, now: datetime) -> None:
        ask(queue, now)
        running = take(queue, now)
        with queue.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
            jobs.beat(tx, running, now=now + LEASE - SECOND)
        assert take(queue, now + LEASE) == []
        assert len(take(queue, now + 2 * LEASE)) == 1

    def test_a_beat_does_not_wait_for_a_step_that_is_being_written(
        self, queue: Database, now: datetime
    ) -> None:
        ask(queue, now)
        (running,) = take(queue, now)
        run = Run(queue, running)
        with (
            run.transaction(now=now) as step,
            queue.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as beating,
        ):
            run.step(step, done_steps=1, now=now)
            beating.execute("SET LOCAL lock_timeout = '50ms'")
            jobs.beat(beating, [running], now=now + SECOND)
        assert look(queue, running).done_steps == 1


class TestStep:
    def test_a_step_and_its_work_are_one(self, queue: Database, now: datetime) -> None:
        ask(queue, now)
        (running,) = take(queue, now)
        run = Run(queue, running)
        with undone(), run.transaction(now=now) as tx:
            run.step(tx, done_steps=1, now=now)
            raise Undone
        assert look(queue, running).done_steps == 0

    def test_a_worker_that_lost_its_lease_can_write_nothing_more(
        self, queue: Database, now: datetime
    ) -> None:
        ask(queue, now)
        (slow,) = take(queue, now)
        (quick,) = take(queue, now + LEASE)
        run = Run(queue, slow)
        with pytest.raises(JobLost), run.transaction(now=now) as tx:
            run.step(tx, done_steps=1, now=now)
        done = Ending(state=JobState.DONE, run_at=now)
        assert finish(queue, slow, done, now) is False
        assert finish(queue, quick, done, now) is True

    def test_a_stopping_worker_begins_no_further_step(self, queue: Database, now: datetime) -> None:
        ask(queue, now)
        (running,) = take(queue, now)
        run = Run(queue, running, stopping=lambda: True)
        with pytest.raises(JobPaused), run.transaction(now=now):
            pytest.fail("The transaction was opened.")

    def test_a_job_sees_its_own_group_only(self, queue: Database, now: datetime) -> None:
        ask(queue, now)
        with queue.transaction(Scope(GROUP + 1), now=now) as tx:
            tx.execute(
                "INSERT INTO platform.machine_key (group_id, id, name, secret_hash, permissions,"
                " recorded_at) VALUES (%s, 1, 'till', '', '{}', %s)",
                [GROUP + 1, now],
            )
        (running,) = take(queue, now)
        with Run(queue, running).transaction(now=now) as tx:
            assert tx.rows("SELECT id FROM platform.machine_key") == []


class TestCancel:
    def test_a_waiting_job_ends_at_once(self, queue: Database, now: datetime) -> None:
        asked = ask(queue, now)
        with queue.transaction(Scope(GROUP), now=now) as tx:
            cancelled = jobs.cancel(tx, job_id=asked.id, actor="test", now=now)
        assert (cancelled.state, cancelled.finished_at) == (JobState.CANCELLED, now)
        assert take(queue, now) == []

    def test_a_running_job_keeps_its_earlier_steps_and_loses_the_one_under_way(
        self, queue: Database, now: datetime
    ) -> None:
        asked = ask(queue, now)
        (running,) = take(queue, now)
        run = Run(queue, running)
        with run.transaction(now=now) as tx:
            run.step(tx, done_steps=1, now=now)
        with queue.transaction(Scope(GROUP), now=now) as tx:
            assert jobs.cancel(tx, job_id=asked.id, actor="test", now=now).state is JobState.RUNNING
        with pytest.raises(JobCancelled), run.transaction(now=now) as tx:
            run.step(tx, done_steps=2, now=now)
        assert look(queue, asked).done_steps == 1

    def test_a_job_that_should_be_cancelled_gets_no_other_attempt(
        self, queue: Database, now: datetime
    ) -> None:
        asked = ask(queue, now)
        (running,) = take(queue, now)
        with queue.transaction(Scope(GROUP), now=now) as tx:
            jobs.cancel(tx, job_id=asked.id, actor="test", now=now)
        finish(queue, running, jobs.ending_of_error(running, "no hay", now=now), now)
        assert look(queue, asked).state is JobState.CANCELLED

    def test_an_ended_job_cannot_be_cancelled_and_a_strange_one_is_not_found(
        self, queue: Database, now: datetime
    ) -> None:
        asked = ask(queue, now)
        (running,) = take(queue, now)
        finish(queue, running, Ending(JobState.DONE, now, result={"sheep": 3}), now)
        with queue.transaction(Scope(GROUP), now=now) as tx, pytest.raises(JobNotInState):
            jobs.cancel(tx, job_id=asked.id, actor="test", now=now)
        with queue.transaction(Scope(GROUP + 1), now=now) as tx, pytest.raises(NoSuchJob):
            jobs.cancel(tx, job_id=asked.id, actor="test", now=now)


class TestEnd:
    def test_a_result_is_kept(self, queue: Database, now: datetime) -> None:
        asked = ask(queue, now)
        (running,) = take(queue, now)
        finish(queue, running, Ending(JobState.DONE, now, result={"sheep": 3}), now)
        ended = look(queue, asked)
        assert (ended.state, ended.result, ended.finished_at) == (JobState.DONE, {"sheep": 3}, now)

    def test_errors_wait_twice_as_long_each_time_until_the_attempts_are_used_up(
        self, queue: Database, now: datetime
    ) -> None:
        asked = ask(queue, now)
        due, waits = now, []
        for _ in range(jobs.ATTEMPTS_MAX):
            (running,) = take(queue, due)
            finish(queue, running, jobs.ending_of_error(running, "no hay", now=due), due)
            ended = look(queue, asked)
            waits.append((ended.run_at - due).total_seconds())
            due = ended.run_at
        assert waits == [5, 10, 20, 40, 0]
        ended = look(queue, asked)
        assert (ended.state, ended.error) == (JobState.FAILED, "no hay")

    def test_a_pause_does_not_count_as_an_attempt(self, queue: Database, now: datetime) -> None:
        asked = ask(queue, now)
        (running,) = take(queue, now)
        finish(queue, running, Ending(JobState.WAITING, now), now)
        assert (look(queue, asked).state, look(queue, asked).attempts) == (JobState.WAITING, 0)


class TestRetry:
    def test_a_failed_job_goes_on_from_its_last_step_and_its_attempts_go_on_counting(
        self, queue: Database, now: datetime
    ) -> None:
        asked = ask(queue, now)
        (running,) = take(queue, now)
        run = Run(queue, running)
        with run.transaction(now=now) as tx:
            run.step(tx, done_steps=7, now=now)
        finish(queue, running, Ending(JobState.FAILED, now, error="no hay"), now)
        with queue.transaction(Scope(GROUP), now=now) as tx:
            jobs.retry(tx, job_id=asked.id, actor="test", now=now)
        (again,) = take(queue, now)
        assert (again.done_steps, again.attempts, again.error) == (7, 2, None)

    def test_a_waiting_job_needs_none(self, queue: Database, now: datetime) -> None:
        asked = ask(queue, now)
        with queue.transaction(Scope(GROUP), now=now) as tx, pytest.raises(JobNotInState):
            jobs.retry(tx, job_id=asked.id, actor="test", now=now)


def test_the_queue_tells_how_much_is_due_for_how_long(queue: Database, now: datetime) -> None:
    ask(queue, now)
    ask(queue, now, key="other", group_id=GROUP + 1)
    take(queue, now, limit=1)
    with queue.reading(jobs.QUEUE, role=Role.WORKER) as tx:
        state = jobs.queue_state(tx, now=now + 30 * SECOND)
    assert (state.due, state.oldest_due_seconds, state.under_way, state.failed) == (1, 30, 1, 0)


def test_a_list_comes_newest_first_and_goes_on_before_its_last(tx: Tx, now: datetime) -> None:
    wanted = [WantedJob(KIND, str(number), {}) for number in range(3)]
    made = [job.value.id for job in jobs.enqueue(tx, wanted, now=now) if isinstance(job, Ok)]
    top = jobs.newest(tx, before=1 << 62, limit=2)
    rest = jobs.newest(tx, before=top[-1].id, limit=2)
    assert [job.id for job in (*top, *rest)] == sorted(made, reverse=True)
