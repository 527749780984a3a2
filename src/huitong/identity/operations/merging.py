"""Moves everything of persons into others, with a journal."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from huitong.identity.events import PersonsMerged
from huitong.identity.model import Merge
from huitong.identity.tables import merges, reviews
from huitong.platform.db import Tx, array
from huitong.platform.ids import bucket_of


@dataclass(frozen=True, slots=True)
class Move:
    """One person on the way into another, and why; `key` is empty where nobody can repeat it."""

    source_id: int
    target_id: int
    reason: str
    record_id: int | None = None
    key: str = ""
    actor: str | None = None


def reassign(tx: Tx, *, source: int, target: int) -> tuple[int, ...]:
    """Move every identifier of the source to the target; return the ids of those that moved."""
    moved = tx.write(merges.MOVE_IDENTIFIERS, merges.MOVE, [(source, target)])
    return tuple(sorted(identifier_id for _, identifier_id in moved))


def move_persons(tx: Tx, moves: Sequence[Move], *, domain_id: int, now: datetime) -> list[Merge]:
    """Carry out merges of persons that are locked already, journal them, and tell the others."""
    if not moves:
        return []
    pairs = [(move.source_id, move.target_id) for move in moves]
    moved: defaultdict[int, list[int]] = defaultdict(list)
    for source_id, identifier_id in tx.write(merges.MOVE_IDENTIFIERS, merges.MOVE, pairs):
        moved[source_id].append(identifier_id)
    tx.write(merges.MARK_MERGED, merges.MOVE, pairs)
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
            actor=move.actor,
        )
        for merge_id, move in zip(merge_ids, moves, strict=True)
    ]
    rows = [_row(merged, move) for merged, move in zip(done, moves, strict=True)]
    tx.write(merges.INSERT_MERGES, merges.MERGE, rows, {"domain_id": domain_id, "now": now})
    closing = {"group_id": tx.scope.group_id, "person_ids": array(_targets(moves)), "now": now}
    tx.execute(reviews.CLOSE_LIKELY, closing)
    tx.emit(*(PersonsMerged(each.id, domain_id, each.source_id, each.target_id) for each in done))
    return done


def _targets(moves: Sequence[Move]) -> list[int]:
    return sorted({move.target_id for move in moves})


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
        move.actor,
    )
