"""Queue in: what customers do by themselves from time to time."""

from huitong import customers
from huitong.platform import clock
from huitong.platform.jobs import Json, Run

FOLD_FACETS = "customers.fold_facets"
FACETS_PER_STEP_MAX = 500


def fold_facets(run: Run) -> Json:
    """Fold the facets that are due: of profiles older than facets are, and after changed trust."""
    folded, steps, is_done = 0, run.job.done_steps, False
    while not is_done:
        now = clock.now()
        steps += 1
        with run.transaction(now=now) as tx:
            count = customers.fold_due_facets(tx, limit=FACETS_PER_STEP_MAX)
            run.step(tx, done_steps=steps, now=clock.now())
        folded, is_done = folded + count, count < FACETS_PER_STEP_MAX
    return {"customer_count": folded}
