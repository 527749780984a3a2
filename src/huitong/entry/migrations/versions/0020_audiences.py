"""Segments by definition, version by version; what was exported of them; the view of points."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0020"
down_revision = "0019"

SCHEMA = """
-- A segment of a brand, and which version of its definition counts.
CREATE TABLE segments.segment (
  group_id     bigint NOT NULL,
  brand_id     bigint NOT NULL,
  code         text NOT NULL CHECK (code <> ''),
  version      integer NOT NULL CHECK (version > 0),
  is_archived  boolean NOT NULL DEFAULT false,
  PRIMARY KEY (group_id, brand_id, code)
);

-- Every definition that a segment ever had.
CREATE TABLE segments.segment_version (
  group_id    bigint NOT NULL,
  brand_id    bigint NOT NULL,
  code        text NOT NULL,
  version     integer NOT NULL CHECK (version > 0),
  document    jsonb NOT NULL,
  changed_at  timestamptz NOT NULL,
  changed_by  text NOT NULL CHECK (changed_by <> ''),
  PRIMARY KEY (group_id, brand_id, code, version),
  FOREIGN KEY (group_id, brand_id, code) REFERENCES segments.segment (group_id, brand_id, code)
);

-- An export of customers: who asked for it, for what, and what came of it; it stays as the audit.
CREATE TABLE segments.audience_export (
  group_id       bigint NOT NULL,
  brand_id       bigint NOT NULL,
  id             bigint NOT NULL,
  key            text NOT NULL CHECK (key <> ''),
  segment        text NOT NULL CHECK (segment <> ''),
  version        integer NOT NULL CHECK (version > 0),
  purpose        text NOT NULL CHECK (purpose <> ''),
  asked_by       text NOT NULL CHECK (asked_by <> ''),
  asked_at       timestamptz NOT NULL,
  finished_at    timestamptz,
  written        bigint CHECK (written >= 0),
  left_out       jsonb,
  digest         bytea CHECK (length(digest) = 32),
  PRIMARY KEY (group_id, brand_id, id),
  UNIQUE (group_id, brand_id, key),
  CHECK (num_nulls(finished_at, written, left_out, digest) IN (0, 4))
);
"""

# What audiences read of points at the moment they are asked; a column stays once it is here.
VIEWS = """
CREATE VIEW ledger.v_account WITH (security_invoker = true) AS
SELECT group_id, bucket, owner_id, asset, balance, held, debt
FROM ledger.account;

GRANT SELECT ON ledger.v_account TO huitong_app, huitong_worker, huitong_reader;
GRANT DELETE ON segments.snapshot, segments.snapshot_part TO huitong_app, huitong_worker;
"""


def upgrade() -> None:
    """Create the tables; a brand's segments are closed to its other brands too."""
    changing = "SELECT, INSERT, UPDATE"
    run(SCHEMA)
    run(*secure("segments.segment", brand=True, app=changing))
    run(*secure("segments.segment_version", brand=True, app="SELECT, INSERT"))
    run(*secure("segments.audience_export", brand=True, app=changing))
    run(VIEWS)
