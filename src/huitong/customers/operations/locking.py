"""Finds customers, makes those that are missing, and locks them once, sorted by their ids."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from huitong import identity
from huitong.customers import tables
from huitong.customers.model import CustomerStatus
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of


class LockedCustomer(NamedTuple):
    """A customer whom no other transaction can change now; a tuple, as a page locks hundreds."""

    id: int
    person_id: int
    brand_id: int
    status: str
    enrolled_at: datetime | None
    merged_into: int | None
    erased_at: datetime | None


def lock_customers(tx: Tx, customer_ids: Iterable[int]) -> dict[int, LockedCustomer]:
    """Lock customers in the order of their ids and return them by id; unknown ids are left out."""
    wanted = sorted(set(customer_ids))
    if not wanted:
        return {}
    params = {"group_id": tx.scope.group_id, "customer_ids": array(wanted)}
    return {
        row[0]: LockedCustomer._make(row) for row in tx.rows(tables.people.LOCK_CUSTOMERS, params)
    }


def lock_living(tx: Tx, customer_ids: Iterable[int]) -> Mapping[int, LockedCustomer]:
    """Lock customers and return, by the id asked for, whom each of them is today."""
    asked = sorted(set(customer_ids))
    locked = lock_customers(tx, asked)
    ahead = [one.merged_into for one in locked.values() if one.merged_into is not None]
    if not ahead:
        return locked
    while ahead := [each for each in ahead if each not in locked]:
        found = lock_customers(tx, ahead)
        locked |= found
        ahead = [one.merged_into for one in found.values() if one.merged_into is not None]
    return {each: _living(locked, each) for each in asked if each in locked}


def find_or_make(
    tx: Tx, *, brand_id: int, person_ids: Sequence[int], are_locked: bool, now: datetime
) -> dict[int, int]:
    """Return the customer of each person in a brand; one who was not there yet is anonymous.

    `are_locked` says that the transaction has locked the persons already.

    :raises Overtaken: when somebody who needs a customer was merged or erased meanwhile.
    """
    wanted = sorted(set(person_ids))
    known = _find(tx, brand_id, wanted)
    missing = [person_id for person_id in wanted if person_id not in known]
    if not missing:
        return known
    if not are_locked:
        # A merge moves the customers that it sees; one made behind its back would be lost.
        identity.hold_living(tx, person_ids=missing)
    new_ids = tx.new_ids([bucket_of(person_id) for person_id in missing])
    rows = [
        (bucket_of(person_id), new_id, brand_id, person_id, CustomerStatus.ANONYMOUS.value, None)
        for new_id, person_id in zip(new_ids, missing, strict=True)
    ]
    known |= dict(
        tx.write(tables.people.INSERT_CUSTOMERS, tables.people.CUSTOMER, rows, {"now": now})
    )
    overtaken = [person_id for person_id in missing if person_id not in known]
    if overtaken:
        # The insert waited for the transaction that was first; now its rows can be seen.
        known |= _find(tx, brand_id, overtaken)
    return known


def _find(tx: Tx, brand_id: int, person_ids: Sequence[int]) -> dict[int, int]:
    if not person_ids:
        return {}
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "person_ids": array(person_ids),
    }
    return dict(tx.rows(tables.people.FIND_BY_PERSON, params))


def _living(locked: Mapping[int, LockedCustomer], customer_id: int) -> LockedCustomer:
    one = locked[customer_id]
    while one.merged_into is not None:
        one = locked[one.merged_into]
    return one
