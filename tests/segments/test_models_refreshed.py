"""Refreshes of models: by parts equal to the whole, published as bitmaps, explained and kept."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from huitong import segments
from huitong.entry.published import CATALOGUE
from huitong.platform import lake
from huitong.platform.db import Database, Scope
from huitong.segments.model.model_versions import ModelRefresh, ModelsRefreshed
from huitong.segments.operations.model_refreshing import Brand, refresh_models
from huitong.segments.queries import models as stored
from huitong.segments.queries.model_files import StateFiles
from huitong.segments.rules.bitmaps import SetCache
from huitong.segments.rules.model_states import ShardState
from tests.segments.models_market import Market, opened_market

TODAY = date(2026, 3, 2)
CACHE_BYTES = 1 << 24


@pytest.fixture
def market(database: Database, group_id: int, tmp_path: Path, now: datetime) -> Iterator[Market]:
    """Return a brand whose customers bought on known days."""
    with opened_market(database, group_id, tmp_path, now) as opened:
        yield opened


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@contextmanager
def brand_of(market: Market, today: date, now: datetime) -> Iterator[Brand]:
    with lake.connect(market.folder, market.place, CATALOGUE) as opened:
        yield Brand(market.database, market.place, opened, today, now, "test")


def refresh(
    market: Market, now: datetime, *, today: date = TODAY, full: bool = False
) -> ModelsRefreshed:
    with brand_of(market, today, now) as brand:
        return refresh_models(brand, full=full)


def state(market: Market, of: ModelRefresh, *, with_history: bool = False) -> ShardState:
    with lake.connect(market.folder, market.place, CATALOGUE) as opened:
        files = StateFiles(opened.connection, market.folder, market.place)
        found = files.read(of.files, 0, with_history=with_history)
    assert found is not None
    return found


def assert_same(one: ShardState, other: ShardState) -> None:
    assert one.columns.keys() == other.columns.keys()
    for name, column in one.columns.items():
        np.testing.assert_array_equal(column, other.columns[name], name)
    assert (one.history is None) == (other.history is None)
    if one.history is not None and other.history is not None:
        for left, right in zip(one.history, other.history, strict=True):
            np.testing.assert_array_equal(left, right)


def sets_of(market: Market, brand_id: int) -> dict[tuple[str, int], set[int]]:
    with market.database.reading(Scope(market.group_id)) as tx:
        opened = segments.open_bitmaps(tx, brand_id=brand_id, cache=SetCache(CACHE_BYTES))
        fields = {
            field.field
            for one in stored.models(tx, brand_id=brand_id)
            for field in stored.model_fields(one)
        }
        return {
            (field, code): {
                ordinal for ordinal, _ in opened.page(opened.members(opened.value(field, code)))
            }
            for field in fields
            for code in opened.codes_of(field)
        }


@pytest.mark.parametrize("seed", [1, 2])
def test_a_refresh_of_who_changed_equals_a_refresh_of_everybody(
    market: Market, now: datetime, seed: int
) -> None:
    chance = random.Random(seed)
    names = [f"n{number}" for number in range(12)]
    sold: list[tuple[str, int]] = []
    incremental = 0
    today = TODAY
    for turn in range(5):
        buyers = chance.sample(names, 5)
        for number, name in enumerate(buyers):
            day = today - timedelta(days=chance.randrange(420))
            yuan = chance.randrange(1, 300)
            market.bought(now + turn * timedelta(hours=1), (name, day, yuan + number))
            sold.append((f"{name}-{day}-0", yuan + number))
        if turn:
            market.came_back(now + turn * timedelta(hours=1), *chance.choice(sold))
            with market.club(now + turn * timedelta(hours=1)) as club:
                one, other = chance.sample(buyers, 2)
                if club.customer_id(one) != club.customer_id(other):
                    club.merge(one, other)
        market.refresh(now + timedelta(hours=turn))
        by_parts = refresh(market, now + timedelta(hours=turn), today=today)
        parts = {one.code: one for one in by_parts.done}
        incremental += sum(not one.is_full for one in by_parts.done)
        kept = {
            code: state(market, one, with_history=code == "lifecycle")
            for code, one in parts.items()
        }
        sets = sets_of(market, market.place.brand_id)
        whole = refresh(market, now + timedelta(hours=turn, minutes=1), today=today, full=True)
        for refreshed in whole.done:
            again = state(market, refreshed, with_history=refreshed.code == "lifecycle")
            assert_same(kept[refreshed.code], again)
            assert refreshed.summary == parts[refreshed.code].summary
        assert sets_of(market, market.place.brand_id) == sets
        today += timedelta(days=chance.choice([0, 1, 40]))
    assert incremental >= 6
