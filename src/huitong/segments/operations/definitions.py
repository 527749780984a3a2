"""Keeping segments: each change is a version, checked against the words of the brand."""

import json
from dataclasses import replace
from datetime import datetime

from huitong.platform.conditions import Definitions, Names
from huitong.platform.db import Tx
from huitong.segments.model.definitions import (
    SEGMENTS_MAX,
    Segment,
    SegmentChanged,
    SegmentDocument,
    SegmentInUse,
    SegmentNotFound,
    TooManySegments,
)
from huitong.segments.queries.definitions import segment_of, segments_of
from huitong.segments.queries.vocabulary import Speech, speech_of
from huitong.segments.rules.definitions import named_in, written
from huitong.segments.tables import definitions as tables


def put_segment(
    tx: Tx,
    *,
    brand_id: int,
    document: SegmentDocument,
    expected_version: int | None,
    actor: str,
    now: datetime,
) -> Segment:
    """Keep a segment as a new version; the same document as the newest one changes nothing.

    `expected_version` is the version that the caller has read: 0 for a new segment, None to take
    whatever there is. An archived segment that is put again is there again.

    :raises SegmentChanged: when the segment is not at `expected_version` any more.
    :raises ConditionInvalid: when the condition says what there is no word for, or names itself.
    :raises TooManySegments: when the brand has as many as it may have.
    """
    versions = _lock(tx, brand_id)
    code = document.code
    version, is_archived = versions.get(code, (0, False))
    if expected_version is not None and expected_version != version:
        raise SegmentChanged(segment=code, version=version, expected=expected_version)
    if not version and len(versions) >= SEGMENTS_MAX:
        raise TooManySegments
    speech = speech_of(tx, brand_id=brand_id)
    _with(speech, document).check(document.condition)
    if version and not is_archived:
        known = segment_of(tx, brand_id=brand_id, code=code)
        if known.document == document:
            return known
    place = {"group_id": tx.scope.group_id, "brand_id": brand_id, "code": code}
    if not version and not tx.execute(tables.INSERT_SEGMENT, place):
        raise SegmentChanged(segment=code, version=1, expected=0)
    told = json.dumps(written(document), ensure_ascii=False)
    added = {"version": version + 1, "document": told, "now": now, "actor": actor, **place}
    tx.execute(tables.INSERT_VERSION, added)
    tx.execute(tables.UPDATE_SEGMENT, {"is_archived": False, **added})
    return Segment(document, version + 1, now, actor, is_archived=False)


def archive_segment(tx: Tx, *, brand_id: int, code: str, expected_version: int | None) -> Segment:
    """Put a segment away: it is not counted daily any more; its days and versions stay.

    :raises SegmentNotFound: when the brand has none of this code.
    :raises SegmentChanged: when it is not at `expected_version` any more.
    :raises SegmentInUse: when other segments are defined by it.
    """
    versions = _lock(tx, brand_id)
    if code not in versions:
        raise SegmentNotFound(segment=code)
    version, _ = versions[code]
    if expected_version is not None and expected_version != version:
        raise SegmentChanged(segment=code, version=version, expected=expected_version)
    everyone = segments_of(tx, brand_id=brand_id)
    users = [
        f"“{one.code}”"
        for one in everyone.values()
        if not one.is_archived and code in named_in(one.document.condition)
    ]
    if users:
        raise SegmentInUse(segment=code, used_by=", ".join(users))
    place = {"group_id": tx.scope.group_id, "brand_id": brand_id, "code": code}
    tx.execute(tables.UPDATE_SEGMENT, {"version": version, "is_archived": True, **place})
    return replace(everyone[code], is_archived=True)


def _lock(tx: Tx, brand_id: int) -> dict[str, tuple[int, bool]]:
    place = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    rows = tx.rows(tables.LOCK_SEGMENTS, place)
    return {code: (version, is_archived) for code, version, is_archived in rows}


def _with(speech: Speech, document: SegmentDocument) -> Speech:
    """Return what may be said once the document counts: a circle is found through it."""
    names = Names(document.names.zh, document.names.en)
    segments = Definitions(
        {**speech.segments.conditions, document.code: document.condition},
        {**speech.segments.names, document.code: names},
    )
    return replace(speech, segments=segments)
