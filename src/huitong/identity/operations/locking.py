"""Locks persons before anything of them changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huitong.identity.tables import people
from huitong.platform.db import Tx, array


class Overtaken(Exception):
    """Another transaction was first; the page looks again and decides anew."""


@dataclass(frozen=True, slots=True)
class LockedPerson:
    """A living person whom no other transaction can change now, with the salt of their key."""

    id: int
    salt: bytes


def lock_persons(tx: Tx, person_ids: Sequence[int]) -> Mapping[int, LockedPerson]:
    """Lock persons in the order of their ids and return them by id.

    :raises Overtaken: when one of them was merged or erased since they were looked up.
    """
    wanted = sorted(set(person_ids))
    if not wanted:
        return {}
    params = {"group_id": tx.scope.group_id, "person_ids": array(wanted)}
    locked = {}
    for person_id, _domain_id, merged_into, erased_at, salt in tx.rows(people.LOCK_PERSONS, params):
        if merged_into is not None or erased_at is not None:
            raise Overtaken
        locked[person_id] = LockedPerson(person_id, salt)
    return locked


def take_hold(tx: Tx, *, person_ids: Sequence[int]) -> None:
    """Keep persons from being changed by any other transaction before the commit.

    :raises Overtaken: when one of them was merged or erased since they were looked up.
    """
    lock_persons(tx, person_ids)


def hold_living(tx: Tx, *, person_ids: Sequence[int]) -> None:
    """Keep persons from being merged or erased before the commit; others may hold them as well.

    :raises Overtaken: when one of them was merged or erased since they were looked up.
    """
    params = {"group_id": tx.scope.group_id, "person_ids": array(sorted(set(person_ids)))}
    held = tx.rows(people.HOLD_PERSONS, params)
    if any(merged_into is not None or erased_at is not None for merged_into, erased_at in held):
        raise Overtaken
