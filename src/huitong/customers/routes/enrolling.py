"""HTTP in: people become members, and documents are handed in and looked at."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from huitong import customers, org
from huitong.channels.model import ConsentGiven, Gender, Identifier
from huitong.customers.model import (
    CUSTOMER_PREFIX,
    DOCUMENT_KIND_PATTERN,
    SUBMISSION_PREFIX,
    Enrolment,
    NewSubmission,
    Review,
    Submission,
    SubmissionNotFound,
    SubmissionState,
)
from huitong.customers.routes.asking import (
    ITEMS_MAX,
    AnswerOut,
    AnswersOut,
    Code,
    CustomerId,
    StaffId,
    Words,
    answers,
    keys,
)
from huitong.customers.routes.reaching import hold_customers, hold_place
from huitong.org.model import BrandNotFound, ChannelAccountNotFound
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.db import Scope, Tx
from huitong.platform.errors import Ok, Result
from huitong.platform.http import (
    Calling,
    IdText,
    Page,
    Paging,
    Reach,
    RequestKey,
    Router,
    Running,
    Seeing,
    page_of,
)

router = Router(tag="enrolment")

SubmissionId = Annotated[int, IdText(SUBMISSION_PREFIX)]


class EnrolmentIn(BaseModel):
    """Somebody who becomes a member; a consent for “service” must be among the consents."""

    identifiers: Annotated[list[Identifier], Field(min_length=1, max_length=50)]
    consents: Annotated[list[ConsentGiven], Field(min_length=1, max_length=50)]
    enrolled_at: AwareDatetime | None = Field(None, description="Null: now.")
    name: str | None = Field(None, max_length=200)
    gender: Gender | None = None
    birthday_on: date | None = None
    city: str | None = Field(None, max_length=200)
    card_no: Code | None = None
    store: Code | None = None
    touchpoint: Code | None = None
    guide: Code | None = None


class EnrolmentsIn(BaseModel):
    """People who become members at one channel account."""

    account: str = Field(pattern=r"^[^:]+:.+$", examples=["pos:main"])
    items: Annotated[list[EnrolmentIn], Field(min_length=1, max_length=ITEMS_MAX)]


class EnrolledOut(AnswerOut):
    """Whom somebody is a member as; `is_new` false: they were one already."""

    is_new: bool | None = None


class EnrolmentsOut(BaseModel):
    """One answer an item."""

    items: list[EnrolledOut]


class SubmissionIn(BaseModel):
    """A document that a customer hands in: where its picture is kept, and what tells it apart."""

    customer_id: CustomerId
    kind: str = Field(pattern=DOCUMENT_KIND_PATTERN, examples=["birth_certificate"])
    reference: Words
    fingerprint: Words = Field(description="The document's number, else its content's digest.")


class SubmissionsIn(BaseModel):
    """Documents that wait to be looked at."""

    items: Annotated[list[SubmissionIn], Field(min_length=1, max_length=ITEMS_MAX)]


class DecisionIn(BaseModel):
    """What was decided of a document; a rejection says why."""

    submission_id: SubmissionId
    state: Literal["approved", "rejected"]
    reason: Words | None = None
    staff_id: StaffId | None = Field(None, description="Who decided, if one of the staff.")


class DecisionsIn(BaseModel):
    """Decisions of documents."""

    items: Annotated[list[DecisionIn], Field(min_length=1, max_length=ITEMS_MAX)]


class SubmissionOut(BaseModel):
    """A document that waits, or that was looked at."""

    id: SubmissionId
    customer_id: CustomerId
    kind: str
    state: SubmissionState
    source: str
    submitted_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None


class DocumentOut(BaseModel):
    """Where the picture of a document is kept."""

    reference: str


@router.route(
    "POST",
    "/v1/customers/enrolments",
    permission=Permission.CUSTOMERS_WRITE,
    reach=Reach.NARROWED,
    errors=[ChannelAccountNotFound],
)
def enrol(
    platform: Running, caller: Calling, seen: Seeing, key: RequestKey, asked: EnrolmentsIn
) -> EnrolmentsOut:
    """Make people members at a channel account; who is one already stays one, with one welcome."""
    now = clock.now()
    for one in asked.items:
        hold_place(seen, store=one.store, guide=one.guide)
    channel, _, code = asked.account.partition(":")
    with platform.database.reading(caller.scope()) as tx:
        account = org.channel_account(tx, platform=channel, code=code)
    enrolments = [
        Enrolment(
            key=item_key,
            account=account,
            actor=caller.actor(),
            identifiers=tuple(one.identifiers),
            consents=tuple(one.consents),
            enrolled_at=one.enrolled_at or now,
            name=one.name,
            gender=one.gender,
            birthday_on=one.birthday_on,
            city=one.city,
            card_no=one.card_no,
            store=one.store,
            touchpoint=one.touchpoint,
            guide=one.guide,
        )
        for item_key, one in zip(keys(key, len(asked.items)), asked.items, strict=True)
    ]
    # Finding the account holds it against the caller's scope; persons who join are of the group.
    results = platform.database.do(
        Scope(caller.scope().group_id),
        lambda tx: customers.enrol(tx, enrolments, now=now),
        now=now,
    )
    shown = answers(results, name="customer_id", prefix=CUSTOMER_PREFIX)
    return EnrolmentsOut(
        items=[
            EnrolledOut(
                **one.model_dump(),
                is_new=bool(result.value["is_new"]) if isinstance(result, Ok) else None,
            )
            for one, result in zip(shown.items, results, strict=True)
        ]
    )


@router.route("POST", "/v1/documents", permission=Permission.CUSTOMERS_WRITE, reach=Reach.NARROWED)
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
    return page_of(
        found,
        limit=paging.limit,
        show=_out,
        place=lambda one: (one.submitted_at.isoformat(), one.id),
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
    """Show where the picture of a document is kept, to who looks at it."""
    with platform.database.reading(caller.scope()) as tx:
        return DocumentOut(reference=customers.document_of(tx, submission_id=submission_id))


@router.route("POST", "/v1/documents/decisions", permission=Permission.DOCUMENTS_REVIEW)
def decide(platform: Running, caller: Calling, _key: RequestKey, asked: DecisionsIn) -> AnswersOut:
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
    results = platform.database.do(
        caller.scope(), lambda tx: customers.review_documents(tx, reviews, now=now), now=now
    )
    return answers(results)


def _out(one: Submission) -> SubmissionOut:
    return SubmissionOut(
        id=one.id,
        customer_id=one.customer_id,
        kind=one.kind,
        state=one.state,
        source=one.source,
        submitted_at=one.submitted_at,
        decided_at=one.decided_at,
        decided_by=one.decided_by,
        reason=one.reason,
    )
