"""About thirty invented customers of one brand, with everything that a page can show of them.

Deterministic, and through the real door: members, products, orders and refunds are pushed, the rest
is done by the front doors that people's work goes through. Every date counts back from `now`. The
phones are 199 0000 xxxx and every name is invented; one of them is an attack and one is very long,
so that a page which shows names carelessly is caught.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from huitong import customers
from huitong.channels.connectors.push import Summary, push
from huitong.channels.model import IdentifierKind, RecordKind, RecordState
from huitong.channels.operations import Feed
from huitong.entry import refreshing
from huitong.entry.refreshing import PartDone
from huitong.org.model import Brand, ChannelAccount
from huitong.platform.assembly import Platform
from huitong.platform.db import ReadTx, Scope
from tests.browser.worlds import by_hand, shop, tills
from tests.browser.worlds.names import ATTACK, LONG_NAME, NAMES, card_of, phone_of
from tests.browser.worlds.shop import ACTOR, BRAND, STAFF, STORES, TIERS, Shop
from tests.browser.worlds.tills import ORDERS_MAX, order_count_of, order_no_of

__all__ = [
    "ACTOR",
    "ATTACK",
    "BRAND",
    "NAMES",
    "STAFF",
    "STORES",
    "TIERS",
    "Members",
    "card_of",
    "fill",
    "order_count_of",
    "order_no_of",
    "phone_of",
    "understand",
]


@dataclass(frozen=True, slots=True)
class Members:
    """What was made: the brand, its till, and the customers in the order of `NAMES`.

    The first is whom most tests open. The second was merged from two, the third sent goods back,
    the fourth took a consent back, and two who are called the same are two. `attacker` and `long`
    have the names that break careless pages.
    """

    brand: Brand
    account: ChannelAccount
    store_ids: Mapping[str, int]
    staff_ids: Mapping[str, int]
    customer_ids: Sequence[int]

    @property
    def first(self) -> int:
        """Return the customer who has something of everything."""
        return self.customer_ids[0]

    @property
    def attacker(self) -> int:
        """Return the customer whose name is an attack."""
        return self.customer_ids[NAMES.index(ATTACK)]

    @property
    def long(self) -> int:
        """Return the customer with the name of twenty characters."""
        return self.customer_ids[NAMES.index(LONG_NAME)]


def fill(platform: Platform, scope: Scope, *, now: datetime, brand: str = BRAND) -> Members:
    """Bring the customers into a group that has none yet, and return who they are."""
    with platform.database.transaction(scope, now=now) as tx:
        founded = shop.found(tx, brand, now=now)
    till = _Till(platform, scope, founded.account, now)
    till.tell(RecordKind.PRODUCT, tills.products())
    till.tell(RecordKind.MEMBER, [tills.member(place, now=now) for place in range(len(NAMES))])
    # The oldest orders first, as they happened: so that members rise from tier to tier.
    for number in reversed(range(ORDERS_MAX)):
        till.tell(RecordKind.ORDER, tills.orders(number, now=now))
    till.tell(RecordKind.REFUND, tills.refunds(now=now))
    return _serve(platform, scope, founded, now)


def understand(platform: Platform, world: Members, *, now: datetime) -> None:
    """Compute what is known of the customers: the lake, tags, models and today's audiences."""
    told: list[PartDone] = []
    wanted = refreshing.Refresh(platform.database, platform.settings, world.brand, now, actor=ACTOR)
    refreshing.refresh(wanted, done=told.append)
    assert all(part.refused is None for part in told), told


@dataclass(frozen=True, slots=True)
class _Till:
    """The till of the brand, pushing to the real door."""

    platform: Platform
    scope: Scope
    account: ChannelAccount
    now: datetime

    def tell(self, kind: RecordKind, records: Iterable[Mapping[str, object]]) -> None:
        """Push records; all of them have to be taken."""
        feed = Feed(account=self.account, kind=kind, appliers=self.platform.appliers[kind])
        lines = [json.dumps(one, default=str).encode() for one in records]
        answers = list(
            push(
                self.platform.database,
                self.scope,
                lines,
                feed=feed,
                sender=ACTOR,
                clock=lambda: self.now,
            )
        )
        summary = answers[-1]
        assert isinstance(summary, Summary)
        assert summary.states == {RecordState.APPLIED: len(lines)}, answers


def _serve(platform: Platform, scope: Scope, founded: Shop, now: datetime) -> Members:
    """Do the work by hand, and return who the customers are after it."""
    with platform.database.transaction(scope, now=now) as tx:
        ids = [_customer(tx, founded.brand, place) for place in range(len(NAMES))]
        by_hand.work(tx, founded, ids, now=now)
    with platform.database.transaction(scope, now=now) as tx:
        by_hand.merge(tx, ids, now=now)
    with platform.database.reading(scope) as tx:
        today = customers.living(tx, customer_ids=ids)
    return Members(
        brand=founded.brand,
        account=founded.account,
        store_ids=founded.store_ids,
        staff_ids=founded.staff_ids,
        customer_ids=[today[one] for one in ids],
    )


def _customer(tx: ReadTx, brand: Brand, place: int) -> int:
    found = customers.find_by_identifier(
        tx, brand=brand, kind=IdentifierKind.PHONE, value=phone_of(place)
    )
    assert found is not None, "Whom the till told of is a customer."
    return found
