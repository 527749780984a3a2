"""Whatever is written, by however many, and in which order they commit: the lake follows."""

import random
from datetime import datetime, timedelta

import pytest

from tests.lake.shop import Shop, Writers

STEPS = 110


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_lake_equals_the_database_after_transactions_that_commit_late(
    shop: Shop, writers: Writers, now: datetime, seed: int
) -> None:
    chance = random.Random(seed)
    versions = 0
    for step in range(STEPS):
        writers.step()
        if chance.random() < 0.12:
            shop.refresh(now + timedelta(minutes=step))
            versions += 1
            assert shop.verify().agrees, shop.verify()
    assert versions > 5
    writers.end_all()
    before = shop.verify()
    assert before.agrees
    shop.refresh(now + timedelta(days=1))
    after = shop.verify()
    assert after.agrees
    assert not any(after.newer.values())
    assert after.rows["orders"] > 5
    shop.assert_equal()
