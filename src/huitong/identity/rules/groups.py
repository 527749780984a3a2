"""Groups of identifiers that grow into persons, and the limits that keep them apart."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from huitong.channels.model import IdentifierKind
from huitong.identity.rules.crowds import neighbours_peak
from huitong.identity.rules.episodes import Episodes, Span
from huitong.identity.rules.evidence import (
    Decisions,
    IdentifierFacts,
    KindPolicy,
    Node,
    Pair,
    PartitionPolicy,
    Rule,
)


@dataclass(slots=True)
class _Group:
    """The parts of one person: nodes, and when the living of each kind and scope were told."""

    nodes: list[Node]
    living: dict[tuple[IdentifierKind, str], list[Span]] = field(default_factory=dict)


class Groups:
    """Disjoint groups of nodes that know which unions the limits allow."""

    def __init__(
        self,
        identifiers: Mapping[int, IdentifierFacts],
        policy: PartitionPolicy,
        decisions: Decisions,
        episodes: Episodes,
    ) -> None:
        self._identifiers = identifiers
        self._policy = policy
        self._episodes = episodes
        self._apart: defaultdict[int, set[int]] = defaultdict(set)
        for one, other in decisions.rejected:
            self._apart[one].add(other)
            self._apart[other].add(one)
        self._group_of: dict[Node, _Group] = {}

    def are_one(self, one: Node, other: Node) -> bool:
        """Tell whether two nodes are one person already."""
        return self._group(one) is self._group(other)

    def is_alone(self, node: Node) -> bool:
        """Tell whether nothing has joined a node so far."""
        return len(self._group(node).nodes) == 1

    def knows(self, identifier: int) -> bool:
        """Tell whether an identifier takes part."""
        return identifier in self._identifiers

    def blind_indexes(self, pair: Pair) -> tuple[bytes, bytes]:
        """Return the blind indexes of two identifiers, the smaller first."""
        one, other = sorted(self._identifiers[end].blind_index for end in pair)
        return one, other

    def are_apart(self, one: Node, other: Node) -> bool:
        """Tell whether an operator rejected that the persons of two nodes are one."""
        if not self._apart:
            return False
        here, there = self._group(one), self._group(other)
        if len(here.nodes) > len(there.nodes):
            here, there = there, here
        avoided = {each for node in here.nodes for each in self._apart.get(node[0], ())}
        return any(node[0] in avoided for node in there.nodes)

    def broken_by(self, one: Node, other: Node) -> Rule | None:
        """Return the limit that joining the persons of two nodes would break; None when none."""
        if self.are_apart(one, other):
            return Rule.REJECTED_PAIR
        here, there = self._group(one), self._group(other)
        size_max = self._policy.person_identifiers_max
        if size_max is not None and len(here.nodes) + len(there.nodes) > size_max:
            return Rule.PERSON_IDENTIFIERS_MAX
        for (kind, scope), spans in there.living.items():
            known = here.living.get((kind, scope))
            if known and _are_too_many([*known, *spans], self._policy.kinds[kind]):
                return Rule.LIVING_MAX
        return None

    def join(self, one: Node, other: Node) -> None:
        """Make one person of the persons of two nodes."""
        large, small = self._group(one), self._group(other)
        if len(large.nodes) < len(small.nodes):
            large, small = small, large
        for node in small.nodes:
            self._group_of[node] = large
        large.nodes.extend(small.nodes)
        for key, spans in small.living.items():
            large.living.setdefault(key, []).extend(spans)

    def labels(self) -> dict[int, int]:
        """Return for each identifier the smallest that belongs to the same person today."""
        smallest: dict[int, int] = {}
        today = {each: self._group(self._episodes.today(each)) for each in self._identifiers}
        for identifier, group in today.items():
            key = id(group)
            smallest[key] = min(smallest.get(key, identifier), identifier)
        return {identifier: smallest[id(group)] for identifier, group in today.items()}

    def _group(self, node: Node) -> _Group:
        group = self._group_of.get(node)
        if group is None:
            group = self._group_of[node] = _Group([node])
            if not self._episodes.is_past(node):
                facts = self._identifiers[node[0]]
                group.living[facts.kind, facts.scope] = [self._episodes.span(node)]
        return group


def _are_too_many(spans: Sequence[Span], of_kind: KindPolicy) -> bool:
    if of_kind.living_max is None or len(spans) <= of_kind.living_max:
        return False
    if of_kind.living_days is None:
        return True
    return neighbours_peak(spans, of_kind.living_days) > of_kind.living_max
