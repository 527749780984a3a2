"""The processes as people start them: they answer, work, and stop when they are told to."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from huitong.channels.jobs import FORGET_BODIES
from huitong.platform import jobs
from huitong.platform.db import Database, Scope
from huitong.platform.errors import Ok
from huitong.platform.jobs import JobState, WantedJob

WAIT_SECONDS_MAX = 60.0
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Process:
    """A running command and the lines that it logged so far."""

    def __init__(self, directory: Path, url: str, *arguments: str) -> None:
        environment = {
            **os.environ,
            "HUITONG_HOME": str(directory / "home"),
            "HUITONG_DATABASE_URL": url,
            "HUITONG_LOG_FORMAT": "json",
        }
        self.environment, self.directory = environment, directory
        self.lines: list[dict[str, object]] = []
        self.running = subprocess.Popen(
            [sys.executable, "-m", "huitong.entry.cli", *arguments],
            env=environment,
            cwd=directory,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def address(self) -> str:
        """Return where it listens, once it does."""

        def listening() -> list[str]:
            return [str(one["at"]) for one in self.lines if one.get("event") == "api.listening"]

        wait_for(lambda: bool(listening()))
        return listening()[0]

    def stop(self) -> int:
        """Ask it to end, as a service manager would, and return its exit code."""
        self.running.send_signal(signal.SIGTERM)
        code = self.running.wait(WAIT_SECONDS_MAX)
        self._reading.join()
        return code

    def _read(self) -> None:
        assert self.running.stderr is not None
        with self.running.stderr as lines:
            for line in lines:
                self.lines.append(json.loads(line) if line.startswith("{") else {"said": line})


@contextmanager
def started(directory: Path, url: str, *arguments: str) -> Iterator[Process]:
    """Run a command for the block; one that is still there after it is killed."""
    process = Process(directory, url, *arguments)
    try:
        yield process
    finally:
        if process.running.poll() is None:
            process.running.kill()
            process.running.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)


def get(address: str) -> tuple[int, object]:
    answer = httpx2.get(address, timeout=WAIT_SECONDS_MAX)
    return answer.status_code, answer.json()


def test_serve_answers_and_works_and_ends_without_leaving_a_process(
    tmp_path: Path, fresh_database: Database
) -> None:
    with fresh_database.transaction(Scope(1), now=LONG_AGO) as tx:
        wanted = WantedJob(FORGET_BODIES, "today", {"retention_days": 30})
        (asked,) = jobs.enqueue(tx, [wanted], now=LONG_AGO)
    assert isinstance(asked, Ok)

    def is_done() -> bool:
        with fresh_database.reading(Scope(1)) as tx:
            return jobs.find(tx, job_id=asked.value.id).state is JobState.DONE

    with started(tmp_path, fresh_database.url, "serve", "--port", "0") as process:
        address = process.address()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        assert get(f"{address}/v1/health") == (200, {"status": "alive"})
        assert get(f"{address}/v1/ready") == (200, {"status": "ready"})
        wait_for(is_done)
        assert process.stop() == 0
    ended = [one for one in process.lines if one.get("event") == "job.attempt_ended"]
    assert [one["state"] for one in ended] == ["done"]
    assert not any("said" in one for one in process.lines), process.lines


def test_a_taken_address_is_one_sentence_with_the_remedy(
    tmp_path: Path, fresh_database: Database
) -> None:
    with started(tmp_path, fresh_database.url, "api", "--port", "0") as first:
        port = first.address().rpartition(":")[2]
        with started(tmp_path, fresh_database.url, "api", "--port", port) as late:
            assert late.running.wait(WAIT_SECONDS_MAX) == 1
            wait_for(lambda: bool(late.lines))
            (line,) = [str(one["said"]) for one in late.lines if "said" in one]
        assert "choose another --port" in line
        assert first.stop() == 0


def test_a_worker_ends_when_it_is_told_to(tmp_path: Path, fresh_database: Database) -> None:
    with started(tmp_path, fresh_database.url, "worker") as process:
        wait_for(lambda: any(one.get("event") == "worker.started" for one in process.lines))
        assert process.stop() == 0
    assert process.lines[-1]["event"] == "worker.stopped"
