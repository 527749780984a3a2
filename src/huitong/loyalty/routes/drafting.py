"""What the routes of drafts share: how a draft is answered, changed, and told to the audit."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self, TypeAlias

from fastapi import Path, Response
from pydantic import BaseModel, Field, model_validator

from huitong import loyalty, org
from huitong.loyalty.model import (
    DRAFT_PREFIX,
    Difference,
    Draft,
    DraftChanged,
    DraftClosed,
    DraftNotFound,
    DraftState,
    DraftStep,
    Programme,
    ProgrammeInvalid,
    Version,
)
from huitong.loyalty.routes.told import ProgrammeDifferenceOut, ProgrammeToldOut, differences_out
from huitong.loyalty.rules import documents
from huitong.org.model import BrandNotFound
from huitong.platform import audit, auth, clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, Permission
from huitong.platform.db import ReadTx, Tx
from huitong.platform.http import IdText, etag
from huitong.platform.ids import show

BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]
DraftId: TypeAlias = Annotated[int, IdText(DRAFT_PREFIX)]
DraftInPath: TypeAlias = Annotated[DraftId, Path()]
Versions: TypeAlias = Mapping[int, Version]
DRAFTS = "/v1/brands/{brand}/programme/drafts"
DRAFT = DRAFTS + "/{draft_id}"
# What every step on a draft may be refused for.
CHANGING = (BrandNotFound, DraftNotFound, DraftChanged, DraftClosed)


class DraftSummary(BaseModel):
    """A draft in a list."""

    id: DraftId
    name: str
    state: DraftState
    revision: int
    base_version: int
    changes: int = Field(description="In how many things it differs from its base.")
    wanted_from: datetime | None
    published_version: int | None
    changed_by: str
    changed_at: datetime


class DraftEditOut(BaseModel):
    """One step of a draft."""

    revision: int
    step: DraftStep
    actor: str
    note: str
    at: datetime


class DraftOut(BaseModel):
    """A draft: as a programme, as a document, and in words what it changes."""

    id: DraftId
    name: str
    state: DraftState
    revision: int
    base_version: int
    newest_version: int
    has_moved_on: bool = Field(description="A newer version came after the draft began.")
    programme: Programme
    document: str = Field(description="The same as YAML.")
    told: ProgrammeToldOut
    changes: list[ProgrammeDifferenceOut] = Field(description="What it changes of its base.")
    wanted_from: datetime | None
    published_version: int | None
    publishing: Literal["open", "not_permitted", "second_person"] = Field(
        description="Whether the caller may put it into effect; by four eyes no editor may."
    )
    changed_by: str
    changed_at: datetime
    edits: list[DraftEditOut]


class ProgrammeSaidIn(BaseModel):
    """A programme as fields or as a document, one of both."""

    programme: dict[str, Any] | None = None
    document: Annotated[str | None, Field(max_length=1 << 20)] = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.programme is None) is (self.document is None):
            message = "send “programme” or “document”, one of both"
            raise ValueError(message)
        return self


def change(  # noqa: PLR0917 - the parts of one request
    platform: Platform,
    caller: Caller,
    brand: str,
    draft_id: int,
    expected: int,
    response: Response,
    take: Callable[[Tx, loyalty.Step], Draft],
) -> DraftOut:
    """Take a step on a draft, tell the audit, and answer what it is then."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        before = loyalty.draft_of(tx, brand_id=brand_id, draft_id=draft_id)
        step = loyalty.Step(brand_id, draft_id, expected, caller.actor(), now)
        after = take(tx, step)
        if after != before:
            record(tx, caller, brand, after, now=now, before=before)
        return answer(tx, caller, after, response)


def answer(tx: ReadTx, caller: Caller, draft: Draft, response: Response) -> DraftOut:
    """Return a draft as the caller sees it; `ETag` is its revision."""
    versions = versions_of(tx, draft.brand_id)
    newest = max(versions, default=0)
    edits = loyalty.edits_of(tx, brand_id=draft.brand_id, draft_id=draft.id)
    response.headers["ETag"] = etag(draft.revision)
    return DraftOut(
        id=draft.id,
        name=draft.name,
        state=draft.state,
        revision=draft.revision,
        base_version=draft.base_version,
        newest_version=newest,
        has_moved_on=newest != draft.base_version and draft.published_version is None,
        programme=draft.programme,
        document=documents.written(draft.programme),
        told=ProgrammeToldOut.of(draft.programme),
        changes=differences_out(_changes(draft, versions)),
        wanted_from=draft.wanted_from,
        published_version=draft.published_version,
        publishing=_publishing(tx, caller, draft),
        changed_by=draft.changed_by,
        changed_at=draft.changed_at,
        edits=[
            DraftEditOut(
                revision=one.revision, step=one.step, actor=one.actor, note=one.note, at=one.at
            )
            for one in edits
        ],
    )


def summary(draft: Draft, versions: Versions) -> DraftSummary:
    """Return a draft as a list shows it."""
    return DraftSummary(
        id=draft.id,
        name=draft.name,
        state=draft.state,
        revision=draft.revision,
        base_version=draft.base_version,
        changes=len(_changes(draft, versions)),
        wanted_from=draft.wanted_from,
        published_version=draft.published_version,
        changed_by=draft.changed_by,
        changed_at=draft.changed_at,
    )


def versions_of(tx: ReadTx, brand_id: int) -> Versions:
    """Return a brand's versions by their number."""
    return {one.version: one for one in loyalty.versions_of(tx, brand_id=brand_id)}


def read(said: ProgrammeSaidIn) -> loyalty.Read:
    """Return what a request says of a programme, in whichever of both ways."""
    if said.document is not None:
        return documents.read(said.document)
    return loyalty.check(said.programme)


def sound(found: loyalty.Read) -> Programme:
    """Return a programme that was read.

    :raises ProgrammeInvalid: when it has problems.
    """
    if found.programme is None:
        told = "; ".join(f"{one.where.en}: {one.words.en}" for one in found.problems)
        raise ProgrammeInvalid(problems=told)
    return found.programme


def record(
    tx: Tx, caller: Caller, brand: str, draft: Draft, *, now: datetime, before: Draft | None
) -> None:
    """Tell the audit what became of a draft."""
    audit.record(
        tx,
        by=caller,
        act="programme.draft",
        subject=f"draft:{show(DRAFT_PREFIX, draft.id)}",
        before=None if before is None else _told(before),
        after={**_told(draft), "brand": brand},
        brand_id=draft.brand_id,
        now=now,
    )


def _told(draft: Draft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "state": str(draft.state),
        "revision": draft.revision,
        "base_version": draft.base_version,
        "programme": draft.programme.model_dump(mode="json", exclude_defaults=True),
    }


def _changes(draft: Draft, versions: Versions) -> tuple[Difference, ...]:
    base = versions.get(draft.base_version)
    return loyalty.differences(None if base is None else base.programme, draft.programme)


def _publishing(
    tx: ReadTx, caller: Caller, draft: Draft
) -> Literal["open", "not_permitted", "second_person"]:
    if Permission.PROGRAMME_PUBLISH not in caller.permissions:
        return "not_permitted"
    if not loyalty.needs_second_person(tx, brand_id=draft.brand_id, draft_id=draft.id):
        return "open"
    editors = loyalty.editors_of(tx, brand_id=draft.brand_id, draft_id=draft.id)
    is_own = bool(auth.hands_of(tx, caller.actor()) & editors)
    return "second_person" if is_own else "open"
