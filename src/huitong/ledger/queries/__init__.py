"""The reads of the ledger: balances, lots, statements, and the check of its promises."""

from huitong.ledger.queries.showing import (
    balances,
    balances_by_asset,
    done,
    export,
    history,
    holders,
    lots,
    lots_from,
    open_hold_keys,
)
from huitong.ledger.queries.timing import movements_before
from huitong.ledger.queries.verifying import verify

__all__ = [
    "balances",
    "balances_by_asset",
    "done",
    "export",
    "history",
    "holders",
    "lots",
    "lots_from",
    "movements_before",
    "open_hold_keys",
    "verify",
]
