"""HTTP: machine keys: issue with a token that is shown once, rotate, revoke."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import org
from huitong.entry.console.places import Codes
from huitong.org.model import BrandNotFound
from huitong.platform import audit, auth, clock, ids
from huitong.platform.audit import Act
from huitong.platform.auth import (
    OF_KEYS,
    Caller,
    IssuedKey,
    KeyNameTaken,
    MachineKey,
    MoreThanHeld,
    NoSuchKey,
    Permission,
    WiderThanSeen,
)
from huitong.platform.db import ReadTx, Tx
from huitong.platform.http import Calling, IdText, Router, Running

router = Router(tag="keys")

KeyId = Annotated[int, IdText(auth.KEY_PREFIX)]
DAYS_MAX = 3_650
GRACE_HOURS = 24
GRACE_HOURS_MAX = 24 * 30


class NewKey(BaseModel):
    """A key as it is asked for; `brands` null opens every brand, `days` null never ends."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$")]
    permissions: Annotated[list[Permission], Field(min_length=1, max_length=len(OF_KEYS))]
    brands: Codes | None = None
    days: Annotated[int | None, Field(ge=1, le=DAYS_MAX)] = None


class Rotating(BaseModel):
    """How long the old token goes on working, in hours."""

    grace_hours: Annotated[int, Field(ge=0, le=GRACE_HOURS_MAX)] = GRACE_HOURS


class KeyOut(BaseModel):
    """A key, without its token."""

    id: KeyId
    name: str
    permissions: list[Permission]
    brands: list[str] | None
    recorded_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class KeysOut(BaseModel):
    """The keys of the group, newest first."""

    items: list[KeyOut]


class IssuedOut(BaseModel):
    """A new key and its token; the token is shown this once."""

    key: KeyOut
    token: str


@router.route("GET", "/v1/keys", permission=Permission.KEYS_READ)
def list_keys(platform: Running, caller: Calling) -> KeysOut:
    """List the keys of the brands that the caller sees, newest first, revoked ones too."""
    with platform.database.reading(caller.scope()) as tx:
        codes = _codes(tx)
        found = [one for one in auth.keys(tx) if _within(caller, one)]
    return KeysOut(items=[_out(one, codes) for one in found])


@router.route(
    "POST",
    "/v1/keys",
    permission=Permission.KEYS_WRITE,
    status_code=HTTPStatus.CREATED,
    errors=[KeyNameTaken, MoreThanHeld, WiderThanSeen, BrandNotFound],
)
def issue_key(platform: Running, caller: Calling, new: NewKey) -> IssuedOut:
    """Make a key for one program and show its token, this once.

    One that a key makes ends no later than that key.
    """
    now = clock.now()
    auth.hold_permissions(caller, new.permissions)
    asked = None if new.days is None else now + timedelta(days=new.days)
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_ids = (
            None if new.brands is None else [org.brand(tx, code=one).id for one in new.brands]
        )
        auth.hold_brands(caller, brand_ids)
        issued = auth.issue(
            tx,
            name=new.name.strip(),
            permissions=frozenset(new.permissions) & OF_KEYS,
            brand_ids=brand_ids,
            expires_at=auth.ends_by(tx, caller, expires_at=asked),
            now=now,
        )
        return _issued_out(tx, issued, Act.KEY_ISSUE, by=caller, now=now)


@router.route(
    "POST",
    "/v1/keys/{key_id}/rotate",
    permission=Permission.KEYS_WRITE,
    errors=[NoSuchKey, MoreThanHeld, WiderThanSeen],
)
def rotate_key(
    platform: Running, caller: Calling, key_id: Annotated[KeyId, Path()], rotating: Rotating
) -> IssuedOut:
    """Make the successor of a key and show its token, this once."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        _hold(tx, caller, key_id)
        issued = auth.rotate(
            tx, key_id=key_id, grace=timedelta(hours=rotating.grace_hours), now=now, by=caller
        )
        return _issued_out(tx, issued, Act.KEY_ROTATE, by=caller, now=now)


@router.route(
    "DELETE",
    "/v1/keys/{key_id}",
    permission=Permission.KEYS_WRITE,
    status_code=HTTPStatus.NO_CONTENT,
    errors=[NoSuchKey, WiderThanSeen],
)
def revoke_key(platform: Running, caller: Calling, key_id: Annotated[KeyId, Path()]) -> None:
    """End a key at once."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        auth.hold_brands(caller, _find(tx, caller, key_id).brand_ids)
        auth.revoke(tx, key_id=key_id, now=now)
        audit.record(
            tx,
            by=caller,
            act=Act.KEY_REVOKE,
            subject=ids.show(auth.KEY_PREFIX, key_id),
            now=now,
        )


def _hold(tx: Tx, caller: Caller, key_id: int) -> None:
    """Pass when the caller holds everything that a key opens: they will have its successor."""
    found = _find(tx, caller, key_id)
    auth.hold_permissions(caller, [one for one in found.permissions if one in OF_KEYS])
    auth.hold_brands(caller, found.brand_ids)


def _find(tx: Tx, caller: Caller, key_id: int) -> MachineKey:
    for one in auth.keys(tx):
        if one.id == key_id and _within(caller, one):
            return one
    raise NoSuchKey(key=ids.show(auth.KEY_PREFIX, key_id))


def _within(caller: Caller, key: MachineKey) -> bool:
    """Tell whether the caller sees every brand that a key opens."""
    if caller.brand_ids is None:
        return True
    return key.brand_ids is not None and set(key.brand_ids) <= set(caller.brand_ids)


def _codes(tx: ReadTx) -> dict[int, str]:
    return {brand.id: brand.code for brand in org.brands(tx)}


def _issued_out(tx: Tx, issued: IssuedKey, act: Act, *, by: Caller, now: datetime) -> IssuedOut:
    shown = _out(issued.key, _codes(tx))
    audit.record(
        tx,
        by=by,
        act=act,
        subject=ids.show(auth.KEY_PREFIX, issued.key.id),
        after=shown.model_dump(
            mode="json", include={"name", "permissions", "brands", "expires_at"}
        ),
        now=now,
    )
    return IssuedOut(key=shown, token=issued.token)


def _out(key: MachineKey, codes: dict[int, str]) -> KeyOut:
    brand_ids = key.brand_ids
    return KeyOut(
        id=key.id,
        name=key.name,
        permissions=list(key.permissions),
        brands=None if brand_ids is None else [codes[one] for one in brand_ids if one in codes],
        recorded_at=key.recorded_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
    )
