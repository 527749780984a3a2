"""Reserved for what `schedule` adds."""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Change nothing yet."""
