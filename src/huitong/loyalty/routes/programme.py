"""HTTP in: the programme of a brand, its versions, and putting a new one into effect."""

from typing import Annotated, TypeAlias

from fastapi import Path, Response
from pydantic import AwareDatetime, BaseModel, Field

from huitong import loyalty, org
from huitong.loyalty.model import (
    Programme,
    ProgrammeChanged,
    ProgrammeInstantTaken,
    ProgrammeNotFound,
    SecondPersonNeeded,
)
from huitong.loyalty.routes.told import ProgrammeVersionOut, record_version
from huitong.org.model import BrandNotFound
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, ExpectedVersion, Narrowing, Router, Running, etag

router = Router(tag="programme")

BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]


class ProgrammeOut(BaseModel):
    """What a brand promises now, and what it will if that is another document."""

    in_effect: ProgrammeVersionOut | None
    newest: ProgrammeVersionOut


class VersionsOut(BaseModel):
    """All versions in the order in which they take effect."""

    items: list[ProgrammeVersionOut]


class ProgrammeIn(BaseModel):
    """A programme to put into effect."""

    programme: Programme
    effective_from: AwareDatetime | None = Field(None, description="Null: at once.")


@router.route(
    "GET",
    "/v1/brands/{brand}/programme",
    permission=Permission.PROGRAMME_READ,
    narrowing=Narrowing.ANYBODY,
    errors=[BrandNotFound, ProgrammeNotFound],
)
def show_newest(
    platform: Running, caller: Calling, brand: BrandCode, response: Response
) -> ProgrammeOut:
    """Show the programme in effect and the newest one; `ETag` is the newest version."""
    now = clock.now()
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        versions = loyalty.versions_of(tx, brand_id=brand_id)
        by = loyalty.signatures_of(tx, brand_id=brand_id)
    if not versions:
        raise ProgrammeNotFound(brand=brand)
    newest = max(versions, key=lambda one: one.version)
    begun = [one for one in versions if one.effective_from <= now]
    response.headers["ETag"] = etag(newest.version)
    return ProgrammeOut(
        in_effect=ProgrammeVersionOut.of(begun[-1], by[begun[-1].version]) if begun else None,
        newest=ProgrammeVersionOut.of(newest, by[newest.version]),
    )


@router.route(
    "GET",
    "/v1/brands/{brand}/programme/versions",
    permission=Permission.PROGRAMME_READ,
    narrowing=Narrowing.ANYBODY,
    errors=[BrandNotFound],
)
def list_versions(platform: Running, caller: Calling, brand: BrandCode) -> VersionsOut:
    """List every version of the programme in the order in which they take effect."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        versions = loyalty.versions_of(tx, brand_id=brand_id)
        by = loyalty.signatures_of(tx, brand_id=brand_id)
    return VersionsOut(items=[ProgrammeVersionOut.of(one, by[one.version]) for one in versions])


@router.route(
    "PUT",
    "/v1/brands/{brand}/programme",
    permission=Permission.PROGRAMME_PUBLISH,
    errors=[BrandNotFound, ProgrammeChanged, ProgrammeInstantTaken, SecondPersonNeeded],
)
def put_version(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    wanted: ProgrammeIn,
    expected: ExpectedVersion,
    response: Response,
) -> ProgrammeVersionOut:
    """Put a programme into effect; `If-Match` is the newest version, `"0"` for the first one.

    A brand that wants a second person takes drafts only, which somebody else approves.
    """
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        if loyalty.programme_policy_of(tx, brand_id=brand_id).four_eyes:
            raise SecondPersonNeeded
        known = loyalty.versions_of(tx, brand_id=brand_id)
        before = max(known, key=lambda one: one.version, default=None)
        version = loyalty.apply_programme(
            tx,
            brand_id=brand_id,
            programme=wanted.programme,
            effective_from=wanted.effective_from or now,
            actor=caller.actor(),
            expected_version=expected,
            now=now,
        )
        if version != before:
            record_version(tx, caller, brand, before, version, now=now)
        by = loyalty.signatures_of(tx, brand_id=brand_id)
    response.headers["ETag"] = etag(version.version)
    return ProgrammeVersionOut.of(version, by[version.version])
