"""HTTP in: what a member decides of their own data: consents, a copy of everything, leaving."""

from collections.abc import Sequence
from datetime import datetime

from fastapi.responses import Response
from pydantic import BaseModel, Field

from huitong import customers
from huitong.customers.model import (
    ConsentAction,
    ConsentPolicy,
    ConsentSource,
    ConsentStatement,
    CustomerErased,
    CustomerNotFound,
    NoOpenExit,
    NotAMember,
    PointsStillHeld,
    PolicyUnknown,
    Purpose,
    RequestKeyUsed,
    RightKeyUsed,
    StatementKeyUsed,
)
from huitong.entry.console.customers_head import Agreed, head_of
from huitong.entry.my.routes import ALLOWED
from huitong.entry.rights import routes as rights_routes
from huitong.entry.rights.routes import ExitOut
from huitong.platform import clock
from huitong.platform.auth import Permission
from huitong.platform.errors import DomainError, Ok
from huitong.platform.http import Calling, RequestKey, Router, Running
from huitong.platform.seen import Seen

router = Router(tag="my")

# What a member is asked and can take back; a membership itself rests on the first.
PURPOSES: Sequence[Purpose] = (
    Purpose.SERVICE,
    Purpose.MARKETING,
    Purpose.PROFILING,
    Purpose.SHARING,
)
REFUSALS: dict[str, type[DomainError]] = {
    one.code: one for one in (CustomerErased, CustomerNotFound, PolicyUnknown, StatementKeyUsed)
}


class MyConsentOut(BaseModel):
    """Whether the member agrees to a purpose, since when, and the text that is in effect now."""

    purpose: Purpose
    agreed: bool
    since: datetime | None
    agreed_version: str | None
    current_version: str | None = Field(description="Null where the brand has no text for it yet.")
    current_text: str | None


class MyConsentsOut(BaseModel):
    """One line for each purpose."""

    items: list[MyConsentOut]


class DecisionIn(BaseModel):
    """What the member decides: a consent names the version of the text that was shown."""

    purpose: Purpose
    agrees: bool
    policy_version: str = Field("", max_length=100)


@router.route("GET", "/v1/my/consents", permission=Permission.MY_READ, errors=[CustomerNotFound])
def consents(platform: Running, caller: Calling) -> MyConsentsOut:
    """List what the member agreed to, beside the texts in effect now."""
    now = clock.now()
    with platform.database.reading(caller.scope()) as tx:
        head = head_of(tx, caller.id, allowed=ALLOWED, now=now, seen=Seen(now, stores={}))
        policies = customers.consent_policies(tx, brand_ids=[head.brand.id])
    current = {one.purpose: one for one in policies if one.effective_from <= now}
    agreed = {one.purpose: one for one in head.agreed}
    return MyConsentsOut(items=[_consent(agreed[one], current.get(one)) for one in PURPOSES])


@router.route(
    "POST",
    "/v1/my/consents",
    permission=Permission.MY_WRITE,
    errors=list(REFUSALS.values()),
)
def decide(
    platform: Running, caller: Calling, key: RequestKey, wanted: DecisionIn
) -> MyConsentsOut:
    """Record what the member decides, from now on; what went out before stays sent."""
    now = clock.now()
    statement = ConsentStatement(
        customer_id=caller.id,
        purpose=wanted.purpose,
        action=ConsentAction.GIVEN if wanted.agrees else ConsentAction.WITHDRAWN,
        occurred_at=now,
        key=caller.own_key(key),
        policy_version=wanted.policy_version,
        source=ConsentSource.CUSTOMER,
        touchpoint="member_centre",
        actor=caller.actor(),
    )
    (result,) = platform.database.do(
        caller.scope(), lambda tx: customers.state_consents(tx, [statement], now=now), now=now
    )
    if not isinstance(result, Ok):
        raise REFUSALS[result.code](**result.facts)
    return consents(platform, caller)


@router.route(
    "POST",
    "/v1/my/copies",
    permission=Permission.MY_WRITE,
    errors=[CustomerNotFound, RightKeyUsed],
    response_class=Response,
)
def copy(platform: Running, caller: Calling, key: RequestKey) -> Response:
    """Hand out everything that the brand holds of the member, as JSON; the call is receipted."""
    return rights_routes.export(platform, caller, key, caller.id)


@router.route(
    "POST",
    "/v1/my/exit",
    permission=Permission.MY_WRITE,
    errors=[CustomerNotFound, NotAMember, PointsStillHeld],
)
def leave(platform: Running, caller: Calling, key: RequestKey) -> ExitOut:
    """Take the member's wish to leave, for when the cooling-off is over."""
    return rights_routes.request_exit(platform, caller, key, caller.id)


@router.route(
    "DELETE",
    "/v1/my/exit",
    permission=Permission.MY_WRITE,
    errors=[NoOpenExit, RequestKeyUsed],
)
def stay(platform: Running, caller: Calling, key: RequestKey) -> ExitOut:
    """Take the wish to leave back, while it has not been carried out."""
    return rights_routes.cancel_exit(platform, caller, key, caller.id)


def _consent(agreed: Agreed, current: ConsentPolicy | None) -> MyConsentOut:
    permitted = agreed.permitted
    return MyConsentOut(
        purpose=agreed.purpose,
        agreed=permitted is not None,
        since=None if permitted is None else permitted.since,
        agreed_version=None if permitted is None else permitted.policy_version,
        current_version=None if current is None else current.version,
        current_text=None if current is None else current.content,
    )
