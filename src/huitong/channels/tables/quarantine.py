"""The named SQL of the quarantine: refused records by their reason."""

# How many records are refused for which reason, of every brand that is seen or of one; one
# sentence of each stands for the others.
COUNT_REFUSED = """
SELECT channel_account_id, kind, code, count(*) AS refused_count,
       min(recorded_at) AS oldest_at, max(recorded_at) AS newest_at, min(reason) AS example
FROM channels.record
WHERE group_id = %(group_id)s
  AND state = 'refused'
  AND (%(brand_id)s::bigint IS NULL OR brand_id = %(brand_id)s)
GROUP BY channel_account_id, kind, code
ORDER BY refused_count DESC, code, kind, channel_account_id
"""
