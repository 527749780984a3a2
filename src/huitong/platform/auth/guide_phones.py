"""Which telephone a guide signs in with: kept as a keyed digest, and sealed as people may see it.

The number itself is kept nowhere: `139****1111` is all that can be shown of it.
"""

from dataclasses import dataclass
from datetime import datetime
from os import urandom
from typing import ClassVar

from huitong.platform import crypto
from huitong.platform.auth.callers import NOBODY
from huitong.platform.auth.permissions import CallerKind
from huitong.platform.auth.sessions import end_sessions
from huitong.platform.crypto import SealBroken
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import DomainError, Kind

PLACE = "platform.guide_phone"
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in the one form in which it is compared, and as people may see it."""

    number: str
    masked: str


@dataclass(frozen=True, slots=True)
class GuidePhone:
    """A guide's telephone as people may see it; of an older one it is not known how it looks."""

    masked: str | None
    recorded_at: datetime


@dataclass(eq=False)
class GuidePhoneTaken(DomainError):
    """Another guide signs in with this telephone."""

    code: ClassVar[str] = "platform.guide_phone_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Another guide signs in with this number: take it away from them first, or use another."
    )


# The look-up that needs no scope.
FIND = """
SELECT group_id, staff_id
FROM platform.find_guide(%(phone_key)s)
"""

# What is known of a guide's telephone.
SHOW = """
SELECT phone_key, salt, sealed, recorded_at
FROM platform.guide_phone
WHERE group_id = %(group_id)s
  AND staff_id = %(staff_id)s
"""

# Answers nothing when the number is another guide's, of whatever group.
PUT = """
INSERT INTO platform.guide_phone (group_id, phone_key, staff_id, salt, sealed, recorded_at)
VALUES (%(group_id)s, %(phone_key)s, %(staff_id)s, %(salt)s, %(sealed)s, %(now)s)
ON CONFLICT DO NOTHING
RETURNING staff_id
"""

# A guide has one number.
DROP = """
DELETE FROM platform.guide_phone
WHERE group_id = %(group_id)s
  AND staff_id = %(staff_id)s
"""


def guide_of(tx: ReadTx, *, phone: str) -> tuple[int, int] | None:
    """Return the group and staff whose telephone it is; asked before a scope is known."""
    found = tx.row(FIND, {"phone_key": _key(phone)})
    return None if found is None else (int(found[0]), int(found[1]))


def guide_phone(tx: ReadTx, *, staff_id: int) -> GuidePhone | None:
    """Return what may be seen of the telephone that somebody signs in with, or None without one."""
    found = tx.row(SHOW, {"group_id": tx.scope.group_id, "staff_id": staff_id})
    if found is None:
        return None
    _, salt, sealed, recorded_at = found
    return GuidePhone(_opened(tx, staff_id, salt, sealed), recorded_at)


def put_guide_phone(tx: Tx, *, staff_id: int, phone: Phone | None, now: datetime) -> bool:
    """Let a guide sign in with a telephone from now on, or with none; tell whether that is new.

    Sessions that were opened with another one end.

    :raises GuidePhoneTaken: when it is another guide's.
    """
    params = {"group_id": tx.scope.group_id, "staff_id": staff_id, "now": now}
    key = None if phone is None else _key(phone.number)
    found = tx.row(SHOW, params)
    if (None if found is None else bytes(found[0])) == key:
        return False
    tx.execute(DROP, params)
    if phone is not None:
        salt = urandom(SALT_BYTES)
        cipher = crypto.keyring().person_cipher(tx.scope.group_id, staff_id, salt)
        sealed = cipher.seal(phone.masked.encode(), place=PLACE, row=staff_id)
        if tx.row(PUT, {**params, "phone_key": key, "salt": salt, "sealed": sealed}) is None:
            raise GuidePhoneTaken
    end_sessions(tx, kind=CallerKind.GUIDE, subject_id=staff_id, but=None, now=now)
    return True


def _opened(tx: ReadTx, staff_id: int, salt: bytes | None, sealed: bytes | None) -> str | None:
    if salt is None or sealed is None:
        return None
    cipher = crypto.keyring().person_cipher(tx.scope.group_id, staff_id, bytes(salt))
    try:
        return cipher.open(bytes(sealed), place=PLACE, row=staff_id).decode()
    except SealBroken:
        return None


def _key(phone: str) -> bytes:
    return crypto.keyring().blind_index(NOBODY.group_id, "door", "guide", phone)
