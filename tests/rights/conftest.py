"""A wired database for each test, and a shop in it."""

from collections.abc import Iterator

import pytest

from huitong.entry import wiring
from huitong.platform.db import Database
from tests.rights.make import Shop


@pytest.fixture
def shop(database: Database, group_id: int) -> Iterator[Shop]:
    """Return a shop in a group of its own, every domain wired."""
    wired = Database(database.url, events=wiring.EVENTS)
    yield Shop(wired, group_id)
    wired.close()
