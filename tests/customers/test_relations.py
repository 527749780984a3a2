"""Who looks after a customer: many friends, one bound guide, through merges and splits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg
import pytest

from huitong import customers, identity, org
from huitong.customers.model import (
    NewRelation,
    OwnCustomer,
    Relation,
    RelationEnd,
    RelationKind,
    RelationMove,
)
from huitong.org.model import ChannelAccount, NewStaff
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused
from tests.customers.test_operations import ANNA, BERTA, customer_of, merged, settle
from tests.identity.make import NOW, make_account, phone

DAY = timedelta(days=1)
FRIEND, BOUND = RelationKind.FRIEND, RelationKind.BOUND


class Shop(NamedTuple):
    account: ChannelAccount
    lin: int
    mei: int
    anna: int
    berta: int


def open_shop(tx: Tx) -> Shop:
    account = make_account(tx)
    lin, mei = org.put_staff(tx, [NewStaff("lin"), NewStaff("mei")], now=NOW)
    anna, berta = (customer_of(tx, account, phone(number)) for number in (ANNA, BERTA))
    return Shop(account, lin, mei, anna, berta)


def begins(
    customer_id: int,
    staff_id: int,
    kind: RelationKind = BOUND,
    *,
    at: datetime = NOW,
    lock_until: datetime | None = None,
) -> NewRelation:
    return NewRelation(
        customer_id=customer_id,
        kind=kind,
        valid_from=at,
        source="wecom",
        actor="test",
        staff_id=staff_id,
        lock_until=lock_until,
    )


def related(tx: Tx, *asked: NewRelation) -> list[int]:
    results = customers.relate(tx, asked, now=NOW)
    assert all(isinstance(one, Ok) for one in results), results
    return [one.value["relation_id"] for one in results if isinstance(one, Ok)]


def code(result: object) -> str:
    assert isinstance(result, Refused), result
    return result.code


def standing(tx: Tx, customer_id: int, *, at: datetime = NOW) -> list[tuple[str, int | None]]:
    relations = customers.relations_of(tx, customer_ids=[customer_id])
    found: Sequence[Relation] = relations.get(customer_id, ())
    return [
        (one.kind.value, one.staff_id)
        for one in found
        if not one.is_shadowed
        and one.valid_from <= at
        and (one.valid_until is None or at < one.valid_until)
    ]


class TestRelate:
    def test_a_customer_has_many_friends_and_one_bound_guide(self, tx: Tx) -> None:
        shop = open_shop(tx)
        results = customers.relate(
            tx,
            [
                begins(shop.anna, shop.lin, FRIEND),
                begins(shop.anna, shop.mei, FRIEND),
                begins(shop.anna, shop.lin),
                begins(shop.anna, shop.mei),
            ],
            now=NOW,
        )
        assert [type(one) for one in results] == [Ok, Ok, Ok, Refused]
        assert code(results[3]) == "customers.already_bound"

    def test_the_database_itself_holds_one_bound_guide(self, tx: Tx) -> None:
        shop = open_shop(tx)
        related(tx, begins(shop.anna, shop.lin))
        with pytest.raises(psycopg.errors.ExclusionViolation), tx.savepoint():
            tx.execute(
                "INSERT INTO customers.relation (group_id, bucket, id, brand_id, customer_id,"
                " origin_customer_id, kind, staff_id, valid_from, source, actor, recorded_at,"
                " changed_at) SELECT group_id, bucket, id + 1, brand_id, customer_id,"
                " origin_customer_id, kind, %(mei)s, valid_from, source, actor, recorded_at,"
                " changed_at FROM customers.relation",
                {"mei": shop.mei},
            )

    def test_the_same_relation_again_is_answered_and_not_repeated(self, tx: Tx) -> None:
        shop = open_shop(tx)
        assert related(tx, begins(shop.anna, shop.lin)) == related(
            tx, begins(shop.anna, shop.lin, at=NOW + DAY)
        )

    def test_nobody_is_bound_to_themselves(self, tx: Tx) -> None:
        shop = open_shop(tx)
        own = OwnCustomer(shop.lin, shop.anna, NOW, "manager")
        customers.link_own_customers(tx, [own, own], now=NOW)
        (refused,) = customers.relate(tx, [begins(shop.anna, shop.lin)], now=NOW)
        assert code(refused) == "customers.actor_is_beneficiary"
        (there,) = related(tx, begins(shop.anna, shop.mei))
        move = RelationMove(there, shop.lin, NOW + DAY, "manager", "left")
        (moved,) = customers.move_relations(tx, [move], now=NOW + DAY)
        assert code(moved) == "customers.actor_is_beneficiary"


class TestEndAndMove:
    def test_a_protected_relation_neither_ends_nor_moves(self, tx: Tx) -> None:
        shop = open_shop(tx)
        (there,) = related(tx, begins(shop.anna, shop.lin, lock_until=NOW + 9 * DAY))
        end = RelationEnd(there, NOW + DAY, "manager", "asked")
        move = RelationMove(there, shop.mei, NOW + DAY, "manager", "left")
        assert code(customers.end_relations(tx, [end], now=NOW)[0]) == "customers.relation_locked"
        assert code(customers.move_relations(tx, [move], now=NOW)[0]) == "customers.relation_locked"
        free = RelationMove(there, shop.mei, NOW + 9 * DAY, "manager", "left")
        (moved,) = customers.move_relations(tx, [free], now=NOW)
        assert isinstance(moved, Ok)
        assert standing(tx, shop.anna, at=NOW + 8 * DAY) == [("bound", shop.lin)]
        assert standing(tx, shop.anna, at=NOW + 9 * DAY) == [("bound", shop.mei)]

    def test_whatever_a_guide_had_goes_over_in_one_batch(self, tx: Tx) -> None:
        shop = open_shop(tx)
        related(tx, begins(shop.anna, shop.lin), begins(shop.berta, shop.lin))
        there = customers.relations_of_staff(tx, staff_id=shop.lin, kinds=[BOUND])
        moves = [RelationMove(one, shop.mei, NOW + DAY, "manager", "left") for one, _ in there]
        before = tx.statements
        results = customers.move_relations(tx, moves, now=NOW + DAY)
        assert tx.statements - before <= 8
        assert [type(one) for one in results] == [Ok, Ok]
        assert customers.relations_of_staff(tx, staff_id=shop.lin) == []

    def test_what_ended_cannot_end_again(self, tx: Tx) -> None:
        shop = open_shop(tx)
        (there,) = related(tx, begins(shop.anna, shop.lin))
        end = RelationEnd(there, NOW + DAY, "manager", "asked")
        results = customers.end_relations(tx, [end, end], now=NOW + DAY)
        assert [type(one) for one in results] == [Ok, Refused]


class TestMergeAndSplit:
    def test_of_two_bound_guides_the_older_stays_and_a_split_restores_both(self, tx: Tx) -> None:
        shop = open_shop(tx)
        related(
            tx,
            begins(shop.anna, shop.lin, at=NOW - DAY),
            begins(shop.berta, shop.mei, at=NOW - 2 * DAY),
            begins(shop.berta, shop.mei, FRIEND),
        )
        before = [standing(tx, one) for one in (shop.anna, shop.berta)]
        merge = merged(tx, shop.account, source=BERTA, target=ANNA)
        assert standing(tx, shop.anna) == [("bound", shop.mei), ("friend", shop.mei)]
        assert standing(tx, shop.berta) == []
        identity.split(tx, merge, now=NOW)
        settle(tx)
        assert [standing(tx, one) for one in (shop.anna, shop.berta)] == before

    def test_a_protected_guide_stays_over_an_older_one(self, tx: Tx) -> None:
        shop = open_shop(tx)
        related(
            tx,
            begins(shop.anna, shop.lin, at=NOW - DAY, lock_until=NOW + DAY),
            begins(shop.berta, shop.mei, at=NOW - 2 * DAY),
        )
        merged(tx, shop.account, source=BERTA, target=ANNA)
        assert standing(tx, shop.anna) == [("bound", shop.lin)]

    def test_what_happened_in_between_stays_where_it_belongs(self, tx: Tx) -> None:
        shop = open_shop(tx)
        related(
            tx,
            begins(shop.anna, shop.lin, at=NOW - DAY),
            begins(shop.berta, shop.mei, at=NOW - 2 * DAY),
        )
        merge = merged(tx, shop.account, source=BERTA, target=ANNA)
        (there,) = [
            one for one, _ in customers.relations_of_staff(tx, staff_id=shop.mei, kinds=[BOUND])
        ]
        move = RelationMove(there, shop.lin, NOW + DAY, "manager", "left")
        assert isinstance(customers.move_relations(tx, [move], now=NOW + DAY)[0], Ok)
        identity.split(tx, merge, now=NOW + 2 * DAY)
        settle(tx)
        # The move was of the one customer they were then; Anna keeps it, Berta has her guide again.
        later = NOW + 2 * DAY
        assert standing(tx, shop.anna, at=later) == [("bound", shop.lin)]
        assert standing(tx, shop.berta, at=later) == [("bound", shop.mei)]
