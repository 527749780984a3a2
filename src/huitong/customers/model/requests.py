"""What people ask of us under the law, with its term, and whether two say the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from huitong.customers.model.rights import RightKind
from huitong.platform.errors import DomainError, Kind

REQUEST_PREFIX = "req"
# How long we take to answer at most; the law and the store of apps say 15 working days.
TERM_DAYS = 15
TERM = timedelta(days=TERM_DAYS)
# From here on a request that is still open is shown as urgent.
URGENT = timedelta(days=3)


class Agreement(StrEnum):
    """Whether two persons say the same of themselves; unknown where one of them says nothing."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LivingCustomer:
    """Which customer of a brand a person is today."""

    person_id: int
    brand_id: int
    customer_id: int


class RequestOrigin(StrEnum):
    """By which way a person asked."""

    PHONE = "phone"
    STORE = "store"
    ONLINE = "online"
    LETTER = "letter"


class RequestState(StrEnum):
    """How far a request has come; a wish to leave is `cooling` until it is carried out."""

    OPEN = "open"
    COOLING = "cooling"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request that somebody took down; a repeat of the key answers the first one."""

    customer_id: int
    kind: RightKind
    origin: RequestOrigin
    received_at: datetime
    key: str
    actor: str


@dataclass(frozen=True, slots=True)
class RightRequest:
    """A request as it stands: `due_at` is until when it must be answered, or an exit carried out.

    An exit has no origin: it is what somebody did, not what somebody took down.
    """

    id: int
    brand_id: int
    customer_id: int
    kind: RightKind
    origin: RequestOrigin | None
    state: RequestState
    received_at: datetime
    due_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RequestCounts:
    """How many requests of a brand wait: `urgent` ones are due within days, `overdue` ones were."""

    open: int
    urgent: int
    overdue: int
    cooling: int
    oldest_at: datetime | None


@dataclass(eq=False)
class RequestNotFound(DomainError):
    """No request has this id."""

    code: ClassVar[str] = "customers.request_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "There is no such request: the list of requests shows those there are."
    )


@dataclass(eq=False)
class RequestClosed(DomainError):
    """The request was closed before, otherwise."""

    code: ClassVar[str] = "customers.request_closed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "This request was closed as “{state}” before; note a new one instead."
    state: str


@dataclass(eq=False)
class RequestOfFuture(DomainError):
    """A request is dated after the present."""

    code: ClassVar[str] = "customers.request_of_future"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "The request is dated in the future; give the day on which it came."


@dataclass(eq=False)
class RequestNotCarriedOut(DomainError):
    """A copy or an erasure is done by doing it, not by saying so."""

    code: ClassVar[str] = "customers.request_not_carried_out"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "A request for {right} is done when it is carried out: hand the copy out, or erase the"
        " person, and it closes by itself; here it can be refused or withdrawn."
    )
    right: str
