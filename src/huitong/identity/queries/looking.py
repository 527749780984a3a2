"""Reads for those who look after persons: one person, sightings, the journal, soundness."""

from collections.abc import Sequence
from datetime import datetime

from huitong.identity.model import (
    JournalEntry,
    JournalKind,
    Merge,
    MergeNotFound,
    Person,
    PersonNotFound,
    PersonSize,
    PolicyDocument,
    PolicyVersion,
    ReviewCount,
    ReviewState,
    Seen,
    Sighting,
    Soundness,
    Standing,
)
from huitong.identity.queries.explaining import shown_by_ids
from huitong.identity.tables import evidence, merges
from huitong.identity.tables import looking as tables
from huitong.identity.tables import reviews as review_tables
from huitong.platform.db import ReadTx, array

IDENTIFIERS_SHOWN_MAX = 500
# Of an identifier that everybody shares, more tellings say nothing more.
LINKS_READ_MAX = 1_000
SIGHTINGS_SHOWN_MAX = 2_000
# The bounds of the sizes by which persons are counted; the last one has no end.
SIZES: Sequence[tuple[int, int | None]] = ((1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, None))


def person(tx: ReadTx, *, person_id: int) -> Person:
    """Return a person, also one who was merged away or erased.

    :raises PersonNotFound: when the group never had one of this id.
    """
    params = {"group_id": tx.scope.group_id, "person_ids": array([person_id])}
    found = tx.row(tables.FIND_PERSONS, params)
    if found is None:
        raise PersonNotFound(person_id=person_id)
    return Person(*found)


def living_persons(tx: ReadTx, *, domain_id: int, before: int, limit: int) -> list[int]:
    """Return the living persons of an identity domain, the newest first, before one of them."""
    params = {
        "group_id": tx.scope.group_id,
        "domain_id": domain_id,
        "before": before,
        "limit": limit,
    }
    return [row[0] for row in tx.rows(tables.LIVING_PERSONS, params)]


def seen(tx: ReadTx, *, person_ids: Sequence[int]) -> list[Seen]:
    """Return the identifiers of persons, masked, with where and when each was told of."""
    params = {
        "group_id": tx.scope.group_id,
        "person_ids": array(sorted(set(person_ids))),
        "links_max": LINKS_READ_MAX,
        "limit": IDENTIFIERS_SHOWN_MAX,
    }
    rows = tx.rows(tables.SEEN_OF_PERSONS, params)
    shown = shown_by_ids(tx, [row[0] for row in rows])
    return [
        Seen(
            shown=shown[row[0]],
            person_id=row[1],
            standing=Standing(row[2]),
            recorded_at=row[3],
            first_at=row[4],
            last_at=row[5],
            channel_account_ids=tuple(sorted(row[6] or ())),
        )
        for row in rows
        if row[0] in shown
    ]


def owners_of(tx: ReadTx, *, identifier_ids: Sequence[int]) -> dict[int, int]:
    """Return whose identifiers are today; those of nobody, and erased ones, are left out."""
    params = {
        "group_id": tx.scope.group_id,
        "identifier_ids": array(sorted(set(identifier_ids))),
    }
    rows = tx.rows(evidence.FIND_BY_IDS, params)
    return {row[0]: row[2] for row in rows if row[2] is not None}


def sightings(tx: ReadTx, *, identifier_ids: Sequence[int]) -> list[Sighting]:
    """Return which accounts told of pairs among identifiers, the longest known first."""
    params = {
        "group_id": tx.scope.group_id,
        "identifier_ids": array(sorted(set(identifier_ids))),
        "limit": SIGHTINGS_SHOWN_MAX,
    }
    return [Sighting(*row) for row in tx.rows(tables.SIGHTINGS, params)]


def find_merge(tx: ReadTx, *, merge_id: int) -> Merge:
    """Return one merge of the journal.

    :raises MergeNotFound: when the journal does not have it.
    """
    row = tx.row(merges.FIND_MERGE, {"group_id": tx.scope.group_id, "merge_id": merge_id})
    if row is None:
        raise MergeNotFound(merge_id=merge_id)
    return Merge(row[0], row[2], row[3], tuple(row[4]), *row[5:])


def journal(
    tx: ReadTx,
    *,
    before: int,
    limit: int,
    person_id: int | None = None,
    by_hand: bool | None = None,
) -> list[JournalEntry]:
    """Return what was done to persons, the latest first, before a place of the journal."""
    params = {
        "group_id": tx.scope.group_id,
        "before": before,
        "limit": limit,
        "person_id": person_id,
        "by_hand": by_hand,
    }
    return [
        JournalEntry(row[0], JournalKind(row[1]), row[2], row[3], row[4], tuple(row[5]), *row[6:11])
        for row in tx.rows(tables.JOURNAL, params)
    ]


def soundness(tx: ReadTx, *, now: datetime) -> Soundness:
    """Return what tells how far the persons of the group can be relied on."""
    params = {"group_id": tx.scope.group_id, "now": now, "most": SIZES[-1][0]}
    held: dict[int, int] = dict(tx.rows(tables.PERSON_SIZES, params))
    merged = tx.rows(tables.COUNT_MERGES, params)
    waiting = tx.row(review_tables.OPEN_REVIEWS_SINCE, params)
    assert waiting is not None, "An aggregate always answers."
    return Soundness(
        sizes=[
            PersonSize(
                least,
                most,
                sum(count for size, count in held.items() if least <= size <= (most or least)),
            )
            for least, most in SIZES
        ],
        merges={is_by_hand: count for is_by_hand, count, _ in merged},
        undone={is_by_hand: count for is_by_hand, _, count in merged},
        reviews=[
            ReviewCount(rule, ReviewState(state), count)
            for rule, state, count in tx.rows(review_tables.COUNT_REVIEWS, params)
        ],
        oldest_open_at=waiting[0],
        put_off=waiting[1],
    )


def policies_of(tx: ReadTx, *, domain_id: int, before: int, limit: int) -> list[PolicyVersion]:
    """Return the versions of an identity domain's policy, the newest first, before one of them."""
    params = {
        "group_id": tx.scope.group_id,
        "domain_id": domain_id,
        "before": before,
        "limit": limit,
    }
    return [
        PolicyVersion(row[0], PolicyDocument.model_validate(row[1]), *row[2:])
        for row in tx.rows(tables.POLICY_VERSIONS, params)
    ]
