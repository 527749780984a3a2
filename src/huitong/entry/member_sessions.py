"""Ends what members are signed in to where they are no longer who they were as they signed in."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

from huitong import customers
from huitong.customers.events import CustomersCarved, CustomersSplit
from huitong.identity.events import IdentifierTakenOut
from huitong.platform import auth
from huitong.platform.auth import CallerKind
from huitong.platform.db import Tx


def end(tx: Tx, customer_ids: Collection[int], *, now: datetime) -> None:
    """End the sessions of customers and of everybody merged into them."""
    family = customers.families(tx, customer_ids=customer_ids)
    subjects = {*customer_ids, *(one for members in family.values() for one in members)}
    auth.end_all_sessions(tx, kind=CallerKind.MEMBER, subject_ids=subjects, now=now)


def end_parted(tx: Tx, told: Sequence[object], now: datetime) -> None:
    """Let both sides sign in again after identifiers went from one customer to another.

    A session tells who it was opened for and not by which phone, which may be the other's now.
    """
    parted = cast("Sequence[CustomersCarved | CustomersSplit]", told)
    end(tx, {one for each in parted for one in (each.source_id, each.target_id)}, now=now)


def end_taken_out(tx: Tx, told: Sequence[object], now: datetime) -> None:
    """Sign out whose identifiers were taken out, also where nobody parted for it.

    Whoever signed in by such a phone is not proved to be the member any more.
    """
    taken_out = cast("Sequence[IdentifierTakenOut]", told)
    owners = {one.person_id for one in taken_out}
    end(tx, {one.customer_id for one in customers.of_persons(tx, person_ids=owners)}, now=now)


def forget(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Delete the sessions of erased customers, with where they came from; return how many."""
    return auth.forget_sessions(tx, kind=CallerKind.MEMBER, subject_ids=customer_ids)
