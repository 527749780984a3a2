"""Tags and packs as versions: who changed a definition and when; the refusals of changing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from huitong.platform.errors import DomainError, Kind
from huitong.segments.model.tags import TAGS_MAX, Pack, Tag


@dataclass(frozen=True, slots=True)
class TagVersion:
    """A tag as it is defined; version 0 is as shipped, and nobody has changed that."""

    tag: Tag
    version: int
    changed_at: datetime | None
    changed_by: str | None
    is_archived: bool


@dataclass(frozen=True, slots=True)
class PackVersion:
    """A pack that a brand uses; version 0 is as shipped, without having been chosen."""

    pack: Pack
    version: int
    installed_at: datetime | None
    installed_by: str | None


@dataclass(frozen=True, slots=True)
class StandingTag:
    """What somebody says of a customer by hand or by a file, and what stands."""

    tag: str
    value: str
    valid_from: date
    valid_until: date | None
    source: str
    given_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TaggedCustomer:
    """The tags of a customer by the newest refresh: codes of values, or a number, by tag.

    Who is merged away or erased has none.
    """

    customer_id: int
    is_alive: bool
    bitmap_version: int
    values: Mapping[str, Sequence[str] | int]
    given: Sequence[StandingTag]


@dataclass(eq=False)
class TagChanged(DomainError):
    """Somebody changed the tag since it was read."""

    code: ClassVar[str] = "segments.tag_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Tag “{tag}” is at version {version} and not at {expected} any more: read it again, then"
        " change it."
    )
    tag: str
    version: int
    expected: int


@dataclass(eq=False)
class PackChanged(DomainError):
    """Somebody installed the pack in another form since it was read."""

    code: ClassVar[str] = "segments.pack_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    sentence: ClassVar[str] = (
        "Pack “{pack}” is at version {version} and not at {expected} any more: read it again, then"
        " install it."
    )
    pack: str
    version: int
    expected: int


@dataclass(eq=False)
class PackNotFound(DomainError):
    """No pack of this code is shipped, and the brand has none."""

    code: ClassVar[str] = "segments.pack_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    sentence: ClassVar[str] = (
        "There is no pack “{pack}”: shipped are {shipped}; send a document to install one of your"
        " own."
    )
    pack: str
    shipped: str


@dataclass(eq=False)
class TooManyTags(DomainError):
    """The brand would have more tags than it may have."""

    code: ClassVar[str] = "segments.too_many_tags"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "The brand would have {tags} tags and may have {tags_max}: archive those nobody uses."
    )
    tags: int
    tags_max: int = TAGS_MAX
