"""HTTP in: a draft on its way into effect: rebase, submit, send back, publish; four eyes."""

from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import AwareDatetime, BaseModel, Field

from huitong import loyalty, org
from huitong.loyalty.model import (
    NOTE_LENGTH_MAX,
    Draft,
    DraftNotFound,
    DraftNotSubmitted,
    DraftOvertaken,
    NothingToPublish,
    PolicyChanged,
    ProgrammeInstantTaken,
    ProgrammeInvalid,
    ProgrammePolicy,
    ProgrammeTooEarly,
    SecondPersonNeeded,
)
from huitong.loyalty.routes.drafting import (
    CHANGING,
    DRAFT,
    BrandCode,
    DraftInPath,
    DraftOut,
    change,
    versions_of,
)
from huitong.loyalty.routes.told import (
    ProgrammeDifferenceOut,
    ProgrammeProblemOut,
    ProgrammeVersionOut,
    differences_out,
    problems_out,
    record_version,
)
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.auth import Permission
from huitong.platform.db import Tx
from huitong.platform.http import Calling, ExpectedVersion, RequestKey, Router, Running, etag

router = Router(tag="programme")


class DraftSubmissionIn(BaseModel):
    """From when on the draft should be in effect, and a word to whoever approves it."""

    wanted_from: AwareDatetime | None = Field(None, description="Null: at once.")
    note: Annotated[str, Field(max_length=NOTE_LENGTH_MAX)] = ""


class DraftReturnIn(BaseModel):
    """Why a draft goes back to its editors."""

    note: Annotated[str, Field(min_length=1, max_length=NOTE_LENGTH_MAX)]


class DraftPublicationIn(BaseModel):
    """From when on a draft is in effect."""

    effective_from: AwareDatetime | None = Field(None, description="Null: at once.")


class DraftRebaseOut(BaseModel):
    """What became of the programme meanwhile, what the draft changes, and where both collide."""

    newest_version: int
    theirs: list[ProgrammeDifferenceOut]
    ours: list[ProgrammeDifferenceOut]
    conflicts: list[ProgrammeDifferenceOut] = Field(description="The draft's word would stand.")
    result: list[ProgrammeDifferenceOut] = Field(
        description="What would differ from the newest version."
    )
    problems: list[ProgrammeProblemOut]


class ProgrammePolicyOut(BaseModel):
    """How a brand approves programmes."""

    four_eyes: bool = Field(description="Nobody puts into effect what they edited themselves.")
    revision: int
    changed_by: str | None
    changed_at: datetime | None


class ProgrammePolicyIn(BaseModel):
    """How a brand is to approve programmes."""

    four_eyes: bool


@router.route(
    "GET",
    DRAFT + "/rebase",
    permission=Permission.PROGRAMME_READ,
    errors=[BrandNotFound, DraftNotFound],
)
def preview_rebase(
    platform: Running, caller: Calling, brand: BrandCode, draft_id: DraftInPath
) -> DraftRebaseOut:
    """Show what a draft would become on top of the newest version, and where both collide."""
    with platform.database.reading(caller.scope()) as tx:
        brand_id = org.brand(tx, code=brand).id
        draft = loyalty.draft_of(tx, brand_id=brand_id, draft_id=draft_id)
        versions = versions_of(tx, brand_id)
    newest = versions.get(max(versions, default=0))
    if newest is None:
        return DraftRebaseOut(
            newest_version=0, theirs=[], ours=[], conflicts=[], result=[], problems=[]
        )
    base = versions.get(draft.base_version)
    found = loyalty.rebase(
        None if base is None else base.programme, newest.programme, draft.programme
    )
    after = found.programme
    result = () if after is None else loyalty.differences(newest.programme, after)
    return DraftRebaseOut(
        newest_version=newest.version,
        theirs=differences_out(found.theirs),
        ours=differences_out(found.ours),
        conflicts=differences_out(found.conflicts),
        result=differences_out(result),
        problems=problems_out(found.problems),
    )


@router.route(
    "PUT",
    DRAFT + "/rebase",
    permission=Permission.PROGRAMME_WRITE,
    errors=[*CHANGING, ProgrammeInvalid],
)
def rebase_draft(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    draft_id: DraftInPath,
    expected: ExpectedVersion,
    response: Response,
) -> DraftOut:
    """Put a draft's changes on top of the newest version; `If-Match` is the draft's revision."""
    return change(platform, caller, brand, draft_id, expected, response, loyalty.rebase_draft)


@router.route(
    "PUT",
    DRAFT + "/submission",
    permission=Permission.PROGRAMME_WRITE,
    errors=[*CHANGING, DraftOvertaken, NothingToPublish],
)
def submit_draft(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    draft_id: DraftInPath,
    wanted: DraftSubmissionIn,
    expected: ExpectedVersion,
    response: Response,
) -> DraftOut:
    """Have a draft wait for approval; `If-Match` is its revision."""

    def submit(tx: Tx, step: loyalty.Step) -> Draft:
        return loyalty.submit_draft(tx, step, wanted_from=wanted.wanted_from, note=wanted.note)

    return change(platform, caller, brand, draft_id, expected, response, submit)


@router.route(
    "PUT",
    DRAFT + "/return",
    permission=Permission.PROGRAMME_PUBLISH,
    errors=[*CHANGING, DraftNotSubmitted],
)
def send_back(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    draft_id: DraftInPath,
    why: DraftReturnIn,
    expected: ExpectedVersion,
    response: Response,
) -> DraftOut:
    """Return a draft that waits for approval to its editors, with the reason."""

    def send(tx: Tx, step: loyalty.Step) -> Draft:
        return loyalty.send_draft_back(tx, step, note=why.note)

    return change(platform, caller, brand, draft_id, expected, response, send)


@router.route(
    "POST",
    DRAFT + "/publication",
    permission=Permission.PROGRAMME_PUBLISH,
    errors=[
        *CHANGING,
        DraftOvertaken,
        NothingToPublish,
        SecondPersonNeeded,
        ProgrammeTooEarly,
        ProgrammeInstantTaken,
    ],
)
def publish_draft(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    draft_id: DraftInPath,
    wanted: DraftPublicationIn,
    expected: ExpectedVersion,
    _key: RequestKey,
) -> ProgrammeVersionOut:
    """Put a draft into effect; a draft that is published already answers its version again."""
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        before = loyalty.draft_of(tx, brand_id=brand_id, draft_id=draft_id)
        versions = versions_of(tx, brand_id)
        step = loyalty.Step(brand_id, draft_id, expected, caller.actor(), now)
        version = loyalty.publish_draft(tx, step, effective_from=wanted.effective_from)
        if before.published_version is None:
            record_version(
                tx, caller, brand, versions.get(max(versions, default=0)), version, now=now
            )
        signatures = loyalty.signatures_of(tx, brand_id=brand_id)
    return ProgrammeVersionOut.of(version, signatures[version.version])


@router.route(
    "GET",
    "/v1/brands/{brand}/programme/policy",
    permission=Permission.PROGRAMME_READ,
    errors=[BrandNotFound],
)
def show_policy(
    platform: Running, caller: Calling, brand: BrandCode, response: Response
) -> ProgrammePolicyOut:
    """Show how a brand approves programmes; `ETag` is the revision, 0 where nobody said."""
    with platform.database.reading(caller.scope()) as tx:
        found = loyalty.programme_policy_of(tx, brand_id=org.brand(tx, code=brand).id)
    return _policy(found, response)


@router.route(
    "PUT",
    "/v1/brands/{brand}/programme/policy",
    permission=Permission.PROGRAMME_PUBLISH,
    errors=[BrandNotFound, PolicyChanged],
)
def put_policy(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    brand: BrandCode,
    wanted: ProgrammePolicyIn,
    expected: ExpectedVersion,
    response: Response,
) -> ProgrammePolicyOut:
    """Change how a brand approves programmes; `If-Match` is the revision that was read.

    Turning four eyes off takes `programme.unguard`, and leaves the drafts that were started before
    to a second person.
    """
    now = clock.now()
    with platform.database.transaction(caller.scope(), now=now) as tx:
        brand_id = org.brand(tx, code=brand).id
        before = loyalty.programme_policy_of(tx, brand_id=brand_id)
        if before.four_eyes and not wanted.four_eyes:
            caller.require(Permission.PROGRAMME_UNGUARD)
        after = loyalty.put_programme_policy(
            tx,
            brand_id=brand_id,
            four_eyes=wanted.four_eyes,
            expected=expected,
            actor=caller.actor(),
            now=now,
        )
        if after.four_eyes is not before.four_eyes:
            audit.record(
                tx,
                by=caller,
                act="programme_policy.put",
                subject=f"brand:{brand}",
                before={"four_eyes": before.four_eyes},
                after={"four_eyes": after.four_eyes},
                brand_id=brand_id,
                now=now,
            )
    return _policy(after, response)


def _policy(found: ProgrammePolicy, response: Response) -> ProgrammePolicyOut:
    response.headers["ETag"] = etag(found.revision)
    return ProgrammePolicyOut(
        four_eyes=found.four_eyes,
        revision=found.revision,
        changed_by=found.changed_by,
        changed_at=found.changed_at,
    )
