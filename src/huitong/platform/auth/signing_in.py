"""Signing in at the console: the tries, the password, the code of the second factor, the session.

Nothing of the answer or of its time tells whether a name exists: every name is counted, every
password is hashed, and what a locked account says is said to those who know its password.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from huitong.platform.auth import passwords, second_factor, sessions, tries, users
from huitong.platform.auth.callers import NOBODY, Origin
from huitong.platform.auth.permissions import CallerKind
from huitong.platform.auth.second_factor import CodeNeeded
from huitong.platform.auth.sessions import OpenedSession
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import DomainError, Kind


@dataclass(eq=False)
class SignInRefused(DomainError):
    """The name, the password or both are wrong; it is not said which."""

    code: ClassVar[str] = "platform.sign_in_refused"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "Name or password is wrong: try again, or ask an administrator for a new password."
    )


@dataclass(eq=False)
class AccountLocked(DomainError):
    """The password is right, but an administrator has locked the account."""

    code: ClassVar[str] = "platform.account_locked"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = "This account is locked: ask an administrator to unlock it."


@dataclass(eq=False)
class PasswordOver(DomainError):
    """A password for one use was not used in time."""

    code: ClassVar[str] = "platform.password_over"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "This password was good for one use and its time is over: ask an administrator for a new"
        " one."
    )


@dataclass(eq=False)
class DemoPasswordRefused(DomainError):
    """Somebody brought the demo's password to an installation that is no demo."""

    code: ClassVar[str] = "platform.demo_password_refused"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "The password of the demo opens nothing in production: set another one with"
        " “huitong users reset NAME”."
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says at the door; `browser` is the token of one that has been here before."""

    name: str
    password: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    browser: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who came in, by which session, and the token that lets their browser be known again."""

    group_id: int
    user_id: int
    session: OpenedSession
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Known:
    group_id: int
    id: int
    password_hash: str
    must_change: bool
    password_until: datetime | None
    locked_at: datetime | None
    second_factor: bool


# The look-up that needs no scope.
FIND = """
SELECT group_id, id, password_hash, must_change, password_until, locked_at, second_factor
FROM platform.find_console_user(%(name)s)
"""

# When somebody was here last. Answers nothing when the password that was checked is not theirs any
# more, or they were locked meanwhile; who changes either waits for this, and ends the session.
SIGNED_IN = """
UPDATE platform.console_user
SET signed_in_at = %(now)s
WHERE group_id = %(group_id)s
  AND id = %(id)s
  AND password_hash = %(checked)s
  AND locked_at IS NULL
RETURNING id
"""


def sign_in(
    database: Database, asked: Asked, *, demo: bool, origin: Origin, now: datetime
) -> SignedIn:
    """Open a session for whoever knows a name and its password.

    :raises TooManyTries: when the name, the browser or the address has to wait.
    :raises SignInRefused: when name or password is wrong.
    :raises AccountLocked: when an administrator has locked the account.
    :raises PasswordOver: when the password was good for one use and its time is over.
    :raises DemoPasswordRefused: when it is the demo's and this is no demo.
    :raises CodeNeeded: when the account has a second factor and no code was said.
    :raises CodeWrong: when the code is not the present one, or was used before.
    """
    name = users.plain_name(asked.name)
    trying = tries.begin(
        database, name=name, browser=asked.browser, address=origin.address, now=now
    )
    known = _known(database, name, asked.password)
    _hold(known, asked, demo=demo, now=now)
    with database.transaction(Scope(known.group_id), now=now) as tx:
        _signed_in(tx, known, now=now)
        if known.second_factor:
            second_factor.use_code(tx, user_id=known.id, code=asked.code or "", now=now)
        opened = sessions.open_session(
            tx,
            kind=CallerKind.USER,
            subject_id=known.id,
            brand_ids=None,
            origin=origin,
            now=now,
        )
    tries.forgive(database, trying, now=now)
    return SignedIn(known.group_id, known.id, opened, tries.new_browser(name))


def user_at_door(database: Database, *, name: str) -> tuple[int, int] | None:
    """Return the group and the id of who signs in under a name; asked before a scope is known."""
    found = _find(database, users.plain_name(name))
    return None if found is None else (found.group_id, found.id)


def _known(database: Database, name: str, password: str) -> _Known:
    """Return the account of a name whose password this is."""
    known = _find(database, name)
    stored = None if known is None else known.password_hash
    if not passwords.fits(password, stored) or known is None:
        raise SignInRefused
    return known


def _find(database: Database, name: str) -> _Known | None:
    with database.reading(NOBODY) as tx:
        found: Sequence[_Known] = tx.all(_Known, FIND, {"name": name})
    return found[0] if found else None


def _signed_in(tx: Tx, known: _Known, *, now: datetime) -> None:
    params = {"group_id": known.group_id, "id": known.id, "checked": known.password_hash}
    if tx.row(SIGNED_IN, {**params, "now": now}) is None:
        raise SignInRefused


def _hold(known: _Known, asked: Asked, *, demo: bool, now: datetime) -> None:
    """Refuse an account that its password alone does not open at present."""
    if known.locked_at is not None:
        raise AccountLocked
    if known.password_until is not None and now >= known.password_until:
        raise PasswordOver
    if passwords.is_demos(asked.password) and not demo:
        raise DemoPasswordRefused
    if known.second_factor and asked.code is None:
        raise CodeNeeded
