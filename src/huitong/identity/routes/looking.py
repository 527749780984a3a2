"""HTTP in: the journal of what was done to persons, a merge by itself, and how sound it all is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from huitong import identity
from huitong.identity.model import (
    JournalEntry,
    JournalKind,
    MergeNotFound,
    PersonNotFound,
    ReviewState,
    SeesNotEveryBrand,
)
from huitong.identity.routes.asking import (
    IdentifierId,
    IdentifierOut,
    MergeId,
    PersonId,
    every_brand,
    hold_persons,
    identifier_out,
)
from huitong.identity.routes.by_hand import MergeOut, merge_out
from huitong.identity.rules.causes import Cause, read_cause
from huitong.platform import clock
from huitong.platform.assembly import Platform
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx
from huitong.platform.http import Calling, IdText, Page, Paging, Router, Running, cursor_of
from huitong.platform.ids import ID_BITS

router = Router(tag="identity")

# Entries of three journals stand in one list; their ids look alike.
ENTRY_PREFIX = "jou"
FIRST_PLACE = (1 << ID_BITS) - 1


class JournalEntryOut(BaseModel):
    """One thing that was done to persons; without an actor, evidence did it."""

    id: Annotated[int, IdText(ENTRY_PREFIX)]
    kind: JournalKind
    merge_id: MergeId | None = Field(description="What to split, where it was a merge.")
    happened_at: datetime
    source_id: PersonId | None
    target_id: PersonId | None
    identifier_ids: list[IdentifierId]
    reason: str
    cause: Cause | None = Field(
        description="Why the platform did it; null: `reason` is a person's."
    )
    said: str = Field(description="What somebody gave as the reason, or the policy's version.")
    actor: str | None
    split_at: datetime | None
    split_by: str | None
    split_reason: str | None
    split_cause: Cause | None
    split_said: str | None


class MergeShownOut(BaseModel):
    """A merge, and what it moved that is known today."""

    merge: MergeOut
    identifiers: list[IdentifierOut]


class SizeOut(BaseModel):
    """How many living persons have from `least` to `most` identifiers; null: without an end."""

    least: int
    most: int | None
    persons: int


class ReviewCountOut(BaseModel):
    """How many reviews of one rule are in a state."""

    rule: str
    state: ReviewState
    reviews: int


class MergeCountOut(BaseModel):
    """How many merges there ever were, and how many of them were undone."""

    by_hand: bool
    merges: int
    undone: int


class SoundnessOut(BaseModel):
    """What tells how far persons can be relied on, without knowing the truth."""

    sizes: list[SizeOut]
    merges: list[MergeCountOut]
    reviews: list[ReviewCountOut]
    oldest_open_at: datetime | None
    put_off: int


@router.route(
    "GET",
    "/v1/identity/journal",
    permission=Permission.IDENTITY_READ,
    errors=[PersonNotFound],
)
def list_journal(
    platform: Running,
    caller: Calling,
    paging: Paging,
    person_id: Annotated[PersonId | None, Query(description="Of this person alone.")] = None,
    by_hand: Annotated[
        bool | None, Query(description="What somebody did, or what evidence did.")
    ] = None,
) -> Page[JournalEntryOut]:
    """List merges, carvings and identifiers that were taken out, the latest first.

    Of persons of other brands nothing is told, so a page may have fewer than were asked for.
    """
    place = paging.after(int)
    with platform.database.reading(caller.scope()) as tx:
        if person_id is not None:
            hold_persons(platform, tx, [person_id])
        found = identity.journal(
            tx,
            before=FIRST_PLACE if place is None else int(place[0]),
            limit=paging.limit + 1,
            person_id=person_id,
            by_hand=by_hand,
        )
        page = found[: paging.limit]
        shown = _of_brands(platform, tx, page)
    return Page(
        items=[_entry(one) for one in shown],
        next_cursor=cursor_of((page[-1].id,)) if len(found) > paging.limit else None,
    )


@router.route(
    "GET",
    "/v1/identity/merges/{merge_id}",
    permission=Permission.IDENTITY_READ,
    errors=[MergeNotFound],
)
def show_merge(
    platform: Running, caller: Calling, merge_id: Annotated[MergeId, Path()]
) -> MergeShownOut:
    """Show a merge with the identifiers that it moved, masked."""
    with platform.database.reading(caller.scope()) as tx:
        found = identity.find_merge(tx, merge_id=merge_id)
        persons = {found.source_id, found.target_id}
        if persons - platform.known_persons(tx, persons):
            raise MergeNotFound(merge_id=merge_id)
        shown = identity.shown_by_ids(tx, found.identifier_ids)
    return MergeShownOut(
        merge=merge_out(found),
        identifiers=[identifier_out(one) for _, one in sorted(shown.items())],
    )


@router.route(
    "GET",
    "/v1/identity/soundness",
    permission=Permission.IDENTITY_READ,
    errors=[SeesNotEveryBrand],
)
def show_soundness(platform: Running, caller: Calling) -> SoundnessOut:
    """Count what tells how far the persons of the group can be relied on."""
    with platform.database.reading(every_brand(caller)) as tx:
        found = identity.soundness(tx, now=clock.now())
    return SoundnessOut(
        sizes=[SizeOut(least=one.least, most=one.most, persons=one.persons) for one in found.sizes],
        merges=[
            MergeCountOut(
                by_hand=by_hand,
                merges=found.merges.get(by_hand, 0),
                undone=found.undone.get(by_hand, 0),
            )
            for by_hand in (True, False)
        ],
        reviews=[
            ReviewCountOut(rule=one.rule, state=one.state, reviews=one.reviews)
            for one in found.reviews
        ],
        oldest_open_at=found.oldest_open_at,
        put_off=found.put_off,
    )


def _of_brands(
    platform: Platform, tx: ReadTx, entries: Sequence[JournalEntry]
) -> list[JournalEntry]:
    """Return what was done to persons whom the caller's brands know, all of them in an entry."""
    if tx.scope.brand_ids is None:
        return list(entries)
    alone = {one for each in entries if each.source_id is None for one in each.identifier_ids}
    owners = identity.owners_of(tx, identifier_ids=sorted(alone))
    touched: dict[int, set[int | None]] = {
        each.id: {owners.get(one) for one in each.identifier_ids}
        if each.source_id is None
        else {each.source_id, each.target_id}
        for each in entries
    }
    persons = {one for of in touched.values() for one in of if one is not None}
    known = platform.known_persons(tx, persons)
    return [each for each in entries if touched[each.id] and touched[each.id] <= known]


def _entry(one: JournalEntry) -> JournalEntryOut:
    cause, said = _because(one.actor, one.reason)
    split_cause, split_said = _because(one.split_by, one.split_reason)
    return JournalEntryOut(
        id=one.id,
        kind=one.kind,
        merge_id=one.id if one.kind is JournalKind.MERGE else None,
        happened_at=one.happened_at,
        source_id=one.source_id,
        target_id=one.target_id,
        identifier_ids=list(one.identifier_ids),
        reason=one.reason,
        cause=cause,
        said=said or "",
        actor=one.actor,
        split_at=one.split_at,
        split_by=one.split_by,
        split_reason=one.split_reason,
        split_cause=split_cause,
        split_said=split_said,
    )


def _because(actor: str | None, reason: str | None) -> tuple[Cause | None, str | None]:
    """Return the cause and the word beside it; what somebody did has a word of theirs alone."""
    return (None, reason) if actor is not None or reason is None else read_cause(reason)
