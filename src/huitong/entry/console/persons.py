"""What a person is in every brand: customer, cards, tier, points, orders; masked, and compared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from huitong import customers, identity, ledger, loyalty, orders, org
from huitong.customers.model import Agreement, CustomerStatus, ExitState
from huitong.identity.model import Seen
from huitong.ledger.model import Balance
from huitong.loyalty.model import Asset, Names, ProgrammeNotFound
from huitong.orders.model import OrderTotals
from huitong.platform.db import ReadTx

NO_ORDERS = OrderTotals(0, 0, None)


@dataclass(frozen=True, slots=True)
class Points:
    """What somebody has in points: to spend, not active yet, and set aside."""

    spendable: int = 0
    pending: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Membership:
    """What a person is in one brand; `leaving_at` is when a wish to leave is carried out."""

    person_id: int
    customer_id: int
    brand: str
    brand_name: str
    status: CustomerStatus
    name: str | None
    enrolled_at: datetime | None
    cards: tuple[str, ...]
    tier: str | None
    tier_names: Names | None
    points: Points
    growth: int
    totals: OrderTotals
    leaving_at: datetime | None


@dataclass(frozen=True, slots=True)
class Side:
    """Some persons as they stand: their identifiers, and what they are in every brand."""

    person_ids: tuple[int, ...]
    seen: Sequence[Seen]
    memberships: Sequence[Membership]


def side_of(tx: ReadTx, person_ids: Iterable[int], *, now: datetime) -> Side:
    """Return living persons as they stand, with everything that a decision on them touches."""
    wanted = tuple(sorted(set(person_ids)))
    return Side(
        wanted,
        identity.seen(tx, person_ids=wanted),
        memberships_of(tx, person_ids=wanted, now=now),
    )


def memberships_of(tx: ReadTx, *, person_ids: Sequence[int], now: datetime) -> list[Membership]:
    """Return what persons are in every brand that the scope sees, by brand and then by customer."""
    living = customers.of_persons(tx, person_ids=person_ids)
    brands = {brand.id: brand for brand in org.brands(tx)}
    customer_ids = [one.customer_id for one in living]
    shown = {one.id: one for one in customers.show(tx, customer_ids=customer_ids)}
    standings = loyalty.standings_of(tx, customer_ids)
    totals = orders.totals_of(tx, customer_ids)
    leaving = {
        one.customer_id: one.due_at
        for one in customers.exits_of(tx, customer_ids=customer_ids)
        if one.state is ExitState.REQUESTED
    }
    names: dict[int, Mapping[str, Names]] = {}
    points: dict[int, Points] = {}
    growth: dict[int, int] = {}
    for brand_id in sorted({one.brand_id for one in living}):
        owners = [one.customer_id for one in living if one.brand_id == brand_id]
        names[brand_id] = _tier_names(tx, brand_id, now)
        in_points, in_growth = Asset.POINTS.of_brand(brand_id), Asset.GROWTH.of_brand(brand_id)
        has = ledger.balances_by_asset(tx, owners, assets=[in_points, in_growth], now=now)
        points |= {one.owner: _points(one) for one in has[in_points]}
        growth |= {one.owner: one.balance for one in has[in_growth]}
    found = [
        Membership(
            person_id=one.person_id,
            customer_id=one.customer_id,
            brand=brands[one.brand_id].code,
            brand_name=brands[one.brand_id].name,
            status=shown[one.customer_id].status,
            name=shown[one.customer_id].name,
            enrolled_at=shown[one.customer_id].enrolled_at,
            cards=shown[one.customer_id].cards,
            tier=tier,
            tier_names=names[one.brand_id].get(tier) if tier else None,
            points=points.get(one.customer_id, Points()),
            growth=growth.get(one.customer_id, 0),
            totals=totals.get(one.customer_id, NO_ORDERS),
            leaving_at=leaving.get(one.customer_id),
        )
        for one in living
        for tier in [standings[one.customer_id].tier if one.customer_id in standings else None]
    ]
    return sorted(found, key=lambda one: (one.brand, one.customer_id))


def agreement_of(tx: ReadTx, *, one_id: int, other_id: int) -> Mapping[str, Agreement]:
    """Return whether two persons say the same of themselves, field by field."""
    living = customers.of_persons(tx, person_ids=[one_id, other_id])
    return customers.agreement(
        tx,
        customer_ids=[one.customer_id for one in living if one.person_id == one_id],
        other_ids=[one.customer_id for one in living if one.person_id == other_id],
    )


def _tier_names(tx: ReadTx, brand_id: int, now: datetime) -> Mapping[str, Names]:
    try:
        programme = loyalty.programme_at(tx, brand_id=brand_id, at=now).programme
    except ProgrammeNotFound:
        return {}
    return {tier.code: tier.names for tier in programme.tiers}


def _points(balance: Balance) -> Points:
    return Points(balance.spendable, balance.pending, balance.held)
