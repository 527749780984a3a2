"""The first tables of `segments`: ordinals of customers, versions of bitmaps, daily snapshots."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0018"
down_revision = "0017"

SCHEMA = """
CREATE SCHEMA segments;
GRANT USAGE ON SCHEMA segments TO huitong_app, huitong_worker, huitong_reader;

-- How far a brand has come: its next free ordinal, its last version and the one that readers see.
CREATE TABLE segments.numbering (
  group_id           bigint NOT NULL,
  brand_id           bigint NOT NULL,
  next_ordinal       integer NOT NULL DEFAULT 0 CHECK (next_ordinal >= 0),
  last_version       bigint NOT NULL DEFAULT 0,
  published_version  bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (group_id, brand_id),
  CHECK (published_version <= last_version)
);

-- A customer's place in every bitmap of the brand; given once, never to anybody else.
CREATE TABLE segments.ordinal (
  group_id      bigint NOT NULL,
  bucket        smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  customer_id   bigint NOT NULL,
  brand_id      bigint NOT NULL,
  ordinal       integer NOT NULL CHECK (ordinal >= 0),
  -- Merged away or erased since then; a merge that is undone takes it back.
  retired_at    timestamptz,
  -- Retired or revived since the bitmap of the living was published.
  is_pending    boolean NOT NULL DEFAULT false,
  changed_xid   xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (group_id, bucket, customer_id),
  UNIQUE (group_id, brand_id, ordinal, bucket)
);
CREATE INDEX ordinal_pending ON segments.ordinal (group_id, brand_id, ordinal) WHERE is_pending;

CREATE TABLE segments.bitmap_version (
  group_id      bigint NOT NULL,
  brand_id      bigint NOT NULL,
  version       bigint NOT NULL,
  key           text NOT NULL CHECK (key <> ''),
  ordinals      integer NOT NULL CHECK (ordinals >= 0),
  begun_at      timestamptz NOT NULL,
  published_at  timestamptz,
  -- Parts that it alone could see are gone; it stands while a later one sees others of its parts.
  is_swept      boolean NOT NULL DEFAULT false,
  PRIMARY KEY (group_id, brand_id, version)
);
CREATE UNIQUE INDEX bitmap_version_published ON segments.bitmap_version (group_id, brand_id, key)
  WHERE published_at IS NOT NULL;

-- A part of a value's set: one shard, as of a version, until a later version has another row.
CREATE TABLE segments.bitmap (
  group_id  bigint NOT NULL,
  brand_id  bigint NOT NULL,
  field     text NOT NULL CHECK (field <> ''),
  code      integer NOT NULL,
  shard     integer NOT NULL CHECK (shard >= 0),
  version   bigint NOT NULL,
  encoding  smallint NOT NULL CHECK (encoding BETWEEN 0 AND 2),
  size      integer NOT NULL CHECK (size BETWEEN 0 AND 1048576),
  digest    bytea NOT NULL CHECK (length(digest) = 16),
  content   bytea NOT NULL,
  PRIMARY KEY (group_id, brand_id, field, code, shard, version),
  FOREIGN KEY (group_id, brand_id, version)
    REFERENCES segments.bitmap_version (group_id, brand_id, version)
);
CREATE INDEX bitmap_of_version ON segments.bitmap (group_id, brand_id, version);
-- Bits do not compress; trying would take longer than everything else.
ALTER TABLE segments.bitmap ALTER COLUMN content SET STORAGE EXTERNAL;

-- Who was in a segment on a day: the day's one snapshot, and its sets shard by shard.
CREATE TABLE segments.snapshot (
  group_id  bigint NOT NULL,
  brand_id  bigint NOT NULL,
  segment   text NOT NULL CHECK (segment <> ''),
  taken_on  date NOT NULL,
  version   bigint NOT NULL,
  size      integer NOT NULL CHECK (size >= 0),
  taken_at  timestamptz NOT NULL,
  PRIMARY KEY (group_id, brand_id, segment, taken_on)
);
CREATE TABLE segments.snapshot_part (
  group_id  bigint NOT NULL,
  brand_id  bigint NOT NULL,
  segment   text NOT NULL,
  taken_on  date NOT NULL,
  shard     integer NOT NULL CHECK (shard >= 0),
  encoding  smallint NOT NULL CHECK (encoding BETWEEN 1 AND 2),
  size      integer NOT NULL CHECK (size BETWEEN 1 AND 1048576),
  content   bytea NOT NULL,
  PRIMARY KEY (group_id, brand_id, segment, taken_on, shard),
  FOREIGN KEY (group_id, brand_id, segment, taken_on)
    REFERENCES segments.snapshot (group_id, brand_id, segment, taken_on)
);
ALTER TABLE segments.snapshot_part ALTER COLUMN content SET STORAGE EXTERNAL;
"""


def upgrade() -> None:
    """Create the tables; what a brand has of customers is closed to its other brands too."""
    changing = "SELECT, INSERT, UPDATE"
    swept = "SELECT, INSERT, UPDATE, DELETE"
    run(SCHEMA)
    run(*secure("segments.numbering", brand=True, app=changing))
    run(*secure("segments.ordinal", brand=True, app=changing))
    run(*secure("segments.bitmap_version", brand=True, app=swept))
    run(*secure("segments.bitmap", brand=True, app=swept))
    run(*secure("segments.snapshot", brand=True, app="SELECT, INSERT"))
    run(*secure("segments.snapshot_part", brand=True, app="SELECT, INSERT"))
