"""Reads of ordinals: from customers to their places in the bitmaps, and back."""

from collections.abc import Sequence

from huitong.platform.db import ReadTx, array
from huitong.platform.ids import bucket_of
from huitong.segments.tables import ordinals as tables


def ordinals_of(tx: ReadTx, customer_ids: Sequence[int]) -> dict[int, int]:
    """Return the ordinals of those customers who have one."""
    ids = sorted(set(customer_ids))
    params = {
        "group_id": tx.scope.group_id,
        "buckets": array([bucket_of(each) for each in ids]),
        "customer_ids": array(ids),
    }
    return dict(tx.rows(tables.FIND_ORDINALS, params))


def customers_at(tx: ReadTx, ordinals: Sequence[int], *, brand_id: int) -> dict[int, int]:
    """Return the living customers at the ordinals, by ascending ordinal."""
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "ordinals": array(ordinals),
    }
    return dict(tx.rows(tables.FIND_CUSTOMERS, params))
