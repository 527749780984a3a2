"""Where the present piece of work comes from; the edge says it once, the entries take it up.

It travels beside the calls like the ids on log lines: a domain does not know its callers' address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from huitong.platform.audit.model import AGENT_LENGTH_MAX, Json, Origin

NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("huitong_origin", default=NOWHERE)
_command: ContextVar["Command | None"] = ContextVar("huitong_command", default=None)


@dataclass
class Command:
    """A command of the command line under way; `told` once an entry says what it did."""

    actor: str
    words: str
    parameters: Json
    told: bool = False


@contextmanager
def coming_from(
    *, address: str | None, agent: str | None = None, request_id: str | None = None
) -> Iterator[None]:
    """Let everything that the block does come from there, and be done by no command around it."""
    shown = None if agent is None else agent[:AGENT_LENGTH_MAX]
    token = _origin.set(Origin(address=address, agent=shown, request_id=request_id))
    before = _command.set(None)
    try:
        yield
    finally:
        _command.reset(before)
        _origin.reset(token)


def origin() -> Origin:
    """Return where the present piece of work comes from."""
    return _origin.get()


@contextmanager
def running_command(command: Command | None) -> Iterator[None]:
    """Let what the block writes be told as done by a command, unless it is told as something else.

    Threads that the block starts are not of the command: what a server or a worker does is told
    by whoever asked for it.
    """
    token = _command.set(command)
    try:
        yield
    finally:
        _command.reset(token)


def command() -> Command | None:
    """Return the command under way, or None outside of the command line."""
    return _command.get()
