"""The worker: claims jobs and messages of any group, runs each in its own group's scope.

Everything it runs may be run again: jobs go on from their last step, deliveries carry their own
keys. It is the place where unforeseen errors of jobs and deliveries are caught, counted and kept.
"""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from types import FrameType
from typing import IO

from huitong.entry import trouble
from huitong.platform import audit, clock, ids, jobs, logs, outbox
from huitong.platform.assembly import Platform
from huitong.platform.db import Role, Scope
from huitong.platform.errors import DomainError, Kind, Refused
from huitong.platform.jobs import Ending, Job, JobState, Run
from huitong.platform.outbox import Message, Outcome

THREADS = 2
IDLE_SECONDS = 1.0
SCHEDULE_SECONDS = 60.0
MESSAGES_PER_CLAIM_MAX = 500
# A refusal of these kinds can turn out otherwise another time; the others would only repeat.
WORTH_REPEATING = frozenset({Kind.BUSY, Kind.UPSTREAM})

log = logs.logger(__name__)


@dataclass
class Worker:
    """Threads that run jobs, one that delivers messages, one that beats, one that schedules."""

    platform: Platform
    now: Callable[[], datetime] = clock.now
    beat_seconds: float = jobs.BEAT_SECONDS
    _stop: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)
    _running: dict[int, Job] = field(default_factory=dict)

    def run(self, *, threads: int = THREADS) -> None:
        """Work until `stop` is called; the steps under way are finished first."""
        loops: list[Callable[[], object]] = [self._deliver_once, *[self._work_once] * threads]
        working = [threading.Thread(target=self._loop, args=[once]) for once in loops]
        beating = threading.Thread(target=self._beat_until_ended)
        scheduling = threading.Thread(target=self._schedule_until_stopped)
        for thread in (*working, scheduling, beating):
            thread.start()
        log.info("worker.started", thread_count=threads)
        for thread in (*working, scheduling):
            thread.join()
        self._ended.set()
        beating.join()
        log.info("worker.stopped")

    def stop(self) -> None:
        """Let every thread end after its present step."""
        self._stop.set()

    def stop_on_signals(self) -> None:
        """Stop on SIGTERM and SIGINT; a second signal ends the process at once."""

        def stop(number: int, _frame: FrameType | None) -> None:
            signal.signal(number, signal.SIG_DFL)
            self.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)

    def stop_at_end_of(self, lines: IO[str]) -> None:
        """Stop when `lines` end: the process that holds their other side is gone, or wants it."""

        def read() -> None:
            for _ in lines:
                pass
            self.stop()

        threading.Thread(target=read, daemon=True).start()

    def drain(self) -> int:
        """Run what is due now, here and one after another, and return how much that was."""
        done = 0
        while self._work_once() or self._deliver_once():
            done += 1
        return done

    def schedule(self) -> None:
        """Ask for what recurs, in every group; whoever asks first is the one who asked."""
        now, platform = self.now(), self.platform
        with platform.database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
            group_ids = platform.group_ids(tx)
        for group_id in group_ids:
            scope = Scope(group_id)
            with platform.database.transaction(scope, now=now, role=Role.WORKER) as tx:
                jobs.ask_for_recurring(tx, platform.recurring, now=now)

    def _schedule_until_stopped(self) -> None:
        while not self._stop.is_set():
            try:
                self.schedule()
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                trouble.report("worker.not_scheduled", error)
            self._stop.wait(SCHEDULE_SECONDS)

    def _loop(self, once: Callable[[], object]) -> None:
        while not self._stop.is_set():
            try:
                worked = once()
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                trouble.report("worker.trouble", error)
                worked = False
            if not worked:
                self._stop.wait(IDLE_SECONDS)

    def _work_once(self) -> bool:
        """Claim one job and run it; answer whether there was one."""
        kinds = list(self.platform.job_handlers)
        now = self.now()
        with self.platform.database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
            claimed = jobs.claim(tx, kinds=kinds, limit=1, now=now)
        for job in claimed:
            shown = ids.show(jobs.JOB_PREFIX, job.id)
            with (
                logs.context(job_id=job.id, group_id=job.group_id, job_kind=job.kind),
                audit.coming_from(address="worker", agent=job.kind, request_id=shown),
            ):
                if job.state is JobState.RUNNING:
                    self._run_and_end(job)
                else:
                    log.warning("job.ended_without_running", state=job.state)
        return bool(claimed)

    def _run_and_end(self, job: Job) -> None:
        self._running[job.id] = job
        try:
            ending = self._attempt(job)
        finally:
            del self._running[job.id]
        if ending is None:
            log.warning("job.lost", attempt_count=job.attempts)
            return
        now = self.now()
        with self.platform.database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
            kept = jobs.end(tx, job, ending, now=now)
        log.info("job.attempt_ended", state=ending.state, error=ending.error, kept=kept)

    def _attempt(self, job: Job) -> Ending | None:
        """Run a job's handler and return how that ended; None when the job is not ours any more."""
        run = Run(self.platform.database, job, stopping=self._stop.is_set)
        try:
            result = self.platform.job_handlers[job.kind](run)
        except jobs.JobLost:
            return None
        except jobs.JobCancelled:
            return Ending(state=JobState.CANCELLED, run_at=self.now())
        except jobs.JobPaused:
            return Ending(state=JobState.WAITING, run_at=self.now())
        except DomainError as refusal:
            return _ending_of_refusal(job, refusal, self.now())
        except Exception as error:  # noqa: BLE001 - an unforeseen error of one job ends that one
            trouble.report("job.unexpected", error)
            return jobs.ending_of_error(job, trouble.sentence(error), now=self.now())
        return Ending(state=JobState.DONE, run_at=self.now(), result=result)

    def _beat_until_ended(self) -> None:
        """Renew the leases of what runs, also while the other threads come to their end."""
        while not self._ended.wait(self.beat_seconds):
            running = list(self._running.values())
            if running:
                self._beat(running)

    def _beat(self, running: Sequence[Job]) -> None:
        now = self.now()
        try:
            with self.platform.database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
                jobs.beat(tx, running, now=now)
        except Exception as error:  # noqa: BLE001 - the next beat may reach the database again
            trouble.report("worker.no_beat", error)

    def _deliver_once(self) -> bool:
        """Claim due messages and deliver them, a batch for each group and topic."""
        topics = list(self.platform.deliveries)
        if not topics:
            return False
        database, now = self.platform.database, self.now()
        with database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
            claimed = outbox.claim(tx, topics=topics, limit=MESSAGES_PER_CLAIM_MAX, now=now)
        claimed.sort(key=_batch_of)
        for (group_id, topic), batch in groupby(claimed, key=_batch_of):
            messages = list(batch)
            outcomes = self._deliver(group_id, topic, messages)
            with database.transaction(jobs.QUEUE, now=now, role=Role.WORKER) as tx:
                outbox.settle(tx, messages, outcomes, now=self.now())
        return bool(claimed)

    def _deliver(self, group_id: int, topic: str, messages: Sequence[Message]) -> Sequence[Outcome]:
        deliver = self.platform.deliveries[topic]
        with logs.context(group_id=group_id, topic=topic):
            try:
                return deliver(self.platform.database, Scope(group_id), messages, self.now())
            except DomainError as refusal:
                return [refusal.as_refused()] * len(messages)
            except Exception as error:  # noqa: BLE001 - kept with each message and tried again
                trouble.report("outbox.unexpected", error)
                return [Refused(code="platform.unexpected", reason=trouble.sentence(error))] * len(
                    messages
                )


def _ending_of_refusal(job: Job, refusal: DomainError, now: datetime) -> Ending:
    told = f"{refusal.code}: {refusal}"
    if refusal.kind in WORTH_REPEATING:
        return jobs.ending_of_error(job, told, now=now)
    return Ending(state=JobState.FAILED, run_at=now, error=told)


def _batch_of(message: Message) -> tuple[int, str]:
    return message.group_id, message.topic
