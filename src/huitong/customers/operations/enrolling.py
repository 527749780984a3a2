"""Enrols people, one or many at a time, and looks at the documents that they hand in."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import groupby
from typing import NamedTuple, TypeAlias, cast

from huitong import identity
from huitong.channels.model import Incoming, Member, MemberStatus
from huitong.customers import queries, tables
from huitong.customers.events import DocumentApproved
from huitong.customers.model import (
    CUSTOMER,
    CUSTOMER_PREFIX,
    SERVICE_PURPOSE,
    SUBMISSION_PREFIX,
    ActorIsBeneficiary,
    CustomerNotFound,
    DocumentUsed,
    Enrolment,
    NewSubmission,
    NotTakenIn,
    ReasonMissing,
    Review,
    SubmissionDecided,
    SubmissionNotFound,
    SubmissionState,
    TermsNotAccepted,
)
from huitong.customers.operations.admitting import Sees, admitted
from huitong.customers.operations.locking import lock_living
from huitong.customers.operations.requests import Answers, begin
from huitong.customers.operations.taking import apply_enrolments
from huitong.platform import auth, crypto
from huitong.platform.db import Row, Tx, array, byte_array
from huitong.platform.errors import DomainError, Ok, Result
from huitong.platform.ids import bucket_of, bucket_of_digest, show
from huitong.platform.page import RECORDS_PER_PAGE_MAX, Outcome, Page
from huitong.platform.pipeline import apply_page

DOCUMENT_PLACE = "customers.submission"
DOCUMENT_KIND = "document"
MEMBER_NO_PREFIX = "enrol:"
KEY_LENGTH_MAX = 100

_Decided: TypeAlias = tuple[int, int, str, str, str | None]


def enrol(
    tx: Tx, enrolments: Sequence[Enrolment], *, now: datetime, sees: Sees | None = None
) -> list[Result[Mapping[str, int]]]:
    """Make people members and answer their customers' ids; who is one already stays one.

    `customer_id` and `is_new` (1 or 0) are answered. A repeat of a key answers what it did first.
    Two who enrol at the same instant over several channels are one member with one welcome; of who
    was one before, consents, cards and identifiers are taken, and nothing else is changed. `sees`
    tells which customers the caller sees, who then enrols nobody past these; None: all.
    """
    content = [(one.key, _content(one)) for one in enrolments]
    answers = begin(tx, "enrol", content, actors=[one.actor for one in enrolments], now=now)
    places = [place for place in answers.open if _agreed(answers, place, enrolments[place])]
    places.sort(key=lambda place: (enrolments[place].account.id, place))
    for _, group in groupby(places, key=lambda place: enrolments[place].account.id):
        wanted = list(group)
        if sees is not None:
            wanted = _admitted(tx, answers, enrolments, wanted, sees)
        _enrol_at(tx, answers, enrolments, wanted, now)
    return answers.keep(tx)


def submit_documents(
    tx: Tx, submissions: Sequence[NewSubmission], *, now: datetime
) -> list[Result[Mapping[str, int]]]:
    """Keep documents that are to be looked at and answer their ids; a repeat answers the first."""
    owners = lock_living(tx, [one.customer_id for one in submissions])
    ciphers = identity.ciphers_of(tx, person_ids={one.person_id for one in owners.values()})
    digests = [_digest(tx, one.kind, one.fingerprint) for one in submissions]
    ids = tx.new_ids([bucket_of_digest(digest) for digest in digests])
    rows: dict[int, Row] = {}
    results: list[Result[Mapping[str, int]]] = []
    for one, digest, new_id in zip(submissions, digests, ids, strict=True):
        owner = owners.get(one.customer_id)
        if owner is None or owner.person_id not in ciphers:
            shown = show(CUSTOMER_PREFIX, one.customer_id)
            results.append(CustomerNotFound(customer=shown).as_refused())
            continue
        cipher = ciphers[owner.person_id]
        rows[new_id] = (
            bucket_of(new_id),
            new_id,
            owner.brand_id,
            owner.id,
            one.kind,
            digest,
            cipher.seal(one.reference.encode(), place=DOCUMENT_PLACE, row=new_id),
            owner.person_id,
            one.source,
            one.submitted_at,
        )
        results.append(Ok({"submission_id": new_id}))
    waiting = _insert_submissions(tx, rows, now)
    return [
        Ok({"submission_id": waiting[one.value["submission_id"]]}) if isinstance(one, Ok) else one
        for one in results
    ]


def review_documents(tx: Tx, reviews: Sequence[Review], *, now: datetime) -> list[Result[None]]:
    """Approve or reject documents; an approval is told to those who give something for it.

    One document is approved for one customer only. The same decision again changes nothing.
    """
    params = {
        "group_id": tx.scope.group_id,
        "submission_ids": array(sorted({one.submission_id for one in reviews})),
    }
    # A merge of those who handed in waits for the decision, or the decision for the merge.
    handed_in_by = [row[1] for row in tx.rows(tables.submissions.FIND_SUBMISSIONS, params)]
    today = {asked: one.id for asked, one in lock_living(tx, handed_in_by).items()}
    locked = tx.rows(tables.submissions.LOCK_SUBMISSIONS, params)
    known = {row[0]: _Handed._make(row) for row in locked}
    used = _used(tx, [one.digest for one in known.values() if one.digest is not None])
    behind = auth.staff_behind(tx, {one.actor for one in reviews})
    named = {one.actor_staff_id for one in reviews if one.actor_staff_id is not None}
    own = queries.own_customers(tx, staff_ids={*named, *behind.values()}, at=now)
    results: list[Result[None]] = []
    rows = []
    for review in reviews:
        try:
            hands = {review.actor_staff_id, behind.get(review.actor)}
            theirs = {one: customer_ids for one, customer_ids in own.items() if one in hands}
            row = _reviewed(review, known, used, theirs, today)
        except DomainError as refusal:
            results.append(refusal.as_refused())
            continue
        results.append(Ok(None))
        if row is not None:
            rows.append(row)
            handed = known[review.submission_id]
            known[handed.id] = handed._replace(state=review.state.value)
    shape = tables.submissions.DECISION
    tx.write(tables.submissions.DECIDE_SUBMISSIONS, shape, rows, {"now": now})
    decided = {one.submission_id for one in reviews if one.state is SubmissionState.APPROVED}
    _tell_approved(tx, sorted(decided & {row[1] for row in rows}), today)
    return results


class _Handed(NamedTuple):
    """A submission as it is locked; without a digest it was forgotten with its person."""

    id: int
    brand_id: int
    customer_id: int
    kind: str
    digest: bytes | None
    state: str


def _content(one: Enrolment) -> object:
    """Return what a repeat has in common with the first; the edge may have filled in instants."""
    agreed = [(consent.purpose, consent.policy_version) for consent in one.consents]
    asked = {known.name: getattr(one, known.name) for known in fields(one)}
    return asked | {"account": one.account.id, "consents": agreed, "enrolled_at": None}


def _agreed(answers: Answers, place: int, one: Enrolment) -> bool:
    if any(consent.purpose == SERVICE_PURPOSE for consent in one.consents):
        return True
    answers.refuse(place, TermsNotAccepted())
    return False


def _admitted(
    tx: Tx, answers: Answers, enrolments: Sequence[Enrolment], places: Sequence[int], sees: Sees
) -> list[int]:
    """Return the places at one account that may go on, and refuse the others."""
    asked = [enrolments[place] for place in places]
    told = admitted(tx, asked[0].account, asked, sees=sees)
    going_on = []
    for place, is_admitted in zip(places, told, strict=True):
        if is_admitted:
            going_on.append(place)
        else:
            answers.refuse(place, NotTakenIn())
    return going_on


def _enrol_at(
    tx: Tx,
    answers: Answers,
    enrolments: Sequence[Enrolment],
    places: Sequence[int],
    now: datetime,
) -> None:
    """Enrol people at one channel account, in pages of a bounded size."""
    for at in range(0, len(places), RECORDS_PER_PAGE_MAX):
        part = places[at : at + RECORDS_PER_PAGE_MAX]
        record_ids = tx.new_ids([0] * len(part))
        records = [
            Incoming(enrolments[place].account, _member(enrolments[place]), record_id)
            for place, record_id in zip(part, record_ids, strict=True)
        ]
        appliers = (identity.resolve_people, apply_enrolments, _answer)
        outcomes = apply_page(tx, Page(records), appliers, now=now)
        for place, outcome in zip(part, outcomes, strict=True):
            answers.results[place] = cast("Result[Mapping[str, int]]", outcome)


def _answer(_tx: Tx, page: Page, _now: datetime) -> Sequence[Outcome]:
    answers = []
    for known in page.get(CUSTOMER):
        assert known is not None, "Who enrols names somebody."
        answers.append(Ok({"customer_id": known.customer_id, "is_new": int(known.enrolled_now)}))
    return answers


def _member(one: Enrolment) -> Member:
    """Return the record that a channel would have sent of the enrolment."""
    return Member(
        member_no=f"{MEMBER_NO_PREFIX}{one.key}"[:KEY_LENGTH_MAX],
        status=MemberStatus.MEMBER,
        identifiers=one.identifiers,
        name=one.name,
        gender=one.gender,
        birthday_on=one.birthday_on,
        city=one.city,
        enrolled_at=one.enrolled_at,
        card_no=one.card_no,
        store=one.store,
        touchpoint=one.touchpoint,
        guide=one.guide,
        consents=one.consents,
        attributes=dict(one.attributes),
        updated_at=one.enrolled_at,
    )


def _digest(tx: Tx, kind: str, fingerprint: str) -> bytes:
    return crypto.keyring().blind_index(tx.scope.group_id, DOCUMENT_KIND, kind, fingerprint)


def _insert_submissions(tx: Tx, rows: Mapping[int, Row], now: datetime) -> dict[int, int]:
    """Insert submissions; return by id the id under which each waits."""
    shape = tables.submissions.SUBMISSION
    inserted = tx.write(
        tables.submissions.INSERT_SUBMISSIONS, shape, list(rows.values()), {"now": now}
    )
    waiting = {row[0]: row[0] for row in inserted}
    others = [row for one, row in rows.items() if one not in waiting]
    return waiting | dict(tx.write(tables.submissions.FIND_WAITING, shape, others))


def _used(tx: Tx, digests: Sequence[bytes]) -> dict[tuple[bytes, str], int]:
    params = {
        "group_id": tx.scope.group_id,
        "buckets": array([bucket_of_digest(digest) for digest in digests]),
        "digests": byte_array(digests),
    }
    return {
        (digest, kind): customer_id
        for digest, kind, customer_id in tx.rows(tables.submissions.FIND_APPROVED, params)
    }


def _reviewed(
    review: Review,
    known: Mapping[int, _Handed],
    used: dict[tuple[bytes, str], int],
    own: Mapping[int, set[int]],
    today: Mapping[int, int],
) -> _Decided | None:
    """Return the row of a decision, or None when it was taken before.

    `own` are the customers whom those of the staff who decide are themselves.
    """
    shown = show(SUBMISSION_PREFIX, review.submission_id)
    handed = known.get(review.submission_id)
    if handed is None or handed.digest is None:
        raise SubmissionNotFound(submission=shown)
    customer_id, state = handed.customer_id, handed.state
    if state == review.state:
        return None
    if state != SubmissionState.OPEN or review.state is SubmissionState.OPEN:
        raise SubmissionDecided(submission=shown, state=state)
    for staff_id, customer_ids in own.items():
        if today[customer_id] in customer_ids:
            raise ActorIsBeneficiary(staff_id=staff_id)
    if review.state is SubmissionState.REJECTED and not review.reason:
        raise ReasonMissing
    if review.state is SubmissionState.APPROVED:
        document = handed.digest, handed.kind
        if document in used:
            raise DocumentUsed(customer=show(CUSTOMER_PREFIX, used[document]))
        used[document] = customer_id
    bucket = bucket_of(review.submission_id)
    return (bucket, review.submission_id, review.state.value, review.actor, review.reason)


def _tell_approved(tx: Tx, submission_ids: Sequence[int], today: Mapping[int, int]) -> None:
    params = {"group_id": tx.scope.group_id, "submission_ids": array(list(submission_ids))}
    for one in tx.rows(tables.submissions.FIND_SUBMISSIONS, params) if submission_ids else []:
        tx.emit(DocumentApproved(one[0], today[one[1]], one[2], one[3], one[4]))
