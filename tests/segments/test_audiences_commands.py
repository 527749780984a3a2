"""`huitong segment` on the command line, over a real lake."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.entry import tagging
from huitong.platform import clock, crypto, ids
from huitong.platform.db import Database
from tests.lake.conftest import database, shop
from tests.lake.shop import Shop
from tests.loyalty.club import Club
from tests.segments.audience_pack import install

__all__ = ["database", "shop"]

# Known to everybody: no secret, but the one under which this test and its commands seal.
SECRET = 32 * "7"

SEGMENT = """
code: returning
names: {zh: 回头客, en: Returning}
condition:
  all:
  - {facts: orders, last_days: 90, measure: count, at_least: 2}
  - {field: tags.frequency_band, in: [two]}
"""


@pytest.fixture(autouse=True)
def _one_keyring() -> Iterator[None]:
    held = crypto.keyring()
    crypto.hold(crypto.Keyring(SECRET.encode()))
    yield
    crypto.hold(held)


@pytest.fixture
def now() -> datetime:
    """Return the present, which is when the commands look."""
    return clock.now() - timedelta(days=1)


def test_a_segment_is_kept_counted_described_explained_and_exported(
    shop: Shop, now: datetime, database: Database, database_url: str, tmp_path: Path
) -> None:
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        install(tx, brand_id=club.brand.id, now=now)
        club.enrol("her", "him")
        club.took(club.buys("her", "O1", 100), club.buys("her", "O2", 50))
        her = ids.show(CUSTOMER_PREFIX, club.customer_id("her"))
    shop.refresh(now)
    tagging.refresh(database, shop.folder, shop.place, now=now)
    file = tmp_path / "returning.yaml"
    file.write_text(SEGMENT, "utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        settings = {
            "HUITONG_HOME": str(tmp_path),
            "HUITONG_DATABASE_URL": database_url,
            "HUITONG_GROUP": str(shop.group_id),
            "HUITONG_SECRET_KEY": SECRET,
            "HUITONG_LAKE_URL": str(shop.folder.path),
            "NO_COLOR": "1",
        }
        return subprocess.run(
            [sys.executable, "-m", "huitong.entry.cli", "segment", *arguments, "--brand", "wool"],
            env={**os.environ, **settings}, capture_output=True, text=True, check=False,
            timeout=120,
        )  # fmt: skip

    def told(*arguments: str) -> Any:  # noqa: ANN401 - what JSON holds
        done = run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert told("put", str(file), "--on-version", "0") == {"segment": "returning", "version": 1}
    (counted,) = told("count", "returning")
    assert counted["customers"] == 1
    assert [part["by"] for part in counted["computed"]] == ["lake"]
    assert "近90天" in told("show", "returning")["says"]
    explained = told("explain", "returning", her)
    assert explained["is_member"]
    orders, _ = explained["clauses"]["parts"]
    assert {fact["order_no"] for fact in orders["facts"]} == {"O1", "O2"}
    assert [one["customer"] for one in told("members", "returning")] == [her]
    assert "index" in told("portrait", "returning")[0]
    exported = told("export", "returning", str(tmp_path / "out.csv"), "--purpose", "marketing")
    assert (exported["written"], exported["left_out"]) == (0, 1)
    (listed,) = told("exports")
    assert (listed["segment"], listed["purpose"], listed["written"]) == (
        "returning", "marketing", 0,
    )  # fmt: skip
    assert listed["taken_by"] == []
    in_words = run("explain", "returning", her)
    assert f"{her}: in returning" in in_words.stdout
    refused = run("count", "charming")
    assert refused.returncode == 1
    assert "There is no segment “charming”" in refused.stderr
