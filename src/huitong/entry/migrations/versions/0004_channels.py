"""The first tables of `channels`: deliveries, the sealed bodies of pages, and record versions."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0004"
down_revision = "0003"

SCHEMA = """
CREATE SCHEMA channels;
GRANT USAGE ON SCHEMA channels TO huitong_app, huitong_worker, huitong_reader;

-- One file, push batch or pull run; the same file run again continues its delivery.
CREATE TABLE channels.delivery (
  group_id            bigint NOT NULL,
  id                  bigint NOT NULL,
  brand_id            bigint NOT NULL,
  channel_account_id  bigint NOT NULL,
  kind                text NOT NULL
                      CHECK (kind IN ('member', 'product', 'order', 'refund', 'fulfilment')),
  way                 text NOT NULL CHECK (way IN ('file', 'push', 'pull')),
  source              text NOT NULL,
  content_hash        bytea CHECK (octet_length(content_hash) = 32),
  mapping             text NOT NULL,
  mapping_hash        bytea CHECK (octet_length(mapping_hash) = 32),
  state               text NOT NULL CHECK (state IN ('running', 'done')),
  runs                integer NOT NULL CHECK (runs >= 1),
  applied_count       bigint NOT NULL DEFAULT 0 CHECK (applied_count >= 0),
  refused_count       bigint NOT NULL DEFAULT 0 CHECK (refused_count >= 0),
  superseded_count    bigint NOT NULL DEFAULT 0 CHECK (superseded_count >= 0),
  known_count         bigint NOT NULL DEFAULT 0 CHECK (known_count >= 0),
  record_count        bigint CHECK (record_count >= 0),
  recorded_at         timestamptz NOT NULL,
  run_at              timestamptz NOT NULL,
  finished_at         timestamptz,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, channel_account_id, kind, content_hash, mapping_hash),
  CHECK ((state = 'done') = (finished_at IS NOT NULL))
);

-- A page as it came, sealed with the key of its day; both are dropped after some days.
CREATE TABLE channels.body (
  group_id            bigint NOT NULL,
  id                  bigint NOT NULL,
  brand_id            bigint NOT NULL,
  delivery_id         bigint NOT NULL,
  day                 date NOT NULL,
  record_count        integer NOT NULL CHECK (record_count > 0),
  content             bytea NOT NULL,
  recorded_at         timestamptz NOT NULL,
  PRIMARY KEY (group_id, id)
);
-- It is compressed already.
ALTER TABLE channels.body ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX body_day ON channels.body (group_id, day);

-- One version of one record. It names nobody: a member is known here by a blind index.
CREATE TABLE channels.record (
  group_id            bigint NOT NULL,
  bucket              smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  id                  bigint NOT NULL,
  brand_id            bigint NOT NULL,
  channel_account_id  bigint NOT NULL,
  kind                text NOT NULL
                      CHECK (kind IN ('member', 'product', 'order', 'refund', 'fulfilment')),
  external_id         text NOT NULL,
  version             text NOT NULL,
  version_at          timestamptz,
  state               text NOT NULL CHECK (state IN ('applied', 'refused', 'superseded')),
  code                text,
  reason              text,
  body_id             bigint NOT NULL,
  body_place          integer NOT NULL CHECK (body_place >= 0),
  delivery_id         bigint NOT NULL,
  source_row          bigint,
  occurred_at         timestamptz,
  recorded_at         timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, id),
  UNIQUE (group_id, bucket, channel_account_id, kind, external_id, version),
  CHECK (state <> 'refused' OR (code IS NOT NULL AND reason IS NOT NULL))
);
CREATE INDEX record_refused ON channels.record (group_id, id) WHERE state = 'refused';
CREATE INDEX record_delivery ON channels.record (group_id, delivery_id, id);
"""


def upgrade() -> None:
    """Create the schema, its tables and their policies."""
    run(SCHEMA)
    run(*secure("channels.delivery", brand=True))
    # The lake holds no personal fields, so its reader never sees a body.
    grants = "SELECT, INSERT, UPDATE, DELETE"
    run(*secure("channels.body", brand=True, app=grants, reader=False))
    run(*secure("channels.record", brand=True))
