"""Stages of children by month: said of their parents as a tag, with no birthday in it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitong import customers, org
from huitong.customers.model import BelongingChange, BelongingKind, NewBelonging, Particulars
from huitong.entry import child_stages, tagging, wiring
from huitong.platform.conditions import read_condition
from huitong.platform.db import Database, Scope
from huitong.platform.errors import Ok
from huitong.platform.settings import Settings
from huitong.segments.operations.tag_documents import install_pack
from huitong.segments.operations.tags import Giving, give
from huitong.segments.queries import tags as tag_queries
from huitong.segments.rules.bitmaps import SetCache
from huitong.segments.rules.lifecycle import NO_DAY
from huitong.segments.rules.lifecycle_age import shipped_ladder, stages, stages_of_months
from huitong.segments.rules.rfm import day_number
from huitong.segments.rules.tag_packs import shipped_pack
from tests.segments.models_market import Market, opened_market
from tests.segments.test_audiences import Store

LADDER = shipped_ladder()
days = st.dates(date(2008, 1, 1), date(2027, 6, 30))


@given(st.none() | days, st.none() | days, st.dates(date(2024, 1, 1), date(2026, 12, 31)))
def test_a_month_of_birth_gives_the_stage_of_its_first_day(
    born_on: date | None, due_on: date | None, today: date
) -> None:
    found = stages_of_months(LADDER, [(born_on, due_on)], today=today)
    first = [
        np.array([NO_DAY if one is None else day_number(one.replace(day=1))], np.int32)
        for one in (born_on, due_on)
    ]
    (place,), _ = stages(LADDER, birth_day=first[0], due_day=first[1], today=today)
    assert found == ({LADDER.stages[place - 1].code} if place else set())


def test_the_values_of_the_tag_are_the_stages_of_the_ladder() -> None:
    (tag,) = shipped_pack("mother_baby").tags
    assert tag.code == LADDER.code
    assert isinstance(tag.values, tuple)
    told = [(value.code, value.names.zh, value.names.en) for value in tag.values]
    assert told == [(one.code, one.names.zh, one.names.en) for one in LADDER.stages]


@pytest.fixture
def market(database: Database, group_id: int, tmp_path: Path, now: datetime) -> Iterator[Market]:
    """Return a brand with the tag, where Ann has a baby and expects another one; Bob has none."""
    with opened_market(database, group_id, tmp_path, now) as opened:
        with opened.club(now) as club:
            pack = shipped_pack("mother_baby")
            install_pack(club.tx, pack, brand_id=club.brand.id, actor="test", now=now)
            club.enrol("ann", "bob")
        yield opened


def has(market: Market, now: datetime, name: str, said: Particulars) -> int:
    with market.club(now) as club:
        new = NewBelonging(
            club.customer_id(name), BelongingKind.CHILD, said, "till", "test", "v1", now
        )
        (added,) = customers.add_belongings(club.tx, [new], now=now)
        assert isinstance(added, Ok)
        return added.value["belonging_id"]


def say(market: Market, now: datetime) -> int:
    with market.club(now) as club:
        brand = org.brand(club.tx, code="wool")
    return child_stages.stage_children_of(market.database, brand, now=now)


def said(market: Market, now: datetime) -> set[tuple[str, date, date | None]]:
    """Return what stands of anybody: the stage, since when, until when."""
    place = market.place
    with market.database.reading(Scope(place.group_id, (place.brand_id,))) as tx:
        found = tag_queries.given(tx, brand_id=place.brand_id, today=now.date())
    return {(one.value, one.valid_from, one.valid_until) for one in found}


def test_stages_follow_the_months_and_what_is_known_of_the_children(
    market: Market, now: datetime
) -> None:
    has(market, now, "ann", Particulars(birthday_on=date(2025, 9, 20)))
    expected = has(market, now, "ann", Particulars(due_on=date(2026, 4, 25)))
    today = now.date()
    assert say(market, now) == 1
    # Since March the baby counts as six months old, though it is so on the 20th; nothing that is
    # kept tells that day.
    assert said(market, now) == {("months_6_12", today, None), ("pregnancy", today, None)}
    assert say(market, now) == 0
    april = datetime(2026, 4, 9, 4, tzinfo=UTC)
    born = BelongingChange(expected, Particulars(birthday_on=date(2026, 4, 8)), "test")
    with market.club(april) as club:
        customers.change_belongings(club.tx, [born], now=april)
    assert say(market, april) == 1
    assert {stage for stage, _, _ in said(market, april)} == {"months_6_12", "months_0_6"}
    with market.club(april) as club:
        customers.remove_belongings(club.tx, [expected], now=april)
    assert say(market, april) == 1
    assert {stage for stage, _, _ in said(market, april)} == {"months_6_12"}


def test_what_a_file_said_of_others_stays(market: Market, now: datetime) -> None:
    with market.club(now) as club:
        giving = Giving(club.customer_id("bob"), "years_1_3")
        give(
            club.tx, [giving], brand_id=club.brand.id, tag="child_stage", actor="file",
            now=now, today=now.date(),
        )  # fmt: skip
    assert say(market, now) == 0
    assert {stage for stage, _, _ in said(market, now)} == {"years_1_3"}


def test_audiences_ask_for_a_stage_like_for_any_tag(market: Market, now: datetime) -> None:
    has(market, now, "ann", Particulars(birthday_on=date(2025, 12, 31)))
    say(market, now)
    market.refresh(now)
    tagging.refresh(market.database, market.folder, market.place, now=now)
    store = Store(market, now, SetCache())
    with store.opened() as audiences:
        found = audiences.find(read_condition({"field": "tags.child_stage", "in": ["months_0_6"]}))
        (only,) = audiences.page(found, after=-1, limit=10)
    assert only[1] == market.customer_id(now, "ann")


def test_a_worker_does_it_every_day() -> None:

    wanted = wiring.recurring(Settings())[child_stages.STAGE_CHILDREN]
    assert wanted.every == timedelta(days=1)
    assert child_stages.STAGE_CHILDREN in wiring.handlers(Settings())
