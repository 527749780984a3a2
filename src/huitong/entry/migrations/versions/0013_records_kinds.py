"""Signals, stock and opening balances: three more kinds of record, and where each is kept."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0013"
down_revision = "0012"

KINDS = """
ALTER TABLE channels.delivery
  DROP CONSTRAINT delivery_kind_check,
  ADD CONSTRAINT delivery_kind_check CHECK (kind IN
    ('member', 'product', 'order', 'refund', 'fulfilment', 'signal', 'stock', 'opening'));
ALTER TABLE channels.record
  DROP CONSTRAINT record_kind_check,
  ADD CONSTRAINT record_kind_check CHECK (kind IN
    ('member', 'product', 'order', 'refund', 'fulfilment', 'signal', 'stock', 'opening'));
"""

STOCK = """
-- What a store had of an item on a day, as the newest record of it says.
CREATE TABLE catalog.stock (
  group_id      bigint NOT NULL,
  sku_id        bigint NOT NULL,
  store_id      bigint NOT NULL,
  day           date NOT NULL,
  brand_id      bigint NOT NULL,
  quantity      bigint NOT NULL,
  cost_minor    bigint CHECK (cost_minor >= 0),
  told_at       timestamptz,
  recorded_at   timestamptz NOT NULL,
  changed_at    timestamptz NOT NULL,
  changed_xid   xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (group_id, sku_id, store_id, day),
  FOREIGN KEY (group_id, sku_id) REFERENCES catalog.sku (group_id, id),
  FOREIGN KEY (group_id, store_id) REFERENCES org.store (group_id, id)
);
CREATE INDEX stock_of_day ON catalog.stock (group_id, brand_id, day);

CREATE VIEW catalog.v_stock WITH (security_invoker = true) AS
SELECT group_id, brand_id, sku_id, store_id, day, quantity, cost_minor, changed_xid
FROM catalog.stock;

GRANT SELECT ON catalog.v_stock TO huitong_app, huitong_worker, huitong_reader;
"""

SIGNALS = """
CREATE SCHEMA signals;
GRANT USAGE ON SCHEMA signals TO huitong_app, huitong_worker, huitong_reader;

CREATE TABLE signals.signal (
  group_id              bigint NOT NULL,
  bucket                smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  id                    bigint NOT NULL,
  brand_id              bigint NOT NULL,
  channel_account_id    bigint NOT NULL,
  event_id              text NOT NULL,
  record_id             bigint NOT NULL,
  kind                  text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]{0,49}$'),
  occurred_at           timestamptz NOT NULL,
  customer_id           bigint,
  -- How it came, for ever: a merge can be undone.
  origin_customer_id    bigint,
  origin_identifier_id  bigint,
  sku                   text,
  store                 text,
  content               text,
  touchpoint            text,
  guide                 text,
  properties            jsonb,
  recorded_at           timestamptz NOT NULL,
  changed_xid           xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, channel_account_id, event_id, bucket)
);
CREATE INDEX signal_of_customer
  ON signals.signal (group_id, customer_id, occurred_at DESC, id DESC)
  WHERE customer_id IS NOT NULL;
CREATE INDEX signal_by_time ON signals.signal (group_id, brand_id, occurred_at);

CREATE VIEW signals.v_signal WITH (security_invoker = true) AS
SELECT
  group_id, bucket, id, brand_id, channel_account_id, kind, occurred_at, customer_id, sku, store,
  content, touchpoint, guide, recorded_at, changed_xid
FROM signals.signal;

GRANT SELECT ON signals.v_signal TO huitong_app, huitong_worker, huitong_reader;
"""

OPENINGS = """
-- What a customer of an older system started with, as its newest version says.
CREATE TABLE loyalty.opening (
  group_id              bigint NOT NULL,
  bucket                smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  id                    bigint NOT NULL,
  brand_id              bigint NOT NULL,
  channel_account_id    bigint NOT NULL,
  kind                  text NOT NULL CHECK (kind IN
                        ('points', 'growth', 'stored_principal', 'stored_bonus', 'tier')),
  -- The older system's own key of it, blind, as it is often the member's number; an erasure
  -- takes it away.
  key_digest            bytea CHECK (octet_length(key_digest) = 16),
  customer_id           bigint NOT NULL,
  origin_customer_id    bigint NOT NULL,
  origin_identifier_id  bigint NOT NULL,
  record_id             bigint NOT NULL,
  asset                 text,
  tier                  text,
  valid_until           timestamptz,
  as_of                 timestamptz NOT NULL,
  reason                text,
  revision              integer NOT NULL CHECK (revision > 0),
  recorded_at           timestamptz NOT NULL,
  changed_xid           xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, channel_account_id, kind, key_digest, bucket),
  CHECK ((kind = 'tier') = (tier IS NOT NULL)),
  CHECK ((kind = 'tier') = (asset IS NULL))
);
CREATE INDEX opening_of_customer ON loyalty.opening (group_id, customer_id);
CREATE INDEX opening_of_brand ON loyalty.opening (group_id, brand_id, kind);

-- The lives of an opening balance; a correction grants or takes back the difference of each.
CREATE TABLE loyalty.opening_lot (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  opening_id    bigint NOT NULL,
  active_from   timestamptz,
  expires_at    timestamptz,
  granted       bigint NOT NULL CHECK (granted > 0),
  clawed        bigint NOT NULL DEFAULT 0,
  revision      integer NOT NULL CHECK (revision > 0),
  changed_xid   xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE NULLS NOT DISTINCT (group_id, bucket, opening_id, active_from, expires_at),
  CHECK (clawed BETWEEN 0 AND granted),
  FOREIGN KEY (group_id, bucket, opening_id) REFERENCES loyalty.opening (group_id, bucket, id)
);

-- When the openings of a brand were frozen and by whom, kind by kind; the newest line holds.
CREATE TABLE loyalty.cut_over (
  group_id      bigint NOT NULL,
  id            bigint NOT NULL,
  brand_id      bigint NOT NULL,
  kind          text NOT NULL CHECK (kind IN
                ('points', 'growth', 'stored_principal', 'stored_bonus', 'tier')),
  is_frozen     boolean NOT NULL,
  actor         text NOT NULL,
  reason        text NOT NULL CHECK (reason <> ''),
  changed_at    timestamptz NOT NULL,
  PRIMARY KEY (group_id, id)
);
CREATE INDEX cut_over_of_brand ON loyalty.cut_over (group_id, brand_id, kind, id);
"""


def upgrade() -> None:
    """Let the inbox take the new kinds, and make their tables with their policies."""
    run(KINDS)
    run(STOCK)
    run(*secure("catalog.stock", brand=True))
    run(SIGNALS)
    run(*secure("signals.signal", brand=True))
    run(OPENINGS)
    run(*secure("loyalty.opening", brand=True))
    run(*secure("loyalty.opening_lot", brand=True))
    run(*secure("loyalty.cut_over", brand=True, app="SELECT, INSERT"))
