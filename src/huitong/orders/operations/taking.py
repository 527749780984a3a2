"""Takes orders: new ones, newer versions of known ones, and what had waited for them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson

from huitong.channels.model import Allocation, Incoming, Line, Order, Origin, PaymentKind
from huitong.customers.model import CUSTOMER
from huitong.customers.model import Known as KnownCustomer
from huitong.identity.model import PARTIES, PERSON, PartyIdentifier
from huitong.identity.model import Known as KnownPerson
from huitong.orders import rules, tables
from huitong.orders.model import CHANGE, Change, SaleBelowRefund, Snapshot, Step
from huitong.orders.operations.erasing import strip_orders
from huitong.orders.operations.packing import take_waiting_packages
from huitong.orders.operations.refunding import take_waiting_refunds
from huitong.orders.operations.waiting import bucket_of_order_no, let_orders_by, taken_for
from huitong.orders.queries import positions_of, snapshots_of
from huitong.platform.db import Row, Tx
from huitong.platform.errors import Ok, Refused
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome, Page


class _Taken(NamedTuple):
    """One order of the page with its owner and its id, known or new; a tuple, as pages are long."""

    incoming: Incoming
    order: Order
    person: KnownPerson | None
    customer: KnownCustomer | None
    parties: tuple[PartyIdentifier, ...]
    order_id: int
    is_new: bool


def expect_orders(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Let no record begin to wait for these orders from here on; stands before every other applier.

    A refund page takes this lock before it locks customers, so an order page does too. What is
    told of orders of erased persons loses everything personal here, before anybody else sees it.
    """
    del now
    (first, *_) = page.records
    assert isinstance(first, Incoming), "Pages from the inbox hold what came in."
    let_orders_by(tx, brand_id=first.account.brand_id)
    strip_orders(tx, page)
    return [Ok(None)] * len(page.records)


def apply_orders(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Take a page of orders of one channel account, and refunds and packages that waited for them.

    Leaves the note `CHANGE`: what became of each order, with the order as the rules see it. A
    version that sells less than has come back is refused by itself.
    """
    told = _identify(tx, page)
    refusals = _refusals(tx, told)
    taken = [one for one in told if one.order_id not in refusals]
    new = [one for one in taken if one.is_new]
    known = [one for one in taken if not one.is_new]
    _insert(tx, new, now)
    _update(tx, known, now)
    touched = _take_what_waited(tx, taken, now) | {one.order_id for one in known}
    snapshots = snapshots_of(tx, sorted(touched))
    page.put(CHANGE, [_change(one, snapshots) for one in told])
    return [refusals.get(one.order_id, Ok(one.order_id)) for one in told]


def _refusals(tx: Tx, told: Sequence[_Taken]) -> dict[int, Refused]:
    known = [one for one in told if not one.is_new]
    if not known:
        return {}
    positions = positions_of(tx, [one.order_id for one in known])
    refusals = {}
    for one in known:
        try:
            rules.check_sale(one.order, positions[one.order_id])
        except SaleBelowRefund as refusal:
            refusals[one.order_id] = refusal.as_refused()
    return refusals


def _identify(tx: Tx, page: Page) -> list[_Taken]:
    """Pair each order with its owner and its id; new orders get a new id in the owner's bucket."""
    arrived = [one for one in page.records if isinstance(one, Incoming)]
    orders = [one.record for one in arrived if isinstance(one.record, Order)]
    assert len(orders) == len(page.records), "A page of orders holds orders only."
    persons, customers, parties = page.get(PERSON), page.get(CUSTOMER), page.get(PARTIES)
    found = {
        str(order_no): int(order_id)
        for order_no, order_id, _ in tx.rows(
            tables.FIND_ORDERS,
            {
                "group_id": tx.scope.group_id,
                "account": arrived[0].account.id,
                "order_nos": [order.order_no for order in orders],
            },
        )
    }
    buckets = [
        bucket_of(customer.customer_id) if customer else bucket_of_order_no(order.order_no)
        for order, customer in zip(orders, customers, strict=True)
        if order.order_no not in found
    ]
    fresh = iter(tx.new_ids(buckets))
    return [
        _Taken(
            incoming=incoming,
            order=order,
            person=person,
            customer=customer,
            parties=others,
            order_id=found.get(order.order_no) or next(fresh),
            is_new=order.order_no not in found,
        )
        for incoming, order, person, customer, others in zip(
            arrived, orders, persons, customers, parties, strict=True
        )
    ]


def _insert(tx: Tx, taken: Sequence[_Taken], now: datetime) -> None:
    tx.write(tables.INSERT_HEADERS, tables.HEADER, [_header(one, now) for one in taken])
    tx.write(tables.INSERT_LINES, tables.LINE, [row for one in taken for row in _lines(one)])
    _write_payments(tx, taken)


def _update(tx: Tx, taken: Sequence[_Taken], now: datetime) -> None:
    tx.write(tables.UPDATE_HEADERS, tables.HEADER, [_header(one, now) for one in taken])
    tx.write(tables.UPSERT_LINES, tables.LINE, [row for one in taken for row in _lines(one)])
    _write_payments(tx, taken)
    _drop_what_is_gone(tx, taken)


def _drop_what_is_gone(tx: Tx, taken: Sequence[_Taken]) -> None:
    """Leave nothing on lines and payments that the newer versions do not have any more."""
    lines = [
        (bucket_of(one.order_id), one.order_id, line.line_id)
        for one in taken
        for line in one.order.lines
    ]
    tx.write(tables.DROP_LINES, tables.LINE_KEY, lines)
    counts = [(bucket_of(one.order_id), one.order_id, len(one.order.payments)) for one in taken]
    tx.write(tables.DROP_PAYMENTS, tables.PART_COUNT, counts)


def _write_payments(tx: Tx, taken: Sequence[_Taken]) -> None:
    rows = [
        (
            bucket_of(one.order_id),
            one.order_id,
            one.incoming.account.brand_id,
            place,
            payment.kind,
            payment.amount_minor,
            payment.paid_at,
            payment.reference,
        )
        for one in taken
        for place, payment in enumerate(one.order.payments)
    ]
    tx.write(tables.UPSERT_PAYMENTS, tables.PAYMENT, rows)
    tx.write(tables.UPSERT_PARTIES, tables.PARTY, [row for one in taken for row in _parties(one)])


def _take_what_waited(tx: Tx, taken: Sequence[_Taken], now: datetime) -> set[int]:
    """Apply refunds and packages that came before these orders; answer the orders they touched.

    Known orders are asked too: a refund that came at the very moment of its order saw no order and
    was not seen by it, and the next version of the order finds it waiting.
    """
    if not taken:
        return set()
    account = taken[0].incoming.account
    order_ids = {one.order.order_no: one.order_id for one in taken}
    refunds, packages = taken_for(tx, account=account, order_nos=list(order_ids), now=now)
    take_waiting_packages(tx, packages, order_ids, brand_id=account.brand_id, now=now)
    touched = take_waiting_refunds(tx, refunds, order_ids, brand_id=account.brand_id, now=now)
    return touched | {order_ids[one.record.order_no] for one in packages}


def _change(one: _Taken, snapshots: Mapping[int, Snapshot]) -> Change:
    snapshot = snapshots.get(one.order_id) or _fresh(one)
    return Change(Step.NEW if one.is_new else Step.CHANGED, snapshot)


def _fresh(one: _Taken) -> Snapshot:
    """Return a new order as the rules see it, without asking the database."""
    order, account = one.order, one.incoming.account
    return Snapshot(
        order_id=one.order_id,
        brand_id=account.brand_id,
        channel_account_id=account.id,
        order_no=order.order_no,
        customer_id=one.customer.customer_id if one.customer else None,
        kind=order.kind,
        status=order.status,
        ordered_at=order.ordered_at,
        paid_at=order.paid_at,
        completed_at=rules.completed_at(order),
        points_paid_minor=rules.paid_with(order.payments, PaymentKind.POINTS),
        bonus_paid_minor=rules.paid_with(order.payments, PaymentKind.STORED_BONUS),
        disputed=False,
        lines=rules.fresh_lines(order),
    )


def _header(one: _Taken, now: datetime) -> Row:
    order, account = one.order, one.incoming.account
    return (
        bucket_of(one.order_id),
        one.order_id,
        account.brand_id,
        account.id,
        order.order_no,
        one.incoming.record_id,
        order.kind,
        order.status,
        order.close_reason,
        order.parent_no,
        order.exchange_of_refund_no,
        order.checkout_id,
        one.customer.customer_id if one.customer else None,
        one.person.identifier_id if one.person else None,
        order.store,
        order.serving_guide,
        order.source_guide,
        order.source_store,
        _origin_json(order.origin),
        order.ordered_at,
        order.paid_at,
        order.shipped_at,
        rules.completed_at(order),
        order.list_minor,
        order.discount_minor,
        order.freight_minor,
        order.paid_minor,
        order.receiver_city,
        attributes_json(order.attributes),
        order.updated_at,
        now,
    )


def _lines(one: _Taken) -> list[Row]:
    bucket, brand_id = bucket_of(one.order_id), one.incoming.account.brand_id
    return [
        _line(line, place, bucket, one.order_id, brand_id)
        for place, line in enumerate(one.order.lines)
    ]


def _line(line: Line, place: int, bucket: int, order_id: int, brand_id: int) -> Row:
    return (
        bucket,
        order_id,
        brand_id,
        place,
        line.line_id,
        line.sku,
        line.name,
        line.quantity,
        line.list_minor,
        line.paid_minor,
        line.status,
        line.signed_at,
        line.completed_at,
        line.store,
        line.serving_guide,
        line.source_guide,
        line.source_store,
        line.exchanged_line_id,
        _allocations_json(line.allocations) if line.allocations else None,
        attributes_json(line.attributes) if line.attributes else None,
    )


def _parties(one: _Taken) -> list[Row]:
    bucket, brand_id = bucket_of(one.order_id), one.incoming.account.brand_id
    return [
        (bucket, one.order_id, brand_id, place, party.role, party.identifier_id)
        for place, party in enumerate(one.parties)
    ]


def _allocations_json(allocations: Sequence[Allocation]) -> str:
    parts = [
        {"kind": part.kind, "bearer": part.bearer, "amount_minor": part.amount_minor}
        for part in allocations
    ]
    return orjson.dumps(parts).decode()


def _origin_json(origin: Origin | None) -> str | None:
    return None if origin is None else origin.model_dump_json(exclude_none=True)


def attributes_json(attributes: Mapping[str, str]) -> str | None:
    """Return what the source told beyond the schema as JSON, or None when it told nothing."""
    return orjson.dumps(dict(attributes)).decode() if attributes else None
