"""Segments: what is known of customers as tags, what models say of them, who belongs together."""

from huitong.segments.operations.audiences_export import ask_export
from huitong.segments.operations.bitmaps import begin, publish, sweep, write_field
from huitong.segments.operations.definitions import archive_segment, put_segment
from huitong.segments.operations.ordinals import allot, retire, revive
from huitong.segments.operations.snapshots import keep_snapshot
from huitong.segments.queries.audiences import Audience, Audiences, open_audiences
from huitong.segments.queries.audiences_export import find_export
from huitong.segments.queries.bitmaps import Bitmaps, open_bitmaps
from huitong.segments.queries.definitions import segment_of, segments_of, versions_of
from huitong.segments.queries.ordinals import customers_at, ordinals_of
from huitong.segments.queries.sets import BitmapSets
from huitong.segments.queries.snapshots import members_on, movement, recent_sizes, snapshots
from huitong.segments.queries.snapshots_members import living_page, was_in
from huitong.segments.queries.vocabulary import speech_of
from huitong.segments.rules.audiences import as_of_document, explained_document
from huitong.segments.rules.bitmaps import SetCache
from huitong.segments.rules.definitions import differences, read_segment, written

__all__ = [
    "Audience",
    "Audiences",
    "BitmapSets",
    "Bitmaps",
    "SetCache",
    "allot",
    "archive_segment",
    "as_of_document",
    "ask_export",
    "begin",
    "customers_at",
    "differences",
    "explained_document",
    "find_export",
    "keep_snapshot",
    "living_page",
    "members_on",
    "movement",
    "open_audiences",
    "open_bitmaps",
    "ordinals_of",
    "publish",
    "put_segment",
    "read_segment",
    "recent_sizes",
    "retire",
    "revive",
    "segment_of",
    "segments_of",
    "snapshots",
    "speech_of",
    "sweep",
    "versions_of",
    "was_in",
    "write_field",
    "written",
]
