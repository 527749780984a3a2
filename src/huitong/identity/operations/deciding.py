"""What operators decide: pairs that are one person or never, and identifiers that prove nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from huitong.channels.model import IdentifierKind
from huitong.identity.events import IdentifierTakenOut
from huitong.identity.model import (
    PROVES_NOTHING,
    IdentifierNotFound,
    NeighbourhoodTooLarge,
    PutOffTooShort,
    ReviewClosed,
    ReviewNotFound,
    ReviewState,
    Standing,
    Undone,
)
from huitong.identity.operations.everybody import judge
from huitong.identity.operations.policies import effective_policy
from huitong.identity.operations.recomputing import Change, recompute
from huitong.identity.rules import EffectivePolicy
from huitong.identity.rules.causes import Cause, sentence
from huitong.identity.tables import evidence as tables
from huitong.identity.tables import reviews, weighing
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of

OPERATOR = "operator"
# Up to here every identifier of one side is told apart from every one of the other.
PAIRS_MAX = 10_000
# Neighbours of an identifier that are weighed at once; each brings a few identifiers more.
ROOTS_A_PORTION = 2_500


class Held(NamedTuple):
    """An identifier of a person on whom an operator decides."""

    id: int
    person_id: int
    kind: str
    standing: str
    domain_id: int


def undo_identifier(
    tx: Tx, identifier_id: int, *, actor: str, reason: str, now: datetime
) -> Undone:
    """Let an identifier prove nothing from now on, and part whom only it held together.

    Those around it are weighed a portion at a time, so any number may hang on it. A repeat changes
    nothing.

    :raises IdentifierNotFound: when there is none, or it was erased.
    """
    domain_id = _domain_of(tx, [identifier_id])
    params = {
        "group_id": tx.scope.group_id,
        "identifier_id": identifier_id,
        "id": tx.new_ids([bucket_of(identifier_id)])[0],
        "actor": actor,
        "reason": reason,
        "now": now,
    }
    if not tx.execute(tables.INSERT_UNDOING, params):
        return Undone(has_parted=False, left=0)
    beside = [row[0] for row in tx.rows(weighing.NEIGHBOURS, params)]
    tx.write(tables.SET_STANDINGS, tables.STANDING, [(identifier_id, Standing.BLOCKED.value)])
    tx.execute(reviews.FORGET_ACCEPTED, params)
    _tell_taken_out(tx, identifier_id)
    # It is blocked by now, so the way from one neighbour to the next does not lead over it.
    roots = beside or [identifier_id]
    return _part(tx, roots, domain_id=domain_id, reason=sentence(Cause.TAKEN_OUT, reason), now=now)


def withdraw_evidence(
    tx: Tx, pairs: Sequence[tuple[int, int]], *, actor: str, reason: str, now: datetime
) -> int:
    """Take back what was told of pairs of identifiers; return how many entries stood.

    The entries stay, marked, and count no more. A later telling counts again.

    :raises IdentifierNotFound: when one is unknown.
    """
    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    ends = sorted({end for pair in ordered for end in pair})
    domain_id = _domain_of(tx, ends)
    params = {
        "group_id": tx.scope.group_id,
        "ones": array([one for one, _ in ordered]),
        "others": array([other for _, other in ordered]),
        "actor": actor,
        "reason": reason,
        "now": now,
    }
    withdrawn = tx.rows(tables.WITHDRAW, params)
    # With less evidence a shared one may be so no more; its crowd is not read to find that out.
    judge(tx, ends, policy=effective_policy(tx, domain_id))
    weigh_anew(tx, ends, reason=sentence(Cause.WITHDRAWN, reason), now=now, of=domain_id)
    return len(withdrawn)


def accept_review(tx: Tx, review_id: int, *, actor: str, reason: str, now: datetime) -> bool:
    """Make one person of what a rule held apart; answer whether anybody changed.

    :raises ReviewNotFound: when there is none.
    :raises ReviewClosed: when it was closed otherwise before.
    """
    return _decide(tx, review_id, ReviewState.ACCEPTED, actor=actor, reason=reason, now=now)


def reject_review(tx: Tx, review_id: int, *, actor: str, reason: str, now: datetime) -> bool:
    """Keep apart for good what a rule held apart; answer whether anybody changed.

    :raises ReviewNotFound: when there is none.
    :raises ReviewClosed: when it was closed otherwise before.
    """
    return _decide(tx, review_id, ReviewState.REJECTED, actor=actor, reason=reason, now=now)


def postpone_review(
    tx: Tx, review_id: int, *, until: datetime, actor: str, reason: str, now: datetime
) -> None:
    """Put a review off: it stays open, and waits again from `until` on.

    :raises ReviewNotFound: when there is none.
    :raises ReviewClosed: when it was closed before.
    :raises PutOffTooShort: when that time is over.
    """
    if until <= now:
        raise PutOffTooShort(until=until.date().isoformat())
    found = tx.row(reviews.LOCK_REVIEW, {"group_id": tx.scope.group_id, "review_id": review_id})
    if found is None:
        raise ReviewNotFound
    if found[4] != ReviewState.OPEN:
        raise ReviewClosed(state=found[4])
    tx.execute(
        reviews.POSTPONE_REVIEW,
        {
            "group_id": tx.scope.group_id,
            "review_id": review_id,
            "until": until,
            "actor": actor,
            "reason": reason,
        },
    )


def weigh_anew(
    tx: Tx, identifier_ids: Sequence[int], *, reason: str, now: datetime, of: int | None = None
) -> bool:
    """Weigh everything that hangs together with identifiers under the policy in effect.

    The way ends at what is shared or blocked, also where it would begin there.

    `of` is their identity domain where it is known. Answers whether any person changed.

    :raises IdentifierNotFound: when one is unknown.
    """
    domain_id = of or _domain_of(tx, identifier_ids)
    policy = effective_policy(tx, domain_id)
    # What a shared one holds was not asked for, and may be a crowd.
    roots = frozenset(identifier_ids)
    change = Change(domain_id=domain_id, roots=roots, closed=roots, reason=reason)
    return recompute(tx, change, policy=policy, now=now)


def keep_together(
    tx: Tx, source: int, *, target: int, domain_id: int, actor: str, reason: str, now: datetime
) -> None:
    """Note that an operator made one of two persons, so that nothing weighs them apart again."""
    params = {"group_id": tx.scope.group_id, "person_ids": array([source, target]), "now": now}
    tx.execute(reviews.LIFT_REJECTIONS, params)
    held = held_by(tx, [source, target])
    policy = effective_policy(tx, domain_id)
    ends = [
        strongest([one for one in held if one.person_id == person], policy)
        for person in (source, target)
    ]
    here, there = ends
    if here is not None and there is not None:
        pairs = [(here, there)]
        _write(
            tx,
            pairs,
            ReviewState.ACCEPTED,
            domain_id=domain_id,
            actor=actor,
            reason=reason,
            now=now,
        )


def keep_apart(
    tx: Tx, source: int, *, target: int, domain_id: int, actor: str, reason: str, now: datetime
) -> list[int]:
    """Note that an operator parted two persons, so that no record makes them one again.

    Returns the identifiers of both.
    """
    held = held_by(tx, [source, target])
    ours = [one for one in held if one.person_id == source]
    theirs = [one for one in held if one.person_id == target]
    if len(ours) * len(theirs) > PAIRS_MAX:
        policy = effective_policy(tx, domain_id)
        here, there = strongest(ours, policy), strongest(theirs, policy)
        pairs = [(one, there) for one in ours if there] + [(here, one) for one in theirs if here]
    else:
        pairs = [(one, other) for one in ours for other in theirs]
    _write(
        tx, pairs, ReviewState.REJECTED, domain_id=domain_id, actor=actor, reason=reason, now=now
    )
    return [one.id for one in held]


def _part(
    tx: Tx, identifier_ids: Sequence[int], *, domain_id: int, reason: str, now: datetime
) -> Undone:
    """Weigh identifiers that nothing holds together any more, a portion at a time."""
    policy = effective_policy(tx, domain_id)
    has_parted, left = False, 0
    for first in range(0, len(identifier_ids), ROOTS_A_PORTION):
        roots = identifier_ids[first : first + ROOTS_A_PORTION]
        change = Change(domain_id=domain_id, roots=frozenset(roots), reason=reason)
        try:
            has_parted |= recompute(tx, change, policy=policy, now=now)
        except NeighbourhoodTooLarge:
            # Another one holds the same crowd together; whoever takes that one out parts these too.
            left += len(roots)
        # Those above know what a portion changed before the next one moves the same persons.
        tx.settle()
    return Undone(has_parted=has_parted, left=left)


def _decide(
    tx: Tx, review_id: int, state: ReviewState, *, actor: str, reason: str, now: datetime
) -> bool:
    params = {"group_id": tx.scope.group_id, "review_id": review_id}
    found = tx.row(reviews.LOCK_REVIEW, params)
    if found is None:
        raise ReviewNotFound
    _, domain_id, one, other, known = found
    if known == state:
        return False
    if known != ReviewState.OPEN:
        raise ReviewClosed(state=known)
    said = {**params, "state": state.value, "actor": actor, "reason": reason, "now": now}
    tx.execute(reviews.CLOSE_REVIEW, said)
    cause = Cause.ACCEPTED if state is ReviewState.ACCEPTED else Cause.REJECTED
    ends = [one, other]
    return weigh_anew(tx, ends, reason=sentence(cause, reason), now=now, of=domain_id)


def _write(
    tx: Tx,
    pairs: Sequence[tuple[Held, Held]],
    state: ReviewState,
    *,
    domain_id: int,
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    ordered = {
        (one.id, other.id) if one.id < other.id else (other.id, one.id): (one, other)
        if one.id < other.id
        else (other, one)
        for one, other in pairs
    }
    new_ids = tx.new_ids([bucket_of(one) for one, _ in ordered])
    rows = [
        (
            bucket_of(one.id),
            new_id,
            one.id,
            other.id,
            OPERATOR,
            state.value,
            actor,
            reason,
        )
        for new_id, (one, other) in zip(new_ids, ordered.values(), strict=True)
    ]
    constants = {"domain_id": domain_id, "now": now}
    tx.write(reviews.DECIDE_PAIRS, reviews.REVIEW, rows, constants)


def held_by(tx: Tx, person_ids: Sequence[int]) -> list[Held]:
    """Return the identifiers of persons, the oldest first."""
    params = {"group_id": tx.scope.group_id, "person_ids": array(sorted(person_ids))}
    return [Held(*row) for row in tx.rows(tables.HELD_BY_PERSONS, params)]


def strongest(held: Sequence[Held], policy: EffectivePolicy) -> Held | None:
    """Return the identifier that says most of a person; None when they have none."""
    return min(
        held,
        key=lambda one: (
            one.standing in PROVES_NOTHING,
            policy.priority[IdentifierKind(one.kind)],
            one.id,
        ),
        default=None,
    )


def _tell_taken_out(tx: Tx, identifier_id: int) -> None:
    params = {"group_id": tx.scope.group_id, "identifier_ids": array([identifier_id])}
    for _, domain_id, person_id, *_ in tx.rows(tables.FIND_BY_IDS, params):
        if person_id is not None:
            tx.emit(IdentifierTakenOut(domain_id, person_id, identifier_id))


def _domain_of(tx: Tx, identifier_ids: Sequence[int]) -> int:
    params = {"group_id": tx.scope.group_id, "identifier_ids": array(sorted(identifier_ids))}
    rows = tx.rows(tables.FIND_BY_IDS, params)
    domains = {row[1] for row in rows}
    if len(rows) < len(set(identifier_ids)) or len(domains) != 1:
        raise IdentifierNotFound
    return int(domains.pop())
