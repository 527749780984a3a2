"""Stories run through the real wiring: what a merge sets off happens here as in production."""

from collections.abc import Iterator

import pytest

from huitong.entry import wiring
from huitong.platform.db import Database


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[Database]:
    """Return this worker's migrated database with every event wired."""
    opened = Database(database_url, events=wiring.EVENTS)
    yield opened
    opened.close()
