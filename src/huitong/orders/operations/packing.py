"""Takes packages: shipped goods attached to the order that sold them, never a sale of their own."""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson

from huitong import customers, org
from huitong.channels.model import Fulfilment, Incoming
from huitong.orders import tables
from huitong.orders.model import CHANGE, Change, SoldInSeveralPlaces, Step, UnknownLine
from huitong.orders.operations import waiting
from huitong.orders.operations.erasing import stripped
from huitong.orders.operations.waiting import Arrived
from huitong.orders.queries import positions_of, snapshots_of
from huitong.platform.db import Row, Tx
from huitong.platform.errors import DomainError, Ok, Refused
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome, Page


def apply_fulfilments(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Take a page of packages; their orders may have come through any account of the brand.

    Leaves the note `CHANGE`; a package whose order is unknown waits for it.
    """
    incoming = [one for one in page.records if isinstance(one, Incoming)]
    arrived = [
        Arrived(one.account.id, one.record_id, one.record)
        for one in incoming
        if isinstance(one.record, Fulfilment)
    ]
    assert len(arrived) == len(page.records), "A page of packages holds packages only."
    account = incoming[0].account
    accounts = [one for one in org.channel_accounts(tx) if one.brand_id == account.brand_id]
    order_nos = sorted({one.record.order_no for one in arrived})
    wanted = {
        "group_id": tx.scope.group_id,
        "accounts": [one.id for one in accounts],
        "order_nos": order_nos,
    }
    found = _sold(tx, wanted)
    if len(found) < len(order_nos):
        waiting.bar_orders(tx, brand_id=account.brand_id)
        found = _sold(tx, wanted)
    customers.lock_customers(
        tx, {one.customer_id for sold in found.values() for one in sold if one.customer_id}
    )
    order_ids = {order_no: _seller(sold, account.id).order_id for order_no, sold in found.items()}
    refusals = _refusals(tx, arrived, found, order_ids)
    early = [one for one in arrived if one.record.order_no not in order_ids]
    waiting.keep(tx, early, brand_id=account.brand_id, now=now)
    known = [
        one for one in arrived if one.record.order_no in order_ids and one.record_id not in refusals
    ]
    _write(tx, known, order_ids, brand_id=account.brand_id, now=now)
    snapshots = snapshots_of(tx, sorted(set(order_ids.values())))
    page.put(
        CHANGE,
        [
            Change(Step.FULFILLED, snapshots[order_ids[one.record.order_no]])
            if one.record.order_no in order_ids
            else Change(Step.WAITING, None)
            for one in arrived
        ],
    )
    return [refusals.get(one.record_id, Ok(None)) for one in arrived]


class _Sold(NamedTuple):
    """An order under a number: which, through which account, and whose."""

    order_id: int
    account_id: int
    customer_id: int | None


def _sold(tx: Tx, wanted: Mapping[str, object]) -> dict[str, list[_Sold]]:
    found: defaultdict[str, list[_Sold]] = defaultdict(list)
    for order_no, *rest in tx.rows(tables.FIND_ORDERS_ANYWHERE, wanted):
        found[order_no].append(_Sold(*rest))
    return found


def _seller(sold: Sequence[_Sold], account_id: int) -> _Sold:
    """Return the order of the account that tells of the package, else that of another account."""
    return next((one for one in sold if one.account_id == account_id), sold[0])


def _refusals(
    tx: Tx,
    arrived: Sequence[Arrived],
    found: Mapping[str, Sequence[_Sold]],
    order_ids: Mapping[str, int],
) -> dict[int, Refused]:
    """Return, by inbox record, why packages fit no order."""
    lines = positions_of(tx, sorted(set(order_ids.values()))) if order_ids else {}
    refusals: dict[int, Refused] = {}
    for one in arrived:
        order_id = order_ids.get(one.record.order_no)
        if order_id is None:
            continue
        sold = found[one.record.order_no]
        own = any(each.account_id == one.channel_account_id for each in sold)
        refusal = _unfit(one, lines[order_id], sellers=1 if own else len(sold))
        if refusal is not None:
            refusals[one.record_id] = refusal.as_refused()
    return refusals


def _unfit(one: Arrived, lines: Container[str], *, sellers: int) -> DomainError | None:
    number, order_no = one.record.external_id(), one.record.order_no
    if sellers > 1:
        return SoldInSeveralPlaces(package_no=number, order_no=order_no, count=sellers)
    for line in one.record.lines:
        if line.line_id not in lines:
            return UnknownLine(order_no=order_no, line_id=line.line_id, record_no=number)
    return None


def take_waiting_packages(
    tx: Tx,
    arrived: Sequence[Arrived],
    order_ids: Mapping[str, int],
    *,
    brand_id: int,
    now: datetime,
) -> None:
    """Attach packages that waited for orders which have come now."""
    _write(tx, arrived, order_ids, brand_id=brand_id, now=now)


def _write(
    tx: Tx,
    arrived: Sequence[Arrived],
    order_ids: Mapping[str, int],
    *,
    brand_id: int,
    now: datetime,
) -> None:
    told = stripped(tx, arrived, order_ids) if arrived else []
    packages = [(one, one.record) for one in told if isinstance(one.record, Fulfilment)]
    if not packages:
        return
    found = {
        (int(account_id), str(package_no)): int(package_id)
        for account_id, package_no, package_id in tx.rows(
            tables.FIND_PACKAGES,
            {
                "accounts": sorted({one.channel_account_id for one, _ in packages}),
                "package_nos": [package.package_no for _, package in packages],
            },
        )
    }
    fresh = tx.new_ids([bucket_of(order_ids[package.order_no]) for _, package in packages])
    rows: list[Row] = []
    for (one, package), new_id in zip(packages, fresh, strict=True):
        order_id = order_ids[package.order_no]
        package_id = found.get((one.channel_account_id, package.package_no), new_id)
        rows.append(
            _package(
                one, package, order_id=order_id, package_id=package_id, brand_id=brand_id, now=now
            )
        )
    tx.write(tables.UPSERT_PACKAGES, tables.PACKAGE, rows)


def _package(
    one: Arrived,
    package: Fulfilment,
    *,
    order_id: int,
    package_id: int,
    brand_id: int,
    now: datetime,
) -> Row:
    lines = [{"line_id": line.line_id, "quantity": line.quantity} for line in package.lines]
    return (
        bucket_of(package_id),
        package_id,
        brand_id,
        order_id,
        one.channel_account_id,
        package.package_no,
        one.record_id,
        package.store,
        package.carrier,
        package.shipped_at,
        package.signed_at,
        orjson.dumps(lines).decode(),
        orjson.dumps(package.attributes).decode() if package.attributes else None,
        package.updated_at,
        now,
    )
