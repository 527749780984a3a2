"""Roles: sets of permissions under a name; each group has the standard ones and may change them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from huitong.platform.auth.permissions import (
    GROUP_ADMIN,
    GUIDE,
    NOT_GIVEN,
    NewRole,
    Permission,
)
from huitong.platform.db import ReadTx, Shape, Tx
from huitong.platform.errors import DomainError, Kind

ROLES_SHOWN_MAX = 200
# Stands for every permission that can be given, those of later releases too.
EVERYTHING = "*"
KEPT_ROLES = frozenset({GROUP_ADMIN, GUIDE})


@dataclass(frozen=True, slots=True)
class Role:
    """A role and how many users hold it."""

    id: int
    code: str
    chinese: str
    english: str
    permissions: tuple[Permission, ...]
    version: int
    holders: int


@dataclass(eq=False)
class NoSuchRole(DomainError):
    """The group has no role of this code."""

    code: ClassVar[str] = "platform.no_such_role"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "The group has no role “{role}”: “huitong users roles” lists them."
    role: str


@dataclass(eq=False)
class RoleCodeTaken(DomainError):
    """A role of that code exists already."""

    code: ClassVar[str] = "platform.role_code_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "A role “{role}” exists: change that one, or choose another code."
    role: str


@dataclass(eq=False)
class RoleChanged(DomainError):
    """Somebody else changed the role in the meantime."""

    code: ClassVar[str] = "platform.role_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Role “{role}” was changed in the meantime: load it again and decide anew."
    )
    role: str


@dataclass(eq=False)
class RoleInUse(DomainError):
    """A role that users hold, or that the platform needs, would be deleted."""

    code: ClassVar[str] = "platform.role_in_use"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Role “{role}” is in use ({holders} users hold it): take it from them first; “group_admin”"
        " and “guide” always stay."
    )
    role: str
    holders: int


@dataclass(eq=False)
class RoleFixed(DomainError):
    """The permissions of the group's administrators would be changed."""

    code: ClassVar[str] = "platform.role_fixed"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The group's administrators always hold every permission: make another role instead."
    )


_ROLE = Shape(
    "role",
    {
        "id": "bigint",
        "code": "text",
        "chinese": "text",
        "english": "text",
        "permissions": "text",
    },
)

# The standard roles that are missing; what somebody changed stays. Permissions come as one text,
# because an array of arrays cannot be ragged.
INSTALL = """
INSERT INTO platform.role
  (group_id, id, code, chinese, english, permissions, version, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.code, incoming.chinese, incoming.english,
  string_to_array(incoming.permissions, ','), 1, %(now)s
FROM {incoming}
ON CONFLICT (group_id, code) DO NOTHING
"""

# Answers nothing when the code is taken.
INSERT = """
INSERT INTO platform.role
  (group_id, id, code, chinese, english, permissions, version, recorded_at)
VALUES
  (%(group_id)s, %(id)s, %(code)s, %(chinese)s, %(english)s, %(permissions)s, 1, %(now)s)
ON CONFLICT (group_id, code) DO NOTHING
RETURNING id
"""

# Answers nothing when the version is another one.
UPDATE = """
UPDATE platform.role
SET chinese = %(chinese)s, english = %(english)s, permissions = %(permissions)s,
    version = version + 1
WHERE group_id = %(group_id)s
  AND code = %(code)s
  AND version = %(version)s
RETURNING id
"""

# Every role of the group in the order they were made, with the number of its holders.
LIST = """
SELECT r.id, r.code, r.chinese, r.english, r.permissions, r.version, count(h.user_id)
FROM platform.role AS r
LEFT JOIN platform.user_role AS h
  ON h.group_id = r.group_id
  AND h.role_id = r.id
WHERE r.group_id = %(group_id)s
  AND (%(code)s::text IS NULL OR r.code = %(code)s)
GROUP BY r.group_id, r.id
ORDER BY r.id
LIMIT %(limit)s
"""

# Somebody may hold it by now; then the foreign key refuses.
DELETE = """
DELETE FROM platform.role
WHERE group_id = %(group_id)s
  AND id = %(id)s
"""


def install_roles(tx: Tx, roles: Sequence[NewRole], *, now: datetime) -> None:
    """Give the group the standard roles it does not have yet; what it changed stays as it is."""
    rows = [
        (role_id, role.code, role.chinese, role.english, ",".join(_kept(role)))
        for role_id, role in zip(tx.new_ids([0] * len(roles)), roles, strict=True)
    ]
    tx.write(INSTALL, _ROLE, rows, {"now": now})


def list_roles(tx: ReadTx) -> list[Role]:
    """Return the roles of the group, oldest first."""
    return _roles(tx, None)


def role(tx: ReadTx, *, code: str) -> Role:
    """Return the role with this code.

    :raises NoSuchRole: when the group has none.
    """
    found = _roles(tx, code)
    if not found:
        raise NoSuchRole(role=code)
    return found[0]


def put_role(tx: Tx, new: NewRole, *, expected_version: int | None, now: datetime) -> Role:
    """Make a role, or change the one of `expected_version`.

    :raises RoleCodeTaken: when a new one has the code of another.
    :raises RoleChanged: when the version is another one.
    :raises RoleFixed: when it is that of the group's administrators.
    :raises NoSuchRole: when the one to change does not exist.
    """
    assert not new.permissions & NOT_GIVEN, "Some permissions are nobody's to give."
    if new.code == GROUP_ADMIN:
        raise RoleFixed
    params = {
        "group_id": tx.scope.group_id,
        "code": new.code,
        "chinese": new.chinese,
        "english": new.english,
        "permissions": _texts(new.permissions),
        "now": now,
    }
    if expected_version is None:
        (role_id,) = tx.new_ids([0])
        if tx.row(INSERT, {**params, "id": role_id}) is None:
            raise RoleCodeTaken(role=new.code)
    elif tx.row(UPDATE, {**params, "version": expected_version}) is None:
        role(tx, code=new.code)
        raise RoleChanged(role=new.code)
    return role(tx, code=new.code)


def delete_role(tx: Tx, *, code: str) -> Role:
    """Delete a role that nobody holds, and return what it was.

    :raises NoSuchRole: when the group has none of this code.
    :raises RoleInUse: when somebody holds it, or the platform needs it.
    """
    found = role(tx, code=code)
    if found.holders or code in KEPT_ROLES:
        raise RoleInUse(role=code, holders=found.holders)
    tx.execute(DELETE, {"group_id": tx.scope.group_id, "id": found.id})
    return found


def _roles(tx: ReadTx, code: str | None) -> list[Role]:
    params = {"group_id": tx.scope.group_id, "code": code, "limit": ROLES_SHOWN_MAX}
    return [
        Role(
            id=role_id,
            code=own_code,
            chinese=chinese,
            english=english,
            permissions=tuple(one for one in Permission if one in held_by(permissions)),
            version=version,
            holders=holders,
        )
        for role_id, own_code, chinese, english, permissions, version, holders in tx.rows(
            LIST, params
        )
    ]


def held_by(texts: Collection[str]) -> frozenset[Permission]:
    """Return the permissions that are kept as these texts, of those that this release knows."""
    if EVERYTHING in texts:
        return frozenset(Permission) - NOT_GIVEN
    return frozenset(one for one in Permission if one in texts)


def _kept(role: NewRole) -> list[str]:
    """Return how a role's permissions are kept; administrators hold those of later releases too."""
    return [EVERYTHING] if role.code == GROUP_ADMIN else _texts(role.permissions)


def _texts(permissions: Collection[Permission]) -> list[str]:
    return sorted(str(permission) for permission in permissions)
