"""HTTP in: how much is known of people, why somebody is one person, and what operators decide."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, TypeAlias

from fastapi import Path, Query
from pydantic import BaseModel, Field

from huitong import identity, org
from huitong.channels.model import IdentifierKind
from huitong.identity.model import (
    IDENTIFIER_PREFIX,
    MERGE_PREFIX,
    PERSON_PREFIX,
    REVIEW_PREFIX,
    CannotMerge,
    IdentifierNotFound,
    IdentifierShown,
    LaterMergeStands,
    Merge,
    MergeKeyUsed,
    MergeNotFound,
    NeighbourhoodTooLarge,
    PersonNotFound,
    PolicyDocument,
    Review,
    ReviewClosed,
    ReviewNotFound,
    ReviewState,
    SeesNotEveryBrand,
    Standing,
)
from huitong.org.model import BrandNotFound
from huitong.platform import clock
from huitong.platform.auth import KEY_PREFIX, Caller, Permission
from huitong.platform.db import Scope
from huitong.platform.http import (
    Calling,
    IdText,
    Page,
    Paging,
    RequestKey,
    Router,
    Running,
    page_of,
)
from huitong.platform.ids import show
from huitong.platform.jobs import JOB_PREFIX, JobKeyTaken

router = Router(tag="identity")

PersonId: TypeAlias = Annotated[int, IdText(PERSON_PREFIX)]
IdentifierId: TypeAlias = Annotated[int, IdText(IDENTIFIER_PREFIX)]
ReviewId: TypeAlias = Annotated[int, IdText(REVIEW_PREFIX)]
MergeId: TypeAlias = Annotated[int, IdText(MERGE_PREFIX)]
BrandCode: TypeAlias = Annotated[str, Path(max_length=100, description="The brand's code.")]
Reason: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]


class IdentifierOut(BaseModel):
    """An identifier, masked."""

    id: IdentifierId
    kind: IdentifierKind
    scope: str
    masked: str = Field(examples=["138****5678"])
    verified: bool


class WeighedOut(BaseModel):
    """An identifier, whose it is, and whether it is shared, blocked or was given on."""

    identifier: IdentifierOut
    person_id: PersonId | None
    standing: Standing


class WhyOut(BaseModel):
    """What came of the evidence between two identifiers."""

    one: IdentifierId
    other: IdentifierId
    verdict: str = Field(examples=["joined", "held", "shared"])
    rule: str | None
    first_at: datetime
    last_at: datetime


class ExplanationOut(BaseModel):
    """Everything that hangs together with what was asked for, and why."""

    identifiers: list[WeighedOut]
    evidence: list[WhyOut]
    path: list[IdentifierId] = Field(description="From the first asked for to the last, if any.")


class StatsOut(BaseModel):
    """How much is known of people."""

    identifiers: dict[IdentifierKind, dict[Standing, int]]
    persons: int
    erased: int
    merges: int
    carvings: int
    links: int
    withdrawn: int
    reviews_open: int
    most_linked: "list[MostLinkedOut]"


class MostLinkedOut(BaseModel):
    """An identifier that is told with many others; take it out if it is everybody's."""

    identifier: IdentifierOut
    standing: Standing
    told_with: int
    persons: int
    accounts: int


class ReviewOut(BaseModel):
    """Two identifiers that evidence wants to be one person's, and a rule does not."""

    id: ReviewId
    rule: str
    state: ReviewState
    identifier: IdentifierOut
    other: IdentifierOut
    person_id: PersonId
    other_person_id: PersonId
    opened_at: datetime
    actor: str | None
    reason: str | None
    decided_at: datetime | None


class ReasonIn(BaseModel):
    """Why somebody decides."""

    reason: Reason


class MergeIn(BaseModel):
    """Two persons who are one: everything of the source goes to the target."""

    source_id: PersonId
    target_id: PersonId
    reason: Reason


class MergeOut(BaseModel):
    """An entry of the journal."""

    id: MergeId
    source_id: PersonId
    target_id: PersonId
    identifiers: int
    reason: str
    merged_at: datetime
    split_at: datetime | None


class DoneOut(BaseModel):
    """Whether any person changed by it."""

    changed: bool


class AskedOut(BaseModel):
    """A job that was asked for; “/v1/jobs/{job_id}” tells how far it is and what came of it."""

    job_id: Annotated[int, IdText(JOB_PREFIX)]


class UndoneOut(DoneOut):
    """Whether anybody was parted, and how many could not be looked at."""

    left: int = Field(
        description="Identifiers that another one glues to more than can be weighed at once: take"
        " that one out too."
    )


@router.route("GET", "/v1/identity/stats", permission=Permission.IDENTITY_READ)
def show_stats(platform: Running, caller: Calling) -> StatsOut:
    """Count identifiers, persons, merges and open reviews."""
    with platform.database.reading(caller.scope()) as tx:
        found = identity.stats(tx)
        most_linked = identity.most_linked(tx)
    return StatsOut(
        identifiers={kind: dict(counts) for kind, counts in found.identifiers.items()},
        persons=found.persons,
        erased=found.erased,
        merges=found.merges,
        carvings=found.carvings,
        links=found.links,
        withdrawn=found.withdrawn,
        reviews_open=found.reviews_open,
        most_linked=[
            MostLinkedOut(
                identifier=_identifier(one.shown),
                standing=one.standing,
                told_with=one.told_with,
                persons=one.persons,
                accounts=one.accounts,
            )
            for one in most_linked
        ],
    )


@router.route(
    "GET",
    "/v1/identity/identifiers/{identifier_id}/explanation",
    permission=Permission.IDENTITY_READ,
    errors=[IdentifierNotFound, NeighbourhoodTooLarge],
)
def explain(
    platform: Running,
    caller: Calling,
    identifier_id: Annotated[IdentifierId, Path()],
    to: Annotated[IdentifierId | None, Query(description="Why this one too, or not.")] = None,
) -> ExplanationOut:
    """Explain why an identifier belongs to whom it does."""
    asked = [identifier_id] if to is None else [identifier_id, to]
    with platform.database.reading(caller.scope()) as tx:
        found = identity.explain(tx, asked)
    return ExplanationOut(
        identifiers=[
            WeighedOut(
                identifier=_identifier(one.shown), person_id=one.person_id, standing=one.standing
            )
            for one in found.identifiers
        ],
        evidence=[
            WhyOut(
                one=why.one_id,
                other=why.other_id,
                verdict=why.verdict,
                rule=why.rule,
                first_at=why.first_at,
                last_at=why.last_at,
            )
            for why in found.evidence
        ],
        path=list(found.path),
    )


@router.route("GET", "/v1/identity/reviews", permission=Permission.IDENTITY_READ)
def list_reviews(
    platform: Running,
    caller: Calling,
    paging: Paging,
    state: Annotated[ReviewState, Query()] = ReviewState.OPEN,
) -> Page[ReviewOut]:
    """List what waits for an operator, the oldest first."""
    place = paging.after(int)
    with platform.database.reading(caller.scope()) as tx:
        found = identity.reviews(
            tx, state=state, after=int(place[0]) if place else None, limit=paging.limit + 1
        )
    return page_of(found, limit=paging.limit, show=_review, place=lambda one: (one.id,))


@router.route(
    "POST",
    "/v1/identity/reviews/{review_id}/accept",
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, ReviewNotFound, ReviewClosed, NeighbourhoodTooLarge],
)
def accept(
    platform: Running,
    caller: Calling,
    review_id: Annotated[ReviewId, Path()],
    body: ReasonIn,
    _key: RequestKey,
) -> DoneOut:
    """Make one person of the two sides of a review; a repeat changes nothing."""
    now = clock.now()
    with platform.database.transaction(_every_brand(caller), now=now) as tx:
        changed = identity.accept_review(
            tx, review_id, actor=_actor(caller), reason=body.reason, now=now
        )
    return DoneOut(changed=changed)


@router.route(
    "POST",
    "/v1/identity/reviews/{review_id}/reject",
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, ReviewNotFound, ReviewClosed, NeighbourhoodTooLarge],
)
def reject(
    platform: Running,
    caller: Calling,
    review_id: Annotated[ReviewId, Path()],
    body: ReasonIn,
    _key: RequestKey,
) -> DoneOut:
    """Keep the two sides of a review apart for good; a repeat changes nothing."""
    now = clock.now()
    with platform.database.transaction(_every_brand(caller), now=now) as tx:
        changed = identity.reject_review(
            tx, review_id, actor=_actor(caller), reason=body.reason, now=now
        )
    return DoneOut(changed=changed)


@router.route(
    "POST",
    "/v1/identity/identifiers/{identifier_id}/undo",
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, IdentifierNotFound],
)
def undo(
    platform: Running,
    caller: Calling,
    identifier_id: Annotated[IdentifierId, Path()],
    body: ReasonIn,
    _key: RequestKey,
) -> UndoneOut:
    """Let an identifier prove nothing and part whom only it held; a repeat changes nothing."""
    now = clock.now()
    with platform.database.transaction(_every_brand(caller), now=now) as tx:
        done = identity.undo_identifier(
            tx, identifier_id, actor=_actor(caller), reason=body.reason, now=now
        )
    return UndoneOut(changed=done.has_parted, left=done.left)


@router.route(
    "POST",
    "/v1/brands/{brand}/identity/weighing",
    status_code=HTTPStatus.ACCEPTED,
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, BrandNotFound, JobKeyTaken],
)
def weigh_everybody(
    platform: Running, caller: Calling, brand: BrandCode, key: RequestKey
) -> AskedOut:
    """Ask for everybody of a brand's identity domain to be weighed under the policy in effect."""
    now = clock.now()
    with platform.database.transaction(_every_brand(caller), now=now) as tx:
        domain_id = org.brand(tx, code=brand).identity_domain_id
        asked = identity.ask_to_weigh(tx, domain_id, key=_job_key(caller, key), now=now)
    return AskedOut(job_id=asked.id)


@router.route(
    "POST",
    "/v1/brands/{brand}/identity/previews",
    status_code=HTTPStatus.ACCEPTED,
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, BrandNotFound, JobKeyTaken],
)
def preview(
    platform: Running, caller: Calling, brand: BrandCode, body: PolicyDocument, key: RequestKey
) -> AskedOut:
    """Ask what another policy would change; the answer is the result of the job."""
    now = clock.now()
    with platform.database.transaction(_every_brand(caller), now=now) as tx:
        domain_id = org.brand(tx, code=brand).identity_domain_id
        asked = identity.ask_for_preview(
            tx, domain_id, candidate=body, key=_job_key(caller, key), now=now
        )
    return AskedOut(job_id=asked.id)


@router.route(
    "POST",
    "/v1/identity/merges",
    status_code=HTTPStatus.CREATED,
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, PersonNotFound, CannotMerge, MergeKeyUsed],
)
def merge(platform: Running, caller: Calling, body: MergeIn, key: RequestKey) -> MergeOut:
    """Make one person of two; a repeat of the key answers the first merge."""
    now = clock.now()
    with platform.database.transaction(_every_brand(caller), now=now) as tx:
        done = identity.merge(
            tx,
            source=body.source_id,
            target=body.target_id,
            reason=body.reason,
            key=f"{show(KEY_PREFIX, caller.key_id)}:{key}",
            actor=_actor(caller),
            now=now,
        )
    return _merge(done)


@router.route(
    "POST",
    "/v1/identity/merges/{merge_id}/split",
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, MergeNotFound, LaterMergeStands],
)
def split(
    platform: Running,
    caller: Calling,
    merge_id: Annotated[MergeId, Path()],
    body: ReasonIn,
    _key: RequestKey,
) -> MergeOut:
    """Undo a merge for good; a repeat changes nothing."""
    now = clock.now()
    with platform.database.transaction(_every_brand(caller), now=now) as tx:
        done = identity.split(tx, merge_id, now=now, actor=_actor(caller), reason=body.reason)
    return _merge(done)


def _every_brand(caller: Caller) -> Scope:
    """Return the scope in which persons change.

    :raises SeesNotEveryBrand: when the caller's key is for some brands only.
    """
    if caller.brand_ids is not None:
        raise SeesNotEveryBrand
    return caller.scope()


def _job_key(caller: Caller, key: str) -> str:
    return f"{show(KEY_PREFIX, caller.key_id)}:{key}"


def _actor(caller: Caller) -> str:
    return show(KEY_PREFIX, caller.key_id)


def _identifier(one: IdentifierShown) -> IdentifierOut:
    return IdentifierOut(
        id=one.id, kind=one.kind, scope=one.scope, masked=one.masked, verified=one.verified
    )


def _review(one: Review) -> ReviewOut:
    return ReviewOut(
        id=one.id,
        rule=one.rule,
        state=one.state,
        identifier=_identifier(one.identifier),
        other=_identifier(one.other),
        person_id=one.person_id,
        other_person_id=one.other_person_id,
        opened_at=one.opened_at,
        actor=one.actor,
        reason=one.reason,
        decided_at=one.decided_at,
    )


def _merge(done: Merge) -> MergeOut:
    return MergeOut(
        id=done.id,
        source_id=done.source_id,
        target_id=done.target_id,
        identifiers=len(done.identifier_ids),
        reason=done.reason,
        merged_at=done.merged_at,
        split_at=done.split_at,
    )
