"""Finds the units of a group: by code, by the scope of who asks, or all of them."""

# What the group of the scope is called.
GROUP_NAME = """
SELECT name
FROM org.retail_group
WHERE group_id = %(group_id)s
"""

# The look-up that needs no scope: of which groups a brand of this code is.
GROUPS_OF_BRAND = """
SELECT group_id
FROM org.groups_of_brand(%(code)s)
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

# Stores of the group.
STORES = "SELECT id, code, name, kind FROM org.store ORDER BY code"

# The codes and sealed names of staff. Who sees some brands only is told the names of those who work
# today, the day of the oldest brand, where one of these is sold.
STAFF_CALLED = """
SELECT staff.id, staff.code, named.salt, named.sealed
FROM org.staff
LEFT JOIN org.staff_name AS named
  ON named.staff_id = staff.id
  AND (NOT %(limited)s OR EXISTS (
    SELECT
    FROM org.staff_assignment AS work
    JOIN org.store_brand ON store_brand.store_id = work.store_id
    WHERE work.staff_id = staff.id
      AND daterange(work.valid_from, work.valid_until) @>
        (%(now)s::timestamptz AT TIME ZONE coalesce(
          (SELECT brand.time_zone FROM org.brand ORDER BY brand.id LIMIT 1), 'Asia/Shanghai'
        ))::date
  ))
WHERE staff.id = ANY (%(staff_ids)s::bigint[])
"""

# The codes of the staff.
STAFF_CODES = """
SELECT id, code
FROM org.staff
"""
