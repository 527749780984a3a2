from collections.abc import Iterator
from datetime import datetime

import pytest

from huitong.platform.db import Tx
from tests.ledger.make import Ledger


@pytest.fixture
def books(tx: Tx, now: datetime) -> Iterator[Ledger]:
    """Return a ledger for one test; whatever the test did, no promise may be broken after it."""
    opened = Ledger(tx, now)
    yield opened
    assert not opened.breaches()
