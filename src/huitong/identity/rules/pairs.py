"""Folds evidence into pairs: the strongest that was told of two identifiers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from huitong.identity.model import Strength
from huitong.identity.rules.evidence import Evidence, IdentifierFacts, Pair, PartitionPolicy

STRENGTH_ORDER = {Strength.NEVER: 0, Strength.SUGGESTS: 1, Strength.PROVES: 2}


@dataclass(slots=True)
class ToldPair:
    """The strongest evidence between two identifiers.

    `unproven` holds the ends that suggest and speak for themselves nowhere else.
    """

    one: int
    other: int
    strength: Strength
    first_at: int
    last_at: int
    unverified_ends: int
    priority: int
    blind_indexes: tuple[bytes, bytes]
    unproven: frozenset[int]

    @property
    def ends(self) -> Pair:
        """Return both identifiers, the smaller id first."""
        return (self.one, self.other)

    @property
    def canonical(self) -> tuple[int, int, int, tuple[bytes, bytes]]:
        """Return the place of this pair in the one order in which pairs are joined."""
        return (self.unverified_ends, self.priority, self.first_at, self.blind_indexes)


def told_pairs(
    evidence: Iterable[Evidence],
    identifiers: Mapping[int, IdentifierFacts],
    policy: PartitionPolicy,
) -> list[ToldPair]:
    """Return one entry for each two identifiers that were told together."""
    pairs: dict[Pair, ToldPair] = {}
    spoken: set[int] = set()
    for each in evidence:
        assert each.one != each.other, "Nothing is evidence of itself."
        one, other = identifiers[each.one], identifiers[each.other]
        said = {
            each.one: strength_of(one, policy, verified=each.one_verified),
            each.other: strength_of(other, policy, verified=each.other_verified),
        }
        ends = (min(each.one, each.other), max(each.one, each.other))
        found = ToldPair(
            *ends,
            min(said.values(), key=STRENGTH_ORDER.__getitem__),
            each.first_at,
            each.last_at,
            (not each.one_verified) + (not each.other_verified),
            policy.kinds[one.kind].priority + policy.kinds[other.kind].priority,
            (min(one.blind_index, other.blind_index), max(one.blind_index, other.blind_index)),
            frozenset(end for end in said if said[end] is Strength.SUGGESTS),
        )
        pairs[ends] = _together(pairs.get(ends), found)
        if found.strength is not Strength.NEVER:
            spoken |= {end for end in said if said[end] is Strength.PROVES}
    for pair in pairs.values():
        pair.unproven -= spoken
    return list(pairs.values())


def _together(known: ToldPair | None, found: ToldPair) -> ToldPair:
    if known is None or STRENGTH_ORDER[found.strength] > STRENGTH_ORDER[known.strength]:
        return found
    if found.strength is known.strength:
        known.first_at = min(known.first_at, found.first_at)
        known.last_at = max(known.last_at, found.last_at)
        known.unverified_ends = min(known.unverified_ends, found.unverified_ends)
        known.unproven |= found.unproven
    return known


def strength_of(facts: IdentifierFacts, policy: PartitionPolicy, *, verified: bool) -> Strength:
    """Return what an identifier says when a source verified it, or did not."""
    of_kind = policy.kinds[facts.kind]
    said = of_kind.verified if verified else of_kind.unverified
    return min(said, facts.at_most, key=STRENGTH_ORDER.__getitem__)
