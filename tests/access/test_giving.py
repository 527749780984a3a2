"""Who may give what: nobody more than they hold, and the last administrator stays."""

from collections.abc import Mapping

import pytest
from fastapi import FastAPI
from httpx2 import Response

from huitong import org
from huitong.platform import auth, clock
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from tests.access.make import PASSWORD, Browser, make_browser, make_role, make_roles, make_user

P = Permission
DESK = (P.USERS_READ, P.USERS_WRITE, P.ROLES_WRITE, P.KEYS_READ, P.KEYS_WRITE, P.ORDERS_READ)


@pytest.fixture
def brand_ids(database: Database, group_id: int) -> Mapping[str, int]:
    """Return the ids of two brands of the group, which has its roles and one of the desk."""
    make_roles(database, group_id, make_role("desk", *DESK))
    now, found = clock.now(), {}
    with database.transaction(Scope(group_id), now=now) as tx:
        for code in ("wool", "silk"):
            made = org.set_up(tx, name="Wool", brand=code, accounts=[], stores=["s1"], now=now)
            found[code] = made.brand.id
    return found


@pytest.fixture
def admin(app: FastAPI, database: Database, group_id: int, brand_ids: object) -> Browser:
    """Return the browser of the group's administrator."""
    assert brand_ids
    make_user(database, group_id, f"admin.{group_id}", "group_admin")
    browser = make_browser(app)
    browser.sign_in(f"admin.{group_id}")
    return browser


@pytest.fixture
def desk(app: FastAPI, database: Database, group_id: int, admin: Browser) -> Browser:
    """Return the browser of somebody who administers users and holds little else."""
    assert admin.csrf
    make_user(database, group_id, f"desk.{group_id}", "desk")
    browser = make_browser(app)
    browser.sign_in(f"desk.{group_id}")
    return browser


def shown(browser: Browser, name: str) -> dict[str, object]:
    (found,) = browser.call("GET", f"/v1/users?text={name}").json()["items"]
    assert isinstance(found, dict)
    return found


def put(browser: Browser, user: Mapping[str, object], **wanted: object) -> Response:
    body = {"shown_name": user["shown_name"], "roles": user["roles"], "where": user["where"]}
    return browser.call(
        "PUT", f"/v1/users/{user['id']}", {**body, **wanted}, **{"If-Match": f'"{user["version"]}"'}
    )


def refused(answer: Response) -> str:
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["code"]).removeprefix("platform.")


class TestUsers:
    def test_a_new_user_comes_in_once_and_chooses_a_password(
        self, app: FastAPI, admin: Browser, group_id: int
    ) -> None:
        name = f"New.{group_id}"
        added = admin.call(
            "POST",
            "/v1/users",
            {
                "name": name,
                "shown_name": "新同事",
                "roles": ["store_manager"],
                "where": {"brands": ["wool"], "stores": ["s1"]},
            },
        )
        assert added.status_code == 201, added.text
        assert added.json()["user"]["where"]["stores"] == ["s1"]
        browser = make_browser(app)
        told = browser.sign_in(name, added.json()["one_time"]["password"])
        assert told.json()["must_change_password"]
        assert told.json()["narrowed"]
        assert [brand["code"] for brand in told.json()["brands"]] == ["wool"]
        before = dict(browser.client.cookies)
        changed = browser.call(
            "POST",
            "/v1/account/password",
            {"present": added.json()["one_time"]["password"], "wanted": PASSWORD},
        )
        assert changed.status_code == 200, changed.text
        assert not changed.json()["must_change_password"]
        assert browser.client.cookies["huitong_session"] != before["huitong_session"]
        assert browser.call("GET", "/v1/session").status_code == 200
        assert make_browser(app).sign_in(name).status_code == 200

    def test_a_name_is_taken_over_all_groups(
        self, database: Database, admin: Browser, group_id: int
    ) -> None:
        other_group = group_id + 500_000
        make_roles(database, other_group)
        make_user(database, other_group, f"far.{group_id}", "analyst")
        new = {"name": f"FAR.{group_id}", "shown_name": "x", "roles": []}
        assert refused(admin.call("POST", "/v1/users", new)) == "user_name_taken"
        assert admin.call("GET", f"/v1/users?text=far.{group_id}").json()["items"] == []

    def test_a_user_of_another_group_cannot_be_reached_by_id(
        self, database: Database, admin: Browser, group_id: int
    ) -> None:
        other_group = group_id + 600_000
        make_roles(database, other_group)
        theirs = make_user(database, other_group, f"theirs.{group_id}", "analyst")
        path = f"/v1/users/{auth.actor_shown(auth.CallerKind.USER, theirs)}"
        assert refused(admin.call("GET", path)) == "no_such_user"
        assert refused(admin.call("POST", f"{path}/reset", {})) == "no_such_user"
        assert refused(admin.call("POST", f"{path}/lock")) == "no_such_user"

    @pytest.mark.parametrize(
        "wrong, code",
        [
            ({"name": "王芳"}, "user_name_wrong"),
            ({"name": "a b"}, "user_name_wrong"),
            ({"roles": ["nothing"]}, "no_such_role"),
            ({"where": {"stores": ["s9"]}}, "no_such_place"),
        ],
    )
    def test_what_is_not_there_is_named(
        self, admin: Browser, group_id: int, wrong: dict[str, object], code: str
    ) -> None:
        new = {"name": f"w.{group_id}", "shown_name": "x", "roles": [], **wrong}
        assert refused(admin.call("POST", "/v1/users", new)) == code

    def test_a_change_ends_the_sessions_of_whom_it_concerns(
        self, app: FastAPI, database: Database, admin: Browser, group_id: int
    ) -> None:
        name = f"eva.{group_id}"
        make_user(database, group_id, name, "analyst")
        eva = make_browser(app)
        eva.sign_in(name)
        assert put(admin, shown(admin, name), roles=["auditor"]).status_code == 200
        assert eva.call("GET", "/v1/session").status_code == 401

    def test_of_two_changes_the_second_has_to_look_again(
        self, database: Database, admin: Browser, group_id: int
    ) -> None:
        make_user(database, group_id, f"eva.{group_id}", "analyst")
        before = shown(admin, f"eva.{group_id}")
        assert put(admin, before, roles=["auditor"]).status_code == 200
        assert refused(put(admin, before, roles=["finance"])) == "user_changed"

    def test_a_locked_user_is_out_until_unlocked(
        self, app: FastAPI, database: Database, admin: Browser, group_id: int
    ) -> None:
        name = f"eva.{group_id}"
        make_user(database, group_id, name, "analyst")
        eva = make_browser(app)
        eva.sign_in(name)
        path = f"/v1/users/{shown(admin, name)['id']}"
        assert admin.call("POST", f"{path}/lock").status_code == 200
        assert eva.call("GET", "/v1/session").status_code == 401
        assert refused(eva.sign_in(name)) == "account_locked"
        assert admin.call("POST", f"{path}/unlock").status_code == 200
        assert eva.sign_in(name).status_code == 200


class TestNobodyGivesMoreThanTheyHold:
    def test_a_role_with_more_is_not_given_not_taken_and_not_changed(
        self, admin: Browser, desk: Browser, group_id: int
    ) -> None:
        new = {"name": f"a.{group_id}", "shown_name": "x"}
        given = desk.call("POST", "/v1/users", {**new, "roles": ["group_admin"]})
        assert refused(given) == "more_than_held"
        assert desk.call("POST", "/v1/users", {**new, "roles": ["desk"]}).status_code == 201
        boss = shown(admin, f"admin.{group_id}")
        assert refused(put(desk, boss, roles=[])) == "more_than_held"
        for act in ("reset", "lock", "unlock"):
            answer = desk.call("POST", f"/v1/users/{boss['id']}/{act}", {})
            assert refused(answer) == "more_than_held"

    def test_nobody_changes_themselves(self, admin: Browser, desk: Browser, group_id: int) -> None:
        for browser, name in ((admin, f"admin.{group_id}"), (desk, f"desk.{group_id}")):
            own = shown(browser, name)
            assert refused(put(browser, own, roles=["desk"])) == "own_rights"
            for act in ("reset", "lock"):
                answer = browser.call("POST", f"/v1/users/{own['id']}/{act}", {})
                assert refused(answer) == "own_rights"

    def test_who_sees_one_brand_gives_no_other(
        self, app: FastAPI, database: Database, brand_ids: Mapping[str, int], group_id: int
    ) -> None:
        name = f"wool.{group_id}"
        make_user(database, group_id, name, "desk", brand_ids=[brand_ids["wool"]])
        make_user(database, group_id, f"all.{group_id}", "desk")
        browser = make_browser(app)
        browser.sign_in(name)
        new = {"name": f"a.{group_id}", "shown_name": "x", "roles": ["desk"]}
        for where, code in (
            ({"brands": None}, "wider_than_seen"),
            ({"brands": ["silk"]}, "org.brand_not_found"),
        ):
            answer = browser.call("POST", "/v1/users", {**new, "where": where})
            assert refused(answer) == code
        given = browser.call("POST", "/v1/users", {**new, "where": {"brands": ["wool"]}})
        assert given.status_code == 201
        seen = {one["name"] for one in browser.call("GET", "/v1/users").json()["items"]}
        assert seen == {name, f"a.{group_id}"}
        role = {"code": "mine", "chinese": "x", "english": "x", "permissions": ["orders.read"]}
        assert refused(browser.call("POST", "/v1/roles", role)) == "wider_than_seen"

    def test_a_role_is_made_and_changed_of_what_one_holds(
        self, admin: Browser, desk: Browser
    ) -> None:
        role = {"chinese": "小角色", "english": "Small", "permissions": ["orders.read"]}
        made = desk.call("POST", "/v1/roles", {**role, "code": "small"})
        assert made.status_code == 201, made.text
        more = {**role, "permissions": ["orders.read", "rights.erase"]}
        version = {"If-Match": '"1"'}
        assert refused(desk.call("PUT", "/v1/roles/small", more, **version)) == "more_than_held"
        assert refused(desk.call("PUT", "/v1/roles/analyst", role, **version)) == "more_than_held"
        assert refused(admin.call("PUT", "/v1/roles/group_admin", role, **version)) == "role_fixed"
        assert admin.call("PUT", "/v1/roles/small", more, **version).status_code == 200
        assert refused(admin.call("PUT", "/v1/roles/small", role, **version)) == "role_changed"
        assert refused(desk.call("DELETE", "/v1/roles/small")) == "more_than_held"
        assert refused(admin.call("DELETE", "/v1/roles/desk")) == "role_in_use"
        assert admin.call("DELETE", "/v1/roles/small").status_code == 204

    def test_what_is_of_members_is_in_no_role(self, admin: Browser) -> None:
        role = {"code": "odd", "chinese": "x", "english": "x", "permissions": ["my.read"]}
        assert refused(admin.call("POST", "/v1/roles", role)) == "more_than_held"

    def test_a_changed_role_holds_at_the_next_call(
        self, app: FastAPI, database: Database, admin: Browser, group_id: int
    ) -> None:
        name = f"eva.{group_id}"
        make_user(database, group_id, name, "finance")
        eva = make_browser(app)
        eva.sign_in(name)
        assert eva.call("GET", "/v1/jobs").status_code == 200
        role = {"chinese": "财务", "english": "Finance", "permissions": ["orders.read"]}
        assert (
            admin.call("PUT", "/v1/roles/finance", role, **{"If-Match": '"1"'}).status_code == 200
        )
        assert eva.call("GET", "/v1/jobs").status_code == 403


class TestTheLastAdministrator:
    def test_somebody_always_holds_everything(
        self, database: Database, admin: Browser, group_id: int
    ) -> None:
        now = clock.now()
        with database.transaction(Scope(group_id), now=now) as tx:
            user = auth.user_named(tx, name=f"admin.{group_id}")
            with pytest.raises(auth.LastAdministrator), tx.savepoint():
                auth.lock_user(tx, user_id=user.id, by="cli:test", now=now)
        make_user(database, group_id, f"second.{group_id}", "group_admin")
        second = shown(admin, f"second.{group_id}")
        assert put(admin, second, roles=[]).status_code == 200
        assert admin.call("GET", "/v1/users").status_code == 200

    def test_an_administrator_of_one_brand_is_not_one_of_the_group(
        self, database: Database, admin: Browser, brand_ids: Mapping[str, int], group_id: int
    ) -> None:
        assert admin.csrf
        part = [brand_ids["wool"]]
        make_user(database, group_id, f"part.{group_id}", "group_admin", brand_ids=part)
        now = clock.now()
        with database.transaction(Scope(group_id), now=now) as tx:
            user = auth.user_named(tx, name=f"admin.{group_id}")
            with pytest.raises(auth.LastAdministrator), tx.savepoint():
                auth.change_rights(
                    tx,
                    user_id=user.id,
                    rights=auth.Rights(("analyst",)),
                    expected_version=user.version,
                    by="cli:test",
                    now=now,
                )


class TestKeys:
    def test_a_key_is_issued_shown_once_rotated_and_revoked(
        self, app: FastAPI, admin: Browser
    ) -> None:
        new = {"name": "ERP", "permissions": ["jobs.read"], "brands": ["wool"], "days": 30}
        issued = admin.call("POST", "/v1/keys", new).json()
        assert issued["token"] not in admin.call("GET", "/v1/keys").text

        def works(token: str) -> bool:
            bearer = {"Authorization": f"Bearer {token}"}
            return make_browser(app).call("GET", "/v1/jobs", **bearer).status_code == 200

        assert works(issued["token"])
        path = f"/v1/keys/{issued['key']['id']}"
        rotated = admin.call("POST", f"{path}/rotate", {"grace_hours": 0}).json()
        assert (works(issued["token"]), works(rotated["token"])) == (False, True)
        assert rotated["key"]["brands"] == ["wool"]
        assert admin.call("DELETE", f"/v1/keys/{rotated['key']['id']}").status_code == 204
        assert not works(rotated["token"])

    def test_a_key_holds_nothing_that_its_maker_does_not(
        self, admin: Browser, desk: Browser
    ) -> None:
        new = {"name": "x", "permissions": ["rights.erase"]}
        assert refused(desk.call("POST", "/v1/keys", new)) == "more_than_held"
        strong = admin.call("POST", "/v1/keys", new).json()["key"]["id"]
        answer = desk.call("POST", f"/v1/keys/{strong}/rotate", {"grace_hours": 0})
        assert refused(answer) == "more_than_held"

    def test_a_key_that_a_key_makes_or_rotates_ends_no_later_than_its_maker(
        self, app: FastAPI, admin: Browser
    ) -> None:
        may = ["keys.read", "keys.write", "jobs.read"]
        endless = admin.call("POST", "/v1/keys", {"name": "all", "permissions": may}).json()
        maker = admin.call("POST", "/v1/keys", {"name": "m", "permissions": may, "days": 1}).json()
        browser = make_browser(app)
        bearer = {"Authorization": f"Bearer {maker['token']}"}
        end = maker["key"]["expires_at"]
        for name, days in (("forever", None), ("long", 300)):
            new = {"name": name, "permissions": may, "days": days}
            made = browser.call("POST", "/v1/keys", new, **bearer).json()
            assert made["key"]["expires_at"] == end
        for key in (endless["key"], maker["key"]):
            path = f"/v1/keys/{key['id']}/rotate"
            rotated = browser.call("POST", path, {"grace_hours": 1}, **bearer).json()
            assert rotated["key"]["expires_at"] == end

    def test_who_sees_one_brand_sees_and_makes_its_keys_alone(
        self,
        app: FastAPI,
        database: Database,
        admin: Browser,
        brand_ids: Mapping[str, int],
        group_id: int,
    ) -> None:
        new = {"name": "x", "permissions": ["orders.read"]}
        wide = admin.call("POST", "/v1/keys", new).json()["key"]["id"]
        name = f"wool.{group_id}"
        make_user(database, group_id, name, "desk", brand_ids=[brand_ids["wool"]])
        browser = make_browser(app)
        browser.sign_in(name)
        assert browser.call("GET", "/v1/keys").json()["items"] == []
        assert refused(browser.call("DELETE", f"/v1/keys/{wide}")) == "no_such_key"
        assert refused(browser.call("POST", "/v1/keys", {**new, "name": "y"})) == "wider_than_seen"


def test_what_was_done_is_in_the_audit_without_a_secret(
    database: Database, admin: Browser, group_id: int
) -> None:
    new = {"name": f"a.{group_id}", "shown_name": "王芳", "roles": ["cashier"]}
    added = admin.call("POST", "/v1/users", new).json()
    path = f"/v1/users/{added['user']['id']}"
    reset = admin.call("POST", f"{path}/reset", {}).json()
    put(admin, shown(admin, f"a.{group_id}"), roles=["analyst"])
    issued = admin.call("POST", "/v1/keys", {"name": "k", "permissions": ["jobs.read"]}).json()
    with database.reading(Scope(group_id)) as tx:
        rows = tx.rows(
            "SELECT a.act, a.before, a.after, a::text FROM platform.audit_entry AS a ORDER BY a.id"
        )
    acts = [row[0] for row in rows]
    assert acts == ["session.open", "user.add", "user.reset", "user.put", "key.issue"]
    assert (rows[3][1]["roles"], rows[3][2]["roles"]) == (["cashier"], ["analyst"])
    for row in rows:
        for hidden in (added["one_time"]["password"], reset["password"], issued["token"], "王芳"):
            assert hidden not in row[3]
