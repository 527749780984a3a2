"""What each reader says of one small story, counted by hand."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from huitong.platform.conditions import (
    Alive,
    AsOf,
    AtLeast,
    Candidate,
    Computed,
    Join,
    Known,
    Meet,
    OfValue,
    Plan,
    Reading,
    Value,
    computed_leaves,
    evaluate,
    explain,
    holds,
    plan,
    read_condition,
    select_customers,
)
from tests.platform.conditions.made_up import SEGMENTS, VOCABULARY, PlainSets, World, store

SHANGHAI = ZoneInfo("Asia/Shanghai")
READING = Reading(VOCABULARY, AsOf(datetime(2026, 11, 22, 12, tzinfo=SHANGHAI), SHANGHAI), SEGMENTS)
NOVEMBER_10 = datetime(2026, 11, 10, 9, tzinfo=UTC)


def order(at: datetime, paid: int | None = 100, **more: Value) -> dict[str, Value | None]:
    return {"ordered_at": at, "paid": paid, "order_no": "O-" + at.strftime("%m%d"), **more}


def sql(document: dict[str, Any]) -> str:
    return select_customers(read_condition(document), READING).sql(dialect="duckdb")


def planned(document: dict[str, Any]) -> Plan:
    return plan(read_condition(document), READING)


class TestExplanation:
    def test_names_the_facts_that_counted_and_the_value_they_came_to(self) -> None:
        old = order(datetime(2026, 1, 1, tzinfo=UTC))
        by_shop = order(NOVEMBER_10, 120, channel="shop")
        by_tmall = order(NOVEMBER_10, 900, channel="tmall")
        candidate = Candidate(facts={"orders": [old, by_shop, by_tmall]})
        document = {
            "facts": "orders",
            "where": {"field": "channel", "in": ["shop"]},
            "last_days": 30,
            "measure": {"sum": "paid"},
            "at_least": 100,
        }
        explained = explain(read_condition(document), candidate, READING)
        assert explained.holds
        assert explained.found == 120
        assert explained.facts == (by_shop,)

    def test_goes_down_to_each_clause_and_into_segments(self) -> None:
        document = {"all": [{"field": "vip", "in": [True]}, {"not": {"segment": "rich"}}]}
        candidate = Candidate({"vip": False, "spent": 99})
        explained = explain(read_condition(document), candidate, READING)
        vip, not_rich = explained.parts
        assert (explained.holds, vip.holds, not_rich.holds) == (False, False, True)
        assert vip.found is False
        ((definition,),) = [each.parts for each in not_rich.parts]
        assert definition.found == 99

    def test_of_the_greatest_and_the_last_tells_only_those(self) -> None:
        small, great = order(NOVEMBER_10, 5), order(datetime(2026, 11, 1, tzinfo=UTC), 7)
        candidate = Candidate(facts={"orders": [small, great, order(NOVEMBER_10, None)]})
        most = {"facts": "orders", "measure": {"max": "paid"}, "at_least": 7}
        explained = explain(read_condition(most), candidate, READING)
        assert (explained.found, explained.facts) == (7, (great,))
        last = {"facts": "orders", "measure": "days_since_first", "at_least": 22}
        explained = explain(read_condition(last), candidate, READING)
        assert (explained.holds, explained.found, explained.facts) == (False, 21, (great,))


class TestTheUnknown:
    @pytest.mark.parametrize(
        "leaf",
        [
            {"field": "vip", "in": [False]},
            {"field": "city", "in": ["sh", "hz", "o'x"]},
            {"field": "colours", "has_all": ["red"]},
            {"field": "points", "less_than": 0},
            {"field": "born", "last_days": 36_600},
            {"field": "born", "anniversary_in_days": 366},
            {"facts": "orders", "measure": {"max": "paid"}, "less_than": 10**15},
            {"facts": "orders", "measure": "days_since_last", "at_least": 0},
        ],
    )
    def test_meets_no_leaf_and_every_negation(self, leaf: dict[str, Any]) -> None:
        assert not holds(read_condition(leaf), Candidate(), READING)
        assert holds(read_condition({"not": leaf}), Candidate(), READING)

    def test_no_facts_are_a_count_and_a_sum_of_nothing(self) -> None:
        for measure in ("count", {"sum": "paid"}, {"distinct": "item"}):
            leaf = {"facts": "orders", "measure": measure, "less_than": 2}
            assert holds(read_condition(leaf), Candidate(), READING)

    def test_an_empty_set_is_unknown(self) -> None:
        nothing = Candidate({"colours": frozenset()})
        assert holds(read_condition({"field": "colours", "is_known": False}), nothing, READING)


class TestTheLiving:
    def test_nobody_else_is_everyone(self) -> None:
        merged_away = Candidate(is_alive=False)
        documents: tuple[dict[str, Any], ...] = (
            {"all": []},
            {"not": {"any": []}},
            {"not": {"field": "vip", "in": [True]}},
        )
        for document in documents:
            assert holds(read_condition(document), Candidate(), READING)
            assert not holds(read_condition(document), merged_away, READING)


class TestDays:
    @pytest.mark.parametrize(
        "instant, within",
        [
            (datetime(2026, 11, 20, 15, 59, 59, 999_999, tzinfo=UTC), False),
            (datetime(2026, 11, 20, 16, tzinfo=UTC), True),
            (datetime(2026, 11, 22, 15, 59, 59, 999_999, tzinfo=UTC), True),
            (datetime(2026, 11, 22, 16, tzinfo=UTC), False),
        ],
    )
    def test_the_last_two_are_today_and_yesterday_of_the_brand(
        self, instant: datetime, *, within: bool
    ) -> None:
        leaf = read_condition({"field": "joined", "last_days": 2})
        assert holds(leaf, Candidate({"joined": instant}), READING) is within

    @pytest.mark.parametrize("day, within", [(21, False), (22, True), (23, True), (24, False)])
    def test_the_next_two_are_today_and_tomorrow(self, day: int, *, within: bool) -> None:
        leaf = read_condition({"field": "due", "next_days": 2})
        assert holds(leaf, Candidate({"due": date(2026, 11, day)}), READING) is within

    def test_facts_after_today_count_only_when_until_says_so(self) -> None:
        booked = Candidate(facts={"visits": [{"visited_on": date(2026, 11, 25)}]})
        leaf = {"facts": "visits", "measure": "count", "at_least": 1}
        assert not holds(read_condition(leaf), booked, READING)
        assert holds(read_condition(leaf | {"until": "2026-12-01"}), booked, READING)
        assert not holds(read_condition(leaf | {"until": "2026-11-25"}), booked, READING)


class TestSql:
    def test_values_are_never_more_than_values(self) -> None:
        attack = "'); DROP TABLE tags; --"
        text = sql({"field": "store", "in": [attack]})
        assert text.endswith("\"customer\".\"store_column\" IN ('''); DROP TABLE tags; --'))")
        with duckdb.connect() as connection:
            store(
                connection, World({1: Candidate({"store": attack}), 2: Candidate({"store": "1"})})
            )
            assert connection.execute(text).fetchall() == [(1,)]

    def test_facts_are_grouped_once_and_filtered_first(self) -> None:
        text = sql({"facts": "visits", "last_days": 2, "measure": "count", "at_least": 2})
        assert text == (
            'SELECT "customer"."id" AS "customer_id" FROM "lake"."people" AS "customer"'
            ' WHERE "customer"."is_alive" AND "customer"."id" IN'
            ' (SELECT "fact"."visitor" FROM "visits" AS "fact"'
            ' WHERE NOT "fact"."visitor" IS NULL AND NOT "fact"."visited_on" IS NULL'
            ' AND ("fact"."visited_on" >= CAST(\'2026-11-21\' AS DATE)'
            ' AND "fact"."visited_on" < CAST(\'2026-11-23\' AS DATE))'
            ' GROUP BY "fact"."visitor" HAVING COUNT(*) >= 2)'
        )

    def test_who_has_no_facts_is_among_those_with_fewer_than_two(self) -> None:
        text = sql({"facts": "visits", "measure": "count", "less_than": 2})
        assert 'AND NOT "customer"."id" IN (' in text
        assert text.endswith("HAVING NOT COUNT(*) < 2)")

    def test_a_relation_is_joined_once_however_many_fields_it_has(self) -> None:
        document = {
            "all": [
                {"field": "tags.tier", "in": ["gold"]},
                {"field": "tags.sizes", "has_all": ["s", "l"]},
            ]
        }
        text = sql(document)
        assert text.count("LEFT JOIN") == 1
        assert '"joined_1"."tier" IN (2)' in text
        assert '("joined_1"."sizes" & 5) = 5' in text

    def test_the_widest_and_the_deepest_tree_that_may_come_can_be_run(self) -> None:
        deep: dict[str, Any] = {"field": "points", "at_least": 1}
        for number in range(4):
            deep = {"not": {"any": [deep, {"field": "spent", "at_least": 100 + number}]}}
        leaves = [{"field": "points", "at_least": number} for number in range(200)]
        document: dict[str, Any] = {"all": [deep, {"any": leaves}, {"all": leaves}]}
        with duckdb.connect() as connection:
            store(connection, World({1: Candidate({"points": 250}), 2: Candidate({"points": 198})}))
            assert connection.execute(sql(document)).fetchall() == [(1,)]


class TestPlan:
    def test_is_made_of_sets_with_negations_taken_away(self) -> None:
        document = {
            "all": [
                {"field": "city", "in": ["sh", "hz"]},
                {"not": {"field": "vip", "in": [True]}},
                {"not": {"not": {"field": "tags.sizes", "has_all": ["s", "m"]}}},
                {"not": {"any": [{"field": "points", "at_least": 9}, {"segment": "rich"}]}},
            ]
        }
        rich = Computed(SEGMENTS.conditions["rich"])  # type: ignore[arg-type] # a leaf
        assert planned(document) == Meet(
            (
                Alive(),
                Join((OfValue("city", "sh"), OfValue("city", "hz"))),
                OfValue("tags.sizes", "s"),
                OfValue("tags.sizes", "m"),
            ),
            (OfValue("vip", "true"), AtLeast("points", 9), rich),
        )

    def test_takes_ranges_from_bounds_below(self) -> None:
        assert planned({"field": "points", "at_least": 1, "less_than": 5}) == Meet(
            (Alive(), AtLeast("points", 1)), (AtLeast("points", 5),)
        )
        assert planned({"field": "points", "less_than": 5}) == Meet(
            (Alive(), Known("points")), (AtLeast("points", 5),)
        )

    def test_counts_days_from_1970(self) -> None:
        assert planned({"field": "born", "at_least": "1970-01-11"}) == Meet(
            (Alive(), AtLeast("born", 10))
        )

    def test_of_everyone_and_of_nobody_asks_for_the_living_alone(self) -> None:
        assert planned({"all": []}) == Alive()
        assert planned({"any": []}) == Join(())
        sets = PlainSets(World({1: Candidate(), 2: Candidate(is_alive=False)}), READING)
        assert evaluate(planned({"all": []}), sets) == {1}
        assert evaluate(planned({"any": []}), sets) == frozenset()

    def test_tells_each_leaf_that_has_to_be_computed_once(self) -> None:
        count = {"facts": "orders", "measure": "count", "at_least": 1}
        store_is = {"field": "store", "in": ["1"]}
        document = {
            "any": [count, {"all": [store_is, {"not": count}]}, {"field": "vip", "in": [True]}]
        }
        leaves = computed_leaves(planned(document))
        assert leaves == (read_condition(count), read_condition(store_is))
