"""What slows guessing down: how often somebody tried in vain, by name, browser and address.

Each try is counted before the password is looked at, so that a hundred at once are a hundred
tries. After some in vain the next has to wait, a little longer each time and never more than
`WAIT_MAX`: nobody is locked out for good. A browser that has signed in before is counted by itself
(its token is a keyed digest), so that strangers who try a name do not keep its owner out.
"""

import hmac
import math
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, ip_address, ip_network
from typing import ClassVar, Self

from huitong.platform import crypto
from huitong.platform.auth.callers import NOBODY
from huitong.platform.db import Database, ReadTx, Shape
from huitong.platform.errors import DomainError, Kind

BY_NAME_FREE = 5
# Many people may share the address of an office.
BY_ADDRESS_FREE = 50
# One who has an address of IPv6 has all of its network.
IPV6_BITS = 64
WAIT_FIRST_SECONDS = 30
WAIT_MAX = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)

_TRIES = Shape("sign_in_tries", {"key": "bytea", "free": "integer"})

# Counts one try for each key that is open, and closes it when there were too many.
COUNT = """
INSERT INTO platform.sign_in_tries AS t (group_id, key, failures, failed_at)
SELECT %(group_id)s, incoming.key, 1, %(now)s
FROM {incoming}
ORDER BY incoming.key
ON CONFLICT (group_id, key) DO UPDATE
SET failures = CASE WHEN t.failed_at < %(forgotten)s THEN 1 ELSE t.failures + 1 END,
    failed_at = %(now)s
WHERE t.closed_until IS NULL
  OR t.closed_until <= %(now)s
RETURNING key
"""

# The wait doubles with each try beyond the free ones.
CLOSE = """
UPDATE platform.sign_in_tries AS t
SET closed_until = %(now)s + least(
      %(wait_max)s, %(wait_first)s * power(2, least(t.failures - incoming.free, 20)))
FROM {incoming}
WHERE t.group_id = %(group_id)s
  AND t.key = incoming.key
  AND t.failures >= incoming.free
  AND (t.closed_until IS NULL OR t.closed_until <= %(now)s)
"""

# Until when somebody has to wait.
CLOSED_UNTIL = """
SELECT max(t.closed_until)
FROM platform.sign_in_tries AS t
WHERE t.group_id = %(group_id)s
  AND t.key = ANY(%(keys)s)
"""

# Who came in starts anew; of an address only this one try is taken back.
FORGIVE = """
UPDATE platform.sign_in_tries AS t
SET failures = CASE WHEN t.key = ANY(%(whole)s) THEN 0 ELSE greatest(t.failures - 1, 0) END,
    closed_until = NULL
WHERE t.group_id = %(group_id)s
  AND t.key = ANY(%(keys)s)
"""

# What nobody remembers any more.
SWEEP = """
DELETE FROM platform.sign_in_tries
WHERE group_id = %(group_id)s
  AND failed_at < %(forgotten)s
"""


@dataclass(eq=False)
class TooManyTries(DomainError):
    """Somebody tried in vain too often; the next try has to wait."""

    code: ClassVar[str] = "platform.too_many_tries"
    kind: ClassVar[Kind] = Kind.BUSY
    sentence: ClassVar[str] = (
        "Too many tries in vain: wait {wait_seconds} seconds and try again, or ask an administrator"
        " for a new password."
    )
    wait_seconds: int


class Counted(StrEnum):
    """What is tried: each is counted by itself, so that one keeps nobody out of another."""

    CONSOLE = "console"
    SEND = "send"
    USE = "use"


@dataclass(frozen=True, slots=True)
class Trying:
    """One try: the digests it is counted under, and how many of each are free."""

    own: bytes
    address: bytes

    @classmethod
    def of(
        cls, name: str, browser: str | None, address: str, what: Counted = Counted.CONSOLE
    ) -> Self:
        """Return a try of `name` from a browser and an address."""
        return cls(own=_own(what, name, browser), address=_digest("address", network_of(address)))

    def rows(self) -> list[tuple[bytes, int]]:
        """Return the rows that count it."""
        return [(self.own, BY_NAME_FREE), (self.address, BY_ADDRESS_FREE)]

    def keys(self) -> list[bytes]:
        """Return its digests."""
        return [self.own, self.address]


def begin(
    database: Database, *, name: str, browser: str | None, address: str, now: datetime
) -> Trying:
    """Count a try of `name` at the console before anything is looked at.

    :raises TooManyTries: when the name, the browser or the address has to wait.
    """
    return count(database, Trying.of(name, browser, address), now=now)


def count(database: Database, trying: Trying, *, now: datetime) -> Trying:
    """Count a try before anything is looked at, and return it.

    :raises TooManyTries: when it has to wait.
    """
    constants = {
        "now": now,
        "forgotten": now - FORGOTTEN_AFTER,
        "wait_max": WAIT_MAX,
        "wait_first": timedelta(seconds=WAIT_FIRST_SECONDS),
    }
    with database.transaction(NOBODY, now=now) as tx:
        counted = tx.write(COUNT, _TRIES, trying.rows(), constants)
        if len(counted) == len(trying.rows()):
            tx.write(CLOSE, _TRIES, trying.rows(), constants)
            return trying
        seconds = _wait_seconds(tx, trying, now=now)
    raise TooManyTries(wait_seconds=max(1, seconds))


def wait_seconds(
    database: Database, *, name: str, browser: str | None, address: str, now: datetime
) -> int:
    """Return how long the next try of `name` at the console has to wait; 0 when it need not."""
    return wait_of(database, Trying.of(name, browser, address), now=now)


def wait_of(database: Database, trying: Trying, *, now: datetime) -> int:
    """Return how long such a try has to wait; 0 when it need not."""
    with database.reading(NOBODY) as tx:
        return _wait_seconds(tx, trying, now=now)


def forgive(database: Database, trying: Trying, *, now: datetime) -> None:
    """Take a try back that was not in vain, and let go of what is old."""
    _forgive(database, keys=trying.keys(), whole=[trying.own], now=now)


@contextmanager
def tried(
    database: Database, *, name: str, browser: str | None, address: str, now: datetime
) -> Iterator[None]:
    """Count what the block does as a try in vain, unless it ends well.

    :raises TooManyTries: when the name, the browser or the address has to wait.
    """
    trying = begin(database, name=name, browser=browser, address=address, now=now)
    yield
    forgive(database, trying, now=now)


def forget_tries(database: Database, *, names: Sequence[str], now: datetime) -> None:
    """Let names try again at once, whatever was tried before."""
    keys = [_own(Counted.CONSOLE, name, None) for name in names]
    _forgive(database, keys=keys, whole=keys, now=now)


def network_of(address: str) -> str:
    """Return what of an address is one household or office: of IPv6 its first 64 bits."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), IPV6_BITS), strict=False))


def new_browser(name: str) -> str:
    """Return the token of a browser in which `name` has signed in."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_signature(name, nonce)}"


def _forgive(
    database: Database, *, keys: Sequence[bytes], whole: Sequence[bytes], now: datetime
) -> None:
    params = {
        "group_id": NOBODY.group_id,
        "keys": list(keys),
        "whole": list(whole),
        "forgotten": now - FORGOTTEN_AFTER,
    }
    with database.transaction(NOBODY, now=now) as tx:
        tx.execute(FORGIVE, params)
        tx.execute(SWEEP, params)


def _wait_seconds(tx: ReadTx, trying: Trying, *, now: datetime) -> int:
    found = tx.row(CLOSED_UNTIL, {"group_id": NOBODY.group_id, "keys": trying.keys()})
    assert found is not None, "A maximum is one row."
    return 0 if found[0] is None else max(0, math.ceil((found[0] - now).total_seconds()))


def _own(what: Counted, name: str, browser: str | None) -> bytes:
    nonce, _, signature = (browser or "").partition(".")
    if hmac.compare_digest(signature.encode(), _signature(name, nonce).encode()):
        return _digest("browser", nonce)
    return _digest(what, name)


def _signature(name: str, nonce: str) -> str:
    return _digest("known browser", f"{nonce} {name}").hex()


def _digest(kind: str, value: str) -> bytes:
    """Return what stands for a value; names that were typed may be passwords, so none is kept."""
    return crypto.keyring().blind_index(NOBODY.group_id, "sign-in", kind, value)
