"""What those who look after persons see: a person, sightings, the journal, how sound it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from huitong.identity.model.people import IdentifierShown
from huitong.identity.model.reviews import ReviewState, Standing


@dataclass(frozen=True, slots=True)
class Person:
    """A person as a row: in which identity domain, since when, and what became of them."""

    id: int
    domain_id: int
    recorded_at: datetime
    merged_into: int | None
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seen:
    """An identifier of a person: what it is by itself, and where and when it was told of.

    The instants are those of the records that told of it together with others; of one that was
    always told alone they are None, and `recorded_at` is when it was first taken in.
    """

    shown: IdentifierShown
    person_id: int
    standing: Standing
    recorded_at: datetime
    first_at: datetime | None
    last_at: datetime | None
    channel_account_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """That one channel account told of two identifiers together; None where an operator said so."""

    one_id: int
    other_id: int
    channel_account_id: int | None
    first_at: datetime
    last_at: datetime
    withdrawn_at: datetime | None


class JournalKind(StrEnum):
    """What was done to persons: made one, an identifier went elsewhere, one was taken out."""

    MERGE = "merge"
    CARVING = "carving"
    UNDOING = "undoing"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One thing that was done to persons; `actor` is None where evidence did it.

    A merge has a source and a target, as has a carving; the undoing of an identifier has neither.
    The last three say of a merge that it was undone.
    """

    id: int
    kind: JournalKind
    happened_at: datetime
    source_id: int | None
    target_id: int | None
    identifier_ids: tuple[int, ...]
    reason: str
    actor: str | None
    split_at: datetime | None
    split_by: str | None
    split_reason: str | None


@dataclass(frozen=True, slots=True)
class PersonSize:
    """How many living persons have from `least` to `most` identifiers; None: without an end."""

    least: int
    most: int | None
    persons: int


@dataclass(frozen=True, slots=True)
class ReviewCount:
    """How many reviews of one rule are in a state."""

    rule: str
    state: ReviewState
    reviews: int


@dataclass(frozen=True, slots=True)
class Soundness:
    """What tells how far the persons can be relied on, without knowing the truth.

    `merges` and `undone` count by whether somebody did it by hand; `reviews` by rule and state.
    """

    sizes: Sequence[PersonSize]
    merges: Mapping[bool, int]
    undone: Mapping[bool, int]
    reviews: Sequence[ReviewCount]
    oldest_open_at: datetime | None
    put_off: int
