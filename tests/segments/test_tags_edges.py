"""What a stranger found in tags: words that change, words that break, and sayings over merges."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from huitong import customers, org, segments
from huitong.customers.model import CUSTOMER_PREFIX, Purpose
from huitong.entry import tagging, wiring
from huitong.platform.conditions import read_condition
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import Ok
from huitong.platform.ids import show
from huitong.segments.jobs import Export
from huitong.segments.model.audiences import ExportAsked, ExportFinished
from huitong.segments.model.bitmaps import VersionAbandoned
from huitong.segments.model.tags import (
    RESERVED_CODES,
    CustomerNotTagged,
    RefreshKind,
    Tag,
    TagRefresh,
)
from huitong.segments.operations import tag_documents
from huitong.segments.operations import tags as operations
from huitong.segments.operations.tags import Giving
from huitong.segments.queries.audiences import Audiences, open_audiences
from huitong.segments.rules.bitmaps import SetCache
from tests.lake.conftest import database, shop
from tests.lake.shop import Shop
from tests.loyalty.club import Club
from tests.segments.audience_pack import install
from tests.segments.tag_lake import tag, values
from tests.segments.test_tags_refreshing import BUYER, DAY, define, having, refresh

__all__ = ["database", "shop"]

SCORE = tag("nps", {"primitive": "given"}, kind="manual", values={"unit": "score"})
OTHERWISE = tag("x", {"primitive": "given"}, kind="manual", values=values("new", "some", "none"))
BOUGHT_DOCUMENT = {"facts": "orders", "measure": "count", "at_least": 1}
BOUGHT = read_condition(BOUGHT_DOCUMENT)


def audiences_of(shop: Shop, tx: Tx, now: datetime) -> Audiences:
    brand = org.brand(tx, code="wool")
    return open_audiences(
        tx, brand=brand, open_lake=lambda _: shop.connect(), now=now, cache=SetCache()
    )


def put(shop: Shop, now: datetime, *tags: Tag) -> None:
    with shop.transaction(now) as tx:
        tag_documents.put_tags(tx, list(tags), brand_id=shop.place.brand_id, actor="test", now=now)


def say(shop: Shop, now: datetime, *givings: Giving, of: str = "circle") -> list[bool]:
    """Say a tag by hand and answer what was taken."""
    with shop.transaction(now) as tx:
        answers = operations.give(
            tx,
            givings,
            brand_id=shop.place.brand_id,
            tag=of,
            actor="test",
            now=now,
            today=tagging.today_of(shop.place, now),
        )
    return [isinstance(one, Ok) for one in answers]


def enrolled(shop: Shop, now: datetime, *names: str) -> list[int]:
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.enrol(*names)
        return [club.customer_id(name) for name in names]


class TestWords:
    def test_values_in_another_order_mean_the_same_people_before_and_after_the_refresh(
        self, shop: Shop, now: datetime
    ) -> None:
        define(shop, now)
        her, _ = enrolled(shop, now, "her", "him")
        with shop.transaction(now) as tx:
            club = Club(tx, now)
            club.took(club.buys("her", "O1", 100))
        refresh(shop, now)
        put(shop, now, BUYER.model_copy(update={"values": OTHERWISE.values}))
        for _ in range(2):
            with shop.transaction(now) as tx:
                audiences = audiences_of(shop, tx, now)
                for value, wanted in (("some", {her}), ("new", set())):
                    asked = read_condition({"field": "tags.buyer", "in": [value]})
                    page = audiences.page(audiences.find(asked), after=-1, limit=9)
                    assert {customer for _, customer in page} == wanted
            refresh(shop, now)

    @pytest.mark.parametrize("code", sorted(RESERVED_CODES))
    def test_no_tag_is_called_as_a_column_of_the_table_is(self, code: str) -> None:
        with pytest.raises(ValidationError, match="call the tag otherwise"):
            tag(code, {"primitive": "count", "facts": "orders"})


class TestSayings:
    @pytest.mark.parametrize("value", ["--5", "²", "٣", "99999999999999999999", "1.5", ""])
    def test_what_is_no_whole_number_is_refused_before_it_stops_a_refresh(
        self, shop: Shop, now: datetime, value: str
    ) -> None:
        put(shop, now, SCORE)
        her, him = enrolled(shop, now, "her", "him")
        assert say(shop, now, Giving(her, value), Giving(him, "-5"), of="nps") == [False, True]
        assert refresh(shop, now).customers == 2

    def test_a_number_that_is_computed_is_not_said(self, shop: Shop, now: datetime) -> None:
        put(shop, now, tag("times", {"primitive": "count", "facts": "orders"}))
        (her,) = enrolled(shop, now, "her")
        assert say(shop, now, Giving(her, "5"), of="times") == [False]

    def test_what_was_said_of_the_merged_is_taken_back_with_whom_they_became(
        self, shop: Shop, now: datetime
    ) -> None:
        define(shop, now)
        her, him = enrolled(shop, now, "her", "him")
        assert say(shop, now, Giving(her, "vip"), Giving(him, "plain")) == [True, True]
        kept = self._merged(shop, now)
        with shop.transaction(now) as tx:
            taken = operations.withdraw(
                tx, [kept], brand_id=shop.place.brand_id, tag="circle", actor="test", now=now
            )
        assert taken == 2
        refresh(shop, now)
        assert having(shop, "circle", 1) == having(shop, "circle", 2) == set()

    def test_an_older_saying_does_not_come_back_when_the_newer_one_ends(
        self, shop: Shop, now: datetime
    ) -> None:
        define(shop, now)
        _, him = enrolled(shop, now, "her", "him")
        until = tagging.today_of(shop.place, now + 5 * DAY)
        say(shop, now, Giving(him, "plain"))
        kept = self._merged(shop, now)
        say(shop, now, Giving(kept, "vip", until))
        refresh(shop, now)
        assert (having(shop, "circle", 1), having(shop, "circle", 2)) == ({kept}, set())
        refresh(shop, now + 6 * DAY)
        assert having(shop, "circle", 1) == having(shop, "circle", 2) == set()

    def _merged(self, shop: Shop, now: datetime) -> int:
        with shop.transaction(now) as tx:
            club = Club(tx, now)
            club.merge("him", "her")
            return club.customer_id("her")


class TestRefreshing:
    def test_an_account_that_books_no_revenue_any_more_changes_everybody(
        self, shop: Shop, now: datetime
    ) -> None:
        define(shop, now)
        (her,) = enrolled(shop, now, "her")
        with shop.transaction(now) as tx:
            club = Club(tx, now)
            club.took(club.buys("her", "O1", 100))
        refresh(shop, now)
        assert having(shop, "buyer", 2) == {her}
        with shop.transaction(now) as tx:
            tx.execute("UPDATE org.channel_account SET books_revenue = false", {})
        assert refresh(shop, now).kind is RefreshKind.FULL
        assert having(shop, "buyer", 2) == set()

    def test_a_refresh_that_another_overtook_publishes_nothing(
        self, shop: Shop, now: datetime
    ) -> None:
        """The lock lies in a session of its own, which a failover ends unseen."""
        define(shop, now)
        enrolled(shop, now, "her")
        refresh(shop, now)
        overtaking: list[TagRefresh] = []

        def meanwhile(_done: int, _all: int) -> None:
            if not overtaking:
                overtaking.append(
                    tagging.refresh_held(shop.database, shop.folder, shop.place, now=now)
                )

        enrolled(shop, now, "him")
        shop.refresh(now)
        with pytest.raises(VersionAbandoned):
            tagging.refresh_held(shop.database, shop.folder, shop.place, now=now, tell=meanwhile)
        assert len(having(shop, "buyer", 1)) == 2

    def test_a_deleted_folder_is_computed_anew(self, shop: Shop, now: datetime) -> None:
        define(shop, now)
        people = enrolled(shop, now, "her", "him")
        refresh(shop, now)
        shutil.rmtree(shop.folder.path / "tags")
        assert refresh(shop, now).kind is RefreshKind.FULL
        assert having(shop, "buyer", 1) == set(people)
        assert refresh(shop, now).kind is RefreshKind.INCREMENTAL

    def test_bitmaps_of_versions_that_nobody_reads_any_more_go(
        self, shop: Shop, now: datetime
    ) -> None:
        define(shop, now)
        her, _ = enrolled(shop, now, "her", "him")
        counts = []
        for day in range(6):
            at = now + day * DAY
            say(shop, at, Giving(her, "vip" if day % 2 else "plain"))
            refresh(shop, at)
            with shop.database.reading(Scope(shop.group_id)) as tx:
                counts += tx.rows("SELECT count(*), count(DISTINCT version) FROM segments.bitmap")
        assert counts[-1] == counts[2]


def test_nothing_is_told_of_somebody_who_was_erased_before_the_lake_follows(
    shop: Shop, now: datetime, database: Database
) -> None:
    define(shop, now)
    with shop.transaction(now) as tx:
        install(tx, brand_id=shop.place.brand_id, now=now)
    (her,) = enrolled(shop, now, "her")
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.took(club.buys("her", "O1", 100))
    refresh(shop, now)
    with shop.transaction(now) as tx:
        person_id = customers.find_customers(tx, customer_ids=[her])[her].person_id
        wiring.forget_everywhere(tx, person_id, now=now)
    with shop.transaction(now) as tx:
        told = audiences_of(shop, tx, now).explain(BOUGHT, her)
        assert not told.is_alive
        assert not told.is_member
        assert not told.explained.facts
    with pytest.raises(CustomerNotTagged):
        tagging.explain(database, shop.folder, shop.place, customer_id=her, tag="buyer", now=now)


class TestExports:
    def test_the_file_holds_the_version_that_was_asked_for_and_its_record_stays(
        self, shop: Shop, now: datetime, tmp_path: Path
    ) -> None:
        her, _ = self._two(shop, now)
        asked = self._asked(shop, now)
        self._put(shop, now, {"all": []}, expected=1)
        assert self._write(shop, asked, tmp_path / "first.csv") == 1
        assert show(CUSTOMER_PREFIX, her) in (tmp_path / "first.csv").read_text("utf-8-sig")
        again = self._asked(shop, now)
        assert (again.id, again.written) == (asked.id, 1)
        with pytest.raises(ExportFinished):
            self._write(shop, again, tmp_path / "second.csv")
        assert not (tmp_path / "second.csv").exists()

    def _two(self, shop: Shop, now: datetime) -> list[int]:
        with shop.transaction(now) as tx:
            install(tx, brand_id=shop.place.brand_id, now=now)
        people = enrolled(shop, now, "her", "him")
        with shop.transaction(now) as tx:
            club = Club(tx, now)
            club.took(club.buys("her", "O1", 100))
        refresh(shop, now)
        self._put(shop, now, BOUGHT_DOCUMENT, expected=0)
        return people

    def _put(self, shop: Shop, now: datetime, condition: object, *, expected: int) -> None:
        document = {"code": "a", "names": {"zh": "甲", "en": "A"}, "condition": condition}
        with shop.transaction(now) as tx:
            segments.put_segment(
                tx,
                brand_id=shop.place.brand_id,
                document=segments.read_segment(document),
                expected_version=expected,
                actor="test",
                now=now,
            )

    def _asked(self, shop: Shop, now: datetime) -> ExportAsked:
        with shop.transaction(now) as tx:
            return segments.ask_export(
                tx,
                brand_id=shop.place.brand_id,
                segment="a",
                purpose=Purpose.SERVICE,
                key="k",
                actor="test",
                now=now,
            )

    def _write(self, shop: Shop, asked: ExportAsked, path: Path) -> int:
        with shop.database.reading(Scope(shop.group_id)) as tx:
            brand = org.brand(tx, code="wool")
        export = Export(brand, asked, lambda _: shop.connect(), path)
        return export.write(shop.transaction, lambda *_: None)[0]
