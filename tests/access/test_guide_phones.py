"""The telephone of a guide: who sets it, what is seen of it, and whose it may not be."""

import pytest
from fastapi import FastAPI
from httpx2 import Response

from huitong import org
from huitong.entry.doors.phones import of_guide
from huitong.org.model import NewStaff, Placement
from huitong.platform import audit, auth, clock, ids
from huitong.platform.audit import Entry, Wanted
from huitong.platform.db import Database, Scope
from tests.access.make import Browser, make_browser, make_user
from tests.access.test_doors import code_of


class Office:
    """A group of two guides in one store, and its administrator at the console."""

    def __init__(self, app: FastAPI, database: Database, group: int) -> None:
        self.app, self.database, self.group = app, database, group
        now = clock.now()
        with database.transaction(Scope(group), now=now) as tx:
            made = org.set_up(
                tx, name="Wool", brand=f"wool{group}", accounts=[], stores=["s1"], now=now
            )
            staff_ids = org.put_staff(tx, [NewStaff(code="lin"), NewStaff(code="mei")], now=now)
            day = org.today(tx, now=now)
            (store_id,) = made.store_ids
            org.assign_staff(tx, [Placement(one, store_id, day) for one in staff_ids], now=now)
        self.lin, self.mei = (ids.show("stf", one) for one in staff_ids)
        self.lin_id = staff_ids[0]
        make_user(database, group, f"admin.{group}", "group_admin")
        self.browser = make_browser(app)
        self.browser.sign_in(f"admin.{group}")
        self.number = f"139 2222 {group:04d}"

    def show(self, staff: str) -> Response:
        """Return what is told of somebody's telephone."""
        return self.browser.call("GET", f"/v1/staff/{staff}/phone")

    def put(self, staff: str, phone: str | None, match: str | None = None) -> Response:
        """Put somebody's telephone, with the version that was read last."""
        seen = match or self.show(staff).headers["ETag"]
        return self.browser.call(
            "PUT", f"/v1/staff/{staff}/phone", {"phone": phone}, **{"If-Match": seen}
        )

    def guide_comes(self, phone: str) -> Browser:
        """Return the browser of a guide who has tried to sign in with a telephone."""
        guide = make_browser(self.app)
        code = code_of(guide.client, "guide", {"phone": phone})
        guide.client.post("/v1/guide/session", json={"phone": phone, "code": code})
        return guide

    def told(self) -> list[Entry]:
        """Return what the audit tells of telephones, the oldest first."""
        with self.database.reading(Scope(self.group)) as tx:
            wanted = Wanted(acts=("guide_phone.put",))
            return audit.entries(tx, wanted, before_id=None, limit=10)[::-1]


@pytest.fixture
def office(app: FastAPI, database: Database, group: int) -> Office:
    """Return a group with two guides."""
    return Office(app, database, group)


def test_a_guide_signs_in_with_the_number_that_was_set_and_it_is_shown_masked(
    office: Office,
) -> None:
    assert office.show(office.lin).json()["is_set"] is False
    put = office.put(office.lin, f" +86 {office.number}")
    assert put.status_code == 200, put.text
    shown = office.show(office.lin)
    assert shown.json() == put.json()
    assert shown.json()["masked"] == f"139****{office.group:04d}"
    assert shown.headers["ETag"] == f'"{shown.json()["version"]}"'
    guide = office.guide_comes(office.number.replace(" ", ""))
    assert guide.client.get("/v1/guide/session").json()["staff"] == "lin"


def test_a_new_number_and_none_end_what_the_old_one_opened(office: Office) -> None:
    office.put(office.lin, office.number)
    guide = office.guide_comes(office.number)
    other = office.number.replace("2222", "2223")
    assert office.put(office.lin, office.number).status_code == 200
    assert guide.client.get("/v1/guide/session").status_code == 200
    assert office.put(office.lin, other).status_code == 200
    assert guide.client.get("/v1/guide/session").status_code == 401
    assert office.guide_comes(office.number).client.get("/v1/guide/session").status_code == 401
    guide = office.guide_comes(other)
    assert guide.client.get("/v1/guide/session").status_code == 200
    assert office.put(office.lin, None).json()["is_set"] is False
    assert guide.client.get("/v1/guide/session").status_code == 401


def test_a_number_of_another_guide_is_refused_and_stays_theirs(office: Office) -> None:
    office.put(office.lin, office.number)
    refused = office.put(office.mei, office.number)
    assert (refused.status_code, refused.json()["code"]) == (409, "platform.guide_phone_taken")
    assert "Another guide" in refused.json()["detail"]
    guide = office.guide_comes(office.number)
    assert guide.client.get("/v1/guide/session").json()["staff"] == "lin"
    assert office.show(office.mei).json()["is_set"] is False


def test_a_number_of_another_group_is_refused_in_the_same_words(
    office: Office, database: Database
) -> None:
    now, phone = clock.now(), of_guide(office.number)
    with database.transaction(Scope(office.group + 100_000), now=now) as tx:
        assert auth.put_guide_phone(tx, staff_id=office.lin_id, phone=phone, now=now)
    refused = office.put(office.mei, office.number)
    assert refused.json()["code"] == "platform.guide_phone_taken"


@pytest.mark.parametrize("wrong", ["not a number", "010-1234567", "139****1111"])
def test_what_is_no_number_is_refused_with_the_remedy(office: Office, wrong: str) -> None:
    refused = office.put(office.lin, wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "platform.phone_unreadable")


def test_a_change_that_was_read_before_another_is_refused(office: Office) -> None:
    old = office.show(office.lin).headers["ETag"]
    office.put(office.mei, office.number)
    refused = office.put(office.lin, office.number.replace("2222", "2223"), match=old)
    assert refused.json()["code"] == "org.organisation_changed"
    assert office.show(office.lin).json()["is_set"] is False


def test_the_audit_tells_that_it_changed_and_no_digit_of_it(office: Office) -> None:
    for phone in (office.number, office.number, office.number.replace("2222", "2223"), None):
        office.put(office.lin, phone)
    found = office.told()
    assert [(one.before, one.after) for one in found] == [
        ({"is_set": False}, {"is_set": True}),
        ({}, {}),
        ({"is_set": True}, {"is_set": False}),
    ]
    assert {one.subject for one in found} == {"staff:lin"}
    assert "139" not in str([(one.before, one.after, one.reason) for one in found])


def test_the_number_is_kept_nowhere(office: Office) -> None:
    office.put(office.lin, office.number)
    with office.database.reading(Scope(office.group)) as tx:
        (kept,) = tx.rows("SELECT g::text FROM platform.guide_phone AS g")[0]
    phone = of_guide(office.number)
    for shown in (phone.number, phone.masked, phone.masked[-4:]):
        assert shown.encode().hex() not in kept
    assert phone.masked not in kept


def test_who_sees_some_brands_only_and_who_only_reads_are_refused(
    office: Office, app: FastAPI, database: Database, group: int
) -> None:
    with database.reading(Scope(group)) as tx:
        (brand,) = org.brands(tx)
    make_user(database, group, f"brand.{group}", "group_admin", brand_ids=[brand.id])
    make_user(database, group, f"reads.{group}", "auditor")
    etag = office.show(office.lin).headers["ETag"]
    for name, code in (
        (f"brand.{group}", "org.needs_every_brand"),
        (f"reads.{group}", "platform.not_permitted"),
    ):
        browser = make_browser(app)
        browser.sign_in(name)
        refused = browser.call(
            "PUT", f"/v1/staff/{office.lin}/phone", {"phone": None}, **{"If-Match": etag}
        )
        assert (refused.status_code, refused.json()["code"]) == (403, code)


def test_a_number_from_before_is_there_and_has_no_face(office: Office, database: Database) -> None:
    office.put(office.lin, office.number)
    with database.transaction(Scope(office.group), now=clock.now()) as tx:
        tx.execute("UPDATE platform.guide_phone SET salt = NULL, sealed = NULL")
        found = auth.guide_phone(tx, staff_id=office.lin_id)
    assert found is not None
    assert found.masked is None
    assert office.show(office.lin).json()["is_set"] is True
