"""Audiences over a real database and a real lake: counted, described, listed, explained."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from huitong import org, segments
from huitong.customers import find_customers
from huitong.customers.model import Purpose
from huitong.entry import tagging, wiring
from huitong.platform import ids
from huitong.platform.conditions import ConditionInvalid, Language, read_condition
from huitong.platform.db import Database, Tx
from huitong.segments.events import SegmentEntered, SegmentLeft
from huitong.segments.jobs import Export
from huitong.segments.model.audiences import ComputedBy, CustomerNotKnown, ExportKeyTaken
from huitong.segments.model.bitmaps import SnapshotTaken
from huitong.segments.operations.snapshots_daily import drop_snapshots, take_snapshot
from huitong.segments.queries.audiences import Audiences
from huitong.segments.rules.bitmaps import SetCache
from tests.lake.conftest import database, shop
from tests.lake.shop import Shop
from tests.loyalty.club import DAY, Club, comes_back
from tests.orders.make import make_line
from tests.segments.audience_pack import install

__all__ = ["database", "shop"]

BOUGHT_TWICE = {"facts": "orders", "measure": "count", "at_least": 2}


@dataclass
class Store:
    """A shop whose tags are computed, seen at one instant."""

    shop: Shop
    now: datetime
    cache: SetCache

    @contextmanager
    def club(self) -> Iterator[Club]:
        with self.shop.transaction(self.now) as tx:
            yield Club(tx, self.now)

    def refresh(self, database: Database) -> None:
        self.shop.refresh(self.now)
        tagging.refresh(database, self.shop.folder, self.shop.place, now=self.now)

    @contextmanager
    def opened(self) -> Iterator[Audiences]:
        with self.shop.transaction(self.now) as tx:
            yield open_here(self, tx)

    def size(self, condition: object) -> int:
        with self.opened() as audiences:
            return audiences.find(read_condition(condition)).size

    def names(self, condition: object) -> set[str]:
        with self.opened() as audiences:
            audience = audiences.find(read_condition(condition))
            ids = [one for _, one in audiences.page(audience, after=-1, limit=100)]
        with self.club() as club:
            return {name for name in ("her", "him", "child") if club.customer_id(name) in ids}


@pytest.fixture
def store(shop: Shop, now: datetime, database: Database) -> Store:
    """Return a shop where she bought twice, he once and sent it back, the child never."""
    made = Store(shop, now, SetCache())
    with made.club() as club:
        install(club.tx, brand_id=club.brand.id, now=now)
        club.enrol("her", "him", "child")
        coat = make_line("coat", paid_minor=80_000)
        club.took(
            club.buys("her", "O1", 100),
            club.buys("her", "O2", 800, lines=(coat,)),
            club.buys("him", "O3", 300),
        )
        club.took(comes_back("R1", "O3", 300, at=now))
    made.refresh(database)
    return made


class TestCounting:
    def test_facts_are_computed_on_the_lake_and_said_to_be(self, store: Store) -> None:
        with store.opened() as audiences:
            found = audiences.find(read_condition(BOUGHT_TWICE))
            again = audiences.find(read_condition(BOUGHT_TWICE))
        assert found.size == 1
        assert [part.by for part in found.as_of.computed] == [ComputedBy.LAKE]
        assert [part.by for part in again.as_of.computed] == [ComputedBy.KEPT]
        assert found.as_of.lake_as_of is not None
        assert store.names(BOUGHT_TWICE) == {"her"}

    def test_tags_need_no_lake(self, store: Store) -> None:
        two = {"field": "tags.frequency_band", "in": ["two"]}
        with store.opened() as audiences:
            found = audiences.find(read_condition(two))
        assert found.size == 1
        assert found.as_of.lake_as_of is None
        assert not found.as_of.computed

    def test_amounts_are_net_of_refunds_where_they_say_so(self, store: Store) -> None:
        paid = {"facts": "orders", "measure": {"sum": "paid_minor"}, "at_least": 30_000}
        kept = {"facts": "orders", "measure": {"sum": "kept_minor"}, "at_least": 30_000}
        assert store.names(paid) == {"her", "him"}
        assert store.names(kept) == {"her"}

    def test_items_are_filtered_by_what_the_line_says(self, store: Store) -> None:
        coat = {"facts": "lines", "where": {"field": "paid_minor", "at_least": 80_000},
                "measure": "count", "at_least": 1}  # fmt: skip
        assert store.names(coat) == {"her"}
        refunded = {"facts": "refunds", "last_days": 1, "measure": "count", "at_least": 1}
        assert store.names(refunded) == {"him"}

    def test_tier_and_points_are_those_of_now(self, store: Store) -> None:
        rich = {"field": "points", "at_least": 900}
        assert store.names(rich) == {"her"}
        with store.club() as club:
            club.took(club.buys("child", "O9", 5_000))
        assert store.names(rich) == {"her", "child"}
        assert store.names({"field": "tier", "in": ["gold"]}) == {"child"}
        with store.opened() as audiences:
            found = audiences.find(read_condition({"not": {"field": "points", "is_known": False}}))
        assert [part.by for part in found.as_of.computed] == [ComputedBy.LIVE]

    def test_who_is_known_and_who_is_not_are_everyone_together(self, store: Store) -> None:
        for field in ("points", "tier", "city", "tags.frequency_band"):
            known = store.size({"field": field, "is_known": True})
            unknown = store.size({"field": field, "is_known": False})
            assert known + unknown == 3, field

    def test_a_word_that_is_not_there_is_refused_with_what_would_fit(self, store: Store) -> None:
        with store.opened() as audiences, pytest.raises(ConditionInvalid, match="frequency_band"):
            audiences.find(read_condition({"field": "tags.frequenzy_band", "in": ["two"]}))


class TestLiving:
    def test_merged_customers_are_in_no_audience_at_once_and_back_after_a_split(
        self, store: Store
    ) -> None:
        everyone: dict[str, list[object]] = {"all": []}
        assert store.size(everyone) == 3
        with store.club() as club:
            merge = club.merge("him", "her")
        assert store.size(everyone) == 2
        assert store.size({"not": BOUGHT_TWICE}) == 1
        with store.club() as club:
            club.split(merge)
        assert store.size(everyone) == 3

    def test_erased_customers_are_in_no_audience_before_any_refresh(self, store: Store) -> None:
        with store.club() as club:
            customer_id = club.customer_id("him")
            person_id = find_customers(club.tx, customer_ids=[customer_id])[customer_id].person_id
            wiring.forget_everywhere(club.tx, person_id, now=store.now)
        assert store.size({"all": []}) == 2
        with store.opened() as audiences:
            told = audiences.explain(read_condition({"all": []}), customer_id)
        assert not told.is_alive
        assert not told.is_member


class TestTelling:
    def test_a_portrait_tells_shares_beside_everyone(self, store: Store) -> None:
        with store.opened() as audiences:
            found = audiences.portrait(audiences.find(read_condition(BOUGHT_TWICE)))
        assert (found.size, found.everyone) == (1, 3)
        (band,) = [one for one in found.fields if one.field.code == "tags.frequency_band"]
        shares = {one.code: (one.inside, one.base, one.index) for one in band.values}
        assert shares["two"] == (1, 1, 300)
        assert shares["none"] == (0, 1, 0)

    def test_overlaps_count_who_is_in_both(self, store: Store) -> None:
        bought = {"facts": "orders", "measure": "count", "at_least": 1}
        with store.opened() as audiences:
            both = [audiences.find(read_condition(one)) for one in (BOUGHT_TWICE, bought)]
            assert audiences.overlap(both) == [[1, 1], [1, 2]]
            assert len(audiences.sample(both[1], size=1)) == 1

    def test_an_explanation_names_clauses_values_and_orders(self, store: Store) -> None:
        condition = read_condition(
            {"all": [BOUGHT_TWICE, {"not": {"field": "points", "less_than": 5}},
                     {"field": "tags.frequency_band", "in": ["two"]}]}
        )  # fmt: skip
        with store.club() as club:
            her, him = club.customer_id("her"), club.customer_id("him")
        with store.opened() as audiences:
            found = audiences.explain(condition, her)
            other = audiences.explain(condition, him)
            told: Any = segments.explained_document(
                found.explained, audiences.reading, language=Language.ZH
            )
        assert found.is_member
        assert not other.is_member
        orders, points, band = told["parts"]
        assert {fact["order_no"] for fact in orders["facts"]} == {"O1", "O2"}
        assert orders["found"] == 2
        assert points["parts"][0]["found"] == 900
        assert band["found"]

    def test_who_sees_some_stores_only_is_told_no_facts(self, store: Store) -> None:
        with store.club() as club:
            her = club.customer_id("her")
        with store.opened() as audiences:
            found = audiences.explain(read_condition(BOUGHT_TWICE), her)
            told = segments.explained_document(
                found.explained, audiences.reading, language=Language.ZH, tells_facts=False
            )
        assert told.keys() == {"says", "holds"}

    def test_nobody_knows_a_customer_of_another_brand(self, store: Store) -> None:
        with store.opened() as audiences, pytest.raises(CustomerNotKnown):
            audiences.explain(read_condition({"all": []}), 4096)

    def test_days_are_those_of_the_brand(self, store: Store) -> None:
        enrolled = {"field": "enrolled_at", "last_days": 10}
        assert store.size(enrolled) == 3
        store.now += timedelta(days=2)
        assert store.size(enrolled) == 0
        assert timedelta(days=1) == DAY


class TestDays:
    def test_a_day_is_kept_once_and_tells_who_came_and_went(
        self, store: Store, database: Database
    ) -> None:
        told: list[object] = []

        def keep(_tx: Tx, batch: Sequence[object], _now: datetime) -> None:
            told.extend(batch)

        def take() -> SnapshotTaken | None:
            with store.shop.transaction(store.now) as tx:
                tx._handlers = {SegmentEntered: (keep,), SegmentLeft: (keep,)}
                audiences = open_here(store, tx)
                return take_snapshot(
                    tx, audiences, brand_id=store.shop.place.brand_id, segment="kept",
                    now=store.now,
                )  # fmt: skip

        with store.club() as club:
            document = {"code": "kept", "names": {"zh": "买过", "en": "Bought"},
                        "condition": {"facts": "orders", "measure": {"sum": "kept_minor"},
                                      "at_least": 1, "last_days": 3}}  # fmt: skip
            segments.put_segment(
                club.tx, brand_id=club.brand.id, document=segments.read_segment(document),
                expected_version=0, actor="test", now=store.now,
            )  # fmt: skip
            her, child = club.customer_id("her"), club.customer_id("child")
        first = take()
        assert first is not None
        assert (first.size, told) == (1, [])
        assert take() is None
        store.now += 4 * DAY
        with store.club() as club:
            club.took(club.buys("child", "O7", 100))
        store.refresh(database)
        second = take()
        assert second is not None
        brand_id, day = store.shop.place.brand_id, second.taken_on
        assert told == [
            SegmentEntered(brand_id, "kept", day, (child,)),
            SegmentLeft(brand_id, "kept", day, (her,)),
        ]
        with store.shop.transaction(store.now) as tx:
            dropped = drop_snapshots(tx, brand_id=brand_id, today=day, retention_days=1)
            assert dropped == 1
            assert [one.taken_on for one in
                    segments.snapshots(tx, brand_id=brand_id, segment="kept")] == [day]  # fmt: skip


class TestExporting:
    def test_only_who_agreed_is_in_the_file_and_the_others_are_counted(
        self, store: Store, tmp_path: Path
    ) -> None:
        with store.club() as club:
            document = {"code": "all", "names": {"zh": "所有", "en": "All"},
                        "condition": {"all": []}}  # fmt: skip
            segments.put_segment(
                club.tx, brand_id=club.brand.id, document=segments.read_segment(document),
                expected_version=0, actor="test", now=store.now,
            )  # fmt: skip
            brand = club.brand
        for purpose, written in ((Purpose.SERVICE, 3), (Purpose.MARKETING, 0)):
            with store.shop.transaction(store.now) as tx:
                asked = segments.ask_export(
                    tx, brand_id=brand.id, segment="all", purpose=purpose, key=purpose.value,
                    actor="test", now=store.now,
                )  # fmt: skip
            told: list[tuple[int, int]] = []
            export = Export(brand, asked, lambda _: store.shop.connect(), tmp_path / "out.csv")
            count, left_out = export.write(
                store.shop.transaction,
                lambda _, done, of: told.append((done, of)),  # noqa: B023 - called here at once
            )
            assert (count, sum(left_out.values())) == (written, 3 - written)
            assert told[-1] == (3, 3)
            rows = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
            assert len(rows) == 1 + written
            mark = ids.show("exp", asked.id)
            assert all(row.startswith(f"{mark},cus_") for row in rows[1:])
            with store.shop.transaction(store.now) as tx:
                found = segments.find_export(tx, brand_id=brand.id, export_id=asked.id)
                assert (found.written, found.left_out) == (written, dict(left_out))
                with pytest.raises(ExportKeyTaken):
                    segments.ask_export(
                        tx, brand_id=brand.id, segment="all", purpose=Purpose.SHARING,
                        key=purpose.value, actor="test", now=store.now,
                    )  # fmt: skip


def open_here(store: Store, tx: Tx) -> Audiences:
    return segments.open_audiences(
        tx, brand=org.brand(tx, code="wool"), open_lake=lambda _: store.shop.connect(),
        now=store.now, cache=store.cache,
    )  # fmt: skip
