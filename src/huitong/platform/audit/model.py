"""What an entry of the audit is, and where a piece of work may come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, TypeAlias

from huitong.platform.errors import DomainError, Kind

AUDIT_PREFIX = "aud"
REASON_LENGTH_MAX = 500
AGENT_LENGTH_MAX = 200
# What one side of an entry may hold; more is told by its size alone.
SIDE_BYTES_MAX = 64 << 10

# One file holds at most so many entries; a longer journal is taken in spans.
EXPORT_ENTRIES_MAX = 100_000

Json: TypeAlias = Mapping[str, object]


class Acting(Protocol):
    """Whoever acts, such as a caller behind a key or a session."""

    def actor(self) -> str:
        """Return who acts, as journals keep it: `usr_…`, `key_…`, `cli:…`."""
        ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a piece of work comes from: an address, a program, and the id of the request."""

    address: str | None = None
    agent: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one subject; a side that is None was not there, such as before a creation.

    `subject` is an id with its prefix, or `kind:key`, where the key of a brand's thing begins with
    the brand's code: `segment:grocer/loyal`. `brand_id` None means the group, or the one brand
    that the caller sees.
    """

    subject: str
    before: Json | None = None
    after: Json | None = None
    reason: str | None = None
    brand_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: who, when, from where, what, to whom, before and after."""

    id: int
    brand_id: int | None
    recorded_at: datetime
    actor: str
    actor_name: str | None
    address: str | None
    agent: str | None
    request_id: str | None
    act: str
    subject: str
    reason: str | None
    before: Json | None
    after: Json | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are asked for; None asks for any, `until` is past the end."""

    actor: str | None = None
    acts: tuple[str, ...] | None = None
    subject: str | None = None
    brand_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which the two sides of an entry differ, as a path of names and what is there."""

    path: str
    before: object
    after: object


@dataclass(eq=False)
class TooManyEntries(DomainError):
    """More entries are asked for than one file takes."""

    code: ClassVar[str] = "platform.too_many_entries"
    kind: ClassVar[Kind] = Kind.REFUSED
    sentence: ClassVar[str] = (
        "More than {entries_max} entries fit: choose a shorter span of time, or one act or person."
    )
    entries_max: int = EXPORT_ENTRIES_MAX
