"""What is done to users of the console, with its entry in the audit: at the desk or by hand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from huitong import org
from huitong.entry.console import places
from huitong.platform import audit, auth, ids
from huitong.platform.audit import Act
from huitong.platform.auth import Added, Giver, OneTime, Rights, User
from huitong.platform.auth.users import NAME_PATTERN
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import DomainError, Kind


@dataclass(eq=False)
class UserNameWrong(DomainError):
    """A sign-in name has characters that not every keyboard has."""

    code: ClassVar[str] = "platform.user_name_wrong"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "A sign-in name has 2 to 100 characters: letters a to z, digits, and . _ @ + - after the"
        " first."
    )


def hold_name(name: str) -> None:
    """Pass a name that somebody may sign in under.

    :raises UserNameWrong: when it is none.
    """
    if re.fullmatch(NAME_PATTERN, name.strip().lower()) is None:
        raise UserNameWrong


def link(tx: Tx, *, user_id: int, staff_id: int | None, by: Giver, now: datetime) -> None:
    """Note who of the staff a user is; whoever may give them rights may do so."""
    before = auth.user(tx, user_id=user_id).staff_id
    if before == staff_id:
        return
    auth.link_staff(tx, user_id=user_id, staff_id=staff_id)
    codes = org.staff_codes(tx)
    sides = [{"is_staff": None if one is None else codes.get(one)} for one in (before, staff_id)]
    _record(tx, Act.USER_PUT, user_id, by=by, before=sides[0], after=sides[1], now=now)


def add(tx: Tx, *, name: str, shown_name: str, rights: Rights, by: Giver, now: datetime) -> Added:
    """Add a user; see `auth.add_user` for what it refuses."""
    added = auth.add_user(tx, name=name, shown_name=shown_name, rights=rights, by=by, now=now)
    after = {"sign_in_name": added.user.name, **told(tx, rights)}
    _record(tx, Act.USER_ADD, added.user.id, by=by, after=after, now=now)
    return added


def change_rights(
    tx: Tx, *, user_id: int, rights: Rights, expected_version: int, by: Giver, now: datetime
) -> User:
    """Give a user exactly these rights; see `auth.change_rights` for what it refuses."""
    before = told(tx, auth.user(tx, user_id=user_id).rights)
    changed = auth.change_rights(
        tx, user_id=user_id, rights=rights, expected_version=expected_version, by=by, now=now
    )
    after = told(tx, changed.rights)
    _record(tx, Act.USER_PUT, user_id, by=by, before=before, after=after, now=now)
    return changed


def rename(tx: Tx, *, user_id: int, shown_name: str, by: Giver, now: datetime) -> None:
    """Change how people call a user; only that it was changed is told, as a name is personal."""
    if auth.user(tx, user_id=user_id).shown_name != shown_name:
        auth.rename(tx, user_id=user_id, shown_name=shown_name)
        _record(tx, Act.USER_PUT, user_id, by=by, after={"renamed": True}, now=now)


def reset(tx: Tx, *, user_id: int, second_factor: bool, by: Giver, now: datetime) -> OneTime:
    """Give a user a password for one use; see `auth.reset_password` for what it refuses."""
    one_time = auth.reset_password(tx, user_id=user_id, second_factor=second_factor, by=by, now=now)
    after = {"second_factor_taken_away": second_factor}
    _record(tx, Act.USER_RESET, user_id, by=by, after=after, now=now)
    return one_time


def lock(tx: Tx, *, user_id: int, by: Giver, now: datetime) -> User:
    """Keep a user out; see `auth.lock_user` for what it refuses."""
    locked = auth.lock_user(tx, user_id=user_id, by=by, now=now)
    _record(tx, Act.USER_LOCK, user_id, by=by, now=now)
    return locked


def unlock(tx: Tx, *, user_id: int, by: Giver, now: datetime) -> User:
    """Let a user in again; see `auth.unlock_user` for what it refuses."""
    unlocked = auth.unlock_user(tx, user_id=user_id, by=by)
    _record(tx, Act.USER_UNLOCK, user_id, by=by, now=now)
    return unlocked


def told(tx: ReadTx, rights: Rights) -> dict[str, object]:
    """Return rights as the audit and people read them: codes of roles and places."""
    where = places.shown(rights, places.known(tx))
    return {"roles": sorted(rights.role_codes), **where.model_dump()}


def _record(
    tx: Tx,
    act: Act,
    user_id: int,
    *,
    by: Giver,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    now: datetime,
) -> None:
    audit.record(
        tx,
        by=by,
        act=act,
        subject=ids.show(auth.USER_PREFIX, user_id),
        before=before,
        after=after,
        now=now,
    )
