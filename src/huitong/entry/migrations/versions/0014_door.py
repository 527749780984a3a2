"""What the door keeps beside records: the fixes of refused ones, and the group's own mappings."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0014"
down_revision = "0013"

SCHEMA = """
-- A fix is a delivery of its own.
ALTER TABLE channels.delivery DROP CONSTRAINT delivery_way_check;
ALTER TABLE channels.delivery
  ADD CONSTRAINT delivery_way_check CHECK (way IN ('file', 'push', 'pull', 'fix'));

-- A refused version that somebody put right: what stands for it now, what was changed, who, why.
CREATE TABLE channels.fix (
  group_id         bigint NOT NULL,
  bucket           smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  record_id        bigint NOT NULL,
  fixed_record_id  bigint NOT NULL CHECK (fixed_record_id <> record_id),
  brand_id         bigint NOT NULL,
  fields           text[] NOT NULL,
  actor            text NOT NULL CHECK (actor <> ''),
  reason           text NOT NULL CHECK (reason <> ''),
  recorded_at      timestamptz NOT NULL,
  PRIMARY KEY (group_id, bucket, record_id)
);
CREATE INDEX fix_fixed ON channels.fix (group_id, fixed_record_id);

-- What the columns of a file layout mean; a version is never changed.
CREATE TABLE channels.mapping (
  group_id     bigint NOT NULL,
  name         text NOT NULL CHECK (name <> ''),
  version      integer NOT NULL CHECK (version >= 1),
  kind         text NOT NULL,
  document     text NOT NULL,
  actor        text NOT NULL CHECK (actor <> ''),
  recorded_at  timestamptz NOT NULL,
  PRIMARY KEY (group_id, name, version)
);
"""


def upgrade() -> None:
    """Create the tables and their policies."""
    run(SCHEMA)
    run(*secure("channels.fix", brand=True, app="SELECT, INSERT"))
    run(*secure("channels.mapping", app="SELECT, INSERT"))
