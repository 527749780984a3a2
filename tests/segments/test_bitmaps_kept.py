"""Bitmaps in a real database: ordinals, versions, lazy loading, the living, snapshots, scopes."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from huitong.platform.conditions import (
    Alive,
    AtLeast,
    Computed,
    Condition,
    Join,
    Known,
    Meet,
    OfValue,
    Plan,
    evaluate,
    read_condition,
)
from huitong.platform.conditions.tree import FieldLeaf
from huitong.platform.db import Database, ReadTx, Scope, Tx
from huitong.segments.model.bitmaps import (
    NothingPublished,
    PartKey,
    SetKey,
    SnapshotNotFound,
    Version,
    VersionAbandoned,
    VersionSwept,
)
from huitong.segments.operations.bitmaps import begin, publish, sweep, write_field
from huitong.segments.operations.ordinals import allot, retire, revive
from huitong.segments.operations.snapshots import keep_snapshot
from huitong.segments.queries.bitmaps import Bitmaps, open_bitmaps
from huitong.segments.queries.ordinals import customers_at, ordinals_of
from huitong.segments.queries.sets import BitmapSets
from huitong.segments.queries.snapshots import members_on, movement, snapshots
from huitong.segments.rules.bitmaps import (
    SHARD_SIZE,
    Leaf,
    Part,
    column_of_ordinals,
    parts_of_codes,
    parts_of_masks,
    parts_of_numbers,
)
from huitong.segments.rules.bitmaps.cache import SetCache

BRAND = 7
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CITY = np.array([1, 1, 2, 2, 2, 0, 3, 1], np.uint8)
LIKES = np.array([0b01, 0b11, 0b10, 0, 0b01, 0b100, 0b01, 0b10], np.uint8)
SPENT = np.array([100, 0, 250, 99_900, 7, 0, 0, 100], np.int64)
CODES = {
    "city": {"shanghai": 1, "suzhou": 2, "wuxi": 3},
    "likes": {"tea": 0, "sport": 1, "music": 2},
}
SOME_LEAF = cast("FieldLeaf", read_condition({"field": "city", "is_known": True}))
HAS_SPENT = np.array([True, True, True, True, True, False, False, True])


def customers(tx: Tx, count: int = len(CITY)) -> list[int]:
    return tx.new_ids([place * 5 % 4_096 for place in range(count)])


def of_shard(parts: Mapping[int, Part], shard: int = 0) -> dict[PartKey, Part]:
    return {PartKey(code, shard): part for code, part in parts.items()}


def refresh(tx: Tx, *, key: str = "first", at: datetime = NOW) -> Version:
    """Write and publish the three columns of this module for all ordinals given so far."""
    version = begin(tx, brand_id=BRAND, key=key, now=at)
    columns = {
        "city": parts_of_codes(CITY),
        "likes": parts_of_masks(LIKES),
        "spent": parts_of_numbers(SPENT, HAS_SPENT),
    }
    for field, parts in columns.items():
        write_field(tx, of_shard(parts), version=version, field=field, whole_shards=[0])
    publish(tx, version=version, now=at)
    return version


def opened(tx: ReadTx, cache: SetCache | None = None, version: int | None = None) -> Bitmaps:
    return open_bitmaps(tx, brand_id=BRAND, cache=cache or SetCache(), version=version)


class TestOrdinals:
    def test_customers_get_consecutive_places_in_the_order_of_the_batch(self, tx: Tx) -> None:
        some = customers(tx, 60)
        assert allot(tx, some[:5], brand_id=BRAND) == dict(zip(some, range(5), strict=False))
        mixed = [some[9], some[2], *some[10:]]
        given = allot(tx, mixed, brand_id=BRAND)
        assert [given[each] for each in mixed] == [5, 2, *range(6, 56)]
        assert ordinals_of(tx, some)[some[4]] == 4
        assert customers_at(tx, [5, 0, 99], brand_id=BRAND) == {0: some[0], 5: some[9]}

    def test_a_place_is_given_once_though_its_customer_is_retired(self, tx: Tx) -> None:
        first, second = customers(tx, 2)
        allot(tx, [first], brand_id=BRAND)
        assert retire(tx, [first], now=NOW) == 1
        assert retire(tx, [first], now=NOW) == 0
        assert allot(tx, [second], brand_id=BRAND) == {second: 1}
        assert customers_at(tx, [0, 1], brand_id=BRAND) == {1: second}

    def test_brands_count_for_themselves(self, tx: Tx) -> None:
        here, there = customers(tx, 2)
        assert allot(tx, [here], brand_id=BRAND) == {here: 0}
        assert allot(tx, [there], brand_id=BRAND + 1) == {there: 0}


class TestSets:
    def test_values_ranges_and_what_is_known_are_those_of_the_columns(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        refresh(tx)
        bitmaps = opened(tx)
        assert bitmaps.alive().count() == 8
        assert bitmaps.count(bitmaps.value("city", 2)) == 3
        assert bitmaps.count(bitmaps.value("city", 9)) == 0
        assert bitmaps.count(bitmaps.known("city")) == 7
        assert bitmaps.count(bitmaps.known("likes")) == 7
        assert bitmaps.count(bitmaps.known("spent")) == 6
        assert bitmaps.count(bitmaps.known("unheard")) == 0
        assert bitmaps.count(bitmaps.value("likes", 0) & bitmaps.value("city", 1)) == 2
        assert bitmaps.count(bitmaps.numbers("spent").between(7, 101)) == 3
        total = bitmaps.total("spent", bitmaps.value("city", 2))
        assert (total.count, total.sum, total.lowest, total.highest) == (3, 100_157, 7, 99_900)

    def test_what_a_count_needs_is_read_in_one_statement_and_once(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        refresh(tx)
        cache = SetCache()
        bitmaps = opened(tx, cache)
        before = tx.statements
        asked = bitmaps.value("city", 1) | bitmaps.value("city", 2)
        assert bitmaps.count((asked & bitmaps.value("likes", 0)) - bitmaps.value("likes", 1)) == 2
        assert tx.statements == before + 1
        again = opened(tx, cache)
        before = tx.statements
        assert again.count(again.value("city", 1) & again.value("likes", 1)) == 2
        assert tx.statements == before

    def test_a_single_value_is_counted_without_being_read(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        refresh(tx)
        bitmaps = opened(tx)
        before = tx.statements
        assert bitmaps.count(bitmaps.value("city", 1)) == 3
        assert tx.statements == before

    def test_a_memory_that_holds_nothing_changes_no_answer(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        refresh(tx)
        cache = SetCache(bytes_max=0)
        for _ in range(2):
            bitmaps = opened(tx, cache)
            assert bitmaps.count(bitmaps.value("city", 1) & bitmaps.value("likes", 0)) == 2
        assert cache.bytes == 0

    def test_pages_and_samples_name_customers(self, tx: Tx) -> None:
        ids = customers(tx)
        allot(tx, ids, brand_id=BRAND)
        refresh(tx)
        bitmaps = opened(tx)
        members = bitmaps.members(bitmaps.value("city", 1) | bitmaps.value("city", 2))
        assert bitmaps.page(members, limit=3) == [(0, ids[0]), (1, ids[1]), (2, ids[2])]
        assert bitmaps.page(members, after=2) == [(3, ids[3]), (4, ids[4]), (7, ids[7])]
        sample = bitmaps.sample(members, size=2, seed=5)
        assert len(sample) == 2
        assert sample == bitmaps.sample(members, size=2, seed=5)
        assert bitmaps.overlap([Leaf(members), bitmaps.value("likes", 0)])[0] == [6, 3]

    def test_a_portrait_sets_an_audience_beside_everyone(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        refresh(tx)
        bitmaps = opened(tx)
        for _ in range(2):
            portrait = bitmaps.portrait(bitmaps.value("likes", 0))
            assert (portrait.size, portrait.everyone) == (4, 8)
            told = {(one.field, one.code): one for one in portrait.values}
            assert {field for field, _ in told} == {"city", "likes"}
            # Of the four who like 0, two live in city 1; of all eight three do.
            one = told["city", 1]
            assert (one.inside, one.base, one.index) == (2, 3, 133)
            assert (told["likes", 0].inside, told["likes", 0].index) == (4, 200)
            assert (told["likes", 2].inside, told["likes", 2].index) == (0, 0)
        assert {one.field for one in bitmaps.portrait(bitmaps.alive(), fields=["city"]).values} == {
            "city"
        }

    def test_a_customer_is_told_with_every_value(self, tx: Tx) -> None:
        ids = customers(tx, 9)
        allot(tx, ids[:8], brand_id=BRAND)
        refresh(tx)
        bitmaps = opened(tx)
        likes = [SetKey("likes", 0), SetKey("likes", 1)]
        assert bitmaps.values_of(ids[1]) == [SetKey("city", 1), *likes]
        assert bitmaps.values_of(ids[8]) is None

    def test_conditions_know_values_by_their_texts(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        refresh(tx)
        bitmaps = opened(tx)
        codes = {"city": {"shanghai": 1, "suzhou": 2}}
        sets = BitmapSets(bitmaps, codes, compute=lambda _: bitmaps.alive())
        shanghai = sets.value("city", "shanghai")
        assert bitmaps.count(sets.alive() - shanghai) == 5
        assert bitmaps.count(sets.value("city", "nowhere")) == 0
        assert bitmaps.count(sets.at_least("spent", 100) & shanghai) == 2
        assert bitmaps.count(sets.known("spent")) == 6


class PlainSets:
    """The sets of this module's columns by Python's own, for customers 0 to 7."""

    def __init__(self, retired: frozenset[int]) -> None:
        self.living = frozenset(range(8)) - retired

    def alive(self) -> frozenset[int]:
        return self.living

    def value(self, field: str, code: str) -> frozenset[int]:
        if field == "city":
            return frozenset(np.flatnonzero(CODES["city"].get(code, 99) == CITY).tolist())
        return frozenset(np.flatnonzero(LIKES >> CODES["likes"].get(code, 7) & 1).tolist())

    def at_least(self, _field: str, number: int) -> frozenset[int]:
        return frozenset(np.flatnonzero((number <= SPENT) & HAS_SPENT).tolist())

    def known(self, field: str) -> frozenset[int]:
        has = {"city": CITY > 0, "likes": LIKES > 0, "spent": HAS_SPENT}
        return frozenset(np.flatnonzero(has[field]).tolist())

    def computed(self, _condition: Condition) -> frozenset[int]:
        return frozenset({1, 4, 7})


def plan_of(chance: random.Random, depth: int = 3) -> Plan:
    """Return a random plan over the columns of this module."""
    kind = chance.choice("vvvnkcjm" if depth else "vvnk")
    if kind == "v":
        field = chance.choice(sorted(CODES))
        return OfValue(field, chance.choice([*CODES[field], "unheard"]))
    if kind == "n":
        return AtLeast("spent", chance.choice([-1, 0, 1, 7, 100, 101, 10**6]))
    if kind == "k":
        return Known(chance.choice(["city", "likes", "spent"]))
    if kind == "c":
        return Computed(SOME_LEAF)
    parts = tuple(plan_of(chance, depth - 1) for _ in range(chance.randrange(1, 4)))
    if kind == "j":
        return Join(parts[chance.randrange(2) :])
    return Meet(parts, tuple(plan_of(chance, depth - 1) for _ in range(chance.randrange(3))))


def test_a_plan_of_conditions_means_the_same_over_bitmaps_and_plain_sets(tx: Tx) -> None:
    ids = customers(tx)
    allot(tx, ids, brand_id=BRAND)
    refresh(tx)
    retire(tx, [ids[3], ids[7]], now=NOW)
    cache = SetCache()
    plain = PlainSets(frozenset({3, 7}))
    chance = random.Random(11)
    some = Leaf(column_of_ordinals(np.array([1, 4, 7])))
    for _ in range(300):
        asked = Meet((Alive(), plan_of(chance)))
        bitmaps = opened(tx, cache)
        found = evaluate(asked, BitmapSets(bitmaps, CODES, compute=lambda _: some))
        wanted = evaluate(asked, plain)
        assert {ordinal for ordinal, _ in bitmaps.page(bitmaps.members(found))} == wanted, asked
        assert bitmaps.count(found) == len(wanted), asked


class TestTheLiving:
    def test_the_retired_are_counted_no_more_before_any_refresh(self, tx: Tx) -> None:
        ids = customers(tx)
        allot(tx, ids, brand_id=BRAND)
        refresh(tx)
        retire(tx, [ids[0], ids[2]], now=NOW)
        bitmaps = opened(tx)
        city = bitmaps.value("city", 1)
        assert bitmaps.count(bitmaps.alive()) == 6
        assert bitmaps.count(bitmaps.alive() & city) == 2
        assert bitmaps.count(bitmaps.alive() - city) == 4
        assert bitmaps.portrait(city).size == 2

    def test_a_refresh_takes_them_over_and_a_split_brings_them_back(self, tx: Tx) -> None:
        ids = customers(tx)
        allot(tx, ids, brand_id=BRAND)
        refresh(tx)
        retire(tx, ids[:3], now=NOW)
        refresh(tx, key="second")
        cache = SetCache()
        bitmaps = opened(tx, cache)
        assert bitmaps.alive().count() == 5
        assert revive(tx, [ids[1]]) == 1
        bitmaps = opened(tx, cache)
        assert bitmaps.count(bitmaps.alive()) == 6
        assert 1 in bitmaps.members(bitmaps.alive())
        refresh(tx, key="third")
        assert opened(tx, cache).alive().count() == 6

    def test_the_new_are_counted_from_the_next_version_on(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        refresh(tx)
        late = customers(tx, 3)
        allot(tx, late, brand_id=BRAND)
        retire(tx, late[:1], now=NOW)
        assert opened(tx).alive().count() == 8
        version = refresh(tx, key="second")
        assert version.ordinals == 11
        bitmaps = opened(tx)
        assert bitmaps.count(bitmaps.alive()) == 10
        assert 8 not in bitmaps.members(bitmaps.alive())


class TestVersions:
    def test_nobody_sees_a_version_before_it_is_published(
        self, fresh_database: Database, group_id: int
    ) -> None:
        scope = Scope(group_id)
        with fresh_database.transaction(scope, now=NOW) as tx:
            allot(tx, customers(tx), brand_id=BRAND)
            refresh(tx)
        with fresh_database.transaction(scope, now=NOW) as tx:
            version = begin(tx, brand_id=BRAND, key="second", now=NOW)
            moved = of_shard(parts_of_codes(np.full(8, 3, np.uint8)))
            write_field(tx, moved, version=version, field="city", whole_shards=[0])
        with fresh_database.reading(scope) as reader:
            bitmaps = opened(reader)
            assert bitmaps.count(bitmaps.value("city", 3)) == 1
            assert bitmaps.count(bitmaps.value("city", 1)) == 3
        with fresh_database.transaction(scope, now=NOW) as tx:
            publish(tx, version=version, now=NOW)
        with fresh_database.reading(scope) as reader:
            bitmaps = opened(reader)
            assert bitmaps.count(bitmaps.value("city", 3)) == 8
            assert bitmaps.codes_of("city") == (3,)

    def test_a_reader_keeps_its_version_while_another_is_published_and_swept(
        self, fresh_database: Database, group_id: int
    ) -> None:
        scope = Scope(group_id)
        cache = SetCache()
        with fresh_database.transaction(scope, now=NOW) as tx:
            allot(tx, customers(tx), brand_id=BRAND)
            refresh(tx)
        with fresh_database.reading(scope) as reader:
            bitmaps = opened(reader, cache)
            with fresh_database.transaction(scope, now=NOW) as tx:
                later = NOW + timedelta(days=1)
                version = begin(tx, brand_id=BRAND, key="second", now=later)
                moved = of_shard(parts_of_codes(np.full(8, 3, np.uint8)))
                write_field(tx, moved, version=version, field="city", whole_shards=[0])
                publish(tx, version=version, now=later)
                assert sweep(tx, brand_id=BRAND, before=later) == 3
            with fresh_database.reading(scope) as newer:
                newest = opened(newer, cache)
                assert newest.count(newest.value("city", 3) & newest.value("likes", 0)) == 4
            in_one = bitmaps.value("city", 1) & bitmaps.value("likes", 0)
            assert bitmaps.count(in_one) == 2

    def test_a_kept_version_can_be_opened_and_a_swept_one_is_refused(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        first = refresh(tx)
        later = NOW + timedelta(hours=2)
        second = begin(tx, brand_id=BRAND, key="second", now=later)
        write_field(tx, {PartKey(1, 0): None}, version=second, field="city")
        publish(tx, version=second, now=later)
        assert opened(tx, version=first.version).value("city", 1).count() == 3
        assert opened(tx).value("city", 1).count() == 0
        assert sweep(tx, brand_id=BRAND, before=NOW + timedelta(hours=1)) == 0
        assert opened(tx, version=first.version).value("city", 1).count() == 3
        assert sweep(tx, brand_id=BRAND, before=later) == 1
        # Most of what the newest version sees was written by the first, which is gone all the same.
        assert opened(tx).value("city", 2).count() == 3
        for gone in (first.version, 99):
            with pytest.raises(VersionSwept):
                opened(tx, version=gone)

    def test_what_is_as_before_is_not_written_again(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        refresh(tx)
        second = begin(tx, brand_id=BRAND, key="second", now=NOW)
        city = CITY.copy()
        city[0] = 2
        told = of_shard(parts_of_codes(city))
        written = write_field(tx, told, version=second, field="city", whole_shards=[0])
        # The values 1 and 2 changed, 3 did not.
        assert written.parts == 2
        assert write_field(tx, told, version=second, field="city", whole_shards=[0]).parts == 0

    def test_parts_that_a_version_left_alone_are_not_read_again(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        cache = SetCache()
        refresh(tx)
        bitmaps = opened(tx, cache)
        bitmaps.members(bitmaps.value("city", 1) | bitmaps.value("likes", 0))
        second = begin(tx, brand_id=BRAND, key="second", now=NOW)
        far = column_of_ordinals(np.array([SHARD_SIZE + 4])).parts[1]
        write_field(tx, {PartKey(1, 1): far}, version=second, field="city")
        publish(tx, version=second, now=NOW)
        bitmaps = opened(tx, cache)
        before = tx.statements
        found = bitmaps.members(bitmaps.value("city", 1) | bitmaps.value("likes", 0))
        assert tx.statements == before + 1
        assert found.sizes == (5, 1)
        assert SHARD_SIZE + 4 in found

    def test_a_refresh_that_died_leaves_nothing_to_the_next(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        refresh(tx)
        died = begin(tx, brand_id=BRAND, key="second", now=NOW)
        wrong = of_shard(parts_of_codes(np.full(8, 3, np.uint8)))
        write_field(tx, wrong, version=died, field="city", whole_shards=[0])
        again = begin(tx, brand_id=BRAND, key="second", now=NOW)
        assert again.version > died.version
        with pytest.raises(VersionAbandoned):
            write_field(tx, wrong, version=died, field="city")
        with pytest.raises(VersionAbandoned):
            publish(tx, version=died, now=NOW)
        publish(tx, version=again, now=NOW)
        bitmaps = opened(tx)
        assert bitmaps.count(bitmaps.value("city", 1)) == 3
        assert bitmaps.count(bitmaps.value("city", 3)) == 1

    def test_a_key_that_was_published_is_answered_with_its_version(self, tx: Tx) -> None:
        allot(tx, customers(tx), brand_id=BRAND)
        first = refresh(tx)
        again = begin(tx, brand_id=BRAND, key="first", now=NOW)
        assert again.is_published
        assert again.version == first.version


class TestScopes:
    def test_another_group_and_another_brand_see_nothing_in_the_same_memory(
        self, fresh_database: Database, group_id: int
    ) -> None:
        cache = SetCache()
        with fresh_database.transaction(Scope(group_id), now=NOW) as tx:
            allot(tx, customers(tx), brand_id=BRAND)
            refresh(tx)
            bitmaps = opened(tx, cache)
            assert bitmaps.count(bitmaps.value("city", 1) & bitmaps.value("likes", 0)) == 2
        for scope in (Scope(group_id + 1_000), Scope(group_id, (BRAND + 1,)), Scope(group_id, ())):
            with fresh_database.reading(scope) as reader, pytest.raises(NothingPublished):
                opened(reader, cache)
        with fresh_database.reading(Scope(group_id, (BRAND,))) as reader:
            assert opened(reader, cache).alive().count() == 8


class TestSnapshots:
    def kept(self, tx: Tx, day: date, ordinals: NDArray[np.int64]) -> int:
        return keep_snapshot(
            tx,
            members=column_of_ordinals(ordinals),
            brand_id=BRAND,
            segment="loyal",
            taken_on=day,
            version=3,
            now=NOW,
        ).size

    def test_who_was_in_a_segment_on_a_past_day_and_who_came_and_went(self, tx: Tx) -> None:
        monday, tuesday = date(2026, 3, 2), date(2026, 3, 3)
        many = np.arange(0, SHARD_SIZE, 9)
        assert self.kept(tx, monday, np.concatenate((many, [3 * SHARD_SIZE]))) == len(many) + 1
        assert self.kept(tx, tuesday, np.concatenate((many[1:], [1]))) == len(many)
        was_in = members_on(tx, brand_id=BRAND, segment="loyal", taken_on=monday)
        assert 3 * SHARD_SIZE in was_in
        assert was_in.sizes == (len(many), 0, 0, 1)
        moved = movement(tx, brand_id=BRAND, segment="loyal", earlier_on=monday, later_on=tuesday)
        assert (moved.entered.size, moved.left.size) == (1, 2)
        assert 1 in moved.entered
        assert 0 in moved.left
        trend = snapshots(tx, brand_id=BRAND, segment="loyal")
        assert [one.taken_on for one in trend] == [tuesday, monday]

    def test_a_day_is_kept_once_and_another_is_refused(self, tx: Tx) -> None:
        monday = date(2026, 3, 2)
        assert self.kept(tx, monday, np.array([1, 2])) == 2
        assert self.kept(tx, monday, np.array([1, 2, 3])) == 2
        with pytest.raises(SnapshotNotFound):
            members_on(tx, brand_id=BRAND, segment="loyal", taken_on=date(2026, 3, 1))

    def test_a_segment_of_nobody_is_kept_as_such(self, tx: Tx) -> None:
        monday = date(2026, 3, 2)
        assert self.kept(tx, monday, np.empty(0, np.int64)) == 0
        assert members_on(tx, brand_id=BRAND, segment="loyal", taken_on=monday).size == 0
