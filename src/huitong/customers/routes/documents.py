"""HTTP in: documents that members hand in, and what was decided of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, Field

from huitong import customers, org
from huitong.customers.model import (
    DOCUMENT_KIND_PATTERN,
    SUBMISSION_PREFIX,
    NewSubmission,
    Review,
    Submission,
    SubmissionNotFound,
    SubmissionState,
)
from huitong.customers.routes.asking import (
    ITEMS_MAX,
    AnswersOut,
    CustomerId,
    StaffId,
    Words,
    answers,
)
from huitong.customers.routes.reaching import hold_customers
from huitong.org.model import BrandNotFound
from huitong.platform import audit, clock
from huitong.platform.audit import Change
from huitong.platform.auth import Permission
from huitong.platform.db import ReadTx, Tx
from huitong.platform.errors import Ok, Result
from huitong.platform.http import (
    Calling,
    IdText,
    Narrowing,
    Page,
    Paging,
    RequestKey,
    Router,
    Running,
    Seeing,
    page_of,
)
from huitong.platform.ids import show

router = Router(tag="enrolment")

SubmissionId = Annotated[int, IdText(SUBMISSION_PREFIX)]


class SubmissionIn(BaseModel):
    """A document that a customer hands in: where its picture is kept, and what tells it apart."""

    customer_id: CustomerId
    kind: str = Field(pattern=DOCUMENT_KIND_PATTERN, examples=["birth_certificate"])
    reference: Words
    fingerprint: Words = Field(description="The document's number, else its content's digest.")


class SubmissionsIn(BaseModel):
    """Documents that wait to be looked at."""

    items: Annotated[list[SubmissionIn], Field(min_length=1, max_length=ITEMS_MAX)]


class DocumentDecisionIn(BaseModel):
    """What was decided of a document; a rejection says why."""

    submission_id: SubmissionId
    state: Literal["approved", "rejected"]
    reason: Words | None = None
    staff_id: StaffId | None = Field(None, description="Who decided, if one of the staff.")


class DocumentDecisionsIn(BaseModel):
    """Decisions of documents."""

    items: Annotated[list[DocumentDecisionIn], Field(min_length=1, max_length=ITEMS_MAX)]


class SubmissionOut(BaseModel):
    """A document that waits, or that was looked at; the name of who handed it in is masked."""

    id: SubmissionId
    customer_id: CustomerId
    customer_name: str | None = Field(examples=["张**"])
    kind: str
    state: SubmissionState
    source: str
    submitted_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None


class SubmissionCountsOut(BaseModel):
    """How many documents of a brand are in each state."""

    open: int
    approved: int
    rejected: int


class DocumentOut(BaseModel):
    """Where the picture of a document is kept."""

    reference: str


@router.route(
    "POST", "/v1/documents", permission=Permission.CUSTOMERS_WRITE, narrowing=Narrowing.NARROWED
)
def submit(
    platform: Running, caller: Calling, seen: Seeing, _key: RequestKey, asked: SubmissionsIn
) -> AnswersOut:
    """Hand documents in; one that waits already is answered and not handed in again."""
    now = clock.now()
    handed = [
        NewSubmission(
            customer_id=one.customer_id,
            kind=one.kind,
            reference=one.reference,
            fingerprint=one.fingerprint,
            source=caller.actor(),
            submitted_at=now,
        )
        for one in asked.items
    ]

    def work(tx: Tx) -> list[Result[Mapping[str, int]]]:
        hold_customers(platform, tx, handed, seen)
        return customers.submit_documents(tx, handed, now=now)

    results = platform.database.do(caller.scope(), work, now=now)
    return answers(results, name="submission_id", prefix=SUBMISSION_PREFIX)


@router.route(
    "GET",
    "/v1/brands/{brand}/documents",
    permission=Permission.DOCUMENTS_REVIEW,
    errors=[BrandNotFound],
)
def list_documents(
    platform: Running,
    caller: Calling,
    brand: Annotated[str, Path(max_length=100, description="The brand's code.")],
    paging: Paging,
    state: Annotated[SubmissionState, Query()] = SubmissionState.OPEN,
) -> Page[SubmissionOut]:
    """List the documents of a brand in one state, the oldest first."""
    place = paging.after(str, int)
    after = None if place is None else (datetime.fromisoformat(str(place[0])), int(place[1]))
    with platform.database.reading(caller.scope()) as tx:
        found = customers.submissions(
            tx,
            brand_id=org.brand(tx, code=brand).id,
            state=state,
            after=after,
            limit=paging.limit + 1,
        )
        names = _names(tx, found)
    return page_of(
        found,
        limit=paging.limit,
        show=lambda one: _out(one, names.get(one.customer_id)),
        place=lambda one: (one.submitted_at.isoformat(), one.id),
    )


@router.route(
    "GET",
    "/v1/brands/{brand}/documents/counts",
    permission=Permission.DOCUMENTS_REVIEW,
    errors=[BrandNotFound],
)
def count_documents(
    platform: Running,
    caller: Calling,
    brand: Annotated[str, Path(max_length=100, description="The brand's code.")],
) -> SubmissionCountsOut:
    """Count the documents of a brand by state."""
    with platform.database.reading(caller.scope()) as tx:
        counts = customers.submission_counts(tx, brand_id=org.brand(tx, code=brand).id)
    return SubmissionCountsOut(
        open=counts[SubmissionState.OPEN],
        approved=counts[SubmissionState.APPROVED],
        rejected=counts[SubmissionState.REJECTED],
    )


@router.route(
    "GET",
    "/v1/documents/{submission_id}/reference",
    permission=Permission.DOCUMENTS_REVIEW,
    errors=[SubmissionNotFound],
)
def show_reference(
    platform: Running, caller: Calling, submission_id: Annotated[SubmissionId, Path()]
) -> DocumentOut:
    """Show where the picture of a document is kept, to who looks at it; the audit tells of it."""
    now = clock.now()

    def work(tx: Tx) -> DocumentOut:
        shown = customers.document_of(tx, submission_id=submission_id)
        subject = show(SUBMISSION_PREFIX, submission_id)
        audit.record(tx, by=caller, act=audit.Act.DOCUMENT_SHOW, subject=subject, now=now)
        return DocumentOut(reference=shown)

    return platform.database.do(caller.scope(), work, now=now)


@router.route("POST", "/v1/documents/decisions", permission=Permission.DOCUMENTS_REVIEW)
def decide(
    platform: Running, caller: Calling, _key: RequestKey, asked: DocumentDecisionsIn
) -> AnswersOut:
    """Approve or reject documents; the same decision again changes nothing."""
    now = clock.now()
    reviews = [
        Review(
            submission_id=one.submission_id,
            state=SubmissionState(one.state),
            actor=caller.actor(),
            reason=one.reason,
            actor_staff_id=one.staff_id,
        )
        for one in asked.items
    ]

    def work(tx: Tx) -> list[Result[None]]:
        asked_of = [one.submission_id for one in reviews]
        before = customers.find_submissions(tx, submission_ids=asked_of)
        results = customers.review_documents(tx, reviews, now=now)
        told = _told(before, reviews, results)
        audit.record_all(tx, told, by=caller, act=audit.Act.DOCUMENT_DECIDE, now=now)
        return results

    return answers(platform.database.do(caller.scope(), work, now=now))


def _told(
    before: Mapping[int, Submission], reviews: Sequence[Review], results: Sequence[Result[None]]
) -> list[Change]:
    """Return what the audit keeps of decisions; one that stood already is no change."""
    return [
        Change(
            subject=show(SUBMISSION_PREFIX, one.submission_id),
            before={"state": before[one.submission_id].state},
            after={"state": one.state},
            reason=one.reason,
            brand_id=before[one.submission_id].brand_id,
        )
        for one, result in zip(reviews, results, strict=True)
        if isinstance(result, Ok) and before[one.submission_id].state is not one.state
    ]


def _names(tx: ReadTx, found: Sequence[Submission]) -> dict[int, str | None]:
    """Return the masked names of who handed documents in."""
    shown = customers.show(tx, customer_ids={one.customer_id for one in found})
    return {one.id: one.name for one in shown}


def _out(one: Submission, name: str | None) -> SubmissionOut:
    return SubmissionOut(
        id=one.id,
        customer_id=one.customer_id,
        customer_name=name,
        kind=one.kind,
        state=one.state,
        source=one.source,
        submitted_at=one.submitted_at,
        decided_at=one.decided_at,
        decided_by=one.decided_by,
        reason=one.reason,
    )
