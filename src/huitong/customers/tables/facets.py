"""Named SQL of facets: what of customers' profiles is counted, plain, in one row each."""

from huitong.platform.db import Shape

FACET = Shape(
    "customers_facet",
    {
        "bucket": "smallint",
        "customer_id": "bigint",
        "brand_id": "bigint",
        "is_said": "boolean",
        "gender": "text",
        "city": "text",
        "birth_year": "smallint",
        "birth_month": "smallint",
        "birth_day": "smallint",
        "trust_mark": "bigint",
    },
)

# Facets as statements make them now. Of whom nobody said anything no row is made, but one that is
# there is brought up; a row that would stay the same is not touched.
PUT_FACETS = """
INSERT INTO customers.facet
  (group_id, bucket, customer_id, brand_id, gender, city, birth_year, birth_month, birth_day,
   trust_mark)
SELECT %(group_id)s, incoming.bucket, incoming.customer_id, incoming.brand_id, incoming.gender,
       incoming.city, incoming.birth_year, incoming.birth_month, incoming.birth_day,
       incoming.trust_mark
FROM {incoming}
WHERE incoming.is_said
  OR EXISTS (
    SELECT 1
    FROM customers.facet AS known
    WHERE known.group_id = %(group_id)s
      AND known.bucket = incoming.bucket
      AND known.customer_id = incoming.customer_id)
ORDER BY incoming.bucket, incoming.customer_id
ON CONFLICT (group_id, bucket, customer_id) DO UPDATE
SET gender = excluded.gender, city = excluded.city, birth_year = excluded.birth_year,
    birth_month = excluded.birth_month, birth_day = excluded.birth_day,
    trust_mark = excluded.trust_mark
WHERE (facet.gender, facet.city, facet.birth_year, facet.birth_month, facet.birth_day,
       facet.trust_mark)
  IS DISTINCT FROM
      (excluded.gender, excluded.city, excluded.birth_year, excluded.birth_month,
       excluded.birth_day, excluded.trust_mark)
"""

# Customers whose facets were folded under another trust than their brand has now, or never. Two
# ranges of an index, as most often there are none.
DUE_FACETS = """
SELECT due.customer_id
FROM unnest(%(brand_ids)s::bigint[], %(marks)s::bigint[]) AS wanted(brand_id, mark)
CROSS JOIN LATERAL (
  SELECT facet.customer_id
  FROM customers.facet
  WHERE facet.group_id = %(group_id)s
    AND facet.brand_id = wanted.brand_id
    AND facet.trust_mark < wanted.mark
  UNION ALL
  SELECT facet.customer_id
  FROM customers.facet
  WHERE facet.group_id = %(group_id)s
    AND facet.brand_id = wanted.brand_id
    AND facet.trust_mark > wanted.mark
  LIMIT %(limit)s
) AS due
LIMIT %(limit)s
"""

# Forgets what customers were like; that they were is told by their own row.
ERASE_FACETS = """
UPDATE customers.facet
SET gender = NULL, city = NULL, birth_year = NULL, birth_month = NULL, birth_day = NULL
WHERE group_id = %(group_id)s
  AND (bucket, customer_id) IN (
    SELECT (wanted & 4095)::smallint, wanted
    FROM unnest(%(customer_ids)s::bigint[]) AS wanted
  )
"""
