"""Tags over a real lake and database: bitmaps, merges, erasures, what is given, and packs."""
# ruff: noqa: S608 - The statements are made of names of ours.

from datetime import date, datetime, timedelta

import duckdb
import pytest

from bench.apparel import Apparel
from huitong import customers, segments
from huitong.entry import tagging, wiring
from huitong.entry.published import CATALOGUE
from huitong.platform.db import Database, Scope
from huitong.platform.errors import Ok, Refused
from huitong.platform.lake import engine
from huitong.segments.engine.tag_computing import Catalogue, compute, with_words
from huitong.segments.model.tags import RefreshKind, TagNotFound, TagRefresh, TagsNotRefreshed
from huitong.segments.operations import tag_documents
from huitong.segments.operations import tags as operations
from huitong.segments.operations.tags import Giving
from huitong.segments.queries import tags as queries
from huitong.segments.rules.compiler.fields import Fields
from huitong.segments.rules.tag_packs import DEFAULT_PACKS, shipped_pack
from tests.lake.conftest import database, shop
from tests.lake.shop import Shop
from tests.loyalty.club import Club
from tests.segments.tag_lake import tag, values

__all__ = ["database", "shop"]

DAY = timedelta(days=1)
VALUES = values("vip", "plain")
BY_HAND = tag("circle", {"primitive": "given"}, kind="manual", values=VALUES)
BUYER = tag(
    "buyer",
    {
        "primitive": "band",
        "of": {"primitive": "count", "facts": "orders", "last_days": 30},
        "steps": [{"value": "none"}, {"value": "some", "at_least": 1}],
    },
    values=values("none", "some"),
)


def refresh(shop: Shop, now: datetime, *, full: bool = False) -> TagRefresh:
    """Refresh the lake and then the tags."""
    shop.refresh(now)
    return tagging.refresh(shop.database, shop.folder, shop.place, now=now, full=full)


def having(shop: Shop, field: str, number: int) -> set[int]:
    """Return who has a value by the bitmaps."""
    with shop.database.reading(Scope(shop.group_id)) as tx:
        bitmaps = segments.open_bitmaps(
            tx, brand_id=shop.place.brand_id, cache=segments.SetCache(1 << 24)
        )
        found = bitmaps.members(bitmaps.value(field, number) & bitmaps.alive())
        return {customer for _, customer in bitmaps.page(found)}


def define(shop: Shop, now: datetime) -> None:
    with shop.transaction(now) as tx:
        tag_documents.put_tags(
            tx, [BY_HAND, BUYER], brand_id=shop.place.brand_id, actor="test", now=now
        )


def test_bitmaps_follow_orders_days_merges_and_erasures(
    shop: Shop, now: datetime, database: Database
) -> None:
    define(shop, now)
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.enrol("her", "him", "them")
        club.took(club.buys("her", "O1", 100))
        her, him, them = (club.customer_id(name) for name in ("her", "him", "them"))
    assert refresh(shop, now).kind is RefreshKind.FULL
    assert (having(shop, "buyer", 1), having(shop, "buyer", 2)) == ({him, them}, {her})
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.merge("him", "her")
        kept = club.customer_id("her")
        person_id = customers.find_customers(tx, customer_ids=[them])[them].person_id
        wiring.forget_everywhere(tx, person_id, now=now)
    done = refresh(shop, now + DAY)
    assert (done.kind, done.customers) == (RefreshKind.INCREMENTAL, 1)
    assert (having(shop, "buyer", 1), having(shop, "buyer", 2)) == (set(), {kept})
    done = refresh(shop, now + 40 * DAY)
    assert (done.kind, done.changed) == (RefreshKind.INCREMENTAL, 1)
    assert having(shop, "buyer", 1) == {kept}
    again = refresh(shop, now + 40 * DAY, full=True)
    assert (again.kind, again.changed) == (RefreshKind.FULL, 0)
    assert having(shop, "buyer", 1) == {kept}
    assert database is shop.database


def test_what_is_given_counts_until_its_day_and_follows_a_merge(shop: Shop, now: datetime) -> None:
    define(shop, now)
    today, brand_id = tagging.today_of(shop.place, now), shop.place.brand_id
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.enrol("her", "him")
        her = club.customer_id("her")
        results = operations.give(
            tx,
            [Giving(her, "vip", today + 5 * DAY), Giving(her, "king"), Giving(her, "vip", today)],
            brand_id=brand_id, tag="circle", actor="boss", now=now, today=today,
        )  # fmt: skip
        with pytest.raises(TagNotFound):
            operations.give(
                tx, [], brand_id=brand_id, tag="charm", actor="boss", now=now, today=today
            )
    assert [type(one) for one in results] == [Ok, Refused, Refused]
    refresh(shop, now)
    assert having(shop, "circle", 1) == {her}
    with shop.transaction(now) as tx:
        Club(tx, now).merge("her", "him")
        kept = Club(tx, now).customer_id("him")
    refresh(shop, now + DAY)
    assert having(shop, "circle", 1) == {kept}
    assert refresh(shop, now + 5 * DAY).kind is RefreshKind.INCREMENTAL
    assert having(shop, "circle", 1) == set()


def test_a_changed_definition_makes_everybody_be_computed(shop: Shop, now: datetime) -> None:
    define(shop, now)
    with shop.transaction(now) as tx:
        Club(tx, now).enrol("her")
    with (
        shop.database.reading(Scope(shop.group_id)) as tx,
        pytest.raises(TagsNotRefreshed),
    ):
        queries.counts(tx, brand_id=shop.place.brand_id)
    refresh(shop, now)
    assert refresh(shop, now).kind is RefreshKind.INCREMENTAL
    with shop.transaction(now) as tx:
        tag_documents.archive_tag(
            tx, brand_id=shop.place.brand_id, code="circle", actor="test", now=now
        )
    assert refresh(shop, now).kind is RefreshKind.FULL
    with shop.database.reading(Scope(shop.group_id)) as tx:
        assert queries.counts(tx, brand_id=shop.place.brand_id) == {"buyer": {1: 1}}


def test_the_27_order_tags_all_have_values_at_the_made_up_retailer() -> None:
    packs = [shipped_pack(code) for code in DEFAULT_PACKS]
    tags = {one.code: one for pack in packs for one in pack.tags}
    fields = Fields(
        {one.field: one for pack in packs for one in pack.lookups},
        tuple(one for pack in packs for one in pack.festivals),
    )
    with duckdb.connect() as connection:
        Apparel(600).make(connection)
        engine.define_macros(connection, CATALOGUE.macros)
        today = date(2026, 3, 2)
        ready = with_words(connection, Catalogue(tags, fields), today)
        compute(connection, ready, zone="Asia/Shanghai", today=today)
        known = {
            code: connection.execute(
                f'SELECT count(DISTINCT "{code}"), count(*) FILTER ("{code}" = 0) FROM computed'
            ).fetchone()
            for code in tags
        }
    assert len(tags) == 27
    for code, found in known.items():
        assert found is not None
        assert found[0] >= 2, code
        # Each has its unknowns, but for what needs no support.
        assert found[1] > 0 or code in {"recency_stage", "frequency_band", "spend_band"}, code
