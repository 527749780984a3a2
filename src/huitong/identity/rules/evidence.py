"""What a partition is made from and what it answers: evidence, policy, decisions, verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from huitong.channels.model import IdentifierKind
from huitong.identity.model import Strength

DAY_SECONDS = 86_400

Pair: TypeAlias = tuple[int, int]
Node: TypeAlias = tuple[int, int]
"""An identifier in one of its episodes: a number that was given to somebody else has several."""


class Evidence(NamedTuple):
    """One source told two identifiers of one person, from a first time to a last.

    Instants are whole seconds since 1970. Only what stands counts: withdrawn evidence is left out.
    """

    one: int
    other: int
    first_at: int
    last_at: int
    one_verified: bool = False
    other_verified: bool = False


class IdentifierFacts(NamedTuple):
    """What is known of an identifier by itself.

    `at_most` caps what it says whatever its kind: `never` when its value is blocked or an operator
    said so. `is_shared` says that it is known to be shared, and its evidence may be incomplete.
    """

    kind: IdentifierKind
    scope: str
    blind_index: bytes
    at_most: Strength = Strength.PROVES
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class KindPolicy:
    """What one kind of identifier may do; None means no limit.

    `living_max` is how many living identifiers of the kind and one scope a person has at most:
    ever, or, where `living_days` is given, at once: told within so many days of each other.
    More than `neighbours_max` identifiers of the kinds `anchors`, told with one within
    `window_days`, make it shared: it proves nothing. More than `expires_after_days` of silence,
    with nobody on both sides, end an episode. Evidence of a small `priority` is believed first.
    """

    verified: Strength = Strength.PROVES
    unverified: Strength = Strength.PROVES
    living_max: int | None = None
    living_days: int | None = None
    neighbours_max: int | None = None
    window_days: int = 365
    anchors: frozenset[IdentifierKind] = frozenset(IdentifierKind)
    expires_after_days: int | None = None
    priority: int = 5


@dataclass(frozen=True, slots=True)
class PartitionPolicy:
    """The policies of all kinds, and how many identifiers one person has at most."""

    kinds: Mapping[IdentifierKind, KindPolicy]
    person_identifiers_max: int | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """What operators said of pairs of identifiers, the smaller id first.

    The two of an accepted pair are one person, with or without evidence and whatever the limits
    say; those of a rejected pair never are, by whatever way: a rejection outweighs an acceptance.
    """

    accepted: frozenset[Pair] = frozenset()
    rejected: frozenset[Pair] = frozenset()


class Verdict(StrEnum):
    """What became of the evidence between two identifiers.

    `joined` made one person of two parts; `redundant` found them joined; `expired` joined what one
    of them was before it was given to somebody else; `follows` gave an identifier that nobody
    proved to whoever named it first; `suggests` did nothing; `held` waits for an operator.
    """

    JOINED = "joined"
    REDUNDANT = "redundant"
    EXPIRED = "expired"
    FOLLOWS = "follows"
    SUGGESTS = "suggests"
    SHARED = "shared"
    BLOCKED = "blocked"
    HELD = "held"
    REJECTED = "rejected"


class Rule(StrEnum):
    """The limit that held evidence would break."""

    LIVING_MAX = "living_max"
    PERSON_IDENTIFIERS_MAX = "person_identifiers_max"
    REJECTED_PAIR = "rejected_pair"


@dataclass(frozen=True, slots=True)
class Partition:
    """Whom each identifier belongs to, and why.

    `label_of` names a person by the smallest identifier that is theirs today. `verdict_of` has one
    entry a pair, the smaller id first; `rule_of` says of the held which limit they would break.
    """

    label_of: Mapping[int, int]
    verdict_of: Mapping[Pair, Verdict]
    rule_of: Mapping[Pair, Rule]
    shared: frozenset[int]


NO_DECISIONS = Decisions()
