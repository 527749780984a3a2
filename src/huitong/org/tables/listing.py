"""Lists the organisation as people look at it: codes of what things hang on, on one day."""

# The day that it is now for the group: that of its oldest brand.
TODAY = """
SELECT (%(now)s::timestamptz AT TIME ZONE coalesce(
  (SELECT brand.time_zone FROM org.brand ORDER BY brand.id LIMIT 1), 'Asia/Shanghai'
))::date AS day
"""

# How often the organisation was changed.
REVISION = """
SELECT version
FROM org.revision
WHERE group_id = %(group_id)s
"""

# Legal entities with how much hangs on them.
ENTITIES = """
SELECT entity.id, entity.code, entity.name,
  (SELECT count(*) FROM org.brand WHERE brand.legal_entity_id = entity.id) AS brands,
  (SELECT count(*)
   FROM org.store_operator
   WHERE store_operator.legal_entity_id = entity.id
     AND daterange(store_operator.valid_from, store_operator.valid_until) @> %(day)s::date
  ) AS stores
FROM org.legal_entity AS entity
ORDER BY entity.code
LIMIT %(limit)s
"""

# Identity domains with their data controller.
DOMAINS = """
SELECT domain.id, domain.code, domain.name, entity.code AS entity
FROM org.identity_domain AS domain
JOIN org.legal_entity AS entity ON entity.id = domain.legal_entity_id
ORDER BY domain.code
LIMIT %(limit)s
"""

# Brands that the scope may see.
BRANDS_LISTED = """
SELECT brand.id, brand.code, brand.name, entity.code AS entity, domain.code AS domain,
  brand.time_zone,
  (SELECT count(*) FROM org.store_brand WHERE store_brand.brand_id = brand.id) AS stores
FROM org.brand
JOIN org.legal_entity AS entity ON entity.id = brand.legal_entity_id
JOIN org.identity_domain AS domain ON domain.id = brand.identity_domain_id
WHERE %(brand_ids)s::bigint[] IS NULL
  OR brand.id = ANY (%(brand_ids)s)
ORDER BY brand.code
LIMIT %(limit)s
"""

# Business units by brand.
UNITS = """
SELECT unit.id, brand.code AS brand, unit.code, unit.name,
  (SELECT count(*)
   FROM org.store_unit
   WHERE store_unit.business_unit_id = unit.id
     AND daterange(store_unit.valid_from, store_unit.valid_until) @> %(day)s::date
  ) AS stores
FROM org.business_unit AS unit
JOIN org.brand ON brand.id = unit.brand_id
ORDER BY brand.code, unit.code
LIMIT %(limit)s
"""

# Ways to arrange stores.
HIERARCHIES = """
SELECT hierarchy.id, hierarchy.code, hierarchy.name,
  (SELECT count(*) FROM org.region WHERE region.hierarchy_id = hierarchy.id) AS regions
FROM org.hierarchy
ORDER BY hierarchy.code
LIMIT %(limit)s
"""

# The regions of a hierarchy with their parents on a day.
REGIONS = """
SELECT region.id, region.code, region.name, parent.code AS parent,
  (SELECT count(*)
   FROM org.store_region
   WHERE store_region.region_id = region.id
     AND daterange(store_region.valid_from, store_region.valid_until) @> %(day)s::date
  ) AS stores
FROM org.region
LEFT JOIN org.region_parent AS above
  ON above.region_id = region.id
  AND daterange(above.valid_from, above.valid_until) @> %(day)s::date
LEFT JOIN org.region AS parent ON parent.id = above.parent_id
WHERE region.hierarchy_id = %(hierarchy_id)s
ORDER BY region.code
LIMIT %(limit)s
"""

# Stores after a code, of those that are asked for; a region has those below it in it. Rows of
# store_brand are those of the scope's brands, so who is limited to brands sees their stores.
STORES_LISTED = """
WITH RECURSIVE below AS (
  SELECT region.id
  FROM org.region
  JOIN org.hierarchy ON hierarchy.id = region.hierarchy_id
  WHERE region.code = %(region)s
    AND hierarchy.code = %(hierarchy)s
  UNION
  SELECT region_parent.region_id
  FROM below
  JOIN org.region_parent ON region_parent.parent_id = below.id
  WHERE daterange(region_parent.valid_from, region_parent.valid_until) @> %(day)s::date
)
SELECT store.id, store.code, store.name, store.kind,
  ARRAY (
    SELECT brand.code
    FROM org.store_brand
    JOIN org.brand ON brand.id = store_brand.brand_id
    WHERE store_brand.store_id = store.id
    ORDER BY brand.code
  ) AS brands,
  entity.code AS operator,
  entity.name AS operator_name,
  (
    SELECT coalesce(jsonb_object_agg(hierarchy.code, region.name), '{}')
    FROM org.store_region
    JOIN org.region ON region.id = store_region.region_id
    JOIN org.hierarchy ON hierarchy.id = region.hierarchy_id
    WHERE store_region.store_id = store.id
      AND daterange(store_region.valid_from, store_region.valid_until) @> %(day)s::date
  ) AS region_names,
  (
    SELECT coalesce(jsonb_object_agg(hierarchy.code, region.code), '{}')
    FROM org.store_region
    JOIN org.region ON region.id = store_region.region_id
    JOIN org.hierarchy ON hierarchy.id = region.hierarchy_id
    WHERE store_region.store_id = store.id
      AND daterange(store_region.valid_from, store_region.valid_until) @> %(day)s::date
  ) AS regions,
  (
    SELECT coalesce(jsonb_object_agg(brand.code, unit.code), '{}')
    FROM org.store_unit
    JOIN org.business_unit AS unit ON unit.id = store_unit.business_unit_id
    JOIN org.brand ON brand.id = unit.brand_id
    WHERE store_unit.store_id = store.id
      AND daterange(store_unit.valid_from, store_unit.valid_until) @> %(day)s::date
  ) AS units,
  (
    SELECT count(*)
    FROM org.staff_assignment AS work
    WHERE work.store_id = store.id
      AND daterange(work.valid_from, work.valid_until) @> %(day)s::date
  ) AS staff
FROM org.store
LEFT JOIN org.store_operator AS run
  ON run.store_id = store.id
  AND daterange(run.valid_from, run.valid_until) @> %(day)s::date
LEFT JOIN org.legal_entity AS entity ON entity.id = run.legal_entity_id
WHERE store.code > %(after)s
  AND (NOT %(limited)s OR EXISTS (
    SELECT FROM org.store_brand
    WHERE store_brand.store_id = store.id
  ))
  AND (%(store_ids)s::bigint[] IS NULL OR store.id = ANY (%(store_ids)s))
  AND (%(codes)s::text[] IS NULL OR store.code = ANY (%(codes)s))
  AND (%(text)s = ''
    OR strpos(lower(store.code), lower(%(text)s)) > 0
    OR strpos(lower(store.name), lower(%(text)s)) > 0)
  AND (%(kind)s::text IS NULL OR store.kind = %(kind)s)
  AND (%(operator)s::text IS NULL OR entity.code = %(operator)s)
  AND (%(brand)s::text IS NULL OR EXISTS (
    SELECT FROM org.store_brand
    JOIN org.brand ON brand.id = store_brand.brand_id
    WHERE store_brand.store_id = store.id
      AND brand.code = %(brand)s
  ))
  AND (%(region)s::text IS NULL OR EXISTS (
    SELECT FROM org.store_region
    JOIN below ON below.id = store_region.region_id
    WHERE store_region.store_id = store.id
      AND daterange(store_region.valid_from, store_region.valid_until) @> %(day)s::date
  ))
ORDER BY store.code
LIMIT %(limit)s
"""

# What held of a store, the latest first.
HISTORY_OF_STORE = """
SELECT told.kind, told.within, told.code, told.name, told.valid_from, told.valid_until,
  told.recorded_at
FROM (
  SELECT 'operator' AS kind, NULL AS within, entity.code, entity.name, run.valid_from,
    run.valid_until, run.recorded_at
  FROM org.store_operator AS run
  JOIN org.legal_entity AS entity ON entity.id = run.legal_entity_id
  WHERE run.store_id = %(id)s
  UNION ALL
  SELECT 'region', hierarchy.code, region.code, region.name, lies.valid_from, lies.valid_until,
    lies.recorded_at
  FROM org.store_region AS lies
  JOIN org.region ON region.id = lies.region_id
  JOIN org.hierarchy ON hierarchy.id = region.hierarchy_id
  WHERE lies.store_id = %(id)s
  UNION ALL
  SELECT 'unit', brand.code, unit.code, unit.name, part.valid_from, part.valid_until,
    part.recorded_at
  FROM org.store_unit AS part
  JOIN org.business_unit AS unit ON unit.id = part.business_unit_id
  JOIN org.brand ON brand.id = unit.brand_id
  WHERE part.store_id = %(id)s
) AS told
ORDER BY told.valid_from DESC, told.kind, told.within
LIMIT %(limit)s
"""

# Staff after a code, of those who are asked for, with the store on a day and the sealed name.
STAFF_LISTED = """
SELECT staff.id, staff.code, named.salt, named.sealed, store.code AS store,
  store.name AS store_name,
  CASE WHEN known.until < 'infinity' THEN known.until END AS until, moves.valid_from AS moves_on,
  moves.code AS moves_to
FROM org.staff
LEFT JOIN org.staff_name AS named ON named.staff_id = staff.id
LEFT JOIN org.staff_assignment AS work
  ON work.staff_id = staff.id
  AND daterange(work.valid_from, work.valid_until) @> %(day)s::date
LEFT JOIN org.store ON store.id = work.store_id
LEFT JOIN LATERAL (
  SELECT max(coalesce(each.valid_until, 'infinity')) AS until
  FROM org.staff_assignment AS each
  WHERE each.staff_id = staff.id
) AS known ON true
LEFT JOIN LATERAL (
  SELECT next.valid_from, elsewhere.code
  FROM org.staff_assignment AS next
  JOIN org.store AS elsewhere ON elsewhere.id = next.store_id
  WHERE next.staff_id = staff.id
    AND next.valid_from > %(day)s::date
  ORDER BY next.valid_from
  LIMIT 1
) AS moves ON true
WHERE staff.code > %(after)s
  AND (NOT %(limited)s OR EXISTS (
    SELECT FROM org.store_brand
    WHERE store_brand.store_id = work.store_id
  ))
  AND (%(staff_ids)s::bigint[] IS NULL OR staff.id = ANY (%(staff_ids)s))
  AND (%(codes)s::text[] IS NULL OR staff.code = ANY (%(codes)s))
  AND (%(text)s = ''
    OR strpos(lower(staff.code), lower(%(text)s)) > 0
    OR staff.id = ANY (%(named_ids)s::bigint[]))
  AND (%(store)s::text IS NULL OR store.code = %(store)s)
ORDER BY staff.code
LIMIT %(limit)s
"""

# The sealed names of the group's staff.
STAFF_NAMES = """
SELECT staff_name.staff_id, staff_name.salt, staff_name.sealed
FROM org.staff_name
WHERE staff_name.sealed IS NOT NULL
"""

# What held of somebody who works here, the latest first.
HISTORY_OF_STAFF = """
SELECT told.kind, told.within, told.code, told.name, told.valid_from, told.valid_until,
  told.recorded_at
FROM (
  SELECT 'store' AS kind, NULL AS within, store.code, store.name, work.valid_from,
    work.valid_until, work.recorded_at
  FROM org.staff_assignment AS work
  JOIN org.store ON store.id = work.store_id
  WHERE work.staff_id = %(id)s
  UNION ALL
  SELECT 'persona', brand.code, persona.code, persona.name, speaks.valid_from, speaks.valid_until,
    speaks.recorded_at
  FROM org.persona_staff AS speaks
  JOIN org.persona_account AS persona ON persona.id = speaks.persona_account_id
  JOIN org.brand ON brand.id = persona.brand_id
  WHERE speaks.staff_id = %(id)s
) AS told
ORDER BY told.valid_from DESC, told.kind, told.code
LIMIT %(limit)s
"""

# Channel accounts that the scope may see.
ACCOUNTS = """
SELECT account.id, brand.code AS brand, account.platform, account.code, entity.code AS entity,
  store.code AS store, account.sees_orders, account.books_revenue, account.earns,
  account.fulfilment_only
FROM org.channel_account AS account
JOIN org.brand ON brand.id = account.brand_id
JOIN org.legal_entity AS entity ON entity.id = account.legal_entity_id
LEFT JOIN org.store ON store.id = account.store_id
ORDER BY brand.code, account.platform, account.code
LIMIT %(limit)s
"""

# Touchpoints after a place of the list, by brand and code.
TOUCHPOINTS = """
SELECT touchpoint.id, brand.code AS brand, touchpoint.code, touchpoint.name,
  account.platform || ':' || account.code AS account
FROM org.touchpoint
JOIN org.brand ON brand.id = touchpoint.brand_id
LEFT JOIN org.channel_account AS account ON account.id = touchpoint.channel_account_id
WHERE (brand.code, touchpoint.code) > (%(after_brand)s, %(after_code)s)
  AND (%(brand)s::text IS NULL OR brand.code = %(brand)s)
  AND (%(codes)s::text[] IS NULL OR touchpoint.code = ANY (%(codes)s))
  AND (%(text)s = ''
    OR strpos(lower(touchpoint.code), lower(%(text)s)) > 0
    OR strpos(lower(touchpoint.name), lower(%(text)s)) > 0)
ORDER BY brand.code, touchpoint.code
LIMIT %(limit)s
"""

# Persona accounts with who speaks through them on a day.
PERSONAS = """
SELECT persona.id, brand.code AS brand, account.platform || ':' || account.code AS account,
  persona.code, persona.name,
  ARRAY (
    SELECT staff.code
    FROM org.persona_staff AS speaks
    JOIN org.staff ON staff.id = speaks.staff_id
    WHERE speaks.persona_account_id = persona.id
      AND daterange(speaks.valid_from, speaks.valid_until) @> %(day)s::date
    ORDER BY staff.code
  ) AS staff
FROM org.persona_account AS persona
JOIN org.brand ON brand.id = persona.brand_id
JOIN org.channel_account AS account ON account.id = persona.channel_account_id
ORDER BY brand.code, account.platform, account.code, persona.code
LIMIT %(limit)s
"""
