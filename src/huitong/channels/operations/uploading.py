"""Writes of uploads: files kept and forgotten, runs asked for, counted and finished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from huitong.channels.model.uploads import (
    UPLOAD_DAYS,
    RunCounts,
    RunKeyTaken,
    Upload,
    UploadForgotten,
    UploadForm,
    UploadRun,
    WantedRun,
)
from huitong.channels.queries.uploads import find_run, find_upload
from huitong.channels.tables import uploads as tables
from huitong.org.model import ChannelAccount
from huitong.platform.db import Tx
from huitong.platform.errors import DomainError


@dataclass(frozen=True, slots=True)
class Received:
    """A file that lies sealed in its place: what it is, and the salt of its key."""

    upload_id: int
    name: str
    form: UploadForm
    is_packed: bool
    byte_count: int
    content_hash: bytes
    salt: bytes


def repeated_upload(
    tx: Tx, account: ChannelAccount, *, content_hash: bytes, now: datetime
) -> int | None:
    """Return the upload of the account that has this content already; it is kept longer then."""
    found = tx.row(
        tables.KEEP_LONGER,
        {
            "group_id": tx.scope.group_id,
            "account_id": account.id,
            "content_hash": content_hash,
            "kept_until": now + timedelta(days=UPLOAD_DAYS),
        },
    )
    return None if found is None else int(found[0])


def keep_upload(
    tx: Tx, account: ChannelAccount, *, received: Received, actor: str, now: datetime
) -> bool:
    """Keep a file that was received; false when the same content came at the same moment."""
    group = {"group_id": tx.scope.group_id}
    kept = tx.execute(
        tables.ADD_UPLOAD,
        {
            **group,
            "id": received.upload_id,
            "brand_id": account.brand_id,
            "account_id": account.id,
            "name": received.name,
            "form": received.form,
            "is_packed": received.is_packed,
            "byte_count": received.byte_count,
            "content_hash": received.content_hash,
            "actor": actor,
            "now": now,
            "kept_until": now + timedelta(days=UPLOAD_DAYS),
        },
    )
    if kept:
        key = {"upload_id": received.upload_id, "salt": received.salt}
        tx.execute(tables.ADD_UPLOAD_KEY, {**group, **key})
    return bool(kept)


def forget_uploads(tx: Tx, upload_ids: Sequence[int] | None = None, *, now: datetime) -> list[int]:
    """Forget some uploads at once, or without names those whose days are over; return which.

    Their keys go, so that their files open for nobody; the files are swept later.
    """
    given = None if upload_ids is None else list(upload_ids)
    wanted = {"group_id": tx.scope.group_id, "upload_ids": given, "before": now, "now": now}
    forgotten = [upload_id for (upload_id,) in tx.rows(tables.FORGET_UPLOADS, wanted)]
    keys = {"group_id": tx.scope.group_id, "upload_ids": forgotten}
    tx.execute(tables.FORGET_UPLOAD_KEYS, keys)
    return forgotten


def forget_every_upload(tx: Tx, *, now: datetime) -> int:
    """Forget every upload of the group, and return how many there were.

    For an erasure: whom a file names, nobody knows without reading all of it, and whoever still
    needs one can upload it again. A run that has the file open goes on to its end.
    """
    group = {"group_id": tx.scope.group_id}
    forgotten = [
        upload_id for (upload_id,) in tx.rows(tables.FORGET_ALL_UPLOADS, {**group, "now": now})
    ]
    tx.execute(tables.FORGET_UPLOAD_KEYS, {**group, "upload_ids": forgotten})
    return len(forgotten)


def ask_run(
    tx: Tx, *, upload_id: int, wanted: WantedRun, key: str, actor: str, now: datetime
) -> tuple[UploadRun, Upload]:
    """Note what is to be done with an upload; a repeat under the key answers the first run.

    :raises UploadNotFound: when the scope sees no such upload.
    :raises UploadForgotten: when its file is not kept any more.
    :raises RunKeyTaken: when the key was used for another run.
    """
    upload = find_upload(tx, upload_id=upload_id)
    (run_id,) = tx.new_ids([0])
    asked = {"group_id": tx.scope.group_id, "key": key}
    known = tx.row(tables.FIND_RUN_BY_KEY, asked)
    if known is None:
        if upload.forgotten_at is not None:
            raise UploadForgotten(name=upload.name)
        row = {
            **asked,
            "id": run_id,
            "brand_id": upload.brand_id,
            "upload_id": upload_id,
            "purpose": wanted.purpose,
            "kind": wanted.kind,
            "mapping": wanted.mapping,
            "sheet": wanted.sheet,
            "actor": actor,
            "now": now,
        }
        tx.execute(tables.ADD_RUN, row)
        known = tx.row(tables.FIND_RUN_BY_KEY, asked)
    assert known is not None, "A run is made or found."
    if known[1:6] != (upload_id, wanted.purpose, wanted.kind, wanted.mapping, wanted.sheet):
        raise RunKeyTaken
    return find_run(tx, run_id=known[0]), upload


def name_job(tx: Tx, *, run_id: int, job_id: int) -> None:
    """Note which job does a run."""
    wanted = {"group_id": tx.scope.group_id, "run_id": run_id, "job_id": job_id}
    tx.execute(tables.NAME_JOB, wanted)


def carry_on(tx: Tx, *, run_id: int) -> tuple[int, int]:
    """Return how many records interrupted attempts of a run had applied, and superseded."""
    wanted = {"group_id": tx.scope.group_id, "run_id": run_id}
    tx.execute(tables.CARRY_ON, wanted)
    found = tx.row(tables.FIND_CARRIED, wanted)
    assert found is not None, "A run that is carried on exists."
    return int(found[0]), int(found[1])


def count_run(tx: Tx, *, run_id: int, counts: RunCounts, delivery_id: int | None) -> None:
    """Note how far a run is."""
    tx.execute(
        tables.COUNT_RUN,
        {
            "group_id": tx.scope.group_id,
            "run_id": run_id,
            "row_count": counts.row_count,
            "rows_done": counts.rows_done,
            "record_count": counts.record_count,
            "records_done": counts.records_done,
            "applied": counts.applied,
            "refused": counts.refused,
            "superseded": counts.superseded,
            "known": counts.known,
            "delivery_id": delivery_id,
        },
    )


def finish_run(
    tx: Tx,
    *,
    run_id: int,
    report: Mapping[str, object] | None,
    has_rejects: bool,
    fault: DomainError | None,
    now: datetime,
) -> None:
    """Note that a run came to its end, with what it found or why it could not be."""
    tx.execute(
        tables.FINISH_RUN,
        {
            "group_id": tx.scope.group_id,
            "run_id": run_id,
            "report": None if report is None else orjson.dumps(report).decode(),
            "has_rejects": has_rejects,
            "fault_code": None if fault is None else fault.code,
            "fault": None if fault is None else str(fault),
            "now": now,
        },
    )
