"""A job knows who asked for it, and lists of jobs are asked by state and kind."""

from huitong.entry.migrate import run

revision = "0034"
down_revision = "0033"

COLUMNS = """
-- Empty for what recurs by itself, and for jobs of before.
ALTER TABLE platform.job ADD COLUMN asked_by text CHECK (asked_by <> '');
CREATE INDEX job_of_kind ON platform.job (group_id, kind, id);
"""


def upgrade() -> None:
    """Add the column and the index."""
    run(COLUMNS)
