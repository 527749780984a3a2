"""The rules of a partition, one story each."""

import random
from dataclasses import replace

import pytest

from huitong.identity.model import Strength
from huitong.identity.rules.crowds import neighbours_peak
from huitong.identity.rules.default_policy import DEFAULT_POLICY
from huitong.identity.rules.episodes import episode_starts
from huitong.identity.rules.evidence import DAY_SECONDS, Decisions, Rule, Verdict
from huitong.identity.rules.partition import partition
from tests.identity_graph.make import (
    CARD,
    EMAIL,
    JD,
    OPENID,
    OUID,
    PHONE,
    UNIONID,
    Told,
    parts_of,
    persons_of,
)


@pytest.fixture
def told() -> Told:
    return Told()


def test_what_one_record_named_is_one_person_over_all_records(told: Told) -> None:
    phone, shop, card = told.know("phone", PHONE), told.know("shop", OUID), told.know("card", CARD)
    told.tell(phone, shop)
    told.tell(phone, card)
    told.tell(told.know("stranger", PHONE), told.know("other shop", OUID, scope="other"))
    assert told.persons() == persons_of({"phone", "shop", "card"}, {"stranger", "other shop"})
    assert told.partition().verdict_of[phone, shop] is Verdict.JOINED


def test_evidence_that_says_it_again_is_redundant(told: Told) -> None:
    phone, shop, card = told.know("phone", PHONE), told.know("shop", OUID), told.know("card", CARD)
    told.tell(phone, shop, day=1)
    told.tell(shop, card, day=2)
    told.tell(phone, card, day=0)
    assert told.partition().verdict_of == {
        (phone, shop): Verdict.JOINED,
        (shop, card): Verdict.JOINED,
        (phone, card): Verdict.REDUNDANT,
    }


def test_a_phone_with_too_many_neighbours_within_the_window_glues_nobody(told: Told) -> None:
    clerk = told.know("clerk", PHONE)
    for number in range(11):
        told.tell(clerk, told.know(f"card {number}", CARD), day=number)
    found = told.partition()
    assert found.shared == {clerk}
    assert set(found.verdict_of.values()) == {Verdict.SHARED}
    assert len(parts_of(found.label_of)) == 12


def test_as_many_neighbours_over_many_years_are_a_life(told: Told) -> None:
    phone = told.know("phone", PHONE)
    for number in range(11):
        told.tell(phone, told.know(f"shop {number}", OUID, scope=str(number)), day=number * 300)
    assert told.partition().shared == frozenset()
    assert len(parts_of(told.partition().label_of)) == 1


def test_a_blocked_value_proves_nothing(told: Told) -> None:
    junk = told.know("13800138000", PHONE, at_most=Strength.NEVER)
    told.tell(junk, told.know("here", OUID))
    told.tell(junk, told.know("there", OUID, scope="there"))
    assert told.persons() == persons_of({"13800138000"}, {"here"}, {"there"})
    assert set(told.partition().verdict_of.values()) == {Verdict.BLOCKED}


def test_a_number_given_to_somebody_else_after_silence_joins_nobody_across_it(told: Told) -> None:
    phone = told.know("phone", PHONE)
    old_shop, old_app = told.know("old shop", OUID), told.know("old app", OPENID)
    new_shop, new_app = told.know("new shop", JD), told.know("new app", OPENID, scope="new")
    told.tell(phone, old_shop, day=0, until=10)
    told.tell(phone, old_app, day=20)
    told.tell(phone, new_shop, day=1116)
    told.tell(phone, new_app, day=1120)
    assert told.persons() == persons_of({"old shop", "old app"}, {"phone", "new shop", "new app"})
    verdicts = told.partition().verdict_of
    assert verdicts[phone, old_app] is Verdict.EXPIRED
    assert verdicts[phone, new_app] is Verdict.JOINED


def test_silence_as_long_as_the_limit_ends_nothing(told: Told) -> None:
    phone = told.know("phone", PHONE)
    told.tell(phone, told.know("shop", OUID), day=20)
    told.tell(phone, told.know("app", JD), day=1115)
    assert told.persons() == persons_of({"phone", "shop", "app"})


def test_somebody_on_both_sides_of_a_silence_kept_the_number(told: Told) -> None:
    phone, shop, app = told.know("phone", PHONE), told.know("shop", OUID), told.know("app", JD)
    told.tell(phone, shop, day=0)
    told.tell(phone, app, day=5000)
    told.tell(phone, shop, day=5000)
    assert told.persons() == persons_of({"phone", "shop", "app"})


def test_a_second_account_in_one_shop_waits_for_an_operator(told: Told) -> None:
    phone = told.know("phone", PHONE)
    mother, daughter = told.know("mother", OUID, scope="s"), told.know("daughter", OUID, scope="s")
    told.tell(phone, daughter, day=2)
    told.tell(phone, mother, day=1)
    assert told.persons() == persons_of({"phone", "mother"}, {"daughter"})
    assert told.partition().verdict_of[phone, daughter] is Verdict.HELD
    assert told.partition().rule_of == {(phone, daughter): Rule.LIVING_MAX}
    accepted = Decisions(accepted=frozenset({(phone, daughter)}))
    assert told.persons(decisions=accepted) == persons_of({"phone", "mother", "daughter"})
    assert told.partition(decisions=accepted).rule_of == {}


def test_verified_evidence_is_believed_before_older_evidence(told: Told) -> None:
    phone = told.know("phone", PHONE)
    told.tell(phone, told.know("typed in", OUID, scope="s"), day=1)
    told.tell(phone, told.know("checked", OUID, scope="s"), day=9, verified=(True, True))
    assert told.persons() == persons_of({"phone", "checked"}, {"typed in"})


def test_a_number_that_is_somebody_else_s_today_counts_for_no_limit(told: Told) -> None:
    only_one = replace(DEFAULT_POLICY.kinds[PHONE], living_max=1)
    policy = replace(DEFAULT_POLICY, kinds={**DEFAULT_POLICY.kinds, PHONE: only_one})
    card, mine = told.know("card", CARD), told.know("my number", PHONE)
    given_up = told.know("given up", PHONE)
    told.tell(given_up, card, day=0)
    told.tell(given_up, told.know("stranger", JD), day=1200)
    told.tell(mine, card, day=10)
    assert told.persons(policy) == persons_of({"card", "my number"}, {"given up", "stranger"})


def test_two_phones_at_once_are_two_persons_but_one_after_the_other_is_a_new_number(
    told: Told,
) -> None:
    one_at_once = replace(DEFAULT_POLICY.kinds[PHONE], living_max=1, living_days=0)
    policy = replace(DEFAULT_POLICY, kinds={**DEFAULT_POLICY.kinds, PHONE: one_at_once})
    shop, app = told.know("shop", OUID), told.know("app", JD)
    told.tell(shop, told.know("old number", PHONE), day=0, until=99)
    told.tell(shop, told.know("new number", PHONE), day=100, until=200)
    told.tell(app, told.know("own number", PHONE), day=0, until=99)
    told.tell(app, told.know("mother's number", PHONE), day=99, until=200)
    assert told.persons(policy) == persons_of(
        {"shop", "old number", "new number"}, {"app", "own number"}, {"mother's number"}
    )


def test_a_person_has_no_more_identifiers_than_the_limit(told: Told) -> None:
    policy = replace(DEFAULT_POLICY, person_identifiers_max=3)
    card = told.know("card", CARD)
    for number in range(4):
        told.tell(card, told.know(f"app {number}", OPENID, scope=str(number)), day=number)
    assert told.persons(policy) == persons_of({"card", "app 0", "app 1"}, {"app 2"}, {"app 3"})
    assert set(told.partition(policy).rule_of.values()) == {Rule.PERSON_IDENTIFIERS_MAX}


def test_a_rejected_pair_is_kept_apart_by_every_way(told: Told) -> None:
    one, other = told.know("one", CARD), told.know("other", JD)
    phone = told.know("phone", PHONE)
    told.tell(one, phone, day=1)
    told.tell(other, phone, day=2)
    told.tell(one, other, day=3)
    rejected = Decisions(rejected=frozenset({(one, other)}))
    assert told.persons(decisions=rejected) == persons_of({"one"}, {"phone", "other"})
    verdicts = told.partition(decisions=rejected).verdict_of
    assert verdicts[one, other] is Verdict.REJECTED
    assert verdicts[one, phone] is Verdict.HELD


def test_an_accepted_pair_needs_no_evidence_but_gives_way_to_a_rejected_one(told: Told) -> None:
    one, other = told.know("one", CARD), told.know("other", JD)
    pair = frozenset({(one, other)})
    assert told.persons(decisions=Decisions(accepted=pair)) == persons_of({"one", "other"})
    both = Decisions(accepted=pair, rejected=pair)
    assert told.persons(decisions=both) == persons_of({"one"}, {"other"})


def test_an_unverified_address_follows_who_named_it_first_and_merges_nobody(told: Told) -> None:
    address = told.know("address", EMAIL)
    first, second = told.know("first", PHONE), told.know("second", PHONE)
    told.tell(second, address, day=5)
    told.tell(first, address, day=4)
    assert told.persons() == persons_of({"first", "address"}, {"second"})
    assert told.partition().verdict_of[address, first] is Verdict.FOLLOWS
    assert told.partition().verdict_of[address, second] is Verdict.SUGGESTS


def test_an_address_that_is_verified_later_belongs_to_who_proved_it(told: Told) -> None:
    address = told.know("address", EMAIL)
    first, second = told.know("first", PHONE), told.know("second", PHONE)
    told.tell(first, address, day=4)
    told.tell(second, address, day=5, verified=(False, True))
    assert told.persons() == persons_of({"first"}, {"second", "address"})


def test_a_household_with_two_wechats_on_one_phone_is_two_persons(told: Told) -> None:
    phone, own = told.know("phone", PHONE), told.know("own phone", PHONE)
    mother, daughter = told.know("mother", UNIONID), told.know("daughter", UNIONID)
    told.tell(phone, mother, day=1)
    told.tell(phone, daughter, day=2)
    told.tell(own, daughter, day=3)
    assert told.persons() == persons_of({"phone", "mother"}, {"own phone", "daughter"})


def test_the_order_in_which_evidence_comes_does_not_matter(told: Told) -> None:
    chance = random.Random(7)
    known = [told.know(f"phone {number}", PHONE) for number in range(6)]
    known += [told.know(f"card {number}", CARD, scope="b") for number in range(6)]
    known += [told.know(f"mail {number}", EMAIL) for number in range(3)]
    for _ in range(30):
        one, other = chance.sample(known, 2)
        told.tell(one, other, day=chance.randrange(4000), verified=(True, chance.random() < 0.5))
    wanted = told.partition()
    for _ in range(20):
        chance.shuffle(told.evidence)
        assert told.partition() == wanted


def test_known_to_be_shared_needs_no_evidence() -> None:
    told = Told()
    clerk, card = told.know("clerk", PHONE), told.know("card", CARD)
    told.tell(clerk, card)
    told.identifiers[clerk] = told.identifiers[clerk]._replace(is_shared=True)
    assert told.persons() == persons_of({"clerk"}, {"card"})


def test_neighbours_count_while_a_window_sees_them() -> None:
    days = [(0, 0), (30, 30), (31, 31)]
    spans = [(first * DAY_SECONDS, last * DAY_SECONDS) for first, last in days]
    assert neighbours_peak(spans, window_days=30) == 2
    assert neighbours_peak(spans, window_days=31) == 3


def test_episodes_begin_after_more_silence_than_the_limit() -> None:
    days = [(0, 100), (50, 60), (130, 140), (171, 171)]
    spans = [(first * DAY_SECONDS, last * DAY_SECONDS) for first, last in days]
    assert episode_starts(spans, expires_after_days=30) == [0, 171 * DAY_SECONDS]


def test_nothing_told_is_nobody() -> None:
    assert partition([], {}, DEFAULT_POLICY).label_of == {}
