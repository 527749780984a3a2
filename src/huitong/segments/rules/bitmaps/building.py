"""From the columns of a shard's tags to one part per value, all values of a column at once.

A shard of codes is compared with each value and packed to bits: 0.1 ms per value and shard, so ten
million codes of seven values take 7 ms; to sort them took 0.4 s. Columns of many values are sorted.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from huitong.segments.rules.bitmaps.numbers import KNOWN, NEGATIVE, PLANES
from huitong.segments.rules.bitmaps.parts import (
    SHARD_SIZE,
    WORDS,
    Bytes,
    Part,
    frozen,
    is_same,
    join,
    leave,
    part_of_flags,
    part_of_ids,
    part_of_words,
)

COMPARED_VALUES_MAX = 150
COUNTED_BYTES_MAX = 2  # Codes so narrow are looked for by counting each of them.
UNKNOWN = 0


def parts_of_codes(codes: NDArray[np.unsignedinteger]) -> dict[int, Part]:
    """Return the members of each code but 0, which means unknown; `codes` is one shard at most."""
    assert len(codes) <= SHARD_SIZE, "One shard at a time."
    there = (
        np.flatnonzero(np.bincount(codes))
        if codes.dtype.itemsize <= COUNTED_BYTES_MAX
        else np.unique(codes)
    )
    values = [int(code) for code in there if code != UNKNOWN]
    if len(values) > COMPARED_VALUES_MAX:
        return _parts_by_sorting(codes, values)
    return {value: frozen(part_of_flags(codes == value)) for value in values}


def parts_of_masks(masks: NDArray[np.unsignedinteger]) -> dict[int, Part]:
    """Return the members of each bit that is set anywhere; `masks` is one shard at most."""
    assert len(masks) <= SHARD_SIZE, "One shard at a time."
    parts: dict[int, Part] = {}
    for place, column in enumerate(_byte_columns(masks)):
        seen = int(np.bitwise_or.reduce(column)) if len(column) else 0
        for bit in range(8):
            if seen >> bit & 1:
                parts[place * 8 + bit] = frozen(part_of_flags(column & np.uint8(1 << bit)))
    return parts


def parts_of_numbers(values: NDArray[np.int64], known: NDArray[np.bool_]) -> dict[int, Part]:
    """Return the bit planes of a shard's whole numbers, who has one, and who has one below 0."""
    assert len(values) == len(known), "Each number is known or not."
    told = np.where(known, values, 0)
    parts = parts_of_masks(told.view(np.uint64))
    negative = parts.pop(PLANES, None)
    parts |= {KNOWN: frozen(part_of_flags(known)), NEGATIVE: negative}
    return {plane: part for plane, part in parts.items() if part is not None}


def retag(
    before: Mapping[int, Part], ids: NDArray[np.integer], now: Mapping[int, Part]
) -> dict[int, Part]:
    """Return those parts of a shard that change when `ids`, ascending, have what `now` says.

    `before` holds all parts of the column; a part that becomes empty is told as None.
    """
    touched = part_of_ids(ids)
    changed: dict[int, Part] = {}
    spare = np.empty(WORDS, np.uint64)
    for value in sorted(before.keys() | now.keys()):
        old = before.get(value)
        out = np.empty(WORDS, np.uint64)
        kept = leave(old, touched, out=out, spare=spare)
        new = join(kept, now.get(value), out=out)
        new = part_of_words(new) if isinstance(new, np.ndarray) else new
        if not is_same(old, new):
            changed[value] = frozen(new)
    return changed


def _parts_by_sorting(codes: NDArray[np.unsignedinteger], values: list[int]) -> dict[int, Part]:
    order = np.argsort(codes, kind="stable")
    begins = np.searchsorted(codes, values, side="left", sorter=order)
    ends = np.searchsorted(codes, values, side="right", sorter=order)
    return {
        value: frozen(part_of_ids(order[begin:end]))
        for value, begin, end in zip(values, begins, ends, strict=True)
    }


def _byte_columns(masks: NDArray[np.unsignedinteger]) -> list[Bytes]:
    """Return the bytes of masks one place at a time, the lowest first."""
    little = np.ascontiguousarray(masks).astype(masks.dtype.newbyteorder("<"), copy=False)
    across = little.view(np.uint8).reshape(len(masks), masks.dtype.itemsize)
    return [np.ascontiguousarray(across[:, place]) for place in range(masks.dtype.itemsize)]
