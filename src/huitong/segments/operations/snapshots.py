"""Keeping who was in a segment on a day."""

from datetime import date, datetime

from huitong.platform.db import Tx
from huitong.segments.model.bitmaps import SnapshotTaken
from huitong.segments.queries.snapshots import find_snapshot
from huitong.segments.rules.bitmaps.columns import Column
from huitong.segments.rules.bitmaps.encoding import encode
from huitong.segments.tables import bitmaps as tables


def keep_snapshot(
    tx: Tx,
    *,
    members: Column,
    brand_id: int,
    segment: str,
    taken_on: date,
    version: int,
    now: datetime,
    moved: tuple[int, int] | None = None,
) -> SnapshotTaken:
    """Keep a day's members of a segment; a repeat changes nothing and returns the first.

    `moved` is how many entered and left since the day before, where there is one.
    """
    entered, gone = moved or (None, None)
    constants = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "segment": segment,
        "taken_on": taken_on,
    }
    taken = {
        "version": version,
        "size": members.size,
        "now": now,
        "entered": entered,
        "gone": gone,
        **constants,
    }
    if tx.execute(tables.INSERT_SNAPSHOT, taken):
        encoded = [(shard, encode(part)) for shard, part in enumerate(members.parts)]
        rows = [
            (shard, int(one.encoding), one.size, one.content) for shard, one in encoded if one.size
        ]
        tx.write(tables.INSERT_SNAPSHOT_PARTS, tables.SNAPSHOT_PART, rows, constants)
    return find_snapshot(tx, brand_id=brand_id, segment=segment, taken_on=taken_on)
