"""Which member of the staff a user of the console is, where four eyes must be two people's."""

from huitong.entry.migrate import run

revision = "0040"
down_revision = "0039"

SCHEMA = """
-- Empty for who is nobody of the staff. Several users of one person name the same.
ALTER TABLE platform.console_user ADD COLUMN staff_id bigint;
CREATE INDEX console_user_staff ON platform.console_user (group_id, staff_id)
  WHERE staff_id IS NOT NULL;
"""


def upgrade() -> None:
    """Add the column."""
    run(SCHEMA)
