"""Figures over HTTP: who sees which brand's, from a lake that was refreshed from the database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from huitong import org
from huitong.entry.published import CATALOGUE
from huitong.platform import lake
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from huitong.platform.lake import Folder, Place
from tests.entry.make import make_client, make_platform, make_token
from tests.loyalty.club import Club, comes_back

FIGURES = "/v1/brands/wool/figures"
READ = Permission.METRICS_READ


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return Folder(tmp_path_factory.mktemp("lake"))


@pytest.fixture
def client(
    database: Database, group_id: int, now: datetime, folder: Folder
) -> Iterator[TestClient]:
    """Return a client of a group with two brands, of which wool sold two coats and a lake tells."""
    with database.transaction(Scope(group_id), now=now) as tx:
        club = Club.found(tx, now)
        club.enrol("her")
        club.took(club.buys("her", "O1", 100), club.buys(None, "O2", 50))
        club.took(comes_back("R1", "O1", 30, at=now))
        org.set_up(tx, name="Sheep", brand="silk", accounts=[("pos", "stalls")], now=now)
        places = [Place(group_id, one.id, one.time_zone) for one in org.brands(tx)]
    for place in places:
        lake.refresh(database, folder, place, CATALOGUE, now=now)
    platform = replace(
        make_platform(database), open_lake=lambda place: lake.connect(folder, place, CATALOGUE)
    )
    with make_client(platform) as opened:
        yield opened


@pytest.fixture
def brand_ids(client: TestClient, database: Database, group_id: int) -> dict[str, int]:
    assert client is not None
    with database.reading(Scope(group_id)) as tx:
        return {brand.code: brand.id for brand in org.brands(tx)}


@pytest.fixture
def key(client: TestClient, database: Database, group_id: int) -> dict[str, str]:
    assert client is not None
    return make_token(database, group_id, READ)


def test_figures_come_from_the_brands_own_orders(client: TestClient, key: dict[str, str]) -> None:
    asked = {
        "metric": ["net_sales", "member_share", "members", "points_granted"],
        "by": "month",
        "since": "2026-03-01",
        "until": "2026-04-01",
    }
    told = client.get(FIGURES, params=asked, headers=key).json()
    (month,) = told["rows"]
    assert month["by"] == {"month": "2026-03"}
    figures = {code: one["value"] for code, one in month["figures"].items()}
    assert figures == {
        "net_sales": 120_00, "member_share": 6_667, "members": 1, "points_granted": 100,
    }  # fmt: skip
    assert told["total"]["member_share"]["of"] == 100_00
    silk = client.get("/v1/brands/silk/figures", params=asked, headers=key).json()
    assert silk["total"]["net_sales"]["value"] == 0
    assert silk["total"]["member_share"]["value"] is None


def test_a_key_of_one_brand_sees_that_brand_alone(
    client: TestClient, database: Database, group_id: int, brand_ids: dict[str, int]
) -> None:
    silk = make_token(database, group_id, READ, brand_ids=[brand_ids["silk"]], name="silk")
    asked = {"metric": "sales"}
    assert client.get(FIGURES, params=asked, headers=silk).status_code == 404
    assert client.get("/v1/brands/silk/figures", params=asked, headers=silk).status_code == 200
    other_group = make_token(database, group_id + 1_000_000, READ)
    assert client.get(FIGURES, params=asked, headers=other_group).status_code == 404


@pytest.mark.parametrize(
    "asked,status,code",
    [
        ({"metric": "nothing"}, 404, "metrics.unknown_metric"),
        ({"metric": "members", "by": "category"}, 422, "metrics.unknown_dimension"),
        ({"metric": "sales", "compare": "lunar"}, 422, "platform.invalid_request"),
        ({"metric": "sales", "since": "2026-03-02", "until": "2026-03-02"}, 422,
         "metrics.wrong_question"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_a_problem_with_its_code(
    client: TestClient, key: dict[str, str], asked: dict[str, str], status: int, code: str
) -> None:
    answer = client.get(FIGURES, params=asked, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_every_metric_is_listed_with_its_meaning(client: TestClient, key: dict[str, str]) -> None:
    listed = client.get("/v1/metrics", headers=key).json()["items"]
    sales = next(one for one in listed if one["code"] == "net_sales")
    assert sales["names"] == {"zh": "净销售额", "en": "Net sales"}
    assert "month" in sales["dimensions"]
    assert sales["excludes"] == ["brushing"]


def test_a_brand_without_a_lake_says_how_to_get_one(
    database: Database, key: dict[str, str]
) -> None:
    with make_client(make_platform(database)) as bare:
        answer = bare.get(FIGURES, params={"metric": "sales"}, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (404, "platform.lake_empty")


def test_a_file_for_spreadsheets_holds_what_the_answer_does(
    client: TestClient, key: dict[str, str]
) -> None:
    asked = {"metric": "sales", "by": "store"}
    answer = client.get(f"{FIGURES}.csv", params=asked, headers=key)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    told = client.get(FIGURES, params=asked, headers=key).json()["total"]["sales"]["value"]
    *_, last = answer.content.decode("utf-8-sig").splitlines()
    assert last.startswith("TOTAL")
    assert last.endswith(f"{told // 100}.{told % 100:02}")
