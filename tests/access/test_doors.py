"""The doors of guides and members: codes to telephones, and what opens only for whom."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from huitong import identity, org
from huitong.channels.model import IdentifierKind
from huitong.entry.api import make_app
from huitong.entry.doors.phones import of_guide
from huitong.entry.wiring import APPLY
from huitong.org.model import NewStaff, Placement
from huitong.platform import auth, clock
from huitong.platform.auth import Permission, StaffFound
from huitong.platform.db import Database, Scope
from huitong.platform.settings import Environment, Settings
from tests.access.make import make_browser, make_roles
from tests.entry.make import lines_of, make_platform, make_token, member

GUIDE_PHONE = "139 2222 {:04d}"
MEMBER_PHONE = "1380000{:04d}"


@dataclass(frozen=True)
class Shop:
    """A group with a store, its guide, and one member."""

    group_id: int
    brand: str
    staff_id: int
    guide_phone: str
    member_phone: str


@pytest.fixture
def app(database: Database) -> FastAPI:
    """Return the whole app with the real appliers."""
    return make_app(make_platform(database, appliers=APPLY))


@pytest.fixture
def shop(app: FastAPI, database: Database, group_id: int) -> Shop:
    """Return a shop with a guide and a member."""
    make_roles(database, group_id)
    now, brand = clock.now(), f"wool{group_id}"
    guide_phone = GUIDE_PHONE.format(group_id)
    with database.transaction(Scope(group_id), now=now) as tx:
        made = org.set_up(
            tx, name="Wool", brand=brand, accounts=[("pos", "main")], stores=["s1"], now=now
        )
        (staff_id,) = org.put_staff(tx, [NewStaff(code="lin")], now=now)
        (store_id,) = made.store_ids
        day = org.today(tx, now=now)
        org.assign_staff(tx, [Placement(staff_id, store_id, day)], now=now)
        auth.put_guide_phone(tx, staff_id=staff_id, phone=of_guide(guide_phone), now=now)
    member_phone = MEMBER_PHONE.format(group_id)
    token = make_token(database, group_id, Permission.INBOX_WRITE)
    answer = TestClient(app).post(
        "/v1/inbox/member",
        params={"account": "pos:main"},
        content=b"\n".join(lines_of([member("m1", member_phone)])),
        headers={**token, "Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code < 300, answer.text
    return Shop(group_id, brand, staff_id, guide_phone, member_phone)


def code_of(client: TestClient, door: str, asked: Mapping[str, str]) -> str:
    answer = client.post(f"/v1/{door}/session/codes", json=asked)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["demo_code"])


class TestGuides:
    def test_a_guide_comes_in_by_the_code_and_reaches_the_workbench_alone(
        self, app: FastAPI, shop: Shop
    ) -> None:
        client = make_browser(app).client
        code = code_of(client, "guide", {"phone": shop.guide_phone})
        signed = client.post("/v1/guide/session", json={"phone": shop.guide_phone, "code": code})
        assert signed.status_code == 201, signed.text
        assert signed.json()["staff"] == "lin"
        assert (signed.json()["brand"], signed.json()["store"]) == (shop.brand, "s1")
        assert signed.json()["token"] is None
        assert client.get("/v1/guide/session").status_code == 200
        for elsewhere in ("/v1/session", "/v1/my/session", "/v1/jobs"):
            assert client.get(elsewhere).status_code == 401

    def test_a_code_is_good_once(self, app: FastAPI, shop: Shop) -> None:
        client = make_browser(app).client
        given = {"phone": shop.guide_phone, "code": ""}
        given["code"] = code_of(client, "guide", {"phone": shop.guide_phone})
        answers = [client.post("/v1/guide/session", json=given).status_code for _ in "ab"]
        assert answers == [201, 401]

    def test_a_wrong_code_and_a_strange_number_open_nothing(self, app: FastAPI, shop: Shop) -> None:
        client = make_browser(app).client
        code = code_of(client, "guide", {"phone": shop.guide_phone})
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        answer = client.post("/v1/guide/session", json={"phone": shop.guide_phone, "code": wrong})
        assert answer.json()["code"] == "platform.phone_code_wrong"
        strange = "13977776666"
        code = code_of(client, "guide", {"phone": strange})
        answer = client.post("/v1/guide/session", json={"phone": strange, "code": code})
        assert (answer.status_code, answer.json()["code"]) == (403, "platform.guide_unknown")

    def test_codes_cannot_be_tried_out(self, app: FastAPI, shop: Shop) -> None:
        client = make_browser(app).client
        code = code_of(client, "guide", {"phone": shop.guide_phone})
        given = {"phone": shop.guide_phone, "code": f"{(int(code) + 1) % 10**6:06d}"}
        answers = {client.post("/v1/guide/session", json=given).status_code for _ in range(8)}
        assert answers == {401, 429}
        given["code"] = code
        assert client.post("/v1/guide/session", json=given).status_code == 429

    def test_without_a_corp_wecom_is_refused_with_the_remedy(self, app: FastAPI) -> None:
        answer = make_browser(app).client.post(
            "/v1/guide/session/wecom", json={"corp": "ww1", "code": "c"}
        )
        assert answer.json()["code"] == "platform.wecom_not_configured"
        assert "telephone" in answer.json()["detail"]

    def test_wecom_opens_the_door_to_whom_it_recognises(self, app: FastAPI, shop: Shop) -> None:
        class Corp:
            def recognise(self, *, corp: str, code: str) -> StaffFound | None:
                known = (corp, code) == ("ww1", "lin's")
                return StaffFound(shop.group_id, shop.staff_id) if known else None

        app.state.platform = make_platform(app.state.platform.database, wecom=Corp())
        client = make_browser(app).client
        for code, status in (("somebody's", 403), ("lin's", 201)):
            answer = client.post("/v1/guide/session/wecom", json={"corp": "ww1", "code": code})
            assert answer.status_code == status


class TestMembers:
    def test_a_member_comes_in_and_reaches_their_own_data_alone(
        self, app: FastAPI, shop: Shop
    ) -> None:
        client = make_browser(app).client
        asked = {"brand": shop.brand, "phone": shop.member_phone}
        code = code_of(client, "my", asked)
        signed = client.post("/v1/my/session", json={**asked, "code": code})
        assert signed.status_code == 201, signed.text
        assert signed.json()["brand"] == shop.brand
        assert client.get("/v1/my/card").status_code == 200
        for elsewhere in ("/v1/session", "/v1/guide/session", "/v1/jobs"):
            assert client.get(elsewhere).status_code == 401

    def test_a_mini_program_keeps_a_token_that_opens_nothing_else(
        self, app: FastAPI, shop: Shop
    ) -> None:
        client = make_browser(app).client
        asked = {"brand": shop.brand, "phone": shop.member_phone}
        signed = client.post(
            "/v1/my/session", json={**asked, "code": code_of(client, "my", asked), "keep": "token"}
        )
        assert "set-cookie" not in signed.headers
        bearer = {"Authorization": f"Bearer {signed.json()['token']}"}
        assert client.get("/v1/my/session", headers=bearer).status_code == 200
        for elsewhere in ("/v1/session", "/v1/guide/session", "/v1/jobs"):
            assert client.get(elsewhere, headers=bearer).status_code == 401

    def test_who_is_no_member_is_told_so_after_the_code(self, app: FastAPI, shop: Shop) -> None:
        client = make_browser(app).client
        asked = {"brand": shop.brand, "phone": "13977775555"}
        code = code_of(client, "my", asked)
        answer = client.post("/v1/my/session", json={**asked, "code": code})
        assert (answer.status_code, answer.json()["code"]) == (403, "platform.member_unknown")

    def test_a_number_that_was_taken_off_a_card_opens_it_to_nobody(
        self, app: FastAPI, database: Database, shop: Shop
    ) -> None:
        now = clock.now()
        with database.transaction(Scope(shop.group_id), now=now) as tx:
            known = identity.find(
                tx,
                brand=org.brand(tx, code=shop.brand),
                kind=IdentifierKind.PHONE,
                value=shop.member_phone,
            )
            assert known is not None
            identity.undo_identifier(
                tx, known.identifier_id, actor="test", reason="not hers", now=now
            )
        client, asked = (
            make_browser(app).client,
            {"brand": shop.brand, "phone": shop.member_phone},
        )
        code = code_of(client, "my", asked)
        answer = client.post("/v1/my/session", json={**asked, "code": code})
        assert answer.json()["code"] == "platform.phone_proves_nobody"
        assert client.get("/v1/my/session").status_code == 401

    def test_a_brand_that_there_is_not_has_no_door(self, app: FastAPI, shop: Shop) -> None:
        asked = {"brand": "nothing", "phone": shop.member_phone}
        answer = make_browser(app).client.post("/v1/my/session/codes", json=asked)
        assert answer.json()["code"] == "platform.brand_unclear"


@pytest.mark.parametrize("door", ["guide", "my"])
def test_production_tells_no_code(database: Database, shop: Shop, door: str) -> None:
    settings = Settings(environment=Environment.PRODUCTION)
    client = make_browser(make_app(make_platform(database, settings=settings))).client
    asked = {"brand": shop.brand, "phone": shop.member_phone}
    answer = client.post(f"/v1/{door}/session/codes", json=asked)
    assert answer.json()["code"] == "platform.phone_codes_not_sent"
    assert "good_until" not in answer.text
