"""Users: who signs in at the console, with which roles and in which data scope."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import psycopg

from huitong.platform import ids
from huitong.platform.auth import passwords, roles
from huitong.platform.auth.callers import EVERYWHERE, USER_PREFIX, Reach
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import DomainError, Kind

NAME_PATTERN = r"^[a-z0-9][a-z0-9._@+-]{1,99}$"
SHOWN_NAME_LENGTH_MAX = 60
USERS_SHOWN_MAX = 1_000
ONE_TIME_FOR = timedelta(hours=72)
ONE_NAME = "console_user_name"


class Language(StrEnum):
    """The languages of the front ends."""

    CHINESE = "zh-CN"
    ENGLISH = "en-US"


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do and where: roles, in one data scope; brands None means every brand."""

    role_codes: tuple[str, ...]
    brand_ids: tuple[int, ...] | None = None
    reach: Reach = EVERYWHERE


@dataclass(frozen=True, slots=True)
class User:
    """A user as people see them: everything but what they sign in with."""

    id: int
    name: str
    shown_name: str
    language: Language | None
    rights: Rights
    must_change_password: bool
    has_second_factor: bool
    locked_at: datetime | None
    signed_in_at: datetime | None
    recorded_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users are asked for: a part of a name, a role, locked or not; None asks for any."""

    text: str | None = None
    role: str | None = None
    locked: bool | None = None


EVERYBODY = UserFilter()


@dataclass(frozen=True, slots=True)
class OneTime:
    """A password for one use, that has to be changed then; it cannot be shown again."""

    password: str = field(repr=False)
    until: datetime | None


@dataclass(eq=False)
class NoSuchUser(DomainError):
    """The group has no such user."""

    code: ClassVar[str] = "platform.no_such_user"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "The group has no user {user}: “huitong users list” shows who is."
    user: str


@dataclass(eq=False)
class UserNameTaken(DomainError):
    """Somebody signs in under this name already."""

    code: ClassVar[str] = "platform.user_name_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The sign-in name “{name}” is taken: add the person's brand or number to it."
    )
    name: str


@dataclass(eq=False)
class UserChanged(DomainError):
    """Somebody else changed the user in the meantime."""

    code: ClassVar[str] = "platform.user_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "This user was changed in the meantime: load the page again and decide anew."
    )


# Users of the group, or one of them by id or name, oldest first. Who is limited to brands sees
# those who are limited to the same.
LIST = """
SELECT u.id, u.name, u.shown_name, u.language, u.brand_ids, u.legal_entity_ids, u.region_ids,
  u.store_ids, u.staff_ids, u.must_change, u.totp_from IS NOT NULL, u.locked_at, u.signed_in_at,
  u.recorded_at, u.version,
  ARRAY (
    SELECT r.code
    FROM platform.user_role AS h
    JOIN platform.role AS r
      ON r.group_id = h.group_id
      AND r.id = h.role_id
    WHERE h.group_id = u.group_id
      AND h.user_id = u.id
    ORDER BY r.id
  )
FROM platform.console_user AS u
WHERE u.group_id = %(group_id)s
  AND (%(id)s::bigint IS NULL OR u.id = %(id)s)
  AND (%(name)s::text IS NULL OR u.name = %(name)s)
  AND u.id > %(after)s
  AND (%(brand_ids)s::bigint[] IS NULL OR u.brand_ids <@ %(brand_ids)s::bigint[])
  AND (%(text)s::text IS NULL OR strpos(lower(u.name || ' ' || u.shown_name), %(text)s) > 0)
  AND (%(locked)s::boolean IS NULL OR (u.locked_at IS NOT NULL) = %(locked)s)
  AND (%(role)s::text IS NULL OR EXISTS (
    SELECT FROM platform.user_role AS h
    JOIN platform.role AS r
      ON r.group_id = h.group_id
      AND r.id = h.role_id
    WHERE h.group_id = u.group_id
      AND h.user_id = u.id
      AND r.code = %(role)s))
ORDER BY u.id
LIMIT %(limit)s
"""

# Fails when the name is taken, in whatever group.
INSERT = """
INSERT INTO platform.console_user
  (group_id, id, name, shown_name, password_hash, password_at, must_change, password_until,
   brand_ids, legal_entity_ids, region_ids, store_ids, staff_ids, version, recorded_at)
VALUES
  (%(group_id)s, %(id)s, %(name)s, %(shown_name)s, %(password_hash)s, %(now)s, %(must_change)s,
   %(password_until)s, %(brand_ids)s, %(legal_entity_ids)s, %(region_ids)s, %(store_ids)s,
   %(staff_ids)s, 1, %(now)s)
"""

# Where somebody may do what their roles say.
PUT_SCOPE = """
UPDATE platform.console_user
SET brand_ids = %(brand_ids)s, legal_entity_ids = %(legal_entity_ids)s,
    region_ids = %(region_ids)s, store_ids = %(store_ids)s, staff_ids = %(staff_ids)s,
    version = version + 1
WHERE group_id = %(group_id)s
  AND id = %(id)s
  AND version = %(version)s
RETURNING id
"""

# Takes back what is not among these roles.
TAKE_ROLES = """
DELETE FROM platform.user_role AS h
USING platform.role AS r
WHERE h.group_id = %(group_id)s
  AND h.user_id = %(user_id)s
  AND r.group_id = h.group_id
  AND r.id = h.role_id
  AND r.code <> ALL(%(codes)s)
"""

# Gives what is not given yet; answers the roles of these codes that there are.
GIVE_ROLES = """
WITH wanted AS (
  SELECT r.group_id, r.id
  FROM platform.role AS r
  WHERE r.group_id = %(group_id)s
    AND r.code = ANY(%(codes)s)
), given AS (
  INSERT INTO platform.user_role (group_id, user_id, role_id, given_by, recorded_at)
  SELECT w.group_id, %(user_id)s, w.id, %(by)s, %(now)s
  FROM wanted AS w
  ON CONFLICT (group_id, user_id, role_id) DO NOTHING
)
SELECT w.id
FROM wanted AS w
"""

# How people call somebody, and in which language they are spoken to.
RENAME = """
UPDATE platform.console_user
SET shown_name = coalesce(%(shown_name)s, shown_name), language = coalesce(%(language)s, language),
    version = version + 1
WHERE group_id = %(group_id)s
  AND id = %(id)s
"""

# What somebody signs in with; who sets it for another sets `must_change`.
PUT_HASH = """
UPDATE platform.console_user
SET password_hash = %(password_hash)s, password_at = %(now)s, must_change = %(must_change)s,
    password_until = %(password_until)s
WHERE group_id = %(group_id)s
  AND id = %(id)s
"""

# Nobody signs in as them while it is set.
SET_LOCK = """
UPDATE platform.console_user
SET locked_at = %(locked_at)s, version = version + 1
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


def plain_name(given: str) -> str:
    """Return a sign-in name in the one form in which it is kept."""
    return given.strip().lower()


def list_users(
    tx: ReadTx, wanted: UserFilter = EVERYBODY, *, after: int = 0, limit: int = USERS_SHOWN_MAX
) -> list[User]:
    """Return the wanted users that the scope may see, oldest first, with ids above `after`."""
    params = {
        "text": None if wanted.text is None else wanted.text.strip().lower(),
        "role": wanted.role,
        "locked": wanted.locked,
        "after": after,
        "limit": limit,
    }
    return _users(tx, params)


def user(tx: ReadTx, *, user_id: int) -> User:
    """Return one user.

    :raises NoSuchUser: when the group has none of this id.
    """
    found = _users(tx, {"id": user_id})
    if not found:
        raise NoSuchUser(user=ids.show(USER_PREFIX, user_id))
    return found[0]


def user_named(tx: ReadTx, *, name: str) -> User:
    """Return the user who signs in under a name.

    :raises NoSuchUser: when the group has none of this name.
    """
    found = _users(tx, {"name": plain_name(name)})
    if not found:
        raise NoSuchUser(user=f"“{name}”")
    return found[0]


def insert_user(
    tx: Tx,
    *,
    name: str,
    shown_name: str,
    rights: Rights,
    password: str,
    one_time_until: datetime | None,
    must_change: bool,
    by: str,
    now: datetime,
) -> int:
    """Add a user under a password and return their id; who may do so is decided elsewhere.

    :raises UserNameTaken: when somebody of any group signs in under this name.
    :raises NoSuchRole: when one of the roles does not exist.
    """
    (user_id,) = tx.new_ids([0])
    params = {
        "group_id": tx.scope.group_id,
        "id": user_id,
        "name": plain_name(name),
        "shown_name": shown_name,
        "password_hash": passwords.hashed(password),
        "password_until": one_time_until,
        "must_change": must_change,
        "now": now,
        **_scope_params(rights),
    }
    try:
        with tx.savepoint():
            tx.execute(INSERT, params)
    except psycopg.errors.UniqueViolation as taken:
        if taken.diag.constraint_name != ONE_NAME:
            raise
        raise UserNameTaken(name=plain_name(name)) from None
    _give(tx, user_id, rights.role_codes, by=by, now=now)
    return user_id


def put_rights(
    tx: Tx, *, user_id: int, rights: Rights, expected_version: int, by: str, now: datetime
) -> None:
    """Give somebody exactly these roles in this scope; who may do so is decided elsewhere.

    :raises UserChanged: when the version is another one.
    :raises NoSuchRole: when one of the roles does not exist.
    """
    params = {"group_id": tx.scope.group_id, "id": user_id, "version": expected_version}
    if tx.row(PUT_SCOPE, {**params, **_scope_params(rights)}) is None:
        raise UserChanged
    taking = {
        "group_id": tx.scope.group_id,
        "user_id": user_id,
        "codes": list(rights.role_codes),
    }
    tx.execute(TAKE_ROLES, taking)
    _give(tx, user_id, rights.role_codes, by=by, now=now)


def rename(
    tx: Tx, *, user_id: int, shown_name: str | None = None, language: Language | None = None
) -> None:
    """Change how people call somebody, or their language; None leaves it."""
    params = {
        "group_id": tx.scope.group_id,
        "id": user_id,
        "shown_name": shown_name,
        "language": language,
    }
    tx.execute(RENAME, params)


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


def set_lock(tx: Tx, *, user_id: int, locked_at: datetime | None) -> None:
    """Keep somebody out from now on, or let them in again."""
    tx.execute(SET_LOCK, {"group_id": tx.scope.group_id, "id": user_id, "locked_at": locked_at})


def password_hash(tx: ReadTx, *, user_id: int) -> str:
    """Return what is stored of somebody's password.

    :raises NoSuchUser: when the group has none of this id.
    """
    found = tx.row(HASH_OF, {"group_id": tx.scope.group_id, "id": user_id})
    if found is None:
        raise NoSuchUser(user=ids.show(USER_PREFIX, user_id))
    return str(found[0])


def _give(tx: Tx, user_id: int, codes: Sequence[str], *, by: str, now: datetime) -> None:
    wanted = sorted(set(codes))
    params = {
        "group_id": tx.scope.group_id,
        "user_id": user_id,
        "codes": wanted,
        "by": by,
        "now": now,
    }
    if len(tx.rows(GIVE_ROLES, params)) < len(wanted):
        known = {role.code for role in roles.list_roles(tx)}
        raise roles.NoSuchRole(role=next(code for code in wanted if code not in known))


def _scope_params(rights: Rights) -> dict[str, list[int] | None]:
    return {
        "brand_ids": None if rights.brand_ids is None else sorted(set(rights.brand_ids)),
        "legal_entity_ids": sorted(rights.reach.legal_entity_ids),
        "region_ids": sorted(rights.reach.region_ids),
        "store_ids": sorted(rights.reach.store_ids),
        "staff_ids": sorted(rights.reach.staff_ids),
    }


def _users(tx: ReadTx, wanted: Mapping[str, object]) -> list[User]:
    brand_ids = tx.scope.brand_ids
    params = {
        "group_id": tx.scope.group_id,
        "brand_ids": None if brand_ids is None else list(brand_ids),
        "id": None,
        "name": None,
        "text": None,
        "role": None,
        "locked": None,
        "after": 0,
        "limit": USERS_SHOWN_MAX,
        **wanted,
    }
    return [_user(*row) for row in tx.rows(LIST, params)]


def _user(  # noqa: PLR0917 - The columns of LIST, in their order.
    user_id: int,
    name: str,
    shown_name: str,
    language: str | None,
    brand_ids: Collection[int] | None,
    entities: Collection[int],
    regions: Collection[int],
    stores: Collection[int],
    staff: Collection[int],
    must_change: bool,  # noqa: FBT001 - The same.
    second_factor: bool,  # noqa: FBT001 - The same.
    locked_at: datetime | None,
    signed_in_at: datetime | None,
    recorded_at: datetime,
    version: int,
    role_codes: Sequence[str],
) -> User:
    return User(
        id=user_id,
        name=name,
        shown_name=shown_name,
        language=None if language is None else Language(language),
        rights=Rights(
            role_codes=tuple(role_codes),
            brand_ids=None if brand_ids is None else tuple(brand_ids),
            reach=Reach(
                frozenset(entities), frozenset(regions), frozenset(stores), frozenset(staff)
            ),
        ),
        must_change_password=must_change,
        has_second_factor=second_factor,
        locked_at=locked_at,
        signed_in_at=signed_in_at,
        recorded_at=recorded_at,
        version=version,
    )
