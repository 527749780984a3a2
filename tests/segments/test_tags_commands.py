"""`huitong tags` on the command line, over a real lake."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from huitong.customers.model import CUSTOMER_PREFIX
from huitong.platform import clock, ids
from tests.lake.conftest import database, shop
from tests.lake.shop import Shop
from tests.loyalty.club import Club

__all__ = ["database", "shop"]


@pytest.fixture
def now() -> datetime:
    """Return the present, which is when the commands look."""
    return clock.now() - timedelta(days=1)


def run(shop: Shop, url: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command as a process of its own."""
    settings = {
        "HUITONG_HOME": str(home),
        "HUITONG_DATABASE_URL": url,
        "HUITONG_GROUP": str(shop.group_id),
        "HUITONG_LAKE_URL": str(shop.folder.path),
        "NO_COLOR": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "huitong.entry.cli", "tags", *arguments],
        env={**os.environ, **settings},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_tags_are_refreshed_listed_shown_and_explained(
    shop: Shop, now: datetime, database_url: str, tmp_path: Path
) -> None:
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.enrol("her", "him")
        club.took(club.buys("her", "O1", 100), club.buys("her", "O2", 50))
        her = ids.show(CUSTOMER_PREFIX, club.customer_id("her"))
    shop.refresh(now)
    refreshed = run(shop, database_url, tmp_path, "refresh", "--json")
    assert refreshed.returncode == 0, refreshed.stderr
    (told,) = json.loads(refreshed.stdout)
    assert (told["kind"], told["customers"], told["computed"]) == ("full", 2, 2)
    listed = run(shop, database_url, tmp_path, "list", "--brand", "wool", "--json")
    assert listed.returncode == 0, listed.stderr
    covered = {row["tag"]: row["with_a_value"] for row in json.loads(listed.stdout)}
    assert covered["frequency_band"] == 2
    shown = run(shop, database_url, tmp_path, "show", "frequency_band", "--brand", "wool", "--json")
    assert shown.returncode == 0, shown.stderr
    values = {row["value"]: row["customers"] for row in json.loads(shown.stdout)["values"]}
    assert (values["none"], values["one"], values["two"]) == (1, 0, 1)
    explained = run(
        shop, database_url, tmp_path, "explain", her, "frequency_band", "--brand", "wool", "--json"
    )
    assert explained.returncode == 0, explained.stderr
    found = json.loads(explained.stdout)
    assert found["value"] == "two"
    (counted,) = [step for step in found["steps"] if step["primitive"] == "count"]
    assert {fact["order_no"] for fact in counted["facts"]} == {"O1", "O2"}
    refused = run(shop, database_url, tmp_path, "show", "charm", "--brand", "wool")
    assert refused.returncode == 1
    assert "There is no tag “charm”" in refused.stderr
