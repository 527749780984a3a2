"""HTTP in: what is done with an upload: looked over, imported, cancelled, its rejects taken."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import Path
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from huitong.channels.connectors.file import find_mapping
from huitong.channels.connectors.file.mapping import WrongMapping
from huitong.channels.connectors.file.sealed import unsealed
from huitong.channels.connectors.file.uploaded import place_of_rejects, refused_rows
from huitong.channels.model import MappingNotFound, RecordKind
from huitong.channels.model.uploads import (
    CHECK_UPLOAD,
    IMPORT_UPLOAD,
    NoRejects,
    RunKeyTaken,
    RunNotFound,
    RunPurpose,
    Upload,
    UploadForgotten,
    UploadNotFound,
    UploadRun,
    WantedRun,
)
from huitong.channels.operations.uploading import ask_run, name_job
from huitong.channels.queries.uploads import find_run, find_upload, key_of_upload
from huitong.channels.routes.told import RunId, RunOut, UploadId, run_out
from huitong.channels.routes.uploads import shelf_of
from huitong.platform import audit, clock, jobs
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, Permission
from huitong.platform.crypto import Cipher
from huitong.platform.db import ReadTx
from huitong.platform.http import (
    Calling,
    Page,
    Paging,
    RequestKey,
    Router,
    Running,
    page_of,
)
from huitong.platform.ids import show
from huitong.platform.jobs import JobNotInState, WantedJob

router = Router(tag="uploads")

JOB_OF_PURPOSE = {RunPurpose.IMPORT: IMPORT_UPLOAD, RunPurpose.CHECK: CHECK_UPLOAD}
REJECTS_EXAMPLE = (
    "rejected.row,rejected.code,rejected.reason,order_no,paid_minor\n"
    "3,channels.unreadable,“paid_minor” is missing.,A3,\n"
)


class RunIn(BaseModel):
    """How a file is to be read, and whether it is taken in or only looked over."""

    purpose: Literal[RunPurpose.IMPORT, RunPurpose.CHECK] = RunPurpose.IMPORT
    kind: RecordKind
    mapping: str | None = Field(
        default=None,
        max_length=120,
        description="A name, or name@version; none when the columns bear canonical names.",
    )
    sheet: str | None = Field(default=None, max_length=100)


class RefusedRowOut(BaseModel):
    """A refused row: where it stands in the file, and why it was refused."""

    row: int | None
    code: str
    reason: str


class _Rows(StreamingResponse):
    """A file of rows, as spreadsheets take it; no proxy keeps it."""

    media_type = "text/csv"


@router.route(
    "POST",
    "/v1/uploads/{upload_id}/runs",
    permission=Permission.INBOX_WRITE,
    status_code=HTTPStatus.ACCEPTED,
    errors=[UploadNotFound, UploadForgotten, MappingNotFound, WrongMapping, RunKeyTaken],
)
def ask(
    platform: Running,
    caller: Calling,
    upload_id: Annotated[UploadId, Path()],
    wanted: RunIn,
    key: RequestKey,
) -> RunOut:
    """Import a file, or look it over as an import would meet it; a worker does it, by a job.

    An import takes the very path of “huitong import”: it goes on where it broke off, and the same
    file again changes nothing.
    """
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        chosen = WantedRun(wanted.purpose, wanted.kind, _mapping(tx, wanted), wanted.sheet or None)
        run, upload = ask_run(
            tx,
            upload_id=upload_id,
            wanted=chosen,
            key=caller.own_key(key),
            actor=caller.actor(),
            now=now,
        )
        job = WantedJob(
            JOB_OF_PURPOSE[wanted.purpose],
            show("run", run.id),
            {"run_id": run.id},
            brand_id=upload.brand_id,
        )
        if run.job_id is None:
            name_job(tx, run_id=run.id, job_id=jobs.ask(tx, job, now=now).id)
            audit.record(
                tx,
                by=caller,
                act=audit.Act.IMPORT_ASK,
                subject=show("upl", upload_id),
                after={"purpose": wanted.purpose, "kind": wanted.kind, "mapping": chosen.mapping},
                brand_id=upload.brand_id,
                now=now,
            )
        return run_out(find_run(tx, run_id=run.id))


@router.route(
    "GET",
    "/v1/uploads/{upload_id}/runs/{run_id}",
    permission=Permission.INBOX_READ,
    errors=[RunNotFound],
)
def show_run(
    platform: Running,
    caller: Calling,
    upload_id: Annotated[UploadId, Path()],
    run_id: Annotated[RunId, Path()],
) -> RunOut:
    """Show how far a run is, and what came of it."""
    with platform.database.reading(caller.scope()) as tx:
        return run_out(_run(tx, upload_id, run_id))


@router.route(
    "POST",
    "/v1/uploads/{upload_id}/runs/{run_id}/cancel",
    permission=Permission.INBOX_WRITE,
    errors=[RunNotFound, JobNotInState],
)
def cancel(
    platform: Running,
    caller: Calling,
    upload_id: Annotated[UploadId, Path()],
    run_id: Annotated[RunId, Path()],
) -> RunOut:
    """Cancel a run at its next page; what its finished pages took in stays."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        run = _run(tx, upload_id, run_id)
        if run.job_id is not None:
            jobs.cancel(tx, job_id=run.job_id, actor=caller.actor(), now=now)
        return run_out(find_run(tx, run_id=run_id))


@router.route(
    "GET",
    "/v1/uploads/{upload_id}/runs/{run_id}/refused",
    permission=Permission.INBOX_READ,
    errors=[RunNotFound, NoRejects, UploadForgotten],
)
def list_refused_rows(
    platform: Running,
    caller: Calling,
    upload_id: Annotated[UploadId, Path()],
    run_id: Annotated[RunId, Path()],
    paging: Paging,
) -> Page[RefusedRowOut]:
    """List the rows that a run refused, in the order of the file; their cells stay out."""
    place = paging.after(int)
    start = 0 if place is None else int(place[0])
    _, cipher, _ = _rejects_key(platform, caller, upload_id, run_id)
    sealed = shelf_of(platform, caller.scope().group_id).rejects(upload_id, run_id)
    if not sealed.is_file():
        raise NoRejects
    found = refused_rows(sealed, cipher, run_id=run_id, start=start, limit=paging.limit + 1)
    rows = list(enumerate(found, start + 1))
    return page_of(
        rows,
        limit=paging.limit,
        show=lambda one: RefusedRowOut(row=one[1].row, code=one[1].code, reason=one[1].reason),
        place=lambda one: (one[0],),
    )


@router.route(
    "GET",
    "/v1/uploads/{upload_id}/runs/{run_id}/rejects",
    permission=Permission.INBOX_WRITE,
    errors=[RunNotFound, NoRejects, UploadForgotten],
    response_class=_Rows,
    answer_example=REJECTS_EXAMPLE,
)
def take_rejects(
    platform: Running,
    caller: Calling,
    upload_id: Annotated[UploadId, Path()],
    run_id: Annotated[RunId, Path()],
) -> _Rows:
    """Take the refused rows with their original cells, to be repaired and uploaded again.

    Whoever uploaded the file may; others need the permission to see customers unmasked. No cell is
    a formula in a spreadsheet.
    """
    upload, cipher, what = _rejects_key(platform, caller, upload_id, run_id)
    if upload.actor != caller.actor():
        caller.require(Permission.CUSTOMERS_UNMASK)
    sealed = shelf_of(platform, caller.scope().group_id).rejects(upload_id, run_id)
    if not sealed.is_file():
        raise NoRejects
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        audit.record(
            tx,
            by=caller,
            act=audit.Act.REJECTS_TAKE,
            subject=show("upl", upload_id),
            brand_id=upload.brand_id,
            now=now,
        )
    parts: Iterator[bytes] = unsealed(sealed, cipher, place=place_of_rejects(run_id))
    return _Rows(parts, headers=download_headers(f"{upload.name}.{what}.csv"))


def download_headers(name: str) -> dict[str, str]:
    """Return the headers under which a browser saves an answer as a file of that name."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


def _mapping(tx: ReadTx, wanted: RunIn) -> str:
    """Return the mapping by name and version, so that the job reads by what was meant now."""
    if not wanted.mapping:
        return ""
    found = find_mapping(tx, wanted.mapping)
    if found.kind is not wanted.kind:
        faults = f"it reads records of the kind “{found.kind}”, not “{wanted.kind}”"
        raise WrongMapping(mapping=wanted.mapping, faults=faults)
    return found.name


def _run(tx: ReadTx, upload_id: int, run_id: int) -> UploadRun:
    run = find_run(tx, run_id=run_id)
    if run.upload_id != upload_id:
        raise RunNotFound
    return run


def _rejects_key(
    platform: Platform, caller: Caller, upload_id: int, run_id: int
) -> tuple[Upload, Cipher, str]:
    """Return the upload of a run that has a file of rows, what opens it, and what the rows are."""
    with platform.database.reading(caller.scope()) as tx:
        run = _run(tx, upload_id, run_id)
        if not run.has_rejects:
            raise NoRejects
        what = "compared" if run.purpose is RunPurpose.COMPARE else "rejects"
        cipher = key_of_upload(tx, upload_id=upload_id)
        return find_upload(tx, upload_id=upload_id), cipher, what
