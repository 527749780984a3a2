"""The queue's SQL, and the way from a row to a job."""

from collections.abc import Sequence
from typing import Any

from huitong.platform.db import Shape
from huitong.platform.jobs.model import Job, JobState

_COLUMNS = """j.group_id, j.id, j.kind, j.key, j.arguments, j.state, j.attempts, j.attempts_max,
  j.run_at, j.done_steps, j.all_steps, j.cancel_asked, j.beat_at, j.result, j.error,
  j.recorded_at, j.finished_at, j.asked_by"""


def job_of(row: Sequence[Any]) -> Job:
    """Return the job that a row with all columns holds."""
    group_id, job_id, kind, key, arguments, state, *rest = row
    return Job(group_id, job_id, kind, key, arguments, JobState(state), *rest)


WANTED = Shape(
    name="wanted_job",
    columns={
        "place": "integer",
        "id": "bigint",
        "kind": "text",
        "key": "text",
        "arguments": "text",
        "attempts_max": "integer",
        "run_at": "timestamptz",
        "asked_by": "text",
        "brand_id": "bigint",
    },
)

# A job that exists under its key stays as it is.
INSERT_JOBS = """
INSERT INTO platform.job
  (group_id, id, brand_id, kind, key, arguments, attempts_max, run_at, recorded_at, asked_by)
SELECT %(group_id)s, id, brand_id, kind, key, arguments::jsonb, attempts_max, run_at, %(now)s,
  asked_by
FROM {incoming}
ORDER BY place
ON CONFLICT (group_id, kind, key, brand_id) DO NOTHING
"""

# One job for each wanted one, in order, and whether its arguments are the wanted ones.
FIND_WANTED = """
SELECT j.arguments = incoming.arguments::jsonb, {columns}
FROM {incoming}
JOIN platform.job AS j
  ON j.group_id = %(group_id)s
  AND j.kind = incoming.kind
  AND j.key = incoming.key
  AND j.brand_id IS NOT DISTINCT FROM incoming.brand_id
ORDER BY incoming.place
""".replace("{columns}", _COLUMNS)

# The jobs of a kind that have these keys.
FIND_BY_KEYS = """
SELECT {columns}
FROM platform.job AS j
WHERE j.group_id = %(group_id)s
  AND j.kind = %(kind)s
  AND j.key = ANY(%(keys)s::text[])
""".replace("{columns}", _COLUMNS)

# One job of the scope's group and brands.
FIND_JOB = """
SELECT {columns}
FROM platform.job AS j
WHERE j.group_id = %(group_id)s
  AND j.id = %(id)s
""".replace("{columns}", _COLUMNS)

# The same, held until the transaction ends.
LOCK_JOB = f"{FIND_JOB}FOR UPDATE"

# The newest jobs before a place in the list, of one state or kind when that is asked.
LIST_JOBS = """
SELECT {columns}
FROM platform.job AS j
WHERE j.group_id = %(group_id)s
  AND j.id < %(before)s
  AND (%(state)s::text IS NULL OR j.state = %(state)s)
  AND (%(kind)s::text IS NULL OR j.kind = %(kind)s)
  AND (%(asked_by)s::text IS NULL OR j.asked_by = %(asked_by)s)
ORDER BY j.id DESC
LIMIT %(limit)s
""".replace("{columns}", _COLUMNS)

# How many jobs failed since an instant, and when the first of them did.
COUNT_FAILED = """
SELECT count(*), min(finished_at)
FROM platform.job
WHERE group_id = %(group_id)s
  AND state = 'failed'
  AND finished_at >= %(since)s
"""

# The newest job of each kind.
LATEST_OF_KINDS = """
SELECT {columns}
FROM unnest(%(kinds)s::text[]) AS asked(kind)
CROSS JOIN LATERAL (
  SELECT k.id
  FROM platform.job AS k
  WHERE k.group_id = %(group_id)s
    AND k.kind = asked.kind
  ORDER BY k.id DESC
  LIMIT 1
) AS latest
JOIN platform.job AS j
  ON j.group_id = %(group_id)s
  AND j.id = latest.id
""".replace("{columns}", _COLUMNS)

# How what recurs for the whole group went last, as far as everybody of the group may know it.
LATEST_RECURRING = """
SELECT kind, state, recorded_at, finished_at
FROM platform.latest_recurring(%(kinds)s::text[])
"""

# A waiting job ends here; a running one ends at its next step.
CANCEL = """
UPDATE platform.job AS j
SET cancel_asked = true,
    state = CASE j.state WHEN 'waiting' THEN 'cancelled' ELSE j.state END,
    finished_at = CASE j.state WHEN 'waiting' THEN %(now)s ELSE j.finished_at END
WHERE j.group_id = %(group_id)s
  AND j.id = %(id)s
RETURNING {columns}
""".replace("{columns}", _COLUMNS)

# The attempts go on counting, because they fence; only the number allowed grows.
RETRY = """
UPDATE platform.job AS j
SET state = 'waiting',
    cancel_asked = false,
    attempts_max = least(j.attempts + %(more)s, 100),
    run_at = %(now)s,
    error = NULL,
    finished_at = NULL
WHERE j.group_id = %(group_id)s
  AND j.id = %(id)s
RETURNING {columns}
""".replace("{columns}", _COLUMNS)

# The due jobs, oldest first, skipping those that another worker is claiming at this moment. A
# running job is due again when its lease has run out: its worker died. Then it is taken over,
# unless it was to be cancelled or has used up its attempts.
CLAIM = """
WITH due AS (
  SELECT group_id, id,
    CASE
      WHEN cancel_asked THEN 'cancelled'
      WHEN attempts >= attempts_max THEN 'failed'
      ELSE 'running'
    END AS next_state
  FROM platform.job
  WHERE state IN ('waiting', 'running')
    AND run_at <= %(now)s
    AND kind = ANY(%(kinds)s)
  ORDER BY run_at, id
  LIMIT %(limit)s
  FOR UPDATE SKIP LOCKED
)
UPDATE platform.job AS j
SET state = due.next_state,
    attempts = j.attempts + (due.next_state = 'running')::integer,
    run_at = %(lease_until)s,
    beat_at = %(now)s,
    error = CASE due.next_state
      WHEN 'failed' THEN 'Its worker died in the last attempt.'
      ELSE j.error
    END,
    finished_at = CASE due.next_state WHEN 'running' THEN NULL ELSE %(now)s END
FROM due
WHERE j.group_id = due.group_id
  AND j.id = due.id
RETURNING {columns}
""".replace("{columns}", _COLUMNS)

HELD = Shape(name="held_job", columns={"group_id": "bigint", "id": "bigint", "attempts": "integer"})

# A job whose row is locked is writing a step at this moment and renews its lease by that.
BEAT = """
UPDATE platform.job AS j
SET beat_at = %(now)s,
    run_at = %(lease_until)s
FROM (
  SELECT k.group_id, k.id
  FROM {incoming}
  JOIN platform.job AS k
    ON k.group_id = incoming.group_id
    AND k.id = incoming.id
    AND k.attempts = incoming.attempts
  WHERE k.state = 'running'
  FOR UPDATE OF k SKIP LOCKED
) AS held
WHERE j.group_id = held.group_id
  AND j.id = held.id
"""

# Answers nothing when the job was taken over.
STEP = """
UPDATE platform.job
SET done_steps = %(done_steps)s,
    all_steps = coalesce(%(all_steps)s, all_steps),
    beat_at = %(now)s,
    run_at = %(lease_until)s
WHERE group_id = %(group_id)s
  AND id = %(id)s
  AND attempts = %(attempts)s
  AND state = 'running'
RETURNING cancel_asked
"""

# Answers nothing when the job was taken over. A job that should be cancelled does not wait for
# another attempt, and a pause gives its attempt back: stopping a worker is nobody's failure.
END = """
UPDATE platform.job
SET state = CASE WHEN %(again)s AND cancel_asked THEN 'cancelled' ELSE %(state)s END,
    attempts = attempts - %(paused)s::integer,
    run_at = %(run_at)s,
    result = %(result)s,
    error = %(error)s,
    finished_at = CASE WHEN %(again)s AND NOT cancel_asked THEN NULL ELSE %(now)s END
WHERE group_id = %(group_id)s
  AND id = %(id)s
  AND attempts = %(attempts)s
  AND state = 'running'
RETURNING id
"""

# Over all groups, through the worker's policy. The order of columns is that of `QueueState`.
QUEUE_STATE = """
SELECT count(*) FILTER (WHERE j.state IN ('waiting', 'running') AND j.run_at <= %(now)s),
       coalesce(extract(epoch FROM %(now)s - min(j.run_at)
         FILTER (WHERE j.state IN ('waiting', 'running') AND j.run_at <= %(now)s)), 0)::bigint,
       count(*) FILTER (WHERE j.state = 'running'),
       count(*) FILTER (WHERE j.state = 'failed')
FROM platform.job AS j
"""
