"""HTTP in: the drafts of a brand's programme: list, start, show, save, discard."""

from http import HTTPStatus
from typing import Annotated, Any, TypeAlias

from fastapi import Query, Response
from pydantic import BaseModel, Field

from huitong import loyalty, org
from huitong.loyalty.model import (
    NAME_LENGTH_MAX,
    Draft,
    DraftNameTaken,
    DraftNotFound,
    Programme,
    ProgrammeInvalid,
    ProgrammeNotFound,
    TooManyDrafts,
)
from huitong.loyalty.routes.drafting import (
    CHANGING,
    DRAFT,
    DRAFTS,
    BrandCode,
    DraftInPath,
    DraftOut,
    DraftSummary,
    ProgrammeSaidIn,
    Versions,
    answer,
    change,
    read,
    record,
    sound,
    summary,
    versions_of,
)
from huitong.org.model import BrandNotFound
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.db import Tx
from huitong.platform.http import Calling, ExpectedVersion, RequestKey, Router, Running

router = Router(tag="programme")

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]


class DraftsOut(BaseModel):
    """The drafts of a brand, the last changed first."""

    items: list[DraftSummary]
    newest_version: int = Field(description="0: the brand has no programme yet.")


class DraftIn(BaseModel):
    """A draft to start: from a version, from a document of one's own, else from the newest."""

    name: Name
    version: Annotated[int | None, Field(ge=1)] = None
    programme: dict[str, Any] | None = Field(None, description="Needed for a first programme.")


class DraftSavedIn(ProgrammeSaidIn):
    """What a draft is to say from now on, and its name where that changes."""

    name: Name | None = None


@router.route("GET", DRAFTS, permission=Permission.PROGRAMME_READ, errors=[BrandNotFound])
def list_drafts(
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    *,
    every: Annotated[bool, Query(description="Those that are closed too.")] = False,
) -> DraftsOut:
    """List a brand's drafts, the last changed first."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        drafts = loyalty.drafts_of(tx, brand_id=brand_id, every=every)
        versions = versions_of(tx, brand_id)
    return DraftsOut(
        items=[summary(one, versions) for one in drafts], newest_version=max(versions, default=0)
    )


@router.route(
    "POST",
    DRAFTS,
    permission=Permission.PROGRAMME_WRITE,
    status_code=HTTPStatus.CREATED,
    errors=[BrandNotFound, ProgrammeNotFound, ProgrammeInvalid, DraftNameTaken, TooManyDrafts],
)
def start_draft(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    wanted: DraftIn,
    key: RequestKey,
    response: Response,
) -> DraftOut:
    """Start a draft on top of the newest version; a repeat answers the draft it started."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        versions = versions_of(tx, brand_id)
        draft = loyalty.start_draft(
            tx,
            brand_id=brand_id,
            name=wanted.name,
            programme=_begun(wanted, versions, brand),
            base_version=max(versions, default=0),
            key=caller.own_key(key),
            actor=caller.actor(),
            now=now,
        )
        record(tx, caller, brand, draft, now=now, before=None)
        return answer(tx, caller, draft, response)


@router.route(
    "GET", DRAFT, permission=Permission.PROGRAMME_READ, errors=[BrandNotFound, DraftNotFound]
)
def show_draft(
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    draft_id: DraftInPath,
    response: Response,
) -> DraftOut:
    """Show a draft with its words, its changes and its steps; `ETag` is its revision."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        draft = loyalty.draft_of(tx, brand_id=brand_id, draft_id=draft_id)
        return answer(tx, caller, draft, response)


@router.route(
    "PUT",
    DRAFT,
    permission=Permission.PROGRAMME_WRITE,
    errors=[*CHANGING, DraftNameTaken, ProgrammeInvalid],
)
def save_draft(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    draft_id: DraftInPath,
    saved: DraftSavedIn,
    expected: ExpectedVersion,
    response: Response,
) -> DraftOut:
    """Write what a draft says, as fields or as a document; `If-Match` is its revision."""
    programme = sound(read(saved))

    def save(tx: Tx, step: loyalty.Step) -> Draft:
        return loyalty.save_draft(tx, step, name=saved.name, programme=programme)

    return change(platform, caller, brand, draft_id, expected, response, save)


@router.route("DELETE", DRAFT, permission=Permission.PROGRAMME_WRITE, errors=[*CHANGING])
def discard_draft(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    draft_id: DraftInPath,
    expected: ExpectedVersion,
    response: Response,
) -> DraftOut:
    """Give a draft up; its steps stay readable."""
    return change(platform, caller, brand, draft_id, expected, response, loyalty.discard_draft)


def _begun(wanted: DraftIn, versions: Versions, brand: str) -> Programme:
    """Return what a draft begins as: what was sent, a version, else the newest one."""
    if wanted.programme is not None:
        return sound(loyalty.check(wanted.programme))
    version = versions.get(wanted.version or max(versions, default=0))
    if version is None:
        raise ProgrammeNotFound(brand=brand)
    return version.programme
