"""Personal values are told once, for a reason, each an entry; calls never tell the number."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from huitong import customers, org
from huitong.channels.model import IdentifierKind
from huitong.customers.model import CUSTOMER_PREFIX
from huitong.entry import wiring
from huitong.entry.console import unmasking
from huitong.entry.console.unmasking import PersonalField, UnmaskReason
from huitong.platform import audit, auth
from huitong.platform.audit import Entry, Wanted
from huitong.platform.auth import Caller, Permission
from huitong.platform.db import Database, Scope
from huitong.platform.ids import show
from huitong.platform.telephone import CallState, Dialled, WantedCall
from huitong.platform.unmasking import UNMASKED_PER_DAY_MAX, TooManyUnmasked
from tests.entry.make import PHONE, lines_of, make_client, make_platform, make_token, member

WHOLE_PHONE = f"+86{PHONE}"
NAME = "张小羊"


@dataclass
class Desk:
    """A desk at which one customer is looked at."""

    client: TestClient
    database: Database
    group_id: int
    customer_id: int
    key: dict[str, str]
    rung: list[WantedCall]

    @property
    def path(self) -> str:
        return f"/v1/customers/{show(CUSTOMER_PREFIX, self.customer_id)}"

    def unmask(self, *fields: str, **changes: object) -> tuple[int, dict[str, object]]:
        body = {"fields": list(fields), "reason": "contact", **changes}
        answer = self.client.post(f"{self.path}/unmaskings", json=body, headers=self.key)
        return answer.status_code, answer.json()

    def told(self, act: str) -> list[Entry]:
        with self.database.reading(Scope(self.group_id)) as tx:
            return audit.entries(tx, Wanted(acts=(act,)), before_id=None, limit=500)


@pytest.fixture
def desk(database: Database, group_id: int, now: datetime) -> Iterator[Desk]:
    """Take one member in through the inbox, and open the desk."""
    with database.transaction(Scope(group_id), now=now) as tx:
        org.set_up(tx, name="Wool", brand="main", accounts=[("pos", "main")], now=now)
    rung: list[WantedCall] = []

    def bridge(call: WantedCall) -> Dialled:
        rung.append(call)
        return Dialled(state=CallState.CONNECTING, bridge_number="95000001")

    platform = replace(make_platform(database, appliers=wiring.APPLY), dial=bridge)
    key = make_token(database, group_id, *Permission, name="Wang Fang")
    with make_client(platform) as client:
        pushed = client.post(
            "/v1/inbox/member?account=pos:main",
            content=b"\n".join(lines_of([member("m1")])),
            headers={**key, "Content-Type": "application/x-ndjson"},
        )
        assert pushed.status_code == 200, pushed.text
        with database.reading(Scope(group_id)) as reading:
            brand = org.brand(reading, code="main")
            found = customers.find_by_identifier(
                reading, brand=brand, kind=IdentifierKind.PHONE, value=PHONE
            )
        assert found is not None, pushed.text
        yield Desk(client, database, group_id, found, key, rung)


class TestUnmasking:
    def test_only_what_was_asked_for_is_told_and_no_proxy_keeps_it(self, desk: Desk) -> None:
        status, told = desk.unmask("phone")
        assert status == 200
        assert (told["phones"], told["name"], told["emails"]) == ([WHOLE_PHONE], None, [])
        _, more = desk.unmask("name", "birthday", "email")
        assert (more["name"], more["phones"], more["birthday_on"]) == (NAME, [], None)

    def test_each_value_is_an_entry_with_who_and_why_and_without_the_value(
        self, desk: Desk
    ) -> None:
        desk.unmask("phone", "name", note="parcel came back, 13800005678")
        entries = desk.told("customer.unmask")
        shown = show(CUSTOMER_PREFIX, desk.customer_id)
        assert {one.subject for one in entries} == {shown}
        assert {one.after and one.after["field"] for one in entries} == {"phone", "name"}
        assert {one.actor_name for one in entries} == {"Wang Fang"}
        assert {one.reason for one in entries} == {"parcel came back, [hidden]"}
        assert PHONE not in str(entries)
        assert NAME not in str(entries)

    def test_other_reasons_are_said_in_words(self, desk: Desk) -> None:
        status, problem = desk.unmask("phone", reason="other")
        assert (status, problem["code"]) == (422, "platform.reason_missing")
        assert desk.told("customer.unmask") == []

    def test_nobody_without_the_permission_sees_a_value(self, desk: Desk) -> None:
        others = [one for one in Permission if one is not Permission.CUSTOMERS_UNMASK]
        desk.key = make_token(desk.database, desk.group_id, *others, name="curious")
        assert desk.unmask("phone")[0] == 403

    def test_a_key_of_another_brand_finds_nobody(self, desk: Desk) -> None:
        desk.key = make_token(
            desk.database, desk.group_id, *Permission, brand_ids=[99], name="elsewhere"
        )
        assert desk.unmask("phone")[0] == 404
        assert desk.told("customer.unmask") == []

    def test_a_day_has_a_limit_and_the_refusal_says_when_the_next_one_opens(
        self, desk: Desk, now: datetime
    ) -> None:
        caller = caller_of(desk, now)
        many = [*PersonalField]
        for round_ in range(UNMASKED_PER_DAY_MAX // len(many)):
            look(desk, caller, many, now + timedelta(minutes=round_))
        with pytest.raises(TooManyUnmasked) as refusal:
            look(desk, caller, many[:1], now + timedelta(hours=1))
        assert refusal.value.opens_at == "2026-03-03T10:00+00:00"
        assert len(desk.told("customer.unmask")) == UNMASKED_PER_DAY_MAX
        look(desk, caller, many, now + timedelta(days=1, minutes=1))

    def test_records_and_copies_of_persons_count_in_the_same_limit(self, desk: Desk) -> None:
        (record,) = desk.client.get("/v1/inbox/deliveries", headers=desk.key).json()["items"]
        (kept,) = desk.client.get(
            f"/v1/inbox/deliveries/{record['id']}/records", headers=desk.key
        ).json()["items"]
        _, first = desk.unmask("phone")
        assert first["left_today"] == UNMASKED_PER_DAY_MAX - 1
        seen = desk.client.post(f"/v1/inbox/records/{kept['id']}/unmask", headers=desk.key)
        assert seen.is_success, seen.text
        copy = f"/v1/rights/{desk.path.removeprefix('/v1/')}/export"
        taken = desk.client.post(copy, headers={**desk.key, "Idempotency-Key": "c1"})
        assert taken.is_success, taken.text
        _, then = desk.unmask("phone")
        assert then["left_today"] == UNMASKED_PER_DAY_MAX - 4
        for _ in range(UNMASKED_PER_DAY_MAX // 4 - 1):
            desk.unmask(*PersonalField)
        refused = [
            desk.client.post(f"/v1/inbox/records/{kept['id']}/unmask", headers=desk.key),
            desk.client.post(copy, headers={**desk.key, "Idempotency-Key": "c2"}),
        ]
        assert {one.json()["code"] for one in refused} == {"platform.too_many_unmasked"}
        assert len(desk.told("person.export")) == 1


class TestDialling:
    def test_the_bridge_rings_and_the_answer_has_no_number(self, desk: Desk) -> None:
        asking = {**desk.key, "X-Request-Id": "call-1"}
        answer = desk.client.post(f"{desk.path}/dials", json={}, headers=asking)
        assert answer.json() == {
            "state": "connecting",
            "masked": "138****5678",
            "bridge_number": "95000001",
            "valid_until": None,
        }
        (call,) = desk.rung
        assert (call.number, call.reference) == (WHOLE_PHONE, "call-1")
        assert PHONE not in repr(call)
        (entry,) = desk.told("customer.dial")
        assert (entry.after, entry.request_id) == ({"reason": "contact"}, "call-1")

    def test_without_a_bridge_nobody_is_rung_and_the_answer_says_so(self, desk: Desk) -> None:
        with make_client(make_platform(desk.database)) as client:
            answer = client.post(f"{desk.path}/dials", json={}, headers=desk.key)
        assert answer.json()["state"] == "rehearsed"
        assert desk.rung == []

    def test_a_refused_call_rings_nobody(self, desk: Desk) -> None:
        strangers = f"/v1/customers/{show(CUSTOMER_PREFIX, 77 << 12)}/dials"
        assert desk.client.post(strangers, json={}, headers=desk.key).status_code == 404
        assert desk.rung == []


def caller_of(desk: Desk, now: datetime) -> Caller:
    token = desk.key["Authorization"].removeprefix("Bearer ")
    return auth.check(desk.database, token, now=now)


def look(desk: Desk, caller: Caller, fields: list[PersonalField], now: datetime) -> None:
    with desk.database.transaction(caller.scope(), now=now) as tx:
        unmasking.unmask(
            tx,
            caller,
            customer_id=desk.customer_id,
            fields=fields,
            reason=UnmaskReason.VERIFY,
            note="",
            now=now,
        )
