"""What `org` needs to be edited by people: a version of the organisation, names of staff."""

from huitong.entry.migrate import run
from huitong.platform.rls import secure

revision = "0033"
down_revision = "0032"

SCHEMA = """
-- How often the organisation of a group was changed: who edits it says which state they have read.
CREATE TABLE org.revision (
  group_id      bigint NOT NULL,
  version       integer NOT NULL CHECK (version > 0),
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id),
  FOREIGN KEY (group_id) REFERENCES org.retail_group (group_id)
);

-- What somebody who works here is called, sealed under a salt of their own; emptied, it is
-- forgotten. A table of its own, as the lake reads staff and never a name.
CREATE TABLE org.staff_name (
  group_id      bigint NOT NULL,
  staff_id      bigint NOT NULL,
  salt          bytea CHECK (octet_length(salt) = 16),
  sealed        bytea,
  recorded_at   timestamptz NOT NULL,
  PRIMARY KEY (group_id, staff_id),
  FOREIGN KEY (group_id, staff_id) REFERENCES org.staff (group_id, id),
  CHECK ((salt IS NULL) = (sealed IS NULL))
);
"""


def upgrade() -> None:
    """Create the tables and their policies."""
    run(SCHEMA)
    run(*secure("org.revision"))
    run(*secure("org.staff_name", reader=False))
