"""HTTP in: what waits for an operator, and their decisions."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel

from huitong import identity
from huitong.identity.model import (
    NeighbourhoodTooLarge,
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
    ReasonIn,
    ReviewId,
    every_brand,
    identifier_out,
)
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.http import Calling, Page, Paging, RequestKey, Router, Running, page_of

router = Router(tag="identity")


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
    changed = platform.database.do(
        every_brand(caller),
        lambda tx: identity.accept_review(
            tx, review_id, actor=caller.actor(), reason=body.reason, now=now
        ),
        now=now,
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
    changed = platform.database.do(
        every_brand(caller),
        lambda tx: identity.reject_review(
            tx, review_id, actor=caller.actor(), reason=body.reason, now=now
        ),
        now=now,
    )
    return DoneOut(changed=changed)


def _review(one: Review) -> ReviewOut:
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
    )
