"""Tags and packs version by version; who took the file of an export away, and when."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0023"
down_revision = "0022"

SCHEMA = """
-- Version 0 is a shipped definition that a brand took over as it is.
ALTER TABLE segments.tag ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version >= 0);
ALTER TABLE segments.tag_pack ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version >= 0);

-- Every definition that a tag ever had.
CREATE TABLE segments.tag_version (
  group_id    bigint NOT NULL,
  brand_id    bigint NOT NULL,
  code        text NOT NULL,
  version     integer NOT NULL CHECK (version >= 0),
  document    jsonb NOT NULL,
  changed_at  timestamptz NOT NULL,
  changed_by  text NOT NULL CHECK (changed_by <> ''),
  PRIMARY KEY (group_id, brand_id, code, version),
  FOREIGN KEY (group_id, brand_id, code) REFERENCES segments.tag (group_id, brand_id, code)
);

INSERT INTO segments.tag_version
  (group_id, brand_id, code, version, document, changed_at, changed_by)
SELECT group_id, brand_id, code, version, document, changed_at, changed_by
FROM segments.tag;

-- Somebody took the file of an export; one that broke off is never finished. It stays as the audit.
CREATE TABLE segments.export_taking (
  group_id     bigint NOT NULL,
  brand_id     bigint NOT NULL,
  id           bigint NOT NULL,
  export_id    bigint NOT NULL,
  taken_by     text NOT NULL CHECK (taken_by <> ''),
  taken_at     timestamptz NOT NULL,
  finished_at  timestamptz,
  sent         bigint CHECK (sent >= 0),
  left_out     jsonb,
  PRIMARY KEY (group_id, brand_id, id),
  FOREIGN KEY (group_id, brand_id, export_id)
    REFERENCES segments.audience_export (group_id, brand_id, id),
  CHECK (num_nulls(finished_at, sent, left_out) IN (0, 3))
);
CREATE INDEX export_taking_of_export ON segments.export_taking (group_id, brand_id, export_id);
"""


def upgrade() -> None:
    """Add the columns and tables; each brand's are closed to the others of its group."""
    run(SCHEMA)
    run(*secure("segments.tag_version", brand=True, app="SELECT, INSERT"))
    run(*secure("segments.export_taking", brand=True, app="SELECT, INSERT, UPDATE"))
