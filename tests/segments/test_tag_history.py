"""From when to when a customer had a tag, and who was in a segment on a past day."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from fastapi.testclient import TestClient

from huitong import segments
from huitong.customers.model import CUSTOMER_PREFIX
from huitong.entry import tag_history, tagging
from huitong.platform import clock, crypto, ids
from huitong.platform.auth import Permission
from huitong.platform.db import Database
from huitong.segments.model.tag_intervals import TagInterval
from huitong.segments.rules.bitmaps import column_of_ordinals
from tests.entry.make import make_client, make_platform, make_token
from tests.lake.conftest import database, shop
from tests.segments.test_audiences import Store, store

__all__ = ["database", "shop", "store"]

WAITED = timedelta(days=3)
SECRET = "a secret of tests that commands share"  # noqa: S105 - Of tests alone.


@pytest.fixture(autouse=True)
def _one_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let commands, which are processes of their own, open what the test has sealed."""
    monkeypatch.setenv("HUITONG_SECRET_KEY", SECRET)
    held = crypto.keyring()
    crypto.hold(crypto.Keyring(SECRET.encode()))
    yield
    crypto.hold(held)


@pytest.fixture
def now() -> datetime:
    """Return an instant of the past: commands and routes look afterwards."""
    return clock.now() - timedelta(days=10)


@pytest.fixture
def later(store: Store, database: Database) -> Store:
    """Return the shop three days later: the child has bought, and the tags know it."""
    found = replace(store, now=store.now + WAITED)
    with found.club() as club:
        club.took(club.buys("child", "O9", 200))
    found.refresh(database)
    return found


def id_of(store: Store, name: str) -> int:
    with store.club() as club:
        return club.customer_id(name)


def day(now: datetime) -> date:
    return now.astimezone(ZoneInfo("Asia/Shanghai")).date()


def history(store: Store, database: Database, name: str, *tags: str) -> list[TagInterval]:
    return tag_history.history(
        database,
        lambda _: store.shop.connect(),
        store.shop.place,
        customer_id=id_of(store, name),
        tags=tags,
    )


class TestIntervals:
    def test_a_change_ends_one_value_and_begins_another(
        self, later: Store, database: Database
    ) -> None:
        assert history(later, database, "child", "frequency_band", "order_count") == [
            TagInterval("frequency_band", "none", None, day(later.now)),
            TagInterval("frequency_band", "one", day(later.now), None),
            TagInterval("order_count", 0, None, day(later.now)),
            TagInterval("order_count", 1, day(later.now), None),
        ]

    def test_who_changes_nothing_has_it_as_far_back_as_is_kept(
        self, later: Store, database: Database
    ) -> None:
        found = history(later, database, "her", "frequency_band")
        assert found == [TagInterval("frequency_band", "two", None, None)]

    def test_a_newcomer_begins_with_the_refresh_that_found_them(
        self, later: Store, database: Database
    ) -> None:
        with later.club() as club:
            club.enrol("late")
            club.took(club.buys("late", "O10", 100))
        later.refresh(database)
        found = history(later, database, "late", "frequency_band")
        assert found == [TagInterval("frequency_band", "one", day(later.now), None)]

    def test_a_full_refresh_goes_on_with_the_history(
        self, later: Store, database: Database
    ) -> None:
        before = history(later, database, "child", "frequency_band")
        shop = later.shop
        tagging.refresh(
            database, shop.folder, shop.place, now=later.now + timedelta(days=1), full=True
        )
        assert history(later, database, "child", "frequency_band") == before


@pytest.fixture
def client(later: Store, database: Database) -> Iterator[TestClient]:
    platform = replace(make_platform(database), open_lake=lambda _: later.shop.connect())
    with make_client(platform) as opened:
        yield opened


@pytest.fixture
def key(later: Store, database: Database) -> dict[str, str]:
    permissions = (Permission.CUSTOMERS_READ, Permission.SEGMENTS_READ)
    return make_token(database, later.shop.group_id, *permissions)


def test_http_tells_the_history_of_one_tag_or_of_all(
    client: TestClient, later: Store, key: dict[str, str]
) -> None:
    child = ids.show(CUSTOMER_PREFIX, id_of(later, "child"))
    path = f"/v1/customers/{child}/tag-history"
    told = client.get(path, params={"tag": "frequency_band"}, headers=key)
    assert told.status_code == 200, told.text
    changed = day(later.now).isoformat()
    assert told.json()["items"] == [
        {"tag": "frequency_band", "value": "none", "since": None, "until": changed},
        {"tag": "frequency_band", "value": "one", "since": changed, "until": None},
    ]
    every = {one["tag"] for one in client.get(path, headers=key).json()["items"]}
    assert {"frequency_band", "order_count"} <= every
    refused = client.get(path, params={"tag": "charm"}, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (404, "segments.tag_not_found")


def test_the_command_tells_what_held_on_a_day(later: Store, tmp_path: Path) -> None:
    child = ids.show(CUSTOMER_PREFIX, id_of(later, "child"))
    before = (day(later.now) - timedelta(days=1)).isoformat()
    said = later.shop.run(
        tmp_path, "tags", "history", child, "--brand", "wool", "--tag", "frequency_band",
        "--on", before, "--json",
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    (row,) = json.loads(said.stdout)
    assert (row["value"], row["since"], row["until"]) == ("none", None, day(later.now).isoformat())


@pytest.fixture
def kept(later: Store) -> date:
    """Return a day of which is kept that she and he were in a segment."""
    with later.shop.transaction(later.now) as tx:
        places = segments.ordinals_of(tx, [id_of(later, name) for name in ("her", "him")])
        segments.keep_snapshot(
            tx,
            members=column_of_ordinals(np.array(sorted(places.values()))),
            brand_id=later.shop.place.brand_id,
            segment="returning",
            taken_on=date(2026, 3, 8),
            version=1,
            now=later.now,
        )
    return date(2026, 3, 8)


class TestSegmentOnADay:
    def test_http_lists_who_was_in_it_page_by_page(
        self, client: TestClient, later: Store, key: dict[str, str], kept: date
    ) -> None:
        path = f"/v1/brands/wool/segments/returning/days/{kept}/members"
        first = client.get(path, params={"limit": 1}, headers=key).json()
        rest = client.get(path, params={"cursor": first["next_cursor"]}, headers=key).json()
        found = [one["id"] for one in (*first["items"], *rest["items"])]
        assert len(first["items"]) == 1
        # They come by ordinal, which new customers of one moment get in any order.
        asked = [ids.show(CUSTOMER_PREFIX, id_of(later, name)) for name in ("her", "him")]
        assert sorted(found) == sorted(asked)
        other = client.get(path.replace("03-08", "03-09"), headers=key)
        assert (other.status_code, other.json()["code"]) == (404, "segments.snapshot_not_found")

    def test_http_tells_of_one_whether_they_were_in_it(
        self, client: TestClient, later: Store, key: dict[str, str], kept: date
    ) -> None:
        path = f"/v1/brands/wool/segments/returning/days/{kept}/customers"
        told = {}
        for name in ("her", "him", "child"):
            shown = ids.show(CUSTOMER_PREFIX, id_of(later, name))
            told[name] = client.get(f"{path}/{shown}", headers=key).json()["was_in"]
        assert told == {"her": True, "him": True, "child": False}

    def test_who_is_gone_since_is_not_told_of(
        self, client: TestClient, later: Store, key: dict[str, str], kept: date
    ) -> None:
        with later.shop.transaction(later.now) as tx:
            segments.retire(tx, [id_of(later, "her")], now=later.now)
        path = f"/v1/brands/wool/segments/returning/days/{kept}"
        (left,) = client.get(f"{path}/members", params={"limit": 1}, headers=key).json()["items"]
        assert left["id"] == ids.show(CUSTOMER_PREFIX, id_of(later, "him"))
        her = ids.show(CUSTOMER_PREFIX, id_of(later, "her"))
        refused = client.get(f"{path}/customers/{her}", headers=key)
        assert (refused.status_code, refused.json()["code"]) == (404, "segments.customer_not_known")

    def test_the_command_lists_them_and_tells_of_one(
        self, later: Store, kept: date, tmp_path: Path
    ) -> None:
        asked = ("segment", "on", "returning", kept.isoformat(), "--brand", "wool", "--json")
        listed = later.shop.run(tmp_path, *asked)
        assert listed.returncode == 0, listed.stderr
        people = [ids.show(CUSTOMER_PREFIX, id_of(later, name)) for name in ("her", "child")]
        assert {row["customer"] for row in json.loads(listed.stdout)} > {people[0]}
        was_in = [
            json.loads(later.shop.run(tmp_path, *asked, "--customer", one).stdout)["was_in"]
            for one in people
        ]
        assert was_in == [True, False]
