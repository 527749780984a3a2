"""RFM from orders to the grid: through the lake, by stored thresholds, on the command line."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from huitong.platform import ids
from huitong.platform.db import Database
from tests.segments.models_market import Market, opened_market

TODAY = date(2026, 3, 2)


@pytest.fixture
def market(database: Database, group_id: int, tmp_path: Path, now: datetime) -> Iterator[Market]:
    """Return a brand whose customers bought on known days."""
    with opened_market(database, group_id, tmp_path, now) as opened:
        yield opened


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_the_grid_counts_customers_and_money_of_the_lake(
    market: Market, now: datetime, tmp_path: Path
) -> None:
    market.bought(
        now,
        ("ann", ago(1), 100),
        ("ann", ago(20), 50),
        ("bob", ago(100), 30),
        ("cat", ago(400), 70),
    )
    market.refresh(now)
    told = market.told(tmp_path, "rfm", "--brand", "wool", "--on", TODAY.isoformat())
    assert (told["customers"], told["buyers"], told["amount_minor"]) == (3, 2, 18_000)
    assert sum(cell["customers"] for cell in told["cells"]) == 2
    assert sum(cell["amount_minor"] for cell in told["cells"]) == 18_000
    for naming in told["namings"]:
        assert sum(segment["customers"] for segment in naming["segments"]) == 2
    printed = market.run(tmp_path, "rfm", "--brand", "wool", "--on", TODAY.isoformat())
    assert "重要价值客户" in printed.stdout
    assert "180.00" in printed.stdout


def test_a_file_holds_a_row_for_every_buyer(market: Market, now: datetime, tmp_path: Path) -> None:
    market.bought(now, ("ann", ago(1), 100), ("bob", ago(100), 30), ("cat", ago(400), 70))
    market.refresh(now)
    file = tmp_path / "rfm.csv"
    arguments = ("rfm", "--brand", "wool", "--on", TODAY.isoformat(), "--csv", str(file))
    assert market.run(tmp_path, *arguments).returncode == 0
    with file.open(encoding="utf-8") as stream:
        rows = {row["customer"]: row for row in csv.DictReader(stream)}
    ann = rows[ids.show("cus", market.customer_id(now, "ann"))]
    assert (ann["recency_days"], ann["orders"], ann["amount_minor"]) == ("1", "1", "10000")
    assert len(rows) == 2


def test_explain_names_measures_thresholds_and_the_orders_that_counted(
    market: Market, now: datetime, tmp_path: Path
) -> None:
    market.bought(
        now, ("ann", ago(1), 100), ("ann", ago(20), 50), ("ann", ago(500), 9), ("bob", ago(9), 5)
    )
    market.came_back(now, f"ann-{ago(1)}-0", 100)
    market.refresh(now)
    who = ids.show("cus", market.customer_id(now, "ann"))
    told = market.told(tmp_path, "rfm", "explain", who, "--on", TODAY.isoformat())
    assert [axis["value"] for axis in told["axes"]] == [20, 1, 5_000]
    assert [(order["day"], order["counted"]) for order in told["orders"]] == [
        (ago(1).isoformat(), False),
        (ago(20).isoformat(), True),
        (ago(500).isoformat(), False),
    ]
    assert [order["left_out"] for order in told["orders"]] == ["returned", None, "window"]
    printed = market.run(tmp_path, "rfm", "explain", who, "--on", TODAY.isoformat())
    assert "整单退回" in printed.stdout


def test_stored_thresholds_are_applied_until_somebody_takes_new_ones(
    market: Market, now: datetime, tmp_path: Path
) -> None:
    day = ("--on", TODAY.isoformat())
    market.bought(now, *((f"n{number}", ago(number * 20), 10 * number) for number in range(1, 11)))
    market.refresh(now)
    fitted = market.told(tmp_path, "models", "fit", "rfm", "--brand", "wool", *day)
    assert (fitted["fit"], fitted["customers"]) == (1, 10)
    market.bought(now, *((f"rich{number}", ago(1), 9_000) for number in range(20)))
    market.refresh(now + timedelta(hours=1))
    before = market.told(tmp_path, "rfm", "--brand", "wool", *day)
    assert before["thresholds"]["monetary_at_least_minor"] == fitted["monetary_at_least_minor"]
    assert (before["fit"], before["buyers"]) == (1, 30)
    market.told(tmp_path, "models", "fit", "rfm", "--brand", "wool", *day)
    after = market.told(tmp_path, "rfm", "--brand", "wool", *day)
    assert after["fit"] == 2
    assert after["thresholds"]["monetary_at_least_minor"][2] == 900_001


def test_refreshed_models_are_listed_shown_and_explained(
    market: Market, now: datetime, tmp_path: Path
) -> None:
    day = ("--on", TODAY.isoformat())
    market.bought(now, ("ann", ago(1), 100), ("ann", ago(40), 50), ("bob", ago(300), 30))
    market.refresh(now)
    done = market.told(tmp_path, "models", "refresh", *day)
    assert {row["model"]: row["evaluated"] for row in done} == {
        "rfm": 2,
        "lifecycle": 2,
        "lifetime": None,
    }
    assert "bought" in next(row["skipped"] for row in done if row["skipped"])
    listed = market.told(tmp_path, "models", "list", "--brand", "wool")
    assert {row["code"]: row["version"] for row in listed} == {
        "rfm": 1,
        "lifecycle": 1,
        "lifetime": 0,
    }
    grid = market.told(tmp_path, "models", "show", "rfm", "--brand", "wool")
    assert grid == market.told(tmp_path, "rfm", "--brand", "wool", *day)
    states = market.told(tmp_path, "models", "show", "lifecycle", "--brand", "wool")
    assert {one["code"]: one["customers"] for one in states["states"] if one["customers"]} == {
        "repeat": 1,
        "sleeping": 1,
    }
    who = ids.show("cus", market.customer_id(now, "bob"))
    told = market.told(tmp_path, "models", "explain", "lifecycle", who, *day)
    assert [(one["on"], one["state"]) for one in told["history"]] == [
        (ago(300).isoformat(), "new"),
        (ago(270).isoformat(), "active"),
        (ago(120).isoformat(), "sleeping"),
    ]
    assert (told["next_state"], told["next_on"]) == ("lost", ago(-65).isoformat())
    assert told["next_names"] == {"zh": "流失客户", "en": "Lost"}
    printed = market.run(tmp_path, "models", "explain", "lifecycle", who, *day)
    assert "沉睡客户 Sleeping" in printed.stdout


def test_a_document_of_the_brands_own_is_applied_exported_and_refused_with_the_place(
    market: Market, tmp_path: Path
) -> None:
    exported = market.run(tmp_path, "models", "export", "rfm", "--brand", "wool")
    assert exported.returncode == 0, exported.stderr
    file = tmp_path / "rfm.yaml"
    file.write_text(exported.stdout.replace("kind: rfm", "kind: rfm\nwindow_days: 730"), "utf-8")
    applied = market.told(tmp_path, "models", "apply", str(file), "--brand", "wool")
    assert (applied["kind"], applied["version"]) == ("rfm", 1)
    again = market.told(tmp_path, "models", "apply", str(file), "--brand", "wool")
    assert again == applied
    file.write_text("kind: rfm\ncode: rfm\nnames: {zh: 模型, en: M}\nnamings: []\n", "utf-8")
    refused = market.run(tmp_path, "models", "apply", str(file), "--brand", "wool")
    assert refused.returncode == 1
    assert "namings" in refused.stderr
