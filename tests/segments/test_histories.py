"""Whatever happens, in whatever order: database, lake, tags, bitmaps and audiences say the same.

A history is made of orders (some told late, some on the first and last instants of days, some at
the turn of the clocks), corrections, refunds, merges and their undoing, erasures, and days that
pass. After each step the lake and the tags are refreshed, and everything is held against figures
that Python counts from the database, customer by customer.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from huitong import org, segments
from huitong.entry import tagging
from huitong.platform.conditions import read_condition
from huitong.platform.db import Role, Scope
from huitong.segments.model.tags import RefreshKind
from huitong.segments.operations import tag_documents
from huitong.segments.queries import tags as queries
from huitong.segments.queries.audiences import Audiences
from tests.lake.conftest import database, shop
from tests.lake.shop import Shop, Till
from tests.loyalty.club import Club
from tests.orders.make import make_line
from tests.segments.tag_lake import tag, values

__all__ = ["database", "shop"]

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
DAY = timedelta(days=1)
STEPS, ACTS_A_STEP = 8, 3
# The first and last instants of days, noon, and what comes before and after a turn of the clocks.
CLOCKS = tuple(
    map(time.fromisoformat, ("00:00", "23:59:59.999", "12:00", "01:59:59.999", "03:00", "05:59:59"))
)
# Whole hundreds meet the borders of the bands exactly, a yuan less or more misses them.
YUAN = (100, 200, 300, 99, 101)

PER_WEEK = {"primitive": "count", "facts": "orders", "last_days": 7}
KEPT = {"primitive": "sum", "facts": "orders", "field": "kept_minor", "last_days": 10}
AT_NIGHT = {"field": "day_part", "in": ["night"]}
TAGS = (
    tag("week", {"primitive": "band", "of": PER_WEEK, "steps": [
        {"value": "none"}, {"value": "one", "at_least": 1}, {"value": "more", "at_least": 2},
    ]}, values=values("none", "one", "more")),
    tag("spent", {"primitive": "band", "of": KEPT, "steps": [
        {"value": "little"}, {"value": "some", "at_least": 10_000},
        {"value": "much", "at_least": 30_000},
    ]}, values=values("little", "some", "much")),
    tag("stage", {"primitive": "band", "of": {"primitive": "since_last", "facts": "orders",
        "ever": True}, "steps": [
        {"value": "new"}, {"value": "late", "at_least": 3}, {"value": "lost", "at_least": 20},
    ]}, values=values("new", "late", "lost")),
    tag("nights", {"primitive": "band", "of": {"primitive": "count", "facts": "orders",
        "where": AT_NIGHT, "last_days": 30}, "steps": [
        {"value": "never"}, {"value": "some", "at_least": 1},
    ]}, values=values("never", "some")),
)  # fmt: skip

WEEKLY = {"facts": "orders", "measure": "count", "last_days": 7, "at_least": 2}
KEPT_MONEY = {"facts": "orders", "measure": {"sum": "kept_minor"}, "last_days": 10,
              "at_least": 30_000}  # fmt: skip
# Conditions beside the tag that says the same of an order: one on the lake, one by bitmaps.
TWICE: Mapping[str, tuple[object, tuple[str, str]]] = {
    "several a week": (WEEKLY, ("week", "more")),
    "spent much": (KEPT_MONEY, ("spent", "much")),
}


@dataclass(frozen=True)
class Bought:
    """An order that counts, by the local calendar and clock."""

    day: date
    hour: int
    kept_minor: int


class Story:
    """A shop in a zone, one till, and the day that it is."""

    def __init__(self, shop: Shop, now: datetime, zone: ZoneInfo, seed: int) -> None:
        """Enrol people and define tags."""
        self.shop = replace(shop, place=replace(shop.place, time_zone=zone.key))
        self.zone, self.now, self.chance = zone, now, random.Random(seed)
        self.till = EdgyTill("a", zone=zone)
        with shop.transaction(now) as tx:
            tx.execute("UPDATE org.brand SET time_zone = %(zone)s", {"zone": zone.key})
            tag_documents.put_tags(tx, TAGS, brand_id=shop.place.brand_id, actor="test", now=now)
            Club(tx, now).enrol(*self.till.everybody())

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def step(self) -> None:
        """Let days pass and things happen."""
        self.now += DAY * self.chance.choice((0, 0, 1, 1, 2, 4))
        for _ in range(ACTS_A_STEP):
            with self.shop.transaction(self.now) as tx:
                self.till.act(Club(tx, self.now), self.chance)
                tx.settle()

    def refresh(self, *, full: bool = False) -> RefreshKind:
        self.shop.refresh(self.now)
        return tagging.refresh(
            self.shop.database, self.shop.folder, self.shop.place, now=self.now, full=full
        ).kind

    # What the database says.

    def living(self) -> dict[int, list[Bought]]:
        """Return who is alive, with the orders that count up to today."""
        scope = Scope(self.shop.group_id, (self.shop.place.brand_id,))
        with self.shop.database.reading(scope, role=Role.READER) as tx:
            customers = tx.rows(
                "SELECT id FROM customers.v_customer WHERE merged_into IS NULL AND NOT is_erased"
            )
            orders = tx.rows(
                "SELECT o.customer_id, o.ordered_at, o.paid_minor - coalesce((SELECT"
                " sum(r.amount_minor) FROM orders.v_refund AS r WHERE r.order_id = o.id"
                " AND r.status = 'done'), 0)::bigint FROM orders.v_order AS o"
                " WHERE o.status = 'completed'"
            )
        found: dict[int, list[Bought]] = {customer: [] for (customer,) in customers}
        for customer, ordered_at, kept in orders:
            local = ordered_at.astimezone(self.zone)
            if customer in found and local.date() <= self.today:
                found[customer].append(Bought(local.date(), local.hour, kept))
        return found

    def expected(self) -> dict[int, dict[str, str]]:
        """Return the tags of whoever is alive."""
        return {who: self.tags_of(bought) for who, bought in self.living().items()}

    def tags_of(self, bought: list[Bought]) -> dict[str, str]:
        ages = [(self.today - one.day).days for one in bought]
        week = sum(age < 7 for age in ages)
        kept = sum(one.kept_minor for one, age in zip(bought, ages, strict=True) if age < 10)
        nights = sum(one.hour < 6 for one, age in zip(bought, ages, strict=True) if age < 30)
        found = {
            "week": "none" if week == 0 else "one" if week == 1 else "more",
            "spent": "little" if kept < 10_000 else "some" if kept < 30_000 else "much",
            "nights": "some" if nights else "never",
        }
        if ages:
            last = min(ages)
            found["stage"] = "new" if last < 3 else "late" if last < 20 else "lost"
        return found

    # What Huitong says.

    def by_bitmaps(self) -> dict[int, dict[str, str]]:
        """Return the tags of everyone among the living."""
        brand_id = self.shop.place.brand_id
        with self.shop.database.reading(Scope(self.shop.group_id)) as tx:
            bitmaps = segments.open_bitmaps(tx, brand_id=brand_id, cache=segments.SetCache())
            everyone = bitmaps.page(bitmaps.members(bitmaps.alive()))
            found: dict[int, dict[str, str]] = {customer: {} for _, customer in everyone}
            for one in TAGS:
                for number, (code, _) in queries.texts_of(tx, one, brand_id=brand_id).items():
                    has = bitmaps.members(bitmaps.value(one.code, number) & bitmaps.alive())
                    for _, customer in bitmaps.page(has):
                        assert one.code not in found[customer]
                        found[customer][one.code] = code
        return found

    def audiences_agree(self, expected: Mapping[int, Mapping[str, str]]) -> None:
        """Hold audiences on the lake and by bitmaps against what is expected, and explain all."""
        with self.shop.transaction(self.now) as tx:
            audiences = segments.open_audiences(
                tx, brand=org.brand(tx, code="wool"), open_lake=lambda _: self.shop.connect(),
                now=self.now, cache=segments.SetCache(),
            )  # fmt: skip
            for name, (condition, (code, value)) in TWICE.items():
                wanted = {who for who, tags in expected.items() if tags.get(code) == value}
                others = expected.keys() - wanted
                of_tag = {"field": f"tags.{code}", "in": [value]}
                assert self.members(audiences, condition) == wanted, name
                assert self.members(audiences, of_tag) == wanted, name
                assert self.members(audiences, {"not": of_tag}) == others, name
                assert self.members(audiences, {"not": condition}) == others, name
                for told in (condition, of_tag):
                    explained = {
                        who
                        for who in expected
                        if audiences.explain(read_condition(told), who).is_member
                    }
                    assert explained == wanted, name

    @staticmethod
    def members(audiences: Audiences, condition: object) -> set[int]:
        found = audiences.find(read_condition(condition))
        page = {who for _, who in audiences.page(found, after=-1, limit=100)}
        assert found.size == len(page)
        return page


class EdgyTill(Till):
    """A till whose orders lie on the edges of days and of windows."""

    def __init__(self, name: str, *, zone: ZoneInfo) -> None:
        """Open it in a zone."""
        super().__init__(name, people=5)
        self.zone = zone

    def buys(self, club: Club, chance: random.Random, name: str) -> None:
        """Tell an order of some day until now, at an edge of it."""
        order_no = f"{self.name}-{len(self.order_nos)}"
        lines = tuple(
            make_line(f"L{number}", paid_minor=chance.choice(YUAN) * 100)
            for number in range(chance.randrange(1, 3))
        )
        paid = sum(line.paid_minor for line in lines)
        made = club.buys(name, order_no, 1, lines=lines, paid_minor=paid, list_minor=paid)
        at = self.instant(club.now, chance)
        club.took(made.model_copy(update={"ordered_at": at, "paid_at": at, "completed_at": at}))
        self.order_nos.append(order_no)

    def instant(self, now: datetime, chance: random.Random) -> datetime:
        today = now.astimezone(self.zone).date()
        day = today - DAY * chance.choice((0, 1, 2, 3, 6, 7, 9, 10, 19, 20, 29, 30))
        local = datetime.combine(day, chance.choice(CLOCKS), self.zone)
        # At the turn of the clocks some times of the day come twice: either may be meant.
        local = local.replace(fold=chance.randrange(2))
        return min(local.astimezone(UTC), now)


BEGINNINGS = {
    "an ordinary spring in Shanghai": (SHANGHAI, datetime(2026, 3, 2, 10, tzinfo=UTC)),
    "New York goes over to summer time": (NEW_YORK, datetime(2026, 3, 7, 18, tzinfo=UTC)),
    "New York goes back to winter time": (NEW_YORK, datetime(2026, 10, 31, 18, tzinfo=UTC)),
}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_everything_says_what_the_database_says_after_every_step(
    shop: Shop, beginning: str, seed: int
) -> None:
    zone, now = BEGINNINGS[beginning]
    story = Story(shop, now, zone, seed)
    assert story.refresh() is RefreshKind.FULL
    for _ in range(STEPS):
        story.step()
        assert story.refresh() is RefreshKind.INCREMENTAL
        story.shop.assert_equal()
        expected = story.expected()
        assert story.by_bitmaps() == expected
        story.audiences_agree(expected)
    assert story.refresh(full=True) is RefreshKind.FULL
    assert story.by_bitmaps() == story.expected()
    assert story.shop.verify().agrees
