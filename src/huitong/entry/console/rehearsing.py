"""What a decision on persons would do: it is carried out in a transaction that nobody keeps.

So the answer is exact, whatever the domains above identity make of a merge: tiers, points, orders.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from huitong import identity
from huitong.customers.model import Agreement, CustomerStatus
from huitong.entry.console.persons import Membership, Side, agreement_of, side_of
from huitong.identity.model import ReviewState
from huitong.platform.db import Database, ReadTx, Scope, Tx

REHEARSAL = "rehearsal"


class Conflict(StrEnum):
    """What somebody should look at before two persons become one."""

    NAMES_DIFFER = "names_differ"
    BIRTHDAYS_DIFFER = "birthdays_differ"
    GENDERS_DIFFER = "genders_differ"
    TWO_MEMBERS = "two_members"
    TIERS_DIFFER = "tiers_differ"
    POINTS_HELD = "points_held"
    LEAVING = "leaving"
    REJECTED_BEFORE = "rejected_before"


# What it is when two persons say another thing of themselves, by the field.
OF_FIELDS: Mapping[str, Conflict] = {
    "name": Conflict.NAMES_DIFFER,
    "birthday_on": Conflict.BIRTHDAYS_DIFFER,
    "gender": Conflict.GENDERS_DIFFER,
}


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Persons before a decision and after it; `left` identifiers could not be weighed."""

    changed: bool
    left: int
    before: Side
    after: Side
    conflicts: Sequence[Conflict]


class _Over(Exception):
    """Ends the rehearsal, so that nothing of it is kept."""

    def __init__(self, found: Rehearsed) -> None:
        super().__init__()
        self.found = found


def rehearse_merge(
    database: Database, scope: Scope, *, source: int, target: int, now: datetime
) -> Rehearsed:
    """Return what a merge of two persons would do; it changes nothing.

    :raises PersonNotFound: when one of them is unknown, merged away or erased.
    :raises CannotMerge: when they are the same, or live in two identity domains.
    """

    def act(tx: Tx) -> int:
        identity.merge(
            tx, source=source, target=target, reason=REHEARSAL, key=f"{REHEARSAL}:{now}", now=now
        )
        return 0

    return _rehearse(database, scope, persons=lambda _: [source, target], act=act, now=now)


def rehearse_accept(
    database: Database, scope: Scope, *, review_id: int, now: datetime
) -> Rehearsed:
    """Return what accepting a review would do; it changes nothing.

    :raises ReviewNotFound: when there is none.
    :raises ReviewClosed: when it was closed otherwise before.
    """

    def persons(tx: ReadTx) -> list[int]:
        found = identity.review(tx, review_id=review_id)
        return [found.person_id, found.other_person_id]

    def act(tx: Tx) -> int:
        identity.accept_review(tx, review_id, actor=REHEARSAL, reason=REHEARSAL, now=now)
        return 0

    return _rehearse(database, scope, persons=persons, act=act, now=now)


def rehearse_split(database: Database, scope: Scope, *, merge_id: int, now: datetime) -> Rehearsed:
    """Return what goes back when a merge is undone; it changes nothing.

    :raises MergeNotFound: when the journal does not have it.
    :raises LaterMergeStands: when its target was merged on since.
    """

    def persons(tx: ReadTx) -> list[int]:
        found = identity.find_merge(tx, merge_id=merge_id)
        today = identity.follow(tx, person_ids=[found.source_id, found.target_id])
        return list(today.values())

    def act(tx: Tx) -> int:
        identity.split(tx, merge_id, now=now, actor=REHEARSAL, reason=REHEARSAL)
        return 0

    return _rehearse(database, scope, persons=persons, act=act, now=now)


def rehearse_undo(
    database: Database, scope: Scope, *, identifier_id: int, now: datetime
) -> Rehearsed:
    """Return whom taking an identifier out would part; it changes nothing.

    :raises IdentifierNotFound: when there is none, or it was erased.
    """

    def persons(tx: ReadTx) -> list[int]:
        return list(identity.owners_of(tx, identifier_ids=[identifier_id]).values())

    def act(tx: Tx) -> int:
        return identity.undo_identifier(
            tx, identifier_id, actor=REHEARSAL, reason=REHEARSAL, now=now
        ).left

    return _rehearse(database, scope, persons=persons, act=act, now=now)


def _rehearse(
    database: Database,
    scope: Scope,
    *,
    persons: Callable[[ReadTx], Iterable[int]],
    act: Callable[[Tx], int],
    now: datetime,
) -> Rehearsed:
    def work(tx: Tx) -> None:
        before = side_of(tx, persons(tx), now=now)
        conflicts = _conflicts(tx, before)
        left = act(tx)
        tx.settle()
        owners = identity.owners_of(tx, identifier_ids=[one.shown.id for one in before.seen])
        after = side_of(tx, {*before.person_ids, *owners.values()} - _gone(tx, before), now=now)
        raise _Over(
            Rehearsed(
                changed=_whose(before) != _whose(after),
                left=left,
                before=before,
                after=after,
                conflicts=conflicts,
            )
        )

    try:
        database.do(scope, work, now=now)
    except _Over as over:
        return over.found
    message = "A rehearsal always ends with what it found."
    raise AssertionError(message)


def _gone(tx: ReadTx, before: Side) -> set[int]:
    """Return those of the persons who are somebody else by now."""
    today = identity.follow(tx, person_ids=before.person_ids)
    return {one for one in before.person_ids if today.get(one) != one}


def _whose(side: Side) -> dict[int, int]:
    return {one.shown.id: one.person_id for one in side.seen}


def _conflicts(tx: ReadTx, before: Side) -> list[Conflict]:
    """Return what speaks against making two persons one, or should at least be known."""
    if len(before.person_ids) != 2:  # noqa: PLR2004 - Two sides, by the nature of a merge.
        return []
    one_id, other_id = before.person_ids
    said = agreement_of(tx, one_id=one_id, other_id=other_id)
    found = [one for name, one in OF_FIELDS.items() if said[name] is Agreement.DIFFERENT]
    of_brand: dict[str, list[Membership]] = {}
    for one in before.memberships:
        of_brand.setdefault(one.brand, []).append(one)
    pairs = [pair for both in of_brand.values() for pair in combinations(both, 2)]
    tests: Mapping[Conflict, bool] = {
        Conflict.TWO_MEMBERS: any(_are_members(pair) for pair in pairs),
        Conflict.TIERS_DIFFER: any(_are_members(pair) and _tiers_differ(pair) for pair in pairs),
        Conflict.POINTS_HELD: any(one.points.held for one in before.memberships),
        Conflict.LEAVING: any(one.leaving_at is not None for one in before.memberships),
        Conflict.REJECTED_BEFORE: _was_rejected(tx, one_id, other_id),
    }
    return [*found, *(conflict for conflict, is_so in tests.items() if is_so)]


def _are_members(pair: tuple[Membership, Membership]) -> bool:
    return all(one.status is CustomerStatus.MEMBER for one in pair)


def _tiers_differ(pair: tuple[Membership, Membership]) -> bool:
    return pair[0].tier != pair[1].tier


def _was_rejected(tx: ReadTx, one_id: int, other_id: int) -> bool:
    return any(
        {one.person_id, one.other_person_id} == {one_id, other_id}
        for one in identity.reviews_of_person(tx, person_id=one_id)
        if one.state is ReviewState.REJECTED
    )
