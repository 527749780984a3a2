"""Who stood where and from when: operators, regions, staff, business units, personas."""

from huitong.platform.db import Shape

PLACEMENT = Shape(
    "org_placement",
    {"id": "bigint", "subject_id": "bigint", "place_id": "bigint", "valid_from": "date"},
)

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

# What somebody sees, as (whose, id, code): the stores of operators, of regions and those below
# them, or named themselves; who works in one of them; and the staff that they are, while these work
# in a store that carries a brand of the scope. Days are those of the group's oldest brand.
SEEN = """
WITH RECURSIVE today AS (
  SELECT (%(at)s::timestamptz AT TIME ZONE coalesce(
    (SELECT brand.time_zone FROM org.brand ORDER BY brand.id LIMIT 1), 'Asia/Shanghai'
  ))::date AS day
), below AS (
  SELECT wanted AS region_id
  FROM unnest(%(region_ids)s::bigint[]) AS wanted
  UNION
  SELECT region_parent.region_id
  FROM below
  JOIN org.region_parent ON region_parent.parent_id = below.region_id
  JOIN today ON daterange(region_parent.valid_from, region_parent.valid_until) @> today.day
), seen_store AS (
  SELECT store.id, store.code
  FROM org.store
  WHERE store.id = ANY (%(store_ids)s::bigint[])
    OR EXISTS (
      SELECT FROM org.store_operator
      JOIN today ON daterange(store_operator.valid_from, store_operator.valid_until) @> today.day
      WHERE store_operator.store_id = store.id
        AND store_operator.legal_entity_id = ANY (%(legal_entity_ids)s::bigint[])
    )
    OR EXISTS (
      SELECT FROM org.store_region
      JOIN below ON below.region_id = store_region.region_id
      JOIN today ON daterange(store_region.valid_from, store_region.valid_until) @> today.day
      WHERE store_region.store_id = store.id
    )
)
SELECT 'store' AS whose, seen_store.id, seen_store.code
FROM seen_store
UNION ALL
SELECT 'self', staff.id, staff.code
FROM org.staff
WHERE staff.id = ANY (%(staff_ids)s::bigint[])
  AND EXISTS (
    SELECT FROM org.staff_assignment
    JOIN today ON daterange(staff_assignment.valid_from, staff_assignment.valid_until) @> today.day
    WHERE staff_assignment.staff_id = staff.id
      AND (%(every_brand)s OR EXISTS (
        SELECT FROM org.store_brand
        WHERE store_brand.store_id = staff_assignment.store_id
      ))
  )
UNION ALL
SELECT 'colleague', staff.id, staff.code
FROM seen_store
JOIN org.staff_assignment ON staff_assignment.store_id = seen_store.id
JOIN today ON daterange(staff_assignment.valid_from, staff_assignment.valid_until) @> today.day
JOIN org.staff ON staff.id = staff_assignment.staff_id
"""
