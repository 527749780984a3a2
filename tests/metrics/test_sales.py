"""Sales metrics on a lake of a few rows, each figure computed by hand."""

from huitong.metrics.model import Figure
from tests.metrics.make import HandMade, at


class TestSales:
    def test_they_are_what_was_paid_for_goods(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", {"paid_minor": 120_00}, {"paid_minor": 30_50}, paid_minor=160_50)
        lake.sale(2, "2026-03-02")
        lake.refund(1, 2, "2026-03-03", fen=40_00)
        assert lake.figure("sales").value == 120_00 + 30_50 + 100_00

    def test_what_is_unpaid_closed_or_only_deposited_is_no_sale(self, lake: HandMade) -> None:
        for number, status in enumerate(("unpaid", "closed", "deposit_paid"), 1):
            lake.sale(number, "2026-03-01", status=status)
        for number, status in enumerate(("paid", "part_shipped", "shipped", "completed"), 4):
            lake.sale(number, "2026-03-01", status=status)
        assert lake.figure("sales").value == 4 * 100_00

    def test_stored_value_that_is_filled_up_is_none(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", kind="recharge")
        assert lake.figure("sales").value == 0

    def test_accounts_that_book_no_revenue_do_not_count(self, lake: HandMade) -> None:
        lake.put("accounts", id=2, platform="tmall", code="mirror", books_revenue=False)
        lake.sale(1, "2026-03-01", channel_account_id=2)
        lake.sale(2, "2026-03-01")
        assert lake.figure("sales").value == 100_00

    def test_brushing_is_left_out_whoever_says_so(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01")
        lake.put("order_classes", id=1, order_id=1, **{"class": "brushing"}, is_withdrawn=False)
        lake.sale(2, "2026-03-01")
        lake.put("order_classes", id=2, order_id=2, **{"class": "brushing"}, is_withdrawn=True)
        lake.customer(7)
        lake.sale(3, "2026-03-01", who=7)
        lake.sale(4, "2026-05-01", who=7)
        lake.put(
            "customer_classes", id=3, customer_id=7, **{"class": "brushing"}, is_withdrawn=False,
            valid_from=at("2026-02-01"), valid_until=at("2026-04-01"),
        )  # fmt: skip
        assert lake.figure("sales").value == 100_00 + 100_00

    def test_a_presale_counts_on_the_day_of_its_tail(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", kind="presale", status="paid")
        lake.put(
            "payments", order_id=1, place=1, kind="deposit", amount_minor=20_00,
            paid_at=at("2026-03-01"),
        )  # fmt: skip
        lake.put(
            "payments", order_id=1, place=2, kind="balance", amount_minor=80_00,
            paid_at=at("2026-04-05"),
        )  # fmt: skip
        assert lake.cut("sales", "month", since="2026-03-01", until="2026-05-01") == {
            "2026-03-01": 0,
            "2026-04-01": 100_00,
        }

    def test_days_are_those_of_the_brand(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", hour="00:00")
        lake.sale(2, "2026-03-31", hour="23:59")
        lake.sale(3, "2026-04-01", hour="00:00")
        assert lake.figure("sales", since="2026-03-01", until="2026-04-01").value == 200_00
        assert lake.cut("sales", "day", since="2026-03-31", until="2026-04-02") == {
            "2026-03-31": 100_00,
            "2026-04-01": 100_00,
        }

    def test_an_order_without_items_in_the_catalogue_is_of_an_unknown_category(
        self, lake: HandMade
    ) -> None:
        lake.sale(1, "2026-03-01", {}, {"sku": "HAT", "paid_minor": 50_00}, {"sku": "?"})
        assert lake.cut("sales", "category") == {
            "clothes": 100_00,
            "accessories": 50_00,
            None: 100_00,
        }
        assert lake.cut("sales", "category_path", "season") == {
            ("clothes / coats", "winter"): 100_00,
            ("accessories", "summer"): 50_00,
            (None, None): 100_00,
        }

    def test_a_line_sold_elsewhere_counts_there(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", {}, {"store": "S2"}, store="S1", serving_guide="G1")
        assert lake.cut("sales", "store") == {"S1": 100_00, "S2": 100_00}
        assert lake.cut("sales", "guide") == {"G1": 200_00}
        assert lake.cut("sales", "channel", "platform") == {("pos:tills", "pos"): 200_00}


class TestGmv:
    def test_deposits_and_orders_closed_later_count_and_freight_too(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", paid_minor=110_00)
        lake.sale(2, "2026-03-01", status="closed")
        lake.sale(3, "2026-03-01", status="closed", paid_at=None)
        lake.sale(4, "2026-03-01", status="unpaid", paid_at=None)
        lake.sale(5, "2026-03-01", kind="presale", status="deposit_paid", paid_at=None)
        lake.put("payments", order_id=5, place=1, kind="deposit", amount_minor=20_00)
        assert lake.figure("gmv").value == 110_00 + 100_00 + 20_00


class TestRefunds:
    def test_they_count_on_their_own_day(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01")
        lake.refund(1, 1, "2026-04-01", fen=40_00)
        asked = {"since": "2026-02-01", "until": "2026-05-01"}
        assert lake.cut("refunds", "month", **asked) == {
            "2026-02-01": 0, "2026-03-01": 0, "2026-04-01": 40_00,
        }  # fmt: skip
        assert lake.cut("net_sales", "month", **asked) == {
            "2026-02-01": 0, "2026-03-01": 100_00, "2026-04-01": -40_00,
        }  # fmt: skip

    def test_those_not_done_or_of_no_sale_do_not_count(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01")
        lake.refund(1, 1, "2026-03-02", fen=10_00)
        lake.connection.execute("UPDATE refunds SET status = 'requested'")
        lake.sale(2, "2026-03-01", status="closed")
        lake.refund(2, 2, "2026-03-02", fen=100_00)
        assert lake.figure("refunds").value == 0

    def test_both_sides_of_an_exchange_leave_the_difference(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01")
        lake.refund(1, 1, "2026-03-05", fen=100_00)
        lake.sale(2, "2026-03-05", {"paid_minor": 130_00}, kind="exchange")
        assert lake.figure("net_sales").value == 130_00
        assert lake.figure("orders").value == 1
        assert lake.figure("pieces").value == 1

    def test_they_are_cut_by_what_was_sold(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", {}, {"sku": "HAT"}, store="S1")
        lake.refund(1, 1, "2026-03-02", "L2", fen=70_00)
        assert lake.cut("net_sales", "category") == {"clothes": 100_00, "accessories": 30_00}
        assert lake.cut("refunds", "store") == {"S1": 70_00}


class TestOrders:
    def test_each_sale_counts_once_whatever_it_has(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", {}, {"sku": "HAT"})
        lake.sale(2, "2026-03-01")
        lake.sale(3, "2026-03-01", {"paid_minor": 0}, kind="gift")
        assert lake.figure("orders").value == 2
        assert lake.cut("orders", "category") == {"clothes": 2, "accessories": 1}

    def test_pieces_are_those_that_were_sold(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", {"quantity": 3}, {"quantity": 2})
        lake.refund(1, 1, "2026-03-02", pieces=1, fen=0)
        assert lake.figure("pieces").value == 5


class TestRatios:
    def test_the_average_order_is_rounded_half_up_to_the_fen(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", {"paid_minor": 100_01})
        lake.sale(2, "2026-03-01", {"paid_minor": 100_02})
        assert lake.figure("average_order_value") == Figure(100_02, of=200_03, to=2)

    def test_bulk_sales_are_no_average_orders(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01")
        lake.sale(2, "2026-03-01", {"paid_minor": 9_000_00})
        lake.put("order_classes", id=1, order_id=2, **{"class": "bulk"}, is_withdrawn=False)
        assert lake.figure("average_order_value").value == 100_00
        assert lake.figure("sales").value == 9_100_00

    def test_items_per_order_have_two_decimals(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", {"quantity": 2}, {"quantity": 2})
        lake.sale(2, "2026-03-01")
        lake.sale(3, "2026-03-01")
        assert lake.figure("items_per_order") == Figure(200, of=6, to=3)

    def test_the_discount_is_the_part_of_the_list_price_not_paid(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01", {"list_minor": 150_00, "paid_minor": 100_00})
        assert lake.figure("discount_rate") == Figure(3333, of=50_00, to=150_00)

    def test_refund_rates_are_of_what_the_period_sold_whenever_it_came_back(
        self, lake: HandMade
    ) -> None:
        lake.sale(1, "2026-03-01", {"quantity": 3, "paid_minor": 300_00})
        lake.sale(2, "2026-03-02", {"paid_minor": 100_00})
        lake.refund(1, 1, "2026-05-02", pieces=1, fen=99_00)
        asked = {"since": "2026-03-01", "until": "2026-04-01"}
        assert lake.figure("refund_rate", **asked) == Figure(2475, of=99_00, to=400_00)
        assert lake.figure("return_rate", **asked) == Figure(2500, of=1, to=4)

    def test_a_rate_of_nothing_is_unknown_and_a_sum_of_nothing_is_nothing(
        self, lake: HandMade
    ) -> None:
        lake.sale(1, "2026-03-01")
        asked = {"since": "2026-02-01", "until": "2026-04-01"}
        assert lake.cut("average_order_value", "month", **asked) == {
            "2026-02-01": None,
            "2026-03-01": 100_00,
        }
        assert lake.figure("refund_rate", until="2026-02-01") == Figure(None, of=0, to=0)
        assert lake.figure("refund_rate", **asked).value == 0

    def test_sales_paid_with_points_are_one_means_of_payment(self, lake: HandMade) -> None:
        lake.sale(1, "2026-03-01")
        for place, (kind, fen) in enumerate({"points": 10_00, "wechat": 90_00}.items(), 1):
            lake.put("payments", order_id=1, place=place, kind=kind, amount_minor=fen)
        assert lake.figure("sales_paid_with_points").value == 10_00
