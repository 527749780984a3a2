"""`huitong tags` on the command line, over a real lake."""

import json
import subprocess
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


def run(shop: Shop, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return shop.run(home, "tags", *arguments)


def test_tags_are_refreshed_listed_shown_and_explained(
    shop: Shop, now: datetime, tmp_path: Path
) -> None:
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.enrol("her", "him")
        club.took(club.buys("her", "O1", 100), club.buys("her", "O2", 50))
        her = ids.show(CUSTOMER_PREFIX, club.customer_id("her"))
    shop.refresh(now)
    refreshed = run(shop, tmp_path, "refresh", "--json")
    assert refreshed.returncode == 0, refreshed.stderr
    (told,) = json.loads(refreshed.stdout)
    assert (told["kind"], told["customers"], told["computed"]) == ("full", 2, 2)
    listed = run(shop, tmp_path, "list", "--brand", "wool", "--json")
    assert listed.returncode == 0, listed.stderr
    covered = {row["tag"]: row["with_a_value"] for row in json.loads(listed.stdout)}
    assert covered["frequency_band"] == 2
    shown = run(shop, tmp_path, "show", "frequency_band", "--brand", "wool", "--json")
    assert shown.returncode == 0, shown.stderr
    values = {row["value"]: row["customers"] for row in json.loads(shown.stdout)["values"]}
    assert (values["none"], values["one"], values["two"]) == (1, 0, 1)
    explained = run(shop, tmp_path, "explain", her, "frequency_band", "--brand", "wool", "--json")
    assert explained.returncode == 0, explained.stderr
    found = json.loads(explained.stdout)
    assert found["value"] == "two"
    (counted,) = [step for step in found["steps"] if step["primitive"] == "count"]
    assert {fact["order_no"] for fact in counted["facts"]} == {"O1", "O2"}
    refused = run(shop, tmp_path, "show", "charm", "--brand", "wool")
    assert refused.returncode == 1
    assert "There is no tag “charm”" in refused.stderr


CIRCLE = """
code: circle
names: {zh: 圈层, en: Circle}
meaning: {zh: 导购所说, en: Told by guides}
kind: manual
multi: true
values:
- {code: tea, names: {zh: 茶, en: Tea}}
- {code: golf, names: {zh: 高尔夫, en: Golf}}
expression: {primitive: given}
"""


def test_a_tag_is_defined_beside_the_shipped_ones_given_and_taken_back(
    shop: Shop, now: datetime, tmp_path: Path
) -> None:
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.enrol("her")
        her = ids.show(CUSTOMER_PREFIX, club.customer_id("her"))
    file = tmp_path / "circle.yaml"
    file.write_text(CIRCLE, "utf-8")

    def tags(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run(shop, tmp_path, *arguments, "--brand", "wool")

    for _ in range(2):
        put = tags("put", str(file), "--json")
        assert put.returncode == 0, put.stderr
        assert json.loads(put.stdout) == {"tag": "circle", "version": 1}
    late = tags("put", str(file), "--on-version", "0")
    assert "is at version 1 and not at 0 any more" in late.stderr
    listed = {row["tag"]: row["version"] for row in json.loads(tags("list", "--json").stdout)}
    assert (listed["circle"], listed["shoe_size"]) == (1, "as shipped")
    assert tags("give", her, "circle", "tea").returncode == 0
    stranger = tags("give", ids.show(CUSTOMER_PREFIX, 4_096 * 4_096 + 17), "circle", "tea")
    assert stranger.returncode == 1
    assert "The brand has no customer cus_" in stranger.stderr
    assert f"{her}: 1 taken back." in tags("withdraw", her, "circle", "--value", "tea").stdout
    assert f"{her}: 0 taken back." in tags("withdraw", her, "circle").stdout


def test_a_file_counts_whole_or_not_at_all_but_for_lines_that_are_named(
    shop: Shop, now: datetime, tmp_path: Path
) -> None:
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.enrol("her")
        her = ids.show(CUSTOMER_PREFIX, club.customer_id("her"))
    (tmp_path / "circle.yaml").write_text(CIRCLE, "utf-8")
    put = run(shop, tmp_path, "put", str(tmp_path / "circle.yaml"), "--brand", "wool")
    assert put.returncode == 0, put.stderr
    file = tmp_path / "circles.csv"

    def told(text: str) -> tuple[int, str, str]:
        file.write_text(text, "utf-8")
        said = run(shop, tmp_path, "import", "circle", str(file), "--brand", "wool")
        return said.returncode, said.stdout, said.stderr

    code, _, err = told(f"customer,value,until\n{her},tea,\n{her},golf,31/12/2026\n")
    assert (code, "line 3, column until" in err, "Traceback" in err) == (1, True, False)
    taken_back = run(shop, tmp_path, "withdraw", her, "circle", "--brand", "wool").stdout
    assert f"{her}: 0 taken back." in taken_back
    code, out, err = told(f"customer,value\n\n{her},tea\n{her},dance\n")
    assert (code, "1 given, 1 refused." in out) == (1, True)
    assert "line 4: " in err
    assert "has no value “dance”" in err
