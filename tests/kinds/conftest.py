from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from huitong import ledger
from huitong.channels.model import RecordKind
from huitong.platform.db import Database, Tx
from tests.kinds.brand import MEMBERS, PRODUCTS, Brand
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


@pytest.fixture
def brand(database: Database, group_id: int, tmp_path: Path, now: datetime) -> Brand:
    opened = Brand(database, group_id + 500_000, tmp_path, now)
    opened.takes(RecordKind.PRODUCT, PRODUCTS)
    opened.takes(RecordKind.MEMBER, MEMBERS)
    return opened
