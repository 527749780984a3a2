"""Reads of the catalogue."""

from collections.abc import Iterable, Sequence
from datetime import date

from huitong import org
from huitong.catalog import tables
from huitong.catalog.model import Sku, StockKnown, StockShown
from huitong.platform.db import ReadTx, text_array

STOCKS_LIMIT_MAX = 10_000


def find_skus(tx: ReadTx, *, brand_id: int, codes: Iterable[str]) -> dict[str, Sku]:
    """Return the brand's items by code; unknown codes are left out."""
    rows = tx.rows(
        tables.SKUS_BY_CODE,
        {
            "group_id": tx.scope.group_id,
            "brand_id": brand_id,
            "codes": text_array(sorted(set(codes))),
        },
    )
    return {row[1]: Sku._make(row) for row in rows}


def find_paths(
    tx: ReadTx, *, brand_id: int, codes: Iterable[str], below: Iterable[str]
) -> dict[str, Sequence[str]]:
    """Return the category paths of the brand's items that stand below some top categories.

    By code; an item that is unknown or stands elsewhere is left out, so little travels.
    """
    rows = tx.rows(
        tables.PATHS_BELOW,
        {
            "group_id": tx.scope.group_id,
            "brand_id": brand_id,
            "codes": text_array(sorted(set(codes))),
            "tops": text_array(sorted(set(below))),
        },
    )
    return dict(rows)


def stocks_on(
    tx: ReadTx, *, brand_id: int, day: date, limit: int = STOCKS_LIMIT_MAX
) -> list[StockShown]:
    """Return what a brand's stores had on a day, by item and store."""
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "day": day,
        "limit": min(limit, STOCKS_LIMIT_MAX),
    }
    code_of = {store.id: store.code for store in org.stores(tx)}
    return [
        StockShown(sku, code_of[store_id], day, quantity, cost_minor)
        for sku, store_id, quantity, cost_minor in tx.rows(tables.STOCKS_ON, params)
    ]


def stock_known(tx: ReadTx, *, brand_id: int) -> StockKnown:
    """Return of which day a brand's newest stock is, and whether its costs came with it."""
    found = tx.row(tables.STOCK_KNOWN, {"group_id": tx.scope.group_id, "brand_id": brand_id})
    return StockKnown(*found) if found else StockKnown(None, has_cost=False)
