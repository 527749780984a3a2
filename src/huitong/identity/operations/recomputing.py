"""Weighs a neighbourhood anew and brings persons to where the evidence puts them."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from huitong.channels.model import IdentifierKind
from huitong.identity.model import PROVES_NOTHING, Standing
from huitong.identity.operations.locking import Overtaken, lock_persons
from huitong.identity.operations.moving import Occasion, carry_out
from huitong.identity.queries.weighing import (
    Neighbourhood,
    Weighed,
    load_neighbourhood,
    weigh,
    what_proves,
)
from huitong.identity.rules import (
    Difference,
    EffectivePolicy,
    Known,
    Partition,
    StandingMerge,
    Verdict,
    difference,
)
from huitong.identity.tables import evidence as tables
from huitong.identity.tables import reviews, weighing
from huitong.platform.db import ReadTx, Tx, array
from huitong.platform.ids import bucket_of

MOBILE = PROVES_NOTHING | {Standing.REUSED}
LOOKS_MAX = 8


@dataclass(frozen=True, slots=True)
class Change:
    """Whose evidence changed, and why.

    Over `closed` roots, shared or blocked ones of whom nothing was told, the way does not lead.
    `fresh` are identifiers that this transaction made; `locked` the persons it holds already.
    """

    domain_id: int
    roots: frozenset[int]
    reason: str
    closed: frozenset[int] = frozenset()
    record_of: Mapping[int, int] = field(default_factory=dict)
    fresh: frozenset[int] = frozenset()
    locked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was found and what has to be done about it."""

    neighbourhood: Neighbourhood
    partition: Partition
    standings: Mapping[int, Standing]
    known: Known
    difference: Difference


def recompute(tx: Tx, change: Change, *, policy: EffectivePolicy, now: datetime) -> bool:
    """Weigh everything that hangs together with the roots and say whether any person changed.

    Persons merge, part and are carved out until they are as the evidence, the policy and the
    decisions of operators say; what a limit holds back waits for an operator.

    :raises Overtaken: when another transaction merged or erased one of these persons.
    :raises NeighbourhoodTooLarge: when too much hangs together.
    """
    if not change.roots:
        return False
    locked = set(change.locked)
    for _ in range(LOOKS_MAX):
        plan = _plan(tx, change, policy)
        persons = set(plan.known.owner_of.values())
        if plan.difference.is_empty() or persons <= locked:
            _keep(tx, plan, change, now)
            carry_out(tx, plan.difference, occasion=_occasion(plan, change), now=now)
            return not plan.difference.is_empty()
        # What was read before the lock may be old; it is read again under it.
        with suppress(Overtaken):
            lock_persons(tx, sorted(persons))
            locked |= persons
    raise Overtaken


def _plan(tx: ReadTx, change: Change, policy: EffectivePolicy) -> _Plan:
    neighbourhood = load_neighbourhood(tx, change.roots, policy=policy, closed=change.closed)
    found, standings = weigh(neighbourhood, policy)
    known = _known(tx, neighbourhood, found, standings=standings, fresh=change.fresh, policy=policy)
    return _Plan(neighbourhood, found, standings, known, difference(known))


def _known(
    tx: ReadTx,
    neighbourhood: Neighbourhood,
    found: Partition,
    *,
    standings: Mapping[int, Standing],
    fresh: Collection[int],
    policy: EffectivePolicy,
) -> Known:
    known = neighbourhood.identifiers.values()
    told = {end for pair in found.verdict_of for end in pair} | _verified(neighbourhood, policy)
    owner_of = {
        each.id: each.person_id
        for each in known
        if each.person_id is not None and (each.id in told or _speaks(each, policy))
    }
    label_of = {each: found.label_of[each] for each in owner_of}
    owners = {each.person_id for each in known if each.person_id is not None}
    loud = sorted(each for each in owner_of if standings[each] not in PROVES_NOTHING)
    params = {
        **what_proves(policy),
        "group_id": tx.scope.group_id,
        "identifier_ids": array(sorted(owner_of)),
        "person_ids": array(sorted(owners)),
        "beside_ids": array(loud),
    }
    others: dict[int, int] = {}
    for identifier, person, beside, speaks in tx.rows(weighing.COMPANIONS, params):
        owner_of[identifier] = person
        if speaks and identifier in neighbourhood.identifiers:
            label_of[identifier] = found.label_of[identifier]
        elif speaks:
            # A person who holds something of the neighbourhood and speaks outside of it as well.
            label_of[identifier] = others.setdefault(person, identifier)
        elif beside is not None and (owner_of[beside] == person or identifier in fresh):
            # What nobody proved stays beside whom it was first named with.
            label_of[identifier] = label_of[beside]
    parted = len({(owner_of[each], label) for each, label in label_of.items()}) > len(
        {owner_of[each] for each in label_of}
    )
    merges = tx.rows(tables.STANDING_MERGES, params) if parted else []
    # A person is at home where the old and undoubted identifiers are: those who bought under a
    # number before it was given on keep their points.
    quiet = {each for each, standing in standings.items() if standing in MOBILE} | set(fresh)
    return Known(owner_of, label_of, [StandingMerge(*row) for row in merges], frozenset(quiet))


def _verified(neighbourhood: Neighbourhood, policy: EffectivePolicy) -> set[int]:
    """Return the identifiers that a source verified, so that by now they say who somebody is."""
    kind_of = {each.id: IdentifierKind(each.kind) for each in neighbourhood.identifiers.values()}
    virtual = {each.id for each in neighbourhood.identifiers.values() if each.is_virtual}
    told = {
        end
        for each in neighbourhood.evidence
        for end, verified in ((each.one, each.one_verified), (each.other, each.other_verified))
        if verified
    }
    return {
        end for end in told if policy.proves(kind_of[end], verified=True, virtual=end in virtual)
    }


def _speaks(each: Weighed, policy: EffectivePolicy) -> bool:
    """Tell whether an identifier by itself says who somebody is, without being verified."""
    return policy.proves(IdentifierKind(each.kind), verified=False, virtual=each.is_virtual)


def _occasion(plan: _Plan, change: Change) -> Occasion:
    """Return why this happens; who has a number now did not make what came under it before."""
    reused = {each for each, standing in plan.standings.items() if standing is Standing.REUSED}
    return Occasion(
        domain_id=change.domain_id,
        reason=change.reason,
        record_of=change.record_of,
        without_facts=frozenset(change.fresh | reused),
    )


def _keep(tx: Tx, plan: _Plan, change: Change, now: datetime) -> None:
    """Keep what identifiers are by themselves, and open and close reviews."""
    before = plan.neighbourhood.identifiers
    changed = [
        (each, standing.value)
        for each, standing in plan.standings.items()
        if before[each].standing != standing
    ]
    tx.write(tables.SET_STANDINGS, tables.STANDING, changed)
    held = {
        pair: plan.partition.rule_of[pair]
        for pair, verdict in plan.partition.verdict_of.items()
        if verdict is Verdict.HELD
    }
    opened = plan.neighbourhood.open_reviews
    moot = [review for pair, review in opened.items() if pair not in held]
    if moot:
        params = {"group_id": tx.scope.group_id, "review_ids": array(moot), "now": now}
        tx.execute(reviews.CLOSE_REVIEWS, params)
    new = [pair for pair in held if pair not in opened]
    new_ids = tx.new_ids([bucket_of(one) for one, _ in new])
    rows = [
        (
            bucket_of(one),
            new_id,
            one,
            other,
            held[one, other].value,
            "open",
            None,
            None,
        )
        for new_id, (one, other) in zip(new_ids, new, strict=True)
    ]
    constants = {"domain_id": change.domain_id, "now": now}
    tx.write(reviews.OPEN_REVIEWS, reviews.REVIEW, rows, constants)
