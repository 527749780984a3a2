"""A brand with a till, people with cards, and its records through the real appliers."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Self

from huitong import customers, identity, ledger, loyalty, org
from huitong.channels.model import (
    Identifier,
    IdentifierKind,
    Incoming,
    Member,
    Order,
    OrderStatus,
    Record,
    Refund,
    RefundStatus,
)
from huitong.entry import wiring
from huitong.identity.model import Merge
from huitong.ledger.model import Balance, Lot, Posted
from huitong.loyalty.model import Asset, Programme, Version
from huitong.loyalty.operations.spending import Spending
from huitong.platform.db import Tx
from huitong.platform.errors import Ok, Result
from huitong.platform.page import Outcome, Page
from huitong.platform.pipeline import apply_page
from tests.loyalty.make import NAMES, programme, rule
from tests.orders.make import back, make_line, make_order, make_refund

DAY = timedelta(days=1)
HER, HIM = "her", "him"
TIERS = [
    {"code": "bronze", "names": NAMES, "growth": 0},
    {"code": "silver", "names": NAMES, "growth": 100},
    {"code": "gold", "names": NAMES, "growth": 1_000},
]

# No two records of the inbox have one id.
record_ids = itertools.count(1)


def points_and_growth(*rules: dict[str, object], **changes: object) -> Programme:
    """Return a programme of 1 point and 1 growth value for each yuan, with three tiers."""
    given = rules or (rule(), rule("growth", asset="growth"))
    return programme(*given, tiers=TIERS, **changes)


class Club:
    """What a test does with a brand, in one transaction."""

    def __init__(self, tx: Tx, now: datetime) -> None:
        """Come to the brand that was founded."""
        self.tx = tx
        self.now = now
        self.brand = org.brand(tx, code="wool")
        (self.account,) = org.channel_accounts(tx)
        self.merges = count(1)

    @classmethod
    def found(cls, tx: Tx, now: datetime) -> Self:
        """Found the brand and put a programme into effect ten days ago."""
        org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "tills")], now=now)
        club = cls(tx, now)
        club.begin(points_and_growth(), at=now - 10 * DAY)
        return club

    def begin(
        self, plan: Programme, *, at: datetime, expected_version: int | None = None
    ) -> Version:
        """Put a programme into effect."""
        return loyalty.apply_programme(
            self.tx,
            brand_id=self.brand.id,
            programme=plan,
            effective_from=at,
            actor="test",
            expected_version=expected_version,
            now=self.now,
        )

    def wait(self, time: timedelta) -> None:
        """Let time go by, for what the club does and for the handlers of what it tells."""
        self.now += time
        self.tx._now = self.now

    def take(self, *records: Record) -> list[Outcome]:
        """Put one page of records through its appliers."""
        page = Page([Incoming(self.account, record, next(record_ids)) for record in records])
        appliers = wiring.APPLY[records[0].kind_of_record]
        return apply_page(self.tx, page, appliers, now=self.now)

    def took(self, *records: Record) -> None:
        """Put one page of records through its appliers; none may be refused."""
        outcomes = self.take(*records)
        assert all(isinstance(one, Ok) for one in outcomes), outcomes

    def enrol(self, *names: str, at: datetime | None = None) -> None:
        """Enrol people, each with the card of their name, nine days ago."""
        self.took(*(member(name, at or self.now - 9 * DAY) for name in names))

    def buys(self, name: str | None, order_no: str, yuan: int, **changes: object) -> Order:
        """Return an order of one coat that is paid and completed now, changed as asked."""
        line = make_line("coat", paid_minor=yuan * 100)
        made = make_order(order_no, line, at=self.now, card=name, updated_at=self.now)
        return made.model_copy(update=changes)

    def customer_id(self, name: str) -> int:
        """Return who has the card of that name."""
        found = customers.find_by_identifier(
            self.tx, brand=self.brand, kind=IdentifierKind.POS_CARD, value=name
        )
        assert found is not None
        return found

    def balance(self, name: str, asset: Asset = Asset.POINTS) -> Balance:
        (found,) = ledger.balances(
            self.tx, [self.customer_id(name)], asset=asset.of_brand(self.brand.id), now=self.now
        )
        return found

    def points(self, name: str) -> int:
        return self.balance(name).balance

    def lots(self, name: str) -> list[Lot]:
        """Return the lots of somebody's points of which something is left."""
        asset = Asset.POINTS.of_brand(self.brand.id)
        return list(ledger.lots(self.tx, self.customer_id(name), asset=asset))

    def tier(self, name: str) -> str:
        customer_id = self.customer_id(name)
        return loyalty.standings_of(self.tx, [customer_id])[customer_id].tier

    def spend(
        self, name: str, points: int, *, key: str = "k1", order_no: str | None = None
    ) -> Result[Posted]:
        """Spend points, on an order when one is named."""
        spending = Spending(
            key=key,
            customer_id=self.customer_id(name),
            brand_id=self.brand.id,
            points=points,
            occurred_at=self.now,
            channel_account_id=self.account.id if order_no else None,
            order_no=order_no,
        )
        (result,) = loyalty.spend_points(self.tx, [spending], now=self.now)
        return result

    def merge(self, source: str, target: str) -> Merge:
        """Find out that two people are one."""
        persons = customers.find_customers(
            self.tx, customer_ids=[self.customer_id(source), self.customer_id(target)]
        )
        done = identity.merge(
            self.tx,
            source=persons[self.customer_id(source)].person_id,
            target=persons[self.customer_id(target)].person_id,
            reason="test",
            key=f"{source} into {target}, {next(self.merges)}",
            now=self.now,
        )
        self.tx.settle()
        return done

    def split(self, merge: Merge) -> None:
        """Find out that they are two after all."""
        identity.split(self.tx, merge.id, now=self.now)
        self.tx.settle()

    def size(self, table: str) -> int:
        """Return how many rows the group has in a table."""
        found = self.tx.row(f"SELECT count(*) FROM {table}")  # noqa: S608 - named by the tests
        assert found is not None
        return int(found[0])


def member(name: str, enrolled_at: datetime) -> Member:
    """Return a member record of who has the card of that name."""
    card = Identifier(kind=IdentifierKind.POS_CARD, value=name)
    return Member(member_no=name, identifiers=(card,), enrolled_at=enrolled_at)


def comes_back(
    refund_no: str,
    order_no: str,
    yuan: int,
    *,
    at: datetime,
    status: RefundStatus = RefundStatus.DONE,
) -> Refund:
    """Return a refund of money alone for the coat of an order."""
    return make_refund(
        refund_no, order_no, back("coat", amount_minor=yuan * 100), at=at, status=status
    )


def closed(order: Order) -> Order:
    """Return the version of an order that closes it."""
    return order.model_copy(update={"status": OrderStatus.CLOSED})


def codes(outcomes: Sequence[Outcome]) -> list[str]:
    """Return ok or the code of the refusal, one an outcome."""
    return ["ok" if isinstance(one, Ok) else one.code for one in outcomes]
