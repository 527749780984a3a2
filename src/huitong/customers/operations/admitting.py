"""Keeps whoever sees some customers only from enrolling those whom they do not see."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from huitong import identity
from huitong.customers import queries
from huitong.customers.model import CustomerStatus, Enrolment
from huitong.customers.rules import is_admitted
from huitong.org.model import ChannelAccount
from huitong.platform.db import ReadTx, Tx

# Tells which of these customers the caller sees.
Sees: TypeAlias = Callable[[ReadTx, Collection[int]], frozenset[int]]

# Another transaction can merge or erase a person between two looks; each look finds more settled.
ATTEMPTS_MAX = 8


def admitted(
    tx: Tx, account: ChannelAccount, enrolments: Sequence[Enrolment], *, sees: Sees
) -> list[bool]:
    """Tell of each enrolment at one account whether it touches customers whom the caller sees.

    Locks the persons that the identifiers lead to, so that it stays true until the commit.
    """
    named = [[(one,) for one in enrolment.identifiers] for enrolment in enrolments]
    for _ in range(ATTEMPTS_MAX):
        known = identity.recognise(tx, account=account, named=[one for of in named for one in of])
        persons = [None if one is None else one.person_id for one in known]
        try:
            identity.take_hold(tx, person_ids=[one for one in persons if one is not None])
        except identity.Overtaken:
            continue
        strangers = _strangers(tx, account, {one for one in persons if one is not None}, sees)
        led_to = iter(persons)
        return [
            is_admitted(
                [next(led_to) for _ in of], unseen=strangers.unseen, members=strangers.members
            )
            for of in named
        ]
    message = f"Persons of these enrolments were merged or erased {ATTEMPTS_MAX} times."
    raise AssertionError(message)


@dataclass(frozen=True, slots=True)
class _Strangers:
    """Persons of whom the caller sees no customer in the brand, and which of them are members."""

    unseen: frozenset[int]
    members: frozenset[int]


def _strangers(
    tx: ReadTx, account: ChannelAccount, person_ids: Collection[int], sees: Sees
) -> _Strangers:
    every = queries.of_persons(tx, person_ids=person_ids)
    here = {one.customer_id: one.person_id for one in every if one.brand_id == account.brand_id}
    seen = {here[one] for one in sees(tx, here)} if here else set()
    members = {
        here[one.id]
        for one in queries.find_customers(tx, customer_ids=here).values()
        if one.status is CustomerStatus.MEMBER
    }
    unseen = frozenset(one.person_id for one in every) - seen
    return _Strangers(unseen, unseen & members)
