"""What may be seen of the telephone that a guide signs in with."""

from huitong.entry.migrate import run

revision = "0037"
down_revision = "0036"

SCHEMA = """
-- The masked number, sealed under a salt of its own; those from before have none. A guide has one.
ALTER TABLE platform.guide_phone
  ADD COLUMN salt bytea CHECK (octet_length(salt) = 16),
  ADD COLUMN sealed bytea,
  ADD CHECK ((salt IS NULL) = (sealed IS NULL));
CREATE UNIQUE INDEX guide_phone_staff ON platform.guide_phone (group_id, staff_id);
"""


def upgrade() -> None:
    """Add the columns, and hold a guide to one telephone."""
    run(SCHEMA)
