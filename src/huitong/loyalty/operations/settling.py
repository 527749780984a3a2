"""Settles orders a page at a time: as they come, as they change, and when somebody enrols."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from huitong import customers, org
from huitong import orders as sales
from huitong.channels.model import Incoming, Record, Refund
from huitong.customers.events import CustomerEnrolled
from huitong.customers.model import CUSTOMER, Customer, CustomerStatus
from huitong.loyalty import queries
from huitong.loyalty.operations.settlement import OrderToSettle, settle
from huitong.orders.model import CHANGE, Change, Snapshot, Step
from huitong.org.model import ChannelAccount
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused
from huitong.platform.page import RECORDS_PER_PAGE_MAX, Outcome, Page


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
        OrderToSettle(
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
        OrderToSettle(
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


def _order(incoming: object, change: Change, member_since: datetime | None) -> OrderToSettle | None:
    assert isinstance(incoming, Incoming), "Pages from the inbox hold what came in."
    if change.snapshot is None:
        return None
    is_new = change.step is Step.NEW
    occurred_at = _occurred_at(incoming.record, change.snapshot, is_new=is_new)
    return OrderToSettle(change.snapshot, incoming.account, member_since, occurred_at, is_new)


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


def _answers(settled: Sequence[Outcome], orders: Sequence[OrderToSettle | None]) -> list[Outcome]:
    answers = iter(settled)
    return [next(answers) if order else Ok(None) for order in orders]
