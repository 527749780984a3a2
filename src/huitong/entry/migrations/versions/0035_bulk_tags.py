"""Tags that were given to a whole filter at once are taken back at once, so they are found."""

from huitong.entry.migrate import run

revision = "0035"
down_revision = "0034"

SCHEMA = """
-- What a job took back, so that its undoing puts it in place again.
CREATE INDEX tag_given_taken_back
  ON segments.tag_given (group_id, brand_id, tag, withdrawn_by)
  WHERE withdrawn_at IS NOT NULL;
"""


def upgrade() -> None:
    """Add the index."""
    run(SCHEMA)
