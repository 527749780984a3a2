"""SQL of audiences: places of customers, what PostgreSQL tells of value now, exports.

Live leaves answer ordinals, ascending; whoever was retired since is left out.
"""

# places_of_range: who has which of these ordinals, to turn customers of the lake into places.
PLACES_OF_RANGE = """
SELECT customer_id, ordinal
FROM segments.ordinal
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND ordinal >= %(low)s
  AND ordinal < %(high)s
ORDER BY ordinal
"""

# live_points: whose balance of points lies in a range; who never had any is in none.
LIVE_POINTS = """
SELECT known.ordinal
FROM ledger.v_account AS account
JOIN segments.ordinal AS known
  ON known.group_id = account.group_id
  AND known.bucket = account.bucket
  AND known.customer_id = account.owner_id
WHERE account.group_id = %(group_id)s
  AND account.asset = %(asset)s
  AND (%(low)s::bigint IS NULL OR account.balance >= %(low)s::bigint)
  AND (%(high)s::bigint IS NULL OR account.balance < %(high)s::bigint)
  AND known.brand_id = %(brand_id)s
  AND known.ordinal < %(ordinals)s
  AND known.retired_at IS NULL
ORDER BY known.ordinal
"""

# live_tiers: who stands in one of these tiers; without tiers, in any.
LIVE_TIERS = """
SELECT known.ordinal
FROM loyalty.v_standing AS standing
JOIN segments.ordinal AS known
  ON known.group_id = standing.group_id
  AND known.bucket = standing.bucket
  AND known.customer_id = standing.customer_id
WHERE standing.group_id = %(group_id)s
  AND standing.brand_id = %(brand_id)s
  AND standing.tier IS NOT NULL
  AND (%(tiers)s::text[] IS NULL OR standing.tier = ANY(%(tiers)s::text[]))
  AND known.brand_id = %(brand_id)s
  AND known.ordinal < %(ordinals)s
  AND known.retired_at IS NULL
ORDER BY known.ordinal
"""

# tiers_held: the tiers that customers of a brand stand in, and how many in each.
TIERS_HELD = """
SELECT tier, count(*)
FROM loyalty.v_standing
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND tier IS NOT NULL
GROUP BY tier
ORDER BY count(*) DESC, tier
"""

# live_of_one: what a customer has now: points and tier.
LIVE_OF_ONE = """
SELECT
  (SELECT account.balance
   FROM ledger.v_account AS account
   WHERE account.group_id = %(group_id)s
     AND account.bucket = %(bucket)s
     AND account.owner_id = %(customer_id)s
     AND account.asset = %(asset)s),
  (SELECT standing.tier
   FROM loyalty.v_standing AS standing
   WHERE standing.group_id = %(group_id)s
     AND standing.bucket = %(bucket)s
     AND standing.customer_id = %(customer_id)s)
"""

# is_retired: whether a customer was merged away or erased.
FIND_PLACE = """
SELECT ordinal, retired_at IS NOT NULL
FROM segments.ordinal
WHERE group_id = %(group_id)s
  AND bucket = %(bucket)s
  AND customer_id = %(customer_id)s
  AND brand_id = %(brand_id)s
"""

# insert_export: somebody asks for one; a repeat under the key is the same.
INSERT_EXPORT = """
INSERT INTO segments.audience_export
  (group_id, brand_id, id, key, segment, version, purpose, asked_by, asked_at)
VALUES
  (%(group_id)s, %(brand_id)s, %(id)s, %(key)s, %(segment)s, %(version)s, %(purpose)s, %(actor)s,
   %(now)s)
ON CONFLICT (group_id, brand_id, key) DO NOTHING
"""

# find_export_by_key: what was asked for under a key.
FIND_EXPORT_BY_KEY = """
SELECT id, segment, version, purpose, asked_by, asked_at, finished_at, written, left_out,
       digest
FROM segments.audience_export
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND key = %(key)s
"""

# find_export: one export.
FIND_EXPORT = """
SELECT id, segment, version, purpose, asked_by, asked_at, finished_at, written, left_out,
       digest
FROM segments.audience_export
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND id = %(id)s
"""

# finish_export: what came of it, with the digest of the file.
FINISH_EXPORT = """
UPDATE segments.audience_export
SET finished_at = %(now)s,
    written = %(written)s,
    left_out = %(left_out)s::jsonb,
    digest = %(digest)s
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND id = %(id)s
  AND finished_at IS NULL
"""

# list_exports: the exports of a brand, the newest first.
LIST_EXPORTS = """
SELECT id, segment, version, purpose, asked_by, asked_at, finished_at, written, left_out,
       digest
FROM segments.audience_export
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND id < %(before)s
  AND (%(segment)s::text IS NULL OR segment = %(segment)s)
ORDER BY id DESC
LIMIT %(limit)s
"""

# expired_exports: those of these exports whose files may go; of any brand of the scope.
EXPIRED_EXPORTS = """
SELECT id
FROM segments.audience_export
WHERE group_id = %(group_id)s
  AND id = ANY(%(ids)s::bigint[])
  AND coalesce(finished_at, asked_at) <= %(before)s
"""

# insert_taking: somebody begins to take the file of an export.
INSERT_TAKING = """
INSERT INTO segments.export_taking (group_id, brand_id, id, export_id, taken_by, taken_at)
VALUES (%(group_id)s, %(brand_id)s, %(id)s, %(export_id)s, %(actor)s, %(now)s)
"""

# finish_taking: the file was sent whole.
FINISH_TAKING = """
UPDATE segments.export_taking
SET finished_at = %(now)s,
    sent = %(sent)s,
    left_out = %(left_out)s::jsonb
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND id = %(id)s
"""

# list_takings: who took the files of exports, the latest first.
LIST_TAKINGS = """
SELECT export_id, taken_by, taken_at, finished_at, sent, left_out
FROM segments.export_taking
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND export_id = ANY(%(export_ids)s::bigint[])
ORDER BY taken_at DESC, id DESC
LIMIT %(limit)s
"""
