"""RFM: borders are values, ties score equal, every cell has one name, refunds as stated."""

import os
from collections import Counter
from datetime import date
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from huitong.segments.model.models import Names
from huitong.segments.model.rfm import (
    Bands,
    CellBox,
    Mean,
    NobodyBought,
    Quantiles,
    RefundHandling,
    RfmModel,
    RfmNaming,
    RfmSegment,
)
from huitong.segments.rules import rfm
from huitong.segments.rules.rfm import NEVER, Purchases, RfmMeasures, RfmScores
from huitong.segments.rules.rfm_names import eight_segments, eleven_segments, shipped_model

TODAY = date(2026, 6, 30)
NAMES = Names(zh="甲", en="A")
GIVEN = os.environ.get("HUITONG_ONLINE_RETAIL")
FIFTHS = Quantiles()


def measures(rows: list[tuple[int, int, int]]) -> RfmMeasures:
    recency, orders, amounts = (list(column) for column in zip(*rows, strict=True))
    return RfmMeasures(
        np.array(recency, np.int32), np.array(orders, np.int32), np.array(amounts, np.int64)
    )


SHIPPED = shipped_model()


def model(**changes: object) -> RfmModel:
    return SHIPPED.model_copy(update=changes)


def orders(rows: list[tuple[int, date, int, int]]) -> Purchases:
    return Purchases(
        np.array([row[0] for row in rows], np.int64),
        np.array([rfm.day_number(row[1]) for row in rows], np.int32),
        np.array([row[2] for row in rows], np.int64),
        np.array([row[3] for row in rows], np.int64),
    )


buyers = st.lists(
    st.tuples(
        st.integers(0, 12) | st.integers(0, 365),
        st.integers(1, 6),
        st.integers(-50, 50) | st.just(7),
    ),
    min_size=1,
    max_size=60,
)


class TestNamings:
    @pytest.mark.parametrize("naming", [eight_segments(), eleven_segments()], ids=lambda n: n.code)
    def test_every_one_of_the_125_cells_has_exactly_one_name(self, naming: RfmNaming) -> None:
        cells = list(product(range(1, 6), range(1, 6), range(1, 6)))
        named = [sum(segment.holds(cell) for segment in naming.segments) for cell in cells]
        assert (len(named), set(named)) == (125, {1})
        codes = rfm.codes_by_cell(naming)
        assert codes[0] == 0
        assert set(codes[1:].tolist()) == set(range(1, len(naming.segments) + 1))

    def test_eight_and_eleven_segments_have_as_many_cells_as_counted_by_hand(self) -> None:
        # Two of five scores are high: 2*2*2 cells of all high, 3*3*3 of all low.
        held = Counter(rfm.codes_by_cell(eight_segments()).tolist())
        assert [held[code] for code in range(1, 9)] == [8, 12, 12, 18, 12, 18, 18, 27]
        # So many of the 25 pairs of scores for frequency and money have each rounded mean.
        pairs = Counter((f + m + 1) // 2 for f, m in product(range(1, 6), repeat=2))
        assert [pairs[mean] for mean in range(1, 6)] == [1, 5, 9, 7, 3]
        held = Counter(rfm.codes_by_cell(eleven_segments()).tolist())
        wanted = [7 + 3, 2 * 10, 2 * 14, 1, 1, 9, 6, 2 * 16, 2 * 3, 6, 6]
        assert [held[code] for code in range(1, 12)] == wanted

    def test_the_eight_are_told_by_high_and_low(self) -> None:
        named = {
            (r, f, m): next(
                one.names.zh for one in eight_segments().segments if one.holds((r, f, m))
            )
            for r, f, m in product((3, 4), repeat=3)
        }
        assert named[4, 4, 4] == "重要价值客户"
        assert named[4, 3, 4] == "重要发展客户"
        assert named[3, 4, 4] == "重要保持客户"
        assert named[3, 3, 4] == "重要挽留客户"
        assert named[3, 3, 3] == "一般挽留客户"

    def test_a_naming_that_leaves_or_repeats_a_cell_is_refused_with_the_cell(self) -> None:
        low = RfmSegment(code="low", names=NAMES, cells=(CellBox(recency=(1, 3)),))
        high = RfmSegment(code="high", names=NAMES, cells=(CellBox(recency=(5, 5)),))
        with pytest.raises(ValidationError, match=r"25 of 125 .*\(4, 1, 1\) has no name"):
            RfmNaming(code="two", names=NAMES, segments=(low, high))
        wide = RfmSegment(code="high", names=NAMES, cells=(CellBox(recency=(3, 5)),))
        with pytest.raises(ValidationError, match=r"\(3, 1, 1\) has low and high"):
            RfmNaming(code="two", names=NAMES, segments=(low, wide))

    def test_documents_come_back_as_they_were_written(self) -> None:
        written = shipped_model().model_dump_json(exclude_defaults=True)
        assert RfmModel.model_validate_json(written) == shipped_model()


class TestBorders:
    def test_ten_buyers_are_scored_as_counted_by_hand(self) -> None:
        found = measures([(day, 1, 100 * day) for day in range(1, 11)])
        quintiles = model(frequency=FIFTHS)
        borders = rfm.take_thresholds(quintiles, found, today=TODAY)
        scores = rfm.score(borders, found)
        assert scores.recency.tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
        assert scores.monetary.tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
        # All bought once: nobody is strictly below anybody.
        assert scores.frequency.tolist() == [1] * 10
        assert borders.recency_at_most_days == (8, 6, 4, 2)

    @given(buyers, st.sampled_from([(2_000, 4_000, 6_000, 8_000), (500, 5_000, 5_001, 9_900)]))
    def test_a_score_is_earned_by_the_share_strictly_below(
        self, rows: list[tuple[int, int, int]], shares: tuple[int, ...]
    ) -> None:
        found = measures(rows)
        cuts = Quantiles.model_validate({"quantiles_bp": shares})
        quintiles = model(recency=cuts, frequency=cuts, monetary=cuts)
        scores = rfm.score(rfm.take_thresholds(quintiles, found, today=TODAY), found)

        def wanted(goodness: list[int]) -> list[int]:
            below = [sum(other < own for other in goodness) for own in goodness]
            return [1 + sum(10_000 * n >= q * len(rows) for q in shares) for n in below]

        assert scores.recency.tolist() == wanted([-row[0] for row in rows])
        assert scores.frequency.tolist() == wanted([row[1] for row in rows])
        assert scores.monetary.tolist() == wanted([row[2] for row in rows])

    @given(buyers)
    def test_a_mean_parts_those_at_or_above_it_from_the_others(
        self, rows: list[tuple[int, int, int]]
    ) -> None:
        found = measures(rows)
        by_mean = model(recency=Mean(), frequency=Mean(), monetary=Mean())
        scores = rfm.score(rfm.take_thresholds(by_mean, found, today=TODAY), found)
        days, count, money = (list(column) for column in zip(*rows, strict=True))
        size = len(rows)
        assert scores.recency.tolist() == [5 if one * size <= sum(days) else 1 for one in days]
        assert scores.frequency.tolist() == [5 if one * size >= sum(count) else 1 for one in count]
        assert scores.monetary.tolist() == [5 if one * size >= sum(money) else 1 for one in money]

    def test_fixed_borders_are_kept_as_they_are(self) -> None:
        fixed = model(
            recency=Bands(borders=(180, 90, 60, 30)), monetary=Bands(borders=(100, 200, 300, 400))
        )
        found = measures([(30, 8, 400), (31, 7, 399), (181, 1, 99)])
        borders = rfm.take_thresholds(fixed, found, today=TODAY)
        assert borders.recency_at_most_days == (180, 90, 60, 30)
        scores = rfm.score(borders, found)
        assert scores.recency.tolist() == [5, 4, 1]
        assert scores.frequency.tolist() == [5, 4, 1]
        assert scores.monetary.tolist() == [5, 4, 1]
        assert scores.cell.tolist() == [125, 94, 1]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"recency": {"borders": (30, 60, 90, 180)}},
            {"frequency": {"borders": (2, 3, 3, 8)}},
            {"monetary": {"quantiles_bp": (2_000, 2_000, 6_000, 8_000)}},
            {"monetary": {"mean": False}},
        ],
        ids=["rising days", "equal bands", "equal shares", "no mean"],
    )
    def test_borders_that_cannot_be_are_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            RfmModel.model_validate(SHIPPED.model_dump() | wrong)

    def test_borders_are_not_taken_where_nobody_bought(self) -> None:
        with pytest.raises(NobodyBought, match="Nobody bought in the 365 days to 2026-06-30"):
            rfm.take_thresholds(SHIPPED, measures([(NEVER, 0, 0)]), today=TODAY)

    def test_who_did_not_buy_has_no_scores_and_moves_no_border(self) -> None:
        alone = measures([(3, 2, 500), (9, 1, 100)])
        among = measures([(3, 2, 500), (NEVER, 0, 0), (9, 1, 100), (NEVER, 0, 0)])
        borders = rfm.take_thresholds(SHIPPED, among, today=TODAY)
        assert borders == rfm.take_thresholds(SHIPPED, alone, today=TODAY)
        scores = rfm.score(borders, among)
        assert [column[1] for column in scores] == [0, 0, 0, 0]


class TestMeasures:
    ROWS = (
        (0, date(2026, 6, 30), 100, 0),
        (0, date(2026, 6, 1), 300, 300),
        (1, date(2026, 5, 1), 200, 50),
        (1, date(2025, 7, 1), 40, 0),
        (1, date(2025, 6, 30), 9_000, 0),
        (2, date(2026, 1, 1), 80, 80),
        (3, date(2026, 7, 1), 70, 0),
        (4, date(2026, 6, 29), 0, 0),
    )

    @pytest.mark.parametrize(
        "handling, recency, counts, amounts",
        [
            (RefundHandling.NET, [0, 60, -1, -1, 1], [1, 2, 0, 0, 1], [100, 190, 0, 0, 0]),
            (RefundHandling.NET_MONEY, [0, 60, 180, -1, 1], [2, 2, 1, 0, 1], [100, 190, 0, 0, 0]),
            (RefundHandling.GROSS, [0, 60, 180, -1, 1], [2, 2, 1, 0, 1], [400, 240, 80, 0, 0]),
        ],
    )
    def test_refunds_change_what_the_model_says(
        self, handling: RefundHandling, recency: list[int], counts: list[int], amounts: list[int]
    ) -> None:
        # The window of 365 days holds 2025-07-01 and today, not the day before or tomorrow.
        found = rfm.measure(
            model(refunds=handling), orders(list(self.ROWS)), customers=5, today=TODAY
        )
        assert found.recency_days.tolist() == recency
        assert found.orders.tolist() == counts
        assert found.amount_minor.tolist() == amounts

    def test_the_window_is_told_with_both_ends(self) -> None:
        assert rfm.window(SHIPPED, TODAY) == (date(2025, 7, 1), TODAY)


class TestGridAndExplanation:
    @given(st.lists(st.tuples(st.integers(0, 125), st.integers(-(10**15), 10**15)), max_size=50))
    def test_the_grid_counts_and_sums_to_the_fen(self, rows: list[tuple[int, int]]) -> None:
        cells = np.array([row[0] for row in rows], np.uint8)
        scores = RfmScores(cells, cells, cells, cells)
        amounts = np.array([row[1] for row in rows], np.int64)
        found = rfm.grid(scores, amounts)
        for cell in range(126):
            inside = [amount for code, amount in rows if code == cell]
            assert (found.customers[cell], found.amount_minor[cell]) == (len(inside), sum(inside))

    def test_segments_hold_what_their_cells_hold(self) -> None:
        found = measures([(1, 9, 900), (300, 1, 10), (NEVER, 0, 0), (2, 1, 5)])
        borders = rfm.take_thresholds(SHIPPED, found, today=TODAY)
        scores = rfm.score(borders, found)
        naming = eleven_segments()
        by_segment = rfm.grid(scores, found.amount_minor).of_segments(naming)
        codes = rfm.name_cells(naming, scores.cell)
        assert by_segment.customers.tolist() == np.bincount(codes, minlength=12).tolist()
        assert by_segment.amount_minor.sum() == 915

    @given(buyers)
    def test_explanations_agree_with_the_scores(self, rows: list[tuple[int, int, int]]) -> None:
        found = measures(rows)
        shipped = SHIPPED
        borders = rfm.take_thresholds(shipped, found, today=TODAY)
        scores = rfm.score(borders, found)
        numbers = [rfm.name_cells(naming, scores.cell).tolist() for naming in shipped.namings]
        for place, (recency, count, amount) in enumerate(rows):
            why = rfm.explain(
                shipped, borders, recency_days=recency, orders=count, amount_minor=amount
            )
            assert why.cell == tuple(int(column[place]) for column in scores[:3])
            assert why.segments == tuple(
                (naming.code, naming.segments[by_customer[place] - 1])
                for naming, by_customer in zip(shipped.namings, numbers, strict=True)
            )

    def test_an_explanation_names_the_border_reached_and_the_next(self) -> None:
        found = measures([(day, 1, 100 * day) for day in range(1, 11)])
        borders = rfm.take_thresholds(SHIPPED, found, today=TODAY)
        why = rfm.explain(SHIPPED, borders, recency_days=5, orders=1, amount_minor=1_000)
        assert why.recency_days == (5, 3, 6, 4)
        assert why.orders == (1, 1, None, 2)
        assert why.amount_minor == (1_000, 5, 801, None)


# Whole lines of known customers; amounts are tenths of a penny, as a few prices need.
RETAIL_INVOICES = """
CREATE TABLE invoices AS
SELECT CAST(CAST("CustomerID" AS DOUBLE) AS BIGINT) AS customer, "InvoiceNo" AS invoice,
  min(CAST(CAST("InvoiceDate" AS TIMESTAMP) AS DATE)) AS day,
  sum(CAST(round(CAST("UnitPrice" AS DOUBLE) * 1000) AS BIGINT) * CAST("Quantity" AS BIGINT))
    AS paid
FROM read_parquet($path)
WHERE "CustomerID" IS NOT NULL AND CAST("Quantity" AS BIGINT) > 0
  AND CAST("UnitPrice" AS DOUBLE) > 0
GROUP BY 1, 2
"""
RETAIL_SCORES = """
WITH measured AS (
  SELECT customer, DATE '2011-12-10' - max(day) AS recency, count(*) AS orders, sum(paid) AS paid
  FROM invoices GROUP BY customer
), below AS (
  SELECT customer, recency, orders, paid, count(*) OVER () AS everyone,
    count(*) OVER (ORDER BY recency DESC RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
      AS later,
    count(*) OVER (ORDER BY paid RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS poorer
  FROM measured
)
SELECT customer, recency, orders, paid,
  1 + least(4, later * 5 // everyone) AS r,
  1 + (orders >= 2)::INT + (orders >= 3)::INT + (orders >= 5)::INT + (orders >= 8)::INT AS f,
  1 + least(4, poorer * 5 // everyone) AS m
FROM below ORDER BY customer
"""


@pytest.mark.skipif(GIVEN is None, reason="HUITONG_ONLINE_RETAIL names no file with the data.")
def test_online_retail_is_scored_as_independent_sql_scores_it() -> None:
    assert GIVEN is not None
    with duckdb.connect() as connection:
        connection.execute(RETAIL_INVOICES, {"path": str(Path(GIVEN))})
        rows = connection.execute(RETAIL_SCORES).fetchall()
        lines = connection.execute(
            "SELECT customer, invoice, day - DATE '1970-01-01', paid FROM invoices"
        ).fetchall()
    # What the usual write-ups of the cleaned data print; amounts are tenths of a penny here.
    assert len(rows) == 4_338
    assert len({line[1] for line in lines}) == 18_532
    assert sum(line[3] for line in lines) == 8_911_407_904
    place = {row[0]: number for number, row in enumerate(rows)}
    bought = Purchases(
        np.array([place[line[0]] for line in lines], np.int64),
        np.array([line[2] for line in lines], np.int32),
        np.array([line[3] for line in lines], np.int64),
        np.zeros(len(lines), np.int64),
    )
    whole = model(window_days=400)
    day = date(2011, 12, 10)
    found = rfm.measure(whole, bought, customers=len(rows), today=day)
    assert list(zip(*(column.tolist() for column in found), strict=True)) == [
        row[1:4] for row in rows
    ]
    scores = rfm.score(rfm.take_thresholds(whole, found, today=day), found)
    assert list(zip(*(column.tolist() for column in scores[:3]), strict=True)) == [
        row[4:7] for row in rows
    ]
    by_segment = rfm.grid(scores, found.amount_minor).of_segments(eleven_segments())
    assert by_segment.customers.sum() == 4_338
    assert by_segment.amount_minor.sum() == 8_911_407_904
