"""Segments by definition: the document, its versions, and the refusals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from huitong.platform.conditions import Condition
from huitong.platform.errors import DomainError, Kind
from huitong.segments.model.models import Code, ModelDocument, Names

SEGMENTS_MAX = 2_000
OWNER_LENGTH_MAX = 100


class SegmentDocument(ModelDocument):
    """A segment: what people call it, who answers for it, and who belongs to it."""

    code: Code
    names: Names
    owner: Annotated[str, Field(min_length=1, max_length=OWNER_LENGTH_MAX)] = "operations"
    condition: Condition


@dataclass(frozen=True, slots=True)
class Segment:
    """A version of a segment: the one that counts, unless an older one was asked for."""

    document: SegmentDocument
    version: int
    changed_at: datetime
    changed_by: str
    is_archived: bool

    @property
    def code(self) -> str:
        """Return the code by which it is called."""
        return self.document.code


@dataclass(eq=False)
class SegmentInvalid(DomainError):
    """The document of a segment is not in the form of one."""

    code: ClassVar[str] = "segments.segment_invalid"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = "This segment cannot be kept. {told}"
    told: str


@dataclass(eq=False)
class SegmentNotFound(DomainError):
    """The brand has no segment of this code."""

    code: ClassVar[str] = "segments.segment_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "There is no segment “{segment}”: “huitong segment list” shows those there are."
    )
    segment: str


@dataclass(eq=False)
class FieldNotListed(DomainError):
    """The field has no texts to list: there is none of this name, or it holds something else."""

    code: ClassVar[str] = "segments.field_not_listed"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "There is no field “{field}” that holds texts: the vocabulary of the brand lists the"
        " values of all others."
    )
    field: str


@dataclass(eq=False)
class SegmentChanged(DomainError):
    """Somebody changed the segment since it was read."""

    code: ClassVar[str] = "segments.segment_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Segment “{segment}” is at version {version} and not at {expected} any more: read it again,"
        " then change it."
    )
    segment: str
    version: int
    expected: int


@dataclass(eq=False)
class SegmentInUse(DomainError):
    """Other segments are defined by this one."""

    code: ClassVar[str] = "segments.segment_in_use"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Segment “{segment}” is part of {used_by}: change those first, then archive it."
    )
    segment: str
    used_by: str


@dataclass(eq=False)
class TooManySegments(DomainError):
    """The brand has as many segments as it may have."""

    code: ClassVar[str] = "segments.too_many_segments"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The brand has {segments_max} segments already: archive those that nobody uses."
    )
    segments_max: int = SEGMENTS_MAX
