"""The first tables of `loyalty`: programme versions, grants with their why, standings."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0009"
down_revision = "0008"

SCHEMA = """
CREATE SCHEMA loyalty;
GRANT USAGE ON SCHEMA loyalty TO huitong_app, huitong_worker, huitong_reader;

CREATE TABLE loyalty.programme (
  group_id        bigint NOT NULL,
  brand_id        bigint NOT NULL,
  version         integer NOT NULL CHECK (version > 0),
  document        jsonb NOT NULL,
  effective_from  timestamptz NOT NULL,
  actor           text NOT NULL,
  recorded_at     timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id, version),
  UNIQUE (group_id, brand_id, effective_from)
);

-- What an order has granted of one asset, what of it was taken back, and why.
CREATE TABLE loyalty.grant_position (
  group_id          bigint NOT NULL,
  bucket            smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  order_id          bigint NOT NULL,
  asset             text NOT NULL CHECK (asset IN ('points', 'growth')),
  brand_id          bigint NOT NULL,
  customer_id       bigint NOT NULL,
  -- What the order earns while nothing has come back; grants and claw-backs follow it.
  earned            bigint NOT NULL CHECK (earned >= 0),
  granted           bigint NOT NULL CHECK (granted >= 0),
  clawed            bigint NOT NULL,
  -- Held back while a refund of the order is open.
  frozen            bigint NOT NULL DEFAULT 0 CHECK (frozen >= 0),
  frozen_revision   integer NOT NULL DEFAULT 0,
  revision          integer NOT NULL CHECK (revision > 0),
  programme_version integer NOT NULL,
  activates_at      timestamptz,
  shares            jsonb NOT NULL,
  ordered_at        timestamptz NOT NULL,
  recorded_at       timestamptz NOT NULL,
  changed_xid       xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (group_id, bucket, order_id, asset),
  CONSTRAINT claw_back_within_grant CHECK (clawed BETWEEN 0 AND granted)
);
CREATE INDEX grant_of_customer
  ON loyalty.grant_position (group_id, customer_id, ordered_at);

-- The tier a member has in the growth system; the growth itself is in the ledger.
CREATE TABLE loyalty.standing (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  customer_id   bigint NOT NULL,
  brand_id      bigint NOT NULL,
  tier          text NOT NULL,
  since         timestamptz NOT NULL,
  recorded_at   timestamptz NOT NULL,
  changed_xid   xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (group_id, bucket, customer_id)
);

CREATE TABLE loyalty.tier_change (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL,
  id            bigint NOT NULL,
  customer_id   bigint NOT NULL,
  brand_id      bigint NOT NULL,
  from_tier     text,
  to_tier       text NOT NULL,
  growth        bigint NOT NULL,
  order_id      bigint,
  changed_at    timestamptz NOT NULL,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, id)
);
CREATE INDEX tier_change_of_customer
  ON loyalty.tier_change (group_id, customer_id, recorded_at);

-- Points spent on an order, so that they come back with what is returned of it.
CREATE TABLE loyalty.redemption (
  group_id            bigint NOT NULL,
  bucket              smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  id                  bigint NOT NULL,
  brand_id            bigint NOT NULL,
  customer_id         bigint NOT NULL,
  -- Who redeemed them, for ever: a split gives them back what they had redeemed.
  origin_customer_id  bigint NOT NULL,
  channel_account_id  bigint NOT NULL,
  order_no            text NOT NULL,
  operation_key       text NOT NULL,
  points              bigint NOT NULL CHECK (points > 0),
  restored            bigint NOT NULL DEFAULT 0,
  recorded_at         timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, operation_key),
  CHECK (restored BETWEEN 0 AND points)
);
CREATE INDEX redemption_of_order
  ON loyalty.redemption (group_id, channel_account_id, order_no);
"""

# What other domains and the lake read; a column stays once it is here.
VIEWS = """
CREATE VIEW loyalty.v_grant WITH (security_invoker = true) AS
SELECT
  group_id, bucket, order_id, asset, brand_id, customer_id, earned, granted, clawed, frozen,
  programme_version, activates_at, shares, ordered_at, recorded_at, changed_xid
FROM loyalty.grant_position;

CREATE VIEW loyalty.v_standing WITH (security_invoker = true) AS
SELECT group_id, bucket, customer_id, brand_id, tier, since, recorded_at, changed_xid
FROM loyalty.standing;

GRANT SELECT ON loyalty.v_grant, loyalty.v_standing
  TO huitong_app, huitong_worker, huitong_reader;
"""


def upgrade() -> None:
    """Create the schema, its tables and their policies."""
    run(SCHEMA)
    run(*secure("loyalty.programme", brand=True, app="SELECT, INSERT"))
    run(*secure("loyalty.grant_position", brand=True))
    run(*secure("loyalty.standing", brand=True))
    run(*secure("loyalty.tier_change", brand=True, app="SELECT, INSERT"))
    run(*secure("loyalty.redemption", brand=True))
    run(VIEWS)
