"""Writes the identifiers that a page brings, sealed for the persons whom they join."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from huitong.identity.operations.found import Found
from huitong.identity.operations.locking import LockedPerson, Overtaken
from huitong.identity.operations.mentions import PageSays
from huitong.identity.queries.searching import searched
from huitong.identity.rules import SEALED_PLACE, Decision
from huitong.identity.tables import people
from huitong.platform import crypto
from huitong.platform.db import Tx

Row = tuple[object, ...]
Owners = Mapping[int, LockedPerson]
"""Whom the identifiers at these places join."""


def new_persons(tx: Tx, says: PageSays, new: Sequence[Decision]) -> list[LockedPerson]:
    """Return persons to be, in the buckets of their first identifiers, with fresh salts."""
    buckets = [says.named[each.joining[0]].bucket for each in new]
    return [LockedPerson(made, crypto.new_person_key()) for made in tx.new_ids(buckets)]


def join_identifiers(
    tx: Tx, says: PageSays, found: Found, owner_of: Owners, *, now: datetime
) -> None:
    """Insert the identifiers that are new, and give known ones that nobody has to their owners.

    :raises Overtaken: when another transaction was first with one of them.
    """
    seal = _Sealer(tx.scope.group_id)
    claims = [
        _claim(says, place, known, owner, seal)
        for place, owner in owner_of.items()
        if (known := found.ids[place]) is not None
    ]
    fresh = [place for place, known in enumerate(found.ids) if known is None]
    new_ids = tx.new_ids([says.named[place].bucket for place in fresh])
    indexes = searched(tx, [(says.named[place].kind, says.named[place].value) for place in fresh])
    rows = []
    for place, new_id, index in zip(fresh, new_ids, indexes, strict=True):
        found.ids[place] = new_id
        rows.append(_row(says, place, new_id, owner_of.get(place), seal, index))
    constants = {"domain_id": says.account.identity_domain_id, "now": now}
    inserted = tx.write(people.INSERT_IDENTIFIERS, people.IDENTIFIER, rows, constants)
    claimed = tx.write(people.CLAIM_IDENTIFIERS, people.CLAIM, claims)
    if len(inserted) < len(rows) or len(claimed) < len(claims):
        raise Overtaken


def _row(  # noqa: PLR0917 - the parts of one row
    says: PageSays,
    place: int,
    new_id: int,
    owner: LockedPerson | None,
    seal: "_Sealer",
    search_index: bytes | None,
) -> Row:
    named = says.named[place]
    return (
        named.bucket,
        new_id,
        named.kind,
        named.scope,
        named.blind_index,
        search_index,
        owner.id if owner else None,
        # Nobody's key can seal what belongs to nobody; the blind index alone is kept.
        seal(owner, named.value, new_id) if owner else None,
        says.verified[place],
        named.is_virtual,
    )


def _claim(says: PageSays, place: int, known: int, owner: LockedPerson, seal: "_Sealer") -> Row:
    named = says.named[place]
    return named.bucket, known, owner.id, seal(owner, named.value, known)


class _Sealer:
    """Seals values under their person's key, deriving each key once."""

    def __init__(self, group_id: int) -> None:
        self._group_id = group_id
        self._ciphers: dict[int, crypto.Cipher] = {}

    def __call__(self, owner: LockedPerson, value: str, row: int) -> bytes:
        cipher = self._ciphers.get(owner.id)
        if cipher is None:
            cipher = crypto.keyring().person_cipher(self._group_id, owner.id, owner.salt)
            self._ciphers[owner.id] = cipher
        return cipher.seal(value.encode(), place=SEALED_PLACE, row=row)
