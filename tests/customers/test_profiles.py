"""What a customer is like: the most trusted source leads, then the newest, people over all."""

from datetime import timedelta

from huitong import customers, identity, org
from huitong.customers.model import Correction, TrustedSource
from huitong.org.model import ChannelAccount
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused
from tests.customers.test_operations import (
    ANNA,
    BERTA,
    LATER,
    customer_of,
    merged,
    settle,
    shown,
    take,
)
from tests.identity.make import NOW, make_account, member_of, phone


def correction(
    customer_id: int,
    *,
    city: str | None = None,
    cleared: tuple[str, ...] = (),
    key: str | None = None,
) -> Correction:
    return Correction(
        customer_id=customer_id,
        actor="manager",
        reason="she told us",
        city=city,
        cleared=cleared,
        key=key,
    )


def city_of(tx: Tx, customer_id: int) -> str | None:
    return shown(tx, customer_id).city


def other_account(tx: Tx) -> ChannelAccount:
    made = org.set_up(tx, name="Group", brand="brand", accounts=[("tmall", "shop")], now=NOW)
    return made.accounts[0]


class TestSurvivorship:
    def test_a_trusted_source_leads_over_a_newer_one(self, tx: Tx) -> None:
        till = make_account(tx)
        shop = other_account(tx)
        customers.trust_sources(
            tx,
            [TrustedSource("city", "pos", 10)],
            brand_id=till.brand_id,
            actor="manager",
            now=NOW,
        )
        take(tx, till, member_of(phone(ANNA), city="杭州", name="旧名", updated_at=NOW))
        take(tx, shop, member_of(phone(ANNA), city="上海", name="新名", updated_at=LATER))
        customer = customer_of(tx, till, phone(ANNA))
        one = shown(tx, customer)
        assert (one.city, one.name) == ("杭州", "新**")
        led = {
            field.field: field.source
            for field in customers.fields_of(tx, customer_id=customer, brand_id=till.brand_id)
        }
        assert (led["city"], led["name"]) == ("pos", "tmall")

    def test_the_order_of_arrival_does_not_matter(self, tx: Tx) -> None:
        till, shop = make_account(tx), other_account(tx)
        take(tx, shop, member_of(phone(ANNA), city="上海", updated_at=LATER))
        take(tx, till, member_of(phone(ANNA), city="杭州", name="安娜", updated_at=NOW))
        one = shown(tx, customer_of(tx, till, phone(ANNA)))
        assert (one.city, one.name) == ("上海", "安**")

    def test_a_newer_statement_of_the_same_source_takes_the_older_ones_place(self, tx: Tx) -> None:
        till = make_account(tx)
        take(tx, till, member_of(phone(ANNA), city="杭州", updated_at=NOW))
        take(tx, till, member_of(phone(ANNA), city="上海", name="安娜", updated_at=LATER))
        customer = customer_of(tx, till, phone(ANNA))
        history = customers.profile_history(tx, customer_id=customer)
        assert [(one.fields, one.counts) for one in history] == [
            (("city",), False),
            (("city", "name"), True),
        ]


class TestCorrect:
    def test_a_correction_leads_until_it_is_withdrawn(self, tx: Tx) -> None:
        till = make_account(tx)
        customer = customer_of(tx, till, phone(ANNA))
        take(tx, till, member_of(phone(ANNA), city="杭州", updated_at=NOW))
        (done,) = customers.correct(tx, [correction(customer, city="苏州")], now=NOW)
        assert isinstance(done, Ok)
        take(tx, till, member_of(phone(ANNA), city="上海", updated_at=LATER))
        assert city_of(tx, customer) == "苏州"
        statement = done.value["statement_id"]
        results = [
            customers.withdraw_corrections(tx, [statement], actor="manager", now=LATER)[0]
            for _ in range(2)
        ]
        assert [type(one) for one in results] == [Ok, Refused]
        assert city_of(tx, customer) == "上海"

    def test_a_correction_can_say_that_nothing_is_known(self, tx: Tx) -> None:
        till = make_account(tx)
        take(tx, till, member_of(phone(ANNA), city="杭州", updated_at=NOW))
        customer = customer_of(tx, till, phone(ANNA))
        customers.correct(tx, [correction(customer, cleared=("city",))], now=NOW)
        assert city_of(tx, customer) is None

    def test_a_key_answers_once(self, tx: Tx) -> None:
        till = make_account(tx)
        customer = customer_of(tx, till, phone(ANNA))
        asked = correction(customer, city="苏州", key="k1")
        first = customers.correct(tx, [asked, asked], now=NOW)
        again = customers.correct(tx, [asked], now=LATER)
        other = customers.correct(tx, [correction(customer, city="无锡", key="k1")], now=LATER)
        assert first[0] == first[1] == again[0]
        assert isinstance(other[0], Refused)
        assert city_of(tx, customer) == "苏州"

    def test_a_refused_key_is_free(self, tx: Tx) -> None:
        till = make_account(tx)
        customer = customer_of(tx, till, phone(ANNA))
        (refused,) = customers.correct(tx, [correction(1, city="苏州", key="k1")], now=NOW)
        (done,) = customers.correct(tx, [correction(customer, city="苏州", key="k1")], now=NOW)
        assert isinstance(refused, Refused)
        assert isinstance(done, Ok)


class TestMergeAndSplit:
    def test_after_a_split_each_is_what_came_under_their_own_identifiers(self, tx: Tx) -> None:
        till = make_account(tx)
        take(tx, till, member_of(phone(ANNA), name="安娜", city="杭州", updated_at=NOW))
        take(tx, till, member_of(phone(BERTA), name="贝塔", city="上海", updated_at=LATER))
        anna, berta = (customer_of(tx, till, phone(number)) for number in (ANNA, BERTA))
        merge = merged(tx, till, source=BERTA, target=ANNA)
        assert shown(tx, anna).name == "贝**"
        much_later = LATER + timedelta(days=1)
        take(tx, till, member_of(phone(BERTA), city="北京", updated_at=much_later))
        assert city_of(tx, anna) == "北京"
        identity.split(tx, merge, now=NOW)
        settle(tx)
        assert (shown(tx, anna).name, city_of(tx, anna)) == ("安**", "杭州")
        assert (shown(tx, berta).name, city_of(tx, berta)) == ("贝**", "北京")

    def test_what_was_given_back_outlives_the_others_erasure(self, tx: Tx) -> None:
        till = make_account(tx)
        anna, berta = (customer_of(tx, till, phone(number)) for number in (ANNA, BERTA))
        merge = merged(tx, till, source=BERTA, target=ANNA)
        take(tx, till, member_of(phone(BERTA), city="北京", updated_at=LATER))
        identity.split(tx, merge, now=NOW)
        settle(tx)
        person = customers.find_customers(tx, customer_ids=[anna])[anna].person_id
        reached = identity.erase(tx, person, now=NOW)
        customers.erase(tx, reached.person_ids, now=NOW)
        assert city_of(tx, berta) == "北京"
