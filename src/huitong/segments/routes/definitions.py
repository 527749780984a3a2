"""HTTP in: the segments of a brand, their versions, and the words they may use."""

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, TypeAlias
from zoneinfo import ZoneInfo

from fastapi import Path, Response
from pydantic import BaseModel, Field

from huitong import org, segments
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.audit import Act
from huitong.platform.auth import Permission
from huitong.platform.conditions import (
    ConditionInvalid,
    Language,
    problems_of,
    sentence,
)
from huitong.platform.http import Calling, ExpectedVersion, Router, Running, etag
from huitong.segments.model.bitmaps import SnapshotTaken
from huitong.segments.model.definitions import (
    Segment,
    SegmentChanged,
    SegmentInUse,
    SegmentInvalid,
    SegmentNotFound,
    TooManySegments,
)
from huitong.segments.queries.audiences import SETS
from huitong.segments.queries.vocabulary import Speech
from huitong.segments.queries.vocabulary_kept import speech_kept

router = Router(tag="segments")

DAYS_LISTED = 30

BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]
SegmentCode: TypeAlias = Annotated[str, Path(max_length=50, description="The segment's code.")]


class SegmentOut(BaseModel):
    """A segment as it is defined, and the same as a sentence."""

    document: dict[str, Any]
    version: int
    changed_at: datetime
    changed_by: str
    is_archived: bool
    says: dict[str, str] | None


class SegmentDayOut(BaseModel):
    """How many were in a segment on a day, and how many came and went since the day before it."""

    day: date
    customers: int
    entered: int | None
    left: int | None


class SegmentListed(SegmentOut):
    """A segment with its sizes of the last 30 days that were kept, the latest first."""

    sizes: list[SegmentDayOut]


class SegmentsOut(BaseModel):
    """Every segment of a brand."""

    items: list[SegmentListed]


class SegmentIn(BaseModel):
    """A segment to keep: names, owner, condition; the code is that of the path."""

    names: dict[str, str]
    owner: str = "operations"
    condition: dict[str, Any] = Field(description="A condition; /v1/…/vocabulary has the words.")


@router.route(
    "GET",
    "/v1/brands/{brand}/segments",
    permission=Permission.SEGMENTS_READ,
    errors=[BrandNotFound],
)
def list_segments(platform: Running, caller: Calling, brand: BrandCode) -> SegmentsOut:
    """List the segments of a brand, archived ones too, with how large they were lately."""
    with platform.database.reading(caller.scope()) as tx:
        owner = org.brand(tx, code=brand)
        today = clock.now().astimezone(ZoneInfo(owner.time_zone)).date()
        found = segments.segments_of(tx, brand_id=owner.id)
        sizes = segments.recent_sizes(
            tx, brand_id=owner.id, since=today - timedelta(days=DAYS_LISTED)
        )
        speech = speech_kept(tx, brand_id=owner.id, cache=SETS)
    return SegmentsOut(
        items=[
            SegmentListed(
                **out_of(one, speech).model_dump(),
                sizes=[size_of(day) for day in sizes.get(code, ())],
            )
            for code, one in found.items()
        ]
    )


@router.route(
    "GET",
    "/v1/brands/{brand}/segments/{segment}",
    permission=Permission.SEGMENTS_READ,
    errors=[BrandNotFound, SegmentNotFound],
)
def show_segment(
    platform: Running, caller: Calling, brand: BrandCode, segment: SegmentCode, response: Response
) -> SegmentOut:
    """Show a segment; `ETag` is its version."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        found = segments.segment_of(tx, brand_id=brand_id, code=segment)
        speech = speech_kept(tx, brand_id=brand_id, cache=SETS)
    response.headers["ETag"] = etag(found.version)
    return out_of(found, speech)


@router.route(
    "PUT",
    "/v1/brands/{brand}/segments/{segment}",
    permission=Permission.SEGMENTS_WRITE,
    errors=[BrandNotFound, SegmentInvalid, ConditionInvalid, SegmentChanged, TooManySegments],
)
def put_segment(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    segment: SegmentCode,
    wanted: SegmentIn,
    expected: ExpectedVersion,
    response: Response,
) -> SegmentOut:
    """Keep a segment; `If-Match` is the version that was read, `"0"` for a new one."""
    now = clock.now()
    document = segments.read_segment({"code": segment, **wanted.model_dump()})
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        before = segments.segments_of(tx, brand_id=brand_id).get(segment)
        kept = segments.put_segment(
            tx,
            brand_id=brand_id,
            document=document,
            expected_version=expected,
            actor=caller.actor(),
            now=now,
        )
        if before is None or kept.version != before.version:
            audit.record(
                tx,
                by=caller,
                act=Act.SEGMENT_PUT,
                subject=f"segment:{brand}/{segment}",
                before=None if before is None else segments.written(before.document),
                after=segments.written(kept.document),
                brand_id=brand_id,
                now=now,
            )
        speech = segments.speech_of(tx, brand_id=brand_id)
        # Its days tell how many it has from tomorrow on.
        speech.hold(kept.document.condition, caller.permissions)
    response.headers["ETag"] = etag(kept.version)
    return out_of(kept, speech)


@router.route(
    "DELETE",
    "/v1/brands/{brand}/segments/{segment}",
    permission=Permission.SEGMENTS_WRITE,
    status_code=HTTPStatus.NO_CONTENT,
    errors=[BrandNotFound, SegmentNotFound, SegmentChanged, SegmentInUse],
)
def archive_segment(
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    segment: SegmentCode,
    expected: ExpectedVersion,
) -> None:
    """Put a segment away; its versions and its days stay."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        put_away = segments.archive_segment(
            tx, brand_id=brand_id, code=segment, expected_version=expected
        )
        audit.record(
            tx,
            by=caller,
            act=Act.SEGMENT_ARCHIVE,
            subject=f"segment:{brand}/{segment}",
            before={"version": put_away.version, "is_archived": False},
            after={"version": put_away.version, "is_archived": True},
            brand_id=brand_id,
            now=now,
        )


def out_of(found: Segment, speech: Speech) -> SegmentOut:
    """Return a segment as it is answered, told in words where its words are all there."""
    condition, vocabulary = found.document.condition, speech.words.vocabulary
    # A tag that was put away since leaves a segment that can be read, but not told.
    is_sound = not problems_of(condition, vocabulary, segments=speech.segments)
    told = {
        language.value: sentence(condition, vocabulary, language=language, segments=speech.segments)
        for language in Language
        if is_sound
    }
    return SegmentOut(
        document=segments.written(found.document),
        version=found.version,
        changed_at=found.changed_at,
        changed_by=found.changed_by,
        is_archived=found.is_archived,
        says=told or None,
    )


def size_of(taken: SnapshotTaken) -> SegmentDayOut:
    """Return a day of a segment as it is answered."""
    return SegmentDayOut(
        day=taken.taken_on, customers=taken.size, entered=taken.entered, left=taken.gone
    )
