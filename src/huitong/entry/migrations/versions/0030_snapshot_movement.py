"""Segments by day: how many entered and left is noted when the day is kept."""

from huitong.entry.migrate import run

revision = "0030"
down_revision = "0029"

SCHEMA = """
-- Empty for a first day, and for the days from before this was noted.
ALTER TABLE segments.snapshot
  ADD COLUMN entered integer CHECK (entered >= 0),
  ADD COLUMN gone integer CHECK (gone >= 0);
"""


def upgrade() -> None:
    """Add the columns."""
    run(SCHEMA)
