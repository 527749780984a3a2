"""Builders for the tests of reach: a group of two brands, stores of two companies, customers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import get_args

from fastapi import FastAPI
from fastapi.testclient import TestClient

from huitong import customers, orders, org
from huitong.channels.model import IdentifierKind
from huitong.customers.model import NewRelation, RelationKind
from huitong.entry import reaching
from huitong.entry.api import make_app
from huitong.entry.wiring import APPLY
from huitong.org.model import (
    NewHierarchy,
    NewLegalEntity,
    NewRegion,
    NewStaff,
    NewStore,
    Placement,
)
from huitong.platform import ids
from huitong.platform.assembly import Platform
from huitong.platform.auth import EVERYWHERE, Caller, CallerKind, Permission, Reach
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.http import Calling
from tests.entry.make import lines_of, make_platform, make_token, member, order

NOW = datetime(2026, 1, 10, 4, 0, tzinfo=UTC)
SPRING = date(2026, 1, 1)
# Who they are, the brand they are known in, and their phones.
PEOPLE: Mapping[str, tuple[str, str]] = {
    "ann": ("wool", "13800000001"),
    "bob": ("wool", "13800000002"),
    "cid": ("wool", "13800000003"),
    "dan": ("wool", "13800000004"),
    "fay": ("wool", "13800000005"),
    "eve": ("silk", "13800000006"),
}
# Who bought, in which store, served by whom.
ORDERS: Mapping[str, tuple[str, str, str]] = {
    "W1": ("cid", "west", "lin"),
    "E1": ("bob", "east", "mei"),
    "E2": ("ann", "east", "mei"),
}


@dataclass
class Shops:
    """Two brands over HTTP, as whoever calls.

    West is the group's own store, in the city in the north, and lin works there. East is the
    dealer's, and mei works there. Ann enrolled in the west and bought in the east; bob enrolled
    and bought in the east; cid only bought in the west; dan is a friend of lin's; fay is nobody's;
    eve is of the other brand.
    """

    app: FastAPI
    client: TestClient
    group_id: int
    brands: Mapping[str, int]
    reaches: Mapping[str, Reach]
    customers: Mapping[str, str]
    orders: Mapping[str, str]

    def caller(
        self,
        whose: str,
        *permissions: Permission,
        brand: str | None = None,
        kind: CallerKind = CallerKind.USER,
    ) -> Caller:
        """Return somebody who sees what `whose` says: `everywhere`, `west`, `dealer`, `lin`, ..."""
        return Caller(
            kind=kind,
            id=7,
            group_id=self.group_id,
            brand_ids=None if brand is None else (self.brands[brand],),
            permissions=frozenset(permissions or Permission),
            reach=self.reaches[whose],
            session_id=1,
        )

    def act_as(self, caller: Caller) -> None:
        """Let the following calls come from somebody, as if they had signed in."""
        dependency = get_args(Calling)[1].dependency
        self.app.dependency_overrides[dependency] = lambda: caller


def make_shops(wired: Database, group_id: int) -> Shops:
    """Build the two brands on a database with the real events; nobody calls yet."""
    platform = replace(
        make_platform(wired, appliers=APPLY),
        see=reaching.see,
        watched=reaching.WATCHED,
        persons_among=reaching.persons_among,
    )
    app = make_app(platform)
    client = TestClient(app, raise_server_exceptions=False)
    with wired.transaction(Scope(group_id), now=NOW) as tx:
        reaches = _stores(tx)
        brands = {one.code: one.id for one in org.brands(tx)}
    key = make_token(wired, group_id, Permission.INBOX_WRITE, name="feed")
    _send(client, key)
    found = _customers(platform, group_id)
    with wired.transaction(Scope(group_id), now=NOW) as tx:
        staff = org.find_staff(tx, codes=["lin"])
        friend = NewRelation(
            found["dan"], RelationKind.FRIEND, NOW, "test", "test", staff_id=staff["lin"], key="f"
        )
        customers.relate(tx, [friend], now=NOW)
        account = org.channel_account(tx, platform="pos", code="wool")
        numbers = orders.find_by_numbers(tx, [(account.id, number) for number in ORDERS])
    return Shops(
        app=app,
        client=client,
        group_id=group_id,
        brands=brands,
        reaches=reaches,
        customers={name: ids.show("cus", one) for name, one in found.items()},
        orders={number: ids.show("ord", one) for (_, number), one in numbers.items()},
    )


def _stores(tx: Tx) -> Mapping[str, Reach]:
    for brand in ("wool", "silk"):
        org.set_up(tx, name="Group", brand=brand, accounts=[("pos", brand)], now=NOW)
    wool = org.brand(tx, code="wool").id
    (dealer,) = org.put_legal_entities(tx, [NewLegalEntity("dealer", "Dealer")], now=NOW)
    (own,) = org.find_legal_entities(tx, codes=["main"]).values()
    west, east = org.put_stores(
        tx, [NewStore(code, code.title(), brand_ids=(wool,)) for code in ("west", "east")], now=NOW
    )
    org.operate_stores(tx, [Placement(west, own, SPRING), Placement(east, dealer, SPRING)], now=NOW)
    (sales,) = org.put_hierarchies(tx, [NewHierarchy("sales", "Sales")], now=NOW)
    north, city, south = org.put_regions(
        tx, [NewRegion(sales, code, code.title()) for code in ("north", "city", "south")], now=NOW
    )
    org.place_regions(tx, [Placement(city, north, SPRING)], now=NOW)
    org.place_stores(tx, [Placement(west, city, SPRING), Placement(east, south, SPRING)], now=NOW)
    lin, mei = org.put_staff(tx, [NewStaff("lin"), NewStaff("mei")], now=NOW)
    org.assign_staff(tx, [Placement(lin, west, SPRING), Placement(mei, east, SPRING)], now=NOW)
    return {
        "everywhere": EVERYWHERE,
        "own company": Reach(legal_entity_ids=frozenset({own})),
        "dealer": Reach(legal_entity_ids=frozenset({dealer})),
        "north": Reach(region_ids=frozenset({north})),
        "south": Reach(region_ids=frozenset({south})),
        "west": Reach(store_ids=frozenset({west})),
        "east": Reach(store_ids=frozenset({east})),
        "lin": Reach(staff_ids=frozenset({lin})),
        "mei": Reach(staff_ids=frozenset({mei})),
    }


def _send(client: TestClient, key: dict[str, str]) -> None:
    stores = {"ann": "west", "bob": "east"}
    for brand in ("wool", "silk"):
        records = [
            member(name, phone) | ({"store": stores[name]} if name in stores else {})
            for name, (of, phone) in PEOPLE.items()
            if of == brand
        ]
        _push(client, key, "member", brand, records)
    bought = [
        order(number, 100, phone=PEOPLE[name][1]) | {"store": store, "serving_guide": guide}
        for number, (name, store, guide) in ORDERS.items()
    ]
    _push(client, key, "order", "wool", bought)


def _push(
    client: TestClient, key: dict[str, str], kind: str, brand: str, records: Sequence[object]
) -> None:
    answer = client.post(
        f"/v1/inbox/{kind}",
        params={"account": f"pos:{brand}"},
        content=b"\n".join(lines_of(records)),
        headers=key | {"Content-Type": "application/x-ndjson"},
    )
    assert answer.is_success, answer.text
    assert '"refused"' not in answer.text, answer.text


def _customers(platform: Platform, group_id: int) -> Mapping[str, int]:
    found = {}
    with platform.database.reading(Scope(group_id)) as tx:
        for name, (brand, phone) in PEOPLE.items():
            one = customers.find_by_identifier(
                tx, brand=org.brand(tx, code=brand), kind=IdentifierKind.PHONE, value=phone
            )
            assert one is not None, name
            found[name] = one
    return found
