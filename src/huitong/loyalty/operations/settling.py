"""Settles orders with the ledger, a page at a time: grants, claw-backs, activation, tiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from huitong import catalog, customers, ledger
from huitong.channels.model import Incoming, Record, Refund
from huitong.customers.model import CUSTOMER, CustomerStatus
from huitong.ledger.model import Operation
from huitong.loyalty import queries, tables
from huitong.loyalty.model import Asset, Position, Programme, RuleShare, Version
from huitong.loyalty.operations import restoring, standing
from huitong.loyalty.operations.restoring import Restoration
from huitong.loyalty.rules import capping, earning, shares
from huitong.loyalty.rules import settling as rules
from huitong.loyalty.rules.capping import Given
from huitong.loyalty.rules.earning import Skus, Terms
from huitong.loyalty.rules.settling import Cap, Case, Settled
from huitong.orders.model import CHANGE, Change, Snapshot, Step
from huitong.org.model import ChannelAccount
from huitong.platform.db import Row, Tx
from huitong.platform.errors import Ok, Refused
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome, Page


@dataclass(frozen=True, slots=True)
class _Order:
    """One order of the batch with its account, and since when its customer is a member.

    `occurred_at` is when in the world what moves its value happened: the sale, or the refund.
    """

    snapshot: Snapshot
    account: ChannelAccount
    member_since: datetime | None
    occurred_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to happen for one order, as one ledger operation."""

    order: _Order
    settled: tuple[Settled, ...]
    restorations: tuple[Restoration, ...]


@dataclass(frozen=True, slots=True)
class _Batch:
    """What a batch of orders needs to know, looked up once; `given` only where something caps."""

    versions: Sequence[Version]
    terms: Mapping[int, Terms]
    positions: Mapping[tuple[int, Asset], Position]
    given: Given | None
    spendable: Mapping[tuple[int, Asset], int]
    now: datetime

    def cap(self, programme: Programme, order: Snapshot) -> Cap:
        """Return what cuts the shares of an order to what its rules still may give."""
        if self.given is None or order.customer_id is None:
            return tuple
        return partial(self.given.cap, programme, order.customer_id, order.ordered_at)

    def count(self, order: Snapshot, shares: Sequence[RuleShare]) -> None:
        """Count what an order gave against the caps of its day and month."""
        if self.given is not None and order.customer_id is not None:
            self.given.add(order.customer_id, order.ordered_at, shares)


def apply_orders(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Settle a page of orders: members earn, changed and closed orders are put right."""
    orders = [
        _order(
            incoming,
            change,
            known.enrolled_at if known and known.status is CustomerStatus.MEMBER else None,
        )
        for incoming, change, known in zip(
            page.records, page.get(CHANGE), page.get(CUSTOMER), strict=True
        )
    ]
    return _answers(settle(tx, [order for order in orders if order], now=now), orders)


def apply_refunds(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Settle the orders of a page of refunds; an order with two refunds is settled once."""
    changes = page.get(CHANGE)
    ids = {change.snapshot.customer_id for change in changes if change.snapshot}
    since = _members(tx, sorted(one for one in ids if one is not None))
    last = {change.snapshot.order_id: at for at, change in enumerate(changes) if change.snapshot}
    orders = [
        _order(incoming, change, _since(since, change))
        if change.snapshot and last[change.snapshot.order_id] == at
        else None
        for at, (incoming, change) in enumerate(zip(page.records, changes, strict=True))
    ]
    return _answers(settle(tx, [order for order in orders if order], now=now), orders)


def settle(tx: Tx, orders: Sequence[_Order], *, now: datetime) -> list[Outcome]:
    """Bring what these orders granted to what they should have granted; one result per order.

    The customers are locked by the page. One ledger operation per order that has to move.
    """
    owned = [order for order in orders if order.snapshot.customer_id is not None]
    if not owned:
        return [Ok(None)] * len(orders)
    batch = _look_up(tx, owned, now)
    restorations = restoring.restorations_of(tx, [order.snapshot for order in owned])
    plans = [
        _Plan(order, _settle_one(order, batch), restorations.get(order.snapshot.order_id, ()))
        for order in owned
    ]
    refusals = _post(tx, [plan for plan in plans if plan.settled or plan.restorations], now)
    return [refusals.get(order.snapshot.order_id, Ok(None)) for order in orders]


def _look_up(tx: Tx, orders: Sequence[_Order], now: datetime) -> _Batch:
    versions = queries.versions_of(tx, brand_id=orders[0].snapshot.brand_id)
    known = [order.snapshot.order_id for order in orders if not order.is_new]
    skus = _skus(tx, versions, orders)
    return _Batch(
        versions=versions,
        terms={one.version: Terms(one.programme, skus) for one in versions},
        positions=queries.positions_of(tx, known),
        given=_given(tx, versions, orders),
        spendable=_spendable(tx, orders, now),
        now=now,
    )


def _settle_one(order: _Order, batch: _Batch) -> tuple[Settled, ...]:
    snapshot = order.snapshot
    customer_id = snapshot.customer_id
    assert customer_id is not None, "Only orders of somebody are settled."
    found = []
    for asset in Asset:
        before = batch.positions.get((snapshot.order_id, asset))
        version = _version_for(batch.versions, snapshot, before)
        if version is None:
            continue
        case = Case(
            order=snapshot,
            platform=order.account.platform,
            zone=ZoneInfo(order.account.time_zone),
            may_earn=_may_earn(order, version),
            version=version.version,
            terms=batch.terms[version.version],
            now=batch.now,
        )
        available = batch.spendable.get((customer_id, asset), 0)
        cap = batch.cap(version.programme, snapshot)
        settled = rules.settle(case, asset, before, cap, spendable=available)
        if settled is not None:
            found.append(settled)
            if before is None:
                batch.count(snapshot, settled.position.shares)
    return tuple(found)


def _post(tx: Tx, plans: Sequence[_Plan], now: datetime) -> dict[int, Refused]:
    """Move the value, then keep the positions and the tiers; answer refusals by order."""
    operations = [_operation(plan) for plan in plans]
    results = ledger.post(tx, operations, now=now)
    done = []
    refusals: dict[int, Refused] = {}
    grown: dict[int, tuple[int, Snapshot]] = {}
    for plan, result in zip(plans, results, strict=True):
        snapshot = plan.order.snapshot
        if isinstance(result, Refused):
            refusals[snapshot.order_id] = result
            continue
        done.append(plan)
        growth_asset = Asset.GROWTH.of_brand(snapshot.brand_id)
        for line in result.value.lines:
            if line.asset == growth_asset:
                grown[_owner(plan)] = (line.balance_after, snapshot)
    tx.write(
        tables.UPSERT_POSITIONS,
        tables.POSITION,
        [_position(plan.order, settled, now) for plan in done for settled in plan.settled],
    )
    restoring.keep(tx, [one for plan in done for one in plan.restorations])
    standing.move(tx, grown, now=now)
    return refusals


def _operation(plan: _Plan) -> Operation:
    snapshot = plan.order.snapshot
    movements = [movement for one in plan.settled for movement in one.movements]
    movements += [one.movement for one in plan.restorations]
    revision = max((one.position.revision for one in plan.settled), default=0)
    restored = sum(one.restored for one in plan.restorations)
    is_first = all(one.position.revision == 1 for one in plan.settled) and not plan.restorations
    return Operation(
        key=f"order:{snapshot.order_id}:{revision}:{restored}",
        kind="earn" if is_first else "settle",
        owner=_owner(plan),
        movements=tuple(movements),
        occurred_at=plan.order.occurred_at,
        source_kind="order",
        source_id=snapshot.order_id,
    )


def _owner(plan: _Plan) -> int:
    customer_id = plan.order.snapshot.customer_id
    assert customer_id is not None, "Only orders of somebody are settled."
    return customer_id


def _order(incoming: object, change: Change, member_since: datetime | None) -> _Order | None:
    assert isinstance(incoming, Incoming), "Pages from the inbox hold what came in."
    if change.snapshot is None:
        return None
    is_new = change.step is Step.NEW
    occurred_at = _occurred_at(incoming.record, change.snapshot, is_new=is_new)
    return _Order(change.snapshot, incoming.account, member_since, occurred_at, is_new)


def _occurred_at(record: Record, order: Snapshot, *, is_new: bool) -> datetime:
    if isinstance(record, Refund):
        return record.refunded_at
    return order.ordered_at if is_new else record.updated_at or order.ordered_at


def _members(tx: Tx, customer_ids: Sequence[int]) -> dict[int, datetime | None]:
    found = customers.find_customers(tx, customer_ids=customer_ids)
    return {
        one.id: one.enrolled_at if one.status is CustomerStatus.MEMBER else None
        for one in found.values()
    }


def _since(since: Mapping[int, datetime | None], change: Change) -> datetime | None:
    customer_id = change.snapshot.customer_id if change.snapshot else None
    return since.get(customer_id) if customer_id is not None else None


def _answers(settled: Sequence[Outcome], orders: Sequence[_Order | None]) -> list[Outcome]:
    answers = iter(settled)
    return [next(answers) if order else Ok(None) for order in orders]


def _version_for(
    versions: Sequence[Version], order: Snapshot, before: Position | None
) -> Version | None:
    """Return the programme that decides: the one that granted, else the one in effect then."""
    if before is not None:
        return next(one for one in versions if one.version == before.programme_version)
    then = [one for one in versions if one.effective_from <= order.ordered_at]
    return then[-1] if then else None


def _may_earn(order: _Order, version: Version) -> bool:
    if order.member_since is None or not order.account.earns:
        return False
    back = timedelta(days=version.programme.earn_before_enrolment_days)
    return order.snapshot.ordered_at >= order.member_since - back


def _skus(tx: Tx, versions: Sequence[Version], orders: Sequence[_Order]) -> Skus:
    if not any(earning.asks_catalogue(one.programme) for one in versions):
        return {}
    codes = {line.sku for order in orders for line in order.snapshot.lines}
    return catalog.find_skus(tx, brand_id=orders[0].snapshot.brand_id, codes=sorted(codes))


def _given(tx: Tx, versions: Sequence[Version], orders: Sequence[_Order]) -> Given | None:
    if not any(capping.has_caps(one.programme) for one in versions):
        return None
    zone = ZoneInfo(orders[0].account.time_zone)
    given = Given(zone)
    queries.count_given(tx, [order.snapshot for order in orders], given=given, zone=zone)
    return given


def _spendable(tx: Tx, orders: Sequence[_Order], now: datetime) -> dict[tuple[int, Asset], int]:
    """Return what disputes may hold, asked for only where an order is disputed."""
    disputed = sorted(
        {
            order.snapshot.customer_id
            for order in orders
            if order.snapshot.disputed and order.snapshot.customer_id is not None
        }
    )
    if not disputed:
        return {}
    brand_id = orders[0].snapshot.brand_id
    return {
        (balance.owner, asset): balance.spendable
        for asset in Asset
        for balance in ledger.balances(tx, disputed, asset=asset.of_brand(brand_id), now=now)
    }


def _position(order: _Order, settled: Settled, now: datetime) -> Row:
    position, snapshot = settled.position, order.snapshot
    return (
        bucket_of(position.order_id),
        position.order_id,
        position.asset,
        snapshot.brand_id,
        position.customer_id,
        position.earned,
        position.granted,
        position.clawed,
        position.frozen,
        position.frozen_revision,
        position.revision,
        position.programme_version,
        position.activates_at,
        shares.shares_json(position.shares),
        snapshot.ordered_at,
        now,
    )
