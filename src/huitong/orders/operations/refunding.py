"""Takes refunds: each moves what has come back of its order's lines, never beyond the sale."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from psycopg.rows import TupleRow

from huitong import customers
from huitong.channels.model import Incoming, Payment, Refund, RefundLine, RefundStatus
from huitong.orders import rules, tables
from huitong.orders.events import WaitingRefused
from huitong.orders.model import CHANGE, Change, RefundOfAnotherOrder, Step, UnknownLine
from huitong.orders.operations import waiting
from huitong.orders.operations.erasing import stripped
from huitong.orders.operations.waiting import Arrived
from huitong.orders.queries import positions_of, snapshots_of
from huitong.orders.rules import LinePosition
from huitong.platform.db import Row, Tx
from huitong.platform.errors import DomainError, Ok, Refused
from huitong.platform.ids import bucket_of
from huitong.platform.page import Outcome, Page


@dataclass(frozen=True, slots=True)
class _Placed:
    """A refund of a known order, with its own id and what it had given back before, if known.

    `is_strange` when it was known as a refund of another order.
    """

    arrived: Arrived
    refund: Refund
    order_id: int
    refund_id: int
    before: tuple[RefundLine, ...]
    is_strange: bool


def apply_refunds(tx: Tx, page: Page, now: datetime) -> Sequence[Outcome]:
    """Take a page of refunds of one channel account; those whose order is unknown wait for it.

    Leaves the note `CHANGE`. A refund beyond what was sold is refused by itself.
    """
    incoming = [one for one in page.records if isinstance(one, Incoming)]
    arrived = [
        Arrived(one.account.id, one.record_id, one.record)
        for one in incoming
        if isinstance(one.record, Refund)
    ]
    assert len(arrived) == len(page.records), "A page of refunds holds refunds only."
    account = incoming[0].account
    order_nos = [one.record.order_no for one in arrived]
    if len(_find(tx, account.id, order_nos)) < len(set(order_nos)):
        waiting.bar_orders(tx, brand_id=account.brand_id)
    order_ids = _lock_owners(tx, account.id, order_nos)
    early = [one for one in arrived if one.record.order_no not in order_ids]
    waiting.keep(tx, early, brand_id=account.brand_id, now=now)
    refusals = _apply(tx, arrived, order_ids, brand_id=account.brand_id, now=now)
    snapshots = snapshots_of(tx, sorted(set(order_ids.values())))
    page.put(
        CHANGE,
        [
            Change(Step.REFUNDED, snapshots[order_ids[one.record.order_no]])
            if one.record.order_no in order_ids
            else Change(Step.WAITING, None)
            for one in arrived
        ],
    )
    return [refusals.get(one.record.external_id(), Ok(None)) for one in arrived]


def take_waiting_refunds(
    tx: Tx,
    arrived: Sequence[Arrived],
    order_ids: Mapping[str, int],
    *,
    brand_id: int,
    now: datetime,
) -> set[int]:
    """Apply refunds that waited for these orders, and return the orders they touched.

    One that is refused now is told to the inbox, where it can be seen and retried.
    """
    refusals = _apply(tx, arrived, order_ids, brand_id=brand_id, now=now)
    for one in arrived:
        refused = refusals.get(one.record.external_id())
        if refused is not None:
            tx.emit(WaitingRefused(one.record_id, refused))
    return {order_ids[one.record.order_no] for one in arrived}


def _find(tx: Tx, account_id: int, order_nos: Sequence[str]) -> list[TupleRow]:
    wanted = sorted(set(order_nos))
    params = {"group_id": tx.scope.group_id, "account": account_id, "order_nos": wanted}
    return tx.rows(tables.FIND_ORDERS, params)


def _lock_owners(tx: Tx, account_id: int, order_nos: Sequence[str]) -> dict[str, int]:
    """Return known orders by number, with their customers locked as every page does first."""
    found = _find(tx, account_id, order_nos)
    customers.lock_customers(
        tx, {customer_id for _, _, customer_id in found if customer_id is not None}
    )
    return {str(order_no): int(order_id) for order_no, order_id, _ in found}


def _apply(
    tx: Tx,
    arrived: Sequence[Arrived],
    order_ids: Mapping[str, int],
    *,
    brand_id: int,
    now: datetime,
) -> dict[str, Refused]:
    """Move the lines of known orders; answer refusals by refund number."""
    if not order_ids or not arrived:
        return {}
    _lock(tx, sorted(set(order_ids.values())))
    placed = _place(tx, stripped(tx, arrived, order_ids), order_ids)
    positions = positions_of(tx, sorted({one.order_id for one in placed}))
    moved: set[tuple[int, str]] = set()
    kept: list[_Placed] = []
    refusals: dict[str, Refused] = {}
    for one in placed:
        lines = dict(positions[one.order_id])
        try:
            touched = _move(lines, one)
        except DomainError as refusal:
            refusals[one.refund.refund_no] = refusal.as_refused()
            continue
        positions[one.order_id] = lines
        moved |= {(one.order_id, line_id) for line_id in touched}
        kept.append(one)
    _write(tx, kept, brand_id, now)
    rows = [
        _position(order_id, positions[order_id][line_id]) for order_id, line_id in sorted(moved)
    ]
    tx.write(tables.MOVE_POSITIONS, tables.LINE_POSITION, rows)
    return refusals


def _lock(tx: Tx, order_ids: Sequence[int]) -> None:
    # The customers are locked already; this holds orders that belong to nobody yet.
    tx.execute(
        tables.LOCK_HEADERS,
        {
            "group_id": tx.scope.group_id,
            "buckets": sorted({bucket_of(order_id) for order_id in order_ids}),
            "ids": list(order_ids),
        },
    )


def _place(tx: Tx, arrived: Sequence[Arrived], order_ids: Mapping[str, int]) -> list[_Placed]:
    """Pair each refund with its order, its id, and what an earlier version of it gave back."""
    refunds = [(one, one.record) for one in arrived if isinstance(one.record, Refund)]
    refunds = [(one, refund) for one, refund in refunds if refund.order_no in order_ids]
    if not refunds:
        return []
    found = {
        str(refund_no): (int(refund_id), status, int(order_id))
        for refund_no, refund_id, status, order_id in tx.rows(
            tables.FIND_REFUNDS,
            {
                "account": refunds[0][0].channel_account_id,
                "refund_nos": [refund.refund_no for _, refund in refunds],
            },
        )
    }
    before = _lines_before(
        tx, [refund_id for refund_id, status, _ in found.values() if status == RefundStatus.DONE]
    )
    fresh = iter(
        tx.new_ids(
            [
                bucket_of(order_ids[refund.order_no])
                for _, refund in refunds
                if refund.refund_no not in found
            ]
        )
    )
    placed = []
    for one, refund in refunds:
        refund_id = found[refund.refund_no][0] if refund.refund_no in found else next(fresh)
        order_id = order_ids[refund.order_no]
        is_strange = refund.refund_no in found and found[refund.refund_no][2] != order_id
        lines = tuple(before[refund_id])
        placed.append(_Placed(one, refund, order_id, refund_id, lines, is_strange))
    return placed


def _lines_before(tx: Tx, refund_ids: Sequence[int]) -> dict[int, list[RefundLine]]:
    before: dict[int, list[RefundLine]] = defaultdict(list)
    if refund_ids:
        for refund_id, line_id, quantity, amount_minor in tx.rows(
            tables.FIND_REFUND_LINES, {"group_id": tx.scope.group_id, "ids": list(refund_ids)}
        ):
            line = RefundLine(line_id=line_id, quantity=quantity, amount_minor=amount_minor)
            before[refund_id].append(line)
    return before


def _move(lines: dict[str, LinePosition], one: _Placed) -> list[str]:
    """Take back what an earlier version gave, give what this one does; answer the moved lines.

    :raises RefundOfAnotherOrder: when it was told of another order before.
    :raises UnknownLine: when the order has no such line.
    :raises RefundBeyondSale: when more would come back than was sold.
    """
    refund = one.refund
    if one.is_strange:
        raise RefundOfAnotherOrder(refund_no=refund.refund_no, order_no=refund.order_no)
    for line in (*one.before, *refund.lines):
        if line.line_id not in lines:
            raise UnknownLine(
                order_no=refund.order_no, line_id=line.line_id, record_no=refund.refund_no
            )
    for line in one.before:
        lines[line.line_id] = rules.before_refund(lines[line.line_id], line)
    if refund.status is RefundStatus.DONE:
        for line in refund.lines:
            lines[line.line_id] = rules.after_refund(
                lines[line.line_id], line, refund_no=refund.refund_no, order_no=refund.order_no
            )
    return [line.line_id for line in (*one.before, *refund.lines)]


def _lines_after(one: _Placed) -> list[RefundLine]:
    """Return the lines to keep: a place that the newer version does not fill gives nothing back."""
    gone = one.before[len(one.refund.lines) :]
    return [*one.refund.lines, *(RefundLine(line_id=line.line_id, amount_minor=0) for line in gone)]


def _write(tx: Tx, placed: Sequence[_Placed], brand_id: int, now: datetime) -> None:
    tx.write(tables.UPSERT_REFUNDS, tables.REFUND, [_refund(one, brand_id, now) for one in placed])
    rows = [
        (
            bucket_of(one.order_id),
            one.refund_id,
            brand_id,
            one.order_id,
            place,
            line.line_id,
            line.quantity,
            line.amount_minor,
        )
        for one in placed
        for place, line in enumerate(_lines_after(one))
    ]
    tx.write(tables.UPSERT_REFUND_LINES, tables.REFUND_LINE, rows)
    counts = [(bucket_of(one.order_id), one.refund_id, len(one.refund.lines)) for one in placed]
    tx.write(tables.DROP_REFUND_LINES, tables.PART_COUNT, counts)


def _refund(one: _Placed, brand_id: int, now: datetime) -> Row:
    refund = one.refund
    return (
        bucket_of(one.order_id),
        one.refund_id,
        brand_id,
        one.order_id,
        one.arrived.channel_account_id,
        refund.refund_no,
        one.arrived.record_id,
        refund.kind,
        refund.stage,
        refund.status,
        refund.refunded_at,
        refund.amount_minor,
        refund.reason,
        refund.return_store,
        refund.payer,
        refund.exchange_order_no,
        _payments_json(refund.payments),
        orjson.dumps(refund.attributes).decode() if refund.attributes else None,
        refund.updated_at,
        now,
    )


def _payments_json(payments: Sequence[Payment]) -> str | None:
    if not payments:
        return None
    return orjson.dumps([payment.model_dump(mode="json") for payment in payments]).decode()


def _position(order_id: int, position: LinePosition) -> Row:
    return (
        bucket_of(order_id),
        order_id,
        position.line_id,
        position.refunded_quantity,
        position.refunded_minor,
        position.money_only_minor,
    )
