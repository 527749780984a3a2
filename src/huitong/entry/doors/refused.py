"""What is told of a refused sign-in: an entry where it was aimed at somebody known, and a log line.

Both are written once the answer is sent: who measures answers learns nothing of who is known. Tries
during a wait are log lines alone, so that an attack makes as many entries as the waits let through.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from huitong.platform import audit, logs
from huitong.platform.assembly import Platform
from huitong.platform.audit import Act
from huitong.platform.auth import CodeNeeded, Origin, TooManyTries
from huitong.platform.db import Scope
from huitong.platform.errors import DomainError
from huitong.platform.http import after_refusing, cookies

# Nobody has signed in yet, so the door acts.
DOOR_ACTOR = "door:"

log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class Aim:
    """Whom a try was for, in which brands, and for how long the next one has to wait."""

    group_id: int
    brand_ids: tuple[int, ...] | None
    subject: str
    wait_seconds: int = 0


@contextmanager
def told(
    platform: Platform,
    request: Request,
    *,
    door: str,
    aim: Callable[[], Aim | None],
    now: datetime,
) -> Iterator[None]:
    """Let what the block refuses be told; `aim` is asked once the answer is sent.

    :raises DomainError: what the block refuses.
    """
    try:
        yield
    except DomainError as caught:
        refusal, origin = caught, cookies.origin_of(request)
        after_refusing(request, lambda: _tell(platform, refusal, door, origin, aim=aim, now=now))
        raise


@contextmanager
def logged(request: Request, *, door: str) -> Iterator[None]:
    """Let what the block refuses be a log line.

    :raises DomainError: what the block refuses.
    """
    try:
        yield
    except DomainError as refusal:
        _log(refusal, door, cookies.origin_of(request), group_id=None)
        raise


def _tell(
    platform: Platform,
    refusal: DomainError,
    door: str,
    origin: Origin,
    *,
    aim: Callable[[], Aim | None],
    now: datetime,
) -> None:
    aimed = None if isinstance(refusal, TooManyTries) else aim()
    _log(refusal, door, origin, group_id=None if aimed is None else aimed.group_id)
    if aimed is None:
        return
    with platform.database.transaction(Scope(aimed.group_id, aimed.brand_ids), now=now) as tx:
        audit.record(
            tx,
            by=f"{DOOR_ACTOR}{door}",
            act=Act.SESSION_CHALLENGE if isinstance(refusal, CodeNeeded) else Act.SESSION_REFUSE,
            subject=aimed.subject,
            reason=_reason(refusal),
            after={"wait_seconds": aimed.wait_seconds} if aimed.wait_seconds else None,
            now=now,
        )


def _log(refusal: DomainError, door: str, origin: Origin, *, group_id: int | None) -> None:
    log.info(
        "sign_in.refused",
        door=door,
        reason=_reason(refusal),
        came_from=origin.address,
        group_id=group_id,
    )


def _reason(refusal: DomainError) -> str:
    return refusal.code.rpartition(".")[2]
