"""Facets in the lake: with their customer's row, never missed, and gone when it is forgotten."""

from datetime import datetime

import duckdb

from huitong import customers
from huitong.channels.model import Member, Record
from huitong.customers.model import Correction
from huitong.entry import wiring
from huitong.entry.published import CUSTOMERS
from huitong.platform import lake
from huitong.platform.db import Tx
from tests.lake.shop import Shop
from tests.lake.test_lake import _later, _person, figures
from tests.loyalty.club import Club, member

ROW = "SELECT gender, city, birth_year, birth_month, birth_day FROM customers"


def like(name: str, now: datetime, **said: object) -> Record:
    """Return a member record that says what somebody is like."""
    return Member.model_validate({**member(name, now).model_dump(), **said})


def correct_city(tx: Tx, customer_id: int, city: str, now: datetime) -> None:
    asked = Correction(customer_id=customer_id, actor="lin", reason="she told us", city=city)
    customers.correct(tx, [asked], now=now)


def test_the_row_of_a_customer_tells_facets_and_follows_them(shop: Shop, now: datetime) -> None:
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.took(
            like("her", now, gender="female", city="Hangzhou", birthday_on="1990-02-28"),
            like("him", now, city="胜利路77号"),
        )
        her = club.customer_id("her")
    shop.refresh(now)
    assert sorted(figures(shop, ROW), key=repr) == [
        ("female", "杭州市", 1990, 2, 28),
        (None, None, None, None, None),
    ]
    with shop.transaction(now) as tx:
        correct_city(tx, her, "苏州", now)
    assert shop.refresh(now).tables["customers"].read_rows == 1
    assert figures(shop, f"{ROW} WHERE city IS NOT NULL") == [("female", "苏州市", 1990, 2, 28)]
    with shop.transaction(now) as tx:
        Club(tx, now).merge("her", "him")
    shop.refresh(now)
    cities = "SELECT city, merged_into IS NULL FROM customers ORDER BY city NULLS LAST"
    assert figures(shop, cities) == [("苏州市", True), (None, False)]
    shop.assert_equal()
    assert shop.verify().agrees


def test_facets_that_an_older_transaction_commits_late_are_read_by_the_next_refresh(
    shop: Shop, now: datetime
) -> None:
    """Hold the row to one number: of its two parts' numbers the newer would hide the older."""
    with shop.transaction(now) as tx:
        Club(tx, now).took(like("her", now, city="杭州"))
        her = Club(tx, now).customer_id("her")
    shop.refresh(now)
    with shop.transaction(now) as late:
        late.rows("SELECT pg_current_xact_id()")
        with shop.transaction(now) as early:
            early.execute("UPDATE customers.customer SET guide = 'G1'")
        shop.refresh(now)
        correct_city(late, her, "苏州", now)
    assert figures(shop, "SELECT city, guide FROM customers") == [("杭州市", "G1")]
    shop.refresh(now)
    assert figures(shop, "SELECT city, guide FROM customers") == [("苏州市", "G1")]
    assert shop.verify().agrees


def test_no_file_tells_the_city_of_who_was_forgotten(shop: Shop, now: datetime) -> None:
    with shop.transaction(now) as tx:
        club = Club(tx, now)
        club.took(like("her", now, city="克拉玛依"), like("him", now, city="杭州"))
        her = club.customer_id("her")
    shop.refresh(now)
    assert (_files_with(shop, "克拉玛依市"), _files_with(shop, "杭州市")) == (1, 1)
    with shop.transaction(now) as tx:
        wiring.forget_everywhere(tx, _person(tx, her), now=now)
    shop.refresh(now)
    lake.sweep(shop.folder, shop.place, now=_later())
    assert (_files_with(shop, "克拉玛依市"), _files_with(shop, "杭州市")) == (0, 1)
    assert shop.verify().agrees


def test_the_lake_tells_nothing_of_a_profile_but_facets() -> None:
    assert {"gender", "city", "birth_year", "birth_month", "birth_day"} < set(CUSTOMERS.columns)
    assert not {"name", "attributes", "tags", "birthday_on", "person_id"} & set(CUSTOMERS.columns)


def _files_with(shop: Shop, city: str) -> int:
    """Return in how many files a city stands."""
    paths = shop.folder.path.rglob("customers/*.parquet")
    query = "SELECT count(*) FROM read_parquet(?) WHERE city = ?"
    return sum(duckdb.execute(query, [str(path), city]).fetchall() != [(0,)] for path in paths)
