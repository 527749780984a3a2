"""Every route at once: a permission declared and held to, and OpenAPI that describes it."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from huitong.entry.api import make_app
from huitong.entry.front_ends import APPS
from huitong.entry.routers import ROUTERS
from huitong.entry.wiring import APPLY
from huitong.platform.assembly import Platform
from huitong.platform.auth import OF_KEYS, Permission
from huitong.platform.db import Database
from huitong.platform.http import PUBLIC, permission_of
from tests.entry.make import make_platform, make_token

PUBLIC_ROUTES = {"GET /v1/health", "GET /v1/ready", "POST /v1/session"}
PUBLIC_ROUTES |= {"POST /v1/guide/session", "POST /v1/guide/session/codes"}
PUBLIC_ROUTES |= {"POST /v1/guide/session/wecom"}
PUBLIC_ROUTES |= {"POST /v1/my/session", "POST /v1/my/session/codes"}
# POSTs that change value take Idempotency-Key; these do not, for the reason beside each.
POSTS_WITHOUT_KEY = {
    "/v1/customers/{customer_id}/unmaskings": "each look is one; a repeat is another",
    "/v1/customers/{customer_id}/dials": "each call rings; a repeat is another",
    "/v1/guide/customers/{customer_id}/dials": "each call rings; a repeat is another",
    "/v1/inbox/{kind}": "records carry their own key and version",
    "/v1/inbox/refused/retry": "what is not refused any more is left as it is",
    "/v1/inbox/refused/fix": "what is fixed is refused no more, so a repeat is left as it is",
    "/v1/inbox/refused/remap": "what is fixed is refused no more, so a repeat is left as it is",
    "/v1/customers/find": "it changes nothing",
    "/v1/rights/consents/ask": "it changes nothing",
    "/v1/brands/{brand}/audiences/count": "it changes nothing",
    "/v1/brands/{brand}/audiences/portrait": "it changes nothing",
    "/v1/brands/{brand}/audiences/overlap": "it changes nothing",
    "/v1/brands/{brand}/tags/{tag}/givings": "a repeat says the same again",
    "/v1/brands/{brand}/tags/{tag}/withdrawals": "what is taken back stays so",
    "/v1/jobs/{job_id}/retry": "what waits already is refused and changes nothing",
    "/v1/jobs/{job_id}/cancel": "cancelling twice is refused and changes nothing",
    "/v1/brands/{brand}/models/previews": "it changes nothing",
    "/v1/brands/{brand}/programme/checks": "it changes nothing",
    "/v1/uploads": "the same content is the same upload",
    "/v1/uploads/{upload_id}/runs/{run_id}/cancel": "cancelling twice changes nothing",
    "/v1/uploads/{upload_id}/preview": "it changes nothing",
    "/v1/inbox/records/{record_id}/unmask": "each showing is one more entry of the audit",
    "/v1/identity/rehearsals": "what it does is taken back before it answers",
    "/v1/brands/{brand}/conditions/reading": "it changes nothing",
    "/v1/brands/{brand}/tags/{tag}/reading": "it changes nothing",
    "/v1/brands/{brand}/tags/{tag}/imports": "a repeat says the same again",
    "/v1/brands/{brand}/audiences/sample": "it changes nothing",
    "/v1/brands/{brand}/customers/lookup": "it changes nothing",
    "/v1/brands/{brand}/customers/search": "it changes nothing",
    "/v1/brands/{brand}/customers/tag-work/{job_id}/undo": "what is undone stays so",
    "/v1/guide/customers/lookup": "it changes nothing",
}

POSTS_WITHOUT_KEY |= {
    "/v1/session": "each sign-in opens a session of its own",
    "/v1/guide/session": "each sign-in opens a session of its own",
    "/v1/guide/session/wecom": "each sign-in opens a session of its own",
    "/v1/guide/session/codes": "the last code counts",
    "/v1/my/session": "each sign-in opens a session of its own",
    "/v1/my/session/codes": "the last code counts",
    "/v1/account/password": "a repeat has another present password",
    "/v1/account/second-factor": "what was begun before does not count",
    "/v1/account/second-factor/confirmation": "a code is good once",
    "/v1/account/second-factor/removal": "what is gone stays so",
    "/v1/users": "a name is taken once",
    "/v1/users/{user_id}/reset": "the last password counts",
    "/v1/users/{user_id}/lock": "who is locked stays so",
    "/v1/users/{user_id}/unlock": "who is not locked stays so",
    "/v1/roles": "a code is taken once",
    "/v1/keys": "a name is taken once",
    "/v1/keys/{key_id}/rotate": "a token that was lost is made anew",
}

# What a route asks for besides the permission that it declares.
ALSO_ASKED = {"/v1/inbox/records/{record_id}/unmask": (Permission.INBOX_READ,)}

PREFIXES = {
    "user": "usr",
    "session": "ses",
    "key": "key",
    "identifier": "idf",
    "merge": "mrg",
    "review": "rev",
    "submission": "sub",
    "customer": "cus",
    "order": "ord",
    "job": "job",
    "operation": "op",
    "record": "rec",
    "delivery": "dlv",
    "export": "exp",
    "draft": "drf",
    "store": "sto",
    "staff": "stf",
    "upload": "upl",
    "run": "run",
    "person": "per",
    "request": "req",
}

ROUTES = [route for router in ROUTERS for route in router.api.routes if isinstance(route, APIRoute)]
CLOSED = [route for route in ROUTES if permission_of(route) != PUBLIC]
# Routes of programs; those of people alone are held to their permission in tests/access.
OF_PROGRAMS = [route for route in CLOSED if permission_of(route) in OF_KEYS]
OF_PEOPLE = [route for route in CLOSED if permission_of(route) not in OF_KEYS]


def name_of(route: APIRoute) -> str:
    return f"{''.join(route.methods or ())} {route.path}"


@pytest.fixture
def platform(database: Database) -> Platform:
    """Return a platform with the real appliers."""
    return make_platform(database, appliers=APPLY)


@pytest.fixture
def client(platform: Platform) -> Iterator[TestClient]:
    """Return a client of the whole app."""
    with TestClient(make_app(platform), raise_server_exceptions=False) as opened:
        yield opened


def call(client: TestClient, route: APIRoute, headers: dict[str, str]) -> tuple[int, str]:
    (method,) = route.methods or {"GET"}
    names = {"kind": "order", "brand": "main", "name": "till", "model": "rfm", "segment": "loyal"}
    names |= {"tag": "likes", "pack": "apparel", "day": "2026-03-01", "hierarchy": "sales"}
    names |= {"role": "analyst", "purpose": "marketing", "version": "1"}
    shown_ids = {f"{name}_id": f"{prefix}_{1:013d}" for name, prefix in PREFIXES.items()}
    path = route.path.format(**names, **shown_ids)
    answer = client.request(method, path, headers=headers)
    told = answer.json() if "json" in answer.headers["content-type"] else {}
    return answer.status_code, told.get("code", "")


def test_the_app_serves_nothing_but_the_declared_routes_and_their_description(
    platform: Platform,
) -> None:
    declared = {id(router.api) for router in ROUTERS}
    others = [
        getattr(route, "path", repr(route))
        for route in make_app(platform).routes
        if id(getattr(route, "original_router", None)) not in declared
    ]
    pages = [path for app in APPS for path in (f"/{app}", f"/{app}/{{rest:path}}")]
    assert others == ["/openapi.json", "/", "/assets/{name}", *pages]


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_every_route_declares_a_permission(route: APIRoute) -> None:
    declared = permission_of(route)
    assert declared is not None, f"{name_of(route)}: make it with Router.route(permission=...)."
    assert (declared == PUBLIC) == (name_of(route) in PUBLIC_ROUTES)
    assert declared == PUBLIC or declared in set(Permission)


@pytest.mark.parametrize("route", CLOSED, ids=name_of)
def test_every_route_refuses_a_call_without_a_key(client: TestClient, route: APIRoute) -> None:
    assert call(client, route, {}) == (401, "platform.not_signed_in")


@pytest.mark.parametrize("route", CLOSED, ids=name_of)
def test_every_route_refuses_a_key_that_holds_every_permission_but_its_own(
    client: TestClient, database: Database, group_id: int, route: APIRoute
) -> None:
    others = [one for one in Permission if one != permission_of(route)]
    key = make_token(database, group_id, *others)
    assert call(client, route, key) == (403, "platform.not_permitted")


@pytest.mark.parametrize("route", OF_PEOPLE, ids=name_of)
def test_every_route_of_people_refuses_a_key_whatever_it_holds(
    client: TestClient, database: Database, group_id: int, route: APIRoute
) -> None:
    key = make_token(database, group_id, *Permission)
    assert call(client, route, key) == (403, "platform.not_permitted")


@pytest.mark.parametrize("route", OF_PROGRAMS, ids=name_of)
def test_every_route_opens_to_a_key_that_holds_its_permission(
    client: TestClient, database: Database, group_id: int, route: APIRoute
) -> None:
    declared = permission_of(route)
    key = make_token(database, group_id, Permission(str(declared)), *ALSO_ASKED.get(route.path, ()))
    status, code = call(client, route, key)
    assert status not in {401, 403, 500}, f"{name_of(route)} answered {status} {code}."


@pytest.mark.parametrize("route", [one for one in CLOSED if one.methods == {"POST"}], ids=name_of)
def test_every_post_takes_an_idempotency_key_or_says_why_not(route: APIRoute) -> None:
    asked = {getattr(one.call, "__name__", "") for one in route.dependant.dependencies}
    assert ("_request_key" in asked) is not (route.path in POSTS_WITHOUT_KEY)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_every_route_has_a_sentence_for_its_description(route: APIRoute) -> None:
    assert route.description.split("\n\n")[0].endswith(".")
