"""The organisation is entered by code, in batches, and its dated facts never overlap."""

from dataclasses import replace
from datetime import UTC, date, datetime

import psycopg
import pytest

from huitong import org
from huitong.org.model import (
    BrandNotFound,
    ChannelAccountNotFound,
    NewBrand,
    NewChannelAccount,
    NewHierarchy,
    NewIdentityDomain,
    NewLegalEntity,
    NewRegion,
    NewStaff,
    NewStore,
    NewTouchpoint,
    Placement,
    PlacementOverlaps,
    StoreKind,
)
from huitong.platform.db import Database, Scope, Tx

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SPRING, SUMMER, AUTUMN = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)


def two_entities(tx: Tx) -> list[int]:
    org.name_group(tx, name="Group", now=NOW)
    return org.put_legal_entities(
        tx, [NewLegalEntity("own", "Own Co"), NewLegalEntity("dealer", "Dealer Co")], now=NOW
    )


def one_store(tx: Tx) -> int:
    (store,) = org.put_stores(tx, [NewStore("S1", "West Lake", StoreKind.COUNTER)], now=NOW)
    return store


class TestSetUp:
    def test_a_repeat_changes_nothing(self, tx: Tx) -> None:
        first = org.set_up(
            tx, name="G", brand="b", accounts=[("tmall", "s"), ("pos", "p")], stores=["1"], now=NOW
        )
        again = org.set_up(
            tx, name="G", brand="b", accounts=[("tmall", "s"), ("pos", "p")], stores=["1"], now=NOW
        )
        assert again == first
        assert org.channel_account(tx, platform="pos", code="p") == first.accounts[1]
        assert first.accounts[0].time_zone == "Asia/Shanghai"
        assert org.brand(tx, code="b") == first.brand

    def test_what_is_not_there_is_named(self, tx: Tx) -> None:
        with pytest.raises(ChannelAccountNotFound, match="“s” on the platform “tmall”"):
            org.channel_account(tx, platform="tmall", code="s")
        with pytest.raises(BrandNotFound):
            org.brand(tx, code="b")

    def test_another_group_sees_nothing_and_may_use_the_same_codes(
        self, fresh_database: Database
    ) -> None:
        with fresh_database.transaction(Scope(group_id=1), now=NOW) as tx:
            org.set_up(tx, name="G", brand="b", accounts=[("pos", "p")], now=NOW)
        with fresh_database.transaction(Scope(group_id=2), now=NOW) as other:
            assert org.brands(other) == []
            assert org.channel_accounts(other) == []
            made = org.set_up(other, name="H", brand="b", accounts=[("pos", "p")], now=NOW)
            assert made.brand.group_id == 2

    def test_a_brand_sees_its_own_accounts_only(self, fresh_database: Database) -> None:
        with fresh_database.transaction(Scope(group_id=1), now=NOW) as tx:
            one = org.set_up(tx, name="G", brand="one", accounts=[("pos", "1")], now=NOW)
            org.set_up(tx, name="G", brand="two", accounts=[("pos", "2")], now=NOW)
        scope = Scope(group_id=1, brand_ids=(one.brand.id,))
        with fresh_database.transaction(scope, now=NOW) as tx:
            assert [account.code for account in org.channel_accounts(tx)] == ["1"]
            assert [brand.code for brand in org.brands(tx)] == ["one"]
            with pytest.raises(BrandNotFound):
                org.brand(tx, code="two")


class TestDefinitions:
    def test_a_code_entered_again_changes_what_it_names(self, tx: Tx) -> None:
        made = org.set_up(tx, name="G", brand="b", accounts=[("pos", "p")], now=NOW)
        account = NewChannelAccount(
            platform="pos",
            code="p",
            brand_id=made.brand.id,
            legal_entity_id=made.legal_entity_id,
            earns=False,
        )
        (changed,) = org.put_channel_accounts(tx, [account], now=NOW)
        assert changed == replace(made.accounts[0], earns=False)

    def test_two_brands_of_one_group_may_have_two_controllers(self, tx: Tx) -> None:
        own, dealer = two_entities(tx)
        here, there = org.put_identity_domains(
            tx, [NewIdentityDomain("a", "A", own), NewIdentityDomain("b", "B", dealer)], now=NOW
        )
        org.put_brands(
            tx, [NewBrand("a", "A", own, here), NewBrand("b", "B", dealer, there)], now=NOW
        )
        assert org.brand(tx, code="a").identity_domain_id == here
        assert org.brand(tx, code="b").identity_domain_id == there

    def test_an_account_that_only_ships_cannot_earn(self, tx: Tx) -> None:
        made = org.set_up(tx, name="G", brand="b", accounts=[], now=NOW)
        oms = NewChannelAccount("oms", "o", made.brand.id, made.legal_entity_id)
        with pytest.raises(psycopg.errors.CheckViolation), tx.savepoint():
            org.put_channel_accounts(tx, [replace(oms, fulfilment_only=True)], now=NOW)
        ships = replace(oms, fulfilment_only=True, books_revenue=False, earns=False)
        (account,) = org.put_channel_accounts(tx, [ships], now=NOW)
        assert account.fulfilment_only

    def test_everything_with_a_code_is_found_by_it(self, tx: Tx) -> None:
        made = org.set_up(tx, name="G", brand="b", accounts=[], stores=["1", "2"], now=NOW)
        staff = org.put_staff(tx, [NewStaff("g1"), NewStaff("g2")], now=NOW)
        org.put_touchpoints(tx, [NewTouchpoint(made.brand.id, "till", "Till")], now=NOW)
        assert org.find_stores(tx, codes=["2", "9"]) == {"2": made.store_ids[1]}
        assert org.find_staff(tx, codes=["g2", "g1"]) == {"g1": staff[0], "g2": staff[1]}
        assert list(org.find_touchpoints(tx, brand_id=made.brand.id, codes=["till"])) == ["till"]
        assert [store.code for store in org.stores(tx)] == ["1", "2"]


class TestDatedFacts:
    def test_a_new_operator_ends_the_one_before(self, tx: Tx) -> None:
        own, dealer = two_entities(tx)
        store = one_store(tx)
        org.operate_stores(tx, [Placement(store, own, SPRING)], now=NOW)
        org.operate_stores(tx, [Placement(store, dealer, SUMMER)], now=NOW)
        operators = [
            org.operators_on(tx, store_ids=[store], day=day).get(store)
            for day in (date(2026, 2, 28), SPRING, date(2026, 5, 31), SUMMER, AUTUMN)
        ]
        assert operators == [None, own, own, dealer, dealer]

    def test_the_same_operator_again_changes_nothing(self, tx: Tx) -> None:
        own, _ = two_entities(tx)
        store = one_store(tx)
        org.operate_stores(tx, [Placement(store, own, SPRING)], now=NOW)
        org.operate_stores(tx, [Placement(store, own, SUMMER)], now=NOW)
        assert tx.rows("SELECT valid_from, valid_until FROM org.store_operator") == [(SPRING, None)]

    def test_the_past_is_not_written_over(self, tx: Tx) -> None:
        own, dealer = two_entities(tx)
        store = one_store(tx)
        org.operate_stores(tx, [Placement(store, own, SUMMER)], now=NOW)
        with pytest.raises(PlacementOverlaps):
            org.operate_stores(tx, [Placement(store, dealer, SPRING)], now=NOW)

    def test_the_database_itself_refuses_two_operators_at_once(self, tx: Tx) -> None:
        own, dealer = two_entities(tx)
        store = one_store(tx)
        org.operate_stores(tx, [Placement(store, own, SPRING)], now=NOW)
        with pytest.raises(psycopg.errors.ExclusionViolation), tx.savepoint():
            tx.execute(
                "INSERT INTO org.store_operator"
                " (group_id, id, store_id, legal_entity_id, valid_from, recorded_at)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [tx.scope.group_id, tx.new_ids([0])[0], store, dealer, SUMMER, NOW],
            )

    def test_a_store_has_one_region_in_each_hierarchy(self, tx: Tx) -> None:
        org.name_group(tx, name="G", now=NOW)
        sales, finance = org.put_hierarchies(
            tx, [NewHierarchy("sales", "Sales"), NewHierarchy("finance", "Finance")], now=NOW
        )
        east, west = org.put_regions(
            tx, [NewRegion(sales, "east", "East"), NewRegion(sales, "west", "West")], now=NOW
        )
        (books,) = org.put_regions(tx, [NewRegion(finance, "books", "Books")], now=NOW)
        store = one_store(tx)
        org.place_stores(
            tx, [Placement(store, east, SPRING), Placement(store, books, SPRING)], now=NOW
        )
        org.place_stores(tx, [Placement(store, west, SUMMER)], now=NOW)
        at = {
            (hierarchy, day): org.regions_on(
                tx, store_ids=[store], hierarchy_id=hierarchy, day=day
            ).get(store)
            for hierarchy in (sales, finance)
            for day in (SPRING, AUTUMN)
        }
        assert at == {
            (sales, SPRING): east,
            (sales, AUTUMN): west,
            (finance, SPRING): books,
            (finance, AUTUMN): books,
        }

    def test_regions_nest_and_staff_move(self, tx: Tx) -> None:
        org.name_group(tx, name="G", now=NOW)
        (sales,) = org.put_hierarchies(tx, [NewHierarchy("sales", "Sales")], now=NOW)
        china, east = org.put_regions(
            tx, [NewRegion(sales, "china", "China"), NewRegion(sales, "east", "East")], now=NOW
        )
        org.place_regions(tx, [Placement(east, china, SPRING)], now=NOW)
        first, second = org.put_stores(tx, [NewStore("1", "One"), NewStore("2", "Two")], now=NOW)
        (guide,) = org.put_staff(tx, [NewStaff("g1")], now=NOW)
        org.assign_staff(tx, [Placement(guide, first, SPRING)], now=NOW)
        org.assign_staff(tx, [Placement(guide, second, SUMMER)], now=NOW)
        assert org.stores_of_staff_on(tx, staff_ids=[guide], day=SPRING) == {guide: first}
        assert org.stores_of_staff_on(tx, staff_ids=[guide], day=SUMMER) == {guide: second}
        assert tx.rows("SELECT region_id, parent_id FROM org.region_parent") == [(east, china)]
