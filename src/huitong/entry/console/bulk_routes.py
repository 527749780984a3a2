"""HTTP in: work on everybody whom a filter holds, with the number that somebody confirmed."""

import hashlib
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Literal, TypeAlias

import orjson
from fastapi import Path
from pydantic import BaseModel, Field

from huitong import org, segments
from huitong.customers.model import Purpose
from huitong.entry.console import bulk
from huitong.entry.console.bulk import FilterChanged, FilterMissing, leaves_nobody_out
from huitong.entry.console.customers_listing import condition_of
from huitong.org.model import Brand, BrandNotFound
from huitong.platform import audit, clock, jobs
from huitong.platform.assembly import Platform
from huitong.platform.audit import Act
from huitong.platform.auth import Caller, Permission
from huitong.platform.conditions import Condition, ConditionInvalid, write_condition
from huitong.platform.conditions.tree import AllOf
from huitong.platform.db import Tx
from huitong.platform.http import Calling, IdText, JobAsked, RequestKey, Router, Running
from huitong.platform.ids import show
from huitong.platform.jobs import JOB_PREFIX, JobKeyTaken, JobNotInState, NoSuchJob, WantedJob
from huitong.platform.lake import LakeEmpty
from huitong.segments.model.audiences import EXPORT_AUDIENCE, EXPORT_PREFIX, ExportKeyTaken
from huitong.segments.model.bitmaps import NothingPublished
from huitong.segments.model.tags import TagNotFound
from huitong.segments.queries.tags import definitions
from huitong.segments.routes.definitions import BrandCode

router = Router(tag="customers")

# Under these codes filters are kept that were exported without a name.
FILTER_CODE = "filter_"
FILTER_DIGITS = 12
FILTERING = (
    BrandNotFound,
    ConditionInvalid,
    NothingPublished,
    LakeEmpty,
    FilterChanged,
    FilterMissing,
)

JobId: TypeAlias = Annotated[int, IdText(JOB_PREFIX)]


class FilterIn(BaseModel):
    """Whom it is about, and how many somebody was shown and confirmed."""

    condition: dict[str, Any] | None = None
    segment: str | None = Field(None, max_length=50)
    confirmed: int = Field(ge=0, description="How many customers the list said there are.")
    everybody: bool = Field(
        default=False, description="Whoever means all customers says so; no filter is needed then."
    )


class TagWorkIn(FilterIn):
    """A tag that is given to everybody or taken back; without a value all values are taken back."""

    verb: Literal["give", "withdraw"]
    tag: str = Field(max_length=50)
    value: str | None = Field(None, min_length=1, max_length=100)
    until: date | None = Field(None, description="The first day on which it does not hold.")


class ExportWorkIn(FilterIn):
    """An export of everybody; who did not agree to the purpose is left out."""

    purpose: Purpose


class WorkAsked(JobAsked):
    """The job, and how many customers it is about; its result tells how many it changed."""

    customers: int


class ExportAskedOut(WorkAsked):
    """The export, its job, and how many customers it is about."""

    export_id: Annotated[int, IdText(EXPORT_PREFIX)]


@router.route(
    "POST",
    "/v1/brands/{brand}/customers/tag-work",
    permission=Permission.TAGS_GIVE,
    status_code=HTTPStatus.ACCEPTED,
    errors=[*FILTERING, TagNotFound, JobKeyTaken],
)
def ask_tag_work(
    platform: Running, caller: Calling, brand: BrandCode, wanted: TagWorkIn, key: RequestKey
) -> WorkAsked:
    """Give a tag by hand to everybody whom a filter holds, or take it back; it can be undone."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        where = org.brand(tx, code=brand)
        definitions(tx, brand_id=where.id).tag(wanted.tag)
        condition, count = _counted(platform, tx, where, wanted, caller)
        gives = wanted.verb == "give"
        job = jobs.ask(
            tx,
            WantedJob(
                bulk.GIVE_TAG if gives else bulk.WITHDRAW_TAG,
                caller.own_key(key),
                {
                    "brand": where.code,
                    "condition": dict(write_condition(condition)),
                    "tag": wanted.tag,
                    "value": wanted.value,
                    "until": None if wanted.until is None else wanted.until.isoformat(),
                    "confirmed": wanted.confirmed,
                    "actor": caller.actor(),
                },
                asked_by=caller.actor(),
                brand_id=where.id,
            ),
            now=now,
        )
        audit.record(
            tx,
            by=caller,
            act=Act.TAG_GIVE if gives else Act.TAG_WITHDRAW,
            subject=f"tag:{brand}/{wanted.tag}",
            after={"customers": count, "value": wanted.value, "job": show(JOB_PREFIX, job.id)},
            brand_id=where.id,
            now=now,
        )
    return WorkAsked(job_id=job.id, state=job.state, customers=count)


@router.route(
    "POST",
    "/v1/brands/{brand}/customers/tag-work/{job_id}/undo",
    permission=Permission.TAGS_GIVE,
    status_code=HTTPStatus.ACCEPTED,
    errors=[BrandNotFound, NoSuchJob, JobNotInState],
)
def undo_tag_work(
    platform: Running, caller: Calling, brand: BrandCode, job_id: Annotated[JobId, Path()]
) -> JobAsked:
    """Undo what a job said of customers; what others said since stays.

    A repeat changes nothing.
    """
    now, shown = clock.now(), show(JOB_PREFIX, job_id)
    with platform.database.transaction(caller.scope(), now=now) as tx:
        where = org.brand(tx, code=brand)
        done = jobs.find(tx, job_id=job_id)
        if done.kind not in {bulk.GIVE_TAG, bulk.WITHDRAW_TAG} or (
            done.arguments["brand"] != where.code
        ):
            raise NoSuchJob(job=shown)
        if done.finished_at is None:
            raise JobNotInState(job=shown, state=done.state, asked="undone")
        tag = str(done.arguments["tag"])
        asked = {"brand": where.code, "tag": tag, "job": shown, "actor": caller.actor()}
        job = jobs.ask(
            tx,
            WantedJob(
                bulk.UNDO_TAG,
                f"{shown}:{caller.actor()}",
                asked,
                asked_by=caller.actor(),
                brand_id=where.id,
            ),
            now=now,
        )
        audit.record(
            tx,
            by=caller,
            act=Act.TAG_WITHDRAW if done.kind == bulk.GIVE_TAG else Act.TAG_GIVE,
            subject=f"tag:{brand}/{tag}",
            after={"undone": shown, "job": show(JOB_PREFIX, job.id)},
            brand_id=where.id,
            now=now,
        )
    return JobAsked.of(job)


@router.route(
    "POST",
    "/v1/brands/{brand}/customers/exports",
    permission=Permission.SEGMENTS_EXPORT,
    status_code=HTTPStatus.ACCEPTED,
    errors=[*FILTERING, ExportKeyTaken],
)
def ask_export(
    platform: Running, caller: Calling, brand: BrandCode, wanted: ExportWorkIn, key: RequestKey
) -> ExportAskedOut:
    """Export everybody whom a filter holds; it is kept beside the segments, put away, as it was."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        where = org.brand(tx, code=brand)
        condition, count = _counted(platform, tx, where, wanted, caller)
        code = _kept(tx, where, condition, caller)
        asked = segments.ask_export(
            tx,
            brand_id=where.id,
            segment=code,
            purpose=wanted.purpose,
            key=key,
            actor=caller.actor(),
            now=now,
        )
        segments.archive_segment(tx, brand_id=where.id, code=code, expected_version=None)
        job = jobs.ask(
            tx,
            WantedJob(
                EXPORT_AUDIENCE,
                show(EXPORT_PREFIX, asked.id),
                {"brand": where.code, "export_id": asked.id},
                asked_by=caller.actor(),
                brand_id=where.id,
            ),
            now=now,
        )
        audit.record(
            tx,
            by=caller,
            act=Act.SEGMENT_EXPORT,
            subject=f"segment:{brand}/{code}",
            after={
                "export": show(EXPORT_PREFIX, asked.id),
                "customers": count,
                "purpose": wanted.purpose.value,
            },
            brand_id=where.id,
            now=now,
        )
    return ExportAskedOut(job_id=job.id, state=job.state, customers=count, export_id=asked.id)


def _counted(
    platform: Platform, tx: Tx, brand: Brand, wanted: FilterIn, caller: Caller
) -> tuple[Condition, int]:
    """Return the filter and how many it holds.

    :raises FilterMissing: when it leaves nobody out, and nobody said that this is meant.
    :raises FilterChanged: when that is not the number that was confirmed.
    """
    condition = condition_of(wanted.condition, wanted.segment) or AllOf(all=())
    if leaves_nobody_out(condition) and not wanted.everybody:
        raise FilterMissing
    audiences = segments.open_audiences(
        tx,
        brand=brand,
        open_lake=platform.open_lake,
        now=clock.now(),
        permissions=caller.permissions,
    )
    count = audiences.find(condition).size
    if count != wanted.confirmed:
        raise FilterChanged(customers=count, expected=wanted.confirmed)
    return condition, count


def _kept(tx: Tx, brand: Brand, condition: Condition, caller: Caller) -> str:
    """Keep a filter as a segment of its own, so that its export tells for ever who was in it."""
    told = dict(write_condition(condition))
    digest = hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
    code = FILTER_CODE + digest[:FILTER_DIGITS]
    document = segments.read_segment(
        {
            "code": code,
            "names": {"zh": "顾客列表的筛选", "en": "A filter of the list of customers"},
            "condition": told,
        }
    )
    segments.put_segment(
        tx,
        brand_id=brand.id,
        document=document,
        expected_version=None,
        actor=caller.actor(),
        now=clock.now(),
    )
    return code
