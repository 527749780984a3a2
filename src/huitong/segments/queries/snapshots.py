"""Who was in a segment on a past day, and who came and went between two days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from huitong.platform.db import ReadTx
from huitong.segments.model.bitmaps import SnapshotNotFound, SnapshotTaken
from huitong.segments.rules.bitmaps.columns import Column, Leaf, column_of_parts, worked_out
from huitong.segments.rules.bitmaps.encoding import Encoded, Encoding, decode
from huitong.segments.rules.bitmaps.parts import Part
from huitong.segments.tables import bitmaps as tables

SNAPSHOTS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Movement:
    """Who entered a segment and who left it between two days."""

    entered: Column
    left: Column


def find_snapshot(tx: ReadTx, *, brand_id: int, segment: str, taken_on: date) -> SnapshotTaken:
    """Return the snapshot of a segment that was taken on a day.

    :raises SnapshotNotFound: when none was.
    """
    asked = _asked(tx, brand_id, segment) | {"taken_on": taken_on}
    found = tx.all(SnapshotTaken, tables.FIND_SNAPSHOT, asked)
    if not found:
        raise SnapshotNotFound(segment, taken_on.isoformat())
    return found[0]


def snapshots(
    tx: ReadTx, *, brand_id: int, segment: str, limit: int = SNAPSHOTS_MAX
) -> list[SnapshotTaken]:
    """Return how large a segment was day by day, the latest first."""
    asked = _asked(tx, brand_id, segment) | {"limit": min(limit, SNAPSHOTS_MAX)}
    return tx.all(SnapshotTaken, tables.LIST_SNAPSHOTS, asked)


def members_on(tx: ReadTx, *, brand_id: int, segment: str, taken_on: date) -> Column:
    """Return who was in a segment on a day.

    :raises SnapshotNotFound: when no snapshot was taken on it.
    """
    find_snapshot(tx, brand_id=brand_id, segment=segment, taken_on=taken_on)
    asked = _asked(tx, brand_id, segment) | {"taken_on": taken_on}
    parts: list[Part] = []
    for shard, encoding, size, content in tx.rows(tables.READ_SNAPSHOT, asked):
        parts += [None] * (shard - len(parts))
        parts.append(decode(Encoded(Encoding(encoding), size, content)))
    return column_of_parts(parts)


def movement(
    tx: ReadTx, *, brand_id: int, segment: str, earlier_on: date, later_on: date
) -> Movement:
    """Return who entered and who left a segment from one snapshot to another.

    :raises SnapshotNotFound: when one of the days has none.
    """
    earlier, later = (
        members_on(tx, brand_id=brand_id, segment=segment, taken_on=day)
        for day in (earlier_on, later_on)
    )
    return movement_between(earlier, later)


def movement_between(earlier: Column, later: Column) -> Movement:
    """Return who is in the later set alone, and who in the earlier one alone."""
    before, after = Leaf(earlier), Leaf(later)
    return Movement(entered=worked_out(after - before), left=worked_out(before - after))


def recent_sizes(tx: ReadTx, *, brand_id: int, since: date) -> Mapping[str, list[SnapshotTaken]]:
    """Return how large every segment of a brand was from a day on, the latest day first."""
    asked = {"group_id": tx.scope.group_id, "brand_id": brand_id, "since": since}
    found: dict[str, list[SnapshotTaken]] = {}
    for one in tx.all(SnapshotTaken, tables.RECENT_SIZES, asked):
        found.setdefault(one.segment, []).append(one)
    return found


def _asked(tx: ReadTx, brand_id: int, segment: str) -> dict[str, object]:
    return {"group_id": tx.scope.group_id, "brand_id": brand_id, "segment": segment}
