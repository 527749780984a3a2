"""Sessions: one stay of somebody who signed in, opened by a token that only they have.

The token changes with each sign-in and each change of rights or password, so that one which
somebody planted or saw before is worth nothing after. What its owner may do is looked up at each
call: a role that is taken away ends at once.
"""

import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from huitong.platform.auth.callers import (
    NOBODY,
    NOWHERE,
    Caller,
    NotSignedIn,
    Origin,
    Reach,
)
from huitong.platform.auth.permissions import OF_GUIDES, OF_MEMBERS, CallerKind, Permission
from huitong.platform.auth.roles import held_by
from huitong.platform.auth.tokens import make_token, read_token
from huitong.platform.db import Database, ReadTx, Scope, Tx, array
from huitong.platform.errors import DomainError, Kind

SESSION_PREFIX = "ses"
AGENT_LENGTH_MAX = 200
ADDRESS_LENGTH_MAX = 100
SESSIONS_SHOWN_MAX = 50
# A look at the page each minute keeps a session alive; writing it at each call would be waste.
SEEN_EVERY = timedelta(minutes=1)
# Nobody asks for what ended so long ago.
KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a session lasts: without a call, and at the very most."""

    idle: timedelta
    whole: timedelta


# The console shows a whole group's customers; a member's telephone shows one person's own card.
STAYS: Mapping[CallerKind, Stay] = {
    CallerKind.USER: Stay(idle=timedelta(hours=2), whole=timedelta(hours=12)),
    CallerKind.GUIDE: Stay(idle=timedelta(hours=12), whole=timedelta(days=7)),
    CallerKind.MEMBER: Stay(idle=timedelta(days=30), whole=timedelta(days=180)),
}


@dataclass(eq=False)
class NoSuchSession(DomainError):
    """The caller has no such session, or it is over."""

    code: ClassVar[str] = "platform.no_such_session"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "That session is over already: load the list again."


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session and its token; the token cannot be shown again."""

    id: int
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionShown:
    """A session as its owner sees it."""

    id: int
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime
    origin: Origin


# The token's hash goes in with where it was opened.
OPEN = """
INSERT INTO platform.session
  (group_id, id, kind, subject_id, brand_ids, secret_hash, opened_at, seen_at, expires_at,
   origin_address, origin_agent)
VALUES
  (%(group_id)s, %(id)s, %(kind)s, %(subject_id)s, %(brand_ids)s, %(secret_hash)s, %(now)s,
   %(now)s, %(expires_at)s, %(address)s, %(agent)s)
"""

# The look-up that needs no scope.
FIND = """
SELECT group_id, kind, subject_id, secret_hash, seen_at, expires_at, ended_at, locked_at,
  shown_name, must_change, brand_ids, legal_entity_ids, region_ids, store_ids, staff_ids,
  permissions
FROM platform.find_session(%(id)s)
"""

# Of two calls at once the later one counts.
SEE = """
UPDATE platform.session
SET seen_at = greatest(seen_at, %(now)s)
WHERE group_id = %(group_id)s
  AND id = %(id)s
  AND ended_at IS NULL
"""

# One session, or all of an owner but one.
END = """
UPDATE platform.session
SET ended_at = %(now)s
WHERE group_id = %(group_id)s
  AND kind = %(kind)s
  AND subject_id = %(subject_id)s
  AND (%(only)s::bigint IS NULL OR id = %(only)s)
  AND (%(but)s::bigint IS NULL OR id <> %(but)s)
  AND ended_at IS NULL
RETURNING id
"""

# Every session of many at once.
END_ALL = """
UPDATE platform.session
SET ended_at = %(now)s
WHERE group_id = %(group_id)s
  AND kind = %(kind)s
  AND subject_id = ANY(%(subject_ids)s::bigint[])
  AND ended_at IS NULL
"""

# Deletes every session of some people of a kind, with where each came from.
FORGET = """
DELETE FROM platform.session
WHERE group_id = %(group_id)s
  AND kind = %(kind)s
  AND subject_id = ANY (%(subject_ids)s::bigint[])
"""

# Those that still open something, the latest first.
LIST = """
SELECT id, opened_at, seen_at, expires_at, origin_address, origin_agent
FROM platform.session
WHERE group_id = %(group_id)s
  AND kind = %(kind)s
  AND subject_id = %(subject_id)s
  AND ended_at IS NULL
  AND expires_at > %(now)s
  AND seen_at > %(idle_since)s
ORDER BY id DESC
LIMIT %(limit)s
"""

# What ended long ago.
SWEEP = """
DELETE FROM platform.session
WHERE group_id = %(group_id)s
  AND expires_at < %(before)s
"""


def open_session(
    tx: Tx,
    *,
    kind: CallerKind,
    subject_id: int,
    brand_ids: Sequence[int] | None,
    origin: Origin,
    now: datetime,
) -> OpenedSession:
    """Open a session under a new token; `brand_ids` are those of a guide or member."""
    assert kind in STAYS, "A program has a key, not a session."
    (session_id,) = tx.new_ids([0])
    token = make_token(SESSION_PREFIX, session_id)
    expires_at = now + STAYS[kind].whole
    tx.execute(
        OPEN,
        {
            "group_id": tx.scope.group_id,
            "id": session_id,
            "kind": kind,
            "subject_id": subject_id,
            "brand_ids": None if brand_ids is None else sorted(set(brand_ids)),
            "secret_hash": token.secret_hash,
            "expires_at": expires_at,
            "address": origin.address[:ADDRESS_LENGTH_MAX],
            "agent": origin.agent[:AGENT_LENGTH_MAX],
            "now": now,
        },
    )
    tx.execute(SWEEP, {"group_id": tx.scope.group_id, "before": now - KEPT_FOR})
    return OpenedSession(session_id, token.text, expires_at)


def check_session(
    database: Database,
    token: str,
    *,
    kinds: frozenset[CallerKind],
    now: datetime,
    origin: Origin = NOWHERE,
) -> Caller:
    """Return who stands behind a session's token, if it is of one of these kinds.

    :raises NotSignedIn: when the token is not one of ours, or the session is over.
    """
    shown = read_token(SESSION_PREFIX, token)
    if shown is None:
        raise NotSignedIn(reason="The session is not known")
    with database.reading(NOBODY) as tx:
        found = tx.row(FIND, {"id": shown.id})
    if not shown.fits(None if found is None else bytes(found[3])) or found is None:
        raise NotSignedIn(reason="The session is not known")
    group_id, shown_kind, subject_id, _, seen_at, expires_at, ended_at, locked_at, *rest = found
    kind = CallerKind(shown_kind)
    if kind not in kinds:
        raise NotSignedIn(reason="The session is for another front end")
    if ended_at is not None or locked_at is not None:
        raise NotSignedIn(reason="The session was ended")
    if now >= min(expires_at, seen_at + STAYS[kind].idle):
        raise NotSignedIn(reason="The session has expired")
    if now - seen_at >= SEEN_EVERY:
        with database.transaction(Scope(group_id), now=now) as writing:
            writing.execute(SEE, {"group_id": group_id, "id": shown.id, "now": now})
    return _caller(kind, subject_id, group_id, rest, session_id=shown.id, origin=origin)


def csrf_token(token: str) -> str:
    """Return the text that a page of ours knows and a page of somebody else cannot."""
    return hmac.new(token.encode(), b"huitong.csrf", sha256).hexdigest()


def end_session(tx: Tx, *, caller: Caller, session_id: int, now: datetime) -> None:
    """End one of the caller's own sessions at once.

    :raises NoSuchSession: when they have no such session.
    """
    if not _end(tx, caller.kind, caller.id, only=session_id, but=None, now=now):
        raise NoSuchSession


def end_sessions(
    tx: Tx, *, kind: CallerKind, subject_id: int, but: int | None, now: datetime
) -> int:
    """End every session of somebody but the named one, and return how many that were."""
    return _end(tx, kind, subject_id, only=None, but=but, now=now)


def end_all_sessions(
    tx: Tx, *, kind: CallerKind, subject_ids: Collection[int], now: datetime
) -> None:
    """End every session of each of these at once."""
    params = {
        "group_id": tx.scope.group_id,
        "kind": kind,
        "subject_ids": sorted(subject_ids),
        "now": now,
    }
    tx.execute(END_ALL, params)


def forget_sessions(tx: Tx, *, kind: CallerKind, subject_ids: Collection[int]) -> int:
    """Delete every session of some people of a kind, ended ones too; return how many."""
    subjects = array(sorted(set(subject_ids)))
    params = {"group_id": tx.scope.group_id, "kind": kind, "subject_ids": subjects}
    return tx.execute(FORGET, params)


def list_sessions(
    tx: ReadTx, *, kind: CallerKind, subject_id: int, now: datetime
) -> list[SessionShown]:
    """Return the open sessions of somebody, the latest first."""
    params = {
        "group_id": tx.scope.group_id,
        "kind": kind,
        "subject_id": subject_id,
        "now": now,
        "idle_since": now - STAYS[kind].idle,
        "limit": SESSIONS_SHOWN_MAX,
    }
    return [
        SessionShown(
            id=session_id,
            opened_at=opened_at,
            seen_at=seen_at,
            expires_at=expires_at,
            origin=Origin(address, agent),
        )
        for session_id, opened_at, seen_at, expires_at, address, agent in tx.rows(LIST, params)
    ]


def _end(
    tx: Tx, kind: CallerKind, subject_id: int, *, only: int | None, but: int | None, now: datetime
) -> int:
    params = {
        "group_id": tx.scope.group_id,
        "kind": kind,
        "subject_id": subject_id,
        "only": only,
        "but": but,
        "now": now,
    }
    return len(tx.rows(END, params))


def _caller(
    kind: CallerKind,
    subject_id: int,
    group_id: int,
    looked_up: Sequence[object],
    *,
    session_id: int,
    origin: Origin,
) -> Caller:
    """Return the caller of the columns behind `locked_at`."""
    shown_name, must_change, brand_ids, entities, regions, stores, staff, granted = looked_up
    permissions: frozenset[Permission] = held_by(_texts(granted))
    if kind is CallerKind.USER:
        permissions |= {Permission.ACCOUNT_OWN}
        reach = Reach(_ids(entities), _ids(regions), _ids(stores), _ids(staff))
    elif kind is CallerKind.GUIDE:
        permissions &= OF_GUIDES
        reach = Reach(staff_ids=frozenset({subject_id}))
    else:
        permissions = OF_MEMBERS
        reach = Reach()
    return Caller(
        kind=kind,
        id=subject_id,
        group_id=group_id,
        brand_ids=None if brand_ids is None else tuple(sorted(_ids(brand_ids))),
        permissions=permissions,
        reach=reach,
        origin=origin,
        session_id=session_id,
        shown_name=None if shown_name is None else str(shown_name),
        must_change_password=bool(must_change),
    )


def _ids(found: object) -> frozenset[int]:
    assert isinstance(found, list), "The column is an array."
    return frozenset(int(one) for one in found)


def _texts(found: object) -> list[str]:
    assert isinstance(found, list), "The column is an array."
    return [str(one) for one in found]
