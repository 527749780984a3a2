"""What several routes of the inbox tell alike: accounts by name, uploads, runs, fields."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from fastapi import Query
from pydantic import BaseModel, Field

from huitong import org
from huitong.channels.model import RecordKind
from huitong.channels.model.uploads import (
    RUN_PREFIX,
    UPLOAD_PREFIX,
    RunPurpose,
    RunState,
    Upload,
    UploadForm,
    UploadRun,
)
from huitong.channels.rules.telling import FieldFault, ToldField, masked_field
from huitong.org.model import ChannelAccount, ChannelAccountNotFound
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller
from huitong.platform.db import ReadTx, Scope
from huitong.platform.http import IdText
from huitong.platform.jobs import JOB_PREFIX

UploadId: TypeAlias = Annotated[int, IdText(UPLOAD_PREFIX)]
RunId: TypeAlias = Annotated[int, IdText(RUN_PREFIX)]
JobId: TypeAlias = Annotated[int, IdText(JOB_PREFIX)]
DeliveryId: TypeAlias = Annotated[int, IdText("dlv")]
BrandFilter: TypeAlias = Annotated[
    str | None,
    Query(max_length=100, description="Of this brand; without one of all that are seen."),
]


class RunProgressOut(BaseModel):
    """How many rows and records a run has gone over, and what became of the records."""

    rows: int | None = Field(description="Null until the file is read through.")
    rows_done: int
    records: int | None
    records_done: int
    applied: int
    refused: int
    superseded: int
    known: int


class RunRefusalOut(BaseModel):
    """How many records were refused for one reason, and the first rows that were."""

    code: str
    count: int
    first_rows: list[int]


class UnknownCodesOut(BaseModel):
    """How many codes nobody knows, and the most frequent ones with how often each is named."""

    count: int
    codes: dict[str, int]


class RunCheckOut(BaseModel):
    """What a look at a file found beside refusals; amounts are sums in fen."""

    amounts: dict[str, int]
    standings: dict[Literal["new", "changed", "known"], int] | None
    unknown_skus: UnknownCodesOut
    unknown_stores: UnknownCodesOut


class RunFaultOut(BaseModel):
    """Why a file as a whole could not be taken, with the remedy."""

    code: str
    detail: str


class RunOut(BaseModel):
    """One thing that was done with an upload.

    `is_repeat` says of a finished import that nothing in it was new. `has_rejects`: its refused
    rows can be taken as a file.
    """

    id: RunId
    upload_id: UploadId
    purpose: RunPurpose
    kind: RecordKind
    mapping: str | None = Field(description="Null when the columns bear canonical names.")
    sheet: str | None
    job_id: JobId | None
    asked_by: str
    asked_at: datetime
    state: RunState
    progress: RunProgressOut
    delivery_id: DeliveryId | None
    is_repeat: bool
    refusals: list[RunRefusalOut]
    check: RunCheckOut | None
    has_rejects: bool
    fault: RunFaultOut | None
    finished_at: datetime | None


class UploadOut(BaseModel):
    """A file that was handed in, and what was done with it, the newest first.

    `is_repeat`: the same content from the same account is here already, and this is it.
    """

    id: UploadId
    account: str = Field(examples=["pos:main"])
    brand: str
    name: str
    form: UploadForm
    is_packed: bool
    byte_count: int
    uploaded_by: str
    uploaded_at: datetime
    kept_until: datetime
    is_kept: bool
    is_repeat: bool = False
    runs: list[RunOut]


class RecordFieldOut(BaseModel):
    """One field of a record; a value that may be a person's is masked unless it is unmasked.

    Items of lists are counted from 1. `value` is null where the field is missing.
    """

    path: str
    value: str | None
    is_personal: bool
    is_masked: bool
    fault: FieldFault | None


def account_named(tx: ReadTx, name: str) -> ChannelAccount:
    """Return the channel account that “platform:code” names.

    :raises ChannelAccountNotFound: when the scope sees none.
    """
    platform, _, code = name.partition(":")
    return org.channel_account(tx, platform=platform, code=code)


def account_names(tx: ReadTx) -> dict[int, str]:
    """Return the channel accounts as “platform:code”, by id."""
    return {one.id: f"{one.platform}:{one.code}" for one in org.channel_accounts(tx)}


def account_brands(tx: ReadTx) -> dict[int, str]:
    """Return the code of the brand of each channel account, by the account's id."""
    codes = {one.id: one.code for one in org.brands(tx)}
    return {
        one.id: codes[one.brand_id] for one in org.channel_accounts(tx) if one.brand_id in codes
    }


def scope_of(platform: Platform, caller: Caller, brand: str | None) -> Scope:
    """Return what a caller sees, or what of it is of one brand.

    :raises BrandNotFound: when the caller sees no such brand.
    """
    if brand is None:
        return caller.scope()
    with platform.database.reading(caller.scope()) as tx:
        found = org.brand(tx, code=brand)
    return Scope(found.group_id, (found.id,))


def account_id_of(names: Mapping[int, str], name: str | None) -> int | None:
    """Return the id of the account that a filter names; None when it names none.

    :raises ChannelAccountNotFound: when the scope sees no such account.
    """
    if name is None:
        return None
    found = next((known for known, shown in names.items() if shown == name), None)
    if found is None:
        platform, _, code = name.partition(":")
        raise ChannelAccountNotFound(platform=platform, account_code=code)
    return found


def upload_out(
    tx: ReadTx, found: Sequence[Upload], runs: Mapping[int, Sequence[UploadRun]]
) -> list[UploadOut]:
    """Return uploads as they are told, with their runs."""
    names = account_names(tx)
    brands = {one.id: one.code for one in org.brands(tx)}
    return [
        UploadOut(
            id=one.id,
            account=names[one.channel_account_id],
            brand=brands[one.brand_id],
            name=one.name,
            form=one.form,
            is_packed=one.is_packed,
            byte_count=one.byte_count,
            uploaded_by=one.actor,
            uploaded_at=one.recorded_at,
            kept_until=one.kept_until,
            is_kept=one.forgotten_at is None,
            runs=[run_out(run) for run in runs.get(one.id, ())],
        )
        for one in found
    ]


def run_out(run: UploadRun) -> RunOut:
    """Return a run as it is told."""
    report = dict(run.report or {})
    counts = run.counts
    return RunOut(
        id=run.id,
        upload_id=run.upload_id,
        purpose=run.purpose,
        kind=run.kind,
        mapping=run.mapping or None,
        sheet=run.sheet,
        job_id=run.job_id,
        asked_by=run.actor,
        asked_at=run.recorded_at,
        state=run.state,
        progress=RunProgressOut(
            rows=counts.row_count,
            rows_done=counts.rows_done,
            records=counts.record_count,
            records_done=counts.records_done,
            applied=counts.applied,
            refused=counts.refused,
            superseded=counts.superseded,
            known=counts.known,
        ),
        delivery_id=run.delivery_id,
        is_repeat=bool(report.get("is_repeat")),
        refusals=_refusals(report),
        check=RunCheckOut.model_validate(report) if "amounts" in report else None,
        has_rejects=run.has_rejects,
        fault=None
        if run.fault is None
        else RunFaultOut(code=run.fault_code or "", detail=run.fault),
        finished_at=run.finished_at,
    )


def fields_out(fields: Sequence[ToldField], *, is_unmasked: bool) -> list[RecordFieldOut]:
    """Return the fields of a record as the caller may see them."""
    return [
        RecordFieldOut(
            path=shown.path,
            value=shown.value,
            is_personal=one.is_personal,
            is_masked=shown.value != one.value,
            fault=one.fault,
        )
        for one in fields
        for shown in [one if is_unmasked else masked_field(one)]
    ]


def _refusals(report: Mapping[str, object]) -> list[RunRefusalOut]:
    counts, rows = report.get("refusals"), report.get("first_rows")
    assert isinstance(counts, dict | None), "A report counts refusals by code."
    first = rows if isinstance(rows, dict) else {}
    return [
        RunRefusalOut(code=code, count=count, first_rows=first.get(code, []))
        for code, count in (counts or {}).items()
    ]
