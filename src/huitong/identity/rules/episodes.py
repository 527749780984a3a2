"""When identifiers that expire began to be somebody else's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from huitong.identity.rules.evidence import DAY_SECONDS, IdentifierFacts, Node, PartitionPolicy
from huitong.identity.rules.pairs import ToldPair

Span: TypeAlias = tuple[int, int]
ALWAYS: Span = (0, 1 << 40)


def episode_starts(spans: Iterable[tuple[int, int]], expires_after_days: int) -> list[int]:
    """Return when each episode of an identifier began, oldest first.

    `spans` holds the first and last second at which each neighbour was told.
    """
    starts: list[int] = []
    latest = 0
    for first, last in sorted(spans):
        if not starts or first - latest > expires_after_days * DAY_SECONDS:
            starts.append(first)
            latest = last
        latest = max(latest, last)
    return starts


class Episodes:
    """When identifiers that expire began to be somebody else's."""

    def __init__(
        self,
        joining: Sequence[ToldPair],
        identifiers: Mapping[int, IdentifierFacts],
        policy: PartitionPolicy,
    ) -> None:
        spans: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for each in joining:
            for end in each.ends:
                if policy.kinds[identifiers[end].kind].expires_after_days is not None:
                    spans[end].append((each.first_at, each.last_at))
        self._starts: dict[int, list[int]] = {}
        for identifier, of_neighbours in spans.items():
            days = policy.kinds[identifiers[identifier].kind].expires_after_days
            assert days is not None, "Only kinds that expire were collected."
            self._starts[identifier] = episode_starts(of_neighbours, days)
        self._span_of: dict[Node, Span] = {}
        for each in joining:
            for node in self.nodes(each):
                first, last = self._span_of.get(node, (each.first_at, each.last_at))
                self._span_of[node] = (min(first, each.first_at), max(last, each.last_at))

    def nodes(self, pair: ToldPair) -> tuple[Node, Node]:
        """Return both ends of a pair, each in the episode that the pair belongs to."""
        return self._at(pair.one, pair.first_at), self._at(pair.other, pair.first_at)

    def today(self, identifier: int) -> Node:
        """Return an identifier in its latest episode."""
        return (identifier, max(len(self._starts.get(identifier, ())) - 1, 0))

    def is_past(self, node: Node) -> bool:
        """Tell whether an identifier is somebody else's today."""
        return node != self.today(node[0])

    def span(self, node: Node) -> Span:
        """Return when an identifier was first and last told; always, where nothing proves it."""
        return self._span_of.get(node, ALWAYS)

    def _at(self, identifier: int, instant: int) -> Node:
        starts = self._starts.get(identifier, ())
        return (identifier, max(sum(1 for start in starts if start <= instant) - 1, 0))
