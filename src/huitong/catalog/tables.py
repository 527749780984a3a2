"""The named SQL of `catalog` and the shapes of the rows that go into it."""

from huitong.platform.db import Shape

PRODUCT = Shape("catalog_product", {"id": "bigint", "brand_id": "bigint", "code": "text"})
# Lists travel as array literals: rows that go in as arrays cannot hold arrays themselves.
SKU = Shape(
    "catalog_sku",
    {
        "id": "bigint",
        "brand_id": "bigint",
        "code": "text",
        "spu": "text",
        "name": "text",
        "category": "text",
        "brand_label": "text",
        "series": "text",
        "season": "text",
        "year": "smallint",
        "colour": "text",
        "size": "text",
        "material": "text",
        "list_price_minor": "bigint",
        "cost_minor": "bigint",
        "images": "text",
        "attributes": "text",
    },
)
STOCK = Shape(
    "catalog_stock",
    {
        "sku_id": "bigint",
        "store_id": "bigint",
        "day": "date",
        "brand_id": "bigint",
        "quantity": "bigint",
        "cost_minor": "bigint",
        "told_at": "timestamptz",
    },
)

# Products that items name, unless they are known.
PUT_PRODUCTS = """
INSERT INTO catalog.product (group_id, id, brand_id, code, recorded_at)
SELECT %(group_id)s, incoming.id, incoming.brand_id, incoming.code, %(now)s
FROM {incoming}
ORDER BY incoming.brand_id, incoming.code
ON CONFLICT (group_id, brand_id, code) DO NOTHING
"""

# Items by brand and code; one that is told as it is known already is left alone. LATERAL with
# OFFSET 0 finds each product by its key, where a join would read all of them for every page.
PUT_SKUS = """
INSERT INTO catalog.sku
  (group_id, id, brand_id, code, product_id, spu, name, category, brand_label, series, season,
   year, colour, size, material, list_price_minor, cost_minor, images, attributes,
   recorded_at, changed_at)
SELECT %(group_id)s, incoming.id, incoming.brand_id, incoming.code, product.id, incoming.spu,
       incoming.name, incoming.category::text[], incoming.brand_label, incoming.series,
       incoming.season, incoming.year, incoming.colour, incoming.size, incoming.material,
       incoming.list_price_minor, incoming.cost_minor, incoming.images::text[],
       incoming.attributes::jsonb, %(now)s, %(now)s
FROM {incoming}
CROSS JOIN LATERAL (
  SELECT known.id
  FROM catalog.product AS known
  WHERE known.group_id = %(group_id)s
    AND known.brand_id = incoming.brand_id
    AND known.code = incoming.spu
  OFFSET 0
) AS product
ORDER BY incoming.brand_id, incoming.code
ON CONFLICT (group_id, brand_id, code) DO UPDATE
SET product_id = excluded.product_id, spu = excluded.spu, name = excluded.name,
    category = excluded.category, brand_label = excluded.brand_label, series = excluded.series,
    season = excluded.season, year = excluded.year, colour = excluded.colour,
    size = excluded.size, material = excluded.material,
    list_price_minor = excluded.list_price_minor, cost_minor = excluded.cost_minor,
    images = excluded.images, attributes = excluded.attributes, changed_at = excluded.changed_at
WHERE (sku.product_id, sku.name, sku.category, sku.brand_label, sku.series, sku.season, sku.year,
       sku.colour, sku.size, sku.material, sku.list_price_minor, sku.cost_minor, sku.images,
       sku.attributes)
  IS DISTINCT FROM
      (excluded.product_id, excluded.name, excluded.category, excluded.brand_label,
       excluded.series, excluded.season, excluded.year, excluded.colour, excluded.size,
       excluded.material, excluded.list_price_minor, excluded.cost_minor, excluded.images,
       excluded.attributes)
"""

# Items of one brand by code, with what orders and rules read of them.
SKUS_BY_CODE = """
SELECT id, code, spu, name, category, brand_label, series, season, year, colour, size,
       list_price_minor, cost_minor
FROM catalog.sku
WHERE group_id = %(group_id)s
  AND brand_id = %(brand_id)s
  AND code = ANY (%(codes)s::text[])
"""

# The categories of items by code, as far as they stand below one of some top categories.
PATHS_BELOW = """
SELECT found.code, found.category
FROM unnest(%(codes)s::text[]) AS wanted (code)
CROSS JOIN LATERAL (
  SELECT sku.code, sku.category
  FROM catalog.sku
  WHERE sku.group_id = %(group_id)s
    AND sku.brand_id = %(brand_id)s
    AND sku.code = wanted.code
  OFFSET 0
) AS found
WHERE found.category[1] = ANY (%(tops)s::text[])
"""

# What stores have of items on a day. Two accounts may tell of the same shelf: the newer one holds,
# and one that is as new, or does not say how new it is, is taken for newer.
PUT_STOCKS = """
INSERT INTO catalog.stock AS known
  (group_id, sku_id, store_id, day, brand_id, quantity, cost_minor, told_at, recorded_at,
   changed_at)
SELECT %(group_id)s, incoming.sku_id, incoming.store_id, incoming.day, incoming.brand_id,
       incoming.quantity, incoming.cost_minor, incoming.told_at, %(now)s, %(now)s
FROM {incoming}
ORDER BY incoming.sku_id, incoming.store_id, incoming.day
ON CONFLICT (group_id, sku_id, store_id, day) DO UPDATE
SET quantity = excluded.quantity, cost_minor = excluded.cost_minor, told_at = excluded.told_at,
    changed_at = excluded.changed_at, changed_xid = pg_current_xact_id()
WHERE COALESCE(excluded.told_at >= known.told_at, true)
"""

# The newest day of a brand's stock, and whether its costs are known.
STOCK_KNOWN = """
SELECT stock.day, bool_or(stock.cost_minor IS NOT NULL)
FROM catalog.stock
WHERE stock.group_id = %(group_id)s
  AND stock.brand_id = %(brand_id)s
GROUP BY stock.day
ORDER BY stock.day DESC
LIMIT 1
"""

# What a brand's stores had of items on a day, by item and store.
STOCKS_ON = """
SELECT sku.code, stock.store_id, stock.quantity, stock.cost_minor
FROM catalog.stock
JOIN catalog.sku ON sku.group_id = stock.group_id AND sku.id = stock.sku_id
WHERE stock.group_id = %(group_id)s
  AND stock.brand_id = %(brand_id)s
  AND stock.day = %(day)s
ORDER BY sku.code, stock.store_id
LIMIT %(limit)s
"""
