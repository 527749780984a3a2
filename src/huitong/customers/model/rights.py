"""The nouns of consent and of leaving: purposes, statements, the gate's noes, exits, receipts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from huitong.customers.model.people import ConsentAction
from huitong.platform.errors import DomainError, Kind

COOLING_OFF_DAYS = 7
COOLING_OFF_DAYS_MAX = 365


class Purpose(StrEnum):
    """What a person's data may be used for; each is agreed to by itself."""

    SERVICE = "service"
    MARKETING = "marketing"
    PROFILING = "profiling"
    SHARING = "sharing"


class ConsentSource(StrEnum):
    """How a consent came to us: in a record, from the person, through staff, or in a list."""

    RECORD = "record"
    CUSTOMER = "customer"
    STAFF = "staff"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class ConsentStatement:
    """A yes or a no to one purpose at one instant; `channel` narrows marketing ("sms").

    `policy_version` names the text that was agreed to; a withdrawal needs none. `actor` names the
    program or member of staff who passed it on, never the person. `identifier_id` is what it came
    with, if anything: when persons are split, it goes where the identifier goes.
    """

    customer_id: int
    purpose: Purpose
    action: ConsentAction
    occurred_at: datetime
    key: str
    channel: str | None = None
    policy_version: str = ""
    source: ConsentSource = ConsentSource.CUSTOMER
    touchpoint: str | None = None
    actor: str = ""
    identifier_id: int | None = None


@dataclass(frozen=True, slots=True)
class Permitted:
    """The gate is open: by which consent, or by the membership where `policy_version` is None."""

    customer_id: int
    policy_version: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentPolicy:
    """One version of a text that people agree to; `digest` is the SHA-256 of its UTF-8."""

    brand_id: int
    purpose: Purpose
    version: str
    content: str
    digest: bytes
    effective_from: datetime


class PointsAtExit(StrEnum):
    """What becomes of points when a member has left for good."""

    FORFEIT = "forfeit"
    KEEP = "keep"


class ExitState(StrEnum):
    """How far a wish to leave has come."""

    REQUESTED = "requested"
    CANCELLED = "cancelled"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class ExitPolicy:
    """How members of a brand leave; version 0 is what holds while a brand has decided nothing."""

    version: int = 0
    cooling_off_days: int = COOLING_OFF_DAYS
    points: PointsAtExit = PointsAtExit.FORFEIT


@dataclass(eq=False)
class ExitPolicyChanged(DomainError):
    """Somebody else decided how members leave since it was read."""

    code: ClassVar[str] = "customers.exit_policy_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "How members leave was decided anew meanwhile (version {version} now, you have read"
        " {expected}): read it again and repeat your change."
    )
    version: int
    expected: int


@dataclass(frozen=True, slots=True)
class ExitWish:
    """A member who wants to leave; a repeat of the key answers the first request."""

    customer_id: int
    key: str
    actor: str


@dataclass(frozen=True, slots=True)
class ExitCancellation:
    """A member who stays after all; a repeat of the key answers what it did first."""

    customer_id: int
    key: str


@dataclass(frozen=True, slots=True)
class ExitRequest:
    """A wish to leave as it stands; it is carried out at `due_at` unless it is taken back."""

    id: int
    brand_id: int
    customer_id: int
    state: ExitState
    points: PointsAtExit
    requested_at: datetime
    due_at: datetime
    ended_at: datetime | None
    settled_at: datetime | None


class RightKind(StrEnum):
    """What a person can ask of us."""

    EXPORT = "export"
    CORRECT = "correct"
    EXIT = "exit"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a right was used: what was done, by whom, when; it names no person."""

    id: int
    kind: RightKind
    actor: str
    detail: Mapping[str, object]
    recorded_at: datetime


@dataclass(eq=False)
class NotPermittedByConsent(DomainError):
    """Nobody ever agreed to this use, so it is not allowed."""

    code: ClassVar[str] = "customers.no_consent"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "This customer has never agreed to {use}; ask them first and record their consent."
    )
    use: str


@dataclass(eq=False)
class ConsentTakenBack(DomainError):
    """The newest word on this use is a no."""

    code: ClassVar[str] = "customers.consent_withdrawn"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "This customer has taken back their consent to {use} (on {day}); leave them out."
    )
    use: str
    day: str


@dataclass(eq=False)
class CustomerLeaving(DomainError):
    """The customer has left, or asked to."""

    code: ClassVar[str] = "customers.leaving"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "This customer has left the brand, or asked to; do not contact them for {use}."
    )
    use: str


@dataclass(eq=False)
class CustomerErased(DomainError):
    """The person behind the customer was erased."""

    code: ClassVar[str] = "customers.erased"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "The person behind this customer was erased; nobody can be reached."


@dataclass(eq=False)
class PolicyUnknown(DomainError):
    """The brand has no policy text of this version, or it was not in effect yet."""

    code: ClassVar[str] = "customers.policy_unknown"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The brand has no policy for {purpose} in version “{version}” that was in effect then;"
        " record the policy text first, or name the version that was shown."
    )
    purpose: str
    version: str


@dataclass(eq=False)
class NoSuchPolicy(DomainError):
    """The brand keeps no such version of a policy text."""

    code: ClassVar[str] = "customers.no_such_policy"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "The brand keeps no policy for {purpose} in version “{version}”: the list shows those it"
        " has."
    )
    purpose: str
    version: str


@dataclass(eq=False)
class PolicyVersionTaken(DomainError):
    """The version exists with another text or another beginning."""

    code: ClassVar[str] = "customers.policy_version_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The policy for {purpose} has a version “{version}” with other words: a version never"
        " changes, so choose a new one."
    )
    purpose: str
    version: str


@dataclass(eq=False)
class StatementOfFuture(DomainError):
    """A consent is dated after the present."""

    code: ClassVar[str] = "customers.statement_of_future"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "The statement is dated in the future ({at}); correct its time."
    at: str


@dataclass(eq=False)
class StatementKeyUsed(DomainError):
    """The key of a statement was used for another one of the same customer."""

    code: ClassVar[str] = "customers.statement_key_used"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The key “{key}” belongs to another statement of this customer; give each its own."
    )
    key: str


@dataclass(eq=False)
class NotAMember(DomainError):
    """Only a member can leave."""

    code: ClassVar[str] = "customers.not_a_member"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "This customer is {status} and no member, so there is no membership to end."
    )
    status: str


@dataclass(eq=False)
class NoOpenExit(DomainError):
    """There is nothing to take back."""

    code: ClassVar[str] = "customers.no_open_exit"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "This customer has no request to leave that could still be taken back."
    )


@dataclass(eq=False)
class PointsStillHeld(DomainError):
    """Points of the member are set aside for something that is not finished."""

    code: ClassVar[str] = "customers.points_still_held"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "{held} points of this member are set aside for an order or a dispute that is not finished;"
        " finish or release it, then ask again."
    )
    held: int


@dataclass(eq=False)
class RightKeyUsed(DomainError):
    """The key belongs to the request of another person."""

    code: ClassVar[str] = "customers.right_key_used"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The key “{key}” was used for the request of another person; give each request its own."
    )
    key: str
