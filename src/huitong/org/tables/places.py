"""Everything that a data scope can name, in one query."""

# The operators, regions, stores and staff of the group; a region's code holds that of its
# hierarchy, as two hierarchies may use the same one.
PLACES = """
SELECT 'operator', e.id, e.code, e.name
FROM org.legal_entity AS e
WHERE e.group_id = %(group_id)s
UNION ALL
SELECT 'region', r.id, h.code || '/' || r.code, r.name
FROM org.region AS r
JOIN org.hierarchy AS h
  ON h.group_id = r.group_id
  AND h.id = r.hierarchy_id
WHERE r.group_id = %(group_id)s
UNION ALL
SELECT 'store', s.id, s.code, s.name
FROM org.store AS s
WHERE s.group_id = %(group_id)s
UNION ALL
SELECT 'staff', p.id, p.code, p.code
FROM org.staff AS p
WHERE p.group_id = %(group_id)s
ORDER BY 1, 3
"""
