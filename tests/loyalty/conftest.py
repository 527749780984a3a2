from collections.abc import Iterator
from datetime import datetime

import pytest

from huitong import ledger
from huitong.platform.db import Database, Tx
from tests.loyalty.club import Club


@pytest.fixture(scope="session")
def database(wired: Database) -> Database:
    """Return this worker's migrated database with every event wired."""
    return wired


@pytest.fixture
def club(tx: Tx, now: datetime) -> Iterator[Club]:
    """Return a club for one test; whatever the test did, the ledger keeps its promises after it."""
    opened = Club.found(tx, now)
    yield opened
    assert not list(ledger.verify(tx))
