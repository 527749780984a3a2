"""Queue in: what the ledger does by itself from time to time."""

from huitong import ledger
from huitong.platform import clock
from huitong.platform.jobs import Json, Run

EXPIRE_DUE = "ledger.expire_due"
LOTS_PER_STEP_MAX = 5_000


def expire_due(run: Run) -> Json:
    """Expire the lots and holds that are due now, in steps of their own transactions."""
    now = clock.now()
    owner_count, steps, is_done = 0, run.job.done_steps, False
    while not is_done:
        steps += 1
        with run.transaction(now=now) as tx:
            expired = ledger.expire_due(tx, now=now, limit=LOTS_PER_STEP_MAX)
            run.step(tx, done_steps=steps, now=clock.now())
        owner_count, is_done = owner_count + expired.owners, expired.done
    return {"owner_count": owner_count}
