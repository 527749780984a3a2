"""The club of the loyalty tests serves here too."""

from tests.loyalty.conftest import club, database

__all__ = ["club", "database"]
