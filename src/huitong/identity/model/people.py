"""The nouns of identity: identifiers, the persons they prove, links, merges."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from huitong.channels.model import IdentifierKind, PartyRole
from huitong.platform.errors import DomainError, Kind
from huitong.platform.page import Note


class Strength(StrEnum):
    """What seeing an identifier says about who somebody is.

    `proves` finds and joins persons; `suggests` finds one, or joins one nobody claimed, but never
    merges two; `never` is recorded and belongs to nobody.
    """

    PROVES = "proves"
    SUGGESTS = "suggests"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Known:
    """Who a record is about: the person, and the identifier the fact came with."""

    person_id: int
    identifier_id: int


PERSON: Note[Known | None] = Note("identity.person")
"""What `resolve_people` learned of each record; None where the buyer is not known."""


@dataclass(frozen=True, slots=True)
class PartyIdentifier:
    """Somebody on an order who is not its buyer, by the identifier that was recorded."""

    role: PartyRole
    identifier_id: int


PARTIES: Note[tuple[PartyIdentifier, ...]] = Note("identity.parties")
"""The payer, receiver and proxy of each order, as `resolve_people` found them."""


@dataclass(frozen=True, slots=True)
class IdentifierShown:
    """An identifier as people may see it: the value masked, or gone with its key."""

    id: int
    kind: IdentifierKind
    scope: str
    masked: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Merge:
    """One entry of the merge journal; `identifier_ids` are those that moved.

    `actor` and `split_by` say who did it by hand; None where evidence did.
    """

    id: int
    source_id: int
    target_id: int
    identifier_ids: tuple[int, ...]
    reason: str
    merged_at: datetime
    split_at: datetime | None
    actor: str | None = None
    split_by: str | None = None
    split_reason: str | None = None


@dataclass(eq=False)
class NoUsableIdentifier(DomainError):
    """A member record names nobody: every identifier is masked, virtual, or unreadable."""

    code: ClassVar[str] = "identity.no_usable_identifier"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "None of the record's identifiers says who the member is ({causes});"
        " give at least one that is complete."
    )
    causes: str


@dataclass(eq=False)
class PersonNotFound(DomainError):
    """No such person is in the group, or the person was merged away or erased."""

    code: ClassVar[str] = "identity.person_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "The group has no living person with the id {person_id}."
    person_id: int


@dataclass(eq=False)
class CannotMerge(DomainError):
    """Two persons cannot become one: they are the same, or live in different domains."""

    code: ClassVar[str] = "identity.cannot_merge"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Person {source_id} cannot be merged into {target_id}:"
        " both must be different and belong to one identity domain."
    )
    source_id: int
    target_id: int


@dataclass(eq=False)
class MergeKeyUsed(DomainError):
    """The key of a merge was used for the merge of two others."""

    code: ClassVar[str] = "identity.merge_key_used"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The key of this merge belongs to merge {merge_id}, which was of other persons;"
        " give every merge a key of its own."
    )
    merge_id: int


@dataclass(eq=False)
class MergeNotFound(DomainError):
    """No merge has this id in the journal."""

    code: ClassVar[str] = "identity.merge_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "The journal has no merge with the id {merge_id}."
    merge_id: int


@dataclass(eq=False)
class LaterMergeStands(DomainError):
    """A merge cannot be undone while a later merge of its target stands."""

    code: ClassVar[str] = "identity.later_merge_stands"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Merge {merge_id} cannot be undone before merge {later_id}, which moved its result on."
    )
    merge_id: int
    later_id: int
