"""A condition reads like what an operator would write, in both languages."""

from typing import Any

import pytest

from huitong.platform.conditions import Language, Unit, read_condition, sentence
from huitong.platform.conditions.amounts import written_amount
from tests.platform.conditions.made_up import SEGMENTS, VOCABULARY

VIP: dict[str, Any] = {"field": "vip", "in": [True]}
SHANGHAI: dict[str, Any] = {"field": "city", "in": ["sh"]}
RICH: dict[str, Any] = {"segment": "rich"}


def count(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - words of a document
    return {"facts": "orders", "measure": "count"} | more


@pytest.mark.parametrize(
    "document, zh, en",
    [
        (
            count(last_days=90, at_least=2),
            "近90天内下单不少于2次",
            "ordered at least 2 times within the last 90 days",
        ),
        (
            count(last_days=30, less_than=1),
            "近30天内没有下单",
            "has not ordered within the last 30 days",
        ),
        (count(at_least=1, less_than=2), "下单恰好1次", "ordered exactly 1 time"),
        (
            count(since="2026-11-01", until="2026-11-12", at_least=1, less_than=4),
            "2026-11-01至2026-11-11下单不少于1次且少于4次",
            "ordered at least 1 time and fewer than 4 times from 2026-11-01 to 2026-11-11",
        ),
        (count(until="2026-11-12", at_least=1000), "截至2026-11-11下单不少于1,000次", None),
        (
            count(since="2026-10-31T20:00:00+08:00", at_least=1),
            "2026-10-31 20:00+08:00以来下单不少于1次",
            "ordered at least 1 time since 2026-10-31 20:00+08:00",
        ),
        (
            count(measure={"sum": "paid"}, at_least=50_000, where={"field": "gift", "in": [False]}),
            "下单（仅不是礼品）的实付金额合计不低于500元",
            "ordered (only where is not a gift) with a total paid amount of at least ¥500",
        ),
        (
            count(measure={"max": "paid"}, less_than=12_345),
            "下单的最高实付金额低于123.45元",
            "ordered with a highest paid amount of less than ¥123.45",
        ),
        (
            count(measure={"distinct": "item"}, at_least=3),
            "下单涉及的商品不少于3种",
            "ordered with at least 3 different items",
        ),
        (
            count(measure="days_since_last", at_least=90),
            "最近一次下单距今不少于90天",
            "last ordered at least 90 days ago",
        ),
        (count(measure="days_since_first", less_than=7), "首次下单距今少于7天", None),
        (
            {"facts": "visits", "measure": "count", "at_least": 1},
            "到店不少于1回",
            "visited at least 1 visit",
        ),
        (VIP, "是贵宾", "is a VIP"),
        ({"not": VIP}, "不是贵宾（或未知）", "is not a VIP (or unknown)"),
        ({"field": "city", "in": ["sh", "hz"]}, "城市为上海或杭州", "city is Shanghai or Hangzhou"),
        ({"not": SHANGHAI}, "城市不是上海（或未知）", "city is not Shanghai (or unknown)"),
        ({"field": "colours", "in": ["black", "white", "red"]}, "颜色偏好含黑、白或红", None),
        (
            {"field": "colours", "has_all": ["black", "white"]},
            "颜色偏好同时含黑和白",
            "favourite colours has all of black and white",
        ),
        (
            {"field": "points", "at_least": 1000, "less_than": 5000},
            "可用积分不低于1,000积分且低于5,000积分",
            "points to spend is at least 1,000 points and less than 5,000 points",
        ),
        ({"field": "points", "at_least": 1, "less_than": 2}, "可用积分为1积分", None),
        ({"field": "born", "is_known": False}, "生日未知", "birthday is unknown"),
        ({"not": {"field": "born", "is_known": False}}, "生日已知", "birthday is known"),
        ({"field": "joined", "last_days": 30}, "入会时间在近30天内", None),
        (
            {"field": "due", "next_days": 1},
            "预产期在今天起的1天内",
            "due date within 1 day from today on",
        ),
        (
            {"field": "born", "anniversary_in_days": 7},
            "生日（按月日）在今天起的7天内",
            "month and day of birthday within 7 days from today on",
        ),
        (
            {"field": "born", "at_least": "1990-01-01", "less_than": "2000-01-01"},
            "生日在1990-01-01至1999-12-31",
            "birthday from 1990-01-01 to 1999-12-31",
        ),
        (
            {"field": "due", "at_least": "2026-11-11", "less_than": "2026-11-12"},
            "预产期在2026-11-11",
            None,
        ),
        ({"field": "joined", "at_least": "2026-01-01"}, "入会时间在2026-01-01或以后", None),
        ({"field": "joined", "less_than": "2026-01-01"}, "入会时间早于2026-01-01", None),
        (RICH, "属于人群“高消费”", "in the segment “big spenders”"),
        ({"segment": "rich_or_near"}, "属于人群“rich_or_near”", None),
        ({"all": []}, "所有顾客", "everyone"),
        ({"any": []}, "没有任何顾客", "nobody"),
    ],
)
def test_a_leaf_is_told(document: dict[str, Any], zh: str, en: str | None) -> None:
    condition = read_condition(document)
    told = sentence(condition, VOCABULARY, language=Language.ZH, segments=SEGMENTS)
    assert told == zh
    if en is not None:
        assert sentence(condition, VOCABULARY, language=Language.EN, segments=SEGMENTS) == en


@pytest.mark.parametrize(
    "document, zh",
    [
        ({"all": [VIP, SHANGHAI]}, "是贵宾，且城市为上海"),
        ({"all": [VIP, {"any": [SHANGHAI, RICH]}]}, "是贵宾，且（城市为上海，或属于人群“高消费”）"),
        ({"any": [VIP, {"all": [SHANGHAI, RICH]}]}, "是贵宾，或（城市为上海，且属于人群“高消费”）"),
        ({"all": [VIP, {"all": [SHANGHAI, RICH]}]}, "是贵宾，且城市为上海，且属于人群“高消费”"),
        ({"all": [VIP, {"any": [SHANGHAI]}]}, "是贵宾，且城市为上海"),
        # A single part in between hides no brackets.
        (
            {"all": [VIP, {"all": [{"any": [SHANGHAI, RICH]}]}]},
            "是贵宾，且（城市为上海，或属于人群“高消费”）",
        ),
        ({"not": {"all": [VIP, SHANGHAI]}}, "不符合（是贵宾，且城市为上海）"),
    ],
)
def test_parts_are_joined_so_that_nobody_can_misread_them(
    document: dict[str, Any], zh: str
) -> None:
    told = sentence(read_condition(document), VOCABULARY, language=Language.ZH, segments=SEGMENTS)
    assert told == zh


def test_a_long_list_is_cut_after_ten() -> None:
    stores = [str(number) for number in range(1, 15)]
    condition = read_condition({"field": "store", "in": stores})
    zh = sentence(condition, VOCABULARY, language=Language.ZH)
    assert zh == "门店编号为1、2、3、4、5、6、7、8、9、10或另外4项"
    en = sentence(condition, VOCABULARY, language=Language.EN)
    assert en == "store code is 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 or 4 others"


@pytest.mark.parametrize(
    "number, unit, zh, en",
    [
        (0, Unit.FEN, "0元", "¥0"),
        (1, Unit.FEN, "0.01元", "¥0.01"),
        (-150, Unit.FEN, "-1.5元", "-¥1.5"),
        (100_000_000, Unit.FEN, "1,000,000元", "¥1,000,000"),
        (1, Unit.POINTS, "1积分", "1 point"),
        (30, Unit.DAYS, "30天", "30 days"),
        (2, Unit.PIECES, "2件", "2 pieces"),
        (3_550, Unit.BASIS_POINTS, "35.5%", "35.5%"),
        (10_000, Unit.BASIS_POINTS, "100%", "100%"),
        (12_345, None, "12,345", "12,345"),
    ],
)
def test_numbers_are_written_with_their_unit(
    number: int, unit: Unit | None, zh: str, en: str
) -> None:
    assert written_amount(number, unit, Language.ZH) == zh
    assert written_amount(number, unit, Language.EN) == en
