"""What people do by hand in the world: relate, note, correct, spend, merge, hand documents in."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from huitong import customers, identity, loyalty
from huitong.customers.model import (
    BelongingKind,
    ConsentAction,
    ConsentStatement,
    Correction,
    NewBelonging,
    NewRelation,
    NewSubmission,
    Particulars,
    Purpose,
    RelationKind,
)
from huitong.loyalty.operations.spending import Spending
from huitong.platform.db import Tx
from huitong.segments.operations import tags as tag_operations
from huitong.segments.operations.tags import Giving
from tests.browser.worlds.names import NAMES
from tests.browser.worlds.shop import ACTOR, Shop


def work(tx: Tx, shop: Shop, ids: Sequence[int], *, now: datetime) -> None:
    """Do what the staff do for the customers, whose ids are in the order of `NAMES`."""
    _relate(tx, shop, ids, now)
    _consent(tx, ids, now)
    _note(tx, shop, ids, now)
    _own(tx, ids[0], now)
    _spend(tx, shop, ids[0], now)


def merge(tx: Tx, ids: Sequence[int], *, now: datetime) -> None:
    """Make one of the two who have the same name."""
    found = customers.find_customers(tx, customer_ids=ids)
    first = NAMES.index("欧阳静远")
    second = NAMES.index("欧阳静远", first + 1)
    identity.merge(
        tx,
        source=found[ids[second]].person_id,
        target=found[ids[first]].person_id,
        reason="同一人换了手机号",
        key="world:merge",
        now=now,
    )


def _relate(tx: Tx, shop: Shop, ids: Sequence[int], now: datetime) -> None:
    staff = list(shop.staff_ids.values())
    wanted = [
        NewRelation(
            customer_id=one,
            kind=RelationKind.BOUND if place % 3 else RelationKind.FRIEND,
            valid_from=now - timedelta(days=90),
            source="manual",
            actor=ACTOR,
            staff_id=staff[place % len(staff)],
            key=f"world:relation:{place}",
        )
        for place, one in enumerate(ids)
        if place % 4 != 3
    ]
    bound = NewRelation(
        customer_id=ids[0],
        kind=RelationKind.BOUND,
        valid_from=now - timedelta(days=60),
        source="manual",
        actor=ACTOR,
        staff_id=staff[0],
        key="world:relation:first",
    )
    _all_ok(customers.relate(tx, [*wanted, bound], now=now))


def _consent(tx: Tx, ids: Sequence[int], now: datetime) -> None:
    statements = [
        ConsentStatement(
            customer_id=one,
            purpose=Purpose.PROFILING,
            action=ConsentAction.GIVEN,
            occurred_at=now - timedelta(days=30),
            key=f"world:profiling:{place}",
            policy_version="2025-1",
            actor=ACTOR,
        )
        for place, one in enumerate(ids[:20])
    ]
    taken_back = ConsentStatement(
        customer_id=ids[3],
        purpose=Purpose.MARKETING,
        action=ConsentAction.WITHDRAWN,
        occurred_at=now - timedelta(days=2),
        key="world:no-marketing",
        actor=ACTOR,
    )
    _all_ok(customers.state_consents(tx, [*statements, taken_back], now=now))


def _note(tx: Tx, shop: Shop, ids: Sequence[int], now: datetime) -> None:
    givings = [Giving(one, "vip_care") for one in ids[:3]] + [Giving(ids[0], "call_evening")]
    _all_ok(
        tag_operations.give(
            tx,
            givings,
            brand_id=shop.brand.id,
            tag="care",
            actor=ACTOR,
            now=now,
            today=now.astimezone(ZoneInfo(shop.brand.time_zone)).date(),
        )
    )
    correction = Correction(
        customer_id=ids[0], actor=ACTOR, reason="本人来电", city="苏州市", key="world:city"
    )
    _all_ok(customers.correct(tx, [correction], now=now))


def _own(tx: Tx, customer_id: int, now: datetime) -> None:
    born = (now - timedelta(days=900)).date()
    child = NewBelonging(
        customer_id=customer_id,
        kind=BelongingKind.CHILD,
        particulars=Particulars(name="小满", birthday_on=born),
        source="manual",
        actor=ACTOR,
        guardian_policy_version="2025-1",
        guardian_consent_at=now - timedelta(days=50),
        key="world:child",
    )
    _all_ok(customers.add_belongings(tx, [child], now=now))
    document = NewSubmission(
        customer_id=customer_id,
        kind="student_card",
        reference="files/student-card.jpg",
        fingerprint="student-card-1",
        source="console",
        submitted_at=now - timedelta(days=1),
    )
    _all_ok(customers.submit_documents(tx, [document], now=now))


def _spend(tx: Tx, shop: Shop, customer_id: int, now: datetime) -> None:
    spending = Spending(
        key="world:spend",
        customer_id=customer_id,
        brand_id=shop.brand.id,
        points=60,
        occurred_at=now - timedelta(days=3),
        actor=ACTOR,
        reason="兑换帆布袋",
    )
    _all_ok(loyalty.spend_points(tx, [spending], now=now))


def _all_ok(results: Iterable[object]) -> None:
    refused = [one for one in results if not hasattr(one, "value")]
    assert not refused, refused
