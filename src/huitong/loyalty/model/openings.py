"""What an older system's balances are here, when they are frozen, and why one is refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from huitong.channels.model import OpeningKind
from huitong.platform.errors import DomainError, Kind


@dataclass(frozen=True, slots=True)
class CutOver:
    """Whether the openings of one kind are frozen in a brand, by whom, since when and why."""

    kind: OpeningKind
    is_frozen: bool
    actor: str
    reason: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """How many openings of a kind a brand has taken over, and what they came to altogether."""

    kind: OpeningKind
    openings: int
    customers: int
    amount: int


@dataclass(eq=False)
class OpeningIncomplete(DomainError):
    """The opening does not say what one of its kind has to say."""

    code: ClassVar[str] = "loyalty.opening_incomplete"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "An opening of “{opening_kind}” needs “{field}”: add it to the file and import it again."
    )
    opening_kind: str
    field: str


@dataclass(eq=False)
class OpeningNotTaken(DomainError):
    """No part of the platform keeps what the opening brings yet."""

    code: ClassVar[str] = "loyalty.opening_not_taken"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Openings of “{opening_kind}” cannot be taken over by this release: {remedy}."
    )
    opening_kind: str
    remedy: str


@dataclass(eq=False)
class OpeningOutlived(DomainError):
    """A lot of the opening ended before it could begin."""

    code: ClassVar[str] = "loyalty.opening_outlived"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "A lot of this opening expires at {expires_at}, before it could be used (the opening is as"
        " of {as_of}): leave the lot out, or correct its dates."
    )
    expires_at: str
    as_of: str


@dataclass(eq=False)
class OpeningOfNoMember(DomainError):
    """Only members hold value; the customer of the opening is none (yet)."""

    code: ClassVar[str] = "loyalty.opening_of_no_member"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Whoever this opening names is no member of the brand: import the members first, then"
        " retry this record."
    )


@dataclass(eq=False)
class OpeningsFrozen(DomainError):
    """The brand was cut over, so nothing is taken over from the older system any more."""

    code: ClassVar[str] = "loyalty.openings_frozen"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Openings of “{opening_kind}” are frozen since {since} (by {actor}): what is new or wrong"
        " now is given or taken by hand; only to go back before the cut-over, run"
        " `huitong migrate-in unfreeze` with a reason and retry this record."
    )
    opening_kind: str
    since: str
    actor: str


@dataclass(eq=False)
class OpeningMoved(DomainError):
    """A newer version of an opening names another customer or another issuer."""

    code: ClassVar[str] = "loyalty.opening_moved"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "This opening was taken over for another {what} before: send it for the former one with"
        " nothing left in it, and the new one under a number of its own."
    )
    what: str


@dataclass(eq=False)
class IssuerNotFound(DomainError):
    """No legal entity of the group has this code."""

    code: ClassVar[str] = "loyalty.issuer_not_found"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The group has no legal entity “{issuer}” that could have issued this stored value: enter"
        " it, or correct the code, then retry this record."
    )
    issuer: str


@dataclass(eq=False)
class TierNotFound(DomainError):
    """No programme of the brand has this tier."""

    code: ClassVar[str] = "loyalty.tier_not_found"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "No programme of the brand has a tier “{tier}”: apply the programme first (`huitong"
        " programme apply FILE`), or correct the code, then retry this record."
    )
    tier: str


@dataclass(eq=False)
class NothingFrozen(DomainError):
    """The openings are not frozen, so there is nothing to take back."""

    code: ClassVar[str] = "loyalty.nothing_frozen"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "Openings of “{opening_kind}” are not frozen in this brand."
    opening_kind: str
