"""The named SQL of the quarantine: refused records by their reason."""

# How many records are refused for which reason; one sentence of each stands for the others.
COUNT_REFUSED = """
SELECT channel_account_id, kind, code, count(*) AS refused_count,
       min(recorded_at) AS oldest_at, max(recorded_at) AS newest_at, min(reason) AS example
FROM channels.record
WHERE group_id = %(group_id)s
  AND state = 'refused'
GROUP BY channel_account_id, kind, code
ORDER BY refused_count DESC, code, kind, channel_account_id
"""
