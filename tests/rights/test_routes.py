"""Rights and documents over HTTP: requests with their term, consequences told before, decisions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitong import customers, identity
from huitong.channels.model import IdentifierKind
from huitong.entry import wiring
from huitong.platform import clock, ids
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from tests.browser.worlds import people
from tests.browser.worlds.people import (
    ASKER,
    FORGOTTEN,
    LEAVER,
    LIKELY_ONE,
    MOTHER,
    STUDENT,
    People,
)
from tests.entry.make import make_client, make_platform, make_token

# No other test's group is so far away.
STRANGER = 2_000_000
EVERYTHING = (
    Permission.CUSTOMERS_READ,
    Permission.CONSENTS_WRITE,
    Permission.RIGHTS_WRITE,
    Permission.RIGHTS_EXPORT,
    Permission.RIGHTS_ERASE,
    Permission.DOCUMENTS_REVIEW,
)


class Desk:
    """Who answers requests, over HTTP, in a world with people who ask."""

    def __init__(self, client: TestClient, database: Database, group_id: int) -> None:
        self.client, self.database, self.scope = client, database, Scope(group_id)
        platform = make_platform(database, appliers=wiring.APPLY)
        self.world: People = people.fill(platform, self.scope, now=clock.now())
        self.key = make_token(database, group_id, *EVERYTHING)

    @property
    def brand(self) -> str:
        return self.world.brand.code

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str = "k1",
        params: Mapping[str, str | int] | None = None,
        read: int | None = None,
    ) -> dict[str, Any]:
        headers = self.key | {"Idempotency-Key": key}
        if read is not None:
            headers |= {"If-Match": f'"{read}"'}
        answer = self.client.request(method, path, json=body, headers=headers, params=params)
        told: dict[str, Any] = answer.json() | {"status_code": answer.status_code}
        return told

    def get(self, path: str, **params: str | int) -> dict[str, Any]:
        return self.call("GET", path, params=params)

    def post(self, path: str, body: object = None, *, key: str = "k1") -> dict[str, Any]:
        return self.call("POST", path, body, key=key)

    def requests(self, **params: str | int) -> list[dict[str, Any]]:
        found = self.get(f"/v1/brands/{self.brand}/rights/requests", **params)
        items: list[dict[str, Any]] = found["items"]
        return items

    def counts(self) -> dict[str, Any]:
        return self.get(f"/v1/brands/{self.brand}/rights/requests/counts")

    def customer(self, phone: str) -> str:
        with self.database.reading(self.scope) as tx:
            found = customers.find_by_identifier(
                tx, brand=self.world.brand, kind=IdentifierKind.PHONE, value=phone
            )
        assert found is not None
        return ids.show("cus", found)

    def consequences(self, phone: str) -> dict[str, Any]:
        return self.get(f"/v1/rights/customers/{self.customer(phone)}/consequences")

    def acts(self) -> list[str]:
        """Return which acts the audit tells of, the latest first."""
        query = "SELECT act FROM platform.audit_entry ORDER BY id DESC"
        with self.database.reading(self.scope) as tx:
            return [row[0] for row in tx.rows(query)]


@pytest.fixture
def desk(wired: Database, group_id: int, tmp_path: Path) -> Iterator[Desk]:
    platform = make_platform(wired, appliers=wiring.APPLY)
    settings = platform.settings.model_copy(update={"home": tmp_path})
    with make_client(replace(platform, settings=settings)) as client:
        yield Desk(client, wired, group_id)


class TestRequests:
    def test_the_first_due_leads_and_exits_cool_among_them(self, desk: Desk) -> None:
        found = desk.requests()
        told = [(one["kind"], one["state"]) for one in found]
        assert told == [
            ("erase", "open"),
            ("export", "open"),
            ("exit", "cooling"),
            ("correct", "open"),
        ]
        assert found[0]["customer_name"] == "贺**"
        assert [one["due_at"] for one in found] == sorted(one["due_at"] for one in found)

    def test_what_is_late_and_what_is_urgent_are_counted_and_found(self, desk: Desk) -> None:
        counts = desk.counts()
        assert (counts["open"], counts["overdue"], counts["urgent"], counts["cooling"]) == (
            3, 1, 1, 1,
        )  # fmt: skip
        assert (counts["term_days"], counts["urgent_days"]) == (15, 3)
        assert [one["kind"] for one in desk.requests(due="overdue")] == ["erase"]
        assert [one["kind"] for one in desk.requests(due="urgent")] == ["erase", "export"]

    def test_the_list_comes_page_by_page_and_by_customer(self, desk: Desk) -> None:
        path = f"/v1/brands/{desk.brand}/rights/requests"
        page = desk.get(path, limit=2)
        rest = desk.get(path, limit=2, cursor=page["next_cursor"])
        assert [one["kind"] for one in page["items"] + rest["items"]] == [
            one["kind"] for one in desk.requests()
        ]
        assert rest["next_cursor"] is None
        (own,) = desk.requests(customer_id=desk.customer(LEAVER))
        assert own["kind"] == "exit"

    def test_one_of_a_kind_waits_once_and_a_repeat_is_the_same(self, desk: Desk) -> None:
        path = f"/v1/rights/customers/{desk.customer(STUDENT)}/requests"
        body = {"kind": "export", "origin": "phone", "received_at": clock.now().isoformat()}
        made = desk.post(path, body)
        assert made["status_code"] == 201
        again = desk.post(path, body)
        other_key = desk.post(path, body, key="k2")
        assert again["id"] == other_key["id"] == made["id"]
        other_kind = desk.post(path, body | {"kind": "erase"})
        assert (other_kind["status_code"], other_kind["code"]) == (
            409,
            "customers.request_key_used",
        )

    def test_a_request_cannot_come_tomorrow(self, desk: Desk) -> None:
        tomorrow = (clock.now() + timedelta(days=1)).isoformat()
        body = {"kind": "export", "origin": "phone", "received_at": tomorrow}
        told = desk.post(f"/v1/rights/customers/{desk.customer(STUDENT)}/requests", body)
        assert (told["status_code"], told["code"]) == (422, "customers.request_of_future")

    def test_a_copy_that_is_handed_out_answers_its_request(self, desk: Desk) -> None:
        told = desk.post(f"/v1/rights/customers/{desk.customer(ASKER)}/export")
        assert told["status_code"] == 200
        assert "export" not in [one["kind"] for one in desk.requests()]
        (ended,) = desk.requests(state="ended")
        assert (ended["kind"], ended["state"]) == ("export", "done")
        assert "person.export" in desk.acts()

    def test_an_erasure_answers_everything_the_person_asked(self, desk: Desk) -> None:
        customer = desk.customer(FORGOTTEN)
        body = {"kind": "export", "origin": "phone", "received_at": clock.now().isoformat()}
        desk.post(f"/v1/rights/customers/{customer}/requests", body)
        told = desk.post(f"/v1/rights/customers/{customer}/erase")
        assert (told["status_code"], told["kind"]) == (200, "erase")
        ended = desk.requests(state="ended", customer_id=customer)
        assert sorted(one["kind"] for one in ended) == ["erase", "export"]
        assert {one["customer_name"] for one in ended} == {None}
        assert "person.erase" in desk.acts()

    def test_a_request_is_refused_with_a_reason(self, desk: Desk) -> None:
        (request,) = [one for one in desk.requests() if one["kind"] == "correct"]
        path = f"/v1/rights/requests/{request['id']}/close"
        told = desk.post(path, {"state": "refused", "reason": "could not prove who they are"})
        assert (told["state"], told["reason"]) == ("refused", "could not prove who they are")
        again = desk.post(path, {"state": "refused", "reason": "again"}, key="k2")
        assert again["reason"] == "could not prove who they are"
        other = desk.post(path, {"state": "done", "reason": "after all"}, key="k3")
        assert (other["status_code"], other["code"]) == (409, "customers.request_closed")
        assert desk.acts().count("right_request.close") == 1

    def test_an_erasure_is_not_done_by_saying_so(self, desk: Desk) -> None:
        (request,) = [one for one in desk.requests() if one["kind"] == "erase"]
        body = {"state": "done", "reason": "done"}
        told = desk.post(f"/v1/rights/requests/{request['id']}/close", body)
        assert (told["status_code"], told["code"]) == (409, "customers.request_not_carried_out")

    def test_another_group_and_another_brand_see_nothing(self, desk: Desk) -> None:
        (request, *_) = desk.requests()
        desk.key = make_token(desk.database, desk.scope.group_id + STRANGER, *EVERYTHING)
        body = {"state": "withdrawn", "reason": "mine"}
        told = desk.post(f"/v1/rights/requests/{request['id']}/close", body)
        assert (told["status_code"], told["code"]) == (404, "customers.request_not_found")
        listed = desk.get(f"/v1/brands/{desk.brand}/rights/requests")
        assert (listed["status_code"], listed["code"]) == (404, "org.brand_not_found")

    def test_who_only_reads_may_not_take_one_down(self, desk: Desk, group_id: int) -> None:
        customer = desk.customer(STUDENT)
        desk.key = make_token(desk.database, group_id, Permission.CUSTOMERS_READ, name="reader")
        body = {"kind": "export", "origin": "phone", "received_at": clock.now().isoformat()}
        told = desk.post(f"/v1/rights/customers/{customer}/requests", body)
        assert (told["status_code"], told["code"]) == (403, "platform.not_permitted")


class TestConsequences:
    def test_leaving_says_when_and_what_becomes_of_points(self, desk: Desk) -> None:
        told = desk.consequences(LIKELY_ONE)
        assert told["exit"]["hindrance"] is None
        assert (told["exit"]["points"], told["exit"]["points_lost"]) == ("forfeit", 1_500)
        assert told["exit"]["cooling_off_days"] == 7
        assert told["membership"]["tier"] == "silver"
        assert "orders" in told["copy_parts"]

    def test_who_is_leaving_already_cannot_leave_again(self, desk: Desk) -> None:
        told = desk.consequences(LEAVER)
        assert told["exit"]["hindrance"] == "leaving_already"
        assert told["exit"]["requested_at"] is not None
        back = desk.call("DELETE", f"/v1/rights/customers/{desk.customer(LEAVER)}/exit")
        assert back["state"] == "cancelled"
        assert desk.consequences(LEAVER)["exit"]["hindrance"] is None
        (ended,) = desk.requests(state="ended")
        assert (ended["kind"], ended["state"]) == ("exit", "withdrawn")
        assert "customer.stay" in desk.acts()

    def test_erasing_says_what_goes_in_every_brand(self, desk: Desk) -> None:
        told = desk.consequences(LIKELY_ONE)["erase"]
        assert (told["hindrance"], told["identifiers"]) == (None, 1)
        assert [one["brand"] for one in told["memberships"]] == [desk.brand]

    def test_who_sees_one_brand_only_is_told_that_erasing_needs_all(
        self, desk: Desk, group_id: int
    ) -> None:
        desk.key = make_token(
            desk.database, group_id, *EVERYTHING, brand_ids=[desk.world.brand.id], name="one"
        )
        told = desk.consequences(LIKELY_ONE)
        assert told["erase"]["hindrance"] == "sees_not_every_brand"

    def test_a_customer_that_is_not_there_is_named(self, desk: Desk) -> None:
        told = desk.get(f"/v1/rights/customers/{ids.show('cus', 17)}/consequences")
        assert (told["status_code"], told["code"]) == (404, "customers.not_found")

    def test_a_merge_takes_the_requests_of_both_along(self, desk: Desk) -> None:
        with desk.database.transaction(desk.scope, now=clock.now()) as tx:
            target, source = (
                identity.find(tx, brand=desk.world.brand, kind=IdentifierKind.PHONE, value=phone)
                for phone in (STUDENT, ASKER)
            )
            assert target is not None
            assert source is not None
            identity.merge(
                tx,
                source=source.person_id,
                target=target.person_id,
                reason="one",
                key="m",
                now=clock.now(),
            )
        (waiting,) = desk.requests(customer_id=desk.customer(STUDENT))
        assert waiting["kind"] == "export"
        desk.post(f"/v1/rights/customers/{desk.customer(STUDENT)}/export")
        assert desk.requests(customer_id=desk.customer(STUDENT)) == []


class TestPolicies:
    def test_a_version_is_kept_once_and_its_words_can_be_read(self, desk: Desk) -> None:
        body = {
            "purpose": "marketing",
            "version": "2026-1",
            "content": "我们怎样使用您的信息。",
            "effective_from": "2026-01-01T00:00:00Z",
        }
        path = f"/v1/brands/{desk.brand}/consent-policies"
        for _ in range(2):
            assert desk.call("PUT", path, body)["version"] == "2026-1"
        assert desk.acts().count("consent_policy.put") == 1
        assert [one["version"] for one in desk.get(path)["items"]] == ["2026-1"]
        told = desk.get(f"{path}/marketing/2026-1")
        assert told["content"] == "我们怎样使用您的信息。"
        missing = desk.get(f"{path}/marketing/2027-1")
        assert (missing["status_code"], missing["code"]) == (404, "customers.no_such_policy")

    def test_how_members_leave_is_decided_and_audited(self, desk: Desk) -> None:
        path = f"/v1/brands/{desk.brand}/exit-policy"
        for read in range(2):
            told = desk.call("PUT", path, {"cooling_off_days": 15, "points": "keep"}, read=read)
            assert (told["version"], told["cooling_off_days"]) == (1, 15)
        assert desk.acts().count("exit_policy.put") == 1

    def test_how_members_leave_is_not_decided_over_somebody_else(self, desk: Desk) -> None:
        path = f"/v1/brands/{desk.brand}/exit-policy"
        desk.call("PUT", path, {"cooling_off_days": 15, "points": "keep"}, read=0)
        late = desk.call("PUT", path, {"cooling_off_days": 3, "points": "forfeit"}, read=0)
        assert (late["status_code"], late["code"]) == (409, "customers.exit_policy_changed")
        assert late["facts"] == {"version": 1, "expected": 0}
        unread = desk.call("PUT", path, {"cooling_off_days": 3, "points": "forfeit"})
        assert unread["code"] == "platform.if_match_missing"
        assert desk.get(path)["cooling_off_days"] == 15
        assert desk.acts().count("exit_policy.put") == 1


class TestDocuments:
    def test_the_queue_names_who_handed_in_masked(self, desk: Desk) -> None:
        found = desk.get(f"/v1/brands/{desk.brand}/documents")["items"]
        assert [(one["kind"], one["customer_name"]) for one in found] == [
            ("birth_certificate", "柯**"),
            ("student_card", "纪**"),
        ]
        assert "jpg" not in str(found)
        counts = desk.get(f"/v1/brands/{desk.brand}/documents/counts")
        assert (counts["open"], counts["approved"], counts["rejected"]) == (2, 0, 0)

    def test_who_looks_at_a_document_is_in_the_audit(self, desk: Desk) -> None:
        (document, *_) = desk.get(f"/v1/brands/{desk.brand}/documents")["items"]
        told = desk.get(f"/v1/documents/{document['id']}/reference")
        assert told["reference"].startswith("documents/birth_certificate")
        assert desk.acts()[0] == "document.show"

    def test_several_are_decided_at_once_and_audited_once(self, desk: Desk) -> None:
        found = desk.get(f"/v1/brands/{desk.brand}/documents")["items"]
        body = {
            "items": [
                {"submission_id": found[0]["id"], "state": "approved"},
                {"submission_id": found[1]["id"], "state": "rejected", "reason": "无法辨认"},
                {"submission_id": ids.show("sub", 17), "state": "approved"},
            ]
        }
        told = desk.post("/v1/documents/decisions", body)
        assert [one["ok"] for one in told["items"]] == [True, True, False]
        assert told["items"][2]["code"] == "customers.submission_not_found"
        assert told["items"][2]["facts"] == {"submission": body["items"][2]["submission_id"]}
        desk.post("/v1/documents/decisions", body, key="k2")
        assert desk.acts().count("document.decide") == 2
        (rejected,) = desk.get(f"/v1/brands/{desk.brand}/documents", state="rejected")["items"]
        assert rejected["reason"] == "无法辨认"

    def test_a_document_of_another_group_is_not_shown(self, desk: Desk) -> None:
        (document, *_) = desk.get(f"/v1/brands/{desk.brand}/documents")["items"]
        desk.key = make_token(desk.database, desk.scope.group_id + 2 * STRANGER, *EVERYTHING)
        told = desk.get(f"/v1/documents/{document['id']}/reference")
        assert (told["status_code"], told["code"]) == (404, "customers.submission_not_found")

    def test_a_correction_by_staff_is_a_request_put_right(self, desk: Desk) -> None:
        (request,) = desk.requests(customer_id=desk.customer(MOTHER))
        body = {"state": "done", "reason": "name corrected in store"}
        told = desk.post(f"/v1/rights/requests/{request['id']}/close", body)
        assert told["state"] == "done"
