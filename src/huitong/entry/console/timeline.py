"""The story of a customer: what every domain knows, merged by time, page by page.

Each source answers what it has before a place, the latest first, at most so many; the latest of all
sources make the page. So a page costs one bounded read a source, however long the story is.
"""

import heapq
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from huitong.org.model import Brand
from huitong.platform.db import ReadTx
from huitong.platform.ids import ID_BITS
from huitong.platform.seen import Seen

Fact = str | int | None
LAST_ID = (1 << ID_BITS) - 1


class Happening(StrEnum):
    """What kind of thing happened; the order is that of things of one instant."""

    ENROLMENT = "enrolment"
    ORDER = "order"
    REFUND = "refund"
    POINTS = "points"
    TIER = "tier"
    CONSENT = "consent"
    MERGE = "merge"
    TAG = "tag"
    DOCUMENT = "document"
    RELATION = "relation"
    CLASS = "class"
    CORRECTION = "correction"
    EXIT = "exit"


RANKS = {kind: rank for rank, kind in enumerate(Happening)}


class Place(NamedTuple):
    """Where something stands in the story; a story is read from its end."""

    at: datetime
    rank: int
    id: int


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened: what of its kind, to which object, with which facts.

    `id` tells things of a kind and an instant apart and never changes.
    """

    kind: Happening
    at: datetime
    id: int
    what: str
    actor: str | None = None
    ref: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Return where it stands."""
        return Place(self.at, RANKS[self.kind], self.id)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom a story is told, and to whom: who they are today, everybody merged into them."""

    customer_id: int
    family: Sequence[int]
    brand: Brand
    now: datetime
    seen: Seen


# What a source has before an instant and id of its own, the latest first, at most so many.
Source = Callable[[ReadTx, Asked, tuple[datetime, int], int], Sequence[Item]]


def story(
    tx: ReadTx,
    asked: Asked,
    sources: Mapping[Happening, Sequence[Source]],
    *,
    kinds: Collection[Happening],
    before: Place | None,
    limit: int,
) -> list[Item]:
    """Return what happened before a place, the latest first, of the kinds that are asked for."""
    told = [
        source(tx, asked, bound_of(kind, before, asked.now), limit)
        for kind in Happening
        if kind in kinds
        for source in sources.get(kind, ())
    ]
    merged = heapq.merge(*told, key=lambda item: item.place, reverse=True)
    return [item for item, _ in zip(merged, range(limit), strict=False)]


def bound_of(kind: Happening, before: Place | None, now: datetime) -> tuple[datetime, int]:
    """Return before which instant and id a source of a kind answers, for a place in the whole.

    Of one instant a later kind stands further back, so that what a page ended with stays behind it.
    """
    if before is None:
        return now, LAST_ID
    rank = RANKS[kind]
    if rank == before.rank:
        return before.at, before.id
    return (before.at, LAST_ID) if rank < before.rank else (before.at, 0)


def latest(items: Sequence[Item], before: tuple[datetime, int], limit: int) -> list[Item]:
    """Return of everything that a small source has what is before a place, the latest first."""
    behind = [item for item in items if (item.at, item.id) < before]
    return heapq.nlargest(limit, behind, key=lambda item: (item.at, item.id))
