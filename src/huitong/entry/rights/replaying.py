"""Makes a restored database forget again: applies the journal of erasures to it, line by line."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from huitong import identity
from huitong.entry import wiring
from huitong.entry.rights import journal
from huitong.entry.rights.journal import Erasure
from huitong.identity.model import LaterMergeStands, Merge
from huitong.platform.db import Database, Scope, Tx


@dataclass(slots=True)
class Replayed:
    """What a replay did; whoever is in `unresolved` has to be split by hand, then replay again."""

    lines: int = 0
    torn: int = 0
    erased: int = 0
    absent: int = 0
    unresolved: list[int] = field(default_factory=list)


def replay(database: Database, *, home: Path, now: datetime) -> Replayed:
    """Erase again whoever the journal in `home` names; a repeat changes nothing more.

    Run it after every restore, before anybody else uses the database. Each line is a transaction
    of its own, so that a replay that was cut off can be run again.
    """
    kept = journal.read(home)
    done = Replayed(torn=kept.torn)
    for erasure in kept.erasures:
        done.lines += 1
        with database.transaction(Scope(erasure.group_id), now=now) as tx:
            _erase_again(tx, erasure, done, now)
    return done


def _erase_again(tx: Tx, erasure: Erasure, done: Replayed, now: datetime) -> None:
    if erasure.tombstones_until is not None and erasure.tombstones_until > now:
        identity.bury(tx, erasure.tombstones, until=erasure.tombstones_until)
    try:
        _part_from_others(tx, set(erasure.person_ids), now)
    except LaterMergeStands:
        done.unresolved += erasure.person_ids
        return
    today = identity.follow(tx, person_ids=sorted(erasure.person_ids))
    done.absent += len(set(erasure.person_ids) - set(today))
    for head in sorted(set(today.values())):
        if head not in erasure.person_ids:
            done.unresolved.append(head)
            continue
        wiring.erase_person(tx, head, now=now)
        done.erased += 1


def _part_from_others(tx: Tx, erased: set[int], now: datetime) -> None:
    """Undo merges of the backup between the erased and people who were parted from them since.

    :raises LaterMergeStands: when such a merge is below another one that has to stand.
    """
    merges: dict[int, Merge] = {}
    for person_id in sorted(erased):
        for one in identity.merges_of(tx, person_id=person_id):
            if one.split_at is None and len({one.source_id, one.target_id} & erased) == 1:
                merges[one.id] = one
    # The latest first: an earlier one cannot be undone while a later one stands on it.
    for one in sorted(merges.values(), key=lambda merge: (merge.merged_at, merge.id), reverse=True):
        identity.split(tx, one.id, now=now)
        tx.settle()
