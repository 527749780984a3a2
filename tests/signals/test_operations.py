"""Signals: kept once, of nobody too, theirs when they are known, and back again after a split."""

import pytest

from huitong import customers, signals
from huitong.channels.model import IdentifierKind, Member
from huitong.customers.model import CustomerStatus
from huitong.entry import wiring
from huitong.signals.model import SignalShown
from tests.loyalty.club import DAY, Club
from tests.signals.make import card, make_signal, openid

PAGE_OF_MANY = 120


def who_has(club: Club, value: str, kind: IdentifierKind = IdentifierKind.OPENID) -> int:
    scope = f"{club.account.platform}:{club.account.code}"
    found = customers.find_by_identifier(
        club.tx, brand=club.brand, kind=kind, value=value, scope=scope
    )
    assert found is not None
    return found


def seen(club: Club, customer_id: int) -> list[SignalShown]:
    return signals.timeline(club.tx, customer_id)


class TestApplySignals:
    def test_a_signal_makes_its_sender_an_anonymous_customer(self, club: Club) -> None:
        club.took(make_signal("E1", openid("o-1"), at=club.now, sku="S1"))
        customer_id = who_has(club, "o-1")
        (shown,) = customers.show(club.tx, customer_ids=[customer_id])
        assert shown.status is CustomerStatus.ANONYMOUS
        (signal,) = seen(club, customer_id)
        assert (signal.kind, signal.sku, signal.occurred_at) == ("view", "S1", club.now)

    def test_an_event_told_twice_is_kept_once(self, club: Club) -> None:
        club.took(make_signal("E1", openid("o-1"), at=club.now))
        club.took(make_signal("E1", openid("o-1"), at=club.now - DAY, kind="like"))
        (signal,) = seen(club, who_has(club, "o-1"))
        assert (signal.kind, signal.occurred_at) == ("view", club.now)

    def test_a_signal_of_nobody_stays_and_becomes_theirs_when_told_again(self, club: Club) -> None:
        club.took(make_signal("E1", at=club.now))
        assert club.size("signals.signal WHERE customer_id IS NULL") == 1
        club.took(make_signal("E1", openid("o-1"), at=club.now))
        assert [one.kind for one in seen(club, who_has(club, "o-1"))] == ["view"]
        assert club.size("signals.signal") == 1

    def test_a_signal_of_somebody_never_becomes_somebody_elses(self, club: Club) -> None:
        club.took(make_signal("E1", openid("o-1"), at=club.now))
        club.took(make_signal("E1", openid("o-2"), at=club.now))
        assert len(seen(club, who_has(club, "o-1"))) == 1
        assert not seen(club, who_has(club, "o-2"))

    def test_kinds_that_nobody_has_thought_of_are_taken(self, club: Club) -> None:
        club.took(make_signal("E1", openid("o-1"), at=club.now, kind="danced_in_store"))
        assert seen(club, who_has(club, "o-1"))[0].kind == "danced_in_store"

    def test_a_page_of_many_runs_as_many_statements_as_one_of_few(self, club: Club) -> None:
        def statements(first: int, count: int) -> int:
            before = club.tx.statements
            club.took(
                *(
                    make_signal(f"E{one}", openid(f"o-{one}"), at=club.now)
                    for one in range(first, first + count)
                )
            )
            return club.tx.statements - before

        # COPY takes a few statements more than arrays do, however many rows there are.
        statements(0, PAGE_OF_MANY)
        assert statements(1_000, PAGE_OF_MANY) == statements(2_000, 2 * PAGE_OF_MANY)


class TestLateIdentity:
    def test_what_was_looked_at_before_enrolment_is_the_members(self, club: Club) -> None:
        club.took(make_signal("E1", openid("o-1"), at=club.now - 3 * DAY, kind="view"))
        club.took(make_signal("E2", openid("o-1"), at=club.now - 2 * DAY, kind="add_to_cart"))
        joins = Member(
            member_no="Ann",
            identifiers=(openid("o-1"), card("Ann")),
            enrolled_at=club.now,
        )
        club.enrol("Ann", at=club.now)
        club.took(joins)
        assert [one.kind for one in seen(club, club.customer_id("Ann"))] == ["add_to_cart", "view"]

    def test_a_split_takes_back_what_came_before_and_since(self, club: Club) -> None:
        club.enrol("Ann", "Anna")
        club.took(make_signal("E1", card("Ann"), at=club.now, kind="like"))
        club.took(make_signal("E2", card("Anna"), at=club.now, kind="share"))
        merge = club.merge("Anna", "Ann")
        club.took(make_signal("E3", card("Anna"), at=club.now, kind="visit"))
        assert len(seen(club, club.customer_id("Ann"))) == 3
        club.split(merge)
        assert [one.kind for one in seen(club, club.customer_id("Ann"))] == ["like"]
        assert {one.kind for one in seen(club, club.customer_id("Anna"))} == {"share", "visit"}


class TestFans:
    def status(self, club: Club, customer_id: int) -> CustomerStatus:
        (shown,) = customers.show(club.tx, customer_ids=[customer_id])
        return shown.status

    def test_who_becomes_a_friend_or_joins_a_group_is_a_fan(self, club: Club) -> None:
        club.took(
            make_signal("E1", openid("o-1"), at=club.now, kind="friend_added"),
            make_signal("E2", openid("o-2"), at=club.now, kind="group_joined"),
            make_signal("E3", openid("o-3"), at=club.now, kind="view"),
        )
        found = [self.status(club, who_has(club, f"o-{one}")) for one in (1, 2, 3)]
        fan, anonymous = CustomerStatus.FAN, CustomerStatus.ANONYMOUS
        assert found == [fan, fan, anonymous]

    def test_a_member_stays_one_and_a_fan_can_become_one(self, club: Club) -> None:
        club.enrol("Ann")
        club.took(
            make_signal("E1", card("Ann"), at=club.now, kind="friend_added"),
            make_signal("E2", card("Ben"), at=club.now, kind="friend_added"),
        )
        club.enrol("Ben")
        names = ("Ann", "Ben")
        found = {self.status(club, club.customer_id(name)) for name in names}
        assert found == {CustomerStatus.MEMBER}

    def test_a_split_leaves_each_what_their_own_signals_say(self, club: Club) -> None:
        club.took(make_signal("E1", card("Ann"), at=club.now, kind="view"))
        club.took(make_signal("E2", card("Anna"), at=club.now, kind="friend_added"))
        merge = club.merge("Anna", "Ann")
        assert self.status(club, club.customer_id("Ann")) is CustomerStatus.FAN
        club.split(merge)
        found = [self.status(club, club.customer_id(name)) for name in ("Ann", "Anna")]
        assert found == [CustomerStatus.ANONYMOUS, CustomerStatus.FAN]


class TestErase:
    def test_what_could_name_somebody_goes_and_the_deed_stays(self, club: Club) -> None:
        club.enrol("Ann")
        club.took(make_signal("E1", card("Ann"), at=club.now))
        customer_id = club.customer_id("Ann")
        person_id = customers.find_customers(club.tx, customer_ids=[customer_id])[customer_id]
        receipt = wiring.erase_person(club.tx, person_id.person_id, now=club.now)
        assert receipt["signals"] == 1
        assert club.size("signals.signal WHERE properties IS NULL") == 1


class TestTimeline:
    def test_pages_follow_each_other_without_a_gap(self, club: Club) -> None:
        club.enrol("Ann")
        kinds = ["view", "like", "share", "visit", "review"]
        club.took(*(make_signal(f"E{kind}", card("Ann"), at=club.now, kind=kind) for kind in kinds))
        ann = club.customer_id("Ann")
        first = signals.timeline(club.tx, ann, limit=2)
        last = first[-1]
        rest = signals.timeline(club.tx, ann, before=(last.occurred_at, last.id), limit=10)
        assert sorted(one.kind for one in [*first, *rest]) == sorted(kinds)

    @pytest.mark.parametrize("kinds, expected", [(["like"], ["like"]), (["none"], [])])
    def test_only_the_kinds_asked_for(
        self, club: Club, kinds: list[str], expected: list[str]
    ) -> None:
        club.enrol("Ann")
        club.took(
            make_signal("E1", card("Ann"), at=club.now, kind="like"),
            make_signal("E2", card("Ann"), at=club.now, kind="view"),
        )
        found = signals.timeline(club.tx, club.customer_id("Ann"), kinds=kinds)
        assert [one.kind for one in found] == expected
