"""Codes that are sent to telephones: six digits, good for five minutes and five tries, once.

Nothing tells whether anybody is behind a number: a code is made for each that asks, and only who
brings the right one back learns more. Numbers are kept as keyed digests.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from huitong.platform import crypto
from huitong.platform.auth import tries
from huitong.platform.auth.callers import NOBODY, Origin
from huitong.platform.auth.tries import Counted, Trying
from huitong.platform.db import Database
from huitong.platform.errors import DomainError, Kind

DIGITS = 6
GOOD_FOR = timedelta(minutes=5)
TRIES_MAX = 5


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code on its way to a telephone."""

    code: str = field(repr=False)
    good_until: datetime


@dataclass(eq=False)
class PhoneCodeWrong(DomainError):
    """The code is not the one that was sent, or is good no more."""

    code: ClassVar[str] = "platform.phone_code_wrong"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "This code is wrong or its time is over: type it again, or ask for a new one."
    )


@dataclass(eq=False)
class PhoneCodesNotSent(DomainError):
    """Nothing here can send a message to a telephone."""

    code: ClassVar[str] = "platform.phone_codes_not_sent"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "This installation sends no messages to telephones yet: sign in another way."
    )


# The latest code counts.
KEEP = """
INSERT INTO platform.phone_code
  (group_id, door, phone_key, code_hash, sent_at, expires_at, tries)
VALUES
  (%(group_id)s, %(door)s, %(phone_key)s, %(code_hash)s, %(now)s, %(expires_at)s, 0)
ON CONFLICT (group_id, door, phone_key) DO UPDATE
SET code_hash = EXCLUDED.code_hash, sent_at = EXCLUDED.sent_at, expires_at = EXCLUDED.expires_at,
    tries = 0, used_at = NULL
"""

# Counts a try and answers what to compare; nothing when the code is over.
TRY = """
UPDATE platform.phone_code
SET tries = tries + 1
WHERE group_id = %(group_id)s
  AND door = %(door)s
  AND phone_key = %(phone_key)s
  AND used_at IS NULL
  AND expires_at > %(now)s
  AND tries < %(tries_max)s
RETURNING code_hash
"""

# Of two who bring the same code at once one wins.
USE = """
UPDATE platform.phone_code
SET used_at = %(now)s
WHERE group_id = %(group_id)s
  AND door = %(door)s
  AND phone_key = %(phone_key)s
  AND used_at IS NULL
RETURNING door
"""

# What is over.
SWEEP = """
DELETE FROM platform.phone_code
WHERE group_id = %(group_id)s
  AND expires_at < %(before)s
"""


def send_code(
    database: Database, *, door: str, phone: str, origin: Origin, now: datetime
) -> SentCode:
    """Make a code for a telephone; who asks too often has to wait.

    :raises TooManyTries: when the number or the address has to wait.
    """
    tries.count(database, _sending(door, phone, origin), now=now)
    sent = SentCode(f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}", now + GOOD_FOR)
    params = {
        **_row(door, phone),
        "code_hash": _digest("code", f"{door} {phone} {sent.code}"),
        "expires_at": sent.good_until,
        "before": now - GOOD_FOR,
        "now": now,
    }
    with database.transaction(NOBODY, now=now) as tx:
        tx.execute(SWEEP, params)
        tx.execute(KEEP, params)
    return sent


def use_phone_code(
    database: Database, *, door: str, phone: str, code: str, origin: Origin, now: datetime
) -> None:
    """Pass with the code that was sent last to a telephone, once.

    A code has its own few tries. Beside them those of the number from one address are counted, so
    that strangers elsewhere, and codes they have asked for, keep nobody from using theirs.

    :raises TooManyTries: when the number at this address, or the address has to wait.
    :raises PhoneCodeWrong: when it is another one, or its time is over.
    """
    trying = tries.count(database, _using(door, phone, origin), now=now)
    params = {**_row(door, phone), "now": now, "tries_max": TRIES_MAX}
    # Committed before it is looked at, so that a try counts whatever comes of it.
    with database.transaction(NOBODY, now=now) as tx:
        found = tx.row(TRY, params)
    given = _digest("code", f"{door} {phone} {code.strip()}")
    if found is None or not hmac.compare_digest(bytes(found[0]), given):
        raise PhoneCodeWrong
    with database.transaction(NOBODY, now=now) as tx:
        if tx.row(USE, params) is None:
            raise PhoneCodeWrong
    for one in (trying, _sending(door, phone, origin)):
        tries.forgive(database, one, now=now)


def phone_wait_seconds(
    database: Database, *, door: str, phone: str, origin: Origin, now: datetime
) -> int:
    """Return how long the next try with a telephone has to wait; 0 when it need not."""
    return tries.wait_of(database, _using(door, phone, origin), now=now)


def _sending(door: str, phone: str, origin: Origin) -> Trying:
    return Trying.of(f"{door} {phone}", None, origin.address, Counted.SEND)


def _using(door: str, phone: str, origin: Origin) -> Trying:
    name = f"{door} {phone} {tries.network_of(origin.address)}"
    return Trying.of(name, None, origin.address, Counted.USE)


def _row(door: str, phone: str) -> dict[str, object]:
    return {
        "group_id": NOBODY.group_id,
        "door": door,
        "phone_key": _digest("phone", phone),
    }


def _digest(kind: str, value: str) -> bytes:
    return crypto.keyring().blind_index(NOBODY.group_id, "door", kind, value)
