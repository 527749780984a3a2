"""What waits for an operator: evidence that a rule held back, and what was decided of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from huitong.identity.model.people import IdentifierShown
from huitong.platform.errors import DomainError, Kind

# The outside sees the ids of identity as `rev_...`, `idf_...`, `mrg_...` and `per_...`.
REVIEW_PREFIX = "rev"
IDENTIFIER_PREFIX = "idf"
MERGE_PREFIX = "mrg"
PERSON_PREFIX = "per"
DOMAIN_PREFIX = "idd"


# The rule of a review that no evidence opened: two are likely one by what they say of themselves.
LIKELY = "likely"


class Standing(StrEnum):
    """What is known of an identifier by itself.

    `shared` and `blocked` ones prove nothing. `crowded` says that it is told with more others than
    one person has, only not within one window; `reused` that it was given to somebody else.
    """

    FREE = "free"
    CROWDED = "crowded"
    REUSED = "reused"
    SHARED = "shared"
    BLOCKED = "blocked"


PROVES_NOTHING = frozenset({Standing.SHARED, Standing.BLOCKED})


class ReviewState(StrEnum):
    """Where a review is; `moot` is one whose evidence is gone or joins no more."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MOOT = "moot"


@dataclass(frozen=True, slots=True)
class Review:
    """A pair of identifiers that evidence wants to be one person, and a rule does not.

    The persons are those whom the two belong to today. One that was put off is open and waits again
    from `postponed_until` on.
    """

    id: int
    rule: str
    state: ReviewState
    identifier: IdentifierShown
    other: IdentifierShown
    person_id: int
    other_person_id: int
    opened_at: datetime
    actor: str | None
    reason: str | None
    decided_at: datetime | None
    postponed_until: datetime | None = None
    postponed_by: str | None = None
    postponed_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of taking an identifier out.

    `left` counts neighbours that could not be weighed, as another identifier glues them to more
    than one transaction weighs: take that one out too.
    """

    has_parted: bool
    left: int


@dataclass(frozen=True, slots=True)
class Likely:
    """Two persons who are likely one, and how likely, up to 1."""

    one_id: int
    other_id: int
    likelihood: float


@dataclass(frozen=True, slots=True)
class Queued:
    """What became of pairs that are likely one.

    `known` ones wait or were decided before, `one_already` are one person by now, and of `unknown`
    ones a side is no living person of the identity domain.
    """

    opened: int
    known: int
    one_already: int
    unknown: int


@dataclass(eq=False)
class ReviewNotFound(DomainError):
    """No review has this id."""

    code: ClassVar[str] = "identity.review_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "There is no such review: “huitong identity review list” shows those that are open."
    )


@dataclass(eq=False)
class ReviewClosed(DomainError):
    """The review was decided before, otherwise."""

    code: ClassVar[str] = "identity.review_closed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "This review was closed as “{state}” before; undo that merge or split instead."
    )
    state: str


@dataclass(eq=False)
class PutOffTooShort(DomainError):
    """A review is put off to a time that is over."""

    code: ClassVar[str] = "identity.put_off_too_short"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The review cannot be put off until {until}, which is over: choose a later day."
    )
    until: str


@dataclass(eq=False)
class IdentifierNotFound(DomainError):
    """No identifier has this id, or it was erased."""

    code: ClassVar[str] = "identity.identifier_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is no such identifier, or it was erased with its person."


@dataclass(eq=False)
class NeighbourhoodTooLarge(DomainError):
    """So much evidence hangs together that one transaction must not weigh it."""

    code: ClassVar[str] = "identity.neighbourhood_too_large"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "More than {identifiers_max} identifiers hang together here: find the one that everybody"
        " shares with “huitong identity stats” and take it out with “huitong identity undo”."
    )
    identifiers_max: int


@dataclass(eq=False)
class SeesNotEveryBrand(DomainError):
    """Persons are one over all brands, and this key sees some of them only."""

    code: ClassVar[str] = "identity.sees_not_every_brand"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "Persons merge and part in every brand of the group at once: use a key without a list of"
        " brands."
    )


@dataclass(eq=False)
class SplinkMissing(DomainError):
    """The extra that compares people is not installed."""

    code: ClassVar[str] = "identity.splink_missing"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Comparing people by name and birthday needs Splink: install it with"
        " pip install 'huitong[splink]'."
    )
