"""Files that people hand in, what was done with each, and the key of each file."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0028"
down_revision = "0027"

TABLES = """
CREATE TABLE channels.upload (
  group_id            bigint NOT NULL,
  id                  bigint NOT NULL,
  brand_id            bigint NOT NULL,
  channel_account_id  bigint NOT NULL,
  name                text NOT NULL CHECK (name <> ''),
  form                text NOT NULL CHECK (form IN ('csv', 'excel', 'parquet', 'ndjson')),
  is_packed           boolean NOT NULL,
  byte_count          bigint NOT NULL CHECK (byte_count > 0),
  content_hash        bytea NOT NULL CHECK (octet_length(content_hash) = 32),
  actor               text NOT NULL,
  recorded_at         timestamptz NOT NULL,
  kept_until          timestamptz NOT NULL,
  forgotten_at        timestamptz,
  PRIMARY KEY (group_id, id)
);
CREATE UNIQUE INDEX upload_content ON channels.upload (group_id, channel_account_id, content_hash)
  WHERE forgotten_at IS NULL;

CREATE TABLE channels.upload_run (
  group_id            bigint NOT NULL,
  id                  bigint NOT NULL,
  brand_id            bigint NOT NULL,
  upload_id           bigint NOT NULL,
  purpose             text NOT NULL CHECK (purpose IN ('import', 'check', 'compare')),
  kind                text NOT NULL,
  mapping             text NOT NULL,
  sheet               text,
  key                 text NOT NULL,
  job_id              bigint,
  actor               text NOT NULL,
  recorded_at         timestamptz NOT NULL,
  row_count           bigint,
  rows_done           bigint NOT NULL DEFAULT 0,
  record_count        bigint,
  records_done        bigint NOT NULL DEFAULT 0,
  applied_count       bigint NOT NULL DEFAULT 0,
  refused_count       bigint NOT NULL DEFAULT 0,
  superseded_count    bigint NOT NULL DEFAULT 0,
  known_count         bigint NOT NULL DEFAULT 0,
  delivery_id         bigint,
  -- What attempts that were interrupted had taken in, and up to which run of the delivery.
  carried_runs        integer NOT NULL DEFAULT 0,
  carried_applied     bigint NOT NULL DEFAULT 0,
  carried_superseded  bigint NOT NULL DEFAULT 0,
  report              jsonb,
  has_rejects         boolean NOT NULL DEFAULT false,
  fault_code          text,
  fault               text,
  finished_at         timestamptz,
  PRIMARY KEY (group_id, id),
  UNIQUE (group_id, key),
  FOREIGN KEY (group_id, upload_id) REFERENCES channels.upload (group_id, id),
  FOREIGN KEY (group_id, delivery_id) REFERENCES channels.delivery (group_id, id)
);
CREATE INDEX upload_run_of ON channels.upload_run (group_id, upload_id, id);

-- The salt of one file's key: deleting it forgets the file wherever a copy of it is.
CREATE TABLE vault.upload_key (
  group_id      bigint NOT NULL,
  upload_id     bigint NOT NULL,
  salt          bytea NOT NULL,
  PRIMARY KEY (group_id, upload_id)
);
"""


def upgrade() -> None:
    """Create the tables and their policies."""
    run(TABLES)
    run(*secure("channels.upload", brand=True, reader=False))
    run(*secure("channels.upload_run", brand=True, reader=False))
    run(*secure("vault.upload_key", app="SELECT, INSERT, DELETE", reader=False))
