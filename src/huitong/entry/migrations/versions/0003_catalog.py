"""The first tables of `catalog`: products and their SKUs."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0003"
down_revision = "0002"

SCHEMA = """
CREATE SCHEMA catalog;
GRANT USAGE ON SCHEMA catalog TO huitong_app, huitong_worker, huitong_reader;

CREATE TABLE catalog.product (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  code          text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, brand_id, code),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id)
);

-- What describes an item stands here and not on the product: sources tell it item by item, and
-- two items of one product may differ in any of it.
CREATE TABLE catalog.sku (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  code          text NOT NULL,
  product_id    bigint NOT NULL,
  spu           text NOT NULL,
  name          text NOT NULL,
  category      text[] NOT NULL,
  brand_label   text,
  series        text,
  season        text,
  year          smallint,
  colour        text,
  size          text,
  material      text,
  list_price_minor bigint CHECK (list_price_minor >= 0),
  cost_minor    bigint CHECK (cost_minor >= 0),
  images        text[] NOT NULL,
  attributes    jsonb NOT NULL,
  recorded_at   timestamptz NOT NULL,
  changed_at    timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, brand_id, code),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id),
  FOREIGN KEY (group_id, product_id) REFERENCES catalog.product (group_id, id)
);
CREATE INDEX sku_of_product ON catalog.sku (group_id, product_id);
"""


def upgrade() -> None:
    """Create the schema, its tables and their policies."""
    run(SCHEMA)
    run(*secure("catalog.product", brand=True))
    run(*secure("catalog.sku", brand=True))
