"""Writes what people enter: the version of the organisation, names of staff, corrected days."""

from huitong.platform.db import Shape

MOVE = Shape("org_move", {"subject_id": "bigint", "place_id": "bigint", "valid_from": "date"})
NAMES = Shape("org_names", {"staff_id": "bigint", "salt": "bytea", "sealed": "bytea"})
LEAVING = Shape("org_leaving", {"staff_id": "bigint", "valid_until": "date"})

# Counts the first change of an organisation.
FIRST_REVISION = """
INSERT INTO org.revision (group_id, version, recorded_at)
SELECT %(group_id)s, 1, %(now)s
WHERE %(expected)s = 0
ON CONFLICT (group_id) DO NOTHING
RETURNING version
"""

# Counts a change of an organisation that is at the version that was read; locks out others.
NEXT_REVISION = """
UPDATE org.revision
SET version = version + 1, recorded_at = %(now)s
WHERE group_id = %(group_id)s
  AND version = %(expected)s
RETURNING version
"""

# Names of staff, sealed; without one it is forgotten.
PUT_NAMES = """
INSERT INTO org.staff_name (group_id, staff_id, salt, sealed, recorded_at)
SELECT %(group_id)s, incoming.staff_id, incoming.salt, incoming.sealed, %(now)s
FROM {incoming}
ON CONFLICT (group_id, staff_id) DO UPDATE SET salt = excluded.salt, sealed = excluded.sealed
"""

# Ends where somebody works last on the day on which they do not any more; an end that is still to
# come moves, one that was is not rewritten.
LEAVE = """
UPDATE org.staff_assignment
SET valid_until = incoming.valid_until
FROM {incoming}
WHERE staff_assignment.staff_id = incoming.staff_id
  AND (staff_assignment.valid_until IS NULL OR staff_assignment.valid_until > %(today)s::date)
  AND staff_assignment.valid_from < incoming.valid_until
  AND NOT EXISTS (
    SELECT
    FROM org.staff_assignment AS later
    WHERE later.staff_id = staff_assignment.staff_id
      AND later.valid_from > staff_assignment.valid_from
  )
"""

# Ends who speaks through persona accounts and is not named any more; a day at least stays.
END_PERSONA_STAFF = """
UPDATE org.persona_staff
SET valid_until = greatest(%(day)s::date, persona_staff.valid_from + 1)
WHERE persona_staff.persona_account_id = ANY (%(persona_ids)s::bigint[])
  AND persona_staff.valid_until IS NULL
  AND NOT EXISTS (
    SELECT
    FROM unnest(%(kept_personas)s::bigint[], %(kept_staff)s::bigint[]) AS kept(persona, staff)
    WHERE kept.persona = persona_staff.persona_account_id
      AND kept.staff = persona_staff.staff_id
  )
"""

# What held last of each store that is to be run by somebody.
LATEST_STORE_OPERATORS = """
SELECT DISTINCT ON (incoming.subject_id, incoming.place_id)
  incoming.subject_id, incoming.place_id, run.legal_entity_id, run.valid_from, run.valid_until
FROM {incoming}
JOIN org.store_operator AS run ON run.store_id = incoming.subject_id
ORDER BY incoming.subject_id, incoming.place_id, run.valid_from DESC
"""

# What held last of each store in the hierarchy of the region it is to be in.
LATEST_STORE_REGIONS = """
SELECT DISTINCT ON (incoming.subject_id, incoming.place_id)
  incoming.subject_id, incoming.place_id, lies.region_id, lies.valid_from, lies.valid_until
FROM {incoming}
JOIN org.region ON region.id = incoming.place_id
JOIN org.store_region AS lies
  ON lies.store_id = incoming.subject_id
  AND lies.hierarchy_id = region.hierarchy_id
ORDER BY incoming.subject_id, incoming.place_id, lies.valid_from DESC
"""

# What held last of each store in the brand of the unit it is to be in.
LATEST_STORE_UNITS = """
SELECT DISTINCT ON (incoming.subject_id, incoming.place_id)
  incoming.subject_id, incoming.place_id, part.business_unit_id, part.valid_from, part.valid_until
FROM {incoming}
JOIN org.business_unit AS unit ON unit.id = incoming.place_id
JOIN org.store_unit AS part
  ON part.store_id = incoming.subject_id
  AND part.brand_id = unit.brand_id
ORDER BY incoming.subject_id, incoming.place_id, part.valid_from DESC
"""

# What held last of each region that is to lie in another.
LATEST_REGION_PARENTS = """
SELECT DISTINCT ON (incoming.subject_id, incoming.place_id)
  incoming.subject_id, incoming.place_id, above.parent_id, above.valid_from, above.valid_until
FROM {incoming}
JOIN org.region_parent AS above ON above.region_id = incoming.subject_id
ORDER BY incoming.subject_id, incoming.place_id, above.valid_from DESC
"""

# What held last of whoever is to work in a store.
LATEST_STAFF_ASSIGNMENTS = """
SELECT DISTINCT ON (incoming.subject_id, incoming.place_id)
  incoming.subject_id, incoming.place_id, work.store_id, work.valid_from, work.valid_until
FROM {incoming}
JOIN org.staff_assignment AS work ON work.staff_id = incoming.subject_id
ORDER BY incoming.subject_id, incoming.place_id, work.valid_from DESC
"""

# What began on the very day is corrected: today or later, nothing has hung on it for long.
CORRECT_STORE_OPERATORS = """
UPDATE org.store_operator
SET legal_entity_id = incoming.place_id
FROM {incoming}
WHERE store_operator.store_id = incoming.subject_id
  AND store_operator.valid_until IS NULL
  AND store_operator.valid_from = incoming.valid_from
"""

# The same of a region, in its hierarchy.
CORRECT_STORE_REGIONS = """
UPDATE org.store_region
SET region_id = incoming.place_id
FROM {incoming}
JOIN org.region ON region.id = incoming.place_id
WHERE store_region.store_id = incoming.subject_id
  AND store_region.hierarchy_id = region.hierarchy_id
  AND store_region.valid_until IS NULL
  AND store_region.valid_from = incoming.valid_from
"""

# The same of a unit, in its brand.
CORRECT_STORE_UNITS = """
UPDATE org.store_unit
SET business_unit_id = incoming.place_id
FROM {incoming}
JOIN org.business_unit ON business_unit.id = incoming.place_id
WHERE store_unit.store_id = incoming.subject_id
  AND store_unit.brand_id = business_unit.brand_id
  AND store_unit.valid_until IS NULL
  AND store_unit.valid_from = incoming.valid_from
"""

# The same of a parent.
CORRECT_REGION_PARENTS = """
UPDATE org.region_parent
SET parent_id = incoming.place_id
FROM {incoming}
WHERE region_parent.region_id = incoming.subject_id
  AND region_parent.valid_until IS NULL
  AND region_parent.valid_from = incoming.valid_from
"""

# The same of where somebody works.
CORRECT_STAFF_ASSIGNMENTS = """
UPDATE org.staff_assignment
SET store_id = incoming.place_id
FROM {incoming}
WHERE staff_assignment.staff_id = incoming.subject_id
  AND staff_assignment.valid_until IS NULL
  AND staff_assignment.valid_from = incoming.valid_from
"""
