"""Flows between the states of a lifecycle: by hand, adding up, over a real lake and HTTP."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from huitong.entry import model_results, modelling
from huitong.entry.api import make_app
from huitong.entry.published import CATALOGUE
from huitong.platform import lake
from huitong.platform.assembly import Platform
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from huitong.segments.model.model_versions import FlowsUnfit, ModelNotRefreshed, ModelOfOtherKind
from huitong.segments.rules import lifecycle, lifecycle_story
from huitong.segments.rules.lifecycle import CAUSES, NO_DAY, evaluate, facts_of
from huitong.segments.rules.lifecycle_flows import added, flows
from huitong.segments.rules.rfm import day_number
from tests.entry.make import make_platform, make_token
from tests.segments.models_market import Market, opened_market

MODEL = lifecycle_story.shipped_lifecycle()
CODES = [None, *(state.code for state in MODEL.states)]
TODAY = date(2026, 6, 10)
MAY = (date(2026, 5, 1), date(2026, 6, 1))
PLACES = {code: place for place, code in enumerate(CODES)}

days = st.dates(date(2024, 1, 1), date(2026, 6, 10))
people = st.lists(st.tuples(st.none() | days, st.lists(days, max_size=6)), min_size=1, max_size=8)


def histories(rows: list[tuple[date | None, list[date]]]) -> lifecycle.Histories:
    known = np.array([NO_DAY if one is None else day_number(one) for one, _ in rows], np.int32)
    pairs = [(place, day_number(day)) for place, (_, some) in enumerate(rows) for day in some]
    who = np.array([one for one, _ in pairs], np.int64)
    on = np.array([day for _, day in pairs], np.int32)
    return evaluate(MODEL, facts_of(who, on, known), today=day_number(TODAY)).history


@given(people, st.tuples(days, days))
def test_flows_are_what_the_stories_tell_one_by_one(
    rows: list[tuple[date | None, list[date]]], span: tuple[date, date]
) -> None:
    since, until = sorted(span)
    found = flows(
        histories(rows), np.ones(len(rows), np.bool_), states=len(MODEL.states),
        since_day=day_number(since), until_day=day_number(until),
    )  # fmt: skip
    changes: Counter[tuple[int, int, int]] = Counter()
    stands: Counter[tuple[int, int]] = Counter()
    for known_on, bought_on in rows:
        story = lifecycle_story.explain(
            MODEL, known_on=known_on, bought_on=bought_on, today=TODAY
        ).history
        for one in story:
            if since <= one.on < until:
                cause = CAUSES.index(one.cause)
                changes[PLACES[one.before], PLACES[one.state], cause] += 1
        first, last = (
            next((PLACES[one.state] for one in reversed(story) if one.on < day), 0)
            for day in (since, until)
        )
        stands[first, last] += 1
    assert {tuple(at): found.changes[tuple(at)] for at in np.argwhere(found.changes)} == changes
    assert {tuple(at): found.stands[tuple(at)] for at in np.argwhere(found.stands)} == stands
    gained = found.changes.sum(axis=(0, 2)) - found.changes.sum(axis=(1, 2))
    assert (found.stands.sum(axis=0) - found.stands.sum(axis=1) == gained).all()


def test_who_is_gone_flows_nowhere() -> None:
    history = histories([(None, [date(2026, 5, 5)]), (None, [date(2026, 5, 6)])])
    span = {"since_day": day_number(MAY[0]), "until_day": day_number(MAY[1])}
    one = flows(history, np.array([True, False]), states=len(MODEL.states), **span)
    assert (one.stands.sum(), one.changes.sum()) == (1, 1)
    both = added(one, one)
    assert (both.stands.sum(), both.changes.sum()) == (2, 2)


@pytest.fixture
def market(database: Database, group_id: int, tmp_path: Path, now: datetime) -> Iterator[Market]:
    """Return a brand whose customers bought on known days, and were looked at on 10 June."""
    with opened_market(database, group_id, tmp_path, now) as opened:
        opened.bought(
            now,
            # Ann fell asleep on 10 May: 180 days after 11 November.
            ("ann", date(2025, 11, 11), 100),
            # Bob, whom the records name since March, bought in May for the first time, Eve for the
            # second.
            ("bob", date(2026, 5, 20), 100),
            ("eve", date(2026, 4, 25), 100),
            ("eve", date(2026, 5, 2), 100),
        )
        opened.refresh(now)
        yield opened


@pytest.fixture
def platform(market: Market) -> Platform:
    """Return a platform that opens the market's lake."""

    def open_lake(place: lake.Place) -> AbstractContextManager[lake.Opened]:
        return lake.connect(market.folder, place, CATALOGUE)

    return replace(make_platform(market.database), open_lake=open_lake)


def refresh(platform: Platform, market: Market, now: datetime) -> None:
    modelling.refresh(
        platform.database, platform.open_lake, market.place, on=TODAY, actor="test", now=now
    )


def test_a_month_is_told_by_what_changed_and_by_its_two_ends(
    market: Market, platform: Platform, now: datetime
) -> None:
    refresh(platform, market, now)
    key = make_token(market.database, market.group_id, Permission.MODELS_READ)
    with TestClient(make_app(platform)) as client:
        found = client.get(
            "/v1/brands/wool/models/lifecycle/flows",
            params={"since": "2026-05-01", "until": "2026-06-01"},
            headers=key,
        ).json()
    changes = {
        (one["before"], one["after"], one["cause"]): one["times"] for one in found["changes"]
    }
    assert changes == {
        ("active", "sleeping", "silence"): 1,
        ("fan", "new", "purchase"): 1,
        ("new", "repeat", "purchase"): 1,
    }
    states = {
        one["code"]: (one["at_since"], one["entered"], one["left"], one["at_until"])
        for one in found["states"]
    }
    assert states["active"] == (1, 0, 1, 0)
    assert states["sleeping"] == (0, 1, 0, 1)
    assert states["new"] == (1, 1, 1, 1)
    passed = {(one["before"], one["after"]): one["customers"] for one in found["passed"]}
    assert passed == {("active", "sleeping"): 1, ("fan", "new"): 1, ("new", "repeat"): 1}


def test_days_that_are_no_span_of_the_past_are_refused(
    market: Market, platform: Platform, now: datetime
) -> None:
    scope = Scope(market.group_id)
    with pytest.raises(ModelNotRefreshed):
        model_results.flows(platform, scope, "wool", "lifecycle", since=MAY[0], until=MAY[1])
    refresh(platform, market, now)
    for since, until in ((MAY[1], MAY[0]), (MAY[0], MAY[0]), (MAY[0], date(2026, 6, 12))):
        with pytest.raises(FlowsUnfit, match="at most 2026-06-11"):
            model_results.flows(platform, scope, "wool", "lifecycle", since=since, until=until)
    with pytest.raises(ModelOfOtherKind):
        model_results.flows(platform, scope, "wool", "rfm", since=MAY[0], until=MAY[1])


def test_the_command_line_tells_flows_previews_and_scores(
    market: Market, platform: Platform, now: datetime, tmp_path: Path
) -> None:
    refresh(platform, market, now)
    span = ("--since", "2026-05-01", "--until", "2026-06-01")
    told = market.run(tmp_path, "models", "flows", "--brand", "wool", *span)
    assert told.returncode == 0, told.stderr
    assert "活跃客户 Active" in told.stdout
    assert "was silent 沉默" in told.stdout
