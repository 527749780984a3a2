"""Machine keys and permissions: who calls, for which group and brands, and what they may do.

A token is the key's id and 256 random bits. Only their SHA-256 is stored: nobody can guess 256
random bits, so a slow hash would cost every call and protect nothing. The token is shown once.
"""

import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar

from huitong.platform import ids
from huitong.platform.db import Database, ReadTx, Scope, Tx
from huitong.platform.errors import DomainError, Kind

KEY_PREFIX = "key"
NAME_LENGTH_MAX = 100
SECRET_BYTES = 32
TOKEN_LENGTH_MAX = 200
KEYS_SHOWN_MAX = 1_000

# Before a key is known no group is: this scope sees no row of any table.
NOBODY = Scope(group_id=0, brand_ids=())


class Permission(StrEnum):
    """Everything that a caller can be allowed to do; routes name one, keys hold some."""

    INBOX_READ = "inbox.read"
    INBOX_WRITE = "inbox.write"
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_WRITE = "customers.write"
    DOCUMENTS_REVIEW = "documents.review"
    CONSENTS_WRITE = "consents.write"
    RIGHTS_EXPORT = "rights.export"
    RIGHTS_WRITE = "rights.write"
    RIGHTS_ERASE = "rights.erase"
    IDENTITY_READ = "identity.read"
    IDENTITY_WRITE = "identity.write"
    ORDERS_READ = "orders.read"
    SIGNALS_READ = "signals.read"
    POINTS_READ = "points.read"
    PROGRAMME_READ = "programme.read"
    PROGRAMME_WRITE = "programme.write"
    METRICS_READ = "metrics.read"
    MODELS_READ = "models.read"
    MODELS_WRITE = "models.write"
    TAGS_READ = "tags.read"
    TAGS_WRITE = "tags.write"
    TAGS_GIVE = "tags.give"
    TAGS_SENSITIVE = "tags.sensitive"
    SEGMENTS_READ = "segments.read"
    SEGMENTS_WRITE = "segments.write"
    SEGMENTS_EXPORT = "segments.export"
    JOBS_READ = "jobs.read"
    JOBS_WRITE = "jobs.write"


@dataclass(frozen=True, slots=True)
class PermissionName:
    """A permission in the words of people."""

    chinese: str
    english: str


PERMISSION_NAMES: Mapping[Permission, PermissionName] = {
    Permission.INBOX_READ: PermissionName("查看数据接入", "See what was taken in"),
    Permission.INBOX_WRITE: PermissionName("写入与重试接入数据", "Send records in and retry them"),
    Permission.CUSTOMERS_READ: PermissionName("查看客户（脱敏）", "See customers, masked"),
    Permission.CUSTOMERS_WRITE: PermissionName("办理入会与修改客户", "Enrol and change customers"),
    Permission.DOCUMENTS_REVIEW: PermissionName("审核会员证件", "Review members' documents"),
    Permission.CONSENTS_WRITE: PermissionName("登记授权同意", "Record consents"),
    Permission.RIGHTS_EXPORT: PermissionName(
        "导出个人信息副本（明文）", "Export all data of a person, unmasked"
    ),
    Permission.RIGHTS_WRITE: PermissionName("办理退会", "Let members leave"),
    Permission.RIGHTS_ERASE: PermissionName("抹除个人信息", "Erase persons for good"),
    Permission.IDENTITY_READ: PermissionName(
        "查看身份合并依据（脱敏）", "See why records are one person, masked"
    ),
    Permission.IDENTITY_WRITE: PermissionName("合并与拆分自然人", "Merge and split persons"),
    Permission.ORDERS_READ: PermissionName("查看订单", "See orders"),
    Permission.SIGNALS_READ: PermissionName("查看行为信号", "See what people do without buying"),
    Permission.POINTS_READ: PermissionName("查看积分与明细", "See points and their history"),
    Permission.PROGRAMME_READ: PermissionName("查看会员方案", "See the programme"),
    Permission.PROGRAMME_WRITE: PermissionName("修改会员方案", "Change the programme"),
    Permission.METRICS_READ: PermissionName("查看经营指标", "See the figures of a brand"),
    Permission.MODELS_READ: PermissionName(
        "查看客户模型", "See what models say of customers, and why"
    ),
    Permission.MODELS_WRITE: PermissionName(
        "修改与刷新客户模型", "Change models of customers and refresh them"
    ),
    Permission.TAGS_READ: PermissionName("查看标签定义与分布", "See tags and how many have each"),
    Permission.TAGS_WRITE: PermissionName("修改标签定义", "Change definitions of tags"),
    Permission.TAGS_GIVE: PermissionName("给客户打标签", "Give customers tags by hand"),
    Permission.TAGS_SENSITIVE: PermissionName(
        "查看敏感标签", "See sensitive tags of single customers"
    ),
    Permission.SEGMENTS_READ: PermissionName("查看人群与画像", "See segments and portraits"),
    Permission.SEGMENTS_WRITE: PermissionName("修改人群", "Change segments"),
    Permission.SEGMENTS_EXPORT: PermissionName("导出人群名单（脱敏）", "Export segments, masked"),
    Permission.JOBS_READ: PermissionName("查看任务进度", "See jobs and their progress"),
    Permission.JOBS_WRITE: PermissionName("取消任务", "Cancel jobs"),
}


@dataclass(eq=False)
class NotSignedIn(DomainError):
    """The call brings no key, or one that does not open anything any more."""

    code: ClassVar[str] = "platform.not_signed_in"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "{reason}: send “Authorization: Bearer <token>” with a token of “huitong keys issue”."
    )
    reason: str


@dataclass(eq=False)
class NotPermitted(DomainError):
    """The key is good, but it does not hold the permission that the route asks for."""

    code: ClassVar[str] = "platform.not_permitted"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = "This key does not hold the permission “{permission}”."
    permission: str


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


@dataclass(frozen=True, slots=True)
class Caller:
    """Who stands behind a checked key: the group and brands it sees and what it may do."""

    key_id: int
    group_id: int
    brand_ids: tuple[int, ...] | None
    permissions: frozenset[str]

    def scope(self) -> Scope:
        """Return what the caller's transactions see."""
        return Scope(group_id=self.group_id, brand_ids=self.brand_ids)

    def actor(self) -> str:
        """Return who acts, as journals keep it."""
        return ids.show(KEY_PREFIX, self.key_id)

    def own_key(self, key: str) -> str:
        """Return the key of a request as ours: two callers may choose the same one."""
        return f"{self.actor()}:{key}"

    def require(self, permission: Permission) -> None:
        """Pass when the caller holds the permission.

        :raises NotPermitted: when it does not.
        """
        if permission not in self.permissions:
            raise NotPermitted(permission=permission)


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
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made = tx.row(
        INSERT_KEY,
        {
            "group_id": tx.scope.group_id,
            "id": key.id,
            "name": key.name,
            "secret_hash": _hash(secret),
            "permissions": [str(permission) for permission in key.permissions],
            "brand_ids": None if key.brand_ids is None else list(key.brand_ids),
            "expires_at": key.expires_at,
            "now": now,
        },
    )
    if made is None:
        raise KeyNameTaken(name=name)
    return IssuedKey(key=key, token=f"{ids.show(KEY_PREFIX, key.id)}_{secret}")


def rotate(tx: Tx, *, key_id: int, grace: timedelta, now: datetime) -> IssuedKey:
    """Make the successor of a key; the old one works until `grace` has passed.

    :raises NoSuchKey: when the group has no such key in use.
    """
    params = {"group_id": tx.scope.group_id, "id": key_id}
    found = tx.row(LOCK_KEY, params)
    if found is None:
        raise NoSuchKey(key=ids.show(KEY_PREFIX, key_id))
    name, permissions, brand_ids, expires_at = found
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


def check(database: Database, token: str, *, now: datetime) -> Caller:
    """Return who stands behind a token; read anew each time, so that a revoked key ends at once.

    :raises NotSignedIn: when the token is not one of ours, has expired or was revoked.
    """
    key_id, secret = _split(token)
    with database.reading(NOBODY) as tx:
        found = tx.row(FIND_KEY, {"id": key_id})
    # An unknown id takes the same road as a wrong secret, so that time tells nothing apart.
    stored = bytes(sha256().digest_size) if found is None else bytes(found[1])
    if not hmac.compare_digest(stored, _hash(secret)) or found is None:
        raise NotSignedIn(reason="The key is not known")
    group_id, _, permissions, brand_ids, expires_at, revoked_at = found
    if revoked_at is not None:
        raise NotSignedIn(reason="The key was revoked")
    if expires_at is not None and expires_at <= now:
        raise NotSignedIn(reason="The key has expired")
    return Caller(
        key_id=key_id,
        group_id=group_id,
        brand_ids=None if brand_ids is None else tuple(brand_ids),
        permissions=frozenset(permissions),
    )


def _split(token: str) -> tuple[int, str]:
    head, _, rest = token[:TOKEN_LENGTH_MAX].partition("_")
    shown, _, secret = rest.partition("_")
    try:
        return ids.read(KEY_PREFIX, f"{head}_{shown}"), secret
    except ids.WrongId:
        raise NotSignedIn(reason="The key is not known") from None


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
