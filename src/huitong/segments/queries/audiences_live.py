"""What PostgreSQL tells of value at the moment it is asked: tiers and points."""

import numpy as np

from huitong.platform.conditions import Value
from huitong.platform.conditions.tree import FieldLeaf, IsKnown, OneOf, Within
from huitong.platform.db import ReadTx
from huitong.platform.ids import bucket_of
from huitong.segments.rules.bitmaps import Column, column_of_ordinals
from huitong.segments.rules.vocabulary import POINTS, TIER
from huitong.segments.tables import audiences as tables

LIVE_FIELDS = frozenset({TIER, POINTS})


def known_live(tx: ReadTx, leaf: FieldLeaf, *, brand_id: int, ordinals: int) -> Column:
    """Return who meets a leaf on a live field; of `is_known` those of whom it is known."""
    place = {"group_id": tx.scope.group_id, "brand_id": brand_id, "ordinals": ordinals}
    match leaf.field:
        case "tier":
            tiers = [str(one) for one in leaf.in_] if isinstance(leaf, OneOf) else None
            rows = tx.rows(tables.LIVE_TIERS, {"tiers": tiers, **place})
        case "points":
            low, high = _range(leaf)
            bounds = {"low": low, "high": high, "asset": _points_of(brand_id)}
            rows = tx.rows(tables.LIVE_POINTS, {**bounds, **place})
        case other:
            message = f"“{other}” is no live field."
            raise AssertionError(message)
    return column_of_ordinals(np.fromiter((row[0] for row in rows), np.int64, len(rows)))


def live_of_one(tx: ReadTx, customer_id: int, *, brand_id: int) -> dict[str, Value | None]:
    """Return the live fields of one customer."""
    asked = {
        "group_id": tx.scope.group_id,
        "bucket": bucket_of(customer_id),
        "customer_id": customer_id,
        "asset": _points_of(brand_id),
    }
    found = tx.row(tables.LIVE_OF_ONE, asked)
    assert found is not None, "A query without FROM always answers."
    return {POINTS: found[0], TIER: found[1]}


def _range(leaf: FieldLeaf) -> tuple[int | None, int | None]:
    match leaf:
        case Within(at_least=low, less_than=high):
            return low, high  # type: ignore[return-value] # checked: a number is compared with one
        case IsKnown():
            return None, None
        case _:
            message = "A number has ranges, and is known or not."
            raise AssertionError(message)


def _points_of(brand_id: int) -> str:
    """Return the ledger's name of a brand's points."""
    return f"points:{brand_id}"
