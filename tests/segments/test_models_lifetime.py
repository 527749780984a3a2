"""Lifetime value from a lake: fitted, published, explained for one, compared with a hold-out."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from huitong import segments
from huitong.platform import ids
from huitong.platform.db import Database, Scope
from huitong.segments.rules.bitmaps import SetCache
from tests.segments.models_market import Market, opened_market

TODAY = date(2026, 3, 2)
DAY = ("--on", TODAY.isoformat())
CUSTOMERS = 150
DOCUMENT = """
kind: lifetime
code: lifetime
names: {zh: 终身价值, en: Lifetime value}
repeat_buyers_min: 30
"""


@pytest.fixture
def market(database: Database, group_id: int, tmp_path: Path, now: datetime) -> Iterator[Market]:
    """Return a brand whose customers leave some day, each buying at their own pace."""
    with opened_market(database, group_id, tmp_path, now) as opened:
        opened.bought(now, *histories(random.Random(5)))
        opened.refresh(now)
        yield opened


def histories(chance: random.Random) -> list[tuple[str, date, int]]:
    found = []
    for number in range(CUSTOMERS):
        day = TODAY - timedelta(days=chance.randrange(200, 700))
        pace = chance.gammavariate(1.2, 60) + 5
        leaving = chance.betavariate(1.0, 2.5)
        worth = round(5_000 / chance.gammavariate(4, 10)) + 10
        while day <= TODAY:
            found.append((f"n{number}", day, max(1, round(chance.gammavariate(6, worth / 6)))))
            if chance.random() < leaving:
                break
            day += timedelta(days=1 + round(chance.expovariate(1 / pace)))
    return found


def test_what_is_published_is_what_is_explained_for_one_customer(
    market: Market, now: datetime, tmp_path: Path
) -> None:
    file = tmp_path / "lifetime.yaml"
    file.write_text(DOCUMENT, "utf-8")
    market.told(tmp_path, "models", "apply", str(file), "--brand", "wool")
    fitted = market.told(tmp_path, "models", "fit", "lifetime", "--brand", "wool", *DAY)
    assert fitted["purchases"]["customers"] == CUSTOMERS
    (done,) = market.told(tmp_path, "models", "refresh", "--model", "lifetime", *DAY)
    assert (done["evaluated"], done["whole"]) == (CUSTOMERS, True)
    (again,) = market.told(tmp_path, "models", "refresh", "--model", "lifetime", *DAY)
    assert again == done
    customer_id = market.customer_id(now, "n7")
    who = ids.show("cus", customer_id)
    why = market.told(tmp_path, "models", "explain", "lifetime", who, *DAY)
    with market.database.reading(Scope(market.group_id)) as tx:
        place = segments.ordinals_of(tx, [customer_id])[customer_id]
        opened = segments.open_bitmaps(tx, brand_id=market.place.brand_id, cache=SetCache(1 << 24))
        for field, expected in (
            ("models.lifetime_alive", why["alive_bp"]),
            ("models.lifetime_orders_90", why["horizons"][0]["orders_milli"]),
            ("models.lifetime_value_365", why["horizons"][1]["value_minor"]),
        ):
            numbers = opened.numbers(field)
            inside = opened.members(numbers.at_least(expected) - numbers.at_least(expected + 1))
            assert place in inside, field
    told = market.told(tmp_path, "models", "show", "lifetime", "--brand", "wool")
    assert told["buyers"] == CUSTOMERS
    assert 0 < told["alive"] < CUSTOMERS
    printed = market.run(tmp_path, "models", "explain", "lifetime", who, *DAY).stdout
    assert "still a customer" in printed


def test_a_hold_out_tells_what_came_beside_what_was_foreseen(
    market: Market, tmp_path: Path
) -> None:
    file = tmp_path / "lifetime.yaml"
    file.write_text(DOCUMENT, "utf-8")
    market.told(tmp_path, "models", "apply", str(file), "--brand", "wool")
    cut = TODAY - timedelta(days=100)
    rows = market.told(
        tmp_path, "models", "calibrate", "--brand", "wool", "--cut", cut.isoformat(), *DAY
    )
    sold = histories(random.Random(5))
    before = {name for name, day, _ in sold if day <= cut}
    after = {(name, day) for name, day, _ in sold if day > cut and name in before}
    assert sum(row["customers"] for row in rows) == len(before)
    assert sum(row["actual_orders"] for row in rows) == len(after)


def test_too_few_repeat_buyers_are_refused_with_the_reason(market: Market, tmp_path: Path) -> None:
    refused = market.run(tmp_path, "models", "fit", "lifetime", "--brand", "wool", *DAY)
    assert refused.returncode == 1
    assert "[segments.lifetime_unfit]" in refused.stderr
