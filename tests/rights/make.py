"""A shop for the tests of rights: everything wired, one brand, one till, people who buy."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from huitong import customers, ledger, loyalty, org
from huitong.channels.connectors.push import Summary, push
from huitong.channels.model import IdentifierKind, RecordKind
from huitong.channels.operations import Feed
from huitong.entry import wiring
from huitong.loyalty.model import Programme
from huitong.org.model import Brand, ChannelAccount
from huitong.platform.db import Database, ReadTx, Role, Scope, Tx
from tests.entry.make import PROGRAMME, lines_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ANNA, BERTA = "13800005678", "13900001234"
ANNA_NAME, ANNA_CITY, ANNA_STREET = "欧阳小羊", "克拉玛依市", "胜利路七十七号"
ANNA_CARD, ANNA_MAIL = "VIP-77001122", "ouyang.sheep@example.com"
GIFT_PHONE = "13700009876"
BERTA_NAME = "司马白鹅"


class Shop:
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

    def tx(self, now: datetime = NOW) -> AbstractContextManager[Tx]:
        """Open a transaction that sees the whole group."""
        return self.database.transaction(self.scope, now=now)

    def tell(
        self, kind: RecordKind, *records: Mapping[str, object], now: datetime = NOW
    ) -> Sequence[Mapping[str, int]]:
        """Push records and return how many came to which state."""
        feed = Feed(account=self.account, kind=kind, appliers=wiring.APPLY[kind])
        lines = lines_of(records)
        answers = list(
            push(self.database, self.scope, lines, feed=feed, sender="test", clock=lambda: now)
        )
        summary = answers[-1]
        assert isinstance(summary, Summary)
        return [{str(state): count for state, count in summary.states.items()}]

    def customer(self, tx: ReadTx, phone: str) -> int | None:
        """Return the customer who has a phone."""
        kind = IdentifierKind.PHONE
        return customers.find_by_identifier(tx, brand=self.brand, kind=kind, value=phone)

    def known(self, tx: ReadTx, phone: str) -> int:
        """Return the customer who has a phone; there is one."""
        found = self.customer(tx, phone)
        assert found is not None
        return found

    def person(self, tx: ReadTx, phone: str) -> int:
        """Return the person who has a phone; there is one."""
        found = self.known(tx, phone)
        return customers.find_customers(tx, customer_ids=[found])[found].person_id

    def points(self, tx: ReadTx, customer_id: int, now: datetime = NOW) -> ledger.Balance:
        """Return what a customer has in points."""
        asset = f"points:{self.brand.id}"
        (found,) = ledger.balances(tx, [customer_id], asset=asset, now=now)
        return found

    def is_sound(self) -> bool:
        """Tell whether the ledger keeps all its promises."""
        with self.database.reading(self.scope, role=Role.READER) as tx:
            return list(ledger.verify(tx)) == []


def member(number: str, phone: str, **more: object) -> dict[str, object]:
    """Return a member record of somebody with a phone."""
    return {
        "member_no": number,
        "enrolled_at": "2026-01-02T10:00:00+08:00",
        "identifiers": [{"kind": "phone", "value": phone, "verified": True}],
        **more,
    }


def order(number: str, yuan: int, phone: str, **more: object) -> dict[str, object]:
    """Return a completed order of one jumper by whoever has the phone."""
    instant = "2026-02-01T10:00:00+08:00"
    line = {"line_id": "1", "sku": "JUMPER", "quantity": 1, "list_minor": yuan * 100}
    return {
        "order_no": number,
        "ordered_at": instant,
        "paid_at": instant,
        "completed_at": instant,
        "status": "completed",
        "list_minor": yuan * 100,
        "paid_minor": yuan * 100,
        "parties": [party("buyer", phone)],
        "lines": [{**line, "paid_minor": yuan * 100}],
        **more,
    }


def party(role: str, phone: str) -> dict[str, object]:
    """Return somebody on an order."""
    return {"role": role, "identifiers": [{"kind": "phone", "value": phone}]}


def refund(number: str, order_no: str, yuan: int, **more: object) -> dict[str, object]:
    """Return a refund of money alone."""
    return {
        "refund_no": number,
        "order_no": order_no,
        "kind": "money_only",
        "refunded_at": "2026-02-05T10:00:00+08:00",
        "amount_minor": yuan * 100,
        "lines": [{"line_id": "1", "quantity": 0, "amount_minor": yuan * 100}],
        **more,
    }
