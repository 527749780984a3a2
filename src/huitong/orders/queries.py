"""Reads of `orders`: what the rules see, what a page shows, what a lake takes."""

from collections import defaultdict
from collections.abc import Sequence

from psycopg.rows import TupleRow

from huitong.channels.model import OrderKind, OrderStatus, PaymentKind
from huitong.orders import rules, tables
from huitong.orders.model import LineSnapshot, Snapshot
from huitong.orders.rules import LinePosition
from huitong.platform.db import ReadTx, array


def snapshots_of(tx: ReadTx, order_ids: Sequence[int]) -> dict[int, Snapshot]:
    """Return orders as the rules see them, by id; what is not visible is left out."""
    if not order_ids:
        return {}
    params = {"group_id": tx.scope.group_id, "ids": array(order_ids)}
    lines: dict[int, list[LineSnapshot]] = defaultdict(list)
    for row in tx.rows(tables.LOAD_LINES, params):
        lines[row[0]].append(_line(row))
    tender = {(row[0], row[1]): int(row[2]) for row in tx.rows(tables.LOAD_TENDER, params)}
    return {
        row[0]: Snapshot(
            order_id=row[0],
            brand_id=row[1],
            channel_account_id=row[2],
            order_no=row[3],
            customer_id=row[4],
            kind=OrderKind(row[5]),
            status=OrderStatus(row[6]),
            ordered_at=row[7],
            paid_at=row[8],
            completed_at=row[9],
            points_paid_minor=tender.get((row[0], PaymentKind.POINTS), 0),
            bonus_paid_minor=tender.get((row[0], PaymentKind.STORED_BONUS), 0),
            disputed=row[10],
            lines=tuple(lines[row[0]]),
        )
        for row in tx.rows(tables.LOAD_HEADERS, params)
    }


def positions_of(tx: ReadTx, order_ids: Sequence[int]) -> dict[int, dict[str, LinePosition]]:
    """Return what has come back of each line, by order and line id."""
    positions: dict[int, dict[str, LinePosition]] = {order_id: {} for order_id in order_ids}
    params = {"group_id": tx.scope.group_id, "ids": array(order_ids)}
    for row in tx.rows(tables.LOAD_LINES, params):
        positions[row[0]][row[1]] = LinePosition(row[1], *row[3:8])
    return positions


def _line(row: TupleRow) -> LineSnapshot:
    position = LinePosition(row[1], *row[3:8])
    allocations = rules.allocations_of(row[8])
    return LineSnapshot(
        line_id=row[1],
        sku=row[2],
        quantity=position.quantity,
        paid_minor=position.paid_minor,
        returned_minor=position.returned_minor(),
        platform_minor=rules.platform_minor(allocations),
        order_discount_minor=rules.order_discount_minor(allocations),
    )
