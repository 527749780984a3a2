"""The partition of odd parts: `rules.partition`, word for word, over arrays.

Identifiers are numbered from 0 in the order of their blind indexes. Each is a node; a past episode
of one is a node of its own, after all identifiers.
"""

from typing import NamedTuple

import numpy as np

from huitong.identity.graph.arrays import (
    FOREVER_SECONDS,
    NO_LIMIT,
    PROVES,
    STRENGTH,
    SUGGESTS,
    Bytes,
    Flags,
    Numbers,
    PolicyArrays,
    Wide,
)
from huitong.identity.graph.coarse import ONE_UNPROVEN, OTHER_UNPROVEN, root_of
from huitong.identity.graph.compiling import compiled

KEY_SHIFT = 32
LOW = (1 << KEY_SHIFT) - 1
PRIORITY_SHIFT, UNVERIFIED_SHIFT = 32, 48


class ToldPairs(NamedTuple):
    """The strongest evidence between two identifiers, sorted by both; `unproven` as in a code."""

    key: Wide
    strength: Bytes
    unproven: Bytes
    unverified_ends: Bytes
    first_at: Wide
    last_at: Wide
    is_held: Flags


class Starts(NamedTuple):
    """When episodes began: those of identifier i from `begin[i]` to `begin[i + 1]`."""

    begin: Wide
    at: Wide


class Groups(NamedTuple):
    """Disjoint groups of nodes: members, and entries that count their living by class.

    An entry of a class whose limit is about time is of one identifier, told from its first second
    to its last.
    """

    parent: Numbers
    size: Numbers
    next_member: Numbers
    last_member: Numbers
    entry: Numbers
    next_entry: Numbers
    entry_class: Numbers
    entry_count: Numbers
    first_at: Wide
    last_at: Wide
    scratch: Numbers


class Limits(NamedTuple):
    """What keeps groups apart: limits by class, the limit of all, and the rejected pairs."""

    living_max: Numbers
    living_seconds: Wide
    size_max: int
    apart_begin: Wide
    apart_from: Numbers


@compiled
def fold(key: Wide, code: Bytes, unverified: Bytes, pairs: ToldPairs, spans: Wide) -> int:
    """Fold rows, sorted by pair, into pairs; return how many. `spans` has first and last a row."""
    count = 0
    for row in range(len(key)):
        strength = code[row] & STRENGTH
        unproven = code[row] & (ONE_UNPROVEN | OTHER_UNPROVEN)
        is_new = count == 0 or pairs.key[count - 1] != key[row]
        if is_new:
            count += 1
        at = count - 1
        if is_new or strength > pairs.strength[at]:
            pairs.key[at] = key[row]
            pairs.strength[at] = strength
            pairs.unproven[at] = unproven
            pairs.unverified_ends[at] = unverified[row]
            pairs.first_at[at], pairs.last_at[at] = spans[row, 0], spans[row, 1]
        elif strength == pairs.strength[at]:
            pairs.unproven[at] |= unproven
            pairs.unverified_ends[at] = min(pairs.unverified_ends[at], unverified[row])
            pairs.first_at[at] = min(pairs.first_at[at], spans[row, 0])
            pairs.last_at[at] = max(pairs.last_at[at], spans[row, 1])
    return count


def folded(key: Wide, code: Bytes, unverified: Bytes, spans: Wide) -> ToldPairs:
    """Return rows, sorted by pair, as pairs; `spans` has the first and last second of each."""
    count = len(key)
    pairs = ToldPairs(
        key=np.empty(count, np.int64),
        strength=np.empty(count, np.uint8),
        unproven=np.empty(count, np.uint8),
        unverified_ends=np.empty(count, np.uint8),
        first_at=np.empty(count, np.int64),
        last_at=np.empty(count, np.int64),
        is_held=np.zeros(count, np.bool_),
    )
    kept = slice(fold(key, code, unverified, pairs, spans))
    return ToldPairs(
        pairs.key[kept],
        pairs.strength[kept],
        pairs.unproven[kept],
        pairs.unverified_ends[kept],
        pairs.first_at[kept],
        pairs.last_at[kept],
        pairs.is_held[kept],
    )


@compiled
def spans_of_silent(pairs: ToldPairs, wanted: Flags, is_silent: Flags, found: Wide) -> int:
    """Count the ends of wanted pairs at silent identifiers; collect (end, pair), unless empty."""
    count = 0
    for pair in range(len(pairs.key)):
        if wanted[pair]:
            for turn in range(2):
                end = pairs.key[pair] >> KEY_SHIFT if turn == 0 else pairs.key[pair] & LOW
                if is_silent[end]:
                    if len(found):
                        found[count, 0], found[count, 1] = end, pair
                    count += 1
    return count


@compiled
def find_starts(ends: Wide, firsts: Wide, lasts: Wide, expires_of: Wide, starts: Starts) -> int:
    """Find when episodes began, from spans sorted by identifier and first second; return how many.

    `starts.begin` comes with zeros and leaves with counts, still to be added up.
    """
    count = 0
    latest = np.int64(0)
    for place in range(len(ends)):
        end = ends[place]
        is_first = place == 0 or ends[place - 1] != end
        if is_first or firsts[place] - latest > expires_of[end]:
            starts.at[count] = firsts[place]
            starts.begin[end + 1] += 1
            count += 1
            latest = lasts[place]
        latest = max(latest, lasts[place])
    return count


@compiled
def _node(starts: Starts, identifier: int, first_at: int) -> int:
    """Return the node of an identifier at an instant: itself, or one of its past episodes."""
    begin, end = starts.begin[identifier], starts.begin[identifier + 1]
    place = begin
    while place + 1 < end and starts.at[place + 1] <= first_at:
        place += 1
    if place + 1 >= end:
        return identifier
    return len(starts.begin) - 1 + int(place)


@compiled
def note_spans(pairs: ToldPairs, order: Wide, starts: Starts, groups: Groups) -> None:
    """Note when identifiers were first and last told, in their latest episode, by wanted pairs."""
    for pair in order:
        for turn in range(2):
            end = pairs.key[pair] >> KEY_SHIFT if turn == 0 else pairs.key[pair] & LOW
            if _node(starts, end, pairs.first_at[pair]) == end:
                if groups.last_at[end] == FOREVER_SECONDS:
                    groups.first_at[end] = pairs.first_at[pair]
                    groups.last_at[end] = pairs.last_at[pair]
                groups.first_at[end] = min(groups.first_at[end], pairs.first_at[pair])
                groups.last_at[end] = max(groups.last_at[end], pairs.last_at[pair])


@compiled
def join_all(pairs: ToldPairs, order: Wide, starts: Starts, groups: Groups, limits: Limits) -> None:
    """Join pairs in the canonical order where the limits allow it, and mark what they held."""
    for pair in order:
        one = _node(starts, pairs.key[pair] >> KEY_SHIFT, pairs.first_at[pair])
        other = _node(starts, pairs.key[pair] & LOW, pairs.first_at[pair])
        one, other = root_of(groups.parent, one), root_of(groups.parent, other)
        if one != other:
            if _is_broken(groups, limits, starts, one, other):
                pairs.is_held[pair] = True
            else:
                _join(groups, limits, one, other)


@compiled
def accept_all(accepted: Wide, starts: Starts, groups: Groups, limits: Limits) -> None:
    """Join the accepted pairs, whatever the limits say, unless a rejection forbids it."""
    for key in accepted:
        one = root_of(groups.parent, key >> KEY_SHIFT)
        other = root_of(groups.parent, key & LOW)
        if one != other and not _are_apart(groups, limits, starts, one, other):
            _join(groups, limits, one, other)


@compiled
def release(pairs: ToldPairs, starts: Starts, groups: Groups) -> None:
    """Let go of what was held between those who are one now."""
    for pair in range(len(pairs.key)):
        if pairs.is_held[pair]:
            one = _node(starts, pairs.key[pair] >> KEY_SHIFT, pairs.first_at[pair])
            other = _node(starts, pairs.key[pair] & LOW, pairs.first_at[pair])
            is_one = root_of(groups.parent, one) == root_of(groups.parent, other)
            pairs.is_held[pair] = not is_one


@compiled
def follow_all(
    pairs: ToldPairs, order: Wide, starts: Starts, groups: Groups, limits: Limits
) -> None:
    """Give identifiers that nobody proved to those who named them first."""
    for pair in order:
        one = root_of(groups.parent, pairs.key[pair] >> KEY_SHIFT)
        other = root_of(groups.parent, pairs.key[pair] & LOW)
        one_alone = pairs.unproven[pair] & ONE_UNPROVEN and groups.size[one] == 1
        other_alone = pairs.unproven[pair] & OTHER_UNPROVEN and groups.size[other] == 1
        if one == other or not (one_alone or other_alone):
            continue
        if not _is_broken(groups, limits, starts, one, other):
            _join(groups, limits, one, other)


@compiled
def label_all(groups: Groups, smallest: Numbers, label: Numbers) -> None:
    """Write for each identifier the smallest of the same group; `smallest` comes with -1 a node."""
    for number in range(len(label)):
        root = root_of(groups.parent, number)
        if smallest[root] == -1:
            smallest[root] = number
        label[number] = smallest[root]


@compiled
def _is_broken(groups: Groups, limits: Limits, starts: Starts, one: int, other: int) -> bool:
    """Tell whether one group of two would break a limit or a rejection."""
    if groups.size[one] + groups.size[other] > limits.size_max:
        return True
    if _are_apart(groups, limits, starts, one, other):
        return True
    return _are_too_many(groups, limits, one, other)


@compiled
def _are_too_many(groups: Groups, limits: Limits, one: int, other: int) -> bool:
    entry = groups.entry[one]
    while entry != -1:
        groups.scratch[groups.entry_class[entry]] += groups.entry_count[entry]
        entry = groups.next_entry[entry]
    is_broken = False
    entry = groups.entry[other]
    while entry != -1:
        of_class = groups.entry_class[entry]
        known, limit = groups.scratch[of_class], limits.living_max[of_class]
        if limit != NO_LIMIT and known:
            seconds = limits.living_seconds[of_class]
            if seconds == FOREVER_SECONDS:
                is_broken |= known + groups.entry_count[entry] > limit
            else:
                is_broken |= _living_at_once(groups, one, other, entry, seconds) > limit
        entry = groups.next_entry[entry]
    entry = groups.entry[one]
    while entry != -1:
        groups.scratch[groups.entry_class[entry]] = 0
        entry = groups.next_entry[entry]
    return is_broken


@compiled
def _living_at_once(groups: Groups, one: int, other: int, of_entry: int, seconds: int) -> int:
    """Return how many of the class of an entry two groups have at most at any one time."""
    peak = 0
    for begin_group in (one, other):
        begin = groups.entry[begin_group]
        while begin != -1:
            if groups.entry_class[begin] == groups.entry_class[of_entry]:
                present = _present(groups, one, begin, seconds)
                peak = max(peak, present + _present(groups, other, begin, seconds))
            begin = groups.next_entry[begin]
    return peak


@compiled
def _present(groups: Groups, group: int, begin: int, seconds: int) -> int:
    """Return how many of a class a group has when the identifier of an entry begins to be told."""
    count = 0
    instant = groups.first_at[begin]
    entry = groups.entry[group]
    while entry != -1:
        if groups.entry_class[entry] == groups.entry_class[begin]:
            count += groups.first_at[entry] <= instant <= groups.last_at[entry] + seconds
        entry = groups.next_entry[entry]
    return count


@compiled
def _are_apart(groups: Groups, limits: Limits, starts: Starts, one: int, other: int) -> bool:
    """Tell whether a rejected pair has one identifier in each group, in any episode."""
    if len(limits.apart_from) == 0:
        return False
    here, there = (one, other) if groups.size[one] <= groups.size[other] else (other, one)
    member = here
    while member != -1:
        identifier = _identifier_of(starts, member)
        for place in range(limits.apart_begin[identifier], limits.apart_begin[identifier + 1]):
            avoided = limits.apart_from[place]
            if root_of(groups.parent, avoided) == there:
                return True
            for past in range(starts.begin[avoided], starts.begin[avoided + 1] - 1):
                if root_of(groups.parent, len(starts.begin) - 1 + past) == there:
                    return True
        member = groups.next_member[member]
    return False


@compiled
def _identifier_of(starts: Starts, node: int) -> int:
    count = len(starts.begin) - 1
    if node < count:
        return node
    low, high = 0, count
    while low + 1 < high:
        middle = (low + high) // 2
        if starts.begin[middle] <= node - count:
            low = middle
        else:
            high = middle
    return low


@compiled
def _join(groups: Groups, limits: Limits, one: int, other: int) -> None:
    """Make one group of two, the larger one staying."""
    large, small = (one, other) if groups.size[one] >= groups.size[other] else (other, one)
    groups.parent[small] = large
    groups.size[large] += groups.size[small]
    groups.next_member[groups.last_member[large]] = small
    groups.last_member[large] = groups.last_member[small]
    entry = groups.entry[small]
    while entry != -1:
        following = groups.next_entry[entry]
        known = -1
        if limits.living_seconds[groups.entry_class[entry]] == FOREVER_SECONDS:
            known = groups.entry[large]
        while known != -1 and groups.entry_class[known] != groups.entry_class[entry]:
            known = groups.next_entry[known]
        if known != -1:
            groups.entry_count[known] += groups.entry_count[entry]
        else:
            groups.next_entry[entry] = groups.entry[large]
            groups.entry[large] = entry
        entry = following


def new_groups(class_of: Numbers, past_count: int, class_count: int) -> Groups:
    """Return every node as a group of its own; past ones count for no limit."""
    count = len(class_of)
    nodes = np.arange(count + past_count, dtype=np.int32)
    nothing = np.full(len(nodes), -1, np.int32)
    return Groups(
        parent=nodes.copy(),
        size=np.ones(len(nodes), np.int32),
        next_member=nothing.copy(),
        last_member=nodes.copy(),
        entry=np.where(nodes < count, nodes, np.int32(-1)).astype(np.int32),
        next_entry=nothing[:count].copy(),
        entry_class=class_of.astype(np.int32),
        entry_count=np.ones(count, np.int32),
        first_at=np.zeros(count, np.int64),
        last_at=np.full(count, FOREVER_SECONDS, np.int64),
        scratch=np.zeros(class_count, np.int32),
    )


def canonical_order(pairs: ToldPairs, wanted: Flags, priority_of: Numbers) -> Wide:
    """Return the wanted pairs in the order in which they are joined; ties by both numbers."""
    chosen = np.flatnonzero(wanted)
    key = pairs.key[chosen]
    priority = priority_of[key >> KEY_SHIFT].astype(np.int64) + priority_of[key & LOW]
    unverified = pairs.unverified_ends[chosen].astype(np.int64)
    rank = (unverified << UNVERIFIED_SHIFT) + (priority << PRIORITY_SHIFT) + pairs.first_at[chosen]
    return chosen[np.argsort(rank, kind="stable")]


def order_of_suggestions(pairs: ToldPairs, wanted: Flags) -> Wide:
    """Return the wanted pairs that only suggest, the first told first; ties by both numbers."""
    chosen = np.flatnonzero(wanted & (pairs.strength == SUGGESTS))
    return chosen[np.argsort(pairs.first_at[chosen], kind="stable")]


def starts_of(
    pairs: ToldPairs, wanted: Flags, is_silent: Flags, class_of: Numbers, policy: PolicyArrays
) -> Starts:
    """Return when the episodes of silent identifiers began, by their wanted pairs that prove."""
    begin = np.zeros(len(class_of) + 1, np.int64)
    proving = wanted & (pairs.strength == PROVES)
    found = np.empty((0, 2), np.int64)
    count = spans_of_silent(pairs, proving, is_silent, found)
    if count == 0:
        return Starts(begin, np.empty(0, np.int64))
    found = np.empty((count, 2), np.int64)
    spans_of_silent(pairs, proving, is_silent, found)
    firsts = pairs.first_at[found[:, 1]]
    order = np.argsort((found[:, 0] << KEY_SHIFT) + firsts)
    ends, spans = found[order, 0], found[order, 1]
    starts = Starts(begin, np.empty(count, np.int64))
    expires_of = policy.expires_seconds[class_of]
    started = find_starts(ends, firsts[order], pairs.last_at[spans], expires_of, starts)
    return Starts(np.cumsum(begin), starts.at[:started])
