"""The two verbs of the whole platform: what is one person's moves with them, and is forgotten."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from huitong import customers, identity, ledger, loyalty, org
from huitong.channels.connectors.push import Summary, push
from huitong.channels.model import IdentifierKind, RecordKind
from huitong.channels.operations import Feed
from huitong.channels.queries import bodies
from huitong.customers.model import CustomerShown
from huitong.entry import wiring
from huitong.entry.cli.records import ImportKind
from huitong.loyalty.model import Programme
from huitong.org.model import Brand, ChannelAccount
from huitong.platform import crypto
from huitong.platform.crypto import Keyring
from huitong.platform.db import Database, Role, Scope, Tx
from tests.entry.make import PROGRAMME, lines_of, member, order

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HER_PHONE, HER_OTHER_PHONE = "13800005678", "13900001234"


class Club:
    """A brand with a programme, and what a test does with it."""

    def __init__(self, database: Database, group_id: int) -> None:
        self.database = database
        self.scope = Scope(group_id)
        with self.tx() as tx:
            made = org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "tills")], now=NOW)
            self.brand: Brand = made.brand
            self.account: ChannelAccount = made.accounts[0]
            loyalty.apply_programme(
                tx,
                brand_id=made.brand.id,
                programme=Programme.model_validate(PROGRAMME),
                effective_from=NOW - timedelta(days=90),
                actor="test",
                expected_version=0,
                now=NOW,
            )

    def tx(self) -> AbstractContextManager[Tx]:
        """Open a transaction that sees the whole group."""
        return self.database.transaction(self.scope, now=NOW)

    def push(self, kind: RecordKind, records: Sequence[object]) -> None:
        feed = Feed(account=self.account, kind=kind, appliers=wiring.APPLY[kind])
        answers = list(
            push(
                self.database,
                self.scope,
                lines_of(records),
                feed=feed,
                sender="test",
                clock=lambda: NOW,
            )
        )
        summary = answers[-1]
        assert isinstance(summary, Summary)
        assert summary.states == {"applied": len(records)}, answers

    def customer(self, tx: Tx, phone: str) -> CustomerShown | None:
        found = customers.find_by_identifier(
            tx, brand=self.brand, kind=IdentifierKind.PHONE, value=phone
        )
        return None if found is None else customers.show(tx, customer_ids=[found])[0]

    def points(self, tx: Tx, customer: CustomerShown) -> int:
        (found,) = ledger.balances(tx, [customer.id], asset=f"points:{self.brand.id}", now=NOW)
        return found.balance

    def is_sound(self) -> bool:
        with self.database.reading(self.scope, role=Role.READER) as tx:
            return list(ledger.verify(tx)) == []


@pytest.fixture
def club(wired: Database, group_id: int) -> Club:
    """Return a club in which one woman shops under two phones: 100 points and 30 points."""
    crypto.hold(Keyring(b"for tests only, known to everybody"))
    club = Club(wired, group_id)
    club.push(RecordKind.MEMBER, [member("M1", HER_PHONE), member("M2", HER_OTHER_PHONE)])
    club.push(RecordKind.ORDER, [order("O1", 100, phone=HER_PHONE)])
    club.push(RecordKind.ORDER, [order("O2", 30, phone=HER_OTHER_PHONE)])
    return club


def test_merged_persons_have_one_balance_and_a_split_gives_each_their_own_again(
    club: Club,
) -> None:
    with club.tx() as tx:
        kept, merged = club.customer(tx, HER_PHONE), club.customer(tx, HER_OTHER_PHONE)
        assert kept is not None
        assert merged is not None
        merge = identity.merge(
            tx,
            source=merged.person_id,
            target=kept.person_id,
            reason="same woman",
            key="m1",
            now=NOW,
        )
    with club.tx() as tx:
        for phone in (HER_PHONE, HER_OTHER_PHONE):
            found = club.customer(tx, phone)
            assert found is not None
            assert (found.id, club.points(tx, found)) == (kept.id, 130)
    assert club.is_sound()
    with club.tx() as tx:
        identity.split(tx, merge.id, now=NOW)
    with club.tx() as tx:
        both = [club.customer(tx, phone) for phone in (HER_PHONE, HER_OTHER_PHONE)]
        assert [one.id for one in both if one] == [kept.id, merged.id]
        assert [club.points(tx, one) for one in both if one] == [100, 30]
    assert club.is_sound()


def test_a_refund_after_the_merge_takes_back_from_the_one_balance(club: Club) -> None:
    with club.tx() as tx:
        kept, merged = club.customer(tx, HER_PHONE), club.customer(tx, HER_OTHER_PHONE)
        assert kept is not None
        assert merged is not None
        identity.merge(
            tx,
            source=merged.person_id,
            target=kept.person_id,
            reason="same woman",
            key="m1",
            now=NOW,
        )
    refund = {
        "refund_no": "R1",
        "order_no": "O2",
        "kind": "return",
        "refunded_at": "2026-02-05T10:00:00+08:00",
        "amount_minor": 3_000,
        "lines": [{"line_id": "1", "quantity": 1, "amount_minor": 3_000}],
    }
    club.push(RecordKind.REFUND, [refund])
    with club.tx() as tx:
        assert club.points(tx, kept) == 100
    assert club.is_sound()


def test_an_erased_person_is_found_by_nothing_and_the_amounts_stay(club: Club) -> None:
    with club.tx() as tx:
        her = club.customer(tx, HER_PHONE)
        assert her is not None
        receipt = wiring.erase_person(tx, her.person_id, now=NOW)
    assert receipt["customers"] == 1
    assert set(receipt) >= {"identity", "customers", *wiring.ERASE}
    with club.tx() as tx:
        assert club.customer(tx, HER_PHONE) is None
        (left,) = customers.show(tx, customer_ids=[her.id])
        assert (left.name, left.cards) == (None, ())
        assert club.points(tx, her) == 100
    assert club.is_sound()


def test_an_erased_person_leaves_nothing_in_the_inbox_nor_in_what_waited(club: Club) -> None:
    said = f"call me at {HER_PHONE}, An Na"
    refund = {
        "refund_no": "R9",
        "order_no": "O9",
        "kind": "money_only",
        "refunded_at": "2026-02-05T10:00:00+08:00",
        "amount_minor": 1_000,
        "reason": said,
        "lines": [{"line_id": "1", "quantity": 0, "amount_minor": 1_000}],
    }
    club.push(RecordKind.REFUND, [refund])
    newer = {**order("O1", 100, phone=HER_PHONE), "updated_at": "2026-02-20T00:00:00+08:00"}
    club.push(RecordKind.ORDER, [order("O9", 50, phone=HER_PHONE), newer])
    assert HER_PHONE.encode() in inbox(club)
    with club.tx() as tx:
        her = club.customer(tx, HER_PHONE)
        assert her is not None
        receipt = wiring.erase_person(tx, her.person_id, now=NOW)
        assert wiring.erase_person(tx, her.person_id, now=NOW)["channels"] == 0
    # The member record, two orders of which one came twice, and the refund.
    assert receipt["channels"] == 5
    assert HER_PHONE.encode() not in inbox(club)
    assert HER_OTHER_PHONE.encode() in inbox(club)
    with club.tx() as tx:
        assert said not in str(tx.rows("SELECT record FROM orders.waiting"))


def inbox(club: Club) -> bytes:
    """Return everything that the inbox still keeps."""
    with club.tx() as tx:
        ids = [row[0] for row in tx.rows("SELECT id FROM channels.body")]
        return b"".join(text for body in bodies(tx, ids) for text in body.texts)


@pytest.mark.parametrize(
    "table",
    [
        "platform.machine_key",
        "identity.identifier",
        "customers.card",
        "customers.statement",
        "customers.belonging",
        "customers.submission",
        "orders.waiting",
        "channels.body",
    ],
)
def test_the_reader_of_the_lake_sees_no_secret_and_nothing_sealed(club: Club, table: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        club.database.reading(club.scope, role=Role.READER) as tx,
    ):
        tx.rows(f"SELECT 1 FROM {table}")  # noqa: S608


def test_every_kind_of_record_has_its_appliers_and_its_word_on_the_command_line() -> None:
    assert set(wiring.APPLY) == set(RecordKind)
    assert {str(kind) for kind in ImportKind} == {str(kind) for kind in RecordKind}
