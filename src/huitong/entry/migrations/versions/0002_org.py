"""The first tables of `org`: entities, brands, stores and who runs them, staff, accounts."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0002"
down_revision = "0001"

SCHEMA = """
CREATE SCHEMA org;
GRANT USAGE ON SCHEMA org TO huitong_app, huitong_worker, huitong_reader;

-- Lets an exclusion constraint hold "one at a time" over an id and a range of days.
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA org;

CREATE TABLE org.retail_group (
  group_id      bigint NOT NULL,
  name          text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id)
);

CREATE TABLE org.legal_entity (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  code          text NOT NULL,
  name          text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, code),
  FOREIGN KEY (group_id) REFERENCES org.retail_group (group_id)
);

CREATE TABLE org.identity_domain (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  code          text NOT NULL,
  name          text NOT NULL,
  legal_entity_id bigint NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, code),
  FOREIGN KEY (group_id, legal_entity_id) REFERENCES org.legal_entity (group_id, id)
);

CREATE TABLE org.brand (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  code          text NOT NULL,
  name          text NOT NULL,
  legal_entity_id bigint NOT NULL,
  identity_domain_id bigint NOT NULL,
  time_zone     text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, code),
  FOREIGN KEY (group_id, legal_entity_id) REFERENCES org.legal_entity (group_id, id),
  FOREIGN KEY (group_id, identity_domain_id) REFERENCES org.identity_domain (group_id, id)
);

CREATE TABLE org.hierarchy (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  code          text NOT NULL,
  name          text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, code),
  FOREIGN KEY (group_id) REFERENCES org.retail_group (group_id)
);

CREATE TABLE org.region (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  hierarchy_id  bigint NOT NULL,
  code          text NOT NULL,
  name          text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, hierarchy_id, code),
  UNIQUE (group_id, hierarchy_id, id),
  FOREIGN KEY (group_id, hierarchy_id) REFERENCES org.hierarchy (group_id, id)
);

CREATE TABLE org.region_parent (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  hierarchy_id  bigint NOT NULL,
  region_id     bigint NOT NULL,
  parent_id     bigint NOT NULL,
  valid_from    date NOT NULL,
  valid_until   date,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  FOREIGN KEY (group_id, hierarchy_id, region_id)
    REFERENCES org.region (group_id, hierarchy_id, id),
  FOREIGN KEY (group_id, hierarchy_id, parent_id)
    REFERENCES org.region (group_id, hierarchy_id, id),
  CHECK (region_id <> parent_id),
  CHECK (valid_from < valid_until),
  EXCLUDE USING gist (group_id WITH =, region_id WITH =,
                      daterange(valid_from, valid_until) WITH &&)
);

CREATE TABLE org.store (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  code          text NOT NULL,
  name          text NOT NULL,
  kind          text NOT NULL
                CHECK (kind IN ('direct', 'franchise', 'dealer', 'counter', 'outlet', 'campus',
                                'multi_brand', 'online_shop', 'warehouse')),
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, code),
  FOREIGN KEY (group_id) REFERENCES org.retail_group (group_id)
);

CREATE TABLE org.store_brand (
  group_id      bigint NOT NULL,
  store_id      bigint NOT NULL,
  brand_id      bigint NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, store_id, brand_id),
  FOREIGN KEY (group_id, store_id) REFERENCES org.store (group_id, id),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id)
);

CREATE TABLE org.store_operator (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  store_id      bigint NOT NULL,
  legal_entity_id bigint NOT NULL,
  valid_from    date NOT NULL,
  valid_until   date,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  FOREIGN KEY (group_id, store_id) REFERENCES org.store (group_id, id),
  FOREIGN KEY (group_id, legal_entity_id) REFERENCES org.legal_entity (group_id, id),
  CHECK (valid_from < valid_until),
  EXCLUDE USING gist (group_id WITH =, store_id WITH =,
                      daterange(valid_from, valid_until) WITH &&)
);

CREATE TABLE org.store_region (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  store_id      bigint NOT NULL,
  hierarchy_id  bigint NOT NULL,
  region_id     bigint NOT NULL,
  valid_from    date NOT NULL,
  valid_until   date,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  FOREIGN KEY (group_id, store_id) REFERENCES org.store (group_id, id),
  FOREIGN KEY (group_id, hierarchy_id, region_id)
    REFERENCES org.region (group_id, hierarchy_id, id),
  CHECK (valid_from < valid_until),
  EXCLUDE USING gist (group_id WITH =, store_id WITH =, hierarchy_id WITH =,
                      daterange(valid_from, valid_until) WITH &&)
);

-- Staff are known by their code; a name would be personal data and has no use here yet.
CREATE TABLE org.staff (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  code          text NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, code),
  FOREIGN KEY (group_id) REFERENCES org.retail_group (group_id)
);

CREATE TABLE org.staff_assignment (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  staff_id      bigint NOT NULL,
  store_id      bigint NOT NULL,
  valid_from    date NOT NULL,
  valid_until   date,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  FOREIGN KEY (group_id, staff_id) REFERENCES org.staff (group_id, id),
  FOREIGN KEY (group_id, store_id) REFERENCES org.store (group_id, id),
  CHECK (valid_from < valid_until),
  EXCLUDE USING gist (group_id WITH =, staff_id WITH =,
                      daterange(valid_from, valid_until) WITH &&)
);

CREATE TABLE org.channel_account (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  platform      text NOT NULL,
  code          text NOT NULL,
  legal_entity_id bigint NOT NULL,
  store_id      bigint,
  sees_orders   boolean NOT NULL,
  books_revenue boolean NOT NULL,
  earns         boolean NOT NULL,
  fulfilment_only boolean NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, platform, code),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id),
  FOREIGN KEY (group_id, legal_entity_id) REFERENCES org.legal_entity (group_id, id),
  FOREIGN KEY (group_id, store_id) REFERENCES org.store (group_id, id),
  CHECK (NOT (fulfilment_only AND (books_revenue OR earns)))
);

CREATE TABLE org.touchpoint (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  code          text NOT NULL,
  name          text NOT NULL,
  channel_account_id bigint,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, brand_id, code),
  FOREIGN KEY (group_id, brand_id) REFERENCES org.brand (group_id, id),
  FOREIGN KEY (group_id, channel_account_id) REFERENCES org.channel_account (group_id, id)
);
"""

OF_THE_GROUP = (
    "org.retail_group",
    "org.legal_entity",
    "org.identity_domain",
    "org.brand",
    "org.hierarchy",
    "org.region",
    "org.region_parent",
    "org.store",
    "org.store_operator",
    "org.store_region",
    "org.staff",
    "org.staff_assignment",
)
OF_A_BRAND = ("org.store_brand", "org.channel_account", "org.touchpoint")


def upgrade() -> None:
    """Create the schema, its tables and their policies."""
    run(SCHEMA)
    for table in OF_THE_GROUP:
        run(*secure(table))
    for table in OF_A_BRAND:
        run(*secure(table, brand=True))
