"""Who is in a set: page by page, and a sample that is the same each time."""

import numpy as np
from numpy.typing import NDArray

from huitong.segments.rules.bitmaps.columns import Column
from huitong.segments.rules.bitmaps.parts import SHARD_BITS, ids_of

Ordinals = NDArray[np.int64]


def page_of(column: Column, *, after: int, limit: int) -> list[int]:
    """Return the first ordinals above `after` (-1 to begin), ascending, `limit` at most."""
    found: list[int] = []
    for shard in range((after + 1) >> SHARD_BITS, len(column.parts)):
        if len(found) >= limit:
            break
        if column.sizes[shard]:
            ordinals = _ordinals(column, shard)
            begin = int(np.searchsorted(ordinals, after, side="right"))
            found += ordinals[begin : begin + limit - len(found)].tolist()
    return found


def ordinals_of(column: Column) -> Ordinals:
    """Return all ordinals of a set, ascending; eight bytes each."""
    parts = [_ordinals(column, shard) for shard in range(len(column.parts))]
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def sample_of(column: Column, *, size: int, seed: int) -> list[int]:
    """Return so many ordinals of a set, ascending, drawn by the seed alone.

    Each ordinal draws a number from itself and the seed; those with the lowest are the sample. Who
    joins or leaves the set changes the sample by that much only.
    """
    ordinals = ordinals_of(column)
    if len(ordinals) <= size:
        return sorted(ordinals.tolist())
    drawn = _drawn(ordinals, seed)
    chosen = np.argpartition(drawn, size)[:size] if size else np.empty(0, np.intp)
    return sorted(ordinals[chosen].tolist())


def _ordinals(column: Column, shard: int) -> Ordinals:
    return ids_of(column.parts[shard]).astype(np.int64) + (shard << SHARD_BITS)


def _drawn(ordinals: Ordinals, seed: int) -> NDArray[np.uint64]:
    """Return a well mixed number per ordinal, no two the same: each step can be undone."""
    mixed = ordinals.astype(np.uint64) + np.uint64(seed * 0x9E3779B97F4A7C15 % (1 << 64))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))
