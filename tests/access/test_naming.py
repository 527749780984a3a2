"""Ids that journals keep are answered with what colleagues call them, and members stay ids."""

from collections.abc import Sequence

import pytest

from huitong import org
from huitong.entry.console import naming
from huitong.org.model import StaffEntered
from huitong.platform import auth, ids
from huitong.platform.auth import Permission
from huitong.platform.db import Database, Scope
from huitong.platform.seen import Seen
from tests.access.make import make_role, make_roles, make_user
from tests.access.shops import NOW, Shops, make_shops
from tests.entry.make import make_token

GROUP, OTHER_GROUP = 800_201, 800_202


@pytest.fixture(scope="module")
def shops(wired: Database) -> Shops:
    built = make_shops(wired, GROUP)
    with wired.transaction(Scope(GROUP), now=NOW) as tx:
        told = org.enter_staff(tx, [StaffEntered("lin", name="林小满")], now=NOW)
    assert told
    for group_id in (GROUP, OTHER_GROUP):
        make_roles(wired, group_id, make_role("nobody", Permission.AUDIT_READ))
    return built


def named(shops: Shops, actors: Sequence[str]) -> dict[str, str | None]:
    answer = shops.client.get("/v1/actors", params={"id": list(actors)})
    assert answer.is_success, answer.text
    return {one["id"]: one["name"] for one in answer.json()["items"]}


def staff_of(wired: Database, code: str) -> str:
    with wired.reading(Scope(GROUP)) as tx:
        return ids.show("stf", org.find_staff(tx, codes=[code])[code])


def test_users_keys_and_guides_are_told_by_what_people_call_them(
    wired: Database, shops: Shops
) -> None:
    user = ids.show("usr", make_user(wired, GROUP, "wang", "nobody"))
    make_token(wired, GROUP, Permission.INBOX_WRITE, name="till-7")
    with wired.reading(Scope(GROUP)) as tx:
        (key,) = [ids.show("key", one.id) for one in auth.keys(tx) if one.name == "till-7"]
    lin, mei = staff_of(wired, "lin"), staff_of(wired, "mei")
    shops.act_as(shops.caller("everywhere"))
    assert named(shops, [user, key, lin, mei]) == {
        user: "Wang", key: "till-7", lin: "林小满", mei: "mei",
    }  # fmt: skip


def test_a_new_name_is_told_of_what_was_done_before_it(wired: Database, shops: Shops) -> None:
    user_id = make_user(wired, GROUP, "bo", "nobody")
    with wired.transaction(Scope(GROUP), now=NOW) as tx:
        auth.rename(tx, user_id=user_id, shown_name="Bo Zhang")
    shops.act_as(shops.caller("everywhere"))
    assert named(shops, [ids.show("usr", user_id)]) == {ids.show("usr", user_id): "Bo Zhang"}


def test_members_words_unknown_ids_and_other_groups_have_no_name(
    wired: Database, shops: Shops
) -> None:
    stranger = ids.show("usr", make_user(wired, OTHER_GROUP, "stranger", "nobody"))
    words = ["usr_0000000000000", "usr_no", "stf_!", "demo", "cli:wang"]
    asked = [stranger, shops.customers["ann"], *words]
    shops.act_as(shops.caller("everywhere"))
    assert named(shops, asked) == dict.fromkeys(asked)


@pytest.mark.parametrize(
    "whose, seen",
    [("everywhere", {"lin", "mei"}), ("dealer", {"mei"}), ("west", {"lin"}), ("lin", {"lin"})],
)
def test_guides_are_named_to_those_who_see_them(
    wired: Database, shops: Shops, whose: str, seen: set[str]
) -> None:
    guides = {code: staff_of(wired, code) for code in ("lin", "mei")}
    shops.act_as(shops.caller(whose))
    told = named(shops, list(guides.values()))
    assert {code for code, guide in guides.items() if told[guide] is not None} == seen


@pytest.mark.usefixtures("shops")
def test_a_page_of_actors_takes_as_many_statements_as_one(wired: Database) -> None:
    users = [
        ids.show("usr", make_user(wired, GROUP, f"many-{place}", "nobody")) for place in range(50)
    ]
    guides = [staff_of(wired, code) for code in ("lin", "mei")]
    statements = []
    with wired.reading(Scope(GROUP)) as tx:
        for actors in ([users[0], guides[0]], [*users, *guides]):
            before = tx.statements
            assert len(naming.named(tx, actors, Seen(NOW))) == len(actors)
            statements.append(tx.statements - before)
    assert statements[0] == statements[1]


@pytest.mark.parametrize("actors", [[], ["usr_0000000000000"] * (naming.ACTORS_MAX + 1)])
def test_none_and_too_many_at_once_are_refused(shops: Shops, actors: list[str]) -> None:
    shops.act_as(shops.caller("everywhere"))
    answer = shops.client.get("/v1/actors", params={"id": actors})
    assert answer.status_code == 422


def test_who_is_no_user_of_the_console_names_nobody(shops: Shops) -> None:
    shops.act_as(shops.caller("everywhere", kind=auth.CallerKind.KEY))
    assert shops.client.get("/v1/actors", params={"id": "demo"}).status_code == 403


def test_a_data_scope_is_chosen_by_the_names_of_staff(shops: Shops) -> None:
    shops.act_as(shops.caller("everywhere"))
    staff = shops.client.get("/v1/users/places").json()["staff"]
    assert staff == [{"code": "lin", "name": "林小满"}, {"code": "mei", "name": "mei"}]
