"""Brings what orders granted to what they should have granted, a batch at a time, in the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from huitong import catalog, customers, ledger
from huitong import orders as sales
from huitong.ledger.model import ClawBack, Hold, Movement, Operation
from huitong.loyalty import queries, tables
from huitong.loyalty.model import Asset, Position, Programme, Version
from huitong.loyalty.operations import restoring, standing
from huitong.loyalty.operations.standing import Grown
from huitong.loyalty.rules import capping, earning, shares
from huitong.loyalty.rules import settling as rules
from huitong.loyalty.rules.capping import Given
from huitong.loyalty.rules.earning import Paths, Terms
from huitong.loyalty.rules.settling import Cap, Case, Settled
from huitong.orders.model import Snapshot
from huitong.org.model import ChannelAccount
from huitong.platform.db import Row, Tx
from huitong.platform.errors import Ok, Refused
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome


class OrderToSettle(NamedTuple):
    """One order of the batch with its account, and since when its customer is a member.

    `occurred_at` is when in the world what moves its value happened: the sale, or the refund.
    """

    snapshot: Snapshot
    account: ChannelAccount
    member_since: datetime | None
    occurred_at: datetime
    is_new: bool


class _Plan(NamedTuple):
    """What is to happen for one order, as one ledger operation.

    `revision` counts how often anything of the order was settled, this time included.
    """

    order: OrderToSettle
    settled: tuple[Settled, ...]
    revision: int


@dataclass(frozen=True, slots=True)
class _Batch:
    """What a batch of orders needs to know, looked up once; `given` only where something caps.

    `spendable` is what disputes may still hold: it sinks with what the batch takes.
    """

    versions: Sequence[Version]
    terms: Mapping[int, Terms]
    positions: Mapping[tuple[int, Asset], Position]
    given: Given | None
    spendable: dict[tuple[int, Asset], int]
    now: datetime

    def cap(self, programme: Programme, order: Snapshot) -> Cap:
        """Return what cuts the shares of an order to what its rules still may give."""
        if self.given is None or order.customer_id is None:
            return tuple
        return partial(self.given.cap, programme, order.customer_id, order.ordered_at)

    def leave_out(self, order: Snapshot, asset: Asset) -> None:
        """Count an order no more while it is settled, so that it is not capped by itself."""
        if self.given is not None:
            self.given.leave_out(order.order_id, asset)

    def count(self, order: Snapshot, position: Position | None) -> None:
        """Count what an order gives now against the caps of its day and month."""
        if self.given is None or position is None:
            return
        self.given.put(
            order.order_id,
            position.asset,
            customer_id=position.customer_id,
            at=order.ordered_at,
            shares=capping.still_given(
                position.shares, earned=position.earned, left=position.granted - position.clawed
            ),
        )

    def take(self, customer_id: int, asset: Asset, movements: Sequence[Movement]) -> None:
        """Note what an order takes of what the disputes of other orders may hold."""
        if (customer_id, asset) in self.spendable:
            taken = [one.amount for one in movements if isinstance(one, ClawBack | Hold)]
            self.spendable[customer_id, asset] -= sum(taken)


def settle(tx: Tx, orders: Sequence[OrderToSettle], *, now: datetime) -> list[Outcome]:
    """Bring what these orders granted to what they should have granted; one result per order.

    The customers are locked by the page. One ledger operation per order that has to move, after
    one for each redemption of which something comes back.
    """
    owned = [order for order in orders if order.snapshot.customer_id is not None]
    occurred_at = {order.snapshot.order_id: order.occurred_at for order in orders}
    snapshots = [order.snapshot for order in orders]
    refusals = restoring.restore(tx, snapshots, occurred_at, now=now)
    if owned:
        owned = _classed(tx, owned)
        batch = _look_up(tx, owned, now)
        plans = [_plan(order, batch) for order in owned]
        refusals |= _post(tx, [plan for plan in plans if plan.settled], now)
    return [refusals.get(order.snapshot.order_id, Ok(None)) for order in orders]


def _look_up(tx: Tx, orders: Sequence[OrderToSettle], now: datetime) -> _Batch:
    versions = queries.versions_of(tx, brand_id=orders[0].snapshot.brand_id)
    known = [order.snapshot.order_id for order in orders if not order.is_new]
    paths, zone = _paths(tx, versions, orders), ZoneInfo(orders[0].account.time_zone)
    return _Batch(
        versions=versions,
        terms={one.version: Terms(one.programme, paths, zone) for one in versions},
        positions=queries.positions_of(tx, known),
        given=_given(tx, versions, orders),
        spendable=_spendable(tx, orders, now),
        now=now,
    )


def _classed(tx: Tx, orders: Sequence[OrderToSettle]) -> list[OrderToSettle]:
    """Return the orders with what kind of sale each is, by itself or by its buyer then."""
    buyers = {order.snapshot.customer_id for order in orders}
    of_buyer = customers.classifications_of(tx, customer_ids=[one for one in buyers if one])
    known = [order.snapshot.order_id for order in orders if not order.is_new]
    of_order = sales.classes_of(tx, known)
    if not of_buyer and not of_order:
        return list(orders)
    classed = []
    for order in orders:
        snapshot = order.snapshot
        then = of_buyer.get(snapshot.customer_id or 0, ())
        classes = customers.classes_at(then, snapshot.ordered_at)
        classes |= of_order.get(snapshot.order_id, frozenset())
        classed.append(order._replace(snapshot=snapshot._replace(classes=classes)))
    return classed


def _plan(order: OrderToSettle, batch: _Batch) -> _Plan:
    settled = _settle_one(order, batch)
    before = [batch.positions.get((order.snapshot.order_id, asset)) for asset in Asset]
    return _Plan(order, settled, sum(one.revision for one in before if one) + len(settled))


def _settle_one(order: OrderToSettle, batch: _Batch) -> tuple[Settled, ...]:
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
        batch.leave_out(snapshot, asset)
        settled = rules.settle(case, asset, before, cap, spendable=available)
        batch.count(snapshot, settled.position if settled else before)
        if settled is not None:
            found.append(settled)
            batch.take(customer_id, asset, settled.movements)
    return tuple(found)


def _post(tx: Tx, plans: Sequence[_Plan], now: datetime) -> dict[int, Refused]:
    """Move the value, then keep the positions and the tiers; answer refusals by order."""
    operations = [_operation(plan) for plan in plans]
    results = ledger.post(tx, operations, now=now)
    done = []
    refusals: dict[int, Refused] = {}
    grown: dict[int, Grown] = {}
    for plan, result in zip(plans, results, strict=True):
        snapshot = plan.order.snapshot
        if isinstance(result, Refused):
            refusals[snapshot.order_id] = result
            continue
        done.append(plan)
        growth_asset = Asset.GROWTH.of_brand(snapshot.brand_id)
        for line in result.value.lines:
            if line.asset == growth_asset:
                grown[_owner(plan)] = Grown(
                    line.balance_after, snapshot.brand_id, snapshot.order_id, plan.order.occurred_at
                )
    tx.write(
        tables.UPSERT_POSITIONS,
        tables.POSITION,
        [_position(plan.order, settled, now) for plan in done for settled in plan.settled],
    )
    standing.move(tx, grown, now=now)
    return refusals


def _operation(plan: _Plan) -> Operation:
    snapshot = plan.order.snapshot
    movements = [movement for one in plan.settled for movement in one.movements]
    is_first = plan.revision == len(plan.settled)
    return Operation(
        key=f"order:{snapshot.order_id}:{plan.revision}",
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


def _version_for(
    versions: Sequence[Version], order: Snapshot, before: Position | None
) -> Version | None:
    """Return the programme that decides: the one that granted, else the one in effect then."""
    if before is not None:
        return next(one for one in versions if one.version == before.programme_version)
    then = [one for one in versions if one.effective_from <= order.ordered_at]
    return then[-1] if then else None


def _may_earn(order: OrderToSettle, version: Version) -> bool:
    if order.member_since is None or not order.account.earns:
        return False
    back = timedelta(days=version.programme.earn_before_enrolment_days)
    return order.snapshot.ordered_at >= order.member_since - back


def _paths(tx: Tx, versions: Sequence[Version], orders: Sequence[OrderToSettle]) -> Paths:
    tops = {top for one in versions for top in earning.top_categories(one.programme)}
    if not tops:
        return {}
    codes = {line.sku for order in orders for line in order.snapshot.lines}
    brand_id = orders[0].snapshot.brand_id
    return catalog.find_paths(tx, brand_id=brand_id, codes=codes, below=tops)


def _given(tx: Tx, versions: Sequence[Version], orders: Sequence[OrderToSettle]) -> Given | None:
    if not any(capping.has_caps(one.programme) for one in versions):
        return None
    zone = ZoneInfo(orders[0].account.time_zone)
    given = Given(zone)
    queries.count_given(tx, [order.snapshot for order in orders], given=given, zone=zone)
    return given


def _spendable(
    tx: Tx, orders: Sequence[OrderToSettle], now: datetime
) -> dict[tuple[int, Asset], int]:
    """Return what disputes may hold, less what is owed; asked only where an order is disputed."""
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
        (balance.owner, asset): balance.spendable - balance.debt
        for asset in Asset
        for balance in ledger.balances(tx, disputed, asset=asset.of_brand(brand_id), now=now)
    }


def _position(order: OrderToSettle, settled: Settled, now: datetime) -> Row:
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
