"""The doctor tells how old each brand's lake and tags are, and which files are missing."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from huitong.entry import lake_findings, tagging
from huitong.entry.findings import Finding, State
from huitong.entry.lake_findings import Aged, finding
from huitong.platform import lake
from huitong.platform.db import Database
from huitong.platform.settings import Settings
from tests.lake.shop import Shop
from tests.loyalty.club import Club

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "age, state, told",
    [
        (timedelta(minutes=119), State.WELL, "119 min old"),
        (3 * HOUR, State.WELL, "3 h old"),
        (3 * HOUR + timedelta(minutes=1), State.LOOK, "3 h old"),
        (50 * HOUR, State.LOOK, "2 days old"),
    ],
)
def test_who_missed_refreshes_is_looked_at(
    age: timedelta, state: State, told: str, now: datetime
) -> None:
    found = finding("lake", "wool", "wool", Aged(now - age), now)
    assert (found.check, found.state, found.found) == ("lake of wool", state, told)
    assert bool(found.remedy) is (state is not State.WELL)


@pytest.fixture
def shop(fresh_database: Database, tmp_path: Path, now: datetime) -> Shop:
    return Shop.found(fresh_database, 91, tmp_path / "lake", now)


def found_in(shop: Shop, now: datetime) -> dict[str, Finding]:
    settings = Settings(lake_url=str(shop.folder.path))
    return {one.check: one for one in lake_findings.find(shop.database, settings, now)}


def test_a_brand_that_was_never_refreshed_is_told(shop: Shop, now: datetime) -> None:
    found = found_in(shop, now)
    assert {one.check: one.found for one in found.values()} == {
        "lake of wool": "never refreshed",
        "tags of wool": "never refreshed",
    }
    assert "huitong refresh --brand wool" in found["tags of wool"].remedy


def test_missing_files_are_named_with_the_remedy_that_works(shop: Shop, now: datetime) -> None:
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.enrol("her")
        club.took(club.buys("her", "O1", 100))
    shop.refresh(now)
    tagging.refresh(shop.database, shop.folder, shop.place, now=now)
    well = found_in(shop, now + HOUR)
    assert {one.state for one in well.values()} == {State.WELL}
    assert {one.found for one in well.values()} == {"60 min old"}
    manifest = lake.newest(shop.folder, shop.place)
    assert manifest is not None
    (orders,) = manifest.tables["orders"].files
    shop.folder.delete([orders.name])
    told = found_in(shop, now + HOUR)
    assert told["lake of wool"].state is State.BROKEN
    assert orders.name in told["lake of wool"].found
    assert told["tags of wool"].state is State.WELL
    assert told["lake of wool"].remedy == "run “huitong lake refresh --full --brand wool”"
    shop.refresh(now + HOUR, full=True)
    assert found_in(shop, now + HOUR)["lake of wool"].state is State.WELL


def test_missing_files_of_tags_are_named(shop: Shop, now: datetime) -> None:
    with shop.transaction(now) as tx:
        Club(tx, now).enrol("her")
    shop.refresh(now)
    tagging.refresh(shop.database, shop.folder, shop.place, now=now)
    files = shop.folder.names(tagging.prefix_of(shop.place))
    shop.folder.delete([files[0].name])
    told = found_in(shop, now)["tags of wool"]
    assert (told.state, told.found) == (State.BROKEN, f"1 files missing: {files[0].name}")
