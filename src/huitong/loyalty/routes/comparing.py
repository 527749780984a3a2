"""HTTP in: what a programme would say before anybody saves it, and what two of them differ in."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from huitong import loyalty, org
from huitong.loyalty.model import DRAFT_PREFIX, DraftNotFound, Programme, VersionNotFound
from huitong.loyalty.routes.drafting import BrandCode, ProgrammeSaidIn, read, versions_of
from huitong.loyalty.routes.told import (
    ProgrammeDifferenceOut,
    ProgrammeProblemOut,
    ProgrammeToldOut,
    differences_out,
    problems_out,
)
from huitong.loyalty.rules import documents
from huitong.org.model import BrandNotFound
from huitong.platform import ids
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, Router, Running

router = Router(tag="programme")

NOTHING = "0"


class ProgrammeCheckIn(ProgrammeSaidIn):
    """A programme to check, and the version or the saved draft that it is held against."""

    against: Annotated[int | None, Field(ge=0, description="0: against none.")] = None
    against_draft: Annotated[
        str | None, Field(max_length=40, description="A draft's id, instead of a version.")
    ] = None


class ProgrammeCheckedOut(BaseModel):
    """What is wrong with a programme; when nothing is, what it says and changes."""

    problems: list[ProgrammeProblemOut]
    programme: Programme | None
    document: str | None
    told: ProgrammeToldOut | None
    changes: list[ProgrammeDifferenceOut]


class ProgrammeDifferencesOut(BaseModel):
    """In what one programme differs from another; nothing when they are the same."""

    items: list[ProgrammeDifferenceOut]


@router.route(
    "POST",
    "/v1/brands/{brand}/programme/checks",
    permission=Permission.PROGRAMME_READ,
    errors=[BrandNotFound, DraftNotFound, VersionNotFound],
)
def check(
    platform: Running, caller: Calling, brand: BrandCode, said: ProgrammeCheckIn
) -> ProgrammeCheckedOut:
    """Tell what is wrong with a programme, else what it says and changes; nothing is kept."""
    found = read(said)
    with platform.database.reading(caller.scope()) as tx:
        before = _held_against(tx, org.brand(tx, code=brand).id, said)
    after = found.programme
    if after is None:
        return ProgrammeCheckedOut(
            problems=problems_out(found.problems),
            programme=None,
            document=None,
            told=None,
            changes=[],
        )
    return ProgrammeCheckedOut(
        problems=[],
        programme=after,
        document=documents.written(after),
        told=ProgrammeToldOut.of(after),
        changes=differences_out(loyalty.differences(before, after)),
    )


@router.route(
    "GET",
    "/v1/brands/{brand}/programme/differences",
    permission=Permission.PROGRAMME_READ,
    errors=[BrandNotFound, DraftNotFound, VersionNotFound],
)
def compare(
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    *,
    before: Annotated[str, Query(max_length=40, description="A version or a draft's id; 0: none.")],
    after: Annotated[str, Query(max_length=40, description="A version or a draft's id.")],
) -> ProgrammeDifferencesOut:
    """Tell in words what one version or draft changes of another."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        earlier = None if before == NOTHING else _programme(tx, brand_id, before)
        later = _programme(tx, brand_id, after)
    return ProgrammeDifferencesOut(items=differences_out(loyalty.differences(earlier, later)))


def _held_against(tx: ReadTx, brand_id: int, said: ProgrammeCheckIn) -> Programme | None:
    """Return what a programme is compared with: a draft, a version, else the newest one."""
    if said.against_draft is not None:
        return _programme(tx, brand_id, said.against_draft)
    versions = versions_of(tx, brand_id)
    against = max(versions, default=0) if said.against is None else said.against
    if against and against not in versions:
        raise VersionNotFound(version=str(against))
    return versions[against].programme if against else None


def _programme(tx: ReadTx, brand_id: int, named: str) -> Programme:
    if not named.isdecimal():
        try:
            draft_id = ids.read(DRAFT_PREFIX, named)
        except ids.WrongId:
            raise VersionNotFound(version=named) from None
        return loyalty.draft_of(tx, brand_id=brand_id, draft_id=draft_id).programme
    version = versions_of(tx, brand_id).get(int(named))
    if version is None:
        raise VersionNotFound(version=named)
    return version.programme
