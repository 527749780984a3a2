"""HTTP in: what operators do against the rules: merge, split, undo an identifier."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field

from huitong import identity
from huitong.identity.model import (
    CannotMerge,
    IdentifierNotFound,
    LaterMergeStands,
    Merge,
    MergeKeyUsed,
    MergeNotFound,
    PersonNotFound,
    SeesNotEveryBrand,
    Undone,
)
from huitong.identity.routes.asking import (
    DoneOut,
    IdentifierId,
    MergeId,
    PersonId,
    Reason,
    ReasonIn,
    every_brand,
    identifier_name,
    merge_name,
    person_name,
)
from huitong.platform import audit, clock
from huitong.platform.auth import Permission
from huitong.platform.db import Tx
from huitong.platform.http import Calling, RequestKey, Router, Running

router = Router(tag="identity")


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
    actor: str | None
    split_by: str | None
    split_reason: str | None


class UndoneOut(DoneOut):
    """Whether anybody was parted, and how many could not be looked at."""

    left: int = Field(
        description="Identifiers that another one glues to more than can be weighed at once: take"
        " that one out too."
    )


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

    def work(tx: Tx) -> Undone:
        undone = identity.undo_identifier(
            tx, identifier_id, actor=caller.actor(), reason=body.reason, now=now
        )
        audit.record(
            tx,
            by=caller,
            act=audit.Act.IDENTIFIER_UNDO,
            subject=identifier_name(identifier_id),
            after={"has_parted": undone.has_parted, "left": undone.left},
            reason=body.reason,
            now=now,
        )
        return undone

    done = platform.database.do(every_brand(caller), work, now=now)
    return UndoneOut(changed=done.has_parted, left=done.left)


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

    def work(tx: Tx) -> Merge:
        done = identity.merge(
            tx,
            source=body.source_id,
            target=body.target_id,
            reason=body.reason,
            key=caller.own_key(key),
            actor=caller.actor(),
            now=now,
        )
        # A repeat answers the first merge, which was told then.
        if done.merged_at == now:
            after = {"merge": merge_name(done.id), "source": person_name(done.source_id)}
            audit.record(
                tx,
                by=caller,
                act=audit.Act.PERSON_MERGE,
                subject=person_name(done.target_id),
                after=after,
                reason=body.reason,
                now=now,
            )
        return done

    return merge_out(platform.database.do(every_brand(caller), work, now=now))


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

    def work(tx: Tx) -> Merge:
        done = identity.split(tx, merge_id, now=now, actor=caller.actor(), reason=body.reason)
        if done.split_at == now:
            audit.record(
                tx,
                by=caller,
                act=audit.Act.PERSON_SPLIT,
                subject=person_name(done.target_id),
                after={"merge": merge_name(done.id), "source": person_name(done.source_id)},
                reason=body.reason,
                now=now,
            )
        return done

    return merge_out(platform.database.do(every_brand(caller), work, now=now))


def merge_out(done: Merge) -> MergeOut:
    """Return an entry of the journal of merges as requests see it."""
    return MergeOut(
        id=done.id,
        source_id=done.source_id,
        target_id=done.target_id,
        identifiers=len(done.identifier_ids),
        reason=done.reason,
        merged_at=done.merged_at,
        split_at=done.split_at,
        actor=done.actor,
        split_by=done.split_by,
        split_reason=done.split_reason,
    )
