"""Identity over HTTP: policies are tried out and applied by jobs, and deadlocks are repeated."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitong import org
from huitong.channels.connectors.push import push
from huitong.channels.model import IdentifierKind, RecordKind
from huitong.channels.operations import Feed
from huitong.entry import wiring
from huitong.entry.worker import Worker
from huitong.identity import find, merges_of
from huitong.identity.tables.people import LOCK_PERSONS
from huitong.platform import clock, ids
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope, Tx, array
from tests.entry.make import lines_of, make_client, make_platform, make_token, order

ANNA, BERTA = "13800138001", "13900139001"
LAX: dict[str, Any] = {"kinds": {"pos_card": {}}}
STRICT: dict[str, Any] = {"kinds": {"pos_card": {"verified": "never", "unverified": "never"}}}
WAIT_SECONDS_MAX = 20


class Shop:
    """A brand over HTTP in which one phone bought with two cards, and another one with none."""

    def __init__(self, client: TestClient, database: Database, group_id: int) -> None:
        self.client = client
        self.database = database
        self.scope = Scope(group_id)
        self.key = make_token(
            database, group_id, Permission.IDENTITY_READ, Permission.IDENTITY_WRITE,
            Permission.JOBS_READ,
        )  # fmt: skip

    def post(self, path: str, body: object = None, *, key: str = "k1") -> dict[str, Any]:
        answer = self.client.post(path, json=body, headers=self.key | {"Idempotency-Key": key})
        told: dict[str, Any] = answer.json() | {"status_code": answer.status_code}
        return told

    def worked(self, job_id: str) -> Mapping[str, object]:
        """Let a worker do what is due, and return what became of a job."""
        platform = replace(make_platform(self.database), job_handlers=wiring.JOBS)
        Worker(platform).drain()
        answer = self.client.get(f"/v1/jobs/{job_id}", headers=self.key)
        told: Mapping[str, object] = answer.json()
        return told

    def person(self, phone: str) -> int:
        with self.database.reading(self.scope) as tx:
            (brand,) = org.brands(tx)
            found = find(tx, brand=brand, kind=IdentifierKind.PHONE, value=phone)
        assert found is not None
        assert found.person_id is not None
        return found.person_id


@pytest.fixture
def shop(wired: Database, group_id: int) -> Iterator[Shop]:
    now = clock.now()
    with wired.transaction(Scope(group_id), now=now) as tx:
        made = org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "main")], now=now)
    feed = Feed(made.accounts[0], RecordKind.ORDER, wiring.APPLY[RecordKind.ORDER])
    sold = [bought("O1", ANNA, "CARD0001"), bought("O2", ANNA, "CARD0002"), bought("O3", BERTA)]
    list(push(wired, Scope(group_id), lines_of(sold), feed=feed, sender="test", clock=lambda: now))
    with make_client(make_platform(wired, appliers=wiring.APPLY)) as client:
        yield Shop(client, wired, group_id)


def bought(number: str, phone: str, card: str | None = None) -> dict[str, object]:
    named = [{"kind": "phone", "value": phone}]
    named += [{"kind": "pos_card", "value": card}] if card else []
    return order(number, 10) | {"parties": [{"role": "buyer", "identifiers": named}]}


class TestPolicies:
    def test_a_preview_is_asked_for_and_its_answer_stays_with_the_job(self, shop: Shop) -> None:
        asked = shop.post("/v1/brands/wool/identity/previews", STRICT)
        assert (asked["status_code"], asked["state"]) == (202, "waiting")
        again = shop.post("/v1/brands/wool/identity/previews", STRICT)
        assert again["job_id"] == asked["job_id"]
        told = shop.worked(asked["job_id"])
        assert told["state"] == "done"
        result = told["result"]
        assert isinstance(result, dict)
        assert (result["persons_that_merge"], result["persons_that_split"]) == (0, 1)

    def test_another_policy_under_the_key_of_a_preview_is_refused(self, shop: Shop) -> None:
        shop.post("/v1/brands/wool/identity/previews", STRICT)
        other = shop.post("/v1/brands/wool/identity/previews", LAX)
        assert (other["status_code"], other["code"]) == (409, "platform.job_key_taken")

    def test_what_is_no_policy_is_refused_before_anybody_is_asked(self, shop: Shop) -> None:
        wrong = shop.post("/v1/brands/wool/identity/previews", {"kinds": {"shoe_size": {}}})
        assert wrong["status_code"] == 422

    def test_everybody_is_weighed_under_the_policy_in_effect(self, shop: Shop) -> None:
        asked = shop.post("/v1/brands/wool/identity/weighing")
        again = shop.post("/v1/brands/wool/identity/weighing")
        assert (asked["status_code"], again["job_id"]) == (202, asked["job_id"])
        told = shop.worked(asked["job_id"])
        assert (told["kind"], told["state"]) == ("identity.weigh_everybody", "done")

    def test_two_callers_may_choose_the_same_key(self, shop: Shop, group_id: int) -> None:
        asked = shop.post("/v1/brands/wool/identity/weighing")
        shop.key = make_token(shop.database, group_id, Permission.IDENTITY_WRITE, name="other")
        other = shop.post("/v1/brands/wool/identity/weighing")
        assert other["job_id"] != asked["job_id"]

    @pytest.mark.parametrize("path, body", [("weighing", None), ("previews", LAX)])
    def test_who_sees_one_brand_only_may_not_ask(
        self, shop: Shop, group_id: int, path: str, body: object
    ) -> None:
        with shop.database.reading(shop.scope) as tx:
            (brand,) = org.brands(tx)
        shop.key = make_token(
            shop.database, group_id, Permission.IDENTITY_WRITE, brand_ids=[brand.id], name="one"
        )
        refused = shop.post(f"/v1/brands/wool/identity/{path}", body)
        assert refused["code"] == "identity.sees_not_every_brand"

    @pytest.mark.parametrize("path, body", [("weighing", None), ("previews", LAX)])
    def test_a_brand_that_is_not_there_is_named(self, shop: Shop, path: str, body: object) -> None:
        refused = shop.post(f"/v1/brands/silk/identity/{path}", body)
        assert (refused["status_code"], refused["code"]) == (404, "org.brand_not_found")


class TestMerges:
    def test_the_journal_says_who_merged_and_who_split(self, shop: Shop, group_id: int) -> None:
        body = {
            "source_id": ids.show("per", shop.person(BERTA)),
            "target_id": ids.show("per", shop.person(ANNA)),
            "reason": "one person",
        }
        made = shop.post("/v1/identity/merges", body)
        assert (made["actor"].startswith("key_"), made["split_by"]) == (True, None)
        merger = made["actor"]
        shop.key = make_token(shop.database, group_id, Permission.IDENTITY_WRITE, name="other")
        split = shop.post(f"/v1/identity/merges/{made['id']}/split", {"reason": "two after all"})
        assert (split["actor"], split["split_by"] not in {None, merger}) == (merger, True)
        with shop.database.reading(shop.scope) as tx:
            (kept,) = merges_of(tx, person_id=ids.read("per", made["source_id"]))
        assert (kept.actor, kept.split_by) == (merger, split["split_by"])


class TestDeadlocks:
    def test_a_merge_that_loses_a_deadlock_is_done_again(self, shop: Shop) -> None:
        first, second = sorted(map(shop.person, (ANNA, BERTA)))
        body = {
            "source_id": ids.show("per", second),
            "target_id": ids.show("per", first),
            "reason": "one person",
        }
        told: list[dict[str, Any]] = []
        merging = Thread(target=lambda: told.append(shop.post("/v1/identity/merges", body)))

        def cross(tx: Tx) -> None:
            lock(tx, second)
            if merging.ident is None:
                merging.start()
                wait_until_somebody_waits(shop.database, shop.scope)
            # The request holds the first and waits for the second; now each waits for the other.
            lock(tx, first)

        shop.database.do(shop.scope, cross, now=clock.now())
        merging.join()
        assert [one["status_code"] for one in told] == [201], told
        assert shop.person(BERTA) == first


def lock(tx: Tx, person_id: int) -> None:
    tx.rows(LOCK_PERSONS, {"group_id": tx.scope.group_id, "person_ids": array([person_id])})


def wait_until_somebody_waits(database: Database, scope: Scope) -> None:
    """Return when a session of this database waits for a row that another one holds."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
    until = monotonic() + WAIT_SECONDS_MAX
    while monotonic() < until:
        with database.reading(scope) as tx:
            found = tx.row(waiting)
        if found is not None and found[0]:
            return
        sleep(0.02)
    pytest.fail("Nobody ever waited for a lock.")
