"""What people may ask of identity: how much there is, and why somebody is somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from huitong.channels.model import IdentifierKind
from huitong.identity.model.people import IdentifierShown
from huitong.identity.model.reviews import Standing


@dataclass(frozen=True, slots=True)
class Stats:
    """How much identity holds of a group; `identifiers` counts by kind and then by standing."""

    identifiers: Mapping[IdentifierKind, Mapping[Standing, int]]
    persons: int
    erased: int
    merges: int
    carvings: int
    links: int
    withdrawn: int
    reviews_open: int


@dataclass(frozen=True, slots=True)
class MostLinked:
    """An identifier that is told with many others: with how many, of how many persons, by whom.

    While it is not shared, it may glue more than can be weighed at once.
    """

    shown: IdentifierShown
    standing: Standing
    told_with: int
    persons: int
    accounts: int


@dataclass(frozen=True, slots=True)
class Why:
    """What came of the evidence between two identifiers; `rule` is the limit that held it."""

    one_id: int
    other_id: int
    verdict: str
    rule: str | None
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Weighed:
    """An identifier of a neighbourhood: whose it is, and what is known of it by itself."""

    shown: IdentifierShown
    person_id: int | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why identifiers are one person, or are not.

    `path` leads over evidence that joins from the first identifier asked for to the last; it is
    empty when nothing does.
    """

    identifiers: Sequence[Weighed]
    evidence: Sequence[Why]
    path: Sequence[int]
