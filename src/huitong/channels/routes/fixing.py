"""HTTP in: put refused records right, and keep the mappings that files are read by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import channels
from huitong.channels.connectors.file import (
    find_mapping,
    read_mapping,
    refixed,
    shipped_mappings,
)
from huitong.channels.connectors.file.mapping import WrongMapping
from huitong.channels.model import (
    Fix,
    FixMade,
    MappingNeedsEveryBrand,
    MappingNotFound,
    RecordKind,
    RecordNotFound,
    RefusedSource,
    Taken,
)
from huitong.channels.routes.listing import RECORD_PREFIX, RecordId, RetriesOut, retried
from huitong.platform import audit, clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, Permission
from huitong.platform.db import Scope, Tx
from huitong.platform.errors import Ok, Result
from huitong.platform.http import Calling, Router, Running
from huitong.platform.ids import show
from huitong.platform.page import RECORDS_PER_PAGE_MAX

router = Router(tag="inbox")

REASON_LENGTH_MAX = 500
VALUE_LENGTH_MAX = 10_000
DOCUMENT_LENGTH_MAX = 200_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which records are to be put right, why, and as what that is audited."""

    record_ids: Sequence[int]
    reason: str
    act: audit.Act


class FixIn(BaseModel):
    """Refused records of one cause, what to set in each, and why."""

    record_ids: list[RecordId] = Field(min_length=1, max_length=RECORDS_PER_PAGE_MAX)
    changes: dict[
        Annotated[str, Field(min_length=1, max_length=200)],
        Annotated[str, Field(max_length=VALUE_LENGTH_MAX)],
    ] = Field(
        min_length=1,
        max_length=100,
        description="Fields and what they should say; an empty text takes the field away.",
        examples=[{"lines.2.sku": "SHIRT-M"}],
    )
    reason: str = Field(min_length=1, max_length=REASON_LENGTH_MAX)


class RemapIn(BaseModel):
    """Refused records whose values another mapping can read."""

    record_ids: list[RecordId] = Field(min_length=1, max_length=RECORDS_PER_PAGE_MAX)
    mapping: str = Field(min_length=1, max_length=120, description="Its name, or name@version.")


class FixOut(BaseModel):
    """A fix that was made of a record: what stood before, what stands now, who and why."""

    record_id: RecordId
    fixed_record_id: RecordId
    fields: list[str]
    actor: str
    reason: str
    recorded_at: datetime


class FixesOut(BaseModel):
    """The fixes that a record version went through, the oldest first."""

    items: list[FixOut]


class MappingIn(BaseModel):
    """A mapping document in YAML, as `docs/howto/import-files.md` describes it."""

    document: str = Field(min_length=1, max_length=DOCUMENT_LENGTH_MAX)


class MappingOut(BaseModel):
    """A mapping: one of the group with its version, or one that comes with Huitong."""

    name: str
    kind: RecordKind
    version: int | None = Field(description="Null for one that comes with Huitong.")
    description: str


class MappingsOut(BaseModel):
    """The mappings that files can be read by."""

    items: list[MappingOut]


@router.route("POST", "/v1/inbox/refused/fix", permission=Permission.INBOX_WRITE)
def fix(platform: Running, caller: Calling, wanted: FixIn) -> RetriesOut:
    """Put refused records right and take them in; what came is kept beside what was made of it.

    A record whose text does not take the changes is refused as such, and the others go on. One that
    is fixed is not refused any more, so a repeat changes nothing.
    """
    made = channels.corrected(_sources(platform, caller, wanted.record_ids), wanted.changes)
    asked = _Asked(wanted.record_ids, wanted.reason, audit.Act.RECORD_FIX)
    return _answered(platform, caller, asked, made)


@router.route(
    "POST",
    "/v1/inbox/refused/remap",
    permission=Permission.INBOX_WRITE,
    errors=[MappingNotFound],
)
def remap(platform: Running, caller: Calling, wanted: RemapIn) -> RetriesOut:
    """Read what could not be converted once more, by another mapping, and take the records in."""
    with platform.database.reading(caller.scope()) as tx:
        mapping = find_mapping(tx, wanted.mapping)
    made = refixed(_sources(platform, caller, wanted.record_ids), mapping)
    reason = f"read once more by the mapping {mapping.name}"
    asked = _Asked(wanted.record_ids, reason, audit.Act.RECORD_REMAP)
    return _answered(platform, caller, asked, made)


@router.route(
    "GET",
    "/v1/inbox/records/{record_id}/fixes",
    permission=Permission.INBOX_READ,
    errors=[RecordNotFound],
)
def list_fixes(
    platform: Running, caller: Calling, record_id: Annotated[RecordId, Path()]
) -> FixesOut:
    """List who put a record version right and why, from either side of the fix."""
    with platform.database.reading(caller.scope()) as tx:
        channels.record(tx, record_id)
        found = channels.fixes_of(tx, [record_id])
    return FixesOut(items=[_fix(one) for one in found])


@router.route("GET", "/v1/inbox/mappings", permission=Permission.INBOX_READ)
def list_mappings(platform: Running, caller: Calling) -> MappingsOut:
    """List the mappings that the group keeps and those that come with Huitong."""
    with platform.database.reading(caller.scope()) as tx:
        saved = channels.saved_mappings(tx)
    own = [
        MappingOut(
            name=one.name,
            kind=one.kind,
            version=one.version,
            description=read_mapping(one.document.encode(), one.name).description,
        )
        for one in saved
    ]
    names = {one.name for one in own}
    shipped = [
        MappingOut(name=one.name, kind=one.kind, version=None, description=one.description)
        for one in shipped_mappings()
        if one.name not in names
    ]
    return MappingsOut(items=[*own, *shipped])


@router.route(
    "PUT",
    "/v1/inbox/mappings/{name}",
    permission=Permission.INBOX_WRITE,
    errors=[WrongMapping, MappingNeedsEveryBrand],
)
def save_mapping(
    platform: Running,
    caller: Calling,
    name: Annotated[str, Path(pattern=r"^[^@/]{1,100}$")],
    wanted: MappingIn,
) -> MappingOut:
    """Keep a mapping document for the group; another one under its name is the next version.

    The same document again is the same version, so a repeat changes nothing.
    """
    if caller.brand_ids is not None:
        raise MappingNeedsEveryBrand
    mapping = read_mapping(wanted.document.encode(), name)
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        saved = channels.save_mapping(
            tx,
            name=name,
            kind=mapping.kind,
            document=wanted.document,
            actor=caller.actor(),
            now=now,
        )
        audit.record(
            tx,
            by=caller,
            act=audit.Act.MAPPING_PUT,
            subject=f"mapping:{name}",
            after={"version": saved.version, "kind": saved.kind},
            now=now,
        )
    return MappingOut(
        name=saved.name,
        kind=saved.kind,
        version=saved.version,
        description=mapping.description,
    )


def _sources(
    platform: Platform, caller: Caller, record_ids: Sequence[int]
) -> dict[int, RefusedSource]:
    with platform.database.reading(caller.scope()) as tx:
        return channels.refused_sources(tx, list(dict.fromkeys(record_ids)))


def _answered(
    platform: Platform, caller: Caller, asked: _Asked, made: Mapping[int, Result[Fix]]
) -> RetriesOut:
    # The caller's scope has let these through; they may join persons, who are of the whole group.
    now = clock.now()
    fixes = [one.value for one in made.values() if isinstance(one, Ok)]

    def work(tx: Tx) -> list[Result[Taken]]:
        told = channels.fix(
            tx,
            fixes=fixes,
            actor=caller.actor(),
            reason=asked.reason,
            appliers=platform.appliers,
            now=now,
        )
        changes = [
            audit.Change(
                subject=show(RECORD_PREFIX, one.record_id),
                after={"fields": list(one.fields)},
                reason=asked.reason,
            )
            for one in fixes
        ]
        audit.record_all(tx, changes, by=caller, act=asked.act, now=now)
        return told

    answers = platform.database.do(Scope(caller.scope().group_id), work, now=now)
    taken = dict(zip([one.record_id for one in fixes], answers, strict=True))
    results = channels.answers_to(asked.record_ids, made, taken)
    return RetriesOut(items=list(map(retried, asked.record_ids, results)))


def _fix(made: FixMade) -> FixOut:
    return FixOut(
        record_id=made.record_id,
        fixed_record_id=made.fixed_record_id,
        fields=list(made.fields),
        actor=made.actor,
        reason=made.reason,
        recorded_at=made.recorded_at,
    )
