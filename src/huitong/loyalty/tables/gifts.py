"""Named SQL of gifts."""

from huitong.platform.db import Shape

GIFT = Shape(
    "loyalty_gift",
    {
        "bucket": "smallint",
        "id": "bigint",
        "brand_id": "bigint",
        "customer_id": "bigint",
        "cause_id": "bigint",
        "kind": "text",
        "points": "bigint",
        "most": "integer",
        "withheld": "text",
        "programme_version": "integer",
        "happened_at": "timestamptz",
    },
)
SETTLED = Shape(
    "loyalty_gift_settled",
    {
        "bucket": "smallint",
        "id": "bigint",
        "granted": "bigint",
        "clawed": "bigint",
        "revision": "integer",
        "withheld": "text",
    },
)
FOLLOWED = Shape(
    "loyalty_gift_followed", {"bucket": "smallint", "id": "bigint", "customer_id": "bigint"}
)

# gifts_of: the gifts of customers, the first come by first.
GIFTS_OF = """
SELECT id, brand_id, customer_id, origin_customer_id, cause_id, kind, points, most, granted,
       clawed, revision, withheld, programme_version, happened_at
FROM loyalty.gift
WHERE group_id = %(group_id)s
  AND customer_id = ANY (%(customer_ids)s::bigint[])
ORDER BY happened_at, id
"""

# insert_gifts: new gifts, of which nothing was given yet; what is there already is left out.
INSERT_GIFTS = """
INSERT INTO loyalty.gift
  (group_id, bucket, id, brand_id, customer_id, origin_customer_id, cause_id, kind, points, most,
   withheld, programme_version, happened_at, recorded_at)
SELECT %(group_id)s, incoming.bucket, incoming.id, incoming.brand_id, incoming.customer_id,
       incoming.customer_id, incoming.cause_id, incoming.kind, incoming.points, incoming.most,
       incoming.withheld, incoming.programme_version, incoming.happened_at, %(now)s
FROM {incoming}
ON CONFLICT (group_id, bucket, origin_customer_id, kind, cause_id) DO NOTHING
"""

# keep_settled: what of gifts was given and taken back so far.
KEEP_SETTLED = """
UPDATE loyalty.gift
SET granted = incoming.granted, clawed = incoming.clawed, revision = incoming.revision,
    withheld = incoming.withheld, changed_xid = pg_current_xact_id()
FROM {incoming}
WHERE gift.group_id = %(group_id)s
  AND gift.bucket = incoming.bucket
  AND gift.id = incoming.id
"""

# follow_origins: gifts of customers who are somebody else today.
FOLLOW_ORIGINS = """
UPDATE loyalty.gift
SET customer_id = incoming.customer_id, changed_xid = pg_current_xact_id()
FROM {incoming}
WHERE gift.group_id = %(group_id)s
  AND gift.bucket = incoming.bucket
  AND gift.id = incoming.id
"""
