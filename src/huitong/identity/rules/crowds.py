"""Which identifiers are told with too many others to be one person's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from huitong.identity.model import Strength
from huitong.identity.rules.evidence import (
    DAY_SECONDS,
    Evidence,
    IdentifierFacts,
    PartitionPolicy,
)
from huitong.identity.rules.pairs import ToldPair, told_pairs


def crowded(
    evidence: Iterable[Evidence],
    identifiers: Mapping[int, IdentifierFacts],
    policy: PartitionPolicy,
) -> set[int]:
    """Return the identifiers that evidence tells with too many others to be one person's.

    The answer is right for those around whom all evidence is there.
    """
    pairs = told_pairs(evidence, identifiers, policy)
    proving = [each for each in pairs if each.strength is Strength.PROVES]
    return shared_identifiers(proving, identifiers, policy)


def shared_identifiers(
    proving: Sequence[ToldPair],
    identifiers: Mapping[int, IdentifierFacts],
    policy: PartitionPolicy,
) -> set[int]:
    """Return the identifiers that are told with too many others to be one person's."""
    spans: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for each in proving:
        for here, there in ((each.one, each.other), (each.other, each.one)):
            of_kind = policy.kinds[identifiers[here].kind]
            limited = of_kind.neighbours_max is not None
            if limited and identifiers[there].kind in of_kind.anchors:
                spans[here].append((each.first_at, each.last_at))
    shared = {identifier for identifier, facts in identifiers.items() if facts.is_shared}
    for identifier, of_neighbours in spans.items():
        of_kind = policy.kinds[identifiers[identifier].kind]
        limit = of_kind.neighbours_max
        assert limit is not None, "Only kinds with a limit were counted."
        crowded = len(of_neighbours) > limit
        if crowded and neighbours_peak(of_neighbours, of_kind.window_days) > limit:
            shared.add(identifier)
    return shared


def neighbours_peak(spans: Iterable[tuple[int, int]], window_days: int) -> int:
    """Return how many neighbours there were at most within any window.

    `spans` holds the first and last second at which each neighbour was told; a neighbour is there
    in between too.
    """
    turns = []
    for first, last in spans:
        turns.append((first, 0))
        turns.append((last + window_days * DAY_SECONDS, 1))
    peak = present = 0
    for _, leaves in sorted(turns):
        present += -1 if leaves else 1
        peak = max(peak, present)
    return peak
