"""Takes packages: shipped goods attached to the order that sold them, never a sale of their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson

from huitong import org
from huitong.channels.model import Fulfilment, Incoming
from huitong.orders import tables
from huitong.orders.model import CHANGE, Change, Step
from huitong.orders.operations import waiting
from huitong.orders.operations.waiting import Arrived
from huitong.orders.queries import snapshots_of
from huitong.platform.db import Row, Tx
from huitong.platform.errors import Ok
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
    found = tx.rows(tables.FIND_ORDERS_ANYWHERE, wanted)
    if len(found) < len(order_nos):
        waiting.bar_orders(tx, brand_id=account.brand_id)
        found = tx.rows(tables.FIND_ORDERS_ANYWHERE, wanted)
    order_ids = {str(order_no): int(order_id) for order_no, order_id in found}
    early = [one for one in arrived if one.record.order_no not in order_ids]
    waiting.keep(tx, early, brand_id=account.brand_id, now=now)
    known = [one for one in arrived if one.record.order_no in order_ids]
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
    return [Ok(None)] * len(arrived)


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
    packages = [(one, one.record) for one in arrived if isinstance(one.record, Fulfilment)]
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
