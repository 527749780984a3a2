"""What is said of customers as sets: keys, versions, portraits, and the refusals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, NamedTuple

from huitong.platform.errors import DomainError, Kind

FIELD_OF_LIVING = "@alive"


class SetKey(NamedTuple):
    """One set of customers: those whose field has the value with this code."""

    field: str
    code: int


ALIVE = SetKey(FIELD_OF_LIVING, 1)


class PartKey(NamedTuple):
    """Where a part of a set lies: the value's code and the shard."""

    code: int
    shard: int


@dataclass(frozen=True, slots=True)
class Version:
    """A state of a brand's bitmaps; `is_published` says that readers may see it."""

    brand_id: int
    version: int
    ordinals: int
    is_published: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What a field's new parts came to: how many differ from before, and their bytes."""

    parts: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ValueShare:
    """How many of an audience and of everyone have a value; `index` is 100 where shares agree.

    `index` is None where nobody has the value or nobody is inside.
    """

    field: str
    code: int
    inside: int
    base: int
    index: int | None


@dataclass(frozen=True, slots=True)
class Portrait:
    """An audience beside everyone who is alive, value by value."""

    size: int
    everyone: int
    values: Sequence[ValueShare]


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """Who was in a segment on a day is kept: how many, and by which version of the bitmaps.

    `entered` and `gone` are since the day before that was kept; None of a first day, and of days
    from before they were noted.
    """

    segment: str
    taken_on: date
    version: int
    size: int
    entered: int | None = None
    gone: int | None = None


@dataclass(eq=False)
class NothingPublished(DomainError):
    """No bitmaps of the brand are published yet."""

    brand_id: int
    code: ClassVar[str] = "segments.nothing_published"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "The tags of brand {brand_id} have not been computed yet; refresh them once, then count."
    )


@dataclass(eq=False)
class VersionSwept(DomainError):
    """The asked version of the bitmaps is not kept any more, or never was."""

    version: int
    code: ClassVar[str] = "segments.version_swept"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "Version {version} of the tags is not kept any more; open the newest one and count again."
    )


@dataclass(eq=False)
class VersionAbandoned(DomainError):
    """A later refresh took over from the one that was writing this version."""

    version: int
    code: ClassVar[str] = "segments.version_abandoned"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Version {version} of the tags was given up for a later refresh; nothing more is written"
        " to it. Wait for that refresh, or start a new one."
    )


@dataclass(eq=False)
class SnapshotNotFound(DomainError):
    """No snapshot of the segment was taken on the day."""

    segment: str
    day: str
    code: ClassVar[str] = "segments.snapshot_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "Nobody kept who was in segment “{segment}” on {day}; choose a day with a snapshot."
    )
