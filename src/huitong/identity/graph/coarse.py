"""One pass each over all evidence: strengths, crowded identifiers, coarse parts, odd parts.

A coarse part holds everything that any evidence between unshared identifiers connects. Nearly all
parts break no limit, are silent nowhere for long, and hold nobody's decision: they are persons as
they are. The others are odd, and `exact` looks at them.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from huitong.identity.graph.arrays import (
    EXPIRES,
    HAS_ANCHOR,
    MAY_SUGGEST,
    MEANING_SIDE,
    NEVER,
    STRENGTH,
    SUGGESTS,
    UNPROVEN,
    Bytes,
    EvidenceArrays,
    Flags,
    Numbers,
    PolicyArrays,
    Seconds,
    Wide,
    Words,
)
from huitong.identity.graph.compiling import compiled, compiled_with_arrays

States: TypeAlias = NDArray[np.uint32]

ONE_EXPIRES, OTHER_EXPIRES = EXPIRES, 2 * EXPIRES
ONE_UNPROVEN, OTHER_UNPROVEN = UNPROVEN, 2 * UNPROVEN
ONE_COUNTS = HAS_ANCHOR | MAY_SUGGEST
OTHER_COUNTS = 2 * ONE_COUNTS

# What is known of an identifier, in one word, so that looking it up costs one access to memory:
# its class, its kind and cap, rows of evidence (where it may suggest), rows around it.
CLASS_SHIFT, SIDE_SHIFT, ROWS_SHIFT = 16, 10, 8
CROWD_MAX = 255
ROWS_MAX = 3
# A silence of more than twice the width of a bit leaves at least one bit unset.
ACTIVITY_BITS = 64
# What of a meaning is kept a row: all but what is counted once.
CODE = 255


class Slice(NamedTuple):
    """A half-open range of rows."""

    begin: int
    end: int


class Parts(NamedTuple):
    """What is known by identifier: its word, its part's root, when it was active, two flags."""

    state: States
    root: Numbers
    activity: Words
    is_shared: Flags
    is_odd: Flags


class Fields(NamedTuple):
    """Where in the word of a part each class is counted (-1: nowhere), and how many it may have."""

    shift: Wide
    limit: Wide
    size_shift: int
    size_limit: int


@compiled
def survey(rows: EvidenceArrays, meaning: NDArray[np.uint16], state: States, code: Bytes) -> None:
    """Write the code of each row and count, in `state`, rows and the crowd around identifiers."""
    side_mask = np.uint32(MEANING_SIDE - 1)
    for row in range(len(code)):
        one, other = rows.one[row], rows.other[row]
        here = (state[one] >> np.uint32(SIDE_SHIFT)) & side_mask
        there = (state[other] >> np.uint32(SIDE_SHIFT)) & side_mask
        said = meaning[(here * MEANING_SIDE + there) * 4 + rows.verified[row]]
        code[row] = said & CODE
        # Most ends need no count, and a word that is not written stays clean in the caches.
        if said & ONE_COUNTS:
            state[one] = _counted(state[one], said)
        if said & OTHER_COUNTS:
            state[other] = _counted(state[other], said >> 1)


@compiled
def _counted(word: int, said: int) -> int:
    """Return the word of an identifier with one more row."""
    if said & MAY_SUGGEST and (word >> ROWS_SHIFT) & ROWS_MAX != ROWS_MAX:
        word += 1 << ROWS_SHIFT
    if said & HAS_ANCHOR and word & CROWD_MAX != CROWD_MAX:
        word += 1
    return word


@compiled
def mark_crowded(policy: PolicyArrays, state: States, is_crowded: Flags) -> int:
    """Mark identifiers with more rows around them than neighbours are allowed; return how many."""
    count = 0
    for number in range(len(state)):
        limit = min(int(policy.neighbours_max[state[number] >> CLASS_SHIFT]), CROWD_MAX - 1)
        if state[number] & CROWD_MAX > limit:
            is_crowded[number] = True
            count += 1
    return count


@compiled
def rows_of_crowds(
    rows: EvidenceArrays, code: Bytes, is_crowded: Flags, ends: Wide, of: Slice
) -> int:
    """Collect the ends of a slice of rows around crowded identifiers; return how many.

    `ends` has place for two a row. It gets twice the row, and one more where the crowded end is the
    other.
    """
    count = 0
    for row in range(of.begin, of.end):
        if code[row] & HAS_ANCHOR and is_crowded[rows.one[row]]:
            ends[count] = 2 * row
            count += 1
        if code[row] & (2 * HAS_ANCHOR) and is_crowded[rows.other[row]]:
            ends[count] = 2 * row + 1
            count += 1
    return count


@compiled_with_arrays
def keep_shared(
    keys: Wide, first_at: Seconds, last_at: Seconds, policy: PolicyArrays, parts: Parts
) -> None:
    """Keep the mark of those that have too many neighbours at once.

    `keys`, sorted, holds identifier and neighbour in one number, with the seconds beside it.
    """
    firsts = np.empty(len(keys), np.int64)
    lasts = np.empty(len(keys), np.int64)
    place = 0
    while place < len(keys):
        end = keys[place] >> 32
        count = 0
        while place < len(keys) and keys[place] >> 32 == end:
            if count and keys[place] == keys[place - 1]:
                firsts[count - 1] = min(firsts[count - 1], np.int64(first_at[place]))
                lasts[count - 1] = max(lasts[count - 1], np.int64(last_at[place]))
            else:
                firsts[count], lasts[count] = first_at[place], last_at[place]
                count += 1
            place += 1
        of_class = parts.state[end] >> CLASS_SHIFT
        window = policy.window_seconds[of_class]
        peak = _peak(np.sort(firsts[:count]), np.sort(lasts[:count]), window)
        parts.is_shared[end] = peak > policy.neighbours_max[of_class]


@compiled_with_arrays
def _peak(firsts: Wide, lasts: Wide, window_seconds: int) -> int:
    peak = gone = 0
    for come in range(len(firsts)):
        while lasts[gone] + window_seconds < firsts[come]:
            gone += 1
        peak = max(peak, come + 1 - gone)
    return peak


@compiled
def root_of(parent: Numbers, number: int) -> int:
    """Return the root of a part, shortening the way to it."""
    while parent[number] != number:
        parent[number] = parent[parent[number]]
        number = int(parent[number])
    return number


@compiled
def unite(parent: Numbers, one: int, other: int) -> None:
    """Make one part of two; its root is its smallest number."""
    one, other = root_of(parent, one), root_of(parent, other)
    if one < other:
        parent[other] = one
    elif other < one:
        parent[one] = other


@compiled
def unite_all(rows: EvidenceArrays, code: Bytes, parts: Parts, origin: int, bit_shift: int) -> None:
    """Unite what evidence connects; note when what expires was told, and whom suggestions need.

    A bit is two to the power of `bit_shift` seconds, since shifting is cheaper than dividing; 0
    means that no bits can hold the time told, so whatever may expire is odd.
    """
    for row in range(len(code)):
        one, other, said = rows.one[row], rows.other[row], code[row]
        if said == 0 or parts.is_shared[one] or parts.is_shared[other]:
            continue
        unite(parts.root, one, other)
        if said & (ONE_EXPIRES | OTHER_EXPIRES):
            if bit_shift == 0:
                parts.is_odd[one] = True
            else:
                bits = _bits(rows.first_at[row] - origin, rows.last_at[row] - origin, bit_shift)
                if said & ONE_EXPIRES:
                    parts.activity[one] |= bits
                if said & OTHER_EXPIRES:
                    parts.activity[other] |= bits
        if said & STRENGTH == SUGGESTS and not _is_simple(parts.state, one, other, said):
            parts.is_odd[one] = True


@compiled
def _bits(first: int, last: int, bit_shift: int) -> np.uint64:
    low = np.uint64(first >> bit_shift)
    count = np.uint64(last >> bit_shift) - low
    return ((np.uint64(2) << count) - np.uint64(1)) << low


@compiled
def _is_simple(state: States, one: int, other: int, said: int) -> bool:
    """Tell whether a suggestion is all that is known of its one end, and the other end proves."""
    unproven = said & (ONE_UNPROVEN | OTHER_UNPROVEN)
    if unproven == ONE_UNPROVEN | OTHER_UNPROVEN:
        return False
    end = one if unproven == ONE_UNPROVEN else other
    return bool((state[end] >> ROWS_SHIFT) & ROWS_MAX == 1)


@compiled
def settle_roots(parent: Numbers) -> None:
    """Let every number know its root at once."""
    for number in range(len(parent)):
        parent[number] = root_of(parent, number)


@compiled
def mark_spoken(rows: EvidenceArrays, code: Bytes, is_shared: Flags, has_spoken: Flags) -> None:
    """Mark who speaks for themselves beside somebody shared: such rows are of no part."""
    for row in range(len(code)):
        one, other, said = rows.one[row], rows.other[row], code[row]
        if said & STRENGTH == NEVER or not (is_shared[one] or is_shared[other]):
            continue
        if not said & ONE_UNPROVEN:
            has_spoken[one] = True
        if not said & OTHER_UNPROVEN:
            has_spoken[other] = True


@compiled
def mark_silent(activity: Words, is_silent: Flags) -> None:
    """Mark the identifiers whose activity may have a silence that ends an episode."""
    for number in range(len(activity)):
        bits = activity[number]
        lowest = bits & (~bits + np.uint64(1))
        is_silent[number] = (bits + lowest) & bits != 0


@compiled
def mark_full(parts: Parts, fields: Fields, counts: Words) -> None:
    """Mark parts that have more identifiers of a class, or more at all, than the limits allow."""
    for number in range(len(parts.root)):
        part = parts.root[number]
        of_class = parts.state[number] >> CLASS_SHIFT
        if fields.shift[of_class] >= 0:
            shift, limit = fields.shift[of_class], fields.limit[of_class]
            parts.is_odd[part] |= _count_up(counts, part, shift, limit)
        if fields.size_shift >= 0:
            parts.is_odd[part] |= _count_up(counts, part, fields.size_shift, fields.size_limit)


@compiled
def _count_up(counts: Words, part: int, shift: int, limit: int) -> bool:
    """Count one more; tell whether that is more than the limit, where counting stops."""
    mask = 1
    while mask < limit:
        mask = 2 * mask + 1
    counted = (counts[part] >> np.uint64(shift)) & np.uint64(mask)
    if counted == np.uint64(limit):
        return True
    counts[part] += np.uint64(1) << np.uint64(shift)
    return False


@compiled
def spread_odd(parts: Parts) -> int:
    """Mark the whole of each odd part; return how many identifiers those have."""
    for number in range(len(parts.root)):
        if parts.is_odd[number]:
            parts.is_odd[parts.root[number]] = True
    count = 0
    for number in range(len(parts.root)):
        parts.is_odd[number] = parts.is_odd[parts.root[number]]
        count += parts.is_odd[number]
    return count


@compiled
def rows_of_odd(rows: EvidenceArrays, code: Bytes, parts: Parts, found: Numbers, of: Slice) -> int:
    """Collect the rows of a slice that odd parts are made of; return how many."""
    count = 0
    for row in range(of.begin, of.end):
        one = rows.one[row]
        is_odd = code[row] and parts.is_odd[one]
        if is_odd and not (parts.is_shared[one] or parts.is_shared[rows.other[row]]):
            found[count] = row
            count += 1
    return count
