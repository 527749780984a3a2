"""Business units, persona accounts, and which stores somebody may see."""

from datetime import date

import pytest

from huitong import org
from huitong.org.model import (
    DataScope,
    NewBusinessUnit,
    NewHierarchy,
    NewLegalEntity,
    NewPersonaAccount,
    NewRegion,
    NewStaff,
    NewStore,
    Placement,
    PlacementOverlaps,
)
from huitong.platform.db import Tx
from tests.identity.make import NOW, make_account

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def make_stores(tx: Tx) -> list[int]:
    return org.put_stores(tx, [NewStore(code, code) for code in ("n1", "n2", "s1")], now=NOW)


def test_a_store_is_in_one_business_unit_of_a_brand_at_a_time(tx: Tx) -> None:
    account = make_account(tx)
    (store, *_) = make_stores(tx)
    units = [NewBusinessUnit(account.brand_id, code, code) for code in ("shoes", "bags")]
    shoes, bags = org.put_business_units(tx, units, now=NOW)
    assert org.put_business_units(tx, units, now=NOW) == [shoes, bags]
    for unit, day in ((shoes, MARCH), (bags, APRIL), (bags, APRIL)):
        org.place_stores_in_units(tx, [Placement(store, unit, day)], now=NOW)
    found = [
        org.units_on(tx, store_ids=[store], brand_id=account.brand_id, day=day)
        for day in (MARCH, APRIL)
    ]
    assert found == [{store: shoes}, {store: bags}]
    with pytest.raises(PlacementOverlaps):
        org.place_stores_in_units(tx, [Placement(store, shoes, MARCH)], now=NOW)


def test_several_staff_speak_through_one_persona(tx: Tx) -> None:
    account = make_account(tx)
    lin, mei = org.put_staff(tx, [NewStaff("lin"), NewStaff("mei")], now=NOW)
    wanted = NewPersonaAccount(account.brand_id, account.id, "sister", "小会姐姐")
    (persona,) = org.put_persona_accounts(tx, [wanted], now=NOW)
    org.staff_personas(tx, [Placement(one, persona, MARCH) for one in (lin, mei)], now=NOW)
    org.staff_personas(tx, [Placement(lin, persona, APRIL)], now=NOW)
    assert org.personas_on(tx, staff_ids=[lin, mei], day=APRIL) == [(lin, persona), (mei, persona)]
    assert org.staff_codes(tx) == {lin: "lin", mei: "mei"}


def test_a_scope_shows_the_stores_of_its_regions_operators_and_staff(tx: Tx) -> None:
    make_account(tx)
    north, north_east, south = make_stores(tx)
    (hierarchy,) = org.put_hierarchies(tx, [NewHierarchy("sales", "Sales")], now=NOW)
    top, below = org.put_regions(
        tx, [NewRegion(hierarchy, code, code) for code in ("north", "north-east")], now=NOW
    )
    org.place_regions(tx, [Placement(below, top, MARCH)], now=NOW)
    org.place_stores(
        tx, [Placement(north, top, MARCH), Placement(north_east, below, MARCH)], now=NOW
    )
    (dealer,) = org.put_legal_entities(tx, [NewLegalEntity("dealer", "Dealer")], now=NOW)
    org.operate_stores(tx, [Placement(south, dealer, APRIL)], now=NOW)
    (lin,) = org.put_staff(tx, [NewStaff("lin")], now=NOW)
    org.assign_staff(tx, [Placement(lin, north_east, MARCH)], now=NOW)

    def seen(scope: DataScope, day: date = APRIL) -> frozenset[int] | None:
        return org.visible(tx, scope=scope, day=day)

    assert seen(DataScope()) is None
    assert seen(DataScope(region_ids=frozenset({top}))) == frozenset({north, north_east})
    assert seen(DataScope(region_ids=frozenset({below}))) == frozenset({north_east})
    assert seen(DataScope(legal_entity_ids=frozenset({dealer}))) == frozenset({south})
    assert seen(DataScope(legal_entity_ids=frozenset({dealer})), MARCH) == frozenset()
    assert seen(DataScope(staff_ids=frozenset({lin}), store_ids=frozenset({south}))) == frozenset(
        {north_east, south}
    )
