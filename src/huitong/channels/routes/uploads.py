"""HTTP in: files handed in, as they are: streamed to disk, sealed, kept for some days."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path as FilePath
from typing import Annotated, TypeAlias

from fastapi import Path, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from huitong import org
from huitong.channels.connectors.file.sealed import FRAME_BYTES, Sealing
from huitong.channels.connectors.file.sniffing import Sniffed, sniffed
from huitong.channels.connectors.file.uploaded import CONTENT, Shelf
from huitong.channels.model.uploads import (
    KEPT_BYTES_MAX,
    LABEL_LENGTH_MAX,
    UPLOAD_BYTES_MAX,
    UPLOAD_DAYS,
    UPLOADS_FOLDER,
    UploadEmpty,
    UploadForm,
    UploadNotFound,
    UploadOfNoForm,
    UploadsFull,
)
from huitong.channels.operations.uploading import (
    Received,
    forget_uploads,
    keep_upload,
    repeated_upload,
)
from huitong.channels.queries.uploads import cipher_of, find_upload, kept_bytes, runs_of, uploads
from huitong.channels.routes.told import (
    BrandFilter,
    UploadId,
    UploadOut,
    account_id_of,
    account_named,
    account_names,
    scope_of,
    upload_out,
)
from huitong.org.model import BrandNotFound, ChannelAccount, ChannelAccountNotFound
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, Permission
from huitong.platform.crypto import new_day_key
from huitong.platform.http import (
    BODY_BYTES,
    BodyTooLarge,
    Calling,
    Page,
    Paging,
    Router,
    Running,
    page_of,
)

router = Router(tag="uploads")

BODY: Mapping[str, object] = {
    "required": True,
    "description": (
        "The bytes of the file, as they are: CSV (UTF-8, GBK or UTF-16), Excel (.xlsx), Parquet or"
        f" NDJSON, up to {UPLOAD_BYTES_MAX >> 20} MiB. What it is, its content says."
    ),
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
# Marks of direction and the like: a name must not look like another one.
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
NAMELESS = "upload"

AccountName: TypeAlias = Annotated[
    str,
    Query(
        pattern=r"^[^:]+:.+$",
        max_length=200,
        description="The channel account as platform and code.",
        examples=["pos:main"],
    ),
]


class UploadAccountOut(BaseModel):
    """A channel account that files can come from."""

    account: str = Field(examples=["pos:main"])
    brand: str
    sees_orders: bool


class TermsOut(BaseModel):
    """What can be uploaded, from which accounts, and for how long files are kept."""

    bytes_max: int
    days_kept: int
    forms: list[UploadForm]
    accounts: list[UploadAccountOut]


@dataclass(frozen=True, slots=True)
class Came:
    """What a body turned out to be, once it lies sealed in its place."""

    upload_id: int
    salt: bytes
    byte_count: int
    content_hash: bytes
    seen: Sniffed


@router.route("GET", "/v1/uploads/terms", permission=Permission.INBOX_READ)
def show_terms(platform: Running, caller: Calling) -> TermsOut:
    """Show how large files may be, of which forms and accounts, and how long they are kept."""
    with platform.database.reading(caller.scope()) as tx:
        brands = {one.id: one.code for one in org.brands(tx)}
        found = org.channel_accounts(tx)
    accounts = [
        UploadAccountOut(
            account=f"{one.platform}:{one.code}",
            brand=brands[one.brand_id],
            sees_orders=one.sees_orders and not one.fulfilment_only,
        )
        for one in found
    ]
    return TermsOut(
        bytes_max=UPLOAD_BYTES_MAX,
        days_kept=UPLOAD_DAYS,
        forms=list(UploadForm),
        accounts=accounts,
    )


@router.route(
    "POST",
    "/v1/uploads",
    permission=Permission.INBOX_WRITE,
    status_code=HTTPStatus.CREATED,
    errors=[ChannelAccountNotFound, UploadEmpty, UploadOfNoForm, UploadsFull, BodyTooLarge],
    request_body=BODY,
)
async def upload_file(
    request: Request,
    platform: Running,
    caller: Calling,
    account: AccountName,
    name: Annotated[
        str, Query(max_length=500, description="What people call the file; never a path here.")
    ] = "",
) -> UploadOut:
    """Hand a file in; nothing of it is taken yet, and the same file again is the same upload.

    It is sealed as it comes and forgotten after 7 days, or as soon as nothing in it waits.
    """
    request.scope["state"][BODY_BYTES] = UPLOAD_BYTES_MAX
    found, upload_id = await run_in_threadpool(_begin, platform, caller, account)
    label, salt = label_of(name), new_day_key()
    shelf = shelf_of(platform, found.group_id)
    cipher = cipher_of(found.group_id, upload_id, salt)
    with Sealing(shelf.content(upload_id), cipher, place=CONTENT) as sealing:
        waiting = bytearray()
        async for part in request.stream():
            waiting += part
            if len(waiting) >= FRAME_BYTES:
                await run_in_threadpool(sealing.write, bytes(waiting))
                waiting.clear()
        await run_in_threadpool(sealing.write, bytes(waiting))
        if not sealing.byte_count:
            raise UploadEmpty(name=label)
        seen = sniffed(sealing.head, label)
        content_hash = await run_in_threadpool(sealing.finish)
    came = Came(upload_id, salt, sealing.byte_count, content_hash, seen)
    return await run_in_threadpool(_kept, platform, caller, found, label, came)


@router.route(
    "GET",
    "/v1/uploads",
    permission=Permission.INBOX_READ,
    errors=[BrandNotFound, ChannelAccountNotFound],
)
def list_uploads(
    platform: Running,
    caller: Calling,
    paging: Paging,
    account: Annotated[str | None, Query(max_length=200)] = None,
    brand: BrandFilter = None,
) -> Page[UploadOut]:
    """List the files that were handed in, newest first, with what was done with each."""
    place = paging.after(int)
    before_id = None if place is None else int(place[0])
    with platform.database.reading(scope_of(platform, caller, brand)) as tx:
        account_id = account_id_of(account_names(tx), account)
        found = uploads(tx, account_id=account_id, before_id=before_id, limit=paging.limit + 1)
        shown = upload_out(tx, found, runs_of(tx, [one.id for one in found]))
    return page_of(shown, limit=paging.limit, show=lambda one: one, place=lambda one: (one.id,))


@router.route(
    "GET", "/v1/uploads/{upload_id}", permission=Permission.INBOX_READ, errors=[UploadNotFound]
)
def show_upload(
    platform: Running, caller: Calling, upload_id: Annotated[UploadId, Path()]
) -> UploadOut:
    """Show one upload and what was done with it."""
    return _shown(platform, caller, upload_id)


@router.route(
    "DELETE", "/v1/uploads/{upload_id}", permission=Permission.INBOX_WRITE, errors=[UploadNotFound]
)
def forget_upload(
    platform: Running, caller: Calling, upload_id: Annotated[UploadId, Path()]
) -> UploadOut:
    """Forget a file now; what was taken in from it stays."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        find_upload(tx, upload_id=upload_id)
        forget_uploads(tx, [upload_id], now=now)
    shelf_of(platform, caller.scope().group_id).content(upload_id).unlink(missing_ok=True)
    return _shown(platform, caller, upload_id)


def shelf_of(platform: Platform, group_id: int) -> Shelf:
    """Return where the uploads of a group rest."""
    return Shelf(FilePath(platform.settings.home) / UPLOADS_FOLDER, group_id)


def label_of(name: str) -> str:
    """Return what a file is called, without folders and without what nobody sees."""
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(one for one in last if unicodedata.category(one) not in UNSEEN)
    return " ".join(seen.split())[:LABEL_LENGTH_MAX] or NAMELESS


def _begin(platform: Platform, caller: Caller, account: str) -> tuple[ChannelAccount, int]:
    """Return the account of a file that is about to come, and the id of the upload."""
    with platform.database.transaction(caller.scope(), now=clock.now()) as tx:
        found = account_named(tx, account)
        if kept_bytes(tx) >= KEPT_BYTES_MAX:
            raise UploadsFull
        return found, tx.new_ids([0])[0]


def _kept(
    platform: Platform, caller: Caller, account: ChannelAccount, label: str, came: Came
) -> UploadOut:
    """Keep what came, or answer the upload that has the same content already."""
    shelf, now = shelf_of(platform, account.group_id), clock.now()
    received = Received(
        upload_id=came.upload_id,
        name=label,
        form=came.seen.form,
        is_packed=came.seen.is_packed,
        byte_count=came.byte_count,
        content_hash=came.content_hash,
        salt=came.salt,
    )
    with platform.database.transaction(caller.scope(), now=now) as tx:
        known = repeated_upload(tx, account, content_hash=came.content_hash, now=now)
        if known is not None and not shelf.content(known).is_file():
            forget_uploads(tx, [known], now=now)
            known = None
        if known is None and not keep_upload(
            tx, account, received=received, actor=caller.actor(), now=now
        ):
            known = repeated_upload(tx, account, content_hash=came.content_hash, now=now)
    if known is None:
        return _shown(platform, caller, came.upload_id)
    shelf.content(came.upload_id).unlink(missing_ok=True)
    return _shown(platform, caller, known).model_copy(update={"is_repeat": True})


def _shown(platform: Platform, caller: Caller, upload_id: int) -> UploadOut:
    with platform.database.reading(caller.scope()) as tx:
        found = find_upload(tx, upload_id=upload_id)
        (shown,) = upload_out(tx, [found], runs_of(tx, [upload_id]))
    return shown
