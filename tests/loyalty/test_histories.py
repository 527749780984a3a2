"""Whatever order facts arrive in, they end at the same balances, grants and tiers.

A history is what happened to some orders: versions of each, refunds with versions of their own, and
perhaps two members who turn out to be one person. It is told twice, shuffled differently and cut
into other pages. Versions of one record keep their order: the inbox sees to that.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import NamedTuple, TypeAlias

import pytest

from huitong import ledger, loyalty
from huitong.channels.model import Order, OrderStatus, Record, Refund, RefundStatus
from huitong.loyalty.model import Asset, Programme
from huitong.platform.db import Database, Scope
from tests.loyalty.club import DAY, HER, HIM, Club, points_and_growth
from tests.loyalty.make import rule
from tests.orders.make import back, make_line, make_order, make_refund

HERSELF = "herself"
BUYERS = (HER, HIM, HERSELF, None)
ORDERS = 10
COAT_YUAN = 60
PAGE_MAX = 8
MERGE = "merge"

Told: TypeAlias = Record | str


class RolledBack(Exception):
    """Ends a telling without keeping it."""


class Ending(NamedTuple):
    """What a history comes to."""

    # By name and asset: the balance, and of it what is held, pending, spendable and owed.
    balances: dict[tuple[str, Asset], tuple[int, ...]]
    left: dict[tuple[str, str], int]
    tiers: dict[str, str]


def programme_of(chance: Random, claw_back: str, *, points: int) -> Programme:
    """Return a programme with a rule for everything, a bonus for hats, a cap, and growth."""
    return points_and_growth(
        rule(points=points, per_minor=chance.choice([70, 100, 1_000]), caps={"per_order": 90}),
        rule("hats", per_minor=None, points=7, items={"skus": ["SKU-hat"]}),
        rule("growth", asset="growth", items={"skus": ["SKU-hat"], "except_for": True}),
        claw_back=claw_back,
    )


def versions_of_order(chance: Random, number: str, now: datetime) -> list[Record]:
    """Return the versions of an order: on its way, corrected, with and without its hat, closed."""
    at = now - timedelta(hours=chance.randrange(1, 6 * 24))
    buyer = chance.choice(BUYERS)
    told: list[Record] = []
    for place in range(chance.randrange(1, 4)):
        coat = make_line("coat", paid_minor=COAT_YUAN * 100 + chance.randrange(9_000), quantity=3)
        hat = make_line("hat", paid_minor=chance.randrange(1, 3_000))
        status = chance.choice(
            [
                OrderStatus.UNPAID,
                OrderStatus.PAID,
                OrderStatus.COMPLETED,
                OrderStatus.COMPLETED,
                OrderStatus.CLOSED,
            ]
        )
        lines = (coat, hat) if chance.random() < 0.6 else (coat,)
        # The first version always says who buys, or nobody ever does.
        named = buyer if place == 0 or chance.random() < 0.7 else None
        told.append(
            make_order(
                number,
                *lines,
                at=at,
                card=named,
                status=status,
                updated_at=now + timedelta(seconds=place),
            )
        )
    return told


def versions_of_refund(chance: Random, number: str, order_no: str, now: datetime) -> list[Record]:
    """Return the versions of a refund of up to a third of an order's coat, decided in the end."""
    opened = [RefundStatus.OPEN] if chance.random() < 0.5 else []
    decided = chance.choices([RefundStatus.DONE, RefundStatus.REJECTED], [3, 1], k=2)
    told: list[Record] = []
    for status in [*opened, *decided[: chance.randrange(1, 3)]]:
        yuan = chance.randrange(1, COAT_YUAN // 3 + 1)
        line = back("coat", quantity=chance.randrange(2), amount_minor=yuan * 100)
        told.append(make_refund(number, order_no, line, at=now, status=status))
    return told


def history(chance: Random, now: datetime) -> list[list[Told]]:
    """Return strands of facts: what stands in one strand is told in its order."""
    strands: list[list[Told]] = []
    for at in range(ORDERS):
        strands.append([*versions_of_order(chance, f"O{at}", now)])
        for refund in range(chance.randrange(3)):
            told = versions_of_refund(chance, f"R{at}-{refund}", f"O{at}", now)
            strands.append([*told])
    return [*strands, [MERGE]] if chance.random() < 0.5 else strands


def telling(chance: Random, strands: Sequence[Sequence[Told]]) -> list[list[Told]]:
    """Return pages of the strands woven by chance: of one kind each, and no record twice."""
    places = [place for place, strand in enumerate(strands) for _ in strand]
    chance.shuffle(places)
    facts = [iter(strand) for strand in strands]
    woven = [next(facts[place]) for place in places]
    pages: list[list[Told]] = []
    for _, alike in groupby(woven, key=type):
        page: list[Told] = []
        for fact in alike:
            is_there = key_of(fact) in [key_of(one) for one in page]
            if is_there or len(page) == chance.randrange(1, PAGE_MAX):
                pages.append(page)
                page = []
            page.append(fact)
        pages.append(page)
    return [page for page in pages if page]


def key_of(fact: Told) -> str:
    return fact if isinstance(fact, str) else fact.external_id()


def ending(
    database: Database,
    group_id: int,
    now: datetime,
    plans: Sequence[Programme],
    pages: Sequence[Sequence[Told]],
) -> Ending:
    """Tell a history to an empty group, look at what it comes to, and forget it."""
    found: list[Ending] = []
    with suppress(RolledBack), database.transaction(Scope(group_id), now=now) as tx:
        club = Club.found(tx, now)
        for days, plan in zip((8, 3), plans, strict=True):
            club.begin(plan, at=now - days * DAY)
        club.enrol(HER, HIM, HERSELF)
        for page in pages:
            if page == [MERGE]:
                club.merge(HERSELF, HER)
            else:
                club.took(*(fact for fact in page if isinstance(fact, Record)))
        assert list(ledger.verify(tx)) == []
        found.append(seen(club))
        raise RolledBack
    return found[0]


def seen(club: Club) -> Ending:
    left = {
        (str(order_no), str(asset)): int(left)
        for order_no, asset, left in club.tx.rows(
            """
            SELECT h.order_no, p.asset, p.granted - p.clawed
            FROM loyalty.grant_position AS p
            JOIN orders.header AS h ON h.id = p.order_id
            WHERE p.granted > p.clawed
            """
        )
    }
    names = (HER, HIM, HERSELF)
    return Ending(
        {(name, asset): amounts_of(club.balance(name, asset)) for name in names for asset in Asset},
        left,
        {name: tier_of(club, name) for name in names},
    )


def amounts_of(one: ledger.Balance) -> tuple[int, ...]:
    return (one.balance, one.held, one.pending, one.spendable, one.debt)


def tier_of(club: Club, name: str) -> str:
    customer_id = club.customer_id(name)
    found = loyalty.standings_of(club.tx, [customer_id]).get(customer_id)
    return found.tier if found else "bronze"


@pytest.mark.parametrize("claw_back", ["by_value", "by_line"])
@pytest.mark.parametrize("seed", range(4))
def test_a_history_comes_to_the_same_in_whatever_order_it_is_told(
    database: Database, group_id: int, now: datetime, seed: int, claw_back: str
) -> None:
    chance = Random(f"{seed} {claw_back}")
    plans = [programme_of(chance, claw_back, points=points) for points in (1, 2)]
    strands = history(chance, now)
    one, other = (
        ending(database, group_id, now, plans, telling(chance, strands)) for _ in range(2)
    )
    assert one.left == other.left
    assert one == other
    granted = sum(one.left.values())
    assert granted == sum(
        amounts[0]
        for (name, _), amounts in one.balances.items()
        if name != HERSELF or [MERGE] not in strands
    )
    assert granted > 0


def test_histories_are_told_differently() -> None:
    chance = Random(1)
    strands = history(chance, datetime.fromisoformat("2026-03-02T10:00+00:00"))
    one, other = telling(chance, strands), telling(chance, strands)
    assert one != other
    assert {type(page[0]) for page in one} >= {Order, Refund}
