"""HTTP in: what was refused, by reason, field by field, tried again all at once, and as a file."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from huitong import channels, org
from huitong.channels.model import InboxRecord, RecordKind, RecordNotFound, TextForgotten
from huitong.channels.model.uploads import RETRY_REFUSED
from huitong.channels.queries import refused_counts
from huitong.channels.routes.listing import RECORD_PREFIX, RecordId
from huitong.channels.routes.told import (
    BrandFilter,
    RecordFieldOut,
    account_brands,
    account_id_of,
    account_names,
    fields_out,
    scope_of,
)
from huitong.channels.routes.upload_runs import download_headers
from huitong.channels.rules.telling import told_fields
from huitong.org.model import BrandNotFound, ChannelAccountNotFound
from huitong.platform import audit, clock, jobs
from huitong.platform.auth import Caller, Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, JobAsked, RequestKey, Router, Running
from huitong.platform.ids import show
from huitong.platform.jobs import JobKeyTaken, WantedJob
from huitong.platform.page import RECORDS_PER_PAGE_MAX
from huitong.platform.spreadsheets import guarded
from huitong.platform.unmasking import TooManyUnmasked, hold_unmasking

router = Router(tag="inbox")

HEADINGS = (
    "record", "account", "kind", "key", "row", "code", "reason", "occurred_at", "recorded_at",
    "delivery",
)  # fmt: skip
FILE_EXAMPLE = ",".join(HEADINGS) + "\n"
FILE_RECORDS_MAX = 200_000
ANY_REASON = "*"


class RefusedCountOut(BaseModel):
    """How many records are refused for one reason; the sentence of one stands for the others."""

    account: str
    brand: str
    kind: RecordKind
    code: str
    count: int
    oldest_at: datetime
    newest_at: datetime
    example: str


class RefusedCountsOut(BaseModel):
    """What is refused and open, by account, kind and reason, the most frequent first."""

    items: list[RefusedCountOut]
    count: int


class RecordFieldsOut(BaseModel):
    """The fields of a record as it came; none when its text is no longer kept."""

    record_id: RecordId
    is_kept: bool
    can_unmask: bool
    fields: list[RecordFieldOut]


class RetryAllIn(BaseModel):
    """Which refused records to try once more: all that match; what is left out matches any."""

    code: str | None = Field(default=None, min_length=1, max_length=100)
    kind: RecordKind | None = None
    account: str | None = Field(default=None, max_length=200)
    brand: str | None = Field(default=None, max_length=100)


class _Rows(StreamingResponse):
    """A file of rows, as spreadsheets take it; no proxy keeps it."""

    media_type = "text/csv"


@router.route(
    "GET",
    "/v1/inbox/refused/counts",
    permission=Permission.INBOX_READ,
    errors=[BrandNotFound],
)
def count_refused(
    platform: Running, caller: Calling, brand: BrandFilter = None
) -> RefusedCountsOut:
    """Count what is refused and still open, by its reason."""
    with platform.database.reading(scope_of(platform, caller, brand)) as tx:
        names, brands = account_names(tx), account_brands(tx)
        found = refused_counts(tx)
    items = [
        RefusedCountOut(
            account=names[one.account_id],
            brand=brands[one.account_id],
            kind=one.kind,
            code=one.code,
            count=one.count,
            oldest_at=one.oldest_at,
            newest_at=one.newest_at,
            example=one.example,
        )
        for one in found
    ]
    return RefusedCountsOut(items=items, count=sum(one.count for one in items))


@router.route(
    "POST",
    "/v1/inbox/refused/retry-all",
    permission=Permission.INBOX_WRITE,
    status_code=HTTPStatus.ACCEPTED,
    errors=[BrandNotFound, ChannelAccountNotFound, JobKeyTaken],
)
def retry_all(platform: Running, caller: Calling, wanted: RetryAllIn, key: RequestKey) -> JobAsked:
    """Try all refused records once more that match a filter; a worker does it, by a job."""
    now, scope = clock.now(), scope_of(platform, caller, wanted.brand)
    with platform.database.transaction(scope, now=now) as tx:
        account_id = account_id_of(account_names(tx), wanted.account)
        arguments = {
            "code": wanted.code,
            "kind": wanted.kind,
            "account_id": account_id,
            "brand_ids": None if scope.brand_ids is None else list(scope.brand_ids),
        }
        accounts = {one.id: one.brand_id for one in org.channel_accounts(tx)}
        brand_id = None if account_id is None else accounts[account_id]
        asked = WantedJob(RETRY_REFUSED, caller.own_key(key), arguments, brand_id=brand_id)
        job = jobs.ask(tx, asked, now=now)
        audit.record(
            tx,
            by=caller,
            act=audit.Act.RECORD_RETRY,
            subject=f"refused:{wanted.code or ANY_REASON}",
            after={"kind": wanted.kind, "account": wanted.account, "brand": wanted.brand},
            now=now,
        )
    return JobAsked.of(job)


@router.route(
    "GET",
    "/v1/inbox/refused/file",
    permission=Permission.INBOX_READ,
    errors=[BrandNotFound, ChannelAccountNotFound],
    response_class=_Rows,
    answer_example=FILE_EXAMPLE,
)
def take_refused(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    kind: Annotated[RecordKind | None, Query()] = None,
    code: Annotated[str | None, Query(max_length=100)] = None,
    account: Annotated[str | None, Query(max_length=200)] = None,
    brand: BrandFilter = None,
) -> _Rows:
    """Take the refused records as a file, with their reasons; it holds no field of theirs."""
    scope = scope_of(platform, caller, brand)
    with platform.database.reading(scope) as tx:
        names = account_names(tx)
        account_id = account_id_of(names, account)

    def pages() -> Iterator[list[InboxRecord]]:
        before_id, told = None, 0
        while told < FILE_RECORDS_MAX:
            with platform.database.reading(scope) as tx:
                found = channels.refused_records(
                    tx,
                    account_id=account_id,
                    kind=kind,
                    code=code,
                    before_id=before_id,
                    limit=RECORDS_PER_PAGE_MAX,
                )
            if not found:
                return
            before_id, told = found[-1].id, told + len(found)
            yield found

    def parts() -> Iterator[bytes]:
        yield _written([HEADINGS]).encode("utf-8-sig")
        for found in pages():
            yield _written([_row(one, names) for one in found]).encode()

    return _Rows(parts(), headers=download_headers("refused.csv"))


@router.route(
    "GET",
    "/v1/inbox/records/{record_id}/fields",
    permission=Permission.INBOX_READ,
    errors=[RecordNotFound],
)
def show_fields(
    platform: Running, caller: Calling, record_id: Annotated[RecordId, Path()]
) -> RecordFieldsOut:
    """Show the fields of a record as it came, those at fault marked; persons' values masked."""
    with platform.database.reading(caller.scope()) as tx:
        return _fields(tx, caller, record_id, is_unmasked=False)


@router.route(
    "POST",
    "/v1/inbox/records/{record_id}/unmask",
    permission=Permission.CUSTOMERS_UNMASK,
    errors=[RecordNotFound, TooManyUnmasked],
)
def unmask(
    platform: Running, caller: Calling, record_id: Annotated[RecordId, Path()]
) -> RecordFieldsOut:
    """Show the fields of a record with persons' values; that somebody looked is kept.

    It counts among the personal values that somebody may see in a day.
    """
    caller.require(Permission.INBOX_READ)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        hold_unmasking(tx, caller, wanted=1, now=now)
        shown = _fields(tx, caller, record_id, is_unmasked=True)
        audit.record(
            tx,
            by=caller,
            act=audit.Act.RECORD_UNMASK,
            subject=show(RECORD_PREFIX, record_id),
            now=now,
        )
    return shown


def _fields(tx: ReadTx, caller: Caller, record_id: int, *, is_unmasked: bool) -> RecordFieldsOut:
    record = channels.record(tx, record_id)
    try:
        text = channels.text_of(tx, record_id)
    except TextForgotten:
        text = b""
    fields = told_fields(record.kind, text) if text else []
    return RecordFieldsOut(
        record_id=record_id,
        is_kept=bool(text),
        can_unmask=Permission.CUSTOMERS_UNMASK in caller.permissions,
        fields=fields_out(fields, is_unmasked=is_unmasked),
    )


def _row(one: InboxRecord, names: dict[int, str]) -> list[str]:
    cells: Sequence[object | None] = (
        show(RECORD_PREFIX, one.id),
        names[one.channel_account_id],
        one.kind,
        one.external_id,
        one.source_row,
        one.code,
        one.reason,
        None if one.occurred_at is None else one.occurred_at.isoformat(),
        one.recorded_at.isoformat(),
        show("dlv", one.delivery_id),
    )
    return ["" if cell is None else guarded(str(cell)) for cell in cells]


def _written(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()
