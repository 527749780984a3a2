"""Reads of the catalogue."""

from collections.abc import Iterable, Sequence

from huitong.catalog import tables
from huitong.catalog.model import Sku
from huitong.platform.db import ReadTx, text_array


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
