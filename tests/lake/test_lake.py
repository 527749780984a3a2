"""The lake's files: whole or not there, damaged and found out, forgotten for good."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest

import huitong
from huitong import customers
from huitong.entry import wiring
from huitong.entry.published import CATALOGUE, ORDERS
from huitong.platform import clock, lake, personal
from huitong.platform.db import Tx
from huitong.platform.lake import (
    Catalogue,
    LakeDamaged,
    LakeEmpty,
    LakeMoved,
    LakeOfAnotherDatabase,
    manifests,
)
from tests.lake.shop import SMALL, Shop
from tests.loyalty.club import Club, comes_back

HOUR = timedelta(hours=1)
AFTERWARDS = timedelta(days=20_000)
# Words of the catalogue of personal names that are codes here, and of whom they tell nothing.
CODES_ALL_THE_SAME = {"receiver_city", "birth_year", "birth_month", "birth_day"}


def sell(shop: Shop, now: datetime, *order_nos: str, yuan: int = 100) -> None:
    """Sell coats to her, in one transaction."""
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.enrol("her")
        club.took(*(club.buys("her", order_no, yuan) for order_no in order_nos))


def figures(shop: Shop, query: str, version: int | None = None) -> list[tuple[object, ...]]:
    with shop.connect(version) as opened:
        return opened.connection.execute(query).fetchall()


class TestRefreshing:
    def test_nothing_can_be_read_before_the_first_refresh(self, shop: Shop) -> None:
        with pytest.raises(LakeEmpty), shop.connect():
            pass

    def test_a_refresh_reads_only_what_came_since(self, shop: Shop, now: datetime) -> None:
        sell(shop, now, "O1", "O2", "O3")
        assert shop.refresh(now).tables["orders"].read_rows == 3
        assert shop.refresh(now).tables["orders"].read_rows == 0
        sell(shop, now, "O4")
        done = shop.refresh(now)
        assert done.tables["orders"].read_rows == 1
        assert done.touched == 1
        assert figures(shop, "SELECT count(*) FROM orders") == [(4,)]

    def test_an_older_transaction_that_commits_after_a_refresh_is_read_by_the_next(
        self, shop: Shop, now: datetime
    ) -> None:
        with shop.transaction(now) as late:
            late.rows("SELECT pg_current_xact_id()")
            sell(shop, now, "early")
            shop.refresh(now)
            slow = Club(late, now)
            slow.took(slow.buys(None, "late", 7))
        assert figures(shop, "SELECT order_no FROM orders") == [("early",)]
        assert shop.refresh(now).tables["orders"].read_rows == 1
        found = figures(shop, "SELECT order_no FROM orders ORDER BY order_no")
        assert found == [("early",), ("late",)]

    def test_a_reader_keeps_the_version_it_opened(self, shop: Shop, now: datetime) -> None:
        sell(shop, now, "O1")
        shop.refresh(now)
        with shop.connect() as opened:
            sell(shop, now, "O2")
            shop.refresh(now)
            assert opened.connection.execute("SELECT count(*) FROM orders").fetchall() == [(1,)]
        assert figures(shop, "SELECT count(*) FROM orders") == [(2,)]

    def test_who_was_touched_since_a_version_is_told(self, shop: Shop, now: datetime) -> None:
        sell(shop, now, "O1")
        first = shop.refresh(now).manifest.version
        sell(shop, now, "O2")
        shop.refresh(now)
        with shop.transaction(now) as tx:
            her = Club(tx, now).customer_id("her")
        with shop.connect() as opened:
            query = opened.touched_since(first)
            assert query is not None
            assert opened.connection.execute(query).fetchall() == [(her,)]
            assert opened.touched_since(first - 1) is None
            none = opened.touched_since(opened.manifest.version)
            assert none is not None
            assert opened.connection.execute(none).fetchall() == []

    def test_a_merge_touches_both_and_moves_their_months(self, shop: Shop, now: datetime) -> None:
        with shop.transaction(now) as tx:
            club = Club(tx, now)
            club.enrol("her", "him")
            club.took(club.buys("her", "O1", 100), club.buys("him", "O2", 50))
            her, him = club.customer_id("her"), club.customer_id("him")
        before = shop.refresh(now).manifest.version
        with shop.transaction(now) as tx:
            Club(tx, now).merge("her", "him")
        assert shop.refresh(now).touched == 2
        months = "SELECT customer_id, month::VARCHAR, orders, paid_minor FROM customer_month"
        assert figures(shop, months) == [(him, "2026-03-01", 2, 15_000)]
        assert sorted(figures(shop, months, before)) == sorted(
            [(her, "2026-03-01", 1, 10_000), (him, "2026-03-01", 1, 5_000)]
        )
        assert shop.verify().agrees

    def test_a_refund_counts_in_the_month_of_its_order(self, shop: Shop, now: datetime) -> None:
        sell(shop, now, "O1")
        with shop.transaction(now) as tx:
            club = Club(tx, now)
            club.wait(timedelta(days=35))
            club.took(comes_back("R1", "O1", 30, at=club.now))
        shop.refresh(now)
        months = "SELECT month::VARCHAR, lines, paid_minor, refunded_minor FROM customer_month"
        assert figures(shop, months) == [("2026-03-01", 1, 10_000, 3_000)]

    def test_months_begin_at_midnight_of_the_brand(self, shop: Shop, now: datetime) -> None:
        midnight = datetime.fromisoformat("2026-04-01T00:00:00+08:00")
        with shop.transaction(now) as tx:
            club = Club(tx, now)
            club.enrol("her")
            for order_no, at in (("O1", midnight - timedelta(seconds=1)), ("O2", midnight)):
                order = club.buys("her", order_no, 1)
                club.took(order.model_copy(update={"ordered_at": at, "paid_at": at}))
        shop.refresh(now)
        found = figures(shop, "SELECT month::VARCHAR, orders FROM customer_month ORDER BY month")
        assert found == [("2026-03-01", 1), ("2026-04-01", 1)]

    def test_texts_come_over_as_they_are(self, shop: Shop, now: datetime) -> None:
        told = ['a,"b"', "", "NULL", "线\n下", "\\N"]
        with shop.transaction(now) as tx:
            club = Club(tx, now)
            orders = [
                club.buys(None, f"O{place}", 1, store=text or None)
                for place, text in enumerate(told)
            ]
            club.took(*orders)
            tx.execute("UPDATE orders.header SET store = '' WHERE store IS NULL")
        shop.refresh(now)
        found = figures(shop, "SELECT store FROM orders ORDER BY order_no")
        assert [store for (store,) in found] == told

    def test_a_table_with_new_columns_is_read_anew_and_the_others_are_not(
        self, shop: Shop, now: datetime
    ) -> None:
        sell(shop, now, "O1", "O2")
        fewer = {name: kind for name, kind in ORDERS.columns.items() if name != "checkout_id"}
        narrow = replace(ORDERS, columns=fewer)
        others = tuple(table for table in CATALOGUE.published if table is not ORDERS)
        older = Catalogue(published=(narrow, *others), derived=CATALOGUE.derived)
        lake.refresh(shop.database, shop.folder, shop.place, older, now=now)
        done = shop.refresh(now)
        assert done.tables["orders"].is_full
        assert done.tables["orders"].read_rows == 2
        assert done.tables["lines"].read_rows == 0
        assert not done.tables["lines"].is_full
        with shop.connect() as opened:
            assert opened.touched_since(done.manifest.version - 1) is None
        assert shop.verify().agrees

    def test_of_two_refreshes_at_once_one_counts(self, shop: Shop, now: datetime) -> None:
        sell(shop, now, "O1")
        first = shop.refresh(now).manifest
        with pytest.raises(LakeMoved):
            manifests.publish(shop.folder, shop.place, first)
        assert lake.current(shop.folder, shop.place) == first

    def test_compaction_changes_the_files_and_no_row(self, shop: Shop, now: datetime) -> None:
        sell(shop, now, *(f"O{number}" for number in range(30)))
        shop.refresh(now)
        sell(shop, now, "late")
        before = shop.refresh(now).manifest
        assert before.tables["orders"].recent
        after = lake.compact(shop.folder, shop.place, CATALOGUE, sizes=SMALL)
        assert not any(state.recent for state in after.tables.values())
        shop.assert_equal()
        assert shop.verify().agrees

    def test_sorted_files_hold_ranges_of_buckets_that_do_not_overlap(
        self, shop: Shop, now: datetime
    ) -> None:
        with shop.transaction(now) as tx:
            club = Club(tx, now)
            people = [f"p{number}" for number in range(100)]
            club.enrol(*people)
            club.took(*(club.buys(one, f"O-{one}", 5) for one in people))
        files = shop.refresh(now).manifest.tables["orders"].sorted
        assert len(files) == 2
        for file in files:
            path = shop.folder.locate(file.name)
            query = "SELECT min(bucket), max(bucket), count(*) FROM read_parquet(?)"
            ((low, high, rows),) = duckdb.execute(query, [path]).fetchall()
            assert file.bucket_from <= low <= high < file.bucket_end
            assert rows == file.rows


class TestVerifying:
    def test_it_agrees_while_others_have_written_since(self, shop: Shop, now: datetime) -> None:
        sell(shop, now, "O1", "O2")
        shop.refresh(now)
        sell(shop, now, "O3")
        with shop.transaction(now) as tx:
            club = Club(tx, now)
            club.took(comes_back("R1", "O1", 30, at=now))
        found = shop.verify()
        assert found.agrees
        assert found.newer["orders"] == 1
        assert found.newer["lines"] == 2
        assert found.rows["lines"] == 1

    def test_every_statement_that_changes_a_published_table_says_so(self) -> None:
        told_by_trigger = {"payment", "refund_line", "classification", "customer"}
        plain = "header|line|refund|signal|grant_position|standing"
        changes = re.compile(rf"UPDATE (?:orders|signals|loyalty)\.({plain}) |DO UPDATE\n")
        seen = 0
        for path in sorted(Path(huitong.__file__).parent.glob("*/tables*/**/*.py")):
            for statement in path.read_text().split("\n# ")[1:]:
                into = re.search(r"(?:INTO|UPDATE) \w+\.(\w+)", statement)
                table = into[1] if into else ""
                if changes.search(statement) and re.fullmatch(plain, table):
                    seen += 1
                    assert "changed_xid = pg_current_xact_id()" in statement, statement
                assert not (table in told_by_trigger and "changed_xid" in statement), statement
        assert seen > 10

    def test_a_change_that_no_transaction_signed_is_found_to_the_fen(
        self, shop: Shop, now: datetime
    ) -> None:
        sell(shop, now, "O1")
        shop.refresh(now)
        with shop.transaction(now) as tx:
            tx.execute("UPDATE orders.header SET paid_minor = paid_minor - 1")
        (found,) = shop.verify().differences
        assert (found.table, found.month, found.figure) == ("orders", "2026-03", "paid_minor")
        assert (found.in_lake, found.in_database) == (10_000, 9_999)

    @pytest.mark.parametrize("damage", ["damaged", "missing"])
    def test_a_file_that_is_not_as_written_is_named_and_a_full_refresh_mends_it(
        self, shop: Shop, now: datetime, damage: str
    ) -> None:
        sell(shop, now, "O1")
        (file,) = shop.refresh(now).manifest.tables["orders"].sorted
        path = Path(shop.folder.locate(file.name))
        if damage == "missing":
            path.unlink()
        else:
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
        (found,) = shop.verify().troubles
        assert (found.table, found.file, found.trouble) == ("orders", file.name, damage)
        shop.refresh(now, full=True)
        assert shop.verify().agrees
        shop.assert_equal()

    def test_a_refresh_that_needs_a_missing_file_says_which(
        self, shop: Shop, now: datetime
    ) -> None:
        sell(shop, now, "O1")
        (file,) = shop.refresh(now).manifest.tables["orders"].sorted
        Path(shop.folder.locate(file.name)).unlink()
        sell(shop, now, "O2")
        with pytest.raises(LakeDamaged, match="--full"):
            shop.refresh(now)

    def test_a_lake_of_another_database_is_refused_and_read_anew(
        self, shop: Shop, now: datetime
    ) -> None:
        sell(shop, now, "O1")
        first = shop.refresh(now).manifest
        foreign = replace(first, version=first.version + 1, origin="another/1/2")
        manifests.publish(shop.folder, shop.place, foreign)
        with pytest.raises(LakeOfAnotherDatabase, match="--full"):
            shop.verify()
        assert shop.refresh(now).tables["orders"].is_full
        assert shop.verify().agrees


class TestForgetting:
    def test_no_file_holds_what_was_forgotten_once_the_old_ones_are_swept(
        self, shop: Shop, now: datetime
    ) -> None:
        with shop.transaction(now) as tx:
            club = Club(tx, now)
            club.enrol("her", "him")
            for name in ("her", "him"):
                club.took(club.buys(name, f"O-{name}", 1, receiver_city=f"city of {name}"))
            her = club.customer_id("her")
        shop.refresh(now)
        with shop.transaction(now) as tx:
            person = _person(tx, her)
            wiring.forget_everywhere(tx, person, now=now)
        shop.refresh(now)
        lake.sweep(shop.folder, shop.place, now=_later())
        assert _in_files(shop, "city of her") == 0
        assert _in_files(shop, "city of him") == 1
        assert shop.verify().agrees
        shop.assert_equal()

    def test_an_erasure_asks_for_a_refresh(self, shop: Shop, now: datetime) -> None:
        sell(shop, now, "O1")
        with shop.transaction(now) as tx:
            wiring.forget_everywhere(tx, _person(tx, Club(tx, now).customer_id("her")), now=now)
            tx.settle()
            kinds = tx.rows("SELECT kind FROM platform.job")
        assert kinds == [("platform.refresh_lake",)]

    def test_no_column_is_personal(self) -> None:
        names = {name for table in CATALOGUE.tables for name in table.columns}
        found = {name for name in names if personal.PERSONAL_NAMES.search(name)}
        assert found == CODES_ALL_THE_SAME

    def test_no_view_shows_a_column_that_only_its_domain_may_read(self, database_url: str) -> None:
        with psycopg.connect(database_url) as connection:
            found = connection.execute(
                """
                SELECT u.view_schema || '.' || u.view_name, u.table_schema || '.' || u.table_name
                FROM information_schema.view_table_usage AS u
                """
            ).fetchall()
            hidden = [
                (view, table)
                for view, table in found
                if view in {one.view for one in CATALOGUE.published}
                and not _may_read(connection, table)
            ]
        assert hidden == []


class TestSweeping:
    def test_a_version_stays_readable_for_hours_and_goes_then(
        self, shop: Shop, now: datetime
    ) -> None:
        sell(shop, now, "O1")
        first = shop.refresh(now).manifest.version
        sell(shop, now, "O2")
        shop.refresh(now, full=True)
        lake.sweep(shop.folder, shop.place, now=_later(timedelta(hours=5)))
        assert figures(shop, "SELECT count(*) FROM orders", first) == [(1,)]
        lake.sweep(shop.folder, shop.place, now=_later())
        with pytest.raises(FileNotFoundError), shop.connect(first):
            pass
        named = {file.name for file in lake.current(shop.folder, shop.place).files}
        held = {one.name for one in shop.folder.names(shop.place.prefix)}
        assert {name for name in held if name.endswith(".parquet")} == named
        assert shop.verify().agrees

    def test_a_killed_refresh_leaves_the_version_before_and_the_next_one_mends(
        self, shop: Shop, now: datetime, database_url: str, tmp_path: Path
    ) -> None:
        sell(shop, now, "O1")
        before = shop.refresh(now).manifest
        sell(shop, now, "O2")
        left = _kill_in_the_middle(shop, database_url, now)
        assert left
        assert lake.current(shop.folder, shop.place) == before
        assert figures(shop, "SELECT count(*) FROM orders") == [(1,)]
        assert shop.verify().agrees
        shop.refresh(now)
        shop.assert_equal()
        lake.sweep(shop.folder, shop.place, now=_later(timedelta(days=3)))
        held = {one.name for one in shop.folder.names(shop.place.prefix)}
        assert not held & left
        assert not list((tmp_path / "lake" / "drafts").glob("*"))


def _kill_in_the_middle(shop: Shop, url: str, now: datetime) -> set[str]:
    """Kill a refresh after it has written a file, and return the files that it left."""
    held = {one.name for one in shop.folder.names(shop.place.prefix)}
    program = [sys.executable, "-m", "tests.lake.stopped_refresh", url, str(shop.folder.path)]
    place = shop.place
    arguments = [str(place.group_id), str(place.brand_id), place.time_zone, now.isoformat()]
    with subprocess.Popen([*program, *arguments], stdout=subprocess.PIPE, text=True) as stopped:
        assert stopped.stdout is not None
        assert stopped.stdout.readline() == "before the manifest\n"
        os.kill(stopped.pid, signal.SIGKILL)
        stopped.wait(timeout=60)
    return {one.name for one in shop.folder.names(shop.place.prefix)} - held


def _later(time: timedelta = timedelta(hours=7)) -> datetime:
    """Return an instant after the files of a test were written, which are as old as they are."""
    return clock.now() + time


def _person(tx: Tx, customer_id: int) -> int:
    return customers.find_customers(tx, customer_ids=[customer_id])[customer_id].person_id


def _in_files(shop: Shop, city: str) -> int:
    """Return in how many files a city stands."""
    paths = shop.folder.path.rglob("orders/*.parquet")
    query = "SELECT count(*) FROM read_parquet(?) WHERE receiver_city = ?"
    return sum(duckdb.execute(query, [str(path), city]).fetchall() != [(0,)] for path in paths)


def _may_read(connection: psycopg.Connection, table: str) -> bool:
    query = "SELECT has_table_privilege('huitong_reader', %s, 'SELECT')"
    found = connection.execute(query, [table]).fetchone()
    assert found is not None
    return bool(found[0])
