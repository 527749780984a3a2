"""Who may give what: nobody gives more than they hold, and somebody always holds everything."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from huitong.platform.auth.callers import Caller
from huitong.platform.auth.permissions import GROUP_ADMIN, CallerKind, Permission
from huitong.platform.auth.roles import Role, list_roles, role
from huitong.platform.auth.users import Rights, User
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import DomainError, Kind

# A hand at the machine itself gives what it likes: it could write the tables, too.
Giver = Caller | str


@dataclass(eq=False)
class MoreThanHeld(DomainError):
    """Somebody would give, or decide about, what they do not hold themselves."""

    code: ClassVar[str] = "platform.more_than_held"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "You cannot decide about “{what}”, as you do not hold it yourself: ask somebody who does."
    )
    what: str


@dataclass(eq=False)
class WiderThanSeen(DomainError):
    """Somebody would let another person see more brands or stores than they see themselves."""

    code: ClassVar[str] = "platform.wider_than_seen"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "You see some brands or stores only, and cannot decide about more than those: ask a group"
        " administrator."
    )


@dataclass(eq=False)
class OwnRights(DomainError):
    """Somebody would change, reset or lock themselves."""

    code: ClassVar[str] = "platform.own_rights"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "You cannot do this to your own account: ask another administrator, or see “My account”."
    )


@dataclass(eq=False)
class LastAdministrator(DomainError):
    """Nobody would be left who holds everything in the whole group."""

    code: ClassVar[str] = "platform.last_administrator"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "This is the group's last administrator who is not locked and sees every brand: make"
        " another one first."
    )


# Held until the end, so that two administrators cannot remove each other at once.
LOCK_ADMINISTRATORS = """
SELECT id
FROM platform.role
WHERE group_id = %(group_id)s
  AND code = %(group_admin)s
FOR UPDATE
"""

# How many people hold everything everywhere and may sign in.
COUNT_ADMINISTRATORS = """
SELECT count(*)
FROM platform.console_user AS u
JOIN platform.user_role AS h
  ON h.group_id = u.group_id
  AND h.user_id = u.id
JOIN platform.role AS r
  ON r.group_id = h.group_id
  AND r.id = h.role_id
WHERE u.group_id = %(group_id)s
  AND r.code = %(group_admin)s
  AND u.locked_at IS NULL
  AND u.brand_ids IS NULL
  AND cardinality(u.legal_entity_ids || u.region_ids || u.store_ids || u.staff_ids) = 0
"""


def hold_giving(tx: ReadTx, by: Giver, rights: Rights) -> None:
    """Pass when the giver holds everything that these rights would give.

    :raises MoreThanHeld: when a role holds a permission that the giver does not.
    :raises WiderThanSeen: when the rights reach further than the giver sees.
    :raises NoSuchRole: when there is no such role.
    """
    if isinstance(by, str):
        return
    known = {one.code: one for one in list_roles(tx)}
    for code in rights.role_codes:
        hold_role(by, known[code] if code in known else role(tx, code=code))
    hold_brands(by, rights.brand_ids)
    if by.reach.narrows():
        raise WiderThanSeen


def hold_role(by: Giver, given: Role) -> None:
    """Pass when the giver holds every permission of a role.

    :raises MoreThanHeld: when they do not.
    """
    if not isinstance(by, str) and not frozenset(given.permissions) <= by.permissions:
        raise MoreThanHeld(what=given.chinese)


def hold_permissions(by: Giver, permissions: Collection[Permission]) -> None:
    """Pass when the giver holds every one of these.

    :raises MoreThanHeld: with the first that they do not hold.
    """
    if not isinstance(by, str):
        for permission in sorted(permissions):
            if permission not in by.permissions:
                raise MoreThanHeld(what=permission)


def hold_brands(by: Giver, brand_ids: Collection[int] | None) -> None:
    """Pass when the giver sees all of these brands; None is every brand of the group.

    :raises WiderThanSeen: when they do not.
    """
    if isinstance(by, str) or by.brand_ids is None:
        return
    if brand_ids is None or not set(brand_ids) <= set(by.brand_ids):
        raise WiderThanSeen


def hold_other(by: Giver, user: User) -> None:
    """Pass when the giver is not deciding about themselves.

    :raises OwnRights: when they are.
    """
    if not isinstance(by, str) and by.kind is CallerKind.USER and by.id == user.id:
        raise OwnRights


def lock_administrators(tx: Tx) -> None:
    """Wait for whoever changes administrators at this moment."""
    tx.rows(LOCK_ADMINISTRATORS, {"group_id": tx.scope.group_id, "group_admin": GROUP_ADMIN})


def hold_administrator_left(tx: ReadTx) -> None:
    """Pass when somebody is left who holds everything; asked after a change, before its commit.

    :raises LastAdministrator: when nobody is.
    """
    params = {"group_id": tx.scope.group_id, "group_admin": GROUP_ADMIN}
    found = tx.row(COUNT_ADMINISTRATORS, params)
    if found is None or found[0] == 0:
        raise LastAdministrator
