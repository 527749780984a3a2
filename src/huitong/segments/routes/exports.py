"""HTTP in: exports of segments asked for, listed with who took them, and their files taken."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, TypeAlias

from fastapi import Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from huitong import org, segments
from huitong.customers.model import Purpose
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock, jobs
from huitong.platform.assembly import Platform
from huitong.platform.audit import Act
from huitong.platform.auth import Caller, Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import (
    Calling,
    IdText,
    Page,
    Paging,
    RequestKey,
    Router,
    Running,
    page_of,
)
from huitong.platform.ids import ID_BITS, show
from huitong.platform.jobs import WantedJob
from huitong.segments.model.audiences import (
    EXPORT_AUDIENCE,
    EXPORT_PREFIX,
    EXPORTS_FOLDER,
    ExportAsked,
    ExportFileGone,
    ExportKeyTaken,
    ExportNotFound,
    ExportTaken,
    ExportUnfinished,
)
from huitong.segments.model.definitions import SegmentNotFound
from huitong.segments.operations import audiences_taking as taking
from huitong.segments.operations.audiences_export import HEADER
from huitong.segments.operations.audiences_taking import Taking
from huitong.segments.queries import audiences_export as queries
from huitong.segments.routes.definitions import BrandCode, SegmentCode
from huitong.segments.routes.opening import hold_segment

router = Router(tag="exports")

FILE_EXAMPLE = (
    "export,customer,status,name,city\n"
    "exp_0000000000g00,cus_0000000000g01,member,张*,上海\n"
)  # fmt: skip

ExportId: TypeAlias = Annotated[int, IdText(EXPORT_PREFIX)]
JobId: TypeAlias = Annotated[int, IdText(jobs.JOB_PREFIX)]


class ExportIn(BaseModel):
    """What an export is for: who did not agree to it is left out."""

    purpose: Purpose


class TakingOut(BaseModel):
    """Who took the file, and how many rows were sent; one that broke off has no `finished_at`.

    `left_out` counts those who agreed when it was written and do not any more, by reason.
    """

    taken_by: str
    taken_at: datetime
    finished_at: datetime | None
    sent: int | None
    left_out: dict[str, int] | None


class ExportOut(BaseModel):
    """An export, its job, and once it is finished how many are in it and who was left out, why.

    Its file can be taken until `kept_until`; `takings` is told of a single export only.
    """

    id: ExportId
    segment: str
    purpose: str
    job_id: JobId | None
    asked_by: str
    asked_at: datetime
    is_finished: bool
    written: int | None
    left_out: dict[str, int] | None
    kept_until: datetime | None
    takings: list[TakingOut] | None = None


class _Rows(StreamingResponse):
    """A file of rows, as spreadsheets take it; no proxy keeps it."""

    media_type = "text/csv"


@router.route(
    "POST", "/v1/brands/{brand}/segments/{segment}/exports", permission=Permission.SEGMENTS_EXPORT,
    status_code=HTTPStatus.ACCEPTED, errors=[BrandNotFound, SegmentNotFound, ExportKeyTaken],
)  # fmt: skip
def ask_export(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    segment: SegmentCode,
    wanted: ExportIn,
    key: RequestKey,
) -> ExportOut:
    """Ask for the customers of a segment as a file; a worker writes it, its job tells how far."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        found = org.brand(tx, code=brand)
        hold_segment(tx, caller, brand_id=found.id, segment=segment)
        asked = segments.ask_export(
            tx,
            brand_id=found.id,
            segment=segment,
            purpose=wanted.purpose,
            key=key,
            actor=caller.actor(),
            now=now,
        )
        job = WantedJob(
            EXPORT_AUDIENCE,
            show(EXPORT_PREFIX, asked.id),
            {"brand": found.code, "export_id": asked.id},
            asked_by=caller.actor(),
            brand_id=found.id,
        )
        (result,) = jobs.enqueue(tx, [job], now=now)
        audit.record(
            tx,
            by=caller,
            act=Act.SEGMENT_EXPORT,
            subject=f"segment:{brand}/{segment}",
            after={
                "export": show(EXPORT_PREFIX, asked.id),
                "version": asked.version,
                "purpose": asked.purpose,
            },
            brand_id=found.id,
            now=now,
        )
    return _out(asked, job_id=getattr(getattr(result, "value", None), "id", None))


@router.route(
    "GET", "/v1/brands/{brand}/exports", permission=Permission.SEGMENTS_EXPORT,
    errors=[BrandNotFound],
)  # fmt: skip
def list_exports(
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    paging: Paging,
    segment: Annotated[
        str | None, Query(max_length=50, description="Of this segment alone.")
    ] = None,
) -> Page[ExportOut]:
    """List the exports of a brand, the newest first: who asked for what, and what for."""
    place = paging.after(int)
    before = (1 << ID_BITS) - 1 if place is None else int(place[0])
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        found = queries.list_exports(
            tx, brand_id=brand_id, segment=segment, before=before, limit=paging.limit + 1
        )
        job_of = _jobs_of(tx, found)
    return page_of(
        found,
        limit=paging.limit,
        show=lambda one: _out(one, job_id=job_of.get(one.id)),
        place=lambda one: (one.id,),
    )


@router.route(
    "GET", "/v1/brands/{brand}/exports/{export_id}", permission=Permission.SEGMENTS_EXPORT,
    errors=[BrandNotFound, ExportNotFound],
)  # fmt: skip
def show_export(
    platform: Running, caller: Calling, brand: BrandCode, export_id: Annotated[ExportId, Path()]
) -> ExportOut:
    """Show what came of an export, and who took its file."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        asked = segments.find_export(tx, brand_id=brand_id, export_id=export_id)
        takings = queries.takings_of(tx, [export_id], brand_id=brand_id)[export_id]
        job_id = _jobs_of(tx, [asked]).get(export_id)
    return _out(asked, job_id=job_id, takings=takings)


@router.route(
    "GET", "/v1/brands/{brand}/exports/{export_id}/file", permission=Permission.SEGMENTS_EXPORT,
    errors=[BrandNotFound, ExportNotFound, ExportUnfinished, ExportFileGone],
    response_class=_Rows, answer_example=FILE_EXAMPLE,
)  # fmt: skip
def take_file(
    platform: Running, caller: Calling, brand: BrandCode, export_id: Annotated[ExportId, Path()]
) -> _Rows:
    """Take the file of an export as CSV; who does and when is kept.

    Consent is asked once more: who took it back since the file was written is left out. The file
    can be taken for 7 days.
    """
    now = clock.now()
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        asked = segments.find_export(tx, brand_id=brand_id, export_id=export_id)
        hold_segment(tx, caller, brand_id=brand_id, segment=asked.segment)
    path = taking.check_file(asked, platform.settings.home / EXPORTS_FOLDER, now=now)
    actor = caller.actor()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        begun = taking.begin_taking(
            tx, asked, brand_id=brand_id, path=path, actor=actor, now=now
        )  # fmt: skip
        audit.record(
            tx,
            by=caller,
            act=Act.SEGMENT_TAKE,
            subject=f"segment:{brand}/{asked.segment}",
            after={"export": show(EXPORT_PREFIX, export_id), "written": asked.written},
            brand_id=brand_id,
            now=now,
        )
    headers = {
        "Content-Disposition": f'attachment; filename="{path.name}"',
        "Cache-Control": "no-store",
    }
    return _Rows(_sent(platform, caller, begun, brand_id), headers=headers)


def _sent(platform: Platform, caller: Caller, begun: Taking, brand_id: int) -> Iterator[bytes]:
    """Yield the file in parts, without those who do not agree any more, and note that it went."""
    now, sent = clock.now(), 0
    left_out: Counter[str] = Counter()
    yield _written([HEADER]).encode(taking.ENCODING)
    for page in taking.pages_of(begun.path):
        with platform.database.reading(caller.scope()) as tx:
            kept = taking.still_allowed(
                tx, page, purpose=Purpose(begun.asked.purpose), left_out=left_out, now=now
            )
        sent += len(kept)
        yield _written(kept).encode()
    with platform.database.transaction(caller.scope(), now=clock.now()) as tx:
        taking.finish_taking(
            tx, begun, brand_id=brand_id, sent=sent, left_out=left_out, now=clock.now()
        )


def _jobs_of(tx: ReadTx, exports: Sequence[ExportAsked]) -> dict[int, int]:
    """Return the job of each export that still has one."""
    keys = {show(EXPORT_PREFIX, one.id): one.id for one in exports}
    found = jobs.by_keys(tx, kind=EXPORT_AUDIENCE, keys=list(keys))
    return {keys[job.key]: job.id for job in found}


def _written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _out(
    asked: ExportAsked, *, job_id: int | None = None, takings: Sequence[ExportTaken] | None = None
) -> ExportOut:
    told = None if takings is None else [_taking(one) for one in takings]
    return ExportOut(
        id=asked.id,
        segment=asked.segment,
        purpose=asked.purpose,
        job_id=job_id,
        asked_by=asked.asked_by,
        asked_at=asked.asked_at,
        is_finished=asked.finished_at is not None,
        written=asked.written,
        left_out=None if asked.left_out is None else dict(asked.left_out),
        kept_until=asked.kept_until,
        takings=told,
    )


def _taking(one: ExportTaken) -> TakingOut:
    return TakingOut(
        taken_by=one.taken_by,
        taken_at=one.taken_at,
        finished_at=one.finished_at,
        sent=one.sent,
        left_out=None if one.left_out is None else dict(one.left_out),
    )
