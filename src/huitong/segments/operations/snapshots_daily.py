"""The day's snapshot of a segment, what it tells of who came and went, and the end of old days."""

from datetime import date, datetime, timedelta

from huitong.platform.db import Tx
from huitong.segments.events import SegmentEntered, SegmentLeft
from huitong.segments.model.bitmaps import SnapshotTaken
from huitong.segments.operations.snapshots import keep_snapshot
from huitong.segments.queries.audiences import Audiences
from huitong.segments.queries.ordinals import customers_at
from huitong.segments.queries.snapshots import members_on, movement_between, snapshots
from huitong.segments.rules.bitmaps import Column, page_of
from huitong.segments.tables import snapshots_daily as tables

CUSTOMERS_AN_EVENT_MAX = 1_000


def take_snapshot(
    tx: Tx, audiences: Audiences, *, brand_id: int, segment: str, now: datetime
) -> SnapshotTaken | None:
    """Keep who is in a segment today and tell who came and went; None when today is kept already.

    Days are those of the brand. On the first day of a segment nobody is told of.

    :raises SegmentNotFound: when the brand has no such segment.
    :raises ConditionInvalid: when a word of its definition is not there any more.
    :raises LakeEmpty: when it needs the lake, and that was never refreshed.
    """
    today = audiences.reading.as_of.today
    known = snapshots(tx, brand_id=brand_id, segment=segment, limit=1)
    if known and known[0].taken_on >= today:
        return None
    audience = audiences.find(audiences.condition_of(segment))
    moved = None
    if known:
        day = known[0].taken_on
        before = members_on(tx, brand_id=brand_id, segment=segment, taken_on=day)
        moved = movement_between(before, audience.members)
    taken = keep_snapshot(
        tx,
        members=audience.members,
        brand_id=brand_id,
        segment=segment,
        taken_on=today,
        version=audience.as_of.bitmap_version,
        now=now,
        moved=None if moved is None else (moved.entered.size, moved.left.size),
    )
    if moved is not None:
        for kind, column in ((SegmentEntered, moved.entered), (SegmentLeft, moved.left)):
            _tell(tx, kind, column, brand_id=brand_id, segment=segment, today=today)
    return taken


def drop_snapshots(tx: Tx, *, brand_id: int, today: date, retention_days: int) -> int:
    """Drop the days that lie longer back than they are kept, and return how many."""
    asked = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "before": today - timedelta(days=retention_days),
    }
    tx.execute(tables.DROP_PARTS, asked)
    return tx.execute(tables.DROP_SNAPSHOTS, asked)


def _tell(
    tx: Tx,
    kind: type[SegmentEntered | SegmentLeft],
    column: Column,
    *,
    brand_id: int,
    segment: str,
    today: date,
) -> None:
    after = -1
    while ordinals := page_of(column, after=after, limit=CUSTOMERS_AN_EVENT_MAX):
        found = tuple(customers_at(tx, ordinals, brand_id=brand_id).values())
        if found:
            tx.emit(kind(brand_id, segment, today, found))
        after = ordinals[-1]
