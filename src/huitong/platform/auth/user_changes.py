"""What is written of users: a new one, their roles and data scope, what they are called, the lock.

Who may do so is decided elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import psycopg

from huitong.platform.auth import passwords, roles
from huitong.platform.auth.users import Language, Rights, plain_name
from huitong.platform.db import Tx
from huitong.platform.errors import DomainError, Kind

ONE_NAME = "console_user_name"


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

# Nobody signs in as them while it is set.
SET_LOCK = """
UPDATE platform.console_user
SET locked_at = %(locked_at)s, version = version + 1
WHERE group_id = %(group_id)s
  AND id = %(id)s
"""


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


def set_lock(tx: Tx, *, user_id: int, locked_at: datetime | None) -> None:
    """Keep somebody out from now on, or let them in again."""
    tx.execute(SET_LOCK, {"group_id": tx.scope.group_id, "id": user_id, "locked_at": locked_at})


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
