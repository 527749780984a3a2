"""Forgets a person: the key and every way to find them; ids and facts stay."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from huitong.identity import tables
from huitong.identity.model import PersonNotFound
from huitong.identity.rules import tombstone_digest
from huitong.platform import crypto
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of_digest

# How long a welcome gift stays once-only after its taker was forgotten.
TOMBSTONE_DAYS = 730


@dataclass(frozen=True, slots=True)
class Erased:
    """Whom an erasure reached: the person with everybody merged into them, and their names."""

    person_ids: tuple[int, ...]
    identifier_ids: tuple[int, ...]


def erase(tx: Tx, person_id: int, *, now: datetime) -> Erased:
    """Drop the keys and identifiers of a person and of everybody merged into them.

    What was sealed for them opens nowhere again. A keyed tombstone per identifier stays for
    `TOMBSTONE_DAYS`. A repeat changes nothing.

    :raises PersonNotFound: when the group has no such person, or only as part of another.
    """
    scope = {"group_id": tx.scope.group_id, "person_id": person_id}
    head = tx.row(tables.LOCK_PERSONS, {**scope, "person_ids": array([person_id])})
    if head is None or head[2] is not None:
        raise PersonNotFound(person_id=person_id)
    # Nobody joins or leaves a family whose head is locked: a merge locks the person who stays, and
    # inner merges are not undone while an outer one stands. So it is read after the lock only.
    family = [row[0] for row in tx.rows(tables.FAMILY_OF_PERSON, scope)]
    params = {**scope, "person_ids": array(family), "now": now}
    tx.rows(tables.LOCK_PERSONS, params)
    indexes = tx.rows(tables.INDEXES_OF_PERSON, scope)
    if head[3] is None:
        _bury(tx, [index for _, index in indexes if index], now)
        tx.execute(tables.ERASE_IDENTIFIERS, params)
        tx.execute(tables.MARK_ERASED, params)
        tx.execute(tables.DROP_SALTS, params)
    return Erased(tuple(family), tuple(row[0] for row in indexes))


def drop_tombstones(tx: Tx, *, now: datetime) -> int:
    """Delete the tombstones whose time is over and return how many there were."""
    return tx.execute(tables.DROP_TOMBSTONES, {"group_id": tx.scope.group_id, "now": now})


def _bury(tx: Tx, indexes: list[bytes], now: datetime) -> None:
    keyring, group_id = crypto.keyring(), tx.scope.group_id
    digests = [tombstone_digest(keyring, group_id, index) for index in indexes]
    rows = [(bucket_of_digest(digest), digest) for digest in digests]
    expires_at = now + timedelta(days=TOMBSTONE_DAYS)
    tx.write(tables.INSERT_TOMBSTONES, tables.TOMBSTONE, rows, {"expires_at": expires_at})
