"""Stock: one figure a shelf and day, the newest telling holds, strangers are refused."""

from datetime import date, timedelta

import pytest

from huitong import catalog, org
from huitong.channels.model import Product
from huitong.org.model import NewStore
from huitong.platform.errors import Refused
from tests.kinds.make import make_stock
from tests.loyalty.club import DAY, Club, codes

MARCH_1 = date(2026, 3, 1)


@pytest.fixture
def shop(club: Club) -> Club:
    """Return the club with two stores and one item."""
    org.put_stores(
        club.tx,
        [NewStore(code="north", name="North"), NewStore(code="south", name="South")],
        now=club.now,
    )
    club.took(Product(sku="S1", spu="P1", name="Coat"))
    return club


def on(club: Club, day: date = MARCH_1) -> dict[tuple[str, str], int]:
    found = catalog.stocks_on(club.tx, brand_id=club.brand.id, day=day)
    return {(one.sku, one.store): one.quantity for one in found}


def test_each_store_item_and_day_has_one_figure(shop: Club) -> None:
    shop.took(
        make_stock("S1", "north", 5, day=MARCH_1),
        make_stock("S1", "south", -2, day=MARCH_1),
        make_stock("S1", "north", 4, day=MARCH_1 + timedelta(days=1)),
    )
    assert on(shop) == {("S1", "north"): 5, ("S1", "south"): -2}
    (shown, _) = catalog.stocks_on(shop.tx, brand_id=shop.brand.id, day=MARCH_1)
    assert shown.cost_minor == 5_000


def test_the_newest_telling_holds_in_whichever_order_they_come(shop: Club) -> None:
    shop.took(make_stock("S1", "north", 5, day=MARCH_1, updated_at=shop.now))
    shop.took(make_stock("S1", "north", 9, day=MARCH_1, updated_at=shop.now - DAY))
    assert on(shop) == {("S1", "north"): 5}
    shop.took(make_stock("S1", "north", 7, day=MARCH_1, updated_at=shop.now + DAY))
    assert on(shop) == {("S1", "north"): 7}


def test_an_unknown_item_or_store_is_refused_with_what_to_do_and_holds_up_nobody(
    shop: Club,
) -> None:
    outcomes = shop.take(
        make_stock("S9", "north", 1, day=MARCH_1),
        make_stock("S1", "west", 1, day=MARCH_1),
        make_stock("S1", "north", 3, day=MARCH_1),
    )
    assert codes(outcomes) == ["catalog.unknown_sku", "catalog.unknown_store", "ok"]
    assert isinstance(outcomes[0], Refused)
    assert "import the products first" in outcomes[0].reason
    assert on(shop) == {("S1", "north"): 3}
