"""From customers that the lake answered to their places in the bitmaps, many at once."""

import numpy as np
from numpy.typing import NDArray

from huitong.platform.db import ReadTx
from huitong.segments.model.bitmaps import Version
from huitong.segments.queries.ordinals import ordinals_of
from huitong.segments.rules.bitmaps import Column, SetCache, column_of_ordinals
from huitong.segments.tables import audiences as tables

# Up to here the places are asked for one by one; above, the process keeps those of everybody.
FEW_CUSTOMERS_MAX = 20_000
PLACES_A_READ = 1 << 20


def places_of(
    tx: ReadTx, customer_ids: NDArray[np.int64], *, bitmaps: Version, cache: SetCache
) -> Column:
    """Return the set of the customers' places; who has none yet is left out.

    A customer gets a place with the next refresh of the tags.
    """
    if len(customer_ids) <= FEW_CUSTOMERS_MAX:
        found = ordinals_of(tx, customer_ids.tolist())
        ordinals = np.fromiter(found.values(), np.int64, len(found))
    else:
        ids, places = _everybody(tx, bitmaps, cache)
        at = np.searchsorted(ids, customer_ids).clip(max=max(len(ids) - 1, 0))
        ordinals = places[at[ids[at] == customer_ids]] if len(ids) else places
    return column_of_ordinals(np.sort(ordinals[ordinals < bitmaps.ordinals]))


def _everybody(
    tx: ReadTx, bitmaps: Version, cache: SetCache
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the customers of a brand, ascending, with their places, which never change."""
    key = ("places", tx.scope.group_id, bitmaps.brand_id)
    kept = cache.get(key, bitmaps.ordinals, tuple)
    if kept is not None:
        return kept
    parts = [np.empty((0, 2), np.int64)]
    for low in range(0, bitmaps.ordinals, PLACES_A_READ):
        asked = {
            "group_id": tx.scope.group_id,
            "brand_id": bitmaps.brand_id,
            "low": low,
            "high": min(low + PLACES_A_READ, bitmaps.ordinals),
        }
        rows = tx.rows(tables.PLACES_OF_RANGE, asked)
        parts.append(np.array(rows, np.int64).reshape(len(rows), 2))
    known = np.concatenate(parts)
    known = known[np.argsort(known[:, 0])]
    made = (np.ascontiguousarray(known[:, 0]), np.ascontiguousarray(known[:, 1]))
    cache.put(key, bitmaps.ordinals, made, sum(each.nbytes for each in made))
    return made
