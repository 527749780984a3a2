"""Every role on every route in every scope: who is let in, who is refused, and how.

A role is what somebody may do, a scope is where. What is refused is refused before anything of the
call is read, so the calls bring no body: whoever is let in is told that it is missing.
"""

import pytest
from httpx2 import Response

from huitong import org
from huitong.platform.auth import CallerKind, Permission, permissions
from huitong.platform.db import Database
from huitong.platform.http import PUBLIC, Narrowing
from tests.access.matrix import Row, by_name, declared, tabled
from tests.access.shops import Shops, make_shops
from tests.entry.test_routes import PREFIXES

# Of whom, and limited to which brand; the group, a brand, a store, another one, themselves.
SCOPES = {
    "group": ("everywhere", None),
    "brand": ("everywhere", "wool"),
    "store": ("west", None),
    "other store": ("east", None),
    "self": ("lin", None),
}
# Whom each of them sees, and whom not.
SEEN = {"group": "fay", "brand": "fay", "store": "cid", "other store": "bob", "self": "dan"}
UNSEEN = {"store": "bob", "other store": "cid", "self": "bob"}
ORDER_SEEN = {"group": "W1", "brand": "W1", "store": "W1", "other store": "E1", "self": "W1"}
ORDER_UNSEEN = {"store": "E1", "other store": "W1", "self": "E1"}
REFUSED = {401, 403, 500}
# What such a route asks for beside its permission.
ALSO = {"POST /v1/inbox/records/{record_id}/unmask": Permission.INBOX_READ}
# What is of all brands, or cannot be told for some stores, refuses by itself and says why.
BY_ITSELF = {
    "identity.sees_not_every_brand",
    "org.needs_every_brand",
    "metrics.not_by_store",
    "platform.wider_than_seen",
}
NAMES = {"kind": "order", "brand": "wool", "model": "rfm", "tag": "likes", "day": "2026-03-01"}
MISSING = {"customer": "customers.not_found", "order": "orders.not_found"}
ROLES = {role.code: role for role in org.STANDARD_ROLES}
ROWS = [row for row in declared() if row.permission != PUBLIC]


@pytest.fixture(scope="module")
def shops(wired: Database) -> Shops:
    return make_shops(wired, 810_001)


def test_every_route_is_in_the_table_as_it_is_declared() -> None:
    is_there, is_told = by_name(declared()), by_name(tabled())
    remedy = (
        "Decide its narrowing, then run “python -m tests.access.matrix” and look at what changed."
    )
    wrong = sorted(name for name in is_there if is_there[name] != is_told.get(name))
    assert wrong == [], remedy
    assert sorted(set(is_told) - set(is_there)) == [], remedy


@pytest.mark.parametrize("code", ROLES)
def test_a_role_opens_the_routes_of_its_permissions_and_no_others(shops: Shops, code: str) -> None:
    kind = CallerKind.GUIDE if code == permissions.GUIDE else CallerKind.USER
    wrong = []
    for place, row in enumerate(ROWS):
        may = Permission(row.permission) in ROLES[code].permissions
        may = may and kind in permissions.kinds_of(Permission(row.permission))
        also = ALSO.get(f"{row.method} {row.path}")
        may = may and (also is None or also in ROLES[code].permissions)
        # A refusal for want of a permission is the same everywhere: one scope after the other.
        scopes = list(SCOPES) if may else [list(SCOPES)[place % len(SCOPES)]]
        for scope in scopes:
            answer = call(shops, row, code, scope, kind)
            told = (answer.status_code, code_of(answer))
            if not fits(row, scope, told, may=may):
                wrong.append(f"{scope:<12} {row.method} {row.path}: {told}")
    assert wrong == []


@pytest.mark.parametrize("scope", UNSEEN)
@pytest.mark.parametrize("row", [row for row in ROWS if row.narrowing in MISSING], ids=str)
def test_what_is_not_seen_is_missing(shops: Shops, row: Row, scope: str) -> None:
    kinds = permissions.kinds_of(Permission(row.permission))
    kind = CallerKind.USER if CallerKind.USER in kinds else next(iter(kinds))
    shops.act_as(shops.caller(SCOPES[scope][0], kind=kind))
    answer = send(shops, row, UNSEEN[scope], ORDER_UNSEEN[scope])
    assert (answer.status_code, code_of(answer)) == (404, MISSING[row.narrowing])


def fits(row: Row, scope: str, told: tuple[int, str], *, may: bool) -> bool:
    """Say whether an answer is the one that the table and the role let expect."""
    status, code = told
    if not may:
        # A second permission is asked for by the function itself, after what is out of reach.
        late = f"{row.method} {row.path}" in ALSO and code == "platform.out_of_reach"
        return told == (403, "platform.not_permitted") or late
    if row.narrowing == Narrowing.WHOLE and scope in UNSEEN:
        return told == (403, "platform.out_of_reach")
    if row.narrowing in MISSING:
        return status not in REFUSED and code != MISSING[row.narrowing]
    return status not in REFUSED or code in BY_ITSELF


def call(shops: Shops, row: Row, role: str, scope: str, kind: CallerKind) -> Response:
    whose, brand = SCOPES[scope]
    shops.act_as(shops.caller(whose, *ROLES[role].permissions, brand=brand, kind=kind))
    return send(shops, row, SEEN[scope], ORDER_SEEN[scope])


def send(shops: Shops, row: Row, customer: str, order: str) -> Response:
    places = Places(customer_id=shops.customers[customer], order_id=shops.orders[order])
    return shops.client.request(row.method, row.path.format_map(places))


class Places(dict[str, str]):
    """Something for every place of a path: names that may be there, else an id that is not."""

    def __missing__(self, name: str) -> str:
        if name.endswith("_id"):
            return f"{PREFIXES.get(name.removesuffix('_id'), 'xyz')}_{1:013d}"
        return NAMES.get(name, "nothing")


def code_of(answer: Response) -> str:
    told = answer.headers.get("content-type", "")
    return str(answer.json().get("code", "")) if "json" in told and answer.is_error else ""
