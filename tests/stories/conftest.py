"""Stories run through the real wiring: what a merge sets off happens here as in production."""

import pytest

from huitong.platform.db import Database


@pytest.fixture(scope="session")
def database(wired: Database) -> Database:
    """Return this worker's migrated database with every event wired."""
    return wired
