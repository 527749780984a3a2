"""Who merged persons by hand, and who split them again, stands in the journal."""

from huitong.entry.migrate import run

revision = "0025"
down_revision = "0024"

COLUMNS = """
-- Empty where evidence merged or parted, and where it happened before this was kept.
ALTER TABLE identity.merge
  ADD COLUMN actor text CHECK (actor <> ''),
  ADD COLUMN split_by text CHECK (split_by <> '');
"""


def upgrade() -> None:
    """Add the columns."""
    run(COLUMNS)
