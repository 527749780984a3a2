"""Facets: what is counted of a profile is always what its statements say, and goes with them."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from huitong import customers, identity
from huitong.channels.model import Gender
from huitong.customers import jobs as customers_jobs
from huitong.customers.model import Correction, Facets, TrustedSource
from huitong.customers.rules import facets_of, known_city, surviving, trust_mark
from huitong.customers.rules.cities import cities
from huitong.entry import wiring
from huitong.entry.worker import Worker
from huitong.identity.events import PersonCarved
from huitong.org.model import ChannelAccount
from huitong.platform.db import Database, Scope, Tx
from huitong.platform.errors import Ok
from tests.customers.test_operations import (
    ANNA,
    BERTA,
    CLARA,
    LATER,
    customer_of,
    merged,
    person_of,
    settle,
    take,
)
from tests.customers.test_profiles import other_account
from tests.entry.make import make_platform
from tests.identity.make import NOW, make_account, member_of, phone

# Facets as they were before there were any.
UNFOLDED = "UPDATE customers.facet SET gender = NULL, city = NULL, trust_mark = 0"
FACETS = """
SELECT gender, city, birth_year, birth_month, birth_day
FROM customers.facet
WHERE customer_id = %(customer_id)s
"""
SHOWN = """
SELECT gender, city, birth_year, birth_month, birth_day
FROM customers.v_customer
WHERE id = %(customer_id)s
"""
PLACES = "SELECT id, ctid::text FROM customers.customer ORDER BY id"
STEPS = 40


def facets(tx: Tx, customer_id: int) -> Facets | None:
    """Return what is counted of a customer, as the published view shows it."""
    row = tx.row(SHOWN, {"customer_id": customer_id})
    assert row is not None
    return Facets(Gender(row[0]) if row[0] else None, *row[1:])


def facet_row(tx: Tx, customer_id: int) -> Sequence[object] | None:
    return tx.row(FACETS, {"customer_id": customer_id})


def correct(tx: Tx, customer_id: int, **said: object) -> int:
    asked = Correction(customer_id=customer_id, actor="lin", reason="she told us", **said)  # type: ignore[arg-type]
    (done,) = customers.correct(tx, [asked], now=LATER)
    assert isinstance(done, Ok)
    return done.value["statement_id"]


def trust(tx: Tx, account: ChannelAccount, field: str, source: str, rank: int) -> None:
    told = [TrustedSource(field, source, rank)]
    customers.trust_sources(tx, told, brand_id=account.brand_id, actor="lin", now=NOW)


class TestCities:
    @pytest.mark.parametrize(
        "told, meant",
        [
            ("上海", "上海市"),
            ("上海市", "上海市"),
            ("Shanghai", "上海市"),
            (" shanghai City", "上海市"),
            ("浙江省杭州市", "杭州市"),
            ("浙江 杭州", "杭州市"),
            ("广西南宁", "南宁市"),
            ("Xi'an", "西安市"),
            ("恩施", "恩施土家族苗族自治州"),
            ("吉林省吉林市", "吉林市"),
        ],
    )
    def test_spellings_of_a_city_are_one(self, told: str, meant: str) -> None:
        assert known_city(told) == meant

    @pytest.mark.parametrize(
        "told",
        ["", "上海市胜利路77号", "胜利路", "Suzhou", "吉林", "Hainan", "海南", "江苏", "n/a"],
    )
    def test_what_names_no_city_for_sure_names_none(self, told: str) -> None:
        assert known_city(told) is None

    def test_every_city_of_the_list_is_known_by_its_official_name(self) -> None:
        assert len({city.code for city in cities()}) == len(cities()) > 340
        assert [city.name for city in cities() if known_city(city.name) != city.name] == []


class TestFolding:
    def test_a_member_record_tells_what_is_counted(self, tx: Tx) -> None:
        till = make_account(tx)
        record = member_of(
            phone(ANNA), gender="female", city="杭州", birthday_on="1990-02-28", name="安娜"
        )
        take(tx, till, record)
        anna = customer_of(tx, till, phone(ANNA))
        assert facets(tx, anna) == Facets(Gender.FEMALE, "杭州市", 1990, 2, 28)

    def test_a_city_that_may_be_an_address_is_not_counted(self, tx: Tx) -> None:
        till = make_account(tx)
        take(tx, till, member_of(phone(ANNA), city="胜利路77号", gender="female"))
        assert facets(tx, customer_of(tx, till, phone(ANNA))) == Facets(Gender.FEMALE)

    def test_a_buyer_of_whom_nobody_said_anything_has_no_row(self, tx: Tx) -> None:
        till = make_account(tx)
        anna = customer_of(tx, till, phone(ANNA))
        take(tx, till, member_of(phone(ANNA)))
        assert facet_row(tx, anna) is None
        assert facets(tx, anna) == Facets()

    def test_a_correction_leads_until_it_is_taken_back(self, tx: Tx) -> None:
        till = make_account(tx)
        take(tx, till, member_of(phone(ANNA), city="杭州", gender="female", updated_at=NOW))
        anna = customer_of(tx, till, phone(ANNA))
        moved = correct(tx, anna, city="苏州")
        cleared = correct(tx, anna, cleared=("gender",))
        assert facets(tx, anna) == Facets(None, "苏州市")
        customers.withdraw_corrections(tx, [moved, cleared], actor="lin", now=LATER)
        assert facets(tx, anna) == Facets(Gender.FEMALE, "杭州市")

    def test_a_merge_counts_once_and_a_split_gives_each_their_own(self, tx: Tx) -> None:
        till = make_account(tx)
        take(tx, till, member_of(phone(ANNA), city="杭州", updated_at=NOW))
        take(tx, till, member_of(phone(BERTA), city="上海", gender="female", updated_at=LATER))
        anna, berta = (customer_of(tx, till, phone(number)) for number in (ANNA, BERTA))
        merge = merged(tx, till, source=BERTA, target=ANNA)
        assert facets(tx, anna) == Facets(Gender.FEMALE, "上海市")
        assert facets(tx, berta) == Facets()
        take(tx, till, member_of(phone(BERTA), city="北京", updated_at=LATER + timedelta(1)))
        assert facets(tx, anna) == Facets(Gender.FEMALE, "北京市")
        identity.split(tx, merge, now=LATER)
        settle(tx)
        assert facets(tx, anna) == Facets(None, "杭州市")
        assert facets(tx, berta) == Facets(Gender.FEMALE, "北京市")

    def test_one_who_was_only_merged_into_has_what_the_other_brought(self, tx: Tx) -> None:
        till = make_account(tx)
        anna = customer_of(tx, till, phone(ANNA))
        take(tx, till, member_of(phone(BERTA), city="上海"))
        merged(tx, till, source=BERTA, target=ANNA)
        assert facets(tx, anna) == Facets(None, "上海市")

    def test_what_came_with_a_carved_identifier_goes_along(self, tx: Tx) -> None:
        till = make_account(tx)
        _, (known,) = take(tx, till, member_of(phone(ANNA), city="杭州"))
        berta = customer_of(tx, till, phone(BERTA))
        assert known is not None
        anna = known.customer_id
        (identifier,) = [
            row[0]
            for row in tx.rows(
                "SELECT identifier_id FROM customers.statement WHERE customer_id = %(id)s",
                {"id": anna},
            )
        ]
        (carving,) = tx.new_ids([0])
        left = PersonCarved(
            carving,
            till.identity_domain_id,
            person_of(tx, anna),
            person_of(tx, berta),
            (identifier,),
        )
        customers.carve(tx, [left], NOW)
        assert (facets(tx, anna), facets(tx, berta)) == (Facets(), Facets(None, "杭州市"))

    def test_an_erasure_leaves_an_empty_row_and_nothing_fills_it_again(self, tx: Tx) -> None:
        till = make_account(tx)
        take(tx, till, member_of(phone(ANNA), city="杭州", gender="female"))
        take(tx, till, member_of(phone(BERTA), city="上海"))
        anna, berta = (customer_of(tx, till, phone(number)) for number in (ANNA, BERTA))
        merged(tx, till, source=BERTA, target=ANNA)
        erased = identity.erase(tx, person_of(tx, anna), now=NOW)
        customers.erase(tx, erased.person_ids, now=NOW)
        assert facet_row(tx, anna) == facet_row(tx, berta) == (None,) * 5
        trust(tx, till, "city", "pos", 3)
        assert customers.fold_due_facets(tx, limit=10) == 2
        assert facet_row(tx, anna) == facet_row(tx, berta) == (None,) * 5

    def test_a_repeated_record_moves_no_row(self, tx: Tx) -> None:
        till = make_account(tx)
        record = member_of(phone(ANNA), city="杭州", updated_at=NOW)
        take(tx, till, record)
        before = tx.rows(PLACES)
        take(tx, till, record)
        assert tx.rows(PLACES) == before


class TestBeingDue:
    def test_a_changed_trust_makes_facets_due_and_other_brands_wait_for_nothing(
        self, tx: Tx
    ) -> None:
        till, shop = make_account(tx), other_account(tx)
        take(tx, till, member_of(phone(ANNA), city="杭州", updated_at=NOW))
        take(tx, shop, member_of(phone(ANNA), city="上海", updated_at=LATER))
        anna = customer_of(tx, till, phone(ANNA))
        assert customers.fold_due_facets(tx, limit=10) == 0
        trust(tx, till, "city", "pos", 3)
        assert facets(tx, anna) == Facets(None, "上海市")
        assert customers.fold_due_facets(tx, limit=10) == 1
        assert facets(tx, anna) == Facets(None, "杭州市")
        assert customers.fold_due_facets(tx, limit=10) == 0

    def test_a_trust_that_concerns_no_facet_makes_none_due(self, tx: Tx) -> None:
        till = make_account(tx)
        take(tx, till, member_of(phone(ANNA), city="杭州"))
        trust(tx, till, "attributes", "pos", 3)
        trust(tx, till, "city", "pos", 0)
        assert customers.fold_due_facets(tx, limit=10) == 0

    def test_the_name_that_is_searched_follows_a_changed_trust(self, tx: Tx) -> None:
        till, shop = make_account(tx), other_account(tx)
        take(tx, till, member_of(phone(ANNA), name="安娜", updated_at=NOW))
        take(tx, shop, member_of(phone(ANNA), name="安妮", updated_at=LATER))
        anna = customer_of(tx, till, phone(ANNA))

        def called(name: str) -> list[int]:
            return customers.find_by_name(tx, brand_id=till.brand_id, name=name, limit=5)

        assert (called("安娜"), called("安妮")) == ([], [anna])
        trust(tx, till, "name", "pos", 3)
        assert customers.fold_due_facets(tx, limit=10) == 1
        assert (called("安娜"), called("安妮")) == ([anna], [])

    def test_profiles_older_than_facets_are_folded_step_by_step(self, tx: Tx) -> None:
        till = make_account(tx)
        numbers = [f"1390000{n:04d}" for n in range(5)]
        take(tx, till, *(member_of(phone(one), city="杭州") for one in numbers))
        tx.execute(UNFOLDED)
        assert [customers.fold_due_facets(tx, limit=2) for _ in range(4)] == [2, 2, 1, 0]
        anna = customer_of(tx, till, phone(numbers[0]))
        assert facets(tx, anna) == Facets(None, "杭州市")


def test_a_worker_folds_what_is_due_by_itself(fresh_database: Database) -> None:
    scope = Scope(group_id=7)
    with fresh_database.transaction(scope, now=NOW) as tx:
        till = make_account(tx)
        take(tx, till, member_of(phone(ANNA), city="杭州"))
        anna = customer_of(tx, till, phone(ANNA))
        tx.execute(UNFOLDED)
        tx._pending.clear()
    platform = make_platform(fresh_database)
    kind = customers_jobs.FOLD_FACETS
    working = replace(
        platform,
        recurring={kind: wiring.recurring(platform.settings)[kind]},
        job_handlers={kind: wiring.JOBS[kind]},
        group_ids=lambda _tx: (scope.group_id,),
    )
    worker = Worker(working)
    worker.schedule()
    assert worker.drain() == 1
    with fresh_database.transaction(scope, now=NOW) as tx:
        assert facets(tx, anna) == Facets(None, "杭州市")


def test_whoever_changes_facets_changes_the_row_of_the_customer_too(tx: Tx) -> None:
    till = make_account(tx)
    take(tx, till, member_of(phone(ANNA), city="杭州"), member_of(phone(BERTA), city="上海"))
    anna = customer_of(tx, till, phone(ANNA))
    before = tx.rows(PLACES)
    tx.execute("UPDATE customers.facet SET trust_mark = 7")
    assert tx.rows(PLACES) == before
    born = "UPDATE customers.facet SET birth_day = 9 WHERE customer_id = %(customer_id)s"
    tx.execute(born, {"customer_id": anna})
    assert [row[0] for row in tx.rows(PLACES) if row not in before] == [anna]


@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_facets_are_what_the_statements_make(tx: Tx, seed: int) -> None:
    """Hold random records, corrections, merges and splits to folding everything from scratch."""
    chance = random.Random(seed)
    till, shop = make_account(tx), other_account(tx)
    numbers = (ANNA, BERTA, CLARA)
    people = {one: customer_of(tx, till, phone(one)) for one in numbers}
    merges: list[int] = []
    corrections: list[int] = []
    for step in range(STEPS):
        number, other = chance.sample(numbers, 2)
        match chance.choice(("tell", "tell", "correct", "withdraw", "merge", "split", "trust")):
            case "tell":
                told = member_of(
                    phone(number),
                    city=chance.choice(["杭州", "Shanghai", "某某路", None]),
                    gender=chance.choice([*Gender, None]),
                    birthday_on=chance.choice([date(1990, 2, 28), date(2000, 12, 1), None]),
                    updated_at=NOW + timedelta(hours=chance.randrange(9)),
                )
                take(tx, chance.choice((till, shop)), told)
            case "correct":
                corrections.append(
                    correct(tx, people[number], city=chance.choice(["苏州", "无锡"]))
                )
            case "withdraw" if corrections:
                customers.withdraw_corrections(tx, [corrections.pop()], actor="lin", now=LATER)
            case "merge" if customer_of(tx, till, phone(number)) != customer_of(
                tx, till, phone(other)
            ):
                merges.append(_merge(tx, people[number], people[other], key=f"{seed}-{step}"))
            case "split" if merges:
                identity.split(tx, merges.pop(), now=LATER)
                settle(tx)
            case "trust":
                trust(tx, till, "city", chance.choice(("pos", "tmall")), chance.randrange(3))
                customers.fold_due_facets(tx, limit=10)
        for each in people.values():
            assert facets(tx, each) == _from_scratch(tx, each, till.brand_id), (step, each)


def _merge(tx: Tx, source: int, target: int, *, key: str) -> int:
    """Merge who two customers are today and return the merge's id."""
    today = customers.living(tx, customer_ids=[source, target])
    persons = [person_of(tx, today[one]) for one in (source, target)]
    merge = identity.merge(tx, source=persons[0], target=persons[1], reason="r", key=key, now=NOW)
    settle(tx)
    return merge.id


def _from_scratch(tx: Tx, customer_id: int, brand_id: int) -> Facets:
    if customers.living(tx, customer_ids=[customer_id])[customer_id] != customer_id:
        return Facets()
    family = customers.families(tx, customer_ids=[customer_id])[customer_id]
    said = customers.queries.statements_of(tx, customer_ids=family)
    ranks = customers.queries.trust_of(tx, brand_ids=[brand_id]).get(brand_id, {})
    assert trust_mark(ranks) > 0
    return facets_of(surviving(said, ranks))
