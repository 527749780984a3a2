"""Whoever asked for a job looks after it: by their session, in any reach, without a permission."""

from dataclasses import replace

import pytest

from huitong.platform import jobs
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from huitong.platform.ids import show
from huitong.platform.jobs import WantedJob
from tests.access.shops import NOW, Shops, make_shops

SHEAR = "sheep.shear"


@pytest.fixture(scope="module")
def shops(wired: Database) -> Shops:
    return make_shops(wired, 810_077)


def ask(database: Database, shops: Shops, key: str, actor: str) -> str:
    """Return the id of a job that somebody asked for."""
    wanted = WantedJob(SHEAR, key, {}, asked_by=actor)
    with database.transaction(Scope(shops.group_id), now=NOW) as tx:
        return show(jobs.JOB_PREFIX, jobs.ask(tx, wanted, now=NOW).id)


def test_somebody_lists_their_own_jobs_and_nobody_elses(wired: Database, shops: Shops) -> None:
    # Nobody else of these tests has this id.
    service = replace(shops.caller("everywhere", Permission.ACCOUNT_OWN), id=8)
    own = ask(wired, shops, "own", service.actor())
    ask(wired, shops, "foreign", "usr_0000000000g99")
    shops.act_as(service)
    told = shops.client.get("/v1/account/jobs").json()["items"]
    assert [one["id"] for one in told] == [own]
    assert shops.client.get("/v1/account/jobs?state=failed").json()["items"] == []


def test_a_store_manager_watches_what_they_asked_for(wired: Database, shops: Shops) -> None:
    manager = shops.caller("west", Permission.TAGS_GIVE)
    own = ask(wired, shops, "of the west", manager.actor())
    foreign = ask(wired, shops, "of nobody", "usr_0000000000g99")
    shops.act_as(manager)
    assert shops.client.get(f"/v1/jobs/{own}").status_code == 200
    assert shops.client.get(f"/v1/jobs/{foreign}").status_code == 403


def test_a_password_of_their_own_comes_first(wired: Database, shops: Shops) -> None:
    caller = shops.caller("everywhere", Permission.TAGS_GIVE)
    own = ask(wired, shops, "too early", caller.actor())
    shops.act_as(replace(caller, must_change_password=True))
    answer = shops.client.get(f"/v1/jobs/{own}")
    assert (answer.status_code, answer.json()["code"]) == (403, "platform.password_must_change")
