"""The named SQL of `org` and the shapes of the rows that go into it."""

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
PLACEMENT = Shape(
    "org_placement",
    {"id": "bigint", "subject_id": "bigint", "place_id": "bigint", "valid_from": "date"},
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

# Ends the operator that holds now, where another one begins.
END_STORE_OPERATORS = """
UPDATE org.store_operator
SET valid_until = incoming.valid_from
FROM {incoming}
WHERE store_operator.store_id = incoming.subject_id
  AND store_operator.valid_until IS NULL
  AND store_operator.legal_entity_id <> incoming.place_id
  AND store_operator.valid_from < incoming.valid_from
"""

# Begins an operator, unless the same one runs the store already.
BEGIN_STORE_OPERATORS = """
INSERT INTO org.store_operator
  (group_id, id, store_id, legal_entity_id, valid_from, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.subject_id, incoming.place_id,
       incoming.valid_from, %(now)s
FROM {incoming}
WHERE NOT EXISTS (
  SELECT FROM org.store_operator
  WHERE store_operator.store_id = incoming.subject_id
    AND store_operator.legal_entity_id = incoming.place_id
    AND store_operator.valid_until IS NULL
)
"""

# Ends the region of a store in the hierarchy of the one that begins.
END_STORE_REGIONS = """
UPDATE org.store_region
SET valid_until = incoming.valid_from
FROM {incoming}
JOIN org.region ON region.id = incoming.place_id
WHERE store_region.store_id = incoming.subject_id
  AND store_region.hierarchy_id = region.hierarchy_id
  AND store_region.valid_until IS NULL
  AND store_region.region_id <> incoming.place_id
  AND store_region.valid_from < incoming.valid_from
"""

# Begins a region of a store, unless it holds already.
BEGIN_STORE_REGIONS = """
INSERT INTO org.store_region
  (group_id, id, store_id, hierarchy_id, region_id, valid_from, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.subject_id, region.hierarchy_id, region.id,
       incoming.valid_from, %(now)s
FROM {incoming}
JOIN org.region ON region.id = incoming.place_id
WHERE NOT EXISTS (
  SELECT FROM org.store_region
  WHERE store_region.store_id = incoming.subject_id
    AND store_region.region_id = incoming.place_id
    AND store_region.valid_until IS NULL
)
"""

# Ends the parent of a region where another one begins.
END_REGION_PARENTS = """
UPDATE org.region_parent
SET valid_until = incoming.valid_from
FROM {incoming}
WHERE region_parent.region_id = incoming.subject_id
  AND region_parent.valid_until IS NULL
  AND region_parent.parent_id <> incoming.place_id
  AND region_parent.valid_from < incoming.valid_from
"""

# Begins a parent of a region, unless it holds already.
BEGIN_REGION_PARENTS = """
INSERT INTO org.region_parent
  (group_id, id, hierarchy_id, region_id, parent_id, valid_from, recorded_at)
SELECT %(group_id)s, incoming.id, region.hierarchy_id, region.id, incoming.place_id,
       incoming.valid_from, %(now)s
FROM {incoming}
JOIN org.region ON region.id = incoming.subject_id
WHERE NOT EXISTS (
  SELECT FROM org.region_parent
  WHERE region_parent.region_id = incoming.subject_id
    AND region_parent.parent_id = incoming.place_id
    AND region_parent.valid_until IS NULL
)
"""

# Ends the store that somebody works in where another one begins.
END_STAFF_ASSIGNMENTS = """
UPDATE org.staff_assignment
SET valid_until = incoming.valid_from
FROM {incoming}
WHERE staff_assignment.staff_id = incoming.subject_id
  AND staff_assignment.valid_until IS NULL
  AND staff_assignment.store_id <> incoming.place_id
  AND staff_assignment.valid_from < incoming.valid_from
"""

# Begins an assignment to a store, unless it holds already.
BEGIN_STAFF_ASSIGNMENTS = """
INSERT INTO org.staff_assignment (group_id, id, staff_id, store_id, valid_from, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.subject_id, incoming.place_id,
       incoming.valid_from, %(now)s
FROM {incoming}
WHERE NOT EXISTS (
  SELECT FROM org.staff_assignment
  WHERE staff_assignment.staff_id = incoming.subject_id
    AND staff_assignment.store_id = incoming.place_id
    AND staff_assignment.valid_until IS NULL
)
"""

# Ids of rows by their code, one query for each table that has a code in the whole group.
LEGAL_ENTITIES_BY_CODE = (
    "SELECT code, id FROM org.legal_entity WHERE code = ANY (%(codes)s::text[])"
)
# Domains by code.
DOMAINS_BY_CODE = "SELECT code, id FROM org.identity_domain WHERE code = ANY (%(codes)s::text[])"
# Hierarchies by code.
HIERARCHIES_BY_CODE = "SELECT code, id FROM org.hierarchy WHERE code = ANY (%(codes)s::text[])"
# Stores by code.
STORES_BY_CODE = "SELECT code, id FROM org.store WHERE code = ANY (%(codes)s::text[])"
# Staff by code.
STAFF_BY_CODE = "SELECT code, id FROM org.staff WHERE code = ANY (%(codes)s::text[])"

# Regions of one hierarchy by code.
REGIONS_BY_CODE = """
SELECT code, id
FROM org.region
WHERE hierarchy_id = %(hierarchy_id)s
  AND code = ANY (%(codes)s::text[])
"""

# Touchpoints of one brand by code.
TOUCHPOINTS_BY_CODE = """
SELECT code, id
FROM org.touchpoint
WHERE brand_id = %(brand_id)s
  AND code = ANY (%(codes)s::text[])
"""

# The ids of all groups; the function answers them to the worker alone.
ALL_GROUP_IDS = """
SELECT g.id
FROM org.all_group_ids() AS g (id)
"""

# Brands of the group that the scope names, or the one with a code. Rows of every brand can be
# read, as others refer to them; what a caller may ask for ends here.
BRANDS = """
SELECT id, group_id, code, name, legal_entity_id, identity_domain_id, time_zone
FROM org.brand
WHERE (%(code)s::text IS NULL OR code = %(code)s)
  AND (%(brand_ids)s::bigint[] IS NULL OR id = ANY(%(brand_ids)s))
ORDER BY id
"""

# Channel accounts of the group, or the one with a platform and a code.
CHANNEL_ACCOUNTS = """
SELECT account.id, account.group_id, account.brand_id, brand.identity_domain_id,
       account.platform, account.code, account.sees_orders, account.books_revenue,
       account.earns, account.fulfilment_only, brand.time_zone
FROM org.channel_account AS account
JOIN org.brand ON brand.group_id = account.group_id AND brand.id = account.brand_id
WHERE (%(platform)s::text IS NULL OR account.platform = %(platform)s)
  AND (%(code)s::text IS NULL OR account.code = %(code)s)
ORDER BY account.id
"""

# Who ran each store on a day.
OPERATORS_ON = """
SELECT store_id, legal_entity_id
FROM org.store_operator
WHERE store_id = ANY (%(store_ids)s::bigint[])
  AND valid_from <= %(day)s
  AND (valid_until IS NULL OR valid_until > %(day)s)
"""

# In which region of one hierarchy each store was on a day.
REGIONS_ON = """
SELECT store_id, region_id
FROM org.store_region
WHERE store_id = ANY (%(store_ids)s::bigint[])
  AND hierarchy_id = %(hierarchy_id)s
  AND valid_from <= %(day)s
  AND (valid_until IS NULL OR valid_until > %(day)s)
"""

# The store that each of the staff worked in on a day.
STORES_OF_STAFF_ON = """
SELECT staff_id, store_id
FROM org.staff_assignment
WHERE staff_id = ANY (%(staff_ids)s::bigint[])
  AND valid_from <= %(day)s
  AND (valid_until IS NULL OR valid_until > %(day)s)
"""

# Stores of the group.
STORES = "SELECT id, code, name, kind FROM org.store ORDER BY code"

# Business units by brand and code.
PUT_BUSINESS_UNITS = """
INSERT INTO org.business_unit (group_id, id, brand_id, code, name, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.brand_id, incoming.code, incoming.name, %(now)s
FROM {incoming}
ON CONFLICT (group_id, brand_id, code) DO UPDATE SET name = excluded.name
RETURNING business_unit.id, business_unit.brand_id, business_unit.code
"""

# Ends the business unit that a store was in until another one of the brand begins.
END_STORE_UNITS = """
UPDATE org.store_unit
SET valid_until = incoming.valid_from
FROM {incoming}
JOIN org.business_unit ON business_unit.id = incoming.place_id
WHERE store_unit.store_id = incoming.subject_id
  AND store_unit.brand_id = business_unit.brand_id
  AND store_unit.valid_until IS NULL
  AND store_unit.business_unit_id <> incoming.place_id
  AND store_unit.valid_from < incoming.valid_from
"""

# Begins a business unit of a store, unless it holds already.
BEGIN_STORE_UNITS = """
INSERT INTO org.store_unit
  (group_id, id, brand_id, store_id, business_unit_id, valid_from, recorded_at)
SELECT %(group_id)s, incoming.id, business_unit.brand_id, incoming.subject_id, business_unit.id,
       incoming.valid_from, %(now)s
FROM {incoming}
JOIN org.business_unit ON business_unit.id = incoming.place_id
WHERE NOT EXISTS (
  SELECT FROM org.store_unit
  WHERE store_unit.store_id = incoming.subject_id
    AND store_unit.business_unit_id = incoming.place_id
    AND store_unit.valid_until IS NULL
)
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

# Who speaks through persona accounts from a day on, unless they do already.
BEGIN_PERSONA_STAFF = """
INSERT INTO org.persona_staff
  (group_id, id, brand_id, persona_account_id, staff_id, valid_from, recorded_at)
SELECT %(group_id)s, incoming.id, persona_account.brand_id, persona_account.id,
       incoming.subject_id, incoming.valid_from, %(now)s
FROM {incoming}
JOIN org.persona_account ON persona_account.id = incoming.place_id
WHERE NOT EXISTS (
  SELECT FROM org.persona_staff
  WHERE persona_staff.staff_id = incoming.subject_id
    AND persona_staff.persona_account_id = incoming.place_id
    AND persona_staff.valid_until IS NULL
)
"""

# The codes of the staff.
STAFF_CODES = """
SELECT id, code
FROM org.staff
"""

# Which business unit of a brand each store was in on a day.
UNITS_ON = """
SELECT store_id, business_unit_id
FROM org.store_unit
WHERE store_id = ANY (%(store_ids)s::bigint[])
  AND brand_id = %(brand_id)s
  AND daterange(valid_from, valid_until) @> %(day)s::date
"""

# Through which persona accounts staff spoke on a day.
PERSONAS_ON = """
SELECT staff_id, persona_account_id
FROM org.persona_staff
WHERE staff_id = ANY (%(staff_ids)s::bigint[])
  AND daterange(valid_from, valid_until) @> %(day)s::date
ORDER BY staff_id, persona_account_id
"""

# The stores of operators, of regions and those below them, of staff, or named themselves.
VISIBLE_STORES = """
WITH RECURSIVE below AS (
  SELECT wanted AS region_id
  FROM unnest(%(region_ids)s::bigint[]) AS wanted
  UNION
  SELECT region_parent.region_id
  FROM below
  JOIN org.region_parent ON region_parent.parent_id = below.region_id
  WHERE daterange(region_parent.valid_from, region_parent.valid_until) @> %(day)s::date
)
SELECT store.id
FROM org.store
WHERE store.id = ANY (%(store_ids)s::bigint[])
  OR EXISTS (
    SELECT FROM org.store_operator
    WHERE store_operator.store_id = store.id
      AND store_operator.legal_entity_id = ANY (%(legal_entity_ids)s::bigint[])
      AND daterange(store_operator.valid_from, store_operator.valid_until) @> %(day)s::date
  )
  OR EXISTS (
    SELECT FROM org.store_region
    JOIN below ON below.region_id = store_region.region_id
    WHERE store_region.store_id = store.id
      AND daterange(store_region.valid_from, store_region.valid_until) @> %(day)s::date
  )
  OR EXISTS (
    SELECT FROM org.staff_assignment
    WHERE staff_assignment.store_id = store.id
      AND staff_assignment.staff_id = ANY (%(staff_ids)s::bigint[])
      AND daterange(staff_assignment.valid_from, staff_assignment.valid_until) @> %(day)s::date
  )
"""
