"""HTTP in: compare an uploaded file of an older system's balances with ours."""

from http import HTTPStatus
from typing import Annotated, Literal, TypeAlias

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import org
from huitong.channels.connectors.file import find_mapping
from huitong.channels.connectors.file.mapping import WrongMapping
from huitong.channels.model import MappingNotFound, OpeningKind, RecordKind
from huitong.channels.model.uploads import (
    RunKeyTaken,
    RunPurpose,
    UploadForgotten,
    UploadNotFound,
    UploadRun,
    WantedRun,
)
from huitong.channels.operations.uploading import ask_run, name_job
from huitong.channels.queries.uploads import find_run, find_upload, runs_for
from huitong.channels.routes.told import RunOut, UploadId, run_out
from huitong.entry.console.openings import COMPARE_OPENINGS
from huitong.org.model import BrandNotFound
from huitong.platform import clock, jobs
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, RequestKey, Router, Running
from huitong.platform.ids import show
from huitong.platform.jobs import WantedJob

router = Router(tag="openings")

COMPARISONS_SHOWN = 50

BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]
Balance: TypeAlias = Literal["points", "growth", "stored_principal", "stored_bonus"]


class ComparisonIn(BaseModel):
    """Which balances of an uploaded file are compared, and how the file is read."""

    upload_id: UploadId
    balance: Balance
    issuer: str | None = Field(
        default=None, max_length=100, description="Of stored value: the code of a legal entity."
    )
    mapping: str | None = Field(default=None, max_length=120)
    sheet: str | None = Field(default=None, max_length=100)


class BalanceDifferenceOut(BaseModel):
    """One customer, or one row of nobody, whose balance is not the same in both books."""

    customer: str
    known_as: str = Field(description="Identifiers, masked.")
    row: str
    theirs: str
    ours: str
    difference: str
    verdict: str


class BalancesFoundOut(BaseModel):
    """How two books agree; amounts are points, growth value or fen.

    `nobody_here` are rows of people who are no customers here; `others` are about another balance.
    """

    balance: Balance
    issuer: str | None
    agrees: bool
    theirs: int
    ours: int
    difference: int
    equal: int
    differs: int
    missing_here: int
    missing_there: int
    nobody_here: int
    theirs_of_nobody: int
    unreadable: int
    others: int
    examples: list[BalanceDifferenceOut]


class ComparisonOut(BaseModel):
    """A comparison: how far it is, and what it found."""

    run: RunOut
    file: str
    found: BalancesFoundOut | None


class ComparisonsOut(BaseModel):
    """The newest comparisons of a brand."""

    items: list[ComparisonOut]


@router.route(
    "POST",
    "/v1/brands/{brand}/openings/comparisons",
    permission=Permission.INBOX_WRITE,
    status_code=HTTPStatus.ACCEPTED,
    errors=[
        BrandNotFound, UploadNotFound, UploadForgotten, MappingNotFound, WrongMapping, RunKeyTaken,
    ],
)  # fmt: skip
def compare(
    platform: Running, caller: Calling, brand: BrandCode, wanted: ComparisonIn, key: RequestKey
) -> ComparisonOut:
    """Compare the balances of an uploaded file with ours and take nothing over; a job does it."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        if find_upload(tx, upload_id=wanted.upload_id).brand_id != brand_id:
            raise UploadNotFound
        mapping = find_mapping(tx, wanted.mapping) if wanted.mapping else None
        if mapping is not None and mapping.kind is not RecordKind.OPENING:
            faults = f"it reads records of the kind “{mapping.kind}”, not openings"
            raise WrongMapping(mapping=mapping.name, faults=faults)
        run, upload = ask_run(
            tx,
            upload_id=wanted.upload_id,
            wanted=WantedRun(
                RunPurpose.COMPARE,
                RecordKind.OPENING,
                mapping.name if mapping else "",
                wanted.sheet or None,
            ),
            key=caller.own_key(key),
            actor=caller.actor(),
            now=now,
        )
        arguments = {
            "run_id": run.id,
            "balance": OpeningKind(wanted.balance),
            "issuer": wanted.issuer or None,
        }
        asked = WantedJob(COMPARE_OPENINGS, show("run", run.id), arguments, brand_id=brand_id)
        job = jobs.ask(tx, asked, now=now)
        name_job(tx, run_id=run.id, job_id=job.id)
        return _comparison(find_run(tx, run_id=run.id), upload.name)


@router.route(
    "GET",
    "/v1/brands/{brand}/openings/comparisons",
    permission=Permission.INBOX_READ,
    errors=[BrandNotFound],
)
def list_comparisons(platform: Running, caller: Calling, brand: BrandCode) -> ComparisonsOut:
    """List the newest comparisons of a brand, each with what it found."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        found = runs_for(tx, brand_id=brand_id, purpose=RunPurpose.COMPARE, limit=COMPARISONS_SHOWN)
        names = {
            upload_id: find_upload(tx, upload_id=upload_id).name
            for upload_id in {one.upload_id for one in found}
        }
    return ComparisonsOut(items=[_comparison(one, names[one.upload_id]) for one in found])


def _comparison(run: UploadRun, file: str) -> ComparisonOut:
    found = None if run.report is None else BalancesFoundOut.model_validate(dict(run.report))
    return ComparisonOut(run=run_out(run), file=file, found=found)
