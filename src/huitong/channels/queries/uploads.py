"""Reads of the files that people handed in, and of what was done with each."""

from collections.abc import Sequence

from psycopg.rows import TupleRow

from huitong.channels.model import RecordKind
from huitong.channels.model.uploads import (
    RunCounts,
    RunNotFound,
    RunPurpose,
    RunState,
    Upload,
    UploadForgotten,
    UploadForm,
    UploadNotFound,
    UploadRun,
)
from huitong.channels.queries.inbox import LIMIT_MAX
from huitong.channels.tables import uploads as tables
from huitong.platform.crypto import Cipher, keyring
from huitong.platform.db import ReadTx

RUNS_OF_PAGE_MAX = 2_000
EVERY_PURPOSE = {"purpose": None, "brand_id": None}


def uploads(
    tx: ReadTx, *, account_id: int | None = None, before_id: int | None = None, limit: int
) -> list[Upload]:
    """Return uploads, newest first; the next page begins before the last one's id."""
    assert 0 < limit <= LIMIT_MAX, "The edge limits a page of a list."
    wanted = {"account_id": account_id, "before_id": before_id, "limit": limit}
    found = tx.rows(tables.LIST_UPLOADS, {"group_id": tx.scope.group_id, **wanted})
    return [_upload(row) for row in found]


def find_upload(tx: ReadTx, *, upload_id: int) -> Upload:
    """Return one upload, forgotten or not.

    :raises UploadNotFound: when the scope sees none with this id.
    """
    wanted = {"group_id": tx.scope.group_id, "upload_id": upload_id}
    found = tx.row(tables.FIND_UPLOAD, wanted)
    if found is None:
        raise UploadNotFound
    return _upload(found)


def kept_uploads(tx: ReadTx) -> frozenset[int]:
    """Return the ids of all uploads whose files are kept."""
    found = tx.rows(tables.KEPT_UPLOADS, {"group_id": tx.scope.group_id})
    return frozenset(upload_id for (upload_id,) in found)


def kept_bytes(tx: ReadTx) -> int:
    """Return how many bytes the kept uploads have together, as far as the scope sees them."""
    found = tx.row(tables.KEPT_BYTES, {"group_id": tx.scope.group_id})
    assert found is not None, "An aggregate always answers."
    return int(found[0])


def key_of_upload(tx: ReadTx, *, upload_id: int) -> Cipher:
    """Return the cipher that opens the files of an upload.

    :raises UploadNotFound: when the scope sees no such upload.
    :raises UploadForgotten: when its key was deleted.
    """
    upload = find_upload(tx, upload_id=upload_id)
    wanted = {"group_id": tx.scope.group_id, "upload_id": upload_id}
    found = tx.row(tables.FIND_UPLOAD_KEY, wanted)
    if found is None or upload.forgotten_at is not None:
        raise UploadForgotten(name=upload.name)
    return cipher_of(tx.scope.group_id, upload_id, found[0])


def cipher_of(group_id: int, upload_id: int, salt: bytes) -> Cipher:
    """Return the cipher of one upload; without the salt there is no way back to it."""
    return keyring().day_cipher(group_id, upload_id, salt)


def runs_of(tx: ReadTx, upload_ids: Sequence[int]) -> dict[int, list[UploadRun]]:
    """Return what was done with some uploads, by upload, the newest first."""
    runs: dict[int, list[UploadRun]] = {upload_id: [] for upload_id in upload_ids}
    wanted = {
        "upload_ids": list(upload_ids),
        "run_id": None,
        "limit": RUNS_OF_PAGE_MAX,
        **EVERY_PURPOSE,
    }
    for row in tx.rows(tables.LIST_RUNS, {"group_id": tx.scope.group_id, **wanted}):
        run = _run(row)
        runs[run.upload_id].append(run)
    return runs


def runs_for(tx: ReadTx, *, brand_id: int, purpose: RunPurpose, limit: int) -> list[UploadRun]:
    """Return the newest runs of a brand that serve a purpose."""
    wanted = {"upload_ids": None, "run_id": None, "limit": limit}
    asked = {**wanted, "purpose": purpose, "brand_id": brand_id}
    return [
        _run(row) for row in tx.rows(tables.LIST_RUNS, {"group_id": tx.scope.group_id, **asked})
    ]


def find_run(tx: ReadTx, *, run_id: int) -> UploadRun:
    """Return one run.

    :raises RunNotFound: when the scope sees none with this id.
    """
    wanted = {"upload_ids": None, "run_id": run_id, "limit": 1, **EVERY_PURPOSE}
    found = tx.row(tables.LIST_RUNS, {"group_id": tx.scope.group_id, **wanted})
    if found is None:
        raise RunNotFound
    return _run(found)


def _upload(row: TupleRow) -> Upload:
    identity, brand_id, account_id, name, form, *rest = row
    return Upload(identity, brand_id, account_id, name, UploadForm(form), *rest)


def _run(row: TupleRow) -> UploadRun:
    identity, upload_id, brand_id, purpose, kind, mapping, sheet, job_id, actor, at, state = row[
        :11
    ]
    delivery_id, report, has_rejects, fault_code, fault, finished_at = row[19:]
    return UploadRun(
        id=identity,
        upload_id=upload_id,
        brand_id=brand_id,
        purpose=RunPurpose(purpose),
        kind=RecordKind(kind),
        mapping=mapping,
        sheet=sheet,
        job_id=job_id,
        actor=actor,
        recorded_at=at,
        state=RunState(state),
        counts=RunCounts(*row[11:19]),
        delivery_id=delivery_id,
        report=report,
        has_rejects=has_rejects,
        fault_code=fault_code,
        fault=fault,
        finished_at=finished_at,
    )
