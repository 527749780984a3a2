"""HTTP in: what waits for an operator, and their decisions."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel

from huitong import identity, org
from huitong.identity.model import (
    NeighbourhoodTooLarge,
    PersonNotFound,
    PutOffTooShort,
    Review,
    ReviewClosed,
    ReviewNotFound,
    ReviewState,
    SeesNotEveryBrand,
)
from huitong.identity.routes.asking import (
    DoneOut,
    IdentifierOut,
    PersonId,
    Reason,
    ReasonIn,
    ReviewId,
    every_brand,
    hold_persons,
    identifier_out,
    review_name,
)
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Caller, Permission
from huitong.platform.db import ReadTx, Tx
from huitong.platform.http import Calling, Page, Paging, RequestKey, Router, Running, cursor_of

router = Router(tag="identity")


class Waiting(StrEnum):
    """Which of the open reviews: those that wait now, or those that were put off."""

    NOW = "now"
    LATER = "later"


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
    postponed_until: datetime | None
    postponed_by: str | None
    postponed_reason: str | None


class ReviewsOut(BaseModel):
    """Reviews of one person."""

    items: list[ReviewOut]


class PostponeIn(BaseModel):
    """Until when a review is put off, and why."""

    until: AwareDatetime
    reason: Reason


@router.route(
    "GET",
    "/v1/identity/reviews",
    permission=Permission.IDENTITY_READ,
    errors=[BrandNotFound],
)
def list_reviews(  # noqa: PLR0917 - the parts of one request
    platform: Running,
    caller: Calling,
    paging: Paging,
    state: Annotated[ReviewState, Query()] = ReviewState.OPEN,
    rule: Annotated[str | None, Query(max_length=50, description="Of this rule alone.")] = None,
    waiting: Annotated[
        Waiting | None, Query(description="Open ones that wait now, or that were put off.")
    ] = None,
    brand: Annotated[
        str | None, Query(max_length=100, description="Of this brand's identity domain alone.")
    ] = None,
) -> Page[ReviewOut]:
    """List what waits for an operator, the oldest first.

    Of persons of other brands nothing is told, so a page may have fewer than were asked for.
    """
    place = paging.after(int)
    with platform.database.reading(caller.scope()) as tx:
        domain_id = None if brand is None else org.brand(tx, code=brand).identity_domain_id
        found = identity.reviews(
            tx,
            state=state,
            domain_id=domain_id,
            rule=rule,
            put_off=None if waiting is None else waiting is Waiting.LATER,
            now=clock.now(),
            after=int(place[0]) if place else None,
            limit=paging.limit + 1,
        )
        page = found[: paging.limit]
        shown = _of_brands(platform, tx, page)
    return Page(
        items=[review_out(one) for one in shown],
        next_cursor=cursor_of((page[-1].id,)) if len(found) > paging.limit else None,
    )


@router.route(
    "GET",
    "/v1/identity/reviews/{review_id}",
    permission=Permission.IDENTITY_READ,
    errors=[ReviewNotFound],
)
def show_review(
    platform: Running, caller: Calling, review_id: Annotated[ReviewId, Path()]
) -> ReviewOut:
    """Show one review, whatever its state."""
    with platform.database.reading(caller.scope()) as tx:
        found = _of_brands(platform, tx, [identity.review(tx, review_id=review_id)])
    if not found:
        raise ReviewNotFound
    return review_out(found[0])


@router.route(
    "GET",
    "/v1/identity/persons/{person_id}/reviews",
    permission=Permission.IDENTITY_READ,
    errors=[PersonNotFound],
)
def reviews_of_person(
    platform: Running, caller: Calling, person_id: Annotated[PersonId, Path()]
) -> ReviewsOut:
    """List what waits or was decided of a person's identifiers, the oldest first."""
    with platform.database.reading(caller.scope()) as tx:
        hold_persons(platform, tx, [person_id])
        found = _of_brands(platform, tx, identity.reviews_of_person(tx, person_id=person_id))
    return ReviewsOut(items=[review_out(one) for one in found])


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
    state = ReviewState.ACCEPTED
    return _decide(platform, caller, review_id, state=state, reason=body.reason)


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
    state = ReviewState.REJECTED
    return _decide(platform, caller, review_id, state=state, reason=body.reason)


@router.route(
    "POST",
    "/v1/identity/reviews/{review_id}/postpone",
    permission=Permission.IDENTITY_WRITE,
    errors=[SeesNotEveryBrand, ReviewNotFound, ReviewClosed, PutOffTooShort],
)
def postpone(
    platform: Running,
    caller: Calling,
    review_id: Annotated[ReviewId, Path()],
    body: PostponeIn,
    _key: RequestKey,
) -> ReviewOut:
    """Put a review off: it stays open and waits again from then on; a repeat changes nothing."""
    now = clock.now()

    def work(tx: Tx) -> Review:
        identity.postpone_review(
            tx, review_id, until=body.until, actor=caller.actor(), reason=body.reason, now=now
        )
        audit.record(
            tx,
            by=caller,
            act=audit.Act.REVIEW_DECIDE,
            subject=review_name(review_id),
            after={"postponed_until": body.until.isoformat()},
            reason=body.reason,
            now=now,
        )
        return identity.review(tx, review_id=review_id)

    return review_out(platform.database.do(every_brand(caller), work, now=now))


def review_out(one: Review) -> ReviewOut:
    """Return a review as requests see it."""
    return ReviewOut(
        id=one.id,
        rule=one.rule,
        state=one.state,
        identifier=identifier_out(one.identifier),
        other=identifier_out(one.other),
        person_id=one.person_id,
        other_person_id=one.other_person_id,
        opened_at=one.opened_at,
        actor=one.actor,
        reason=one.reason,
        decided_at=one.decided_at,
        postponed_until=one.postponed_until,
        postponed_by=one.postponed_by,
        postponed_reason=one.postponed_reason,
    )


def _of_brands(platform: Platform, tx: ReadTx, found: Sequence[Review]) -> list[Review]:
    """Return the reviews of which the caller's brands know both sides."""
    persons = {person for one in found for person in (one.person_id, one.other_person_id)}
    known = platform.known_persons(tx, persons)
    return [one for one in found if {one.person_id, one.other_person_id} <= known]


def _decide(
    platform: Running, caller: Caller, review_id: int, *, state: ReviewState, reason: str
) -> DoneOut:
    now = clock.now()
    decide = identity.accept_review if state is ReviewState.ACCEPTED else identity.reject_review

    def work(tx: Tx) -> bool:
        before = identity.review(tx, review_id=review_id)
        changed = decide(tx, review_id, actor=caller.actor(), reason=reason, now=now)
        if before.state is not state:
            audit.record(
                tx,
                by=caller,
                act=audit.Act.REVIEW_DECIDE,
                subject=review_name(review_id),
                before={"state": before.state},
                after={"state": state, "changed": changed},
                reason=reason,
                now=now,
            )
        return changed

    return DoneOut(changed=platform.database.do(every_brand(caller), work, now=now))
