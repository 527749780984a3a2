"""Business units, persona accounts, and which stores somebody may see."""

from datetime import UTC, date, datetime, time

import pytest

from huitong import org
from huitong.org.model import (
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
from huitong.platform.auth import Reach
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

    def seen(day: date = APRIL, **parts: int) -> set[int]:
        reach = Reach(**{part: frozenset({one}) for part, one in parts.items()})
        at = datetime.combine(day, time(12), tzinfo=UTC)
        return set(org.seen_by(tx, reach=reach, at=at).of_stores())

    assert org.seen_by(tx, reach=Reach(), at=NOW).everything()
    assert seen(region_ids=top) == {north, north_east}
    assert seen(region_ids=below) == {north_east}
    assert seen(legal_entity_ids=dealer) == {south}
    assert seen(MARCH, legal_entity_ids=dealer) == set()
    assert seen(staff_ids=lin, store_ids=south) == {south}


def test_who_sees_a_store_sees_the_customers_of_those_who_work_there(tx: Tx) -> None:
    make_account(tx)
    north, _, south = make_stores(tx)
    lin, mei = org.put_staff(tx, [NewStaff("lin"), NewStaff("mei")], now=NOW)
    org.assign_staff(tx, [Placement(lin, north, MARCH), Placement(mei, south, MARCH)], now=NOW)
    org.assign_staff(tx, [Placement(lin, south, APRIL)], now=NOW)
    in_march, in_april = (datetime.combine(day, time(12), tzinfo=UTC) for day in (MARCH, APRIL))
    manager = Reach(store_ids=frozenset({north}))
    assert org.seen_by(tx, reach=manager, at=in_march).staff == {lin: "lin"}
    assert org.seen_by(tx, reach=manager, at=in_april).staff == {}
    guide = org.seen_by(tx, reach=Reach(staff_ids=frozenset({mei})), at=in_april)
    assert (guide.stores, guide.selves, guide.staff) == ({}, {mei: "mei"}, {mei: "mei"})


def test_a_store_changes_hands_at_midnight_of_the_brand(tx: Tx) -> None:
    make_account(tx)
    (store, *_) = make_stores(tx)
    (dealer,) = org.put_legal_entities(tx, [NewLegalEntity("dealer", "Dealer")], now=NOW)
    org.operate_stores(tx, [Placement(store, dealer, APRIL)], now=NOW)
    reach = Reach(legal_entity_ids=frozenset({dealer}))
    # Midnight in Shanghai is 16:00 of the day before in UTC.
    before, after = (datetime(2026, 3, 31, hour, 59, tzinfo=UTC) for hour in (15, 16))
    assert org.seen_by(tx, reach=reach, at=before).stores == {}
    assert org.seen_by(tx, reach=reach, at=after).stores == {store: "n1"}
