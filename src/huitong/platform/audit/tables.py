"""The audit's SQL."""

from huitong.platform.db import Shape

INCOMING = Shape(
    name="audit_entry",
    columns={
        "id": "bigint",
        "brand_id": "bigint",
        "subject": "text",
        "reason": "text",
        "before": "text",
        "after": "text",
    },
)

# The name of who acts is kept as it is now: keys and users are renamed.
INSERT = """
INSERT INTO platform.audit_entry
  (group_id, id, brand_id, recorded_at, actor, actor_name, address, agent, request_id, act,
   subject, reason, before, after)
SELECT %(group_id)s, incoming.id, incoming.brand_id, %(now)s, %(actor)s,
  coalesce(%(actor_name)s, k.name, u.shown_name), %(address)s, %(agent)s, %(request_id)s, %(act)s,
  incoming.subject, incoming.reason, incoming.before::jsonb, incoming.after::jsonb
FROM {incoming}
LEFT JOIN platform.machine_key AS k
  ON k.group_id = %(group_id)s
  AND k.id = %(key_id)s::bigint
LEFT JOIN platform.console_user AS u
  ON u.group_id = %(group_id)s
  AND u.id = %(user_id)s::bigint
"""

_COLUMNS = """a.id, a.brand_id, a.recorded_at, a.actor, a.actor_name, a.address, a.agent,
  a.request_id, a.act, a.subject, a.reason, a.before, a.after"""

_WANTED = """a.group_id = %(group_id)s
  AND a.id < %(before_id)s
  AND (%(actor)s::text IS NULL OR a.actor = %(actor)s)
  AND (%(acts)s::text[] IS NULL OR a.act = ANY(%(acts)s))
  AND (%(subject)s::text IS NULL OR starts_with(a.subject, %(subject)s))
  AND (%(brand_id)s::bigint IS NULL OR a.brand_id = %(brand_id)s)
  AND (%(since)s::timestamptz IS NULL OR a.recorded_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR a.recorded_at < %(until)s)"""

# The newest entries before a place in the list.
LIST = """
SELECT {columns}
FROM platform.audit_entry AS a
WHERE {wanted}
ORDER BY a.id DESC
LIMIT %(limit)s
""".replace("{columns}", _COLUMNS).replace("{wanted}", _WANTED)

# How many entries are wanted, counted no further than a limit.
COUNT = """
SELECT count(*)
FROM (
  SELECT 1
  FROM platform.audit_entry AS a
  WHERE {wanted}
  LIMIT %(limit)s
) AS few
""".replace("{wanted}", _WANTED)

# Who did something lately, by the name they had last.
ACTORS = """
SELECT DISTINCT ON (lately.actor) lately.actor, lately.actor_name
FROM (
  SELECT a.id, a.actor, a.actor_name
  FROM platform.audit_entry AS a
  WHERE a.group_id = %(group_id)s
  ORDER BY a.id DESC
  LIMIT %(entries_max)s
) AS lately
ORDER BY lately.actor, lately.id DESC
"""

# The name that each of some has now; whoever is in no list, the one they had when they acted last.
NAMES = """
SELECT asked.actor, coalesce(k.name, u.shown_name, latest.actor_name)
FROM unnest(%(actors)s::text[], %(key_ids)s::bigint[], %(user_ids)s::bigint[])
  AS asked(actor, key_id, user_id)
LEFT JOIN LATERAL (
  SELECT a.actor_name
  FROM platform.audit_entry AS a
  WHERE a.group_id = %(group_id)s
    AND a.actor = asked.actor
    AND a.actor_name IS NOT NULL
  ORDER BY a.id DESC
  LIMIT 1
) AS latest ON true
LEFT JOIN platform.machine_key AS k
  ON k.group_id = %(group_id)s
  AND k.id = asked.key_id
LEFT JOIN platform.console_user AS u
  ON u.group_id = %(group_id)s
  AND u.id = asked.user_id
WHERE coalesce(k.name, u.shown_name, latest.actor_name) IS NOT NULL
"""

# How often somebody did something since an instant, and when the first time of these was.
DONE_SINCE = """
SELECT count(*), min(a.recorded_at)
FROM platform.audit_entry AS a
WHERE a.group_id = %(group_id)s
  AND a.actor = %(actor)s
  AND a.act = ANY (%(acts)s::text[])
  AND a.recorded_at > %(since)s
"""

# What somebody did since an instant (subject null), and what was done to each of some subjects, by
# the size of the number that its entries tell; what was undone since counts no more.
SIZES_SINCE = """
WITH told AS (
  SELECT a.actor, a.subject, abs((a.after ->> %(number)s)::bigint) AS size
  FROM platform.audit_entry AS a
  WHERE a.group_id = %(group_id)s
    AND a.act = %(act)s
    AND a.recorded_at > %(since)s
    AND (a.actor = %(actor)s OR a.subject = ANY(%(subjects)s::text[]))
    AND NOT EXISTS (
      SELECT FROM platform.audit_entry AS undone
      WHERE undone.group_id = a.group_id
        AND undone.subject = a.subject
        AND undone.act = %(undone_by)s
        AND undone.before ->> 'operation' = a.after ->> 'operation'
    )
)
SELECT NULL, coalesce(sum(t.size), 0)::bigint
FROM told AS t
WHERE t.actor = %(actor)s
UNION ALL
SELECT t.subject, sum(t.size)::bigint
FROM told AS t
WHERE t.subject = ANY(%(subjects)s::text[])
GROUP BY t.subject
"""

# Let go of at the end of the transaction.
WAIT_FOR_ACTOR = """
SELECT pg_advisory_xact_lock(hashtextextended('audit:' || %(actor)s, %(group_id)s))
"""

# Whether the transaction has written anything: only then it was given an id.
HAS_WRITTEN = """
SELECT pg_current_xact_id_if_assigned() IS NOT NULL
"""
