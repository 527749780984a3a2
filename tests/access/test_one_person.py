"""Accounts that are one person of the staff count as one where two people are needed."""

from dataclasses import replace
from typing import Any

import pytest
from httpx2 import Response

from huitong import customers, loyalty, org
from huitong.customers.model import CUSTOMER_PREFIX, OwnCustomer
from huitong.loyalty.model import Programme
from huitong.platform import auth, clock, ids
from huitong.platform.auth import USER_PREFIX
from huitong.platform.db import Database, Scope
from tests.access.make import make_roles, make_user
from tests.access.shops import Shops, make_shops
from tests.entry.make import LONG_AGO, PROGRAMME

GROUP = 860_001
HOME = "/v1/brands/wool/programme"


class Desk:
    """Users of the group, who act one after the other."""

    def __init__(self, shops: Shops, database: Database) -> None:
        """Come to the shops before anybody is added."""
        self.shops = shops
        self.database = database

    def act(self, user: str | None, method: str, path: str, body: object, **more: str) -> Response:
        """Call as a user by their id, or as an administrator who is nobody of the staff."""
        caller = self.shops.caller("everywhere")
        if user is not None:
            caller = replace(caller, id=ids.read(USER_PREFIX, user))
        self.shops.act_as(caller)
        headers = {"Idempotency-Key": f"{user} {path} {body}"[:100], **more}
        return self.shops.client.request(method, path, json=body, headers=headers)

    def add(self, name: str, **more: object) -> str:
        """Add a user and return their id."""
        new = {"name": f"{name}.{GROUP}", "shown_name": name, "roles": ["analyst"], **more}
        answer = self.act(None, "POST", "/v1/users", new)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["user"]["id"])

    def user(self, user: str) -> dict[str, Any]:
        """Return a user as they are shown."""
        answer = self.act(None, "GET", f"/v1/users/{user}", None)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert isinstance(found, dict)
        return found

    def put(self, user: str, **changes: object) -> Response:
        """Give a user what they have, and these."""
        had = self.user(user)
        same = {name: had[name] for name in ("shown_name", "roles", "where")}
        version = {"If-Match": f'"{had["version"]}"'}
        return self.act(None, "PUT", f"/v1/users/{user}", {**same, **changes}, **version)


@pytest.fixture(scope="module")
def desk(wired: Database) -> Desk:
    """Return the shops, where lin is eve themselves and wool has a programme."""
    shops = make_shops(wired, GROUP)
    make_roles(wired, GROUP)
    make_user(wired, GROUP, f"admin.{GROUP}", "group_admin")
    now = clock.now()
    with wired.transaction(Scope(GROUP), now=now) as tx:
        lin = {code: staff_id for staff_id, code in org.staff_codes(tx).items()}["lin"]
        eve = ids.read(CUSTOMER_PREFIX, shops.customers["eve"])
        customers.link_own_customers(tx, [OwnCustomer(lin, eve, LONG_AGO, "manager")], now=now)
    return Desk(shops, wired)


def refused(answer: Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json().get("code"))


def test_who_of_the_staff_a_user_is_is_shown_kept_and_told_by_the_audit(desk: Desk) -> None:
    user = desk.add("shown", staff="lin")
    assert desk.user(user)["staff"] == "lin"
    assert desk.put(user, shown_name="otherwise").json()["staff"] == "lin"
    assert desk.put(user, staff=None).json()["staff"] is None
    assert refused(desk.put(user, staff="nobody")) == (422, "platform.no_such_place")
    with desk.database.reading(Scope(GROUP)) as tx:
        told = tx.rows(
            "SELECT before, after FROM platform.audit_entry"
            " WHERE subject = %(subject)s AND after ? 'is_staff' ORDER BY id",
            {"subject": user},
        )
    assert told == [
        ({"is_staff": None}, {"is_staff": "lin"}),
        ({"is_staff": "lin"}, {"is_staff": None}),
    ]


def test_nobody_decides_about_their_own_document_under_another_name(desk: Desk) -> None:
    own, other = desk.add("own.documents", staff="lin"), desk.add("other.documents")
    eve = desk.shops.customers["eve"]
    paper = {"kind": "birth_certificate", "reference": "files/1.jpg", "fingerprint": "1"}
    handed = desk.act(own, "POST", "/v1/documents", {"items": [{"customer_id": eve, **paper}]})
    submission = handed.json()["items"][0]["id"]
    approval = {"items": [{"submission_id": submission, "state": "approved"}]}
    codes = [
        desk.act(user, "POST", "/v1/documents/decisions", approval).json()["items"][0]
        for user in (own, other)
    ]
    assert codes[0]["code"] == "customers.actor_is_beneficiary"
    assert codes[1].get("code") is None


def test_nobody_moves_their_own_points(desk: Desk) -> None:
    own = desk.add("own.points", staff="lin")
    path = f"/v1/customers/{desk.shops.customers['eve']}/points/adjustments"
    wanted = {"points": -1, "reason": "goodwill", "note": "just so"}
    answer = desk.act(own, "POST", path, wanted)
    assert refused(answer) == (403, "customers.actor_is_beneficiary")
    unlinked = desk.act(desk.add("other.points"), "POST", path, wanted)
    assert refused(unlinked)[1] != "customers.actor_is_beneficiary"


def test_two_accounts_of_one_person_are_not_four_eyes(desk: Desk) -> None:
    editor, double = desk.add("editor", staff="lin"), desk.add("double", staff="lin")
    colleague = desk.add("colleague")
    with desk.database.transaction(Scope(GROUP), now=clock.now()) as tx:
        brand_id = org.brand(tx, code="wool").id
        loyalty.apply_programme(
            tx,
            brand_id=brand_id,
            programme=Programme.model_validate(PROGRAMME),
            effective_from=LONG_AGO,
            actor="cli:founder",
            expected_version=0,
            now=clock.now(),
        )
        assert auth.hands_of(tx, editor) >= {editor, double}
        assert auth.hands_of(tx, colleague) == {colleague}
    on = desk.act(None, "PUT", f"{HOME}/policy", {"four_eyes": True}, **{"If-Match": '"0"'})
    assert on.status_code == 200, on.text
    begun = desk.act(editor, "POST", f"{HOME}/drafts", {"name": "Double"}).json()
    path = f"{HOME}/drafts/{begun['id']}"
    publishing = {
        user: desk.act(user, "GET", path, None).json()["publishing"]
        for user in (editor, double, colleague)
    }
    assert publishing == {editor: "second_person", double: "second_person", colleague: "open"}
