"""Whoever sees some customers only cannot enrol their way to the others."""

import uuid
from typing import Any

import pytest

from huitong.platform.auth import Caller, CallerKind
from huitong.platform.db import Database
from tests.access.shops import PEOPLE, Shops, make_shops
from tests.entry.make import lines_of, member

CONSENTS = [{"purpose": "service", "policy_version": "1", "given_at": "2026-01-02T10:00:00+08:00"}]


@pytest.fixture
def shops(wired: Database, group_id: int) -> Shops:
    return make_shops(wired, group_id)


def phone(value: str, *, verified: bool = False) -> dict[str, object]:
    return {"kind": "phone", "value": value, "verified": verified}


def card(value: str, *, verified: bool = False) -> dict[str, object]:
    return {"kind": "pos_card", "value": value, "scope": "wool", "verified": verified}


def enrol(
    shops: Shops, caller: Caller, *identifiers: dict[str, object], **more: object
) -> dict[str, Any]:
    """Enrol one, and return the answer of the item."""
    shops.act_as(caller)
    item = {"identifiers": identifiers, "consents": CONSENTS} | more
    answer = shops.client.post(
        "/v1/customers/enrolments",
        json={"account": "pos:wool", "items": [item]},
        headers={"Idempotency-Key": uuid.uuid4().hex},
    )
    assert answer.status_code == 200, answer.text
    (told,) = answer.json()["items"]
    assert isinstance(told, dict)
    return told


def whose(shops: Shops, number: str) -> list[str]:
    """Return whom a phone finds in the brand, for somebody who sees them all."""
    shops.act_as(shops.caller("everywhere"))
    found = shops.client.post(
        "/v1/customers/find", json={"brand": "wool", "kind": "phone", "value": number}
    )
    return [one["id"] for one in found.json()["items"]]


class TestStrangers:
    @pytest.mark.parametrize("verified", [True, False])
    def test_a_card_of_somebody_else_s_customer_joins_them_to_no_phone(
        self, shops: Shops, *, verified: bool
    ) -> None:
        bob, number = shops.customers["bob"], PEOPLE["bob"][1]
        key = shops.caller("everywhere", kind=CallerKind.KEY)
        enrol(shops, key, phone(number, verified=True), card("C777", verified=True))
        told = enrol(
            shops,
            shops.caller("west"),
            card("C777", verified=verified),
            phone("13733334444", verified=verified),
            store="west",
        )
        assert (told["ok"], told["id"], told["code"]) == (False, None, "customers.not_taken_in")
        assert whose(shops, "13733334444") == []
        assert whose(shops, number) == [bob]

    def test_a_member_of_another_store_is_not_told_and_not_touched(self, shops: Shops) -> None:
        bob = shops.customers["bob"]
        shops.act_as(shops.caller("everywhere"))
        before = shops.client.get(f"/v1/customers/{bob}").json()
        west = shops.caller("west")
        told = enrol(shops, west, phone(PEOPLE["bob"][1]), store="west", name="Mallory")
        assert (told["id"], told["code"]) == (None, "customers.not_taken_in")
        assert shops.client.get(f"/v1/customers/{bob}").status_code == 404
        shops.act_as(shops.caller("everywhere"))
        assert shops.client.get(f"/v1/customers/{bob}").json() == before

    def test_who_is_known_to_another_brand_alone_becomes_a_member_here_by_what_is_known(
        self, shops: Shops
    ) -> None:
        west, number = shops.caller("west"), PEOPLE["eve"][1]
        joined = enrol(shops, west, phone(number), phone("13733336666"), store="west")
        assert joined["code"] == "customers.not_taken_in"
        told = enrol(shops, west, phone(number), store="west")
        assert (told["ok"], told["is_new"]) == (True, True)
        assert shops.client.get(f"/v1/customers/{told['id']}").is_success

    def test_a_store_enrols_the_new_and_those_it_sees_as_before(self, shops: Shops) -> None:
        west = shops.caller("west")
        new = enrol(shops, west, phone("13733337777"), card("C9"), store="west", name="Gil")
        assert (new["ok"], new["is_new"]) == (True, True)
        ann = enrol(shops, west, phone(PEOPLE["ann"][1]), card("C8"), store="west")
        assert (ann["id"], ann["is_new"]) == (shops.customers["ann"], False)

    def test_the_others_of_a_batch_go_on(self, shops: Shops) -> None:
        shops.act_as(shops.caller("west"))
        numbers = [PEOPLE["bob"][1], "13733338888"]
        answer = shops.client.post(
            "/v1/customers/enrolments",
            json={
                "account": "pos:wool",
                "items": [
                    {"identifiers": [phone(one)], "consents": CONSENTS, "store": "west"}
                    for one in numbers
                ],
            },
            headers={"Idempotency-Key": "batch"},
        )
        assert [one["ok"] for one in answer.json()["items"]] == [False, True]

    @pytest.mark.parametrize("kind, believed", [(CallerKind.KEY, True), (CallerKind.USER, False)])
    def test_a_program_is_believed_that_a_phone_was_verified_and_a_person_is_not(
        self, shops: Shops, kind: CallerKind, *, believed: bool
    ) -> None:
        told = enrol(
            shops, shops.caller("everywhere", kind=kind), phone("13733339999", verified=True)
        )
        shown = shops.client.get(f"/v1/customers/{told['id']}").json()
        assert [one["verified"] for one in shown["identifiers"]] == [believed]


class TestMembers:
    def test_who_is_a_member_keeps_store_guide_and_profile(self, shops: Shops) -> None:
        ann = f"/v1/customers/{shops.customers['ann']}"
        everywhere = shops.caller("everywhere", kind=CallerKind.KEY)
        shops.act_as(everywhere)
        before = shops.client.get(ann).json()
        told = enrol(
            shops, everywhere, phone(PEOPLE["ann"][1]), store="east", guide="mei", name="Mallory"
        )
        assert (told["id"], told["is_new"]) == (shops.customers["ann"], False)
        after = shops.client.get(ann).json()
        assert after["name"] == before["name"]
        assert len(after["consents"]) == len(before["consents"]) + 1
        shops.act_as(shops.caller("west"))
        assert shops.client.get(ann).is_success

    def test_a_key_cannot_draw_a_member_into_a_store_either(self, shops: Shops) -> None:
        bob = f"/v1/customers/{shops.customers['bob']}"
        enrol(
            shops,
            shops.caller("everywhere", kind=CallerKind.KEY),
            phone(PEOPLE["bob"][1]),
            store="west",
        )
        shops.act_as(shops.caller("west"))
        assert shops.client.get(bob).status_code == 404

    def test_an_enrolment_from_before_they_left_makes_no_member_and_gives_no_store(
        self, shops: Shops
    ) -> None:
        number = PEOPLE["fay"][1]
        shops.act_as(shops.caller("everywhere", kind=CallerKind.KEY))
        left = member("fay", number) | {"status": "exited", "updated_at": "2026-02-01T00:00:00Z"}
        sent = shops.client.post(
            "/v1/inbox/member",
            params={"account": "pos:wool"},
            content=b"\n".join(lines_of([left])),
            headers={"Content-Type": "application/x-ndjson"},
        )
        assert sent.is_success, sent.text
        enrol(
            shops,
            shops.caller("west"),
            phone(number),
            store="west",
            enrolled_at="2026-01-20T00:00:00Z",
        )
        fay = f"/v1/customers/{shops.customers['fay']}"
        assert shops.client.get(fay).status_code == 404
        enrol(shops, shops.caller("west"), phone(number), store="west")
        assert shops.client.get(fay).json()["status"] == "member"
