"""Queue in: what follows from rights by itself: exits that are due, texts to forget, tombstones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from huitong import channels, identity
from huitong.entry.rights import leaving
from huitong.orders.events import ErasedToldAgain
from huitong.platform import clock, ids, jobs
from huitong.platform.db import Tx
from huitong.platform.jobs import JobHandler, Json, Run, WantedJob

FINISH_EXITS = "rights.finish_exits"
DROP_TOMBSTONES = "rights.drop_tombstones"
FORGET_TEXTS = "rights.forget_texts"
EXITS_PER_STEP_MAX = 500
RECORD_PREFIX = "rec"


def finish_exits(run: Run) -> Json:
    """End the memberships whose cooling-off is over, and settle what is left of ended ones."""
    now = clock.now()
    left = held = steps = after_id = 0
    while True:
        with run.transaction(now=now) as tx:
            finished = leaving.finish_exits(
                tx, now=now, after_id=after_id, limit=EXITS_PER_STEP_MAX
            )
            steps += 1
            run.step(tx, done_steps=steps, now=clock.now())
        if finished is None:
            break
        left, held, after_id = left + finished.left, held + finished.held, finished.last_id
    place: int | None = 0
    while place is not None:
        with run.transaction(now=now) as tx:
            place = leaving.settle_exits(tx, now=now, after_id=place, limit=EXITS_PER_STEP_MAX)
            steps += 1
            run.step(tx, done_steps=steps, now=clock.now())
    return {"left_count": left, "held_count": held}


def drop_tombstones(run: Run) -> Json:
    """Drop the tombstones of erased identifiers whose time is over."""
    now = clock.now()
    with run.transaction(now=now) as tx:
        dropped = identity.drop_tombstones(tx, now=now)
        run.step(tx, done_steps=1, all_steps=1, now=now)
    return {"tombstone_count": dropped}


def forget_texts(run: Run) -> Json:
    """Forget the texts of records that were told once more of orders of erased persons."""
    now = clock.now()
    records = cast("Sequence[str]", run.job.arguments["records"])
    with run.transaction(now=now) as tx:
        count = channels.erase(tx, [ids.read(RECORD_PREFIX, one) for one in records])
        run.step(tx, done_steps=1, all_steps=1, now=now)
    return {"text_count": count}


def ask_to_forget(tx: Tx, told: Sequence[object], now: datetime) -> None:
    """Ask for the texts of records to be forgotten; their page is not there before the commit."""
    record_ids = sorted({one.record_id for one in cast("Sequence[ErasedToldAgain]", told)})
    shown = [ids.show(RECORD_PREFIX, one) for one in record_ids]
    # A refused version that is told again keeps its id: the key is new for every time.
    key = f"{shown[0]}:{len(shown)}:{now.isoformat()}"
    jobs.enqueue(tx, [WantedJob(FORGET_TEXTS, key, {"records": shown})], now=now)


HANDLERS: Mapping[str, JobHandler] = {
    FINISH_EXITS: finish_exits,
    DROP_TOMBSTONES: drop_tombstones,
    FORGET_TEXTS: forget_texts,
}
