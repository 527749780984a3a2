"""HTTP in: what arrived, what became of it and why, and another try for what was refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from fastapi import Path, Query
from pydantic import BaseModel, Field

from huitong import channels
from huitong.channels.model import (
    Delivery,
    DeliveryNotFound,
    DeliveryState,
    InboxRecord,
    NotRefused,
    RecordKind,
    RecordNotFound,
    RecordState,
    Taken,
    Way,
)
from huitong.channels.routes.told import (
    BrandFilter,
    account_brands,
    account_id_of,
    account_names,
    scope_of,
)
from huitong.org.model import BrandNotFound, ChannelAccountNotFound
from huitong.platform import audit, clock
from huitong.platform.auth import Permission
from huitong.platform.db import Scope, Tx
from huitong.platform.errors import Ok, Result
from huitong.platform.http import Calling, IdText, Page, Paging, Router, Running, page_of
from huitong.platform.ids import show
from huitong.platform.page import RECORDS_PER_PAGE_MAX

router = Router(tag="inbox")

DELIVERY_PREFIX = "dlv"
RECORD_PREFIX = "rec"

DeliveryId: TypeAlias = Annotated[int, IdText(DELIVERY_PREFIX)]
RecordId: TypeAlias = Annotated[int, IdText(RECORD_PREFIX)]
AccountId: TypeAlias = Annotated[int, IdText("acc")]
AccountFilter: TypeAlias = Annotated[str | None, Query(max_length=200, examples=["pos:main"])]


class DeliveryOut(BaseModel):
    """One file, push batch or pull run; its counts are those of its latest run."""

    id: DeliveryId
    channel_account_id: AccountId
    account: str = Field(description="The account as platform and code.")
    brand: str
    kind: RecordKind
    way: Way
    source: str
    mapping: str
    state: DeliveryState
    runs: int
    records: int | None = Field(description="Null until that is known.")
    applied: int
    refused: int
    superseded: int
    known: int
    recorded_at: datetime
    run_at: datetime
    finished_at: datetime | None


class RecordOut(BaseModel):
    """One version of one record and what became of it."""

    id: RecordId
    channel_account_id: AccountId
    account: str = Field(description="The account as platform and code.")
    brand: str
    kind: RecordKind
    external_id: str = Field(description="The source's own key; a member's is not readable.")
    version: str
    state: RecordState
    code: str | None
    reason: str | None = Field(description="Why it was refused, with the remedy.")
    delivery_id: DeliveryId
    row: int | None
    occurred_at: datetime | None
    recorded_at: datetime


class RetryIn(BaseModel):
    """Refused records to try once more."""

    record_ids: list[RecordId] = Field(min_length=1, max_length=RECORDS_PER_PAGE_MAX)


class RetriedOut(BaseModel):
    """What became of one of them now."""

    record_id: RecordId
    state: Literal["applied", "superseded", "known", "refused"]
    code: str | None = None
    reason: str | None = None


class RetriesOut(BaseModel):
    """What became of each, in the order asked."""

    items: list[RetriedOut]


@router.route(
    "GET",
    "/v1/inbox/deliveries",
    permission=Permission.INBOX_READ,
    errors=[BrandNotFound, ChannelAccountNotFound],
)
def list_deliveries(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    paging: Paging,
    account: AccountFilter = None,
    kind: Annotated[RecordKind | None, Query()] = None,
    way: Annotated[Way | None, Query()] = None,
    brand: BrandFilter = None,
) -> Page[DeliveryOut]:
    """List what was delivered, newest first."""
    with platform.database.reading(scope_of(platform, caller, brand)) as tx:
        names, brands = account_names(tx), account_brands(tx)
        found = channels.deliveries(
            tx,
            account_id=account_id_of(names, account),
            kind=kind,
            way=way,
            before_id=_before(paging),
            limit=paging.limit + 1,
        )
    return page_of(
        found,
        limit=paging.limit,
        show=lambda one: _delivery(one, names, brands),
        place=lambda one: (one.id,),
    )


@router.route(
    "GET",
    "/v1/inbox/deliveries/{delivery_id}",
    permission=Permission.INBOX_READ,
    errors=[DeliveryNotFound],
)
def show_delivery(
    platform: Running, caller: Calling, delivery_id: Annotated[DeliveryId, Path()]
) -> DeliveryOut:
    """Show one delivery and how far it is."""
    with platform.database.reading(caller.scope()) as tx:
        return _delivery(channels.delivery(tx, delivery_id), account_names(tx), account_brands(tx))


@router.route(
    "GET",
    "/v1/inbox/deliveries/{delivery_id}/records",
    permission=Permission.INBOX_READ,
    errors=[DeliveryNotFound],
)
def list_of_delivery(
    platform: Running,
    caller: Calling,
    delivery_id: Annotated[DeliveryId, Path()],
    paging: Paging,
    state: Annotated[RecordState | None, Query()] = None,
) -> Page[RecordOut]:
    """List the records that a delivery brought first, newest first."""
    with platform.database.reading(caller.scope()) as tx:
        channels.delivery(tx, delivery_id)
        names, brands = account_names(tx), account_brands(tx)
        found = channels.records_of_delivery(
            tx, delivery_id, state=state, before_id=_before(paging), limit=paging.limit + 1
        )
    return page_of(
        found,
        limit=paging.limit,
        show=lambda one: _record(one, names, brands),
        place=lambda one: (one.id,),
    )


@router.route(
    "GET",
    "/v1/inbox/refused",
    permission=Permission.INBOX_READ,
    errors=[BrandNotFound, ChannelAccountNotFound],
)
def list_refused(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    paging: Paging,
    kind: Annotated[RecordKind | None, Query()] = None,
    code: Annotated[str | None, Query(max_length=100)] = None,
    account: AccountFilter = None,
    brand: BrandFilter = None,
) -> Page[RecordOut]:
    """List what was refused and is still open, newest first, with the reasons."""
    with platform.database.reading(scope_of(platform, caller, brand)) as tx:
        names, brands = account_names(tx), account_brands(tx)
        found = channels.refused_records(
            tx,
            account_id=account_id_of(names, account),
            kind=kind,
            code=code,
            before_id=_before(paging),
            limit=paging.limit + 1,
        )
    return page_of(
        found,
        limit=paging.limit,
        show=lambda one: _record(one, names, brands),
        place=lambda one: (one.id,),
    )


@router.route("POST", "/v1/inbox/refused/retry", permission=Permission.INBOX_WRITE)
def retry(platform: Running, caller: Calling, wanted: RetryIn) -> RetriesOut:
    """Try refused records once more; what is not refused any more is left as it is."""
    with platform.database.reading(caller.scope()) as tx:
        visible = channels.refused_among(tx, wanted.record_ids)
    tried = [one for one in dict.fromkeys(wanted.record_ids) if one in visible]
    # The caller's scope has let these through; they may join persons, who are of the whole group.
    now = clock.now()

    def work(tx: Tx) -> list[Result[Taken]]:
        told = channels.retry(tx, record_ids=tried, appliers=platform.appliers, now=now)
        subjects = [show(RECORD_PREFIX, one) for one in tried]
        changes = [audit.Change(subject=one) for one in subjects]
        audit.record_all(tx, changes, by=caller, act=audit.Act.RECORD_RETRY, now=now)
        return told

    answers = platform.database.do(Scope(caller.scope().group_id), work, now=now)
    results = dict(zip(tried, answers, strict=True))
    return RetriesOut(
        items=[
            retried(record_id, results.get(record_id) or NotRefused().as_refused())
            for record_id in wanted.record_ids
        ]
    )


@router.route(
    "GET",
    "/v1/inbox/records/{record_id}",
    permission=Permission.INBOX_READ,
    errors=[RecordNotFound],
)
def show_record(
    platform: Running, caller: Calling, record_id: Annotated[RecordId, Path()]
) -> RecordOut:
    """Show one record version and what became of it."""
    with platform.database.reading(caller.scope()) as tx:
        return _record(channels.record(tx, record_id), account_names(tx), account_brands(tx))


def _before(paging: Paging) -> int | None:
    place = paging.after(int)
    return None if place is None else int(place[0])


def _delivery(
    delivery: Delivery, names: Mapping[int, str], brands: Mapping[int, str]
) -> DeliveryOut:
    return DeliveryOut(
        id=delivery.id,
        channel_account_id=delivery.channel_account_id,
        account=names[delivery.channel_account_id],
        brand=brands[delivery.channel_account_id],
        kind=delivery.kind,
        way=delivery.way,
        source=delivery.source,
        mapping=delivery.mapping,
        state=delivery.state,
        runs=delivery.runs,
        records=delivery.record_count,
        applied=delivery.applied_count,
        refused=delivery.refused_count,
        superseded=delivery.superseded_count,
        known=delivery.known_count,
        recorded_at=delivery.recorded_at,
        run_at=delivery.run_at,
        finished_at=delivery.finished_at,
    )


def _record(record: InboxRecord, names: Mapping[int, str], brands: Mapping[int, str]) -> RecordOut:
    return RecordOut(
        id=record.id,
        channel_account_id=record.channel_account_id,
        account=names[record.channel_account_id],
        brand=brands[record.channel_account_id],
        kind=record.kind,
        external_id=record.external_id,
        version=record.version,
        state=record.state,
        code=record.code,
        reason=record.reason,
        delivery_id=record.delivery_id,
        row=record.source_row,
        occurred_at=record.occurred_at,
        recorded_at=record.recorded_at,
    )


def retried(record_id: int, result: Result[Taken]) -> RetriedOut:
    """Return what became of a record as its caller is told it."""
    if isinstance(result, Ok):
        return RetriedOut(record_id=record_id, state=result.value.state.value)
    return RetriedOut(record_id=record_id, state="refused", code=result.code, reason=result.reason)
