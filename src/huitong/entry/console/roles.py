"""HTTP: roles as sets of permissions, and the permissions that there are."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel, Field

from huitong.platform import audit, auth, clock
from huitong.platform.audit import Act
from huitong.platform.auth import (
    NOT_GIVEN,
    OF_KEYS,
    PERMISSION_NAMES,
    Caller,
    MoreThanHeld,
    NewRole,
    NoSuchRole,
    Permission,
    Role,
    RoleChanged,
    RoleCodeTaken,
    RoleFixed,
    RoleInUse,
    WiderThanSeen,
)
from huitong.platform.http import Calling, ExpectedVersion, Narrowing, Router, Running, etag

router = Router(tag="roles")

RoleCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", max_length=40)]
RoleName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$")]
GIVING = (MoreThanHeld, WiderThanSeen, RoleFixed)


class PermissionOut(BaseModel):
    """A permission in the words of people; some are good for programs, too."""

    code: Permission
    chinese: str
    english: str
    for_roles: bool
    for_keys: bool


class PermissionsOut(BaseModel):
    """Every permission that there is."""

    items: list[PermissionOut]


class RoleIn(BaseModel):
    """A role as it is entered."""

    chinese: RoleName
    english: RoleName
    permissions: Annotated[list[Permission], Field(max_length=len(Permission))]


class NewRoleIn(RoleIn):
    """A role that is made."""

    code: RoleCode


class RoleOut(BaseModel):
    """A role, and how many users hold it; the standard ones come with the platform."""

    code: str
    chinese: str
    english: str
    permissions: list[Permission]
    holders: int
    fixed: bool
    kept: bool
    version: int


class RolesOut(BaseModel):
    """The roles of the group, oldest first."""

    items: list[RoleOut]


@router.route(
    "GET", "/v1/permissions", permission=Permission.ACCOUNT_OWN, narrowing=Narrowing.ANYBODY
)
def list_permissions() -> PermissionsOut:
    """List every permission in the words of people."""
    return PermissionsOut(
        items=[
            PermissionOut(
                code=one,
                chinese=PERMISSION_NAMES[one].chinese,
                english=PERMISSION_NAMES[one].english,
                for_roles=one not in NOT_GIVEN,
                for_keys=one in OF_KEYS,
            )
            for one in Permission
        ]
    )


@router.route("GET", "/v1/roles", permission=Permission.USERS_READ)
def list_roles(platform: Running, caller: Calling) -> RolesOut:
    """List the roles of the group with their permissions and how many users hold each."""
    with platform.database.reading(caller.scope()) as tx:
        return RolesOut(items=[_out(role) for role in auth.list_roles(tx)])


@router.route(
    "POST",
    "/v1/roles",
    permission=Permission.ROLES_WRITE,
    status_code=HTTPStatus.CREATED,
    errors=[*GIVING, RoleCodeTaken],
)
def add_role(platform: Running, caller: Calling, new: NewRoleIn) -> RoleOut:
    """Make a role of permissions that the caller holds."""
    now = clock.now()
    wanted = _read(caller, new.code, new)
    with platform.database.transaction(caller.scope(), now=now) as tx:
        made = auth.put_role(tx, wanted, expected_version=None, now=now)
        audit.record(
            tx, by=caller, act=Act.ROLE_PUT, subject=_subject(made), after=_told(made), now=now
        )
    return _out(made)


@router.route(
    "PUT",
    "/v1/roles/{role}",
    permission=Permission.ROLES_WRITE,
    errors=[*GIVING, NoSuchRole, RoleChanged],
)
def change_role(
    platform: Running,
    caller: Calling,
    *,
    role: Annotated[RoleCode, Path()],
    changed: RoleIn,
    version: ExpectedVersion,
    response: Response,
) -> RoleOut:
    """Change what a role may do; it holds for those who have it at their next call."""
    now = clock.now()
    wanted = _read(caller, role, changed)
    with platform.database.transaction(caller.scope(), now=now) as tx:
        before = auth.role(tx, code=role)
        auth.hold_role(caller, before)
        after = auth.put_role(tx, wanted, expected_version=version, now=now)
        audit.record(
            tx,
            by=caller,
            act=Act.ROLE_PUT,
            subject=_subject(after),
            before=_told(before),
            after=_told(after),
            now=now,
        )
    response.headers["ETag"] = etag(after.version)
    return _out(after)


@router.route(
    "DELETE",
    "/v1/roles/{role}",
    permission=Permission.ROLES_WRITE,
    status_code=HTTPStatus.NO_CONTENT,
    errors=[*GIVING, NoSuchRole, RoleInUse],
)
def delete_role(platform: Running, caller: Calling, role: Annotated[RoleCode, Path()]) -> None:
    """Delete a role that nobody holds."""
    now = clock.now()
    auth.hold_brands(caller, None)
    with platform.database.transaction(caller.scope(), now=now) as tx:
        auth.hold_role(caller, auth.role(tx, code=role))
        gone = auth.delete_role(tx, code=role)
        audit.record(
            tx, by=caller, act=Act.ROLE_DELETE, subject=_subject(gone), before=_told(gone), now=now
        )


def _read(caller: Caller, code: str, given: RoleIn) -> NewRole:
    """Return the role that somebody entered, of permissions that they hold themselves.

    A role is of the whole group, so whoever sees some brands only does not decide about it.
    """
    auth.hold_brands(caller, None)
    wanted = frozenset(given.permissions)
    auth.hold_permissions(caller, wanted)
    return NewRole(code, given.chinese.strip(), given.english.strip(), wanted - NOT_GIVEN)


def _subject(role: Role) -> str:
    return f"role:{role.code}"


def _told(role: Role) -> dict[str, object]:
    return {
        "chinese": role.chinese,
        "english": role.english,
        "permissions": [str(one) for one in role.permissions],
    }


def _out(role: Role) -> RoleOut:
    return RoleOut(
        code=role.code,
        chinese=role.chinese,
        english=role.english,
        permissions=list(role.permissions),
        holders=role.holders,
        fixed=role.code == auth.GROUP_ADMIN,
        kept=role.code in auth.KEPT_ROLES,
        version=role.version,
    )
