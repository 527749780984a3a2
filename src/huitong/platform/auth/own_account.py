"""What everybody does to their own account: prove the password, choose another, renew the stay."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from huitong.platform.auth import passwords
from huitong.platform.auth.callers import Caller
from huitong.platform.auth.permissions import CallerKind
from huitong.platform.auth.sessions import OpenedSession, end_sessions, open_session
from huitong.platform.auth.user_passwords import password_hash, set_password
from huitong.platform.auth.users import user
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import DomainError, Kind


@dataclass(eq=False)
class PasswordWrong(DomainError):
    """The present password, which a change asks for, is another one."""

    code: ClassVar[str] = "platform.password_wrong"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "That is not your present password: type it again, or ask an administrator to reset it."
    )


@dataclass(eq=False)
class PasswordSame(DomainError):
    """The new password is the present one."""

    code: ClassVar[str] = "platform.password_same"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The new password is the present one: choose another."


def change_password(
    tx: Tx, *, caller: Caller, present: str, wanted: str, now: datetime
) -> OpenedSession:
    """Change the caller's password and return the session that replaces all they had.

    :raises PasswordWrong: when `present` is not what they sign in with.
    :raises PasswordSame: when nothing would change.
    :raises PasswordTooWeak: when the new one would be guessed.
    """
    assert caller.kind is CallerKind.USER, "Only users have a password."
    check_password(tx, caller=caller, present=present)
    if present == wanted:
        raise PasswordSame
    passwords.hold(wanted, name=user(tx, user_id=caller.id).name)
    set_password(tx, user_id=caller.id, password=wanted, must_change=False, until=None, now=now)
    return renew(tx, caller=caller, now=now)


def check_password(tx: ReadTx, *, caller: Caller, present: str) -> None:
    """Pass when somebody knows the password they signed in with; asked before what matters.

    :raises PasswordWrong: when they do not.
    """
    if not passwords.fits(present, password_hash(tx, user_id=caller.id)):
        raise PasswordWrong


def renew(tx: Tx, *, caller: Caller, now: datetime) -> OpenedSession:
    """End every session of the caller and open one under a new token."""
    end_sessions(tx, kind=caller.kind, subject_id=caller.id, but=None, now=now)
    return open_session(
        tx,
        kind=caller.kind,
        subject_id=caller.id,
        brand_ids=None,
        origin=caller.origin,
        now=now,
    )
