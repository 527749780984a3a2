"""The head of the page of one customer: what a call is about, in one answer, read set-based."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from huitong import customers, loyalty, orders, org
from huitong.customers.model import (
    CUSTOMER_PREFIX,
    Classification,
    Customer,
    CustomerNotFound,
    CustomerShown,
    ExitRequest,
    ExitState,
    Permitted,
    Purpose,
    RelationKind,
)
from huitong.customers.queries.timing import Met
from huitong.entry.console.customers_rows import (
    SPENT_DAYS,
    Allowed,
    Noted,
    notes_of,
    phone_of,
)
from huitong.entry.console.staff_names import staff_called
from huitong.ledger.model import Balance
from huitong.loyalty.model import TierExplanation
from huitong.orders.model import Bought
from huitong.org.model import Brand
from huitong.platform.db import ReadTx
from huitong.platform.errors import Ok, Refused
from huitong.platform.ids import show
from huitong.platform.seen import Seen


@dataclass(frozen=True, slots=True)
class LookingAfter:
    """Who looks after a customer now: somebody of the staff, or a store."""

    kind: RelationKind
    staff_code: str | None
    staff_name: str | None
    store_name: str | None
    since: datetime
    lock_until: datetime | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """Whether data may be used for a purpose now, since when and by which text, or why not."""

    purpose: Purpose
    permitted: Permitted | None
    refused: Refused | None


@dataclass(frozen=True, slots=True)
class Head:
    """One customer at a glance; figures that the caller may not see are None.

    `asked_id` is the id that was asked for: another one than the customer's after a merge.
    """

    asked_id: int
    customer: CustomerShown
    brand: Brand
    phone: str | None
    met: Met
    store_name: str | None
    is_erased: bool
    tier: TierExplanation | None
    points: Balance | None
    bought: Bought | None
    noted: Sequence[Noted]
    classes: Sequence[Classification]
    care: Sequence[LookingAfter]
    agreed: Sequence[Agreed]
    leaving: ExitRequest | None


def find_customer(tx: ReadTx, customer_id: int) -> tuple[Customer, Brand]:
    """Return whom an id stands for today, and their brand.

    :raises CustomerNotFound: when it is nobody whom the scope sees.
    """
    found = customers.find_today(tx, customer_id=customer_id)
    brand = next((one for one in org.brands(tx) if one.id == found.brand_id), None)
    if brand is None:
        raise CustomerNotFound(customer=show(CUSTOMER_PREFIX, customer_id))
    return found, brand


def head_of(tx: ReadTx, customer_id: int, *, allowed: Allowed, now: datetime, seen: Seen) -> Head:
    """Return a customer at a glance; a constant number of statements.

    Staff are named to those who see them.

    :raises CustomerNotFound: when it is nobody whom the scope sees.
    """
    found, brand = find_customer(tx, customer_id)
    (customer,) = customers.show(tx, customer_ids=[found.id])
    (met,) = customers.met_at(tx, customer_ids=[found.id])
    stores = {one.id: (one.code, one.name) for one in org.stores(tx)}
    agreed = _agreed(tx, found.id, now)
    tier, points = _value(tx, found, now) if allowed.points else (None, None)
    return Head(
        asked_id=customer_id,
        customer=customer,
        brand=brand,
        phone=phone_of(customer),
        met=met,
        store_name=dict(stores.values()).get(met.store or ""),
        is_erased=any(
            one.refused is not None and one.refused.code == "customers.erased" for one in agreed
        ),
        tier=tier,
        points=points,
        bought=_bought(tx, found.id, now) if allowed.bought else None,
        noted=notes_of(tx, [customer], brand=brand, now=now).get(found.id, ())
        if allowed.notes
        else (),
        classes=_classes(tx, found.id, now),
        care=_care(tx, found.id, stores, seen, now),
        agreed=agreed,
        leaving=_leaving(tx, found.id),
    )


def _value(tx: ReadTx, customer: Customer, now: datetime) -> tuple[TierExplanation | None, Balance]:
    return loyalty.tier_and_points(
        tx,
        customer_id=customer.id,
        brand_id=customer.brand_id,
        member_since=customer.enrolled_at,
        now=now,
    )


def _bought(tx: ReadTx, customer_id: int, now: datetime) -> Bought | None:
    since = now - timedelta(days=SPENT_DAYS)
    return orders.bought_by(tx, [customer_id], since=since).get(customer_id)


def _classes(tx: ReadTx, customer_id: int, now: datetime) -> list[Classification]:
    standing = customers.classifications_of(tx, customer_ids=[customer_id]).get(customer_id, ())
    return [one for one in standing if one.valid_until is None or one.valid_until > now]


def _care(
    tx: ReadTx,
    customer_id: int,
    stores: Mapping[int, tuple[str, str]],
    seen: Seen,
    now: datetime,
) -> list[LookingAfter]:
    found = customers.relations_of(tx, customer_ids=[customer_id]).get(customer_id, ())
    asked = {one.staff_id for one in found if one.staff_id is not None}
    staff = staff_called(tx, asked, seen)
    return [
        LookingAfter(
            kind=one.kind,
            staff_code=None if one.staff_id is None else staff[one.staff_id].code,
            staff_name=None if one.staff_id is None else staff[one.staff_id].name,
            store_name=None if one.store_id is None else stores[one.store_id][1],
            since=one.valid_from,
            lock_until=one.lock_until,
        )
        for one in found
        if not one.is_shadowed
        and one.valid_from <= now
        and (one.valid_until is None or one.valid_until > now)
    ]


def _agreed(tx: ReadTx, customer_id: int, now: datetime) -> list[Agreed]:
    """Return what the one gate answers for each purpose, so that the page tells what is done."""
    told: list[Agreed] = []
    answers = customers.may_for(tx, [customer_id], purposes=Purpose, now=now)
    for purpose, (answer,) in answers.items():
        if isinstance(answer, Ok):
            told.append(Agreed(purpose, answer.value, None))
        else:
            told.append(Agreed(purpose, None, answer))
    return told


def _leaving(tx: ReadTx, customer_id: int) -> ExitRequest | None:
    wishes = customers.exits_of_families(tx, heads=[customer_id]).get(customer_id, {})
    return next((one for one in wishes.values() if one.state is ExitState.REQUESTED), None)
