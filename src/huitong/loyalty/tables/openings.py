"""The rows of openings and cut-overs, and the named SQL that reads and writes them."""

from huitong.platform.db import Shape

OPENING = Shape(
    "loyalty_opening",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "channel_account_id": "bigint",
        "kind": "text",
        "key_digest": "bytea",
        "customer_id": "bigint",
        "origin_identifier_id": "bigint",
        "record_id": "bigint",
        "asset": "text",
        "tier": "text",
        "valid_until": "timestamptz",
        "as_of": "timestamptz",
        "reason": "text",
        "revision": "integer",
    },
)
OPENING_LOT = Shape(
    "loyalty_opening_lot",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "opening_id": "bigint",
        "active_from": "timestamptz",
        "expires_at": "timestamptz",
        "granted": "bigint",
        "clawed": "bigint",
        "revision": "integer",
    },
)

# let_openings_by: openings of a brand on their way in; any number may be at the same time.
LET_OPENINGS_BY = """
SELECT pg_advisory_xact_lock_shared(hashtextextended('loyalty.opening', %(brand_id)s))
"""

# bar_openings: a cut-over is about to change; what is on its way comes first or sees it.
BAR_OPENINGS = """
SELECT pg_advisory_xact_lock(hashtextextended('loyalty.opening', %(brand_id)s))
"""

# find_openings: what one channel account told before, by kind and the older system's key.
FIND_OPENINGS = """
SELECT found.kind, found.key_digest, found.id, found.customer_id, found.asset, found.revision
FROM unnest(%(kinds)s::text[], %(digests)s::bytea[]) AS wanted (kind, key_digest)
CROSS JOIN LATERAL (
  SELECT o.kind, o.key_digest, o.id, o.customer_id, o.asset, o.revision
  FROM loyalty.opening AS o
  WHERE o.group_id = %(group_id)s
    AND o.channel_account_id = %(account)s
    AND o.kind = wanted.kind
    AND o.key_digest = wanted.key_digest
  OFFSET 0
) AS found
"""

# find_lots: what openings have brought so far, life by life.
FIND_LOTS = """
SELECT l.opening_id, l.active_from, l.expires_at, l.id, l.granted, l.clawed, l.revision
FROM loyalty.opening_lot AS l
JOIN unnest(%(opening_ids)s::bigint[]) AS wanted (id)
  ON l.opening_id = wanted.id AND l.bucket = (wanted.id & 4095)
WHERE l.group_id = %(group_id)s
"""

# put_openings: new openings, and what newer versions of known ones say; whose it is stays.
PUT_OPENINGS = """
INSERT INTO loyalty.opening (
  group_id, bucket, id, brand_id, channel_account_id, kind, key_digest, customer_id,
  origin_customer_id, origin_identifier_id, record_id, asset, tier, valid_until, as_of, reason,
  revision, recorded_at)
SELECT
  %(group_id)s, bucket, id, brand_id, channel_account_id, kind, key_digest, customer_id,
  customer_id, origin_identifier_id, record_id, asset, tier, valid_until, as_of, reason,
  revision, %(now)s
FROM {incoming}
ON CONFLICT (group_id, bucket, id) DO UPDATE
SET record_id = EXCLUDED.record_id,
    tier = EXCLUDED.tier,
    valid_until = EXCLUDED.valid_until,
    as_of = EXCLUDED.as_of,
    reason = EXCLUDED.reason,
    revision = EXCLUDED.revision,
    changed_xid = pg_current_xact_id()
"""

# put_lots: what openings have brought after this page.
PUT_LOTS = """
INSERT INTO loyalty.opening_lot (
  group_id, bucket, id, brand_id, opening_id, active_from, expires_at, granted, clawed, revision)
SELECT
  %(group_id)s, bucket, id, brand_id, opening_id, active_from, expires_at, granted, clawed, revision
FROM {incoming}
ON CONFLICT (group_id, bucket, id) DO UPDATE
SET granted = EXCLUDED.granted,
    clawed = EXCLUDED.clawed,
    revision = EXCLUDED.revision,
    changed_xid = pg_current_xact_id()
"""

# reassign: openings of some customers to others; origins stay.
REASSIGN = """
UPDATE loyalty.opening AS o
SET customer_id = moved.target,
    changed_xid = pg_current_xact_id()
FROM unnest(%(sources)s::bigint[], %(targets)s::bigint[]) AS moved (source, target)
WHERE o.group_id = %(group_id)s
  AND o.customer_id = moved.source
"""

# give_back: openings of the source, and those told since under one of its identifiers.
GIVE_BACK = """
UPDATE loyalty.opening
SET customer_id = %(source)s,
    changed_xid = pg_current_xact_id()
WHERE group_id = %(group_id)s
  AND customer_id = %(target)s
  AND (origin_customer_id = %(source)s OR origin_identifier_id = ANY(%(identifier_ids)s::bigint[]))
RETURNING id
"""

# tiers_of: the tiers that customers keep for a time because they brought them along.
TIERS_OF = """
SELECT customer_id, tier
FROM loyalty.opening
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
  AND kind = 'tier'
  AND COALESCE(valid_until > %(at)s, true)
"""

# erase: what of openings could point at a person; that value came stays.
ERASE = """
UPDATE loyalty.opening
SET key_digest = NULL,
    reason = NULL,
    changed_xid = pg_current_xact_id()
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
"""

# records_of_customers: the inbox records of customers' openings.
RECORDS_OF_CUSTOMERS = """
SELECT record_id
FROM loyalty.opening
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
"""

# export: what customers brought along, without the keys it came by.
EXPORT = """
SELECT kind, tier, valid_until, as_of, reason
FROM loyalty.opening
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
ORDER BY as_of, id
"""

# cut_overs: the newest word on each kind of opening of a brand.
CUT_OVERS = """
SELECT DISTINCT ON (kind) kind, is_frozen, actor, reason, changed_at
FROM loyalty.cut_over
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY kind, id DESC
"""

# cut_over_history: every word on the openings of a brand, the latest first.
CUT_OVER_HISTORY = """
SELECT kind, is_frozen, actor, reason, changed_at
FROM loyalty.cut_over
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY changed_at DESC, id DESC
LIMIT %(limit)s
"""

CUT_OVER = Shape(
    "loyalty_cut_over",
    {
        "id": "bigint",
        "brand_id": "bigint",
        "kind": "text",
        "is_frozen": "boolean",
        "actor": "text",
        "reason": "text",
    },
)

# insert_cut_overs: openings are frozen, or not any more.
INSERT_CUT_OVERS = """
INSERT INTO loyalty.cut_over (group_id, id, brand_id, kind, is_frozen, actor, reason, changed_at)
SELECT %(group_id)s, id, brand_id, kind, is_frozen, actor, reason, %(now)s
FROM {incoming}
"""

# opened: what a brand has taken over so far, by kind.
OPENED = """
SELECT o.kind, count(*), count(DISTINCT o.customer_id),
       COALESCE(sum(lots.amount), 0)::bigint
FROM loyalty.opening AS o
CROSS JOIN LATERAL (
  SELECT sum(l.granted - l.clawed) AS amount
  FROM loyalty.opening_lot AS l
  WHERE l.group_id = o.group_id
    AND l.bucket = o.bucket
    AND l.opening_id = o.id
) AS lots
WHERE o.group_id = %(group_id)s
  AND o.brand_id = %(brand_id)s
GROUP BY o.kind
ORDER BY o.kind
"""
