"""Reads of reviews: what waits for an operator, what was put off, what was decided."""

from collections.abc import Sequence
from datetime import datetime

from psycopg.rows import TupleRow

from huitong.identity.model import Review, ReviewNotFound, ReviewState
from huitong.identity.queries.explaining import shown_by_ids
from huitong.identity.tables import evidence
from huitong.identity.tables import reviews as tables
from huitong.platform.db import ReadTx, array

REVIEWS_OF_PERSON_MAX = 200


def reviews(
    tx: ReadTx,
    *,
    state: ReviewState = ReviewState.OPEN,
    domain_id: int | None = None,
    rule: str | None = None,
    put_off: bool | None = None,
    now: datetime | None = None,
    after: int | None = None,
    limit: int,
) -> list[Review]:
    """Return reviews in a state, the oldest first, with masked identifiers.

    `domain_id` asks for those of one identity domain alone.
    `put_off` asks, as of `now`, for those alone that were put off, or for the others.
    """
    assert put_off is None or now is not None, "Who was put off depends on the time."
    params = {
        "group_id": tx.scope.group_id,
        "state": state.value,
        "domain_id": domain_id,
        "rule": rule,
        "put_off": put_off,
        "now": now,
        "after": after,
        "limit": limit,
    }
    return _reviews(tx, tx.rows(tables.REVIEWS_IN_STATE, params))


def review(tx: ReadTx, *, review_id: int) -> Review:
    """Return one review, whatever its state.

    :raises ReviewNotFound: when there is none, or one of its sides was erased.
    """
    found = find_reviews(tx, review_ids=[review_id])
    if not found:
        raise ReviewNotFound
    return found[0]


def reviews_of_person(tx: ReadTx, *, person_id: int) -> list[Review]:
    """Return what waits or was decided of a person's identifiers, the oldest first."""
    params = {
        "group_id": tx.scope.group_id,
        "person_id": person_id,
        "limit": REVIEWS_OF_PERSON_MAX,
    }
    found = [row[0] for row in tx.rows(tables.REVIEWS_OF_PERSON, params)]
    return find_reviews(tx, review_ids=found)


def find_reviews(tx: ReadTx, *, review_ids: Sequence[int]) -> list[Review]:
    """Return reviews by their ids, the oldest first."""
    params = {"group_id": tx.scope.group_id, "review_ids": array(review_ids)}
    return _reviews(tx, tx.rows(tables.FIND_REVIEWS, params))


def _reviews(tx: ReadTx, rows: Sequence[TupleRow]) -> list[Review]:
    ends = sorted({end for row in rows for end in row[1:3]})
    shown = shown_by_ids(tx, ends)
    params = {"group_id": tx.scope.group_id, "identifier_ids": array(ends)}
    persons = {row[0]: row[2] for row in tx.rows(evidence.FIND_BY_IDS, params)}
    return [
        Review(
            id=row[0],
            rule=row[3],
            state=ReviewState(row[4]),
            identifier=shown[row[1]],
            other=shown[row[2]],
            person_id=persons[row[1]],
            other_person_id=persons[row[2]],
            opened_at=row[5],
            actor=row[6],
            reason=row[7],
            decided_at=row[8],
            postponed_until=row[9],
            postponed_by=row[10],
            postponed_reason=row[11],
        )
        for row in rows
        # What was erased since needs no decision.
        if row[1] in shown and row[2] in shown
    ]
