"""Who leaves, or goes to a shop of another brand, takes no customer along."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from huitong import org
from huitong.org.model import NewStaff, NewStore, Placement
from huitong.platform import auth, clock
from huitong.platform.auth import CallerKind, Origin, Permission, Reach
from huitong.platform.db import Database, Scope
from tests.access.make import make_roles
from tests.access.shops import SPRING, Shops, make_shops

SignIn = Callable[[], dict[str, str]]


@pytest.fixture(scope="module")
def shops(wired: Database) -> Shops:
    built = make_shops(wired, 850_001)
    make_roles(wired, built.group_id)
    with wired.transaction(Scope(built.group_id), now=clock.now()) as tx:
        silk = org.brand(tx, code="silk").id
        org.put_stores(tx, [NewStore("loom", "Loom", brand_ids=(silk,))], now=clock.now())
    return built


@pytest.fixture
def guide_id(shops: Shops, wired: Database, request: pytest.FixtureRequest) -> int:
    """Return a guide of the west whom no other test has."""
    code, now = request.node.name[:60], clock.now()
    with wired.transaction(Scope(shops.group_id), now=now) as tx:
        (staff_id,) = org.put_staff(tx, [NewStaff(code)], now=now)
        (west,) = shops.reaches["west"].store_ids
        org.assign_staff(tx, [Placement(staff_id, west, SPRING)], now=now)
    return staff_id


@pytest.fixture
def sign_in(shops: Shops, wired: Database, guide_id: int) -> SignIn:
    """Return what signs the guide in to the brand of the west, and answers what a call brings."""

    def opened() -> dict[str, str]:
        now = clock.now()
        with wired.transaction(Scope(shops.group_id), now=now) as tx:
            session = auth.open_session(
                tx,
                kind=CallerKind.GUIDE,
                subject_id=guide_id,
                brand_ids=[shops.brands["wool"]],
                origin=Origin("10.0.0.9"),
                now=now,
            )
        return {"Authorization": f"Bearer {session.token}"}

    return opened


def put(shops: Shops, code: str, **fields: object) -> None:
    shops.act_as(shops.caller("everywhere", Permission.ORG_WRITE))
    answer = shops.client.put("/v1/staff", json={"items": [{"code": code, **fields}]})
    assert answer.json()["refused"] == 0, answer.text
    shops.app.dependency_overrides.clear()


def code_of(shops: Shops, wired: Database, staff_id: int) -> str:
    with wired.reading(Scope(shops.group_id)) as tx:
        return org.staff_codes(tx)[staff_id]


@pytest.mark.parametrize(
    "change",
    [
        {"until": str(clock.now().date() - timedelta(days=30))},
        {"store": {"code": "loom"}},
        {"store": {"code": "east"}},
    ],
    ids=["left", "another brand", "another shop"],
)
def test_who_leaves_or_moves_is_signed_out_at_once(
    shops: Shops, wired: Database, guide_id: int, sign_in: SignIn, change: dict[str, object]
) -> None:
    shops.app.dependency_overrides.clear()
    token = sign_in()
    assert shops.client.get("/v1/guide/customers", headers=token).status_code == 200
    put(shops, code_of(shops, wired, guide_id), **change)
    for path in ("/v1/guide/session", "/v1/guide/customers"):
        assert shops.client.get(path, headers=token).status_code == 401


def told_of(shops: Shops, wired: Database, code: str) -> list[tuple[object, object]]:
    """Return what the audit keeps of somebody's changes, before and after, oldest first."""
    with wired.reading(Scope(shops.group_id)) as tx:
        rows = tx.rows(
            "SELECT before, after FROM platform.audit_entry"
            " WHERE subject = %(subject)s AND act = 'staff.put' ORDER BY id",
            {"subject": f"staff:{code}"},
        )
    return [(before, after) for before, after in rows]


def test_a_day_to_leave_on_is_told_by_the_audit_shown_and_can_be_moved(
    shops: Shops, wired: Database, guide_id: int
) -> None:
    code, today = code_of(shops, wired, guide_id), clock.now().date()
    first, later = (str(today + timedelta(days=days)) for days in (20, 40))
    for until in (first, later, later):
        put(shops, code, until=until)
    turns = [
        (before["until"], after["until"])
        for before, after in told_of(shops, wired, code)
        if isinstance(before, dict) and isinstance(after, dict)
    ]
    assert turns == [(None, first), (first, later)]
    shops.act_as(shops.caller("everywhere", Permission.ORG_READ))
    (shown,) = shops.client.get("/v1/staff", params={"code": code}).json()["items"]
    assert (shown["store"], shown["until"]) == ("west", later)
    shops.app.dependency_overrides.clear()


def test_a_move_on_a_day_to_come_is_told_by_the_audit(
    shops: Shops, wired: Database, guide_id: int
) -> None:
    code, day = code_of(shops, wired, guide_id), str(clock.now().date() + timedelta(days=9))
    put(shops, code, store={"code": "east", "valid_from": day})
    before, after = {"moves_on": None, "moves_to": None}, {"moves_on": day, "moves_to": "east"}
    assert told_of(shops, wired, code) == [(before, after)]


def test_who_is_only_called_otherwise_stays_signed_in(
    shops: Shops, wired: Database, guide_id: int, sign_in: SignIn
) -> None:
    shops.app.dependency_overrides.clear()
    token = sign_in()
    put(shops, code_of(shops, wired, guide_id), name="林", store={"code": "west"})
    assert shops.client.get("/v1/guide/session", headers=token).status_code == 200


def test_a_session_from_before_the_last_day_sees_nobody_after_it(
    shops: Shops, wired: Database, guide_id: int
) -> None:
    now, whose = clock.now(), Reach(staff_ids=frozenset({guide_id}))
    last = now.date() + timedelta(days=3)
    put(shops, code_of(shops, wired, guide_id), until=str(last))
    with wired.reading(Scope(shops.group_id, (shops.brands["wool"],))) as tx:
        assert set(org.seen_by(tx, reach=whose, at=now).selves) == {guide_id}
        after = org.seen_by(tx, reach=whose, at=now + timedelta(days=4))
    assert (after.selves, after.staff, after.everything()) == ({}, {}, False)


def test_a_session_of_a_brand_sees_nobody_once_the_guide_works_for_another(
    shops: Shops, wired: Database, guide_id: int
) -> None:
    now, whose = clock.now(), Reach(staff_ids=frozenset({guide_id}))
    put(shops, code_of(shops, wired, guide_id), store={"code": "loom"})
    seen = {}
    for code, brand_id in shops.brands.items():
        with wired.reading(Scope(shops.group_id, (brand_id,))) as tx:
            seen[code] = set(org.seen_by(tx, reach=whose, at=now).selves)
    assert seen == {"wool": set(), "silk": {guide_id}}
