"""What somebody is like, as people correct it and as it is shown field by field."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from huitong.channels.model import Gender
from huitong.platform.errors import DomainError, Kind

RANK_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person of the brand says is right; `cleared` are fields of which nothing is known."""

    customer_id: int
    actor: str
    reason: str
    name: str | None = None
    gender: Gender | None = None
    birthday_on: date | None = None
    city: str | None = None
    cleared: tuple[str, ...] = ()
    key: str | None = None


@dataclass(frozen=True, slots=True)
class TrustedSource:
    """How far a source is trusted for a field: the highest rank leads, 0 is where all begin."""

    field: str
    source: str
    rank: int


@dataclass(frozen=True, slots=True)
class ValueShown:
    """A value as anybody may see it who sees the customer; masked when a part of it is hidden."""

    text: str
    is_masked: bool


@dataclass(frozen=True, slots=True)
class FieldShown:
    """Which statement leads for a field of the profile, and the value: None when it is cleared."""

    field: str
    source: str
    told_at: datetime
    statement_id: int
    actor: str | None
    value: ValueShown | None


@dataclass(frozen=True, slots=True)
class Told:
    """One statement about a customer: who said something of which fields, and if it counts."""

    statement_id: int
    source: str
    told_at: datetime
    fields: tuple[str, ...]
    actor: str | None
    reason: str | None
    counts: bool


@dataclass(eq=False)
class CorrectionNotFound(DomainError):
    """No correction with this id stands."""

    code: ClassVar[str] = "customers.correction_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "There is no correction {statement_id} to take back: it was withdrawn already, or never"
        " made."
    )
    statement_id: int


@dataclass(eq=False)
class CorrectionEmpty(DomainError):
    """The correction says nothing."""

    code: ClassVar[str] = "customers.correction_empty"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The correction names no field of a profile: say what is right of name, gender, birthday_on"
        " or city, or which of them to clear."
    )


@dataclass(eq=False)
class RequestKeyUsed(DomainError):
    """The key of a request belongs to another request."""

    code: ClassVar[str] = "customers.request_key_used"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The key “{key}” was used for another request; send a new key with a new request."
    )
    key: str
