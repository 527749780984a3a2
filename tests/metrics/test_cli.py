"""`huitong metrics` on a refreshed lake of a brand."""

import csv
import json
from pathlib import Path

import pytest

from huitong.platform import clock
from huitong.platform.db import Database, Scope
from tests.entry.test_cli import NO_DATABASE, Cli
from tests.loyalty.club import Club
from tests.loyalty.conftest import database

__all__ = ["database"]


@pytest.fixture
def selling(tmp_path: Path, database: Database, group_id: int) -> Cli:
    """Return the command line in a group whose brand sold two coats, with its lake refreshed."""
    now = clock.now()
    with database.transaction(Scope(group_id), now=now) as tx:
        club = Club.found(tx, now)
        club.enrol("her")
        club.took(club.buys("her", "O1", 100), club.buys(None, "O2", 50))
    huitong = Cli(directory=tmp_path, url=database.url, group_id=group_id)
    huitong.done("lake", "refresh")
    return huitong


def test_figures_are_told_as_a_table_as_json_and_as_a_file(selling: Cli) -> None:
    ask = ("metrics", "query", "net_sales", "orders", "--brand", "wool")
    assert "150.00" in selling.done(*ask)
    told = json.loads(selling.done(*ask, "--by", "day", "--compare", "previous", "--json"))
    assert told["total"]["net_sales"]["value"] == 150_00
    assert told["rows"][-1]["figures"]["orders"]["value"] == 2
    selling.done(*ask, "--by", "month", "--csv", "figures.csv")
    with (selling.directory / "figures.csv").open(encoding="utf-8-sig") as file:
        month, total = csv.DictReader(file)
    assert (month["net_sales"], total["month"]) == ("150.00", "TOTAL")


def test_a_metric_is_shown_with_what_it_means(tmp_path: Path) -> None:
    huitong = Cli(directory=tmp_path, url=NO_DATABASE, group_id=1)
    listed = json.loads(huitong.done("metrics", "list", "--json"))
    assert "repurchase_rate" in [one["metric"] for one in listed]
    shown = huitong.done("metrics", "show", "member_share")
    assert "会员销售占比 · Member share of sales" in shown
    assert "where is_member is true" in shown


def test_wrong_words_are_answered_with_right_ones(selling: Cli) -> None:
    ask = ("metrics", "query", "--brand", "wool")
    said = selling(*ask, "members", "--by", "category")
    assert said.returncode == 1
    assert "store, store_kind, guide, touchpoint, tier" in said.stderr
    assert selling(*ask, "sales", "--compare", "lunar").returncode == 2


def test_the_last_day_is_included(selling: Cli) -> None:
    said = selling.done(
        "metrics", "query", "sales", "--brand", "wool", "--from", "2020-02-29", "--to", "2020-02-29"
    )
    assert "2020-02-29 to 2020-02-29; the lake is as of" in said
