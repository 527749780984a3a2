"""Where the present piece of work comes from; the edge says it once, the entries take it up.

It travels beside the calls like the ids on log lines: a domain does not know its callers' address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from huitong.platform.audit.model import AGENT_LENGTH_MAX, Origin

NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("huitong_origin", default=NOWHERE)


@contextmanager
def coming_from(
    *, address: str | None, agent: str | None = None, request_id: str | None = None
) -> Iterator[None]:
    """Let everything that the block does come from there."""
    shown = None if agent is None else agent[:AGENT_LENGTH_MAX]
    token = _origin.set(Origin(address=address, agent=shown, request_id=request_id))
    try:
        yield
    finally:
        _origin.reset(token)


def origin() -> Origin:
    """Return where the present piece of work comes from."""
    return _origin.get()
