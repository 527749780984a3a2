"""HTTP in: how a segment came to say what it says, and what is made from it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from pydantic import BaseModel

from huitong import org, segments
from huitong.org.model import BrandNotFound
from huitong.platform.auth import Permission
from huitong.platform.conditions import Language
from huitong.platform.http import Calling, Router, Running
from huitong.segments.model.definitions import Segment, SegmentNotFound
from huitong.segments.queries.audiences import SETS
from huitong.segments.queries.vocabulary import Speech
from huitong.segments.queries.vocabulary_kept import speech_kept
from huitong.segments.routes.definitions import BrandCode, SegmentCode, out_of
from huitong.segments.rules.definitions import named_in

router = Router(tag="segments")


class SegmentChangeOut(BaseModel):
    """A definition that a segment had, and in words what it changed; nothing of the first one."""

    version: int
    changed_at: datetime
    changed_by: str
    document: dict[str, Any]
    says: dict[str, str] | None
    changes: dict[str, list[str]]


class SegmentChangesOut(BaseModel):
    """The definitions that a segment had, the latest first."""

    items: list[SegmentChangeOut]


class UsingSegmentOut(BaseModel):
    """A segment that is defined by this one."""

    code: str
    names: dict[str, str]


class SegmentUsesOut(BaseModel):
    """What would be wrong without the segment: other segments; exports have taken it before."""

    segments: list[UsingSegmentOut]
    can_be_archived: bool


@router.route(
    "GET",
    "/v1/brands/{brand}/segments/{segment}/versions",
    permission=Permission.SEGMENTS_READ,
    errors=[BrandNotFound, SegmentNotFound],
)
def list_versions(
    platform: Running, caller: Calling, brand: BrandCode, segment: SegmentCode
) -> SegmentChangesOut:
    """List the definitions that a segment had, the latest first, with what each changed."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        found = segments.versions_of(tx, brand_id=brand_id, code=segment)
        speech = speech_kept(tx, brand_id=brand_id, cache=SETS)
    return SegmentChangesOut(
        items=[_change(after, before, speech) for after, before in zip_longest(found, found[1:])]
    )


@router.route(
    "GET",
    "/v1/brands/{brand}/segments/{segment}/uses",
    permission=Permission.SEGMENTS_READ,
    errors=[BrandNotFound, SegmentNotFound],
)
def show_uses(
    platform: Running, caller: Calling, brand: BrandCode, segment: SegmentCode
) -> SegmentUsesOut:
    """Show what uses a segment: what has to change before it can be archived."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        segments.segment_of(tx, brand_id=brand_id, code=segment)
        everyone = segments.segments_of(tx, brand_id=brand_id)
    users = [
        UsingSegmentOut(code=one.code, names=one.document.names.model_dump())
        for one in everyone.values()
        if not one.is_archived and segment in named_in(one.document.condition)
    ]
    return SegmentUsesOut(segments=users, can_be_archived=not users)


def _change(after: Segment, before: Segment | None, speech: Speech) -> SegmentChangeOut:
    told = out_of(after, speech)
    return SegmentChangeOut(
        version=after.version,
        changed_at=after.changed_at,
        changed_by=after.changed_by,
        document=told.document,
        says=told.says,
        changes={
            language.value: list(_words(after, before, speech, language)) for language in Language
        },
    )


def _words(
    after: Segment, before: Segment | None, speech: Speech, language: Language
) -> Sequence[str]:
    """Return what changed, in words; nothing where a word of either is not there any more."""
    if before is None or any(out_of(one, speech).says is None for one in (after, before)):
        return ()
    return segments.differences(
        before.document,
        after.document,
        speech.words.vocabulary,
        segments=speech.segments,
        language=language,
    )
