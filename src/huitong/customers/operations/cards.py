"""Issues the cards that member records name."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from huitong.customers import tables
from huitong.customers.model import CardTaken
from huitong.customers.operations.locking import LockedCustomer
from huitong.customers.queries import card_index, living
from huitong.customers.rules import CARD_PLACE
from huitong.platform.crypto import Cipher
from huitong.platform.db import Tx, array, byte_array
from huitong.platform.ids import bucket_of_digest


def issue_cards(
    tx: Tx,
    cards: Sequence[tuple[str | None, LockedCustomer]],
    *,
    brand_id: int,
    ciphers: Mapping[int, Cipher],
    now: datetime,
) -> dict[int, CardTaken]:
    """Issue the cards that nobody has yet; return, by place, those that another customer has."""
    wanted = {
        place: (card_index(tx, brand_id=brand_id, number=number), number, owner)
        for place, (number, owner) in enumerate(cards)
        if number is not None
    }
    if not wanted:
        return {}
    holders = _holders(tx, brand_id, [index for index, _, _ in wanted.values()])
    new: dict[bytes, tuple[str, LockedCustomer]] = {}
    for index, number, owner in wanted.values():
        if index not in holders:
            new.setdefault(index, (number, owner))
    holders |= _insert(tx, new, brand_id=brand_id, ciphers=ciphers, now=now)
    overtaken = [index for index in new if index not in holders]
    if overtaken:
        # The insert waited for the transaction that was first; now its rows can be seen.
        holders |= _holders(tx, brand_id, overtaken)
    return _taken(tx, {place: (holders[each[0]], each[2].id) for place, each in wanted.items()})


def _holders(tx: Tx, brand_id: int, indexes: Sequence[bytes]) -> dict[bytes, int]:
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "buckets": array([bucket_of_digest(index) for index in indexes]),
        "digests": byte_array(indexes),
    }
    return dict(tx.rows(tables.FIND_CARDS, params))


def _taken(tx: Tx, held: Mapping[int, tuple[int, int]]) -> dict[int, CardTaken]:
    """Return the refusals: a card works on for whom its holder was merged into, and nobody else."""
    apart = {place: pair for place, pair in held.items() if pair[0] != pair[1]}
    if not apart:
        return {}
    today = living(tx, customer_ids={holder for holder, _ in apart.values()})
    return {
        place: CardTaken(customer_id=today[holder])
        for place, (holder, owner) in apart.items()
        if today[holder] != owner
    }


def _insert(
    tx: Tx,
    new: Mapping[bytes, tuple[str, LockedCustomer]],
    *,
    brand_id: int,
    ciphers: Mapping[int, Cipher],
    now: datetime,
) -> dict[bytes, int]:
    ids = tx.new_ids([bucket_of_digest(index) for index in new])
    rows = [
        (
            bucket_of_digest(index),
            new_id,
            owner.id,
            index,
            ciphers[owner.person_id].seal(number.encode(), place=CARD_PLACE, row=new_id),
        )
        for new_id, (index, (number, owner)) in zip(ids, new.items(), strict=True)
    ]
    constants = {"brand_id": brand_id, "now": now}
    return dict(tx.write(tables.INSERT_CARDS, tables.CARD, rows, constants))
