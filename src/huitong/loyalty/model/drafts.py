"""What a draft of a programme is, what it says of itself in words, and what is refused."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple, TypeAlias

from huitong.loyalty.model.programmes import Programme
from huitong.platform.errors import DomainError, Kind

DRAFT_PREFIX = "drf"
DRAFTS_MAX = 50
EDITS_SHOWN_MAX = 100
NAME_LENGTH_MAX = 100
NOTE_LENGTH_MAX = 1_000

# Where something stands in a document: names of fields, and places in lists from 0.
Place: TypeAlias = tuple[str | int, ...]


class Words(NamedTuple):
    """One sentence, or a part of one, in Chinese and in English."""

    zh: str
    en: str


class Section(StrEnum):
    """Which part of a programme something is about."""

    PROGRAMME = "programme"
    TIERS = "tiers"
    RULES = "rules"
    RETURNS = "returns"
    GIFTS = "gifts"


class Turn(StrEnum):
    """What became of a part of a programme."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Difference(NamedTuple):
    """One thing in which two programmes differ, as a sentence; `code` names a rule, tier or gift.

    `place` is where it stands in the later programme, or in the earlier one when it is not there
    any more.
    """

    section: Section
    turn: Turn
    code: str | None
    place: Place
    words: Words


class Problem(NamedTuple):
    """One thing of a document that is not allowed, and where it stands; lines count from 1."""

    place: Place
    where: Words
    words: Words
    line: int | None = None


class DraftState(StrEnum):
    """How far a draft has come: nothing but a draft that is edited or submitted can change."""

    EDITED = "edited"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class DraftStep(StrEnum):
    """What somebody did to a draft."""

    STARTED = "started"
    SAVED = "saved"
    REBASED = "rebased"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    PUBLISHED = "published"
    DISCARDED = "discarded"


# Who did one of these made the document what it is.
EDITING = frozenset({DraftStep.STARTED, DraftStep.SAVED, DraftStep.REBASED})


@dataclass(frozen=True, slots=True)
class Draft:
    """A programme that somebody prepares: the document, and the version that it began from.

    `base_version` is 0 where the brand had no programme; `revision` rises with every step.
    """

    id: int
    brand_id: int
    name: str
    state: DraftState
    revision: int
    base_version: int
    programme: Programme
    wanted_from: datetime | None
    published_version: int | None
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class DraftEdit:
    """One step of a draft: who did what when, and what they wrote beside it."""

    revision: int
    step: DraftStep
    actor: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProgrammePolicy:
    """How a brand puts programmes into effect; with `four_eyes` no editor approves their own."""

    four_eyes: bool
    revision: int
    changed_by: str | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rebased:
    """A draft's changes on top of a newer version, and where both sides changed the same thing.

    `theirs` is what changed since the draft began, `ours` what the draft changes; in `conflicts`
    the draft's word stands.
    """

    programme: Programme | None
    theirs: tuple[Difference, ...]
    ours: tuple[Difference, ...]
    conflicts: tuple[Difference, ...]
    problems: tuple[Problem, ...]


@dataclass(eq=False)
class DraftNotFound(DomainError):
    """The brand has no such draft."""

    code: ClassVar[str] = "loyalty.draft_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "This brand has no draft {draft}: look it up in the list of drafts."
    draft: str


@dataclass(eq=False)
class DraftChanged(DomainError):
    """Somebody else changed the draft since it was read."""

    code: ClassVar[str] = "loyalty.draft_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "{changed_by} has changed this draft meanwhile (it is at {revision} now, you have read"
        " {expected}): read it again and repeat your change."
    )
    changed_by: str
    revision: int
    expected: int


@dataclass(eq=False)
class DraftClosed(DomainError):
    """The draft was published or discarded; nothing changes it any more."""

    code: ClassVar[str] = "loyalty.draft_closed"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "This draft is {state}: start a new one from the version in effect."
    state: str


@dataclass(eq=False)
class DraftNotSubmitted(DomainError):
    """Only a draft that waits for approval can be sent back."""

    code: ClassVar[str] = "loyalty.draft_not_submitted"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = "This draft does not wait for approval, so nothing can be sent back."


@dataclass(eq=False)
class DraftOvertaken(DomainError):
    """The brand's programme has moved on since the draft began."""

    code: ClassVar[str] = "loyalty.draft_overtaken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The draft began from version {base_version} and the programme is at version {version}"
        " now: take over what changed, look at it, then publish."
    )
    base_version: int
    version: int


@dataclass(eq=False)
class DraftNameTaken(DomainError):
    """Another draft that is not closed yet has this name."""

    code: ClassVar[str] = "loyalty.draft_name_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = "A draft named “{name}” is being edited already: choose another name."
    name: str


@dataclass(eq=False)
class TooManyDrafts(DomainError):
    """The brand has as many open drafts as anybody keeps an eye on."""

    code: ClassVar[str] = "loyalty.too_many_drafts"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "There are {drafts_max} open drafts already: publish or discard some of them first."
    )
    drafts_max: int = DRAFTS_MAX


@dataclass(eq=False)
class NothingToPublish(DomainError):
    """The draft says what the programme says already."""

    code: ClassVar[str] = "loyalty.nothing_to_publish"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The draft does not differ from version {version}: there is nothing to publish."
    )
    version: int


@dataclass(eq=False)
class SecondPersonNeeded(DomainError):
    """The brand wants a second person to approve what somebody edited."""

    code: ClassVar[str] = "loyalty.second_person_needed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "In this brand nobody puts into effect what they edited themselves: submit the draft, and"
        " somebody else approves it."
    )


@dataclass(eq=False)
class ProgrammeTooEarly(DomainError):
    """The programme is to begin in the past, or before the version that it follows."""

    code: ClassVar[str] = "loyalty.programme_too_early"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The programme cannot begin at {wanted}: {earliest} is the earliest, because what was"
        " promised until then stands."
    )
    wanted: str
    earliest: str


@dataclass(eq=False)
class PolicyChanged(DomainError):
    """Somebody else changed how programmes are approved since it was read."""

    code: ClassVar[str] = "loyalty.policy_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "How programmes are approved was changed meanwhile (it is at {revision} now, you have read"
        " {expected}): read it again."
    )
    revision: int
    expected: int


@dataclass(eq=False)
class VersionNotFound(DomainError):
    """The brand's programme has no such version."""

    code: ClassVar[str] = "loyalty.version_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "The programme has no version “{version}”: its history lists those there are."
    )
    version: str
