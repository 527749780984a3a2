"""Users: who signs in at the console, with which roles and in which data scope."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from huitong.platform import ids
from huitong.platform.auth.callers import EVERYWHERE, USER_PREFIX, Reach
from huitong.platform.db import ReadTx
from huitong.platform.errors import DomainError, Kind

NAME_PATTERN = r"^[a-z0-9][a-z0-9._@+-]{1,99}$"
SHOWN_NAME_LENGTH_MAX = 60
USERS_SHOWN_MAX = 1_000


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
    """A user as people see them: everything but what they sign in with.

    `staff_id` is who of the staff they are, if anybody.
    """

    id: int
    name: str
    shown_name: str
    language: Language | None
    rights: Rights
    staff_id: int | None
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


@dataclass(eq=False)
class NoSuchUser(DomainError):
    """The group has no such user."""

    code: ClassVar[str] = "platform.no_such_user"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "The group has no user {user}: “huitong users list” shows who is."
    user: str


# Users of the group, or one of them by id or name, oldest first. Who is limited to brands sees
# those who are limited to the same.
LIST = """
SELECT u.id, u.name, u.shown_name, u.language, u.brand_ids, u.legal_entity_ids, u.region_ids,
  u.store_ids, u.staff_ids, u.staff_id, u.must_change, u.totp_from IS NOT NULL, u.locked_at,
  u.signed_in_at, u.recorded_at, u.version,
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
    staff_id: int | None,
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
        staff_id=staff_id,
        must_change_password=must_change,
        has_second_factor=second_factor,
        locked_at=locked_at,
        signed_in_at=signed_in_at,
        recorded_at=recorded_at,
        version=version,
    )
