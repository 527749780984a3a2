"""Why a relation or a consent of an older system is not taken over."""

from dataclasses import dataclass
from typing import ClassVar

from huitong.platform.errors import DomainError, Kind


@dataclass(eq=False)
class RelationUnclear(DomainError):
    """The opening does not say who serves the customer, or how."""

    code: ClassVar[str] = "customers.relation_unclear"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "An opening of a relation names in “relation” one of {kinds}, and either a “guide” or a"
        " “store”, not both: correct the file and import it again."
    )
    kinds: str


@dataclass(eq=False)
class RelationToNobody(DomainError):
    """The opening names a guide or a store that the group does not have."""

    code: ClassVar[str] = "customers.relation_to_nobody"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The group has no {what} with the code “{named}”: enter it, or correct the code, then retry"
        " this record."
    )
    what: str
    named: str


@dataclass(eq=False)
class ConsentUnclear(DomainError):
    """The opening does not say what was agreed to."""

    code: ClassVar[str] = "customers.consent_unclear"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "An opening of a consent names in “purpose” one of {purposes} (with a channel as in"
        " “marketing.sms”), and in “policy_version” the text that was agreed to: correct the file"
        " and import it again."
    )
    purposes: str
