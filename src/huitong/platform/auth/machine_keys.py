"""Machine keys: one for each program, its token shown once, rotated and revoked."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from huitong.platform import ids
from huitong.platform.auth.callers import (
    KEY_PREFIX,
    NOBODY,
    NOWHERE,
    Caller,
    NotSignedIn,
    Origin,
)
from huitong.platform.auth.permissions import CallerKind, Permission
from huitong.platform.auth.tokens import make_token, read_token
from huitong.platform.db import Database, ReadTx, Tx
from huitong.platform.errors import DomainError, Kind

NAME_LENGTH_MAX = 100
KEYS_SHOWN_MAX = 1_000


@dataclass(eq=False)
class KeyNameTaken(DomainError):
    """A key of that name exists; names tell people which program holds which key."""

    code: ClassVar[str] = "platform.key_name_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "A key named “{name}” exists: choose another name, or rotate that key."
    )
    name: str


@dataclass(eq=False)
class NoSuchKey(DomainError):
    """The group has no such key, or it is revoked already."""

    code: ClassVar[str] = "platform.no_such_key"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "No key {key} is in use: “huitong keys list” shows those that are."
    key: str


@dataclass(frozen=True, slots=True)
class MachineKey:
    """A key as people see it: everything but its secret."""

    id: int
    name: str
    permissions: tuple[Permission, ...]
    brand_ids: tuple[int, ...] | None
    recorded_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key and its token; the token cannot be shown again."""

    key: MachineKey
    token: str = field(repr=False)


# Answers nothing when the name is taken.
INSERT_KEY = """
INSERT INTO platform.machine_key
  (group_id, id, name, secret_hash, permissions, brand_ids, recorded_at, expires_at)
VALUES
  (%(group_id)s, %(id)s, %(name)s, %(secret_hash)s, %(permissions)s, %(brand_ids)s,
   %(now)s, %(expires_at)s)
ON CONFLICT (group_id, name) DO NOTHING
RETURNING id
"""

# The newest first.
LIST_KEYS = """
SELECT id, name, permissions, brand_ids, recorded_at, expires_at, revoked_at
FROM platform.machine_key
ORDER BY id DESC
LIMIT %(limit)s
"""

# When a key ends; empty when it never does.
END_OF = """
SELECT expires_at
FROM platform.machine_key
WHERE group_id = %(group_id)s
  AND id = %(id)s
"""

# A revoked key stays as a row: what it did can still be attributed to it.
REVOKE_KEY = """
UPDATE platform.machine_key
SET revoked_at = %(now)s
WHERE group_id = %(group_id)s
  AND id = %(id)s
  AND revoked_at IS NULL
RETURNING id
"""

# The old key keeps working until the grace ends and leaves its name to its successor.
RETIRE_KEY = """
UPDATE platform.machine_key
SET name = left(name, 70) || ' (retired ' || %(shown)s || ')',
    expires_at = least(expires_at, %(expires_at)s)
WHERE group_id = %(group_id)s
  AND id = %(id)s
"""

# Locked, so that two rotations of one key come one after the other.
LOCK_KEY = """
SELECT name, permissions, brand_ids, expires_at
FROM platform.machine_key
WHERE group_id = %(group_id)s
  AND id = %(id)s
  AND revoked_at IS NULL
FOR UPDATE
"""

# The one look-up that needs no scope.
FIND_KEY = """
SELECT group_id, secret_hash, permissions, brand_ids, expires_at, revoked_at
FROM platform.find_machine_key(%(id)s)
"""


def issue(
    tx: Tx,
    *,
    name: str,
    permissions: Collection[Permission],
    brand_ids: Collection[int] | None,
    expires_at: datetime | None,
    now: datetime,
) -> IssuedKey:
    """Make a key for one program; `brand_ids` None opens every brand of the group.

    :raises KeyNameTaken: when the group has a key of that name.
    """
    assert 0 < len(name) <= NAME_LENGTH_MAX, "A key has a name that fits."
    (key_id,) = tx.new_ids([0])
    key = MachineKey(
        id=key_id,
        name=name,
        permissions=tuple(sorted(set(permissions))),
        brand_ids=None if brand_ids is None else tuple(sorted(set(brand_ids))),
        recorded_at=now,
        expires_at=expires_at,
        revoked_at=None,
    )
    token = make_token(KEY_PREFIX, key.id)
    made = tx.row(
        INSERT_KEY,
        {
            "group_id": tx.scope.group_id,
            "id": key.id,
            "name": key.name,
            "secret_hash": token.secret_hash,
            "permissions": [str(permission) for permission in key.permissions],
            "brand_ids": None if key.brand_ids is None else list(key.brand_ids),
            "expires_at": key.expires_at,
            "now": now,
        },
    )
    if made is None:
        raise KeyNameTaken(name=name)
    return IssuedKey(key=key, token=token.text)


def ends_by(tx: ReadTx, maker: Caller, *, expires_at: datetime | None) -> datetime | None:
    """Return when a key ends that somebody makes: as they ask, and no later than they do."""
    if maker.kind is not CallerKind.KEY:
        return expires_at
    found = tx.row(END_OF, {"group_id": tx.scope.group_id, "id": maker.id})
    ends = [one for one in (expires_at, found[0] if found else None) if one is not None]
    return min(ends, default=None)


def rotate(
    tx: Tx, *, key_id: int, grace: timedelta, now: datetime, by: Caller | None = None
) -> IssuedKey:
    """Make the successor of a key; the old one works until `grace` has passed.

    It ends when the old one would, and no later than the key by which it was made.

    :raises NoSuchKey: when the group has no such key in use.
    """
    params = {"group_id": tx.scope.group_id, "id": key_id}
    found = tx.row(LOCK_KEY, params)
    if found is None:
        raise NoSuchKey(key=ids.show(KEY_PREFIX, key_id))
    name, permissions, brand_ids, expires_at = found
    # Before the old key is retired, which may be the maker.
    expires_at = expires_at if by is None else ends_by(tx, by, expires_at=expires_at)
    tx.execute(
        RETIRE_KEY,
        {**params, "shown": ids.show(KEY_PREFIX, key_id), "expires_at": now + grace},
    )
    return issue(
        tx,
        name=name,
        permissions=[Permission(permission) for permission in permissions],
        brand_ids=brand_ids,
        expires_at=expires_at,
        now=now,
    )


def revoke(tx: Tx, *, key_id: int, now: datetime) -> None:
    """End a key at once.

    :raises NoSuchKey: when the group has no such key in use.
    """
    params = {"group_id": tx.scope.group_id, "id": key_id, "now": now}
    if tx.row(REVOKE_KEY, params) is None:
        raise NoSuchKey(key=ids.show(KEY_PREFIX, key_id))


def keys(tx: ReadTx) -> list[MachineKey]:
    """Return the group's keys, newest first, revoked ones included."""
    return [
        MachineKey(
            id=key_id,
            name=name,
            permissions=tuple(Permission(permission) for permission in permissions),
            brand_ids=None if brand_ids is None else tuple(brand_ids),
            recorded_at=recorded_at,
            expires_at=expires_at,
            revoked_at=revoked_at,
        )
        for key_id, name, permissions, brand_ids, recorded_at, expires_at, revoked_at in tx.rows(
            LIST_KEYS, {"limit": KEYS_SHOWN_MAX}
        )
    ]


def check(database: Database, token: str, *, now: datetime, origin: Origin = NOWHERE) -> Caller:
    """Return who stands behind a token; read anew each time, so that a revoked key ends at once.

    :raises NotSignedIn: when the token is not one of ours, has expired or was revoked.
    """
    shown = read_token(KEY_PREFIX, token)
    if shown is None:
        raise NotSignedIn(reason="The key is not known")
    with database.reading(NOBODY) as tx:
        found = tx.row(FIND_KEY, {"id": shown.id})
    if not shown.fits(None if found is None else bytes(found[1])) or found is None:
        raise NotSignedIn(reason="The key is not known")
    group_id, _, permissions, brand_ids, expires_at, revoked_at = found
    if revoked_at is not None:
        raise NotSignedIn(reason="The key was revoked")
    if expires_at is not None and expires_at <= now:
        raise NotSignedIn(reason="The key has expired")
    return Caller(
        kind=CallerKind.KEY,
        id=shown.id,
        group_id=group_id,
        brand_ids=None if brand_ids is None else tuple(brand_ids),
        permissions=frozenset(permissions),
        origin=origin,
    )
