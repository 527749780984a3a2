"""What is told of an audience: as of when, what had to be computed, its portrait, exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from huitong.platform.conditions import Condition, Field
from huitong.platform.errors import DomainError, Kind

EXPORT_PREFIX = "exp"
# The kind of job that writes an export.
EXPORT_AUDIENCE = "segments.export_audience"
# The kind of job that deletes files which nobody may take any more.
DROP_EXPORTS = "segments.drop_exports"
# Where the files of exports are, in the home, and how long each may be taken.
EXPORTS_FOLDER = "exports"
EXPORT_KEPT_DAYS = 7


class ComputedBy(StrEnum):
    """Where a part of a condition came from that has no bitmap."""

    LAKE = "lake"
    LIVE = "live"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class ComputedPart:
    """A leaf that has no bitmap: from the lake, from the database now, or kept from before."""

    condition: Condition
    by: ComputedBy
    size: int


@dataclass(frozen=True, slots=True)
class AsOfTold:
    """As of when an answer is: tags by version, the lake by its instant, the living by now.

    `lake_as_of` is None where nothing came from the lake.
    """

    counted_at: datetime
    bitmap_version: int
    lake_as_of: datetime | None
    computed: Sequence[ComputedPart]


@dataclass(frozen=True, slots=True)
class ValueShown:
    """How many of an audience and of everyone have a value; an index of 100 is as everyone."""

    code: str
    zh: str
    en: str
    inside: int
    base: int
    share_basis_points: int
    base_share_basis_points: int
    index: int | None


@dataclass(frozen=True, slots=True)
class NumberShown:
    """What a number comes to inside an audience; the lowest and highest of nobody are None."""

    known: int
    sum: int
    lowest: int | None
    highest: int | None


@dataclass(frozen=True, slots=True)
class FieldShown:
    """One tag inside an audience: the shares of its values, or what its numbers come to."""

    field: Field
    values: Sequence[ValueShown]
    number: NumberShown | None


@dataclass(frozen=True, slots=True)
class PortraitShown:
    """An audience beside everyone who is alive, tag by tag."""

    size: int
    everyone: int
    fields: Sequence[FieldShown]


@dataclass(frozen=True, slots=True)
class ExportAsked:
    """An export of a segment: who asked for what, and once it is finished what came of it.

    `left_out` counts customers by the code of the refusal that kept them out.
    """

    id: int
    segment: str
    version: int
    purpose: str
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    written: int | None
    left_out: Mapping[str, int] | None
    digest: bytes | None = None

    @property
    def kept_until(self) -> datetime | None:
        """Return from when on the file cannot be taken any more; None before it is written."""
        if self.finished_at is None:
            return None
        return self.finished_at + timedelta(days=EXPORT_KEPT_DAYS)


@dataclass(frozen=True, slots=True)
class ExportTaken:
    """Somebody took the file of an export: how many rows were sent, and who was left out since.

    One that broke off has no `finished_at`.
    """

    taken_by: str
    taken_at: datetime
    finished_at: datetime | None
    sent: int | None
    left_out: Mapping[str, int] | None


@dataclass(eq=False)
class AudienceTooSmall(DomainError):
    """So few customers are no audience: a portrait of them would describe persons."""

    code: ClassVar[str] = "segments.audience_too_small"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "Fewer than {at_least} customers meet this: a portrait would describe single persons."
        " Widen the condition, or ask with a key that may read customers."
    )
    at_least: int


@dataclass(eq=False)
class ExportFinished(DomainError):
    """An export was written before; another file needs another export."""

    code: ClassVar[str] = "segments.export_finished"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The export {export} was written before, and its record stays as it is."
        " For another file ask for another export, under a key of its own."
    )
    export: str


@dataclass(eq=False)
class CustomerNotKnown(DomainError):
    """The customer has no place in the bitmaps and no row in the lake."""

    code: ClassVar[str] = "segments.customer_not_known"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "Nothing is known of customer {customer} in this brand yet: check the id; a new customer is"
        " there after the next refresh of the lake and the tags."
    )
    customer: str


@dataclass(eq=False)
class ExportKeyTaken(DomainError):
    """The key was used for the export of another segment or purpose."""

    code: ClassVar[str] = "segments.export_key_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The key “{key}” was used for an export of “{segment}” for {purpose}: use a new one."
    )
    key: str
    segment: str
    purpose: str


@dataclass(eq=False)
class ExportNotFound(DomainError):
    """The brand has no such export."""

    code: ClassVar[str] = "segments.export_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = "There is no export {export} in this brand."
    export: str


@dataclass(eq=False)
class ExportUnfinished(DomainError):
    """The file of an export is not written yet."""

    code: ClassVar[str] = "segments.export_unfinished"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "The file of export {export} is not written yet: its job tells how far it is; try again"
        " once that is done."
    )
    export: str


@dataclass(eq=False)
class ExportFileGone(DomainError):
    """The file of an export cannot be taken any more, or never was on this machine."""

    code: ClassVar[str] = "segments.export_file_gone"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "The file of export {export} cannot be taken: {reason}. Ask for a new export."
    )
    export: str
    reason: str
