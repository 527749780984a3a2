"""The catalogue takes pages of products and finds items by code."""

import itertools
from datetime import UTC, datetime, timedelta

from huitong import catalog, org
from huitong.channels.model import Incoming, Product
from huitong.org.model import ChannelAccount
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import Ok
from huitong.platform.page import Page

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
record_ids = itertools.count(1)


def make_account(tx: Tx) -> ChannelAccount:
    return org.set_up(tx, name="G", brand="b", accounts=[("pos", "p")], now=NOW).accounts[0]


def shirt(sku: str, **fields: object) -> Product:
    said = {"sku": sku, "spu": "SHIRT", "name": "Shirt", "category": ["tops", "shirts"], **fields}
    return Product.model_validate(said)


def apply(tx: Tx, account: ChannelAccount, *products: Product, now: datetime = NOW) -> None:
    page = Page([Incoming(account, product, next(record_ids)) for product in products])
    assert catalog.apply_products(tx, page, now) == [Ok(None)] * len(products)


def changed_at(tx: Tx) -> dict[str, datetime]:
    return dict(tx.rows("SELECT code, changed_at FROM catalog.sku"))


class TestApplyProducts:
    def test_items_of_one_product_share_it(self, tx: Tx) -> None:
        account = make_account(tx)
        apply(tx, account, shirt("S-M", size="M"), shirt("S-L", size="L"))
        found = catalog.find_skus(tx, brand_id=account.brand_id, codes=["S-M", "S-L", "other"])
        assert {code: sku.size for code, sku in found.items()} == {"S-M": "M", "S-L": "L"}
        assert {sku.spu for sku in found.values()} == {"SHIRT"}
        assert list(found["S-M"].category) == ["tops", "shirts"]
        assert tx.rows("SELECT code FROM catalog.product") == [("SHIRT",)]

    def test_only_paths_below_the_asked_categories_are_found(self, tx: Tx) -> None:
        account = make_account(tx)
        apply(
            tx, account, shirt("S-M"), shirt("P-M", category=("bottoms",)), shirt("X", category=())
        )
        codes = ["S-M", "P-M", "X", "unknown"]
        found = catalog.find_paths(tx, brand_id=account.brand_id, codes=codes, below=["tops"])
        assert found == {"S-M": ["tops", "shirts"]}

    def test_only_what_changed_is_written(self, tx: Tx) -> None:
        account = make_account(tx)
        apply(tx, account, shirt("S-M"), shirt("S-L", images=['a "b", \\c'], attributes={"k": "v"}))
        apply(
            tx,
            account,
            shirt("S-M", list_price_minor=9900),
            shirt("S-L", images=['a "b", \\c'], attributes={"k": "v"}),
            now=LATER,
        )
        assert changed_at(tx) == {"S-M": LATER, "S-L": NOW}
        found = catalog.find_skus(tx, brand_id=account.brand_id, codes=["S-M"])
        assert found["S-M"].list_price_minor == 9900

    def test_the_last_of_two_records_of_a_page_leads(self, tx: Tx) -> None:
        account = make_account(tx)
        apply(tx, account, shirt("S-M", name="old"), shirt("S-M", name="new"))
        found = catalog.find_skus(tx, brand_id=account.brand_id, codes=["S-M"])
        assert found["S-M"].name == "new"

    def test_a_page_takes_as_many_statements_as_a_record(self, tx: Tx) -> None:
        account = make_account(tx)
        statements = []
        for size in (1, 41, 500):
            before = tx.statements
            apply(tx, account, *[shirt(f"{size}-{n}", spu=f"{size}-{n}") for n in range(size)])
            statements.append(tx.statements - before)
        # Many rows go through two temporary tables; the lease of a block of ids comes and goes.
        assert statements[1] <= statements[0] + 4 + 1
        assert statements[2] <= statements[1] + 2

    def test_another_group_sees_nothing(self, fresh_database: Database) -> None:
        with fresh_database.transaction(Scope(group_id=1), now=NOW) as tx:
            account = make_account(tx)
            apply(tx, account, shirt("S-M"))
        with fresh_database.transaction(Scope(group_id=2), now=NOW) as other:
            assert catalog.find_skus(other, brand_id=account.brand_id, codes=["S-M"]) == {}
