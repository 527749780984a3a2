import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from huitong.platform.db import Database
from tests.lake.shop import Shop, Writers
from tests.loyalty.conftest import database

__all__ = ["database"]


@pytest.fixture
def shop(database: Database, group_id: int, tmp_path: Path, now: datetime) -> Shop:
    """Return a brand of a group that no other test has seen, committed, and an empty lake."""
    return Shop.found(database, group_id, tmp_path / "lake", now)


@pytest.fixture
def seed() -> int:
    """Return by what chance a simulation goes."""
    return 1


@pytest.fixture
def writers(shop: Shop, now: datetime, seed: int) -> Iterator[Writers]:
    """Return connections that write side by side; what they left open comes to nothing."""
    made = Writers(shop, random.Random(seed), now)
    yield made
    made.undo()
