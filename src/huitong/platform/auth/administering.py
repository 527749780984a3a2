"""What administrators do to users: add them, give them rights, reset, lock and unlock them."""

from dataclasses import dataclass
from datetime import datetime

from huitong.platform.auth import passwords
from huitong.platform.auth.callers import Caller
from huitong.platform.auth.giving import (
    Giver,
    hold_administrator_left,
    hold_giving,
    hold_other,
    lock_administrators,
)
from huitong.platform.auth.permissions import CallerKind
from huitong.platform.auth.second_factor import drop_second_factor
from huitong.platform.auth.sessions import end_sessions
from huitong.platform.auth.user_changes import insert_user, put_rights, set_lock
from huitong.platform.auth.user_passwords import ONE_TIME_FOR, OneTime, set_password
from huitong.platform.auth.users import Rights, User, user
from huitong.platform.db import Tx


@dataclass(frozen=True, slots=True)
class Added:
    """A new user, and the password for one use with which they come in first."""

    user: User
    one_time: OneTime


def add_user(
    tx: Tx, *, name: str, shown_name: str, rights: Rights, by: Giver, now: datetime
) -> Added:
    """Add a user who signs in first with a password for one use.

    :raises UserNameTaken: when somebody of any group signs in under this name.
    :raises NoSuchRole: when there is no such role.
    :raises MoreThanHeld: when a role holds what the giver does not.
    :raises WiderThanSeen: when the rights reach further than the giver sees.
    """
    hold_giving(tx, by, rights)
    one_time = OneTime(passwords.one_time(), now + ONE_TIME_FOR)
    user_id = insert_user(
        tx,
        name=name,
        shown_name=shown_name,
        rights=rights,
        password=one_time.password,
        one_time_until=one_time.until,
        must_change=True,
        by=actor_of(by),
        now=now,
    )
    return Added(user(tx, user_id=user_id), one_time)


def change_rights(
    tx: Tx, *, user_id: int, rights: Rights, expected_version: int, by: Giver, now: datetime
) -> User:
    """Give somebody exactly these rights; their sessions end, so that a new one has the new rights.

    :raises NoSuchUser: when the group has none of this id.
    :raises UserChanged: when the version is another one.
    :raises OwnRights: when the giver is the user.
    :raises NoSuchRole: when there is no such role.
    :raises MoreThanHeld: when a role that is given or taken holds what the giver does not.
    :raises WiderThanSeen: when the old or new rights reach further than the giver sees.
    :raises LastAdministrator: when nobody would be left who holds everything.
    """
    _held(tx, user_id, by)
    hold_giving(tx, by, rights)
    put_rights(
        tx,
        user_id=user_id,
        rights=rights,
        expected_version=expected_version,
        by=actor_of(by),
        now=now,
    )
    hold_administrator_left(tx)
    end_sessions(tx, kind=CallerKind.USER, subject_id=user_id, but=None, now=now)
    return user(tx, user_id=user_id)


def reset_password(
    tx: Tx, *, user_id: int, second_factor: bool, by: Giver, now: datetime
) -> OneTime:
    """Give somebody a password for one use; what opened before, sessions too, opens nothing.

    `second_factor` takes that away as well, for somebody whose telephone is lost.

    :raises NoSuchUser: when the group has none of this id.
    :raises OwnRights: when the giver is the user.
    :raises MoreThanHeld: when the user holds what the giver does not.
    :raises WiderThanSeen: when the user reaches further than the giver sees.
    """
    _held(tx, user_id, by)
    one_time = OneTime(passwords.one_time(), now + ONE_TIME_FOR)
    set_password(
        tx,
        user_id=user_id,
        password=one_time.password,
        must_change=True,
        until=one_time.until,
        now=now,
    )
    if second_factor:
        drop_second_factor(tx, user_id=user_id)
    end_sessions(tx, kind=CallerKind.USER, subject_id=user_id, but=None, now=now)
    return one_time


def lock_user(tx: Tx, *, user_id: int, by: Giver, now: datetime) -> User:
    """Keep somebody out from this instant on.

    :raises NoSuchUser: when the group has none of this id.
    :raises OwnRights: when the giver is the user.
    :raises MoreThanHeld: when the user holds what the giver does not.
    :raises WiderThanSeen: when the user reaches further than the giver sees.
    :raises LastAdministrator: when nobody would be left who holds everything.
    """
    _held(tx, user_id, by)
    set_lock(tx, user_id=user_id, locked_at=now)
    hold_administrator_left(tx)
    end_sessions(tx, kind=CallerKind.USER, subject_id=user_id, but=None, now=now)
    return user(tx, user_id=user_id)


def unlock_user(tx: Tx, *, user_id: int, by: Giver) -> User:
    """Let somebody in again.

    :raises NoSuchUser: when the group has none of this id.
    :raises OwnRights: when the giver is the user.
    :raises MoreThanHeld: when the user holds what the giver does not.
    :raises WiderThanSeen: when the user reaches further than the giver sees.
    """
    _held(tx, user_id, by)
    set_lock(tx, user_id=user_id, locked_at=None)
    return user(tx, user_id=user_id)


def actor_of(by: Giver) -> str:
    """Return who acts, as journals keep it."""
    return by.actor() if isinstance(by, Caller) else by


def _held(tx: Tx, user_id: int, by: Giver) -> User:
    """Return a user about whom the giver may decide, with the administrators held still."""
    lock_administrators(tx)
    found = user(tx, user_id=user_id)
    hold_other(by, found)
    hold_giving(tx, by, found.rights)
    return found
