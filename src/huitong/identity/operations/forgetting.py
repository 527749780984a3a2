"""Forgets a person: the key and every way to find them; ids and facts stay."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huitong.identity.model import PersonNotFound
from huitong.identity.rules import tombstone_digest
from huitong.identity.tables import erasing, people
from huitong.platform import crypto
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of_digest

# How long a welcome gift stays once-only after its taker was forgotten.
TOMBSTONE_DAYS = 730


@dataclass(frozen=True, slots=True)
class Erased:
    """Whom an erasure reached: the person with everybody merged into them, and their names.

    `tombstones` are the keyed digests that stay of them until `tombstones_until`; a repeat of an
    erasure has none.
    """

    person_ids: tuple[int, ...]
    identifier_ids: tuple[int, ...]
    tombstones: tuple[bytes, ...] = field(default=(), compare=False)
    tombstones_until: datetime | None = field(default=None, compare=False)


def erase(tx: Tx, person_id: int, *, now: datetime) -> Erased:
    """Drop the keys and identifiers of a person and of everybody merged into them.

    What was sealed for them opens nowhere again, and what operators wrote beside their merges and
    reviews goes. A keyed tombstone per identifier stays for
    `TOMBSTONE_DAYS`. A repeat changes nothing.

    :raises PersonNotFound: when the group has no such person, or only as part of another.
    """
    scope = {"group_id": tx.scope.group_id, "person_id": person_id}
    head = tx.row(people.LOCK_PERSONS, {**scope, "person_ids": array([person_id])})
    if head is None or head[2] is not None:
        raise PersonNotFound(person_id=person_id)
    # Nobody joins or leaves a family whose head is locked: a merge locks the person who stays, and
    # inner merges are not undone while an outer one stands. So it is read after the lock only.
    family = [row[0] for row in tx.rows(people.FAMILY_OF_PERSON, scope)]
    params = {**scope, "person_ids": array(family), "now": now}
    tx.rows(people.LOCK_PERSONS, params)
    indexes = tx.rows(erasing.INDEXES_OF_PERSON, scope)
    identifier_ids = tuple(row[0] for row in indexes)
    if head[3] is not None:
        return Erased(tuple(family), identifier_ids)
    digests = _digests(tx, [index for _, index in indexes if index])
    until = now + timedelta(days=TOMBSTONE_DAYS)
    bury(tx, digests, until=until)
    for forget in (
        erasing.ERASE_IDENTIFIERS,
        erasing.ERASE_WORDS_OF_MERGES,
        erasing.ERASE_WORDS_OF_CARVINGS,
        erasing.ERASE_WORDS_OF_UNDOINGS,
        erasing.ERASE_WORDS_OF_REVIEWS,
        erasing.ERASE_WORDS_OF_LINKS,
        erasing.MARK_ERASED,
        erasing.DROP_SALTS,
    ):
        tx.execute(forget, {**params, "identifier_ids": array(identifier_ids)})
    return Erased(tuple(family), identifier_ids, tuple(digests), until)


def bury(tx: Tx, digests: Sequence[bytes], *, until: datetime) -> None:
    """Put tombstones of erased identifiers up until a day; those that stand are kept as long."""
    rows = [(bucket_of_digest(digest), digest) for digest in sorted(set(digests))]
    tx.write(erasing.INSERT_TOMBSTONES, erasing.TOMBSTONE, rows, {"expires_at": until})


def erase_unclaimed(tx: Tx, identifier_ids: Sequence[int], *, now: datetime) -> int:
    """Forget identifiers that belong to nobody, such as those of receivers; return how many."""
    params = {
        "group_id": tx.scope.group_id,
        "identifier_ids": array(sorted(set(identifier_ids))),
        "now": now,
    }
    return tx.execute(erasing.ERASE_UNCLAIMED, params)


def drop_tombstones(tx: Tx, *, now: datetime) -> int:
    """Delete the tombstones whose time is over and return how many there were."""
    return tx.execute(erasing.DROP_TOMBSTONES, {"group_id": tx.scope.group_id, "now": now})


def _digests(tx: Tx, indexes: Sequence[bytes]) -> list[bytes]:
    keyring, group_id = crypto.keyring(), tx.scope.group_id
    return [tombstone_digest(keyring, group_id, index) for index in indexes]
