"""Runs the API, and a worker beside it as a process of its own."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

import uvicorn

from huitong.entry.api import make_app
from huitong.platform import logs
from huitong.platform.assembly import Platform
from huitong.platform.errors import DomainError, Kind

STOP_SECONDS_MAX = 30
RESTART_SECONDS = 2.0
BACKLOG = 512
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
WORKER = (sys.executable, "-m", "huitong.entry.cli", "worker", "--attached")

log = logs.logger(__name__)


@dataclass(eq=False)
class AddressTaken(DomainError):
    """Nothing can listen at the address."""

    code: ClassVar[str] = "platform.address_taken"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Cannot listen on {host}:{port} ({reason}): stop what does, or choose another --port."
    )
    host: str
    port: int
    reason: str


def serve(platform: Platform, *, host: str, port: int) -> None:
    """Serve the API until SIGINT or SIGTERM; requests under way are finished first.

    :raises AddressTaken: when the address cannot be listened on.
    """
    listening = _listen(host, port)
    log.info("api.listening", at=f"http://{host}:{listening.getsockname()[1]}")
    trusted = list(platform.settings.trusted_proxies)
    config = uvicorn.Config(
        make_app(platform),
        log_config=None,
        # Said even when there are none: else Uvicorn takes some from its own environment variable.
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
    )
    with listening:
        _Server(config).run(sockets=[listening])


class _Server(uvicorn.Server):
    """A server that leaves the process to us when a signal has stopped it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop serving on a signal; Uvicorn's own way raises it again and would end us early."""
        before = {number: signal.signal(number, self.handle_exit) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def worker_beside() -> Iterator[None]:
    """Keep a worker process running while the block does; one that dies is started again."""
    ending = threading.Event()
    keeping = threading.Thread(target=_keep_worker, args=[ending])
    keeping.start()
    try:
        yield
    finally:
        ending.set()
        keeping.join()


def _keep_worker(ending: threading.Event) -> None:
    while not ending.is_set():
        # The worker ends when its input does, so it also ends with us when we are killed.
        process = subprocess.Popen(WORKER, stdin=subprocess.PIPE)  # noqa: S603 - our own program
        while process.poll() is None and not ending.wait(RESTART_SECONDS):
            pass
        if process.poll() is None:
            _stop(process)
        elif not ending.wait(RESTART_SECONDS):
            log.error("worker.died", exit_code=process.returncode)


def _stop(process: subprocess.Popen[bytes]) -> None:
    try:
        process.communicate(timeout=STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=BACKLOG)
    except OSError as refused:
        reason = refused.strerror or str(refused)
        raise AddressTaken(host=host, port=port, reason=reason) from None
