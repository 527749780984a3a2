"""A wired database for each test, and a shop in it."""

import pytest

from huitong.platform.db import Database
from tests.rights.make import Shop


@pytest.fixture
def shop(wired: Database, group_id: int) -> Shop:
    """Return a shop in a group of its own, every domain wired."""
    return Shop(wired, group_id)
