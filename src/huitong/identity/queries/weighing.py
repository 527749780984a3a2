"""What the database knows of a neighbourhood, loaded to be weighed."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias

from huitong.channels.model import IdentifierKind
from huitong.identity.model import LIKELY, PROVES_NOTHING, NeighbourhoodTooLarge, Standing, Strength
from huitong.identity.rules import (
    Decisions,
    EffectivePolicy,
    Evidence,
    IdentifierFacts,
    KindPolicy,
    Partition,
    episode_starts,
    partition,
    strength_of,
)
from huitong.identity.tables import reviews
from huitong.identity.tables import weighing as tables
from huitong.platform.db import ReadTx, array, text_array

Span: TypeAlias = tuple[int, int]
"""The first and the last second at which something was told."""

# More than any honest neighbourhood has; a page of 500 records reaches some thousands.
IDENTIFIERS_MAX = 50_000
# What proves nothing leads to nobody.


class Weighed(NamedTuple):
    """An identifier of a neighbourhood."""

    id: int
    kind: str
    scope: str
    blind_index: bytes
    person_id: int | None
    standing: str
    is_virtual: bool


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Identifiers that hang together, the evidence between them, and what operators decided.

    Everything that was told of the `opened` is here, which is not so for a shared one that was only
    reached.
    """

    opened: frozenset[int]
    identifiers: Mapping[int, Weighed]
    evidence: Sequence[Evidence]
    decisions: Decisions
    open_reviews: Mapping[tuple[int, int], int]

    def facts(self, policy: EffectivePolicy) -> dict[int, IdentifierFacts]:
        """Return what is known of each identifier by itself."""
        return {each.id: self._facts(each, policy) for each in self.identifiers.values()}

    def _facts(self, each: Weighed, policy: EffectivePolicy) -> IdentifierFacts:
        kind = IdentifierKind(each.kind)
        at_most = policy.at_most(kind, virtual=each.is_virtual)
        if each.standing == Standing.BLOCKED:
            at_most = Strength.NEVER
        known = each.standing == Standing.SHARED and each.id not in self.opened
        return IdentifierFacts(kind, each.scope, each.blind_index, at_most, known)


def load_neighbourhood(
    tx: ReadTx,
    roots: Collection[int],
    *,
    policy: EffectivePolicy,
    closed: Collection[int] = (),
) -> Neighbourhood:
    """Load everything that hangs together with identifiers, whatever its size: four statements.

    The way does not lead over the `closed` among them where they are shared or blocked.

    :raises NeighbourhoodTooLarge: when it is more than `IDENTIFIERS_MAX`.
    """
    opened = frozenset(roots).difference(closed)
    params = {
        **what_proves(policy),
        "group_id": tx.scope.group_id,
        "identifier_ids": array(sorted(roots)),
        "opened_ids": array(sorted(opened)),
        "identifiers_max": IDENTIFIERS_MAX + 1,
    }
    rows = tx.rows(tables.NEIGHBOURHOOD, params)
    if len(rows) > IDENTIFIERS_MAX:
        raise NeighbourhoodTooLarge(identifiers_max=IDENTIFIERS_MAX)
    known = {row[0]: Weighed(*row) for row in rows}
    ends = {each.id for each in known.values() if each.standing in PROVES_NOTHING} - opened
    params["identifier_ids"] = array(sorted(known))
    params["open_ids"] = array(sorted(known.keys() - ends))
    params["closed_ids"] = array(sorted(ends))
    decisions, waiting = _reviews(tx, params)
    return Neighbourhood(
        opened=opened,
        identifiers=known,
        evidence=[
            Evidence(one, other, _second(first_at), _second(last_at), verified, other_verified)
            for one, other, first_at, last_at, verified, other_verified in tx.rows(
                tables.EVIDENCE, params
            )
        ],
        decisions=decisions,
        open_reviews=waiting,
    )


def _reviews(
    tx: ReadTx, params: Mapping[str, object]
) -> tuple[Decisions, dict[tuple[int, int], int]]:
    """Return what operators decided of pairs, and which review still waits for them."""
    accepted, rejected, waiting = set(), set(), {}
    for review_id, one, other, state, rule in tx.rows(reviews.REVIEWS_BETWEEN, params):
        # Evidence neither opened nor closes what is only likely.
        if state == "open" and rule != LIKELY:
            waiting[one, other] = review_id
        elif state == "accepted":
            accepted.add((one, other))
        elif state == "rejected":
            rejected.add((one, other))
    return Decisions(frozenset(accepted), frozenset(rejected)), waiting


def weigh(
    neighbourhood: Neighbourhood, policy: EffectivePolicy
) -> tuple[Partition, dict[int, Standing]]:
    """Return who is one person by what can prove it, and what each identifier is by itself.

    Evidence that only suggests is left out: what it names follows the first who named it.
    """
    facts = neighbourhood.facts(policy)
    proving = [each for each in neighbourhood.evidence if _proves(each, facts, policy)]
    found = partition(proving, facts, policy.for_partition, neighbourhood.decisions)
    spans: defaultdict[int, dict[int, Span]] = defaultdict(dict)
    for each in proving:
        for here, there in ((each.one, each.other), (each.other, each.one)):
            first, last = spans[here].get(there, (each.first_at, each.last_at))
            spans[here][there] = (min(first, each.first_at), max(last, each.last_at))
    rivals = _rivals(found, facts, policy)
    standings = {}
    for identifier, known in neighbourhood.identifiers.items():
        of_kind = policy.for_partition.kinds[facts[identifier].kind]
        if known.standing == Standing.BLOCKED:
            standings[identifier] = Standing.BLOCKED
        elif identifier in found.shared:
            standings[identifier] = Standing.SHARED
        elif _has_past(spans[identifier].values(), of_kind):
            standings[identifier] = Standing.REUSED
        elif identifier in rivals or _is_crowded(len(spans[identifier]), of_kind):
            standings[identifier] = Standing.CROWDED
        else:
            standings[identifier] = Standing.FREE
    return found, standings


def _rivals(
    found: Partition, facts: Mapping[int, IdentifierFacts], policy: EffectivePolicy
) -> set[int]:
    """Return identifiers that are one person's only because they were not told at once."""
    together: defaultdict[tuple[int, IdentifierKind, str], set[int]] = defaultdict(set)
    for identifier, label in found.label_of.items():
        kind, scope = facts[identifier].kind, facts[identifier].scope
        if policy.for_partition.kinds[kind].living_days is not None:
            together[label, kind, scope].add(identifier)
    return {
        identifier
        for (_, kind, _), identifiers in together.items()
        for identifier in identifiers
        if len(identifiers) > (policy.for_partition.kinds[kind].living_max or len(identifiers))
    }


def _has_past(spans: Collection[Span], of_kind: KindPolicy) -> bool:
    days = of_kind.expires_after_days
    return days is not None and len(episode_starts(spans, days)) > 1


def _is_crowded(neighbours: int, of_kind: KindPolicy) -> bool:
    return of_kind.neighbours_max is not None and neighbours > of_kind.neighbours_max


def _proves(each: Evidence, facts: Mapping[int, IdentifierFacts], policy: EffectivePolicy) -> bool:
    rules = policy.for_partition
    return (
        strength_of(facts[each.one], rules, verified=each.one_verified) is Strength.PROVES
        and strength_of(facts[each.other], rules, verified=each.other_verified) is Strength.PROVES
    )


def what_proves(policy: EffectivePolicy) -> dict[str, object]:
    """Return, as parameters, which kinds prove when verified, when not, and when virtual."""
    kinds = {
        "verified_kinds": [
            one for one in IdentifierKind if policy.proves(one, verified=True, virtual=False)
        ],
        "unverified_kinds": [
            one for one in IdentifierKind if policy.proves(one, verified=False, virtual=False)
        ],
        "virtual_kinds": [
            one for one in IdentifierKind if policy.proves(one, verified=False, virtual=True)
        ],
    }
    return {name: text_array([one.value for one in found]) for name, found in kinds.items()}


def _second(instant: datetime) -> int:
    return int(instant.timestamp())
