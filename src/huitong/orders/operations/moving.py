"""Moves orders between customers when persons merge or split, and forgets who was behind them."""

from collections.abc import Sequence

from huitong.orders import tables
from huitong.platform.db import Tx


def reassign(tx: Tx, *, source: int, target: int) -> int:
    """Give every order of the source customer to the target; return how many moved.

    Where an order came from stays on it, so that `give_back` can undo this.
    """
    return tx.execute(
        tables.REASSIGN,
        {"group_id": tx.scope.group_id, "source": source, "target": target},
    )


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

    Cities, parties, shared links, free text and what the source told beyond the schema go.
    """
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
