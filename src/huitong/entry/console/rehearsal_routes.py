"""HTTP in: what a decision on persons would do, before anybody takes it."""

from collections.abc import Callable
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field

from huitong.entry.console.person_shapes import (
    IdentifierId,
    PersonId,
    SideOut,
    account_names,
    side_out,
)
from huitong.entry.console.rehearsing import (
    Conflict,
    Rehearsed,
    rehearse_accept,
    rehearse_merge,
    rehearse_split,
    rehearse_undo,
)
from huitong.identity.model import (
    MERGE_PREFIX,
    REVIEW_PREFIX,
    CannotMerge,
    IdentifierNotFound,
    LaterMergeStands,
    MergeNotFound,
    NeighbourhoodTooLarge,
    PersonNotFound,
    ReviewClosed,
    ReviewNotFound,
    SeesNotEveryBrand,
)
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from huitong.platform.http import Calling, IdText, Router, Running

router = Router(tag="identity")


class MergeWished(BaseModel):
    """Two persons would become one: everything of the source goes to the target."""

    decision: Literal["merge"]
    source_id: PersonId
    target_id: PersonId


class AcceptWished(BaseModel):
    """A review would be accepted."""

    decision: Literal["accept"]
    review_id: Annotated[int, IdText(REVIEW_PREFIX)]


class SplitWished(BaseModel):
    """A merge would be undone."""

    decision: Literal["split"]
    merge_id: Annotated[int, IdText(MERGE_PREFIX)]


class UndoWished(BaseModel):
    """An identifier would prove nothing any more."""

    decision: Literal["undo"]
    identifier_id: IdentifierId


Wished: TypeAlias = Annotated[
    MergeWished | AcceptWished | SplitWished | UndoWished, Field(discriminator="decision")
]


class RehearsalOut(BaseModel):
    """Persons before a decision and after it; `left` identifiers could not be weighed."""

    changed: bool
    left: int
    before: SideOut
    after: SideOut
    conflicts: list[Conflict]


@router.route(
    "POST",
    "/v1/identity/rehearsals",
    permission=Permission.IDENTITY_WRITE,
    errors=[
        SeesNotEveryBrand,
        PersonNotFound,
        CannotMerge,
        ReviewNotFound,
        ReviewClosed,
        MergeNotFound,
        LaterMergeStands,
        IdentifierNotFound,
        NeighbourhoodTooLarge,
    ],
)
def rehearse(platform: Running, caller: Calling, body: Wished) -> RehearsalOut:
    """Tell exactly what a decision on persons would do; it changes nothing."""
    if caller.brand_ids is not None:
        raise SeesNotEveryBrand
    scope = caller.scope()
    found = _rehearsal(body)(platform.database, scope)
    with platform.database.reading(scope) as tx:
        accounts = account_names(tx)
    return RehearsalOut(
        changed=found.changed,
        left=found.left,
        before=side_out(found.before, accounts),
        after=side_out(found.after, accounts),
        conflicts=list(found.conflicts),
    )


def _rehearsal(wished: Wished) -> Callable[[Database, Scope], Rehearsed]:
    now = clock.now()
    match wished:
        case MergeWished(source_id=source, target_id=target):
            return lambda database, scope: rehearse_merge(
                database, scope, source=source, target=target, now=now
            )
        case AcceptWished(review_id=review_id):
            return lambda database, scope: rehearse_accept(
                database, scope, review_id=review_id, now=now
            )
        case SplitWished(merge_id=merge_id):
            return lambda database, scope: rehearse_split(
                database, scope, merge_id=merge_id, now=now
            )
        case UndoWished(identifier_id=identifier_id):
            return lambda database, scope: rehearse_undo(
                database, scope, identifier_id=identifier_id, now=now
            )
