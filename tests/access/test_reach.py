"""Whoever sees some stores, or their own customers, sees these over HTTP and no others."""

from dataclasses import replace

import pytest

from huitong import loyalty, org
from huitong.loyalty.model import Programme
from huitong.org.model import NewLegalEntity, Placement
from huitong.platform import clock, ids
from huitong.platform.auth import CallerKind, Permission
from huitong.platform.db import Database, Scope
from huitong.platform.http import Calling, Narrowing, Router, Seeing
from tests.access.shops import PEOPLE, Shops, make_shops
from tests.entry.make import LONG_AGO, PROGRAMME, lines_of, order

# Whom each sees, as the README of `customers` says it.
SEES = {
    "everywhere": {"ann", "bob", "cid", "dan", "fay", "eve"},
    "own company": {"ann", "cid", "dan"},
    "dealer": {"ann", "bob"},
    "north": {"ann", "cid", "dan"},
    "south": {"ann", "bob"},
    "west": {"ann", "cid", "dan"},
    "east": {"ann", "bob"},
    "lin": {"dan"},
    "mei": set(),
}
ORDERS_SEEN = {
    "everywhere": {"W1", "E1", "E2"},
    "own company": {"W1"},
    "dealer": {"E1", "E2"},
    "north": {"W1"},
    "west": {"W1"},
    "lin": {"W1"},
    "mei": {"E1", "E2"},
}


@pytest.fixture(scope="module")
def shops(wired: Database) -> Shops:
    return make_shops(wired, 800_001)


@pytest.mark.parametrize("whose", SEES)
class TestCustomers:
    def test_a_customer_is_shown_to_who_sees_them_and_missing_to_others(
        self, shops: Shops, whose: str
    ) -> None:
        shops.act_as(shops.caller(whose))
        answers = {
            name: shops.client.get(f"/v1/customers/{shown}")
            for name, shown in shops.customers.items()
        }
        assert {name for name, answer in answers.items() if answer.is_success} == SEES[whose]
        assert {answer.status_code for answer in answers.values()} <= {200, 404}

    def test_a_look_up_finds_who_is_seen_and_nobody_else(self, shops: Shops, whose: str) -> None:
        shops.act_as(shops.caller(whose))
        found = {
            name
            for name, (brand, phone) in PEOPLE.items()
            if shops.client.post(
                "/v1/customers/find", json={"brand": brand, "kind": "phone", "value": phone}
            ).json()["items"]
        }
        assert found == SEES[whose]


@pytest.mark.parametrize("whose", ORDERS_SEEN)
class TestOrders:
    def test_an_order_is_shown_to_who_sees_its_store_or_sold_it(
        self, shops: Shops, whose: str
    ) -> None:
        shops.act_as(shops.caller(whose))
        shown = {
            number
            for number, one in shops.orders.items()
            if shops.client.get(f"/v1/orders/{one}").is_success
        }
        found = {
            number
            for number in shops.orders
            if shops.client.get(
                "/v1/orders", params={"account": "pos:wool", "order_no": number}
            ).json()["items"]
        }
        assert shown == found == ORDERS_SEEN[whose]

    def test_of_a_customer_the_orders_of_other_stores_are_left_out(
        self, shops: Shops, whose: str
    ) -> None:
        shops.act_as(shops.caller(whose))
        answer = shops.client.get(f"/v1/customers/{shops.customers['ann']}/orders")
        if "ann" not in SEES[whose]:
            assert answer.status_code == 404
            return
        numbers = {one["order_no"] for one in answer.json()["items"]}
        assert numbers == ORDERS_SEEN[whose] & {"E2"}


class TestStores:
    @pytest.mark.parametrize(
        "whose, stores, staff",
        [
            ("everywhere", ["east", "west"], ["lin", "mei"]),
            ("dealer", ["east"], ["mei"]),
            ("north", ["west"], ["lin"]),
            ("lin", [], ["lin"]),
        ],
    )
    def test_a_dealer_lists_exactly_its_own_stores_and_who_works_there(
        self, shops: Shops, whose: str, stores: list[str], staff: list[str]
    ) -> None:
        shops.act_as(shops.caller("everywhere"))
        every = {
            path: shops.client.get(path).json()["items"] for path in ("/v1/stores", "/v1/staff")
        }
        shops.act_as(shops.caller(whose))
        for path, seen in (("/v1/stores", stores), ("/v1/staff", staff)):
            listed = shops.client.get(path).json()["items"]
            assert [one["code"] for one in listed] == seen
            shown = [
                one["code"]
                for one in every[path]
                if shops.client.get(f"{path}/{one['id']}").is_success
            ]
            assert shown == seen

    def test_a_store_that_changes_hands_changes_who_sees_its_customers(
        self, wired: Database
    ) -> None:
        shops = make_shops(wired, 800_002)
        now = clock.now()
        with wired.transaction(Scope(shops.group_id), now=now) as tx:
            (heir,) = org.put_legal_entities(tx, [NewLegalEntity("heir", "Heir")], now=now)
            east = org.find_stores(tx, codes=["east"])["east"]
            org.operate_stores(tx, [Placement(east, heir, org.today(tx, now=now))], now=now)
        bob = f"/v1/customers/{shops.customers['bob']}"
        shops.act_as(shops.caller("dealer"))
        assert shops.client.get(bob).status_code == 404
        shops.act_as(shops.caller("east"))
        assert shops.client.get(bob).status_code == 200


class TestWriting:
    def test_a_store_says_nothing_of_a_customer_whom_it_does_not_see(self, shops: Shops) -> None:
        shops.act_as(shops.caller("west"))
        correction = {"customer_id": shops.customers["bob"], "name": "Bob", "reason": "said so"}
        answer = shops.client.post(
            "/v1/customers/corrections",
            json={"items": [correction]},
            headers={"Idempotency-Key": "c1"},
        )
        assert (answer.status_code, answer.json()["code"]) == (
            404,
            "customers.not_found",
        )
        shops.act_as(shops.caller("east"))
        again = shops.client.post(
            "/v1/customers/corrections",
            json={"items": [correction]},
            headers={"Idempotency-Key": "c2"},
        )
        assert again.json()["items"][0]["ok"]

    @pytest.mark.parametrize("place", [{}, {"store": "east"}, {"guide": "mei"}])
    def test_a_store_enrols_for_itself_alone(self, shops: Shops, place: dict[str, str]) -> None:
        shops.act_as(shops.caller("west"))
        item = {
            "identifiers": [{"kind": "phone", "value": "13800000099"}],
            "consents": [
                {
                    "purpose": "service",
                    "policy_version": "1",
                    "given_at": "2026-01-02T10:00:00+08:00",
                }
            ],
        }
        answer = shops.client.post(
            "/v1/customers/enrolments",
            json={"account": "pos:wool", "items": [item | place]},
            headers={"Idempotency-Key": "e1"},
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "platform.place_out_of_reach")

    @pytest.mark.parametrize(
        "place, is_theirs",
        [
            ({"store": "east"}, False),
            ({"store": "west"}, False),
            ({}, False),
            ({"guide": "mei"}, False),
            ({"guide": "lin"}, True),
            ({"guide": "lin", "store": "west"}, True),
        ],
    )
    def test_who_has_their_own_customers_alone_enrols_for_themselves(
        self, shops: Shops, place: dict[str, str], *, is_theirs: bool
    ) -> None:
        shops.act_as(shops.caller("lin"))
        item = {
            "identifiers": [{"kind": "phone", "value": "13800000098"}],
            "consents": [
                {
                    "purpose": "service",
                    "policy_version": "1",
                    "given_at": "2026-01-02T10:00:00+08:00",
                }
            ],
        }
        answer = shops.client.post(
            "/v1/customers/enrolments",
            json={"account": "pos:wool", "items": [item | place]},
            headers={"Idempotency-Key": f"self-{place}"},
        )
        assert (answer.status_code == 200) is is_theirs
        if not is_theirs:
            assert answer.json()["code"] == "platform.place_out_of_reach"


class TestDeclarations:
    def test_what_says_nothing_refuses_narrowed_callers(self, shops: Shops) -> None:
        shops.act_as(shops.caller("west"))
        answer = shops.client.get("/v1/organisation")
        assert (answer.status_code, answer.json()["code"]) == (403, "platform.out_of_reach")
        shops.act_as(shops.caller("everywhere"))
        assert shops.client.get("/v1/organisation").is_success

    def test_a_route_that_narrows_cannot_forget_to_take_what_is_seen(self) -> None:
        def forgets(caller: Calling) -> None:
            """Answer everything."""

        route = Router(tag="wolf").route(
            "GET", "/wolf", permission=Permission.ORDERS_READ, narrowing=Narrowing.NARROWED
        )
        with pytest.raises(TypeError, match="seen: Seeing"):
            route(forgets)

    def test_a_route_that_takes_what_is_seen_says_that_it_narrows(self) -> None:
        def narrows(seen: Seeing) -> None:
            """Answer what is seen."""

        for narrowing in (Narrowing.WHOLE, Narrowing.ANYBODY):
            route = Router(tag="wolf").route(
                "GET", "/wolf", permission=Permission.ORDERS_READ, narrowing=narrowing
            )
            with pytest.raises(TypeError, match="NARROWED"):
                route(narrows)

    def test_a_route_of_customers_has_a_customer_in_its_path(self) -> None:
        route = Router(tag="wolf").route(
            "GET",
            "/wolf/{wolf_id}",
            permission=Permission.ORDERS_READ,
            narrowing=Narrowing.CUSTOMER,
        )
        with pytest.raises(TypeError, match="customer_id"):
            route(lambda wolf_id: wolf_id)


@pytest.fixture(scope="module")
def bought(wired: Database) -> Shops:
    """Return shops where ann, of the west, earned points by an order in the east: E3."""
    shops = make_shops(wired, 800_003)
    now = clock.now()
    with wired.transaction(Scope(shops.group_id), now=now) as tx:
        loyalty.apply_programme(
            tx,
            brand_id=shops.brands["wool"],
            programme=Programme.model_validate(PROGRAMME),
            effective_from=LONG_AGO,
            actor="test",
            expected_version=None,
            now=now,
        )
    shops.act_as(shops.caller("everywhere", kind=CallerKind.KEY))
    sent = shops.client.post(
        "/v1/inbox/order",
        params={"account": "pos:wool"},
        content=b"\n".join(
            lines_of([order("E3", 100, phone=PEOPLE["ann"][1]) | {"store": "east"}])
        ),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert sent.is_success, sent.text
    return shops


class TestPoints:
    @pytest.mark.parametrize(
        "whose, sees_order", [("everywhere", True), ("east", True), ("west", False)]
    )
    def test_points_of_an_order_of_another_store_tell_nothing_of_it(
        self, bought: Shops, whose: str, *, sees_order: bool
    ) -> None:
        bought.act_as(bought.caller(whose))
        points = f"/v1/customers/{bought.customers['ann']}/points"
        entries = bought.client.get(f"{points}/history").json()["items"]
        (lot,) = bought.client.get(f"{points}/lots").json()["items"]
        assert lot["points"] == 100
        assert entries
        for entry in (*entries, lot):
            assert (entry["order_id"] is not None) is sees_order
        assert {entry["why"] is not None for entry in entries} == {sees_order}

    def test_a_member_sees_the_orders_of_every_store_behind_their_points(
        self, bought: Shops
    ) -> None:
        ann = ids.read("cus", bought.customers["ann"])
        member = bought.caller("everywhere", Permission.MY_READ, kind=CallerKind.MEMBER)
        bought.act_as(replace(member, id=ann))
        entries = bought.client.get("/v1/my/points/history").json()["items"]
        (lot,) = bought.client.get("/v1/my/points/lots").json()["items"]
        assert {entry["order_id"] for entry in entries} == {lot["order_id"]}
        assert all(entry["why"] is not None for entry in entries)
