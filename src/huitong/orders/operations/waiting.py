"""Keeps refunds and packages whose order has not come, and hands them over when it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from huitong.channels.model import Fulfilment, RecordKind, Refund
from huitong.orders import tables
from huitong.org.model import ChannelAccount
from huitong.platform.db import Tx
from huitong.platform.ids import bucket_of_digest


@dataclass(frozen=True, slots=True)
class Arrived:
    """A refund or a package to apply: what came, by which account, as which inbox record."""

    channel_account_id: int
    record_id: int
    record: Refund | Fulfilment


def bucket_of_order_no(order_no: str) -> int:
    """Return the bucket of an order whose owner is unknown: its number decides."""
    return bucket_of_digest(blake2b(order_no.encode(), digest_size=2).digest())


def let_orders_by(tx: Tx, *, brand_id: int) -> None:
    """Let no record begin to wait in this brand before this transaction's orders can be seen."""
    tx.execute(tables.LET_ORDERS_BY, {"brand_id": brand_id})


def bar_orders(tx: Tx, *, brand_id: int) -> None:
    """Wait until the brand's orders under way are there, and let none come before this is over."""
    tx.execute(tables.BAR_ORDERS, {"brand_id": brand_id})


def keep(tx: Tx, arrived: Sequence[Arrived], *, brand_id: int, now: datetime) -> None:
    """Keep records whose order is unknown until it arrives; a newer version replaces an older."""
    rows = [
        (
            bucket_of_order_no(one.record.order_no),
            brand_id,
            one.channel_account_id,
            one.record.order_no,
            one.record.kind_of_record,
            one.record.external_id(),
            one.record_id,
            one.record.model_dump_json(),
            now,
        )
        for one in arrived
    ]
    tx.write(tables.KEEP_WAITING, tables.WAITING, rows)


def taken_for(
    tx: Tx, *, account: ChannelAccount, order_nos: Sequence[str], now: datetime
) -> tuple[list[Arrived], list[Arrived]]:
    """Return the refunds and the packages that waited for these orders, and mark them taken."""
    found = tx.rows(
        tables.TAKE_WAITING,
        {
            "group_id": tx.scope.group_id,
            "now": now,
            "buckets": sorted({bucket_of_order_no(order_no) for order_no in order_nos}),
            "account": account.id,
            "brand_id": account.brand_id,
            "order_nos": list(order_nos),
        },
    )
    refunds, packages = [], []
    for kind, account_id, record_id, record in sorted(found, key=lambda row: int(row[2])):
        if kind == RecordKind.REFUND:
            refunds.append(Arrived(account_id, record_id, Refund.model_validate_json(record)))
        else:
            packages.append(Arrived(account_id, record_id, Fulfilment.model_validate_json(record)))
    return refunds, packages
