"""Whoever sees one brand learns nothing of another one's jobs, and ends or repeats none of them."""

import pytest

from huitong.platform import clock, ids, jobs
from huitong.platform.db import Database, Scope
from huitong.platform.jobs import JOB_PREFIX, JobState, WantedJob
from tests.access.shops import Shops, make_shops

KEY = {"Idempotency-Key": "k1"}


@pytest.fixture(scope="module")
def shops(wired: Database) -> Shops:
    return make_shops(wired, 840_001)


def ask(
    shops: Shops, wired: Database, key: str, *, scope: str | None, brand: str | None = None
) -> str:
    """Ask for a job as who sees one brand or all, of a brand or of none, and return its id."""
    now = clock.now()
    brand_ids = None if scope is None else (shops.brands[scope],)
    brand_id = None if brand is None else shops.brands[brand]
    with wired.transaction(Scope(shops.group_id, brand_ids), now=now) as tx:
        wanted = WantedJob("console.give_tag", key, {"tag": key}, brand_id=brand_id)
        return ids.show(JOB_PREFIX, jobs.ask(tx, wanted, now=now).id)


def listed(shops: Shops, brand: str | None) -> set[str]:
    shops.act_as(shops.caller("everywhere", brand=brand))
    return {one["id"] for one in shops.client.get("/v1/jobs?limit=200").json()["items"]}


def test_a_job_is_listed_to_who_sees_its_brand_and_the_groups_to_who_sees_all(
    shops: Shops, wired: Database
) -> None:
    of_silk = ask(shops, wired, "listed", scope=None, brand="silk")
    of_wool = ask(shops, wired, "listed", scope="wool")
    of_all = ask(shops, wired, "listed", scope=None)
    assert len({of_silk, of_wool, of_all}) == 3
    asked = {of_silk, of_wool, of_all}
    assert listed(shops, "wool") & asked == {of_wool}
    assert listed(shops, "silk") & asked == {of_silk}
    assert listed(shops, None) & asked == asked


@pytest.mark.parametrize("brand", [None, "silk"])
def test_a_job_of_others_is_not_there_to_read_end_or_repeat(
    shops: Shops, wired: Database, brand: str | None
) -> None:
    job = ask(shops, wired, f"others {brand}", scope=None, brand=brand)
    shops.act_as(shops.caller("everywhere", brand="wool"))
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/retry")):
        answer = shops.client.request(method, f"/v1/jobs/{job}{path}", headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (404, "platform.no_such_job")
    with wired.reading(Scope(shops.group_id)) as tx:
        assert jobs.find(tx, job_id=ids.read(JOB_PREFIX, job)).state is JobState.WAITING


def test_what_is_asked_of_a_brand_over_http_is_a_job_of_it(shops: Shops) -> None:
    shops.act_as(shops.caller("everywhere"))
    asked = {
        shops.client.post(f"/v1/brands/silk/{path}", json={}, headers=KEY).json()["job_id"]
        for path in ("refreshes", "models/refreshes")
    }
    assert listed(shops, "silk") >= asked
    assert not listed(shops, "wool") & asked
