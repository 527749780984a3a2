"""The gate: nothing goes out without a yes, the newest word leads, and a split gives words back."""

from datetime import datetime, timedelta

import pytest

from huitong import customers, identity
from huitong.channels.model import RecordKind
from huitong.customers.model import (
    ConsentAction,
    ConsentStatement,
    Permitted,
    PolicyVersionTaken,
    Purpose,
)
from huitong.entry import wiring
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Refused
from tests.rights.make import ANNA, BERTA, NOW, Shop, member, order

GIVEN, WITHDRAWN = ConsentAction.GIVEN, ConsentAction.WITHDRAWN
OPEN = "open"
LONG_AGO = NOW - timedelta(days=400)


@pytest.fixture
def anna(shop: Shop) -> int:
    """Return Anna, a member who was never asked anything; the policies of 2025 are in effect."""
    shop.tell(RecordKind.MEMBER, member("M-1", ANNA), member("M-2", BERTA))
    with shop.tx() as tx:
        for purpose in Purpose:
            customers.put_consent_policy(
                tx,
                brand_id=shop.brand.id,
                purpose=purpose,
                version="2025",
                content=f"We use your data for {purpose}.",
                effective_from=LONG_AGO,
                actor="test",
                now=NOW,
            )
        return shop.known(tx, ANNA)


def day(number: int) -> datetime:
    return NOW - timedelta(days=100 - number)


def say(
    tx: Tx,
    customer_id: int,
    action: ConsentAction,
    at: datetime,
    *,
    purpose: Purpose = Purpose.MARKETING,
    channel: str | None = None,
    version: str = "2025",
    key: str | None = None,
) -> Ok[int] | Refused:
    statement = ConsentStatement(
        customer_id, purpose, action, at, key or f"{at}{purpose}{channel}{action}", channel, version
    )
    (answer,) = customers.state_consents(tx, [statement], now=NOW)
    return answer


def ask(
    tx: Tx, customer_id: int, *, purpose: Purpose = Purpose.MARKETING, channel: str | None = None
) -> str:
    (answer,) = customers.may(tx, [customer_id], purpose=purpose, channel=channel, now=NOW)
    return OPEN if isinstance(answer, Ok) else answer.code.removeprefix("customers.")


class TestGate:
    def test_without_a_word_only_the_service_of_a_membership_is_open(
        self, shop: Shop, anna: int
    ) -> None:
        shop.tell(RecordKind.ORDER, order("O-1", 10, "13600001111"))
        with shop.tx() as tx:
            answers = {purpose: ask(tx, anna, purpose=purpose) for purpose in Purpose}
            buyer = shop.known(tx, "13600001111")
            assert ask(tx, buyer, purpose=Purpose.SERVICE) == "no_consent"
        assert answers == {
            Purpose.SERVICE: OPEN,
            Purpose.MARKETING: "no_consent",
            Purpose.PROFILING: "no_consent",
            Purpose.SHARING: "no_consent",
        }

    def test_the_newest_word_of_the_world_leads_however_late_it_comes(
        self, shop: Shop, anna: int
    ) -> None:
        with shop.tx() as tx:
            say(tx, anna, WITHDRAWN, day(20))
            say(tx, anna, GIVEN, day(10))
            assert ask(tx, anna) == "consent_withdrawn"
            say(tx, anna, GIVEN, day(30))
            assert ask(tx, anna) == OPEN

    def test_at_one_instant_the_no_leads(self, shop: Shop, anna: int) -> None:
        with shop.tx() as tx:
            say(tx, anna, GIVEN, day(10))
            say(tx, anna, WITHDRAWN, day(10))
            assert ask(tx, anna) == "consent_withdrawn"

    def test_a_yes_to_one_channel_opens_that_channel_alone(self, shop: Shop, anna: int) -> None:
        with shop.tx() as tx:
            say(tx, anna, GIVEN, day(10), channel="sms")
            assert ask(tx, anna, channel="sms") == OPEN
            assert ask(tx, anna, channel="email") == "no_consent"
            assert ask(tx, anna) == "no_consent"

    def test_a_no_to_one_channel_outlives_a_later_yes_to_all(self, shop: Shop, anna: int) -> None:
        with shop.tx() as tx:
            say(tx, anna, WITHDRAWN, day(10), channel="sms")
            say(tx, anna, GIVEN, day(20))
            assert ask(tx, anna, channel="sms") == "consent_withdrawn"
            assert ask(tx, anna, channel="email") == OPEN

    def test_a_later_no_to_all_ends_the_yes_to_one_channel(self, shop: Shop, anna: int) -> None:
        with shop.tx() as tx:
            say(tx, anna, GIVEN, day(10), channel="sms")
            say(tx, anna, WITHDRAWN, day(20))
            assert ask(tx, anna, channel="sms") == "consent_withdrawn"

    def test_it_names_the_policy_that_opened_it(self, shop: Shop, anna: int) -> None:
        with shop.tx() as tx:
            say(tx, anna, GIVEN, day(10))
            (answer,) = customers.may(tx, [anna], purpose=Purpose.MARKETING, now=NOW)
        assert answer == Ok(Permitted(anna, "2025", day(10)))

    def test_it_answers_in_order_and_refuses_who_is_not_there(self, shop: Shop, anna: int) -> None:
        with shop.tx() as tx:
            berta = shop.known(tx, BERTA)
            say(tx, anna, GIVEN, day(10))
            answers = customers.may(tx, [berta, anna, 17], purpose=Purpose.MARKETING, now=NOW)
        codes = [one.code if isinstance(one, Refused) else OPEN for one in answers]
        assert codes == ["customers.no_consent", OPEN, "customers.not_found"]

    def test_it_takes_as_many_statements_for_many_as_for_one(self, shop: Shop, anna: int) -> None:
        with shop.tx() as tx:
            berta = shop.known(tx, BERTA)
            counts = []
            for asked in ([anna], [anna, berta] * 50):
                before = tx.statements
                customers.may(tx, asked, purpose=Purpose.SHARING, now=NOW)
                counts.append(tx.statements - before)
        assert counts[0] == counts[1]

    def test_an_erased_person_is_reached_for_nothing(self, shop: Shop, anna: int) -> None:
        with shop.tx() as tx:
            say(tx, anna, GIVEN, day(10))
            wiring.erase_person(tx, shop.person(tx, ANNA), now=NOW)
            assert {ask(tx, anna, purpose=purpose) for purpose in Purpose} == {"erased"}


class TestStatements:
    def test_a_repeat_is_answered_and_another_under_its_key_refused(
        self, shop: Shop, anna: int
    ) -> None:
        with shop.tx() as tx:
            first = say(tx, anna, GIVEN, day(10), key="k")
            assert say(tx, anna, GIVEN, day(10), key="k") == first
            other = say(tx, anna, WITHDRAWN, day(11), key="k")
        assert isinstance(other, Refused)
        assert other.code == "customers.statement_key_used"

    @pytest.mark.parametrize(
        "at, version, code",
        [
            (NOW + timedelta(minutes=1), "2025", "customers.statement_of_future"),
            (day(10), "2031", "customers.policy_unknown"),
            (LONG_AGO - timedelta(days=1), "2025", "customers.policy_unknown"),
        ],
    )
    def test_what_cannot_have_been_said_is_refused(
        self, shop: Shop, anna: int, at: datetime, version: str, code: str
    ) -> None:
        with shop.tx() as tx:
            answer = say(tx, anna, GIVEN, at, version=version)
        assert isinstance(answer, Refused)
        assert answer.code == code

    def test_a_withdrawal_needs_no_policy(self, shop: Shop, anna: int) -> None:
        with shop.tx() as tx:
            assert isinstance(say(tx, anna, WITHDRAWN, day(10), version=""), Ok)

    def test_a_version_of_a_policy_never_changes(self, shop: Shop, anna: int) -> None:
        assert anna
        with pytest.raises(PolicyVersionTaken), shop.tx() as tx:
            customers.put_consent_policy(
                tx,
                brand_id=shop.brand.id,
                purpose=Purpose.MARKETING,
                version="2025",
                content="Other words.",
                effective_from=LONG_AGO,
                actor="test",
                now=NOW,
            )


class TestMergeAndSplit:
    def test_the_family_answers_with_its_newest_word_and_a_split_with_each_own(
        self, shop: Shop, anna: int
    ) -> None:
        with shop.tx() as tx:
            berta = shop.known(tx, BERTA)
            say(tx, anna, GIVEN, day(10))
            say(tx, berta, WITHDRAWN, day(20))
            merge = identity.merge(
                tx,
                source=shop.person(tx, BERTA),
                target=shop.person(tx, ANNA),
                reason="one",
                key="m",
                now=NOW,
            )
            tx.settle()
            assert [ask(tx, one) for one in (anna, berta)] == ["consent_withdrawn"] * 2
            identity.split(tx, merge.id, now=NOW)
            tx.settle()
            assert [ask(tx, one) for one in (anna, berta)] == [OPEN, "consent_withdrawn"]

    def test_what_came_under_her_identifier_while_merged_is_hers_after_the_split(
        self, shop: Shop, anna: int
    ) -> None:
        with shop.tx() as tx:
            berta = shop.known(tx, BERTA)
            merge = identity.merge(
                tx,
                source=shop.person(tx, BERTA),
                target=shop.person(tx, ANNA),
                reason="one",
                key="m",
                now=NOW,
            )
        given = {
            "purpose": "marketing",
            "policy_version": "2025",
            "given_at": "2026-02-20T10:00:00+08:00",
        }
        newer = "2026-02-21T00:00:00+08:00"
        shop.tell(RecordKind.MEMBER, member("M-2", BERTA, consents=[given], updated_at=newer))
        with shop.tx() as tx:
            assert [ask(tx, one) for one in (anna, berta)] == [OPEN, OPEN]
            identity.split(tx, merge.id, now=NOW)
            tx.settle()
            assert [ask(tx, one) for one in (anna, berta)] == ["no_consent", OPEN]
