"""The nouns of customers: a person in a brand, the card, the profile, the consents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from huitong.channels.model import Gender
from huitong.identity.model import IdentifierShown
from huitong.platform.errors import DomainError, Kind
from huitong.platform.page import Note

# The outside sees a customer's id as `cus_...`.
CUSTOMER_PREFIX = "cus"


class CustomerStatus(StrEnum):
    """What a person is to a brand; only a member holds a card, points and a tier (decision 1)."""

    ANONYMOUS = "anonymous"
    FAN = "fan"
    MEMBER = "member"
    EXITED = "exited"


class ConsentAction(StrEnum):
    """What a person did with a consent."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Known:
    """Whose a record is: the customer, locked for this transaction, and what they are.

    `enrolled_now` tells that this very page made them a member.
    """

    customer_id: int
    status: CustomerStatus
    enrolled_at: datetime | None = None
    enrolled_now: bool = field(default=False, compare=False)


CUSTOMER: Note[Known | None] = Note("customers.customer")
"""What `apply_customers` learned of each record; None where the person is not known."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A person in a brand."""

    id: int
    brand_id: int
    person_id: int
    status: CustomerStatus
    enrolled_at: datetime | None
    merged_into: int | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """What a customer is like, kept encrypted under the person's key."""

    name: str | None = None
    gender: Gender | None = None
    birthday_on: date | None = None
    city: str | None = None
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a customer agreed to or took back, under which policy, and when."""

    purpose: str
    policy_version: str
    action: ConsentAction
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerShown:
    """A customer as people may see them: personal values masked.

    `family` are the ids of whoever was merged into them, and their own.
    """

    id: int
    brand_id: int
    person_id: int
    status: CustomerStatus
    enrolled_at: datetime | None
    merged_into: int | None
    name: str | None
    city: str | None
    cards: tuple[str, ...]
    identifiers: tuple[IdentifierShown, ...]
    consents: tuple[Consent, ...]
    family: tuple[int, ...]


@dataclass(eq=False)
class CustomerNotFound(DomainError):
    """No such customer is in this brand."""

    code: ClassVar[str] = "customers.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is no customer {customer}."
    customer: str


@dataclass(eq=False)
class CardTaken(DomainError):
    """The card number already belongs to another customer of the brand."""

    code: ClassVar[str] = "customers.card_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The card number of this record belongs to another customer of the brand ({customer_id});"
        " correct one of them, or merge the two persons first."
    )
    customer_id: int
