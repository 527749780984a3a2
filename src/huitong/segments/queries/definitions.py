"""Reads of segments by definition."""

from collections.abc import Mapping, Sequence

from huitong.platform.db import ReadTx
from huitong.segments.model.definitions import Segment, SegmentDocument, SegmentNotFound
from huitong.segments.rules.definitions import read_segment
from huitong.segments.tables import definitions as tables

VERSIONS_SHOWN_MAX = 100


def segments_of(tx: ReadTx, *, brand_id: int) -> Mapping[str, Segment]:
    """Return every segment of a brand by code, archived ones too, as it is defined now."""
    place = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    found = [_segment(*row) for row in tx.rows(tables.LIST_SEGMENTS, place)]
    return {one.code: one for one in found}


def segment_of(tx: ReadTx, *, brand_id: int, code: str) -> Segment:
    """Return a segment as it is defined now.

    :raises SegmentNotFound: when the brand has none of this code.
    """
    return versions_of(tx, brand_id=brand_id, code=code)[0]


def segment_at(tx: ReadTx, *, brand_id: int, code: str, version: int) -> Segment:
    """Return a segment as one of its versions defined it.

    :raises SegmentNotFound: when the brand has none of this code, or it had no such version.
    """
    return _versions(tx, brand_id=brand_id, code=code, version=version)[0]


def versions_of(tx: ReadTx, *, brand_id: int, code: str) -> Sequence[Segment]:
    """Return the definitions that a segment had, the latest first.

    :raises SegmentNotFound: when the brand has none of this code.
    """
    return _versions(tx, brand_id=brand_id, code=code, version=None)


def _versions(tx: ReadTx, *, brand_id: int, code: str, version: int | None) -> Sequence[Segment]:
    asked = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "code": code,
        "version": version,
        "limit": VERSIONS_SHOWN_MAX,
    }
    found = [_segment(*row) for row in tx.rows(tables.LIST_VERSIONS, asked)]
    if not found:
        raise SegmentNotFound(segment=code)
    return found


def _segment(document: object, *rest: object) -> Segment:
    read: SegmentDocument = read_segment(document)
    return Segment(read, *rest)  # type: ignore[arg-type] # columns in the order of the fields
