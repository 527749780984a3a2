"""Queue in: what the inbox does by itself from time to time, and with files that came in.

What reads files is imported by whoever runs it: DuckDB is heavy, and most processes need none.
"""

from datetime import timedelta

from huitong import channels
from huitong.platform import clock
from huitong.platform.jobs import Json, Run

FORGET_BODIES = "channels.forget_bodies"


def forget_bodies(run: Run) -> Json:
    """Forget the texts that are older than the job's `retention_days`."""
    now = clock.now()
    retention_days = run.job.arguments["retention_days"]
    assert isinstance(retention_days, int), "The job says how many days texts are kept."
    with run.transaction(now=now) as tx:
        before = now.date() - timedelta(days=retention_days)
        forgotten = channels.forget_bodies(tx, before=before)
        run.step(tx, done_steps=1, all_steps=1, now=now)
    return {"day_count": forgotten.day_count, "body_count": forgotten.body_count}
