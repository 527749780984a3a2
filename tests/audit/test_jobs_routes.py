"""Jobs over HTTP: listed, who asked, recurring ones, cancelled and tried again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitong.platform import audit, jobs
from huitong.platform.audit import Wanted
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Role, Scope
from huitong.platform.ids import show
from huitong.platform.jobs import Ending, JobState, Recurring, WantedJob
from tests.entry.make import make_client, make_platform, make_token

NIGHTLY, ASKED = "sheep.count", "sheep.shear"
KEY_OF_SOMEBODY = "key_0000000000001"


@dataclass
class Yard:
    """A group with jobs, and somebody who looks after them."""

    client: TestClient
    database: Database
    group_id: int
    key: dict[str, str]
    now: datetime

    def ask(self, key: str, kind: str = ASKED) -> str:
        with self.database.transaction(Scope(self.group_id), now=self.now) as tx:
            job = jobs.ask(tx, WantedJob(kind, key, {"brand": "main", "phone": "1"}), now=self.now)
        return f"/v1/jobs/{show(jobs.JOB_PREFIX, job.id)}"

    def fail(self, kind: str = ASKED) -> None:
        ending = Ending(JobState.FAILED, self.now, error="The shears are blunt: sharpen them.")
        with self.database.transaction(jobs.QUEUE, now=self.now, role=Role.WORKER) as tx:
            for job in jobs.claim(tx, kinds=[kind], limit=100, now=self.now):
                jobs.end(tx, job, ending, now=self.now)

    def get(self, path: str) -> dict[str, Any]:
        answer = self.client.get(path, headers=self.key)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert isinstance(found, dict)
        return found


@pytest.fixture
def yard(fresh_database: Database, group_id: int, now: datetime) -> Iterator[Yard]:
    key = make_token(
        fresh_database, group_id, Permission.JOBS_READ, Permission.JOBS_WRITE, name="Wang Fang"
    )
    recurring = {NIGHTLY: Recurring(timedelta(days=1), {"retention_days": 3})}
    platform = replace(make_platform(fresh_database), recurring=recurring)
    with make_client(platform) as client:
        yield Yard(client, fresh_database, group_id, key, now)


def test_a_job_tells_who_asked_and_hides_what_is_personal(yard: Yard) -> None:
    token = yard.key["Authorization"].removeprefix("Bearer ")
    actor = "_".join(token.split("_")[:2])
    job = yard.get(yard.ask(f"{actor}:night"))
    assert (job["asked_by"], job["asked_by_name"]) == (actor, "Wang Fang")
    assert job["arguments"] == {"brand": "main", "phone": "[hidden]"}
    assert yard.get(yard.ask("2026-03-02"))["asked_by"] is None


def test_jobs_are_listed_by_state_and_kind(yard: Yard) -> None:
    yard.ask("one")
    yard.fail()
    yard.ask("two")
    yard.ask("three", NIGHTLY)
    states = [("", 3), ("?state=failed", 1), (f"?kind={NIGHTLY}", 1), ("?state=done", 0)]
    for query, number in states:
        found = yard.get(f"/v1/jobs{query}")["items"]
        assert isinstance(found, list)
        assert len(found) == number, query


def test_what_recurs_tells_its_latest_run_and_the_next(yard: Yard) -> None:
    (before,) = yard.get("/v1/jobs/recurring")["items"]
    assert (before["latest"], before["every_seconds"]) == (None, 86_400)
    yard.ask("2026-03-02T00:00Z", NIGHTLY)
    (after,) = yard.get("/v1/jobs/recurring")["items"]
    assert after["latest"]["state"] == "waiting"
    assert after["next_at"].endswith("T00:00:00Z")
    assert after["arguments"] == {"retention_days": 3}


def test_who_sees_one_brand_is_told_how_a_run_for_the_group_stands_and_no_more(
    yard: Yard,
) -> None:
    headers = make_token(yard.database, yard.group_id, Permission.JOBS_READ, brand_ids=[7])

    def told() -> dict[str, Any]:
        (one,) = yard.client.get("/v1/jobs/recurring", headers=headers).json()["items"]
        assert isinstance(one, dict)
        return one

    yard.ask(f"{KEY_OF_SOMEBODY}:by hand", NIGHTLY)
    assert (told()["latest"], told()["latest_run"]) == (None, None)
    path = yard.ask("2026-03-02T00:00Z", NIGHTLY)
    yard.fail(NIGHTLY)
    assert told()["latest"] is None
    assert told()["latest_run"] == {
        "state": "failed",
        "recorded_at": yard.get(path)["recorded_at"],
        "finished_at": yard.get(path)["finished_at"],
    }
    assert yard.client.get(path, headers=headers).status_code == 404


def test_nobody_is_told_of_the_runs_of_another_group(yard: Yard) -> None:
    yard.ask("2026-03-02T00:00Z", NIGHTLY)
    for other in (Scope(yard.group_id + 1), Scope(yard.group_id + 1, (7,))):
        with yard.database.reading(other) as tx:
            assert jobs.latest_runs(tx, [NIGHTLY]) == {}


def test_a_failed_job_can_be_tried_again_and_that_is_an_entry(yard: Yard) -> None:
    path = yard.ask("one")
    yard.fail()
    assert yard.get(path)["error"] == "The shears are blunt: sharpen them."
    again = yard.client.post(f"{path}/retry", headers=yard.key)
    assert (again.status_code, again.json()["state"]) == (200, "waiting")
    refused = yard.client.post(f"{path}/retry", headers=yard.key)
    assert (refused.status_code, refused.json()["code"]) == (409, "platform.job_not_in_state")
    cancelled = yard.client.post(f"{path}/cancel", headers=yard.key)
    assert cancelled.json()["state"] == "cancelled"
    with yard.database.reading(Scope(yard.group_id)) as tx:
        told = audit.entries(tx, Wanted(subject="job_"), before_id=None, limit=9)
    assert [(one.act, one.actor_name) for one in told] == [
        ("job.cancel", "Wang Fang"),
        ("job.retry", "Wang Fang"),
    ]
    assert told[1].before == {"kind": ASKED, "state": "failed", "done_steps": 0}


def test_looking_is_not_changing(yard: Yard) -> None:
    path = yard.ask("one")
    reader = make_token(yard.database, yard.group_id, Permission.JOBS_READ, name="reader")
    assert yard.client.post(f"{path}/retry", headers=reader).status_code == 403


def asked_by(yard: Yard, key: dict[str, str]) -> str:
    """Return the path of a job that the holder of a key asked for."""
    token = key["Authorization"].removeprefix("Bearer ")
    return yard.ask("_".join(token.split("_")[:2]) + ":work")


def test_whoever_asked_for_a_job_may_watch_and_cancel_it_without_a_permission(yard: Yard) -> None:
    key = make_token(yard.database, yard.group_id, Permission.TAGS_GIVE, name="service")
    path = asked_by(yard, key)
    told = yard.client.get(path, headers=key)
    assert (told.status_code, told.json()["is_own"]) == (200, True)
    cancelled = yard.client.post(f"{path}/cancel", headers=key)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    # What goes on again may be somebody else's decision by now.
    assert yard.client.post(f"{path}/retry", headers=key).status_code == 403


def test_what_others_asked_for_is_refused_like_what_does_not_exist(yard: Yard) -> None:
    service = make_token(yard.database, yard.group_id, Permission.TAGS_GIVE, name="service")
    other = make_token(yard.database, yard.group_id, Permission.TAGS_GIVE, name="other")
    missing = f"/v1/jobs/{show(jobs.JOB_PREFIX, 7)}"
    for path in (asked_by(yard, other), yard.ask("by itself"), missing, "/v1/jobs/nonsense"):
        for method, tail in (("GET", ""), ("POST", "/cancel")):
            answer = yard.client.request(method, path + tail, headers=service)
            told = (answer.status_code, answer.json()["code"])
            assert told == (403, "platform.not_permitted"), path
    assert yard.client.get("/v1/jobs", headers=service).status_code == 403


def test_whoever_may_see_all_jobs_is_told_which_are_their_own(yard: Yard) -> None:
    own, other = asked_by(yard, yard.key), yard.ask("by itself")
    assert (yard.get(own)["is_own"], yard.get(other)["is_own"]) == (True, False)
