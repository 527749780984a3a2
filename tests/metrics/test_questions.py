"""Questions: what is compared with what, what adds up, and what is refused in which words."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.metrics import DIMENSIONS, FACTS, shipped, shown_rows, written
from huitong.metrics.model import (
    Compare,
    DimensionMissing,
    Figure,
    Grain,
    Key,
    Question,
    TooManyRows,
    UnknownDimension,
    UnknownMetric,
    WrongQuestion,
)
from huitong.metrics.rules.asking import metrics_of, problems_of, span_of
from huitong.metrics.rules.figures import change_in_basis_points, rounded
from tests.metrics.make import HandMade, at

TODAY = date(2026, 6, 30)


class TestDefinitions:
    @pytest.mark.parametrize("code", shipped())
    def test_each_fits_the_facts_that_it_measures(self, code: str) -> None:
        metric = shipped()[code]
        assert problems_of(metric, FACTS) == []
        assert set(metric.dimensions) <= set(DIMENSIONS) - set(Grain)

    def test_what_does_not_fit_is_named(self) -> None:
        sales = shipped()["sales"]
        measure = sales.measures["sold"].model_copy(update={"sum": "paid_fen"})
        wrong = sales.model_copy(update={"measures": {"sold": measure}})
        assert problems_of(wrong, FACTS) == ["sold: “sold_lines” has no column “paid_fen”."]


class TestComparing:
    def test_each_period_stands_beside_the_same_one_before(self, lake: HandMade) -> None:
        lake.sale(1, "2025-01-10", {"paid_minor": 80_00})
        lake.sale(2, "2026-01-10", {"paid_minor": 100_00})
        lake.sale(3, "2026-02-10")
        found = lake.ask(
            "sales", by=("month",), since="2026-01-01", until="2026-03-01",
            compare=Compare.LAST_YEAR,
        )  # fmt: skip
        assert [(row.figures, row.before) for row in found.rows] == [
            ((Figure(100_00),), (Figure(80_00),)),
            ((Figure(100_00),), (Figure(0),)),
        ]
        assert found.total is not None
        assert found.total.before == (Figure(80_00),)
        assert [row["sales_change"] for row in shown_rows(found)] == ["25.00", None, "150.00"]

    def test_a_shop_that_sold_only_before_is_listed_too(self, lake: HandMade) -> None:
        lake.sale(1, "2026-01-10", store="closed down")
        lake.sale(2, "2026-02-10", store="opened")
        found = lake.ask(
            "sales", by=("store",), since="2026-02-01", until="2026-03-01",
            compare=Compare.PREVIOUS,
        )  # fmt: skip
        assert [(row.keys, row.figures[0].value, row.before) for row in found.rows] == [
            (("closed down",), 0, (Figure(100_00),)),
            (("opened",), 100_00, (Figure(0),)),
        ]

    def test_a_day_that_the_month_before_does_not_have_is_unknown(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-31")
        found = lake.ask(
            "sales", by=("day",), since="2026-03-01", until="2026-04-01", compare=Compare.PREVIOUS
        )
        assert [row.before for row in found.rows[27:29]] == [(Figure(0),), (Figure(None),)]

    def test_shares_change_by_points_and_others_by_percent(self, lake: HandMade) -> None:
        lake.customer(1, "2025-01-01")
        lake.sale(1, "2026-01-10", who=1)
        lake.sale(2, "2026-02-10", who=1)
        lake.sale(3, "2026-02-10")
        found = lake.ask(
            "member_share", "sales", since="2026-02-01", until="2026-03-01",
            compare=Compare.PREVIOUS,
        )  # fmt: skip
        (shown,) = shown_rows(found)
        assert shown == {
            "member_share": "50.00",
            "member_share_before": "100.00",
            "member_share_change": "-50.00",
            "sales": "200.00",
            "sales_before": "100.00",
            "sales_change": "100.00",
        }
        assert written(found)["total"] == {
            "member_share": {
                "value": 5_000, "of": 100_00, "to": 200_00, "before": 10_000, "change": -5_000,
                "change_basis_points": -5_000,
            },
            "sales": {
                "value": 200_00, "before": 100_00, "change": 100_00, "change_basis_points": 10_000,
            },
        }  # fmt: skip


class TestAddingUp:
    @pytest.fixture
    def busy(self, lake: HandMade) -> HandMade:
        """Return a lake of orders at random, with refunds, members, points and unknowns."""
        chance = random.Random(7)
        for who in range(1, 16):
            enrolled = chance.choice([None, "2025-11-05", "2026-02-03"])
            store = chance.choice(["S1", "S2", None])
            lake.customer(who, enrolled, store=store, guide=store, touchpoint=store)
            if enrolled:
                lake.put("standings", customer_id=who, tier=chance.choice(["silver", "gold"]))
        lake.put("accounts", id=2, platform="tmall", code="flagship", books_revenue=True)
        lake.put("stores", id=1, code="S1", name="Nanjing Road", kind="direct")
        lake.put("stores", id=2, code="S2", name="West Lake", kind="franchise")
        for number in range(1, 121):
            day = f"2026-{chance.randrange(1, 4):02}-{chance.randrange(1, 29):02}"
            lines = [
                {
                    "sku": chance.choice(["COAT", "HAT", "?"]),
                    "quantity": chance.randrange(1, 4),
                    "paid_minor": chance.randrange(1, 500_00),
                    "store": chance.choice([None, "S1", "S2"]),
                }
                for _ in range(chance.randrange(1, 4))
            ]
            lake.sale(
                number, day, *lines, who=chance.choice([None, *range(1, 16)]),
                store=chance.choice(["S1", "S3"]), serving_guide=chance.choice(["G1", None]),
                channel_account_id=chance.choice([1, 2]),
                kind=chance.choice(["normal", "normal", "normal", "exchange", "gift"]),
            )  # fmt: skip
            lake.put("payments", order_id=number, place=1, kind="points", amount_minor=number)
            lake.put(
                "grants", order_id=number, asset="points", customer_id=chance.randrange(1, 16),
                granted=number, clawed=1, ordered_at=at(day),
            )  # fmt: skip
            if chance.random() < 0.3:
                lake.refund(number, number, "2026-03-30", fen=1)
        return lake

    @pytest.mark.parametrize("code", [one.code for one in shipped().values() if one.additive])
    def test_what_may_be_added_up_adds_up_to_the_total(self, busy: HandMade, code: str) -> None:
        months = {"since": "2026-01-01", "until": "2026-04-01"}
        total = busy.figure(code, **months).value
        assert total
        for dimension in shipped()[code].additive:
            parts = busy.cut(code, "week" if dimension == "time" else dimension, **months)
            assert len(parts) > 1
            assert sum(part or 0 for part in parts.values()) == total, dimension

    def test_several_metrics_at_once_are_what_each_is_alone(self, busy: HandMade) -> None:
        codes = ("net_sales", "average_order_value", "repurchase_rate", "members", "buyers")
        by = ("month", "tier")
        together = busy.ask(*codes, by=by)
        for place, code in enumerate(codes):
            alone = {row.keys: row.figures[0] for row in busy.ask(code, by=by).rows}
            for row in together.rows:
                nothing: dict[tuple[Key, ...], Figure] = {row.keys: row.figures[place]}
                assert row.figures[place] == {**nothing, **alone}[row.keys]
            assert set(alone) <= {row.keys for row in together.rows}


class TestAsking:
    @pytest.mark.parametrize(
        "question, refusal, told",
        [
            (Question(("nothing",)), UnknownMetric, "huitong metrics list"),
            (Question(("members",), ("category",)), UnknownDimension, "touchpoint, tier"),
            (Question(("sales",), ("months_since",)), UnknownDimension, "new_or_old"),
            (Question(("retention_rate",), ("month",)), DimensionMissing, "months_since"),
            (Question(("retention_rate",), ("months_since",)), DimensionMissing, "month"),
            (Question(("sales",), ("day", "month")), WrongQuestion, "one length of time"),
            (Question(("sales", "sales")), WrongQuestion, "twice"),
            (Question(("sales",), ("store", "store")), WrongQuestion, "twice"),
            (Question(()), WrongQuestion, "metrics"),
        ],
    )
    def test_what_cannot_be_answered_is_refused_with_what_can(
        self, question: Question, refusal: type[Exception], told: str
    ) -> None:
        with pytest.raises(refusal, match=told):
            metrics_of(question, shipped())

    def test_days_that_were_not_said_end_with_the_lake(self) -> None:
        asked = span_of(Question(("sales",)), TODAY)
        assert (asked.since, asked.until) == (date(2026, 6, 1), date(2026, 7, 1))
        asked = span_of(Question(("sales",), until=date(2026, 5, 1)), TODAY)
        assert (asked.since, asked.until) == (date(2026, 4, 1), date(2026, 5, 1))

    def test_no_day_at_all_is_refused(self) -> None:
        with pytest.raises(WrongQuestion, match="no day"):
            span_of(Question(("sales",), since=TODAY, until=TODAY), TODAY)

    def test_more_rows_than_anybody_reads_are_refused(self, lake: HandMade) -> None:
        with pytest.raises(TooManyRows):
            lake.ask("sales", by=("day",), since="1900-01-01", until="2200-01-01")


class TestRounding:
    @given(st.integers(-(10**9), 10**9), st.integers(-(10**6), 10**6).filter(bool))
    def test_a_quotient_is_the_nearest_whole_number(self, number: int, divisor: int) -> None:
        found = rounded(number, divisor)
        assert abs(2 * (found * divisor - number)) <= abs(divisor)

    def test_halves_go_away_from_nothing(self) -> None:
        assert [rounded(*one) for one in ((1, 2), (-1, 2), (3, 2), (1, 3), (2, 3))] == [
            1, -1, 2, 0, 1,
        ]  # fmt: skip

    def test_a_change_from_nothing_has_no_share(self) -> None:
        assert change_in_basis_points(Figure(5), Figure(0)) is None
        assert change_in_basis_points(Figure(5), Figure(None)) is None
        assert change_in_basis_points(Figure(-5), Figure(-10)) == 5_000
