"""Makes two persons one, and one person two again, with a journal of both."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg.rows import TupleRow

from huitong.identity import tables
from huitong.identity.events import PersonsMerged, PersonsSplit
from huitong.identity.model import (
    CannotMerge,
    LaterMergeStands,
    Merge,
    MergeKeyUsed,
    MergeNotFound,
    PersonNotFound,
)
from huitong.platform.db import ReadTx, Tx, array
from huitong.platform.ids import bucket_of


@dataclass(frozen=True, slots=True)
class Move:
    """One person on the way into another, and why; `key` is empty where nobody can repeat it."""

    source_id: int
    target_id: int
    reason: str
    record_id: int | None = None
    key: str = ""


def merge(tx: Tx, *, source: int, target: int, reason: str, key: str, now: datetime) -> Merge:
    """Make everything of the source belong to the target; a repeat of the key answers the first.

    :raises PersonNotFound: when one of them is unknown, merged away or erased.
    :raises CannotMerge: when they are the same, or live in two identity domains.
    :raises MergeKeyUsed: when the key was that of a merge of others.
    """
    domain_id = _lock_for_merge(tx, source, target, key)
    if domain_id is None:
        return _merge_by_key(tx, source, target, key)
    move = Move(source_id=source, target_id=target, reason=reason, key=key)
    (done,) = move_persons(tx, [move], domain_id=domain_id, now=now)
    return done


def split(tx: Tx, merge_id: int, *, now: datetime) -> Merge:
    """Undo a merge: the source is a person again, with the identifiers that the merge moved.

    A merge that is undone already stays so.

    :raises MergeNotFound: when the journal does not have it.
    :raises LaterMergeStands: when its target was merged on since; undo that one first.
    """
    params = {"group_id": tx.scope.group_id, "merge_id": merge_id}
    found = tx.row(tables.FIND_MERGE, params)
    if found is None:
        raise MergeNotFound(merge_id=merge_id)
    source, target = found[2], found[3]
    tx.rows(
        tables.LOCK_PERSONS,
        {"group_id": tx.scope.group_id, "person_ids": array(sorted((source, target)))},
    )
    found = tx.row(tables.FIND_MERGE, params)
    assert found is not None, "The journal keeps what it has."
    done = _merge_of(found)
    if done.split_at is not None:
        return done
    _refuse_later_merge(tx, done)
    return _undo(tx, done, found[1], now)


def reassign(tx: Tx, *, source: int, target: int) -> tuple[int, ...]:
    """Move every identifier of the source to the target; return the ids of those that moved."""
    moved = tx.write(tables.MOVE_IDENTIFIERS, tables.MOVE, [(source, target)])
    return tuple(sorted(identifier_id for _, identifier_id in moved))


def move_persons(tx: Tx, moves: Sequence[Move], *, domain_id: int, now: datetime) -> list[Merge]:
    """Carry out merges of persons that are locked already, journal them, and tell the others."""
    if not moves:
        return []
    pairs = [(move.source_id, move.target_id) for move in moves]
    moved: defaultdict[int, list[int]] = defaultdict(list)
    for source_id, identifier_id in tx.write(tables.MOVE_IDENTIFIERS, tables.MOVE, pairs):
        moved[source_id].append(identifier_id)
    tx.write(tables.MARK_MERGED, tables.MOVE, pairs)
    merge_ids = tx.new_ids([bucket_of(move.target_id) for move in moves])
    done = [
        Merge(
            id=merge_id,
            source_id=move.source_id,
            target_id=move.target_id,
            identifier_ids=tuple(sorted(moved[move.source_id])),
            reason=move.reason,
            merged_at=now,
            split_at=None,
        )
        for merge_id, move in zip(merge_ids, moves, strict=True)
    ]
    rows = [_row(merged, move) for merged, move in zip(done, moves, strict=True)]
    tx.write(tables.INSERT_MERGES, tables.MERGE, rows, {"domain_id": domain_id, "now": now})
    tx.emit(*(PersonsMerged(each.id, domain_id, each.source_id, each.target_id) for each in done))
    return done


def _lock_for_merge(tx: Tx, source: int, target: int, key: str) -> int | None:
    """Lock both persons and return their domain, or None when the key was used already."""
    params = {"group_id": tx.scope.group_id, "person_ids": array(sorted({source, target}))}
    locked = {row[0]: row for row in tx.rows(tables.LOCK_PERSONS, params)}
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
    later = tx.row(tables.FIND_STANDING_MERGE, params)
    if later is not None:
        raise LaterMergeStands(merge_id=done.id, later_id=later[0])


def _undo(tx: Tx, done: Merge, domain_id: int, now: datetime) -> Merge:
    params = {
        "group_id": tx.scope.group_id,
        "merge_id": done.id,
        "source_id": done.source_id,
        "target_id": done.target_id,
        "identifier_ids": array(done.identifier_ids),
        "now": now,
    }
    returned = tuple(sorted(row[0] for row in tx.rows(tables.GIVE_BACK_IDENTIFIERS, params)))
    tx.execute(tables.MARK_SPLIT, params)
    tx.execute(tables.CLOSE_MERGE, params)
    tx.emit(PersonsSplit(done.id, domain_id, done.source_id, done.target_id, returned))
    return replace(done, split_at=now)


def _merge_by_key(tx: ReadTx, source: int, target: int, key: str) -> Merge:
    found = _row_by_key(tx, target, key)
    assert found is not None, "The key was found a moment ago, under the lock."
    done = _merge_of(found)
    if (done.source_id, done.target_id) != (source, target):
        raise MergeKeyUsed(merge_id=done.id)
    return done


def _row_by_key(tx: ReadTx, target: int, key: str) -> TupleRow | None:
    params = {"group_id": tx.scope.group_id, "target_id": target, "key": key}
    return tx.row(tables.FIND_MERGE_BY_KEY, params)


def _merge_of(row: TupleRow) -> Merge:
    return Merge(
        id=row[0],
        source_id=row[2],
        target_id=row[3],
        identifier_ids=tuple(row[4]),
        reason=row[5],
        merged_at=row[6],
        split_at=row[7],
    )


def _row(done: Merge, move: Move) -> tuple[object, ...]:
    return (
        bucket_of(done.id),
        done.id,
        # A merge that no caller keyed can only happen once: under its own id.
        move.key or f"merge:{done.id}",
        done.source_id,
        done.target_id,
        array(done.identifier_ids),
        move.reason,
        move.record_id,
    )
