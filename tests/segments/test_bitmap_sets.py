"""Sets over ordinals against plain Python sets: every operation, both encodings, every border."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyroaring import BitMap

from huitong.segments.rules.bitmaps import (
    EMPTY,
    KNOWN,
    SHARD_SIZE,
    Column,
    Encoding,
    Leaf,
    Node,
    Numbers,
    both,
    column_of_ordinals,
    counts_inside,
    decode,
    either,
    encode,
    index_against,
    overlap,
    page_of,
    parts_of_codes,
    parts_of_masks,
    parts_of_numbers,
    retag,
    sample_of,
    without,
)
from huitong.segments.rules.bitmaps.columns import column_of_parts, worked_out
from huitong.segments.rules.bitmaps.encoding import DENSE_SIZE_MIN
from huitong.segments.rules.bitmaps.members import ordinals_of
from huitong.segments.rules.bitmaps.parts import (
    SPARSE_WORDS_MAX,
    WORDS,
    Sparse,
    flags_of,
    has,
    part_of_ids,
    words_of,
)
from huitong.segments.rules.bitmaps.portrait import LISTED_MAX, countable

ORDINALS = 3 * SHARD_SIZE - 5
BORDERS = sorted(
    border + step
    for border in (0, 64, SHARD_SIZE, 2 * SHARD_SIZE, ORDINALS)
    for step in (-2, -1, 0, 1)
    if 0 <= border + step < ORDINALS
)
DENSITIES = (0.0, 0.00001, 0.001, 0.004, 0.02, 0.05, 0.5, 0.97, 1.0)


def members(draw: tuple[int, int, frozenset[int]]) -> NDArray[np.int64]:
    """Return ordinals at some density over a stretch, with those at the borders that are drawn."""
    density_place, seed, borders = draw
    chance = np.random.default_rng(seed)
    begin, end = sorted(chance.integers(0, ORDINALS, 2).tolist()) if seed % 3 else (0, ORDINALS)
    there = np.zeros(ORDINALS, np.bool_)
    there[begin:end] = chance.random(end - begin) < DENSITIES[density_place]
    there[list(borders)] = True
    return np.flatnonzero(there)


drawn = st.tuples(
    st.integers(0, len(DENSITIES) - 1),
    st.integers(0, 50),
    st.frozensets(st.sampled_from(BORDERS), max_size=4),
)
trees = st.recursive(
    st.integers(0, 3),
    lambda inner: st.tuples(st.sampled_from("&|-"), inner, inner),
    max_leaves=8,
)


def tree_of(tree: object, leaves: list[Leaf]) -> Node:
    if isinstance(tree, int):
        return leaves[tree]
    assert isinstance(tree, tuple)
    sign, left, right = tree
    one, other = tree_of(left, leaves), tree_of(right, leaves)
    if sign == "&":
        return both(one, other)
    return either(one, other) if sign == "|" else without(one, other)


def meaning_of(tree: object, flags: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Return the same by plain flags, without shards, words or an order of work."""
    if isinstance(tree, int):
        return flags[tree]
    assert isinstance(tree, tuple)
    sign, left, right = tree
    one, other = meaning_of(left, flags), meaning_of(right, flags)
    if sign == "&":
        return one & other
    return one | other if sign == "|" else one & ~other


def flags_from(ordinals: NDArray[np.int64]) -> NDArray[np.bool_]:
    flags = np.zeros(ORDINALS, np.bool_)
    flags[ordinals] = True
    return flags


@given(st.lists(drawn, min_size=4, max_size=4), trees)
@settings(max_examples=60)
def test_a_tree_means_what_plain_sets_mean(
    sets: list[tuple[int, int, frozenset[int]]], tree: object
) -> None:
    ordinals = [members(each) for each in sets]
    leaves = [Leaf(column_of_ordinals(each)) for each in ordinals]
    wanted = np.flatnonzero(meaning_of(tree, [flags_from(each) for each in ordinals]))
    node = tree_of(tree, leaves)
    assert node.count() == len(wanted)
    found = worked_out(node)
    assert found.size == len(wanted)
    assert np.array_equal(ordinals_of(found), wanted)
    # The leaves are as they were: nobody wrote into them.
    for leaf, each in zip(leaves, ordinals, strict=True):
        assert np.array_equal(ordinals_of(leaf.column), each)


def test_an_empty_set_is_empty_in_every_place() -> None:
    someone = Leaf(column_of_ordinals(np.array([3, SHARD_SIZE])))
    nobody = Leaf(EMPTY)
    assert (someone & nobody).count() == 0
    assert (someone | nobody).count() == 2
    assert (someone - nobody).count() == 2
    assert (nobody - someone).count() == 0
    assert (nobody | nobody).count() == 0
    assert worked_out(someone & nobody).size == 0


def test_a_full_shard_changes_nothing_where_sets_meet() -> None:
    full = Leaf(column_of_ordinals(np.arange(SHARD_SIZE)))
    some = Leaf(column_of_ordinals(np.arange(0, SHARD_SIZE, 3)))
    assert (full & some).count() == some.count()
    assert (full & (full | some)).count() == SHARD_SIZE
    assert (full - some).count() == SHARD_SIZE - some.count()


@given(drawn)
@settings(max_examples=40)
def test_what_is_encoded_is_decoded_to_the_same(draw: tuple[int, int, frozenset[int]]) -> None:
    for part in column_of_ordinals(members(draw)).parts:
        encoded = encode(part)
        back = decode(encoded)
        assert np.array_equal(words_of(back), words_of(part))
        assert encode(back) == encoded


def test_the_encoding_follows_the_density() -> None:
    few = encode(part_of_ids(np.arange(DENSE_SIZE_MIN - 1) * 30))
    many = encode(part_of_ids(np.arange(DENSE_SIZE_MIN) * 30))
    assert (few.encoding, many.encoding) == (Encoding.ROARING, Encoding.WORDS)
    assert len(many.content) == WORDS * 8
    assert len(few.content) < len(many.content)
    assert encode(None).encoding is Encoding.NOTHING
    # Any reader of Roaring's portable format reads ours.
    assert list(BitMap.deserialize(few.content)) == [
        each * 30 for each in range(DENSE_SIZE_MIN - 1)
    ]


def test_runs_are_kept_as_runs() -> None:
    assert len(encode(part_of_ids(np.arange(5, 20_000))).content) < 50


@given(
    st.integers(0, 400),
    st.integers(1, 260),
    st.sampled_from([np.uint8, np.uint16, np.uint32]),
    st.integers(0, 9),
)
@settings(max_examples=40)
def test_all_codes_of_a_column_are_found_at_once(
    count: int, values: int, kind: type[np.unsignedinteger], seed: int
) -> None:
    top = min(values, np.iinfo(kind).max)
    codes = np.random.default_rng(seed).integers(0, top + 1, count).astype(kind)
    parts = parts_of_codes(codes)
    assert set(parts) == set(codes.tolist()) - {0}
    for code, part in parts.items():
        assert np.array_equal(np.flatnonzero(flags_of(part)), np.flatnonzero(codes == code))


@given(st.integers(0, 400), st.sampled_from([np.uint8, np.uint16, np.uint64]), st.integers(0, 9))
def test_all_bits_of_masks_are_found_at_once(
    count: int, kind: type[np.unsignedinteger], seed: int
) -> None:
    masks = np.random.default_rng(seed).integers(0, np.iinfo(kind).max, count, kind, endpoint=True)
    masks &= masks >> kind(3)
    parts = parts_of_masks(masks)
    for bit in range(np.iinfo(kind).bits):
        wanted = np.flatnonzero(masks >> kind(bit) & kind(1))
        assert np.array_equal(np.flatnonzero(flags_of(parts.get(bit))), wanted)


numbers = st.one_of(
    st.integers(-20, 20),
    st.sampled_from([0, 1, 255, 256, 2**40, 2**62, 2**63 - 1, -(2**40), -(2**63)]),
    st.integers(-(2**63), 2**63 - 1),
)


def numbers_of(told: list[int | None]) -> Numbers:
    values = np.array([each or 0 for each in told], np.int64)
    known = np.array([each is not None for each in told], np.bool_)
    parts = parts_of_numbers(values, known)
    return Numbers({place: Leaf(column_of_parts([part])) for place, part in parts.items()})


def who(node: Node) -> set[int]:
    return set(ordinals_of(worked_out(node)).tolist())


@given(
    st.lists(st.one_of(st.none(), numbers), min_size=1, max_size=60),
    st.one_of(numbers, st.integers(-(2**66), 2**66)),
    numbers,
)
def test_ranges_of_numbers_are_those_of_plain_numbers(
    told: list[int | None], low: int, high: int
) -> None:
    asked = numbers_of(told)
    known = {place: each for place, each in enumerate(told) if each is not None}
    assert who(asked.at_least(low)) == {place for place, each in known.items() if each >= low}
    assert who(asked.less_than(low)) == {place for place, each in known.items() if each < low}
    between = {place for place, each in known.items() if low <= each < high}
    assert who(asked.between(low, high)) == between
    everyone = Leaf(column_of_ordinals(np.arange(len(told))))
    assert who(everyone - asked.at_least(low)) == set(range(len(told))) - {
        place for place, each in known.items() if each >= low
    }


@given(st.lists(st.one_of(st.none(), numbers), max_size=60), st.integers(0, 99))
def test_totals_inside_a_set_are_those_of_plain_numbers(told: list[int | None], seed: int) -> None:
    chosen = np.flatnonzero(np.random.default_rng(seed).random(len(told)) < 0.6)
    total = numbers_of(told).total(Leaf(column_of_ordinals(chosen)))
    inside = [each for each in (told[place] for place in chosen) if each is not None]
    assert (total.count, total.sum) == (len(inside), sum(inside))
    assert total.lowest == min(inside, default=None)
    assert total.highest == max(inside, default=None)


def test_a_number_that_many_have_is_found_over_dense_shards() -> None:
    chance = np.random.default_rng(4)
    values = chance.integers(-3_000, 90_000, SHARD_SIZE)
    known = chance.random(SHARD_SIZE) < 0.8
    parts = parts_of_numbers(values, known)
    asked = Numbers({place: Leaf(column_of_parts([part])) for place, part in parts.items()})
    for edge in (-3_000, -1, 0, 1, 4_096, 65_536, 89_999):
        assert asked.at_least(edge).count() == int(((values >= edge) & known).sum())
    inside = chance.random(SHARD_SIZE) < 0.3
    total = asked.total(Leaf(column_of_ordinals(np.flatnonzero(inside))))
    told = values[inside & known]
    assert (total.count, total.sum) == (len(told), int(told.sum()))
    assert (total.lowest, total.highest) == (int(told.min()), int(told.max()))


def test_a_field_that_nobody_has_answers_nobody() -> None:
    nobody = Numbers({})
    someone = Leaf(column_of_ordinals(np.arange(9)))
    assert nobody.at_least(1).count() == 0
    assert nobody.less_than(1).count() == 0
    assert nobody.total(someone).count == 0
    assert KNOWN not in parts_of_numbers(np.zeros(3, np.int64), np.zeros(3, np.bool_))


@given(st.lists(drawn, min_size=1, max_size=5), drawn)
@settings(max_examples=30)
def test_counts_inside_are_the_sizes_of_what_sets_have_in_common(
    sets: list[tuple[int, int, frozenset[int]]], audience: tuple[int, int, frozenset[int]]
) -> None:
    columns = [column_of_ordinals(members(each)) for each in sets]
    inside = flags_from(members(audience))
    wanted = [int(inside[ordinals_of(each)].sum()) for each in columns]
    asked = Leaf(column_of_ordinals(np.flatnonzero(inside)))
    assert counts_inside(asked, [countable(each) for each in columns]) == wanted


@pytest.mark.parametrize("size", [LISTED_MAX - 1, LISTED_MAX, LISTED_MAX + 1, SHARD_SIZE])
def test_listed_and_wide_parts_are_counted_alike(size: int) -> None:
    spread = np.arange(size) * (SHARD_SIZE // size)
    some = column_of_ordinals(np.arange(0, SHARD_SIZE, 7))
    wanted = len(set(spread.tolist()) & set(range(0, SHARD_SIZE, 7)))
    assert counts_inside(Leaf(some), [countable(column_of_ordinals(spread))]) == [wanted]
    assert counts_inside(Leaf(column_of_ordinals(spread)), [countable(some)]) == [wanted]


def test_an_overlap_has_the_sizes_on_its_diagonal() -> None:
    left = Leaf(column_of_ordinals(np.array([1, 2, 3, SHARD_SIZE])))
    right = Leaf(column_of_ordinals(np.array([3, SHARD_SIZE, SHARD_SIZE + 1])))
    assert overlap([left, right, left - right]) == [[4, 2, 2], [2, 3, 0], [2, 0, 2]]


def test_an_index_of_100_is_as_in_the_base() -> None:
    # 30 of 100 inside, 300 of 1,000 in the base; then twice, half, a third more, and none.
    assert index_against(30, 100, 300, 1_000) == 100
    assert index_against(60, 100, 300, 1_000) == 200
    assert index_against(15, 100, 300, 1_000) == 50
    assert index_against(4, 10, 300, 1_000) == 133
    assert index_against(0, 10, 300, 1_000) == 0
    assert index_against(0, 10, 0, 1_000) is None
    assert index_against(0, 0, 300, 1_000) is None
    # 1 of 8 inside and 1 of 1 outside is 12.5: halves go up.
    assert index_against(1, 8, 1, 1) == 13


@given(drawn, st.integers(1, 2_000))
@settings(max_examples=20)
def test_pages_follow_each_other_without_gap_or_repeat(
    draw: tuple[int, int, frozenset[int]], limit: int
) -> None:
    ordinals = members(draw)
    column = column_of_ordinals(ordinals)
    after, found = -1, []
    for _ in range(5):
        page = page_of(column, after=after, limit=limit)
        found += page
        if len(page) < limit:
            break
        after = page[-1]
    assert found == ordinals[: len(found)].tolist()
    assert len(found) == min(len(ordinals), 5 * limit)


def test_a_sample_is_the_same_each_time_and_another_by_another_seed() -> None:
    column = column_of_ordinals(np.arange(0, 2 * SHARD_SIZE, 5))
    first = sample_of(column, size=500, seed=1)
    assert first == sample_of(column, size=500, seed=1)
    assert len(set(first)) == 500
    assert all(ordinal in column for ordinal in first)
    assert len(set(first) & set(sample_of(column, size=500, seed=2))) < 50
    assert sample_of(column, size=column.size + 1, seed=1) == ordinals_of(column).tolist()
    assert sample_of(column, size=0, seed=1) == []


def test_a_sample_keeps_those_who_stay_when_others_leave() -> None:
    everyone = np.arange(10_000)
    sampled = sample_of(column_of_ordinals(everyone), size=100, seed=7)
    gone = set(sampled[:10])
    left = column_of_ordinals(np.array([each for each in everyone if each not in gone]))
    assert set(sampled[10:]) < set(sample_of(left, size=100, seed=7))


@given(
    st.dictionaries(st.integers(0, 200), st.integers(0, 4), max_size=60),
    st.dictionaries(st.integers(0, 200), st.integers(0, 4), min_size=1, max_size=60),
)
def test_tags_told_anew_change_those_customers_and_touched_parts_alone(
    before: Mapping[int, int], now: Mapping[int, int]
) -> None:
    codes = np.zeros(201, np.uint8)
    codes[list(before)] = list(before.values())
    after = codes.copy()
    after[list(now)] = list(now.values())
    ids = np.array(sorted(now))
    told = {code: part_of_ids(ids[after[ids] == code]) for code in set(after[ids].tolist()) - {0}}
    changed = retag(parts_of_codes(codes), ids, told)
    old, new = parts_of_codes(codes), parts_of_codes(after)
    for code in old.keys() | new.keys():
        is_same = np.array_equal(words_of(old.get(code)), words_of(new.get(code)))
        assert (code in changed) is not is_same
        found = changed.get(code, old.get(code))
        assert np.array_equal(words_of(found), words_of(new.get(code)))


def test_a_part_is_kept_as_few_words_up_to_a_quarter() -> None:
    few = part_of_ids(np.arange(SPARSE_WORDS_MAX) * 64)
    more = part_of_ids(np.arange(SPARSE_WORDS_MAX + 1) * 64)
    assert isinstance(few, Sparse)
    assert isinstance(more, np.ndarray)
    for part in (few, more):
        assert has(part, 64)
        assert not has(part, 65)
    assert not has(None, 64)


def test_a_column_knows_its_members_past_its_last_shard() -> None:
    column: Column = column_of_ordinals(np.array([1, SHARD_SIZE + 1]))
    assert 1 in column
    assert SHARD_SIZE + 1 in column
    assert 2 not in column
    assert 5 * SHARD_SIZE not in column
