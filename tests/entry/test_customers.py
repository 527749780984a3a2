"""Customers from outside: over HTTP and on the command line."""

from collections.abc import Iterator
from threading import Thread

import pytest
from fastapi.testclient import TestClient

from huitong import customers, loyalty, org
from huitong.entry import wiring
from huitong.loyalty.model import Programme
from huitong.org.model import NewStaff
from huitong.platform import clock, ids
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from tests.entry.make import LONG_AGO, PHONE, PROGRAMME, make_client, make_platform, make_token
from tests.entry.test_cli import Cli, founded, huitong

__all__ = ["founded", "huitong"]

PERMISSIONS = (
    Permission.CUSTOMERS_READ,
    Permission.CUSTOMERS_WRITE,
    Permission.DOCUMENTS_REVIEW,
    Permission.POINTS_READ,
    Permission.RIGHTS_WRITE,
)
GIFTS = {
    "welcome": {"points": 50},
    "document_gifts": [{"kind": "birth_certificate", "points": 30}],
}
SECONDS_TO_WAIT = 0.5
CONSENTS = [
    {"purpose": "service", "policy_version": "1", "given_at": "2026-01-02T10:00:00+08:00"},
]


class Shop:
    """A brand over HTTP, with a key that may change customers."""

    def __init__(self, client: TestClient, key: dict[str, str], staff_id: int) -> None:
        self.client = client
        self.key = key
        self.staff = ids.show("stf", staff_id)

    def post(self, path: str, body: object, *, key: str = "k1") -> list[dict[str, object]]:
        answer = self.client.post(path, json=body, headers=self.key | {"Idempotency-Key": key})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, object]] = answer.json()["items"]
        return items

    def get(self, path: str) -> dict[str, object]:
        answer = self.client.get(path, headers=self.key)
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()
        return found

    def enrol(self, *, phone: str = PHONE, key: str = "k1") -> dict[str, object]:
        item = {
            "identifiers": [{"kind": "phone", "value": phone}],
            "consents": CONSENTS,
            "guide": "lin",
        }
        (answer,) = self.post(
            "/v1/customers/enrolments", {"account": "pos:main", "items": [item]}, key=key
        )
        return answer


@pytest.fixture
def shop(wired: Database, group_id: int) -> Iterator[Shop]:
    now = clock.now()
    with wired.transaction(Scope(group_id), now=now) as tx:
        made = org.set_up(tx, name="Sheep", brand="wool", accounts=[("pos", "main")], now=now)
        (lin,) = org.put_staff(tx, [NewStaff("lin")], now=now)
        loyalty.apply_programme(
            tx,
            brand_id=made.brand.id,
            programme=Programme.model_validate(PROGRAMME | GIFTS),
            effective_from=LONG_AGO,
            actor="test",
            expected_version=None,
            now=now,
        )
    with make_client(make_platform(wired, appliers=wiring.APPLY)) as client:
        yield Shop(client, make_token(wired, group_id, *PERMISSIONS), lin)


def test_who_enrols_twice_is_welcomed_once_and_their_document_gives_its_own(shop: Shop) -> None:
    first, again = shop.enrol(), shop.enrol()
    assert first == again
    assert (first["is_new"], shop.enrol(key="k2")["is_new"]) == (True, False)
    handed = {
        "customer_id": first["id"],
        "kind": "birth_certificate",
        "reference": "files/1.jpg",
        "fingerprint": "N1",
    }
    (document,) = shop.post("/v1/documents", {"items": [handed]})
    assert str(document["id"]) in str(shop.get("/v1/brands/wool/documents"))
    assert shop.get(f"/v1/documents/{document['id']}/reference") == {"reference": "files/1.jpg"}
    decision = {"submission_id": document["id"], "state": "approved"}
    assert [
        shop.post("/v1/documents/decisions", {"items": [decision]})[0]["ok"] for _ in range(2)
    ] == [True, True]
    assert shop.get(f"/v1/customers/{first['id']}/points")["balance"] == 80


def test_what_belongs_to_a_customer_is_added_shown_and_taken_back(shop: Shop) -> None:
    customer = shop.enrol()["id"]
    relation = {"customer_id": customer, "kind": "bound", "staff_id": shop.staff}
    (bound,) = shop.post("/v1/customers/relations", {"items": [relation]}, key="r1")
    child = {"customer_id": customer, "kind": "child", "name": "豆豆", "birthday_on": "2026-01-01"}
    (refused,) = shop.post("/v1/customers/belongings", {"items": [child]}, key="b1")
    assert refused["code"] == "customers.guardian_consent_missing"
    agreed = {"guardian_policy_version": "2", "guardian_consent_at": "2026-01-02T10:00:00+08:00"}
    shop.post("/v1/customers/belongings", {"items": [child | agreed]}, key="b2")
    classed = {
        "customer_id": customer,
        "classed": "staff_purchase",
        "valid_from": "2026-01-01T00:00:00+08:00",
    }
    (of_staff,) = shop.post("/v1/customers/classes", {"items": [classed]}, key="c1")
    correction = {"customer_id": customer, "city": "苏州", "reason": "she said so"}
    (corrected,) = shop.post("/v1/customers/corrections", {"items": [correction]}, key="d1")
    assert shop.get(f"/v1/customers/{customer}")["city"] == "苏州"
    care = shop.get(f"/v1/customers/{customer}/care")
    assert "豆豆" not in str(care)
    assert [str(care).count(word) for word in ("'rel_", "'bel_", "'cls_")] == [1, 1, 1]
    taken_back = {"statement_ids": [corrected["id"]], "classification_ids": [of_staff["id"]]}
    answers = shop.post("/v1/customers/withdrawals", taken_back, key="w1")
    assert [one["ok"] for one in answers] == [True, True]
    end = {"relation_id": bound["id"], "reason": "she moved"}
    answers = [
        shop.post("/v1/customers/relations/end", {"items": [end]}, key=f"e{attempt}")[0]
        for attempt in range(2)
    ]
    assert [one["ok"] for one in answers] == [True, False]


def test_of_one_request_some_relations_end_and_some_go_over(
    shop: Shop, wired: Database, group_id: int
) -> None:
    with wired.transaction(Scope(group_id), now=clock.now()) as tx:
        (mei,) = org.put_staff(tx, [NewStaff("mei")], now=clock.now())
    customer = shop.enrol()["id"]
    both = [
        {"customer_id": customer, "kind": kind, "staff_id": shop.staff}
        for kind in ("bound", "friend")
    ]
    bound, friend = shop.post("/v1/customers/relations", {"items": both}, key="r1")
    ends = [
        {"relation_id": bound["id"], "reason": "she moved", "to_staff_id": ids.show("stf", mei)},
        {"relation_id": friend["id"], "reason": "she moved"},
    ]
    answers = shop.post("/v1/customers/relations/end", {"items": ends}, key="e1")
    assert [one["ok"] for one in answers] == [True, True], answers
    relations = shop.get(f"/v1/customers/{customer}/care")["relations"]
    assert isinstance(relations, list)
    standing = [(one["kind"], one["staff_id"]) for one in relations if not one["valid_until"]]
    assert standing == [("bound", ids.show("stf", mei))]


def test_a_request_that_loses_a_deadlock_is_done_again(
    shop: Shop, wired: Database, group_id: int
) -> None:
    first, second = sorted(
        ids.read("cus", str(shop.enrol(phone=one, key=one)["id"]))
        for one in ("13800138001", "13900139001")
    )
    asked = [
        {"customer_id": ids.show("cus", one), "city": "苏州", "reason": "they said so"}
        for one in (first, second)
    ]
    told: list[dict[str, object]] = []

    def correct() -> None:
        told.extend(shop.post("/v1/customers/corrections", {"items": asked}, key="d1"))

    correcting = Thread(target=correct)
    with wired.transaction(Scope(group_id), now=clock.now()) as tx:
        customers.lock_customers(tx, [second])
        correcting.start()
        correcting.join(SECONDS_TO_WAIT)
        # The request holds the first and waits for the second; now each waits for the other.
        customers.lock_customers(tx, [first])
    correcting.join()
    assert [one["ok"] for one in told] == [True, True], told


def test_a_brand_decides_how_its_members_leave(shop: Shop) -> None:
    path = "/v1/brands/wool/exit-policy"
    assert shop.get(path) == {"version": 0, "cooling_off_days": 7, "points": "forfeit"}
    decided = {"cooling_off_days": 30, "points": "keep"}
    for read in ('"0"', '"1"'):
        done = shop.client.put(path, json=decided, headers={**shop.key, "If-Match": read})
        assert (done.json(), done.headers["ETag"]) == ({"version": 1, **decided}, '"1"')
    assert shop.get(path) == {"version": 1, **decided}
    read_again = {**shop.key, "If-Match": '"1"'}
    wrong = shop.client.put(path, json={**decided, "cooling_off_days": 366}, headers=read_again)
    assert wrong.status_code == 422
    nowhere = shop.client.put("/v1/brands/silk/exit-policy", json=decided, headers=read_again)
    assert nowhere.json()["code"] == "org.brand_not_found"


def test_how_members_leave_is_shown_and_decided_on_the_command_line(founded: Cli) -> None:
    words = ("rights", "exit-policy", "wool", "--json")
    assert '"cooling_off_days": 7' in founded.done(*words)
    decided = founded.done(*words, "--days", "14")
    assert '"cooling_off_days": 14' in decided
    assert '"points": "forfeit"' in decided
    assert '"version": 2' in founded.done(*words, "--points", "keep")
    assert founded("rights", "exit-policy", "wool", "--points", "burn").returncode == 2


def test_a_key_of_one_brand_enrols_whom_a_merge_makes_one(
    shop: Shop, wired: Database, group_id: int
) -> None:
    with wired.reading(Scope(group_id)) as tx:
        brand = org.brand(tx, code="wool")
    shop.key = make_token(wired, group_id, *PERMISSIONS, brand_ids=[brand.id], name="kiosk")
    phone, card = {"kind": "phone", "value": PHONE}, {"kind": "pos_card", "value": "1001"}
    answers = [
        shop.post(
            "/v1/customers/enrolments",
            {"account": "pos:main", "items": [{"identifiers": identifiers, "consents": CONSENTS}]},
            key=f"k{attempt}",
        )[0]
        for attempt, identifiers in enumerate(([phone], [card], [phone, card]))
    ]
    assert [one["ok"] for one in answers] == [True, True, True], answers
    assert [one["is_new"] for one in answers] == [True, True, False]


def test_a_member_is_enrolled_and_shown_on_the_command_line(founded: Cli) -> None:
    words = ("customers", "enrol", "pos:main", f"phone={PHONE}", "--policy", "1", "--key", "k1")
    said = [founded.done(*words, "--json") for _ in range(2)]
    assert said[0] == said[1]
    assert '"is_new": true' in said[0]
    shown = founded.done("customers", "show", PHONE)
    assert "member" in shown
    assert "relations" in shown
    assert "No document is open." in founded.done("customers", "reviews", "list")
    unknown = founded(
        "customers", "reviews", "reject", "sub_0000000000001", "--by", "lin", "--reason", "blurred"
    )
    assert unknown.returncode == 1
    assert "customers.submission_not_found" in unknown.stderr
    assert founded("customers", "enrol", "pos:main", "13800", "--policy", "1").returncode == 2
