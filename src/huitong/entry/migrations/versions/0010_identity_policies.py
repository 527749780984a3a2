"""Reserved for what `identity` adds."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Change nothing yet."""
