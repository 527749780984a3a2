"""Weighted scores: whole numbers, two stated roundings, explanations that add up, previews."""

from collections import Counter
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from huitong.segments.model.models import Names
from huitong.segments.model.weighted import (
    Dimension,
    HasPoints,
    InputUnfit,
    ScaledPoints,
    ScoreBand,
    StepPoints,
    Term,
    ValuePoints,
    WeightedModel,
)
from huitong.segments.rules import weighted
from huitong.segments.rules.weighted import Coded, Inputs, Masked, Numbers
from huitong.segments.rules.weighted_preview import ScoreCount, seen

NAMES = Names(zh="甲", en="A")
SCALE = ScaledPoints(zero_at=0, full_at=100)
OWNED = ("car", "property")
CITIES = ("first_tier", "second_tier")

# High net worth: deposits, what is owned, the age band, as a bank would weigh them.
WORTH = WeightedModel(
    code="net_worth",
    names=Names(zh="高净值", en="Net worth"),
    dimensions=(
        Dimension(
            code="deposit",
            names=NAMES,
            weight=50,
            terms=(
                Term(
                    input="tags.deposit_minor", reading=ScaledPoints(zero_at=0, full_at=1_000_000)
                ),
            ),
        ),
        Dimension(
            code="assets",
            names=NAMES,
            weight=30,
            terms=(
                Term(
                    input="tags.owned",
                    weight=2,
                    reading=ValuePoints(points={"car": 40, "property": 100}),
                ),
                Term(input="tags.city", reading=ValuePoints(points={"first_tier": 90}, other=20)),
            ),
        ),
        Dimension(
            code="age",
            names=NAMES,
            weight=20,
            terms=(
                Term(
                    input="tags.age_years",
                    unknown=10,
                    reading=StepPoints(steps=((18, 20), (35, 80), (60, 50))),
                ),
            ),
        ),
    ),
    bands=(
        ScoreBand(code="low", names=NAMES, at_least=0),
        ScoreBand(code="middle", names=NAMES, at_least=40),
        ScoreBand(code="high", names=NAMES, at_least=70),
    ),
)

Person = tuple[int | None, frozenset[str], str | None, int | None]


def inputs(people: list[Person]) -> Inputs:
    def number(values: list[int | None]) -> Numbers:
        known = np.array([value is not None for value in values], np.bool_)
        return Numbers(np.array([value or 0 for value in values], np.int64), known)

    masks = [sum(1 << OWNED.index(one) for one in person[1]) for person in people]
    cities = [0 if person[2] is None else 1 + CITIES.index(person[2]) for person in people]
    return {
        "tags.deposit_minor": number([person[0] for person in people]),
        "tags.owned": Masked(np.array(masks, np.int64), OWNED),
        "tags.city": Coded(np.array(cities, np.uint8), CITIES),
        "tags.age_years": number([person[3] for person in people]),
    }


def half_up(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), ROUND_HALF_UP)


def by_hand(person: Person) -> tuple[int, int]:
    """Return score and band by the definition, in decimals; (0, 0) where nothing is known."""
    deposit, owned, city, age = person
    if deposit is None and not owned and city is None and age is None:
        return 0, 0
    saved = min(max(deposit or 0, 0), 1_000_000)
    scaled = (Decimal(saved) * 100 / 1_000_000).quantize(Decimal(1), ROUND_FLOOR)
    best = 100 if "property" in owned else 40 if owned else 0
    home = {None: 0, "first_tier": 90, "second_tier": 20}[city]
    assets = half_up(Decimal(2 * best + home) / 3 * 100) / 100
    years = 10 if age is None else 0 if age < 18 else 20 if age < 35 else 80 if age < 60 else 50
    score = int(half_up((50 * scaled + 30 * assets + 20 * years) / 100))
    return score, 1 + (score >= 40) + (score >= 70)


people = st.lists(
    st.tuples(
        st.none() | st.integers(-10, 1_200_000),
        st.frozensets(st.sampled_from(OWNED)),
        st.none() | st.sampled_from(CITIES),
        st.none() | st.integers(0, 100),
    ),
    min_size=1,
    max_size=30,
)


class TestScores:
    def test_a_customer_is_scored_as_worked_out_on_paper(self) -> None:
        # Deposit 55 points; assets (2 * 100 + 90) / 3 = 96.67; age 80.
        # (50 * 55 + 30 * 96.67 + 20 * 80) / 100 = 72.501.
        read = weighted.read_points(WORTH, inputs([(559_999, frozenset(OWNED), "first_tier", 40)]))
        scores = weighted.score(WORTH, read)
        assert (scores.score.tolist(), scores.band.tolist()) == ([73], [3])

    @given(people)
    def test_scores_are_what_decimals_give(self, rows: list[Person]) -> None:
        scores = weighted.score(WORTH, weighted.read_points(WORTH, inputs(rows)))
        found = list(zip(scores.score.tolist(), scores.band.tolist(), strict=True))
        assert found == [by_hand(row) for row in rows]

    def test_nobody_without_any_known_input_has_a_score(self) -> None:
        read = weighted.read_points(WORTH, inputs([(None, frozenset(), None, None)]))
        scores = weighted.score(WORTH, read)
        assert (scores.band.tolist(), scores.is_known.tolist()) == ([0], [False])

    def test_less_can_be_more(self) -> None:
        term = Term(input="tags.days", reading=ScaledPoints(zero_at=100, full_at=0))
        model = WeightedModel(
            code="fresh",
            names=NAMES,
            dimensions=(Dimension(code="only", names=NAMES, terms=(term,)),),
            bands=(ScoreBand(code="all", names=NAMES, at_least=0),),
        )
        days = Numbers(np.array([0, 1, 100, 500, -3], np.int64), np.ones(5, np.bool_))
        read = weighted.read_points(model, {"tags.days": days})
        assert weighted.score(model, read).score.tolist() == [100, 99, 0, 0, 100]

    def test_several_values_can_be_added_up_to_the_full_points(self) -> None:
        several = ValuePoints(points={"car": 40, "property": 80}, several="sum")
        term = Term(input="tags.owned", reading=several)
        has = Term(input="tags.city", reading=HasPoints(points=70), unknown=10)
        model = WeightedModel(
            code="owner",
            names=NAMES,
            dimensions=(
                Dimension(code="owned", names=NAMES, terms=(term,)),
                Dimension(code="lives", names=NAMES, terms=(has,)),
            ),
            bands=(ScoreBand(code="all", names=NAMES, at_least=0),),
        )
        rows: list[Person] = [
            (None, frozenset(), "second_tier", None),
            (None, frozenset({"car"}), None, None),
            (None, frozenset(OWNED), None, None),
        ]
        # 0 and 70; 40 and 10; 120 cut to 100 and 10.
        read = weighted.read_points(model, inputs(rows))
        assert weighted.score(model, read).score.tolist() == [35, 25, 55]


class TestPreviews:
    @given(people)
    def test_folded_customers_are_distributed_like_all(self, rows: list[Person]) -> None:
        read = weighted.read_points(WORTH, inputs(rows))
        whole, folded = (weighted.preview(WORTH, one) for one in (read, weighted.fold(read)))
        assert whole.scores.tolist() == folded.scores.tolist()
        assert whole.bands.tolist() == folded.bands.tolist()
        assert whole.unknown == folded.unknown
        assert whole.scores.sum() + whole.unknown == len(rows)

    def test_changed_weights_are_previewed_without_reading_again(self) -> None:
        rows: list[Person] = [(1_000_000, frozenset(), None, None)] * 3
        rows += [(None, frozenset(), None, None), (0, frozenset(OWNED), "first_tier", 40)]
        folded = weighted.fold(weighted.read_points(WORTH, inputs(rows)))
        assert len(folded.customers) == 3
        found = weighted.preview(WORTH, folded)
        # Three have (50 * 100 + 20 * 10) / 100 = 52 points, one (30 * 96.67 + 20 * 80) / 100 = 45.
        assert (found.bands.tolist(), found.unknown) == ([0, 4, 0], 1)
        heavy = WORTH.dimensions[0].model_copy(update={"weight": 500})
        changed = WORTH.model_copy(update={"dimensions": (heavy, *WORTH.dimensions[1:])})
        assert weighted.preview(changed, folded).bands.tolist() == [1, 0, 3]

    def test_customers_of_many_terms_are_folded_by_all_of_them(self) -> None:
        # More terms than one whole number can tell apart.
        terms = [Term(input=f"tags.n{place}", reading=SCALE) for place in "abcdefghijklmno"]
        model = WeightedModel(
            code="many",
            names=NAMES,
            dimensions=(Dimension(code="only", names=NAMES, terms=tuple(terms)),),
            bands=(ScoreBand(code="all", names=NAMES, at_least=0),),
        )
        drawn = np.random.default_rng(4).integers(0, 2, (15, 400))
        everybody = np.ones(400, np.bool_)
        given = {
            term.input: Numbers(row, everybody) for term, row in zip(terms, drawn, strict=True)
        }
        folded = weighted.fold(weighted.read_points(model, given))
        wanted = Counter(tuple(column) for column in drawn.T.tolist())
        columns = zip(folded.points.T.tolist(), folded.customers.tolist(), strict=True)
        assert {tuple(points): customers for points, customers in columns} == wanted


class TestMoves:
    @given(people, st.data())
    def test_moves_are_those_of_the_customers_one_by_one(
        self, rows: list[Person], data: st.DataObject
    ) -> None:
        size = len(rows)
        before = data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
        living = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
        read = weighted.read_points(WORTH, inputs(rows))
        counted = ScoreCount(WORTH, WORTH)
        counted.add(seen(read, np.array(living), np.array(before, np.uint8), first=100))
        codes = [None, "low", "middle", "high"]
        names = {ordinal: str(ordinal) for ordinal in counted.examples()}
        told = counted.told(bitmap_version=1, compared_with=1, customers=names)
        moved = [
            (place, codes[old], codes[by_hand(row)[1]])
            for place, (row, old, alive) in enumerate(zip(rows, before, living, strict=True))
            if alive
        ]
        wanted = Counter((old, new) for _, old, new in moved if old != new)
        assert {(one.before, one.after): one.customers for one in told.moves} == wanted
        for one in told.moves:
            assert one.such_as
            for named in one.such_as:
                assert (int(named) - 100, one.before, one.after) in moved
        assert [one.customers for one in told.bands] == [
            sum(new == code for _, _, new in moved) for code in codes[1:]
        ]
        assert [one.customers_now for one in told.bands] == [
            sum(old == code for _, old, _ in moved) for code in codes[1:]
        ]
        assert sum(told.scores) + told.unknown == sum(living)


class TestExplanations:
    @given(people)
    def test_terms_and_dimensions_add_up_to_the_score(self, rows: list[Person]) -> None:
        for row in rows:
            why = weighted.explain(WORTH, inputs([row]))
            total = sum(one.weight * one.score_hundredths for one in why.dimensions)
            score, band = by_hand(row)
            if band:
                assert why.score == int(half_up(Decimal(total) / 10_000)) == score
                assert why.band == WORTH.bands[band - 1]
            else:
                assert (why.score, why.band) == (None, None)

    def test_an_explanation_shows_each_input_with_its_points(self) -> None:
        why = weighted.explain(WORTH, inputs([(500_000, frozenset({"car"}), None, None)]))
        shown = [term for dimension in why.dimensions for term in dimension.terms]
        assert shown == [
            ("tags.deposit_minor", 500_000, 50, 1),
            ("tags.owned", ("car",), 40, 2),
            ("tags.city", None, 0, 1),
            ("tags.age_years", None, 10, 1),
        ]
        assert [one.score_hundredths for one in why.dimensions] == [5_000, 2_667, 1_000]


class TestRefusals:
    def test_a_missing_input_is_named_with_those_there_are(self) -> None:
        given = dict(inputs([(1, frozenset(), None, 3)]))
        del given["tags.city"]
        with pytest.raises(
            InputUnfit, match=r"“tags\.city”: there is no such input; there are tags\.age"
        ):
            weighted.read_points(WORTH, given)

    def test_a_number_is_not_read_as_values_nor_values_as_a_number(self) -> None:
        given = dict(inputs([(1, frozenset(), None, 3)]))
        with pytest.raises(InputUnfit, match="reads values, and this holds a number"):
            weighted.read_points(WORTH, given | {"tags.city": given["tags.age_years"]})
        with pytest.raises(InputUnfit, match="reads a number, and this holds values"):
            weighted.read_points(WORTH, given | {"tags.age_years": given["tags.city"]})

    def test_points_for_a_value_that_the_tag_does_not_have_are_refused(self) -> None:
        given = dict(inputs([(1, frozenset(), None, 3)]))
        given["tags.city"] = Coded(np.zeros(1, np.uint8), ("second_tier",))
        with pytest.raises(InputUnfit, match="no value first_tier; it has second_tier"):
            weighted.read_points(WORTH, given)

    @pytest.mark.parametrize("borders", [(1, 50), (0, 0), (0, 60, 40)])
    def test_bands_start_at_nothing_and_rise(self, borders: tuple[int, ...]) -> None:
        bands = [
            {"code": f"band_{place}", "names": NAMES, "at_least": border}
            for place, border in enumerate(borders)
        ]
        with pytest.raises(ValidationError, match="Bands must start at 0"):
            WeightedModel.model_validate(WORTH.model_dump() | {"bands": bands})

    def test_documents_come_back_as_they_were_written(self) -> None:
        assert WeightedModel.model_validate_json(WORTH.model_dump_json()) == WORTH
