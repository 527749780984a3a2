"""Writes the units of a group: entities, brands, regions, stores, staff, accounts, touchpoints."""

from huitong.platform.db import Shape

NAMED = Shape("org_named", {"id": "bigint", "code": "text", "name": "text"})

OWNED = Shape(
    "org_owned", {"id": "bigint", "code": "text", "name": "text", "legal_entity_id": "bigint"}
)

BRAND = Shape(
    "org_brand",
    {
        "id": "bigint",
        "code": "text",
        "name": "text",
        "legal_entity_id": "bigint",
        "identity_domain_id": "bigint",
        "time_zone": "text",
    },
)

REGION = Shape(
    "org_region", {"id": "bigint", "hierarchy_id": "bigint", "code": "text", "name": "text"}
)

STORE = Shape("org_store", {"id": "bigint", "code": "text", "name": "text", "kind": "text"})

STORE_BRAND = Shape("org_store_brand", {"store_code": "text", "brand_id": "bigint"})

STAFF = Shape("org_staff", {"id": "bigint", "code": "text"})

ACCOUNT = Shape(
    "org_account",
    {
        "id": "bigint",
        "platform": "text",
        "code": "text",
        "brand_id": "bigint",
        "legal_entity_id": "bigint",
        "store_id": "bigint",
        "sees_orders": "boolean",
        "books_revenue": "boolean",
        "earns": "boolean",
        "fulfilment_only": "boolean",
    },
)

TOUCHPOINT = Shape(
    "org_touchpoint",
    {
        "id": "bigint",
        "brand_id": "bigint",
        "code": "text",
        "name": "text",
        "channel_account_id": "bigint",
    },
)

BUSINESS_UNIT = Shape(
    "org_business_unit", {"id": "bigint", "brand_id": "bigint", "code": "text", "name": "text"}
)

PERSONA_ACCOUNT = Shape(
    "org_persona_account",
    {
        "id": "bigint",
        "brand_id": "bigint",
        "channel_account_id": "bigint",
        "code": "text",
        "name": "text",
    },
)

# The group itself; a second call may rename it.
PUT_GROUP = """
INSERT INTO org.retail_group (group_id, name, recorded_at)
VALUES (%(group_id)s, %(name)s, %(now)s)
ON CONFLICT (group_id) DO UPDATE SET name = excluded.name
WHERE retail_group.name IS DISTINCT FROM excluded.name
"""

# Legal entities by code.
PUT_LEGAL_ENTITIES = """
INSERT INTO org.legal_entity (group_id, id, code, name, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.code, incoming.name, %(now)s
FROM {incoming}
ON CONFLICT (group_id, code) DO UPDATE SET name = excluded.name
WHERE legal_entity.name IS DISTINCT FROM excluded.name
"""

# Identity domains by code; the controller of a domain does not change.
PUT_IDENTITY_DOMAINS = """
INSERT INTO org.identity_domain (group_id, id, code, name, legal_entity_id, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.code, incoming.name, incoming.legal_entity_id, %(now)s
FROM {incoming}
ON CONFLICT (group_id, code) DO UPDATE SET name = excluded.name
WHERE identity_domain.name IS DISTINCT FROM excluded.name
"""

# Brands by code; the identity domain of a brand does not change, as persons hang on it.
PUT_BRANDS = """
INSERT INTO org.brand
  (group_id, id, code, name, legal_entity_id, identity_domain_id, time_zone, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.code, incoming.name, incoming.legal_entity_id,
       incoming.identity_domain_id, incoming.time_zone, %(now)s
FROM {incoming}
ON CONFLICT (group_id, code) DO UPDATE
SET name = excluded.name, legal_entity_id = excluded.legal_entity_id,
    time_zone = excluded.time_zone
WHERE (brand.name, brand.legal_entity_id, brand.time_zone)
  IS DISTINCT FROM (excluded.name, excluded.legal_entity_id, excluded.time_zone)
"""

# Hierarchies by code.
PUT_HIERARCHIES = """
INSERT INTO org.hierarchy (group_id, id, code, name, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.code, incoming.name, %(now)s
FROM {incoming}
ON CONFLICT (group_id, code) DO UPDATE SET name = excluded.name
WHERE hierarchy.name IS DISTINCT FROM excluded.name
"""

# Regions by hierarchy and code.
PUT_REGIONS = """
INSERT INTO org.region (group_id, id, hierarchy_id, code, name, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.hierarchy_id, incoming.code, incoming.name, %(now)s
FROM {incoming}
ON CONFLICT (group_id, hierarchy_id, code) DO UPDATE SET name = excluded.name
WHERE region.name IS DISTINCT FROM excluded.name
"""

# Stores by code.
PUT_STORES = """
INSERT INTO org.store (group_id, id, code, name, kind, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.code, incoming.name, incoming.kind, %(now)s
FROM {incoming}
ON CONFLICT (group_id, code) DO UPDATE SET name = excluded.name, kind = excluded.kind
WHERE (store.name, store.kind) IS DISTINCT FROM (excluded.name, excluded.kind)
"""

# Which brands a store carries.
PUT_STORE_BRANDS = """
INSERT INTO org.store_brand (group_id, store_id, brand_id, recorded_at)
SELECT %(group_id)s, store.id, incoming.brand_id, %(now)s
FROM {incoming}
JOIN org.store ON store.code = incoming.store_code
ON CONFLICT (group_id, store_id, brand_id) DO NOTHING
"""

# Staff by code.
PUT_STAFF = """
INSERT INTO org.staff (group_id, id, code, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.code, %(now)s
FROM {incoming}
ON CONFLICT (group_id, code) DO NOTHING
"""

# Channel accounts by platform and code; the brand of an account does not change.
PUT_CHANNEL_ACCOUNTS = """
INSERT INTO org.channel_account
  (group_id, id, platform, code, brand_id, legal_entity_id, store_id,
   sees_orders, books_revenue, earns, fulfilment_only, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.platform, incoming.code, incoming.brand_id,
       incoming.legal_entity_id, incoming.store_id, incoming.sees_orders,
       incoming.books_revenue, incoming.earns, incoming.fulfilment_only, %(now)s
FROM {incoming}
ON CONFLICT (group_id, platform, code) DO UPDATE
SET legal_entity_id = excluded.legal_entity_id, store_id = excluded.store_id,
    sees_orders = excluded.sees_orders, books_revenue = excluded.books_revenue,
    earns = excluded.earns, fulfilment_only = excluded.fulfilment_only
"""

# Touchpoints by brand and code.
PUT_TOUCHPOINTS = """
INSERT INTO org.touchpoint
  (group_id, id, brand_id, code, name, channel_account_id, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.brand_id, incoming.code, incoming.name,
       incoming.channel_account_id, %(now)s
FROM {incoming}
ON CONFLICT (group_id, brand_id, code) DO UPDATE
SET name = excluded.name, channel_account_id = excluded.channel_account_id
"""

# Business units by brand and code.
PUT_BUSINESS_UNITS = """
INSERT INTO org.business_unit (group_id, id, brand_id, code, name, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.brand_id, incoming.code, incoming.name, %(now)s
FROM {incoming}
ON CONFLICT (group_id, brand_id, code) DO UPDATE SET name = excluded.name
RETURNING business_unit.id, business_unit.brand_id, business_unit.code
"""

# Persona accounts by channel account and code.
PUT_PERSONA_ACCOUNTS = """
INSERT INTO org.persona_account
  (group_id, id, brand_id, channel_account_id, code, name, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.brand_id, incoming.channel_account_id, incoming.code,
       incoming.name, %(now)s
FROM {incoming}
ON CONFLICT (group_id, channel_account_id, code) DO UPDATE SET name = excluded.name
RETURNING persona_account.id, persona_account.channel_account_id, persona_account.code
"""
