"""Metrics of buyers, members and points on a lake of a few rows, each figure computed by hand."""

from huitong.metrics.model import Figure
from tests.metrics.make import HandMade, at

JANUARY_TO_MARCH = {"since": "2026-01-01", "until": "2026-04-01"}


class TestBuyers:
    def test_buyers_of_a_quarter_are_not_the_sum_of_its_months(self, lake: HandMade) -> None:
        lake.sale(1, "2026-01-05", who=1)
        lake.sale(2, "2026-02-05", who=1)
        lake.sale(3, "2026-02-06", who=2)
        lake.sale(4, "2026-02-07")
        assert lake.cut("buyers", "month", **JANUARY_TO_MARCH) == {
            "2026-01-01": 1,
            "2026-02-01": 2,
            "2026-03-01": 0,
        }
        assert lake.cut("buyers", "quarter", **JANUARY_TO_MARCH) == {"2026-01-01": 2}

    def test_who_buys_first_is_new_on_that_day_and_old_after_it(self, lake: HandMade) -> None:
        lake.customer(1)
        lake.sale(1, "2025-12-31", who=1)
        lake.sale(2, "2026-01-05", who=1)
        lake.customer(2)
        lake.sale(3, "2026-01-05", who=2)
        lake.sale(4, "2026-01-05", who=2, hour="18:00")
        lake.sale(5, "2026-02-05", who=2)
        lake.sale(6, "2026-02-05")
        assert lake.cut("orders", "new_or_old") == {"old": 2, "new": 2, None: 1}
        assert lake.cut("buyers", "new_or_old") == {"old": 2, "new": 1, None: 0}
        assert lake.cut("new_buyers", "month", **JANUARY_TO_MARCH) == {
            "2026-01-01": 1,
            "2026-02-01": 0,
            "2026-03-01": 0,
        }

    def test_per_buyer_means_per_known_buyer(self, lake: HandMade) -> None:
        for number, who in enumerate((1, 1, 1, 2, None), 1):
            lake.sale(number, "2026-01-05", {"paid_minor": number * 100}, who=who)
        assert lake.figure("orders_per_buyer") == Figure(200, of=4, to=2)
        assert lake.figure("sales_per_buyer") == Figure(5_00, of=10_00, to=2)


class TestRepurchase:
    def test_it_takes_two_days_within_the_period(self, lake: HandMade) -> None:
        lake.sale(1, "2026-01-05", who=1)
        lake.sale(2, "2026-01-06", who=1)
        lake.sale(3, "2026-01-05", who=2)
        lake.sale(4, "2026-01-05", who=2, hour="18:00")
        lake.sale(5, "2025-12-05", who=3)
        lake.sale(6, "2026-01-05", who=3)
        lake.sale(7, "2026-01-05")
        lake.sale(8, "2026-01-06")
        assert lake.figure("repurchase_rate") == Figure(3333, of=1, to=3)

    def test_the_rate_of_a_quarter_is_none_of_its_months(self, lake: HandMade) -> None:
        lake.sale(1, "2026-01-05", who=1)
        lake.sale(2, "2026-02-05", who=1)
        assert lake.cut("repurchase_rate", "month", **JANUARY_TO_MARCH) == {
            "2026-01-01": 0,
            "2026-02-01": 0,
            "2026-03-01": None,
        }
        assert lake.cut("repurchase_rate", "quarter", **JANUARY_TO_MARCH) == {"2026-01-01": 10_000}

    def test_resellers_and_staff_do_not_count(self, lake: HandMade) -> None:
        lake.customer(1)
        lake.sale(1, "2026-01-05", who=1)
        lake.sale(2, "2026-01-06", who=1)
        lake.put(
            "customer_classes", id=1, customer_id=1, **{"class": "reseller"}, is_withdrawn=False,
            valid_from=at("2025-01-01"),
        )  # fmt: skip
        lake.sale(3, "2026-01-05", who=2)
        assert lake.figure("repurchase_rate") == Figure(0, of=0, to=1)
        assert lake.figure("buyers").value == 2

    def test_the_cycle_is_the_mean_of_days_between_purchases(self, lake: HandMade) -> None:
        lake.sale(1, "2025-12-22", who=1)
        lake.sale(2, "2026-01-01", who=1)
        lake.sale(3, "2026-01-01", who=1, hour="18:00")
        lake.sale(4, "2026-01-22", who=1)
        lake.sale(5, "2026-01-10", who=2)
        lake.sale(6, "2026-01-21", who=2)
        lake.sale(7, "2026-01-22", who=3)
        assert lake.figure("repurchase_cycle") == Figure(140, of=10 + 21 + 11, to=3)

    def test_no_repurchase_leaves_the_cycle_unknown(self, lake: HandMade) -> None:
        lake.sale(1, "2026-01-01", who=1)
        assert lake.figure("repurchase_cycle") == Figure(None, of=0, to=0)


class TestRetention:
    def test_cohorts_are_told_by_the_months_since_they_began(self, lake: HandMade) -> None:
        lake.as_of = at("2026-03-15")
        for number, (who, day) in enumerate(
            [
                (1, "2026-01-05"), (1, "2026-01-20"), (1, "2026-03-01"),
                (2, "2026-01-31"), (2, "2026-02-01"),
                (3, "2026-01-31"),
                (4, "2026-02-10"), (4, "2026-03-10"), (4, "2026-03-11"),
                (5, "2025-12-31"), (5, "2026-01-01"),
            ],
            1,
        ):  # fmt: skip
            lake.sale(number, day, who=who)
        asked = {"since": "2026-01-01", "until": "2026-04-01"}
        assert lake.cut("retained_buyers", "month", "months_since", **asked) == {
            ("2026-01-01", 0): 3,
            ("2026-01-01", 1): 1,
            ("2026-01-01", 2): 1,
            ("2026-02-01", 0): 1,
            ("2026-02-01", 1): 1,
            ("2026-03-01", 0): 0,
        }
        assert lake.cut("retention_rate", "month", "months_since", **asked) == {
            ("2026-01-01", 0): 10_000,
            ("2026-01-01", 1): 3333,
            ("2026-01-01", 2): 3333,
            ("2026-02-01", 0): 10_000,
            ("2026-02-01", 1): 10_000,
            ("2026-03-01", 0): None,
        }

    def test_the_whole_span_has_no_retention_of_its_own(self, lake: HandMade) -> None:
        assert lake.ask("retention_rate", by=("month", "months_since")).total is None


class TestMembers:
    def test_members_are_told_as_of_the_end_of_each_period(self, lake: HandMade) -> None:
        lake.customer(1, "2025-06-01", store="S1")
        lake.customer(2, "2026-01-31", store="S2")
        lake.customer(3, "2026-03-01", store="S1")
        lake.customer(4, "2026-01-01", status="exited")
        lake.customer(5, "2026-01-01", merged_into=1)
        lake.customer(6, "2026-01-01", is_erased=True)
        lake.customer(7, "2026-04-01", store="S1")
        lake.customer(8)
        assert lake.cut("members", "month", **JANUARY_TO_MARCH) == {
            "2026-01-01": 2,
            "2026-02-01": 2,
            "2026-03-01": 3,
        }
        assert lake.cut("members", "store", "month", **JANUARY_TO_MARCH) == {
            ("S1", "2026-01-01"): 1, ("S1", "2026-02-01"): 1, ("S1", "2026-03-01"): 2,
            ("S2", "2026-01-01"): 1, ("S2", "2026-02-01"): 1, ("S2", "2026-03-01"): 1,
        }  # fmt: skip
        assert lake.figure("members", **JANUARY_TO_MARCH).value == 3

    def test_new_members_are_those_who_enrolled_even_if_they_left(self, lake: HandMade) -> None:
        lake.customer(1, "2025-06-01")
        lake.customer(2, "2026-01-31", touchpoint="counter")
        lake.customer(3, "2026-02-01", status="exited", touchpoint="counter")
        lake.customer(4, "2026-02-01", merged_into=2)
        assert lake.figure("new_members").value == 2
        assert lake.cut("new_members", "touchpoint") == {"counter": 2}

    def test_who_bought_before_enrolling_was_no_member_then(self, lake: HandMade) -> None:
        lake.customer(1, "2026-02-01")
        lake.customer(2, "2026-02-01")
        lake.customer(3)
        lake.sale(1, "2026-01-31", who=1, hour="23:59")
        lake.sale(2, "2026-02-01", {"paid_minor": 50_00}, who=1)
        lake.sale(3, "2026-01-31", who=2)
        lake.sale(4, "2026-02-02", who=3)
        lake.sale(5, "2026-02-02")
        assert lake.figure("active_members").value == 1
        assert lake.figure("member_sales").value == 50_00
        assert lake.figure("member_share") == Figure(1111, of=50_00, to=450_00)
        assert lake.cut("sales", "membership") == {
            "member": 50_00, "not_member": 300_00, None: 100_00,
        }  # fmt: skip

    def test_the_tier_is_the_one_at_present(self, lake: HandMade) -> None:
        lake.customer(1, "2025-02-01")
        lake.put("standings", customer_id=1, tier="gold")
        lake.customer(2, "2025-02-01")
        lake.sale(1, "2026-01-31", who=1)
        lake.sale(2, "2026-01-31", {"paid_minor": 1}, who=2)
        assert lake.cut("sales", "tier") == {"gold": 100_00, None: 1}
        assert lake.cut("members", "tier") == {"gold": 1, None: 1}


class TestPoints:
    def test_points_of_orders_count_on_the_day_of_the_order(self, lake: HandMade) -> None:
        lake.sale(1, "2026-01-31", who=1, store="S1")
        for asset, granted in (("points", 100), ("growth", 999)):
            lake.put(
                "grants", order_id=1, asset=asset, customer_id=1, granted=granted, clawed=40,
                ordered_at=at("2026-01-31"),
            )  # fmt: skip
        assert lake.cut("points_granted", "store") == {"S1": 100}
        assert lake.figure("points_granted", since="2026-02-01").value == 0
        assert lake.figure("points_clawed_back").value == 40
