"""Scores over HTTP and on the command line: a document in, a preview, an explanation."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient

from huitong.entry import modelling, tagging
from huitong.entry.api import make_app
from huitong.entry.published import CATALOGUE
from huitong.platform import ids, lake
from huitong.platform.auth import Permission
from huitong.platform.db import Database
from tests.entry.make import make_platform, make_token
from tests.segments.audience_pack import install
from tests.segments.models_market import Market, opened_market

NAMES = {"zh": "甲", "en": "A"}
LOYAL = {
    "code": "loyal",
    "names": {"zh": "忠诚度", "en": "Loyalty"},
    "dimensions": [
        {
            "code": "buying",
            "names": {"zh": "购买", "en": "Buying"},
            "terms": [
                {
                    "input": "tags.order_count",
                    "reading": {"kind": "steps", "steps": [[1, 40], [2, 90]]},
                }
            ],
        }
    ],
    "bands": [
        {"code": "low", "names": {"zh": "低", "en": "Low"}, "at_least": 0},
        {"code": "high", "names": {"zh": "高", "en": "High"}, "at_least": 60},
    ],
}


@pytest.fixture
def market(database: Database, group_id: int, tmp_path: Path, now: datetime) -> Iterator[Market]:
    """Return a brand with tags, where Ann bought twice and Bob once."""
    with opened_market(database, group_id, tmp_path, now) as opened:
        with opened.club(now) as club:
            install(club.tx, brand_id=club.brand.id, now=now)
        day = now.date() - timedelta(days=3)
        opened.bought(now, ("ann", day, 100), ("ann", day, 20), ("bob", day, 30))
        opened.refresh(now)
        tagging.refresh(opened.database, opened.folder, opened.place, now=now)
        yield opened


@pytest.fixture
def client(market: Market) -> Iterator[TestClient]:
    """Return a client of the whole app, over the market's lake."""

    def open_lake(place: lake.Place) -> AbstractContextManager[lake.Opened]:
        return lake.connect(market.folder, place, CATALOGUE)

    platform = replace(make_platform(market.database), open_lake=open_lake)
    with TestClient(make_app(platform), raise_server_exceptions=False) as opened:
        yield opened


def refresh(market: Market, now: datetime) -> None:
    def open_lake(place: lake.Place) -> AbstractContextManager[lake.Opened]:
        return lake.connect(market.folder, place, CATALOGUE)

    modelling.refresh(market.database, open_lake, market.place, actor="test", now=now)


def test_a_score_is_previewed_put_published_and_explained_over_http(
    market: Market, client: TestClient, now: datetime
) -> None:
    key = make_token(
        market.database, market.group_id, Permission.MODELS_READ, Permission.MODELS_WRITE
    )
    put = {"kind": "weighted", "document": LOYAL}
    path = "/v1/brands/wool/models"
    previewed = client.post(f"{path}/previews", json=put, headers=key)
    assert previewed.status_code == 200, previewed.text
    assert [one["customers"] for one in previewed.json()["bands"]] == [1, 1]
    first = client.put(path, json=put, headers={**key, "If-Match": '"0"'})
    assert first.status_code == 200, first.text
    refresh(market, now)
    told = client.get(f"{path}/loyal/result", headers=key).json()
    assert [one["customers"] for one in told["bands"]] == [1, 1]
    who = ids.show("cus", market.customer_id(now, "ann"))
    why = client.get(f"/v1/customers/{who}/models/loyal", headers=key).json()
    assert (why["score"], why["band"], why["published_score"]) == (90, "high", 90)
    (told_term,) = why["dimensions"][0]["terms"]
    assert (told_term["input"], told_term["number"], told_term["points"]) == (
        "tags.order_count",
        2,
        90,
    )
    past = client.get(f"/v1/customers/{who}/models/loyal?on=2026-03-01", headers=key)
    assert (past.status_code, past.json()["code"]) == (422, "segments.model_only_of_now")
    term = {"input": "tags.nothing", "reading": {"kind": "has"}}
    side = {"code": "buying", "names": NAMES, "terms": [term]}
    document = {**LOYAL, "dimensions": [side]}
    wrong = client.post(
        f"{path}/previews", json={"kind": "weighted", "document": document}, headers=key
    )
    assert (wrong.status_code, wrong.json()["code"]) == (422, "segments.input_unfit")


def test_the_command_line_previews_applies_and_explains_a_score(
    market: Market, now: datetime, tmp_path: Path
) -> None:
    file = tmp_path / "loyal.yaml"
    file.write_text(yaml.safe_dump({"kind": "weighted", **LOYAL}, allow_unicode=True), "utf-8")
    shown = market.run(tmp_path, "models", "preview", str(file), "--brand", "wool")
    assert shown.returncode == 0, shown.stderr
    assert "高 High" in shown.stdout
    market.told(tmp_path, "models", "apply", str(file), "--brand", "wool")
    (done,) = market.told(tmp_path, "models", "refresh", "--model", "loyal")
    assert (done["model"], done["skipped"]) == ("loyal", None)
    who = ids.show("cus", market.customer_id(now, "bob"))
    why = market.run(tmp_path, "models", "explain", "loyal", who)
    assert why.returncode == 0, why.stderr
    assert "购买 Buying" in why.stdout
    assert "低 Low" in why.stdout
    counted = market.run(tmp_path, "models", "show", "loyal", "--brand", "wool")
    assert "高 High" in counted.stdout
