"""The only place that reads the wall clock; read by `entry`, `routes` and `jobs` alone."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)
