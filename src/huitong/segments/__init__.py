"""Segments: what is known of customers as tags, what models say of them, who belongs together."""

from huitong.segments.operations.bitmaps import begin, publish, sweep, write_field
from huitong.segments.operations.ordinals import allot, retire, revive
from huitong.segments.operations.snapshots import keep_snapshot
from huitong.segments.queries.bitmaps import Bitmaps, open_bitmaps
from huitong.segments.queries.ordinals import customers_at, ordinals_of
from huitong.segments.queries.sets import BitmapSets
from huitong.segments.queries.snapshots import members_on, movement, snapshots
from huitong.segments.rules.bitmaps import SetCache

__all__ = [
    "BitmapSets",
    "Bitmaps",
    "SetCache",
    "allot",
    "begin",
    "customers_at",
    "keep_snapshot",
    "members_on",
    "movement",
    "open_bitmaps",
    "ordinals_of",
    "publish",
    "retire",
    "revive",
    "snapshots",
    "sweep",
    "write_field",
]
