"""Somebody else's ids answer as ids that do not exist: across stores, and across brands."""

import pytest

from huitong.platform import ids
from huitong.platform.auth import CallerKind, Permission, permissions
from huitong.platform.db import Database
from huitong.platform.http import PUBLIC
from tests.access.matrix import Row, declared
from tests.access.shops import Shops, make_shops
from tests.access.test_matrix import Places

NOBODY = 1 << 40
OF_CUSTOMERS = [
    row for row in declared() if "{customer_id}" in row.path and row.permission != PUBLIC
]
OF_ORDERS = [row for row in declared() if "{order_id}" in row.path and row.permission != PUBLIC]


@pytest.fixture(scope="module")
def shops(wired: Database) -> Shops:
    return make_shops(wired, 820_001)


def answer(shops: Shops, row: Row, shown: str, *, whose: str, brand: str | None) -> object:
    """Return all that a call answers about an id, but for the id itself."""
    kinds = permissions.kinds_of(Permission(row.permission))
    kind = CallerKind.USER if CallerKind.USER in kinds else min(kinds)
    shops.act_as(shops.caller(whose, brand=brand, kind=kind))
    path = row.path.format_map(Places(customer_id=shown, order_id=shown))
    told = shops.client.request(row.method, path, headers={"Idempotency-Key": "same"})
    code = told.json().get("code", "")
    is_refused = told.status_code in {401, 403, 500} and code != "platform.erase_needs_every_brand"
    assert not is_refused, told.text
    body = {name: value for name, value in told.json().items() if name != "request_id"}
    return told.status_code, str(body).replace(shown, "…")


@pytest.mark.parametrize("row", OF_CUSTOMERS, ids=str)
class TestCustomers:
    def test_those_of_another_store_answer_as_nobody(self, shops: Shops, row: Row) -> None:
        if row.narrowing == "whole":
            pytest.skip(reason="It refuses whoever sees some stores only, whomever it is asked of.")
        foreign = answer(shops, row, shops.customers["bob"], whose="west", brand=None)
        nobody = answer(shops, row, ids.show("cus", NOBODY), whose="west", brand=None)
        assert foreign == nobody
        assert isinstance(foreign, tuple)
        assert foreign[0] == 404

    def test_those_of_another_brand_answer_as_nobody(self, shops: Shops, row: Row) -> None:
        foreign = answer(shops, row, shops.customers["eve"], whose="everywhere", brand="wool")
        nobody = answer(shops, row, ids.show("cus", NOBODY), whose="everywhere", brand="wool")
        assert foreign == nobody


@pytest.mark.parametrize("row", OF_ORDERS, ids=str)
class TestOrders:
    def test_those_of_another_store_answer_as_none(self, shops: Shops, row: Row) -> None:
        foreign = answer(shops, row, shops.orders["E1"], whose="west", brand=None)
        assert foreign == answer(shops, row, ids.show("ord", NOBODY), whose="west", brand=None)

    def test_those_of_another_brand_answer_as_none(self, shops: Shops, row: Row) -> None:
        foreign = answer(shops, row, shops.orders["E1"], whose="everywhere", brand="silk")
        nobody = answer(shops, row, ids.show("ord", NOBODY), whose="everywhere", brand="silk")
        assert foreign == nobody


def test_a_list_of_nobody_is_missing_and_not_empty(shops: Shops) -> None:
    shops.act_as(shops.caller("everywhere"))
    for path in ("orders", "signals", "care"):
        told = shops.client.get(f"/v1/customers/{ids.show('cus', NOBODY)}/{path}")
        assert (told.status_code, told.json()["code"]) == (404, "customers.not_found")
