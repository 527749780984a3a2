"""Reads of `orders`: what the rules see, what a page shows, what a lake takes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from psycopg.rows import TupleRow

from huitong.channels.model import OrderKind, OrderStatus, PaymentKind
from huitong.customers.model import Classed
from huitong.orders import rules, tables
from huitong.orders.model import (
    AllocationShown,
    Bought,
    LineShown,
    LineSnapshot,
    OrderShown,
    OrderTotals,
    PackageShown,
    PaymentShown,
    RefundOfCustomer,
    RefundShown,
    Snapshot,
    WaitingCount,
    WaitingShown,
)
from huitong.orders.rules import LinePosition, SignedPackage
from huitong.orders.tables import erasing, of_customers
from huitong.orders.tables import waiting as waiting_sql
from huitong.orders.tables.classifying import CLASSES_OF
from huitong.orders.tables.visible import VISIBLE_BUYERS, VISIBLE_ORDERS
from huitong.platform.db import ReadTx, array, text_array
from huitong.platform.seen import Seen

EXPORT_STEP_ORDERS = 500


def snapshots_of(tx: ReadTx, order_ids: Sequence[int]) -> dict[int, Snapshot]:
    """Return orders as the rules see them, by id; what is not visible is left out."""
    if not order_ids:
        return {}
    params = {"group_id": tx.scope.group_id, "ids": array(order_ids)}
    lines: dict[int, list[LineSnapshot]] = defaultdict(list)
    kept: dict[int, dict[str, int]] = defaultdict(dict)
    for row in tx.rows(tables.LOAD_LINES, params):
        lines[row[0]].append(_line(row))
        kept[row[0]][row[1]] = row[3] - row[5]
    headers = tx.rows(tables.LOAD_HEADERS, params)
    signed = _signed_for(tx, {row[0]: kept[row[0]] for row in headers if row[9] is None})
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
            completed_at=row[9] or signed.get(row[0]),
            points_paid_minor=tender.get((row[0], PaymentKind.POINTS), 0),
            bonus_paid_minor=tender.get((row[0], PaymentKind.STORED_BONUS), 0),
            disputed=row[10],
            lines=tuple(lines[row[0]]),
        )
        for row in headers
    }


def waiting_counts(tx: ReadTx) -> list[WaitingCount]:
    """Return how much waits for orders that have not come, by account and kind."""
    return tx.all(WaitingCount, waiting_sql.COUNT_WAITING, {"group_id": tx.scope.group_id})


def waiting(tx: ReadTx, *, after_id: int | None, limit: int) -> list[WaitingShown]:
    """Return what waits for orders, by its record; the next page begins after the last one's."""
    wanted = {"group_id": tx.scope.group_id, "after_id": after_id, "limit": limit}
    return tx.all(WaitingShown, waiting_sql.LIST_WAITING, wanted)


def _signed_for(tx: ReadTx, kept: Mapping[int, Mapping[str, int]]) -> Mapping[int, datetime | None]:
    """Return when orders that do not say when they were completed were signed for, if all is."""
    if not kept:
        return {}
    packages: dict[int, list[SignedPackage]] = defaultdict(list)
    params = {"group_id": tx.scope.group_id, "ids": array(list(kept))}
    for order_id, signed_at, packed in tx.rows(tables.LOAD_PACKAGES, params):
        pieces = {line["line_id"]: line["quantity"] for line in packed}
        packages[order_id].append(SignedPackage(signed_at, pieces))
    return {
        order_id: rules.signed_for_at(kept[order_id], found) for order_id, found in packages.items()
    }


def positions_of(tx: ReadTx, order_ids: Sequence[int]) -> dict[int, dict[str, LinePosition]]:
    """Return what has come back of each line, by order and line id."""
    positions: dict[int, dict[str, LinePosition]] = {order_id: {} for order_id in order_ids}
    params = {"group_id": tx.scope.group_id, "ids": array(order_ids)}
    for row in tx.rows(tables.LOAD_LINES, params):
        positions[row[0]][row[1]] = LinePosition(row[1], *row[3:8])
    return positions


def show(tx: ReadTx, order_ids: Sequence[int]) -> list[OrderShown]:
    """Return orders as people see them, in the order asked; what is not visible is left out."""
    params = {"group_id": tx.scope.group_id, "ids": array(order_ids)}
    headers = {row[0]: row for row in tx.rows(tables.SHOW_HEADERS, params)}
    lines = _by_order(tx.rows(tables.SHOW_LINES, params))
    payments = _by_order(tx.rows(tables.SHOW_PAYMENTS, params))
    refunds = _by_order(tx.rows(tables.SHOW_REFUNDS, params))
    packages = _by_order(tx.rows(tables.SHOW_PACKAGES, params))
    parts: list[TupleRow] = [
        (
            *_header(headers[one]),
            tuple(LineShown(*row) for row in lines[one]),
            tuple(PaymentShown(*row) for row in payments[one]),
            tuple(RefundShown(*row) for row in refunds[one]),
            tuple(PackageShown(*row) for row in packages[one]),
        )
        for one in order_ids
        if one in headers
    ]
    return [OrderShown(*part) for part in parts]


def numbers_of(tx: ReadTx, order_ids: Collection[int]) -> dict[int, str]:
    """Return what orders are called by those who sold them; what is not visible is left out."""
    params = {"group_id": tx.scope.group_id, "ids": array(sorted(order_ids))}
    return dict(tx.rows(tables.SHOW_NUMBERS, params))


def orders_of_customer(
    tx: ReadTx,
    customer_id: int,
    *,
    before: tuple[datetime, int] | None,
    limit: int,
    seen: Seen | None = None,
) -> list[OrderShown]:
    """Return a customer's orders, the latest first; `before` is the last one's time and id.

    With `seen` those that a caller sees: sold in one of their stores, or by themselves.
    """
    narrowed = seen is not None and not seen.everything()
    stores = seen.of_stores() if seen is not None and narrowed else {}
    before_at, before_id = before or (datetime.max.replace(tzinfo=UTC), 0)
    found = tx.rows(
        tables.LIST_OF_CUSTOMER,
        {
            "group_id": tx.scope.group_id,
            "customer_id": customer_id,
            "before_at": before_at,
            "before_id": before_id,
            "limit": limit,
            "narrowed": narrowed,
            "store_codes": text_array(sorted(stores.values())),
            "staff_codes": text_array(sorted(seen.selves.values()) if seen is not None else []),
        },
    )
    return show(tx, [row[0] for row in found])


def totals_of(tx: ReadTx, customer_ids: Sequence[int]) -> dict[int, OrderTotals]:
    """Return how much customers have ordered, by customer; who never did is left out."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(sorted(set(customer_ids)))}
    rows = tx.rows(tables.TOTALS_OF_CUSTOMERS, params)
    return {customer_id: OrderTotals(*totals) for customer_id, *totals in rows}


def bought_by(tx: ReadTx, customer_ids: Sequence[int], *, since: datetime) -> dict[int, Bought]:
    """Return what customers bought, by their ids: `spent_minor` since an instant, without returns.

    Whoever paid for nothing is left out.
    """
    params = {
        "group_id": tx.scope.group_id,
        "customer_ids": array(customer_ids),
        "since": since,
    }
    return {
        row[0]: Bought(orders=row[1], last_at=row[2], spent_minor=row[3] - row[4])
        for row in tx.rows(of_customers.BOUGHT_BY, params)
    }


def allocations_of(tx: ReadTx, order_ids: Sequence[int]) -> list[AllocationShown]:
    """Return which discounts fell on the lines of orders, and who bears them."""
    params = {"group_id": tx.scope.group_id, "ids": array(order_ids)}
    return [AllocationShown(*row) for row in tx.rows(of_customers.ALLOCATIONS_OF, params)]


def refunds_of_customer(
    tx: ReadTx, customer_id: int, *, before: tuple[datetime, int], limit: int
) -> list[RefundOfCustomer]:
    """Return a customer's after-sales, the latest first, before a time and id."""
    before_at, before_id = before
    params = {
        "group_id": tx.scope.group_id,
        "customer_id": customer_id,
        "before_at": before_at,
        "before_id": before_id,
        "limit": limit,
    }
    return [RefundOfCustomer(*row) for row in tx.rows(of_customers.REFUNDS_OF_CUSTOMER, params)]


def export(tx: ReadTx, customer_ids: Sequence[int]) -> list[dict[str, object]]:
    """Return every order of customers whole, the latest first, personal fields included.

    Only for the persons themselves, or with the permission to see personal values.
    """
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    order_ids = [row[0] for row in tx.rows(erasing.IDS_OF_CUSTOMERS, params)]
    told: list[dict[str, object]] = []
    for first in range(0, len(order_ids), EXPORT_STEP_ORDERS):
        part = order_ids[first : first + EXPORT_STEP_ORDERS]
        wanted = {"group_id": tx.scope.group_id, "ids": array(part)}
        further = {row[0]: row[1:] for row in tx.rows(erasing.EXPORT_ORDERS, wanted)}
        for shown in show(tx, part):
            city, origin, attributes = further[shown.id]
            personal = {"receiver_city": city, "origin": origin, "attributes": attributes}
            told.append({**asdict(shown), **personal})
    return told


def classes_of(tx: ReadTx, order_ids: Sequence[int]) -> dict[int, frozenset[Classed]]:
    """Return what kind of sale orders are, by order; an ordinary one is left out."""
    if not order_ids:
        return {}
    classes: defaultdict[int, set[Classed]] = defaultdict(set)
    params = {"group_id": tx.scope.group_id, "order_ids": array(order_ids)}
    for order_id, classed in tx.rows(CLASSES_OF, params):
        classes[order_id].add(Classed(classed))
    return {order_id: frozenset(found) for order_id, found in classes.items()}


def orders_since(tx: ReadTx, since: Mapping[int, datetime]) -> list[int]:
    """Return the orders of customers from an instant of each on, the oldest first."""
    params = {
        "group_id": tx.scope.group_id,
        "customer_ids": list(since),
        "since": list(since.values()),
    }
    return [int(row[0]) for row in tx.rows(tables.ORDERS_SINCE, params)] if since else []


def visible(tx: ReadTx, *, order_ids: Collection[int], seen: Seen) -> frozenset[int]:
    """Return which orders a narrowed caller sees: sold in one of their stores, or by themselves."""
    params = {
        "group_id": tx.scope.group_id,
        "ids": array(order_ids),
        "store_codes": text_array(sorted(seen.of_stores().values())),
        "staff_codes": text_array(sorted(seen.selves.values())),
    }
    return frozenset(row[0] for row in tx.rows(VISIBLE_ORDERS, params))


def visible_buyers(tx: ReadTx, *, customer_ids: Collection[int], seen: Seen) -> frozenset[int]:
    """Return which living customers bought something in a store of a narrowed caller."""
    params = {
        "group_id": tx.scope.group_id,
        "customer_ids": array(customer_ids),
        "store_codes": text_array(sorted(seen.of_stores().values())),
    }
    return frozenset(row[0] for row in tx.rows(VISIBLE_BUYERS, params))


def find_by_numbers(tx: ReadTx, numbers: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Return by channel account and number the orders that are known under them."""
    wanted = {
        "group_id": tx.scope.group_id,
        "account_ids": array([account_id for account_id, _ in numbers]),
        "order_nos": text_array([order_no for _, order_no in numbers]),
    }
    return {(row[0], row[1]): row[2] for row in tx.rows(tables.FIND_BY_NUMBERS, wanted)}


def _header(row: TupleRow) -> TupleRow:
    return (*row[:4], OrderKind(row[4]), OrderStatus(row[5]), *row[6:])


def _by_order(rows: Sequence[TupleRow]) -> defaultdict[int, list[TupleRow]]:
    found: defaultdict[int, list[TupleRow]] = defaultdict(list)
    for order_id, *row in rows:
        found[order_id].append(tuple(row))
    return found


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
