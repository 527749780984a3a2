"""Reads of documents that were handed in."""

from collections.abc import Iterable
from datetime import UTC, datetime

from psycopg.rows import TupleRow

from huitong import identity
from huitong.customers import tables
from huitong.customers.model import (
    SUBMISSION_PREFIX,
    Submission,
    SubmissionNotFound,
    SubmissionState,
)
from huitong.platform.db import ReadTx, array
from huitong.platform.ids import show

DOCUMENT_PLACE = "customers.submission"


def submissions(
    tx: ReadTx,
    *,
    brand_id: int,
    state: SubmissionState = SubmissionState.OPEN,
    after: tuple[datetime, int] | None = None,
    limit: int,
) -> list[Submission]:
    """Return the documents of a brand in one state, the oldest first."""
    after_at, after_id = after or (datetime.min.replace(tzinfo=UTC), 0)
    params = {
        "group_id": tx.scope.group_id,
        "brand_id": brand_id,
        "state": state.value,
        "after_at": after_at,
        "after_id": after_id,
        "limit": limit,
    }
    return [_submission(row) for row in tx.rows(tables.submissions.LIST_SUBMISSIONS, params)]


def find_submissions(tx: ReadTx, *, submission_ids: Iterable[int]) -> dict[int, Submission]:
    """Return documents that were handed in, by their ids; unknown ids are left out."""
    wanted = array(sorted(set(submission_ids)))
    params = {"group_id": tx.scope.group_id, "submission_ids": wanted}
    rows = tx.rows(tables.submissions.SUBMISSIONS_BY_IDS, params)
    return {row[0]: _submission(row) for row in rows}


def submission_counts(tx: ReadTx, *, brand_id: int) -> dict[SubmissionState, int]:
    """Return how many documents of a brand are in each state."""
    params = {"group_id": tx.scope.group_id, "brand_id": brand_id}
    counted: dict[str, int] = dict(tx.rows(tables.submissions.COUNT_SUBMISSIONS, params))
    return {state: counted.get(state.value, 0) for state in SubmissionState}


def document_of(tx: ReadTx, *, submission_id: int) -> str:
    """Return where the document of a submission is kept, for who reviews it.

    :raises SubmissionNotFound: when there is none, or it was forgotten with its person.
    """
    params = {"group_id": tx.scope.group_id, "submission_id": submission_id}
    found = tx.row(tables.submissions.FIND_DOCUMENT, params)
    ciphers = identity.ciphers_of(tx, person_ids=[found[1]]) if found else {}
    if found is None or found[1] not in ciphers:
        raise SubmissionNotFound(submission=show(SUBMISSION_PREFIX, submission_id))
    cipher = ciphers[found[1]]
    return cipher.open(found[0], place=DOCUMENT_PLACE, row=submission_id).decode()


def _submission(row: TupleRow) -> Submission:
    return Submission(
        id=row[0],
        customer_id=row[1],
        brand_id=row[2],
        kind=row[3],
        state=SubmissionState(row[4]),
        source=row[5],
        submitted_at=row[6],
        decided_at=row[7],
        decided_by=row[8],
        reason=row[9],
    )
