"""Weighs everybody of an identity domain anew, a portion at a time, as after a change of policy."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from huitong.identity.model import PROVES_NOTHING, NeighbourhoodTooLarge, Standing, Weighing
from huitong.identity.operations.policies import effective_policy
from huitong.identity.operations.recomputing import Change, recompute
from huitong.identity.queries.crowds import crowds
from huitong.identity.rules import EffectivePolicy
from huitong.identity.rules.causes import Cause, sentence
from huitong.identity.tables import everybody as tables
from huitong.identity.tables import evidence as evidence_tables
from huitong.platform.db import ReadTx, Tx, array, text_array
from huitong.platform.ids import BUCKETS

PERSONS_A_PORTION = 1_000
# Each brings a few identifiers more; where too many hang together, smaller and smaller parts are
# tried, as most of the others need not wait for whoever glues some.
ROOTS_AT_ONCE = 2_500
ROOTS_AT_ONCE_MIN = 250
# A star of everybody's is some ten thousand rows, and some of these are read together.
CROWDED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Portion:
    """Some buckets of an identity domain, with the policy in effect."""

    domain_id: int
    first_bucket: int
    last_bucket: int
    policy: EffectivePolicy

    def params(self, tx: ReadTx) -> dict[str, object]:
        """Return this portion as parameters."""
        return {
            "group_id": tx.scope.group_id,
            "domain_id": self.domain_id,
            "first_bucket": self.first_bucket,
            "last_bucket": self.last_bucket,
        }


def portions_of(tx: Tx, domain_id: int) -> int:
    """Return into how many portions an identity domain falls."""
    params = {"group_id": tx.scope.group_id, "domain_id": domain_id}
    ((living,),) = tx.rows(tables.COUNT_LIVING, params)
    return min(BUCKETS, int(living) // PERSONS_A_PORTION + 1)


def judge_crowds(tx: Tx, domain_id: int, *, portion: int, portions: int) -> Weighing:
    """Say of a portion's identifiers, under the policy in effect, which are shared.

    Nobody changes by it: whom they hold together is weighed when all of them are judged.
    """
    chosen = _portion(tx, domain_id, portion, portions)
    limits = {
        kind.value: of_kind.neighbours_max
        for kind, of_kind in chosen.policy.for_partition.kinds.items()
        if of_kind.neighbours_max is not None
    }
    params = chosen.params(tx) | {
        "kinds": text_array(list(limits)),
        "limits": array(list(limits.values())),
    }
    ids = [row[0] for row in tx.rows(tables.CROWDED, params)]
    left = 0
    for first in range(0, len(ids), CROWDED_AT_ONCE):
        left += judge(tx, ids[first : first + CROWDED_AT_ONCE], policy=chosen.policy).left
    return Weighing(has_changed=False, left=left)


@dataclass(frozen=True, slots=True)
class Judged:
    """Which of some identifiers the way ends at now, and of how many that could not be told."""

    closed: frozenset[int]
    left: int


def judge(tx: Tx, identifier_ids: Collection[int], *, policy: EffectivePolicy) -> Judged:
    """Keep which identifiers are shared, read from the evidence around each alone."""
    found = crowds(tx, sorted(identifier_ids), policy=policy)
    said: dict[int, Standing] = {}
    for each, known in found.standings.items():
        if known is Standing.BLOCKED or each in found.unknown:
            continue
        if (known is Standing.SHARED) != (each in found.shared):
            said[each] = Standing.SHARED if each in found.shared else Standing.FREE
    rows = [(each, standing.value) for each, standing in said.items()]
    tx.write(evidence_tables.SET_STANDINGS, evidence_tables.STANDING, rows)
    closed = {
        each for each, known in found.standings.items() if said.get(each, known) in PROVES_NOTHING
    }
    return Judged(frozenset(closed), len(found.unknown))


def weigh_portion(
    tx: Tx, domain_id: int, *, portion: int, portions: int, now: datetime
) -> Weighing:
    """Weigh the persons of a portion under the policy in effect, with all that hangs on them.

    Who changed already, in another portion or by a record, is found as they should be.
    """
    chosen = _portion(tx, domain_id, portion, portions)
    ids = [row[0] for row in tx.rows(tables.LEADING, chosen.params(tx))]
    has_changed, left = False, 0
    for first in range(0, len(ids), ROOTS_AT_ONCE):
        roots = ids[first : first + ROOTS_AT_ONCE]
        done = _weigh(tx, roots, domain_id=domain_id, policy=chosen.policy, now=now)
        has_changed, left = has_changed or done.has_changed, left + done.left
    return Weighing(has_changed=has_changed, left=left)


def _weigh(
    tx: Tx, roots: Sequence[int], *, domain_id: int, policy: EffectivePolicy, now: datetime
) -> Weighing:
    """Weigh identifiers at once, or in halves where too many hang on them."""
    reason = sentence(Cause.POLICY, str(policy.version))
    change = Change(domain_id=domain_id, roots=frozenset(roots), reason=reason)
    try:
        has_changed = recompute(tx, change, policy=policy, now=now)
    except NeighbourhoodTooLarge:
        if len(roots) <= ROOTS_AT_ONCE_MIN:
            return Weighing(has_changed=False, left=len(roots))
        middle = len(roots) // 2
        halves = [
            _weigh(tx, half, domain_id=domain_id, policy=policy, now=now)
            for half in (roots[:middle], roots[middle:])
        ]
        return Weighing(
            has_changed=any(half.has_changed for half in halves),
            left=sum(half.left for half in halves),
        )
    # Those above know what was changed before more of the same persons moves.
    tx.settle()
    return Weighing(has_changed=has_changed, left=0)


def _portion(tx: Tx, domain_id: int, portion: int, portions: int) -> _Portion:
    assert 0 <= portion < portions <= BUCKETS, "A portion is some buckets, at least one."
    return _Portion(
        domain_id=domain_id,
        first_bucket=BUCKETS * portion // portions,
        last_bucket=BUCKETS * (portion + 1) // portions - 1,
        policy=effective_policy(tx, domain_id),
    )
