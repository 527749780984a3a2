"""What a caller sees besides the group and brands of a transaction: stores, staff, customers.

Row-level security holds groups and brands. What is finer is held at the edge, by the router, with
the functions that the wiring names here (ADR 0020).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeAlias

from huitong.platform.auth import Reach
from huitong.platform.db import ReadTx
from huitong.platform.errors import DomainError, Kind


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody sees at an instant, as codes by id.

    `stores` are those that are seen with everything in them; None: nothing is narrowed. `selves`
    are the staff they are themselves, `staff` these and who works in one of the stores: whose
    customers they see.
    """

    at: datetime
    stores: Mapping[int, str] | None = None
    selves: Mapping[int, str] = field(default_factory=dict)
    staff: Mapping[int, str] = field(default_factory=dict)

    def everything(self) -> bool:
        """Tell whether nothing is narrowed at all."""
        return self.stores is None

    def of_stores(self) -> Mapping[int, str]:
        """Return the stores; nobody asks this of who sees everything."""
        assert self.stores is not None, "Who sees everything is not narrowed by stores."
        return self.stores


@dataclass(eq=False)
class OutOfReach(DomainError):
    """The caller sees some stores or customers only, and this is about all of them."""

    code: ClassVar[str] = "platform.out_of_reach"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "This is about the whole brand, and you see your own stores and customers only: ask for"
        " one of them, or an administrator for a wider view."
    )


@dataclass(eq=False)
class PlaceOutOfReach(DomainError):
    """The caller acts for a store or staff that are not theirs, or does not say for whom."""

    code: ClassVar[str] = "platform.place_out_of_reach"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    sentence: ClassVar[str] = (
        "You act for your own stores only: name one of them, or somebody who works there."
    )


See: TypeAlias = Callable[[ReadTx, Reach, datetime], Seen]
Among: TypeAlias = Callable[[ReadTx, Collection[int], Seen], frozenset[int]]


@dataclass(frozen=True, slots=True)
class Watched:
    """A noun of which a narrowed caller sees some: how its ids are written, and which are seen.

    `missing` makes the refusal that an id gets that does not exist: what is not seen gets the same.
    """

    prefix: str
    among: Among
    missing: Callable[[str], DomainError]


def sees_nothing(_tx: ReadTx, _reach: Reach, now: datetime) -> Seen:
    """Show a narrowed caller nothing, where nothing is wired."""
    return Seen(now, stores={})
