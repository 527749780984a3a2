"""Links a whole identity domain at once: the batch engine."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from huitong.identity.graph import coarse, exact
from huitong.identity.graph.arrays import (
    CAPS,
    FOREVER_SECONDS,
    NEVER,
    NO_LIMIT,
    PROVES,
    STRENGTH,
    Bytes,
    DecisionArrays,
    EvidenceArrays,
    Flags,
    IdentifierArrays,
    Linked,
    Numbers,
    PolicyArrays,
    Wide,
    link_by_rule,
    no_decisions,
    policy_arrays,
)
from huitong.identity.graph.coarse import ONE_UNPROVEN, OTHER_UNPROVEN, Fields, Parts, Slice
from huitong.identity.graph.compiling import IS_AVAILABLE
from huitong.identity.rules.evidence import PartitionPolicy

# A word of a part counts several classes at once; this many bits of it are used.
WORD_BITS = 62
ROWS_A_SLICE = 2_000_000
# Rows that are looked through at once, when few of them are collected.
ROWS_A_BLOCK = 1 << 20
SHIFT_OF_ALL_TIME = 32

K = TypeVar("K", np.int32, np.int64)


def link(
    evidence: EvidenceArrays,
    identifiers: IdentifierArrays,
    policy: PartitionPolicy,
    decisions: DecisionArrays | None = None,
    *,
    rows_a_slice: int = ROWS_A_SLICE,
) -> Linked:
    """Return whom each identifier belongs to, exactly as `rules.partition` says.

    Where numba is installed (`huitong[identity]`) it links millions of rows a second; where it is
    not, the rule itself is run, for some hundred thousand. Parts that need a closer look are taken
    in slices of about `rows_a_slice` rows; that changes the memory, not the answer.
    """
    decided = no_decisions() if decisions is None else decisions
    if not IS_AVAILABLE:
        return link_by_rule(evidence, identifiers, policy, decided)
    rules = policy_arrays(policy, identifiers.classes)
    parts = _new_parts(identifiers, rules)
    code = np.empty(len(evidence.one), np.uint8)
    coarse.survey(evidence, rules.meaning, parts.state, code)
    _mark_shared(evidence, rules, code, parts)
    is_silent = _unite(evidence, rules, code, parts, decided)
    _mark_full(parts, rules)
    coarse.spread_odd(parts)
    has_spoken = np.zeros(len(identifiers), np.bool_)
    if parts.is_shared.any():
        coarse.mark_spoken(evidence, code, parts.is_shared, has_spoken)
    found = _Coarse(evidence, rules, code, parts, is_silent, has_spoken, decided)
    held = _settle_odd(found, rows_a_slice)
    return Linked(parts.root, parts.is_shared, held)


class _Coarse(NamedTuple):
    """All evidence with what one pass each found in it."""

    evidence: EvidenceArrays
    rules: PolicyArrays
    code: Bytes
    parts: Parts
    is_silent: Flags
    has_spoken: Flags
    decisions: DecisionArrays


class _Odd(NamedTuple):
    """Odd parts in local numbers; decided pairs are keys, as pairs have them."""

    pairs: exact.ToldPairs
    class_of: Numbers
    is_silent: Flags
    accepted: Wide
    rejected: Wide


def _new_parts(identifiers: IdentifierArrays, rules: PolicyArrays) -> Parts:
    count = len(identifiers)
    side = (
        rules.kind_of[identifiers.class_of].astype(np.uint32) if count else np.empty(0, np.uint32)
    )
    side *= np.uint32(len(CAPS))
    side += identifiers.at_most
    state = identifiers.class_of.astype(np.uint32)
    state <<= np.uint32(coarse.CLASS_SHIFT)
    state |= side << np.uint32(coarse.SIDE_SHIFT)
    return Parts(
        state=state,
        root=np.arange(count, dtype=np.int32),
        activity=np.zeros(count, np.uint64),
        is_shared=np.zeros(count, np.bool_),
        is_odd=np.zeros(count, np.bool_),
    )


def _collected(
    count: int, width: int, kind: type[K], collect: Callable[[NDArray[K], Slice], int]
) -> NDArray[K]:
    """Return what is collected of rows in their order, up to `width` values of each.

    Blocks of rows are looked through once, on all cores at once.
    """

    def work(block: Slice) -> NDArray[K]:
        found = np.empty((block.end - block.begin) * width, kind)
        return found[: collect(found, block)].copy()

    begins = range(0, max(count, 1), ROWS_A_BLOCK)
    blocks = [Slice(begin, min(begin + ROWS_A_BLOCK, count)) for begin in begins]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return np.concatenate(list(threads.map(work, blocks)))


def _mark_shared(evidence: EvidenceArrays, rules: PolicyArrays, code: Bytes, parts: Parts) -> None:
    """Mark whatever has too many rows around it, then keep the mark where neighbours are many."""
    if not coarse.mark_crowded(rules, parts.state, parts.is_shared):
        return
    ends = _collected(
        len(code),
        2,
        np.int64,
        lambda found, of: coarse.rows_of_crowds(evidence, code, parts.is_shared, found, of),
    )
    rows, turned = ends >> 1, (ends & 1).astype(np.bool_)
    one, other = evidence.one[rows].astype(np.int64), evidence.other[rows].astype(np.int64)
    keys = np.where(turned, other, one) << exact.KEY_SHIFT
    keys += np.where(turned, one, other)
    order = np.argsort(keys)
    rows = rows[order]
    coarse.keep_shared(keys[order], evidence.first_at[rows], evidence.last_at[rows], rules, parts)


def _unite(
    evidence: EvidenceArrays,
    rules: PolicyArrays,
    code: Bytes,
    parts: Parts,
    decisions: DecisionArrays,
) -> Flags:
    """Unite coarse parts, mark as odd whom decisions are about, and who was silent for long.

    Returns who may have been silent for so long that an episode ended.
    """
    origin, bit_shift = _activity_scale(evidence, rules)
    coarse.unite_all(evidence, code, parts, origin, bit_shift)
    for one, other in decisions.accepted.tolist():
        coarse.unite(parts.root, one, other)
    coarse.settle_roots(parts.root)
    for pairs in (decisions.accepted, decisions.rejected):
        parts.is_odd[pairs.reshape(-1)] = True
    is_silent = np.ones(len(parts.root), np.bool_)
    if bit_shift:
        coarse.mark_silent(parts.activity, is_silent)
        parts.is_odd[is_silent] = True
    return is_silent


def _activity_scale(evidence: EvidenceArrays, rules: PolicyArrays) -> tuple[int, int]:
    """Return the second of the first bit, and the power of two that is the seconds of a bit.

    The power is 0 when a word has too few bits for all the time that was told.
    """
    expiring = rules.expires_seconds[rules.expires_seconds != FOREVER_SECONDS]
    if not len(expiring) or not len(evidence.one):
        return 0, SHIFT_OF_ALL_TIME
    origin, last = int(evidence.first_at.min()), int(evidence.last_at.max())
    bit_shift = (int(expiring.min()) // 2).bit_length() - 1
    if bit_shift <= 0 or (last - origin) >> bit_shift >= coarse.ACTIVITY_BITS:
        return origin, 0
    return origin, bit_shift


def _mark_full(parts: Parts, rules: PolicyArrays) -> None:
    """Mark the parts that break a limit, as many classes at a time as a word can count."""
    limits = [int(limit) for limit in rules.living_max]
    waiting = [(place, limit) for place, limit in enumerate(limits) if limit != NO_LIMIT]
    if rules.person_identifiers_max != NO_LIMIT:
        waiting.insert(0, (-1, rules.person_identifiers_max))
    while waiting:
        fields, waiting = _fields(waiting, len(limits))
        parts.activity.fill(0)
        coarse.mark_full(parts, fields, parts.activity)


def _fields(
    wanted: list[tuple[int, int]], class_count: int
) -> tuple[Fields, list[tuple[int, int]]]:
    """Return where to count as many limits as fit into a word, and those that do not fit."""
    shift = np.full(class_count, -1, np.int64)
    limits = np.zeros(class_count, np.int64)
    size_shift, size_limit, used, taken = -1, 0, 0, 0
    for place, limit in wanted:
        if used + limit.bit_length() > WORD_BITS:
            break
        if place == -1:
            size_shift, size_limit = used, limit
        else:
            shift[place], limits[place] = used, limit
        used += limit.bit_length()
        taken += 1
    return Fields(shift, limits, size_shift, size_limit), wanted[taken:]


def _settle_odd(found: _Coarse, rows_a_slice: int) -> Numbers:
    """Settle the odd parts exactly, write their labels, and return the pairs that are held.

    Parts know nothing of each other, so they are settled in slices: as many at once as there are
    cores, and each small beside the evidence.
    """
    parts = found.parts
    rows = _collected(
        len(found.code),
        1,
        np.int32,
        lambda odd, of: coarse.rows_of_odd(found.evidence, found.code, parts, odd, of),
    )
    count = len(rows) // rows_a_slice + 1
    members = np.flatnonzero(parts.is_odd).astype(np.int32)
    decided = [found.decisions.accepted, found.decisions.rejected]
    slices = zip(
        _sliced(members, parts.root[members] % count, count),
        _sliced(rows, parts.root[found.evidence.one[rows]] % count, count),
        *(_sliced(pairs, _common(parts.root[pairs] % count), count) for pairs in decided),
        strict=True,
    )
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        held = list(threads.map(lambda of_slice: _settle_slice(found, *of_slice), slices))
    return np.concatenate(held)


def _sliced(values: Numbers, slice_of: Numbers, count: int) -> list[Numbers]:
    """Return values by their slice; those of a slice below 0 are left out."""
    order = np.argsort(slice_of.astype(np.int32), kind="stable")
    bounds = np.searchsorted(slice_of[order], np.arange(count + 1))
    return [values[order[bounds[each] : bounds[each + 1]]] for each in range(count)]


def _common(slices: Numbers) -> Numbers:
    """Return the slice of each pair; -1 for a pair of two parts, which nothing can join."""
    return np.where(slices[:, 0] == slices[:, 1], slices[:, 0], -1)


def _settle_slice(
    found: _Coarse, members: Numbers, rows: Numbers, accepted: Numbers, rejected: Numbers
) -> Numbers:
    """Settle a slice of odd parts; return the pairs that are held."""
    root = found.parts.root
    # The roots of these parts are not needed any more, so their place takes the local numbers.
    root[members] = np.arange(len(members), dtype=np.int32)
    class_of = (found.parts.state[members] >> np.uint32(coarse.CLASS_SHIFT)).astype(np.int32)
    odd = _Odd(
        pairs=_pairs_of_rows(found, rows, found.has_spoken[members]),
        class_of=class_of,
        is_silent=found.is_silent[members],
        accepted=_local_keys(root[accepted]),
        rejected=_local_keys(root[rejected]),
    )
    label, held = _settle(odd, found.rules)
    root[members] = members[label]
    return np.stack([members[held >> exact.KEY_SHIFT], members[held & exact.LOW]], axis=1)


def _settle(odd: _Odd, rules: PolicyArrays) -> tuple[Numbers, Wide]:
    """Settle odd parts exactly; return their labels and the keys of the pairs that are held."""
    pairs = odd.pairs
    wanted = ~np.isin(pairs.key, odd.rejected)
    starts = exact.starts_of(pairs, wanted, odd.is_silent, odd.class_of, rules)
    groups = exact.new_groups(odd.class_of, len(starts.at), len(rules.kind_of))
    limits = _limits(odd.rejected, len(odd.class_of), rules)
    proving = wanted & (pairs.strength == PROVES)
    order = exact.canonical_order(pairs, proving, rules.priority[odd.class_of])
    exact.note_spans(pairs, order, starts, groups)
    exact.join_all(pairs, order, starts, groups, limits)
    exact.accept_all(odd.accepted, starts, groups, limits)
    exact.release(pairs, starts, groups)
    exact.follow_all(pairs, exact.order_of_suggestions(pairs, wanted), starts, groups, limits)
    label = np.empty(len(odd.class_of), np.int32)
    exact.label_all(groups, np.full(len(groups.parent), -1, np.int32), label)
    return label, pairs.key[pairs.is_held]


def _pairs_of_rows(found: _Coarse, rows: Numbers, has_spoken: Flags) -> exact.ToldPairs:
    """Return the pairs that rows of odd parts tell of, in local numbers, sorted.

    `has_spoken` says by local number who speaks for themselves in rows of no part.
    """
    evidence, root = found.evidence, found.parts.root
    one = root[evidence.one[rows]].astype(np.int64)
    other = root[evidence.other[rows]].astype(np.int64)
    key = np.minimum(one, other) << exact.KEY_SHIFT
    key += np.maximum(one, other)
    order = np.argsort(key)
    rows, turned = rows[order], (one > other)[order]
    spans = np.stack([evidence.first_at[rows], evidence.last_at[rows]], axis=1).astype(np.int64)
    verified = evidence.verified[rows]
    unverified = (2 - (verified & 1) - (verified >> 1)).astype(np.uint8)
    said = _turned(found.code[rows], turned)
    _forget_unproven(said, key[order], has_spoken)
    return exact.folded(key[order], said, unverified, spans)


def _forget_unproven(said: Bytes, key: Wide, has_spoken: Flags) -> None:
    """Take from rows what marks an end as unproven where another row proves it."""
    ends = ((key >> exact.KEY_SHIFT, ONE_UNPROVEN), (key & exact.LOW, OTHER_UNPROVEN))
    spoken = has_spoken.copy()
    is_believed = (said & np.uint8(STRENGTH)) != NEVER
    for end, mark in ends:
        spoken[end[is_believed & ((said & np.uint8(mark)) == 0)]] = True
    for end, mark in ends:
        said[spoken[end]] &= np.uint8(~mark & 0xFF)


def _turned(code: Bytes, turned: Flags) -> Bytes:
    """Return codes as they are for the two ends the other way round, where they are turned."""
    strength = code & np.uint8(STRENGTH)
    one = (code & np.uint8(ONE_UNPROVEN)) != 0
    other = (code & np.uint8(OTHER_UNPROVEN)) != 0
    first, second = np.where(turned, other, one), np.where(turned, one, other)
    said: Bytes = strength
    said |= first.astype(np.uint8) * np.uint8(ONE_UNPROVEN)
    said |= second.astype(np.uint8) * np.uint8(OTHER_UNPROVEN)
    return said


def _local_keys(local: Numbers) -> Wide:
    """Return decided pairs, in local numbers, as sorted keys."""
    pairs = local.astype(np.int64).reshape(-1, 2)
    return np.unique((pairs.min(axis=1) << exact.KEY_SHIFT) + pairs.max(axis=1))


def _limits(rejected: Wide, count: int, rules: PolicyArrays) -> exact.Limits:
    ends = np.concatenate([rejected >> exact.KEY_SHIFT, rejected & exact.LOW])
    others = np.concatenate([rejected & exact.LOW, rejected >> exact.KEY_SHIFT])
    order = np.argsort(ends, kind="stable")
    begin = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(ends, minlength=count), out=begin[1:])
    return exact.Limits(
        living_max=rules.living_max,
        living_seconds=rules.living_seconds,
        size_max=rules.person_identifiers_max,
        apart_begin=begin,
        apart_from=others[order].astype(np.int32),
    )
