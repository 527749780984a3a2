"""Models over HTTP and in a worker: permissions, brands, documents, jobs, answers."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from huitong.entry import modelling
from huitong.entry.api import make_app
from huitong.entry.published import CATALOGUE
from huitong.entry.worker import Worker
from huitong.platform import clock, ids, jobs, lake
from huitong.platform.assembly import Platform
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from huitong.platform.jobs import JobState, Recurring
from tests.entry.make import make_platform, make_token
from tests.segments.models_market import Market, opened_market

TODAY = date(2026, 3, 2)


@pytest.fixture
def market(
    fresh_database: Database, group_id: int, tmp_path: Path, now: datetime
) -> Iterator[Market]:
    """Return a brand in a database of its own, because a worker serves every group."""
    with opened_market(fresh_database, group_id, tmp_path, now) as opened:
        yield opened


@pytest.fixture
def platform(market: Market) -> Platform:
    """Return a platform that opens the market's lake and runs its models."""

    def open_lake(place: lake.Place) -> AbstractContextManager[lake.Opened]:
        return lake.connect(market.folder, place, CATALOGUE)

    made = make_platform(market.database)
    return replace(
        made,
        open_lake=open_lake,
        job_handlers=modelling.handlers(open_lake),
        group_ids=lambda _tx: (market.group_id,),
    )


@pytest.fixture
def client(platform: Platform) -> Iterator[TestClient]:
    """Return a client of the whole app."""
    with TestClient(make_app(platform), raise_server_exceptions=False) as opened:
        yield opened


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def headers(market: Market, *permissions: Permission) -> dict[str, str]:
    return make_token(market.database, market.group_id, *permissions)


def test_a_refresh_is_asked_for_done_by_a_worker_and_shown(
    market: Market, platform: Platform, client: TestClient, now: datetime
) -> None:
    today = modelling.today_of(market.place, clock.now())
    market.bought(now, ("ann", today - timedelta(days=3), 100), ("bob", today, 30))
    market.refresh(now)
    key = headers(market, Permission.MODELS_READ, Permission.MODELS_WRITE)
    early = client.get("/v1/brands/wool/rfm", headers=key)
    assert (early.status_code, early.json()["code"]) == (404, "segments.model_not_refreshed")
    asked = client.post(
        "/v1/brands/wool/models/refreshes", json={}, headers={**key, "Idempotency-Key": "K"}
    )
    assert asked.status_code == 200, asked.text
    assert Worker(platform).drain() == 1
    with market.database.reading(Scope(market.group_id)) as tx:
        (job,) = jobs.newest(tx, before=1 << 62, limit=5)
    assert job.state is JobState.DONE, job.error
    assert job.result is not None
    assert job.result["evaluated_count"] == 4
    grid = client.get("/v1/brands/wool/rfm", headers=key).json()
    assert (grid["buyers"], grid["amount_minor"]) == (2, 13_000)
    states = client.get("/v1/brands/wool/models/lifecycle/result", headers=key).json()
    assert {one["code"]: one["customers"] for one in states["states"]}["new"] == 2
    listed = client.get("/v1/brands/wool/models", headers=key).json()["items"]
    assert [one["code"] for one in listed] == ["lifecycle", "lifetime", "rfm"]
    who = ids.show("cus", market.customer_id(now, "ann"))
    why = client.get(f"/v1/customers/{who}/models/rfm", headers=key).json()
    assert [axis["value"] for axis in why["axes"]] == [3, 1, 10_000]
    assert [order["counted"] for order in why["orders"]] == [True]


def test_another_brands_key_sees_nothing_of_the_lake(
    market: Market, client: TestClient, now: datetime
) -> None:
    market.bought(now, ("ann", ago(1), 100))
    market.refresh(now)
    elsewhere = make_token(
        market.database,
        market.group_id,
        *Permission,
        brand_ids=[market.place.brand_id + 4_096],
        name="other",
    )
    who = ids.show("cus", market.customer_id(now, "ann"))
    for path in ("brands/wool/rfm", "brands/wool/models", f"customers/{who}/models/lifecycle"):
        assert client.get(f"/v1/{path}", headers=elsewhere).status_code == 404, path
    asked = client.post(
        "/v1/brands/wool/models/refreshes", json={}, headers={**elsewhere, "Idempotency-Key": "K"}
    )
    assert asked.status_code == 404


def test_a_document_is_changed_on_the_version_that_was_read(
    market: Market, client: TestClient
) -> None:
    key = headers(market, Permission.MODELS_READ, Permission.MODELS_WRITE)
    read = client.get("/v1/brands/wool/models/rfm", headers=key)
    assert read.headers["ETag"] == '"0"'
    document = {**read.json()["document"], "window_days": 730}
    put = {"kind": "rfm", "document": document}
    path = "/v1/brands/wool/models"
    first = client.put(path, json=put, headers={**key, "If-Match": '"0"'})
    assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
    put["document"] = {**document, "window_days": 30}
    late = client.put(path, json=put, headers={**key, "If-Match": '"0"'})
    assert (late.status_code, late.json()["code"]) == (409, "segments.model_changed")
    put["document"] = {**document, "namings": []}
    wrong = client.put(path, json=put, headers={**key, "If-Match": '"1"'})
    assert wrong.json()["code"] == "segments.model_invalid"


def test_a_job_for_all_brands_passes_over_one_without_a_lake(
    market: Market, platform: Platform
) -> None:
    recurring = {modelling.REFRESH: Recurring(timedelta(hours=1), {})}
    worker = Worker(replace(platform, recurring=recurring))
    worker.schedule()
    assert worker.drain() == 1
    with market.database.reading(Scope(market.group_id)) as tx:
        (job,) = jobs.newest(tx, before=1 << 62, limit=5)
    # The brand has no lake yet.
    assert (job.state, job.result) == (JobState.DONE, {"evaluated_count": 0, "skipped": []})
