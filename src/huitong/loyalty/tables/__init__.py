"""The rows of `loyalty` and the named SQL that reads and writes them."""

from huitong.platform.db import Shape

POSITION = Shape(
    "loyalty_position",
    {
        "bucket": "smallint",
        "order_id": "bigint",
        "asset": "text",
        "brand_id": "bigint",
        "customer_id": "bigint",
        "earned": "bigint",
        "granted": "bigint",
        "clawed": "bigint",
        "frozen": "bigint",
        "frozen_revision": "integer",
        "revision": "integer",
        "programme_version": "integer",
        "activates_at": "timestamptz",
        "shares": "jsonb",
        "ordered_at": "timestamptz",
        "recorded_at": "timestamptz",
    },
)
STANDING = Shape(
    "loyalty_standing",
    {
        "bucket": "smallint",
        "customer_id": "bigint",
        "brand_id": "bigint",
        "tier": "text",
        "since": "timestamptz",
        "recorded_at": "timestamptz",
    },
)
TIER_CHANGE = Shape(
    "loyalty_tier_change",
    {
        "bucket": "smallint",
        "id": "bigint",
        "customer_id": "bigint",
        "brand_id": "bigint",
        "from_tier": "text",
        "to_tier": "text",
        "growth": "bigint",
        "order_id": "bigint",
        "changed_at": "timestamptz",
        "recorded_at": "timestamptz",
    },
)
REDEMPTION = Shape(
    "loyalty_redemption",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "customer_id": "bigint",
        "channel_account_id": "bigint",
        "order_no": "text",
        "operation_key": "text",
        "points": "bigint",
        "recorded_at": "timestamptz",
    },
)
RESTORED = Shape("loyalty_restored", {"bucket": "smallint", "id": "bigint", "restored": "bigint"})

# versions_of: all programme versions of a brand, newest last.
VERSIONS_OF = """
SELECT version, effective_from, document::text
FROM loyalty.programme
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
ORDER BY effective_from, version
"""

# insert_version: a programme takes effect; the key refuses two at one instant.
INSERT_VERSION = """
INSERT INTO loyalty.programme (
  group_id, brand_id, version, document, effective_from, actor, recorded_at)
VALUES (
  %(group_id)s, %(brand_id)s, %(version)s, %(document)s, %(effective_from)s, %(actor)s, %(now)s)
ON CONFLICT DO NOTHING
"""

# positions_of: what orders have granted so far.
POSITIONS_OF = """
SELECT
  p.order_id, p.asset, p.customer_id, p.earned, p.granted, p.clawed, p.frozen,
  p.frozen_revision, p.revision, p.programme_version, p.activates_at, p.shares
FROM loyalty.grant_position AS p
JOIN unnest(%(order_ids)s::bigint[]) AS wanted(id)
  ON p.order_id = wanted.id AND p.bucket = (wanted.id & 4095)
WHERE p.group_id = %(group_id)s
"""

# granted_since: the shares of customers' grants from an instant on, for caps by day and month.
GRANTED_SINCE = """
SELECT order_id, asset, customer_id, ordered_at, shares, earned, granted - clawed
FROM loyalty.grant_position
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
  AND ordered_at >= %(since)s
"""

# upsert_positions: what orders have granted after this page.
UPSERT_POSITIONS = """
INSERT INTO loyalty.grant_position (
  group_id, bucket, order_id, asset, brand_id, customer_id, earned, granted, clawed, frozen,
  frozen_revision, revision, programme_version, activates_at, shares, ordered_at, recorded_at)
SELECT
  %(group_id)s, bucket, order_id, asset, brand_id, customer_id, earned, granted, clawed, frozen,
  frozen_revision, revision, programme_version, activates_at, shares, ordered_at, recorded_at
FROM {incoming}
ON CONFLICT (group_id, bucket, order_id, asset) DO UPDATE
SET earned = EXCLUDED.earned,
    granted = EXCLUDED.granted,
    clawed = EXCLUDED.clawed,
    frozen = EXCLUDED.frozen,
    frozen_revision = EXCLUDED.frozen_revision,
    revision = EXCLUDED.revision,
    activates_at = EXCLUDED.activates_at,
    shares = EXCLUDED.shares,
    changed_xid = pg_current_xact_id()
"""

# standings_of: the tiers of customers.
STANDINGS_OF = """
SELECT s.customer_id, s.brand_id, s.tier, s.since
FROM loyalty.standing AS s
JOIN unnest(%(customer_ids)s::bigint[]) AS wanted(id)
  ON s.customer_id = wanted.id AND s.bucket = (wanted.id & 4095)
WHERE s.group_id = %(group_id)s
"""

# upsert_standings: members whose tier changed.
UPSERT_STANDINGS = """
INSERT INTO loyalty.standing (group_id, bucket, customer_id, brand_id, tier, since, recorded_at)
SELECT %(group_id)s, bucket, customer_id, brand_id, tier, since, recorded_at
FROM {incoming}
ON CONFLICT (group_id, bucket, customer_id) DO UPDATE
SET tier = EXCLUDED.tier,
    since = EXCLUDED.since,
    recorded_at = EXCLUDED.recorded_at,
    changed_xid = pg_current_xact_id()
"""

# insert_tier_changes: the history of tiers.
INSERT_TIER_CHANGES = """
INSERT INTO loyalty.tier_change (
  group_id, bucket, id, customer_id, brand_id, from_tier, to_tier, growth, order_id, changed_at,
  recorded_at)
SELECT
  %(group_id)s, bucket, id, customer_id, brand_id, from_tier, to_tier, growth, order_id,
  changed_at, recorded_at
FROM {incoming}
"""

# insert_redemptions: points spent on orders; a repeated key changes nothing.
INSERT_REDEMPTIONS = """
INSERT INTO loyalty.redemption (
  group_id, bucket, id, brand_id, customer_id, origin_customer_id, channel_account_id, order_no,
  operation_key, points, recorded_at)
SELECT
  %(group_id)s, bucket, id, brand_id, customer_id, customer_id, channel_account_id, order_no,
  operation_key, points, recorded_at
FROM {incoming}
ON CONFLICT (group_id, bucket, operation_key) DO NOTHING
"""

# redemptions_of: points spent on orders, by channel account and number.
REDEMPTIONS_OF = """
SELECT r.id, r.channel_account_id, r.order_no, r.customer_id, r.operation_key, r.points, r.restored
FROM unnest(%(accounts)s::bigint[], %(order_nos)s::text[]) AS wanted (account_id, order_no)
JOIN loyalty.redemption AS r
  ON r.group_id = %(group_id)s
  AND r.channel_account_id = wanted.account_id
  AND r.order_no = wanted.order_no
ORDER BY r.id
"""

# move_restored: how much of each redemption has come back.
MOVE_RESTORED = """
UPDATE loyalty.redemption AS r
SET restored = incoming.restored
FROM {incoming}
WHERE r.group_id = %(group_id)s
  AND r.bucket = incoming.bucket
  AND r.id = incoming.id
"""

# reassign_positions: grants of one customer to another.
REASSIGN_POSITIONS = """
UPDATE loyalty.grant_position AS p
SET customer_id = moved.target,
    changed_xid = pg_current_xact_id()
FROM unnest(%(sources)s::bigint[], %(targets)s::bigint[]) AS moved (source, target)
WHERE p.group_id = %(group_id)s
  AND p.customer_id = moved.source
"""

# tiers_bought: the tier that an order last brought each customer to, and since when.
TIERS_BOUGHT = """
SELECT wanted.customer_id, c.to_tier, c.changed_at
FROM unnest(%(customer_ids)s::bigint[]) AS wanted (customer_id)
CROSS JOIN LATERAL (
  SELECT t.to_tier, t.changed_at
  FROM loyalty.tier_change AS t
  WHERE t.group_id = %(group_id)s
    AND t.customer_id = wanted.customer_id
    AND t.order_id IS NOT NULL
  ORDER BY t.recorded_at DESC, t.id DESC
  LIMIT 1
) AS c
"""

FOLLOWING = Shape(
    "loyalty_following", {"order_id": "bigint", "source_id": "bigint", "target_id": "bigint"}
)
# follow_orders: grants go where their orders went; what was frozen since the merge stays behind to
# be released.
FOLLOW_ORDERS = """
UPDATE loyalty.grant_position AS p
SET customer_id = incoming.source_id,
    frozen = CASE WHEN still.frozen THEN p.frozen ELSE 0 END,
    frozen_revision = CASE WHEN still.frozen THEN p.frozen_revision ELSE 0 END,
    revision = p.revision + 1,
    changed_xid = pg_current_xact_id()
FROM {incoming}
JOIN loyalty.grant_position AS before
  ON before.bucket = (incoming.order_id & 4095) AND before.order_id = incoming.order_id
CROSS JOIN LATERAL (
  SELECT before.order_id || '/' || before.asset = ANY(%(still_frozen)s::text[]) AS frozen
) AS still
WHERE p.group_id = %(group_id)s
  AND p.customer_id = incoming.target_id
  AND before.group_id = p.group_id
  AND before.bucket = p.bucket
  AND before.order_id = p.order_id
  AND before.asset = p.asset
RETURNING p.order_id, p.asset, p.revision,
  CASE WHEN still.frozen THEN 0 ELSE before.frozen_revision END
"""

# reassign_redemptions: redemptions of one customer to another.
REASSIGN_REDEMPTIONS = """
UPDATE loyalty.redemption AS r
SET customer_id = moved.target
FROM unnest(%(sources)s::bigint[], %(targets)s::bigint[]) AS moved (source, target)
WHERE r.group_id = %(group_id)s
  AND r.customer_id = moved.source
"""

# give_back_redemptions: what a customer had redeemed before they were merged.
GIVE_BACK_REDEMPTIONS = """
UPDATE loyalty.redemption AS r
SET customer_id = parted.source
FROM unnest(%(sources)s::bigint[], %(targets)s::bigint[]) AS parted (source, target)
WHERE r.group_id = %(group_id)s
  AND r.customer_id = parted.target
  AND r.origin_customer_id = parted.source
"""

# why_of: what rules gave for orders, by order.
WHY_OF = """
SELECT p.order_id, p.asset, p.programme_version, p.shares, p.granted, p.clawed, p.activates_at
FROM loyalty.grant_position AS p
JOIN unnest(%(order_ids)s::bigint[]) AS wanted(id)
  ON p.order_id = wanted.id AND p.bucket = (wanted.id & 4095)
WHERE p.group_id = %(group_id)s
"""

# count_positions: how many grants customers hold.
COUNT_POSITIONS = """
SELECT count(*)
FROM loyalty.grant_position
WHERE group_id = %(group_id)s
  AND customer_id = ANY(%(customer_ids)s::bigint[])
"""
