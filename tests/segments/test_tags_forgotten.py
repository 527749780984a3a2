"""After an erasure no file of tags tells anything of the erased, and what nobody reads is gone."""

from datetime import datetime, timedelta

import duckdb
import pytest

from huitong import customers
from huitong.entry import tagging, wiring
from huitong.platform import clock
from huitong.platform.db import Scope
from huitong.segments.engine.tag_table import TagFiles
from huitong.segments.model.tags import RefreshKind
from huitong.segments.queries import tags as queries
from tests.lake.conftest import database, shop
from tests.lake.shop import Shop
from tests.loyalty.club import Club
from tests.segments.test_tags_refreshing import define, having, refresh

__all__ = ["database", "shop"]

DAY = timedelta(days=1)


def state(shop: Shop) -> TagFiles:
    """Return the files that count."""
    brand_id = shop.place.brand_id
    with shop.database.reading(Scope(shop.group_id)) as tx:
        last = queries.last_refresh(tx, brand_id=brand_id)
        assert last is not None
        return TagFiles.read(queries.state_of(tx, brand_id=brand_id, version=last.version))


def on_disk(shop: Shop) -> set[str]:
    """Return every file of the brand's tags."""
    return {one.name for one in shop.folder.names(tagging.prefix_of(shop.place))}


def holding(shop: Shop, customer_id: int) -> set[str]:
    """Return the files on the disk that name a customer, counted or not."""
    found = set()
    for name in on_disk(shop):
        path = shop.folder.locate(name)
        columns = duckdb.execute("DESCRIBE FROM read_parquet(?)", [path]).fetchall()
        if "customer_id" in [column[0] for column in columns]:
            query = "SELECT count(*) FROM read_parquet(?) WHERE customer_id = ?"
            if duckdb.execute(query, [path, customer_id]).fetchall() != [(0,)]:
                found.add(name)
    return found


def sold(shop: Shop, now: datetime) -> tuple[int, int]:
    """Let her and him buy, and return who they are."""
    define(shop, now)
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.enrol("her", "him")
        club.took(club.buys("her", "O1", 100), club.buys("him", "O2", 100))
        return club.customer_id("her"), club.customer_id("him")


def forget(shop: Shop, now: datetime, customer_id: int) -> None:
    with shop.transaction(now) as tx:
        found = customers.find_customers(tx, customer_ids=[customer_id])
        wiring.forget_everywhere(tx, found[customer_id].person_id, now=now)


@pytest.mark.parametrize("full", [False, True], ids=["incremental", "full"])
def test_no_file_names_the_erased_after_the_next_refresh(
    shop: Shop, now: datetime, *, full: bool
) -> None:
    her, him = sold(shop, now)
    refresh(shop, now)
    # What changes later stands in the log and among what changed lately.
    refresh(shop, now + 40 * DAY)
    assert len(holding(shop, her)) == 3
    forget(shop, now + 41 * DAY, her)
    done = refresh(shop, now + 41 * DAY, full=full)
    assert done.kind is (RefreshKind.FULL if full else RefreshKind.INCREMENTAL)
    assert holding(shop, her) == set()
    assert holding(shop, him)
    assert state(shop).files <= on_disk(shop)
    assert done.customers == 1


def test_the_others_go_on_as_if_nothing_had_been(shop: Shop, now: datetime) -> None:
    her, him = sold(shop, now)
    refresh(shop, now)
    refresh(shop, now + DAY)
    forget(shop, now + DAY, her)
    refresh(shop, now + DAY)
    done = refresh(shop, now + 40 * DAY)
    assert (done.kind, done.changed, done.customers) == (RefreshKind.INCREMENTAL, 1, 1)
    assert (having(shop, "buyer", 1), having(shop, "buyer", 2)) == ({him}, set())
    assert refresh(shop, now + 40 * DAY, full=True).changed == 0
    with duckdb.connect() as connection:
        names = [shop.folder.locate(name) for name in state(shop).log]
        changes = connection.execute(
            "SELECT customer_id, tag, before, now FROM read_parquet(?) WHERE tag = 'buyer'", [names]
        ).fetchall()
    assert changes == [(him, "buyer", 2, 1)]


def test_files_that_no_refresh_names_are_gone_after_hours(shop: Shop, now: datetime) -> None:
    sold(shop, now)
    refresh(shop, now)
    first = state(shop)
    refresh(shop, now + 40 * DAY)
    before = state(shop)
    # A refresh leaves the files of the one before it to whoever reads them.
    assert on_disk(shop) == first.files | before.files
    assert first.files != before.files
    refresh(shop, clock.now() + timedelta(hours=7))
    assert on_disk(shop) == before.files | state(shop).files
    assert not (first.files - before.files - state(shop).files) & on_disk(shop)
