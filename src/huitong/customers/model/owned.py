"""What belongs to customers: beneficiaries and owned items, and the class of buyer they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from huitong.channels.model import Gender
from huitong.platform.errors import DomainError, Kind

GUARDIAN_AGE_YEARS = 14


class BelongingKind(StrEnum):
    """A beneficiary (child, pet) or an owned item (glasses, appliance, car)."""

    CHILD = "child"
    PET = "pet"
    GLASSES = "glasses"
    APPLIANCE = "appliance"
    CAR = "car"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is said of a beneficiary or an owned item; all of it is sealed.

    A child that is expected has `due_on`, one that was born `birthday_on`. `facts` hold what the
    kind needs beside: a prescription, a serial number, a breed.
    """

    name: str | None = None
    gender: Gender | None = None
    due_on: date | None = None
    birthday_on: date | None = None
    sku: str | None = None
    bought_on: date | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewBelonging:
    """A beneficiary or an owned item as a customer tells of it.

    A child under `GUARDIAN_AGE_YEARS`, or yet to be born, needs the guardian's consent.
    """

    customer_id: int
    kind: BelongingKind
    particulars: Particulars
    source: str
    actor: str
    guardian_policy_version: str | None = None
    guardian_consent_at: datetime | None = None
    identifier_id: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class BelongingChange:
    """New particulars of a belonging, such as the birthday of a child that was expected."""

    belonging_id: int
    particulars: Particulars
    actor: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """A beneficiary or an owned item with what is said of it, opened."""

    id: int
    customer_id: int
    kind: BelongingKind
    particulars: Particulars
    guardian_policy_version: str | None
    guardian_consent_at: datetime | None
    source: str
    recorded_at: datetime


class Classed(StrEnum):
    """What kind of buyer or sale something is that rules may leave out (decision 7)."""

    STAFF_PURCHASE = "staff_purchase"
    RESELLER = "reseller"
    BRUSHING = "brushing"
    BULK = "bulk"


class ClassSource(StrEnum):
    """How a classification came about."""

    RULE = "rule"
    MANUAL = "manual"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class NewClassification:
    """A class of a customer from an instant on, until another or for good.

    `evidence` names what speaks for it, in ids, counts and amounts, never in personal values.
    """

    customer_id: int
    classed: Classed
    valid_from: datetime
    source: ClassSource
    actor: str
    valid_until: datetime | None = None
    evidence: Mapping[str, str | int] = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """A class of a customer as it stands."""

    id: int
    customer_id: int
    classed: Classed
    valid_from: datetime
    valid_until: datetime | None
    source: ClassSource
    evidence: Mapping[str, str | int]
    actor: str


@dataclass(eq=False)
class GuardianConsentMissing(DomainError):
    """A child under fourteen is told of without the guardian's consent."""

    code: ClassVar[str] = "customers.guardian_consent_missing"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "A child under {years} can only be kept with the guardian's consent: give the version of"
        " the policy and when it was agreed to."
    )
    years: int = GUARDIAN_AGE_YEARS


@dataclass(eq=False)
class BelongingNotFound(DomainError):
    """No beneficiary or owned item has this id."""

    code: ClassVar[str] = "customers.belonging_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is no beneficiary or owned item {belonging_id} any more."
    belonging_id: int


@dataclass(eq=False)
class ClassificationNotFound(DomainError):
    """No classification with this id stands."""

    code: ClassVar[str] = "customers.classification_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is no classification {classification_id} to withdraw."
    classification_id: int
