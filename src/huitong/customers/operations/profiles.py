"""Keeps what customers are like, sealed under their person's key."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from huitong.channels.model import Member
from huitong.customers import tables
from huitong.customers.model import Profile
from huitong.customers.operations.locking import LockedCustomer
from huitong.customers.rules import PROFILE_PLACE, is_newer, overlaid, packed, profile_of, unpacked
from huitong.platform.crypto import Cipher
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of

Kept = tuple[Profile, datetime | None]


def keep_profiles(
    tx: Tx,
    told: Sequence[tuple[Member, LockedCustomer]],
    *,
    brand_id: int,
    ciphers: Mapping[int, Cipher],
    now: datetime,
) -> None:
    """Lay what records say over what is known: the newest wins, an older one fills gaps."""
    owners = {owner.id: owner for _, owner in told}
    before = _open_profiles(tx, owners, ciphers)
    after = dict(before)
    for record, owner in told:
        after[owner.id] = _told(after.get(owner.id, (Profile(), None)), record)
    rows = [
        (
            bucket_of(customer_id),
            customer_id,
            ciphers[owners[customer_id].person_id].seal(
                packed(profile), place=PROFILE_PLACE, row=customer_id
            ),
            told_at,
        )
        for customer_id, (profile, told_at) in sorted(after.items())
        if (profile, told_at) != before.get(customer_id)
    ]
    tx.write(tables.PUT_PROFILES, tables.PROFILE, rows, {"brand_id": brand_id, "now": now})


def _told(kept: Kept, record: Member) -> Kept:
    profile, told_at = kept
    said = profile_of(record)
    if is_newer(record.updated_at, told_at):
        return overlaid(profile, said), record.updated_at or told_at
    return overlaid(said, profile), told_at


def _open_profiles(
    tx: Tx, owners: Mapping[int, LockedCustomer], ciphers: Mapping[int, Cipher]
) -> dict[int, Kept]:
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(owners))}
    return {
        customer_id: (
            unpacked(
                ciphers[owners[customer_id].person_id].open(
                    sealed, place=PROFILE_PLACE, row=customer_id
                )
            ),
            told_at,
        )
        for customer_id, sealed, told_at in tx.rows(tables.FIND_PROFILES, params)
    }
