"""Opening balances: exactly once, to the point and the fen, correctable until they are frozen."""

from datetime import datetime, timedelta

import pytest

from huitong import ledger, loyalty, org
from huitong.channels.model import Opening, OpeningKind
from huitong.customers import find_customers, may, put_consent_policy, relations_of
from huitong.customers.model import Purpose
from huitong.entry import wiring
from huitong.loyalty.model import Asset, NothingFrozen
from huitong.org.model import NewLegalEntity, NewStaff
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused
from tests.kinds.make import lot, make_opening
from tests.loyalty.club import DAY, HER, HIM, Club, codes, points_and_growth

YEAR = timedelta(days=365)
GROWTH = OpeningKind.GROWTH
TIER = OpeningKind.TIER


@pytest.fixture
def old(club: Club) -> Club:
    """Return the club with two members who come from an older system."""
    club.enrol(HER, HIM)
    return club


def lots_of(club: Club, name: str) -> list[tuple[int, int | None]]:
    """Return what is left of each lot and in how many days it dies, the shortest life first."""
    asset = Asset.POINTS.of_brand(club.brand.id)
    found = ledger.lots(club.tx, club.customer_id(name), asset=asset)
    days = [
        (one.remaining, (one.expires_at - club.now).days if one.expires_at else None)
        for one in found
    ]
    return sorted(days, key=lambda one: (one[1] is None, one[1] or 0))


class TestApplyOpenings:
    def test_lots_keep_their_lives(self, old: Club) -> None:
        old.took(
            make_opening(
                HER, lot(100, until=old.now + DAY), lot(50, until=old.now + YEAR), at=old.now
            )
        )
        assert old.points(HER) == 150
        assert lots_of(old, HER) == [(100, 1), (50, 365)]

    def test_the_statement_says_why(self, old: Club) -> None:
        old.took(make_opening(HER, 100, at=old.now - DAY))
        asset = Asset.POINTS.of_brand(old.brand.id)
        (entry,) = ledger.history(old.tx, old.customer_id(HER), asset=asset).entries
        told = (entry.operation_kind, entry.source_kind, entry.reason, entry.occurred_at)
        assert told == ("opening", "opening", "taken over", old.now - DAY)

    def test_the_same_opening_again_changes_nothing(self, old: Club) -> None:
        for _ in range(3):
            old.took(make_opening(HER, 100, at=old.now))
        assert old.points(HER) == 100
        assert old.size("loyalty.opening") == 1

    def test_two_numbers_are_two_openings(self, old: Club) -> None:
        old.took(make_opening(HER, 100, at=old.now, number="A"))
        old.took(make_opening(HER, 30, at=old.now, number="B"))
        assert old.points(HER) == 130

    def test_one_number_may_stand_for_points_and_for_growth(self, old: Club) -> None:
        old.took(make_opening(HER, 100, at=old.now), make_opening(HER, 70, at=old.now, kind=GROWTH))
        assert (old.points(HER), old.balance(HER, Asset.GROWTH).balance) == (100, 70)

    def test_value_of_a_day_to_come_waits_for_it(self, old: Club) -> None:
        old.took(make_opening(HER, 100, at=old.now + DAY))
        assert (old.balance(HER).pending, old.balance(HER).spendable) == (100, 0)

    def test_growth_moves_the_tier(self, old: Club) -> None:
        old.took(make_opening(HER, 1_000, at=old.now, kind=GROWTH))
        assert old.tier(HER) == "gold"

    def test_stored_value_belongs_to_its_issuer(self, old: Club) -> None:
        (issuer,) = org.put_legal_entities(
            old.tx, [NewLegalEntity(code="cards", name="Cards")], now=old.now
        )
        for kind, amount in (
            (OpeningKind.STORED_PRINCIPAL, 100_00),
            (OpeningKind.STORED_BONUS, 20_00),
        ):
            old.took(make_opening(HER, amount, at=old.now, kind=kind, issuer="cards"))
        her = old.customer_id(HER)
        for asset, amount in (("stored_principal", 100_00), ("stored_bonus", 20_00)):
            (found,) = ledger.balances(old.tx, [her], asset=f"{asset}:{issuer}", now=old.now)
            assert found.spendable == amount
        (kept,) = ledger.lots(old.tx, her, asset=f"stored_principal:{issuer}")
        assert kept.bearer_entity_id == issuer

    @pytest.mark.parametrize(
        "kind, changes, code",
        [
            (OpeningKind.COUPON, {}, "loyalty.opening_not_taken"),
            (OpeningKind.RELATION, {}, "customers.relation_unclear"),
            (OpeningKind.RELATION, {"relation": "bound"}, "customers.relation_unclear"),
            (
                OpeningKind.RELATION,
                {"relation": "bound", "guide": "G9"},
                "customers.relation_to_nobody",
            ),
            (
                OpeningKind.RELATION,
                {"relation": "serving", "store": "S9"},
                "customers.relation_to_nobody",
            ),
            (OpeningKind.CONSENT, {"purpose": "world peace"}, "customers.consent_unclear"),
            (OpeningKind.CONSENT, {"purpose": "marketing"}, "customers.consent_unclear"),
            (OpeningKind.STORED_PRINCIPAL, {}, "loyalty.opening_incomplete"),
            (OpeningKind.STORED_PRINCIPAL, {"issuer": "who"}, "loyalty.issuer_not_found"),
            (OpeningKind.TIER, {}, "loyalty.opening_incomplete"),
            (OpeningKind.TIER, {"tier": "diamond"}, "loyalty.tier_not_found"),
            (OpeningKind.POINTS, {"lines": ()}, "loyalty.opening_incomplete"),
        ],
    )
    def test_what_cannot_be_taken_over_says_why(
        self, old: Club, kind: OpeningKind, changes: dict[str, object], code: str
    ) -> None:
        made = make_opening(HER, 10, at=old.now, kind=kind)
        wanted = made.model_copy(update=changes)
        assert codes(old.take(wanted)) == [code]
        assert old.size("loyalty.opening") == 0

    def test_a_lot_that_ended_before_it_began_is_refused(self, old: Club) -> None:
        wanted = make_opening(HER, lot(5, until=old.now - DAY), at=old.now)
        assert codes(old.take(wanted)) == ["loyalty.opening_outlived"]

    def test_whoever_is_no_member_is_told_to_come_first_and_holds_up_nobody(
        self, old: Club
    ) -> None:
        outcomes = old.take(
            make_opening("stranger", 10, at=old.now), make_opening(HER, 10, at=old.now)
        )
        assert codes(outcomes) == ["loyalty.opening_of_no_member", "ok"]
        assert old.points(HER) == 10
        old.enrol("stranger")
        old.took(make_opening("stranger", 10, at=old.now))
        assert old.points("stranger") == 10


class TestCorrection:
    def test_a_newer_version_posts_the_difference(self, old: Club) -> None:
        old.took(make_opening(HER, 100, at=old.now))
        old.took(make_opening(HER, 130, at=old.now))
        old.took(make_opening(HER, 90, at=old.now))
        asset = Asset.POINTS.of_brand(old.brand.id)
        entries = ledger.history(old.tx, old.customer_id(HER), asset=asset).entries
        assert [one.amount for one in entries] == [-40, 30, 100]
        assert old.points(HER) == 90

    def test_a_corrected_life_keeps_the_balance(self, old: Club) -> None:
        old.took(make_opening(HER, lot(100, until=old.now + DAY), at=old.now))
        assert isinstance(old.spend(HER, 30), object)
        old.took(make_opening(HER, lot(100, until=old.now + YEAR), at=old.now))
        assert (old.points(HER), old.balance(HER).debt) == (70, 0)
        assert lots_of(old, HER) == [(70, 365)]

    def test_what_was_spent_meanwhile_is_owed_when_nothing_is_left(self, old: Club) -> None:
        old.took(make_opening(HER, 100, at=old.now))
        old.spend(HER, 60)
        old.took(make_opening(HER, 0, at=old.now))
        assert (old.points(HER), old.balance(HER).debt) == (0, 60)
        old.took(make_opening(HER, 80, at=old.now))
        assert (old.points(HER), old.balance(HER).debt) == (20, 0)

    def test_another_customer_under_the_same_number_is_refused(self, old: Club) -> None:
        old.took(make_opening(HER, 100, at=old.now, number="7"))
        assert codes(old.take(make_opening(HIM, 100, at=old.now, number="7"))) == [
            "loyalty.opening_moved"
        ]
        assert (old.points(HER), old.points(HIM)) == (100, 0)

    def test_fewer_growth_lowers_the_tier_again(self, old: Club) -> None:
        old.took(make_opening(HER, 1_000, at=old.now, kind=GROWTH))
        old.took(make_opening(HER, 120, at=old.now, kind=GROWTH))
        assert old.tier(HER) == "silver"


class TestTiers:
    def test_a_tier_is_kept_for_its_time_whatever_the_growth_says(self, old: Club) -> None:
        old.took(make_opening(HER, at=old.now, kind=TIER, tier="gold", valid_until=old.now + DAY))
        assert old.tier(HER) == "gold"
        old.took(old.buys(HER, "O1", 150))
        assert old.tier(HER) == "gold"
        old.now += 2 * DAY
        old.took(old.buys(HER, "O2", 10))
        assert old.tier(HER) == "silver"

    def test_a_tier_below_what_growth_reaches_lowers_nothing(self, old: Club) -> None:
        old.took(old.buys(HER, "O1", 150))
        old.took(make_opening(HER, at=old.now, kind=TIER, tier="bronze"))
        assert old.tier(HER) == "silver"

    def test_tiers_come_before_the_programme_takes_effect(self, tx: Tx, now: datetime) -> None:
        org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "tills")], now=now)
        club = Club(tx, now)
        club.begin(points_and_growth(), at=now + DAY)
        club.enrol(HER)
        club.took(make_opening(HER, at=now, kind=TIER, tier="gold"))
        assert club.tier(HER) == "gold"


class TestCutOver:
    def freeze(self, club: Club, *kinds: OpeningKind) -> None:
        loyalty.freeze_openings(
            club.tx,
            brand_id=club.brand.id,
            kinds=kinds,
            actor="lead",
            reason="cut over",
            now=club.now,
        )

    def unfreeze(self, club: Club, *kinds: OpeningKind) -> None:
        loyalty.unfreeze_openings(
            club.tx,
            brand_id=club.brand.id,
            kinds=kinds,
            actor="lead",
            reason="not yet",
            now=club.now,
        )

    def test_after_the_freeze_a_new_opening_and_a_correction_are_refused(self, old: Club) -> None:
        old.took(make_opening(HER, 100, at=old.now))
        self.freeze(old, OpeningKind.POINTS)
        (new,) = old.take(make_opening(HIM, 50, at=old.now))
        (corrected,) = old.take(make_opening(HER, 90, at=old.now))
        assert codes([new, corrected]) == ["loyalty.openings_frozen"] * 2
        assert isinstance(new, Refused)
        assert "unfreeze" in new.reason
        assert (old.points(HER), old.points(HIM)) == (100, 0)

    def test_other_kinds_go_on(self, old: Club) -> None:
        self.freeze(old, OpeningKind.POINTS)
        old.took(make_opening(HER, 10, at=old.now, kind=GROWTH))
        assert old.balance(HER, Asset.GROWTH).balance == 10

    def test_unfreezing_is_written_down_and_opens_the_door_again(self, old: Club) -> None:
        self.freeze(old, OpeningKind.POINTS)
        old.now += DAY
        self.unfreeze(old, OpeningKind.POINTS)
        old.took(make_opening(HER, 100, at=old.now))
        assert old.points(HER) == 100
        journal = loyalty.cut_over_history(old.tx, brand_id=old.brand.id)
        assert [(one.is_frozen, one.reason) for one in journal] == [
            (False, "not yet"),
            (True, "cut over"),
        ]

    def test_freezing_twice_keeps_the_first_word(self, old: Club) -> None:
        self.freeze(old, OpeningKind.POINTS)
        old.now += DAY
        self.freeze(old, OpeningKind.POINTS)
        (word,) = loyalty.cut_overs(old.tx, brand_id=old.brand.id)
        assert word.changed_at == old.now - DAY

    def test_what_is_not_frozen_cannot_be_unfrozen(self, old: Club) -> None:
        with pytest.raises(NothingFrozen):
            self.unfreeze(old, OpeningKind.POINTS)


class TestRelationsAndConsents:
    def test_who_serves_whom_is_taken_over_once_and_protected(self, old: Club) -> None:
        (guide,) = org.put_staff(old.tx, [NewStaff(code="G1")], now=old.now)
        wanted = make_opening(
            HER,
            at=old.now - DAY,
            kind=OpeningKind.RELATION,
            relation="bound",
            guide="G1",
            valid_until=old.now + DAY,
        )
        old.took(wanted)
        old.took(wanted)
        her = old.customer_id(HER)
        (found,) = relations_of(old.tx, customer_ids=[her])[her]
        assert (found.staff_id, found.valid_from, found.lock_until) == (
            guide,
            old.now - DAY,
            old.now + DAY,
        )

    def test_a_consent_opens_the_gate(self, old: Club) -> None:
        say_what_is_agreed_to(old)
        assert not may_write_to(old, HER)
        old.took(consent_of(old, HER))
        assert may_write_to(old, HER)


def say_what_is_agreed_to(club: Club) -> None:
    put_consent_policy(
        club.tx,
        brand_id=club.brand.id,
        purpose=Purpose.MARKETING,
        version="v1",
        content="We may write to you.",
        effective_from=club.now - 9 * DAY,
        actor="test",
        now=club.now,
    )


def consent_of(club: Club, name: str) -> Opening:
    return make_opening(
        name,
        at=club.now - DAY,
        kind=OpeningKind.CONSENT,
        purpose="marketing.sms",
        policy_version="v1",
    )


def may_write_to(club: Club, name: str) -> bool:
    purpose, of = Purpose.MARKETING, [club.customer_id(name)]
    (answer,) = may(club.tx, of, purpose=purpose, channel="sms", now=club.now)
    return isinstance(answer, Ok)


class TestPeople:
    def test_a_consent_that_came_under_ones_card_while_merged_goes_with_the_card(
        self, old: Club
    ) -> None:
        say_what_is_agreed_to(old)
        merge = old.merge(HIM, HER)
        old.took(consent_of(old, HIM))
        assert may_write_to(old, HER)
        old.split(merge)
        assert [may_write_to(old, one) for one in (HER, HIM)] == [False, True]

    def test_a_merge_brings_the_openings_together_and_a_split_parts_them(self, old: Club) -> None:
        old.took(make_opening(HER, 100, at=old.now), make_opening(HIM, 40, at=old.now))
        merge = old.merge(HIM, HER)
        assert old.points(HER) == 140
        old.took(make_opening(HIM, 55, at=old.now))
        assert old.points(HER) == 155
        old.split(merge)
        assert (old.points(HER), old.points(HIM)) == (100, 55)
        old.took(make_opening(HIM, 20, at=old.now))
        assert (old.points(HER), old.points(HIM)) == (100, 20)

    def test_what_came_under_ones_card_while_merged_goes_with_the_card(self, old: Club) -> None:
        merge = old.merge(HIM, HER)
        old.took(make_opening(HIM, 40, at=old.now))
        old.split(merge)
        assert (old.points(HER), old.points(HIM)) == (0, 40)

    def test_a_brought_tier_goes_with_the_merge_and_comes_back(self, old: Club) -> None:
        old.took(make_opening(HIM, at=old.now, kind=TIER, tier="gold"))
        merge = old.merge(HIM, HER)
        assert old.tier(HER) == "gold"
        old.split(merge)
        assert (old.tier(HER), old.tier(HIM)) == ("bronze", "gold")

    def test_an_erasure_forgets_the_key_and_the_reason_and_keeps_the_value(self, old: Club) -> None:
        old.took(make_opening(HER, 100, at=old.now))
        her = old.customer_id(HER)
        person = find_customers(old.tx, customer_ids=[her])[her].person_id
        wiring.erase_person(old.tx, person, now=old.now)
        forgotten = "loyalty.opening WHERE key_digest IS NULL AND reason IS NULL"
        assert old.size(forgotten) == 1
        (found,) = ledger.balances(
            old.tx, [her], asset=Asset.POINTS.of_brand(old.brand.id), now=old.now
        )
        assert found.balance == 100


def test_a_page_of_many_runs_as_many_statements_as_one_of_few(club: Club) -> None:
    club.begin(points_and_growth(), at=club.now)
    people = [f"P{number}" for number in range(360)]
    club.enrol(*people)

    def statements(names: list[str]) -> int:
        before = club.tx.statements
        club.took(*(make_opening(name, 10, 20, at=club.now) for name in names))
        return club.tx.statements - before

    statements(people[:60])
    few, many = statements(people[60:120]), statements(people[120:360])
    # A block of ids may have to be leased on the way.
    assert many <= few + 1
