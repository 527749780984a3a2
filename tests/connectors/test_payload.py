from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong.channels.connectors.discounts import shares, spread
from huitong.channels.connectors.payload import Reader, UnreadablePayload


def reader(**payload: object) -> Reader:
    return Reader("tmall", payload)


class TestAmounts:
    @given(fen=st.integers(min_value=0, max_value=10**13))
    def test_yuan_text_becomes_the_same_fen(self, fen: int) -> None:
        assert reader(fee=f"{fen // 100}.{fen % 100:02}").fen_of_yuan("fee") == fen

    def test_ten_and_twenty_fen_are_thirty(self) -> None:
        amounts = reader(first="0.10", second="0.20")
        assert amounts.fen_of_yuan("first") + amounts.fen_of_yuan("second") == 30

    @pytest.mark.parametrize("text, fen", [("7", 700), ("7.5", 750), ("0.07", 7)])
    def test_missing_decimals_are_zeros(self, text: str, fen: int) -> None:
        assert reader(fee=text).fen_of_yuan("fee") == fen

    @pytest.mark.parametrize("amount", [0.3, 199, "0.301", "-1.00", "1,000.00", "¥5", "１.００"])
    def test_what_is_no_exact_yuan_text_is_refused(self, amount: object) -> None:
        with pytest.raises(UnreadablePayload, match="is not an amount in yuan"):
            reader(fee=amount).fen_of_yuan("fee")

    @pytest.mark.parametrize("amount", ["1.5", "-1", "x"])
    def test_fen_are_whole_and_not_negative(self, amount: str) -> None:
        with pytest.raises(UnreadablePayload, match="is not a whole number"):
            reader(fee=amount).whole("fee")

    def test_a_float_is_refused_as_text(self) -> None:
        with pytest.raises(UnreadablePayload, match="a text was expected, not float"):
            reader(fee=1.0).whole("fee")


class TestTimes:
    def test_a_local_time_is_in_the_zone_of_china(self) -> None:
        at = reader(at="2026-01-01 07:30:00").local_time("at")
        assert at == datetime.fromisoformat("2025-12-31T23:30:00+00:00")
        assert at.utcoffset() == timedelta(hours=8)

    def test_seconds_since_1970_are_an_instant(self) -> None:
        at = reader(at=1767240000).epoch("at")
        assert at == datetime.fromisoformat("2026-01-01T04:00:00+00:00")

    @pytest.mark.parametrize("unset", ["", None, "0001-01-01 00:00:00", "1970-01-01 00:00:00"])
    def test_the_words_for_never_are_no_time(self, unset: str | None) -> None:
        assert reader(at=unset).local_time_or_none("at") is None

    def test_milliseconds_are_not_taken_for_seconds(self) -> None:
        with pytest.raises(UnreadablePayload, match="is not a time in seconds"):
            reader(at=1767240000000).epoch("at")

    @pytest.mark.parametrize("text", ["2026-02-30 10:00:00", "2026-01-01T10:00:00", "昨天"])
    def test_what_is_no_local_time_is_refused(self, text: str) -> None:
        with pytest.raises(UnreadablePayload, match="is not a time"):
            reader(at=text).local_time("at")

    def test_a_time_that_should_name_its_zone_is_refused_without(self) -> None:
        with pytest.raises(UnreadablePayload, match="does not say its zone"):
            reader(at="2026-01-01T10:00:00").zoned_time("at")


class TestIdentifiers:
    @pytest.mark.parametrize("number", ["138****8001", "$2$abc$1$", "##ab##", "1380013", "", None])
    def test_a_number_that_is_not_plain_names_nobody(self, number: str | None) -> None:
        assert reader(tel=number).plain_phone("tel") == ()


class TestDiscounts:
    @given(
        amount=st.integers(min_value=0, max_value=10**9),
        weights=st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=20),
    )
    def test_shares_add_up_and_stay_near_their_weight(
        self, amount: int, weights: list[int]
    ) -> None:
        parts = shares(amount, weights)
        assert sum(parts) == amount
        total = sum(weights)
        if total:
            for part, weight in zip(parts, weights, strict=True):
                assert abs(part * total - amount * weight) < total

    @given(
        cells=st.integers(min_value=1, max_value=6).flatmap(
            lambda width: st.lists(
                st.lists(st.integers(min_value=0, max_value=10**6), min_size=width, max_size=width),
                min_size=1,
                max_size=8,
            )
        )
    )
    def test_a_spread_table_keeps_every_row_and_every_column(self, cells: list[list[int]]) -> None:
        rows = [sum(row) for row in cells]
        columns = [sum(column) for column in zip(*cells, strict=True)]
        table = spread(rows, columns)
        assert [sum(row) for row in table] == rows
        assert [sum(column) for column in zip(*table, strict=True)] == columns
        assert min(cell for row in table for cell in row) >= 0
