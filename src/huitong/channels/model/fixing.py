"""The nouns of putting refused records right: fixes, and the mappings that a group keeps."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from huitong.channels.model.records import RecordKind
from huitong.platform.errors import DomainError, Kind


@dataclass(frozen=True, slots=True)
class Fix:
    """The text that a refused record should have had; `fields` names what was changed in it."""

    record_id: int
    text: bytes
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FixMade:
    """A fix that was made: the refused version, the version that stands for it now, who and why."""

    record_id: int
    fixed_record_id: int
    fields: tuple[str, ...]
    actor: str
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """One version of a mapping document that the group keeps under a name."""

    name: str
    version: int
    kind: RecordKind
    document: str
    actor: str
    recorded_at: datetime


@dataclass(eq=False)
class NoRecordText(DomainError):
    """What was refused is no record at all, so no field of it can be set."""

    code: ClassVar[str] = "channels.no_record_text"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "What came is no record but a row that could not be read, so it has no fields to set; give"
        " the whole record as JSON, or repair the row in the reject file and import that."
    )


@dataclass(eq=False)
class NoSuchPlace(DomainError):
    """A fix names a place that the record does not have."""

    code: ClassVar[str] = "channels.no_such_place"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "“{path}” leads nowhere in this record; items of lists are counted from 1, as in"
        " “lines.2.quantity”."
    )
    path: str


@dataclass(eq=False)
class WrongJson(DomainError):
    """A fix gives a list or a set of named values that cannot be read."""

    code: ClassVar[str] = "channels.wrong_json"
    kind: ClassVar[Kind] = Kind.INVALID
    sentence: ClassVar[str] = (
        "The value of “{path}” begins with a bracket, so it is read as JSON, and is none; put that"
        ' right, such as ["a", "b"].'
    )
    path: str


@dataclass(eq=False)
class NothingFixed(DomainError):
    """The new mapping changes nothing about the record."""

    code: ClassVar[str] = "channels.nothing_fixed"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The mapping does not change what the record says; what it needs is not in the text that"
        " was kept. Import the reject file with the mapping: it has all columns."
    )


@dataclass(eq=False)
class MappingNeedsEveryBrand(DomainError):
    """Somebody who sees some brands only would change what files of all brands are read by."""

    code: ClassVar[str] = "channels.mapping_needs_every_brand"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "Mappings are shared by all brands, and you see some of them only: ask somebody who sees"
        " the whole group to change it."
    )


@dataclass(eq=False)
class MappingNotFound(DomainError):
    """The group keeps no mapping under this name, and none is shipped under it."""

    code: ClassVar[str] = "channels.mapping_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "There is no mapping “{name}”: “huitong mapping list” shows those there are."
    )
    name: str
