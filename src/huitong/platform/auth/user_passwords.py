"""What users sign in with: kept as a hash, and good for one use when another person has seen it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huitong.platform import ids
from huitong.platform.auth import passwords
from huitong.platform.auth.callers import USER_PREFIX
from huitong.platform.auth.users import NoSuchUser
from huitong.platform.db import ReadTx, Tx

ONE_TIME_FOR = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class OneTime:
    """A password for one use, that has to be changed then; it cannot be shown again."""

    password: str = field(repr=False)
    until: datetime | None


# What somebody signs in with; who sets it for another sets `must_change`.
PUT_HASH = """
UPDATE platform.console_user
SET password_hash = %(password_hash)s, password_at = %(now)s, must_change = %(must_change)s,
    password_until = %(password_until)s
WHERE group_id = %(group_id)s
  AND id = %(id)s
"""

# What is stored of the password of one user.
HASH_OF = """
SELECT password_hash
FROM platform.console_user
WHERE group_id = %(group_id)s
  AND id = %(id)s
"""


def set_password(
    tx: Tx,
    *,
    user_id: int,
    password: str,
    must_change: bool,
    until: datetime | None,
    now: datetime,
) -> None:
    """Set what somebody signs in with; `until` ends a password for one use."""
    params = {
        "group_id": tx.scope.group_id,
        "id": user_id,
        "password_hash": passwords.hashed(password),
        "must_change": must_change,
        "password_until": until,
        "now": now,
    }
    tx.execute(PUT_HASH, params)


def password_hash(tx: ReadTx, *, user_id: int) -> str:
    """Return what is stored of somebody's password.

    :raises NoSuchUser: when the group has none of this id.
    """
    found = tx.row(HASH_OF, {"group_id": tx.scope.group_id, "id": user_id})
    if found is None:
        raise NoSuchUser(user=ids.show(USER_PREFIX, user_id))
    return str(found[0])
