"""Makes two persons one, and one person two again, because somebody said so."""

from dataclasses import replace
from datetime import datetime

from psycopg.rows import TupleRow

from huitong.identity.events import PersonsSplit
from huitong.identity.model import (
    CannotMerge,
    LaterMergeStands,
    Merge,
    MergeKeyUsed,
    MergeNotFound,
    PersonNotFound,
)
from huitong.identity.operations.deciding import OPERATOR, keep_apart, keep_together, weigh_anew
from huitong.identity.operations.merging import Move, move_persons
from huitong.identity.rules.causes import Cause, sentence
from huitong.identity.tables import merges, people
from huitong.platform.db import ReadTx, Tx, array


def merge(
    tx: Tx,
    *,
    source: int,
    target: int,
    reason: str,
    key: str,
    now: datetime,
    actor: str = OPERATOR,
) -> Merge:
    """Make everything of the source belong to the target; a repeat of the key answers the first.

    That somebody said so is kept as a decision, which outweighs every limit.

    :raises PersonNotFound: when one of them is unknown, merged away or erased.
    :raises CannotMerge: when they are the same, or live in two identity domains.
    :raises MergeKeyUsed: when the key was that of a merge of others.
    """
    domain_id = _lock_for_merge(tx, source, target, key)
    if domain_id is None:
        return _merge_by_key(tx, source, target, key)
    keep_together(
        tx, source, target=target, domain_id=domain_id, actor=actor, reason=reason, now=now
    )
    move = Move(source_id=source, target_id=target, reason=reason, key=key, actor=actor)
    (done,) = move_persons(tx, [move], domain_id=domain_id, now=now)
    return done


def split(
    tx: Tx, merge_id: int, *, now: datetime, actor: str = OPERATOR, reason: str = ""
) -> Merge:
    """Undo a merge: the source is a person again, with the identifiers that the merge moved.

    No record makes the two one again; only an operator does. A merge that is undone already stays
    so.

    :raises MergeNotFound: when the journal does not have it.
    :raises LaterMergeStands: when its target was merged on since; undo that one first.
    """
    params = {"group_id": tx.scope.group_id, "merge_id": merge_id}
    found = tx.row(merges.FIND_MERGE, params)
    if found is None:
        raise MergeNotFound(merge_id=merge_id)
    source, target = found[2], found[3]
    tx.rows(
        people.LOCK_PERSONS,
        {"group_id": tx.scope.group_id, "person_ids": array(sorted((source, target)))},
    )
    found = tx.row(merges.FIND_MERGE, params)
    assert found is not None, "The journal keeps what it has."
    done = _merge_of(found)
    if done.split_at is not None:
        return done
    _refuse_later_merge(tx, done)
    undone = _undo(tx, done, domain_id=found[1], actor=actor, reason=reason, now=now)
    held = keep_apart(
        tx, source, target=target, domain_id=found[1], actor=actor, reason=reason, now=now
    )
    # What held either together may have been of the other.
    weigh_anew(tx, held, reason=sentence(Cause.SPLIT, reason), now=now, of=found[1])
    return undone


def _lock_for_merge(tx: Tx, source: int, target: int, key: str) -> int | None:
    """Lock both persons and return their domain, or None when the key was used already."""
    params = {"group_id": tx.scope.group_id, "person_ids": array(sorted({source, target}))}
    locked = {row[0]: row for row in tx.rows(people.LOCK_PERSONS, params)}
    if _row_by_key(tx, target, key) is not None:
        return None
    for person_id in (source, target):
        _, _, merged_into, erased_at, _ = locked.get(person_id, (None, None, person_id, None, None))
        if merged_into is not None or erased_at is not None:
            raise PersonNotFound(person_id=person_id)
    domains = {row[1] for row in locked.values()}
    if source == target or len(domains) > 1:
        raise CannotMerge(source_id=source, target_id=target)
    return int(domains.pop())


def _refuse_later_merge(tx: ReadTx, done: Merge) -> None:
    params = {"group_id": tx.scope.group_id, "source_id": done.target_id}
    later = tx.row(merges.FIND_STANDING_MERGE, params)
    if later is not None:
        raise LaterMergeStands(merge_id=done.id, later_id=later[0])


def _undo(tx: Tx, done: Merge, *, domain_id: int, actor: str, reason: str, now: datetime) -> Merge:
    params = {
        "group_id": tx.scope.group_id,
        "merge_id": done.id,
        "source_id": done.source_id,
        "target_id": done.target_id,
        "identifier_ids": array(done.identifier_ids),
        "actor": actor,
        "reason": reason,
        "now": now,
    }
    returned = tuple(sorted(row[0] for row in tx.rows(merges.GIVE_BACK_IDENTIFIERS, params)))
    tx.execute(merges.MARK_SPLIT, params)
    tx.execute(merges.CLOSE_MERGE, params)
    tx.emit(PersonsSplit(done.id, domain_id, done.source_id, done.target_id, returned))
    return replace(done, split_at=now, split_by=actor, split_reason=reason)


def _merge_by_key(tx: ReadTx, source: int, target: int, key: str) -> Merge:
    found = _row_by_key(tx, target, key)
    assert found is not None, "The key was found a moment ago, under the lock."
    done = _merge_of(found)
    if (done.source_id, done.target_id) != (source, target):
        raise MergeKeyUsed(merge_id=done.id)
    return done


def _row_by_key(tx: ReadTx, target: int, key: str) -> TupleRow | None:
    params = {"group_id": tx.scope.group_id, "target_id": target, "key": key}
    return tx.row(merges.FIND_MERGE_BY_KEY, params)


def _merge_of(row: TupleRow) -> Merge:
    return Merge(
        id=row[0],
        source_id=row[2],
        target_id=row[3],
        identifier_ids=tuple(row[4]),
        reason=row[5],
        merged_at=row[6],
        split_at=row[7],
        actor=row[8],
        split_by=row[9],
        split_reason=row[10],
    )
