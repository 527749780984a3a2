"""Settles orders with the ledger, a page at a time: grants, claw-backs, activation, tiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from huitong import catalog, customers, ledger, org
from huitong import orders as sales
from huitong.channels.model import Incoming, Record, Refund
from huitong.customers.events import CustomerEnrolled
from huitong.customers.model import CUSTOMER, Customer, CustomerStatus
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
from huitong.orders.model import CHANGE, Change, Snapshot, Step
from huitong.org.model import ChannelAccount
from huitong.platform.db import Row, Tx
from huitong.platform.errors import Ok, Refused
from huitong.platform.ids import bucket_of
from huitong.platform.page import RECORDS_PER_PAGE_MAX, Outcome, Page


class _Order(NamedTuple):
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

    order: _Order
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


def apply_orders(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Settle a page of orders: members earn, changed and closed orders are put right."""
    changes, buyers = page.get(CHANGE), page.get(CUSTOMER)
    since = {
        known.customer_id: known.enrolled_at if known.status is CustomerStatus.MEMBER else None
        for known in buyers
        if known is not None
    }
    # A newer version may name nobody, or somebody else: the order stays whose it was.
    owners = {change.snapshot.customer_id for change in changes if change.snapshot}
    others = sorted(one for one in owners if one is not None and one not in since)
    if others:
        since |= _members(tx, others)
    orders = [
        _order(incoming, change, _since(since, change))
        for incoming, change in zip(page.records, changes, strict=True)
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


def apply_fulfilments(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Settle the orders that a page of packages is about: what is signed for is completed.

    A package may come through another account than its order, so each order keeps its own.
    """
    told = [change.snapshot for change in page.get(CHANGE)]
    found = {one.order_id: one for one in told if one is not None}
    since = _members(tx, sorted({one.customer_id for one in found.values() if one.customer_id}))
    accounts = {one.id: one for one in org.channel_accounts(tx)}
    orders = [
        _Order(
            snapshot=one,
            account=accounts[one.channel_account_id],
            member_since=since.get(one.customer_id) if one.customer_id else None,
            occurred_at=one.completed_at or one.ordered_at,
            is_new=False,
        )
        for one in found.values()
    ]
    settled = dict(zip(found, settle(tx, orders, now=now), strict=True))
    return [settled[one.order_id] if one is not None else Ok(None) for one in told]


def settle_enrolled(tx: Tx, enrolled: Sequence[object], now: datetime) -> None:
    """Settle what customers bought before we knew that they are members; an event handler."""
    ids = [one.customer_id for one in enrolled if isinstance(one, CustomerEnrolled)]
    settle_customers(tx, ids, now=now)


def settle_customers(tx: Tx, customer_ids: Sequence[int], *, now: datetime) -> None:
    """Settle the orders of members from their enrolment on, as far back as a programme reaches.

    What stands already does not move. The customers are locked by the caller.
    """
    found = customers.find_customers(tx, customer_ids=customer_ids)
    members = {
        one.id: one
        for one in found.values()
        if one.status is CustomerStatus.MEMBER and one.enrolled_at is not None
    }
    accounts = {one.id: one for one in org.channel_accounts(tx)} if members else {}
    for brand_id in sorted({one.brand_id for one in members.values()}):
        versions = queries.versions_of(tx, brand_id=brand_id)
        days = max((one.programme.earn_before_enrolment_days for one in versions), default=0)
        since = {
            one.id: one.enrolled_at - timedelta(days=days)
            for one in members.values()
            if one.brand_id == brand_id and one.enrolled_at is not None
        }
        order_ids = sales.orders_since(tx, since)
        for at in range(0, len(order_ids), RECORDS_PER_PAGE_MAX):
            page = sales.snapshots_of(tx, order_ids[at : at + RECORDS_PER_PAGE_MAX])
            _settle_known(tx, page, members=members, accounts=accounts, now=now)


def settle_orders(tx: Tx, order_ids: Sequence[int], *, now: datetime) -> None:
    """Settle orders that are known, whoever's they are; their customers are locked here."""
    accounts = {one.id: one for one in org.channel_accounts(tx)} if order_ids else {}
    for at in range(0, len(order_ids), RECORDS_PER_PAGE_MAX):
        found = sales.snapshots_of(tx, order_ids[at : at + RECORDS_PER_PAGE_MAX])
        owners = [one.customer_id for one in found.values() if one.customer_id is not None]
        customers.lock_customers(tx, owners)
        members = customers.find_customers(tx, customer_ids=owners)
        for brand_id in sorted({one.brand_id for one in found.values()}):
            page = {one: each for one, each in found.items() if each.brand_id == brand_id}
            _settle_known(tx, page, members=members, accounts=accounts, now=now)


def _settle_known(
    tx: Tx,
    snapshots: Mapping[int, Snapshot],
    *,
    members: Mapping[int, Customer],
    accounts: Mapping[int, ChannelAccount],
    now: datetime,
) -> None:
    known = [
        _Order(
            snapshot=one,
            account=accounts[one.channel_account_id],
            member_since=_member_since(members[one.customer_id]),
            occurred_at=one.ordered_at,
            is_new=False,
        )
        # The oldest first; ids do not tell.
        for one in sorted(snapshots.values(), key=lambda one: (one.ordered_at, one.order_id))
        if one.customer_id is not None
    ]
    refused = [one for one in settle(tx, known, now=now) if isinstance(one, Refused)]
    assert not refused, "An order that is there can be settled."


def settle(tx: Tx, orders: Sequence[_Order], *, now: datetime) -> list[Outcome]:
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


def _look_up(tx: Tx, orders: Sequence[_Order], now: datetime) -> _Batch:
    versions = queries.versions_of(tx, brand_id=orders[0].snapshot.brand_id)
    known = [order.snapshot.order_id for order in orders if not order.is_new]
    paths = _paths(tx, versions, orders)
    return _Batch(
        versions=versions,
        terms={one.version: Terms(one.programme, paths) for one in versions},
        positions=queries.positions_of(tx, known),
        given=_given(tx, versions, orders),
        spendable=_spendable(tx, orders, now),
        now=now,
    )


def _classed(tx: Tx, orders: Sequence[_Order]) -> list[_Order]:
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


def _plan(order: _Order, batch: _Batch) -> _Plan:
    settled = _settle_one(order, batch)
    before = [batch.positions.get((order.snapshot.order_id, asset)) for asset in Asset]
    return _Plan(order, settled, sum(one.revision for one in before if one) + len(settled))


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
    return {one.id: _member_since(one) for one in found.values()}


def _member_since(customer: Customer) -> datetime | None:
    return customer.enrolled_at if customer.status is CustomerStatus.MEMBER else None


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


def _paths(tx: Tx, versions: Sequence[Version], orders: Sequence[_Order]) -> Paths:
    tops = {top for one in versions for top in earning.top_categories(one.programme)}
    if not tops:
        return {}
    codes = {line.sku for order in orders for line in order.snapshot.lines}
    brand_id = orders[0].snapshot.brand_id
    return catalog.find_paths(tx, brand_id=brand_id, codes=codes, below=tops)


def _given(tx: Tx, versions: Sequence[Version], orders: Sequence[_Order]) -> Given | None:
    if not any(capping.has_caps(one.programme) for one in versions):
        return None
    zone = ZoneInfo(orders[0].account.time_zone)
    given = Given(zone)
    queries.count_given(tx, [order.snapshot for order in orders], given=given, zone=zone)
    return given


def _spendable(tx: Tx, orders: Sequence[_Order], now: datetime) -> dict[tuple[int, Asset], int]:
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
