"""Moves orders between customers when persons merge or split, and forgets who was behind them."""

from collections.abc import Mapping, Sequence

from huitong.orders import tables
from huitong.orders.operations.waiting import bucket_of_order_no
from huitong.platform.db import Tx, array, text_array


def reassign(tx: Tx, targets: Mapping[int, int]) -> int:
    """Give every order of some customers to the target of each; return how many moved.

    Nobody who is moved is a target. Where an order came from stays on it, so that `give_back` can
    undo this.
    """
    params = {"sources": array(targets), "targets": array(targets.values())}
    return tx.execute(tables.REASSIGN, {"group_id": tx.scope.group_id, **params})


def give_back(tx: Tx, *, source: int, target: int, identifier_ids: Sequence[int]) -> list[int]:
    """Give back to the source what came from it, and what came since with its own identifiers.

    Returns the orders that moved back from the target (decision 22).
    """
    moved = tx.rows(
        tables.GIVE_BACK,
        {
            "group_id": tx.scope.group_id,
            "source": source,
            "target": target,
            "identifier_ids": list(identifier_ids),
        },
    )
    return [row[0] for row in moved]


def erase(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Forget what in the customers' orders could point at a person; the sale itself stays.

    Cities, parties, shared links, free text and what the source told beyond the schema go, and so
    does what waited for these orders.
    """
    erase_waiting(tx, customer_ids)
    params = {"group_id": tx.scope.group_id, "customer_ids": list(customer_ids)}
    for forget in (
        tables.ERASE_PARTIES,
        tables.ERASE_PAYMENTS,
        tables.ERASE_LINES,
        tables.ERASE_REFUNDS,
        tables.ERASE_PACKAGES,
    ):
        tx.execute(forget, params)
    return tx.execute(tables.ERASE_HEADERS, params)


def erase_waiting(tx: Tx, customer_ids: Sequence[int]) -> int:
    """Delete the refunds and packages that wait, or waited, for the customers' orders."""
    return tx.execute(tables.ERASE_WAITING, _numbers_of(tx, customer_ids))


def records_of(tx: Tx, customer_ids: Sequence[int]) -> list[int]:
    """Return the inbox records of the customers' orders, refunds, packages and what waits."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    known = tx.rows(tables.RECORDS_OF_CUSTOMERS, params)
    waiting = tx.rows(tables.WAITING_OF_ORDERS, _numbers_of(tx, customer_ids))
    return sorted({row[0] for row in (*known, *waiting)})


def _numbers_of(tx: Tx, customer_ids: Sequence[int]) -> dict[str, object]:
    """Return, as parameters, where records wait that name the customers' orders."""
    params = {"group_id": tx.scope.group_id, "customer_ids": array(customer_ids)}
    found = tx.rows(tables.NUMBERS_OF_CUSTOMERS, params)
    return {
        "group_id": tx.scope.group_id,
        "buckets": array([bucket_of_order_no(order_no) for _, _, order_no in found]),
        "brands": array([brand_id for brand_id, _, _ in found]),
        "accounts": array([account_id for _, account_id, _ in found]),
        "order_nos": text_array([order_no for _, _, order_no in found]),
    }
