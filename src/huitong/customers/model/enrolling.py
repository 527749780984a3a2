"""How people become members: enrolments, and documents that are looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from huitong.channels.model import ConsentGiven, Gender, Identifier
from huitong.org.model import ChannelAccount
from huitong.platform.errors import DomainError, Kind

SUBMISSION_PREFIX = "sub"
SERVICE_PURPOSE = "service"
DOCUMENT_KIND_PATTERN = r"^[a-z][a-z0-9_]{0,49}$"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Somebody who asks to become a member, at one channel account, under the caller's key.

    `consents` must hold one for service: what a member agreed to, in which version, and when.
    """

    key: str
    account: ChannelAccount
    identifiers: tuple[Identifier, ...]
    consents: tuple[ConsentGiven, ...]
    enrolled_at: datetime
    actor: str
    name: str | None = None
    gender: Gender | None = None
    birthday_on: date | None = None
    city: str | None = None
    card_no: str | None = None
    store: str | None = None
    touchpoint: str | None = None
    guide: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


class SubmissionState(StrEnum):
    """How far the look at a document has come."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """A document that a customer hands in: what it is, and where its picture is kept.

    `reference` is an address in the store of files, kept sealed; `fingerprint` tells the document
    apart from every other (its number, else the digest of its content).
    """

    customer_id: int
    kind: str
    reference: str
    fingerprint: str
    source: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody decided of a submission; a rejection needs its reason."""

    submission_id: int
    state: SubmissionState
    actor: str
    reason: str | None = None
    actor_staff_id: int | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A document that waits, or that was looked at."""

    id: int
    customer_id: int
    brand_id: int
    kind: str
    state: SubmissionState
    source: str
    submitted_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None


@dataclass(eq=False)
class TermsNotAccepted(DomainError):
    """Somebody would be enrolled who has not agreed to the terms of membership."""

    code: ClassVar[str] = "customers.terms_not_accepted"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Nobody becomes a member without agreeing to it: give a consent for the purpose"
        " “{purpose}” with the version of the policy and when it was given."
    )
    purpose: str = SERVICE_PURPOSE


@dataclass(eq=False)
class NotTakenIn(DomainError):
    """Whoever sees some customers only would enrol, or join to another, one whom they do not see.

    It has the same words for all of these and no id: it should tell as little as it can.
    """

    code: ClassVar[str] = "customers.not_taken_in"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Nobody was enrolled by these identifiers and nothing was changed: go on selling without,"
        " and let somebody who sees the whole brand look."
    )


@dataclass(eq=False)
class SubmissionNotFound(DomainError):
    """No such document was handed in, or it was forgotten with its person."""

    code: ClassVar[str] = "customers.submission_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "No document {submission} waits or was looked at."
    submission: str


@dataclass(eq=False)
class SubmissionDecided(DomainError):
    """Somebody else decided otherwise before."""

    code: ClassVar[str] = "customers.submission_decided"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Document {submission} was {state} before; let the customer hand it in again."
    )
    submission: str
    state: str


@dataclass(eq=False)
class DocumentUsed(DomainError):
    """The same document was approved for somebody else."""

    code: ClassVar[str] = "customers.document_used"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "This very document was approved for customer {customer} before; reject it, or find out"
        " whether both are one person."
    )
    customer: str


@dataclass(eq=False)
class ReasonMissing(DomainError):
    """A rejection does not say why."""

    code: ClassVar[str] = "customers.reason_missing"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "Say why the document is rejected: the customer will ask."
