"""Builders of evidence for the tests of partitions."""

from collections.abc import Iterable, Mapping

from huitong.channels.model import IdentifierKind
from huitong.identity.model import Strength
from huitong.identity.rules.default_policy import DEFAULT_POLICY
from huitong.identity.rules.evidence import (
    DAY_SECONDS,
    NO_DECISIONS,
    Decisions,
    Evidence,
    IdentifierFacts,
    Partition,
    PartitionPolicy,
)
from huitong.identity.rules.partition import partition

PHONE, EMAIL = IdentifierKind.PHONE, IdentifierKind.EMAIL
CARD, OUID = IdentifierKind.POS_CARD, IdentifierKind.OUID
JD, OPENID, UNIONID = IdentifierKind.JD_XID, IdentifierKind.OPENID, IdentifierKind.UNIONID


class Told:
    """Collects evidence about identifiers that are named by words."""

    def __init__(self) -> None:
        self.identifiers: dict[int, IdentifierFacts] = {}
        self.evidence: list[Evidence] = []
        self._names: list[str] = []

    def know(
        self,
        name: str,
        kind: IdentifierKind,
        *,
        scope: str = "",
        at_most: Strength = Strength.PROVES,
    ) -> int:
        """Name an identifier and return its id."""
        if name in self._names:
            return self._names.index(name) + 1
        self._names.append(name)
        identifier = len(self._names)
        self.identifiers[identifier] = IdentifierFacts(
            kind, scope, identifier.to_bytes(16, "big"), at_most
        )
        return identifier

    def tell(
        self,
        one: int,
        other: int,
        *,
        day: int = 0,
        until: int | None = None,
        verified: tuple[bool, bool] = (False, False),
    ) -> None:
        """Tell that a source named both, on a day or from a day until another."""
        last = day if until is None else until
        self.evidence.append(Evidence(one, other, day * DAY_SECONDS, last * DAY_SECONDS, *verified))

    def partition(
        self, policy: PartitionPolicy = DEFAULT_POLICY, decisions: Decisions = NO_DECISIONS
    ) -> Partition:
        """Return the partition of everything that was told."""
        return partition(self.evidence, self.identifiers, policy, decisions)

    def persons(
        self, policy: PartitionPolicy = DEFAULT_POLICY, decisions: Decisions = NO_DECISIONS
    ) -> set[frozenset[str]]:
        """Return the persons, each as the names of its identifiers."""
        label_of = self.partition(policy, decisions).label_of
        return {
            frozenset(self._names[each - 1] for each in person) for person in parts_of(label_of)
        }


def parts_of(label_of: Mapping[int, int]) -> set[frozenset[int]]:
    """Return the sets of identifiers that share a label."""
    parts: dict[int, set[int]] = {}
    for identifier, label in label_of.items():
        parts.setdefault(label, set()).add(identifier)
    return {frozenset(each) for each in parts.values()}


def persons_of(*persons: Iterable[str]) -> set[frozenset[str]]:
    """Return the expected persons, each as the names of its identifiers."""
    return {frozenset(each) for each in persons}
