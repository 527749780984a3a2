"""Lets go of what the queue and the outbox are done with."""

from datetime import datetime, timedelta

from huitong.platform import clock
from huitong.platform.db import Tx
from huitong.platform.jobs.model import Json
from huitong.platform.jobs.working import Run

FORGET_DONE = "platform.forget_done"
ROWS_PER_STEP_MAX = 5_000

# forget_jobs: what ended before an instant and nobody has to look at. What failed is kept.
FORGET_JOBS = """
DELETE FROM platform.job AS j
WHERE (j.group_id, j.id) IN (
  SELECT d.group_id, d.id
  FROM platform.job AS d
  WHERE d.group_id = %(group_id)s
    AND d.state IN ('done', 'cancelled')
    AND d.finished_at < %(before)s
  LIMIT %(limit)s
)
"""

# forget_messages: what was delivered before an instant. What was given up is kept.
FORGET_MESSAGES = """
DELETE FROM platform.outbox AS o
WHERE (o.group_id, o.id) IN (
  SELECT d.group_id, d.id
  FROM platform.outbox AS d
  WHERE d.group_id = %(group_id)s
    AND d.delivered_at < %(before)s
  LIMIT %(limit)s
)
"""


def forget_done(run: Run) -> Json:
    """Delete the jobs and messages that were done with `retention_days` ago, in steps."""
    now = clock.now()
    days = run.job.arguments["retention_days"]
    assert isinstance(days, int), "The job says how many days they are kept."
    counts = {"job_count": 0, "message_count": 0}
    steps, is_done = run.job.done_steps, False
    while not is_done:
        steps += 1
        with run.transaction(now=now) as tx:
            found = _forget_some(tx, before=now - timedelta(days=days))
            run.step(tx, done_steps=steps, now=clock.now())
        counts = {name: counts[name] + count for name, count in found.items()}
        is_done = max(found.values()) < ROWS_PER_STEP_MAX
    return counts


def _forget_some(tx: Tx, *, before: datetime) -> dict[str, int]:
    params = {"group_id": tx.scope.group_id, "before": before, "limit": ROWS_PER_STEP_MAX}
    return {
        "job_count": tx.execute(FORGET_JOBS, params),
        "message_count": tx.execute(FORGET_MESSAGES, params),
    }
