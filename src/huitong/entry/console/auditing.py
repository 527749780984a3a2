"""HTTP in: who did what, from where, before and after; searched, paged, and taken as a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field, JsonValue

from huitong import org
from huitong.entry.console import naming
from huitong.org.model import BrandNotFound
from huitong.platform import audit, auth, clock
from huitong.platform.assembly import Platform
from huitong.platform.audit import (
    ACT_NAMES,
    AUDIT_PREFIX,
    EXPORT_ENTRIES_MAX,
    Act,
    Entry,
    TooManyEntries,
    Wanted,
)
from huitong.platform.auth import Caller, Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, IdText, Page, Paging, Router, Running, page_of
from huitong.platform.seen import Seen

router = Router(tag="audit")

FILE_EXAMPLE = (
    "entry,recorded_at,actor,actor_name,address,agent,request,brand,act,act_zh,act_en,subject,"
    "reason,changes\n"
)

ENTRIES_AT_ONCE = 500
# Subjects of other kinds have no name that the platform knows.
NAMED = (f"{auth.USER_PREFIX}_", f"{auth.KEY_PREFIX}_")

EntryId: TypeAlias = Annotated[int, IdText(AUDIT_PREFIX)]


class ActOut(BaseModel):
    """Something that can have been done, in the words of people."""

    act: Act
    chinese: str
    english: str


class ActsOut(BaseModel):
    """Everything that the audit tells of."""

    items: list[ActOut]


class ActorOut(BaseModel):
    """Who acts: a user, a key, a guide, a hand at the command line, and the name they had then."""

    id: str = Field(examples=["usr_0000000000g00", "cli:wang"])
    name: str | None


class ActorsOut(BaseModel):
    """Who acted lately."""

    items: list[ActorOut]


class AuditDifferenceOut(BaseModel):
    """One place at which before and after differ; null is what was not there."""

    path: str = Field(examples=["rules.double.points"])
    before: JsonValue
    after: JsonValue


class EntryOut(BaseModel):
    """Who did what, when, from where, and what it changed; values of persons are not in it."""

    id: EntryId
    recorded_at: datetime
    actor: ActorOut
    address: str | None
    agent: str | None
    request_id: str | None
    brand: str | None = Field(description="The brand's code; null when it is of the group.")
    act: str
    subject: str = Field(examples=["programme:grocer", "cus_0000000000g01"])
    subject_name: str | None = Field(description="What people call a user, a key or a guide.")
    reason: str | None
    changes: list[AuditDifferenceOut]


class _Filters(BaseModel):
    """Which entries are asked for."""

    actor: str | None
    acts: tuple[str, ...] | None
    subject: str | None
    brand: str | None
    since: datetime | None
    until: datetime | None


def _filters(  # noqa: PLR0917 - the parts of one request
    actor: Annotated[str | None, Query(max_length=100)] = None,
    act: Annotated[list[Act] | None, Query(max_length=100)] = None,
    subject: Annotated[
        str | None, Query(max_length=200, description="How the subject begins.")
    ] = None,
    brand: Annotated[str | None, Query(max_length=100)] = None,
    since: Annotated[AwareDatetime | None, Query()] = None,
    until: Annotated[AwareDatetime | None, Query(description="Past the end of the span.")] = None,
) -> _Filters:
    return _Filters(
        actor=actor or None,
        acts=tuple(act) if act else None,
        subject=subject or None,
        brand=brand or None,
        since=since,
        until=until,
    )


Filters: TypeAlias = Annotated[_Filters, Depends(_filters)]


class _Lines(StreamingResponse):
    """A file of entries, as spreadsheets take it; no proxy keeps it."""

    media_type = "text/csv"


@router.route("GET", "/v1/audit/acts", permission=Permission.AUDIT_READ)
def list_acts() -> ActsOut:
    """List everything that the audit tells of, with its names."""
    return ActsOut(
        items=[
            ActOut(act=act, chinese=name.chinese, english=name.english)
            for act, name in ACT_NAMES.items()
        ]
    )


@router.route("GET", "/v1/audit/actors", permission=Permission.AUDIT_READ)
def list_actors(platform: Running, caller: Calling) -> ActorsOut:
    """List who acted lately, by the name they had last."""
    with platform.database.reading(caller.scope()) as tx:
        found = audit.actors(tx)
    return ActorsOut(items=[ActorOut(id=actor, name=name) for actor, name in found])


@router.route("GET", "/v1/audit/entries", permission=Permission.AUDIT_READ, errors=[BrandNotFound])
def list_entries(
    platform: Running, caller: Calling, paging: Paging, filters: Filters
) -> Page[EntryOut]:
    """List what was done, the newest first; all filters hold together."""
    place = paging.after(int)
    with platform.database.reading(caller.scope()) as tx:
        brands = _brands(tx)
        found = audit.entries(
            tx,
            _wanted(tx, filters),
            before_id=None if place is None else int(place[0]),
            limit=paging.limit + 1,
        )
        names = _names(tx, found)
    return page_of(
        found,
        limit=paging.limit,
        show=lambda entry: _out(entry, brands, names),
        place=lambda entry: (entry.id,),
    )


@router.route(
    "GET",
    "/v1/audit/file",
    permission=Permission.AUDIT_EXPORT,
    errors=[BrandNotFound, TooManyEntries],
    response_class=_Lines,
    answer_example=FILE_EXAMPLE,
)
def take_file(platform: Running, caller: Calling, filters: Filters) -> _Lines:
    """Take what was done as CSV, the newest first; that it was taken is an entry itself."""
    now = clock.now()
    asked = filters.model_dump(mode="json", exclude_none=True)
    with platform.database.transaction(caller.scope(), now=now) as tx:
        wanted = _wanted(tx, filters)
        after = {"filters": asked, "entries": audit.check_export(tx, wanted)}
        audit.record(tx, by=caller, act=Act.AUDIT_EXPORT, subject="audit", after=after, now=now)
    headers = {
        "Content-Disposition": f'attachment; filename="audit-{now:%Y%m%d-%H%M%S}.csv"',
        "Cache-Control": "no-store",
    }
    return _Lines(_sent(platform, caller, wanted), headers=headers)


def _sent(platform: Platform, caller: Caller, wanted: Wanted) -> Iterator[str]:
    """Yield the file; while the client reads, no transaction is open."""
    with platform.database.reading(caller.scope()) as tx:
        brands = _brands(tx)
    yield from audit.file_of(_taken(platform, caller, wanted), brands)


def _taken(platform: Platform, caller: Caller, wanted: Wanted) -> Iterator[Entry]:
    """Yield the entries with the names of guides, a transaction for each few hundred.

    The audit keeps no name of theirs: it is sealed, and an erasure of it has to hold.
    """
    before_id, told = None, 0
    while told < EXPORT_ENTRIES_MAX:
        with platform.database.reading(caller.scope()) as tx:
            limit = min(ENTRIES_AT_ONCE, EXPORT_ENTRIES_MAX - told)
            found = audit.entries(tx, wanted, before_id=before_id, limit=limit)
            nameless = {one.actor for one in found if one.actor_name is None}
            names = naming.guides(tx, sorted(nameless), Seen(clock.now()))
        if not found:
            return
        before_id, told = found[-1].id, told + len(found)
        for one in found:
            yield replace(one, actor_name=one.actor_name or names.get(one.actor))


def _brands(tx: ReadTx) -> Mapping[int, str]:
    return {one.id: one.code for one in org.brands(tx)}


def _names(tx: ReadTx, entries: Sequence[Entry]) -> Mapping[str, str]:
    """Return the names of users, keys and guides to whom something was done."""
    subjects = sorted({entry.subject for entry in entries})
    named = audit.names_of(tx, [one for one in subjects if one.startswith(NAMED)])
    return {**named, **naming.guides(tx, subjects, Seen(clock.now()))}


def _wanted(tx: ReadTx, filters: _Filters) -> Wanted:
    return Wanted(
        actor=filters.actor,
        acts=filters.acts,
        subject=filters.subject,
        brand_id=org.brand(tx, code=filters.brand).id if filters.brand else None,
        since=filters.since,
        until=filters.until,
    )


def _out(entry: Entry, brands: Mapping[int, str], names: Mapping[str, str]) -> EntryOut:
    changes = audit.differences(entry.before, entry.after)
    return EntryOut(
        id=entry.id,
        recorded_at=entry.recorded_at,
        actor=ActorOut(id=entry.actor, name=entry.actor_name),
        address=entry.address,
        agent=entry.agent,
        request_id=entry.request_id,
        brand=brands.get(entry.brand_id) if entry.brand_id else None,
        act=entry.act,
        subject=entry.subject,
        subject_name=names.get(entry.subject),
        reason=entry.reason,
        changes=[AuditDifferenceOut.model_validate(asdict(one)) for one in changes],
    )
