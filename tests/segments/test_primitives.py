"""Every primitive on a small lake, expected by hand: nothing, ties, unknown values, month ends.

The engine is a parameter, so that another one is held to the same file: it takes a lake and tags
and answers what each customer has.
"""
# ruff: noqa: ANN401 - Rows and documents hold anything.

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from huitong.segments.model.tag_expressions import Expression
from huitong.segments.model.tags import Festival, Lookup, Tag, TagInvalid
from huitong.segments.rules.compiler.primitives import PRIMITIVES
from tests.segments.tag_lake import TODAY, TagLake, ago, at, computed, tag, values

Engine = Callable[..., dict[int, dict[str, Any]]]
ENGINES: Mapping[str, Engine] = {"duckdb": computed}

HER, HIM, NOBODY = 1, 2, 3
COLOURS = values("red", "blue", "green")


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return what computes the tags."""
    return ENGINES[request.param]


@pytest.fixture
def lake() -> TagLake:
    """Return a lake with two who may buy, one who does not, and a few items."""
    made = TagLake()
    for customer in (HER, HIM, NOBODY):
        made.customer(customer)
    for colour in ("red", "blue", "green"):
        made.item(colour, colour=colour, category=["女鞋"], year=2026, season="spring")
    made.item("plain")
    return made


def sold(sku: str, **row: Any) -> dict[str, Any]:
    return {"sku": sku, **row}


def of(engine: Engine, lake: TagLake, expression: Mapping[str, Any], **changes: Any) -> list[Any]:
    """Return what an expression gives for her, for him, and for who never bought."""
    more = {name: changes.pop(name) for name in ("lookups", "festivals") if name in changes}
    found = engine(lake, tag("t", expression, **changes), **more)
    return [found[customer]["t"] for customer in (HER, HIM, NOBODY)]


def coloured(engine: Engine, lake: TagLake, expression: Mapping[str, Any]) -> list[Any]:
    return of(engine, lake, {"field": "colour", **expression}, values=COLOURS)


class TestNumbersOverFacts:
    def test_count_counts_lines_that_fit_and_is_0_of_none(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(1), sold("red"), sold("blue"), sold("plain"))
        lake.order(HIM, ago(1), sold("plain"))
        where = {"field": "colour", "in": ["red", "blue", "unheard of"]}
        assert of(engine, lake, {"primitive": "count"}) == [3, 1, 0]
        assert of(engine, lake, {"primitive": "count", "where": where}) == [2, 0, 0]

    def test_what_is_unknown_fits_no_condition_but_fits_its_denial(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(1), sold("red"), sold("plain"))
        red = {"field": "colour", "in": ["red"]}
        assert of(engine, lake, {"primitive": "count", "where": {"not": red}})[0] == 1
        unknown = {"field": "colour", "is_known": False}
        assert of(engine, lake, {"primitive": "count", "where": unknown})[0] == 1
        aged = {"field": "season_age_days", "less_than": 9_999}
        assert of(engine, lake, {"primitive": "count", "where": {"not": aged}})[0] == 1

    def test_any_is_1_or_0(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(1), sold("red"), sold("red"))
        assert of(engine, lake, {"primitive": "any"}) == [1, 0, 0]

    def test_sum_is_0_of_none_and_leaves_unknown_numbers_out(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(1), sold("red", paid_minor=150), sold("blue", paid_minor=50))
        lake.order(HIM, ago(1), sold("plain", quantity=0))
        assert of(engine, lake, {"primitive": "sum", "field": "paid_minor"}) == [200, 10_000, 0]
        assert of(engine, lake, {"primitive": "sum", "field": "unit_price_minor"})[1] == 0

    def test_mean_rounds_halves_up_and_needs_support(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(1), sold("red", paid_minor=1), sold("red", paid_minor=2))
        lake.order(HIM, ago(1), sold("red", paid_minor=7))
        mean = {"primitive": "mean", "field": "paid_minor"}
        assert of(engine, lake, mean) == [2, 7, None]
        assert of(engine, lake, {**mean, "support": 2}) == [2, None, None]

    def test_mean_of_numbers_below_0_rounds_halves_up_too(
        self, engine: Engine, lake: TagLake
    ) -> None:
        # The spring of 2026 begins on 1 February: bought 3 and 4 days before, the mean is -3.5.
        lake.order(HER, "2026-01-29", sold("red"))
        lake.order(HER, "2026-01-28", sold("red"))
        assert of(engine, lake, {"primitive": "mean", "field": "season_age_days"})[0] == -3

    def test_minimum_and_maximum_are_unknown_of_none(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(1), sold("red", paid_minor=5), sold("red", paid_minor=9))
        assert of(engine, lake, {"primitive": "minimum", "field": "paid_minor"}) == [5, None, None]
        assert of(engine, lake, {"primitive": "maximum", "field": "paid_minor"}) == [9, None, None]

    def test_the_median_is_the_lower_one(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(1), *(sold("red", paid_minor=one) for one in (40, 10, 30, 20)))
        lake.order(HIM, ago(1), *(sold("red", paid_minor=one) for one in (3, 1, 2)))
        median = {"primitive": "median", "field": "paid_minor"}
        assert of(engine, lake, median) == [20, 2, None]
        assert of(engine, lake, {**median, "support": 4}) == [20, None, None]

    def test_a_quantile_is_the_least_number_that_the_share_does_not_exceed(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(1), *(sold("red", paid_minor=one) for one in range(1, 11)))
        for share_bp, expected in ((1_000, 1), (1_001, 2), (9_000, 9), (10_000, 10)):
            quantile = {"primitive": "quantile", "field": "paid_minor", "share_bp": share_bp}
            assert of(engine, lake, quantile)[0] == expected, share_bp

    @pytest.mark.parametrize("field", ["colour", "quantity"])
    def test_distinct_leaves_the_unknown_out(
        self, engine: Engine, lake: TagLake, field: str
    ) -> None:
        lake.order(HER, ago(1), sold("red"), sold("red", quantity=2), sold("blue"), sold("plain"))
        assert of(engine, lake, {"primitive": "distinct", "field": field}) == [2, 0, 0]

    def test_distinct_of_many_words_counts_by_value(self, engine: Engine, lake: TagLake) -> None:
        for number in range(70):
            lake.item(f"item{number}", colour=f"shade {number}")
        lake.order(HER, ago(1), *(sold(f"item{number}") for number in range(65)), sold("plain"))
        where = {"field": "colour", "is_known": True}
        distinct = {"primitive": "distinct", "field": "colour", "where": where}
        assert of(engine, lake, distinct) == [65, 0, 0]

    def test_share_is_in_basis_points_with_support(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(1), sold("red"), sold("blue"), sold("green"))
        lake.order(HIM, ago(1), sold("red", quantity=3), sold("blue"))
        red = {"field": "colour", "in": ["red"]}
        share = {"primitive": "share", "part": red}
        assert of(engine, lake, share) == [3_333, 5_000, None]
        assert of(engine, lake, {**share, "amount": "quantity"}) == [3_333, 7_500, None]
        assert of(engine, lake, {**share, "support": 3}) == [3_333, None, None]

    def test_gap_is_between_different_days(self, engine: Engine, lake: TagLake) -> None:
        for day in (0, 0, 3, 10):
            lake.order(HER, ago(day), sold("red"))
        lake.order(HIM, ago(4), sold("red"))
        lake.order(HIM, ago(4), sold("red"))
        gap = {"primitive": "gap", "facts": "orders"}
        assert of(engine, lake, gap) == [5, None, None]
        assert of(engine, lake, {**gap, "days_min": 4})[0] is None

    def test_gap_rounds_halves_up(self, engine: Engine, lake: TagLake) -> None:
        for day in (0, 2, 5):
            lake.order(HER, ago(day), sold("red"))
        assert of(engine, lake, {"primitive": "gap"})[0] == 3

    def test_since_last_and_since_first_are_0_on_the_day(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(0), sold("red"))
        lake.order(HER, ago(9), sold("red"))
        assert of(engine, lake, {"primitive": "since_last"}) == [0, None, None]
        assert of(engine, lake, {"primitive": "since_first"}) == [9, None, None]

    def test_trend_compares_two_halves_and_is_unknown_without_the_earlier(
        self, engine: Engine, lake: TagLake
    ) -> None:
        for day in (0, 9, 10, 19, 20):
            lake.order(HER, ago(day), sold("red", paid_minor=100 if day < 10 else 400))
        lake.order(HIM, ago(0), sold("red"))
        trend = {"primitive": "trend", "days": 10}
        assert of(engine, lake, trend) == [10_000, None, None]
        assert of(engine, lake, {**trend, "amount": "paid_minor"})[0] == 2_500


class TestValuesOverFacts:
    def test_first_and_last_go_by_instant_and_then_by_order_and_line(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(2), sold("plain"), sold("red"), sold("blue"), clock="10:00")
        lake.order(HER, ago(2), sold("green"), clock="10:00")
        lake.order(HIM, ago(2), sold("plain"))
        assert coloured(engine, lake, {"primitive": "first"}) == ["red", None, None]
        assert coloured(engine, lake, {"primitive": "last"}) == ["green", None, None]

    def test_mode_is_the_heaviest_then_the_latest_then_the_first_in_the_list(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(9), sold("red"), sold("red"), sold("blue"), sold("plain"))
        assert coloured(engine, lake, {"primitive": "mode"}) == ["red", None, None]
        lake.order(HER, ago(3), sold("blue"))
        assert coloured(engine, lake, {"primitive": "mode"})[0] == "blue"
        lake.order(HER, ago(3), sold("red"), sold("blue"), sold("red", quantity=0))
        tied = {"primitive": "mode", "amount": "quantity"}
        assert coloured(engine, lake, tied)[0] == "blue"

    def test_mode_needs_support_and_its_share(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(1), sold("red", quantity=2), sold("blue"), sold("green"))
        mode = {"primitive": "mode", "amount": "quantity"}
        assert coloured(engine, lake, {**mode, "support": 4})[0] == "red"
        assert coloured(engine, lake, {**mode, "support": 5})[0] is None
        assert coloured(engine, lake, {**mode, "share_bp": 5_000})[0] == "red"
        assert coloured(engine, lake, {**mode, "share_bp": 5_001})[0] is None

    def test_recency_multiplies_and_drops_what_no_step_reaches(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(100), sold("red"), sold("red"), sold("red"))
        lake.order(HER, ago(9), sold("blue"))
        lake.order(HIM, ago(400), sold("red"))
        recency = [{"last_days": 10, "weight": 4}, {"last_days": 365, "weight": 1}]
        mode = {"primitive": "mode", "recency": recency}
        assert coloured(engine, lake, mode) == ["blue", None, None]
        # Support leaves recency aside.
        assert coloured(engine, lake, {**mode, "support": 4})[0] == "blue"

    def test_top_share_is_the_weight_of_the_heaviest(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(1), sold("red"), sold("red"), sold("blue"), sold("plain"))
        share = {"primitive": "top_share", "field": "colour"}
        assert of(engine, lake, share) == [6_667, None, None]

    def test_top_gives_the_heaviest_values_ties_as_in_mode(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(5), sold("red"), sold("red"), sold("green"))
        lake.order(HER, ago(1), sold("blue"))
        top = {"primitive": "top", "field": "colour", "most": 2}
        several = {"values": COLOURS, "multi": True}
        assert of(engine, lake, top, **several) == [("red", "blue"), (), ()]
        assert of(engine, lake, {**top, "share_bp": 5_000}, **several)[0] == ("red",)

    def test_members_gives_every_value_with_enough(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(5), sold("red"), sold("red"), sold("green"), sold("plain"))
        members = {"primitive": "members", "field": "colour"}
        several = {"values": COLOURS, "multi": True}
        assert of(engine, lake, members, **several) == [("red", "green"), (), ()]
        assert of(engine, lake, {**members, "each": 2}, **several)[0] == ("red",)
        # A value that the tag does not list is left out.
        assert of(engine, lake, members, values=values("green"), multi=True)[0] == ("green",)


class TestWindows:
    def test_a_window_holds_today_and_ends_at_midnight_of_the_brand(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(30), sold("red"), clock="00:00")
        lake.order(HER, ago(31), sold("red"), clock="23:59")
        lake.order(HIM, ago(0), sold("red"), clock="23:59")
        lake.order(HIM, ago(-1), sold("red"), clock="00:00")
        assert of(engine, lake, {"primitive": "count", "last_days": 31}) == [1, 1, 0]

    def test_days_are_the_brands_over_month_and_year_ends(
        self, engine: Engine, lake: TagLake
    ) -> None:
        # Half past midnight on 1 January in Shanghai is still the old year in UTC.
        lake.order(HER, "2026-01-01", sold("red"), clock="00:30")
        lake.order(HIM, "2025-12-31", sold("red"), clock="23:30")
        january = {"field": "month", "at_least": 1, "less_than": 2}
        assert of(engine, lake, {"primitive": "count", "where": january}) == [1, 0, 0]
        days = (TODAY - TODAY.replace(month=1, day=1)).days
        assert of(engine, lake, {"primitive": "since_last"}) == [days, days + 1, None]

    def test_a_zone_with_summer_time_has_its_own_days(self, engine: Engine) -> None:
        lake = TagLake()
        lake.customer(HER)
        # The clocks of New York went forward on 9 March 2025; 23:30 there is the next day in UTC.
        for when in (at("2025-03-08", "23:30", "America/New_York"),
                     at("2025-03-09", "23:30", "America/New_York")):  # fmt: skip
            lake.order(HER, ago(1), sold("red"), ordered_at=when)
        hour = {"field": "hour", "at_least": 23}
        found = engine(
            lake,
            tag("late", {"primitive": "count", "where": hour}),
            tag("gap", {"primitive": "gap"}),
            zone="America/New_York",
        )
        assert (found[HER]["late"], found[HER]["gap"]) == (2, 1)

    def test_the_tag_says_how_far_back_unless_a_primitive_does(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(20), sold("red"))
        assert of(engine, lake, {"primitive": "count"}, window_days=10)[0] == 0
        assert of(engine, lake, {"primitive": "count", "last_days": 30}, window_days=10)[0] == 1
        assert of(engine, lake, {"primitive": "count", "ever": True}, window_days=10)[0] == 1


class TestOfCustomersAndTags:
    def test_attributes_are_values_or_days(self, engine: Engine, lake: TagLake) -> None:
        lake.rows["customers"][0] |= {"store": "S1", "enrolled_at": at(ago(5), "00:10")}
        store = {"primitive": "attribute", "field": "home_store"}
        assert of(engine, lake, store, values=values("S1", "S2")) == ["S1", None, None]
        since = {"primitive": "attribute_since", "field": "enrolled_day"}
        assert of(engine, lake, since) == [5, None, None]

    def test_a_tag_may_ask_another_for_its_value(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(1), sold("red"))
        often = tag(
            "often",
            {
                "primitive": "cases",
                "cases": [{"value": "yes", "when": [{"of": {"primitive": "tag", "tag": "n"},
                                                     "at_least": 1}]}],
                "other": "no",
            },
            values=values("yes", "no"),
        )  # fmt: skip
        found = engine(lake, often, tag("n", {"primitive": "count"}))
        assert [found[one]["often"] for one in (HER, HIM)] == ["yes", "no"]


class TestNumbersAndValues:
    def test_ratio_quotient_plus_minus_and_constants(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(1), sold("red"), sold("red"), sold("red"))
        lines, orders = {"primitive": "count"}, {"primitive": "count", "facts": "orders"}
        two = {"primitive": "constant", "number": 2}
        assert of(engine, lake, {"primitive": "ratio", "of": lines, "to": two})[0] == 15_000
        assert of(engine, lake, {"primitive": "ratio", "of": lines, "to": orders})[1] is None
        assert of(engine, lake, {"primitive": "quotient", "of": lines, "by": two}) == [2, 0, 0]
        assert of(engine, lake, {"primitive": "plus", "of": [lines, orders, two]}) == [6, 2, 2]
        assert of(engine, lake, {"primitive": "minus", "of": two, "less": lines}) == [-1, 2, 2]

    def test_a_band_holds_its_lower_border_and_not_the_next(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(1), sold("red"), sold("red"))
        lake.order(HIM, ago(1), sold("red"))
        steps = [{"value": "few"}, {"value": "two", "at_least": 2}, {"value": "3", "at_least": 3}]
        band = {"primitive": "band", "of": {"primitive": "count"}, "steps": steps}
        assert of(engine, lake, band, values=values("few", "two", "3")) == ["two", "few", "few"]

    def test_a_band_of_what_is_unknown_is_unknown_or_named(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(1), sold("red"))
        band = {"primitive": "band", "of": {"primitive": "since_last"}, "steps": [{"value": "was"}]}
        assert of(engine, lake, band, values=values("was")) == ["was", None, None]
        named = {**band, "unknown": "never"}
        assert of(engine, lake, named, values=values("was", "never"))[1] == "never"

    def test_equal_numbers_score_equal(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(1), sold("red"), sold("red"))
        lake.order(HIM, ago(1), sold("red"), sold("blue"))
        score = {"primitive": "score", "of": {"primitive": "count"}, "borders": [1, 2, 5]}
        assert of(engine, lake, score) == [3, 3, 1]
        fewer = {**score, "less_is_more": True}
        assert of(engine, lake, fewer) == [3, 3, 4]
        since = {**score, "of": {"primitive": "since_last"}}
        assert of(engine, lake, since) == [2, 2, None]

    def test_recode_gives_other_values_and_other_only_to_what_is_known(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(1), sold("red"))
        lake.order(HIM, ago(1), sold("blue"))
        mode = {"primitive": "mode", "field": "colour"}
        recode = {"primitive": "recode", "of": mode, "to": {"red": "warm"}, "other": "cold"}
        assert of(engine, lake, recode, values=values("warm", "cold")) == ["warm", "cold", None]

    def test_the_first_case_that_holds_counts_and_the_unknown_holds_none(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.order(HER, ago(1), sold("red"))
        mode = {"primitive": "mode", "field": "colour"}
        cases = {
            "primitive": "cases",
            "cases": [
                {"value": "red", "when": [{"of": mode, "in": ["red"]}]},
                {"value": "some", "when": [{"of": mode, "is_known": True}]},
                {"value": "late", "when": [{"of": {"primitive": "since_last"}, "less_than": 99}]},
            ],
            "other": "none",
        }
        lake.order(HIM, ago(1), sold("plain"))
        found = of(engine, lake, cases, values=values("red", "some", "late", "none"))
        assert found == ["red", "late", "none"]


class TestMadeFields:
    def test_a_lookup_makes_codes_of_texts(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, ago(1), sold("red"))
        lake.order(HIM, ago(1), sold("plain"))
        lookup = Lookup(
            field="part", source="category", contains=True, codes={"shoes": ("鞋",)}, other="rest"
        )
        mode = {"primitive": "mode", "field": "part"}
        found = of(engine, lake, mode, values=values("shoes", "rest"), lookups=[lookup])
        assert found == ["shoes", None, None]

    def test_a_festival_is_its_days_in_the_brands_zone(self, engine: Engine, lake: TagLake) -> None:
        lake.order(HER, "2025-11-11", sold("red"), clock="23:59")
        lake.order(HIM, "2025-11-12", sold("red"), clock="00:00")
        festival = Festival.model_validate(
            {"code": "eleven", "days": [["2025-11-01", "2025-11-11"]]}
        )
        share = {"primitive": "share", "part": {"field": "festival", "is_known": True}}
        assert of(engine, lake, share, festivals=[festival]) == [10_000, 0, None]


class TestWhoseFactsCount:
    def test_orders_not_sold_or_of_other_classes_do_not_count(
        self, engine: Engine, lake: TagLake
    ) -> None:
        for row in ({"status": "unpaid"}, {"status": "deposit_paid"}, {"status": "closed"},
                    {"kind": "gift"}, {"kind": "exchange"}):  # fmt: skip
            lake.order(HER, ago(1), sold("red"), **row)
        brushed = lake.order(HER, ago(1), sold("red"))
        lake.add("order_classes", bucket=1, id=1, order_id=brushed, is_withdrawn=False,
                 **{"class": "brushing"})  # fmt: skip
        assert of(engine, lake, {"primitive": "count"})[0] == 0

    def test_orders_of_the_merged_count_for_whom_they_were_merged_into(
        self, engine: Engine, lake: TagLake
    ) -> None:
        lake.rows["customers"][1]["merged_into"] = HER
        moved = lake.order(HIM, ago(1), sold("red"))
        lake.rows["orders"][-1]["customer_id"] = HER
        lake.rows["customers"][2]["is_erased"] = True
        found = engine(lake, tag("t", {"primitive": "count"}))
        assert (found[HER]["t"], sorted(found)) == (1, [HER])
        assert moved & 4095 == HIM


class TestRefusals:
    @pytest.mark.parametrize(
        "expression, path",
        [
            ({"primitive": "sum", "field": "charm"}, "tags.t.expression.field"),
            ({"primitive": "sum", "field": "colour"}, "tags.t.expression.field"),
            ({"primitive": "mode", "field": "quantity"}, "tags.t.expression.field"),
            (
                {"primitive": "count", "where": {"all": [{"field": "charm", "in": ["x"]}]}},
                "tags.t.expression.where.all.0.field",
            ),
            ({"primitive": "tag", "tag": "t"}, "tags.t.expression"),
            ({"primitive": "tag", "tag": "nobody"}, "tags.t.expression.tag"),
            ({"primitive": "mode", "field": "colour"}, "tags.t.expression"),
        ],
    )
    def test_what_cannot_be_computed_is_told_with_its_place(
        self, lake: TagLake, expression: Mapping[str, Any], path: str
    ) -> None:
        with pytest.raises(TagInvalid) as refused:
            computed(lake, tag("t", expression))
        assert [fault.path for fault in refused.value.faults] == [path]

    def test_a_primitive_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="primitive"):
            tag("t", {"primitive": "guess"})


def test_every_primitive_is_compiled() -> None:
    union = Tag.model_fields["expression"].annotation
    assert union is not None
    assert set(PRIMITIVES) == set(union.__args__)
    assert Expression is not None
