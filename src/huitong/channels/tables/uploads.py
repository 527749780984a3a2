"""The named SQL of uploads, and of what was done with each."""

# A new upload; the same content from the same account is one upload as long as it is kept.
ADD_UPLOAD = """
INSERT INTO channels.upload
  (group_id, id, brand_id, channel_account_id, name, form, is_packed, byte_count, content_hash,
   actor, recorded_at, kept_until)
VALUES
  (%(group_id)s, %(id)s, %(brand_id)s, %(account_id)s, %(name)s, %(form)s, %(is_packed)s,
   %(byte_count)s, %(content_hash)s, %(actor)s, %(now)s, %(kept_until)s)
ON CONFLICT (group_id, channel_account_id, content_hash)
  WHERE forgotten_at IS NULL
  DO NOTHING
"""

# The same content came again: it is kept as long as if it had come only now.
KEEP_LONGER = """
UPDATE channels.upload
SET kept_until = %(kept_until)s
WHERE group_id = %(group_id)s
  AND channel_account_id = %(account_id)s
  AND content_hash = %(content_hash)s
  AND forgotten_at IS NULL
RETURNING id
"""

# How many bytes the kept uploads have together.
KEPT_BYTES = """
SELECT coalesce(sum(byte_count), 0)::bigint
FROM channels.upload
WHERE group_id = %(group_id)s
  AND forgotten_at IS NULL
"""

# The salt of one upload's key.
ADD_UPLOAD_KEY = """
INSERT INTO vault.upload_key (group_id, upload_id, salt)
VALUES (%(group_id)s, %(upload_id)s, %(salt)s)
"""

# The salt of one upload's key, while there is one.
FIND_UPLOAD_KEY = """
SELECT salt
FROM vault.upload_key
WHERE group_id = %(group_id)s
  AND upload_id = %(upload_id)s
"""

# One upload.
FIND_UPLOAD = """
SELECT id, brand_id, channel_account_id, name, form, is_packed, byte_count, content_hash, actor,
       recorded_at, kept_until, forgotten_at
FROM channels.upload
WHERE group_id = %(group_id)s
  AND id = %(upload_id)s
"""

# Uploads, newest first, from one id downwards.
LIST_UPLOADS = """
SELECT id, brand_id, channel_account_id, name, form, is_packed, byte_count, content_hash, actor,
       recorded_at, kept_until, forgotten_at
FROM channels.upload
WHERE group_id = %(group_id)s
  AND (%(before_id)s::bigint IS NULL OR id < %(before_id)s)
  AND (%(account_id)s::bigint IS NULL OR channel_account_id = %(account_id)s)
ORDER BY id DESC
LIMIT %(limit)s
"""

# The named uploads are forgotten; without names those that are kept no longer.
FORGET_UPLOADS = """
UPDATE channels.upload
SET forgotten_at = %(now)s
WHERE group_id = %(group_id)s
  AND forgotten_at IS NULL
  AND CASE
    WHEN %(upload_ids)s::bigint[] IS NULL THEN kept_until <= %(before)s
    ELSE id = ANY(%(upload_ids)s::bigint[])
  END
RETURNING id
"""

# Every upload that is still kept, as its files could name anybody.
FORGET_ALL_UPLOADS = """
UPDATE channels.upload
SET forgotten_at = %(now)s
WHERE group_id = %(group_id)s
  AND forgotten_at IS NULL
RETURNING id
"""

# The ids of the uploads that are still kept.
KEPT_UPLOADS = """
SELECT id
FROM channels.upload
WHERE group_id = %(group_id)s
  AND forgotten_at IS NULL
"""

# The keys of forgotten uploads: after this their files open for nobody.
FORGET_UPLOAD_KEYS = """
DELETE FROM vault.upload_key
WHERE group_id = %(group_id)s
  AND upload_id = ANY(%(upload_ids)s)
"""

# A new run; a repeat under its key finds the first one.
ADD_RUN = """
INSERT INTO channels.upload_run
  (group_id, id, brand_id, upload_id, purpose, kind, mapping, sheet, key, actor, recorded_at)
VALUES
  (%(group_id)s, %(id)s, %(brand_id)s, %(upload_id)s, %(purpose)s, %(kind)s, %(mapping)s,
   %(sheet)s, %(key)s, %(actor)s, %(now)s)
ON CONFLICT (group_id, key) DO NOTHING
"""

# The run that was asked for under a key.
FIND_RUN_BY_KEY = """
SELECT id, upload_id, purpose, kind, mapping, sheet, job_id
FROM channels.upload_run
WHERE group_id = %(group_id)s
  AND key = %(key)s
"""

# Which job does the run.
NAME_JOB = """
UPDATE channels.upload_run
SET job_id = %(job_id)s
WHERE group_id = %(group_id)s
  AND id = %(run_id)s
"""

# Runs of some uploads, or one run, newest first; how far one is, its job says while it is there.
LIST_RUNS = """
SELECT run.id, run.upload_id, run.brand_id, run.purpose, run.kind, run.mapping, run.sheet,
       run.job_id, run.actor, run.recorded_at,
       CASE
         WHEN run.fault_code IS NOT NULL THEN 'failed'
         WHEN run.finished_at IS NOT NULL THEN 'done'
         ELSE coalesce(job.state, 'failed')
       END AS state,
       run.row_count, run.rows_done, run.record_count, run.records_done, run.applied_count,
       run.refused_count, run.superseded_count, run.known_count,
       run.delivery_id, run.report, run.has_rejects, run.fault_code,
       coalesce(run.fault, job.error) AS fault, run.finished_at
FROM channels.upload_run AS run
LEFT JOIN platform.job AS job
  ON job.group_id = run.group_id
  AND job.id = run.job_id
WHERE run.group_id = %(group_id)s
  AND (%(upload_ids)s::bigint[] IS NULL OR run.upload_id = ANY(%(upload_ids)s::bigint[]))
  AND (%(run_id)s::bigint IS NULL OR run.id = %(run_id)s)
  AND (%(purpose)s::text IS NULL OR run.purpose = %(purpose)s AND run.brand_id = %(brand_id)s)
ORDER BY run.id DESC
LIMIT %(limit)s
"""

# How far a run is.
COUNT_RUN = """
UPDATE channels.upload_run
SET row_count = %(row_count)s, rows_done = %(rows_done)s, record_count = %(record_count)s,
    records_done = %(records_done)s, applied_count = %(applied)s, refused_count = %(refused)s,
    superseded_count = %(superseded)s, known_count = %(known)s, delivery_id = %(delivery_id)s
WHERE group_id = %(group_id)s
  AND id = %(run_id)s
"""

# What an interrupted attempt had taken in, of the delivery it was of; each of its runs once.
CARRY_ON = """
UPDATE channels.upload_run AS run
SET carried_runs = delivery.runs,
    carried_applied = run.carried_applied + delivery.applied_count,
    carried_superseded = run.carried_superseded + delivery.superseded_count
FROM channels.delivery AS delivery
WHERE run.group_id = %(group_id)s
  AND run.id = %(run_id)s
  AND delivery.group_id = run.group_id
  AND delivery.id = run.delivery_id
  AND delivery.state = 'running'
  AND delivery.runs > run.carried_runs
"""

# What earlier attempts of the run had taken in.
FIND_CARRIED = """
SELECT carried_applied, carried_superseded
FROM channels.upload_run
WHERE group_id = %(group_id)s
  AND id = %(run_id)s
"""

# A run came to its end: with a report, or with what was wrong with the file as a whole.
FINISH_RUN = """
UPDATE channels.upload_run
SET report = %(report)s, has_rejects = %(has_rejects)s, fault_code = %(fault_code)s,
    fault = %(fault)s, finished_at = %(now)s
WHERE group_id = %(group_id)s
  AND id = %(run_id)s
"""
