"""Identity over HTTP: reviews with evidence, decisions rehearsed, the journal, the policy."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitong import identity
from huitong.channels.model import IdentifierKind
from huitong.entry import wiring
from huitong.entry.worker import Worker
from huitong.platform import clock, ids
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from tests.browser.worlds import people
from tests.browser.worlds.people import (
    LIKELY_ONE,
    LIKELY_OTHER,
    MERGED_SOURCE,
    MERGED_TARGET,
    TWO_ACCOUNTS,
    TWO_CARDS,
    People,
)
from tests.entry.make import make_client, make_platform, make_token

# No other test's group is so far away.
STRANGER = 1_000_000


class Desk:
    """Somebody who looks after persons, over HTTP, in a world with people to decide on."""

    def __init__(self, client: TestClient, database: Database, group_id: int) -> None:
        self.client, self.database, self.scope = client, database, Scope(group_id)
        self.platform = make_platform(database, appliers=wiring.APPLY)
        self.world: People = people.fill(self.platform, self.scope, now=clock.now())
        self.key = make_token(
            database, group_id, Permission.IDENTITY_READ, Permission.IDENTITY_WRITE,
            Permission.JOBS_READ,
        )  # fmt: skip

    @property
    def brand(self) -> str:
        return self.world.brand.code

    def get(self, path: str, **params: str | int) -> dict[str, Any]:
        answer = self.client.get(path, headers=self.key, params=params)
        told: dict[str, Any] = answer.json() | {"status_code": answer.status_code}
        return told

    def post(self, path: str, body: object = None, *, key: str = "k1") -> dict[str, Any]:
        answer = self.client.post(path, json=body, headers=self.key | {"Idempotency-Key": key})
        told: dict[str, Any] = answer.json() | {"status_code": answer.status_code}
        return told

    def rehearse(self, **wished: str) -> dict[str, Any]:
        told = self.post("/v1/identity/rehearsals", wished)
        assert told["status_code"] == 200, told
        return told

    def reviews(self, **params: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/v1/identity/reviews", **params)["items"]
        return found

    def review_of_rule(self, rule: str) -> dict[str, Any]:
        return next(one for one in self.reviews() if one["rule"] == rule)

    def person(self, phone: str) -> str:
        with self.database.reading(self.scope) as tx:
            kind = IdentifierKind.PHONE
            found = identity.find(tx, brand=self.world.brand, kind=kind, value=phone)
        assert found is not None
        assert found.person_id is not None
        return ids.show("per", found.person_id)

    def worked(self, job_id: str) -> dict[str, Any]:
        """Let a worker do what is due, and return what became of a job."""
        Worker(replace(make_platform(self.database), job_handlers=wiring.JOBS)).drain()
        return self.get(f"/v1/jobs/{job_id}")

    def acts(self) -> list[tuple[str, str]]:
        """Return which acts the audit tells of, with their subjects, the latest first."""
        query = "SELECT act, subject FROM platform.audit_entry ORDER BY id DESC"
        with self.database.reading(self.scope) as tx:
            return [(row[0], row[1]) for row in tx.rows(query)]


@pytest.fixture
def desk(wired: Database, group_id: int) -> Iterator[Desk]:
    with make_client(make_platform(wired, appliers=wiring.APPLY)) as client:
        yield Desk(client, wired, group_id)


class TestQueue:
    def test_three_pairs_wait_by_different_evidence(self, desk: Desk) -> None:
        waiting = desk.reviews()
        assert sorted(one["rule"] for one in waiting) == ["likely", "living_max", "living_max"]
        kinds = {(one["identifier"]["kind"], one["other"]["kind"]) for one in waiting}
        assert len(kinds) == 3
        assert desk.reviews(rule="likely") == [desk.review_of_rule("likely")]

    def test_the_queue_comes_page_by_page(self, desk: Desk) -> None:
        seen: list[str] = []
        cursor: str | None = None
        for _ in range(3):
            page = desk.get(
                "/v1/identity/reviews", limit=1, **({} if cursor is None else {"cursor": cursor})
            )
            seen += [one["id"] for one in page["items"]]
            cursor = page["next_cursor"]
        assert (sorted(set(seen)), cursor) == (sorted(seen), None)
        assert len(seen) == 3

    def test_a_review_that_was_put_off_waits_later_and_is_open(self, desk: Desk) -> None:
        review = desk.review_of_rule("likely")
        until = (clock.now() + timedelta(days=3)).isoformat()
        body = {"until": until, "reason": "asking the store"}
        told = desk.post(f"/v1/identity/reviews/{review['id']}/postpone", body)
        assert (told["state"], told["postponed_reason"]) == ("open", "asking the store")
        assert told["postponed_by"].startswith("key_")
        assert review["id"] not in [one["id"] for one in desk.reviews(waiting="now")]
        assert [one["id"] for one in desk.reviews(waiting="later")] == [review["id"]]
        assert ("review.decide", review["id"]) in desk.acts()

    def test_a_review_cannot_be_put_off_until_yesterday(self, desk: Desk) -> None:
        review = desk.review_of_rule("likely")
        body = {"until": (clock.now() - timedelta(days=1)).isoformat(), "reason": "later"}
        told = desk.post(f"/v1/identity/reviews/{review['id']}/postpone", body)
        assert (told["status_code"], told["code"]) == (422, "identity.put_off_too_short")

    def test_a_decided_review_cannot_be_put_off(self, desk: Desk) -> None:
        review = desk.review_of_rule("likely")
        desk.post(f"/v1/identity/reviews/{review['id']}/reject", {"reason": "sisters"})
        body = {"until": (clock.now() + timedelta(days=1)).isoformat(), "reason": "later"}
        told = desk.post(f"/v1/identity/reviews/{review['id']}/postpone", body, key="k2")
        assert (told["status_code"], told["code"]) == (409, "identity.review_closed")

    def test_a_review_that_is_not_there_is_named(self, desk: Desk) -> None:
        told = desk.get(f"/v1/identity/reviews/{ids.show('rev', 17)}")
        assert (told["status_code"], told["code"]) == (404, "identity.review_not_found")

    def test_a_decision_is_told_to_the_audit_once(self, desk: Desk) -> None:
        review = desk.review_of_rule("likely")
        for _ in range(2):
            desk.post(f"/v1/identity/reviews/{review['id']}/accept", {"reason": "asked her"})
        assert [one for one in desk.acts() if one[1] == review["id"]] == [
            ("review.decide", review["id"])
        ]


class TestPersons:
    def test_a_person_is_shown_with_where_each_identifier_was_seen(self, desk: Desk) -> None:
        told = desk.get(f"/v1/identity/persons/{desk.person(TWO_CARDS)}")
        kinds = {one["kind"]: one for one in told["identifiers"]}
        assert set(kinds) == {"phone", "pos_card"}
        assert kinds["phone"]["masked"] == "199****9001"
        assert kinds["phone"]["accounts"] == ["youzan:people-mall"]
        (membership,) = told["memberships"]
        assert (membership["status"], membership["name"]) == ("member", "安**")
        assert membership["orders"] == 2
        assert TWO_CARDS not in str(told)

    def test_a_merged_person_leads_on(self, desk: Desk) -> None:
        journal = desk.get("/v1/identity/journal", by_hand="true")["items"]
        (merge,) = [one for one in journal if one["kind"] == "merge"]
        told = desk.get(f"/v1/identity/persons/{merge['source_id']}")
        assert (told["state"], told["merged_into"]) == ("merged", merge["target_id"])
        assert (told["identifiers"], told["memberships"]) == ([], [])

    def test_evidence_names_what_held_the_two_apart(self, desk: Desk) -> None:
        told = desk.get(f"/v1/identity/persons/{desk.person(TWO_CARDS)}/evidence")
        verdicts = {(one["verdict"], one["rule"]) for one in told["evidence"]}
        assert ("held", "living_max") in verdicts
        assert {one["accounts"][0] for one in told["evidence"]} == {"youzan:people-mall"}
        assert len({one["person_id"] for one in told["identifiers"]}) == 2

    def test_two_persons_are_compared_without_showing_what_they_say(self, desk: Desk) -> None:
        review = desk.review_of_rule("likely")
        told = desk.get(
            "/v1/identity/comparison", one=review["person_id"], other=review["other_person_id"]
        )
        agreed = told["agreement"]
        assert (agreed["name"], agreed["birthday_on"]) == ("equal", "equal")
        assert (agreed["gender"], agreed["city"]) == ("unknown", "unknown")
        assert "楚云笺" not in str(told)
        assert "1993" not in str(agreed)

    def test_a_person_of_another_group_is_not_there(self, desk: Desk, wired: Database) -> None:
        stranger = Scope(desk.scope.group_id + STRANGER)
        key = make_token(wired, stranger.group_id, Permission.IDENTITY_READ)
        known = desk.person(TWO_CARDS)
        desk.key = key
        told = desk.get(f"/v1/identity/persons/{known}")
        assert (told["status_code"], told["code"]) == (404, "identity.person_not_found")
        assert desk.reviews() == []
        assert desk.get("/v1/identity/journal")["items"] == []


class TestRehearsals:
    def test_a_merge_is_rehearsed_to_the_point_and_nothing_is_kept(self, desk: Desk) -> None:
        source, target = desk.person(LIKELY_OTHER), desk.person(LIKELY_ONE)
        told = desk.rehearse(decision="merge", source_id=source, target_id=target)
        assert told["conflicts"] == ["two_members", "tiers_differ"]
        before = {one["person_id"]: one for one in told["before"]["memberships"]}
        (after,) = told["after"]["memberships"]
        assert (before[source]["tier"], before[target]["tier"]) == ("member", "silver")
        assert (after["person_id"], after["tier"]) == (target, "silver")
        points = [one["points"]["spendable"] for one in before.values()]
        assert after["points"]["spendable"] == sum(points) == 1_760
        assert after["orders"] == 2
        assert desk.person(LIKELY_OTHER) == source
        assert desk.get(f"/v1/identity/persons/{source}")["state"] == "living"

    def test_what_was_rehearsed_is_what_happens(self, desk: Desk) -> None:
        source, target = desk.person(LIKELY_OTHER), desk.person(LIKELY_ONE)
        rehearsed = desk.rehearse(decision="merge", source_id=source, target_id=target)
        body = {"source_id": source, "target_id": target, "reason": "she showed both cards"}
        made = desk.post("/v1/identity/merges", body)
        assert made["status_code"] == 201
        told = desk.get(f"/v1/identity/persons/{target}")
        assert told["memberships"] == rehearsed["after"]["memberships"]
        assert ("person.merge", target) in desk.acts()

    def test_accepting_a_review_is_rehearsed(self, desk: Desk) -> None:
        review = desk.review_of_rule("living_max")
        told = desk.rehearse(decision="accept", review_id=review["id"])
        assert (told["changed"], len(told["before"]["person_ids"])) == (True, 2)
        assert len(told["after"]["person_ids"]) == 1
        assert desk.get(f"/v1/identity/reviews/{review['id']}")["state"] == "open"

    def test_a_split_is_rehearsed_with_what_goes_back(self, desk: Desk) -> None:
        merge = ids.show("mrg", desk.world.merge_id)
        told = desk.rehearse(decision="split", merge_id=merge)
        assert len(told["before"]["memberships"]) == 1
        after = sorted(one["points"]["spendable"] for one in told["after"]["memberships"])
        assert after == [450, 800]
        assert desk.person(MERGED_SOURCE) == desk.person(MERGED_TARGET)

    def test_taking_an_identifier_out_is_rehearsed(self, desk: Desk) -> None:
        shown = desk.get(f"/v1/identity/persons/{desk.person(TWO_CARDS)}")
        phone = next(one for one in shown["identifiers"] if one["kind"] == "phone")
        told = desk.rehearse(decision="undo", identifier_id=phone["id"])
        assert (told["changed"], len(told["after"]["person_ids"])) == (True, 2)
        assert desk.get(f"/v1/identity/persons/{desk.person(TWO_CARDS)}") == shown

    def test_who_sees_one_brand_only_may_not_rehearse(self, desk: Desk, group_id: int) -> None:
        desk.key = make_token(
            desk.database, group_id, Permission.IDENTITY_WRITE, brand_ids=[desk.world.brand.id],
            name="one",
        )  # fmt: skip
        body = {"decision": "split", "merge_id": ids.show("mrg", desk.world.merge_id)}
        told = desk.post("/v1/identity/rehearsals", body)
        assert (told["status_code"], told["code"]) == (403, "identity.sees_not_every_brand")

    def test_who_only_looks_may_not_rehearse(self, desk: Desk, group_id: int) -> None:
        desk.key = make_token(desk.database, group_id, Permission.IDENTITY_READ, name="reader")
        body = {"decision": "split", "merge_id": ids.show("mrg", desk.world.merge_id)}
        told = desk.post("/v1/identity/rehearsals", body)
        assert (told["status_code"], told["code"]) == (403, "platform.not_permitted")

    def test_a_person_cannot_be_merged_into_themselves(self, desk: Desk) -> None:
        same = desk.person(TWO_ACCOUNTS)
        body = {"decision": "merge", "source_id": same, "target_id": same}
        told = desk.post("/v1/identity/rehearsals", body)
        assert (told["status_code"], told["code"]) == (409, "identity.cannot_merge")


class TestJournal:
    def test_it_tells_who_did_what_and_why_the_latest_first(self, desk: Desk) -> None:
        found = desk.get("/v1/identity/journal", by_hand="true")["items"]
        assert [one["kind"] for one in found] == ["undoing", "merge"]
        assert found[1]["actor"] == "world"
        assert found[1]["reason"].startswith("本人到店")
        assert (found[1]["cause"], found[1]["said"]) == (None, found[1]["reason"])
        assert found[1]["merge_id"] == ids.show("mrg", desk.world.merge_id)

    def test_what_the_platform_did_has_a_cause_and_the_word_of_who_decided(
        self, desk: Desk
    ) -> None:
        found = desk.get("/v1/identity/journal", by_hand="false")["items"]
        assert {"record"} < {one["cause"] for one in found}
        for one in found:
            assert one["cause"] is not None, one["reason"]
            assert one["reason"].endswith(one["said"])

    def test_a_split_says_why(self, desk: Desk) -> None:
        merge = ids.show("mrg", desk.world.merge_id)
        told = desk.post(f"/v1/identity/merges/{merge}/split", {"reason": "mother and daughter"})
        assert told["split_reason"] == "mother and daughter"
        (entry,) = [
            one for one in desk.get("/v1/identity/journal")["items"] if one["merge_id"] == merge
        ]
        assert (entry["split_reason"], entry["split_by"]) == (
            "mother and daughter",
            told["split_by"],
        )
        assert told["split_by"].startswith("key_")
        again = desk.post(f"/v1/identity/merges/{merge}/split", {"reason": "again"}, key="k2")
        assert again["split_reason"] == "mother and daughter"

    def test_a_merge_shows_what_it_moved_masked(self, desk: Desk) -> None:
        told = desk.get(f"/v1/identity/merges/{ids.show('mrg', desk.world.merge_id)}")
        assert [one["masked"] for one in told["identifiers"]] == ["199****9006"]
        missing = desk.get(f"/v1/identity/merges/{ids.show('mrg', 17)}")
        assert (missing["status_code"], missing["code"]) == (404, "identity.merge_not_found")

    def test_it_comes_of_one_person(self, desk: Desk) -> None:
        found = desk.get("/v1/identity/journal", person_id=desk.person(MERGED_TARGET))["items"]
        assert [one["kind"] for one in found] == ["merge"]

    def test_soundness_counts_sizes_merges_and_reviews(self, desk: Desk) -> None:
        told = desk.get("/v1/identity/soundness")
        persons = desk.get("/v1/identity/stats")["persons"]
        assert sum(one["persons"] for one in told["sizes"]) <= persons
        by_hand = next(one for one in told["merges"] if one["by_hand"])
        assert (by_hand["merges"], by_hand["undone"]) == (1, 0)
        waiting = {one["rule"]: one["reviews"] for one in told["reviews"] if one["state"] == "open"}
        assert waiting == {"likely": 1, "living_max": 2}


class TestPolicy:
    def policy(self, desk: Desk) -> tuple[dict[str, Any], str]:
        answer = desk.client.get(f"/v1/brands/{desk.brand}/identity/policy", headers=desk.key)
        return answer.json(), answer.headers["ETag"]

    def put(self, desk: Desk, document: object, version: str | None) -> dict[str, Any]:
        headers = desk.key | ({} if version is None else {"If-Match": version})
        answer = desk.client.put(
            f"/v1/brands/{desk.brand}/identity/policy",
            json={"document": document, "reason": "two cards are normal here"},
            headers=headers,
        )
        told: dict[str, Any] = answer.json() | {"status_code": answer.status_code}
        return told

    def test_the_platform_brings_one_along(self, desk: Desk) -> None:
        told, version = self.policy(desk)
        assert (told["version"], version, told["decided_kinds"]) == (0, '"0"', [])
        assert told["document"]["kinds"]["pos_card"]["living_max"] == 1

    def test_it_is_changed_by_version_and_audited(self, desk: Desk) -> None:
        told, version = self.policy(desk)
        document = told["document"]
        document["kinds"]["pos_card"]["living_max"] = 3
        done = self.put(desk, document, version)
        assert (done["version"], done["decided_kinds"]) == (1, ["pos_card"])
        again = self.put(desk, document, version)
        assert (again["status_code"], again["code"]) == (409, "identity.policy_changed")
        assert self.put(desk, document, None)["status_code"] == 428
        (kept,) = desk.get(f"/v1/brands/{desk.brand}/identity/policy/versions")["items"]
        assert kept["reason"] == "two cards are normal here"
        assert ("identity_policy.put", f"identity_policy:{desk.brand}") in desk.acts()

    def test_a_preview_is_typed_once_it_is_done(self, desk: Desk) -> None:
        document = {"kinds": {"pos_card": {"living_max": 3}}}
        asked = desk.post(f"/v1/brands/{desk.brand}/identity/previews", document)
        early = desk.get(f"/v1/identity/previews/{asked['job_id']}")
        assert (early["status_code"], early["code"]) == (409, "identity.preview_not_done")
        desk.worked(asked["job_id"])
        told = desk.get(f"/v1/identity/previews/{asked['job_id']}")
        assert told["persons_that_merge"] == 2
        assert told["largest_merges"][0]["person_ids"][0].startswith("per_")

    def test_another_job_is_no_preview(self, desk: Desk) -> None:
        asked = desk.post(f"/v1/brands/{desk.brand}/identity/weighing")
        told = desk.get(f"/v1/identity/previews/{asked['job_id']}")
        assert (told["status_code"], told["code"]) == (404, "platform.no_such_job")


class TestSuggestions:
    def test_too_few_people_fail_with_the_reason(self, desk: Desk) -> None:
        asked = desk.post(f"/v1/brands/{desk.brand}/identity/suggestions", {"likelihood_min": 0.9})
        assert asked["status_code"] == 202
        told = desk.worked(asked["job_id"])
        assert "people are described" in told["error"]

    def test_a_repeat_of_the_key_is_the_same_job(self, desk: Desk) -> None:
        path = f"/v1/brands/{desk.brand}/identity/suggestions"
        asked, again = desk.post(path, {}), desk.post(path, {})
        assert asked["job_id"] == again["job_id"]
        other = desk.post(path, {"likelihood_min": 0.6})
        assert (other["status_code"], other["code"]) == (409, "platform.job_key_taken")
