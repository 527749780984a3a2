"""Every route that changes something can write an entry, or says here why it does not.

What a route can reach is read from the source (see `calls.py`): a route that stops recording fails
here, whichever function below it did.
"""

from collections.abc import Mapping
from types import FunctionType

import pytest
from fastapi.routing import APIRoute

from huitong.entry.routers import ROUTERS
from huitong.platform.audit.recording import record, record_all
from tests.audit.calls import reached

READS = "it reads; the question is in the body because addresses are written to logs"
DRAWS = "it draws conclusions from what is there and changes nothing that people decide"
FACT = "each fact keeps who said it, and the customer's page shows them"
JOB = "it computes anew what follows from data; the job keeps who asked"
MEMBERS = "members are too many for the audit: their session keeps when and from where"
OWN = "somebody looks after their own session or taste, and nobody else's"

NOT_RECORDED: Mapping[str, str] = {
    "POST /v1/customers/find": READS,
    "POST /v1/brands/{brand}/customers/lookup": READS,
    "POST /v1/brands/{brand}/customers/search": READS,
    "POST /v1/guide/customers/lookup": READS,
    "POST /v1/rights/consents/ask": READS,
    "POST /v1/brands/{brand}/audiences/count": READS,
    "POST /v1/brands/{brand}/audiences/portrait": READS,
    "POST /v1/brands/{brand}/audiences/overlap": READS,
    "POST /v1/brands/{brand}/audiences/sample": READS,
    "POST /v1/brands/{brand}/conditions/reading": READS,
    "POST /v1/brands/{brand}/tags/{tag}/reading": READS,
    "POST /v1/brands/{brand}/programme/checks": READS,
    "POST /v1/brands/{brand}/models/previews": READS,
    "POST /v1/identity/rehearsals": READS,
    "POST /v1/uploads/{upload_id}/preview": READS,
    "POST /v1/brands/{brand}/identity/previews": DRAWS,
    "POST /v1/brands/{brand}/openings/comparisons": DRAWS,
    "POST /v1/brands/{brand}/models/refreshes": JOB,
    "POST /v1/brands/{brand}/refreshes": JOB,
    "POST /v1/customers/relations": FACT,
    "POST /v1/customers/relations/end": FACT,
    "POST /v1/customers/belongings": FACT,
    "POST /v1/customers/classes": FACT,
    "POST /v1/customers/corrections": FACT,
    "POST /v1/customers/withdrawals": FACT,
    "POST /v1/customers/enrolments": FACT,
    "POST /v1/documents": FACT,
    "POST /v1/rights/consents": FACT,
    "POST /v1/my/consents": FACT,
    "POST /v1/inbox/{kind}": "the inbox keeps every record with its delivery and its origin",
    "POST /v1/uploads": "the upload keeps who sent it; what is done with it is an entry",
    "DELETE /v1/uploads/{upload_id}": "the upload keeps who sent it; a sweep would take it anyway",
    "POST /v1/guide/session/codes": "a code is asked for; signing in with it is an entry",
    "POST /v1/my/session/codes": "a code is asked for, and nobody is in yet",
    "POST /v1/my/session": MEMBERS,
    "DELETE /v1/my/session": MEMBERS,
    "PUT /v1/account/language": OWN,
    "POST /v1/account/second-factor": "it begins; the confirmation is the entry",
}

ROUTES = {
    f"{method} {route.path}": route
    for router in ROUTERS
    for route in router.api.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
    if method != "GET"
}


def records(route: APIRoute) -> bool:
    return bool({record, record_all} & reached(function_of(route)))


def function_of(route: APIRoute) -> FunctionType:
    assert isinstance(route.endpoint, FunctionType)
    return route.endpoint


@pytest.mark.parametrize("name", sorted(ROUTES.keys() - NOT_RECORDED.keys()))
def test_a_route_that_changes_something_can_write_an_entry(name: str) -> None:
    assert records(ROUTES[name]), f"{name}: record what it does, or say in NOT_RECORDED why not."


def test_no_exception_is_left_of_a_route_that_is_gone_or_records() -> None:
    assert sorted(NOT_RECORDED.keys() - ROUTES.keys()) == []
    assert [name for name in NOT_RECORDED if records(ROUTES[name])] == []


def test_the_walk_follows_calls_and_finds_nothing_where_nothing_is() -> None:
    found = {one.__name__ for one in reached(function_of(ROUTES["POST /v1/jobs/{job_id}/cancel"]))}
    assert {"cancel", "record", "record_all"} <= found
    reading = reached(function_of(ROUTES["POST /v1/customers/find"]))
    assert {"find", "find_by_identifier"} <= {one.__name__ for one in reading}
    assert record not in reading
