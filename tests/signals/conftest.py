from collections.abc import Iterator
from datetime import datetime

import pytest

from huitong import ledger
from huitong.entry import wiring
from huitong.platform.db import Database, Tx
from tests.loyalty.club import Club


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[Database]:
    """Return this worker's migrated database with every event wired."""
    opened = Database(database_url, events=wiring.EVENTS)
    yield opened
    opened.close()


@pytest.fixture
def club(tx: Tx, now: datetime) -> Iterator[Club]:
    """Return a club for one test; whatever the test did, the ledger keeps its promises after it."""
    opened = Club.found(tx, now)
    yield opened
    assert not list(ledger.verify(tx))
